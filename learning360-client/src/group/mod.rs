//! Groups: as they are read, as they are created, how they are changed, and who is in them.

mod branding;
mod edit;
mod field;
mod membership;
mod new;

use core::fmt;
use std::collections::BTreeMap;

use serde::de::{self, Deserialize, Deserializer};
use serde_json::{Map, Value};

pub use self::branding::{Branding, BrandingColor, BrandingEdit};
pub use self::edit::GroupEdit;
pub use self::field::{Consent, GroupImage, GroupPolicy, GroupText, Policy, Visibility};
pub use self::membership::{GroupMember, UnassignableRole, UserMembership};
pub use self::new::NewGroup;
use crate::ids::{GroupId, MediaId};

/// A group, as 360Learning shows one.
///
/// Only the id, the name and the visibility are certain. A value of the wrong kind counts as
/// absent; fields that this crate does not know are ignored. `Debug` shows the ids and the names
/// of the fields that are set.
#[derive(Clone, PartialEq, Eq)]
pub struct Group {
    id: GroupId,
    name: Box<str>,
    visibility: Visibility,
    parent: Option<GroupId>,
    texts: BTreeMap<GroupText, Box<str>>,
    images: BTreeMap<GroupImage, MediaId>,
    policies: BTreeMap<GroupPolicy, Policy>,
}

impl Group {
    /// Reads a group from the JSON object that 360Learning sends.
    pub fn from_json(value: &Value) -> Result<Self, InvalidGroup> {
        let object = value.as_object().ok_or(InvalidGroup::NotAnObject)?;
        let name = object.get("name").and_then(Value::as_str);
        let public = object.get("public").and_then(Value::as_bool);
        Ok(Self {
            id: id(object, "_id").ok_or(InvalidGroup::NoUsableId)?,
            name: name.ok_or(InvalidGroup::NoName)?.into(),
            visibility: Visibility::of(public.ok_or(InvalidGroup::NoVisibility)?),
            parent: id(object, "parentId"),
            texts: collect(GroupText::ALL, |text| {
                let text = object.get(text.as_str())?.as_str()?;
                (!text.is_empty()).then(|| text.into())
            }),
            images: collect(GroupImage::ALL, |image| {
                MediaId::try_from(object.get(image.as_str())?.as_str()?).ok()
            }),
            policies: collect(GroupPolicy::ALL, |policy| {
                Policy::from_json(object.get(policy.as_str())?)
            }),
        })
    }

    /// The id, which never changes.
    pub fn id(&self) -> &GroupId {
        &self.id
    }

    /// The name.
    pub fn name(&self) -> &str {
        &self.name
    }

    /// Whether the group is public.
    pub fn visibility(&self) -> Visibility {
        self.visibility
    }

    /// The group above; none for the root.
    pub fn parent(&self) -> Option<&GroupId> {
        self.parent.as_ref()
    }

    /// Whether it is the platform's root: the one group without a parent.
    pub fn is_root(&self) -> bool {
        self.parent.is_none()
    }

    /// A text beside the name.
    pub fn text(&self, text: GroupText) -> Option<&str> {
        self.texts.get(&text).map(AsRef::as_ref)
    }

    /// The id of an image.
    pub fn image(&self, image: GroupImage) -> Option<&MediaId> {
        self.images.get(&image)
    }

    /// A legal document.
    pub fn policy(&self, policy: GroupPolicy) -> Option<&Policy> {
        self.policies.get(&policy)
    }
}

impl<'de> Deserialize<'de> for Group {
    fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        Self::from_json(&Value::deserialize(deserializer)?).map_err(de::Error::custom)
    }
}

impl fmt::Debug for Group {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Group")
            .field("id", &self.id)
            .field("visibility", &self.visibility)
            .field("parent", &self.parent)
            .field("texts", &self.texts.keys())
            .field("images", &self.images)
            .field("policies", &self.policies.keys())
            .finish_non_exhaustive()
    }
}

/// A record that cannot be used as a group.
#[derive(Clone, Copy, Debug, PartialEq, Eq, thiserror::Error)]
#[non_exhaustive]
pub enum InvalidGroup {
    /// The record is not a JSON object.
    #[error("the record is not an object")]
    NotAnObject,
    /// The record has no id, or none of 24 hexadecimal digits.
    #[error("the record has no usable id")]
    NoUsableId,
    /// The record has no name.
    #[error("the record has no name")]
    NoName,
    /// The record does not say whether the group is public.
    #[error("the record has no visibility")]
    NoVisibility,
}

fn id(object: &Map<String, Value>, key: &str) -> Option<GroupId> {
    GroupId::try_from(object.get(key)?.as_str()?).ok()
}

fn collect<K: Ord + Copy, V>(keys: &[K], value: impl Fn(K) -> Option<V>) -> BTreeMap<K, V> {
    let found = keys.iter().filter_map(|key| Some((*key, value(*key)?)));
    found.collect()
}

#[cfg(test)]
mod tests {
    use serde_json::json;

    use super::*;

    const ID: &str = "507f1f77bcf86cd799439011";
    const OTHER: &str = "507f1f77bcf86cd799439012";

    fn full() -> Value {
        let mut group = json!({
            "_id": ID.to_uppercase(), "name": "canary", "public": false, "parentId": OTHER,
            "custom": "canary", "subdomain": "canary", "url": "canary.example.com",
            "surprise": [[{}]],
        });
        for image in GroupImage::ALL {
            group[image.as_str()] = json!(OTHER);
        }
        for policy in GroupPolicy::ALL {
            group[policy.as_str()] = json!({"url": "https://canary.example.com"});
        }
        group
    }

    #[test]
    fn every_field_has_its_accessor() {
        let group = Group::from_json(&full()).unwrap();
        assert_eq!((group.id().as_str(), group.name()), (ID, "canary"));
        assert_eq!(group.visibility(), Visibility::Private);
        assert_eq!(group.parent().unwrap().as_str(), OTHER);
        assert!(!group.is_root());
        for text in GroupText::ALL {
            assert!(group.text(*text).unwrap().starts_with("canary"), "{text}");
        }
        for image in GroupImage::ALL {
            assert_eq!(group.image(*image).unwrap().as_str(), OTHER, "{image}");
        }
        for policy in GroupPolicy::ALL {
            assert!(group.policy(*policy).is_some(), "{policy}");
        }
        assert!(!format!("{group:#?}").contains("canary"));
    }

    #[test]
    fn an_id_a_name_and_a_visibility_are_needed_and_enough() {
        let least = json!({"_id": ID, "name": "", "public": true});
        let group = Group::from_json(&least).unwrap();
        assert!(group.is_root() && group.visibility() == Visibility::Public);
        for (bad, error) in [
            (json!(null), InvalidGroup::NotAnObject),
            (
                json!({"_id": "x", "name": "a", "public": true}),
                InvalidGroup::NoUsableId,
            ),
            (json!({"_id": ID, "public": true}), InvalidGroup::NoName),
            (
                json!({"_id": ID, "name": "a", "public": "yes"}),
                InvalidGroup::NoVisibility,
            ),
        ] {
            assert_eq!(Group::from_json(&bad), Err(error));
        }
    }

    #[test]
    fn values_of_the_wrong_kind_count_as_absent() {
        let least = json!({"_id": ID, "name": "a", "public": true});
        for odd in [json!(null), json!(5), json!({}), json!([1]), json!("")] {
            let mut group = full();
            for (key, value) in group.as_object_mut().unwrap() {
                if !["_id", "name", "public"].contains(&key.as_str()) {
                    *value = odd.clone();
                }
            }
            group["name"] = json!("a");
            group["public"] = json!(true);
            assert_eq!(Group::from_json(&group), Group::from_json(&least));
        }
    }
}
