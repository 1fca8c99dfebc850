//! Which tests prove which scenario, as a page of the documentation.
//!
//! `scenarios.txt` says what must happen; a test whose name begins with a scenario's id proves it.
//! One name may carry several ids: `mat_08_and_13_…`, `err_07_and_lif_25_…`.

use std::collections::{BTreeMap, BTreeSet};
use std::fmt::Write;
use std::fs;
use std::path::Path;

use system_tests::pages;

use crate::files::{root, sources};

const SCENARIOS: &str = include_str!("scenarios.txt");

const OPEN: &str = include_str!("open_scenarios.txt");

/// A scenario's family and number, such as `EV` and 1.
type Id = (&'static str, u8);

/// What must happen in one situation.
struct Scenario {
    id: Id,
    sentence: &'static str,
}

/// Tests that say the same thing, and where they run.
type Proofs = BTreeMap<String, BTreeSet<Place>>;

#[derive(Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
enum Place {
    Core,
    CoreByEvent,
    CoreBySync,
    Client,
    Host,
    Http,
}

#[test]
fn every_scenario_has_a_test_or_is_known_to_be_open() {
    let (proofs, _) = found();
    let open = open();
    let all = scenarios().map(|scenario| scenario.id);
    let missing = all.filter(|id| !proofs.contains_key(id) && !open.contains_key(id));
    let missing: Vec<_> = missing.map(text).collect();
    assert!(missing.is_empty(), "without a test: {missing:?}");
    let done: Vec<_> = open
        .into_keys()
        .filter(|id| proofs.contains_key(id))
        .map(text)
        .collect();
    assert!(
        done.is_empty(),
        "take them off open_scenarios.txt: {done:?}"
    );
}

#[test]
fn every_test_that_names_a_scenario_names_one_that_exists() {
    let (proofs, strange) = found();
    assert!(strange.is_empty(), "no ids: {strange:?}");
    let known: BTreeSet<_> = scenarios().map(|scenario| scenario.id).collect();
    for (id, tests) in proofs {
        assert!(known.contains(&id), "{}: {:?}", text(id), tests.keys());
    }
    for id in open().keys() {
        assert!(known.contains(id), "{} is no scenario", text(*id));
    }
}

#[test]
fn the_page_of_the_scenarios_is_up_to_date() {
    pages::check("scenarios.md", &page());
}

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
    );
    let names = [
        "ev_02_in_a_macro",
        "ev_05_runs",
        concat!("ev_07_by", "_event"),
        concat!("ev_07_by", "_sync"),
    ];
    assert_eq!(tests(source), names.map(str::to_owned).into());
}

fn page() -> String {
    let (proofs, _) = found();
    let open = open();
    let mut page = HEAD.to_owned();
    let count = scenarios().count();
    let _ = writeln!(
        page,
        "{} of {count} scenarios are proved, {} are open.",
        count - open.len(),
        open.len()
    );
    for line in SCENARIOS.lines() {
        if let Some(title) = line.strip_prefix("## ") {
            let _ = write!(page, "\n## {title}\n\n{COLUMNS}");
        }
        let Some(scenario) = scenario(line) else {
            continue;
        };
        let proved = match (proofs.get(&scenario.id), open.get(&scenario.id)) {
            (Some(proofs), _) => lines(proofs),
            (None, Some(reason)) => format!("**open**: {reason}"),
            (None, None) => "**nothing**".to_owned(),
        };
        let (id, sentence) = (text(scenario.id), scenario.sentence);
        let _ = writeln!(page, "| {id} | {sentence} | {proved} |");
    }
    page
}

fn lines(proofs: &Proofs) -> String {
    let lines = proofs.iter().map(|(says, places)| {
        let places: Vec<_> = places.iter().map(|place| place.as_str()).collect();
        format!("{says} ({})", places.join(", "))
    });
    lines.collect::<Vec<_>>().join("<br>")
}

/// What the tests prove, and the names that look like an id and are none.
fn found() -> (BTreeMap<Id, Proofs>, Vec<String>) {
    let mut proofs: BTreeMap<Id, Proofs> = BTreeMap::new();
    let mut strange = Vec::new();
    for path in sources() {
        let source = fs::read_to_string(&path).expect("a text");
        for name in tests(&source) {
            let Some((ids, says)) = ids(&name) else {
                strange.push(name);
                continue;
            };
            let (says, place) = placed(says, &path);
            for id in ids {
                let proofs = proofs.entry(id).or_default();
                proofs.entry(says.clone()).or_default().insert(place);
            }
        }
    }
    assert!(proofs.len() > 100, "the check sees the tests");
    (proofs, strange)
}

/// The names of the functions that the test runner runs, and those of the pairs that the core's
/// tests make with `both_ways!`.
fn tests(source: &str) -> BTreeSet<String> {
    let mut names = BTreeSet::new();
    let (mut runs, mut ignored) = (false, false);
    for line in source.lines().map(str::trim) {
        if let Some(attribute) = line.strip_prefix("#[") {
            runs |= attribute.contains("test]") || attribute.contains("test(");
            ignored |= attribute.starts_with("ignore");
            continue;
        }
        if line.starts_with("//") {
            continue;
        }
        let function = line.split("fn ").nth(1).unwrap_or_default();
        let name: String = function.chars().take_while(|c| is_word(*c)).collect();
        if runs && !ignored && !name.is_empty() {
            names.insert(name);
        }
        (runs, ignored) = (false, false);
        let words = line.split(|c| !is_word(c));
        let pairs = words.filter(|word| word.ends_with("_by_event") || word.ends_with("_by_sync"));
        names.extend(pairs.map(str::to_owned));
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

fn two_digits(text: &str) -> Option<u8> {
    let number = text.parse().ok()?;
    (text.len() == 2).then_some(number)
}

/// What a test says, in words, and where it runs.
fn placed(says: &str, path: &Path) -> (String, Place) {
    let by_event = says
        .strip_suffix("_by_event")
        .map(|says| (says, Place::CoreByEvent));
    let by_sync = says
        .strip_suffix("_by_sync")
        .map(|says| (says, Place::CoreBySync));
    let folder = path.strip_prefix(root()).expect("a file of the workspace");
    let folder = folder.iter().next().and_then(|folder| folder.to_str());
    let (says, place) = by_event.or(by_sync).unwrap_or(match folder {
        Some("provisioning-core") => (says, Place::Core),
        Some("examples") => (says, Place::Host),
        Some("tests") => (says, Place::Http),
        _ => (says, Place::Client),
    });
    (says.replace('_', " "), place)
}

impl Place {
    fn as_str(self) -> &'static str {
        match self {
            Self::Core => "core",
            Self::CoreByEvent => "core by event",
            Self::CoreBySync => "core by synchronization",
            Self::Client => "client",
            Self::Host => "host",
            Self::Http => "HTTP",
        }
    }
}

fn scenarios() -> impl Iterator<Item = Scenario> {
    SCENARIOS.lines().filter_map(scenario)
}

fn scenario(line: &'static str) -> Option<Scenario> {
    let (id, sentence) = line.split_once(' ')?;
    let (family, number) = id.split_once('-')?;
    let mut families = FAMILIES.into_iter();
    let family = families.find(|known| *known == family)?;
    let id = (family, two_digits(number)?);
    Some(Scenario { id, sentence })
}

/// The scenarios without a test, and what they wait for.
fn open() -> BTreeMap<Id, &'static str> {
    let lines = OPEN.lines().filter(|line| !line.starts_with('#'));
    let open = lines.map(|line| scenario(line).expect("an id and a reason"));
    open.map(|open| (open.id, open.sentence)).collect()
}

fn text((family, number): Id) -> String {
    format!("{family}-{number:02}")
}

const FAMILIES: [&str; 15] = [
    "EV", "SEC", "ORD", "MAT", "LIF", "DAT", "MGR", "GRP", "CF", "GRD", "ERR", "REC", "CFG", "PRV",
    "HST",
];

const HEAD: &str = "\
# Scenarios

What must happen in every situation, and the tests that prove it. `cargo test --workspace ev_01` runs
those of one scenario. *Core* is the rules against a model of both systems, woken by an event or by a
full synchronization; *host* is the reference host by itself; *HTTP* is the whole, with signed webhooks
and both stand-ins.

A test writes this page from `tests/workspace/scenarios.txt` and the names of the tests:
`UPDATE_DOCS=1 cargo test -p system-tests --test workspace`. It fails if a scenario has no test.

";

const COLUMNS: &str = "| | what must happen | proved by |\n|---|---|---|\n";
