//! Reading the truth of both sides off the world.

use super::state::{EmployeeState, OperationState, State, SubscriptionState, WebhookState};
use crate::bob;
use crate::engine::World;

impl World {
    /// The truth of both sides.
    pub(crate) fn state(&self) -> State {
        let bob = &self.bob;
        let employee = |it: &bob::employee::Employee| EmployeeState {
            id: it.id.clone(),
            fields: it.values.clone(),
            lifecycle: it.rows.iter().map(|row| row.row.clone()).collect(),
            next_switch: it.next_switch,
            tables: it.tables.to_json(),
        };
        let webhooks = bob.outbox.subscriptions.iter().map(|it| WebhookState {
            name: it.webhook.name.clone(),
            url: it.webhook.url.clone(),
            events: it.webhook.events.clone(),
            active: it.active,
            failing_since: it.failing_since,
            pending: bob.outbox.pending(&it.webhook.name),
            delivered: it.delivered,
            failed: it.failed,
            lost: it.lost,
        });
        let subscriptions = self.learning360.outbox.subscriptions.values();
        let subscriptions = subscriptions.map(|it| SubscriptionState {
            id: it.id.clone(),
            event_type: it.event_type.clone(),
            url: it.url.clone(),
            active: it.active,
            failing_since: it.failing_since,
            delivered: it.delivered,
            failed: it.failed,
        });
        let operations = self.learning360.operations.values();
        let operations = operations.map(|it| OperationState {
            id: it.id.clone(),
            kind: it.kind.as_str().to_owned(),
            status: it.status().to_owned(),
            items: it.input.len(),
            processed: it.results.len(),
        });
        State {
            now: self.now,
            employees: bob
                .employees
                .iter()
                .map(|(id, it)| (id.clone(), employee(it)))
                .collect(),
            deleted_employees: bob.deleted.clone(),
            webhooks: webhooks.collect(),
            events: bob.outbox.events.clone(),
            deliveries: bob.outbox.deliveries.clone(),
            notices: bob.outbox.notices.clone(),
            statements: bob.learning.statements.clone(),
            users: self.learning360.users.clone(),
            groups: self.learning360.groups.clone(),
            custom_fields: self.learning360.custom_fields.clone(),
            mappings: self.learning360.mappings.clone(),
            mails: self.learning360.mails.clone(),
            happenings: self.learning360.outbox.happenings.clone(),
            subscriptions: subscriptions.collect(),
            operations: operations.collect(),
            switches: self.switches.clone(),
        }
    }
}
