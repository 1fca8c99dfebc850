//! Apply a plan by hand: ask both systems, decide, let the guards look at it, and write step by
//! step. This is what the driver does, for one employee and without a database.
//!
//! `apply-a-plan EMPLOYEE`

use anyhow::Context as _;
use hibob_client::EmployeeId;
use jiff::Timestamp;
use provisioning_core::clients::{Bob, Lms};
use provisioning_core::driver::{Source as _, Target as _};
use provisioning_core::{
    Decision, Effect, Facts, Hint, Ledger, Memory, Next, Outcome, Policy, Population, Side, absorb,
    admit, decide,
};

#[tokio::main(flavor = "current_thread")]
async fn main() -> anyhow::Result<()> {
    let employee = std::env::args()
        .nth(1)
        .context("usage: apply-a-plan EMPLOYEE")?;
    let employee = EmployeeId::try_from(employee)?;
    let policy = Policy::parse(include_str!("../../policy.toml"))?;
    let bob = Bob::new(quickstart::bob()?, &policy);
    let learning360 = Lms::new(quickstart::learning360()?, &policy);

    // Decide: at most four rounds of questions.
    let now = Timestamp::now();
    let (hint, memory, mut facts) = (Hint::refresh(now), Memory::default(), Facts::default());
    let verdict = loop {
        let (queries, newer_than) = match decide(&policy, &employee, &hint, &memory, &facts, now) {
            Decision::Verdict(verdict) => break verdict,
            Decision::Need {
                queries,
                newer_than,
            } => (queries, newer_than),
        };
        let (of_bob, of_learning360) = queries
            .into_iter()
            .partition(|it| it.side() == Side::Source);
        let answers = [
            bob.fetch(&of_bob).await,
            learning360.fetch(&of_learning360).await,
        ];
        for (query, answer) in answers.into_iter().flatten() {
            facts.insert(query, newer_than, answer);
        }
    };
    println!("{}\n{}", verdict.disposition, verdict.explanation);

    // Admit: the guards hold what is too much at once. A host stores memory and ledger now.
    let (ledger, population) = (Ledger::default(), Population::of(1));
    let admission = admit(policy.guards(), &ledger, &verdict, &population, now);
    for hold in &admission.held {
        println!("{} waits for approval: {}", hold.step, hold.reason);
    }

    // Apply: a step's outcome says how to go on. A host stores the memory after each of them.
    let (mut memory, mut created) = (admission.memory, None);
    for step in &admission.run {
        let outcome = learning360.apply(step, created.as_ref()).await;
        println!("{}: {outcome:?}", step.id);
        let absorbed = absorb(&employee, &memory, step, &outcome, now);
        if let Outcome::Done(Effect::Created(user) | Effect::Restored(user)) = outcome {
            created = Some(user);
        }
        memory = absorbed.memory;
        if absorbed.next != Next::Continue {
            println!("stopped here: {:?}", absorbed.next);
            break;
        }
    }
    Ok(())
}
