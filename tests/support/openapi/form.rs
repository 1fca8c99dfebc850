//! Bodies of the type `multipart/form-data`.

use std::collections::BTreeMap;

use anyhow::Context as _;
use serde_json::{Map, Value, json};

use super::schema::{Schema, resolve};

/// The fields that a form may have.
#[derive(Debug)]
pub(super) struct Form {
    /// Of the form as an object of texts; a file is any text.
    schema: Schema,
    /// The fields that are files, with the media types they may have; none named = any.
    files: BTreeMap<String, Vec<String>>,
}

/// What stands between two boundaries.
struct Part<'b> {
    name: &'b str,
    is_file: bool,
    media_type: Option<&'b str>,
    content: &'b [u8],
}

impl Form {
    pub(super) fn read(document: &Value, schema: &Value) -> anyhow::Result<Self> {
        let mut files = BTreeMap::new();
        let mut plain = resolve(document, schema)?;
        let described = match schema["$ref"].as_str() {
            Some(reference) => document.pointer(reference.trim_start_matches('#')),
            None => Some(schema),
        };
        let described = described.context("the form leads nowhere")?;
        let properties = described["properties"].as_object();
        for (name, property) in properties.context("a form without fields")? {
            if property["format"] == "binary" {
                let text = property["description"].as_str().unwrap_or_default();
                files.insert(name.clone(), media_types(text));
                plain["properties"][name] = json!({ "type": "string" });
            }
        }
        Ok(Self {
            schema: Schema::new(plain),
            files,
        })
    }

    /// Of the form as an object of texts.
    pub(super) fn schema(&self) -> &Value {
        self.schema.value()
    }

    /// What is wrong with a body.
    pub(super) fn check(&self, content_type: Option<&str>, body: &[u8]) -> Vec<String> {
        let parts = match parts(content_type, body) {
            Ok(parts) => parts,
            Err(problem) => return vec![problem.to_owned()],
        };
        let mut problems = Vec::new();
        for part in &parts {
            let name = part.name;
            match self.files.get(name) {
                None if part.is_file => problems.push(format!("form {name} must be no file")),
                None => {}
                Some(_) if !part.is_file => problems.push(format!("form {name} must be a file")),
                Some(types) => {
                    let media_type = part.media_type.unwrap_or_default();
                    if !types.is_empty() && !types.iter().any(|it| it == media_type) {
                        problems.push(format!("form {name} has the type {media_type}"));
                    }
                }
            }
            if parts.iter().filter(|other| other.name == name).count() > 1 {
                problems.push(format!("form {name} is repeated"));
            }
        }
        let wrong = self.schema.violations(&object(&parts));
        problems.extend(wrong.iter().map(|it| format!("form{it}")));
        problems
    }

    /// The body as an object of texts; null if it is no form.
    pub(super) fn content(content_type: Option<&str>, body: &[u8]) -> Value {
        parts(content_type, body).map_or(Value::Null, |parts| object(&parts))
    }
}

fn object(parts: &[Part<'_>]) -> Value {
    let text = |part: &Part<'_>| json!(String::from_utf8_lossy(part.content));
    let fields = parts.iter().map(|part| (part.name.to_owned(), text(part)));
    Value::Object(fields.collect::<Map<_, _>>())
}

/// Takes a form apart, as strictly as RFC 7578 allows: servers differ in what else they take.
fn parts<'b>(content_type: Option<&str>, body: &'b [u8]) -> Result<Vec<Part<'b>>, &'static str> {
    let boundary = content_type
        .and_then(|it| it.strip_prefix("multipart/form-data; boundary="))
        .filter(|it| !it.is_empty() && it.len() <= 70)
        .ok_or("the content type is not multipart/form-data with a boundary")?;
    let end = format!("--{boundary}--\r\n");
    let mut rest = body
        .strip_suffix(end.as_bytes())
        .ok_or("the form has no end")?;
    let begin = format!("--{boundary}\r\n");
    let mut found = Vec::new();
    while !rest.is_empty() {
        rest = rest
            .strip_prefix(begin.as_bytes())
            .ok_or("a part does not begin with the boundary")?;
        let next = position(rest, format!("\r\n{begin}").as_bytes());
        let (part, after) = match next {
            Some(at) => (&rest[..at], &rest[at + 2..]),
            None => {
                let part = rest.strip_suffix(b"\r\n");
                (part.ok_or("a part has no end")?, &b""[..])
            }
        };
        found.push(read_part(part).ok_or("a part has no usable head")?);
        rest = after;
    }
    Ok(found)
}

fn read_part(part: &[u8]) -> Option<Part<'_>> {
    let at = position(part, b"\r\n\r\n")?;
    let head = std::str::from_utf8(&part[..at]).ok()?;
    let header = |name: &str| {
        let mut lines = head.split("\r\n").filter_map(|line| line.split_once(": "));
        lines
            .find(|(found, _)| found.eq_ignore_ascii_case(name))
            .map(|(_, value)| value)
    };
    let disposition = header("content-disposition")?.strip_prefix("form-data; name=\"")?;
    let (name, further) = disposition.split_once('"')?;
    Some(Part {
        name,
        is_file: further.starts_with("; filename=\""),
        media_type: header("content-type"),
        content: &part[at + 4..],
    })
}

fn position(bytes: &[u8], wanted: &[u8]) -> Option<usize> {
    let mut windows = bytes.windows(wanted.len());
    windows.position(|window| window == wanted)
}

/// The media types that a description names.
fn media_types(description: &str) -> Vec<String> {
    let words = description.split(|letter: char| letter.is_whitespace() || "`,".contains(letter));
    let words = words.map(|word| word.trim_end_matches('.'));
    words
        .filter(|word| word.starts_with("image/") || word.starts_with("application/"))
        .map(str::to_owned)
        .collect()
}

#[cfg(test)]
mod tests {
    use super::*;

    fn form() -> Form {
        let id = json!({ "type": "string", "format": "ObjectId" });
        let logo = json!({
            "type": "string", "format": "binary",
            "description": "The logo. Supported media types: image/bmp, image/svg+xml.",
        });
        let schema = json!({
            "type": "object", "required": ["author"],
            "properties": { "author": id, "logo": logo },
        });
        Form::read(&json!({}), &schema).expect("a form")
    }

    fn body(parts: &[(&str, &str)]) -> Vec<u8> {
        let part = |(head, content): &(&str, &str)| {
            format!("--B\r\ncontent-disposition: form-data; {head}\r\n\r\n{content}\r\n")
        };
        (parts.iter().map(part).collect::<String>() + "--B--\r\n").into_bytes()
    }

    const TYPE: Option<&str> = Some("multipart/form-data; boundary=B");
    const AUTHOR: (&str, &str) = ("name=\"author\"", "507f1f77bcf86cd799439011");
    const LOGO: (&str, &str) = (
        "name=\"logo\"; filename=\"a.svg\"\r\ncontent-type: image/svg+xml",
        "<svg/>\r\n--",
    );

    #[test]
    fn forms_have_their_fields_and_files_of_their_types() {
        for good in [&[AUTHOR][..], &[AUTHOR, LOGO], &[LOGO, AUTHOR]] {
            assert_eq!(form().check(TYPE, &body(good)), Vec::<String>::new());
        }
        let content = Form::content(TYPE, &body(&[AUTHOR, LOGO]));
        assert_eq!(content, json!({ "author": AUTHOR.1, "logo": LOGO.1 }));
        let as_text = ("name=\"logo\"", "<svg/>");
        let pdf = LOGO.0.replace("image/svg+xml", "application/pdf");
        for bad in [
            &[][..],
            &[LOGO],
            &[AUTHOR, AUTHOR],
            &[AUTHOR, as_text],
            &[AUTHOR, (&pdf, "%PDF")],
            &[AUTHOR, ("name=\"other\"", "x")],
            &[("name=\"author\"; filename=\"a\"", AUTHOR.1)],
            &[("name=\"author\"", "7")],
            &[("author", "7")],
        ] {
            assert!(!form().check(TYPE, &body(bad)).is_empty(), "{bad:?}");
        }
    }

    #[test]
    fn what_is_no_form_is_refused() {
        let good = body(&[AUTHOR]);
        for other in [
            None,
            Some("application/json"),
            Some("multipart/form-data"),
            Some("multipart/form-data; boundary="),
            Some("multipart/form-data; boundary=C"),
        ] {
            assert!(!form().check(other, &good).is_empty(), "{other:?}");
        }
        for length in 0..good.len() {
            assert!(!form().check(TYPE, &good[..length]).is_empty(), "{length}");
        }
    }
}
