//! A world to start from: company, people, accounts and how the stand-ins behave.

mod bob;
mod company;
mod demo;
mod departments;
mod fifty;
mod generate;
mod learning360;
mod names;
mod provisioned;

use std::fmt;

use jiff::Timestamp;
use serde::{Deserialize, Serialize};

pub use self::bob::{
    Access, Company, Condition, FieldDefinition, LifecycleRow, List, ListItem, Person, ServiceUser,
    Site, Webhook, WebhookVersion,
};
pub use self::learning360::{
    Credential, CustomField, CustomFieldTarget, CustomFieldType, CustomValue, Group, Mapping,
    Membership, User, UserStatus,
};
use crate::switches::Switches;

/// The whole state of both stand-ins, as a test or a file describes it.
///
/// Seeding replaces everything: people, accounts, faults, log, tokens and the clock.
///
/// ```
/// use sandbox::{Person, Seed};
///
/// let now = "2026-03-02T08:00:00Z".parse()?;
/// let seed = Seed::empty(now).employee(
///     Person::new("3332883894235038486").mail("ada@example.com").started("2024-04-01"),
/// );
/// assert_eq!(seed.employees.len(), 1);
/// # Ok::<(), jiff::Error>(())
/// ```
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
#[serde(default, deny_unknown_fields)]
#[non_exhaustive]
pub struct Seed {
    /// Virtual time at which both stand-ins start.
    pub now: Timestamp,
    /// The company (tenant) in Bob.
    pub company: Company,
    /// Sites with their time zones; they are also the named list `site`.
    pub sites: Vec<Site>,
    /// Custom fields, beside the built-in inventory.
    pub fields: Vec<FieldDefinition>,
    /// Named lists (`department`, `title`, …).
    pub lists: Vec<List>,
    /// People in Bob.
    pub employees: Vec<Person>,
    /// Service users who may call Bob's API.
    pub service_users: Vec<ServiceUser>,
    /// Webhooks registered in Bob.
    pub webhooks: Vec<Webhook>,
    /// Accounts in 360Learning.
    pub users: Vec<User>,
    /// Groups in 360Learning; the one without a parent is the root.
    pub groups: Vec<Group>,
    /// Custom fields in 360Learning.
    pub custom_fields: Vec<CustomField>,
    /// API credentials of 360Learning.
    pub credentials: Vec<Credential>,
    /// External-ID mappings of 360Learning.
    pub mappings: Vec<Mapping>,
    /// How the stand-ins behave where the vendors' documents leave room.
    pub switches: Switches,
}

impl Seed {
    /// Id of the service user that [`Seed::empty`] creates.
    pub const SERVICE_USER_ID: &'static str = "SERVICE-1000";
    /// Token of that service user.
    pub const SERVICE_USER_TOKEN: &'static str = "sandbox-service-user-token";
    /// Client id of the 360Learning credential that [`Seed::empty`] creates.
    pub const CLIENT_ID: &'static str = "00918d22e6cd4dd0bf751241853ec000";
    /// Client secret of that credential.
    pub const CLIENT_SECRET: &'static str = "5eed5eed5eed4242b950867ca49b5ebc";
    /// The platform (root) group.
    pub const ROOT_GROUP: &'static str = "650000000000000000000001";
    /// A private group below the root in which everybody can be a learner.
    pub const LEARNERS_GROUP: &'static str = "650000000000000000000002";
    /// The platform owner's account.
    pub const OWNER: &'static str = "650000000000000000000010";
    /// The site in Europe/Paris.
    pub const PARIS: i64 = 2_606_110;
    /// The site in Pacific/Auckland.
    pub const AUCKLAND: i64 = 2_606_111;

    /// A world without employees, but with what every test needs: two sites (Paris and Auckland),
    /// a service user who sees everything, an API credential with every scope, the root group,
    /// a learners' group and the platform owner.
    pub fn empty(now: Timestamp) -> Self {
        Self {
            now,
            company: Company::default(),
            sites: vec![
                Site::new(Self::PARIS, "Paris", "Europe/Paris"),
                Site::new(Self::AUCKLAND, "Auckland", "Pacific/Auckland"),
            ],
            fields: Vec::new(),
            lists: Vec::new(),
            employees: Vec::new(),
            service_users: vec![ServiceUser::new(
                Self::SERVICE_USER_ID,
                Self::SERVICE_USER_TOKEN,
            )],
            webhooks: Vec::new(),
            users: vec![
                User::new(Self::OWNER)
                    .mail("owner@example.com")
                    .names("Olive", "Owner")
                    .status(UserStatus::Active)
                    .owner()
                    .member_of(Self::ROOT_GROUP, "admin"),
            ],
            groups: vec![
                Group::root(Self::ROOT_GROUP, "Example Ltd"),
                Group::private(Self::LEARNERS_GROUP, "Learners", Self::ROOT_GROUP),
            ],
            custom_fields: Vec::new(),
            credentials: vec![Credential::new(Self::CLIENT_ID, Self::CLIENT_SECRET)],
            mappings: Vec::new(),
            switches: Switches::default(),
        }
    }

    /// The id of the n-th employee, from 0, of ready and of generated seeds.
    pub fn employee_id(index: u64) -> String {
        FIRST_EMPLOYEE.saturating_add(index).to_string()
    }

    /// A ready company of twelve people, for demonstrations and first tests.
    pub fn demo() -> Self {
        demo::seed()
    }

    /// A ready seed by its name: `demo` (twelve people), `company` (fifty) or `empty`.
    pub fn named(name: &str) -> Option<Self> {
        match name {
            "company" => Some(Self::company()),
            "demo" => Some(Self::demo()),
            "empty" => Some(Self::empty(generate::monday())),
            _ => None,
        }
    }

    /// Adds an employee.
    pub fn employee(mut self, person: Person) -> Self {
        self.employees.push(person);
        self
    }

    /// Adds a site.
    pub fn site(mut self, site: Site) -> Self {
        self.sites.push(site);
        self
    }

    /// Adds a custom field to Bob's inventory.
    pub fn field(mut self, field: FieldDefinition) -> Self {
        self.fields.push(field);
        self
    }

    /// Adds a named list.
    pub fn list(mut self, list: List) -> Self {
        self.lists.push(list);
        self
    }

    /// Adds a service user, or replaces the one with the same id.
    pub fn service_user(mut self, user: ServiceUser) -> Self {
        self.service_users.retain(|known| known.id != user.id);
        self.service_users.push(user);
        self
    }

    /// Adds a webhook. It is pinged while the seed is loaded.
    pub fn webhook(mut self, webhook: Webhook) -> Self {
        self.webhooks.push(webhook);
        self
    }

    /// Adds a 360Learning account.
    pub fn user(mut self, user: User) -> Self {
        self.users.push(user);
        self
    }

    /// Adds a 360Learning group.
    pub fn group(mut self, group: Group) -> Self {
        self.groups.push(group);
        self
    }

    /// Adds a 360Learning custom field.
    pub fn custom_field(mut self, field: CustomField) -> Self {
        self.custom_fields.push(field);
        self
    }

    /// Adds an API credential, or replaces the one with the same client id.
    pub fn credential(mut self, credential: Credential) -> Self {
        self.credentials
            .retain(|known| known.client_id != credential.client_id);
        self.credentials.push(credential);
        self
    }

    /// Adds an External-ID mapping.
    pub fn mapping(mut self, mapping: Mapping) -> Self {
        self.mappings.push(mapping);
        self
    }

    /// Sets the switches.
    pub fn switches(mut self, switches: Switches) -> Self {
        self.switches = switches;
        self
    }
}

impl Default for Seed {
    fn default() -> Self {
        // Seconds since 1970 of 2026-01-01T00:00:00Z, well inside the range of a timestamp.
        Self::empty(Timestamp::from_second(1_767_225_600).unwrap_or(Timestamp::UNIX_EPOCH))
    }
}

/// Ids that exceed what floating-point numbers can tell apart, as real ones do.
const FIRST_EMPLOYEE: u64 = 3_332_883_894_235_038_400;

/// A seed, an act or a switch that contradicts itself; the text says what and where.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
#[error("{0}")]
pub struct Invalid(String);

impl Invalid {
    /// Says what is wrong.
    pub(crate) fn new(what: impl Into<String>) -> Self {
        Self(what.into())
    }
}

/// A token or secret: written to files and wires as it is, never shown by `Debug`.
#[derive(Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(transparent)]
pub struct Secret(String);

impl Secret {
    /// The secret itself.
    pub fn expose(&self) -> &str {
        &self.0
    }
}

impl<T: Into<String>> From<T> for Secret {
    fn from(text: T) -> Self {
        Self(text.into())
    }
}

impl fmt::Debug for Secret {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("Secret(…)")
    }
}
