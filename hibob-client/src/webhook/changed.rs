//! The list of changed fields.

use core::fmt;

use serde::de::{Deserialize, Deserializer, Error, IgnoredAny, MapAccess, SeqAccess, Visitor};
use serde_json::value::RawValue;

use super::raw::{MOST_ELEMENTS, Object, text};
use crate::FieldId;

/// Which fields an event names as changed.
// Exhaustive on purpose: either the fields are known or they are not.
#[allow(clippy::exhaustive_enums)]
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum ChangedFields {
    /// There is no list, or it holds something that is not a field id, or more than 1,000
    /// elements: any field may have changed.
    NotListed,
    /// These fields, in the order of the body. An empty list stays empty.
    Fields(Vec<FieldId>),
}

/// Puts together the lists of both names: each is `None` if it is not there.
pub(super) fn merge(lists: [Option<FieldList>; 2]) -> ChangedFields {
    let mut fields: Option<Vec<FieldId>> = None;
    for list in lists.into_iter().flatten() {
        match (&mut fields, list.0) {
            (_, None) => return ChangedFields::NotListed,
            (None, ids) => fields = ids,
            (Some(fields), Some(ids)) => ids.into_iter().for_each(|id| add(fields, id)),
        }
    }
    fields.map_or(ChangedFields::NotListed, ChangedFields::Fields)
}

fn add(fields: &mut Vec<FieldId>, id: FieldId) {
    if !fields.contains(&id) {
        fields.push(id);
    }
}

/// The ids of a list; `None` if it is not a list, or one of its elements is not a field id.
pub(super) struct FieldList(Option<Vec<FieldId>>);

impl<'de> Deserialize<'de> for FieldList {
    fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        deserializer.deserialize_any(List).map(Self)
    }
}

struct List;

impl<'de> Visitor<'de> for List {
    type Value = Option<Vec<FieldId>>;

    fn expecting(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("anything")
    }

    fn visit_seq<A: SeqAccess<'de>>(self, mut list: A) -> Result<Self::Value, A::Error> {
        let mut fields = Some(Vec::with_capacity(USUAL_ELEMENTS));
        let mut rest = MOST_ELEMENTS;
        while let Some(element) = list.next_element::<&RawValue>()? {
            let id = id(element).filter(|_| rest > 0);
            rest = rest.saturating_sub(1);
            let (Some(list), Some(id)) = (&mut fields, id) else {
                fields = None;
                break;
            };
            add(list, id);
        }
        while list.next_element::<IgnoredAny>()?.is_some() {}
        Ok(fields)
    }

    fn visit_map<A: MapAccess<'de>>(self, mut map: A) -> Result<Self::Value, A::Error> {
        while map.next_entry::<IgnoredAny, IgnoredAny>()?.is_some() {}
        Ok(None)
    }

    fn visit_bool<E: Error>(self, _: bool) -> Result<Self::Value, E> {
        Ok(None)
    }

    fn visit_i64<E: Error>(self, _: i64) -> Result<Self::Value, E> {
        Ok(None)
    }

    fn visit_u64<E: Error>(self, _: u64) -> Result<Self::Value, E> {
        Ok(None)
    }

    fn visit_f64<E: Error>(self, _: f64) -> Result<Self::Value, E> {
        Ok(None)
    }

    fn visit_str<E: Error>(self, _: &str) -> Result<Self::Value, E> {
        Ok(None)
    }
}

/// The id in an element: a string, or an object with an `id`.
fn id(element: &RawValue) -> Option<FieldId> {
    #[derive(serde::Deserialize)]
    struct Element<'b> {
        #[serde(borrow)]
        id: Option<&'b RawValue>,
    }

    let json = element.get();
    // How HiBob writes them, without unpacking it: this is most of what there is to read.
    let usual = json
        .strip_prefix(r#"{"id":""#)
        .and_then(|json| json.strip_suffix(r#""}"#))
        .filter(|id| !id.bytes().any(|byte| matches!(byte, b'"' | b'\\')));
    if let Some(id) = usual {
        return FieldId::parse(id).ok();
    }
    let id = match serde_json::from_str::<Object<Element<'_>>>(json) {
        Ok(Object(Some(object))) => object.id,
        _ => Some(element),
    };
    FieldId::parse(&text(id)?).ok()
}

/// Room for the lists of most events.
const USUAL_ELEMENTS: usize = 16;
