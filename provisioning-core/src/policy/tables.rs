use std::collections::BTreeMap;
use std::fmt;

use minijinja::value::Object;

/// The look-up tables of a policy.
#[derive(Clone, Default)]
pub(crate) struct Tables(BTreeMap<String, Table>);

/// One table: what a value becomes.
#[derive(Clone, Default)]
pub(crate) struct Table {
    pub(crate) entries: BTreeMap<String, String>,
    /// For a value without an entry; `None` = null.
    pub(crate) otherwise: Option<String>,
}

impl Tables {
    pub(crate) fn insert(&mut self, name: &str, table: Table) {
        self.0.insert(name.to_owned(), table);
    }

    pub(crate) fn contains(&self, name: &str) -> bool {
        self.0.contains_key(name)
    }

    pub(crate) fn names(&self) -> impl Iterator<Item = &str> {
        self.0.keys().map(String::as_str)
    }

    /// All that a table may give.
    pub(crate) fn results(&self, table: &str) -> impl Iterator<Item = &str> {
        let table = self.0.get(table).into_iter();
        table.flat_map(|table| {
            let entries = table.entries.values().chain(&table.otherwise);
            entries.map(String::as_str)
        })
    }

    /// What a value becomes; `None` = null.
    pub(crate) fn entry(&self, table: &str, value: &str) -> Option<&str> {
        let table = self.0.get(table)?;
        let entry = table.entries.get(value).or(table.otherwise.as_ref());
        entry.map(String::as_str)
    }
}

impl Object for Tables {}

impl fmt::Debug for Tables {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_set().entries(self.names()).finish()
    }
}

/// No expression can name it, because `@` starts no identifier.
pub(crate) const TABLES: &str = "@tables";
