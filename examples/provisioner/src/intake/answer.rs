use axum::http::StatusCode;

/// What became of a request to a webhook's address.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
#[non_exhaustive]
pub enum Outcome {
    /// Written down.
    Accepted,
    /// The same delivery was written down before.
    Duplicate,
    /// The test delivery of the set-up.
    Ping,
    /// Nothing to do, because the policy says so.
    Ignored,
    /// An event of a type that nobody knows.
    UnknownType,
    /// Signed, but not an event.
    Unparseable,
    /// An event of another company.
    WrongCompany,
    /// Not signed.
    SignatureMissing,
    /// Not signed in the documented form.
    SignatureMalformed,
    /// Signed with another secret, or changed on the way.
    SignatureWrong,
    /// Not a POST.
    MethodNotAllowed,
    /// Over 256 KiB.
    TooLarge,
    /// The body never came to its end.
    BrokenOff,
    /// It could not be written down.
    StoreFailed,
}

impl Outcome {
    /// All of them.
    pub const ALL: [Self; 14] = [
        Self::Accepted,
        Self::Duplicate,
        Self::Ping,
        Self::Ignored,
        Self::UnknownType,
        Self::Unparseable,
        Self::WrongCompany,
        Self::SignatureMissing,
        Self::SignatureMalformed,
        Self::SignatureWrong,
        Self::MethodNotAllowed,
        Self::TooLarge,
        Self::BrokenOff,
        Self::StoreFailed,
    ];

    /// The name in counters, logs and the body of the answer.
    pub fn name(self) -> &'static str {
        match self {
            Self::Accepted => "accepted",
            Self::Duplicate => "duplicate",
            Self::Ping => "ping",
            Self::Ignored => "ignored",
            Self::UnknownType => "unknown_type",
            Self::Unparseable => "unparseable",
            Self::WrongCompany => "wrong_company",
            Self::SignatureMissing => "signature_missing",
            Self::SignatureMalformed => "signature_malformed",
            Self::SignatureWrong => "signature_wrong",
            Self::MethodNotAllowed => "method_not_allowed",
            Self::TooLarge => "too_large",
            Self::BrokenOff => "broken_off",
            Self::StoreFailed => "store_failed",
        }
    }

    /// The status it is answered with.
    ///
    /// Bob repeats whatever is not answered with 200 for three days and then switches the webhook
    /// off, so a delivery that can be of no use is accepted all the same.
    pub fn status(self) -> StatusCode {
        match self {
            Self::Accepted
            | Self::Duplicate
            | Self::Ping
            | Self::Ignored
            | Self::UnknownType
            | Self::Unparseable
            | Self::WrongCompany => StatusCode::OK,
            Self::SignatureMissing | Self::SignatureMalformed | Self::SignatureWrong => {
                StatusCode::UNAUTHORIZED
            }
            Self::MethodNotAllowed => StatusCode::METHOD_NOT_ALLOWED,
            Self::TooLarge => StatusCode::PAYLOAD_TOO_LARGE,
            Self::BrokenOff | Self::StoreFailed => StatusCode::SERVICE_UNAVAILABLE,
        }
    }
}

#[cfg(test)]
mod tests {
    use std::collections::BTreeSet;

    use super::*;

    #[test]
    fn answers_are_the_pinned_ones() {
        let statuses: BTreeSet<_> = Outcome::ALL.iter().map(|it| it.status().as_u16()).collect();
        assert_eq!(statuses, BTreeSet::from([200, 401, 405, 413, 503]));
    }

    #[test]
    fn each_has_a_name_of_its_own() {
        let names: BTreeSet<_> = Outcome::ALL.iter().map(|it| it.name()).collect();
        assert_eq!(names.len(), Outcome::ALL.len());
    }
}
