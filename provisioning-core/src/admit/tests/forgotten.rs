//! PRV-03: nothing of somebody who is forgotten stays in the ledger.

use super::desk::{Desk, employee, leaver, losing};
use crate::plan::ChargeKind;

#[test]
fn prv_03_the_ledger_forgets_somebody_and_keeps_counting() {
    let mut desk = Desk::of(40);
    let hidden = |person| losing(leaver(person), &["work.title"]);
    assert_eq!(desk.ask_for(0..7, hidden), 5);
    let day = jiff::SignedDuration::from_hours(24);
    let spent = |desk: &Desk| desk.ledger.spent(ChargeKind::Deactivation, day, desk.now);
    assert_eq!(spent(&desk), 5);

    // One whose step has passed, and one whose step is held.
    for person in [0, 6] {
        desk.ledger.forget(&employee(person));
    }
    let stored = serde_json::to_string(&desk.ledger).expect("JSON");
    for person in [0, 6] {
        let (id, user) = (employee(person), format!("{person:024x}"));
        assert!(!stored.contains(id.as_str()), "{id} in {stored}");
        assert!(!stored.contains(&user), "{user} in {stored}");
    }
    assert!(stored.contains(employee(5).as_str()), "others are kept");
    assert_eq!(spent(&desk), 5, "the budget is as full as before");
    assert_eq!(desk.held().len(), 1);
    assert_eq!(desk.ask_for(10..12, leaver), 0, "and lets no more pass");
    assert_eq!(desk.ask_for(1..5, leaver), 4, "the others have paid");
}
