//! Reading parts of a body so that a surprise in one part costs only that part.
//!
//! Values are cut out as raw JSON and looked at later, or read as an [`Object`] in passing. What
//! is not wanted is skipped without recursion: depth costs no stack.

use core::fmt;
use core::marker::PhantomData;
use std::borrow::Cow;

use serde::de::value::MapAccessDeserializer;
use serde::de::{Deserialize, Deserializer, Error, IgnoredAny, MapAccess, SeqAccess, Visitor};
use serde_json::value::RawValue;

/// An object, or `None` if the value is something else.
#[derive(Clone, Copy, Debug)]
pub(super) struct Object<T>(pub(super) Option<T>);

impl<T> Default for Object<T> {
    fn default() -> Self {
        Self(None)
    }
}

impl<'de, T: Deserialize<'de>> Deserialize<'de> for Object<T> {
    fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        deserializer.deserialize_any(Any(PhantomData)).map(Self)
    }
}

struct Any<T>(PhantomData<T>);

impl<'de, T: Deserialize<'de>> Visitor<'de> for Any<T> {
    type Value = Option<T>;

    fn expecting(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("anything")
    }

    fn visit_map<A: MapAccess<'de>>(self, map: A) -> Result<Self::Value, A::Error> {
        T::deserialize(MapAccessDeserializer::new(map)).map(Some)
    }

    fn visit_seq<A: SeqAccess<'de>>(self, mut list: A) -> Result<Self::Value, A::Error> {
        while list.next_element::<IgnoredAny>()?.is_some() {}
        Ok(None)
    }

    fn visit_unit<E: Error>(self) -> Result<Self::Value, E> {
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

/// A text; borrowed, unless it has escapes.
pub(super) fn text(raw: Option<&RawValue>) -> Option<Cow<'_, str>> {
    let json = raw?.get();
    let inner = json.strip_prefix('"')?.strip_suffix('"')?;
    if inner.contains('\\') {
        serde_json::from_str(json).ok().map(Cow::Owned)
    } else {
        Some(Cow::Borrowed(inner))
    }
}

/// The elements of a list, at most [`MOST_ELEMENTS`]; none if it is something else.
pub(super) fn list(raw: Option<&RawValue>) -> impl Iterator<Item = &RawValue> {
    raw.and_then(|raw| serde_json::from_str::<Vec<&RawValue>>(raw.get()).ok())
        .unwrap_or_default()
        .into_iter()
        .take(MOST_ELEMENTS)
}

/// More than events name in a list.
pub(super) const MOST_ELEMENTS: usize = 1000;

#[cfg(test)]
mod tests {
    use super::*;

    fn raw(json: &str) -> Box<RawValue> {
        serde_json::from_str(json).unwrap()
    }

    #[test]
    fn texts_without_escapes_are_borrowed() {
        for (json, expected) in [
            (r#""""#, Some("")),
            (r#""plain""#, Some("plain")),
            (r#""é 😀""#, Some("é 😀")),
            (r#""a\u0062\n\"""#, Some("ab\n\"")),
            (r#""\\""#, Some("\\")),
            (r#""\ud800""#, None),
            ("5", None),
            ("null", None),
            ("[\"x\"]", None),
            ("{\"x\":\"y\"}", None),
        ] {
            let raw = raw(json);
            let found = text(Some(&raw));
            assert_eq!(found.as_deref(), expected, "{json}");
            if let Some(found) = found {
                assert_eq!(
                    matches!(found, Cow::Owned(_)),
                    json.contains('\\'),
                    "{json}"
                );
            }
        }
        assert_eq!(text(None), None);
    }

    #[test]
    fn lists_end_at_their_limit() {
        let long = raw(&format!("[{}0]", "0,".repeat(MOST_ELEMENTS)));
        assert_eq!(list(Some(&long)).count(), MOST_ELEMENTS);
        assert_eq!(list(Some(&raw("{}"))).count(), 0);
        assert_eq!(list(None).count(), 0);
    }

    #[test]
    fn anything_may_stand_in_place_of_an_object() {
        #[derive(serde::Deserialize)]
        struct Part {
            id: u8,
        }
        for json in [
            "null",
            "true",
            "-1",
            "1",
            "1.5",
            "\"x\"",
            "\"\\n\"",
            "[[{}], 1]",
        ] {
            let found: Object<Part> = serde_json::from_str(json).unwrap();
            assert!(found.0.is_none(), "{json}");
        }
        let found: Object<Part> = serde_json::from_str("{\"id\": 7, \"other\": [{}]}").unwrap();
        assert_eq!(found.0.map(|part| part.id), Some(7));
    }
}
