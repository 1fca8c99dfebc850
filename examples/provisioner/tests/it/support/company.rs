//! A company of some people on both stand-ins, a host between them, and its commands.

use std::process::{Command, Stdio};
use std::time::Duration;

use provisioner::{Clock, Environment, Host, Settings};
use provisioning_core::Policy;
use provisioning_core::driver::{Decided, RunStore as _, Store as _};
use sandbox::{
    Api, BobAct, Control, Learning360Act, List, Mapping, Person, Sandbox, Seed, State, User,
    UserStatus, Webhook,
};
use serde_json::Value;
use tokio::time::timeout;

use super::home::Home;
use super::world::{DEACTIVATION, UPSERT, stand_ins, variables};

/// The policy of most of these tests.
pub const POLICY: &str = r#"
platform = "hibob-provisioner"

[time]
zone = "Europe/Paris"

[user]
group = "650000000000000000000002"
mail = "email | trim | lower"
first_name = "firstName"
last_name = "surname"
job = "work.title | label('title')"
"#;

/// The stand-ins, a host that decides when it is told to, and a folder to run commands in.
pub struct Company {
    pub sandbox: Sandbox,
    pub control: Control,
    pub host: Option<Host>,
    pub home: Home,
}

/// What a command said.
#[derive(Debug)]
pub struct Ran {
    pub code: i32,
    pub out: String,
    pub err: String,
}

/// The number of somebody as an id of Bob's.
pub fn id(number: usize) -> String {
    (1_000_000 + number).to_string()
}

/// Somebody who works in Paris.
pub fn person(number: usize) -> Person {
    Person::new(id(number))
        .names("Ada", "Lovelace")
        .mail(format!("person{number}@example.com"))
        .started("2024-04-01")
        .site(Seed::PARIS)
        .title("253902")
}

/// A Monday morning in March, and so many people without accounts.
pub fn people(number: usize) -> Seed {
    let now = "2026-03-02T08:00:00Z".parse().unwrap();
    let titles = List::new("title")
        .item("253902", "Team Lead")
        .item("253903", "Engineer");
    (0..number).fold(Seed::empty(now).list(titles), |seed, number| {
        seed.employee(person(number))
    })
}

/// The same people, whose accounts exist and are linked.
pub fn linked_people(number: usize) -> Seed {
    (0..number).fold(people(number), |seed, number| {
        let user = format!("{:024x}", 0x0065_0000 + number);
        seed.user(
            User::new(&user)
                .mail(format!("person{number}@example.com"))
                .names("Ada", "Lovelace")
                .job("Team Lead")
                .status(UserStatus::Active)
                .member_of(Seed::LEARNERS_GROUP, "learner"),
        )
        .mapping(Mapping::user("hibob-provisioner", user, id(number)))
    })
}

impl Company {
    /// Starts everything, and registers the webhooks.
    pub async fn start(seed: Seed, policy: &str) -> Self {
        let sandbox = stand_ins(seed).await;
        let mut company = Self {
            control: sandbox.control(),
            sandbox,
            host: None,
            home: Home::new(),
        };
        company.restart(policy).await;
        company
    }

    /// Starts another host on the same database, with this policy.
    pub async fn restart(&mut self, policy: &str) {
        self.stop().await;
        self.write("policy.toml", policy);
        let variables = variables(&self.sandbox, &self.home);
        let environment: Environment = variables.into_iter().collect();
        let settings = Settings::read(&environment).unwrap();
        let clock = Clock::sandbox(&settings.bob.base_url).await.unwrap();
        let policy = Policy::parse(policy).unwrap();
        let host = Host::start_stepped(&settings, policy, clock).await.unwrap();
        let url = host.url();
        self.host = Some(host);
        let deactivation = format!("{url}/hibob/deactivation");
        let ends = ["employee.inactivated", "employee.left", "employee.deleted"];
        for webhook in [
            Webhook::upsert(format!("{url}/hibob/upsert"), UPSERT[0]),
            Webhook::new(
                "360Learning_Employee_Deactivation",
                deactivation,
                DEACTIVATION,
                ends,
            ),
        ] {
            self.act(BobAct::Webhook(webhook)).await;
        }
    }

    /// Ends the host. Bob's deliveries go nowhere from then on.
    pub async fn stop(&mut self) {
        if let Some(host) = self.host.take() {
            host.shutdown().await.unwrap();
        }
    }

    /// From now on Bob has no webhooks.
    pub async fn hear_nothing(&self) {
        for name in [
            "360Learning_Employee_Upsert",
            "360Learning_Employee_Deactivation",
        ] {
            let name = name.to_owned();
            self.act(BobAct::RemoveWebhook { name }).await;
        }
    }

    /// Does something in 360Learning.
    pub async fn act360(&self, act: Learning360Act) {
        self.control.act360(act).await.unwrap();
    }

    pub fn host(&self) -> &Host {
        self.host.as_ref().unwrap()
    }

    /// Does something in Bob.
    pub async fn act(&self, act: BobAct) {
        self.control.act(act).await.unwrap();
    }

    /// Does something in Bob, and lets the host work after a quiet moment.
    pub async fn bob(&self, act: BobAct) -> Vec<Decided> {
        self.act(act).await;
        self.pass(3).await
    }

    /// Lets so many seconds pass, and the host work.
    pub async fn pass(&self, seconds: u32) -> Vec<Decided> {
        self.control.advance(seconds).await.unwrap();
        self.host().settle().await.unwrap()
    }

    /// The truth of both sides.
    pub async fn state(&self) -> State {
        self.control.state().await.unwrap()
    }

    /// The account that is linked to somebody.
    pub async fn account(&self, number: usize) -> Option<User> {
        let state = self.state().await;
        state.linked("hibob-provisioner", &id(number)).cloned()
    }

    /// How often each mail was sent that invites somebody.
    pub async fn invitations(&self) -> usize {
        let mails = self.state().await.mails;
        mails
            .iter()
            .filter(|mail| mail.kind == "invitation")
            .count()
    }

    /// How many of the accounts are deactivated.
    pub async fn deactivated(&self) -> usize {
        let state = self.state().await;
        let gone = |user: &&User| user.status == UserStatus::Deleted;
        state.users.values().filter(gone).count()
    }

    /// Calls with an effect on 360Learning since the log was emptied.
    pub async fn writes(&self) -> usize {
        let log = self.control.log().await.unwrap();
        let writes = log.requests.iter().filter(|request| {
            request.api == Api::Learning360
                && request.method != "GET"
                && !request.route.ends_with("/oauth2/token")
        });
        writes.count()
    }

    /// Writes a file beside the policy.
    pub fn write(&self, name: &str, text: &str) {
        std::fs::write(self.home.path().join(name), text).unwrap();
    }

    /// Runs a command of the host, with the sandbox's time.
    pub async fn run(&self, arguments: &[&str]) -> Ran {
        self.run_with(arguments, &[]).await
    }

    /// Runs a command with other variables beside.
    pub async fn run_with(&self, arguments: &[&str], others: &[(&str, &str)]) -> Ran {
        let mut command = self.command(arguments);
        command.envs(others.iter().copied());
        // The stand-ins answer on this thread meanwhile. A test that fails leaves no process behind.
        let mut command = tokio::process::Command::from(command);
        command.stdin(Stdio::null()).kill_on_drop(true);
        let output = timeout(PATIENCE, command.output());
        let output = output.await.expect("it ends").unwrap();
        Ran {
            code: output.status.code().unwrap_or(-1),
            out: String::from_utf8(output.stdout).unwrap(),
            err: String::from_utf8(output.stderr).unwrap(),
        }
    }

    /// Runs a command while the host works.
    pub async fn run_while_the_host_works(&self, arguments: &[&str]) -> Ran {
        let mut ran = std::pin::pin!(self.run(arguments));
        loop {
            tokio::select! {
                ran = &mut ran => return ran,
                () = self.something_is_due() => {}
            }
            // What the host has begun it ends, also if the command is done before: it writes its
            // audit last.
            drop(self.host().settle().await.unwrap());
        }
    }

    /// Waits until there is something to do. It only reads: a host that wrote all the time would
    /// keep the command from the file.
    async fn something_is_due(&self) {
        let store = self.host().store();
        loop {
            let now = self.control.now().await.unwrap();
            let due = store.next_due().await.unwrap();
            if due.is_some_and(|due| due <= now) || store.running().await.unwrap().is_some() {
                return;
            }
            tokio::task::yield_now().await;
        }
    }

    /// Runs a command while the sandbox's clock goes on, a second at a time.
    pub async fn run_while_time_passes(&self, arguments: &[&str]) -> Ran {
        let mut ran = std::pin::pin!(self.run(arguments));
        loop {
            tokio::select! {
                ran = &mut ran => return ran,
                passed = self.control.advance(1) => drop(passed.unwrap()),
            }
        }
    }

    /// A command of the host.
    pub fn command(&self, arguments: &[&str]) -> Command {
        let mut command = Command::new(env!("CARGO_BIN_EXE_provisioner"));
        command
            .args(arguments)
            .current_dir(self.home.path())
            .env_clear()
            .envs(variables(&self.sandbox, &self.home));
        command
    }

    /// Runs a command that ends well, and gives its JSON.
    pub async fn json(&self, arguments: &[&str]) -> Value {
        let ran = self.run(&[arguments, &["--json"]].concat()).await;
        assert_eq!(ran.code, 0, "{arguments:?}: {ran:?}");
        ran.json()
    }
}

impl Ran {
    /// The one object on stdout.
    pub fn json(&self) -> Value {
        assert_eq!(self.out.lines().count(), 1, "one object: {self:?}");
        serde_json::from_str(&self.out).unwrap()
    }
}

/// For a command to end; only a test that fails waits for so long.
const PATIENCE: Duration = Duration::from_secs(180);
