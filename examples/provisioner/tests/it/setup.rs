//! The command `setup`: what it asks for follows from the policy.

use provisioner::EXAMPLE_POLICY;
use serde_json::Value;

use crate::support::docs;
use crate::support::run::{Ran, folder_with, run};

fn setup(policy: &str, arguments: &[&str]) -> Ran {
    let folder = folder_with(policy);
    let arguments: Vec<_> = ["setup"].iter().chain(arguments).copied().collect();
    run(folder.path(), &arguments, &[])
}

fn object(policy: &str) -> Value {
    let ran = setup(policy, &["--json", "--url", "https://host.example.com/bob"]);
    assert_eq!(ran.code, Some(0), "{}", ran.stderr);
    assert_eq!(ran.stdout.lines().count(), 1);
    serde_json::from_str(&ran.stdout).unwrap()
}

fn texts<'v>(list: &'v Value, key: &str) -> Vec<&'v str> {
    let list = list.as_array().unwrap().iter();
    list.map(|it| it[key].as_str().unwrap()).collect()
}

#[test]
fn what_it_asks_for_follows_from_the_policy() {
    let whole = object(EXAMPLE_POLICY);
    let sections = &whole["permission_group"]["sections"];
    assert_eq!(texts(sections, "category"), ["lifecycle", "root", "work"]);
    assert_eq!(sections[0]["history"], true);
    assert_eq!(sections[1]["history"], false);
    let statuses = whole["permission_group"]["lifecycle_statuses"].to_string();
    for status in ["Hired", "Employed", "Terminated", "leave"] {
        assert!(statuses.contains(status), "{statuses}");
    }
    assert!(texts(&whole["scopes"], "scope").contains(&"customFields:read"));

    let (mapped, _) = EXAMPLE_POLICY.split_once("[custom_fields]").unwrap();
    let small = object(&format!("{mapped}phone = \"work.workPhone\"\n"));
    let sections = &small["permission_group"]["sections"];
    let categories = ["lifecycle", "root", "work", "workContact"];
    assert_eq!(texts(sections, "category"), categories);
    let scopes = texts(&small["scopes"], "scope");
    // A return from leave gives values back, whoever set them.
    assert!(scopes.contains(&"customFields:read"), "{scopes:?}");
    assert!(!scopes.contains(&"groups:bulk"), "{scopes:?}");
}

#[test]
fn each_webhook_has_its_address_its_events_and_its_variable() {
    let whole = object(EXAMPLE_POLICY);
    let webhooks = &whole["webhooks"];
    assert_eq!(
        texts(webhooks, "name"),
        [
            "360Learning_Employee_Upsert",
            "360Learning_Employee_Deactivation"
        ]
    );
    let (upsert, deactivation) = (&webhooks[0], &webhooks[1]);
    assert_eq!(upsert["url"], "https://host.example.com/bob/hibob/upsert");
    assert_eq!(upsert["listen_for"], "all employees");
    assert_eq!(upsert["secret_in"], "HIBOB_UPSERT_SECRETS");
    assert_eq!(
        texts(&upsert["events"], "shown_as"),
        [
            "Employee Created",
            "Employee Update",
            "Employee Activated",
            "Employee Joined"
        ]
    );
    assert_eq!(
        texts(&deactivation["events"], "shown_as"),
        [
            "Employee Inactivated",
            "Employee Terminated",
            "Employee Deleted"
        ]
    );
    // What Bob calls Terminated is sent as `left`.
    assert_eq!(texts(&deactivation["events"], "type")[1], "employee.left");
}

#[test]
fn an_address_that_bob_cannot_call_is_refused() {
    for url in [
        "http://host.example.com",
        "https://host.example.com/?x=1",
        "nowhere",
    ] {
        let ran = setup(EXAMPLE_POLICY, &["--url", url]);
        assert_eq!(ran.code, Some(2), "{url}");
        assert!(ran.stdout.is_empty());
        assert!(ran.stderr.contains("--url"), "{}", ran.stderr);
    }
}

#[test]
fn cfg_01_a_policy_that_is_none_is_refused_with_its_lines() {
    let ran = setup("platform = 1\n", &[]);
    assert_eq!(ran.code, Some(2));
    assert!(ran.stderr.contains("line 1:"), "{}", ran.stderr);
}

#[test]
fn secrets_are_never_shown_whatever_the_form() {
    let folder = folder_with(EXAMPLE_POLICY);
    let variables = [
        ("HIBOB_SERVICE_USER_TOKEN", "canary"),
        ("HIBOB_UPSERT_SECRETS", "canary canary"),
        ("LEARNING360_CLIENT_SECRET", "canary"),
        ("DATABASE_URL", "postgres://host:canary@db.example.com/host"),
    ];
    for form in ["--json", "--markdown", "--json=false"] {
        let ran = run(folder.path(), &["setup", form], &variables);
        assert!(!format!("{ran:?}").contains("canary"), "{ran:?}");
    }
    let ran = run(folder.path(), &["setup"], &variables);
    assert!(ran.stdout.contains("5 of them"), "{}", ran.stdout);
    assert!(!ran.stdout.contains("canary"), "{}", ran.stdout);
}

#[test]
fn lines_fit_a_terminal_of_100_columns() {
    let ran = setup(EXAMPLE_POLICY, &[]);
    for line in ran.stdout.lines() {
        assert!(line.chars().count() <= 100, "{line}");
    }
    assert!(!ran.stdout.contains('\u{1b}'), "no colours in a pipe");
}

#[test]
fn the_page_of_the_documentation_shows_what_it_prints() {
    let url = "https://provisioner.example.com";
    let text = setup(EXAMPLE_POLICY, &["--url", url]).stdout;
    let page = format!(
        "# What `provisioner setup` prints\n\n\
         For the example policy, before anything is set up. `--markdown` gives the same as \
         Markdown, for a page or a ticket; `--json` gives it to a program. A test keeps this page \
         as it is: `UPDATE_DOCS=1 cargo test -p provisioner documentation` writes it anew.\n\n{}",
        docs::block(&format!("provisioner setup --url {url}"), &text)
    );
    docs::check("setup.md", &page);
    let markdown = setup(EXAMPLE_POLICY, &["--url", url, "--markdown"]).stdout;
    for part in [
        "# Set-up for policy.toml",
        "| scope | to |",
        "**Settings › API v2**",
    ] {
        assert!(markdown.contains(part), "{part} in\n{markdown}");
    }
}

/// Waits for the webhooks of a sandbox in another process, as an operator would.
mod waiting {
    use std::io::{BufRead, BufReader};
    use std::process::{Child, Command, Stdio};
    use std::sync::mpsc::{Receiver, channel};
    use std::thread::spawn;
    use std::time::Duration;

    use provisioner::EXAMPLE_POLICY;
    use sandbox::{BobAct, Control, Person, Sandbox, Seed, Webhook};
    use tempfile::TempDir;
    use tokio::task::spawn_blocking;

    use crate::support::home::Home;
    use crate::support::run::folder_with;
    use crate::support::world::variables;

    struct Waiting {
        child: Child,
        lines: Receiver<String>,
        url: String,
        folder: TempDir,
    }

    impl Waiting {
        /// Starts with the secrets of this `.env`.
        async fn start(sandbox: &Sandbox, secrets: &str) -> Self {
            let folder = folder_with(EXAMPLE_POLICY);
            let mut all = variables(sandbox, &Home::sqlite());
            let ours = [
                "HIBOB_UPSERT_SECRETS",
                "HIBOB_DEACTIVATION_SECRETS",
                "DATABASE_URL",
            ];
            all.retain(|(name, _)| !ours.contains(name));
            std::fs::write(folder.path().join(".env"), secrets).unwrap();
            let mut child = Command::new(env!("CARGO_BIN_EXE_provisioner"))
                .args(["setup", "--wait", "--sandbox"])
                .current_dir(folder.path())
                .env_clear()
                .envs(all)
                .stdout(Stdio::piped())
                .stderr(Stdio::piped())
                .spawn()
                .unwrap();
            let (told, lines) = channel();
            let noted = BufReader::new(child.stderr.take().unwrap());
            let printed = BufReader::new(child.stdout.take().unwrap());
            let also = told.clone();
            spawn(move || {
                noted
                    .lines()
                    .map_while(Result::ok)
                    .try_for_each(|it| also.send(it))
            });
            spawn(move || {
                printed
                    .lines()
                    .map_while(Result::ok)
                    .try_for_each(|it| told.send(it))
            });
            let (mut waiting, line) = (
                Self {
                    child,
                    lines,
                    url: String::new(),
                    folder,
                },
                "listening on ",
            );
            let listening = waiting.line(line).await;
            waiting.url = listening.strip_prefix(line).unwrap().to_owned();
            waiting
        }

        /// The next line with these words in it.
        async fn line(&mut self, words: &str) -> String {
            let (lines, words) = (
                std::mem::replace(&mut self.lines, channel().1),
                words.to_owned(),
            );
            let (line, lines) = spawn_blocking(move || {
                loop {
                    let line = lines.recv_timeout(PATIENCE);
                    let line = line.unwrap_or_else(|error| panic!("without `{words}`: {error}"));
                    if line.contains(&words) {
                        return (line, lines);
                    }
                }
            })
            .await
            .unwrap();
            self.lines = lines;
            line
        }

        async fn code(mut self) -> Option<i32> {
            let ended = spawn_blocking(move || self.child.wait().unwrap().code());
            ended.await.unwrap()
        }

        fn webhook(&self, path: &str, name: &str, secret: &str, event: &str) -> BobAct {
            let url = format!("{}/hibob/{path}", self.url);
            BobAct::Webhook(Webhook::new(name, url, secret, [event]))
        }
    }

    impl Drop for Waiting {
        /// A test that failed leaves no process behind.
        fn drop(&mut self) {
            drop(self.child.kill());
            drop(self.child.wait());
        }
    }

    /// For whatever should come; only a test that fails waits for so long.
    const PATIENCE: Duration = Duration::from_secs(120);

    async fn come_and_go(control: &Control) {
        let person = Person::new("3332883894235038499").started("2026-01-01");
        control.act(BobAct::Hire(person)).await.unwrap();
        let id = "3332883894235038499".to_owned();
        control.act(BobAct::Delete { id }).await.unwrap();
    }

    #[tokio::test]
    async fn it_ends_when_every_webhook_has_come_with_its_secret() {
        let sandbox = Sandbox::start(Seed::demo()).await.unwrap();
        let control = sandbox.control();
        let secrets = "HIBOB_UPSERT_SECRETS=one\nHIBOB_DEACTIVATION_SECRETS=\"two three\"\n";
        let mut waiting = Waiting::start(&sandbox, secrets).await;
        let upsert = waiting.webhook("upsert", "U", "one", "employee.created");
        let deleted = waiting.webhook("deactivation", "D", "two", "employee.deleted");
        let ended = waiting.webhook("deactivation", "E", "three", "employee.inactivated");
        for webhook in [upsert, deleted, ended] {
            control.act(webhook).await.unwrap();
        }
        waiting.line("/hibob/upsert: Bob's test has come").await;
        waiting
            .line("/hibob/deactivation: Bob's test has come")
            .await;
        come_and_go(&control).await;
        waiting.line("employee.created, signed with upsert-1").await;
        waiting
            .line("employee.deleted, signed with deactivation-1")
            .await;
        let last_day = "2026-02-27".parse().unwrap();
        let somebody = "3332883894235038401";
        control
            .act(BobAct::terminate(somebody, last_day))
            .await
            .unwrap();
        waiting
            .line("employee.inactivated, signed with deactivation-2")
            .await;
        waiting.line("All is in place").await;
        assert_eq!(waiting.code().await, Some(0));
        let state = control.state().await.unwrap();
        assert_eq!(state.users.len(), 1, "nobody was decided about");
    }

    #[tokio::test]
    async fn sec_04_secrets_may_be_added_while_it_listens() {
        let sandbox = Sandbox::start(Seed::demo()).await.unwrap();
        let control = sandbox.control();
        let mut waiting = Waiting::start(&sandbox, "").await;
        let upsert = waiting.webhook("upsert", "U", "one", "employee.created");
        let deleted = waiting.webhook("deactivation", "D", "two", "employee.deleted");
        for webhook in [upsert, deleted] {
            control.act(webhook).await.unwrap();
        }
        come_and_go(&control).await;
        waiting.line("put the secret of that webhook there").await;
        let secrets = "HIBOB_UPSERT_SECRETS=one\nHIBOB_DEACTIVATION_SECRETS=two\n";
        std::fs::write(waiting.folder.path().join(".env"), secrets).unwrap();
        waiting.line("the secrets have changed").await;
        // Bob tries again what was refused.
        let mut tries = 0;
        while control
            .state()
            .await
            .unwrap()
            .webhooks
            .iter()
            .any(|it| it.pending > 0)
        {
            control.advance(600).await.unwrap();
            tries += 1;
            assert!(tries < 500, "Bob gives up after three days");
        }
        waiting.line("All is in place").await;
        assert_eq!(waiting.code().await, Some(0));
    }

    #[cfg(unix)]
    #[tokio::test]
    async fn an_interruption_says_what_is_missing() {
        let sandbox = Sandbox::start(Seed::demo()).await.unwrap();
        let mut waiting = Waiting::start(&sandbox, "HIBOB_UPSERT_SECRETS=one\n").await;
        let pid = waiting.child.id().to_string();
        Command::new("kill").args(["-TERM", &pid]).status().unwrap();
        waiting.line("Not everything has come yet").await;
        waiting.line("upsert-1 has signed nothing yet").await;
        assert_eq!(waiting.code().await, Some(3));
    }
}
