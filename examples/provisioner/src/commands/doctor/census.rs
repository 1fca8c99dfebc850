//! What Bob shows of everybody, counted, and what follows from it.

use std::collections::{BTreeMap, BTreeSet};

use hibob_client::{CompanyId, Employee, EmployeeId, Field, FieldId, FieldInventory, fields};
use provisioning_core::Policy;

use super::finding::{Area, Finding};
use crate::commands::setup::name_in_bob;

/// What Bob shows of everybody. Holds ids and counts, and a few records for the trial.
#[derive(Debug, Default)]
pub(crate) struct Census {
    ids: BTreeSet<EmployeeId>,
    statuses: BTreeMap<String, usize>,
    /// In how many records a field is, with a value or empty.
    shown: BTreeMap<FieldId, usize>,
    companies: BTreeSet<CompanyId>,
    unreadable: usize,
    sample: BTreeMap<String, Vec<Employee>>,
}

impl Census {
    /// Counts somebody, by the fields that the policy reads.
    pub(crate) fn count(&mut self, employee: Employee, wanted: &BTreeSet<FieldId>) {
        self.ids.insert(employee.id().clone());
        for field in wanted {
            if !employee.field(field).is_missing() {
                *self.shown.entry(field.clone()).or_default() += 1;
            }
        }
        self.companies.extend(employee.company_id().value());
        let status = match employee.lifecycle_status() {
            Field::Value(status) => status.as_str().to_lowercase(),
            Field::Null | Field::Missing => return,
        };
        *self.statuses.entry(status.clone()).or_default() += 1;
        let kept = self.sample.entry(status).or_default();
        if kept.len() < OF_EACH_STATUS {
            kept.push(employee);
        }
    }

    /// Counts a record that could not be read.
    pub(crate) fn count_unreadable(&mut self) {
        self.unreadable += 1;
    }

    /// How many people Bob shows.
    pub(crate) fn people(&self) -> usize {
        self.ids.len()
    }

    /// Whether Bob shows somebody.
    pub(crate) fn shows(&self, employee: &EmployeeId) -> bool {
        self.ids.contains(employee)
    }

    /// Whether anybody who has left is to be seen.
    pub(crate) fn shows_leavers(&self) -> bool {
        self.statuses.contains_key("terminated")
    }

    /// A few people of each lifecycle status.
    pub(crate) fn sample(&self) -> impl Iterator<Item = &Employee> {
        self.sample.values().flatten()
    }

    /// Somebody whose lifecycle table must have more than one row.
    pub(crate) fn somebody_with_a_past(&self) -> Option<&Employee> {
        self.sample
            .get("terminated")
            .and_then(|people| people.first())
    }

    /// What all of it says.
    pub(crate) fn findings(
        &self,
        policy: &Policy,
        inventory: Option<&FieldInventory>,
        company: Option<CompanyId>,
    ) -> Vec<Finding> {
        if self.ids.is_empty() && self.unreadable > 0 {
            let what = format!("{} records came, and none with an id", self.unreadable);
            let next = "let the permission group view the section \"Basic info\" for all people";
            return vec![Finding::error(Area::Bob, "permission_gap", what).next(next)];
        }
        if self.ids.is_empty() {
            return vec![
                Finding::error(Area::Bob, "nobody_visible", "Bob shows nobody").next(
                    "put the service user into a permission group, and give that group \"Access \
                     data for\" people by condition, see step 2 of `provisioner setup`",
                ),
            ];
        }
        let mut findings = self.hidden(policy, inventory);
        findings.extend(self.population());
        findings.extend(self.company(company));
        if self.unreadable > 0 {
            let what = format!("{} records could not be read", self.unreadable);
            findings.push(Finding::warning(Area::Bob, "unreadable_records", what));
        }
        findings
    }

    fn hidden(&self, policy: &Policy, inventory: Option<&FieldInventory>) -> Vec<Finding> {
        let mut findings = Vec::new();
        for field in policy.fields() {
            let shown = self.shown.get(field).copied().unwrap_or_default();
            let known = inventory.is_none_or(|inventory| inventory.contains(field));
            if shown == self.people() || !known {
                continue;
            }
            let section = section(field, inventory);
            let line = policy.lines_of(field).into_iter().next();
            let is_canary = CANARIES.contains(&field.as_str());
            let finding = if shown > 0 {
                let hidden = self.people() - shown;
                let what = format!(
                    "`{field}` is hidden in {hidden} of {} records",
                    self.people()
                );
                Finding::warning(Area::Bob, "field_hidden_in_part", what)
            } else if is_canary {
                let what = format!(
                    "`{field}` is hidden, so nothing is known of anybody's employment: nobody is \
                     created and nobody is deactivated"
                );
                Finding::error(Area::Bob, "permission_gap", what)
            } else {
                let what =
                    format!("`{field}` is hidden: what the policy makes of it never changes");
                Finding::error(Area::Bob, "source_field_missing", what)
            };
            findings.push(finding.at(line).next(format!(
                "let the permission group view the section {section} for all people"
            )));
        }
        if findings.is_empty() {
            let fields = policy.fields().len();
            let what = format!("all {fields} fields of the policy can be read");
            findings.push(Finding::ok(Area::Bob, "fields_readable", what));
        }
        findings
    }

    fn population(&self) -> Vec<Finding> {
        let statuses = self.statuses.iter();
        let statuses: Vec<_> = statuses
            .map(|(status, people)| format!("{people} {status}"))
            .collect();
        let mut what = format!("{} people are visible", self.people());
        if !statuses.is_empty() {
            what = format!("{what}: {}", statuses.join(", "));
        }
        let mut findings = vec![Finding::ok(Area::Bob, "people_visible", what)];
        // Without the status nothing can be said; the field's own finding stands above.
        if statuses.is_empty() {
            return findings;
        }
        if !self.shows_leavers() {
            let what =
                "nobody is visible who has left: leavers may be hidden from the service user";
            // A company of this size has leavers.
            let finding = if self.people() >= SURELY_WITH_LEAVERS {
                Finding::warning(Area::Bob, POPULATION_HIDES_LEAVERS, what)
            } else {
                Finding::note(Area::Bob, POPULATION_HIDES_LEAVERS, what)
            };
            findings.push(finding.next(
                "if somebody ever left, tick Terminated in \"Access data for\", step 2 of \
                 `provisioner setup`",
            ));
        }
        if !self.statuses.contains_key("hired") {
            let what = "nobody is visible who has yet to start: fine, if there is nobody";
            findings.push(
                Finding::note(Area::Bob, "population_hides_pre_hires", what)
                    .next("if there is somebody, tick Hired in \"Access data for\""),
            );
        }
        findings
    }

    fn company(&self, expected: Option<CompanyId>) -> Option<Finding> {
        let mut companies = self.companies.iter().copied();
        let seen = companies.next().filter(|_| companies.next().is_none())?;
        Some(match expected {
            Some(expected) if expected == seen => {
                Finding::ok(Area::Bob, "company", format!("the company is {seen}"))
            }
            Some(_) => Finding::error(
                Area::Bob,
                "wrong_company",
                format!(
                    "the company is {seen}, and HIBOB_COMPANY_ID names another: no event is taken"
                ),
            )
            .next(format!("set HIBOB_COMPANY_ID={seen}")),
            None => Finding::note(
                Area::Bob,
                "company_unchecked",
                format!("the company is {seen}; events are not checked for it"),
            )
            .next(format!("set HIBOB_COMPANY_ID={seen}")),
        })
    }
}

/// The section of people's data that shows a field, in Bob's words where they are known.
fn section(field: &FieldId, inventory: Option<&FieldInventory>) -> String {
    let definition = inventory.and_then(|inventory| inventory.get(field));
    let first = field.as_str().split('.').next().unwrap_or_default();
    let category = definition.and_then(|it| it.category_id.as_deref());
    let category = category.unwrap_or(match first {
        "internal" => "lifecycle",
        first => first,
    });
    match name_in_bob(category) {
        Some(name) => format!("\"{name}\""),
        None => format!("with the id `{category}`"),
    }
}

/// The fields that every record has. If one is gone, permissions are missing.
pub(crate) const CANARIES: [&str; 3] = [
    fields::ROOT_ID,
    fields::INTERNAL_STATUS,
    fields::INTERNAL_LIFECYCLE_STATUS,
];

pub(crate) const POPULATION_HIDES_LEAVERS: &str = "population_hides_leavers";

/// Kept for the trial, of each lifecycle status.
const OF_EACH_STATUS: usize = 10;

/// With so many people, and nobody who ever left, somebody is hidden.
const SURELY_WITH_LEAVERS: usize = 50;
