//! The parsers of foreign bytes, for fuzzing. No part of the public interface.

use crate::error_code::ErrorCode;

/// The target of the link to the next page, or that the header cannot be read.
pub fn next_page(header: &[u8]) -> Result<Option<String>, &'static str> {
    crate::client::link::next_page([header]).map_err(|_| "malformed")
}

/// The code in the body of an error.
pub fn error_code(body: &[u8]) -> Option<ErrorCode> {
    crate::client::envelope::code(body)
}
