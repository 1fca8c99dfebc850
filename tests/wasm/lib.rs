//! One hire from the webhook to the last step, with the pure core and nothing else.
//!
//! The module is built for `wasm32-unknown-unknown`; a test of the workspace checks that it asks
//! its surroundings for nothing: no clock, no randomness, no memory, no call.

use std::collections::BTreeSet;

use hibob_client::webhook::{self, Secret, Verifier};
use hibob_client::{Employee, EmployeeId};
use jiff::Timestamp;
use learning360_client::UserId;
use provisioning_core::{
    Answer, Classified, Data, Decision, Delivery, Effect, Endpoint, Facts, Ledger, Memory, Next,
    Outcome, Policy, Population, Query, absorb, admit, classify, decide,
};
use serde_json::json;

/// How many steps it takes to give an account to the employee of this number; 0 if it fails.
#[allow(unsafe_code, reason = "the name of an export; nothing unsafe is done")]
#[unsafe(no_mangle)]
pub extern "C" fn hire(number: u32) -> u32 {
    steps(number).unwrap_or(0)
}

fn steps(number: u32) -> Option<u32> {
    let now = Timestamp::from_second(1_772_442_000).ok()?;
    let policy = Policy::parse(POLICY).ok()?;
    let (employee, hint) = match classify_signed(&policy, number, now)? {
        Classified::Hint(hinted) => (hinted.employee, hinted.hint),
        _ => return None,
    };
    let memory = Memory::default();
    let mut facts = Facts::default();
    let verdict = loop {
        match decide(&policy, &employee, &hint, &memory, &facts, now) {
            Decision::Verdict(verdict) => break verdict,
            Decision::Need {
                queries,
                newer_than,
            } => {
                for (query, answer) in answers(&queries, number)? {
                    facts.insert(query, newer_than, answer);
                }
            }
        }
    };
    let population = Population::of(1);
    let admission = admit(
        policy.guards(),
        &Ledger::default(),
        &verdict,
        &population,
        now,
    );
    apply(&employee, &admission.run, admission.memory, now)
}

/// What becomes of Bob's event about a new employee; its signature is checked first.
fn classify_signed(policy: &Policy, number: u32, now: Timestamp) -> Option<Classified> {
    let body = json!({
        "type": "employee.created",
        "version": "v2",
        "data": { "employeeId": number.to_string() },
    });
    let body = body.to_string();
    let signature = webhook::sign(SECRET, body.as_bytes());
    let verifier = Verifier::new([Secret::new("test", SECRET)]).ok()?;
    let checked = verifier.verify(body.as_bytes(), Some(signature.as_bytes()), now);
    let opened = checked.ok()?.open();
    let delivery = Delivery::new(&opened.delivery, Endpoint::Upsert);
    Some(classify(policy, &delivery, now))
}

/// Both systems: Bob knows the employee, and 360Learning knows nobody.
fn answers(queries: &BTreeSet<Query>, number: u32) -> Option<Vec<(Query, Answer)>> {
    let person = json!({
        "id": number.to_string(),
        "email": format!("person{number}@example.com"),
        "firstName": "Ada",
        "surname": "Lovelace",
        "internal": { "status": "Active", "lifecycleStatus": "employed" },
        "work": { "startDate": "2024-04-01" },
    });
    let person = Employee::from_json(person).ok()?;
    let answer = |query: &Query| match query {
        Query::Person(_) => Answer::Found(Data::Person(Box::new(person.clone()))),
        Query::UsersByMail(_) => Answer::Found(Data::Users(Vec::new())),
        _ => Answer::NotFound,
    };
    let answers = queries.iter().map(|query| (query.clone(), answer(query)));
    Some(answers.collect())
}

fn apply(
    employee: &EmployeeId,
    steps: &[provisioning_core::Step],
    mut memory: Memory,
    now: Timestamp,
) -> Option<u32> {
    let mut done = 0;
    for step in steps {
        let effect = match step.action.kind().as_str() {
            "create" => Effect::Created(UserId::try_from("0000000000000000000000aa").ok()?),
            _ => Effect::Plain,
        };
        let absorbed = absorb(employee, &memory, step, &Outcome::Done(effect), now);
        if absorbed.next != Next::Continue {
            return None;
        }
        memory = absorbed.memory;
        done += 1;
    }
    (memory.link().is_some()).then_some(done)
}

const SECRET: &str = "throw-away";

const POLICY: &str = r#"
platform = "example-provisioner"
[time]
zone = "Europe/Paris"
[user]
group = "507f1f77bcf86cd799439011"
mail = "email | trim | lower"
first_name = "firstName"
last_name = "surname"
"#;

#[cfg(test)]
mod tests {
    #[test]
    fn a_hire_is_created_and_linked() {
        assert_eq!(super::hire(101), 2);
    }
}
