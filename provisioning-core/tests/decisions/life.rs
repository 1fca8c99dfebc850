//! A small company whose people are hired, move, go on leave, leave and return.
//!
//! It is the model of Bob that the properties hold the core's work against: it knows, without any
//! of the core's rules, what should be in 360Learning at the end.

use std::collections::BTreeSet;
use std::fmt::Write as _;

use jiff::civil::Date;
use learning360_client::{Role, Visibility};
use proptest::prelude::*;
use provisioning_core::Evidence;
use serde_json::json;

use crate::model::GROUP;
use crate::stage::{POLICY, Stage};

pub(crate) const PEOPLE: [&str; 4] = ["101", "102", "103", "104"];
const ROOT: &str = "507f1f77bcf86cd799439000";
pub(crate) const TEAMS: [&str; 3] = [
    "507f1f77bcf86cd7994390a0",
    "507f1f77bcf86cd7994390a1",
    "507f1f77bcf86cd7994390a2",
];
/// No rule is about it.
const CLUB: &str = "507f1f77bcf86cd7994390cc";
const TEAM_FIELD: &str = "5f0000000000000000000001";
const SHIRT_FIELD: &str = "5f0000000000000000000002";
/// Somebody in 360Learning whom Bob does not know.
const COACH: &str = "00000000000000000000ffff";
const NAMES: [&str; 3] = ["Lovelace", "King", "Byron"];

/// What can happen to somebody, in Bob or in 360Learning.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Happening {
    Hire,
    Rename(usize),
    Move(usize),
    Report(Option<usize>),
    Mail(usize),
    Relocate,
    Leave,
    Return,
    Terminate,
    Rehire,
    Delete,
    /// An administrator gives a role, a value and a manager that no rule is about.
    Gifts,
    /// An administrator edits what a rule is about.
    Meddling,
    /// The company changes its rules.
    Policy,
}

/// One day: what happens to whom, and how Bob tells.
#[derive(Clone, Copy, Debug)]
pub(crate) struct Day {
    pub(crate) person: usize,
    pub(crate) what: Happening,
    /// How often the event is delivered; 0 = it is lost.
    pub(crate) times: usize,
    /// How many days late.
    pub(crate) late: usize,
}

/// Whether two people may ever want the same mail.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Mails {
    Own,
    Shared,
}

#[derive(Clone, Copy, Debug, PartialEq, Eq)]
enum Standing {
    Unborn,
    Active,
    Leave,
    Left,
    Deleted,
}

/// What Bob knows of somebody.
#[derive(Clone, Debug)]
struct Person {
    standing: Standing,
    name: usize,
    team: usize,
    manager: Option<usize>,
    mail: String,
    inside: bool,
    start: Date,
    since: Date,
}

/// The company as it is, and the stage on which the driver works.
pub(crate) struct Company {
    pub(crate) stage: Stage,
    people: Vec<Person>,
    mails: Mails,
    policies: [String; 2],
    policy: usize,
    today: Date,
    /// Accounts that got gifts, and those of them that may have lost them.
    gifted: BTreeSet<String>,
}

/// Lives of so many days.
pub(crate) fn lives(days: usize) -> impl Strategy<Value = Vec<Day>> {
    let what = prop_oneof![
        2 => Just(Happening::Hire),
        2 => (0..NAMES.len()).prop_map(Happening::Rename),
        3 => (0..TEAMS.len()).prop_map(Happening::Move),
        3 => prop::option::of(0..PEOPLE.len()).prop_map(Happening::Report),
        3 => (0..3_usize).prop_map(Happening::Mail),
        1 => Just(Happening::Relocate),
        2 => Just(Happening::Leave),
        3 => Just(Happening::Return),
        1 => Just(Happening::Terminate),
        2 => Just(Happening::Rehire),
        1 => Just(Happening::Delete),
        1 => Just(Happening::Gifts),
        1 => Just(Happening::Meddling),
        1 => Just(Happening::Policy),
    ];
    let times = prop_oneof![1 => Just(0_usize), 2 => Just(1), 1 => Just(2)];
    let day = (0..PEOPLE.len(), what, times, 0..4_usize);
    let day = day.prop_map(|(person, what, times, late)| Day {
        person,
        what,
        times,
        late,
    });
    prop::collection::vec(day, 1..=days)
}

impl Company {
    /// Three people with accounts in step, and one who is not hired yet.
    pub(crate) fn new(mails: Mails, rules: &str) -> Self {
        let policies = [0, 1].map(|shift| policy(shift, rules));
        let stage = Stage::with(&policies[0]);
        let model = &stage.model;
        model.group(ROOT, None, Visibility::Private);
        for group in TEAMS.into_iter().chain([GROUP, CLUB]) {
            model.group(group, Some(ROOT), Visibility::Private);
        }
        model.custom_field(TEAM_FIELD, "Team");
        model.custom_field(SHIRT_FIELD, "Shirt");
        model.user(COACH, "active", "coach@example.com");
        let today: Date = "2026-03-02".parse().expect("a day");
        let start: Date = "2024-04-01".parse().expect("a day");
        let person = |index: usize| Person {
            standing: if index < 3 {
                Standing::Active
            } else {
                Standing::Unborn
            },
            name: 0,
            team: index % 2,
            manager: None,
            mail: mail(mails, index, 0),
            inside: true,
            start,
            since: start,
        };
        let company = Self {
            people: (0..PEOPLE.len()).map(person).collect(),
            stage,
            mails,
            policies,
            policy: 0,
            today,
            gifted: BTreeSet::new(),
        };
        // Somebody whom no rule is about, so that Bob is never empty: nobody would believe that.
        let outsider = [
            ("root.email", Some("guest@example.com")),
            ("work.site", Some("out")),
        ];
        company.stage.person("100", "guest@example.com", &outsider);
        for (index, id) in PEOPLE.into_iter().enumerate().take(3) {
            let user = user(index);
            let model = &company.stage.model;
            model.user(&user, "active", &company.people[index].mail);
            model.set(&user, "firstName", json!(first_name(index)));
            model.set(&user, "lastName", json!(NAMES[0]));
            model.link(id, &user);
            company.write(index);
        }
        company
    }

    /// Everybody was looked at once.
    pub(crate) async fn settled(mut self) -> Self {
        for id in PEOPLE {
            self.stage.note(id, Evidence::Refresh).await;
        }
        self.stage.after(60).await;
        self.stage.after(60).await;
        self
    }

    /// Something happens; says which event of Bob's tells of it.
    pub(crate) fn live(&mut self, day: &Day) -> Option<Evidence> {
        use Standing::{Active, Deleted, Leave, Left, Unborn};
        let index = day.person;
        let (today, mails) = (self.today, self.mails);
        let person = &mut self.people[index];
        let evidence = match (day.what, person.standing) {
            (Happening::Hire, Unborn) => {
                (person.standing, person.start, person.since) = (Active, today, today);
                Evidence::Created
            }
            (Happening::Rename(name), Active | Leave) => {
                person.name = name;
                Evidence::Updated
            }
            (Happening::Move(team), Active | Leave) => {
                person.team = team;
                Evidence::Updated
            }
            (Happening::Report(manager), Active | Leave) => {
                person.manager = manager.filter(|manager| *manager != index);
                Evidence::Updated
            }
            (Happening::Mail(number), Active | Leave | Left) => {
                person.mail = mail(mails, index, number);
                Evidence::Updated
            }
            (Happening::Relocate, Active) => {
                person.inside = !person.inside;
                Evidence::Updated
            }
            (Happening::Leave, Active) => {
                person.standing = Leave;
                Evidence::Inactivated
            }
            (Happening::Return, Leave) => {
                (person.standing, person.since) = (Active, today);
                Evidence::Activated
            }
            (Happening::Terminate, Active | Leave) => {
                person.standing = Left;
                Evidence::Inactivated
            }
            (Happening::Rehire, Left) => {
                (person.standing, person.start, person.since) = (Active, today, today);
                Evidence::Activated
            }
            (Happening::Delete, Active | Leave | Left) => {
                person.standing = Deleted;
                Evidence::Deleted
            }
            (Happening::Gifts, _) => {
                self.gifts(index);
                return None;
            }
            (Happening::Meddling, _) => {
                self.meddle(index);
                return None;
            }
            _ => return None,
        };
        self.write(index);
        Some(evidence)
    }

    /// The company's other rules hold from now on.
    pub(crate) fn change_policy(self) -> Self {
        let policy = 1 - self.policy;
        let stage = self.stage.under(&self.policies[policy]);
        Self {
            stage,
            policy,
            ..self
        }
    }

    pub(crate) async fn next_day(&mut self) {
        for _ in 0..2 {
            self.stage.after(12 * 3_600).await;
        }
        self.today = self.today.tomorrow().expect("a day");
    }

    /// Bob's record of somebody.
    fn write(&self, index: usize) {
        let person = &self.people[index];
        let (id, model) = (PEOPLE[index], &self.stage.model);
        let (access, lifecycle, end) = match person.standing {
            Standing::Unborn => return,
            Standing::Deleted => {
                model.lock().people.remove(id);
                return;
            }
            Standing::Active => ("Active", "employed", None),
            Standing::Leave => ("Inactive", "parental leave", None),
            Standing::Left => ("Inactive", "terminated", Some(self.today)),
        };
        let end = end.map(|end| end.to_string());
        let (start, since) = (person.start.to_string(), person.since.to_string());
        let team = person.team.to_string();
        let record = [
            ("root.email", Some(person.mail.as_str())),
            ("root.firstName", Some(first_name(index))),
            ("root.surname", Some(NAMES[person.name])),
            ("internal.status", Some(access)),
            ("internal.lifecycleStatus", Some(lifecycle)),
            ("internal.terminationDate", end.as_deref()),
            ("internal.currentActiveStatusStartDate", Some(&*since)),
            ("work.startDate", Some(&*start)),
            ("work.department", Some(&*team)),
            ("work.site", Some(if person.inside { "in" } else { "out" })),
            (
                "work.manager",
                person.manager.map(|manager| PEOPLE[manager]),
            ),
        ];
        model.person(id, &record);
    }

    fn account(&self, index: usize) -> Option<String> {
        self.stage.model.lock().links.get(PEOPLE[index]).cloned()
    }

    fn is_live(&self, user: &str) -> bool {
        self.stage.status(user) != "deleted"
    }

    fn gifts(&mut self, index: usize) {
        let Some(user) = self.account(index).filter(|user| self.is_live(user)) else {
            return;
        };
        let model = &self.stage.model;
        model.role(&user, Role::Coach, CLUB);
        model.custom_value(&user, SHIRT_FIELD, "M");
        model.manager(&user, COACH);
        model.set(&user, "phone", json!("0612"));
        self.gifted.insert(user);
    }

    fn meddle(&self, index: usize) {
        let Some(user) = self.account(index).filter(|user| self.is_live(user)) else {
            return;
        };
        let model = &self.stage.model;
        model.set(&user, "lastName", json!("Somebody"));
        model.custom_value(&user, TEAM_FIELD, "edited");
        let mut systems = model.lock();
        if let Some(roles) = systems.roles.get_mut(&user) {
            let team = |group: &str| TEAMS.contains(&group);
            roles.retain(|role| !team(role.group.as_str()));
        }
    }
}

/// What should be, told without the core's rules.
impl Company {
    /// What is not as it should be; people who have an open question about their mail are excused.
    pub(crate) fn complaints(&self, excused: &BTreeSet<String>) -> Vec<String> {
        let mut complaints = Vec::new();
        for (index, id) in PEOPLE.into_iter().enumerate() {
            let mut complain = |text: String| complaints.push(format!("{id}: {text}"));
            let account = self.account(index);
            let live = account.as_ref().is_some_and(|user| self.is_live(user));
            match self.people[index].standing {
                Standing::Unborn if account.is_some() => complain("has an account".to_owned()),
                Standing::Leave | Standing::Left | Standing::Deleted if live => {
                    complain("is still active".to_owned());
                }
                Standing::Active if self.people[index].inside && !live && excused.contains(id) => {}
                Standing::Active if self.people[index].inside && !live => {
                    complain(format!("has no account in use: {account:?}"));
                }
                Standing::Active if self.people[index].inside => {
                    let user = account.unwrap_or_default();
                    for text in self.differences(index, &user, excused) {
                        complain(text);
                    }
                }
                _ => {}
            }
        }
        complaints
    }

    fn differences(&self, index: usize, user: &str, excused: &BTreeSet<String>) -> Vec<String> {
        let (person, model) = (&self.people[index], &self.stage.model);
        let mut found = Vec::new();
        let mut expect = |what: &str, is: String, wanted: &str| {
            if is != wanted {
                found.push(format!("{what} is {is} and not {wanted}"));
            }
        };
        let text = |member| model.text(user, member).unwrap_or_default();
        expect("the last name", text("lastName"), NAMES[person.name]);
        if !excused.contains(PEOPLE[index]) {
            expect("the mail", text("mail"), &person.mail);
        }
        let values = model.custom_values(user);
        let team = values.into_iter().find(|(field, _)| field == TEAM_FIELD);
        let team = team.map(|(_, team)| team).unwrap_or_default();
        expect("the team", team, &person.team.to_string());
        let mut roles = String::new();
        for role in model.roles(user) {
            if !role.ends_with(CLUB) {
                let _ = write!(roles, "{role} ");
            }
        }
        let wanted = TEAMS[(person.team + self.policy) % TEAMS.len()];
        let both = format!("learner:{GROUP} learner:{wanted} ");
        expect("the roles", roles, &both);
        let managers: BTreeSet<_> = model.managers(user).into_iter().collect();
        let ours = |index: usize| self.account(index);
        let ours: BTreeSet<_> = (0..PEOPLE.len()).filter_map(ours).collect();
        let managers: BTreeSet<_> = managers.intersection(&ours).cloned().collect();
        let wanted = match person.manager {
            None => Some(BTreeSet::new()),
            // An absent manager may be kept or awaited.
            Some(manager) => self
                .account(manager)
                .filter(|user| self.is_live(user))
                .map(|user| [user].into()),
        };
        if let Some(wanted) = wanted {
            expect(
                "the managers",
                format!("{managers:?}"),
                &format!("{wanted:?}"),
            );
        }
        found
    }

    /// What others gave and is gone, of accounts that were never deactivated.
    pub(crate) fn robbed(&self) -> Vec<String> {
        let effects = self.stage.model.effects();
        let stayed = |user: &&String| !effects.contains(&format!("deactivate {user}"));
        let mut robbed = Vec::new();
        for user in self.gifted.iter().filter(stayed) {
            let model = &self.stage.model;
            let shirt = (SHIRT_FIELD.to_owned(), "M".to_owned());
            let kept = [
                model.roles(user).contains(&format!("coach:{CLUB}")),
                model.custom_values(user).contains(&shirt),
                model.managers(user).contains(&COACH.to_owned()),
                model.text(user, "phone").as_deref() == Some("0612"),
            ];
            if kept != [true; 4] {
                robbed.push(format!("{user}: {kept:?}"));
            }
        }
        robbed
    }

    /// What there is in 360Learning of everybody, in one text.
    pub(crate) fn picture(&self) -> String {
        let mut picture = String::new();
        for (index, id) in PEOPLE.iter().enumerate() {
            let Some(user) = self.account(index) else {
                let _ = writeln!(picture, "{id}: nothing");
                continue;
            };
            let model = &self.stage.model;
            if !self.is_live(&user) {
                let _ = writeln!(picture, "{id}: {user} is deactivated");
                continue;
            }
            let text = |member| model.text(&user, member).unwrap_or_default();
            let _ = writeln!(
                picture,
                "{id}: {user} {} {} {:?} {:?} {:?}",
                text("mail"),
                text("lastName"),
                model.roles(&user),
                model.custom_values(&user),
                model.managers(&user),
            );
        }
        picture
    }
}

fn policy(shift: usize, rules: &str) -> String {
    let mut text = POLICY.replace("[time]", "[scope]\nwhen = \"work.site == 'in'\"\n[time]");
    text.push_str(rules);
    text.push_str("[custom_fields]\n\"Team\" = \"work.department\"\n");
    text.push_str("[manager]\nfrom = \"work.manager\"\n");
    for team in 0..TEAMS.len() {
        let group = TEAMS[(team + shift) % TEAMS.len()];
        let rule = format!("when = \"work.department == '{team}'\"");
        let _ = write!(text, "[[groups]]\ngroup = \"{group}\"\n{rule}\n");
    }
    text
}

/// Each has three mails of their own, or all have the same four.
fn mail(mails: Mails, person: usize, number: usize) -> String {
    match mails {
        Mails::Own => format!("p{person}.{number}@example.com"),
        Mails::Shared => format!("m{}@example.com", (person + number) % PEOPLE.len()),
    }
}

fn first_name(index: usize) -> &'static str {
    ["Ada", "Grace", "Edith", "Mary"][index]
}

fn user(index: usize) -> String {
    format!("{:024x}", 0xaa00 + index)
}
