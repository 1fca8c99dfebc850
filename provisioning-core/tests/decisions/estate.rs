//! What accounts have beside their fields, in the model.

use learning360_client::{CustomFieldId, GroupId, Role, UserId, Visibility};
use provisioning_core::{CustomField, CustomFieldKind, Group, Membership};

use crate::model::Model;

impl Model {
    /// A group below another one.
    pub(crate) fn group(&self, id: &str, parent: Option<&str>, visibility: Visibility) {
        let group = |id: &str| GroupId::try_from(id).expect("an id");
        let parent = parent.map(group);
        let group = Group::new(group(id), "a group", parent, visibility);
        self.lock().groups.push(group);
    }

    /// A custom field for texts.
    pub(crate) fn custom_field(&self, id: &str, name: &str) {
        let id = CustomFieldId::try_from(id).expect("an id");
        let field = CustomField::new(id, name, CustomFieldKind::Text);
        self.lock().custom_fields.push(field);
    }

    /// Gives a user a custom value.
    pub(crate) fn custom_value(&self, user: &str, field: &str, value: &str) {
        let field = CustomFieldId::try_from(field).expect("an id");
        let mut systems = self.lock();
        let values = systems.custom_values.entry(user.to_owned()).or_default();
        values.insert(field, value.to_owned());
    }

    /// A user's custom values by field.
    pub(crate) fn custom_values(&self, user: &str) -> Vec<(String, String)> {
        let values = self.lock().custom_values.get(user).cloned();
        let values = values.into_iter().flatten();
        values
            .map(|(field, value)| (field.to_string(), value))
            .collect()
    }

    /// Gives a user a role in a group.
    pub(crate) fn role(&self, user: &str, role: Role, group: &str) {
        let group = GroupId::try_from(group).expect("an id");
        let mut systems = self.lock();
        let roles = systems.roles.entry(user.to_owned()).or_default();
        roles.insert(Membership::new(group, role));
    }

    /// A user's roles, as `role:group`.
    pub(crate) fn roles(&self, user: &str) -> Vec<String> {
        let roles = self.lock().roles.get(user).cloned();
        let roles = roles.into_iter().flatten();
        roles.map(|membership| membership.to_string()).collect()
    }

    /// Gives a user a manager.
    pub(crate) fn manager(&self, user: &str, manager: &str) {
        let manager = UserId::try_from(manager).expect("an id");
        let mut systems = self.lock();
        let managers = systems.managers.entry(user.to_owned()).or_default();
        managers.insert(manager);
    }

    /// A user's managers.
    pub(crate) fn managers(&self, user: &str) -> Vec<String> {
        let managers = self.lock().managers.get(user).cloned();
        let managers = managers.into_iter().flatten();
        managers.map(|manager| manager.to_string()).collect()
    }
}
