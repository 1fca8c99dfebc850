//! Each program does what its page says, against the stand-ins.

use std::io::{BufRead as _, BufReader, Write as _};
use std::process::{Child, Command, Output, Stdio};
use std::sync::mpsc;
use std::time::Duration;

use hibob_client::webhook::sign;
use sandbox::{BobAct, Mapping, Person, Sandbox, Seed, User, UserStatus, Webhook};

const ADA: &str = "3332883894235038401";
const SECRET: &str = "upsert-7f3a";
const LEAVERS: &str = "deactivation-52de";

/// A program, with the settings of the stand-ins and nothing else.
fn program(path: &str, sandbox: Option<&Sandbox>) -> Command {
    let mut program = Command::new(path);
    program.env_clear().env("HIBOB_UPSERT_SECRETS", SECRET);
    program.env("HIBOB_DEACTIVATION_SECRETS", LEAVERS);
    program.env("LISTEN", "127.0.0.1:0");
    if let Some(sandbox) = sandbox {
        program.env("HIBOB_BASE_URL", sandbox.bob_base_url().as_str());
        program.env("HIBOB_SERVICE_USER_ID", Seed::SERVICE_USER_ID);
        program.env("HIBOB_SERVICE_USER_TOKEN", Seed::SERVICE_USER_TOKEN);
        program.env(
            "LEARNING360_BASE_URL",
            sandbox.learning360_base_url().as_str(),
        );
        program.env("LEARNING360_CLIENT_ID", Seed::CLIENT_ID);
        program.env("LEARNING360_CLIENT_SECRET", Seed::CLIENT_SECRET);
    }
    program
}

/// Runs it to its end; what it says on either stream.
fn run(program: &mut Command, input: &[u8]) -> (Output, String, String) {
    let program = program
        .stdin(Stdio::piped())
        .stdout(Stdio::piped())
        .stderr(Stdio::piped());
    let mut child = program.spawn().expect("it starts");
    // A program that reads no input may be gone already.
    drop(child.stdin.take().expect("a pipe").write_all(input));
    let output = child.wait_with_output().expect("it ends");
    let text = |bytes: &[u8]| String::from_utf8(bytes.to_vec()).expect("a text");
    let (said, complained) = (text(&output.stdout), text(&output.stderr));
    (output, said, complained)
}

#[test]
fn verify_webhook_tells_whom_it_is_about() {
    let path = env!("CARGO_BIN_EXE_verify-webhook");
    let body = format!(r#"{{"type": "employee.updated", "data": {{"employeeId": "{ADA}"}}}}"#);
    let good = sign(SECRET, body.as_bytes());
    let (output, said, _) = run(program(path, None).arg(&good), body.as_bytes());
    assert!(output.status.success());
    assert_eq!(said, format!("employee.updated: look at employee {ADA}\n"));

    let (_, said, _) = run(program(path, None).arg(sign(SECRET, b"[]")), b"[]");
    assert_eq!(
        said,
        "signed, but no event: answer 200, or Bob sends it again\n"
    );

    for bad in [
        sign("another secret", body.as_bytes()),
        "no signature".to_owned(),
    ] {
        let (output, said, complained) = run(program(path, None).arg(&bad), body.as_bytes());
        assert!(!output.status.success() && said.is_empty(), "{said}");
        assert!(complained.contains("signature"), "{complained}");
    }
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn read_people_lists_everybody_with_labels() {
    let sandbox = Sandbox::start(Seed::demo()).await.expect("it starts");
    let path = env!("CARGO_BIN_EXE_read-people");
    let (output, said, complained) = run(&mut program(path, Some(&sandbox)), b"");
    assert!(output.status.success(), "{complained}");
    assert_eq!(said.lines().count(), 13, "{said}");
    assert!(said.contains(&format!("{ADA}  Ada Lovelace  ")), "{said}");
    assert!(
        said.contains("  Team Lead\n") && said.ends_with("12 people\n"),
        "{said}"
    );
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn create_user_creates_once() {
    let sandbox = Sandbox::start(Seed::demo()).await.expect("it starts");
    let path = env!("CARGO_BIN_EXE_create-user");
    let arguments = [ADA, "ada+lms@example.com", "Ada", "Lovelace"];
    let mut create = program(path, Some(&sandbox));
    let (_, said, complained) = run(create.args(arguments), b"");
    let first = format!("employee {ADA} has the new account ");
    assert!(said.starts_with(&first), "{said}{complained}");
    let (_, said, _) = run(&mut create, b"");
    assert!(
        said.starts_with(&format!("employee {ADA} has the account ")),
        "{said}"
    );

    let state = sandbox.control().state().await.expect("it answers");
    let user = state.linked("quickstart", ADA).expect("a link");
    assert_eq!(user.mail.as_deref(), Some("ada+lms@example.com"));
    assert_eq!(state.mails, [], "nobody is invited");

    let (output, _, complained) = run(&mut program(path, Some(&sandbox)), b"");
    assert!(!output.status.success() && complained.contains("usage: create-user"));
}

#[test]
fn decide_without_client_asks_and_decides() {
    let path = env!("CARGO_BIN_EXE_decide-without-client");
    let (output, said, complained) = run(&mut program(path, None), b"");
    assert!(output.status.success(), "{complained}");
    for part in [
        "needed: Person(",
        "needed: UsersByMail(",
        "\napply(",
        "1. create mail, ",
    ] {
        assert!(said.contains(part), "{part} in\n{said}");
    }
    assert!(
        !said.to_lowercase().contains("ada@"),
        "values stay out of it"
    );
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn apply_a_plan_creates_and_links_and_then_finds_nothing_to_do() {
    let sandbox = Sandbox::start(Seed::demo()).await.expect("it starts");
    let mut apply = program(env!("CARGO_BIN_EXE_apply-a-plan"), Some(&sandbox));
    let (output, said, complained) = run(apply.arg(ADA), b"");
    assert!(output.status.success(), "{complained}");
    assert!(said.starts_with("apply("), "{said}");
    assert_eq!(said.matches(": Done(").count(), 2, "{said}");
    let state = sandbox.control().state().await.expect("it answers");
    let user = state.linked("quickstart", ADA).expect("a link");
    assert_eq!(user.mail.as_deref(), Some("ada@example.com"));
    assert_eq!(user.job.as_deref(), Some("Team Lead"));

    let (_, said, _) = run(&mut apply, b"");
    assert!(said.starts_with("no_op(in_sync)"), "{said}");
}

/// Somebody has left; the event is urgent, so that it is decided about at once.
#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn embed_in_axum_deactivates_a_leaver() {
    let now = jiff::Timestamp::now();
    let account = "650000000000000000000099";
    let leaver = Person::new(ADA)
        .mail("ada@example.com")
        .names("Ada", "Lovelace");
    let seed = Seed::empty(now)
        .employee(leaver.started("2020-01-01").terminated("2020-12-31"))
        .user(
            User::new(account)
                .mail("ada@example.com")
                .status(UserStatus::Active),
        )
        .mapping(Mapping::user("quickstart", account, ADA));
    let sandbox = Sandbox::start(seed).await.expect("it starts");
    let service = program(env!("CARGO_BIN_EXE_embed-in-axum"), Some(&sandbox));
    let service = Service::start(service);
    let listening = service.line();
    let address = listening.strip_prefix("listening on ").expect("an address");

    let url = format!("http://{address}/hibob/deactivation");
    let control = sandbox.control();
    let leavers = ["employee.inactivated"];
    let act = BobAct::Webhook(Webhook::new("leavers", url, LEAVERS, leavers));
    control.act(act).await.expect("it is pinged");
    let emit = BobAct::Emit {
        kind: "employee.inactivated".into(),
        id: ADA.into(),
        fields: None,
    };
    control.act(emit).await.expect("it is emitted");
    control.advance(60).await.expect("it is delivered");
    assert!(service.line().starts_with(&format!("{ADA}: apply(")));
    let state = control.state().await.expect("it answers");
    assert_eq!(state.users[account].status, UserStatus::Deleted);
    let delivered = state.deliveries.iter().map(|it| (&*it.kind, it.status));
    assert!(delivered.eq([("ping", 200), ("employee.inactivated", 200)]));
}

/// A program that runs until it is dropped.
struct Service {
    child: Child,
    lines: mpsc::Receiver<String>,
}

impl Service {
    fn start(mut program: Command) -> Self {
        let mut child = program.stdout(Stdio::piped()).spawn().expect("it starts");
        let stdout = BufReader::new(child.stdout.take().expect("a pipe"));
        let (sender, lines) = mpsc::channel();
        std::thread::spawn(move || {
            for line in stdout.lines().map_while(Result::ok) {
                drop(sender.send(line));
            }
        });
        Self { child, lines }
    }

    /// The next line that it prints.
    fn line(&self) -> String {
        let patience = Duration::from_secs(60);
        self.lines
            .recv_timeout(patience)
            .expect("it says something")
    }
}

impl Drop for Service {
    fn drop(&mut self) {
        drop(self.child.kill());
        drop(self.child.wait());
    }
}
