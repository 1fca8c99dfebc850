//! Bob's inventory of fields: the built-in ones that matter here, and a seed's own.

use std::collections::BTreeMap;

use serde_json::{Value, json};

use crate::seed::FieldDefinition;

/// The built-in fields that matter to a provisioning integration, one a line.
const BUILT_IN: &str = include_str!("fields.txt");

/// Categories that a read without `fields` returns.
const DEFAULT_CATEGORIES: [&str; 4] = ["root", "about", "employment", "work"];

/// All fields by id.
#[derive(Debug)]
pub(crate) struct Inventory {
    fields: BTreeMap<String, FieldDefinition>,
}

impl Inventory {
    /// The built-in fields and these.
    pub(crate) fn new(own: Vec<FieldDefinition>) -> Self {
        let built_in = BUILT_IN.lines().filter_map(built_in);
        let fields = built_in
            .chain(own)
            .map(|field| (field.id.clone(), field))
            .collect();
        Self { fields }
    }

    pub(crate) fn get(&self, id: &str) -> Option<&FieldDefinition> {
        self.fields.get(id)
    }

    /// All fields, by id.
    pub(crate) fn all(&self) -> impl Iterator<Item = &FieldDefinition> {
        self.fields.values()
    }

    /// Adds a field, or replaces the one with the same id.
    pub(crate) fn put(&mut self, field: FieldDefinition) {
        self.fields.insert(field.id.clone(), field);
    }

    /// Removes a custom field; false if there is none.
    pub(crate) fn remove_custom(&mut self, id: &str) -> bool {
        is_custom(id) && self.fields.remove(id).is_some()
    }

    /// Adds a text field for a custom id that a seed or an act uses; false if the id is neither
    /// known nor custom.
    pub(crate) fn admit(&mut self, id: &str) -> bool {
        if self.fields.contains_key(id) {
            return true;
        }
        let custom = is_custom(id);
        if custom {
            self.fields
                .insert(id.to_owned(), FieldDefinition::text(id, id));
        }
        custom
    }

    /// Fields of a read that names none: four categories, no custom fields.
    pub(crate) fn defaults(&self) -> impl Iterator<Item = &FieldDefinition> {
        self.fields.values().filter(|field| {
            DEFAULT_CATEGORIES.contains(&field.category.as_str()) && !field.id.contains(".custom")
        })
    }

    /// The answer of `GET /company/people/fields`.
    pub(crate) fn to_json(&self) -> Value {
        self.fields.values().map(entry).collect()
    }
}

/// Reads a line of the table; a comment is none.
fn built_in(line: &str) -> Option<FieldDefinition> {
    let columns: Vec<&str> = line.split('|').map(str::trim).collect();
    let [id, name, kind, category, historical, list] = columns[..] else {
        return None;
    };
    if id.starts_with('#') {
        return None;
    }
    let mut field = FieldDefinition::text(id, name)
        .kind(kind)
        .category(category);
    field.historical = historical == "historical";
    field.list = (list != "-").then(|| list.to_owned());
    Some(field)
}

/// Whether a company has added this field itself.
pub(crate) fn is_custom(id: &str) -> bool {
    id.starts_with("category_")
        || id.contains(".custom.field_")
        || id.contains(".customColumns.column_")
}

/// Where the nested form keeps a field.
pub(crate) fn json_path(id: &str) -> &str {
    id.strip_prefix("root.").unwrap_or(id)
}

/// The slash form of a field id.
pub(crate) fn slash(id: &str) -> String {
    format!("/{}", id.replace('.', "/"))
}

/// The dot form of a field id in either form.
pub(crate) fn dot(id: &str) -> String {
    match id.strip_prefix('/') {
        Some(rest) => rest.replace('/', "."),
        None => id.to_owned(),
    }
}

fn entry(field: &FieldDefinition) -> Value {
    let type_data = match &field.list {
        Some(list) => json!({ "listId": list }),
        None => json!({}),
    };
    json!({
        "id": field.id,
        "category": field.category,
        "categoryId": field.category,
        "categoryDisplayName": field.category,
        "name": field.name,
        "description": null,
        "type": field.kind,
        "historical": field.historical,
        "jsonPath": json_path(&field.id),
        "typeData": type_data,
    })
}
