use core::fmt;

use http::Method;
use secrecy::{ExposeSecret, SecretString};
use serde::Serialize;

use super::Users;
use crate::client::error::Error;
use crate::ids::UserId;
use crate::value::InvalidValue;

impl Users {
    /// Replaces a user's password. Scope `users:write`. 360Learning tells nobody.
    ///
    /// # Errors
    /// `passwordInvalid` if the company's rules refuse it; `userDeleted` if the user is
    /// deactivated; `userNotFound` with a 404. No error keeps the body of the answer, which may
    /// hold the password.
    ///
    /// # Retries
    /// Repeated like a read.
    pub async fn replace_password(
        &self,
        user: &UserId,
        password: &NewPassword,
        next_login: NextLogin,
    ) -> Result<(), Error> {
        #[derive(Serialize)]
        #[serde(rename_all = "camelCase")]
        struct Body<'a> {
            password: &'a str,
            password_must_be_changed: bool,
        }

        let body = Body {
            password: password.0.expose_secret(),
            password_must_be_changed: next_login == NextLogin::ChangesPassword,
        };
        let call = self.call(Method::PUT, PASSWORD, &[user.as_str()]);
        let done = self.done(call.with_json(&body)?).await;
        done.map_err(|error| error.with_body(&[]))
    }
}

/// A password to be set: at least 8 characters, and whatever the company demands beyond.
///
/// It is wiped from memory when it is dropped; the body of the call that sends it is not.
#[derive(Clone)]
pub struct NewPassword(SecretString);

impl NewPassword {
    /// Takes a password of at least 8 characters.
    pub fn new(password: impl Into<SecretString>) -> Result<Self, InvalidValue> {
        let password = password.into();
        if password.expose_secret().chars().count() < SHORTEST {
            return Err(InvalidValue::Malformed("password"));
        }
        Ok(Self(password))
    }
}

impl fmt::Debug for NewPassword {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("NewPassword").finish_non_exhaustive()
    }
}

/// What happens when a user logs in with a new password for the first time.
// Exhaustive on purpose: it is a yes or a no with a name.
#[allow(clippy::exhaustive_enums)]
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub enum NextLogin {
    /// The user must choose another password.
    ChangesPassword,
    /// The user may keep the password.
    KeepsPassword,
}

const PASSWORD: &str = "/api/v2/users/{userId}/password";

const SHORTEST: usize = 8;

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn passwords_have_eight_characters_and_are_not_shown() {
        for short in ["", "1234567", "éééé"] {
            let refused = NewPassword::new(short).unwrap_err();
            assert_eq!(refused, InvalidValue::Malformed("password"));
        }
        for long in ["12345678", "éééééééé", "        "] {
            let password = NewPassword::new(long).unwrap();
            assert_eq!(format!("{password:?}"), "NewPassword { .. }");
        }
    }
}
