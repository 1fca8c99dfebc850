//! Hints: what each says, and that they merge in any order to the same.

use hibob_client::FieldId;
use jiff::Timestamp;
use proptest::prelude::*;
use provisioning_core::{Changed, Evidence, Hint, Seq, Urgency};

use crate::cases::cases;

fn hint() -> impl Strategy<Value = Hint> {
    let evidence = prop::sample::select(vec![
        Evidence::Created,
        Evidence::Updated,
        Evidence::Inactivated,
        Evidence::Revoked,
        Evidence::Deleted,
        Evidence::Refresh,
    ]);
    let fields =
        prop::collection::btree_set(prop::sample::select(vec!["work.title", "root.email"]), 0..3);
    let changed = prop_oneof![
        Just(Changed::Unknown),
        fields.prop_map(|fields| Changed::Fields(
            fields
                .into_iter()
                .map(|id| FieldId::parse(id).expect("valid"))
                .collect()
        )),
    ];
    let urgency = prop::sample::select(vec![Urgency::Normal, Urgency::Urgent]);
    (evidence, changed, urgency, 0_i64..1_000, 0_u64..1_000).prop_map(
        |(evidence, changed, urgency, at, seq)| {
            let at = Timestamp::from_second(at).expect("in range");
            Hint::new(evidence, changed, urgency, at).stamped(Seq(seq))
        },
    )
}

proptest! {
    #![proptest_config(cases(1_000))]

    #[test]
    fn merging_is_commutative_associative_and_idempotent(a in hint(), b in hint(), c in hint()) {
        let ab = a.clone().merge(b.clone());
        prop_assert_eq!(&ab, &b.clone().merge(a.clone()));
        prop_assert_eq!(&ab.clone().merge(c.clone()), &a.clone().merge(b.clone().merge(c)));
        prop_assert_eq!(&ab.clone().merge(a).merge(b), &ab);
        prop_assert_eq!(Hint::default().merge(ab.clone()), ab);
    }

    #[test]
    fn a_merged_hint_is_as_new_and_as_urgent_as_its_newest_and_most_urgent_part(
        a in hint(), b in hint()
    ) {
        let merged = a.clone().merge(b.clone());
        prop_assert_eq!(merged.newest(), a.newest().max(b.newest()));
        prop_assert_eq!(merged.urgency(), a.urgency().max(b.urgency()));
        let first = [a.first_event(), b.first_event()].into_iter().flatten().min();
        prop_assert_eq!(merged.first_event(), first);
        prop_assert!(merged.first_event() <= merged.latest_event());
    }
}

#[test]
fn a_refresh_and_a_wake_up_may_have_changed_anything_and_are_no_events() {
    let at = Timestamp::from_second(7).expect("in range");
    for (hint, evidence) in [
        (Hint::refresh(at), Evidence::Refresh),
        (Hint::woken(at), Evidence::Woken),
    ] {
        assert_eq!(hint.seen()[&evidence].at, at);
        assert_eq!(hint.seen().len(), 1);
        assert_eq!(*hint.changed(), Changed::Unknown);
        assert_eq!(hint.urgency(), Urgency::Normal);
        assert_eq!((hint.first_event(), hint.latest_event()), (None, None));
    }
}

#[test]
fn a_hint_knows_when_the_first_and_the_latest_event_arrived() {
    let at = |second| Timestamp::from_second(second).expect("in range");
    let event = |evidence, second| {
        let hint = Hint::new(evidence, Changed::Unknown, Urgency::Normal, at(second));
        hint.stamped(Seq(u64::try_from(second).expect("positive")))
    };
    let hint = Hint::refresh(at(1))
        .merge(event(Evidence::Updated, 3))
        .merge(event(Evidence::Updated, 2))
        .merge(event(Evidence::Inactivated, 4))
        .merge(Hint::woken(at(9)));
    assert_eq!(hint.first_event(), Some(at(2)));
    assert_eq!(hint.latest_event(), Some(at(4)));
}
