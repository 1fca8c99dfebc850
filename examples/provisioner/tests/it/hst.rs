//! The process itself: killed, stopped, and used by hand.

use std::io::{BufRead as _, BufReader, Write as _};
use std::process::{Child, ChildStdout, Command, ExitStatus, Stdio};
use std::time::Duration;

use crate::support::home::Home;
use crate::support::world::{ADA, HANGS, Said, UPSERT, event, said, seed, stand_ins, variables};
use hibob_client::webhook::sign;
use provisioner::{Clock, EXAMPLE_POLICY, Environment, Host, Settings};
use provisioning_core::Policy;
use sandbox::{Api, Control, Effect, Fault, Sandbox, UserStatus};
use sqlx::{AnyConnection, Connection as _};
use tokio::time::timeout;

/// A process of ours, which does not outlive its test.
struct Process {
    child: Child,
    stdout: BufReader<ChildStdout>,
    url: String,
}

impl Process {
    /// Starts `serve --sandbox` and waits until it says where it listens.
    fn serve(home: &Home, variables: &[(&str, String)]) -> Self {
        Self::start(home, variables, &["serve", "--sandbox"])
    }

    /// The same, by the machine's clock.
    fn serve_in_real_time(home: &Home, variables: &[(&str, String)]) -> Self {
        Self::start(home, variables, &["serve"])
    }

    fn start(home: &Home, variables: &[(&str, String)], arguments: &[&str]) -> Self {
        let mut process = Self::spawn(home, variables, arguments);
        let mut line = String::new();
        process.stdout.read_line(&mut line).unwrap();
        let url = line.trim().strip_prefix("listening on ");
        process.url = url.expect("it listens").to_owned();
        process
    }

    /// A process that has not said yet where it listens.
    fn spawn(home: &Home, variables: &[(&str, String)], arguments: &[&str]) -> Self {
        let policy = home.policy();
        std::fs::write(&policy, EXAMPLE_POLICY).unwrap();
        let mut child = Command::new(env!("CARGO_BIN_EXE_provisioner"))
            .args(arguments)
            .current_dir(home.path())
            .env_clear()
            .envs(
                variables
                    .iter()
                    .map(|(name, value)| (*name, value.as_str())),
            )
            .stdin(Stdio::null())
            .stdout(Stdio::piped())
            .stderr(Stdio::null())
            .spawn()
            .unwrap();
        let stdout = BufReader::new(child.stdout.take().unwrap());
        let url = String::new();
        Self { child, stdout, url }
    }

    /// Tells it to stop, as a supervisor does; what it ended with, if it does so in time.
    #[cfg(unix)]
    async fn ends_within(mut self, patience: Duration) -> Option<ExitStatus> {
        let id = self.child.id().to_string();
        let told = Command::new("kill").args(["-TERM", &id]).status().unwrap();
        assert!(told.success());
        let ended = tokio::task::spawn_blocking(move || self.child.wait().unwrap());
        Some(timeout(patience, ended).await.ok()?.unwrap())
    }
}

impl Drop for Process {
    fn drop(&mut self) {
        drop(self.child.kill());
        drop(self.child.wait());
    }
}

/// Lets virtual time pass, second by second, until the employee's account is there.
async fn account_appears(control: &Control) -> sandbox::User {
    let appears = async {
        loop {
            control.advance(1).await.unwrap();
            let state = control.state().await.unwrap();
            if let Some(user) = state.linked("hibob-provisioner", ADA) {
                return user.clone();
            }
        }
    };
    timeout(HANGS, appears).await.expect("the account appears")
}

#[tokio::test(flavor = "multi_thread")]
async fn hst_01_an_accepted_event_survives_kill_9() {
    let sandbox = stand_ins(seed()).await;
    let control = sandbox.control();
    let home = Home::new();
    let variables = variables(&sandbox, &home);

    let mut first = Process::serve(&home, &variables);
    let body = event("employee.created", 1);
    let answer = reqwest::Client::new()
        .post(format!("{}/hibob/upsert", first.url))
        .header("Bob-Signature", sign(UPSERT[0], body.as_bytes()))
        .body(body)
        .send()
        .await
        .unwrap();
    assert_eq!(answer.status(), 200);
    first.child.kill().unwrap();
    first.child.wait().unwrap();
    // The clock stood still all the while, so nothing can have been decided.
    assert!(control.state().await.unwrap().mappings.is_empty());

    let _second = Process::serve(&home, &variables);
    let user = account_appears(&control).await;
    assert_eq!(user.status, UserStatus::Invited);
    assert_eq!(
        control.state().await.unwrap().mails.len(),
        1,
        "one invitation"
    );
}

#[tokio::test(flavor = "multi_thread")]
async fn a_command_in_another_process_is_noticed() {
    let sandbox = stand_ins(seed()).await;
    let control = sandbox.control();
    let home = Home::new();
    let variables = variables(&sandbox, &home);
    let process = Process::serve(&home, &variables);
    let command = |name: &str| {
        let mut command = Command::new(env!("CARGO_BIN_EXE_provisioner"));
        let variables = variables
            .iter()
            .map(|(name, value)| (*name, value.as_str()));
        command
            .arg(name)
            .current_dir(home.path())
            .env_clear()
            .envs(variables);
        assert!(command.output().unwrap().status.success(), "{name}");
    };
    command("pause");
    let body = event("employee.created", 1);
    let request = reqwest::Client::new().post(format!("{}/hibob/upsert", process.url));
    let signature = sign(UPSERT[0], body.as_bytes());
    let answer = request
        .header("Bob-Signature", signature)
        .body(body)
        .send()
        .await
        .unwrap();
    assert_eq!(answer.status(), 200);
    control.advance(60).await.unwrap();
    command("resume");
    // No event and no date wakes the host now.
    account_appears(&control).await;
}

/// A host in this process, which decides when it is told to.
async fn host(sandbox: &Sandbox, home: &Home) -> Host {
    let environment: Environment = variables(sandbox, home).into_iter().collect();
    let settings = Settings::read(&environment).unwrap();
    let clock = Clock::sandbox(&settings.bob.base_url).await.unwrap();
    let policy = Policy::parse(EXAMPLE_POLICY).unwrap();
    Host::start_stepped(&settings, policy, clock).await.unwrap()
}

#[tokio::test(flavor = "multi_thread")]
#[ignore = "needs a server: bash .ci/with-postgres"]
async fn hst_02_a_duplicate_to_two_instances_has_one_effect() {
    let sandbox = stand_ins(seed()).await;
    let control = sandbox.control();
    let home = Home::postgres();
    let before = control.state().await.unwrap().users.len();
    let hosts = [host(&sandbox, &home).await, host(&sandbox, &home).await];
    let http = reqwest::Client::new();
    let send = async |host: &Host, number: u32| {
        let body = event("employee.created", number);
        let request = http
            .post(format!("{}/hibob/upsert", host.url()))
            .header("Bob-Signature", sign(UPSERT[0], body.as_bytes()));
        said(request.body(body)).await
    };
    for number in 1..=10 {
        let (one, other) = tokio::join!(send(&hosts[0], number), send(&hosts[1], number));
        let mut answers = [one, other];
        answers.sort_by(|a, b| a.text.cmp(&b.text));
        assert_eq!(
            answers,
            [Said::new(200, "accepted"), Said::new(200, "duplicate")]
        );
    }
    control.advance(2).await.unwrap();
    let (one, other) = tokio::join!(hosts[0].settle(), hosts[1].settle());
    assert_eq!(one.unwrap().len() + other.unwrap().len(), 1, "one decision");
    let state = control.state().await.unwrap();
    assert_eq!(state.users.len(), before + 1, "one account");
    assert_eq!(state.mails.len(), 1, "one invitation");
    assert_eq!(state.mappings.len(), 1);
}

#[cfg(unix)]
#[tokio::test(flavor = "multi_thread")]
async fn hst_03_a_shutdown_signal_ends_the_process_in_time() {
    let sandbox = stand_ins(seed()).await;
    let home = Home::new();
    let process = Process::serve(&home, &variables(&sandbox, &home));
    let ended = process.ends_within(SUPERVISOR).await;
    assert!(ended.expect("it ends in time").success());
}

/// Bob does not answer when the process starts. The next one is not told that it was killed.
#[cfg(unix)]
#[tokio::test(flavor = "multi_thread")]
async fn hst_03_a_start_that_waits_for_bob_ends_at_once() {
    let sandbox = stand_ins(seed()).await;
    let control = sandbox.control();
    let home = Home::new();
    let hangs = Effect::SlowBody {
        bytes: 1,
        milliseconds: 600_000,
    };
    let hangs = Fault::new(Api::Bob, hangs).on("GET", "/v1/company/people/fields");
    control.add_faults(&[hangs]).await.unwrap();
    // By the machine's clock a call of Bob's has two minutes, and the check of the policy ten seconds.
    let process = Process::spawn(&home, &variables(&sandbox, &home), &["serve"]);
    let waits = async {
        loop {
            let log = control.log().await.unwrap();
            if log.requests.iter().any(|it| it.fault) {
                return;
            }
        }
    };
    timeout(HANGS, waits).await.expect("it comes so far");
    // Less than it would wait for Bob.
    let ended = process.ends_within(Duration::from_secs(5)).await;
    assert!(ended.expect("it ends in time").success());

    control.clear_faults().await.unwrap();
    let next = host(&sandbox, &home).await;
    control.advance(600).await.unwrap();
    next.settle().await.unwrap();
    assert!(next.store().notices(10).await.unwrap().is_empty());
}

/// Somebody else keeps the database from the process, and a body never comes to its end.
#[cfg(unix)]
#[tokio::test(flavor = "multi_thread")]
async fn hst_03_a_locked_database_and_half_a_request_do_not_hold_up_the_end() {
    let sandbox = stand_ins(seed()).await;
    let home = Home::sqlite();
    let process = Process::serve_in_real_time(&home, &variables(&sandbox, &home));
    sqlx::any::install_default_drivers();
    let mut other = AnyConnection::connect(home.url()).await.unwrap();
    let lock = sqlx::query("BEGIN IMMEDIATE");
    lock.execute(&mut other).await.unwrap();
    let address = process.url.strip_prefix("http://").unwrap();
    let mut half = std::net::TcpStream::connect(address).unwrap();
    let head = "POST /hibob/upsert HTTP/1.1\r\nHost: x\r\nContent-Length: 100\r\n\r\n{";
    half.write_all(head.as_bytes()).unwrap();
    let ended = process.ends_within(SUPERVISOR).await;
    assert!(ended.expect("it ends in time").success());
}

/// An answer of 360Learning's never comes to its end: to the last question before the account is
/// made, or to its making. The process does not wait for it, and the next one does what is left.
#[cfg(unix)]
#[tokio::test(flavor = "multi_thread")]
async fn hst_03_a_call_that_hangs_ends_with_the_process_and_everything_is_done_once() {
    tokio::join!(stopped_while("GET", 0), stopped_while("POST", 1));
}

/// Stops a process while such a call hangs; by then so many accounts were made.
#[cfg(unix)]
#[expect(
    clippy::disallowed_methods,
    reason = "the process works by the machine's clock, as in production"
)]
async fn stopped_while(method: &str, made: usize) {
    let now = jiff::Timestamp::now();
    let mut seed = seed();
    seed.now = now;
    let sandbox = stand_ins(seed).await;
    let control = sandbox.control();
    let home = Home::new();
    let hangs = Effect::SlowBody {
        bytes: 1,
        milliseconds: 600_000,
    };
    let hangs = Fault::new(Api::Learning360, hangs).on(method, "/api/v2/users");
    control.add_faults(&[hangs]).await.unwrap();
    let users = control.state().await.unwrap().users.len();

    let process = Process::serve_in_real_time(&home, &variables(&sandbox, &home));
    let today = now.strftime("%Y-%m-%dT%H:%M:%S").to_string();
    let body = event("employee.created", 1).replace("2026-03-02T08:00:00", &today);
    let request = reqwest::Client::new().post(format!("{}/hibob/upsert", process.url));
    let signature = sign(UPSERT[0], body.as_bytes());
    let request = request.header("Bob-Signature", signature).body(body);
    assert_eq!(said(request).await, Said::new(200, "accepted"));
    let in_flight = async {
        loop {
            let log = control.log().await.unwrap();
            let state = control.state().await.unwrap();
            if log.requests.iter().any(|it| it.fault) && state.users.len() == users + made {
                return;
            }
        }
    };
    timeout(HANGS, in_flight).await.expect("it comes so far");
    let ended = process.ends_within(SUPERVISOR).await;
    assert!(ended.expect("it ends in time").success());

    control.clear_faults().await.unwrap();
    let next = host(&sandbox, &home).await;
    for seconds in [600, 3_600] {
        control.advance(seconds).await.unwrap();
        next.settle().await.unwrap();
    }
    let state = control.state().await.unwrap();
    assert_eq!(state.users.len(), users + 1, "one account");
    assert_eq!(state.mails.len(), 1, "one invitation");
    assert!(state.linked("hibob-provisioner", ADA).is_some());
    let log = control.log().await.unwrap();
    assert_eq!(log.count(Api::Learning360, "POST", "/api/v2/users"), 1);
}

#[cfg(unix)]
#[tokio::test(flavor = "multi_thread")]
async fn the_printed_lines_send_an_event_by_hand() {
    let home = Home::new();
    let listen = ("LISTEN", "127.0.0.1:0".to_owned());
    let mut process = Process::serve(&home, &[listen]);
    let mut script = String::new();
    let state = loop {
        let mut line = String::new();
        assert_ne!(
            process.stdout.read_line(&mut line).unwrap(),
            0,
            "it explains itself"
        );
        let command = line.trim();
        if let Some(rest) = command.strip_prefix("curl -sS ") {
            if rest.contains("/_sandbox/state") {
                break rest.split_whitespace().next().unwrap().to_owned();
            }
        }
        if ["body=", "signature=", "curl "]
            .iter()
            .any(|it| command.starts_with(it))
        {
            script += command;
            script += "\n";
        }
    };
    let said = Command::new("sh").args(["-ec", &script]).output().unwrap();
    assert_eq!(
        String::from_utf8_lossy(&said.stdout),
        "accepted\n",
        "{script}"
    );
    // The sandbox's clock runs by itself.
    let origin = state.strip_suffix("/_sandbox/state").unwrap();
    let control = Control::new(origin, origin);
    let appears = async {
        loop {
            let state = control.state().await.unwrap();
            if let Some(user) = state.user_by_mail("ada@example.com") {
                return user.clone();
            }
        }
    };
    let user = timeout(HANGS, appears).await.expect("it appears");
    assert_eq!(user.first_name.as_deref(), Some("Ada"));
}

/// How long a supervisor waits before it kills.
#[cfg(unix)]
const SUPERVISOR: Duration = Duration::from_secs(10);
