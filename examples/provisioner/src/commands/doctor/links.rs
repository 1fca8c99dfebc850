//! Accounts that are linked to people whom Bob does not show.

use std::collections::BTreeMap;

use hibob_client::EmployeeId;
use learning360_client::{UserId, UserStatus};

use super::bob;
use super::census::{Census, POPULATION_HIDES_LEAVERS};
use super::finding::{Area, Finding};
use crate::clients::Clients;

/// What became of the links that were looked at.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub(super) struct Invisible {
    /// Linked accounts of people whom Bob does not show.
    all: usize,
    /// Those that were looked at.
    looked_at: usize,
    /// The account is not deactivated.
    awake: usize,
    /// The account does not exist.
    broken: usize,
    /// Bob shows the person after all, if asked by id.
    there: usize,
}

/// Looks at some accounts whose people Bob does not list.
pub(super) async fn look(
    clients: &Clients,
    links: &BTreeMap<EmployeeId, UserId>,
    census: &Census,
) -> Vec<Finding> {
    let mut invisible = Invisible::default();
    for (employee, user) in links.iter().filter(|(employee, _)| !census.shows(employee)) {
        invisible.all += 1;
        if invisible.looked_at >= LOOKED_AT {
            continue;
        }
        invisible.looked_at += 1;
        if bob::is_there(&clients.bob, employee).await == Some(true) {
            invisible.there += 1;
            continue;
        }
        match clients.learning360.users().get(user).await {
            Ok(user) if *user.status() == UserStatus::Deleted => {}
            Ok(_) => invisible.awake += 1,
            Err(error) if error.is_not_found() => invisible.broken += 1,
            // Why not, the scope's own finding says.
            Err(_) => {}
        }
    }
    invisible.findings(links.len(), census.shows_leavers())
}

impl Invisible {
    fn findings(self, links: usize, shows_leavers: bool) -> Vec<Finding> {
        let Self {
            all,
            looked_at,
            awake,
            broken,
            there,
        } = self;
        if all == 0 {
            let what = format!("{links} accounts are linked, all of them to people whom Bob shows");
            return vec![Finding::ok(Area::Learning360, "links", what)];
        }
        let mut findings = Vec::new();
        if !shows_leavers {
            let what = format!(
                "{all} of {links} linked accounts belong to people whom Bob does not show, and Bob \
                 shows nobody who has left: leavers are hidden from the service user, and leave \
                 unnoticed"
            );
            findings.push(Finding::error(Area::Bob, POPULATION_HIDES_LEAVERS, what).next(
                "tick Terminated, and every other lifecycle status, in \"Access data for\", step 2 \
                 of `provisioner setup`",
            ));
        } else if awake > 0 {
            let what = format!(
                "{all} of {links} linked accounts belong to people whom Bob does not show; of \
                 {looked_at} that were looked at, {awake} are not deactivated"
            );
            findings.push(Finding::warning(Area::Bob, "linked_and_not_visible", what).next(
                "`provisioner sync` lists them as held: approve those whose record was deleted in \
                 Bob, and widen \"Access data for\" if the others should be seen",
            ));
        } else {
            let what = format!(
                "{all} of {links} linked accounts belong to people whom Bob does not show; they \
                 are deactivated"
            );
            findings.push(Finding::ok(Area::Learning360, "links", what));
        }
        if there > 0 {
            let what = format!("{there} people answer by their id and are not listed");
            findings.push(
                Finding::warning(Area::Bob, "listing_incomplete", what).next(
                    "check the condition of \"Access data for\": somebody on its edge comes and goes",
                ),
            );
        }
        if broken > 0 {
            let what = format!("{broken} linked accounts do not exist");
            let finding = if broken > MAY_BE_BROKEN {
                Finding::error(Area::Learning360, "wrong_platform", what)
            } else {
                Finding::warning(Area::Learning360, "link_broken", what)
            };
            findings.push(finding.next(
                "check LEARNING360_BASE_URL and the credentials: they may be of another platform",
            ));
        }
        findings
    }
}

/// Bob blocks credentials that collect refusals, so few are asked for one by one.
const LOOKED_AT: usize = 10;

/// More broken links than this are no accidents.
const MAY_BE_BROKEN: usize = 3;

#[cfg(test)]
mod tests {
    use super::super::finding::Severity;
    use super::*;

    fn codes(invisible: Invisible, shows_leavers: bool) -> Vec<(&'static str, Severity)> {
        let findings = invisible.findings(40, shows_leavers).into_iter();
        findings.map(|it| (it.code, it.severity)).collect()
    }

    #[test]
    fn leavers_that_nobody_sees_are_an_error() {
        let some = Invisible {
            all: 3,
            looked_at: 3,
            awake: 2,
            ..Invisible::default()
        };
        assert_eq!(
            codes(Invisible::default(), false),
            [("links", Severity::Ok)]
        );
        assert_eq!(
            codes(some, false),
            [(POPULATION_HIDES_LEAVERS, Severity::Error)]
        );
        assert_eq!(
            codes(some, true),
            [("linked_and_not_visible", Severity::Warning)]
        );
        let asleep = Invisible { awake: 0, ..some };
        assert_eq!(codes(asleep, true), [("links", Severity::Ok)]);
    }

    #[test]
    fn mat_16_many_broken_links_mean_another_platform() {
        let broken = |broken| Invisible {
            all: 9,
            looked_at: 9,
            broken,
            ..Invisible::default()
        };
        let last = |broken_links| codes(broken(broken_links), true).pop().unwrap();
        assert_eq!(last(3), ("link_broken", Severity::Warning));
        assert_eq!(last(4), ("wrong_platform", Severity::Error));
    }
}
