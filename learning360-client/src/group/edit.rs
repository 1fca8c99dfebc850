use core::fmt;
use std::collections::BTreeMap;

use serde::ser::{Serialize, SerializeMap, Serializer};

use super::{GroupImage, GroupPolicy, GroupText, Policy, Visibility};
use crate::ids::{GroupId, MediaId};
use crate::user::Edit;
use crate::value::{InvalidValue, not_blank};

/// Changes to a group: what is not mentioned stays as it is.
///
/// The name, the visibility and the parent can be set and not be cleared. `Debug` shows the names
/// of the fields and what happens to them, never values.
///
/// ```
/// use learning360_client::{GroupEdit, GroupText};
///
/// let edit = GroupEdit::new().name("Engineering")?.clear_text(GroupText::Custom);
/// assert_eq!(
///     serde_json::to_value(&edit)?,
///     serde_json::json!({"name": "Engineering", "custom": null}),
/// );
/// # Ok::<(), Box<dyn std::error::Error>>(())
/// ```
#[derive(Clone, Default, PartialEq, Eq)]
pub struct GroupEdit {
    name: Option<Box<str>>,
    visibility: Option<Visibility>,
    parent: Option<GroupId>,
    // Within each map: not there is kept, none is cleared.
    texts: BTreeMap<GroupText, Option<Box<str>>>,
    images: BTreeMap<GroupImage, Option<MediaId>>,
    policies: BTreeMap<GroupPolicy, Option<Policy>>,
}

impl GroupEdit {
    /// An edit that keeps everything.
    pub fn new() -> Self {
        Self::default()
    }

    /// Sets the name, which may not be empty or blank.
    pub fn name(mut self, name: impl Into<String>) -> Result<Self, InvalidValue> {
        self.name = Some(not_blank("name", name.into())?.into_boxed_str());
        Ok(self)
    }

    /// Makes the group public or private. The root must stay public.
    pub fn visibility(mut self, visibility: Visibility) -> Self {
        self.visibility = Some(visibility);
        self
    }

    /// Moves the group below another, which may be neither itself nor one below it.
    pub fn parent(mut self, parent: GroupId) -> Self {
        self.parent = Some(parent);
        self
    }

    /// Sets a text; empty and blank ones are refused, as is a subdomain of another form.
    pub fn text(mut self, text: GroupText, value: impl Into<String>) -> Result<Self, InvalidValue> {
        self.texts.insert(text, Some(text.sendable(value.into())?));
        Ok(self)
    }

    /// Empties a text.
    pub fn clear_text(mut self, text: GroupText) -> Self {
        self.texts.insert(text, None);
        self
    }

    /// Sets an image that has been uploaded before.
    pub fn image(mut self, image: GroupImage, media: MediaId) -> Self {
        self.images.insert(image, Some(media));
        self
    }

    /// Removes an image.
    pub fn clear_image(mut self, image: GroupImage) -> Self {
        self.images.insert(image, None);
        self
    }

    /// Sets a legal document. Private groups only.
    pub fn policy(mut self, kind: GroupPolicy, policy: Policy) -> Self {
        self.policies.insert(kind, Some(policy));
        self
    }

    /// Removes a legal document.
    pub fn clear_policy(mut self, kind: GroupPolicy) -> Self {
        self.policies.insert(kind, None);
        self
    }

    /// What happens to a text.
    pub fn text_edit(&self, text: GroupText) -> Edit<&str> {
        match self.texts.get(&text) {
            None => Edit::Keep,
            Some(None) => Edit::Clear,
            Some(Some(value)) => Edit::Set(value),
        }
    }

    /// What happens to an image.
    pub fn image_edit(&self, image: GroupImage) -> Edit<&MediaId> {
        edit(self.images.get(&image))
    }

    /// What happens to a legal document.
    pub fn policy_edit(&self, kind: GroupPolicy) -> Edit<&Policy> {
        edit(self.policies.get(&kind))
    }

    /// Whether nothing changes.
    pub fn is_empty(&self) -> bool {
        *self == Self::default()
    }
}

fn edit<T>(found: Option<&Option<T>>) -> Edit<&T> {
    match found {
        None => Edit::Keep,
        Some(None) => Edit::Clear,
        Some(Some(value)) => Edit::Set(value),
    }
}

impl Serialize for GroupEdit {
    fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        let mut map = serializer.serialize_map(None)?;
        if let Some(name) = &self.name {
            map.serialize_entry("name", name)?;
        }
        if let Some(visibility) = &self.visibility {
            map.serialize_entry("public", visibility)?;
        }
        if let Some(parent) = &self.parent {
            map.serialize_entry("parentId", parent)?;
        }
        for (text, value) in &self.texts {
            map.serialize_entry(text.as_str(), value)?;
        }
        for (image, media) in &self.images {
            map.serialize_entry(image.as_str(), media)?;
        }
        for (kind, policy) in &self.policies {
            map.serialize_entry(kind.as_str(), policy)?;
        }
        map.end()
    }
}

impl fmt::Debug for GroupEdit {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let mut map = f.debug_map();
        if self.name.is_some() {
            map.entry(&"name", &Edit::Set(()));
        }
        if let Some(visibility) = self.visibility {
            map.entry(&"public", &visibility);
        }
        if let Some(parent) = &self.parent {
            map.entry(&"parentId", parent);
        }
        map.entries(self.texts.keys().map(|text| (text, self.text_edit(*text))))
            .entries(
                self.images
                    .keys()
                    .map(|image| (image, self.image_edit(*image))),
            )
            .entries(
                self.policies
                    .keys()
                    .map(|kind| (kind, self.policy_edit(*kind))),
            )
            .finish()
    }
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;
    use serde_json::{Map, Value, json};

    use super::*;
    use crate::group::Consent;

    const ID: &str = "507f1f77bcf86cd799439011";

    #[derive(Clone, Debug)]
    enum Step {
        Text(GroupText, Option<String>),
        Image(GroupImage, bool),
        Policy(GroupPolicy, Option<bool>),
        Name(String),
        Public(bool),
        Parent,
    }

    fn step() -> impl Strategy<Value = Step> {
        let text = (
            prop::sample::select(GroupText::ALL),
            prop::option::of("[a-z0-9]{3,9}"),
        );
        let policy = (
            prop::sample::select(GroupPolicy::ALL),
            any::<Option<bool>>(),
        );
        prop_oneof![
            text.prop_map(|(text, value)| Step::Text(text, value)),
            (prop::sample::select(GroupImage::ALL), any::<bool>())
                .prop_map(|(image, set)| Step::Image(image, set)),
            policy.prop_map(|(kind, consent)| Step::Policy(kind, consent)),
            "[a-z]{1,5}".prop_map(Step::Name),
            any::<bool>().prop_map(Step::Public),
            Just(Step::Parent),
        ]
    }

    fn apply(edit: GroupEdit, step: &Step, wanted: &mut Map<String, Value>) -> GroupEdit {
        match step {
            Step::Text(text, value) => {
                wanted.insert(text.to_string(), json!(value));
                match value {
                    Some(value) => edit.text(*text, value).unwrap(),
                    None => edit.clear_text(*text),
                }
            }
            Step::Image(image, set) => {
                wanted.insert(image.to_string(), json!(set.then_some(ID)));
                match set {
                    true => edit.image(*image, ID.parse().unwrap()),
                    false => edit.clear_image(*image),
                }
            }
            Step::Policy(kind, explicit) => {
                let body = explicit.map(|yes| json!({"url": "u", "explicitConsent": yes}));
                wanted.insert(kind.to_string(), json!(body));
                match explicit {
                    Some(yes) => {
                        let consent = match yes {
                            true => Consent::Explicit,
                            false => Consent::Implied,
                        };
                        edit.policy(*kind, Policy::new("u", consent).unwrap())
                    }
                    None => edit.clear_policy(*kind),
                }
            }
            Step::Name(name) => {
                wanted.insert("name".to_owned(), json!(name));
                edit.name(name).unwrap()
            }
            Step::Public(public) => {
                wanted.insert("public".to_owned(), json!(public));
                edit.visibility(Visibility::of(*public))
            }
            Step::Parent => {
                wanted.insert("parentId".to_owned(), json!(ID));
                edit.parent(ID.parse().unwrap())
            }
        }
    }

    proptest! {
        #[test]
        fn the_body_holds_the_last_word_about_each_field(steps in prop::collection::vec(step(), 0..12)) {
            let mut wanted = Map::new();
            let edit = steps
                .iter()
                .fold(GroupEdit::new(), |edit, step| apply(edit, step, &mut wanted));
            prop_assert_eq!(edit.is_empty(), wanted.is_empty());
            prop_assert_eq!(serde_json::to_value(&edit).unwrap(), Value::Object(wanted));
        }
    }

    #[test]
    fn absent_null_and_value_are_three_things() {
        let edit = GroupEdit::new()
            .text(GroupText::Url, "canary")
            .unwrap()
            .clear_text(GroupText::Custom)
            .clear_image(GroupImage::Logo)
            .name("canary")
            .unwrap();
        assert_eq!(edit.text_edit(GroupText::Subdomain), Edit::Keep);
        assert_eq!(edit.text_edit(GroupText::Custom), Edit::Clear);
        assert_eq!(edit.text_edit(GroupText::Url), Edit::Set("canary"));
        assert_eq!(edit.image_edit(GroupImage::Logo), Edit::Clear);
        assert_eq!(edit.policy_edit(GroupPolicy::Imprint), Edit::Keep);
        let shown = format!("{edit:?}");
        assert_eq!(
            shown,
            "{\"name\": Set, Custom: Clear, Url: Set, Logo: Clear}"
        );
        assert!(GroupEdit::new().name(" ").is_err());
    }
}
