//! The process ends after any step of anybody's plan, and is started again.

use proptest::prelude::*;
use proptest::sample::Index;
use provisioning_core::Evidence;
use provisioning_core::driver::LEASE;

use crate::cases::cases;
use crate::life::{Company, Day, Happening, Mails, PEOPLE, lives};
use crate::lives::block_on;
use crate::stage::Stage;

/// What came of it: every effect, and what there is at the end.
#[derive(Debug, PartialEq)]
struct End {
    effects: Vec<String>,
    picture: String,
}

/// Everything happens in a time without any event; then everybody is looked at, by a process that
/// ends after each of these numbers of steps.
async fn caught_up(days: &[Day], crashes: &[usize]) -> End {
    let mut company = Company::new(Mails::Own, RULES).settled().await;
    for day in days {
        if day.what == Happening::Policy {
            company = company.change_policy();
        }
        company.live(day);
    }
    let before = company.stage.model.effects().len();
    for id in PEOPLE {
        company.stage.note(id, Evidence::Refresh).await;
    }
    company.stage.advance(60);
    for steps in crashes {
        end_after(&mut company.stage, *steps).await;
    }
    for _ in 0..6 {
        company.stage.after(3_600).await;
    }
    let mut effects = company.stage.model.effects().split_off(before);
    // Whose turn it is first may change, and with it the order between two people; and whether
    // somebody gets a manager who is then deactivated.
    effects.retain(|effect| !effect.contains("manager") && !effect.contains("report"));
    effects.sort();
    End {
        effects,
        picture: company.picture(),
    }
}

/// Works until so many steps had their effect; no answer arrives for the last one.
async fn end_after(stage: &mut Stage, steps: usize) {
    stage.model.lock().crash_after = Some(steps);
    let crashed = stage.model.lock().crashed.clone();
    tokio::select! {
        biased;
        () = crashed.notified() => {}
        _ = stage.settle() => {}
    }
    stage.model.lock().crash_after = None;
    stage.advance(LEASE.as_secs());
}

#[test]
fn err_08_whoever_lost_a_create_and_has_a_manager_is_decided_again() {
    let day = |what| Day {
        person: 3,
        what,
        times: 0,
        late: 0,
    };
    let days = [day(Happening::Hire), day(Happening::Report(Some(0)))];
    let whole = block_on(caught_up(&days, &[]));
    for steps in 1..=whole.effects.len() {
        assert_eq!(block_on(caught_up(&days, &[steps])), whole, "{steps}");
    }
}

proptest! {
    #![proptest_config(cases(150))]

    #[test]
    fn err_08_a_life_caught_up_with_has_each_effect_once_wherever_the_process_ends(
        days in lives(12), first in any::<Index>(), more in prop::collection::vec(1..4_usize, 0..3),
    ) {
        let whole = block_on(caught_up(&days, &[]));
        if whole.effects.is_empty() {
            return Ok(());
        }
        let mut crashes = vec![1 + first.index(whole.effects.len())];
        crashes.extend(more);
        prop_assert_eq!(block_on(caught_up(&days, &crashes)), whole, "{:?}", crashes);
    }
}

const RULES: &str = "[lifecycle]\nactivate = true\non_out_of_scope = \"deactivate\"\n";
