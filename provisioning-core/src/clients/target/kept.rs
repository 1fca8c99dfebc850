use std::collections::BTreeMap;
use std::time::Duration;

use tokio::sync::Mutex;
use tokio::time::Instant;

/// Answers that are kept for a while.
#[derive(Debug)]
pub(super) struct Kept<K, V>(Mutex<BTreeMap<K, (Instant, V)>>);

impl<K: Ord, V: Clone> Kept<K, V> {
    /// The answer, if it is not too old.
    pub(super) async fn get(&self, key: &K) -> Option<V> {
        let kept = self.0.lock().await;
        let (read, value) = kept.get(key)?;
        (read.elapsed() < AGE).then(|| value.clone())
    }

    pub(super) async fn keep(&self, key: K, value: V) {
        let mut kept = self.0.lock().await;
        if kept.len() >= MOST {
            kept.retain(|_, (read, _)| read.elapsed() < AGE);
        }
        if kept.len() < MOST {
            kept.insert(key, (Instant::now(), value));
        }
    }

    pub(super) async fn clear(&self) {
        self.0.lock().await.clear();
    }

    pub(super) async fn forget(&self, key: &K) {
        self.0.lock().await.remove(key);
    }
}

impl<K, V> Default for Kept<K, V> {
    fn default() -> Self {
        Self(Mutex::default())
    }
}

const AGE: Duration = Duration::from_secs(15 * 60);

/// Enough for the employees of a large company, and an end for its memory.
const MOST: usize = 200_000;
