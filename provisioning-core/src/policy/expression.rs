use std::collections::BTreeSet;
use std::fmt;
use std::sync::Arc;

use hibob_client::{FieldId, ListName};
use minijinja::Value;
use minijinja::value::Object;

use super::context::Context;
use super::fence::{self, Reads};
use super::filters::{ENVIRONMENT, FUNCTIONS, NO_LABEL};
use super::nothing::is_nothing;
use super::path;
use super::problem::Problem;
use super::tables::{TABLES, Tables};
use super::tokens::tokens;
use crate::plan::Reason;

/// A compiled value expression with what it reads.
pub(crate) struct Expression {
    compiled: minijinja::Expression<'static, 'static>,
    line: usize,
    fields: BTreeSet<FieldId>,
    lists: BTreeSet<ListName>,
    reads: Reads,
    tables: Arc<Tables>,
}

/// What an expression sees: the record, and the tables of the policy.
#[derive(Debug)]
struct Seen {
    record: Value,
    tables: Arc<Tables>,
}

/// A compiled condition.
#[derive(Debug)]
pub(crate) struct Condition(Expression);

/// What an expression came to.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(crate) enum Evaluated<T> {
    /// A field that it reads is hidden.
    Missing,
    /// A field that it reads is empty, or its result is.
    Null,
    /// A value.
    Value(T),
    /// It could not be worked out.
    Failed(Reason),
}

impl Expression {
    /// Compiles an expression, and finds all that is wrong with it.
    pub(crate) fn compile(
        source: &str,
        line: usize,
        tables: &Arc<Tables>,
    ) -> Result<Self, Vec<Problem>> {
        let tokens = tokens(source).map_err(|message| vec![Problem::new(line, message)])?;
        let reads = fence::check(&tokens, line)?;
        let compiled = ENVIRONMENT
            .compile_expression_owned(source.to_owned())
            .map_err(|error| {
                let what = error.detail().unwrap_or("it cannot be read").to_owned();
                vec![Problem::new(line, format!("not an expression: {what}"))]
            })?;
        let mut problems = Vec::new();
        let mut fields = BTreeSet::new();
        for path in &reads.paths {
            match path::field(path) {
                Some(field) => {
                    problems.extend(path::unlikely(path, &field, line));
                    fields.insert(field);
                }
                None => problems.push(Problem::new(line, format!("`{path}` names no field"))),
            }
        }
        let mut lists = BTreeSet::new();
        for list in &reads.lists {
            match ListName::try_from(list.as_str()) {
                Ok(list) => drop(lists.insert(list)),
                Err(_) => problems.push(Problem::new(line, "`label` needs the name of a list")),
            }
        }
        for table in reads.tables.iter().filter(|table| !tables.contains(table)) {
            let problem = Problem::unknown_word(line, "table", table, tables.names());
            problems.push(problem);
        }
        // The words must be understood here as the template engine understands them.
        let engine = compiled.undeclared_variables(true);
        let engine = engine.iter().map(String::as_str);
        let names = FUNCTIONS.map(|(name, _)| name);
        let engine: BTreeSet<_> = engine.filter(|name| !names.contains(name)).collect();
        if engine != reads.paths.iter().map(String::as_str).collect() {
            problems.push(Problem::new(line, "not an expression over fields"));
        }
        if !problems.is_empty() {
            return Err(problems);
        }
        Ok(Self {
            compiled,
            line,
            fields,
            lists,
            reads,
            tables: Arc::clone(tables),
        })
    }

    pub(crate) fn line(&self) -> usize {
        self.line
    }

    pub(crate) fn fields(&self) -> impl Iterator<Item = &FieldId> {
        self.fields.iter()
    }

    pub(crate) fn lists(&self) -> impl Iterator<Item = &ListName> {
        self.lists.iter()
    }

    /// What it reads, word by word.
    pub(crate) fn reads(&self) -> &Reads {
        &self.reads
    }

    /// The texts that may come out of it as they stand in the policy, as far as that can be told.
    pub(crate) fn results(&self) -> impl Iterator<Item = &str> {
        let tables = self.reads.out_of.iter();
        let entries = tables.flat_map(|table| self.tables.results(table));
        let texts = self.reads.results.iter().map(String::as_str);
        texts.chain(entries)
    }

    /// The value as text.
    pub(crate) fn text(&self, context: &Context) -> Evaluated<String> {
        match self.evaluate(context) {
            Evaluated::Value(value) => text(&value),
            Evaluated::Missing => Evaluated::Missing,
            Evaluated::Null => Evaluated::Null,
            Evaluated::Failed(reason) => Evaluated::Failed(reason),
        }
    }

    fn evaluate(&self, context: &Context) -> Evaluated<Value> {
        if self.fields.iter().any(|field| context.is_missing(field)) {
            return Evaluated::Missing;
        }
        if !self.reads.handles_null && self.fields.iter().any(|field| context.is_null(field)) {
            return Evaluated::Null;
        }
        match self.compiled.eval(self.seen(context)) {
            Ok(value) if is_nothing(&value) => Evaluated::Null,
            Ok(value) => Evaluated::Value(value),
            Err(error) if error.detail() == Some(NO_LABEL) => {
                Evaluated::Failed(Reason::LabelUnknown)
            }
            Err(_) => Evaluated::Failed(Reason::MappingFailed),
        }
    }

    fn seen(&self, context: &Context) -> Value {
        let record = context.root();
        if self.reads.tables.is_empty() {
            return record;
        }
        Value::from_object(Seen {
            record,
            tables: Arc::clone(&self.tables),
        })
    }
}

impl Condition {
    pub(crate) fn compile(
        source: &str,
        line: usize,
        tables: &Arc<Tables>,
    ) -> Result<Self, Vec<Problem>> {
        Expression::compile(source, line, tables).map(Self)
    }

    pub(crate) fn expression(&self) -> &Expression {
        &self.0
    }

    /// Whether it holds. Null is false; `None` = a hidden field or a failure, so nobody knows.
    pub(crate) fn holds(&self, context: &Context) -> Option<bool> {
        match self.0.evaluate(context) {
            Evaluated::Value(value) => bool::try_from(value).ok(),
            Evaluated::Null => Some(false),
            Evaluated::Missing | Evaluated::Failed(_) => None,
        }
    }
}

impl Object for Seen {
    fn get_value(self: &Arc<Self>, key: &Value) -> Option<Value> {
        if key.as_str() == Some(TABLES) {
            return Some(Value::from_dyn_object(Arc::clone(&self.tables)));
        }
        let value = self.record.get_item(key).ok()?;
        (!value.is_undefined()).then_some(value)
    }
}

impl fmt::Debug for Expression {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Expression")
            .field("line", &self.line)
            .field("fields", &self.fields)
            .field("lists", &self.lists)
            .finish_non_exhaustive()
    }
}

fn text(value: &Value) -> Evaluated<String> {
    if let Some(text) = value.as_str() {
        return Evaluated::Value(text.to_owned());
    }
    match value.kind() {
        minijinja::value::ValueKind::Number | minijinja::value::ValueKind::Bool => {
            Evaluated::Value(value.to_string())
        }
        _ => Evaluated::Failed(Reason::MappingFailed),
    }
}

#[cfg(test)]
mod tests {
    use std::collections::BTreeMap;

    use hibob_client::Employee;
    use proptest::prelude::*;
    use serde_json::{Value as Json, json};

    use super::super::tables::Table;
    use super::*;

    fn record() -> Json {
        json!({
            "/root/id": { "value": "101" },
            "/root/email": { "value": " Ada@Example.COM " },
            "/root/firstName": { "value": "ada  maria" },
            "/root/surname": { "value": "o'NEILL-smith" },
            "/work/title": { "value": null },
            "/work/site": { "value": "Paris" },
            "/work/siteId": { "value": 2_606_110 },
            "/work/startDate": { "value": "2026-02-27" },
            "/root/creationDateTime": { "value": "2026-02-27T23:30:00.000-08:00" },
            "/work/reportsTo": { "value": { "id": "7", "displayName": null } },
            "/work/employeeIdInCompany": { "value": 12 },
        })
    }

    fn tables() -> Arc<Tables> {
        let entries = BTreeMap::from([("Paris".to_owned(), "France".to_owned())]);
        let mut tables = Tables::default();
        let strict = Table {
            entries: entries.clone(),
            otherwise: None,
        };
        tables.insert("strict", strict);
        let otherwise = Some("Elsewhere".to_owned());
        tables.insert("open", Table { entries, otherwise });
        Arc::new(tables)
    }

    fn context(expression: &Expression) -> Context {
        let employee = Employee::from_json(record()).expect("a record");
        let fields = expression.fields().cloned().collect();
        let lists = expression.lists().map(|list| (list.clone(), None));
        Context::new(&employee, &fields, lists.collect())
    }

    fn compile(source: &str) -> Result<Expression, Vec<Problem>> {
        Expression::compile(source, 1, &tables())
    }

    fn text_of(source: &str) -> Evaluated<String> {
        let expression = compile(source).expect("it is an expression");
        expression.text(&context(&expression))
    }

    #[test]
    fn filters_bring_values_into_one_form() {
        let table = [
            ("email | trim | lower", "ada@example.com"),
            ("firstName | squeeze | title", "Ada Maria"),
            ("surname | title", "O'Neill-Smith"),
            ("work.site | upper", "PARIS"),
            ("work.startDate | add_days(2)", "2026-03-01"),
            ("work.startDate | add_days(-27)", "2026-01-31"),
            ("work.site | table('strict')", "France"),
            ("'Rome' | table('open') ~ '!'", "Elsewhere!"),
            ("first_of(work.title, work.site)", "Paris"),
            ("lookup(work.siteId, {'2606110': 'fr'})", "fr"),
            ("'E' ~ work.employeeIdInCompany", "E12"),
            ("work.reportsTo.id", "7"),
            ("'chief' if work.siteId == '2606110' else 'other'", "chief"),
            (
                "'none yet' if work.title is none else work.title",
                "none yet",
            ),
        ];
        for (source, expected) in table {
            assert_eq!(
                text_of(source),
                Evaluated::Value(expected.to_owned()),
                "{source}"
            );
        }
    }

    #[test]
    fn dat_12_a_date_is_the_day_that_bob_shows() {
        let day = Evaluated::Value("2026-02-27".to_owned());
        assert_eq!(text_of("creationDateTime | date"), day);
        assert_eq!(text_of("work.startDate | date"), day);
        for source in [
            "work.site | date",
            "'2026-02-30' | date",
            "'27/02/2026' | date",
            "'2026-02-2' | date",
            "'2026-02-277' | date",
            "work.startDate | add_days(99999)",
            "'9999-12-31' | add_days(1)",
            "'2026-02-2é' | date",
        ] {
            let failed = Evaluated::Failed(Reason::MappingFailed);
            assert_eq!(text_of(source), failed, "{source}");
        }
    }

    #[test]
    fn dat_04_null_never_becomes_a_text() {
        for source in [
            "work.title",
            "work.title | trim",
            "work.title ~ 'x'",
            "first_of(work.title, work.title) ~ 'x'",
            "first_of(work.title, '') | upper",
            "lookup(work.siteId, {'1': 'fr'}) ~ '-FR'",
            "work.site | table('strict') | lower if false else 'Rome' | table('strict') ~ 'x'",
            "'a' ~ ('b' ~ work.title if work.title is none else 'c')",
            "work.reportsTo.displayName",
            "first_of(work.reportsTo.displayName, work.title) | date",
            "work.site if work.siteId == '1' else none",
            "work.site if work.siteId == '1'",
        ] {
            assert_eq!(text_of(source), Evaluated::Null, "{source}");
        }
    }

    #[test]
    fn a_field_that_was_not_sent_makes_everything_missing() {
        for source in [
            "work.workPhone",
            "first_of(work.workPhone, work.site)",
            "work.workPhone is none",
        ] {
            let expression = compile(source).expect("it is an expression");
            assert_eq!(
                expression.text(&context(&expression)),
                Evaluated::Missing,
                "{source}"
            );
        }
    }

    #[test]
    fn the_fence_lets_no_other_word_through() {
        for source in [
            "",
            "work.site | label(work.title)",
            "work.site | label",
            "work.site | label('a', 'b')",
            "work.site | safe",
            "work.site | attr('x')",
            "work.site | map('x')",
            "'a' | trim | list",
            "work['site']",
            "work[field]",
            "work.site[0]",
            "'abc'[0]",
            "[1, 2][0]",
            "{'a': 1}['a']",
            "(work).site",
            "work.site.upper()",
            "work.items()",
            "first_of(email).length",
            "first_of(email)[0]",
            "lookup(work.site, {}).items()",
            "email.split('@')",
            "'a'.upper()",
            "range(9)",
            "dict(a=1)",
            "namespace()",
            "debug()",
            "cycler('a')",
            "first_of",
            "lookup",
            "first_of()",
            "lookup(work.site)",
            "first_of | trim",
            "first_of ~ 'x'",
            "email()",
            "work.site is defined",
            "work.site is not undefined",
            "work.site is string",
            "email is none('x')",
            "work.site == none",
            "none",
            "none ~ 'x'",
            "[none]",
            "first_of(none, email)",
            "None",
            "email * 3",
            "'x' * 99999999",
            "2 ** 99",
            "1 / 0",
            "email % 'x'",
            "email // 2",
            "{{ email }}",
            "{% if email %}",
            "email {# note #}",
            "email if",
            "email email",
            "email |",
            "| trim",
            "trim(email)",
            "label('title')",
            "email | first_of(email)",
            "email.",
            ".email",
            "email | trim(1)",
            "email | add_days",
            "email | table('nothing')",
            "email | table(email)",
            "email | table",
            "self.x()",
            "super()",
            "loop",
            "@lists",
            "work.0",
            "lambda: email",
            "email ; email",
            "email = 'x'",
            "email := 'x'",
            "'\\x41'",
            "'open",
            "(email",
            "email)",
            "[email",
            "email | 'trim'",
            "email | trim.upper",
            "true.x",
            "caller()",
        ] {
            if let Ok(expression) = compile(source) {
                // Plain names are fields, which `bind` checks.
                let named = ["loop", "None"].contains(&source);
                assert!(named, "{source}: {expression:?}");
            }
        }
    }

    #[test]
    fn words_in_texts_are_no_code() {
        let expression = compile(r#""a | frobnicate('b') work[0] {{ x }}" ~ work.site"#);
        let expression = expression.expect("it is an expression");
        assert_eq!(expression.lists().count(), 0);
        assert_eq!(expression.fields().count(), 1);
        assert!(
            !compile("'first_of is none' ~ work.title")
                .expect("right")
                .reads()
                .handles_null
        );
    }

    #[test]
    fn an_expression_that_works_too_hard_fails() {
        let long = vec!["(email ~ email)"; 500].join(" ~ ");
        match compile(&long) {
            Ok(expression) => {
                let mut record = record();
                record["/root/email"]["value"] = json!("x".repeat(10_000));
                let employee = Employee::from_json(record).expect("a record");
                let fields = expression.fields().cloned().collect();
                let context = Context::new(&employee, &fields, BTreeMap::new());
                let failed = Evaluated::Failed(Reason::MappingFailed);
                assert_eq!(expression.text(&context), failed);
            }
            Err(problems) => assert_eq!(problems.len(), 1),
        }
    }

    fn words() -> impl Strategy<Value = String> {
        let word = prop::sample::select(vec![
            "email",
            "work.title",
            "work.siteId",
            "first_of",
            "lookup",
            "label",
            "table",
            "'title'",
            "'strict'",
            "none",
            "is",
            "not",
            "in",
            "if",
            "else",
            "and",
            "or",
            "true",
            "(",
            ")",
            "[",
            "]",
            "{",
            "}",
            ",",
            ":",
            "|",
            "~",
            "+",
            "-",
            "==",
            "<",
            "1",
            "2.5",
            "'x'",
            "\"y\"",
            ".",
            "date",
            "add_days",
            "trim",
            "title",
            "%",
            "*",
            "\\",
            "é",
            "{{",
            "\n",
        ]);
        prop::collection::vec(word, 0..24).prop_map(|words| words.join(" "))
    }

    proptest! {
        #[test]
        fn any_words_compile_and_run_or_are_refused(source in prop_oneof![words(), ".{0,60}"]) {
            if let Ok(expression) = compile(&source) {
                let text = expression.text(&context(&expression));
                if let Evaluated::Value(text) = text {
                    prop_assert!(!text.contains('\u{FDD0}'), "{source}");
                }
                let condition = Condition::compile(&source, 1, &tables()).expect("as before");
                condition.holds(&context(condition.expression()));
            }
        }
    }
}
