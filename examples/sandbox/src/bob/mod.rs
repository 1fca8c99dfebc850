//! The stand-in for Bob.

mod access;
pub(crate) mod acts;
mod auth;
pub(crate) mod delivery;
pub(crate) mod employee;
mod events;
pub(crate) mod fields;
mod learning;
pub(crate) mod lifecycle;
mod limits;
mod metadata;
mod metadata_edits;
mod outbox;
mod people;
mod profiles;
pub(crate) mod signature;
mod sites;
mod tables;
mod wire;
mod writes;

use std::collections::{BTreeMap, BTreeSet};
use std::sync::Arc;

use axum::Router;
use axum::http::{StatusCode, header};
use axum::response::{IntoResponse, Response};
use axum::routing::{delete, get, post, put};
use jiff::Timestamp;
use jiff::tz::TimeZone;
use serde_json::json;

use self::employee::Employee;
use self::fields::Inventory;
use self::learning::Learning;
use self::limits::Limits;
use self::outbox::Outbox;
use crate::clock;
use crate::engine::Shared;
use crate::seed::{Company, FieldDefinition, Invalid, List, ListItem, Person, ServiceUser};
use crate::seed::{Site as SeedSite, Webhook};
use crate::switches::BobSwitches;

/// Bob's state.
#[derive(Debug)]
pub(crate) struct Bob {
    pub(crate) company: Company,
    pub(crate) zone: TimeZone,
    pub(crate) sites: BTreeMap<i64, Site>,
    pub(crate) inventory: Inventory,
    pub(crate) lists: BTreeMap<String, List>,
    pub(crate) employees: BTreeMap<String, Employee>,
    pub(crate) deleted: BTreeSet<String>,
    by_mail: BTreeMap<String, String>,
    pub(crate) service_users: BTreeMap<String, ServiceUser>,
    /// When which employee's next lifecycle row takes effect.
    pub(crate) agenda: BTreeSet<(Timestamp, String)>,
    pub(crate) outbox: Outbox,
    pub(crate) learning: Learning,
    limits: Limits,
    next_employee: u64,
    next_item: u64,
}

/// A site with its zone loaded.
#[derive(Debug)]
pub(crate) struct Site {
    pub(crate) name: String,
    pub(crate) zone: TimeZone,
}

/// What a seed says about Bob.
pub(crate) struct Start {
    pub(crate) company: Company,
    pub(crate) sites: Vec<SeedSite>,
    pub(crate) fields: Vec<FieldDefinition>,
    pub(crate) lists: Vec<List>,
    pub(crate) employees: Vec<Person>,
    pub(crate) service_users: Vec<ServiceUser>,
    pub(crate) webhooks: Vec<Webhook>,
}

impl Bob {
    /// Builds the state of a seed; nothing is sent.
    pub(crate) fn load(
        start: Start,
        now: Timestamp,
        switches: &BobSwitches,
    ) -> Result<Self, Invalid> {
        let mut bob = Self {
            zone: clock::zone(&start.company.zone)?,
            company: start.company,
            sites: BTreeMap::new(),
            inventory: Inventory::new(start.fields),
            lists: standard_lists(&start.sites),
            employees: BTreeMap::new(),
            deleted: BTreeSet::new(),
            by_mail: BTreeMap::new(),
            service_users: start
                .service_users
                .into_iter()
                .map(|it| (it.id.clone(), it))
                .collect(),
            agenda: BTreeSet::new(),
            outbox: Outbox::default(),
            learning: Learning::default(),
            limits: Limits::default(),
            next_employee: 3_400_000_000_000_000_001,
            next_item: 900_000_000,
        };
        for site in start.sites {
            let zone = clock::zone(&site.zone)?;
            bob.sites.insert(
                site.id,
                Site {
                    name: site.name,
                    zone,
                },
            );
        }
        bob.lists.extend(
            start
                .lists
                .into_iter()
                .map(|list| (list.name.clone(), list)),
        );
        for person in start.employees {
            let explicit = person.fields.clone();
            let id = bob.add(person, now)?;
            bob.settle_silently(&id, now, switches);
            // A seed may state what no lifecycle row implies.
            if let Some(employee) = bob.employees.get_mut(&id) {
                employee.values.extend(explicit);
            }
        }
        for webhook in start.webhooks {
            bob.outbox.register(webhook)?;
        }
        Ok(bob)
    }

    /// Stores a new employee; his lifecycle rows have not taken effect yet.
    pub(crate) fn add(&mut self, mut person: Person, now: Timestamp) -> Result<String, Invalid> {
        if person.id.is_empty() {
            person.id = self.fresh_id();
        }
        let id = person.id.clone();
        if id.len() > 19 || !id.bytes().all(|byte| byte.is_ascii_digit()) {
            return Err(Invalid::new(format!("employee id {id:?} is not a number")));
        }
        if self.employees.contains_key(&id) || self.deleted.contains(&id) {
            return Err(Invalid::new(format!(
                "employee {id} exists or existed already"
            )));
        }
        normalise(&mut person.fields);
        for field in person.fields.keys() {
            self.check_field(field)?;
        }
        // A custom column of a table is a custom field.
        let rows = person.tables.get("work").into_iter().flatten();
        let columns = rows.filter_map(|row| row.get("customColumns")?.as_object());
        for column in columns.flat_map(|it| it.keys()) {
            self.check_field(&format!("work.customColumns.{column}"))?;
        }
        let created = clock::micros(now, 0);
        person
            .fields
            .entry("root.creationDateTime".into())
            .or_insert_with(|| json!(created));
        let day = created.get(..10).unwrap_or_default();
        person
            .fields
            .entry("root.creationDate".into())
            .or_insert_with(|| json!(day));

        // "Today" is the site's day.
        let today = clock::today(now, &self.zone_for(&person.fields));
        let employee = Employee::from_person(person, today)?;
        if let Some(mail) = employee.mail() {
            self.claim_mail(mail, &id)?;
            self.by_mail.insert(mail.to_lowercase(), id.clone());
        }
        self.employees.insert(id.clone(), employee);
        self.switch_tables(&id, now);
        Ok(id)
    }

    /// Refuses ids that Bob's inventory does not hold; custom ones are added to it.
    pub(crate) fn check_field(&mut self, field: &str) -> Result<(), Invalid> {
        if self.inventory.admit(field) {
            return Ok(());
        }
        Err(Invalid::new(format!(
            "unknown field {field:?}; add it to the seed's fields"
        )))
    }

    /// Refuses a mail that somebody else has.
    pub(crate) fn claim_mail(&self, mail: &str, id: &str) -> Result<(), Invalid> {
        match self.by_mail.get(&mail.to_lowercase()) {
            Some(holder) if holder != id => Err(Invalid::new(format!(
                "the mail of {id} belongs to {holder}"
            ))),
            _ => Ok(()),
        }
    }

    /// The employee with this id or work mail.
    pub(crate) fn find(&self, identifier: &str) -> Option<&Employee> {
        let by_mail = || self.by_mail.get(&identifier.to_lowercase());
        let id = if identifier.contains('@') {
            by_mail()?.as_str()
        } else {
            identifier
        };
        self.employees.get(id)
    }

    /// Keeps the index of mails right after values have changed.
    pub(crate) fn reindex_mail(&mut self, id: &str) {
        self.by_mail.retain(|_, holder| holder != id);
        if let Some(mail) = self.employees.get(id).and_then(Employee::mail) {
            self.by_mail.insert(mail.to_lowercase(), id.to_owned());
        }
    }

    fn fresh_id(&mut self) -> String {
        loop {
            let id = self.next_employee.to_string();
            self.next_employee += 1;
            if !self.employees.contains_key(&id) && !self.deleted.contains(&id) {
                return id;
            }
        }
    }
}

/// Turns `work.reportsTo` into the manager's id, from which it is calculated.
pub(crate) fn normalise(fields: &mut BTreeMap<String, serde_json::Value>) {
    if let Some(manager) = fields.remove("work.reportsTo") {
        let id = manager.get("id").cloned().unwrap_or(manager);
        fields.insert("work.manager".into(), id);
    }
}

/// Lists that every company has.
fn standard_lists(sites: &[SeedSite]) -> BTreeMap<String, List> {
    let mut site = List::new("site");
    site.items.extend(
        sites
            .iter()
            .map(|it| ListItem::new(it.id.to_string(), it.name.clone())),
    );
    let lists = [
        site,
        List::new("status")
            .item("Active", "Active")
            .item("Inactive", "Inactive"),
        List::new("lifecycleStatus")
            .item(employee::HIRED, "Hired")
            .item(employee::EMPLOYED, "Employed")
            .item("leave", "Leave")
            .item("parental leave", "Parental leave")
            .item(employee::GARDEN_LEAVE, "Garden leave")
            .item(employee::TERMINATED, "Terminated"),
        List::new("state").item("uninvited", "Uninvited"),
        List::new("department"),
        List::new("title"),
        List::new("terminationreason"),
        List::new("lifecycleReasonType"),
    ];
    lists
        .into_iter()
        .map(|list| (list.name.clone(), list))
        .collect()
}

/// The routes of Bob's API, without fault injection and log.
pub(crate) fn router(shared: Arc<Shared>) -> Router {
    let person = "/v1/people/{identifier}";
    let employee = "/v1/employees/{identifier}";
    let custom = "/v1/people/custom-tables/{identifier}/{tableId}";
    let lists = "/v1/company/named-lists";
    let fields = "/v1/company/people/fields";
    let learning = "/v1/learning/lms-integrations";
    let provider = "/v1/learning/lms-integrations/{provider}";
    let mut router = Router::new();
    for table in tables::read::tables() {
        router = router.route(&format!("{person}/{table}"), tables::read::table(table));
    }
    for table in tables::bulk::tables() {
        let path = format!("/v1/bulk/people/{table}");
        router = router.route(&path, tables::bulk::table(table));
    }
    router
        .route("/v1/people", post(writes::create))
        .route("/v1/people/search", post(people::search))
        .route(person, post(people::read).put(writes::edit))
        .route(&format!("{person}/email"), put(writes::change_mail))
        .route(&format!("{person}/training"), post(tables::training::add))
        .route(&format!("{person}/work"), post(writes::add_work_row))
        .route(
            &format!("{person}/training/{{entryId}}"),
            delete(tables::training::remove),
        )
        .route(custom, get(tables::custom::read).post(tables::custom::add))
        .route(&format!("{custom}/{{entryId}}"), put(tables::custom::edit))
        .route("/v1/profiles", get(profiles::profiles))
        .route(
            &format!("{employee}/start-date"),
            post(writes::change_start),
        )
        .route(&format!("{employee}/terminate"), post(writes::terminate))
        .route(&format!("{employee}/uninvite"), post(writes::uninvite))
        .route(&format!("{employee}/invitations"), post(writes::invite))
        .route(
            fields,
            get(metadata::fields).post(metadata_edits::add_field),
        )
        .route(
            &format!("{fields}/{{fieldId}}"),
            put(metadata_edits::edit_field).delete(metadata_edits::remove_field),
        )
        .route(learning, post(learning::register))
        .route(provider, delete(learning::remove))
        .route(
            &format!("{provider}/training-content"),
            post(learning::push),
        )
        .route(
            &format!("{provider}/xapi/statements"),
            post(learning::report),
        )
        .route(lists, get(metadata::lists))
        .route(
            &format!("{lists}/{{listName}}"),
            get(metadata::list).post(metadata_edits::add_item),
        )
        .route(
            &format!("{lists}/{{listName}}/{{itemId}}"),
            put(metadata_edits::edit_item).delete(metadata_edits::archive_item),
        )
        .fallback(async || html(StatusCode::OK))
        .method_not_allowed_fallback(async || html(StatusCode::OK))
        .with_state(shared)
}

/// The vendor's web application, which answers where the API does not.
pub(crate) fn html(status: StatusCode) -> Response {
    let page = "<!DOCTYPE html><html><head><title>HiBob</title></head><body></body></html>";
    (
        status,
        [(header::CONTENT_TYPE, "text/html; charset=UTF-8")],
        page,
    )
        .into_response()
}

/// A request that does not follow the rules; the text says which.
#[derive(Clone, Copy, Debug)]
struct BadRequest(&'static str);

impl BadRequest {
    fn respond(self) -> Response {
        refusal(StatusCode::BAD_REQUEST, "invalidRequest", self.0)
    }
}

/// Bob's usual refusal.
fn refusal(status: StatusCode, key: &str, error: &str) -> Response {
    (status, axum::Json(json!({ "key": key, "error": error }))).into_response()
}
