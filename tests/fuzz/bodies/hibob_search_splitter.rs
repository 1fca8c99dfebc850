//! The answer to a people search, in pieces.

use std::fmt;

use hibob_client::split_for_tests as split;
use serde::de::{Deserialize, Deserializer, MapAccess, Visitor};
use serde_json::Value;

/// The first byte is the limit for a record, the next two are the sizes of the pieces, the rest is
/// the body. However it is cut, the same comes out of it; and where the body as a whole is JSON, it
/// is what stands there.
pub fn run(data: &[u8]) {
    let [limit, first, second, body @ ..] = data else {
        return;
    };
    let sizes = [usize::from(*first) + 1, usize::from(*second) + 1];
    let largest = match *limit {
        0 => usize::MAX,
        limit => usize::from(limit),
    };
    let whole = split(body, &[body.len().max(1)], largest);
    assert_eq!(split(body, &sizes, largest), whole, "the cut matters");
    let (records, error) = split(body, &sizes, usize::MAX);
    let Ok(Entries(entries)) = serde_json::from_slice::<Entries>(body) else {
        return;
    };
    let lists: Vec<_> = entries
        .iter()
        .filter(|(name, _)| name == "employees")
        .map(|(_, list)| list.as_array())
        .collect();
    let [Some(list)] = lists.as_slice() else {
        assert!(error.is_some(), "not exactly one list of employees");
        return;
    };
    assert_eq!(error, None, "the body is JSON");
    let read: Vec<Value> = records
        .iter()
        .map(|record| serde_json::from_slice(record.as_deref().expect("there is no limit")))
        .collect::<Result<_, _>>()
        .expect("each record is JSON, as the whole is");
    assert_eq!(&read, *list, "other records than there are");
}

/// The entries of an object, all of those with the same name too.
struct Entries(Vec<(String, Value)>);

impl<'de> Deserialize<'de> for Entries {
    fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        struct Object;

        impl<'de> Visitor<'de> for Object {
            type Value = Entries;

            fn expecting(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
                f.write_str("an object")
            }

            fn visit_map<A: MapAccess<'de>>(self, mut map: A) -> Result<Entries, A::Error> {
                let mut entries = Vec::new();
                while let Some(entry) = map.next_entry()? {
                    entries.push(entry);
                }
                Ok(Entries(entries))
            }
        }

        deserializer.deserialize_map(Object)
    }
}
