//! Schema checks of bodies and paths.

use axum::http::{HeaderMap, header};
use jiff::Timestamp;
use serde_json::{Map, Value};

use super::errors::Failure;

/// Languages that 360Learning accepts.
pub(crate) const LANGUAGES: [&str; 38] = [
    "bg", "cs", "da", "de", "el", "en", "es", "fi", "fr", "hr", "ht_HT", "hu", "id", "it", "ja",
    "kar_MM", "ko", "lt", "mh_MH", "nl", "nl_BE", "no", "pl", "pt", "ro", "ru", "rw_RW", "sk",
    "sl", "so_SO", "sv", "sw_KE", "th", "ti_ET", "tr", "uk", "zh", "vi",
];

/// Roles that can be given.
const ROLES: [&str; 7] = [
    "admin",
    "analyst",
    "editor",
    "coach",
    "contributor",
    "learner",
    "userAdmin",
];

/// A JSON object whose properties are known.
#[derive(Debug)]
pub(super) struct Body(Map<String, Value>);

/// A property of a PATCH.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(super) enum Change<T> {
    /// Not in the body.
    Keep,
    /// Null.
    Clear,
    /// A value.
    Set(T),
}

impl Body {
    /// Reads a body; unknown properties are refused if `strict`.
    pub(super) fn parse(
        headers: &HeaderMap,
        bytes: &[u8],
        known: &[&str],
        strict: bool,
    ) -> Result<Self, Failure> {
        let content_type = headers
            .get(header::CONTENT_TYPE)
            .and_then(|it| it.to_str().ok());
        let is_json = content_type.is_some_and(|it| {
            it.split(';')
                .next()
                .is_some_and(|it| it.trim() == "application/json")
        });
        match serde_json::from_slice(bytes) {
            Ok(Value::Object(object)) if is_json => Self::new(object, known, strict),
            _ => Err(Failure::invalid()),
        }
    }

    /// Checks the names of the properties.
    pub(super) fn new(
        object: Map<String, Value>,
        known: &[&str],
        strict: bool,
    ) -> Result<Self, Failure> {
        if strict && object.keys().any(|name| !known.contains(&name.as_str())) {
            return Err(Failure::invalid());
        }
        Ok(Self(object))
    }

    pub(super) fn get(&self, name: &str) -> Option<&Value> {
        self.0.get(name)
    }

    /// A text of at least one character; null is not allowed.
    pub(super) fn text(&self, name: &str) -> Result<Option<String>, Failure> {
        match self.change(name)? {
            Change::Keep => Ok(None),
            Change::Set(text) => Ok(Some(text)),
            Change::Clear => Err(Failure::invalid()),
        }
    }

    /// A text that must be there.
    pub(super) fn required(&self, name: &str) -> Result<String, Failure> {
        self.text(name)?.ok_or(Failure::invalid())
    }

    /// A text of at least one character, or null.
    pub(super) fn change(&self, name: &str) -> Result<Change<String>, Failure> {
        match self.get(name) {
            None => Ok(Change::Keep),
            Some(Value::Null) => Ok(Change::Clear),
            Some(Value::String(text)) if !text.is_empty() => Ok(Change::Set(text.clone())),
            Some(_) => Err(Failure::invalid()),
        }
    }

    /// An instant, or null.
    pub(super) fn instant(&self, name: &str) -> Result<Change<Timestamp>, Failure> {
        match self.change(name)? {
            Change::Keep => Ok(Change::Keep),
            Change::Clear => Ok(Change::Clear),
            Change::Set(text) => text
                .parse()
                .map(Change::Set)
                .map_err(|_| Failure::invalid()),
        }
    }

    /// An `ObjectId`, or null.
    pub(super) fn object_id(&self, name: &str) -> Result<Change<String>, Failure> {
        match self.change(name)? {
            Change::Set(id) if !is_object_id(&id) => Err(Failure::invalid()),
            Change::Set(id) => Ok(Change::Set(id.to_ascii_lowercase())),
            other => Ok(other),
        }
    }

    /// A language; null is not allowed.
    pub(super) fn lang(&self) -> Result<Option<String>, Failure> {
        let lang = self.text("lang")?;
        match &lang {
            Some(text) if !LANGUAGES.contains(&text.as_str()) => Err(Failure::invalid()),
            _ => Ok(lang),
        }
    }
}

impl<T> Change<T> {
    /// Writes the change to a stored value.
    pub(super) fn apply(self, stored: &mut Option<T>) {
        match self {
            Self::Keep => {}
            Self::Clear => *stored = None,
            Self::Set(value) => *stored = Some(value),
        }
    }

    /// The new value, if it is set.
    pub(super) fn set(&self) -> Option<&T> {
        match self {
            Self::Set(value) => Some(value),
            _ => None,
        }
    }
}

/// An id from a path, in the stored spelling.
pub(super) fn path_id(id: &str) -> Result<String, Failure> {
    if is_object_id(id) {
        Ok(id.to_ascii_lowercase())
    } else {
        Err(Failure::invalid())
    }
}

/// A role from a path, in the spelling of bodies.
pub(super) fn path_role(role: &str) -> Result<String, Failure> {
    match role {
        "user-admin" => Ok("userAdmin".to_owned()),
        // The path has its own spelling.
        "userAdmin" => Err(Failure::invalid()),
        role if is_role(role) => Ok(role.to_owned()),
        _ => Err(Failure::invalid()),
    }
}

/// True for 24 hexadecimal digits.
pub(super) fn is_object_id(id: &str) -> bool {
    id.len() == 24 && id.bytes().all(|byte| byte.is_ascii_hexdigit())
}

/// True for a role that can be given.
pub(super) fn is_role(role: &str) -> bool {
    ROLES.contains(&role)
}

/// True for what 360Learning takes for a mail address.
pub(super) fn is_mail(mail: &str) -> bool {
    let Some((local, domain)) = mail.rsplit_once('@') else {
        return false;
    };
    let labels = domain.split('.');
    !local.is_empty()
        && !local.contains('@')
        && mail.len() <= 254
        && !mail.chars().any(|it| it.is_whitespace() || it.is_control())
        && labels.clone().count() > 1
        && labels.clone().all(|label| !label.is_empty())
}

/// True for the characters that usernames may have.
pub(super) fn is_username(name: &str) -> bool {
    let allowed = |byte: u8| {
        byte.is_ascii_lowercase()
            || byte.is_ascii_digit()
            || b"_-.+#!$%&'*/=?^`{|}~".contains(&byte)
    };
    !name.is_empty() && name.bytes().all(allowed)
}
