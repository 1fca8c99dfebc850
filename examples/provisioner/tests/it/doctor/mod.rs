//! The command `doctor`: each finding shown by the fault that causes it.

mod host;
mod policy;
mod systems;

use provisioner::EXAMPLE_POLICY;
use sandbox::{Api, Effect, Fault, Person, Sandbox, Seed, ServiceUser};
use serde_json::{Value, json};
use tempfile::TempDir;
use tokio::task::spawn_blocking;

use crate::support::docs;
use crate::support::home::Home;
use crate::support::run::{Ran, folder_with, run};
use crate::support::world::variables;

const PLATFORM: &str = "hibob-provisioner";

/// A company with nothing to complain about, and the settings of a host for it.
struct Patient {
    seed: Seed,
    policy: String,
    faults: Vec<Fault>,
    variables: Vec<(&'static str, String)>,
    time: &'static [&'static str],
}

/// What the doctor said.
struct Told {
    code: Option<i32>,
    findings: Vec<Value>,
    sandbox: Sandbox,
    text: String,
}

fn patient() -> Patient {
    let leaver = Person::new("3332883894235038490")
        .names("Canary", "Canary")
        .mail("canary@example.com")
        .started("2020-01-01")
        .terminated("2025-06-30")
        .site(Seed::PARIS)
        .department("253891")
        .title("253903");
    Patient {
        seed: Seed::demo().employee(leaver),
        policy: EXAMPLE_POLICY.to_owned(),
        faults: vec![table(&["employed", "terminated"])],
        variables: Vec::new(),
        time: &["--sandbox"],
    }
}

/// The lifecycle table with these rows, whoever is asked about.
fn table(statuses: &[&str]) -> Fault {
    let rows = statuses.iter().zip(1..);
    let rows = rows.map(|(status, id)| json!({"id": id, "status": status}));
    let rows = json!({"values": rows.collect::<Vec<_>>()});
    Fault::new(Api::Bob, Effect::json(200, rows)).on("GET", "/v1/people/{identifier}/lifecycle")
}

impl Patient {
    fn seed(mut self, change: impl FnOnce(Seed) -> Seed) -> Self {
        self.seed = change(self.seed);
        self
    }

    fn policy(mut self, from: &str, to: &str) -> Self {
        assert!(self.policy.contains(from), "{from}");
        self.policy = self.policy.replace(from, to);
        self
    }

    fn fault(mut self, fault: Fault) -> Self {
        self.faults.push(fault);
        self
    }

    fn set(mut self, name: &'static str, value: impl Into<String>) -> Self {
        self.variables.push((name, value.into()));
        self
    }

    /// On the machine's clock.
    fn in_real_time(mut self) -> Self {
        self.time = &[];
        self
    }

    fn service_user(self, change: impl FnOnce(ServiceUser) -> ServiceUser) -> Self {
        let user = ServiceUser::new(Seed::SERVICE_USER_ID, Seed::SERVICE_USER_TOKEN);
        self.seed(|seed| seed.service_user(change(user)))
    }

    async fn examined(self) -> Told {
        let sandbox = Sandbox::start(self.seed.clone()).await.unwrap();
        let control = sandbox.control();
        control.add_faults(&self.faults).await.unwrap();
        let folder = folder_with(&self.policy);
        let ran = self.run(&sandbox, &folder, &["--json"]).await;
        let object: Value = serde_json::from_str(&ran.stdout).expect(&ran.stderr);
        let told = Told {
            code: ran.code,
            findings: object["findings"].as_array().unwrap().clone(),
            sandbox,
            text: format!("{}{}", ran.stdout, ran.stderr),
        };
        let worst = |severity| told.findings.iter().any(|it| it["severity"] == severity);
        let expected = if worst("error") {
            1
        } else if worst("warning") {
            3
        } else {
            0
        };
        assert_eq!(told.code, Some(expected), "{}", told.text);
        for finding in &told.findings {
            let is_ok = finding["severity"] == "ok";
            let has_next = finding["next"].is_string() || finding["line"].is_number();
            assert_eq!(is_ok, !has_next, "a next step, or nothing to do: {finding}");
        }
        told
    }

    /// Runs beside the sandbox, which answers meanwhile.
    async fn run(&self, sandbox: &Sandbox, folder: &TempDir, arguments: &[&'static str]) -> Ran {
        let arguments = ["doctor"].iter().chain(arguments).chain(self.time);
        let arguments: Vec<_> = arguments.copied().collect();
        let mut all = variables(sandbox, &Home::sqlite());
        all.retain(|(name, _)| self.variables.iter().all(|(changed, _)| changed != name));
        all.extend(self.variables.iter().cloned());
        let folder = folder.path().to_owned();
        let ran = spawn_blocking(move || {
            let all: Vec<_> = all.iter().map(|(name, value)| (*name, &**value)).collect();
            run(&folder, &arguments, &all)
        });
        ran.await.unwrap()
    }
}

impl Told {
    /// The finding with this code, of which there is one.
    fn one(&self, code: &str) -> &Value {
        let mut found = self.findings.iter().filter(|it| it["code"] == code);
        let one = found
            .next()
            .unwrap_or_else(|| panic!("no {code} in {}", self.text));
        assert_eq!(found.next(), None, "{}", self.text);
        one
    }

    fn expect(&self, code: &str, severity: &str, words: &[&str]) {
        let finding = self.one(code);
        assert_eq!(finding["severity"], severity, "{finding}");
        let said = format!("{} {}", finding["what"], finding["next"]);
        for word in words {
            assert!(said.contains(word), "{word} in {said}");
        }
    }

    fn has(&self, code: &str) -> bool {
        self.findings.iter().any(|it| it["code"] == code)
    }

    /// The line of the example policy that a finding names.
    fn line(&self, code: &str) -> &'static str {
        let number = self.one(code)["line"].as_u64().expect(&self.text);
        let number = usize::try_from(number).unwrap();
        EXAMPLE_POLICY.lines().nth(number - 1).unwrap()
    }
}

#[tokio::test]
async fn a_company_in_good_health_gets_no_warning() {
    let told = patient().examined().await;
    assert_eq!(told.code, Some(0), "{}", told.text);
    told.expect("fields_readable", "ok", &["13 fields"]);
    told.expect(
        "people_visible",
        "ok",
        &["13 people", "11 employed", "1 hired", "1 terminated"],
    );
    told.expect(
        "scopes_granted",
        "ok",
        &["users:read", "customFields:read", "groups:read"],
    );
    told.expect("scopes_unproven", "note", &["users:write", "groups:bulk"]);
    told.expect("history_readable", "ok", &["history"]);
    told.expect("trial", "ok", &["apply(provision)"]);
    told.expect("no_database", "note", &["serve"]);
}

#[tokio::test]
async fn prv_04_it_only_reads_and_shows_nobody() {
    let told = patient().set("RUST_LOG", "trace").examined().await;
    let log = told.sandbox.control().log().await.unwrap();
    assert!(!log.requests.is_empty());
    for request in &log.requests {
        let reads = request.method == "GET"
            || request.route.ends_with("/people/search")
            || request.route.ends_with("/oauth2/token");
        assert!(reads, "{} {}", request.method, request.route);
    }
    let state = told.sandbox.control().state().await.unwrap();
    assert_eq!(state.users.len(), 1, "nobody but the owner");
    for secret in [
        "Canary",
        "canary@",
        "@example.com",
        Seed::SERVICE_USER_TOKEN,
    ] {
        assert!(!told.text.contains(secret), "{secret} in {}", told.text);
    }
    assert!(!told.text.contains(Seed::CLIENT_SECRET) && !told.text.contains("Lovelace"));
}

#[tokio::test]
async fn the_page_of_the_documentation_shows_what_it_prints() {
    let page = |patient: Patient| async move {
        let sandbox = Sandbox::start(patient.seed.clone()).await.unwrap();
        let control = sandbox.control();
        control.add_faults(&patient.faults).await.unwrap();
        let folder = folder_with(&patient.policy);
        let ran = patient.set("COLUMNS", "100");
        let ran = ran.run(&sandbox, &folder, &[]).await;
        let (bob, lms) = (sandbox.bob_base_url(), sandbox.learning360_base_url());
        let text = ran.stdout.replace(bob.as_str(), "https://api.hibob.com/v1");
        let text = text.replace(
            lms.as_str().trim_end_matches('/'),
            "https://app.360learning.com",
        );
        for line in text.lines() {
            assert!(line.chars().count() <= 100, "{line}");
        }
        docs::block("provisioner doctor", &text)
    };
    let well = page(patient()).await;
    let ill = patient()
        .service_user(|it| {
            it.categories(["root", "lifecycle"])
                .population(["employed"])
        })
        .policy("label('title')", "label('titel')")
        .policy("650000000000000000000004", "650000000000000000000999");
    let ill = page(ill).await;
    let text = format!(
        "# What `provisioner doctor` prints\n\n\
         It reads both systems and writes to neither. The exit code is 0 if all is well, 3 if there \
         are warnings, 1 if there are errors; `--json` gives one object. A test keeps this page as \
         it is: `UPDATE_DOCS=1 cargo test -p provisioner documentation` writes it anew.\n\n\
         A set-up in good health:\n\n{well}\n\
         The service user lacks a section and sees only people who are employed now; two lines of \
         the policy name what is not there:\n\n{ill}"
    );
    docs::check("doctor.md", &text);
}
