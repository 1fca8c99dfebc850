//! What has to be set up by hand: a function of the policy and of the settings that are there.

use hibob_client::FieldId;
use provisioning_core::{Endpoint, Policy};
use serde::Serialize;
use url::Url;

use crate::settings::Environment;

/// Everything that has to be set up in both systems and in the environment.
///
/// It holds no secret: of those it says whether they are set.
#[derive(Clone, Debug, PartialEq, Eq, Serialize)]
pub(crate) struct Guide {
    /// The permission group of Bob's service user.
    pub(crate) permission_group: PermissionGroup,
    /// Bob's webhooks.
    pub(crate) webhooks: Vec<Webhook>,
    /// The scopes of 360Learning's credentials.
    pub(crate) scopes: Vec<Scope>,
    /// What to put into the environment.
    pub(crate) settings: Vec<Setting>,
}

/// What Bob's service user may see, and of whom.
#[derive(Clone, Debug, PartialEq, Eq, Serialize)]
pub(crate) struct PermissionGroup {
    /// Whom: the lifecycle statuses of the condition.
    pub(crate) lifecycle_statuses: Vec<&'static str>,
    /// What: the sections of people's data.
    pub(crate) sections: Vec<Section>,
}

/// A section of people's data, to view.
#[derive(Clone, Debug, PartialEq, Eq, Serialize)]
pub(crate) struct Section {
    /// The id of the category.
    pub(crate) category: String,
    /// Its name in Bob, if it is a usual one.
    pub(crate) shown_as: Option<&'static str>,
    /// Whether its history has to be seen too.
    pub(crate) history: bool,
    /// The fields that the policy reads there.
    pub(crate) fields: Vec<String>,
}

/// A webhook of Bob's.
#[derive(Clone, Debug, PartialEq, Eq, Serialize)]
pub(crate) struct Webhook {
    pub(crate) name: &'static str,
    pub(crate) url: String,
    pub(crate) listen_for: &'static str,
    pub(crate) events: Vec<Event>,
    /// The variable that takes its secret.
    pub(crate) secret_in: &'static str,
}

/// An event to tick.
#[derive(Clone, Debug, PartialEq, Eq, Serialize)]
pub(crate) struct Event {
    pub(crate) shown_as: &'static str,
    #[serde(rename = "type")]
    pub(crate) kind: String,
}

/// A scope of 360Learning's, and what it is for.
#[derive(Clone, Debug, PartialEq, Eq, Serialize)]
pub(crate) struct Scope {
    pub(crate) scope: &'static str,
    pub(crate) purpose: &'static str,
}

/// A variable of the environment.
#[derive(Clone, Debug, PartialEq, Eq, Serialize)]
pub(crate) struct Setting {
    pub(crate) name: &'static str,
    pub(crate) what: &'static str,
    pub(crate) state: State,
    /// The value in force or a usual one; never a secret.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub(crate) value: Option<String>,
}

/// Whether a variable is there.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize)]
#[serde(rename_all = "snake_case")]
pub(crate) enum State {
    /// It is set.
    Set,
    /// It has to be set.
    Missing,
    /// It need not be set.
    Optional,
}

impl Guide {
    /// What this policy asks for. `url` is where Bob reaches the host from outside.
    pub(crate) fn new(policy: &Policy, url: Option<&Url>, environment: &Environment) -> Self {
        let needed = policy.requirements();
        let sections = needed.categories.iter().map(|(category, fields)| Section {
            category: category.to_string(),
            shown_as: name_in_bob(category),
            history: needed.history.contains(&**category),
            fields: fields.iter().map(FieldId::to_string).collect(),
        });
        let webhooks = needed.webhooks.iter().map(|webhook| Webhook {
            name: webhook.name,
            url: address(url, webhook.endpoint),
            listen_for: "all employees",
            events: webhook
                .events
                .iter()
                .map(|(shown_as, kind)| Event {
                    shown_as,
                    kind: kind.to_string(),
                })
                .collect(),
            secret_in: secrets_of(webhook.endpoint),
        });
        let scopes = needed.scopes.iter();
        Self {
            permission_group: PermissionGroup {
                lifecycle_statuses: needed.population.clone(),
                sections: sections.collect(),
            },
            webhooks: webhooks.collect(),
            scopes: scopes
                .map(|(scope, purpose)| Scope { scope, purpose })
                .collect(),
            settings: VARIABLES
                .iter()
                .map(|variable| variable.in_force(environment))
                .collect(),
        }
    }
}

/// The variable that takes the secrets of the webhooks that call this endpoint.
pub(crate) fn secrets_of(endpoint: Endpoint) -> &'static str {
    match endpoint {
        Endpoint::Upsert => "HIBOB_UPSERT_SECRETS",
        Endpoint::Deactivation => "HIBOB_DEACTIVATION_SECRETS",
    }
}

/// What Bob calls a category in its permissions, as far as its documentation says.
pub(crate) fn name_in_bob(category: &str) -> Option<&'static str> {
    let named = |(id, _): &&(&str, &str)| *id == category;
    SECTIONS.iter().find(named).map(|(_, name)| *name)
}

fn address(url: Option<&Url>, endpoint: Endpoint) -> String {
    let origin = url.map_or(ANYWHERE, Url::as_str).trim_end_matches('/');
    match endpoint {
        Endpoint::Upsert => format!("{origin}/hibob/upsert"),
        Endpoint::Deactivation => format!("{origin}/hibob/deactivation"),
    }
}

/// A variable as the guide knows it.
struct Variable {
    name: &'static str,
    kind: Kind,
    what: &'static str,
}

enum Kind {
    /// Its value is shown.
    Plain {
        usual: Option<&'static str>,
        needed: bool,
    },
    Secret {
        needed: bool,
    },
}

impl Variable {
    fn in_force(&self, environment: &Environment) -> Setting {
        let set = environment.get(self.name);
        let (state, value) = match (&self.kind, set) {
            (Kind::Secret { .. }, Some(_)) => (State::Set, None),
            (Kind::Secret { needed: true }, None) => (State::Missing, None),
            (Kind::Secret { needed: false }, None) => (State::Optional, None),
            (Kind::Plain { .. }, Some(value)) => (State::Set, Some(value.to_owned())),
            (Kind::Plain { usual, needed }, None) => {
                let state = if *needed {
                    State::Missing
                } else {
                    State::Optional
                };
                (state, usual.map(str::to_owned))
            }
        };
        // A database's URL may hold a password.
        let value = value.filter(|value| self.name != DATABASE || !value.contains('@'));
        Setting {
            name: self.name,
            what: self.what,
            state,
            value,
        }
    }
}

/// Where the host is, as long as nobody said so.
const ANYWHERE: &str = "https://YOUR-HOST";

const SECTIONS: [(&str, &str); 8] = [
    ("about", "About"),
    ("address", "Address"),
    ("employment", "Employment"),
    ("lifecycle", "Lifecycle"),
    ("personal", "Personal"),
    ("personalContact", "Personal contact details"),
    ("root", "Basic info"),
    ("work", "Work"),
];

const DATABASE: &str = "DATABASE_URL";

const VARIABLES: [Variable; 12] = [
    Variable {
        name: "HIBOB_BASE_URL",
        kind: Kind::Plain {
            usual: Some("https://api.hibob.com/v1"),
            needed: true,
        },
        what: "or api.sandbox.hibob.com/v1",
    },
    Variable {
        name: "HIBOB_SERVICE_USER_ID",
        kind: Kind::Secret { needed: true },
        what: "step 1",
    },
    Variable {
        name: "HIBOB_SERVICE_USER_TOKEN",
        kind: Kind::Secret { needed: true },
        what: "step 1",
    },
    Variable {
        name: "HIBOB_COMPANY_ID",
        kind: Kind::Plain {
            usual: None,
            needed: false,
        },
        what: "refuses events of others",
    },
    Variable {
        name: "HIBOB_UPSERT_SECRETS",
        kind: Kind::Secret { needed: true },
        what: "step 3; blanks between several",
    },
    Variable {
        name: "HIBOB_DEACTIVATION_SECRETS",
        kind: Kind::Secret { needed: true },
        what: "step 3; blanks between several",
    },
    Variable {
        name: "LEARNING360_BASE_URL",
        kind: Kind::Plain {
            usual: Some("https://app.360learning.com"),
            needed: true,
        },
        what: "US: app.us.360learning.com",
    },
    Variable {
        name: "LEARNING360_CLIENT_ID",
        kind: Kind::Secret { needed: true },
        what: "step 4",
    },
    Variable {
        name: "LEARNING360_CLIENT_SECRET",
        kind: Kind::Secret { needed: true },
        what: "step 4",
    },
    Variable {
        name: DATABASE,
        kind: Kind::Plain {
            usual: Some("sqlite://provisioner.db"),
            needed: false,
        },
        what: "the state of the host",
    },
    Variable {
        name: "LISTEN",
        kind: Kind::Plain {
            usual: Some("127.0.0.1:8360"),
            needed: false,
        },
        what: "behind a proxy with TLS",
    },
    // Such an address may hold a secret.
    Variable {
        name: "NOTIFY_URL",
        kind: Kind::Secret { needed: false },
        what: "who is told of alerts",
    },
];

#[cfg(test)]
mod tests {
    use super::*;

    fn guide(variables: &[(&str, &str)]) -> Guide {
        let policy = Policy::parse(crate::EXAMPLE_POLICY).unwrap();
        let environment: Environment = variables.iter().copied().collect();
        Guide::new(&policy, None, &environment)
    }

    fn setting<'g>(guide: &'g Guide, name: &str) -> &'g Setting {
        guide.settings.iter().find(|it| it.name == name).unwrap()
    }

    #[test]
    fn it_asks_for_exactly_what_the_policy_reads() {
        let guide = guide(&[]);
        let policy = Policy::parse(crate::EXAMPLE_POLICY).unwrap();
        let sections = guide.permission_group.sections.iter();
        let mut asked: Vec<_> = sections.flat_map(|it| it.fields.clone()).collect();
        asked.sort();
        let read: Vec<_> = policy.fields().iter().map(FieldId::to_string).collect();
        assert_eq!(asked, read);
        let with_history = guide.permission_group.sections.iter();
        let with_history: Vec<_> = with_history.filter(|it| it.history).collect();
        assert_eq!(with_history.len(), 1);
        assert_eq!(with_history[0].shown_as, Some("Lifecycle"));
    }

    #[test]
    fn no_secret_is_in_it() {
        let guide = guide(&[
            ("HIBOB_SERVICE_USER_ID", "canary"),
            ("HIBOB_SERVICE_USER_TOKEN", "canary"),
            ("HIBOB_UPSERT_SECRETS", "canary"),
            ("HIBOB_DEACTIVATION_SECRETS", "canary"),
            ("LEARNING360_CLIENT_ID", "canary"),
            ("LEARNING360_CLIENT_SECRET", "canary"),
            (DATABASE, "postgres://host:canary@db.example.com/host"),
            ("NOTIFY_URL", "https://hooks.example.com/canary"),
            ("HIBOB_BASE_URL", "https://api.sandbox.hibob.com/v1"),
        ]);
        let shown = format!("{guide:?}{}", serde_json::to_string(&guide).unwrap());
        assert!(!shown.contains("canary"), "{shown}");
        assert_eq!(setting(&guide, "HIBOB_UPSERT_SECRETS").state, State::Set);
        let base = setting(&guide, "HIBOB_BASE_URL");
        assert_eq!(
            base.value.as_deref(),
            Some("https://api.sandbox.hibob.com/v1")
        );
    }

    #[test]
    fn what_is_not_there_is_told_apart_from_what_need_not_be() {
        let guide = guide(&[]);
        let state = |name| setting(&guide, name).state;
        assert_eq!(state("HIBOB_SERVICE_USER_TOKEN"), State::Missing);
        assert_eq!(state("HIBOB_BASE_URL"), State::Missing);
        assert_eq!(state("HIBOB_COMPANY_ID"), State::Optional);
        assert_eq!(state("LISTEN"), State::Optional);
        assert_eq!(state("NOTIFY_URL"), State::Optional);
    }

    #[test]
    fn the_variables_are_those_of_the_example_file() {
        let file = include_str!("../../../../../.env.example");
        let names = file.lines().filter_map(|line| line.split_once('='));
        let mut names: Vec<_> = names.map(|(name, _)| name.trim()).collect();
        let mut known: Vec<_> = VARIABLES.iter().map(|it| it.name).collect();
        names.sort_unstable();
        known.sort_unstable();
        assert_eq!(names, known);
    }
}
