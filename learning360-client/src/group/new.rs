use core::fmt;
use std::collections::BTreeMap;

use serde::ser::{Serialize, SerializeMap, Serializer};

use super::{GroupImage, GroupPolicy, GroupText, Policy, Visibility};
use crate::ids::{GroupId, MediaId};
use crate::value::{InvalidValue, not_blank};

/// A group to be created: a name, a visibility, and the group above it.
///
/// `Debug` shows the parent and the names of the fields only.
///
/// ```
/// use learning360_client::{GroupId, GroupText, NewGroup, Visibility};
///
/// let parent = GroupId::try_from("507f1f77bcf86cd799439011")?;
/// let group = NewGroup::new("Engineering", Visibility::Private, parent)?
///     .text(GroupText::Custom, "department 253891")?;
/// assert_eq!(group.name(), "Engineering");
/// # Ok::<(), Box<dyn std::error::Error>>(())
/// ```
#[derive(Clone, PartialEq, Eq)]
pub struct NewGroup {
    name: Box<str>,
    visibility: Visibility,
    parent: GroupId,
    texts: BTreeMap<GroupText, Box<str>>,
    images: BTreeMap<GroupImage, MediaId>,
    policies: BTreeMap<GroupPolicy, Policy>,
}

impl NewGroup {
    /// Starts with what every group needs; the name may not be empty or blank.
    pub fn new(
        name: impl Into<String>,
        visibility: Visibility,
        parent: GroupId,
    ) -> Result<Self, InvalidValue> {
        Ok(Self {
            name: not_blank("name", name.into())?.into_boxed_str(),
            visibility,
            parent,
            texts: BTreeMap::new(),
            images: BTreeMap::new(),
            policies: BTreeMap::new(),
        })
    }

    /// Sets a text; empty and blank ones are refused, as is a subdomain of another form.
    pub fn text(mut self, text: GroupText, value: impl Into<String>) -> Result<Self, InvalidValue> {
        self.texts.insert(text, text.sendable(value.into())?);
        Ok(self)
    }

    /// Sets an image that has been uploaded before.
    pub fn image(mut self, image: GroupImage, media: MediaId) -> Self {
        self.images.insert(image, media);
        self
    }

    /// Sets a legal document. Private groups only.
    pub fn policy(mut self, kind: GroupPolicy, policy: Policy) -> Self {
        self.policies.insert(kind, policy);
        self
    }

    /// The name.
    pub fn name(&self) -> &str {
        &self.name
    }

    /// Whether the group will be public.
    pub fn visibility(&self) -> Visibility {
        self.visibility
    }

    /// The group above.
    pub fn parent(&self) -> &GroupId {
        &self.parent
    }
}

impl Serialize for NewGroup {
    fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        let mut map = serializer.serialize_map(None)?;
        map.serialize_entry("name", &self.name)?;
        map.serialize_entry("public", &self.visibility)?;
        map.serialize_entry("parentId", &self.parent)?;
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

impl fmt::Debug for NewGroup {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("NewGroup")
            .field("visibility", &self.visibility)
            .field("parent", &self.parent)
            .field("texts", &self.texts.keys())
            .field("images", &self.images)
            .field("policies", &self.policies.keys())
            .finish_non_exhaustive()
    }
}

#[cfg(test)]
mod tests {
    use serde_json::json;

    use super::*;
    use crate::group::Consent;

    const ID: &str = "507f1f77bcf86cd799439011";

    #[test]
    fn only_what_is_set_is_sent() {
        let new = || NewGroup::new("a", Visibility::Public, ID.parse().unwrap()).unwrap();
        assert_eq!(
            serde_json::to_value(new()).unwrap(),
            json!({"name": "a", "public": true, "parentId": ID})
        );
        let group = new()
            .text(GroupText::Custom, "canary")
            .unwrap()
            .image(GroupImage::Logo, ID.parse().unwrap())
            .policy(
                GroupPolicy::Imprint,
                Policy::new("u", Consent::Implied).unwrap(),
            );
        assert_eq!(
            serde_json::to_value(&group).unwrap(),
            json!({
                "name": "a", "public": true, "parentId": ID, "custom": "canary",
                "logoImageId": ID, "imprint": {"url": "u", "explicitConsent": false},
            })
        );
        assert!(!format!("{group:?}").contains("canary"));
    }

    #[test]
    fn a_blank_name_is_refused() {
        let refused = NewGroup::new(" ", Visibility::Public, ID.parse().unwrap()).unwrap_err();
        assert_eq!(refused, InvalidValue::Empty("name"));
    }
}
