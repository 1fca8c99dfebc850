//! Certificates that users have.

use core::fmt;

use jiff::Timestamp;
use serde::de::{self, Deserialize, Deserializer};
use serde_json::Value;

use crate::ids::{CertificateId, CertificateOutlineId, PathId, PathSessionId};
use crate::open_enum::open_enum;

/// Where a certificate comes from.
// Exhaustive on purpose: whatever else comes is `Other`.
#[allow(clippy::exhaustive_enums)]
#[derive(Clone, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub enum CertificateType {
    /// It was imported.
    External,
    /// It was earned in a path.
    Path,
    /// A type this crate does not know, as it was sent.
    Other(Box<str>),
}

impl CertificateType {
    /// The wire form, such as `external`.
    pub fn as_str(&self) -> &str {
        match self {
            Self::External => "external",
            Self::Path => "path",
            Self::Other(text) => text,
        }
    }
}

open_enum!(CertificateType: "external" => External, "path" => Path);

/// A certificate of a user.
///
/// Certain are the id, the type, the title and the date of delivery. Any other field that is
/// absent, or cannot be read, is unset. Personal data: `Debug` shows ids and the type.
///
/// ```
/// use learning360_client::{Certificate, CertificateType};
///
/// let certificate = Certificate::from_json(&serde_json::json!({
///     "_id": "507f1f77bcf86cd799439011", "type": "external", "title": "First aid",
///     "deliveryDate": "2026-01-31T00:00:00.000Z",
/// }))?;
/// assert_eq!(*certificate.kind(), CertificateType::External);
/// assert_eq!(certificate.expiration_date(), None);
/// # Ok::<(), learning360_client::InvalidCertificate>(())
/// ```
#[derive(Clone, PartialEq, Eq)]
pub struct Certificate {
    id: CertificateId,
    kind: CertificateType,
    title: Box<str>,
    delivery_date: Timestamp,
    expiration_date: Option<Timestamp>,
    validity_months: Option<u32>,
    outline: Option<CertificateOutlineId>,
    path: Option<PathId>,
    path_name: Option<Box<str>>,
    path_session: Option<PathSessionId>,
}

impl Certificate {
    /// Reads a certificate from the JSON object that 360Learning sends.
    pub fn from_json(object: &Value) -> Result<Self, InvalidCertificate> {
        let text = |key| object.get(key).and_then(Value::as_str);
        let at = |key| text(key).and_then(|at| at.trim().parse::<Timestamp>().ok());
        let id = text("_id").and_then(|id| CertificateId::try_from(id).ok());
        // It is declared as a number, not as a whole one.
        let months = object.get("validityPeriod").and_then(Value::as_u64);
        Ok(Self {
            id: id.ok_or(InvalidCertificate::NoUsableId)?,
            kind: text("type").ok_or(InvalidCertificate::NoType)?.into(),
            title: text("title").ok_or(InvalidCertificate::NoTitle)?.into(),
            delivery_date: at("deliveryDate").ok_or(InvalidCertificate::NoDeliveryDate)?,
            expiration_date: at("expirationDate"),
            validity_months: months.and_then(|months| months.try_into().ok()),
            outline: text("certificateOutlineId").and_then(|id| id.parse().ok()),
            path: text("pathId").and_then(|id| id.parse().ok()),
            path_name: text("pathName").map(Into::into),
            path_session: text("pathSessionId").and_then(|id| id.parse().ok()),
        })
    }

    /// The id.
    pub fn id(&self) -> &CertificateId {
        &self.id
    }

    /// Where it comes from.
    pub fn kind(&self) -> &CertificateType {
        &self.kind
    }

    /// The internal name of the certificate.
    pub fn title(&self) -> &str {
        &self.title
    }

    /// When it was delivered.
    pub fn delivery_date(&self) -> Timestamp {
        self.delivery_date
    }

    /// When it expires.
    pub fn expiration_date(&self) -> Option<Timestamp> {
        self.expiration_date
    }

    /// How many months it is valid for; none if that is no whole number.
    pub fn validity_months(&self) -> Option<u32> {
        self.validity_months
    }

    /// The outline it was made from.
    pub fn outline(&self) -> Option<&CertificateOutlineId> {
        self.outline.as_ref()
    }

    /// The path it was earned in.
    pub fn path(&self) -> Option<&PathId> {
        self.path.as_ref()
    }

    /// The name of the path it was earned in.
    pub fn path_name(&self) -> Option<&str> {
        self.path_name.as_deref()
    }

    /// The session of the path it was earned in.
    pub fn path_session(&self) -> Option<&PathSessionId> {
        self.path_session.as_ref()
    }
}

impl<'de> Deserialize<'de> for Certificate {
    fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        Self::from_json(&Value::deserialize(deserializer)?).map_err(de::Error::custom)
    }
}

impl fmt::Debug for Certificate {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Certificate")
            .field("id", &self.id)
            .field("kind", &self.kind)
            .field("outline", &self.outline)
            .field("path", &self.path)
            .field("path_session", &self.path_session)
            .finish_non_exhaustive()
    }
}

/// A JSON value that is no certificate. It never holds the value itself.
#[derive(Clone, Copy, Debug, PartialEq, Eq, thiserror::Error)]
#[non_exhaustive]
pub enum InvalidCertificate {
    /// The id is missing, or is none.
    #[error("the certificate has no usable id")]
    NoUsableId,
    /// The type is missing, or is no text.
    #[error("the certificate has no type")]
    NoType,
    /// The title is missing, or is no text.
    #[error("the certificate has no title")]
    NoTitle,
    /// The date of delivery is missing, or is no instant.
    #[error("the certificate has no date of delivery")]
    NoDeliveryDate,
}

#[cfg(test)]
mod tests {
    use serde_json::json;

    use super::*;

    const ID: &str = "507f1f77bcf86cd799439011";

    fn least() -> Value {
        json!({"_id": ID, "type": "x", "title": "t", "deliveryDate": "2026-01-01T00:00:00.000Z"})
    }

    #[test]
    fn four_fields_are_certain() {
        assert!(Certificate::from_json(&least()).is_ok());
        for (key, error) in [
            ("_id", InvalidCertificate::NoUsableId),
            ("type", InvalidCertificate::NoType),
            ("title", InvalidCertificate::NoTitle),
            ("deliveryDate", InvalidCertificate::NoDeliveryDate),
        ] {
            for odd in [json!(null), json!(5), json!({}), json!([])] {
                let mut object = least();
                object[key] = odd;
                assert_eq!(Certificate::from_json(&object), Err(error));
            }
        }
        assert!(Certificate::from_json(&json!([])).is_err());
    }

    #[test]
    fn every_field_has_its_accessor() {
        let certificate: Certificate = serde_json::from_value(json!({
            "_id": ID, "type": "path", "title": "t", "deliveryDate": "2026-01-01T00:00:00.000Z",
            "expirationDate": "2027-01-01T00:00:00.000Z", "validityPeriod": 12, "pathName": "p",
            "certificateOutlineId": ID, "pathId": ID, "pathSessionId": ID, "surprise": [],
        }))
        .unwrap();
        assert_eq!((certificate.id().as_str(), certificate.title()), (ID, "t"));
        assert_eq!(*certificate.kind(), CertificateType::Path);
        assert_eq!(
            certificate.delivery_date().to_string(),
            "2026-01-01T00:00:00Z"
        );
        assert_eq!(
            certificate.expiration_date(),
            "2027-01-01T00:00:00Z".parse().ok()
        );
        assert_eq!(certificate.validity_months(), Some(12));
        assert_eq!(certificate.outline().unwrap().as_str(), ID);
        assert_eq!(certificate.path().unwrap().as_str(), ID);
        assert_eq!(certificate.path_name(), Some("p"));
        assert_eq!(certificate.path_session().unwrap().as_str(), ID);
    }

    #[test]
    fn other_fields_may_be_anything() {
        let plain = Certificate::from_json(&least()).unwrap();
        for odd in [
            json!(null),
            json!(-5),
            json!(1.5),
            json!("x"),
            json!({}),
            json!([1]),
        ] {
            let mut object = least();
            for key in [
                "expirationDate",
                "validityPeriod",
                "certificateOutlineId",
                "pathId",
                "pathSessionId",
            ] {
                object[key] = odd.clone();
            }
            assert_eq!(Certificate::from_json(&object).unwrap(), plain, "{odd}");
        }
        assert!(!plain.kind().is_known());
    }

    #[test]
    fn debug_shows_ids_only() {
        let mut object = least();
        object["title"] = json!("canary");
        object["pathName"] = json!("canary");
        let text = format!("{:?}", Certificate::from_json(&object).unwrap());
        assert!(!text.contains("canary") && text.contains(ID), "{text}");
    }
}
