//! What ready and generated companies share: sites, lists, groups, fields, and the ids of users.

use jiff::Timestamp;

use super::{CustomField, FieldDefinition, Group, List, ListItem, Seed, Site};

impl Seed {
    /// The External-ID platform of linked users in ready and generated seeds.
    pub const PLATFORM: &'static str = "hibob-provisioner";

    /// A policy for ready and generated companies, as a host takes it: names, mail, job, language,
    /// department and start date as custom fields, the manager, and a group per department.
    pub const POLICY: &'static str = include_str!("../../policy.toml");

    /// The id of the user whom [`Seed::provisioned`] gives to the n-th employee.
    pub fn user_id(index: u64) -> String {
        format!("6503{index:020}")
    }

    /// The id of the n-th department's group; the first three are those of
    /// [`Seed::with_departments`].
    pub fn department_group(index: usize) -> String {
        match index {
            0 => Self::PEOPLE_GROUP.to_owned(),
            1 => Self::ENGINEERING_GROUP.to_owned(),
            2 => Self::CUSTOMER_CARE_GROUP.to_owned(),
            index => format!("6502{index:020}"),
        }
    }
}

/// A company without people.
pub(super) fn company(now: Timestamp) -> Seed {
    let mut seed = Seed::empty(now);
    seed.sites = SITES
        .map(|(id, name, zone)| Site::new(id, name, zone))
        .into();
    let mut departments = List::new("department");
    let mut titles = List::new("title");
    for (index, (id, name)) in DEPARTMENTS.into_iter().enumerate() {
        departments.items.push(ListItem::new(id, name));
        let group = Group::private(Seed::department_group(index), name, Seed::ROOT_GROUP);
        seed = seed.group(group);
    }
    titles
        .items
        .extend(TITLES.map(|(id, name)| ListItem::new(id, name)));
    let reasons = List::new("terminationreason")
        .item("1", "Resignation")
        .item("2", "End of contract");
    let mut languages = List::new("Learning language");
    languages
        .items
        .extend(LANGUAGES.map(|(id, name, _)| ListItem::new(id, name)));
    let department = CustomField::text(Seed::DEPARTMENT_FIELD, "Department");
    let names = DEPARTMENTS.map(|(_, name)| name);
    seed.list(departments)
        .list(titles)
        .list(reasons)
        .list(languages)
        .field(FieldDefinition::text(LANGUAGE_FIELD, "Learning language").list("Learning language"))
        .custom_field(department.allow(names))
        .custom_field(CustomField::date(Seed::START_DATE_FIELD, "Start date"))
}

/// Id, name and zone; the first two are those of [`Seed::empty`].
pub(super) const SITES: [(i64, &str, &str); 8] = [
    (Seed::PARIS, "Paris", "Europe/Paris"),
    (Seed::AUCKLAND, "Auckland", "Pacific/Auckland"),
    (2_606_112, "New York", "America/New_York"),
    (2_606_113, "Bengaluru", "Asia/Kolkata"),
    (2_606_114, "São Paulo", "America/Sao_Paulo"),
    (2_606_115, "東京", "Asia/Tokyo"),
    (2_606_116, "Kathmandu", "Asia/Kathmandu"),
    (2_606_117, "St. John’s", "America/St_Johns"),
];

/// Item id and label; the first three are those of the demonstration.
pub(super) const DEPARTMENTS: [(&str, &str); 8] = [
    ("253890", "People & Culture"),
    ("253891", "Engineering"),
    ("253892", "Customer Care"),
    ("253893", "Sales"),
    ("253894", "Finance"),
    ("253895", "Legal"),
    ("253896", "Operations"),
    ("253897", "Forschung & Entwicklung"),
];

/// Item id and label.
pub(super) const TITLES: [(&str, &str); 8] = [
    ("253901", "Chief People Officer"),
    ("253902", "Team Lead"),
    ("253903", "Engineer"),
    ("253904", "Adviser"),
    ("253905", "Account Manager"),
    ("253906", "Controller"),
    ("253907", "Counsel"),
    ("253908", "Technician"),
];

/// Item id, label, and 360Learning's language.
pub(super) const LANGUAGES: [(&str, &str, &str); 5] = [
    ("10", "English", "en"),
    ("11", "Français", "fr"),
    ("12", "Español", "es"),
    ("13", "Deutsch", "de"),
    ("14", "日本語", "ja"),
];

/// Bob's field for the language of learning.
pub(super) const LANGUAGE_FIELD: &str = "work.custom.field_1700000000001";
