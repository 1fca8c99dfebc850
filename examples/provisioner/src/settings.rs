//! The settings, and the only place that reads the environment.

mod environment;
mod keep;
mod notify;
mod schedule;

use std::fmt;
use std::net::SocketAddr;

use hibob_client::CompanyId;
use hibob_client::webhook::{Secret, Verifier};
use secrecy::SecretString;
use url::Url;

pub use self::environment::Environment;
pub use self::keep::Keep;
pub use self::notify::NotifyUrl;
pub use self::schedule::Schedule;
pub(crate) use self::schedule::Slot;

/// Everything a host is told from outside, apart from the policy.
///
/// `Debug` shows no secret.
#[derive(Clone, Debug)]
#[non_exhaustive]
pub struct Settings {
    /// Where to listen; port 0 takes a free one.
    pub listen: SocketAddr,
    /// The database, a `sqlite://` or `postgres://` URL.
    pub database: Database,
    /// How to reach Bob.
    pub bob: Bob,
    /// How to reach 360Learning.
    pub learning360: Learning360,
    /// Checks what comes to `/hibob/upsert`.
    pub upsert: Verifier,
    /// Checks what comes to `/hibob/deactivation`.
    pub deactivation: Verifier,
    /// Where an operator is told what there is to tell; `None` = in the log only.
    pub notify: Option<NotifyUrl>,
    /// For how long things are kept.
    pub keep: Keep,
    /// When everybody is compared without being asked for.
    pub schedule: Schedule,
}

/// How to reach both APIs: what a command needs that takes nothing in.
///
/// `Debug` shows no secret.
#[derive(Clone, Debug)]
#[non_exhaustive]
pub struct Apis {
    /// How to reach Bob.
    pub bob: Bob,
    /// How to reach 360Learning.
    pub learning360: Learning360,
}

/// How to reach Bob.
#[derive(Clone, Debug)]
#[non_exhaustive]
pub struct Bob {
    /// The API's address with its version, such as `https://api.hibob.com/v1`.
    pub base_url: Url,
    /// The service user's id.
    pub service_user: String,
    /// The service user's token.
    pub token: SecretString,
    /// The company that events must come from; `None` = not checked.
    pub company: Option<CompanyId>,
}

/// How to reach 360Learning.
#[derive(Clone, Debug)]
#[non_exhaustive]
pub struct Learning360 {
    /// The API's origin, such as `https://app.360learning.com`.
    pub base_url: Url,
    /// The OAuth client's id.
    pub client_id: String,
    /// The OAuth client's secret.
    pub client_secret: SecretString,
}

/// The URL of a database. It may hold a password, so `Debug` shows its scheme only.
#[derive(Clone, PartialEq, Eq)]
pub struct Database(String);

/// Everything that is wrong with the settings. Holds no value of any variable.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
pub struct SettingsError(Vec<String>);

impl Settings {
    /// Reads the settings, and finds everything that is wrong with them at once.
    ///
    /// # Errors
    /// [`SettingsError`] names each variable that is missing or cannot be used.
    pub fn read(environment: &Environment) -> Result<Self, SettingsError> {
        complete(|problems| {
            // Each part is read, whatever is wrong with the others, so that nothing is told late.
            let apis = apis(environment, problems);
            let (upsert, deactivation) = (
                secrets(environment, "upsert", "HIBOB_UPSERT_SECRETS", problems),
                secrets(
                    environment,
                    "deactivation",
                    "HIBOB_DEACTIVATION_SECRETS",
                    problems,
                ),
            );
            let listen = listen(environment, problems);
            let database = database(environment, problems);
            let notify = NotifyUrl::read(environment, problems);
            let keep = Keep::read(environment, problems);
            let schedule = Schedule::read(environment, problems);
            let Apis { bob, learning360 } = apis?;
            Some(Self {
                listen: listen?,
                database: database?,
                bob,
                learning360,
                upsert: upsert?,
                deactivation: deactivation?,
                notify,
                keep: keep?,
                schedule: schedule?,
            })
        })
    }
}

impl Apis {
    /// Reads how to reach both APIs, and finds everything that is wrong with it at once.
    ///
    /// # Errors
    /// [`SettingsError`] names each variable that is missing or cannot be used.
    pub fn read(environment: &Environment) -> Result<Self, SettingsError> {
        complete(|problems| apis(environment, problems))
    }
}

impl SettingsError {
    /// Everything that is wrong, each in a few words.
    pub(crate) fn problems(&self) -> &[String] {
        &self.0
    }
}

impl Database {
    /// Reads where the state lies.
    ///
    /// # Errors
    /// [`SettingsError`] if it cannot be used.
    pub fn read(environment: &Environment) -> Result<Self, SettingsError> {
        complete(|problems| database(environment, problems))
    }

    /// The URL.
    pub fn url(&self) -> &str {
        &self.0
    }
}

impl fmt::Debug for Database {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(
            f,
            "Database({}://…)",
            self.0.split(':').next().unwrap_or_default()
        )
    }
}

impl fmt::Display for SettingsError {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("the settings cannot be used")?;
        for problem in &self.0 {
            write!(f, "\n  {problem}")?;
        }
        Ok(())
    }
}

/// What was read, if nothing is wrong with it.
fn complete<T>(read: impl FnOnce(&mut Vec<String>) -> Option<T>) -> Result<T, SettingsError> {
    let mut problems = Vec::new();
    match read(&mut problems) {
        Some(value) if problems.is_empty() => Ok(value),
        _ => Err(SettingsError(problems)),
    }
}

fn apis(environment: &Environment, problems: &mut Vec<String>) -> Option<Apis> {
    let mut text = |name: &str| required(environment, name, problems);
    let (bob_url, service_user, token) = (
        text("HIBOB_BASE_URL"),
        text("HIBOB_SERVICE_USER_ID"),
        text("HIBOB_SERVICE_USER_TOKEN"),
    );
    let (url, client_id, client_secret) = (
        text("LEARNING360_BASE_URL"),
        text("LEARNING360_CLIENT_ID"),
        text("LEARNING360_CLIENT_SECRET"),
    );
    let bob_url = bob_url.and_then(|url| base_url("HIBOB_BASE_URL", url, problems));
    let url = url.and_then(|url| base_url("LEARNING360_BASE_URL", url, problems));
    let company = environment
        .get("HIBOB_COMPANY_ID")
        .map(str::parse::<u64>)
        .transpose();
    if company.is_err() {
        problems.push("HIBOB_COMPANY_ID must be a number".to_owned());
    }
    Some(Apis {
        bob: Bob {
            base_url: bob_url?,
            service_user: service_user?.to_owned(),
            token: SecretString::from(token?),
            company: company.ok()?.map(CompanyId::new),
        },
        learning360: Learning360 {
            base_url: url?,
            client_id: client_id?.to_owned(),
            client_secret: SecretString::from(client_secret?),
        },
    })
}

fn required<'e>(
    environment: &'e Environment,
    name: &str,
    problems: &mut Vec<String>,
) -> Option<&'e str> {
    let value = environment.get(name);
    if value.is_none() {
        problems.push(format!("{name} is not set"));
    }
    value
}

fn listen(environment: &Environment, problems: &mut Vec<String>) -> Option<SocketAddr> {
    let listen = environment.get("LISTEN").unwrap_or("127.0.0.1:8360");
    let listen = listen.parse();
    if listen.is_err() {
        problems.push("LISTEN must be an address with a port, such as 127.0.0.1:8360".to_owned());
    }
    listen.ok()
}

fn database(environment: &Environment, problems: &mut Vec<String>) -> Option<Database> {
    let database = environment
        .get("DATABASE_URL")
        .unwrap_or("sqlite://provisioner.db");
    let scheme = database.split(':').next().unwrap_or_default();
    if !["sqlite", "postgres", "postgresql"].contains(&scheme) {
        problems.push("DATABASE_URL must begin with sqlite: or postgres:".to_owned());
        return None;
    }
    Some(Database(database.to_owned()))
}

/// Secrets are labelled by their position: `upsert-1`, `upsert-2`, ….
fn secrets(
    environment: &Environment,
    endpoint: &str,
    name: &str,
    problems: &mut Vec<String>,
) -> Option<Verifier> {
    let secrets = required(environment, name, problems)?;
    let secrets = secrets.split_whitespace().zip(1..);
    let labelled = secrets.map(|(key, number)| Secret::new(format!("{endpoint}-{number}"), key));
    // There is at least one and none is empty: a blank variable counts as not set.
    Verifier::new(labelled).ok()
}

fn is_loopback(url: &Url) -> bool {
    match url.host() {
        Some(url::Host::Domain(domain)) => domain == "localhost",
        Some(url::Host::Ipv4(address)) => address.is_loopback(),
        Some(url::Host::Ipv6(address)) => address.is_loopback(),
        None => false,
    }
}

fn base_url(name: &str, text: &str, problems: &mut Vec<String>) -> Option<Url> {
    let mut refuse = |why: &str| {
        problems.push(format!("{name} {why}"));
        None
    };
    let Ok(url) = Url::parse(text) else {
        return refuse("is no address");
    };
    if url.host().is_none() {
        return refuse("names no host");
    }
    let local = is_loopback(&url);
    if !(url.scheme() == "https" || url.scheme() == "http" && local) {
        return refuse("must begin with https:// (http:// is for loopback only)");
    }
    if !url.username().is_empty() || url.password().is_some() {
        return refuse("must not hold credentials");
    }
    if url.query().is_some() || url.fragment().is_some() {
        return refuse("must end with its path");
    }
    Some(url)
}

#[cfg(test)]
mod tests {
    use super::*;

    fn complete() -> Vec<(&'static str, &'static str)> {
        vec![
            ("HIBOB_BASE_URL", "https://api.hibob.com/v1"),
            ("HIBOB_SERVICE_USER_ID", "SERVICE-1"),
            ("HIBOB_SERVICE_USER_TOKEN", "canary-token"),
            ("HIBOB_UPSERT_SECRETS", "canary-a  canary-b"),
            ("HIBOB_DEACTIVATION_SECRETS", "canary-c\n\tcanary-d"),
            ("LEARNING360_BASE_URL", "https://app.360learning.com"),
            ("LEARNING360_CLIENT_ID", "client"),
            ("LEARNING360_CLIENT_SECRET", "canary-secret"),
        ]
    }

    fn with(name: &'static str, value: &'static str) -> Result<Settings, SettingsError> {
        let others = complete().into_iter().filter(|(known, _)| *known != name);
        Settings::read(&others.chain([(name, value)]).collect())
    }

    #[test]
    fn what_is_not_set_has_its_default() {
        let settings = Settings::read(&complete().into_iter().collect()).unwrap();
        assert_eq!(settings.listen.to_string(), "127.0.0.1:8360");
        assert_eq!(settings.database.url(), "sqlite://provisioner.db");
        assert_eq!(settings.bob.company, None);
    }

    #[test]
    fn everything_that_is_missing_is_named_at_once() {
        let error = Settings::read(&Environment::default())
            .unwrap_err()
            .to_string();
        for (name, _) in complete() {
            assert!(error.contains(&format!("{name} is not set")), "{error}");
        }
    }

    #[test]
    fn blank_counts_as_not_set() {
        let error = with("HIBOB_UPSERT_SECRETS", "  ").unwrap_err().to_string();
        assert!(error.contains("HIBOB_UPSERT_SECRETS is not set"));
    }

    #[test]
    fn secrets_are_labelled_by_position() {
        let settings = Settings::read(&complete().into_iter().collect()).unwrap();
        let body = b"{}";
        let label = |verifier: &Verifier, secret: &str| {
            let signature = hibob_client::webhook::sign(secret, body);
            verifier
                .verify(
                    body,
                    Some(signature.as_bytes()),
                    jiff::Timestamp::UNIX_EPOCH,
                )
                .ok()
                .map(|it| it.secret().to_owned())
        };
        assert_eq!(
            label(&settings.upsert, "canary-b").as_deref(),
            Some("upsert-2")
        );
        assert_eq!(
            label(&settings.deactivation, "canary-d").as_deref(),
            Some("deactivation-2")
        );
        // A secret verifies only on its own address.
        assert_eq!(label(&settings.deactivation, "canary-a"), None);
        assert_eq!(label(&settings.upsert, "canary-c"), None);
    }

    #[test]
    fn plain_http_is_for_loopback_only() {
        for url in [
            "http://127.0.0.1:80/v1",
            "http://[::1]/v1",
            "http://localhost:9/v1",
        ] {
            assert!(with("HIBOB_BASE_URL", url).is_ok(), "{url}");
        }
        let refused = [
            "http://api.hibob.com/v1",
            "http://127.0.0.1.example.com/v1",
            "ftp://127.0.0.1/v1",
            "https://user:pass@api.hibob.com/v1",
            "https://api.hibob.com/v1?x=1",
            "api.hibob.com",
        ];
        for url in refused {
            let error = with("HIBOB_BASE_URL", url).unwrap_err().to_string();
            assert!(error.contains("HIBOB_BASE_URL"), "{error}");
        }
    }

    #[test]
    fn numbers_and_addresses_are_checked() {
        assert!(with("LISTEN", "8360").is_err());
        assert!(with("HIBOB_COMPANY_ID", "acme").is_err());
        assert!(with("DATABASE_URL", "mysql://x").is_err());
        assert_eq!(
            with("HIBOB_COMPANY_ID", "637323").unwrap().bob.company,
            Some(CompanyId::new(637_323))
        );
    }

    #[test]
    fn nothing_secret_is_shown() {
        let environment: Environment = complete().into_iter().collect();
        let settings = Settings::read(&environment).unwrap();
        let error = with("DATABASE_URL", "canary-database").unwrap_err();
        let shown = format!("{environment:?} {settings:?} {error:?} {error}");
        assert!(!shown.contains("canary"), "{shown}");
    }
}
