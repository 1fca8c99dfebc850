use std::collections::BTreeMap;
use std::sync::Arc;

use hibob_client::{FieldId, FieldInventory, FieldKind, ListName, NamedList};

use super::path;
use crate::facts::{CustomField, GroupTree};

/// What both systems of one company offer, as far as it is known.
///
/// [`crate::Policy::bind`] checks a policy against it. A part that is not known is not checked.
#[derive(Clone, Debug, Default)]
pub struct Catalog {
    fields: Option<Arc<FieldInventory>>,
    lists: Option<BTreeMap<ListName, Arc<NamedList>>>,
    groups: Option<Arc<GroupTree>>,
    custom_fields: Option<Arc<[CustomField]>>,
}

impl Catalog {
    /// The same catalog with all of Bob's fields.
    #[must_use]
    pub fn with_fields(self, fields: impl Into<Arc<FieldInventory>>) -> Self {
        Self {
            fields: Some(fields.into()),
            ..self
        }
    }

    /// The same catalog with all of Bob's named lists; a list that is not among them does not
    /// exist.
    #[must_use]
    pub fn with_lists(self, lists: impl IntoIterator<Item = Arc<NamedList>>) -> Self {
        let lists = lists.into_iter().map(|list| (list.name().clone(), list));
        Self {
            lists: Some(lists.collect()),
            ..self
        }
    }

    /// The same catalog with all of 360Learning's groups.
    #[must_use]
    pub fn with_groups(self, groups: impl Into<Arc<GroupTree>>) -> Self {
        Self {
            groups: Some(groups.into()),
            ..self
        }
    }

    /// The same catalog with all of 360Learning's custom fields for users.
    #[must_use]
    pub fn with_custom_fields(self, fields: impl Into<Arc<[CustomField]>>) -> Self {
        Self {
            custom_fields: Some(fields.into()),
            ..self
        }
    }

    /// Bob's fields, if they are known.
    pub fn fields(&self) -> Option<&FieldInventory> {
        self.fields.as_deref()
    }

    /// Bob's named lists, if they are known.
    pub fn lists(&self) -> Option<&BTreeMap<ListName, Arc<NamedList>>> {
        self.lists.as_ref()
    }

    /// 360Learning's groups, if they are known.
    pub fn groups(&self) -> Option<&GroupTree> {
        self.groups.as_deref()
    }

    /// 360Learning's custom fields for users, if they are known.
    pub fn custom_fields(&self) -> Option<&[CustomField]> {
        self.custom_fields.as_deref()
    }

    /// What the values of a Bob field are, if that is known.
    pub(crate) fn kind(&self, field: &FieldId) -> Option<&FieldKind> {
        let own = self.fields().and_then(|fields| fields.get(field));
        let own = own.map(|definition| &definition.kind);
        own.or_else(|| path::standard(field).map(|standard| &standard.kind))
    }

    /// The list whose items are the values of a Bob field, if that is known.
    pub(crate) fn list_of(&self, field: &FieldId) -> Option<&NamedList> {
        let own = self.fields().and_then(|fields| fields.get(field));
        let name = match own {
            Some(definition) => definition.list.clone(),
            None => path::standard(field)
                .and_then(|standard| standard.list)
                .and_then(|list| ListName::try_from(list).ok()),
        };
        self.lists()?.get(&name?).map(AsRef::as_ref)
    }

    /// The category whose permission shows a Bob field.
    pub(crate) fn category(&self, field: &FieldId) -> Option<&str> {
        let own = self.fields().and_then(|fields| fields.get(field));
        own.and_then(|definition| definition.category_id.as_deref())
            .or_else(|| path::standard(field).map(|standard| standard.category))
    }
}
