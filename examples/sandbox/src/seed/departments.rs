//! What the reference host's example policy names in 360Learning.

use super::{CustomField, Group, Seed};

impl Seed {
    /// The group of the department Engineering.
    pub const ENGINEERING_GROUP: &'static str = "650000000000000000000003";
    /// The group of the department Customer Care.
    pub const CUSTOMER_CARE_GROUP: &'static str = "650000000000000000000004";
    /// The group of the department People & Culture.
    pub const PEOPLE_GROUP: &'static str = "650000000000000000000005";
    /// The custom field `Department`, which allows the names of the three departments only.
    pub const DEPARTMENT_FIELD: &'static str = "650000000000000000000f01";
    /// The custom field `Start date`.
    pub const START_DATE_FIELD: &'static str = "650000000000000000000f02";

    /// Adds a group for each department of the ready company, and two custom fields.
    pub fn with_departments(self) -> Self {
        let department = CustomField::text(Self::DEPARTMENT_FIELD, "Department");
        let groups = [
            (Self::ENGINEERING_GROUP, "Engineering"),
            (Self::CUSTOMER_CARE_GROUP, "Customer Care"),
            (Self::PEOPLE_GROUP, "People & Culture"),
        ];
        let names = groups.map(|(_, name)| name);
        let seed = groups.into_iter().fold(self, |seed, (id, name)| {
            seed.group(Group::private(id, name, Self::ROOT_GROUP))
        });
        seed.custom_field(department.allow(names))
            .custom_field(CustomField::date(Self::START_DATE_FIELD, "Start date"))
    }
}
