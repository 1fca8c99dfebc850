//! The hosts: processes of the real binary, which are killed and started again.

use std::collections::BTreeSet;
use std::path::PathBuf;
use std::process::Stdio;
use std::time::Duration;

use tokio::io::{AsyncBufReadExt as _, BufReader, Lines};
use tokio::process::{Child, ChildStdout, Command};
use tokio::time::{sleep, timeout};

use crate::balancer::Balancer;
use crate::company;
use crate::home::Home;
use crate::time::{self, LOOK};

pub struct Hosts {
    slots: Vec<Option<Running>>,
    variables: Vec<(&'static str, String)>,
    folder: PathBuf,
    pub killed: u32,
    /// Their numbers, as far as they have taken one: their leases go on for a while.
    pub dead: BTreeSet<i64>,
}

struct Running {
    child: Child,
    /// Kept, or the process could not say anything any more.
    _said: Lines<BufReader<ChildStdout>>,
    url: String,
    /// The number that its leases begin with.
    instance: Option<i64>,
}

impl Hosts {
    pub fn new(count: usize, home: &Home, variables: Vec<(&'static str, String)>) -> Self {
        std::fs::write(home.policy(), company::policy()).unwrap();
        Self {
            slots: (0..count).map(|_| None).collect(),
            variables,
            folder: home.path().to_owned(),
            killed: 0,
            dead: BTreeSet::new(),
        }
    }

    /// Starts every host that does not run, and tells the balancer of all of them.
    pub async fn start(&mut self, balancer: &Balancer) {
        for index in 0..self.slots.len() {
            if self.slots[index].is_none() {
                self.slots[index] = Some(self.launch().await);
            }
        }
        self.announce(balancer);
    }

    /// Kills one of them, as the kernel or a power cut would.
    pub async fn kill(&mut self, index: usize) {
        let slot = index % self.slots.len();
        if let Some(mut running) = self.slots[slot].take() {
            // SIGKILL: nothing of the process runs any more.
            running.child.kill().await.unwrap();
            self.killed += 1;
            self.dead.extend(running.instance);
        }
    }

    /// Whether any of them runs.
    pub fn are_there(&self) -> bool {
        self.slots.iter().any(Option::is_some)
    }

    pub fn announce(&self, balancer: &Balancer) {
        let urls = self.slots.iter().flatten().map(|it| it.url.clone());
        balancer.hosts(urls.collect());
    }

    /// One of the other commands, to its end: its exit code and what it said.
    pub fn command(
        &self,
        arguments: &[&str],
    ) -> impl Future<Output = (Option<i32>, String)> + use<> {
        let mut command = self.prepared();
        command.args(arguments);
        async move {
            let output = timeout(PATIENCE, command.output()).await;
            let output = output.expect("the command ends").unwrap();
            let said = String::from_utf8_lossy(&output.stdout).into_owned()
                + &String::from_utf8_lossy(&output.stderr);
            (output.status.code(), said)
        }
    }

    async fn launch(&self) -> Running {
        let before = self.instances().await;
        let mut command = self.prepared();
        command.args(["serve", "--sandbox"]);
        let log = std::fs::OpenOptions::new()
            .create(true)
            .append(true)
            .open(self.folder.join("hosts.log"))
            .unwrap();
        let mut child = command.stdout(Stdio::piped()).stderr(log).spawn().unwrap();
        let mut lines = BufReader::new(child.stdout.take().unwrap()).lines();
        let line = timeout(PATIENCE, lines.next_line()).await;
        let line = line.expect("the host starts in time").unwrap();
        let Some(url) = line
            .as_deref()
            .and_then(|it| it.strip_prefix("listening on "))
        else {
            panic!(
                "the host does not start: {line:?}, see {}",
                self.folder.display()
            );
        };
        let enrolled = async {
            loop {
                let newest = self.instances().await;
                if newest > before {
                    return newest.unwrap();
                }
                sleep(LOOK).await;
            }
        };
        // It takes a number with its first turn, which is at once unless Bob does not answer.
        let instance = timeout(ENROLMENT, enrolled).await.ok();
        Running {
            url: url.to_owned(),
            instance,
            child,
            _said: lines,
        }
    }

    /// The newest number of an instance; none before the first start.
    async fn instances(&self) -> Option<i64> {
        let (_, url) = self.variables.iter().find(|it| it.0 == "DATABASE_URL")?;
        let mut database = time::connect(url).await.ok()?;
        let newest = sqlx::query_scalar("SELECT instances FROM tenant");
        newest.fetch_one(&mut database).await.ok()
    }

    fn prepared(&self) -> Command {
        let variables = self.variables.iter();
        let mut command = Command::new(env!("CARGO_BIN_EXE_provisioner"));
        command
            .current_dir(&self.folder)
            .env_clear()
            .envs(variables.map(|(name, value)| (*name, value.as_str())))
            .stdin(Stdio::null())
            .kill_on_drop(true);
        command
    }
}

/// Of a process that starts, or of a command that works, on a busy machine.
const PATIENCE: Duration = Duration::from_secs(120);

const ENROLMENT: Duration = Duration::from_secs(4);
