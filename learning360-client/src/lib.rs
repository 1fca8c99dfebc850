//! Typed client of the 360Learning API v2, as far as provisioning users needs it.
//!
#![cfg_attr(feature = "http", doc = "```no_run")]
#![cfg_attr(not(feature = "http"), doc = "```text")]
//! use learning360_client::{
//!     Client, Created, GroupId, Invitation, Membership, NewMapping, NewUser, Region, UserField,
//! };
//!
//! async fn provision(id: String, secret: String) -> Result<(), Box<dyn std::error::Error>> {
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
//! # What the client sees to
//!
//! - **Token**: fetched with the first call, shared by all clones, fetched once for however many
//!   callers, renewed ahead of time, and sent to the configured origin only.
//! - **Quotas**: 50 reads and 10 writes per second and company; [`Quota`] says which share of them
//!   is ours. After a 429 all clones pause.
//! - **Repetition**: reads, PUT, PATCH with its absolute values, and DELETE are tried up to four
//!   times. A POST is sent again only if the one before surely had no effect. [`Error::sent`] says
//!   what is known about a call that failed.
//! - **Pages**: followed to their end, to no other origin, and not in circles.
//! - **Time**: 5 s to connect, 30 s for an attempt, 120 s for a call with all its attempts.
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
//! | `http` | yes | [`Client`]: reqwest with rustls, on tokio | about 110 crates |
//!
//! Without features: ids, models and error codes, 15 crates, no async and no network; builds for
//! `wasm32-unknown-unknown`.
#![cfg_attr(not(feature = "http"), allow(rustdoc::broken_intra_doc_links))]
#![cfg_attr(docsrs, feature(doc_cfg))]

#[cfg(feature = "http")]
mod client;
mod error_code;
mod ids;
mod mapping;
mod open_enum;
mod role;
mod user;
mod value;

#[cfg(feature = "http")]
pub use self::client::{
    Client, ClientBuilder, Created, Error, ErrorKind, ExternalIds, ListExternalIds, ListUsers,
    Pager, Quota, Region, Sent, StatusFilter, Users,
};
pub use self::error_code::{ErrorClass, ErrorCode};
pub use self::ids::{CustomFieldId, GroupId, IdKind, InvalidId, MappingId, UserId};
pub use self::mapping::{Mapping, NewMapping, TargetType};
pub use self::role::{Membership, Role};
pub use self::user::{
    ClearableField, Edit, InvalidUser, Invitation, LANGUAGES, NewUser, NotClearable,
    UnknownUserField, User, UserBuilder, UserEdit, UserField, UserStatus,
};
pub use self::value::InvalidValue;
