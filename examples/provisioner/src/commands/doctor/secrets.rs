//! Whether Bob's webhooks are told apart by their secrets.

use std::collections::BTreeSet;

use super::finding::{Area, Finding};
use crate::settings::Environment;

/// What the secrets of the webhooks tell.
pub(super) fn look(environment: &Environment) -> Vec<Finding> {
    let of = |name| -> Vec<&str> {
        let secrets = environment.get(name).unwrap_or_default();
        secrets.split_whitespace().collect()
    };
    let (upsert, deactivation) = (of("HIBOB_UPSERT_SECRETS"), of("HIBOB_DEACTIVATION_SECRETS"));
    let (first, second) = (upsert.len(), deactivation.len());
    let what =
        format!("webhook secrets: {first} for /hibob/upsert, {second} for /hibob/deactivation");
    let mut findings = vec![Finding::ok(Area::Settings, "secrets", what)];
    let all = upsert.iter().chain(&deactivation);
    let different: BTreeSet<_> = all.collect();
    if different.len() < first + second {
        let what = "the same webhook secret stands more than once";
        let next = "Bob gives each webhook a secret of its own: put each into the variable of its \
                    webhook's address";
        findings.push(Finding::warning(Area::Settings, "secret_repeated", what).next(next));
    }
    findings
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_secret_that_stands_twice_is_told_and_never_shown() {
        let codes = |upsert: &str, deactivation: &str| {
            let environment = Environment::from_iter([
                ("HIBOB_UPSERT_SECRETS", upsert),
                ("HIBOB_DEACTIVATION_SECRETS", deactivation),
            ]);
            let findings = look(&environment);
            assert!(!format!("{findings:?}").contains("canary"));
            findings.into_iter().map(|it| it.code).collect::<Vec<_>>()
        };
        assert_eq!(codes("canary-a", "canary-b canary-c"), ["secrets"]);
        assert_eq!(
            codes("canary-a", "canary-b canary-a"),
            ["secrets", "secret_repeated"]
        );
        assert_eq!(
            codes("canary-a canary-a", "canary-b"),
            ["secrets", "secret_repeated"]
        );
    }
}
