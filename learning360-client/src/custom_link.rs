//! Custom links that users have.

use core::fmt;

use serde::{Deserialize, Serialize};

use crate::ids::{CustomLinkId, UserCustomLinkId};
use crate::value::{InvalidValue, not_blank};

/// A link that a user has in the place of one of the company's custom links.
///
/// The address may be personal data: `Debug` does not show it.
#[derive(Clone, PartialEq, Eq, Hash, Deserialize)]
#[serde(rename_all = "camelCase")]
pub struct UserCustomLink {
    #[serde(rename = "_id")]
    id: UserCustomLinkId,
    custom_link_id: CustomLinkId,
    url: String,
}

impl UserCustomLink {
    /// The id.
    pub fn id(&self) -> &UserCustomLinkId {
        &self.id
    }

    /// The company's custom link.
    pub fn custom_link(&self) -> &CustomLinkId {
        &self.custom_link_id
    }

    /// The address, as 360Learning writes it: it is not checked.
    pub fn url(&self) -> &str {
        &self.url
    }
}

impl fmt::Debug for UserCustomLink {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("UserCustomLink")
            .field("id", &self.id)
            .field("custom_link", &self.custom_link_id)
            .finish_non_exhaustive()
    }
}

/// A custom link to be given to a user, or to take the place of another.
///
/// The address may be personal data: `Debug` does not show it.
#[derive(Clone, PartialEq, Eq, Hash, Serialize)]
#[serde(rename_all = "camelCase")]
pub struct NewUserCustomLink {
    custom_link_id: CustomLinkId,
    url: String,
}

impl NewUserCustomLink {
    /// An address in the place of one of the company's custom links; it may not be empty or blank.
    pub fn new(custom_link: CustomLinkId, url: impl Into<String>) -> Result<Self, InvalidValue> {
        Ok(Self {
            custom_link_id: custom_link,
            url: not_blank("url", url.into())?,
        })
    }

    /// The company's custom link.
    pub fn custom_link(&self) -> &CustomLinkId {
        &self.custom_link_id
    }

    /// The address.
    pub fn url(&self) -> &str {
        &self.url
    }
}

impl fmt::Debug for NewUserCustomLink {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("NewUserCustomLink")
            .field("custom_link", &self.custom_link_id)
            .finish_non_exhaustive()
    }
}

#[cfg(test)]
mod tests {
    use serde_json::json;

    use super::*;

    const ID: &str = "507f1f77bcf86cd799439011";

    #[test]
    fn links_are_read_and_written() {
        let json = json!({"_id": ID, "customLinkId": ID, "url": "canary", "more": {}});
        let link: UserCustomLink = serde_json::from_value(json).unwrap();
        assert_eq!(link.id().as_str(), ID);
        let new = NewUserCustomLink::new(link.custom_link().clone(), link.url()).unwrap();
        assert_eq!(
            serde_json::to_value(&new).unwrap(),
            json!({"customLinkId": ID, "url": "canary"})
        );
        let shown = format!("{link:?} {new:?}");
        assert!(!shown.contains("canary") && shown.contains(ID), "{shown}");
        let refused = NewUserCustomLink::new(ID.parse().unwrap(), "\t").unwrap_err();
        assert_eq!(refused, InvalidValue::Empty("url"));
    }
}
