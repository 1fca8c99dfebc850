//! Pure decisions for provisioning: a webhook event of HiBob's ("Bob") and the facts of both
//! systems go in, a plan of actions in 360Learning comes out.
//!
//! Events wake, facts decide. A webhook says that something about one employee changed; the
//! decision is made from what both systems say now. The core does no I/O, knows no clock, draws no
//! random number, keeps no global state and never panics; the same input gives the same bytes.
//!
//! # The way of the data
//!
//! ```text
//! webhook ─ classify ─→ Hint ─┐                 ┌─ Need: read it, add it to the Facts, call again
//!   (hints of one employee    ├─→ decide ───────┤
//!    merge into one)  Memory ─┘                 └─ Verdict ─ admit ─→ steps that run, steps held
//!                                                                        │
//!                       Memory, whom to wake ←─ absorb ←─ outcome ←─ apply one step after another
//! ```
//!
//! | | what it does | what the host does with it |
//! |---|---|---|
//! | [`Policy`] | says who gets which account; parsed once, [bound](Policy::bind) to the tenant's catalog; [warns](Policy::lint) of what is not meant, says what it [needs](Policy::requirements) | reloads it when the file changes |
//! | [`classify`] | turns a verified delivery into a [`Hint`], or says why there is none | notes the hint durably, answers 200 |
//! | [`Hint`] | why somebody is to be looked at; hints [merge](Hint::merge) in any order | keeps one for each employee, [stamped](Hint::stamped) with a running number |
//! | [`decide()`] | asks for facts until it can tell, then gives a [`Verdict`]; at most four rounds | reads what is asked for |
//! | [`Verdict`] | a [`Disposition`], [`Finding`]s beside it, a [`Plan`] of [`Step`]s, their [`Charge`]s, when to look again, an [`Explanation`] | shows it |
//! | [`admit()`] | lets steps run or holds them for approval, by the budgets in the [`Ledger`] | stores memory and ledger together, *before* the first step |
//! | [`absorb()`] | says what a step's [`Outcome`] means: go on, skip, decide again, wait, stop | stores the memory after each step, looks at whom it wakes |
//! | [`Memory`] | what is remembered of one employee; opaque, versioned, serialisable | stores it |
//! | [`sync`] | the same decision for everybody, from what both systems list | runs it daily |
//! | [`preview`] | what a changed policy would do | runs it before the change |
//! | [`quarantine`] | when to stop calling an API that refuses or fails | obeys |
//!
//! What a host must keep: hints and memory are written by one worker an employee at a time;
//! memory and ledger are stored in one transaction that fails if a newer hint came in or somebody
//! else wrote the ledger; then it decides again. After any surprise, a crash included, the cure is
//! the same: decide again from fresh facts. The feature `driver` does all of it.
//!
//! # The pure core
//!
//! ```
//! use hibob_client::webhook::{Secret, Verifier};
//! use provisioning_core::{
//!     Action, Answer, Classified, Data, Decision, Delivery, Effect, Endpoint, Facts, Ledger, Memory,
//!     Next, Outcome, Policy, Population, Query, Seq, Step, absorb, admit, classify, decide,
//! };
//! # use serde_json::json;
//!
//! /// Reads what is asked for: here from a Bob who knows Ada, and a 360Learning that knows nobody.
//! fn read(query: &Query) -> Answer {
//! #   let ada = json!({
//! #       "id": "33", "email": "ada@example.com", "firstName": "Ada", "surname": "Lovelace",
//! #       "internal": { "status": "Active", "lifecycleStatus": "employed" },
//! #   });
//! #   let ada = hibob_client::Employee::from_json(ada).expect("a record");
//!     match query {
//!         Query::Person(_) => Answer::Found(Data::Person(Box::new(ada))),
//!         Query::UsersByMail(_) => Answer::Found(Data::Users(Vec::new())),
//!         _ => Answer::NotFound,
//!     }
//! }
//!
//! /// Applies a step: a stand-in for the calls of `learning360_client`.
//! fn apply(step: &Step) -> Outcome {
//! #   let user = learning360_client::UserId::try_from("0000000000000000000000aa").expect("an id");
//!     match &step.action {
//!         Action::Create { .. } => Outcome::Done(Effect::Created(user)),
//!         _ => Outcome::Done(Effect::Plain),
//!     }
//! }
//!
//! # fn main() -> Result<(), Box<dyn std::error::Error>> {
//! let policy = Policy::parse(
//!     r#"
//!     platform = "example-provisioner"            # the name of our links; keep it for ever
//!     [time]
//!     zone = "Europe/Paris"                       # days end where people work
//!     [user]
//!     group = "507f1f77bcf86cd799439011"          # everybody is a learner here
//!     mail = "email | trim | lower"
//!     first_name = "firstName"
//!     last_name = "surname"
//!     "#,
//! )?;
//! # let now: jiff::Timestamp = "2026-03-02T09:00:00Z".parse()?;
//! # let body = json!({ "type": "employee.created", "version": "v2", "data": { "employeeId": "33" } });
//! # let body = body.to_string().into_bytes();
//! # let headers = hibob_client::testing::signed_headers("from Bob's settings", &body);
//!
//! // A webhook arrives. Nothing is read from it but who it is about.
//! let verifier = Verifier::new([Secret::new("upsert-1", "from Bob's settings")])?;
//! let opened = verifier.open(&headers, &body, now)?;      // fails: answer 401
//! let delivery = Delivery::new(&opened.delivery, Endpoint::Upsert);
//! let Classified::Hint(hinted) = classify(&policy, &delivery, now) else {
//!     return Ok(());                                      // not acted on: answer 200
//! };
//! let position = Seq(1);                                  // the Store counts what comes in
//! let hint = hinted.hint.stamped(position);               // store it, then answer 200
//!
//! // Decide. What is read now was read after that position.
//! let memory = Memory::default();                         // from the Store
//! let mut facts = Facts::default();
//! let verdict = loop {
//!     match decide(&policy, &hinted.employee, &hint, &memory, &facts, now) {
//!         Decision::Verdict(verdict) => break verdict,
//!         Decision::Need { queries, .. } => {
//!             for query in queries {
//!                 let answer = read(&query);
//!                 facts.insert(query, position, answer);
//!             }
//!         }
//!     }
//! };
//! println!("{}\n{}", verdict.disposition, verdict.explanation);
//! assert_eq!(verdict.disposition.to_string(), "apply(provision)");
//!
//! // Ask the guards, and store memory and ledger before the first step.
//! let ledger = Ledger::default();                         // from the Store
//! let company = Population::of(400);                      // linked accounts in use
//! let admission = admit(policy.guards(), &ledger, &verdict, &company, now);
//! assert!(admission.held.is_empty());
//!
//! // Apply what may run, and take in what came of it.
//! let mut memory = admission.memory;
//! let mut skipped = Vec::new();
//! for step in &admission.run {
//!     if step.needs.as_ref().is_some_and(|needed| skipped.contains(needed)) {
//!         skipped.push(step.id.clone());
//!         continue;
//!     }
//!     let absorbed = absorb(&hinted.employee, &memory, step, &apply(step), now);
//!     memory = absorbed.memory;                           // store it; look at `absorbed.wake`
//!     match absorbed.next {
//!         Next::Continue => {}
//!         Next::Skip(_) => skipped.push(step.id.clone()),
//!         _ => break,                                     // decide again, now or later, or stop
//!     }
//! }
//! assert!(memory.link().is_some());
//! // Look again at `verdict.wait`, even if no event comes.
//! # Ok(())
//! # }
//! ```
//!
//! # What it asks
//!
//! | [`Query`] | who answers, and how |
//! |---|---|
//! | `Person` | Bob: `people/search` by id with [`Policy::fields`] and inactive people shown; only to tell why somebody is absent, the read of one person |
//! | `NamedList`, `LifecycleRows` | Bob: one named list; the lifecycle table of one person |
//! | `LinkOf`, `LinkTo` | 360Learning: external IDs of [`Policy::platform`] with the employee's id as value, or of one user |
//! | `User`, `UsersByMail`, `UsersByUsername` | 360Learning: users, deactivated ones *included* |
//! | `Roles`, `CustomValues`, `Managers`, `Subordinates` | 360Learning: what one user has |
//! | `Groups`, `CustomFields` | 360Learning: the whole list; it may be kept for minutes |
//!
//! The four kinds of [`Answer`] are four different facts. Nobody found is `NotFound` for one person,
//! link or user, and an empty list for users; a 403 is `Forbidden`; a time-out, a 401, a 429 or
//! anything that cannot be read is `Unavailable`. Never make one of them into another: an account is
//! deactivated because of what is known, not because of what could not be read.
//!
//! # With the driver
//!
//! The features `driver` and `clients` leave a host with intake, a database behind the trait
//! `Store`, and a clock. This is a whole host but for its HTTP server and its `main`:
//!
#![cfg_attr(feature = "clients", doc = "```no_run")]
#![cfg_attr(not(feature = "clients"), doc = "```text")]
//! use std::error::Error;
//!
//! use hibob_client::webhook::{Delivery as Content, Verifier, VerifyError, is_ping};
//! use jiff::{SignedDuration, Timestamp};
//! use provisioning_core::clients::{Bob, Lms};
//! use provisioning_core::driver::{Approval, Driver, Intake, MemoryStore, RunMode, Store, Whom};
//! use provisioning_core::policy::Depth;
//! use provisioning_core::{Catalog, Classified, Delivery, Endpoint, Policy, classify};
//!
//! type Host = Driver<Bob, Lms, MemoryStore>;              // your Store, to survive a restart
//!
//! async fn host() -> Result<Host, Box<dyn Error>> {
//!     let bob = hibob_client::Client::builder().service_user("id", "token").build()?;
//!     let lms = learning360_client::Client::builder().credentials("id", "secret").build()?;
//!     let policy = Policy::parse(&std::fs::read_to_string("policy.toml")?)?;
//!     println!("{}", policy.requirements());              // what to set up in both systems
//!     let fields = bob.metadata().fields().await?;
//!     let policy = policy.bind(Catalog::default().with_fields(fields))?;
//!     let (source, target) = (Bob::new(bob, &policy), Lms::new(lms, &policy));
//!     Ok(Driver::new(policy, source, target, MemoryStore::new()))
//! }
//!
//! /// A webhook: the status to answer with. Bob repeats what is not answered with 200.
//! async fn receive(
//!     host: &Host,
//!     verifier: &Verifier,                                // one for each address
//!     endpoint: Endpoint,
//!     headers: &http::HeaderMap,
//!     body: &[u8],
//!     now: Timestamp,
//! ) -> u16 {
//!     let opened = match verifier.open(headers, body, now) {
//!         Ok(opened) => opened,
//!         // The ping of the set-up has no signature.
//!         Err(VerifyError::Missing) if is_ping(body) => return 200,
//!         Err(_) => return 401,
//!     };
//!     let delivery = Delivery::new(&opened.delivery, endpoint);
//!     let Classified::Hint(hinted) = classify(host.policy(), &delivery, now) else {
//!         return 200;                                     // nothing is done about it: count it
//!     };
//!     let mut intake = Intake::new(hinted.employee, hinted.hint, now);
//!     if let Content::Event(event) = &opened.delivery {
//!         intake = intake.keyed(event.dedupe().as_str()); // the same delivery again is known
//!     }
//!     match host.store().note(intake).await {
//!         Ok(_) => 200,
//!         Err(_) => 503,
//!     }
//! }
//!
//! /// The work, for ever.
//! async fn work(host: &Host, clock: impl Fn() -> Timestamp) -> Result<(), Box<dyn Error>> {
//!     loop {
//!         let turn = host.turn(clock()).await?;
//!         for decided in &turn.decided {
//!             println!("{}: {}\n{}", decided.employee, decided.disposition, decided.explanation);
//!         }
//!         for alert in &turn.alerts {                     // holds wait for `driver::review`
//!             eprintln!("{alert:?}");
//!         }
//!         for alarm in &turn.alarms {
//!             eprintln!("{}", alarm.as_str());
//!         }
//!         let second = SignedDuration::from_secs(1);      // something new may be noted
//!         let pause = turn.next_due.map(|due| due.duration_since(clock()).min(second));
//!         let pause = pause.unwrap_or(second);
//!         tokio::time::sleep(pause.try_into().unwrap_or_default()).await;
//!     }
//! }
//!
//! /// Every night: whatever an event has missed. The turns carry it out; the first one waits for
//! /// `driver::approve`.
//! async fn night(host: &Host, now: Timestamp) -> Result<(), Box<dyn Error>> {
//!     let survey = host.survey(Depth::Light, &Whom::Everybody, now, &mut |_| {}).await?;
//!     println!("{}", survey.tally);
//!     host.begin(&survey, RunMode::Fresh, Approval::Standing, now).await?;
//!     Ok(())
//! }
//! ```
//!
//! # What is proved
//!
//! Beside a test for each scenario, properties over random lives of a small company show: whatever
//! is lost, doubled, late or out of order, one full synchronization with its holds approved brings
//! both sides together, and a second one writes nothing; a process that ends after any step does
//! each effect once; what others set stays; no more than four rounds are needed, and nothing is
//! looked at that was not asked for. Others feed in arbitrary policies, records, facts and memories:
//! never a panic, and the same bytes each time. A build runs nearly 5,000 cases, and
//! `PROPTEST_CASES` as many of each as it says.
//!
//! # Codes
//!
//! Every disposition, finding and refusal has a [`Reason`] with a stable code; the repository's
//! `docs/reasons.md` lists them, and `docs/scenarios.md` says what happens in every situation and
//! which test proves it.
//!
//! # Features
//!
//! Nothing is on by default, and nothing but the pure core is built. It builds for
//! `wasm32-unknown-unknown`, as a module without any import.
//!
//! - `driver`: an asynchronous loop over three ports, with an in-memory store.
//! - `clients`: the ports for `hibob-client` and `learning360-client` (reqwest and tokio).
#![cfg_attr(docsrs, feature(doc_cfg))]

pub mod absorb;
pub mod admit;
#[cfg(feature = "clients")]
pub mod clients;
pub mod decide;
pub mod digest;
#[cfg(feature = "driver")]
pub mod driver;
pub mod event;
pub mod facts;
pub mod memory;
pub mod plan;
pub mod policy;
pub mod preview;
pub mod quarantine;
pub mod sync;
pub mod wait;

pub use self::absorb::{Absorbed, Effect, Next, Outcome, absorb};
pub use self::admit::{
    Admission, Alert, Fill, Hold, HoldAlert, HoldId, HoldState, Ledger, Population, admit,
};
pub use self::decide::{Decision, Explanation, Standing, Verdict, decide};
pub use self::digest::{Digest, DigestKey};
pub use self::event::{
    Changed, Classified, Delivery, Endpoint, Evidence, Flag, Hint, Hinted, Seq, Urgency, classify,
};
pub use self::facts::{
    Answer, CustomField, CustomFieldKind, Data, Facts, Group, GroupTree, LifecycleRow, Link,
    MailKey, Membership, Query, Side, Unavailable, Username,
};
pub use self::memory::Memory;
pub use self::plan::{
    Action, ActionKind, Change, Changes, Charge, ChargeKind, CustomValues, Disposition, Finding,
    Grounds, Plan, Precondition, Reason, Step, StepId, Subject, UserRef, Values,
};
pub use self::policy::{Catalog, Lint, LintKind, Policy, PolicyProblems, Problem, Requirements};
pub use self::quarantine::{Alarm, Cause, Quarantine};
pub use self::wait::{Wait, retry_at};
