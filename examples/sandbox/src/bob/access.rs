//! Access to Bob, apart from the lifecycle: invitations, and taking them back.

use jiff::Timestamp;
use serde_json::json;

use super::Bob;
use super::employee::EMPLOYED;
use super::events::{Actor, Detail, Event};
use super::lifecycle::UNINVITED;
use crate::seed::{Access, Invalid};
use crate::switches::BobSwitches;

impl Bob {
    /// Takes access away; the lifecycle status stays.
    pub(super) fn uninvite(
        &mut self,
        id: &str,
        actor: Actor,
        now: Timestamp,
        switches: &BobSwitches,
    ) -> Result<(), Invalid> {
        let employee = self.employee_mut(id)?;
        let was_active = employee.is_active();
        let values = &mut employee.values;
        values.insert("root.state".into(), json!(UNINVITED));
        values.insert("internal.status".into(), json!(Access::Inactive.as_str()));
        self.updated(id, vec!["root.state".into()], actor, now, switches);
        if was_active && switches.uninvite_sends_inactivated {
            let event = Event::new("employee.inactivated", id, actor, Detail::None);
            self.emit(&event, now, switches);
        }
        Ok(())
    }

    /// Invites; somebody who is employed has access again.
    pub(super) fn invite(
        &mut self,
        id: &str,
        actor: Actor,
        now: Timestamp,
        switches: &BobSwitches,
    ) -> Result<(), Invalid> {
        let employee = self.employee_mut(id)?;
        let activates = !employee.is_active() && employee.lifecycle_status() == EMPLOYED;
        let values = &mut employee.values;
        values.insert("root.state".into(), json!(switches.invited_state));
        if activates {
            values.insert("internal.status".into(), json!(Access::Active.as_str()));
        }
        self.updated(id, vec!["root.state".into()], actor, now, switches);
        if activates {
            let event = Event::new("employee.activated", id, actor, Detail::None);
            self.emit(&event, now, switches);
        }
        Ok(())
    }
}
