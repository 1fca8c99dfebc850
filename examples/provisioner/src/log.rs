//! Log lines: on stderr, and never with anybody's data.

use std::io::Write as _;

use tracing::metadata::Metadata;
use tracing::{Level, Subscriber};
use tracing_subscriber::filter::{EnvFilter, FilterExt as _, LevelFilter, filter_fn};
use tracing_subscriber::fmt::MakeWriter;
use tracing_subscriber::layer::{Layer as _, SubscriberExt as _};
use tracing_subscriber::util::SubscriberInitExt as _;

use crate::output::{BesideBars, Form, wants_colours};
use crate::settings::Environment;

/// Starts logging to stderr, with `RUST_LOG` if it is set, else from this level on; as text, or as
/// one JSON object a line if `LOG_FORMAT` says so.
///
/// Libraries below our own may print headers, bodies or parameters in their detailed lines, so
/// whatever `RUST_LOG` says, nothing more detailed than `info` is taken from them.
pub fn start(environment: &Environment, level: LevelFilter) {
    let colours = wants_colours(environment, &std::io::stderr());
    let started = subscriber(environment, level, colours, BesideBars::new).try_init();
    // A second call, in a test, keeps what there is.
    drop(started);
    if form(environment).is_none() {
        tracing::warn!("LOG_FORMAT must be text or json; it is text now");
    }
}

/// What [`start`] starts, without colours and with the lines going elsewhere.
pub fn to_writer<W>(
    environment: &Environment,
    level: LevelFilter,
    writer: W,
) -> impl Subscriber + Send + Sync + 'static
where
    W: for<'a> MakeWriter<'a> + Send + Sync + 'static,
{
    subscriber(environment, level, false, writer)
}

/// Says on stderr why the program ends, with what caused it and what to do next.
pub(crate) fn fatal(error: &anyhow::Error, next: Option<&str>) {
    let mut text = format!("error: {error:#}");
    if let Some(next) = next {
        text.push_str("\nnext: ");
        text.push_str(next);
    }
    // Without a reader of stderr there is nobody to tell.
    drop(writeln!(std::io::stderr(), "{text}"));
}

fn subscriber<W>(
    environment: &Environment,
    level: LevelFilter,
    colours: bool,
    writer: W,
) -> impl Subscriber + Send + Sync + 'static
where
    W: for<'a> MakeWriter<'a> + Send + Sync + 'static,
{
    let filter = EnvFilter::builder().with_default_directive(level.into());
    let filter = filter.parse_lossy(environment.get("RUST_LOG").unwrap_or_default());
    let lines = tracing_subscriber::fmt::layer().with_writer(writer);
    let lines = match form(environment) {
        Some(Form::Json) => lines.json().flatten_event(true).boxed(),
        _ => lines.with_ansi(colours).boxed(),
    };
    tracing_subscriber::registry().with(lines.with_filter(filter.and(filter_fn(is_safe))))
}

/// How lines look; `None` if nobody knows what `LOG_FORMAT` means.
fn form(environment: &Environment) -> Option<Form> {
    match environment.get("LOG_FORMAT").unwrap_or("text") {
        "text" => Some(Form::Text),
        "json" => Some(Form::Json),
        _ => None,
    }
}

/// Whether a line may be shown: ours always, others' only if they are not detailed.
fn is_safe(metadata: &Metadata<'_>) -> bool {
    let target = metadata.target();
    let ours = OURS.iter().any(|name| {
        target
            .strip_prefix(name)
            .is_some_and(|rest| rest.is_empty() || rest.starts_with("::"))
    });
    ours || *metadata.level() <= Level::INFO
}

/// Crates whose lines are known to hold ids and names of fields only.
const OURS: [&str; 5] = [
    "provisioner",
    "provisioning_core",
    "hibob_client",
    "learning360_client",
    "sandbox",
];

#[cfg(test)]
mod tests {
    use std::sync::{Arc, Mutex};

    use super::*;

    #[derive(Clone, Default)]
    struct Lines(Arc<Mutex<Vec<u8>>>);

    impl std::io::Write for Lines {
        fn write(&mut self, bytes: &[u8]) -> std::io::Result<usize> {
            self.0.lock().unwrap().extend_from_slice(bytes);
            Ok(bytes.len())
        }

        fn flush(&mut self) -> std::io::Result<()> {
            Ok(())
        }
    }

    #[test]
    fn detailed_lines_of_others_are_never_shown() {
        let lines = Lines::default();
        let writer = lines.clone();
        let environment = Environment::from_iter([("RUST_LOG", "trace,hyper=trace")]);
        let log = subscriber(&environment, LevelFilter::INFO, false, move || {
            writer.clone()
        });
        tracing::subscriber::with_default(log, || {
            tracing::trace!("ours");
            tracing::info!(target: "sqlx::query", "slow");
            tracing::debug!(target: "sqlx::query", "canary");
            tracing::trace!(target: "hyper::proto::h1", "canary");
            tracing::debug!(target: "provisioners", "canary");
        });
        let shown = String::from_utf8(lines.0.lock().unwrap().clone()).unwrap();
        assert!(shown.contains("ours") && shown.contains("slow"), "{shown}");
        assert!(!shown.contains("canary"), "{shown}");
    }

    #[test]
    fn a_line_may_be_one_json_object() {
        let lines = Lines::default();
        let writer = lines.clone();
        let environment = Environment::from_iter([("LOG_FORMAT", "json")]);
        let log = subscriber(&environment, LevelFilter::INFO, true, move || {
            writer.clone()
        });
        tracing::subscriber::with_default(log, || {
            tracing::info!(employee = "1", lag_ms = 3, "decided");
            tracing::warn!("again");
        });
        let shown = String::from_utf8(lines.0.lock().unwrap().clone()).unwrap();
        let lines: Vec<serde_json::Value> = shown
            .lines()
            .map(|line| serde_json::from_str(line).unwrap())
            .collect();
        assert_eq!(lines.len(), 2);
        assert_eq!(lines[0]["message"], "decided");
        assert_eq!(lines[0]["employee"], "1");
        assert_eq!(lines[0]["lag_ms"], 3);
        assert_eq!(lines[1]["level"], "WARN");
    }

    #[test]
    fn a_format_that_nobody_knows_is_no_format() {
        let read = |name| form(&Environment::from_iter([("LOG_FORMAT", name)]));
        assert_eq!(read("JSON"), None);
        assert_eq!(read("text"), Some(Form::Text));
    }
}
