//! Which tests there are, by the scenarios that their names carry.

use std::collections::{BTreeMap, BTreeSet};
use std::fs;
use std::path::Path;

use crate::files::{root, sources};

/// A scenario's family and number, such as `EV` and 1.
pub(crate) type Id = (&'static str, u8);

/// Tests that say the same thing, and where they run.
pub(crate) type Proofs = BTreeMap<String, BTreeSet<Place>>;

/// What was found in the sources.
#[derive(Default)]
pub(crate) struct Found {
    /// What plain `cargo test` runs.
    pub(crate) proofs: BTreeMap<Id, Proofs>,
    /// What is ignored because it needs a server, and proves something only where there is one.
    pub(crate) with_server: BTreeMap<Id, Proofs>,
    /// Names that look like an id and are none.
    pub(crate) strange: Vec<String>,
}

#[derive(Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
pub(crate) enum Place {
    Core,
    CoreByEvent,
    CoreBySync,
    Client,
    Host,
    Http,
    EveryHost,
    Workspace,
}

/// When a test runs.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Runs {
    Always,
    WithServer,
}

/// Looks through the sources of the workspace.
pub(crate) fn found() -> Found {
    let mut found = Found::default();
    for path in sources() {
        let source = fs::read_to_string(&path).expect("a text");
        for (name, runs) in tests(&source) {
            let Some((ids, says)) = ids(&name) else {
                found.strange.push(name);
                continue;
            };
            let (says, place) = placed(says, &path);
            let proofs = match runs {
                Runs::Always => &mut found.proofs,
                Runs::WithServer => &mut found.with_server,
            };
            for id in ids {
                let proofs = proofs.entry(id).or_default();
                proofs.entry(says.clone()).or_default().insert(place);
            }
        }
    }
    assert!(found.proofs.len() > 100, "the check sees the tests");
    found
}

/// The names of the functions that the test runner runs, and those of the pairs that the core's
/// tests make with `both_ways!`. A test that is ignored for any other reason than that it needs a
/// server is none.
fn tests(source: &str) -> BTreeMap<String, Runs> {
    let mut names = BTreeMap::new();
    let (mut is_test, mut runs) = (false, Some(Runs::Always));
    for line in source.lines().map(str::trim) {
        if let Some(attribute) = line.strip_prefix("#[") {
            is_test |= attribute.contains("test]") || attribute.contains("test(");
            if attribute.starts_with("ignore") {
                let server = attribute.starts_with(NEEDS_SERVER);
                runs = server.then_some(Runs::WithServer);
            }
            continue;
        }
        if line.starts_with("//") {
            continue;
        }
        let function = line.split("fn ").nth(1).unwrap_or_default();
        let name: String = function.chars().take_while(|c| is_word(*c)).collect();
        if let Some(runs) = runs.filter(|_| is_test && !name.is_empty()) {
            names.insert(name, runs);
        }
        (is_test, runs) = (false, Some(Runs::Always));
        let words = line.split(|c| !is_word(c));
        let pairs = words.filter(|word| word.ends_with("_by_event") || word.ends_with("_by_sync"));
        names.extend(pairs.map(|name| (name.to_owned(), Runs::Always)));
    }
    names
}

fn is_word(c: char) -> bool {
    c.is_ascii_alphanumeric() || c == '_'
}

/// The ids at the beginning of a name, and the rest; `None` if it begins like an id and has none.
fn ids(name: &str) -> Option<(Vec<Id>, &str)> {
    let Some(mut family) = family(name) else {
        return Some((Vec::new(), name));
    };
    let mut ids = Vec::new();
    let mut rest = name.split_once('_')?.1;
    loop {
        let (number, after) = rest.split_once('_')?;
        ids.push((family, two_digits(number)?));
        rest = after;
        let Some(next) = rest.strip_prefix("and_") else {
            return Some((ids, rest));
        };
        let other = self::family(next);
        let of_other = other
            .and_then(|_| next.split_once('_'))
            .map(|(_, next)| next);
        let next = of_other.unwrap_or(next);
        if next
            .split_once('_')
            .and_then(|(number, _)| two_digits(number))
            .is_none()
        {
            return Some((ids, rest));
        }
        family = other.unwrap_or(family);
        rest = next;
    }
}

fn family(name: &str) -> Option<&'static str> {
    let (first, _) = name.split_once('_')?;
    let mut families = FAMILIES.into_iter();
    families.find(|family| first == family.to_ascii_lowercase())
}

pub(crate) fn two_digits(text: &str) -> Option<u8> {
    let number = text.parse().ok()?;
    (text.len() == 2).then_some(number)
}

pub(crate) fn text((family, number): Id) -> String {
    format!("{family}-{number:02}")
}

/// What a test says, in words, and where it runs.
fn placed(says: &str, path: &Path) -> (String, Place) {
    let by_event = says
        .strip_suffix("_by_event")
        .map(|says| (says, Place::CoreByEvent));
    let by_sync = says
        .strip_suffix("_by_sync")
        .map(|says| (says, Place::CoreBySync));
    let path = path.strip_prefix(root()).expect("a file of the workspace");
    let place = if path.starts_with("provisioning-core") {
        Place::Core
    } else if path.starts_with("examples") {
        Place::Host
    } else if path.starts_with("tests/acceptance/scenarios") {
        Place::EveryHost
    } else if path.starts_with("tests/workspace") {
        Place::Workspace
    } else if path.starts_with("tests") {
        Place::Http
    } else {
        Place::Client
    };
    let (says, place) = by_event.or(by_sync).unwrap_or((says, place));
    (says.replace('_', " "), place)
}

impl Place {
    pub(crate) fn as_str(self) -> &'static str {
        match self {
            Self::Core => "core",
            Self::CoreByEvent => "core by event",
            Self::CoreBySync => "core by synchronization",
            Self::Client => "client",
            Self::Host => "host",
            Self::Http => "HTTP",
            Self::EveryHost => "HTTP, every host",
            Self::Workspace => "workspace",
        }
    }
}

pub(crate) const FAMILIES: [&str; 15] = [
    "EV", "SEC", "ORD", "MAT", "LIF", "DAT", "MGR", "GRP", "CF", "GRD", "ERR", "REC", "CFG", "PRV",
    "HST",
];

const NEEDS_SERVER: &str = "ignore = \"needs a server: bash .ci/with-postgres";

#[test]
fn names_carry_the_ids_that_they_prove() {
    let ids = |name| ids(name).map(|(ids, rest)| (ids.into_iter().map(text).collect(), rest));
    let of = |these: &[&str], rest| {
        let these: Vec<_> = these.iter().map(ToString::to_string).collect();
        Some((these, rest))
    };
    assert_eq!(ids("ev_03_one_edit"), of(&["EV-03"], "one_edit"));
    assert_eq!(ids("mat_08_and_13_x"), of(&["MAT-08", "MAT-13"], "x"));
    assert_eq!(
        ids("grd_08_and_grd_09_and_10_x"),
        of(&["GRD-08", "GRD-09", "GRD-10"], "x")
    );
    assert_eq!(ids("ev_03_and_so_on"), of(&["EV-03"], "and_so_on"), "no id");
    assert_eq!(ids("every_other_test"), Some((vec![], "every_other_test")));
    assert_eq!(ids("ev_3_without_a_zero"), None);
    assert_eq!(ids("mgr_the_number_is_missing"), None);
}

#[test]
fn only_what_runs_is_a_test() {
    let source = concat!(
        "fn ev_01_a_helper() {}\n",
        "    #[test]\n    fn ev_02_in_a_macro(x in any::<u8>()) {}\n",
        "#[tokio",
        "::test(start_paused = true)]\n#[ignore]\n/// Why.\nasync fn ev_03_ignored() {}\n",
        "// ev_04_mentioned\n#[tokio",
        "::test]\nasync fn ev_05_runs() {}\nfn ev_06_helper() {}\n",
        "    ev_07: ev_07_by",
        "_event,\n ev_07_by",
        "_sync;\n",
        "#[test]\n#[ig",
        "nore = \"needs a server: bash .ci/with-postgres\"]\nfn ev_08_shared() {}\n",
        "#[test]\n#[ig",
        "nore = \"takes an hour\"]\nfn ev_09_long() {}\n#[test]\nfn ev_10_next() {}\n",
    );
    let names = [
        ("ev_02_in_a_macro", Runs::Always),
        ("ev_05_runs", Runs::Always),
        (concat!("ev_07_by", "_event"), Runs::Always),
        (concat!("ev_07_by", "_sync"), Runs::Always),
        ("ev_08_shared", Runs::WithServer),
        ("ev_10_next", Runs::Always),
    ];
    let names = names.map(|(name, runs)| (name.to_owned(), runs));
    assert_eq!(tests(source), names.into());
}
