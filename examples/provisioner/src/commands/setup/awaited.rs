//! What `setup --wait` waits for: every address reached, every secret used.

use std::collections::BTreeMap;

use provisioning_core::Endpoint;
use serde::Serialize;

use super::guide::secrets_of;
use crate::feed::Received;
use crate::intake::Outcome;
use crate::settings::Environment;

/// What has come so far, and what has not.
#[derive(Clone, Debug, PartialEq, Eq, Serialize)]
pub(super) struct Awaited {
    addresses: Vec<Address>,
}

/// An address that Bob's webhooks call.
#[derive(Clone, Debug, PartialEq, Eq, Serialize)]
struct Address {
    #[serde(skip)]
    endpoint: Endpoint,
    path: &'static str,
    variable: &'static str,
    /// Whether Bob's test, or anything else of Bob's, has come.
    reached: bool,
    /// The secrets by their labels, and whether each has signed something.
    secrets: BTreeMap<String, bool>,
}

impl Awaited {
    /// Everything that these settings let one wait for.
    pub(super) fn new(environment: &Environment) -> Self {
        let address = |endpoint, path, name: &str| {
            let variable = secrets_of(endpoint);
            let secrets = environment.get(variable).unwrap_or_default();
            let secrets = secrets.split_whitespace().zip(1..);
            Address {
                endpoint,
                path,
                variable,
                reached: false,
                secrets: secrets
                    .map(|(_, number)| (format!("{name}-{number}"), false))
                    .collect(),
            }
        };
        let addresses = vec![
            address(Endpoint::Upsert, "/hibob/upsert", "upsert"),
            address(
                Endpoint::Deactivation,
                "/hibob/deactivation",
                "deactivation",
            ),
        ];
        Self { addresses }
    }

    /// Takes in that the settings changed: what was reached stays so.
    pub(super) fn with_settings(&self, environment: &Environment) -> Self {
        let mut new = Self::new(environment);
        for (new, old) in new.addresses.iter_mut().zip(&self.addresses) {
            // Another secret may stand at the same place, so signatures count anew.
            new.reached = old.reached;
        }
        new
    }

    /// Takes in a delivery; says what it means, if it is news.
    pub(super) fn take(&mut self, received: &Received) -> Option<String> {
        let mut addresses = self.addresses.iter_mut();
        let address = addresses.find(|it| it.endpoint == received.endpoint)?;
        let (path, variable) = (address.path, address.variable);
        let kind = received
            .kind
            .as_ref()
            .map_or("a test", |kind| kind.as_str());
        if let Some(label) = received.secret.as_deref() {
            address.reached = true;
            let signed = address.secrets.get_mut(label)?;
            let is_news = !*signed;
            *signed = true;
            return is_news.then(|| format!("{path}: {kind}, signed with {label}"));
        }
        match received.outcome {
            Outcome::Ping => {
                let is_news = !address.reached;
                address.reached = true;
                is_news.then(|| format!("{path}: Bob's test has come"))
            }
            Outcome::SignatureWrong => Some(format!(
                "{path}: a delivery is signed with a secret that is not in {variable}; put the \
                 secret of that webhook there, beside others behind a blank and all in quotes, and \
                 Bob's next try counts"
            )),
            Outcome::SignatureMissing | Outcome::SignatureMalformed => Some(format!(
                "{path}: something came that is not signed as Bob signs"
            )),
            _ => None,
        }
    }

    /// Whether nothing is missing.
    pub(super) fn is_complete(&self) -> bool {
        self.missing().is_empty()
    }

    /// What is missing, each with what to do about it.
    pub(super) fn missing(&self) -> Vec<String> {
        let mut missing = Vec::new();
        for address in &self.addresses {
            let Address { path, variable, .. } = address;
            if !address.reached {
                missing.push(format!(
                    "{path}: nothing has come; add the webhook in Bob, or let Bob test it again"
                ));
            }
            if address.secrets.is_empty() {
                missing.push(format!("{path}: put the webhook's secret into {variable}"));
            }
            let unused = address.secrets.iter().filter(|(_, signed)| !**signed);
            for (label, _) in unused {
                missing.push(format!("{path}: {label} has signed nothing yet"));
            }
        }
        missing
    }
}

#[cfg(test)]
mod tests {
    use hibob_client::webhook::EventKind;

    use super::*;

    fn three() -> Environment {
        Environment::from_iter([
            ("HIBOB_UPSERT_SECRETS", "canary-a"),
            ("HIBOB_DEACTIVATION_SECRETS", "canary-b canary-c"),
        ])
    }

    fn signed(endpoint: Endpoint, label: &str) -> Received {
        let mut received = Received::new(endpoint, Outcome::Accepted);
        received.secret = Some(label.into());
        received.kind = Some(EventKind::EmployeeCreated);
        received
    }

    #[test]
    fn every_secret_has_to_sign_something() {
        let mut awaited = Awaited::new(&three());
        assert_eq!(awaited.missing().len(), 5, "{:?}", awaited.missing());
        let ping = Received::new(Endpoint::Upsert, Outcome::Ping);
        assert!(awaited.take(&ping).unwrap().contains("/hibob/upsert"));
        assert_eq!(awaited.take(&ping), None, "it is told once");
        let first = awaited.take(&signed(Endpoint::Upsert, "upsert-1"));
        assert!(
            first
                .unwrap()
                .contains("employee.created, signed with upsert-1")
        );
        for label in ["deactivation-1", "deactivation-2"] {
            assert!(!awaited.is_complete());
            assert!(
                awaited
                    .take(&signed(Endpoint::Deactivation, label))
                    .is_some()
            );
            assert_eq!(awaited.take(&signed(Endpoint::Deactivation, label)), None);
        }
        assert!(awaited.is_complete(), "{:?}", awaited.missing());
    }

    #[test]
    fn sec_01_a_wrong_secret_is_told_with_its_variable() {
        let mut awaited = Awaited::new(&three());
        let wrong = Received::new(Endpoint::Deactivation, Outcome::SignatureWrong);
        let told = awaited.take(&wrong).unwrap();
        assert!(told.contains("HIBOB_DEACTIVATION_SECRETS"), "{told}");
        assert!(awaited.take(&wrong).is_some(), "each time");
    }

    #[test]
    fn secrets_may_come_later() {
        let awaited = Awaited::new(&Environment::default());
        assert!(
            awaited
                .missing()
                .iter()
                .any(|it| it.contains("HIBOB_UPSERT_SECRETS"))
        );
        let mut reached = awaited.clone();
        reached.take(&Received::new(Endpoint::Upsert, Outcome::Ping));
        let later = reached.with_settings(&three());
        assert_eq!(later.missing().len(), 4, "{:?}", later.missing());
        assert!(!format!("{later:?}").contains("canary"));
    }
}
