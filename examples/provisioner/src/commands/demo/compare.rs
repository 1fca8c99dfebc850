//! Whether both sides agree, told from their own words and without the rules of the core.

use sandbox::{EmployeeState, List, State, User, UserStatus};
use serde_json::Value;

use super::stage::Stage;

/// What came of the comparison.
#[derive(Debug)]
pub(super) struct Compared(pub(super) Vec<Pair>);

/// One person on both sides.
#[derive(Debug)]
pub(super) struct Pair {
    pub(super) name: String,
    pub(super) in_bob: String,
    pub(super) account: String,
    pub(super) differences: Vec<String>,
}

impl Compared {
    pub(super) fn agree(&self) -> bool {
        !self.0.is_empty() && self.0.iter().all(|pair| pair.differences.is_empty())
    }

    pub(super) fn people(&self) -> usize {
        self.0.len()
    }
}

/// Compares everybody who is, or was, in Bob. Everybody is in the demonstration's scope.
pub(super) async fn both_sides(scene: &Stage<'_>) -> anyhow::Result<Compared> {
    let state = scene.state().await?;
    let here = state.employees.values().map(|person| {
        let account = state.linked(PLATFORM, &person.id);
        Pair {
            name: scene.name(&person.id).to_owned(),
            in_bob: person.text("internal.lifecycleStatus"),
            account: status(account),
            differences: differences(person, account, &scene.seed.lists),
        }
    });
    let gone = state.deleted_employees.iter().map(|id| {
        let account = state.linked(PLATFORM, id);
        let asleep = account.is_none_or(|user| user.status == UserStatus::Deleted);
        Pair {
            name: scene.name(id).to_owned(),
            in_bob: "record deleted".to_owned(),
            account: status(account),
            differences: if asleep {
                Vec::new()
            } else {
                vec!["not deactivated".to_owned()]
            },
        }
    });
    let mut pairs: Vec<_> = here.chain(gone).collect();
    pairs.extend(strangers(&state));
    Ok(Compared(pairs))
}

/// Accounts that nobody should have made.
fn strangers(state: &State) -> Vec<Pair> {
    let linked = |user: &&User| {
        !state
            .mappings
            .values()
            .any(|mapping| mapping.target_id == user.id)
    };
    let extra = state
        .users
        .values()
        .filter(linked)
        .filter(|user| !user.owner);
    extra
        .map(|user| Pair {
            name: user.id.clone(),
            in_bob: "nobody".to_owned(),
            account: status(Some(user)),
            differences: vec!["an account without an employee".to_owned()],
        })
        .collect()
}

fn differences(person: &EmployeeState, account: Option<&User>, lists: &[List]) -> Vec<String> {
    let Some(user) = account else {
        return vec!["no account is linked".to_owned()];
    };
    let mut differences = Vec::new();
    let works = person.text("internal.status") == "Active";
    let starts_later = person.text("internal.lifecycleStatus") == "hired";
    let wanted = works || starts_later;
    if wanted == (user.status == UserStatus::Deleted) {
        differences.push(
            if wanted {
                "deactivated"
            } else {
                "not deactivated"
            }
            .to_owned(),
        );
    }
    let title = person.text("work.title");
    let title = lists
        .iter()
        .filter(|list| list.name == "title")
        .flat_map(|list| &list.items)
        .find(|item| item.id == title)
        .map_or(String::new(), |item| item.label.clone());
    let fields = [
        ("mail", person.text("root.email").to_lowercase(), &user.mail),
        (
            "first name",
            person.text("root.firstName"),
            &user.first_name,
        ),
        ("last name", person.text("root.surname"), &user.last_name),
        ("job", title, &user.job),
    ];
    for (field, wanted, actual) in fields {
        if actual.as_deref().unwrap_or_default() != wanted {
            differences.push(format!("{field} differs"));
        }
    }
    differences
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

trait Texts {
    fn text(&self, field: &str) -> String;
}

impl Texts for EmployeeState {
    fn text(&self, field: &str) -> String {
        self.fields
            .get(field)
            .and_then(Value::as_str)
            .unwrap_or_default()
            .to_owned()
    }
}

/// The platform name in the example's policy.
const PLATFORM: &str = "hibob-provisioner";
