use core::fmt;
use std::collections::HashMap;
use std::collections::VecDeque;

use serde_json::Value;

use super::BulkItem;
use crate::open_enum::open_enum;

/// What 360Learning says about one item of a bulk operation.
///
/// Personal data: `Debug` shows the status only.
#[derive(Clone, PartialEq)]
pub struct BulkResult {
    input: Value,
    status: BulkResultStatus,
    resource: Option<Box<str>>,
    message: Option<BulkMessage>,
}

impl BulkResult {
    /// Reads a result. Whatever comes keeps its place: a result that says nothing has the status
    /// that it came with, or an empty one.
    pub fn from_json(mut value: Value) -> Self {
        let text = |key: &str| value.get(key).and_then(Value::as_str);
        Self {
            status: text("status").unwrap_or_default().into(),
            resource: text("resourceId").map(Into::into),
            message: text("errorMessage").map(BulkMessage::from),
            input: value.get_mut("input").map(Value::take).unwrap_or_default(),
        }
    }

    /// Whether the item was carried out.
    pub fn status(&self) -> &BulkResultStatus {
        &self.status
    }

    /// The item, as 360Learning repeats it; null if it does not.
    pub fn input(&self) -> &Value {
        &self.input
    }

    /// The object that the item changed.
    pub fn resource(&self) -> Option<&str> {
        self.resource.as_deref()
    }

    /// Why the item was not carried out, in prose.
    pub fn message(&self) -> Option<&BulkMessage> {
        self.message.as_ref()
    }

    fn into_outcome(self) -> ItemOutcome {
        match self.status {
            BulkResultStatus::Success => ItemOutcome::Done {
                resource: self.resource,
            },
            BulkResultStatus::Error => ItemOutcome::Failed {
                message: self.message.unwrap_or_else(|| BulkMessage::from("")),
            },
            BulkResultStatus::Other(_) => ItemOutcome::Unknown,
        }
    }
}

impl fmt::Debug for BulkResult {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("BulkResult")
            .field("status", &self.status)
            .finish_non_exhaustive()
    }
}

/// Whether an item of a bulk operation was carried out.
// Exhaustive on purpose: whatever else comes is `Other`.
#[allow(clippy::exhaustive_enums)]
#[derive(Clone, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub enum BulkResultStatus {
    /// It was.
    Success,
    /// It was not.
    Error,
    /// A status this crate does not know, as it was sent.
    Other(Box<str>),
}

impl BulkResultStatus {
    /// The wire form, such as `success`.
    pub fn as_str(&self) -> &str {
        match self {
            Self::Success => "success",
            Self::Error => "error",
            Self::Other(text) => text,
        }
    }
}

open_enum!(BulkResultStatus: "success" => Success, "error" => Error);

/// A sentence of 360Learning about a bulk operation or an item of one.
///
/// It is prose without a code, and may hold personal data: never decide by it, and do not log it.
/// `Debug` shows its length.
#[derive(Clone, PartialEq, Eq, Hash)]
pub struct BulkMessage(Box<str>);

impl BulkMessage {
    /// The sentence.
    pub fn as_str(&self) -> &str {
        &self.0
    }
}

impl From<&str> for BulkMessage {
    fn from(text: &str) -> Self {
        Self(text.into())
    }
}

impl fmt::Debug for BulkMessage {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "BulkMessage({} bytes)", self.0.len())
    }
}

/// What became of one item.
#[derive(Clone, Debug, PartialEq, Eq, Hash)]
#[non_exhaustive]
pub enum ItemOutcome {
    /// It was carried out.
    Done {
        /// The object that it changed.
        resource: Option<Box<str>>,
    },
    /// It was refused. The reason is prose: a single call about the same item gives a code.
    Failed {
        /// The reason.
        message: BulkMessage,
    },
    /// It was never submitted: nothing happened to it.
    NotSubmitted,
    /// It was, or may have been, submitted, and nothing more is known: read before writing again.
    Unknown,
}

impl ItemOutcome {
    /// Whether the item was carried out.
    pub const fn is_done(&self) -> bool {
        matches!(self, Self::Done { .. })
    }
}

/// Finds the outcome of each item among the results.
///
/// Each result repeats its item; that is what counts, in whatever order the results come. Equal
/// items are served in order. A result whose item cannot be read belongs to the item in its place,
/// if there are as many results as items and nothing else belongs there.
pub fn match_results<T: BulkItem>(items: &[T], results: Vec<BulkResult>) -> Vec<ItemOutcome> {
    let in_place = results.len() == items.len();
    let mut outcomes: Vec<Option<ItemOutcome>> = vec![None; items.len()];
    let mut waiting: HashMap<&T, VecDeque<usize>> = HashMap::new();
    for (place, item) in items.iter().enumerate() {
        waiting.entry(item).or_default().push_back(place);
    }
    let mut unread = Vec::new();
    for (place, result) in results.into_iter().enumerate() {
        let Ok(item) = T::deserialize(&result.input) else {
            unread.push((place, result));
            continue;
        };
        let found = waiting.get_mut(&item).and_then(VecDeque::pop_front);
        if let Some(outcome) = found.and_then(|place| outcomes.get_mut(place)) {
            *outcome = Some(result.into_outcome());
        }
    }
    if in_place {
        for (place, result) in unread {
            if let Some(outcome @ None) = outcomes.get_mut(place) {
                *outcome = Some(result.into_outcome());
            }
        }
    }
    let known = outcomes.into_iter();
    known
        .map(|outcome| outcome.unwrap_or(ItemOutcome::Unknown))
        .collect()
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;
    use serde_json::json;

    use super::*;
    use crate::bulk::{MailSubscription, MailSwitch};

    fn item(mail: &str) -> MailSubscription {
        MailSubscription::new(mail, MailSwitch::Activation).unwrap()
    }

    fn done(mail: &str, resource: &str) -> BulkResult {
        let input = serde_json::to_value(item(mail)).unwrap();
        let status = "success";
        BulkResult::from_json(json!({"input": input, "status": status, "resourceId": resource}))
    }

    fn outcome(resource: &str) -> ItemOutcome {
        ItemOutcome::Done {
            resource: Some(resource.into()),
        }
    }

    #[test]
    fn equal_items_are_served_in_order() {
        let items = [item("a"), item("b"), item("a")];
        let results = vec![done("a", "1"), done("a", "2"), done("b", "3")];
        assert_eq!(
            match_results(&items, results),
            [outcome("1"), outcome("3"), outcome("2")]
        );
    }

    #[test]
    fn results_of_nobody_and_items_without_result_are_no_harm() {
        let items = [item("a"), item("b")];
        let results = vec![done("x", "1"), done("b", "2"), done("b", "3")];
        assert_eq!(
            match_results(&items, results),
            [ItemOutcome::Unknown, outcome("2")]
        );
        assert_eq!(
            match_results(&items, Vec::new()),
            [ItemOutcome::Unknown, ItemOutcome::Unknown]
        );
    }

    #[test]
    fn an_item_that_cannot_be_read_goes_by_its_place() {
        let items = [item("a"), item("b")];
        let odd = |input: Value| {
            BulkResult::from_json(json!({"input": input, "status": "error", "errorMessage": "m"}))
        };
        let failed = ItemOutcome::Failed {
            message: "m".into(),
        };
        for input in [json!(null), json!([]), json!({"mail": 5})] {
            let results = vec![done("a", "1"), odd(input.clone())];
            assert_eq!(
                match_results(&items, results),
                [outcome("1"), failed.clone()]
            );
            // Somebody else's place, or not as many results as items.
            for results in [vec![odd(input.clone()), done("a", "1")], vec![odd(input)]] {
                assert!(!match_results(&items, results).contains(&failed));
            }
        }
    }

    #[test]
    fn odd_results_say_nothing() {
        for odd in [
            json!(null),
            json!("x"),
            json!([]),
            json!({"status": "maybe"}),
        ] {
            let result = BulkResult::from_json(odd);
            assert_eq!(result.clone().into_outcome(), ItemOutcome::Unknown);
            assert_eq!(*result.input(), json!(null));
        }
        let result = BulkResult::from_json(json!({
            "input": {"mail": "canary"}, "status": "error", "errorMessage": "canary",
        }));
        assert!(!format!("{result:?} {:?}", result.message()).contains("canary"));
        assert_eq!(result.message().unwrap().as_str(), "canary");
    }

    proptest! {
        #[test]
        fn the_order_of_the_results_does_not_matter(
            mails in prop::collection::vec("[a-d]", 0..12),
            keys in prop::collection::vec(any::<u32>(), 12),
        ) {
            // Each result tells by its number which mail it is about.
            let items: Vec<_> = mails.iter().map(|mail| item(mail)).collect();
            let mut results: Vec<_> = mails.iter().map(|mail| done(mail, mail)).zip(keys).collect();
            results.sort_by_key(|(_, key)| *key);
            let results = results.into_iter().map(|(result, _)| result).collect();
            let wanted: Vec<_> = mails.iter().map(|mail| outcome(mail)).collect();
            prop_assert_eq!(match_results(&items, results), wanted);
        }
    }
}
