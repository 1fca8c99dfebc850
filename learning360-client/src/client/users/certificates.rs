use core::fmt;
use std::sync::Arc;

use bytes::Bytes;
use http::{HeaderValue, Method, header};
use jiff::Timestamp;
use serde::Serialize;

use super::Users;
use crate::certificate::Certificate;
use crate::client::call::Call;
use crate::client::error::{Error, ErrorKind};
use crate::client::exchange::Exchange;
use crate::client::filter::InstantFilter;
use crate::client::form::Form;
use crate::client::pager::Pager;
use crate::ids::{CertificateId, CertificateOutlineId, UserId};
use crate::value::{InvalidValue, instant, not_blank};

impl Users {
    /// Lists a user's certificates, imported and earned ones. Scope `users:read`; pages of 1,000.
    ///
    /// # Errors
    /// `userNotFound` with a 404.
    pub fn certificates(&self, user: &UserId) -> ListCertificates {
        ListCertificates {
            exchange: self.exchange.clone(),
            call: self.call(Method::GET, CERTIFICATES, &[user.as_str()]),
        }
    }

    /// Imports a certificate that a user earned elsewhere. Scope `users:write`.
    ///
    /// # Errors
    /// `CertificateAlreadyImported`, `deliveryDateInFuture`, `expiryDateBeforeDeliveryDate` and
    /// `unexpectedExpiryDate`; `certificateOutlineNotFound` and `userNotFound` with a 404.
    ///
    /// # Retries
    /// Never repeated once it may have been sent, unless it was refused (401, 429).
    pub async fn import_certificate(
        &self,
        user: &UserId,
        certificate: &NewCertificate,
    ) -> Result<Certificate, Error> {
        let call = self.call(Method::POST, CERTIFICATES, &[user.as_str()]);
        let call = call.with_form(certificate.form());
        self.exchange.execute(&call).await?.json()
    }

    /// Makes some of a user's certificates public or private. Scope `users:write`.
    ///
    /// # Errors
    /// `privacyLevelNotAllowedByCompanySettings`; `tooManyCertificatesToUpdate`, of which
    /// 360Learning does not say how many they may be; `userNotFound` and `certificateNotFound`
    /// with a 404.
    ///
    /// # Retries
    /// Repeated like a read, because the values are absolute.
    pub async fn set_certificate_privacy(
        &self,
        user: &UserId,
        certificates: &[CertificateId],
        privacy: CertificatePrivacy,
    ) -> Result<(), Error> {
        #[derive(Serialize)]
        #[serde(rename_all = "camelCase")]
        struct Body<'a> {
            certificate_ids: &'a [CertificateId],
            is_public: bool,
        }

        let body = Body {
            certificate_ids: certificates,
            is_public: privacy == CertificatePrivacy::Public,
        };
        let call = self.call(Method::PATCH, PRIVACY, &[user.as_str()]);
        self.done(call.with_json(&body)?).await
    }

    /// Gets the file of a certificate, up to 64 MB. Scope `users:read`.
    ///
    /// # Errors
    /// [`ErrorKind::Decode`](crate::ErrorKind::Decode) if the answer is no PDF, or is larger.
    /// `certificateNotFound` and `userNotFound` with a 404.
    pub async fn certificate_pdf(
        &self,
        user: &UserId,
        certificate: &CertificateId,
    ) -> Result<Bytes, Error> {
        let ids = [user.as_str(), certificate.as_str()];
        let call = self.call(Method::GET, PDF, &ids).accepting(APPLICATION_PDF);
        let answer = self.exchange.execute(&call).await?;
        if !is_pdf(answer.headers.get(header::CONTENT_TYPE)) {
            return Err(answer.error(ErrorKind::Decode, "the answer is no PDF"));
        }
        Ok(answer.body.into())
    }
}

/// A certificate to be imported: a title, a date of delivery and a PDF.
///
/// Personal data: `Debug` shows the outline and the size of the file.
///
/// ```
/// use learning360_client::NewCertificate;
///
/// let at = "2026-01-31T00:00:00Z".parse()?;
/// let certificate = NewCertificate::new("First aid", at, &b"%PDF-1.7"[..])?;
/// assert!(NewCertificate::new(" ", at, &b"%PDF-1.7"[..]).is_err());
/// # drop(certificate);
/// # Ok::<(), Box<dyn std::error::Error>>(())
/// ```
#[derive(Clone, PartialEq, Eq)]
pub struct NewCertificate {
    title: String,
    delivery_date: Timestamp,
    expiration_date: Option<Timestamp>,
    outline: Option<CertificateOutlineId>,
    pdf: Bytes,
}

impl NewCertificate {
    /// A certificate with its internal name, which may not be blank, the date of its delivery,
    /// which may not be in the future, and its file. 360Learning documents no largest file; here
    /// it is 64 MiB.
    pub fn new(
        title: impl Into<String>,
        delivery_date: Timestamp,
        pdf: impl Into<Bytes>,
    ) -> Result<Self, InvalidValue> {
        let pdf = pdf.into();
        match pdf.len() {
            0 => return Err(InvalidValue::Empty("file")),
            size if size > MOST_BYTES => return Err(InvalidValue::TooLarge("file")),
            _ => {}
        }
        Ok(Self {
            title: not_blank("title", title.into())?,
            delivery_date,
            expiration_date: None,
            outline: None,
            pdf,
        })
    }

    /// Sets when it expires, which must be after the delivery.
    pub fn expiration_date(mut self, at: Timestamp) -> Self {
        self.expiration_date = Some(at);
        self
    }

    /// Sets the outline that it belongs to.
    pub fn outline(mut self, outline: CertificateOutlineId) -> Self {
        self.outline = Some(outline);
        self
    }

    fn form(&self) -> Form {
        let mut form = Form::new()
            .text("deliveryDate", &instant(self.delivery_date))
            .text("title", &self.title);
        if let Some(at) = self.expiration_date {
            form = form.text("expirationDate", &instant(at));
        }
        if let Some(outline) = &self.outline {
            form = form.text("certificateOutlineId", outline.as_str());
        }
        form.file("file", "certificate.pdf", "application/pdf", &self.pdf)
    }
}

impl fmt::Debug for NewCertificate {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("NewCertificate")
            .field("outline", &self.outline)
            .field("bytes", &self.pdf.len())
            .finish_non_exhaustive()
    }
}

/// Who sees a certificate.
// Exhaustive on purpose: it is a yes or a no with a name.
#[allow(clippy::exhaustive_enums)]
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub enum CertificatePrivacy {
    /// The user only.
    Private,
    /// Others, too.
    Public,
}

/// A list of certificates, to be filtered. The filters are combined.
#[derive(Clone, Debug)]
#[must_use = "nothing is listed before `all` or `pages`"]
pub struct ListCertificates {
    exchange: Arc<Exchange>,
    call: Call,
}

impl ListCertificates {
    /// Only those delivered then.
    pub fn delivery_date(mut self, filter: InstantFilter) -> Self {
        self.call = self.call.with_instant_filter("deliveryDate", filter);
        self
    }

    /// Only those that expire then.
    pub fn expiration_date(mut self, filter: InstantFilter) -> Self {
        self.call = self.call.with_instant_filter("expirationDate", filter);
        self
    }

    /// Goes through the pages, of 1,000 certificates each.
    pub fn pages(self) -> Pager<Certificate> {
        Pager::new(self.exchange, self.call, |value| {
            Certificate::from_json(&value).ok()
        })
    }

    /// All certificates of all pages, each once.
    ///
    /// A record that cannot be read is left out with a warning in the trace; to know how many
    /// there were, go through [`pages`](Self::pages).
    pub async fn all(self) -> Result<Vec<Certificate>, Error> {
        self.pages()
            .all(|certificate| certificate.id().clone())
            .await
    }
}

/// Whether the body says that it is a PDF, or says nothing.
fn is_pdf(kind: Option<&HeaderValue>) -> bool {
    let Some(kind) = kind else {
        return true;
    };
    let kind = kind.to_str().unwrap_or_default();
    let kind = kind.split(';').next().unwrap_or_default().trim();
    kind.eq_ignore_ascii_case("application/pdf")
}

const APPLICATION_PDF: HeaderValue = HeaderValue::from_static("application/pdf");

const CERTIFICATES: &str = "/api/v2/users/{userId}/certificates";

const PRIVACY: &str = "/api/v2/users/{userId}/certificates/privacy-level";

const PDF: &str = "/api/v2/users/{userId}/certificates/{certificateId}/pdf";

const MOST_BYTES: usize = 64 * 1024 * 1024;
