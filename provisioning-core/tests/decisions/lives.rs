//! Whatever is lost, doubled, late or out of order: in the end both sides agree.

use std::collections::BTreeSet;

use proptest::prelude::*;
use provisioning_core::driver::{Review, Store, review};
use provisioning_core::policy::Depth;
use provisioning_core::{Disposition, Evidence, Reason};

use crate::cases::cases;
use crate::life::{Company, Day, Happening, Mails, PEOPLE, lives};

/// Events on their way: the day on which they arrive, and what they say of whom.
type Post = Vec<(usize, usize, Evidence)>;

/// Lives the days; each event arrives late, twice or not at all.
async fn told_badly(mut company: Company, days: &[Day]) -> Company {
    let mut post = Post::new();
    let longest = days.iter().map(|day| day.late).max().unwrap_or_default();
    for number in 0..days.len() + 2 * longest {
        if let Some(day) = days.get(number) {
            if day.what == Happening::Policy {
                company = company.change_policy();
            }
            if let Some(evidence) = company.live(day) {
                let copies = (0..day.times).map(|copy| number + day.late * (copy + 1));
                post.extend(copies.map(|arrives| (arrives, day.person, evidence)));
            }
        }
        // What arrives on one day arrives in the wrong order.
        for (_, person, evidence) in post.iter().rev().filter(|(day, ..)| *day == number) {
            company.stage.note(PEOPLE[*person], *evidence).await;
        }
        company.next_day().await;
    }
    company
}

/// A full synchronization whose holds are approved.
async fn synchronize(company: &mut Company) {
    let stage = &mut company.stage;
    stage.sync(Depth::Deep).await;
    for _ in 0..8 {
        let ledger = stage.driver.store().ledger().await.expect("it holds").value;
        let held: Vec<_> = ledger.held().map(|hold| hold.id).collect();
        let approved = review(stage.driver.store(), Review::Approve, &held, stage.now).await;
        approved.expect("it holds");
        stage.after(60).await;
    }
    for _ in 0..3 {
        stage.after(3_600).await;
    }
}

/// Those about whose mail a question is open, which a person has to answer.
async fn questioned(company: &Company) -> BTreeSet<String> {
    let about_the_mail = [
        Reason::MailHeldByDeleted,
        Reason::MailHeldByOther,
        Reason::SharedIdentity,
        Reason::MailMoving,
        Reason::MailCycle,
    ];
    let mut open = BTreeSet::new();
    for id in PEOPLE {
        let seen = company.stage.look_at(id).await;
        let conflict = matches!(seen.disposition, Disposition::Conflict(_));
        let mut reasons = seen.findings.iter().map(|finding| finding.reason);
        if conflict || reasons.any(|reason| about_the_mail.contains(&reason)) {
            open.insert(id.to_owned());
        }
    }
    open
}

pub(crate) fn block_on<T>(future: impl Future<Output = T>) -> T {
    let runtime = tokio::runtime::Builder::new_current_thread().build();
    runtime.expect("a runtime").block_on(future)
}

const RULES: [&str; 3] = [
    "",
    "[lifecycle]\nactivate = true\non_out_of_scope = \"deactivate\"\n",
    "[matching]\nadopt = \"manual\"\nauto_relink = true\n",
];

proptest! {
    #![proptest_config(cases(150))]

    #[test]
    fn ord_09_one_synchronization_makes_up_for_whatever_was_lost(
        days in lives(12), rules in 0..RULES.len(),
    ) {
        block_on(async {
            let company = Company::new(Mails::Own, RULES[rules]).settled().await;
            let mut company = told_badly(company, &days).await;
            synchronize(&mut company).await;
            let complaints = company.complaints(&BTreeSet::new());
            assert!(complaints.is_empty(), "{complaints:#?}\n{}", company.picture());
            assert_eq!(company.robbed(), Vec::<String>::new());
            let (before, effects) = (company.picture(), company.stage.model.effects());
            synchronize(&mut company).await;
            assert_eq!(company.stage.model.effects(), effects, "a second one has nothing to do");
            assert_eq!(company.picture(), before);
        });
    }

    #[test]
    fn ord_09_questions_about_mails_stay_open_and_all_else_agrees(
        days in lives(12), rules in 0..RULES.len(),
    ) {
        block_on(async {
            let company = Company::new(Mails::Shared, RULES[rules]).settled().await;
            let mut company = told_badly(company, &days).await;
            synchronize(&mut company).await;
            let effects = company.stage.model.effects();
            synchronize(&mut company).await;
            assert_eq!(company.stage.model.effects(), effects, "a second one has nothing to do");
            let complaints = company.complaints(&questioned(&company).await);
            assert!(complaints.is_empty(), "{complaints:#?}\n{}", company.picture());
            assert_eq!(company.robbed(), Vec::<String>::new());
        });
    }

    #[test]
    fn ord_08_a_life_ends_the_same_in_whatever_order_it_is_told(
        days in lives(12), keys in prop::collection::vec((any::<u16>(), any::<bool>()), 24),
    ) {
        let picture = |mut order: Vec<(usize, Evidence)>, pauses: &[bool]| {
            let days = &days;
            block_on(async move {
                let mut company = Company::new(Mails::Own, "").settled().await;
                let mut events = Vec::new();
                for day in days {
                    let evidence = company.live(day);
                    events.extend(evidence.map(|evidence| (day.person, evidence)));
                    company.next_day().await;
                }
                if order.is_empty() {
                    order = events;
                }
                for (index, (person, evidence)) in order.iter().enumerate() {
                    company.stage.note(PEOPLE[*person], *evidence).await;
                    if pauses.get(index).is_none_or(|pause| *pause) {
                        company.stage.after(3_600).await;
                    }
                }
                company.next_day().await;
                (order, company.picture())
            })
        };
        let (events, in_order) = picture(Vec::new(), &[]);
        let mut shuffled: Vec<_> = events.iter().chain(&events).zip(&keys).collect();
        shuffled.sort_by_key(|(_, (key, _))| *key);
        let pauses: Vec<_> = shuffled.iter().map(|(_, (_, pause))| *pause).collect();
        let shuffled: Vec<_> = shuffled.into_iter().map(|(event, _)| *event).collect();
        if !shuffled.is_empty() {
            prop_assert_eq!(picture(shuffled, &pauses).1, in_order);
        }
    }
}
