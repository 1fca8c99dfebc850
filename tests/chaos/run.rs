//! One run, from the first hire to the verdict.

use std::collections::{BTreeMap, BTreeSet};
use std::time::Duration;

use jiff::{SignedDuration, Timestamp};
use provisioner::SqlStore;
use provisioning_core::driver::{Review, Store as _, review};
use provisioning_core::{Hold, HoldId, HoldState};
use sandbox::{BobAct, Control, Options, Sandbox, Seed};
use sqlx::Row as _;
use tokio::time::{Instant, interval};

use crate::balancer::Balancer;
use crate::company;
use crate::home::Home;
use crate::hosts::Hosts;
use crate::life::Lives;
use crate::time::{self, LOOK, Strike, Weather};
use crate::verdict;
use crate::weather::{self, DEACTIVATION, UPSERT};

pub struct Run {
    sandbox: Sandbox,
    balancer: Balancer,
    hosts: Hosts,
    lives: Lives,
    rng: fastrand::Rng,
    seed: u64,
    home: Home,
}

impl Run {
    pub async fn start(home: Home, instances: usize, seed: u64) -> Self {
        // Whoever is killed does not answer; it must not take ten seconds to find out.
        let options = Options::new(company::seed()).delivery_timeout(Duration::from_secs(2));
        let sandbox = Sandbox::start(options).await.unwrap();
        let balancer = Balancer::start(seed).await;
        let variables = vec![
            ("HIBOB_BASE_URL", sandbox.bob_base_url().to_string()),
            ("HIBOB_SERVICE_USER_ID", Seed::SERVICE_USER_ID.to_owned()),
            (
                "HIBOB_SERVICE_USER_TOKEN",
                Seed::SERVICE_USER_TOKEN.to_owned(),
            ),
            ("HIBOB_UPSERT_SECRETS", UPSERT.join(" ")),
            ("HIBOB_DEACTIVATION_SECRETS", DEACTIVATION.to_owned()),
            (
                "LEARNING360_BASE_URL",
                sandbox.learning360_base_url().to_string(),
            ),
            ("LEARNING360_CLIENT_ID", Seed::CLIENT_ID.to_owned()),
            ("LEARNING360_CLIENT_SECRET", Seed::CLIENT_SECRET.to_owned()),
            ("DATABASE_URL", home.url().to_owned()),
            ("LISTEN", "127.0.0.1:0".to_owned()),
        ];
        let mut hosts = Hosts::new(instances, &home, variables);
        hosts.start(&balancer).await;
        let run = Self {
            sandbox,
            balancer,
            hosts,
            lives: Lives::default(),
            rng: fastrand::Rng::with_seed(seed),
            seed,
            home,
        };
        run.register(weather::calm(&run.balancer)).await;
        run
    }

    /// The whole run.
    pub async fn go(mut self, kills: u32) {
        let began = Instant::now();
        println!("seed {}", self.seed);
        while self.hosts.killed < kills || !self.lives.are_all_hired() {
            self.stretch().await;
        }
        self.calm_down().await;
        self.pass(SignedDuration::from_hours(30), Weather::Calm)
            .await;
        let state = self.control().state().await.unwrap();
        self.expect_none("after a calm day", &verdict::wrongs(&state));
        self.heard().await;
        self.reconcile().await;
        let state = self.control().state().await.unwrap();
        println!(
            "seed {}: {} kills, {} people, {} events, {} deliveries accepted, {} days, {:.0} s",
            self.seed,
            self.hosts.killed,
            company::PEOPLE,
            state.events.len(),
            self.balancer.accepted(),
            state.now.duration_since(company::seed().now).as_hours() / 24,
            began.elapsed().as_secs_f64()
        );
    }

    /// A stretch of life in bad weather, in which one host dies.
    async fn stretch(&mut self) {
        let control = self.control();
        if self.rng.u8(..4) > 0 {
            // Otherwise they start in the weather that the last one died in.
            control.clear_faults().await.unwrap();
        }
        self.hosts.start(&self.balancer).await;
        let now = self.now().await;
        control.clear_faults().await.unwrap();
        let faults = weather::faults(&mut self.rng, now);
        control.add_faults(&faults).await.unwrap();
        if self.rng.u8(..3) == 0 {
            let webhooks = weather::webhooks(&mut self.rng, &self.balancer);
            self.register(webhooks).await;
        }
        self.balancer.mischief(self.rng.u8(..15));

        let strike = Strike::draw(&mut self.rng);
        let victim = self.rng.usize(..2);
        let acts = self.rng.u8(8..16);
        let (lives, rng) = (&mut self.lives, &mut self.rng);
        let life = async {
            for _ in 0..acts {
                let now = control.now().await.unwrap();
                let act = lives.next(rng, now);
                // Bob refuses what makes no sense, such as to return before one is gone.
                if control.act(act.what.clone()).await.is_ok() {
                    lives.done(&act);
                }
                control.advance(rng.u32(..4)).await.unwrap();
            }
        };
        tokio::join!(life, strike.falls(&control));
        self.hosts.kill(victim).await;
        if self.rng.bool() {
            // The balancer finds out about it at once; or else Bob hears that it does not work.
            self.hosts.announce(&self.balancer);
        }
        if self.rng.bool() {
            self.hosts.start(&self.balancer).await;
        }
        let minutes = self.rng.i64(1..300);
        self.pass(SignedDuration::from_mins(minutes), Weather::Bad)
            .await;
    }

    /// Good weather from now on, and every host is there.
    async fn calm_down(&mut self) {
        self.control().clear_faults().await.unwrap();
        self.register(weather::calm(&self.balancer)).await;
        self.balancer.mischief(0);
        self.hosts.start(&self.balancer).await;
    }

    /// Bob speaks of everybody once more, and hosts die while they listen and work. Whatever was
    /// lost before: who was heard of now is as in Bob, without a full synchronization.
    async fn heard(&mut self) {
        let records = self.lives.records();
        for part in records.chunks(records.len().div_ceil(3)) {
            let control = self.control();
            let speak = async {
                for id in part {
                    let emit = BobAct::emit("employee.updated", id);
                    control.act(emit).await.unwrap();
                }
            };
            let strike = Strike::Calls(self.rng.u64(1..200));
            tokio::join!(speak, strike.falls(&control));
            self.hosts.kill(self.rng.usize(..2)).await;
            self.hosts.start(&self.balancer).await;
        }
        self.pass(SignedDuration::from_hours(12), Weather::Calm)
            .await;
        let state = self.control().state().await.unwrap();
        let held = self.stopped().await;
        let differences = verdict::differences(&state).into_iter();
        let differences = differences.filter(|(id, _)| records.contains(id) && !held.contains(id));
        self.expect_agreement("after Bob spoke of everybody", differences.collect())
            .await;
        self.expect_none("after Bob spoke of everybody", &verdict::wrongs(&state));
    }

    /// A full synchronization, during which a host dies once more, and whatever the guards hold of
    /// it is approved. Then both sides agree about everybody, and another one finds nothing to do.
    async fn reconcile(&mut self) {
        for round in 0..6 {
            let sync = self.synchronized();
            if round == 0 {
                let control = self.control();
                let strike = Strike::Calls(self.rng.u64(20..200));
                let victim = self.rng.usize(..2);
                let dies = async {
                    strike.falls(&control).await;
                    self.hosts.kill(victim).await;
                    self.hosts.start(&self.balancer).await;
                };
                tokio::join!(sync, dies);
            } else {
                sync.await;
            }
            self.pass(SignedDuration::from_hours(2), Weather::Calm)
                .await;
            if !self.approve().await {
                break;
            }
            self.pass(SignedDuration::from_hours(2), Weather::Calm)
                .await;
        }
        let state = self.control().state().await.unwrap();
        let when = "after the full synchronization";
        self.expect_agreement(when, verdict::differences(&state))
            .await;
        self.expect_none(when, &verdict::wrongs(&state));
        self.expect_none(when, &verdict::strays(&state));

        self.synchronized().await;
        self.pass(SignedDuration::from_hours(2), Weather::Calm)
            .await;
        let again = self.control().state().await.unwrap();
        let happened = &again.happenings[state.happenings.len()..];
        let happened: Vec<_> = happened.iter().map(|it| format!("{it:?}")).collect();
        self.expect_none("after another full synchronization", &happened);
    }

    /// Runs the command while time passes. What needs a person or cannot be done is no failure.
    fn synchronized(&self) -> impl Future<Output = ()> + use<> {
        let arguments = ["sync", "--deep", "--yes", "--json", "--sandbox"];
        let command = self.hosts.command(&arguments);
        let control = self.control();
        async move {
            let time = async {
                let mut tick = interval(LOOK * 5);
                loop {
                    tick.tick().await;
                    control.advance(2).await.unwrap();
                }
            };
            let (code, said) = tokio::select! {
                ended = command => ended,
                () = time => unreachable!("time does not end"),
            };
            assert!(
                matches!(code, Some(0 | 3 | 4)),
                "sync ended with {code:?}: {said}"
            );
        }
    }

    /// Approves everything that is held; returns whether there was something.
    async fn approve(&self) -> bool {
        let held: Vec<_> = self.held().await.into_values().flatten().collect();
        let store = SqlStore::attach(self.home.url()).await.unwrap();
        let now = self.now().await;
        review(&store, Review::Approve, &held, now).await.unwrap();
        store.close().await;
        !held.is_empty()
    }

    /// The holds that wait for a person, by employee.
    async fn held(&self) -> BTreeMap<String, Vec<HoldId>> {
        let store = SqlStore::attach(self.home.url()).await.unwrap();
        let ledger = store.ledger().await.unwrap().value;
        store.close().await;
        let mut held: BTreeMap<_, Vec<_>> = BTreeMap::new();
        for hold in ledger.held() {
            held.entry(hold.employee.to_string())
                .or_default()
                .push(hold.id);
        }
        held
    }

    /// Whoever has something that the guards stopped: it waits for a person, or nobody said anything
    /// for a week, and then only a full synchronization proposes it again.
    async fn stopped(&self) -> BTreeSet<String> {
        let store = SqlStore::attach(self.home.url()).await.unwrap();
        let ledger = store.ledger().await.unwrap().value;
        store.close().await;
        let stopped = |hold: &&Hold| matches!(hold.state, HoldState::Held | HoldState::Expired);
        let holds = ledger.holds().iter().filter(stopped);
        holds.map(|hold| hold.employee.to_string()).collect()
    }

    async fn expect_agreement(&self, when: &str, differences: BTreeMap<String, Vec<String>>) {
        let state = self.control().state().await.unwrap();
        let mut problems = Vec::new();
        for (id, differences) in differences {
            let remembered = self.remembered(&id).await;
            let story = verdict::story(&state, &id);
            problems.push(format!("{id} {differences:?}\n  {story}\n  {remembered}"));
        }
        self.expect_none(when, &problems);
    }

    /// What the hosts know of an employee, as it lies in the database.
    async fn remembered(&self, id: &str) -> String {
        let mut connection = time::connect(self.home.url()).await.unwrap();
        let row =
            sqlx::query("SELECT hint, hint_due, due, lease, memory FROM employee WHERE id = $1")
                .bind(id)
                .fetch_optional(&mut connection)
                .await
                .unwrap();
        let Some(row) = row else {
            return "nothing is known".to_owned();
        };
        let (hint, memory): (Option<String>, Option<String>) = (row.get(0), row.get(4));
        let (hint_due, due, lease): (Option<i64>, Option<i64>, Option<i64>) =
            (row.get(1), row.get(2), row.get(3));
        format!("hint {hint:?} due {hint_due:?}, due {due:?}, lease {lease:?}, memory {memory:?}")
    }

    fn expect_none(&self, when: &str, problems: &[String]) {
        assert!(
            problems.is_empty(),
            "seed {}, {when}:\n{}\n{}",
            self.seed,
            problems.join("\n"),
            self.hosts.said()
        );
    }

    /// Lets time pass; if no host is there, it does so at once.
    async fn pass(&self, duration: SignedDuration, weather: Weather) {
        let control = self.control();
        if self.hosts.are_there() {
            let (url, dead) = (self.home.url(), &self.hosts.dead);
            let passed = time::pass(&control, url, dead, duration, weather).await;
            if let Err(stuck) = passed {
                let calls = time::last_calls(&control).await;
                self.expect_none("while time passed", &[stuck, calls]);
            }
        } else {
            let end = self.now().await + duration;
            control.advance_to(end).await.unwrap();
        }
    }

    async fn register(&self, webhooks: [sandbox::Webhook; 3]) {
        for webhook in webhooks {
            self.control().act(BobAct::Webhook(webhook)).await.unwrap();
        }
    }

    fn control(&self) -> Control {
        self.sandbox.control()
    }

    async fn now(&self) -> Timestamp {
        self.control().now().await.unwrap()
    }
}
