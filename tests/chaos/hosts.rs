//! The hosts: processes of the real binary, which are killed and started again.

use std::collections::BTreeSet;
use std::fs::File;
use std::path::PathBuf;
use std::process::Stdio;
use std::time::Duration;

use tokio::io::{AsyncBufReadExt as _, BufReader, Lines};
use tokio::process::{Child, ChildStdout, Command};
use tokio::time::{Instant, sleep, timeout};

use crate::balancer::Balancer;
use crate::company;
use crate::home::Home;
use crate::time::LOOK;

pub struct Hosts {
    slots: Vec<Option<Running>>,
    variables: Vec<(&'static str, String)>,
    folder: PathBuf,
    pub killed: u32,
    launched: u32,
    /// Their numbers: their leases go on for a while.
    pub dead: BTreeSet<i64>,
}

struct Running {
    child: Child,
    /// Kept, or the process could not say anything any more.
    _said: Lines<BufReader<ChildStdout>>,
    url: String,
    /// The number that its leases begin with.
    instance: i64,
}

impl Hosts {
    pub fn new(count: usize, home: &Home, variables: Vec<(&'static str, String)>) -> Self {
        std::fs::write(home.policy(), company::policy()).unwrap();
        Self {
            slots: (0..count).map(|_| None).collect(),
            variables,
            folder: home.path().to_owned(),
            killed: 0,
            launched: 0,
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
            self.dead.insert(running.instance);
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

    /// Starts a host, again and again while a command works with its file, as a supervisor would.
    async fn launch(&mut self) -> Running {
        let began = Instant::now();
        loop {
            match self.try_launch().await {
                Ok(running) => return running,
                Err(said) if said.contains(TAKEN) && began.elapsed() < PATIENCE => {
                    sleep(LOOK).await;
                }
                Err(said) => panic!("the host does not start:\n{said}"),
            }
        }
    }

    /// What it said if it does not start.
    async fn try_launch(&mut self) -> Result<Running, String> {
        let log = self.folder.join(format!("host-{}.log", self.launched));
        self.launched += 1;
        let mut command = self.prepared();
        command.args(["serve", "--sandbox"]);
        let stderr = File::create(&log).unwrap();
        let mut child = command
            .stdout(Stdio::piped())
            .stderr(stderr)
            .spawn()
            .unwrap();
        let mut lines = BufReader::new(child.stdout.take().unwrap()).lines();
        let line = timeout(PATIENCE, lines.next_line()).await;
        let line = line.expect("the host starts in time").unwrap();
        let url = line
            .as_deref()
            .and_then(|it| it.strip_prefix("listening on "));
        let said = std::fs::read_to_string(log).unwrap();
        let (Some(url), Some(instance)) = (url, instance(&said)) else {
            return Err(said);
        };
        Ok(Running {
            url: url.to_owned(),
            instance,
            child,
            _said: lines,
        })
    }

    /// What all of them said on stderr, one after the other.
    pub fn said(&self) -> String {
        let logs = (0..self.launched).map(|number| {
            let log = self.folder.join(format!("host-{number}.log"));
            let said = std::fs::read_to_string(log).unwrap_or_default();
            format!("== host {number}\n{said}")
        });
        logs.collect()
    }

    fn prepared(&self) -> Command {
        let variables = self.variables.iter();
        let mut command = Command::new(env!("CARGO_BIN_EXE_provisioner"));
        command
            .current_dir(&self.folder)
            .env_clear()
            .env("LOG_FORMAT", "json")
            .envs(variables.map(|(name, value)| (*name, value.as_str())))
            .stdin(Stdio::null())
            .kill_on_drop(true);
        command
    }
}

/// The number that a host gives for itself in its log.
fn instance(said: &str) -> Option<i64> {
    said.lines().find_map(|line| {
        let line: serde_json::Value = serde_json::from_str(line).ok()?;
        line["instance"].as_i64()
    })
}

/// How a host says that somebody else works with its SQLite file.
const TAKEN: &str = "another host works with";

/// Of a process that starts, or of a command that works, on a busy machine.
const PATIENCE: Duration = Duration::from_secs(120);
