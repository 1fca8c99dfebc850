use jiff::tz::{TimeZone, TimeZoneDatabase};

use super::super::options::Zones;
use super::super::problem::Problem;
use super::super::reader::{Located, Section};

/// `[time]`
pub(super) fn zones(top: &Section<'_, '_>) -> Option<Zones> {
    let time = top.section("time", &["zone", "sites"]);
    let tenant = time
        .required_text("zone")
        .and_then(|found| zone(&time, found));
    let section = time.section("sites", &[]);
    let lines = section
        .entries()
        .map(|(site, found)| (site.to_owned(), found.line));
    let lines = lines.collect();
    let sites = section.entries().filter_map(|(site, found)| {
        let Some(value) = found.value.as_str() else {
            let message = format!("the zone of site `{site}` must be a text");
            time.problem(Problem::new(found.line, message));
            return None;
        };
        let line = found.line;
        Some((site.to_owned(), zone(&time, Located { value, line })?))
    });
    let sites = sites.collect();
    Some(Zones {
        tenant: tenant?,
        sites,
        lines,
    })
}

/// A zone from the database that is compiled in, so that the machine's does not matter.
fn zone(section: &Section<'_, '_>, name: Located<&str>) -> Option<TimeZone> {
    let database = TimeZoneDatabase::bundled();
    if let Ok(zone) = database.get(name.value) {
        return Some(zone);
    }
    let names: Vec<_> = database.available().map(|name| name.to_string()).collect();
    let names = names.iter().map(String::as_str);
    section.problem(Problem::unknown_word(
        name.line,
        "time zone",
        name.value,
        names,
    ));
    None
}
