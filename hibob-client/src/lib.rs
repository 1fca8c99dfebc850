//! Typed client of [HiBob](https://www.hibob.com)'s API, and verification and parsing of its
//! webhooks.
//!
//! ```no_run
//! use hibob_client::webhook::{Delivery, Event};
//! use hibob_client::{Client, Field, FieldId, fields};
//!
//! /// An event says that something about an employee changed; the record says what is true.
//! async fn look(client: &Client, event: &Event) -> Result<(), Box<dyn std::error::Error>> {
//!     let Some(id) = event.employee_id() else { return Ok(()) };
//!     let title = FieldId::parse(fields::WORK_TITLE)?;
//!     let found = client
//!         .people()
//!         .search()
//!         .ids([id])
//!         .fields([&title, &FieldId::parse(fields::INTERNAL_STATUS)?])
//!         .show_inactive(true)
//!         .send()
//!         .await?;
//!     for employee in found.employees {
//!         match employee.text(&title) {
//!             Field::Value(title) => println!("{}: job title {title}", employee.id()),
//!             Field::Null => println!("{}: no job title", employee.id()),
//!             Field::Missing => println!("{}: the service user may not see it", employee.id()),
//!         }
//!     }
//!     Ok(())
//! }
//!
//! # async fn example(delivery: Delivery) -> Result<(), Box<dyn std::error::Error>> {
//! let client = Client::builder().service_user("SERVICE-1", "token").build()?;
//! // `delivery` comes from `webhook::Verifier::open`, and from nowhere else.
//! if let Delivery::Event(event) = delivery {
//!     look(&client, &event).await?;
//! }
//! # Ok(())
//! # }
//! ```
//!
//! # What is where
//!
//! - [`webhook`]: from the bytes of a delivery to a verified [`Event`](webhook::Event).
//! - [`Client`]: reading people, fields and named lists.
//! - [`Employee`] and [`Field`]: a record in which *hidden*, *empty* and *a value* stay apart.
//! - [`fields`]: the fields that every company has.
//!
//! # What it promises
//!
//! - Nothing that HiBob sends makes it panic. Unknown fields, types and statuses are kept or
//!   ignored, and one bad record never costs the others.
//! - `Debug`, `Display` and traces never show secrets or personal data: ids, names of fields and
//!   templates of routes at most. [`Error::body`] is the one way to what HiBob wrote.
//! - It starts no tasks, reads no clock but tokio's, and no environment (its HTTP library looks
//!   there for a proxy).
//!
//! # Features
//!
//! | feature | gives | crates with it |
//! | --- | --- | --- |
//! | none | types, webhooks; no I/O, builds for `wasm32-unknown-unknown` | 30 |
//! | `http` (default) | [`Client`], on reqwest with rustls | 134 |
//! | `test-util` | [`testing`] and [`webhook::sign`] | no more |
#![cfg_attr(docsrs, feature(doc_cfg))]

#[cfg(feature = "http")]
mod client;
mod email;
mod employee;
mod field;
mod field_kind;
mod field_value;
pub mod fields;
mod ids;
mod metadata;
mod named_list;
mod status;
pub mod table;
#[cfg(feature = "test-util")]
#[cfg_attr(docsrs, doc(cfg(feature = "test-util")))]
pub mod testing;
pub mod webhook;

#[cfg(feature = "http")]
#[cfg_attr(docsrs, doc(cfg(feature = "http")))]
pub use client::{
    AddTraining, ApiError, BulkPage, BulkPager, ChangeEmail, ChangeStartDate, CheckAccess, Client,
    ClientBuilder, Compared, DeleteTraining, EditPerson, EmployeeStream, Environment, Error,
    ErrorKind, FieldAccess, GetPerson, Metadata, People, PersonKey, Quota, RateLimit, ReadBulk,
    ReadProfiles, ReadTable, RetryPolicy, SearchPeople, SearchResult, Sent, Tables, Written,
};
#[cfg(all(feature = "http", feature = "test-util"))]
#[doc(hidden)]
pub use client::{decode_for_tests, split_for_tests};
pub use email::EmailAddress;
pub use employee::{Employee, InvalidEmployee};
pub use field::Field;
pub use field_kind::FieldKind;
pub use field_value::{EmployeeReference, FieldError, FromField, Money};
pub use ids::{
    CompanyId, EmployeeId, EntityId, FieldId, IdKind, InvalidId, ListItemId, ListName, RowId,
    TableId,
};
pub use metadata::{FieldDefinition, FieldInventory};
pub use named_list::{ListItem, NamedList, NamedLists};
pub use status::{AccessStatus, LifecycleStatus};
