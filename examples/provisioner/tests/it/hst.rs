//! The process itself: killed, stopped, and used by hand.

use std::io::{BufRead as _, BufReader};
use std::process::{Child, ChildStdout, Command, Stdio};

use crate::support::home::Home;
use crate::support::world::{ADA, HANGS, Said, UPSERT, event, said, seed, stand_ins, variables};
use hibob_client::webhook::sign;
use provisioner::{Clock, EXAMPLE_POLICY, Environment, Host, Settings};
use provisioning_core::Policy;
use sandbox::{Control, Sandbox, UserStatus};
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
        let policy = home.policy();
        std::fs::write(&policy, EXAMPLE_POLICY).unwrap();
        let mut child = Command::new(env!("CARGO_BIN_EXE_provisioner"))
            .args(["serve", "--sandbox"])
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
        let mut stdout = BufReader::new(child.stdout.take().unwrap());
        let mut line = String::new();
        stdout.read_line(&mut line).unwrap();
        let url = line
            .trim()
            .strip_prefix("listening on ")
            .expect("it listens")
            .to_owned();
        Self { child, stdout, url }
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
    let mut process = Process::serve(&home, &variables(&sandbox, &home));
    let id = process.child.id().to_string();
    assert!(
        Command::new("kill")
            .args(["-TERM", &id])
            .status()
            .unwrap()
            .success()
    );
    let child = std::mem::replace(&mut process.child, Command::new("true").spawn().unwrap());
    let ended = tokio::task::spawn_blocking(move || child.wait_with_output());
    let ended = timeout(HANGS, ended).await.expect("it ends");
    assert!(ended.unwrap().unwrap().status.success());
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
