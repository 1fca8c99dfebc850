//! The clients of both APIs, and the driver between them.

use std::sync::Arc;
use std::time::Duration;

use anyhow::Context as _;
use learning360_client::Quota;
use provisioning_core::Policy;
use provisioning_core::clients::{Bob, Lms};
use provisioning_core::driver::Driver;

use crate::clock::Clock;
use crate::metrics::Metrics;
use crate::settings;
use crate::store::SqlStore;

/// The clients of both APIs: one HTTP client per API, because a token never goes to another host
/// by way of a shared one.
#[derive(Clone, Debug)]
pub(crate) struct Clients {
    pub(crate) bob: hibob_client::Client,
    pub(crate) learning360: learning360_client::Client,
}

impl Clients {
    /// Clients with these credentials; nothing is called yet.
    pub(crate) fn new(
        bob: &settings::Bob,
        learning360: &settings::Learning360,
        clock: &Clock,
    ) -> anyhow::Result<Self> {
        Self::counted(bob, learning360, clock, &Arc::default())
    }

    /// The same, whose calls are counted.
    pub(crate) fn counted(
        bob: &settings::Bob,
        learning360: &settings::Learning360,
        clock: &Clock,
        metrics: &Arc<Metrics>,
    ) -> anyhow::Result<Self> {
        let (bob_quota, quota, patience) = pace(clock);
        let (bob_metrics, metrics) = (Arc::clone(metrics), Arc::clone(metrics));
        let bob = hibob_client::Client::builder()
            .service_user(bob.service_user.clone(), bob.token.clone())
            .base_url(bob.base_url.clone())
            .quota(bob_quota)
            .on_attempt(move |it| {
                bob_metrics.called("hibob", &it.method, it.route, it.status, it.took);
            })
            .call_timeout(patience)
            .build()
            .context("the client of Bob cannot be built")?;
        let learning360 = learning360_client::Client::builder()
            .credentials(
                learning360.client_id.clone(),
                learning360.client_secret.clone(),
            )
            .base_url(learning360.base_url.clone())
            .quota(quota)
            .on_attempt(move |it| {
                metrics.called("360learning", &it.method, it.route, it.status, it.took);
            })
            .call_timeout(patience)
            .build()
            .context("the client of 360Learning cannot be built")?;
        Ok(Self { bob, learning360 })
    }

    /// A driver that decides by this policy.
    pub(crate) fn driver(&self, policy: Policy, store: SqlStore) -> Driver<Bob, Lms, SqlStore> {
        let source = Bob::new(self.bob.clone(), &policy);
        let target = Lms::new(self.learning360.clone(), &policy);
        Driver::new(policy, source, target, store)
    }
}

/// How fast both APIs are called, and how long a call may take.
///
/// Calls per second or minute mean nothing where the time is not real, and a pause that one of the
/// APIs asks for is better spent by the driver, which knows the virtual time.
fn pace(clock: &Clock) -> (hibob_client::Quota, Quota, Duration) {
    if clock.is_virtual() {
        let unlimited = hibob_client::Quota::unlimited();
        (unlimited, Quota::unlimited(), VIRTUAL_PATIENCE)
    } else {
        (hibob_client::Quota::default(), Quota::default(), PATIENCE)
    }
}

/// How long a call may take with all its attempts and waits.
const PATIENCE: Duration = Duration::from_secs(120);

/// The same where the time is not real.
const VIRTUAL_PATIENCE: Duration = Duration::from_secs(3);

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn in_real_time_both_apis_are_called_within_their_documented_quotas() {
        let documented = (hibob_client::Quota::default(), Quota::default(), PATIENCE);
        assert_eq!(pace(&Clock::system()), documented);
    }
}
