//! Typed client of the 360Learning API v2, as far as provisioning users needs it.
//!
#![cfg_attr(feature = "http", doc = "```no_run")]
#![cfg_attr(not(feature = "http"), doc = "```text")]
//! use learning360_client::{
//!     Client, Created, GroupId, Invitation, Membership, NewMapping, NewUser, Region, UserField,
//! };
//!
//! #[tokio::main(flavor = "current_thread")]
//! async fn main() -> Result<(), Box<dyn std::error::Error>> {
//!     let id = std::env::var("LEARNING360_CLIENT_ID")?;
//!     let secret = std::env::var("LEARNING360_CLIENT_SECRET")?;
//!     let client = Client::builder().region(Region::Eu).credentials(id, secret).build()?;
//!     let employee = "3332883894235038486";
//!
//!     // Known already? A mapping of our platform says so.
//!     let mappings = client.external_ids();
//!     let known = mappings.list().platform("my-provisioner").value(employee).all().await?;
//!     if let Some(mapping) = known.first() {
//!         let user = client.users().get(mapping.target()).await?;
//!         println!("{} is {}", user.id(), user.status());
//!         return Ok(());
//!     }
//!
//!     let group = GroupId::try_from("507f1f77bcf86cd799439011")?;
//!     let user = NewUser::new(Membership::learner(group))
//!         .set(UserField::Mail, "ada@example.com")?
//!         .set(UserField::FirstName, "Ada")?;
//!     let created = client.users().create(&user, Invitation::Suppress).await?;
//!     if let Created::Restored(user) = &created {
//!         println!("{} is back: its groups and custom values are not", user.id());
//!     }
//!     let id = created.user().id().clone();
//!     mappings.create(&NewMapping::new("my-provisioner", id, employee)?).await?;
//!     Ok(())
//! }
//! ```
//!
//! # What there is
//!
//! | for | begin at |
//! |---|---|
//! | users, their managers, memberships, custom values, certificates and links | [`Users`] |
//! | groups and who is in them | [`Groups`] |
//! | definitions of custom fields | [`CustomFields`] |
//! | external IDs | [`ExternalIds`] |
//! | jobs of the skills solution | [`Jobs`] |
//! | many changes at once | [`Bulk`] |
//! | webhook subscriptions | [`WebhookSubscriptions`] |
//! | received webhooks | [`webhook`] |
//! | everything else of the API | [`Client::request`] |
//!
//! # What the client sees to
//!
//! - **Token**: fetched with the first call, shared by all clones, fetched once for however many
//!   callers, renewed ahead of time, and sent to the configured origin only. If the renewal fails,
//!   the old one serves until it has expired. A 401 is answered with one new token and one
//!   repetition. A scope that is granted later takes effect within a minute: a call that lacks one
//!   fails, and has the token renewed for the calls after it, at most once a minute.
//! - **Quotas**: 50 reads and 10 writes per second and company; [`Quota`] says which share of them
//!   is ours. After a 429 all clones pause, for as long as 360Learning says or about a second. A
//!   429 may also mean that [no bulk operation can begin](Error::is_bulk_refused); that pauses
//!   nobody.
//! - **Repetition**: reads, PUT, PATCH with its absolute values, and DELETE are tried up to four
//!   times. A POST is sent again only if the one before surely had no effect. [`Error::sent`] says
//!   what is known about a call that failed.
//! - **Pages**: a [`Pager`] gives them item by item, page by page or as a stream, holds one at a
//!   time, and goes on later from a [`Cursor`]; it follows links to the end, to no other origin, and
//!   not in circles. A record that cannot be read costs nothing but itself.
//! - **Time**: 5 s to connect, 30 s for an attempt, 120 s for a call with all its attempts.
//! - **Connections**: TLS only, but to loopback; kept and shared; no redirects; gzip; answers of up
//!   to 64 MB, counted after unpacking.
//! - **Errors**: all shapes that 360Learning answers with become one [`Error`], whose
//!   [`code`](Error::code) has a [`class`](ErrorCode::class) that says what helps.
//! - **Personal data**: no `Debug`, `Display` or trace shows a value, a mail, a body, or an id in a
//!   path; ids in `Debug` are 360Learning's own.
//!
//! Every call leaves one `tracing` event (level debug) with the method, the template of the path,
//! the status, the code and the number of attempts.
//!
//! Values that this crate does not know, of statuses, roles, codes and types, are kept as they
//! are; fields that it does not know are ignored.
//!
//! # Features
//!
//! | feature | default | what it brings | what it costs |
//! |---|---|---|---|
//! | `http` | yes | [`Client`]: reqwest with rustls, on tokio | 104 crates |
//! | `test-util` | no | [`webhook`]: signing deliveries, for tests and simulators | none |
//!
//! Without features: ids, models, error codes, and webhooks with their verification; 29 crates, no
//! async and no network; builds for `wasm32-unknown-unknown`.
#![cfg_attr(not(feature = "http"), allow(rustdoc::broken_intra_doc_links))]
#![cfg_attr(docsrs, feature(doc_cfg))]

mod bulk;
mod certificate;
#[cfg(feature = "http")]
mod client;
mod custom_field;
mod custom_link;
mod custom_value;
mod error_code;
#[cfg(all(feature = "http", feature = "test-util"))]
#[doc(hidden)]
pub mod fuzzing;
mod group;
mod ids;
mod job;
mod mapping;
mod open_enum;
mod role;
mod user;
mod value;
pub mod webhook;

pub use self::bulk::{
    BulkItem, BulkMessage, BulkOperation, BulkOperationType, BulkResult, BulkResultStatus,
    BulkStatus, GroupDeletion, ItemOutcome, MailSubscription, MailSwitch, match_results,
};
pub use self::certificate::{Certificate, CertificateType, InvalidCertificate};
#[cfg(feature = "http")]
pub use self::client::{
    Attempt, Bulk, BulkEvent, BulkPart, BulkProgress, BulkReport, BulkRequest, CertificatePrivacy,
    Client, ClientBuilder, Created, Cursor, CustomFields, Error, ErrorKind, ExternalIds,
    GroupMedia, Groups, Image, ImageType, InstantFilter, Jobs, ListBulkOperations,
    ListCertificates, ListContentIds, ListCustomFields, ListExternalIds, ListGroupMembers,
    ListGroups, ListMemberships, ListSentEvents, ListStyle, ListSubscriptions, ListUserCustomLinks,
    ListUserIds, ListUsers, NewCertificate, NewPassword, NextLogin, Pager, Patience,
    PseudonymizedExternalIds, Quota, Region, Request, Response, Sent, StatusFilter, TextFilter,
    Users, WebhookSubscriptions,
};
pub use self::custom_field::{
    AuthorizedValues, CustomField, CustomFieldEdit, CustomFieldTarget, NewCustomField,
};
pub use self::custom_link::{NewUserCustomLink, UserCustomLink};
pub use self::custom_value::{CustomFieldType, CustomValue, CustomValues};
pub use self::error_code::{ErrorClass, ErrorCode};
pub use self::group::{
    Branding, BrandingColor, BrandingEdit, Consent, Group, GroupEdit, GroupImage, GroupMember,
    GroupPolicy, GroupText, InvalidGroup, NewGroup, Policy, UnassignableRole, UserMembership,
    Visibility,
};
pub use self::ids::{
    BulkOperationId, CertificateId, CertificateOutlineId, CourseId, CustomFieldId, CustomLinkId,
    GroupId, IdKind, InvalidId, MappingId, MediaId, PathId, PathSessionId, SubscriptionId,
    UserCustomLinkId, UserId,
};
pub use self::job::{JobIds, UserJobs};
pub use self::mapping::{Mapping, MappingTarget, NewMapping, TargetType};
pub use self::role::{Membership, Role};
pub use self::user::{
    ClearableField, Edit, InvalidUser, Invitation, LANGUAGES, NewUser, NotClearable,
    UnknownUserField, User, UserBuilder, UserEdit, UserField, UserStatus,
};
pub use self::value::InvalidValue;

/// The examples of the README.
#[cfg(all(doctest, feature = "http"))]
#[doc = include_str!("../README.md")]
struct Readme;
