use http::Method;
use serde_json::Value;

use super::Users;
use crate::client::call::Call;
use crate::client::error::{Error, ErrorKind};
use crate::custom_value::CustomValues;
use crate::ids::UserId;

impl Users {
    /// Gets all values that a user has in custom fields. Scope `users:read`; no pages.
    ///
    /// A value that cannot be read is [counted](CustomValues::unreadable).
    ///
    /// # Errors
    /// `userNotFound` with a 404.
    pub async fn custom_values(&self, user: &UserId) -> Result<CustomValues, Error> {
        self.values(self.call(Method::GET, VALUES, &[user.as_str()]))
            .await
    }

    /// Replaces all values that a user has in custom fields: what is not among them is removed.
    /// Scope `users:write`; at most [300](CustomValues::MOST) values.
    ///
    /// Read the values right before, and change only yours: 360Learning has no way to notice that
    /// somebody else wrote in between. It checks all values before it writes any, as far as is
    /// known.
    ///
    /// # Errors
    /// Not sent, with [`ErrorKind::Config`](crate::ErrorKind::Config), if there are more than 300,
    /// or if some could not be read and would be lost. `unauthorizedValue`, `wrongTypeValue` and
    /// `multipleValuesForSingleCustomField`; `userNotFound` and `customFieldNotFound` with a 404.
    ///
    /// # Retries
    /// Repeated like a read, because the values are absolute.
    pub async fn replace_custom_values(
        &self,
        user: &UserId,
        values: &CustomValues,
    ) -> Result<CustomValues, Error> {
        let call = self.call(Method::PUT, VALUES, &[user.as_str()]);
        if let Some(problem) = values.problem() {
            return Err(Error::new(ErrorKind::Config, problem).with_route(&call.route));
        }
        self.values(call.with_json(values)?).await
    }

    async fn values(&self, call: Call) -> Result<CustomValues, Error> {
        let answer = self.exchange.execute(&call).await?;
        let list: Vec<Value> = answer.json()?;
        let values = CustomValues::from_json(&list);
        if values.unreadable() > 0 {
            tracing::warn!(
                url.template = call.route.template,
                unreadable = values.unreadable(),
                "values could not be read"
            );
        }
        Ok(values)
    }
}

const VALUES: &str = "/api/v2/users/{userId}/custom-fields/values";
