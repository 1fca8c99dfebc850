//! What a step does, in words, with the names that the two systems show.

use learning360_client::{CustomFieldId, GroupId, Invitation, Role};
use provisioning_core::facts::Membership;
use provisioning_core::{Action, ActionKind, Catalog, Change, Policy};

/// Whether a step takes something away, so that an operator has to see it before it is done.
pub(crate) fn takes_away(action: &Action) -> bool {
    match action {
        Action::Edit { changes } => changes.iter().any(|(_, change)| *change == Change::Clear),
        Action::SetCustomValues { before, after } => before
            .differing(after)
            .any(|field| after.get(field).is_none()),
        // 360Learning does it by itself on that day.
        Action::Schedule { at } => at.is_some(),
        _ => always_takes_away(action.kind()),
    }
}

/// Whether every step of this kind does.
pub(crate) fn always_takes_away(kind: ActionKind) -> bool {
    matches!(
        kind,
        ActionKind::Deactivate | ActionKind::RemoveMembership | ActionKind::RemoveManager
    )
}

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

#[cfg(test)]
mod tests {
    use serde_json::json;

    use super::*;

    #[test]
    fn whatever_takes_something_away_is_told_apart() {
        let (id, group) = ("650000000000000000000001", "650000000000000000000002");
        let membership = json!({"group": group, "role": "learner"});
        let (full, less) = (json!({id: "a", group: "b"}), json!({id: "a"}));
        let table = [
            (json!("deactivate"), true),
            (
                json!({"remove_membership": {"membership": membership}}),
                true,
            ),
            (json!({"remove_manager": {"manager": id}}), true),
            (
                json!({"edit": {"changes": {"job": "clear", "lastName": {"set": "a"}}}}),
                true,
            ),
            (
                json!({"set_custom_values": {"before": full, "after": less}}),
                true,
            ),
            (json!({"schedule": {"at": "2026-04-01T00:00:00Z"}}), true),
            (json!({"schedule": {"at": null}}), false),
            (
                json!({"set_custom_values": {"before": less, "after": full}}),
                false,
            ),
            (json!({"edit": {"changes": {"job": {"set": "a"}}}}), false),
            (json!({"add_membership": {"membership": membership}}), false),
            (json!({"add_manager": {"manager": id}}), false),
            (json!({"add_report": {"report": id}}), false),
            (json!({"link": {"employee": "1"}}), false),
            (json!("activate"), false),
        ];
        for (action, taken) in table {
            let action: Action = serde_json::from_value(action).unwrap();
            assert_eq!(takes_away(&action), taken, "{action}");
        }
    }
}
