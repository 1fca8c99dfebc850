use std::cell::RefCell;
use std::ops::Range;

use toml::Spanned;
use toml::de::{DeTable, DeValue};

use super::problem::Problem;

/// Walks a TOML document and collects every problem instead of stopping at the first.
pub(crate) struct Reader {
    /// Where each line but the first begins.
    lines: Vec<usize>,
    problems: RefCell<Vec<Problem>>,
}

/// One table of the document.
pub(crate) struct Section<'r, 't> {
    reader: &'r Reader,
    table: Option<&'r DeTable<'t>>,
    line: usize,
    name: String,
}

/// A value with the line it stands on.
#[derive(Clone, Copy)]
pub(crate) struct Located<T> {
    pub(crate) value: T,
    pub(crate) line: usize,
}

impl Reader {
    pub(crate) fn new(text: &str) -> Self {
        let lines = text.match_indices('\n').map(|(end, _)| end + 1);
        Self {
            lines: lines.collect(),
            problems: RefCell::default(),
        }
    }

    pub(crate) fn problem(&self, problem: Problem) {
        self.problems.borrow_mut().push(problem);
    }

    pub(crate) fn into_problems(self) -> Vec<Problem> {
        self.problems.into_inner()
    }

    pub(crate) fn line(&self, span: Range<usize>) -> usize {
        self.lines.partition_point(|start| *start <= span.start) + 1
    }

    /// The top of the document, which may only hold these keys.
    pub(crate) fn top<'r, 't>(
        &'r self,
        table: &'r Spanned<DeTable<'t>>,
        keys: &[&str],
    ) -> Section<'r, 't> {
        let section = Section {
            reader: self,
            table: Some(table.get_ref()),
            line: 1,
            name: String::new(),
        };
        section.only(keys);
        section
    }
}

impl<'r, 't> Section<'r, 't> {
    /// A sub-table, which may only hold these keys; missing = empty, and no keys = any.
    pub(crate) fn section(&self, name: &str, keys: &[&str]) -> Section<'r, 't> {
        let found = self.get(name);
        found
            .and_then(|found| self.inner(name, found, keys))
            .unwrap_or(Section {
                reader: self.reader,
                table: None,
                line: found.map_or(self.line, |found| found.line),
                name: name.to_owned(),
            })
    }

    /// A value that has to be a table, which may only hold these keys; no keys = any.
    pub(crate) fn inner(
        &self,
        name: &str,
        found: Located<&'r DeValue<'t>>,
        keys: &[&str],
    ) -> Option<Section<'r, 't>> {
        let Some(table) = found.value.as_table() else {
            return self.wrong(name, found.line, "a table");
        };
        let section = Section {
            reader: self.reader,
            table: Some(table),
            line: found.line,
            name: name.to_owned(),
        };
        if !keys.is_empty() {
            section.only(keys);
        }
        Some(section)
    }

    /// A list of tables, which may only hold these keys; missing = empty.
    pub(crate) fn sections(&self, name: &str, keys: &[&str]) -> Vec<Section<'r, 't>> {
        let Some(found) = self.get(name) else {
            return Vec::new();
        };
        let Some(array) = found.value.as_array() else {
            let message = format!("`{name}` must be a list of tables: write [[{name}]]");
            self.problem(Problem::new(found.line, message));
            return Vec::new();
        };
        let tables = array.iter().filter_map(|item| {
            let line = self.reader.line(item.span());
            let value = item.get_ref();
            self.inner(name, Located { value, line }, keys)
        });
        tables.collect()
    }

    pub(crate) fn problem(&self, problem: Problem) {
        self.reader.problem(problem);
    }

    /// Takes what could be compiled, and notes the problems if it could not.
    pub(crate) fn noted<T>(&self, compiled: Result<T, Vec<Problem>>) -> Option<T> {
        compiled
            .map_err(|problems| problems.into_iter().for_each(|found| self.problem(found)))
            .ok()
    }

    pub(crate) fn line(&self) -> usize {
        self.line
    }

    pub(crate) fn entries(&self) -> impl Iterator<Item = (&'r str, Located<&'r DeValue<'t>>)> {
        let reader = self.reader;
        let entries = self.table.into_iter().flat_map(|table| table.iter());
        entries.map(move |(key, value)| {
            let line = reader.line(value.span());
            (
                key.get_ref().as_ref(),
                Located {
                    value: value.get_ref(),
                    line,
                },
            )
        })
    }

    pub(crate) fn get(&self, key: &str) -> Option<Located<&'r DeValue<'t>>> {
        let value = self.table?.get(key)?;
        Some(Located {
            value: value.get_ref(),
            line: self.reader.line(value.span()),
        })
    }

    pub(crate) fn text(&self, key: &str) -> Option<Located<&'r str>> {
        let found = self.get(key)?;
        match found.value.as_str() {
            Some(value) => Some(Located {
                value,
                line: found.line,
            }),
            None => self.wrong(key, found.line, "a text"),
        }
    }

    pub(crate) fn required_text(&self, key: &str) -> Option<Located<&'r str>> {
        if self.get(key).is_none() {
            let place = if self.name.is_empty() {
                String::new()
            } else {
                format!("[{}] ", self.name)
            };
            self.reader.problem(Problem::new(
                self.line,
                format!("{place}`{key}` is missing"),
            ));
        }
        self.text(key)
    }

    pub(crate) fn flag(&self, key: &str, default: bool) -> bool {
        let Some(found) = self.get(key) else {
            return default;
        };
        found
            .value
            .as_bool()
            .or_else(|| self.wrong(key, found.line, "true or false"))
            .unwrap_or(default)
    }

    pub(crate) fn count(&self, key: &str, default: u32) -> u32 {
        let Some(found) = self.get(key) else {
            return default;
        };
        let number = found
            .value
            .as_integer()
            .and_then(|integer| u32::from_str_radix(integer.as_str(), integer.radix()).ok());
        number
            .or_else(|| self.wrong(key, found.line, "a whole number, 0 or more"))
            .unwrap_or(default)
    }

    pub(crate) fn texts(&self, key: &str) -> Vec<Located<&'r str>> {
        let Some(found) = self.get(key) else {
            return Vec::new();
        };
        let Some(array) = found.value.as_array() else {
            return self
                .wrong(key, found.line, "a list of texts")
                .unwrap_or_default();
        };
        let texts = array.iter().filter_map(|item| {
            let line = self.reader.line(item.span());
            match item.get_ref().as_str() {
                Some(value) => Some(Located { value, line }),
                None => self.wrong(key, line, "a list of texts"),
            }
        });
        texts.collect()
    }

    /// One of a few words.
    pub(crate) fn choice<T: Copy>(&self, key: &str, words: &[(&str, T)], default: T) -> T {
        let Some(found) = self.text(key) else {
            return default;
        };
        match words.iter().find(|(word, _)| *word == found.value) {
            Some((_, choice)) => *choice,
            None => {
                let known = words.iter().map(|(word, _)| *word);
                let problem = Problem::unknown_word(found.line, key, found.value, known);
                self.reader.problem(problem);
                default
            }
        }
    }

    fn only(&self, keys: &[&str]) {
        for (key, found) in self.entries() {
            if !keys.contains(&key) {
                let problem = Problem::unknown_word(found.line, "key", key, keys.iter().copied());
                self.reader.problem(problem);
            }
        }
    }

    fn wrong<T>(&self, key: &str, line: usize, expected: &str) -> Option<T> {
        self.reader
            .problem(Problem::new(line, format!("`{key}` must be {expected}")));
        None
    }
}
