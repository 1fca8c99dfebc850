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

#[test]
fn two_hundred_missing_things_are_remembered_and_the_next_is_told_of_again() {
    let mut desk = Desk::of(40);
    let field = |number: u32| Subject::CustomField(number.to_string().into());
    for number in 0..200 {
        assert!(desk.ledger.misses(&field(number), desk.now));
    }
    assert!(!desk.ledger.misses(&field(199), desk.now));
    for _ in 0..2 {
        assert!(desk.ledger.misses(&field(200), desk.now), "no room for it");
    }
}
