use core::fmt;
use core::hash::Hash;

use serde::de::DeserializeOwned;
use serde::{Deserialize, Serialize};

use crate::group::UserMembership;
use crate::ids::GroupId;
use crate::job::UserJobs;
use crate::open_enum::open_enum;
use crate::value::{InvalidValue, not_blank};

/// What a bulk operation can take one of.
///
/// Only types of this crate are: 360Learning has no others.
pub trait BulkItem:
    sealed::Sealed + Clone + Eq + Hash + Serialize + DeserializeOwned + Send + Sync + 'static
{
}

mod sealed {
    // Not to be named outside, so that nobody else can implement it.
    #[allow(unnameable_types)]
    pub trait Sealed {}
}

macro_rules! bulk_item {
    ($($name:ident),+) => {
        $(impl sealed::Sealed for $name {}
        impl BulkItem for $name {})+
    };
}

bulk_item!(UserMembership, GroupDeletion, UserJobs, MailSubscription);

/// A group to be deleted, with all groups below it and all that is in them.
#[derive(Clone, Debug, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize)]
pub struct GroupDeletion {
    #[serde(rename = "groupId")]
    group: GroupId,
}

impl GroupDeletion {
    /// Deletes a group and everything below it. There is no way back.
    pub fn new(group: GroupId) -> Self {
        Self { group }
    }

    /// The group.
    pub fn group(&self) -> &GroupId {
        &self.group
    }
}

/// Switches 360Learning's mails to an address on or off.
///
/// Personal data: `Debug` does not show the address.
#[derive(Clone, PartialEq, Eq, Hash, Serialize, Deserialize)]
pub struct MailSubscription {
    mail: Box<str>,
    #[serde(rename = "type")]
    switch: MailSwitch,
}

impl MailSubscription {
    /// Switches the mails to an address, which may not be empty or blank.
    pub fn new(mail: impl Into<String>, switch: MailSwitch) -> Result<Self, InvalidValue> {
        Ok(Self {
            mail: not_blank("mail", mail.into())?.into_boxed_str(),
            switch,
        })
    }

    /// The address.
    pub fn mail(&self) -> &str {
        &self.mail
    }

    /// Whether mails go on or off.
    pub fn switch(&self) -> &MailSwitch {
        &self.switch
    }
}

impl fmt::Debug for MailSubscription {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("MailSubscription")
            .field("switch", &self.switch)
            .finish_non_exhaustive()
    }
}

/// Whether mails go on or off.
// Exhaustive on purpose: whatever else comes is `Other`.
#[allow(clippy::exhaustive_enums)]
#[derive(Clone, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub enum MailSwitch {
    /// Mails are sent.
    Activation,
    /// No mails are sent.
    Deactivation,
    /// Another event, as it was sent.
    Other(Box<str>),
}

impl MailSwitch {
    /// The wire form, such as `activation`.
    pub fn as_str(&self) -> &str {
        match self {
            Self::Activation => "activation",
            Self::Deactivation => "deactivation",
            Self::Other(text) => text,
        }
    }
}

open_enum!(MailSwitch: "activation" => Activation, "deactivation" => Deactivation);

#[cfg(test)]
mod tests {
    use serde_json::json;

    use super::*;

    #[test]
    fn addresses_are_not_shown() {
        let item = MailSubscription::new("canary", MailSwitch::Deactivation).unwrap();
        let body = json!({"mail": "canary", "type": "deactivation"});
        assert_eq!(serde_json::to_value(&item).unwrap(), body);
        assert!(!format!("{item:?}").contains("canary"));
        assert!(MailSubscription::new("", MailSwitch::Activation).is_err());
    }

    #[test]
    fn a_group_to_be_deleted_is_named_by_its_id() {
        let group: GroupId = "507f1f77bcf86cd799439011".parse().unwrap();
        assert_eq!(
            serde_json::to_value(GroupDeletion::new(group)).unwrap(),
            json!({"groupId": "507f1f77bcf86cd799439011"})
        );
    }
}
