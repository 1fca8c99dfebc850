//! What people were a while ago, for reads that lag behind.

use std::collections::BTreeMap;

use jiff::Timestamp;

use crate::bob::employee::Employee;
use crate::clock;

/// Earlier versions of employees.
#[derive(Debug, Default)]
pub(crate) struct History {
    /// By employee, in the order of time: when it was changed, and what it was before.
    changes: BTreeMap<String, Vec<(Timestamp, Option<Employee>)>>,
}

impl History {
    /// Notes that an employee was changed; `before` is `None` if he did not exist.
    pub(crate) fn note(&mut self, id: String, now: Timestamp, before: Option<Employee>) {
        let oldest = clock::plus(now, -KEPT);
        let versions = self.changes.entry(id).or_default();
        versions.retain(|(at, _)| *at >= oldest);
        versions.push((now, before));
    }

    /// Puts everybody back to what he was then, and returns what he is now.
    pub(crate) fn rewind(
        &self,
        employees: &mut BTreeMap<String, Employee>,
        then: Timestamp,
    ) -> Vec<(String, Option<Employee>)> {
        let mut present = Vec::new();
        for (id, versions) in &self.changes {
            let Some((_, version)) = versions.iter().find(|(at, _)| *at > then) else {
                continue;
            };
            present.push((id.clone(), put(employees, id, version.clone())));
        }
        present
    }

    /// Undoes [`rewind`](Self::rewind).
    pub(crate) fn restore(
        employees: &mut BTreeMap<String, Employee>,
        present: Vec<(String, Option<Employee>)>,
    ) {
        for (id, employee) in present {
            drop(put(employees, &id, employee));
        }
    }
}

/// Stores or removes an employee; returns what was there.
fn put(
    employees: &mut BTreeMap<String, Employee>,
    id: &str,
    employee: Option<Employee>,
) -> Option<Employee> {
    match employee {
        Some(employee) => employees.insert(id.to_owned(), employee),
        None => employees.remove(id),
    }
}

/// Seconds for which earlier versions are kept.
const KEPT: i64 = 3600;
