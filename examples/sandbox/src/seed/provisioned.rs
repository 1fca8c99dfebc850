//! Users who are there already, linked and in step with a seed's own policy.

use std::collections::BTreeMap;

use serde_json::Value;

use super::company::{DEPARTMENTS, LANGUAGE_FIELD, LANGUAGES};
use super::{CustomValue, Mapping, Membership, Person, Seed, User, UserStatus};
use crate::bob::Bob;
use crate::bob::employee::Employee;
use crate::engine::World;
use crate::seed::Invalid;

impl Seed {
    /// Gives users in 360Learning to the first so many employees of a ready or generated company,
    /// linked to them and in step with [`Seed::POLICY`]: active for those who work, invited for
    /// those who have not begun, deleted for those who have left or are on leave.
    ///
    /// # Errors
    ///
    /// If the seed contradicts itself.
    pub fn provisioned(mut self, people: usize) -> Result<Self, Invalid> {
        let world = World::load(self.clone())?;
        let bob = &world.bob;
        let people = people.min(self.employees.len());
        let users: BTreeMap<String, String> = (0_u64..)
            .zip(&self.employees[..people])
            .map(|(index, person)| (person.id.clone(), Self::user_id(index)))
            .collect();
        let status = |id: &str| bob.employees.get(id).map_or(UserStatus::Deleted, status);
        for person in &self.employees[..people] {
            let Some(employee) = bob.employees.get(&person.id) else {
                continue;
            };
            let id = users[&person.id].clone();
            let user = user(bob, employee, person, id.clone());
            let chief = text(&bob.value(employee, "work.manager"));
            let chief = chief.filter(|chief| {
                // A deleted user manages nobody, and has no manager either.
                user.status != UserStatus::Deleted && status(chief) != UserStatus::Deleted
            });
            let chief = chief.and_then(|chief| users.get(&chief));
            let user = match chief {
                Some(chief) => user.manager(chief),
                None => user,
            };
            self.users.push(user);
            self.mappings
                .push(Mapping::user(Self::PLATFORM, id, person.id.clone()));
        }
        Ok(self)
    }
}

/// What an account's status is when both sides agree.
fn status(employee: &Employee) -> UserStatus {
    match (employee.is_active(), employee.lifecycle_status()) {
        (true, _) => UserStatus::Active,
        (false, "hired") => UserStatus::Invited,
        _ => UserStatus::Deleted,
    }
}

fn user(bob: &Bob, employee: &Employee, person: &Person, id: String) -> User {
    let value = |field: &str| text(&bob.value(employee, field));
    let label = |list: &str, item: Option<String>| {
        let items = &bob.lists.get(list)?.items;
        let found = items.iter().find(|it| Some(&it.id) == item.as_ref())?;
        Some(found.label.clone())
    };
    let department = value("work.department");
    let language = value(LANGUAGE_FIELD);
    let language = LANGUAGES
        .iter()
        .find(|(item, ..)| language.as_deref() == Some(item));
    let mut user = User::new(id).status(status(employee));
    user.mail = value("root.email").map(|mail| mail.trim().to_lowercase());
    user.first_name = value("root.firstName");
    user.last_name = value("root.surname");
    user.job = label("title", value("work.title"));
    user.phone = value("work.workPhone").or_else(|| value("work.workMobile"));
    let code = language.map_or("en", |(.., code)| code);
    code.clone_into(&mut user.lang);
    let department_label = label("department", department.clone());
    let custom = department_label.map(|it| CustomValue::text(Seed::DEPARTMENT_FIELD, it));
    user.custom_values.extend(custom);
    let start = person.fields.get("work.startDate").and_then(text);
    user.custom_values
        .extend(start.map(|it| CustomValue::date(Seed::START_DATE_FIELD, it)));
    if user.status != UserStatus::Deleted {
        let group = DEPARTMENTS
            .iter()
            .position(|(item, _)| department.as_deref() == Some(item));
        let groups = group.map(Seed::department_group);
        let groups = groups.into_iter().chain([Seed::LEARNERS_GROUP.to_owned()]);
        user.memberships = groups.map(|it| Membership::new(it, "learner")).collect();
    }
    user
}

fn text(value: &Value) -> Option<String> {
    value.as_str().map(str::to_owned)
}
