//! A decision looks at nothing that it did not ask for, and asks in four rounds at most.

use std::collections::BTreeSet;

use hibob_client::EmployeeId;
use learning360_client::UserId;
use proptest::prelude::*;
use proptest::sample::select;
use provisioning_core::driver::Source;
use provisioning_core::{
    Changed, Decision, Evidence, Facts, Hint, MailKey, Query, Seq, Urgency, Verdict, decide,
};
use serde_json::Value;

use crate::cases::cases;
use crate::life::{Company, Day, Mails, PEOPLE, lives};
use crate::lives::block_on;
use crate::model::Model;
use crate::stage::Stage;

/// Every question that the systems could be asked.
fn everything(model: &Model) -> BTreeSet<Query> {
    let systems = model.lock();
    let mut all = BTreeSet::from([Query::Groups, Query::CustomFields]);
    for id in PEOPLE {
        let id = EmployeeId::try_from(id).expect("an id");
        all.extend([
            Query::Person(id.clone()),
            Query::LinkOf(id.clone()),
            Query::LifecycleRows(id),
        ]);
    }
    for id in systems.users.keys() {
        let id = UserId::try_from(id.as_str()).expect("an id");
        all.extend([
            Query::User(id.clone()),
            Query::LinkTo(id.clone()),
            Query::Roles(id.clone()),
            Query::CustomValues(id.clone()),
            Query::Managers(id.clone()),
            Query::Subordinates(id),
        ]);
    }
    let users = systems.users.values().filter_map(|user| user.get("mail"));
    let people = systems.people.values().filter_map(|it| it.get("email"));
    let mails = users.chain(people).filter_map(Value::as_str);
    all.extend(mails.filter_map(MailKey::parse).map(Query::UsersByMail));
    all
}

async fn tell(facts: &mut Facts, model: &Model, queries: &BTreeSet<Query>) {
    for (query, answer) in Source::fetch(model, queries).await {
        facts.insert(query, Seq(1), answer);
    }
}

/// Asks until it is decided.
async fn verdict(stage: &Stage, id: &str, hint: &Hint, mut facts: Facts) -> Box<Verdict> {
    let employee = EmployeeId::try_from(id).expect("an id");
    let memory = stage.memory(id);
    for _ in 0..=MOST_ROUNDS {
        match decide(&stage.policy, &employee, hint, &memory, &facts, stage.now) {
            Decision::Verdict(verdict) => return verdict,
            Decision::Need { queries, .. } => tell(&mut facts, &stage.model, &queries).await,
        }
    }
    panic!("{id}: more than {MOST_ROUNDS} rounds");
}

async fn compare(company: &Company, person: usize, evidence: Evidence) {
    let (stage, id) = (&company.stage, PEOPLE[person]);
    let hint = Hint::new(evidence, Changed::Unknown, Urgency::Normal, stage.now);
    let hint = hint.stamped(Seq(1));
    let asked = verdict(stage, id, &hint, Facts::default()).await;
    let mut facts = Facts::default();
    tell(&mut facts, &stage.model, &everything(&stage.model)).await;
    let known = verdict(stage, id, &hint, facts).await;
    assert_eq!(asked, known, "{id} after {evidence:?}");
    assert_eq!(format!("{asked:?}"), format!("{known:?}"));
}

/// Lives the days; before anybody is told of one, everybody is decided about.
async fn decide_each_day(
    days: &[Day],
    mails: Mails,
    evidence: Evidence,
    broken: Option<&'static str>,
) {
    let mut company = Company::new(mails, RULES).settled().await;
    for day in days {
        let told = company.live(day);
        company.stage.model.lock().broken.extend(broken);
        for person in 0..PEOPLE.len() {
            compare(&company, person, told.unwrap_or(evidence)).await;
        }
        company.stage.model.lock().broken.clear();
        if let Some(told) = told {
            company.stage.note(PEOPLE[day.person], told).await;
        }
        company.next_day().await;
    }
}

proptest! {
    #![proptest_config(cases(150))]

    #[test]
    fn what_was_not_asked_for_changes_no_decision(
        days in lives(8), shared in any::<bool>(), evidence in select(EVIDENCE.to_vec()),
        broken in prop::option::of(select(KINDS.to_vec())),
    ) {
        let mails = if shared { Mails::Shared } else { Mails::Own };
        block_on(decide_each_day(&days, mails, evidence, broken));
    }
}

const MOST_ROUNDS: usize = 4;

const RULES: &str =
    "[lifecycle]\non_out_of_scope = \"deactivate\"\n[matching]\nauto_relink = true\n";

const EVIDENCE: [Evidence; 5] = [
    Evidence::Updated,
    Evidence::Inactivated,
    Evidence::Deleted,
    Evidence::NotListed,
    Evidence::Refresh,
];

/// Kinds of questions that may get no usable answer.
const KINDS: [&str; 9] = [
    "Person",
    "LinkOf",
    "LinkTo",
    "UsersByMail",
    "Groups",
    "CustomFields",
    "Roles",
    "CustomValues",
    "Managers",
];
