//! Hints merge in any order to the same.

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
