use std::fmt;
use std::sync::Arc;

use minijinja::Value;
use minijinja::value::{Object, ObjectRepr};

/// A null inside an expression.
///
/// The template language would turn its own null into the text `none` as soon as it is joined with
/// another text. This one leaves a mark in every text that it becomes part of, and such a text is
/// null as well.
#[derive(Debug)]
struct Nothing;

/// The null of expressions.
pub(crate) fn nothing() -> Value {
    Value::from_object(Nothing)
}

/// Whether a value is null, or a text with a null in it.
pub(crate) fn is_nothing(value: &Value) -> bool {
    value.is_none()
        || value.is_undefined()
        || value.downcast_object_ref::<Nothing>().is_some()
        || value.as_str().is_some_and(|text| text.contains(MARK))
}

impl Object for Nothing {
    fn repr(self: &Arc<Self>) -> ObjectRepr {
        ObjectRepr::Plain
    }

    /// Every part of nothing is nothing.
    fn get_value(self: &Arc<Self>, _key: &Value) -> Option<Value> {
        Some(nothing())
    }

    fn is_true(self: &Arc<Self>) -> bool {
        false
    }

    fn render(self: &Arc<Self>, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{MARK}")
    }
}

/// Unicode sets this code point aside for use inside programs; it stands in no text.
const MARK: char = '\u{FDD0}';
