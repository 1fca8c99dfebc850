//! Bulk operations: what they take, where they stand, and what became of each item.

mod item;
mod operation;
mod result;

pub use self::item::{BulkItem, GroupDeletion, MailSubscription, MailSwitch};
pub use self::operation::{BulkOperation, BulkOperationType, BulkStatus};
pub use self::result::{BulkMessage, BulkResult, BulkResultStatus, ItemOutcome, match_results};
