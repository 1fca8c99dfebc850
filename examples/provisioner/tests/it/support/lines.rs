//! The lines of the log, as a test sees them.

use std::io::Write;
use std::sync::{Arc, LazyLock, Mutex};

use provisioner::{Environment, log};
use tracing::Dispatch;
use tracing::level_filters::LevelFilter;
use tracing::subscriber::DefaultGuard;

/// What this thread logs from now on.
pub struct Lines {
    text: Buffer,
    _guard: DefaultGuard,
}

#[derive(Clone, Default)]
struct Buffer(Arc<Mutex<Vec<u8>>>);

impl Lines {
    /// Keeps what is logged in this form, with every detail that is ever shown.
    pub fn keep(form: &'static str) -> Self {
        LazyLock::force(&ANOTHER);
        let text = Buffer::default();
        let writer = text.clone();
        let environment = Environment::from_iter([("LOG_FORMAT", form), ("RUST_LOG", "trace")]);
        let log = log::to_writer(&environment, LevelFilter::TRACE, move || writer.clone());
        Self {
            text,
            _guard: tracing::subscriber::set_default(log),
        }
    }

    pub fn text(&self) -> String {
        String::from_utf8(self.text.0.lock().unwrap().clone()).unwrap()
    }

    /// The lines that hold this.
    pub fn with(&self, text: &str) -> Vec<String> {
        let all = self.text();
        let lines = all.lines().filter(|line| line.contains(text));
        lines.map(ToOwned::to_owned).collect()
    }
}

impl Write for Buffer {
    fn write(&mut self, bytes: &[u8]) -> std::io::Result<usize> {
        self.0.lock().unwrap().extend_from_slice(bytes);
        Ok(bytes.len())
    }

    fn flush(&mut self) -> std::io::Result<()> {
        Ok(())
    }
}

/// Where there is only one subscriber, tracing asks the thread that logs a line first whether anybody
/// wants it, and keeps to that: a test beside this one, which wants nothing, would answer for it.
static ANOTHER: LazyLock<Dispatch> =
    LazyLock::new(|| Dispatch::new(tracing_subscriber::registry()));
