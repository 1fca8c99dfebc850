use std::sync::Arc;

use http::Method;
use serde::Deserialize;

use super::call::Call;
use super::error::Error;
use super::exchange::Exchange;
use super::filter::TextFilter;
use super::pager::Pager;
use crate::custom_field::{AuthorizedValues, CustomField, CustomFieldEdit, NewCustomField};
use crate::ids::CustomFieldId;

/// The calls about the definitions of custom fields. Source: 360Learning's API v2 reference,
/// *Custom Fields*. What a user has in them is with the [users](super::Users).
///
/// Reading needs the scope `customFields:read`, everything else `customFields:write`. All calls
/// count against the company's quotas of 50 reads and 10 writes per second.
#[derive(Clone, Debug)]
pub struct CustomFields {
    exchange: Arc<Exchange>,
}

impl CustomFields {
    pub(crate) fn new(exchange: Arc<Exchange>) -> Self {
        Self { exchange }
    }

    /// Lists custom fields. Scope `customFields:read`; pages of 1,000.
    pub fn list(&self) -> ListCustomFields {
        ListCustomFields {
            exchange: self.exchange.clone(),
            call: self.call(Method::GET, FIELDS, &[]),
        }
    }

    /// Creates a custom field. Scope `customFields:write`.
    ///
    /// # Errors
    /// [`NameAlreadyTaken`](crate::ErrorCode::NameAlreadyTaken),
    /// [`InvalidName`](crate::ErrorCode::InvalidName),
    /// [`CustomFieldLimitReached`](crate::ErrorCode::CustomFieldLimitReached) and
    /// [`CustomFieldsTargetTypeNotEnabled`](crate::ErrorCode::CustomFieldsTargetTypeNotEnabled).
    ///
    /// # Retries
    /// Never repeated once it may have been sent, unless it was refused (401, 429). After a lost
    /// answer ([`Error::sent`]), look for the field by its name, which is unique.
    pub async fn create(&self, field: &NewCustomField) -> Result<CustomField, Error> {
        self.field(self.call(Method::POST, FIELDS, &[]).with_json(field)?)
            .await
    }

    /// Renames a custom field. Scope `customFields:write`.
    ///
    /// # Errors
    /// [`NameAlreadyTaken`](crate::ErrorCode::NameAlreadyTaken) and
    /// [`InvalidName`](crate::ErrorCode::InvalidName);
    /// [`CustomFieldNotFound`](crate::ErrorCode::CustomFieldNotFound) with a 404.
    ///
    /// # Retries
    /// Repeated like a read, because the name is absolute.
    pub async fn edit(
        &self,
        id: &CustomFieldId,
        edit: &CustomFieldEdit,
    ) -> Result<CustomField, Error> {
        let call = self.call(Method::PATCH, FIELD, &[id.as_str()]);
        self.field(call.with_json(edit)?).await
    }

    /// Deletes a custom field, and with it all its values. Scope `customFields:write`.
    ///
    /// # Errors
    /// [`CustomFieldNotFound`](crate::ErrorCode::CustomFieldNotFound) with a 404, unless an earlier
    /// attempt of this very call may have deleted it.
    pub async fn delete(&self, id: &CustomFieldId) -> Result<(), Error> {
        let call = self.call(Method::DELETE, FIELD, &[id.as_str()]);
        match self.exchange.execute(&call).await {
            Err(error) if error.is_not_found() && error.repeats() => Ok(()),
            other => other.map(drop),
        }
    }

    /// The values that a custom field allows: texts, or days such as `2026-09-10`, in one answer of
    /// at most 300. Scope `customFields:read`.
    ///
    /// An empty list presumably means that every value is allowed; that is not documented.
    ///
    /// # Errors
    /// [`CustomFieldNotFound`](crate::ErrorCode::CustomFieldNotFound) with a 404. A list with
    /// anything but texts in it is [no answer](super::ErrorKind::Decode): whoever writes back a
    /// list with holes takes values away.
    pub async fn authorized_values(&self, id: &CustomFieldId) -> Result<Vec<String>, Error> {
        let call = self.call(Method::GET, VALUES, &[id.as_str()]);
        self.exchange.execute(&call).await?.json()
    }

    /// Replaces all values that a custom field allows, and returns them. What is left out is no
    /// longer allowed. Scope `customFields:write`.
    ///
    /// # Errors
    /// [`CustomFieldValuesConflict`](crate::ErrorCode::CustomFieldValuesConflict) if a value in use
    /// is left out;
    /// [`AuthorizedValuesTypeMismatch`](crate::ErrorCode::AuthorizedValuesTypeMismatch);
    /// [`CustomFieldNotFound`](crate::ErrorCode::CustomFieldNotFound) with a 404.
    ///
    /// # Retries
    /// Repeated like a read. Of two who replace the list at once, one loses his values: 360Learning
    /// has no versions.
    pub async fn replace_authorized_values(
        &self,
        id: &CustomFieldId,
        values: &AuthorizedValues,
    ) -> Result<Vec<String>, Error> {
        let call = self.call(Method::PUT, VALUES, &[id.as_str()]);
        self.exchange
            .execute(&call.with_json(values)?)
            .await?
            .json()
    }

    fn call(&self, method: Method, template: &'static str, ids: &[&str]) -> Call {
        Call::new(&self.exchange.base, method, template, ids)
    }

    async fn field(&self, call: Call) -> Result<CustomField, Error> {
        self.exchange.execute(&call).await?.json()
    }
}

/// A list of custom fields, to be filtered. The filters are combined.
#[derive(Clone, Debug)]
#[must_use = "nothing is listed before `all` or `pages`"]
pub struct ListCustomFields {
    exchange: Arc<Exchange>,
    call: Call,
}

impl ListCustomFields {
    /// Only those whose name is so.
    pub fn name(mut self, filter: impl Into<TextFilter>) -> Self {
        self.call = self.call.with_text_filter("name", &filter.into());
        self
    }

    /// Only those whose target is so, such as `users`.
    pub fn target_type(mut self, filter: impl Into<TextFilter>) -> Self {
        self.call = self.call.with_text_filter("targetType", &filter.into());
        self
    }

    /// Only those whose type is so, such as `date`.
    pub fn kind(mut self, filter: impl Into<TextFilter>) -> Self {
        self.call = self.call.with_text_filter("type", &filter.into());
        self
    }

    /// Goes through the pages, of 1,000 custom fields each.
    pub fn pages(self) -> Pager<CustomField> {
        Pager::new(self.exchange, self.call, |value| {
            CustomField::deserialize(value).ok()
        })
    }

    /// All custom fields of all pages, each once.
    ///
    /// A record that cannot be read is left out with a warning in the trace; to know how many
    /// there were, go through [`pages`](Self::pages).
    pub async fn all(self) -> Result<Vec<CustomField>, Error> {
        self.pages().all(|field| field.id().clone()).await
    }
}

const FIELDS: &str = "/api/v2/custom-fields";

const FIELD: &str = "/api/v2/custom-fields/{customFieldId}";

const VALUES: &str = "/api/v2/custom-fields/{customFieldId}/authorized-values";
