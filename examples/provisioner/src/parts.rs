//! What the parts of a host share.

use std::sync::Arc;

use tokio::sync::Notify;

use crate::alerts::{Alerts, Arrivals};
use crate::clock::Clock;
use crate::feed::Feed;
use crate::metrics::Metrics;
use crate::settings::Settings;
use crate::store::SqlStore;

/// What the parts of a host share. Cheap to clone.
#[derive(Clone, Debug)]
pub(crate) struct Parts {
    pub(crate) store: SqlStore,
    pub(crate) clock: Clock,
    pub(crate) metrics: Arc<Metrics>,
    pub(crate) feed: Feed,
    pub(crate) alerts: Arc<Alerts>,
    pub(crate) arrivals: Arc<Arrivals>,
    /// Wakes the worker.
    pub(crate) wake: Arc<Notify>,
}

impl Parts {
    /// # Errors
    /// If the database cannot be opened.
    pub(crate) async fn open(settings: &Settings, clock: Clock) -> anyhow::Result<Self> {
        let store = SqlStore::open(settings.database.url()).await?;
        let store = store.keeping(settings.keep);
        let metrics = Arc::new(Metrics::new());
        let notify = settings.notify.as_ref();
        let alerts = Alerts::new(store.clone(), Arc::clone(&metrics), notify)?;
        Ok(Self {
            store,
            clock,
            metrics,
            feed: Feed::new(),
            alerts: Arc::new(alerts),
            arrivals: Arc::default(),
            wake: Arc::default(),
        })
    }
}
