//! What the policy names and does not exist.

use super::desk::Desk;
use crate::plan::Subject;

#[test]
fn what_is_missing_is_told_of_once_a_day() {
    let mut desk = Desk::of(40);
    let field = |name: &str| Subject::CustomField(name.into());
    assert!(desk.ledger.misses(&field("Badge"), desk.now));
    assert!(!desk.ledger.misses(&field("Badge"), desk.now));
    assert!(desk.ledger.misses(&field("Shift"), desk.now), "another");
    desk.advance(23);
    assert!(!desk.ledger.misses(&field("Badge"), desk.now));
    desk.advance(1);
    assert!(desk.ledger.misses(&field("Badge"), desk.now));
}
