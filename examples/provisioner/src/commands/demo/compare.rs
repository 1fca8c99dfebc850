//! Whether both sides agree, told from their own words and without the rules of the core.

use sandbox::{EmployeeState, Membership, Seed, State, User, UserStatus};
use serde_json::Value;

use super::cast;
use super::stage::Stage;

/// One person on both sides.
#[derive(Debug)]
pub(super) struct Pair {
    pub(super) name: String,
    pub(super) in_bob: String,
    pub(super) account: String,
    pub(super) differences: Vec<String>,
}

/// Compares everybody who is, or was, in Bob. Everybody is in the demonstration's scope.
pub(super) async fn both_sides(stage: &Stage<'_>) -> anyhow::Result<Vec<Pair>> {
    let truth = stage.state().await?;
    let name = |id: &String| stage.names.get(id).cloned().unwrap_or_default();
    let here = truth.employees.values().map(|person| {
        let account = truth.linked(PLATFORM, &person.id);
        Pair {
            name: name(&person.id),
            in_bob: text(person, "internal.lifecycleStatus"),
            account: status(account),
            differences: match account {
                Some(user) => differences(stage, &truth, person, user),
                None => vec!["no account is linked".to_owned()],
            },
        }
    });
    let gone = truth.deleted_employees.iter().map(|id| {
        let account = truth.linked(PLATFORM, id);
        let asleep = account.is_none_or(|user| user.status == UserStatus::Deleted);
        let differences = (!asleep).then(|| "not deactivated".to_owned());
        Pair {
            name: name(id),
            in_bob: "record deleted".to_owned(),
            account: status(account),
            differences: differences.into_iter().collect(),
        }
    });
    Ok(here.chain(gone).collect())
}

fn differences(
    stage: &Stage<'_>,
    truth: &State,
    person: &EmployeeState,
    user: &User,
) -> Vec<String> {
    let works = text(person, "internal.status") == "Active";
    let sleeps = user.status == UserStatus::Deleted;
    if !works {
        // What the account of somebody who left holds is nobody's business.
        return (!sleeps)
            .then(|| "not deactivated".to_owned())
            .into_iter()
            .collect();
    }
    if sleeps {
        return vec!["deactivated".to_owned()];
    }
    let label = |list: &str, field: &str| label(&stage.seed, list, &text(person, field));
    let site = label("site", "work.siteId");
    let department = label("department", "work.department");
    let custom = |id: &str| {
        let mut values = user.custom_values.iter();
        values
            .find(|it| it.custom_field_id == id)
            .map(|it| it.value.clone())
    };
    let manager = truth.linked(PLATFORM, &text(person, "work.manager"));
    let manager = manager.filter(|it| it.status != UserStatus::Deleted);
    let group = match text(person, "work.department").as_str() {
        cast::PEOPLE => Some(Seed::PEOPLE_GROUP),
        cast::ENGINEERING => Some(Seed::ENGINEERING_GROUP),
        cast::CARE => Some(Seed::CUSTOMER_CARE_GROUP),
        _ => None,
    };
    let groups = group.into_iter().chain([Seed::LEARNERS_GROUP]);
    let groups: std::collections::BTreeSet<_> =
        groups.map(|id| Membership::new(id, "learner")).collect();
    let same =
        |actual: &Option<String>, wanted: &str| actual.as_deref().unwrap_or_default() == wanted;
    let mail = text(person, "root.email").to_lowercase();
    let checks = [
        ("mail", same(&user.mail, &mail)),
        (
            "first name",
            same(&user.first_name, &text(person, "root.firstName")),
        ),
        (
            "last name",
            same(&user.last_name, &text(person, "root.surname")),
        ),
        ("job", same(&user.job, &label("title", "work.title"))),
        ("organization", same(&user.organization, &site)),
        (
            "department",
            same(&custom(Seed::DEPARTMENT_FIELD), &department),
        ),
        (
            "start date",
            same(
                &custom(Seed::START_DATE_FIELD),
                &text(person, "work.startDate"),
            ),
        ),
        ("groups", user.memberships == groups),
        ("manager", user.managers.iter().eq(manager.map(|it| &it.id))),
    ];
    let wrong = checks.into_iter().filter(|(_, is_right)| !is_right);
    wrong.map(|(what, _)| format!("{what} differs")).collect()
}

fn label(seed: &Seed, list: &str, id: &str) -> String {
    if list == "site" {
        let site = seed.sites.iter().find(|site| site.id.to_string() == id);
        return site.map(|site| site.name.clone()).unwrap_or_default();
    }
    let items = seed
        .lists
        .iter()
        .filter(|it| it.name == list)
        .flat_map(|it| &it.items);
    let item = items.into_iter().find(|item| item.id == id);
    item.map(|item| item.label.clone()).unwrap_or_default()
}

fn text(person: &EmployeeState, field: &str) -> String {
    match person.fields.get(field) {
        Some(Value::String(text)) => text.clone(),
        Some(Value::Number(number)) => number.to_string(),
        _ => String::new(),
    }
}

fn status(account: Option<&User>) -> String {
    match account.map(|user| user.status) {
        None => "none",
        Some(UserStatus::Active) => "active",
        Some(UserStatus::Invited) => "invited",
        Some(UserStatus::Deleted) => "deactivated",
    }
    .to_owned()
}

/// The platform name in the example's policy.
const PLATFORM: &str = "hibob-provisioner";
