//! What became of a write.

/// What HiBob says of a write that is not an error.
// Exhaustive on purpose: HiBob answers 2xx or 304.
#[allow(clippy::exhaustive_enums)]
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub enum Written {
    /// Accepted. Some of it may have been ignored all the same: HiBob drops fields without a word
    /// that the service user may not edit.
    Accepted,
    /// Nothing was changed (304): everything was so already, perhaps by an earlier attempt whose
    /// answer was lost, or nothing of it can be written.
    Unchanged,
}
