//! One operation: what it takes and what it may answer.

use std::collections::BTreeMap;

use anyhow::Context as _;
use reqwest::header::{AUTHORIZATION, CONTENT_TYPE, HeaderMap, HeaderValue};
use serde_json::{Map, Value, json};

use super::form::Form;
use super::schema::Schema;

/// A method on a path template.
#[derive(Debug)]
pub struct Operation {
    method: String,
    template: String,
    parameters: Vec<Parameter>,
    /// Needs a bearer token.
    secured: bool,
    /// The scope that the token needs, as the description names it.
    scope: Option<String>,
    body: Option<Body>,
    answers: BTreeMap<u16, Answer>,
}

#[derive(Debug)]
enum Body {
    Form(Form),
    Json(Schema),
}

/// What an operation answers with one status.
#[derive(Debug)]
pub struct Answer {
    schema: Option<Schema>,
    /// The body's media type; absent = there is no body.
    media_type: Option<String>,
    paged: bool,
}

#[derive(Debug)]
struct Parameter {
    name: String,
    place: Place,
    required: bool,
    /// Filters, `name[operator]=value`.
    deep: bool,
    schema: Schema,
}

#[derive(Clone, Copy, Debug, PartialEq, Eq)]
enum Place {
    Path,
    Query,
    Header,
}

impl Operation {
    pub(super) fn read(
        document: &Value,
        method: &str,
        template: &str,
        operation: &Value,
    ) -> anyhow::Result<Self> {
        let parameters = operation["parameters"].as_array().into_iter().flatten();
        let content = &operation["requestBody"]["content"];
        let body = match (&content[JSON]["schema"], &content[FORM]["schema"]) {
            (Value::Null, Value::Null) => None,
            (Value::Null, form) => Some(Body::Form(Form::read(document, form)?)),
            (schema, _) => Some(Body::Json(Schema::read(document, schema)?)),
        };
        let answers = operation["responses"].as_object().context("no responses")?;
        Ok(Self {
            method: method.to_uppercase(),
            template: template.to_owned(),
            parameters: parameters
                .map(|it| Parameter::read(document, it))
                .collect::<Result<_, _>>()?,
            secured: operation["security"]
                .as_array()
                .is_some_and(|schemes| !schemes.is_empty()),
            scope: scope(operation["description"].as_str().unwrap_or_default()),
            body,
            answers: answers
                .iter()
                .map(|(status, answer)| Ok((status.parse()?, Answer::read(document, answer)?)))
                .collect::<anyhow::Result<_>>()?,
        })
    }

    /// The method, in capitals.
    pub fn method(&self) -> &str {
        &self.method
    }

    /// The path template, such as `/api/v2/users/{userId}`.
    pub fn template(&self) -> &str {
        &self.template
    }

    /// The scope that the token needs, such as `users:write`.
    pub fn scope(&self) -> Option<&str> {
        self.scope.as_deref()
    }

    /// The schema of the JSON body, if there is one.
    pub fn request_schema(&self) -> Option<&Value> {
        match &self.body {
            Some(Body::Json(schema)) => Some(schema.value()),
            _ => None,
        }
    }

    /// What a request may hold, as the schema of an object of `path`, `query` and `body`.
    pub fn content_schema(&self) -> Value {
        let place = |place: Place| {
            let parameters = self.parameters.iter().filter(|it| it.place == place);
            let properties = parameters.map(|it| (it.name.clone(), it.schema.value().clone()));
            json!({ "properties": properties.collect::<Map<_, _>>() })
        };
        let mut properties = json!({ "path": place(Place::Path), "query": place(Place::Query) });
        match &self.body {
            Some(Body::Json(schema)) => properties["body"] = schema.value().clone(),
            Some(Body::Form(form)) => properties["body"] = form.schema().clone(),
            None => {}
        }
        json!({ "properties": properties })
    }

    /// What a request holds, as an object of `path`, `query` and `body`; what cannot be read is
    /// left out.
    pub fn content(&self, path: &str, query: &str, headers: &HeaderMap, body: &[u8]) -> Value {
        let path = self.matches(&self.method, path).unwrap_or_default();
        let query = self.read_query(query).unwrap_or_default();
        let body = match &self.body {
            Some(Body::Form(_)) => Form::content(content_type(headers), body),
            _ => serde_json::from_slice(body).unwrap_or_default(),
        };
        json!({ "path": path, "query": query, "body": body })
    }

    /// The declared answers by status.
    pub fn answers(&self) -> &BTreeMap<u16, Answer> {
        &self.answers
    }

    /// The schemas of the path's parameters, by name.
    pub fn path_parameters(&self) -> impl Iterator<Item = (&str, &Value)> {
        let path = self.parameters.iter().filter(|it| it.place == Place::Path);
        path.map(|it| (it.name.as_str(), it.schema.value()))
    }

    /// True for lists that come in pages.
    pub fn is_paged(&self) -> bool {
        self.answers.get(&200).is_some_and(|answer| answer.paged)
    }

    /// The parameters in a path, if it is this operation's.
    pub(super) fn matches(&self, method: &str, path: &str) -> Option<BTreeMap<&str, String>> {
        if !self.method.eq_ignore_ascii_case(method) {
            return None;
        }
        let mut found = BTreeMap::new();
        let (mut templates, mut segments) = (self.template.split('/'), path.split('/'));
        loop {
            match (templates.next(), segments.next()) {
                (None, None) => return Some(found),
                (Some(template), Some(segment)) if template == segment => {}
                (Some(template), Some(segment)) => {
                    let (before, rest) = template.split_once('{')?;
                    let (name, after) = rest.split_once('}')?;
                    let value = segment.strip_prefix(before)?.strip_suffix(after)?;
                    let value = percent_decoded(value).filter(|value| !value.is_empty())?;
                    found.insert(name, value);
                }
                _ => return None,
            }
        }
    }

    /// What is wrong with a request.
    pub(super) fn check(
        &self,
        path: &BTreeMap<&str, String>,
        query: &str,
        headers: &HeaderMap,
        body: &[u8],
    ) -> Vec<String> {
        let mut problems = Vec::new();
        let query = match self.read_query(query) {
            Ok(query) => query,
            Err(problem) => {
                problems.push(problem);
                Map::new()
            }
        };
        for parameter in &self.parameters {
            let name = parameter.name.as_str();
            let value = match parameter.place {
                Place::Path => path.get(name).map(|it| json!(it)),
                Place::Query => query.get(name).cloned(),
                Place::Header => headers
                    .get(name)
                    .map(|it| json!(String::from_utf8_lossy(it.as_bytes()))),
            };
            match value {
                Some(value) => {
                    let wrong = parameter.schema.violations(&value);
                    problems.extend(wrong.iter().map(|it| format!("parameter {name}{it}")));
                }
                None if parameter.required => problems.push(format!("parameter {name} is missing")),
                None => {}
            }
        }
        let authorization = headers.get(AUTHORIZATION).map(HeaderValue::as_bytes);
        let bearer = authorization.is_some_and(|it| it.starts_with(b"Bearer "));
        if self.secured != bearer {
            problems.push("a bearer token is missing, or sent where none is asked for".to_owned());
        }
        match (&self.body, body) {
            (None, []) => {}
            (None, _) => problems.push("there must be no body".to_owned()),
            (Some(Body::Form(form)), body) => {
                problems.extend(form.check(content_type(headers), body));
            }
            (Some(Body::Json(schema)), body) => {
                problems.extend(check_json(schema, content_type(headers), body));
            }
        }
        problems
    }

    /// What is wrong with an answer.
    pub(super) fn check_answer(
        &self,
        status: u16,
        content_type: Option<&str>,
        body: &[u8],
    ) -> Vec<String> {
        let Some(answer) = self.answers.get(&status) else {
            return vec![format!("status {status} is not declared")];
        };
        match (&answer.media_type, &answer.schema) {
            (None, _) if body.is_empty() => Vec::new(),
            (None, _) => vec!["there must be no body".to_owned()],
            (Some(media_type), Some(schema)) if media_type == JSON => {
                check_json(schema, content_type, body)
            }
            (Some(media_type), _) if content_type != Some(media_type) => {
                vec![format!("the content type is not {media_type}")]
            }
            _ => Vec::new(),
        }
    }

    /// The query as an object: filters nested by operator, lists of repeated ones.
    fn read_query(&self, query: &str) -> Result<Map<String, Value>, String> {
        let mut found = Map::new();
        let pairs: Vec<(String, String)> = url::form_urlencoded::parse(query.as_bytes())
            .into_owned()
            .collect();
        if self.is_paged() && pairs.iter().any(|(name, _)| name == "next") {
            // The cursor carries the filters of the first page.
            return match pairs.len() {
                1 => Ok(found),
                _ => Err("a cursor stands beside other parameters".to_owned()),
            };
        }
        for (name, value) in pairs {
            let (field, operator) = match name.strip_suffix(']').and_then(|it| it.split_once('[')) {
                Some((field, operator)) => (field, Some(operator)),
                None => (name.as_str(), None),
            };
            let declared = self.parameters.iter().find(|it| {
                it.place == Place::Query && it.name == field && it.deep == operator.is_some()
            });
            let declared = declared.ok_or_else(|| format!("parameter {name} is not declared"))?;
            let Some(operator) = operator else {
                if found.insert(name.clone(), json!(value)).is_some() {
                    return Err(format!("parameter {name} is repeated"));
                }
                continue;
            };
            let filter = found.entry(field).or_insert_with(|| json!({}));
            let is_list = declared.schema.value()["properties"][operator]["type"] == "array";
            match &mut filter[operator] {
                Value::Array(values) => values.push(json!(value)),
                none @ Value::Null if is_list => *none = json!([value]),
                none @ Value::Null => *none = json!(value),
                _ => return Err(format!("parameter {name} is repeated")),
            }
        }
        Ok(found)
    }
}

impl Answer {
    fn read(document: &Value, answer: &Value) -> anyhow::Result<Self> {
        let content = answer["content"].as_object();
        let media_type = content.and_then(|content| content.keys().next()).cloned();
        let schema = media_type
            .as_ref()
            .map(|media_type| &answer["content"][media_type]["schema"]);
        Ok(Self {
            schema: schema.map(|it| Schema::read(document, it)).transpose()?,
            media_type,
            paged: !answer["headers"]["Link"].is_null(),
        })
    }

    /// The schema of the body, if there is one.
    pub fn schema(&self) -> Option<&Value> {
        self.schema.as_ref().map(Schema::value)
    }

    /// The body's media type, if there is a body.
    pub fn media_type(&self) -> Option<&str> {
        self.media_type.as_deref()
    }

    /// The schemas of the body's kinds: one for each code of an error, for instance.
    pub fn kinds(&self) -> Vec<&Value> {
        match self.schema().map(|it| (it, it["anyOf"].as_array())) {
            None => Vec::new(),
            Some((_, Some(kinds))) => kinds.iter().collect(),
            Some((schema, None)) => vec![schema],
        }
    }

    /// The error codes that the schema allows, in the documentation's order.
    pub fn codes(&self) -> Vec<&str> {
        let mut codes = Vec::new();
        if let Some(schema) = self.schema() {
            collect_codes(schema, &mut codes);
        }
        codes
    }
}

impl Parameter {
    fn read(document: &Value, parameter: &Value) -> anyhow::Result<Self> {
        let text = |name: &str| parameter[name].as_str();
        Ok(Self {
            name: text("name").context("a parameter without name")?.to_owned(),
            place: match text("in") {
                Some("path") => Place::Path,
                Some("query") => Place::Query,
                Some("header") => Place::Header,
                other => anyhow::bail!("a parameter in {other:?}"),
            },
            required: parameter["required"] == true,
            deep: text("style") == Some("deepObject"),
            schema: Schema::read(document, &parameter["schema"])?,
        })
    }
}

fn content_type(headers: &HeaderMap) -> Option<&str> {
    headers.get(CONTENT_TYPE).and_then(|it| it.to_str().ok())
}

/// The scope that a description names.
fn scope(description: &str) -> Option<String> {
    let (_, rest) = description.split_once("Required OAuth scope: `")?;
    rest.split_once('`').map(|(scope, _)| scope.to_owned())
}

fn check_json(schema: &Schema, content_type: Option<&str>, body: &[u8]) -> Vec<String> {
    let media_type = content_type
        .and_then(|it| it.split(';').next())
        .map(str::trim);
    if !media_type.is_some_and(|it| it.eq_ignore_ascii_case(JSON)) {
        return vec![format!("the content type is not {JSON}")];
    }
    match serde_json::from_slice(body) {
        Ok(value) => {
            let wrong = schema.violations(&value);
            wrong.iter().map(|it| format!("body{it}")).collect()
        }
        Err(_) => vec!["the body is no JSON".to_owned()],
    }
}

fn collect_codes<'a>(schema: &'a Value, codes: &mut Vec<&'a str>) {
    let error = &schema["properties"]["error"];
    let code = match &error["enum"] {
        Value::Null => &error["properties"]["code"]["enum"],
        text => text,
    };
    let found = code.as_array().into_iter().flatten();
    codes.extend(found.filter_map(Value::as_str));
    for branch in schema["anyOf"].as_array().into_iter().flatten() {
        collect_codes(branch, codes);
    }
}

fn percent_decoded(text: &str) -> Option<String> {
    // A plus sign stands for itself in a path.
    let text = text.replace('+', "%2B");
    let mut pairs = url::form_urlencoded::parse(text.as_bytes());
    let (decoded, _) = pairs.next()?;
    Some(decoded.into_owned())
}

const FORM: &str = "multipart/form-data";

const JSON: &str = "application/json";
