//! Typed client of [HiBob](https://www.hibob.com)'s API, and verification and parsing of its
//! webhooks.
//!
//! ```
//! use hibob_client::webhook::{Delivery, Secret, Verifier};
//! use hibob_client::{Client, Field, FieldId, fields};
//!
//! # use wiremock::{Mock, MockServer, ResponseTemplate, matchers::any};
//! #
//! # #[tokio::main(flavor = "current_thread")]
//! # async fn main() -> Result<(), Box<dyn std::error::Error>> {
//! # let server = MockServer::start().await;
//! # let found = serde_json::json!({"employees": [
//! #     {"id": "3332883894235038486", "/work/title": {"value": "Engineer"}},
//! # ]});
//! # let answer = ResponseTemplate::new(200).set_body_json(found);
//! # Mock::given(any()).respond_with(answer).expect(1).mount(&server).await;
//! # let base = format!("{}/v1", server.uri()).parse()?;
//! # let now = jiff::Timestamp::UNIX_EPOCH;
//! # let mut headers = http::HeaderMap::new();
//! # headers.insert("bob-signature", http::HeaderValue::from_static(
//! #     "Y/5Tw2dIiw3vRSZWVthP9L70Mj1TM9hB0UZE4YqXW3kL6UgYe0l5KUu8PcP6F9ybW6bpE36QVOH4a8Zz1oGyBA=="
//! # ));
//! # let body = concat!(
//! #     r#"{"companyId":637323,"type":"employee.created","triggeredBy":"3332883804594373380","#,
//! #     r#""triggeredAt":"2024-12-26T11:29:14.399997","version":"v2","#,
//! #     r#""data":{"employeeId":"3332883894235038486"}}"#,
//! # ).as_bytes();
//! // A delivery from HiBob: the headers, the raw body, and what time it is.
//! let verifier = Verifier::new([Secret::new("upsert-1", "bob-test-secret")])?;
//! let opened = verifier.open(&headers, body, now)?;
//! let Delivery::Event(event) = opened.delivery else { return Ok(()) };
//!
//! // An event says that something about an employee changed; the record says what is true.
//! let client = Client::builder().service_user("SERVICE-1", "token");
//! # let client = client.base_url(base);
//! let client = client.build()?;
//! let title = FieldId::parse(fields::WORK_TITLE)?;
//! let found = client
//!     .people()
//!     .search()
//!     .ids(event.employee_id())
//!     .fields([&title])
//!     .show_inactive(true)
//!     .send()
//!     .await?;
//! for employee in found.employees {
//!     match employee.text(&title) {
//!         Field::Value(title) => println!("{}: {title}", employee.id()),
//!         Field::Null => println!("{}: no job title", employee.id()),
//!         Field::Missing => println!("{}: the service user may not see it", employee.id()),
//!     }
//! #   assert_eq!(employee.text(&title).map(|it| it.into_owned()), Field::Value("Engineer".into()));
//! }
//! # Ok(())
//! # }
//! ```
//!
//! # What is where
//!
//! - [`webhook`]: from the bytes of a delivery to a verified [`Event`](webhook::Event).
//! - [`Client`]: people, tables, fields and named lists; what a service user may write.
//! - [`Employee`] and [`Field`]: a record in which *hidden*, *empty* and *a value* stay apart.
//! - [`fields`]: the fields that every company has. [`table`]: rows of an employee's tables.
//!
//! # What HiBob expects
//!
//! - A [service user](https://apidocs.hibob.com/docs/api-service-users) sees nothing until it is in
//!   a permission group. What it may not see is left out without a word: a field becomes
//!   [`Field::Missing`], a person is not found. Somebody who has not started yet, or has left, is
//!   only seen with `show_inactive` and a group whose condition names these lifecycle statuses.
//! - [Limits](https://apidocs.hibob.com/reference/rate-limiting) count per endpoint and minute. The
//!   client waits for them and obeys what HiBob answers. It never repeats a call that was refused
//!   for its credentials, because HiBob shuts callers out who try too often.
//! - [Webhooks](https://apidocs.hibob.com/docs/working-with-webhooks) are set up in HiBob's
//!   settings, and need no service user. Answer with 200 within 10 seconds, and work afterwards.
//!   A read right after an event may be up to 20 seconds behind it.
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
//! | none | types, webhooks; no I/O, builds for `wasm32-unknown-unknown` | 34 |
//! | `http` (default) | [`Client`], on reqwest with rustls | 138 |
//! | `test-util` | [`testing`] and [`webhook::sign`] | no more |
//!
//! The crates are counted with `cargo tree`, this one among them. The minimum Rust version is 1.85.
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
    AddTraining, ApiError, Attempt, BulkPage, BulkPager, ChangeEmail, ChangeStartDate, CheckAccess,
    Client, ClientBuilder, Compared, DeleteTraining, EditPerson, EmployeeStream, Environment,
    Error, ErrorKind, FieldAccess, GetPerson, Metadata, People, PersonKey, Quota, RateLimit,
    ReadBulk, ReadProfiles, ReadTable, RetryPolicy, SearchPeople, SearchResult, Sent, Tables,
    Written,
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
