//! What an expression may say, and what it reads.

use std::collections::BTreeSet;
use std::ops::Range;

use super::filters::{FILTERS, FUNCTIONS};
use super::problem::Problem;
use super::tokens::Token;

/// What is known of an expression before it runs.
#[derive(Debug, Default)]
pub(crate) struct Reads {
    /// The paths it reads.
    pub(crate) paths: BTreeSet<String>,
    /// Bob's lists that it takes labels from.
    pub(crate) lists: BTreeSet<String>,
    /// Tables of the policy that it looks into.
    pub(crate) tables: BTreeSet<String>,
    /// Texts that it compares a path with.
    pub(crate) compared: Vec<(String, String)>,
    /// All its texts.
    pub(crate) texts: Vec<String>,
    /// Texts that may come out of it as they stand, as far as that can be told.
    pub(crate) results: Vec<String>,
    /// The tables of the policy whose entries may come out of it as they stand.
    pub(crate) out_of: Vec<String>,
    /// Whether it says what happens when a field is null.
    pub(crate) handles_null: bool,
    /// What its value looks like.
    pub(crate) shape: Shape,
}

/// What the value of an expression looks like.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub(crate) enum Shape {
    /// A day, made by one of our filters.
    Day,
    /// One of these fields as it is.
    Field(BTreeSet<String>),
    /// Some text.
    #[default]
    Text,
}

/// Checks the words of an expression, or finds what they must not say.
///
/// A bracket or a call behind a value would reach for something that is only known at run time;
/// so would a method. Neither is part of the language here.
pub(crate) fn check(tokens: &[Token<'_>], line: usize) -> Result<Reads, Vec<Problem>> {
    let fence = Fence { tokens, line };
    let mut problems = Vec::new();
    let mut reads = Reads::default();
    for (at, token) in tokens.iter().enumerate() {
        if let Err(problem) = fence.look(at, token, &mut reads) {
            problems.push(problem);
        }
    }
    reads.shape = fence.shape();
    fence.results(&mut reads);
    if problems.is_empty() {
        Ok(reads)
    } else {
        Err(problems)
    }
}

struct Fence<'a, 's> {
    tokens: &'a [Token<'s>],
    line: usize,
}

impl<'a, 's> Fence<'a, 's> {
    fn look(&self, at: usize, token: &'a Token<'s>, reads: &mut Reads) -> Result<(), Problem> {
        let before = at.checked_sub(1).and_then(|at| self.tokens.get(at));
        let behind_value = before.is_some_and(Token::ends_value);
        match token {
            Token::Mark("[" | "{") if behind_value => {
                Err(self.problem("`[…]` behind a value is not allowed; name the field"))
            }
            Token::Mark("(") if behind_value && !self.opens_call(at) => {
                Err(self.problem("a value cannot be called; there are no methods"))
            }
            Token::Mark("|") => self.filter(at, reads),
            Token::Mark("==" | "!=") => {
                self.compared(at, -1, 1, reads);
                self.compared(at, 1, -1, reads);
                Ok(())
            }
            Token::Text(text) => {
                reads.texts.push((*text).to_owned());
                Ok(())
            }
            Token::Name(name) => self.name(at, name, before, reads),
            _ => Ok(()),
        }
    }

    fn name(
        &self,
        at: usize,
        name: &str,
        before: Option<&Token<'_>>,
        reads: &mut Reads,
    ) -> Result<(), Problem> {
        let called = self.token(at, 1).is_some_and(|token| token.is("("));
        match name {
            "is" => self.test(at, reads),
            "in" => {
                self.among(at, reads);
                Ok(())
            }
            "none" => self.none(at, before),
            "if" | "else" | "and" | "or" | "not" | "true" | "false" => Ok(()),
            _ if before.is_some_and(|token| token.is("|")) => Ok(()),
            _ if FUNCTIONS.iter().any(|(function, _)| *function == name) => {
                self.function(at, name, reads)
            }
            _ if called && name.contains('.') => {
                Err(self.problem("a value cannot be called; there are no methods"))
            }
            _ if called => {
                let known = FUNCTIONS.iter().map(|(name, _)| *name);
                Err(Problem::unknown_word(self.line, "function", name, known))
            }
            _ => {
                reads.paths.insert(name.to_owned());
                Ok(())
            }
        }
    }

    /// `value is none` and `value is not none` are the only tests.
    fn test(&self, at: usize, reads: &mut Reads) -> Result<(), Problem> {
        let not = self.token(at, 1).is_some_and(|token| token.is_word("not"));
        let name = self.token(at, if not { 2 } else { 1 });
        if name.is_some_and(|token| token.is_word("none")) {
            reads.handles_null = true;
            return Ok(());
        }
        Err(self.problem("the only test is `is none`, or `is not none`"))
    }

    /// Nothing is written as `is none`, or as what an `else` at the very end gives.
    fn none(&self, at: usize, before: Option<&Token<'_>>) -> Result<(), Problem> {
        let word = |word| before.is_some_and(|token| token.is_word(word));
        let tested =
            word("is") || (word("not") && self.token(at, -2).is_some_and(|t| t.is_word("is")));
        let last = word("else") && at + 1 == self.tokens.len();
        if tested || last {
            return Ok(());
        }
        Err(self.problem("compare with `is none`, or `is not none`"))
    }

    /// `path == 'text'`, where neither side is a part of something longer.
    fn compared(&self, at: usize, path: isize, text: isize, reads: &mut Reads) {
        let (Some(name), Some(value)) = (self.path_at(at, path), self.text_at(at, text)) else {
            return;
        };
        if !self.is_joined(at, 2 * path) && !self.is_joined(at, 2 * text) {
            reads.compared.push((name.to_owned(), value.to_owned()));
        }
    }

    /// Whether the word at this place binds its neighbour closer than a comparison does.
    fn is_joined(&self, at: usize, offset: isize) -> bool {
        let joins = |token: &Token<'_>| matches!(token, Token::Mark("|" | "~" | "+" | "-"));
        self.token(at, offset).is_some_and(joins)
    }

    /// `path in ['a', 'b']`
    fn among(&self, at: usize, reads: &mut Reads) {
        let not = self.token(at, -1).is_some_and(|token| token.is_word("not"));
        let path = if not { -2 } else { -1 };
        let Some(path) = self
            .path_at(at, path)
            .filter(|_| !self.is_joined(at, path - 1))
        else {
            return;
        };
        let open = self.token(at, 1).is_some_and(|token| token.is("["));
        let items = self.arguments(at + 1).filter(|_| open).unwrap_or_default();
        for item in items {
            if let Some([Token::Text(text)]) = self.tokens.get(item) {
                reads.compared.push((path.to_owned(), (*text).to_owned()));
            }
        }
    }

    fn filter(&self, at: usize, reads: &mut Reads) -> Result<(), Problem> {
        let Some(Token::Name(name)) = self.token(at, 1) else {
            return Err(self.problem("`|` needs the name of a filter"));
        };
        let Some((name, wanted)) = FILTERS.iter().find(|(known, _)| known == name) else {
            let known = FILTERS.iter().map(|(name, _)| *name);
            return Err(Problem::unknown_word(self.line, "filter", name, known));
        };
        let called = self.token(at, 2).is_some_and(|token| token.is("("));
        let arguments = if called { self.arguments(at + 2) } else { None };
        let arguments = arguments.unwrap_or_default();
        let text = arguments
            .first()
            .and_then(|range| self.tokens.get(range.clone()));
        let text = match text {
            Some([Token::Text(text)]) => Some((*text).to_owned()),
            _ => None,
        };
        match (*name, text) {
            ("label", Some(list)) if arguments.len() == 1 => {
                reads.lists.insert(list);
            }
            ("label", _) => {
                return Err(self.problem(
                    "`label` needs the name of a Bob list as a text, such as label('title')",
                ));
            }
            ("table", Some(table)) if arguments.len() == 1 => {
                reads.tables.insert(table);
            }
            ("table", _) => {
                return Err(self
                    .problem("`table` needs the name of one of the policy's [tables] as a text"));
            }
            _ if arguments.len() != *wanted => {
                return Err(self.problem(format!("`{name}` takes {wanted} arguments")));
            }
            _ => {}
        }
        Ok(())
    }

    fn function(&self, at: usize, name: &str, reads: &mut Reads) -> Result<(), Problem> {
        let called = self.token(at, 1).is_some_and(|token| token.is("("));
        let arguments = self.arguments(at + 1).filter(|_| called);
        let Some(arguments) = arguments else {
            return Err(self.problem(format!("`{name}` is a function: write {name}(…)")));
        };
        let least = FUNCTIONS.iter().find(|(known, _)| *known == name);
        let right = match (name, least) {
            ("lookup", Some((_, exactly))) => arguments.len() == *exactly,
            (_, Some((_, least))) => arguments.len() >= *least,
            _ => false,
        };
        if !right {
            return Err(self.problem(format!("`{name}` has the wrong number of arguments")));
        }
        reads.handles_null |= name == "first_of";
        if name == "lookup" {
            self.lookup(&arguments, reads);
        }
        Ok(())
    }

    /// The keys of `lookup(path, {'a': …})` are compared with the path.
    fn lookup(&self, arguments: &[Range<usize>], reads: &mut Reads) {
        let (Some(value), Some(table)) = (arguments.first(), arguments.get(1)) else {
            return;
        };
        let path = match self.tokens.get(value.clone()) {
            Some([token]) => token.path(),
            _ => None,
        };
        let entries = self.arguments(table.start).unwrap_or_default();
        let keys = entries
            .into_iter()
            .filter_map(|entry| match self.tokens.get(entry) {
                Some([Token::Text(key), Token::Mark(":"), ..]) => Some(*key),
                _ => None,
            });
        if let Some(path) = path {
            reads
                .compared
                .extend(keys.map(|key| (path.to_owned(), key.to_owned())));
        }
    }

    /// Notes what may come out as it stands. Where something else is made of it, nothing is told.
    fn results(&self, reads: &mut Reads) {
        let is_table = |at: usize| self.token(at, 1).is_some_and(|it| it.is_word("table"));
        let changes = |(at, token): (usize, &Token<'_>)| {
            token.is("~") || token.is("+") || (token.is("|") && !is_table(at))
        };
        if self.tokens.iter().enumerate().any(changes) {
            return;
        }
        let named = |name| {
            self.tokens
                .iter()
                .filter(|token| token.is_word(name))
                .count()
        };
        match (named("lookup"), named("table")) {
            (0, 0) => {}
            // Whatever goes into a table does not come out.
            (0, 1) => return reads.out_of.extend(reads.tables.iter().cloned()),
            (1, 0) => {
                let values = self.tokens.windows(2);
                let values = values.filter(|pair| pair.first().is_some_and(|it| it.is(":")));
                let values = values.filter_map(|pair| pair.get(1)?.text());
                return reads.results.extend(values.map(str::to_owned));
            }
            _ => return,
        }
        let mut list = 0_usize;
        for (at, token) in self.tokens.iter().enumerate() {
            match token {
                Token::Mark("[") => list += 1,
                Token::Mark("]") => list = list.saturating_sub(1),
                Token::Text(text) if list == 0 && !self.is_compared(at) => {
                    reads.results.push((*text).to_owned());
                }
                _ => {}
            }
        }
    }

    fn is_compared(&self, at: usize) -> bool {
        let compares = |token: &Token<'_>| {
            ["==", "!=", "<", "<=", ">", ">="]
                .iter()
                .any(|mark| token.is(mark))
                || token.is_word("in")
        };
        [-1, 1]
            .into_iter()
            .any(|offset| self.token(at, offset).is_some_and(compares))
    }

    fn shape(&self) -> Shape {
        let mut depth = 0_usize;
        let (mut last, mut paths) = (None, BTreeSet::new());
        for (at, token) in self.tokens.iter().enumerate() {
            match token {
                Token::Mark("(") => depth += 1,
                Token::Mark(")") => depth = depth.saturating_sub(1),
                Token::Mark("|") if depth == 0 => last = self.token(at, 1),
                Token::Mark("|" | ",") => {}
                Token::Name(name) if FUNCTIONS.iter().any(|(known, _)| known == name) => {}
                Token::Name(name) if FILTERS.iter().any(|(known, _)| known == name) => {}
                Token::Name(_) if token.path().is_some() => {
                    paths.extend(token.path().map(str::to_owned));
                }
                _ if depth > 0 => {}
                _ => return Shape::Text,
            }
        }
        let is_last = |names: &[&str]| {
            names
                .iter()
                .any(|name| last.is_some_and(|l| l.is_word(name)))
        };
        if is_last(&["date", "add_days"]) {
            return Shape::Day;
        }
        let plain = |token: &Token<'_>| {
            matches!(token, Token::Mark("(" | ")" | ","))
                || token.is_word("first_of")
                || token.path().is_some_and(|path| paths.contains(path))
        };
        if self.tokens.iter().all(plain) {
            return Shape::Field(paths);
        }
        Shape::Text
    }

    /// The arguments behind an opening bracket, as ranges of words.
    fn arguments(&self, open: usize) -> Option<Vec<Range<usize>>> {
        let mut depth = 0_usize;
        let mut arguments = Vec::new();
        let mut start = open + 1;
        for (at, token) in self.tokens.iter().enumerate().skip(open) {
            match token {
                Token::Mark("(" | "[" | "{") => depth += 1,
                Token::Mark(")" | "]" | "}") => {
                    depth = depth.checked_sub(1)?;
                    if depth == 0 {
                        if at > start {
                            arguments.push(start..at);
                        }
                        return Some(arguments);
                    }
                }
                Token::Mark(",") if depth == 1 => {
                    arguments.push(start..at);
                    start = at + 1;
                }
                _ if depth == 0 => return None,
                _ => {}
            }
        }
        None
    }

    /// Whether the bracket at this place opens the arguments of a filter or a function.
    fn opens_call(&self, at: usize) -> bool {
        let filter = self.token(at, -2).is_some_and(|token| token.is("|"));
        // A name that is neither has its own problem.
        let name = self.path_at(at, -1).is_some();
        filter || name
    }

    fn path_at(&self, at: usize, offset: isize) -> Option<&'a str> {
        self.token(at, offset)?.path()
    }

    fn text_at(&self, at: usize, offset: isize) -> Option<&'a str> {
        self.token(at, offset)?.text()
    }

    fn token(&self, at: usize, offset: isize) -> Option<&'a Token<'s>> {
        self.tokens.get(at.checked_add_signed(offset)?)
    }

    fn problem(&self, message: impl Into<String>) -> Problem {
        Problem::new(self.line, message)
    }
}
