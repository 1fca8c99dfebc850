use crate::open_enum::open_enum;

macro_rules! event_types {
    ($($(#[$doc:meta])+ $variant:ident = $text:literal,)+) => {
        /// What an event is about; a subscription is for one type.
        ///
        /// Known are the 29 types that the API takes for a subscription. Source: 360Learning's
        /// webhook API reference, *Create a webhook subscription*.
        // Exhaustive on purpose: whatever else comes is `Other`.
        #[allow(clippy::exhaustive_enums)]
        #[derive(Clone, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
        pub enum EventType {
            $($(#[$doc])+ $variant,)+
            /// A type this crate does not know, as it was sent.
            Other(Box<str>),
        }

        impl EventType {
            /// All types this crate knows.
            pub const KNOWN: &'static [Self] = &[$(Self::$variant),+];

            /// The wire form, such as `user.deleted`.
            pub fn as_str(&self) -> &str {
                match self {
                    $(Self::$variant => $text,)+
                    Self::Other(text) => text,
                }
            }
        }

        open_enum!(EventType: $($text => $variant),+);
    };
}

event_types! {
    /// A bulk operation was submitted through the API.
    BulkOperationCreated = "bulk.operation.created",
    /// A bulk operation has ended, well or not.
    BulkOperationEnded = "bulk.operation.ended",
    /// An attempt at a course was closed.
    CourseAttemptClosed = "course.attempt.closed",
    /// A group was created.
    GroupCreated = "group.created",
    /// A group was deleted.
    GroupDeleted = "group.deleted",
    /// A group was changed.
    GroupUpdated = "group.updated",
    /// A path was archived.
    PathArchived = "path.archived",
    /// A path was created.
    PathCreated = "path.created",
    /// A path was deleted.
    PathDeleted = "path.deleted",
    /// A session was added to a path.
    PathSessionAdded = "path.session.added",
    /// Users were unregistered from a classroom slot that was full.
    PathSessionClassroomSlotUsersUnregisteredFull = "path.session.classroom.slot.users.unregistered.full",
    /// The waiting list of a classroom slot was closed.
    PathSessionClassroomSlotWaitlistClosed = "path.session.classroom.slot.waitlist.closed",
    /// The waiting list of a classroom slot was opened.
    PathSessionClassroomSlotWaitlistOpened = "path.session.classroom.slot.waitlist.opened",
    /// A user joined the waiting list of a classroom slot.
    PathSessionClassroomSlotWaitlistUserJoined = "path.session.classroom.slot.waitlist.user.joined",
    /// A session was removed from a path.
    PathSessionRemoved = "path.session.removed",
    /// A user's status in a session of a path changed.
    PathSessionUserStatusUpdated = "path.session.user.status.updated",
    /// Users were enrolled in a session of a path.
    PathSessionUsersEnrolled = "path.session.users.enrolled",
    /// Users were unenrolled from a session of a path.
    PathSessionUsersUnenrolled = "path.session.users.unenrolled",
    /// A path was changed.
    PathUpdated = "path.updated",
    /// A user was activated for the first time.
    UserActivated = "user.activated",
    /// A user's assessment was corrected.
    UserAssessmentCorrected = "user.assessment.corrected",
    /// A certificate was awarded to a user.
    UserCertificateAwarded = "user.certificate.awarded",
    /// A user was created as active: not by the API, which [invites](Self::UserInvited).
    UserCreated = "user.created",
    /// A user was deactivated.
    UserDeleted = "user.deleted",
    /// A user was invited; creating one through the API does that.
    UserInvited = "user.invited",
    /// A deactivated user was restored.
    UserReactivated = "user.reactivated",
    /// A field of a user was changed. Groups, managers and custom values are none.
    UserUpdated = "user.updated",
    /// An xAPI statement.
    Xapi = "xapi",
    /// An xAPI activity was started.
    XapiStarted = "xapi.started",
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_types_of_the_reference_are_known() {
        assert_eq!(EventType::KNOWN.len(), 29);
        for known in EventType::KNOWN {
            assert!(known.is_known());
            assert_eq!(EventType::from(known.as_str()), *known);
        }
    }

    #[test]
    fn unknown_types_survive() {
        let unknown = EventType::from("user.teleported");
        assert!(!unknown.is_known());
        assert_eq!(unknown.to_string(), "user.teleported");
    }
}
