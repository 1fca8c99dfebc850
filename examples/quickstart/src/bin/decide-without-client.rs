//! Decide without any client: the rules alone. What is known of both systems is written down here;
//! the core asks for what it needs, and says what is to be done and why.

use hibob_client::{Employee, EmployeeId};
use provisioning_core::{Answer, Data, Decision, Facts, Hint, Memory, Policy, Query, decide};

fn main() -> anyhow::Result<()> {
    let policy = Policy::parse(include_str!("../../policy.toml"))?;
    let employee = EmployeeId::try_from("3332883894235038486")?;
    let record = Employee::from_json(serde_json::json!({
        "id": employee.as_str(), "email": "Ada@example.com", "firstName": "Ada",
        "surname": "Lovelace", "internal": {"lifecycleStatus": "employed", "status": "Active"},
        "work": {"title": null, "startDate": "2024-04-01"},
    }))?;

    // Nobody reads a clock: it is now when you say so.
    let now = "2026-03-02T09:00:00Z".parse()?;
    let (hint, memory, mut facts) = (Hint::refresh(now), Memory::default(), Facts::default());
    let verdict = loop {
        let (queries, newer_than) = match decide(&policy, &employee, &hint, &memory, &facts, now) {
            Decision::Verdict(verdict) => break verdict,
            Decision::Need {
                queries,
                newer_than,
            } => (queries, newer_than),
        };
        for query in queries {
            println!("needed: {query:?}");
            let answer = match query {
                Query::Person(_) => Answer::Found(Data::Person(Box::new(record.clone()))),
                Query::UsersByMail(_) => Answer::Found(Data::Users(Vec::new())),
                _ => Answer::NotFound,
            };
            facts.insert(query, newer_than, answer);
        }
    };
    println!(
        "\n{}\n\n{}\n\n{}",
        verdict.disposition, verdict.plan, verdict.explanation
    );
    Ok(())
}
