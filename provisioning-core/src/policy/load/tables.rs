use super::super::problem::Problem;
use super::super::reader::Section;
use super::super::tables::{Table, Tables};

/// `[tables.<name>]`
pub(super) fn tables(top: &Section<'_, '_>) -> Tables {
    let section = top.section("tables", &[]);
    let mut tables = Tables::default();
    for (name, found) in section.entries() {
        let Some(entries) = section.inner(name, found, &[]) else {
            continue;
        };
        let mut table = Table::default();
        for (from, to) in entries.entries() {
            match to.value.as_str() {
                Some(to) if from == OTHERWISE => table.otherwise = Some(to.to_owned()),
                Some(to) => drop(table.entries.insert(from.to_owned(), to.to_owned())),
                None => {
                    let message = format!("`{from}` of the table `{name}` must be a text");
                    section.problem(Problem::new(to.line, message));
                }
            }
        }
        tables.insert(name, table);
    }
    tables
}

/// The key for everything that has no entry.
const OTHERWISE: &str = "else";
