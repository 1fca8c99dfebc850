//! The first check of the policy, and what a host needs to be allowed.

use std::sync::Arc;
use std::time::Duration;

use hibob_client::ListName;
use jiff::SignedDuration;
use provisioning_core::driver::{RunStore as _, StoreError};
use provisioning_core::{Catalog, Policy, PolicyProblems};
use tokio::sync::watch;
use tokio::time::timeout;

use crate::alerts::{Notice, NoticeKind};
use crate::clients::Clients;
use crate::parts::Parts;
use crate::store::SqlStore;
use crate::worker::Worker;

/// Checks the policy against the fields that Bob has; `None` if Bob does not answer now.
pub(crate) async fn bind(
    clients: &Clients,
    policy: &Policy,
) -> Result<Option<Policy>, PolicyProblems> {
    let inventory = match timeout(BIND, clients.bob.metadata().fields()).await {
        Ok(Ok(inventory)) => inventory,
        Ok(Err(error)) => {
            tracing::warn!(%error, "Bob's fields cannot be read; the policy is not checked yet");
            return Ok(None);
        }
        Err(_) => {
            tracing::warn!("Bob does not answer; the policy is not checked yet");
            return Ok(None);
        }
    };
    let bound = policy.bind(Catalog::default().with_fields(inventory))?;
    tracing::info!(
        fields = policy.fields().len(),
        "the policy fits Bob's fields"
    );
    Ok(Some(bound))
}

/// Tries again until Bob answers. A policy that does not fit stays in force, and the operator is
/// told: fields that do not exist read as missing, and missing changes nothing.
pub(crate) async fn bind_later(
    clients: Clients,
    policy: Policy,
    worker: Arc<Worker>,
    parts: Parts,
    mut stop: watch::Receiver<bool>,
) {
    loop {
        let again = parts.clock.now().await.checked_add(BIND_EVERY);
        tokio::select! {
            _ = stop.wait_for(|stop| *stop) => return,
            () = parts.clock.sleep_until(again.ok()) => {}
        }
        match bind(&clients, &policy).await {
            Ok(Some(bound)) => {
                tell_needs(&bound);
                return worker.adopt(bound).await;
            }
            Ok(None) => {}
            Err(problems) => {
                tracing::error!(%problems, "the policy does not fit");
                let now = parts.clock.now().await;
                let notice = Notice::new(NoticeKind::PolicyMisfit, "policy", now);
                let lines = problems.problems().len();
                return parts.alerts.raise(notice.of(lines)).await;
            }
        }
    }
}

/// Says in the log if the policy is not the one by which everybody was compared last.
pub(crate) async fn tell_change(store: &SqlStore, policy: &Policy) -> Result<(), StoreError> {
    let last = store.runs(1).await?;
    if last
        .first()
        .is_some_and(|it| it.begun.policy != policy.digest())
    {
        tracing::info!(
            "the policy is another one than at the last full synchronization: events are decided by \
             it from now on, everybody else by the next one; `provisioner preview` shows what it changes"
        );
    }
    Ok(())
}

/// Says in the log what has to be allowed in both systems for this policy, one line a matter.
pub(crate) fn tell_needs(policy: &Policy) {
    let needs = policy.requirements();
    for (category, fields) in &needs.categories {
        let fields: Vec<_> = fields.iter().map(AsRef::as_ref).collect();
        let (fields, category): (_, &str) = (fields.join(", "), category);
        let history = needs.history.contains(category);
        tracing::info!(category, history, fields, "Bob's service user has to see");
    }
    let population = needs.population.join(", ");
    tracing::info!(
        population,
        "Bob's service user has to see people of these statuses"
    );
    if !needs.lists.is_empty() {
        let lists: Vec<_> = needs.lists.iter().map(ListName::as_str).collect();
        tracing::info!(lists = lists.join(", "), "Bob's named lists are read");
    }
    for webhook in &needs.webhooks {
        let events: Vec<_> = webhook.events.iter().map(|(label, _)| *label).collect();
        let (name, events) = (webhook.name, events.join(", "));
        tracing::info!(name, events, "Bob has to send a webhook for all employees");
    }
    let scopes: Vec<_> = needs.scopes.keys().copied().collect();
    tracing::info!(
        scopes = scopes.join(", "),
        "360Learning's credentials need these scopes"
    );
}

/// How long the first check of the policy may hold up the work.
const BIND: Duration = Duration::from_secs(10);

const BIND_EVERY: SignedDuration = SignedDuration::from_secs(60);
