//! What a step does, in words, with the names that the two systems show.

use learning360_client::{CustomFieldId, GroupId, Invitation, Role};
use provisioning_core::facts::Membership;
use provisioning_core::{Action, Catalog, Policy};

/// The names of what a policy is bound to.
#[derive(Clone, Copy, Debug)]
pub(crate) struct Names<'p>(Option<&'p Catalog>);

impl<'p> Names<'p> {
    /// What is not bound, or could not be read, has its id for a name.
    pub(crate) fn of(policy: &'p Policy) -> Self {
        Self(policy.catalog())
    }

    /// The name of a group.
    pub(crate) fn group<'n>(self, id: &'n GroupId) -> &'n str
    where
        'p: 'n,
    {
        let group = self.0.and_then(Catalog::groups).and_then(|it| it.get(id));
        group.map_or(id.as_str(), |group| &group.name)
    }

    /// The name of a custom field.
    pub(crate) fn custom_field<'n>(self, id: &'n CustomFieldId) -> &'n str
    where
        'p: 'n,
    {
        let fields = self.0.and_then(Catalog::custom_fields).unwrap_or_default();
        let field = fields.iter().find(|field| field.id == *id);
        field.map_or(id.as_str(), |field| &field.name)
    }

    /// What a step does: `add to Engineering`. No value is told.
    pub(crate) fn step(self, action: &Action) -> String {
        match action {
            Action::Create { invitation, .. } => match invitation {
                Invitation::Send => "create and invite".to_owned(),
                Invitation::Suppress => "create without an invitation".to_owned(),
            },
            Action::Restore { .. } => "restore".to_owned(),
            Action::Link { .. } => "link".to_owned(),
            Action::Relink { .. } => "move the link".to_owned(),
            Action::Edit { changes } => {
                let fields: Vec<_> = changes.iter().map(|(field, _)| field.as_str()).collect();
                format!("edit {}", fields.join(", "))
            }
            Action::Activate => "activate".to_owned(),
            Action::Schedule { at: Some(at) } => {
                format!("let it be deactivated on {}", at.strftime("%Y-%m-%d"))
            }
            Action::Schedule { at: None } => "take back the day of deactivation".to_owned(),
            Action::SetCustomValues { before, after } => {
                let fields = before.differing(after);
                let fields: Vec<_> = fields.map(|id| self.custom_field(id)).collect();
                format!("set {}", fields.join(", "))
            }
            Action::AddMembership { membership } => {
                format!("add to {}", self.membership(membership))
            }
            Action::RemoveMembership { membership } => {
                format!("remove from {}", self.membership(membership))
            }
            Action::AddManager { manager } => format!("add manager {manager}"),
            Action::RemoveManager { manager } => format!("remove manager {manager}"),
            Action::AddReport { report } => format!("give back report {report}"),
            Action::Deactivate => "deactivate".to_owned(),
            _ => action.to_string(),
        }
    }

    fn membership(self, membership: &Membership) -> String {
        let group = self.group(&membership.group);
        match &membership.role {
            Role::Learner => group.to_owned(),
            role => format!("{group} as {}", role.as_str()),
        }
    }
}
