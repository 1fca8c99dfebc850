//! Whatever stands in a policy file, reading it never panics.

use proptest::prelude::*;
use provisioning_core::{Catalog, Policy};

use crate::cases::cases;

const EXAMPLE: &str = include_str!("../../src/policy/example.toml");

/// The example with a few pieces cut, doubled or put elsewhere.
fn broken() -> impl Strategy<Value = String> {
    let cut = (0_usize..EXAMPLE.len(), 0_usize..40, 0_usize..EXAMPLE.len());
    prop::collection::vec((cut, any::<bool>()), 0..6).prop_map(|cuts| {
        let mut text: Vec<char> = EXAMPLE.chars().collect();
        for ((from, length, to), keep) in cuts {
            let from = from.min(text.len());
            let end = (from + length).min(text.len());
            let piece: Vec<char> = text[from..end].to_vec();
            if !keep {
                text.drain(from..end);
            }
            let to = to.min(text.len());
            text.splice(to..to, piece);
        }
        text.into_iter().collect()
    })
}

proptest! {
    #![proptest_config(cases(1_000))]

    #[test]
    fn any_text_is_a_policy_or_has_problems(text in prop_oneof![".{0,200}", broken()]) {
        match Policy::parse(&text) {
            Ok(policy) => {
                let bound = policy.bind(Catalog::default()).expect("nothing is known");
                prop_assert!(!bound.requirements().to_string().is_empty());
                prop_assert_eq!(bound.digest(), policy.digest());
            }
            Err(problems) => {
                let lines = text.matches('\n').count() + 1;
                prop_assert!(!problems.problems().is_empty());
                for problem in problems.problems() {
                    prop_assert!((1..=lines).contains(&problem.line), "{:?}", problem);
                }
            }
        }
    }
}
