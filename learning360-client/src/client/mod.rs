//! The HTTP client.

mod answer;
mod attempt;
mod bulk;
mod call;
mod config;
mod cursor;
mod custom_fields;
pub(crate) mod envelope;
mod error;
mod exchange;
mod external_ids;
mod filter;
mod form;
mod groups;
mod image;
mod jobs;
mod limits;
pub(crate) mod link;
mod pager;
mod request;
mod retry;
mod token;
mod users;
mod webhook_subscriptions;

use core::fmt;
use std::sync::Arc;

pub use self::attempt::Attempt;
pub use self::bulk::{
    Bulk, BulkEvent, BulkPart, BulkProgress, BulkReport, BulkRequest, ListBulkOperations, Patience,
};
pub use self::config::{ClientBuilder, Region};
pub use self::cursor::Cursor;
pub use self::custom_fields::{CustomFields, ListCustomFields};
pub use self::error::{Error, ErrorKind, Sent};
use self::exchange::Exchange;
pub use self::external_ids::{ExternalIds, ListExternalIds};
pub use self::filter::{InstantFilter, ListStyle, TextFilter};
pub use self::groups::{GroupMedia, Groups, ListContentIds, ListGroupMembers, ListGroups};
pub use self::image::{Image, ImageType};
pub use self::jobs::Jobs;
pub use self::limits::Quota;
pub use self::pager::Pager;
pub use self::request::{Request, Response};
pub use self::users::{
    CertificatePrivacy, Created, ListCertificates, ListMemberships, ListUserCustomLinks,
    ListUserIds, ListUsers, NewCertificate, NewPassword, NextLogin, PseudonymizedExternalIds,
    StatusFilter, Users,
};
pub use self::webhook_subscriptions::{ListSentEvents, ListSubscriptions, WebhookSubscriptions};

/// A client of one company's platform.
///
/// Clones share everything: connections, access token, quotas, and the pause after a 429. Dropping
/// the future of a call ends it cleanly; a write may have been sent by then.
#[derive(Clone)]
pub struct Client {
    exchange: Arc<Exchange>,
}

impl Client {
    /// Starts with the settings.
    pub fn builder() -> ClientBuilder {
        ClientBuilder::default()
    }

    pub(crate) fn new(exchange: Arc<Exchange>) -> Self {
        Self { exchange }
    }

    /// The calls about users.
    pub fn users(&self) -> Users {
        Users::new(self.exchange.clone())
    }

    /// The calls about external-ID mappings.
    pub fn external_ids(&self) -> ExternalIds {
        ExternalIds::new(self.exchange.clone())
    }

    /// The calls about groups, and about who is in them.
    pub fn groups(&self) -> Groups {
        Groups::new(self.exchange.clone())
    }

    /// The calls about the definitions of custom fields.
    pub fn custom_fields(&self) -> CustomFields {
        CustomFields::new(self.exchange.clone())
    }

    /// The jobs of users in the skills solution.
    pub fn jobs(&self) -> Jobs {
        Jobs::new(self.exchange.clone())
    }

    /// The calls that carry out many changes at once.
    pub fn bulk(&self) -> Bulk {
        Bulk::new(self.exchange.clone())
    }

    /// The calls about webhook subscriptions.
    pub fn webhook_subscriptions(&self) -> WebhookSubscriptions {
        WebhookSubscriptions::new(self.exchange.clone())
    }
}

impl fmt::Debug for Client {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_tuple("Client")
            .field(&self.exchange.base.as_str())
            .finish()
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn clients_and_calls_may_go_to_other_threads() {
        fn is_sent<T: Send>(value: T) {
            drop(value);
        }

        fn is_shared<T: Clone + Send + Sync + 'static>() {}

        is_shared::<Client>();
        is_shared::<Error>();
        let client = Client::builder()
            .region(Region::Eu)
            .credentials("id", "secret");
        let client = client.build().unwrap();
        let id = crate::UserId::try_from("507f1f77bcf86cd799439011").unwrap();
        let edit = crate::UserEdit::new();
        is_sent(client.users().get(&id));
        is_sent(client.users().edit(&id, &edit));
        is_sent(client.users().list().all());
        is_sent(client.external_ids().list().all());
    }
}
