//! The fields that every company has, as far as this crate knows them.
//!
//! A company's real inventory, with its custom fields, comes from the metadata
//! ([`FieldInventory`](crate::FieldInventory)); this table serves where there is no connection.
//! Source: HiBob's API reference, *Employee fields*, and the metadata of a company without custom
//! fields.

use crate::FieldKind;

/// A field that every company has.
#[derive(Clone, Debug, PartialEq, Eq)]
#[non_exhaustive]
pub struct StandardField {
    /// The id in dot form.
    pub id: &'static str,
    /// The type of the machine value.
    pub kind: FieldKind,
    /// The id of the category whose permission shows the field. It is often, but not always, the
    /// first part of the id.
    pub category: &'static str,
    /// The named list whose item ids are the values.
    pub list: Option<&'static str>,
}

/// Looks a standard field up by its id in dot form.
///
/// ```
/// use hibob_client::fields;
///
/// let field = fields::standard(fields::HOME_PRIVATE_EMAIL).expect("a standard field");
/// assert_eq!(field.category, "personalContact");
/// ```
pub fn standard(id: &str) -> Option<&'static StandardField> {
    STANDARD.iter().find(|field| field.id == id)
}

/// `root.id`
pub const ROOT_ID: &str = "root.id";
/// `root.companyId`
pub const ROOT_COMPANY_ID: &str = "root.companyId";
/// `root.email`
pub const ROOT_EMAIL: &str = "root.email";
/// `root.firstName`
pub const ROOT_FIRST_NAME: &str = "root.firstName";
/// `root.surname`
pub const ROOT_SURNAME: &str = "root.surname";
/// `root.secondName`
pub const ROOT_SECOND_NAME: &str = "root.secondName";
/// `root.fullName`
pub const ROOT_FULL_NAME: &str = "root.fullName";
/// `root.displayName`
pub const ROOT_DISPLAY_NAME: &str = "root.displayName";
/// `root.creationDateTime`
pub const ROOT_CREATION_DATE_TIME: &str = "root.creationDateTime";
/// `root.avatarUrl`
pub const ROOT_AVATAR_URL: &str = "root.avatarUrl";
/// `root.coverImageUrl`
pub const ROOT_COVER_IMAGE_URL: &str = "root.coverImageUrl";
/// `root.state`
pub const ROOT_STATE: &str = "root.state";
/// `root.creationDate`
pub const ROOT_CREATION_DATE: &str = "root.creationDate";
/// `work.startDate`
pub const WORK_START_DATE: &str = "work.startDate";
/// `work.originalStartDate`
pub const WORK_ORIGINAL_START_DATE: &str = "work.originalStartDate";
/// `work.shortStartDate`
pub const WORK_SHORT_START_DATE: &str = "work.shortStartDate";
/// `work.activeEffectiveDate`
pub const WORK_ACTIVE_EFFECTIVE_DATE: &str = "work.activeEffectiveDate";
/// `work.title`
pub const WORK_TITLE: &str = "work.title";
/// `work.department`
pub const WORK_DEPARTMENT: &str = "work.department";
/// `work.site`
pub const WORK_SITE: &str = "work.site";
/// `work.siteId`
pub const WORK_SITE_ID: &str = "work.siteId";
/// `work.reportsTo`
pub const WORK_REPORTS_TO: &str = "work.reportsTo";
/// `work.reportsTo.email`
pub const WORK_REPORTS_TO_EMAIL: &str = "work.reportsTo.email";
/// `work.manager`
pub const WORK_MANAGER: &str = "work.manager";
/// `work.secondLevelManager`
pub const WORK_SECOND_LEVEL_MANAGER: &str = "work.secondLevelManager";
/// `work.isManager`
pub const WORK_IS_MANAGER: &str = "work.isManager";
/// `work.employeeIdInCompany`
pub const WORK_EMPLOYEE_ID_IN_COMPANY: &str = "work.employeeIdInCompany";
/// `work.reportsToIdInCompany`
pub const WORK_REPORTS_TO_ID_IN_COMPANY: &str = "work.reportsToIdInCompany";
/// `work.directReports`
pub const WORK_DIRECT_REPORTS: &str = "work.directReports";
/// `work.indirectReports`
pub const WORK_INDIRECT_REPORTS: &str = "work.indirectReports";
/// `work.daysOfPreviousService`
pub const WORK_DAYS_OF_PREVIOUS_SERVICE: &str = "work.daysOfPreviousService";
/// `work.workMobile`
pub const WORK_WORK_MOBILE: &str = "work.workMobile";
/// `work.workPhone`
pub const WORK_WORK_PHONE: &str = "work.workPhone";
/// `internal.status`
pub const INTERNAL_STATUS: &str = "internal.status";
/// `internal.lifecycleStatus`
pub const INTERNAL_LIFECYCLE_STATUS: &str = "internal.lifecycleStatus";
/// `internal.terminationDate`
pub const INTERNAL_TERMINATION_DATE: &str = "internal.terminationDate";
/// `internal.terminationReason`
pub const INTERNAL_TERMINATION_REASON: &str = "internal.terminationReason";
/// `internal.terminationType`
pub const INTERNAL_TERMINATION_TYPE: &str = "internal.terminationType";
/// `internal.currentActiveStatusStartDate`
pub const INTERNAL_CURRENT_ACTIVE_STATUS_START_DATE: &str = "internal.currentActiveStatusStartDate";
/// `internal.probationEndDate`
pub const INTERNAL_PROBATION_END_DATE: &str = "internal.probationEndDate";
/// `internal.notice`
pub const INTERNAL_NOTICE: &str = "internal.notice";
/// `internal.yearsSinceTermination`
pub const INTERNAL_YEARS_SINCE_TERMINATION: &str = "internal.yearsSinceTermination";
/// `internal.periodSinceTermination`
pub const INTERNAL_PERIOD_SINCE_TERMINATION: &str = "internal.periodSinceTermination";
/// `employee.firstDayOfWork`
pub const EMPLOYEE_FIRST_DAY_OF_WORK: &str = "employee.firstDayOfWork";
/// `employee.lastDayOfWork`
pub const EMPLOYEE_LAST_DAY_OF_WORK: &str = "employee.lastDayOfWork";
/// `employee.recentLeaveStartDate`
pub const EMPLOYEE_RECENT_LEAVE_START_DATE: &str = "employee.recentLeaveStartDate";
/// `employee.recentLeaveEndDate`
pub const EMPLOYEE_RECENT_LEAVE_END_DATE: &str = "employee.recentLeaveEndDate";
/// `employee.eligibleForRehire`
pub const EMPLOYEE_ELIGIBLE_FOR_REHIRE: &str = "employee.eligibleForRehire";
/// `employee.regrettableTermination`
pub const EMPLOYEE_REGRETTABLE_TERMINATION: &str = "employee.regrettableTermination";
/// `home.privateEmail`
pub const HOME_PRIVATE_EMAIL: &str = "home.privateEmail";
/// `home.privatePhone`
pub const HOME_PRIVATE_PHONE: &str = "home.privatePhone";
/// `home.mobilePhone`
pub const HOME_MOBILE_PHONE: &str = "home.mobilePhone";
/// `personal.honorific`
pub const PERSONAL_HONORIFIC: &str = "personal.honorific";
/// `personal.pronouns`
pub const PERSONAL_PRONOUNS: &str = "personal.pronouns";
/// `personal.birthDate`
pub const PERSONAL_BIRTH_DATE: &str = "personal.birthDate";
/// `personal.shortBirthDate`
pub const PERSONAL_SHORT_BIRTH_DATE: &str = "personal.shortBirthDate";
/// `personal.nationality`
pub const PERSONAL_NATIONALITY: &str = "personal.nationality";
/// `personal.communication.slackUsername`
pub const PERSONAL_COMMUNICATION_SLACK_USERNAME: &str = "personal.communication.slackUsername";
/// `address.country`
pub const ADDRESS_COUNTRY: &str = "address.country";
/// `address.city`
pub const ADDRESS_CITY: &str = "address.city";
/// `address.siteCountry`
pub const ADDRESS_SITE_COUNTRY: &str = "address.siteCountry";
/// `address.siteCity`
pub const ADDRESS_SITE_CITY: &str = "address.siteCity";
/// `about.about`
pub const ABOUT_ABOUT: &str = "about.about";
/// `about.hobbies`
pub const ABOUT_HOBBIES: &str = "about.hobbies";
/// `about.superpowers`
pub const ABOUT_SUPERPOWERS: &str = "about.superpowers";
/// `about.socialData.linkedin`
pub const ABOUT_SOCIAL_DATA_LINKEDIN: &str = "about.socialData.linkedin";
/// `payroll.employment.type`
pub const PAYROLL_EMPLOYMENT_TYPE: &str = "payroll.employment.type";
/// `payroll.employment.contract`
pub const PAYROLL_EMPLOYMENT_CONTRACT: &str = "payroll.employment.contract";
/// `payroll.employment.fte`
pub const PAYROLL_EMPLOYMENT_FTE: &str = "payroll.employment.fte";
/// `employee.orgLevel`
pub const EMPLOYEE_ORG_LEVEL: &str = "employee.orgLevel";
/// `employee.hrbp`
pub const EMPLOYEE_HRBP: &str = "employee.hrbp";
/// `employee.buddy`
pub const EMPLOYEE_BUDDY: &str = "employee.buddy";
/// `employee.itAdmin`
pub const EMPLOYEE_IT_ADMIN: &str = "employee.itAdmin";
/// `employee.jobProfileId`
pub const EMPLOYEE_JOB_PROFILE_ID: &str = "employee.jobProfileId";
/// `employee.jobRoleId`
pub const EMPLOYEE_JOB_ROLE_ID: &str = "employee.jobRoleId";
/// `employee.jobFamilyId`
pub const EMPLOYEE_JOB_FAMILY_ID: &str = "employee.jobFamilyId";

/// All standard fields, by category of their id.
pub const STANDARD: &[StandardField] = &[
    plain(ROOT_ID, FieldKind::EmployeeReference, "root"),
    plain(ROOT_COMPANY_ID, FieldKind::Number, "root"),
    plain(ROOT_EMAIL, FieldKind::Text, "root"),
    plain(ROOT_FIRST_NAME, FieldKind::Text, "root"),
    plain(ROOT_SURNAME, FieldKind::Text, "root"),
    plain(ROOT_SECOND_NAME, FieldKind::Text, "root"),
    plain(ROOT_FULL_NAME, FieldKind::Text, "root"),
    plain(ROOT_DISPLAY_NAME, FieldKind::Text, "root"),
    plain(ROOT_CREATION_DATE_TIME, FieldKind::Time, "root"),
    plain(ROOT_AVATAR_URL, FieldKind::Avatar, "root"),
    plain(ROOT_COVER_IMAGE_URL, FieldKind::Text, "root"),
    listed(ROOT_STATE, FieldKind::List, "userData", "state"),
    plain(ROOT_CREATION_DATE, FieldKind::Date, "userData"),
    plain(WORK_START_DATE, FieldKind::Date, "work"),
    plain(WORK_ORIGINAL_START_DATE, FieldKind::Date, "work"),
    plain(WORK_SHORT_START_DATE, FieldKind::ShortDate, "work"),
    plain(WORK_ACTIVE_EFFECTIVE_DATE, FieldKind::Date, "work"),
    listed(WORK_TITLE, FieldKind::List, "work", "title"),
    listed(WORK_DEPARTMENT, FieldKind::List, "work", "department"),
    plain(WORK_SITE, FieldKind::Text, "work"),
    listed(WORK_SITE_ID, FieldKind::ListId, "work", "site"),
    plain(WORK_REPORTS_TO, FieldKind::Employee, "work"),
    plain(WORK_REPORTS_TO_EMAIL, FieldKind::Text, "work"),
    plain(WORK_MANAGER, FieldKind::EmployeeReference, "work"),
    plain(
        WORK_SECOND_LEVEL_MANAGER,
        FieldKind::EmployeeReference,
        "work",
    ),
    plain(WORK_IS_MANAGER, FieldKind::Boolean, "work"),
    plain(WORK_EMPLOYEE_ID_IN_COMPANY, FieldKind::Number, "work"),
    plain(WORK_REPORTS_TO_ID_IN_COMPANY, FieldKind::Number, "work"),
    plain(WORK_DIRECT_REPORTS, FieldKind::Number, "work"),
    plain(WORK_INDIRECT_REPORTS, FieldKind::Number, "work"),
    plain(WORK_DAYS_OF_PREVIOUS_SERVICE, FieldKind::Number, "work"),
    plain(WORK_WORK_MOBILE, FieldKind::Text, "workContact"),
    plain(WORK_WORK_PHONE, FieldKind::Text, "workContact"),
    listed(INTERNAL_STATUS, FieldKind::List, "lifecycle", "status"),
    listed(
        INTERNAL_LIFECYCLE_STATUS,
        FieldKind::List,
        "lifecycle",
        "lifecycleStatus",
    ),
    plain(INTERNAL_TERMINATION_DATE, FieldKind::Date, "lifecycle"),
    listed(
        INTERNAL_TERMINATION_REASON,
        FieldKind::List,
        "lifecycle",
        "terminationreason",
    ),
    listed(
        INTERNAL_TERMINATION_TYPE,
        FieldKind::List,
        "lifecycle",
        "lifecycleReasonType",
    ),
    plain(
        INTERNAL_CURRENT_ACTIVE_STATUS_START_DATE,
        FieldKind::Date,
        "lifecycle",
    ),
    plain(INTERNAL_PROBATION_END_DATE, FieldKind::Date, "lifecycle"),
    plain(INTERNAL_NOTICE, FieldKind::DurationWithUnit, "lifecycle"),
    plain(
        INTERNAL_YEARS_SINCE_TERMINATION,
        FieldKind::Number,
        "lifecycle",
    ),
    plain(
        INTERNAL_PERIOD_SINCE_TERMINATION,
        FieldKind::Period,
        "lifecycle",
    ),
    plain(EMPLOYEE_FIRST_DAY_OF_WORK, FieldKind::Date, "lifecycle"),
    plain(EMPLOYEE_LAST_DAY_OF_WORK, FieldKind::Date, "lifecycle"),
    plain(
        EMPLOYEE_RECENT_LEAVE_START_DATE,
        FieldKind::Date,
        "lifecycle",
    ),
    plain(EMPLOYEE_RECENT_LEAVE_END_DATE, FieldKind::Date, "lifecycle"),
    plain(
        EMPLOYEE_ELIGIBLE_FOR_REHIRE,
        FieldKind::Boolean,
        "lifecycle",
    ),
    plain(
        EMPLOYEE_REGRETTABLE_TERMINATION,
        FieldKind::Boolean,
        "lifecycle",
    ),
    plain(HOME_PRIVATE_EMAIL, FieldKind::Text, "personalContact"),
    plain(HOME_PRIVATE_PHONE, FieldKind::Text, "personalContact"),
    plain(HOME_MOBILE_PHONE, FieldKind::Text, "personalContact"),
    plain(PERSONAL_HONORIFIC, FieldKind::List, "personal"),
    plain(PERSONAL_PRONOUNS, FieldKind::List, "personal"),
    plain(PERSONAL_BIRTH_DATE, FieldKind::Date, "personal"),
    plain(PERSONAL_SHORT_BIRTH_DATE, FieldKind::ShortDate, "personal"),
    listed(
        PERSONAL_NATIONALITY,
        FieldKind::MultiList,
        "personal",
        "nationalities",
    ),
    plain(
        PERSONAL_COMMUNICATION_SLACK_USERNAME,
        FieldKind::Text,
        "workContact",
    ),
    listed(ADDRESS_COUNTRY, FieldKind::List, "address", "countries"),
    plain(ADDRESS_CITY, FieldKind::Text, "address"),
    plain(ADDRESS_SITE_COUNTRY, FieldKind::Text, "address"),
    plain(ADDRESS_SITE_CITY, FieldKind::Text, "address"),
    plain(ABOUT_ABOUT, FieldKind::TextArea, "about"),
    plain(ABOUT_HOBBIES, FieldKind::MultiList, "about"),
    plain(ABOUT_SUPERPOWERS, FieldKind::MultiList, "about"),
    plain(ABOUT_SOCIAL_DATA_LINKEDIN, FieldKind::Text, "about"),
    listed(
        PAYROLL_EMPLOYMENT_TYPE,
        FieldKind::List,
        "employment",
        "payrollEmploymentType",
    ),
    listed(
        PAYROLL_EMPLOYMENT_CONTRACT,
        FieldKind::List,
        "employment",
        "employmentstatus",
    ),
    plain(PAYROLL_EMPLOYMENT_FTE, FieldKind::Number, "employment"),
    listed(EMPLOYEE_ORG_LEVEL, FieldKind::List, "work", "orgLevels"),
    plain(EMPLOYEE_HRBP, FieldKind::EmployeeReference, "work"),
    plain(EMPLOYEE_BUDDY, FieldKind::EmployeeReference, "work"),
    plain(EMPLOYEE_IT_ADMIN, FieldKind::EmployeeReference, "work"),
    plain(
        EMPLOYEE_JOB_PROFILE_ID,
        FieldKind::HierarchyList,
        "jobsCatalog",
    ),
    plain(EMPLOYEE_JOB_ROLE_ID, FieldKind::ListId, "jobsCatalog"),
    plain(EMPLOYEE_JOB_FAMILY_ID, FieldKind::ListId, "jobsCatalog"),
];

const fn plain(id: &'static str, kind: FieldKind, category: &'static str) -> StandardField {
    StandardField {
        id,
        kind,
        category,
        list: None,
    }
}

const fn listed(
    id: &'static str,
    kind: FieldKind,
    category: &'static str,
    list: &'static str,
) -> StandardField {
    StandardField {
        id,
        kind,
        category,
        list: Some(list),
    }
}

#[cfg(test)]
mod tests {
    use std::collections::BTreeSet;

    use super::*;
    use crate::{FieldId, ListName};

    #[test]
    fn every_standard_field_is_well_formed_and_stands_once() {
        let mut seen = BTreeSet::new();
        for field in STANDARD {
            assert_eq!(FieldId::parse(field.id).unwrap().as_str(), field.id);
            assert!(seen.insert(field.id), "{} stands twice", field.id);
            assert!(field.kind.is_known());
            assert_eq!(standard(field.id), Some(field));
            if let Some(list) = field.list {
                ListName::try_from(list).unwrap();
            }
        }
        assert_eq!(standard("root.nothing"), None);
    }

    #[test]
    fn categories_are_those_of_the_permissions() {
        for (id, category) in [
            (ROOT_STATE, "userData"),
            (WORK_WORK_PHONE, "workContact"),
            (EMPLOYEE_LAST_DAY_OF_WORK, "lifecycle"),
            (HOME_PRIVATE_EMAIL, "personalContact"),
            (PAYROLL_EMPLOYMENT_FTE, "employment"),
        ] {
            assert_eq!(standard(id).unwrap().category, category);
        }
    }
}
