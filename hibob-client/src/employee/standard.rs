//! The documented fields of an employee, each with its type.

use jiff::civil::{Date, DateTime};
use serde_json::Value;

use super::Employee;
use crate::field_value::{self, EmployeeReference, FromField};
use crate::{AccessStatus, CompanyId, EmployeeId, Field, LifecycleStatus, ListItemId, fields};

macro_rules! accessors {
    ($($(#[$doc:meta])* $name:ident: $type:ty = $field:ident;)*) => {
        /// The documented fields.
        ///
        /// A value of another kind than the documented one reads as [`Field::Missing`], which
        /// changes nothing; use [`read`](Employee::read) to tell it apart. Items of named lists
        /// come as ids; [`NamedList::label`](crate::NamedList::label) has their names.
        impl Employee {
            $(
                $(#[$doc])*
                #[doc = concat!("([`fields::", stringify!($field), "`]).")]
                pub fn $name(&self) -> Field<$type> {
                    self.standard(fields::$field)
                }
            )*
        }
    };
}

accessors! {
    /// The first name
    first_name: String = ROOT_FIRST_NAME;
    /// The middle name
    second_name: String = ROOT_SECOND_NAME;
    /// The family name
    surname: String = ROOT_SURNAME;
    /// The full name, which HiBob puts together
    full_name: String = ROOT_FULL_NAME;
    /// The name that people see
    display_name: String = ROOT_DISPLAY_NAME;
    /// When the record was made; HiBob names no zone
    creation_date_time: DateTime = ROOT_CREATION_DATE_TIME;
    /// The day on which the record was made
    creation_date: Date = ROOT_CREATION_DATE;
    /// Whether access to HiBob was given, such as `uninvited`
    state: ListItemId = ROOT_STATE;
    /// The first day of the present employment, which a rehire moves
    start_date: Date = WORK_START_DATE;
    /// The first day of the first employment
    original_start_date: Date = WORK_ORIGINAL_START_DATE;
    /// The day on which the present row of the work table took effect
    work_effective_date: Date = WORK_ACTIVE_EFFECTIVE_DATE;
    /// The job title, an item of the list `title`
    title: ListItemId = WORK_TITLE;
    /// The department, an item of the list `department`
    department: ListItemId = WORK_DEPARTMENT;
    /// The site's name
    site: String = WORK_SITE;
    /// The site, an item of the list `site`
    site_id: ListItemId = WORK_SITE_ID;
    /// The manager
    reports_to: EmployeeReference = WORK_REPORTS_TO;
    /// The manager's e-mail address
    reports_to_email: String = WORK_REPORTS_TO_EMAIL;
    /// The manager's id
    manager: EmployeeId = WORK_MANAGER;
    /// The manager's manager
    second_level_manager: EmployeeId = WORK_SECOND_LEVEL_MANAGER;
    /// Whether anybody reports to this employee
    is_manager: bool = WORK_IS_MANAGER;
    /// The number within the company
    employee_id_in_company: i64 = WORK_EMPLOYEE_ID_IN_COMPANY;
    /// The manager's number within the company
    reports_to_id_in_company: i64 = WORK_REPORTS_TO_ID_IN_COMPANY;
    /// How many people report to this employee
    direct_reports: i64 = WORK_DIRECT_REPORTS;
    /// How many people report to those
    indirect_reports: i64 = WORK_INDIRECT_REPORTS;
    /// Days of an earlier employment
    days_of_previous_service: f64 = WORK_DAYS_OF_PREVIOUS_SERVICE;
    /// The phone at work
    work_phone: String = WORK_WORK_PHONE;
    /// The mobile phone for work
    work_mobile: String = WORK_WORK_MOBILE;
    /// The end of the employment, known as soon as it is planned
    termination_date: Date = INTERNAL_TERMINATION_DATE;
    /// Why the employment ends, an item of the list `terminationreason`
    termination_reason: ListItemId = INTERNAL_TERMINATION_REASON;
    /// How the employment ends, an item of the list `lifecycleReasonType`
    termination_type: ListItemId = INTERNAL_TERMINATION_TYPE;
    /// Since when the present access status holds
    current_active_status_start_date: Date = INTERNAL_CURRENT_ACTIVE_STATUS_START_DATE;
    /// The end of the probation
    probation_end_date: Date = INTERNAL_PROBATION_END_DATE;
    /// The time since the employment ended
    period_since_termination: jiff::Span = INTERNAL_PERIOD_SINCE_TERMINATION;
    /// The first day at work
    first_day_of_work: Date = EMPLOYEE_FIRST_DAY_OF_WORK;
    /// The last day at work; garden leave lies between it and the end of the employment
    last_day_of_work: Date = EMPLOYEE_LAST_DAY_OF_WORK;
    /// The first day of the latest leave
    recent_leave_start_date: Date = EMPLOYEE_RECENT_LEAVE_START_DATE;
    /// The last day of the latest leave
    recent_leave_end_date: Date = EMPLOYEE_RECENT_LEAVE_END_DATE;
    /// Whether the company would hire this person again
    eligible_for_rehire: bool = EMPLOYEE_ELIGIBLE_FOR_REHIRE;
    /// Whether the company regrets that this person left
    regrettable_termination: bool = EMPLOYEE_REGRETTABLE_TERMINATION;
    /// The private e-mail address
    private_email: String = HOME_PRIVATE_EMAIL;
    /// The private phone
    private_phone: String = HOME_PRIVATE_PHONE;
    /// The private mobile phone
    mobile_phone: String = HOME_MOBILE_PHONE;
    /// The form of address
    honorific: ListItemId = PERSONAL_HONORIFIC;
    /// The pronouns
    pronouns: ListItemId = PERSONAL_PRONOUNS;
    /// The date of birth
    birth_date: Date = PERSONAL_BIRTH_DATE;
    /// The nationalities, items of the list `nationalities`
    nationality: Vec<ListItemId> = PERSONAL_NATIONALITY;
    /// The name on Slack
    slack_username: String = PERSONAL_COMMUNICATION_SLACK_USERNAME;
    /// The country of the home address, an item of the list `countries`
    country: ListItemId = ADDRESS_COUNTRY;
    /// The city of the home address
    city: String = ADDRESS_CITY;
    /// The country of the site
    site_country: String = ADDRESS_SITE_COUNTRY;
    /// The city of the site
    site_city: String = ADDRESS_SITE_CITY;
    /// What somebody writes about themselves
    about: String = ABOUT_ABOUT;
    /// The hobbies
    hobbies: Vec<ListItemId> = ABOUT_HOBBIES;
    /// The superpowers
    superpowers: Vec<ListItemId> = ABOUT_SUPERPOWERS;
    /// The address of a profile on `LinkedIn`
    linkedin: String = ABOUT_SOCIAL_DATA_LINKEDIN;
    /// The kind of worker, an item of the list `payrollEmploymentType`
    employment_type: ListItemId = PAYROLL_EMPLOYMENT_TYPE;
    /// The kind of contract, an item of the list `employmentstatus`
    contract: ListItemId = PAYROLL_EMPLOYMENT_CONTRACT;
    /// The full-time equivalent, in per cent
    fte: f64 = PAYROLL_EMPLOYMENT_FTE;
    /// The level in the organisation, an item of the list `orgLevels`
    org_level: ListItemId = EMPLOYEE_ORG_LEVEL;
    /// The partner at human resources
    hrbp: EmployeeId = EMPLOYEE_HRBP;
    /// The buddy
    buddy: EmployeeId = EMPLOYEE_BUDDY;
    /// The administrator of information technology
    it_admin: EmployeeId = EMPLOYEE_IT_ADMIN;
    /// The job profile, an item of a tree
    job_profile_id: ListItemId = EMPLOYEE_JOB_PROFILE_ID;
    /// The job role
    job_role_id: ListItemId = EMPLOYEE_JOB_ROLE_ID;
    /// The job family
    job_family_id: ListItemId = EMPLOYEE_JOB_FAMILY_ID;
}

impl Employee {
    /// The work e-mail address ([`fields::ROOT_EMAIL`]).
    pub fn email(&self) -> Field<&str> {
        self.standard_text(fields::ROOT_EMAIL)
    }

    /// The company ([`fields::ROOT_COMPANY_ID`]).
    pub fn company_id(&self) -> Field<CompanyId> {
        self.standard_value(fields::ROOT_COMPANY_ID)
            .and_then(|value| value.as_u64().map_or(Field::Missing, Field::Value))
            .map(CompanyId::new)
    }

    /// The phase of employment ([`fields::INTERNAL_LIFECYCLE_STATUS`]).
    pub fn lifecycle_status(&self) -> Field<LifecycleStatus> {
        self.standard_text(fields::INTERNAL_LIFECYCLE_STATUS)
            .map(LifecycleStatus::from)
    }

    /// Whether the employee may use HiBob ([`fields::INTERNAL_STATUS`]).
    pub fn access_status(&self) -> Field<AccessStatus> {
        self.standard_text(fields::INTERNAL_STATUS)
            .map(AccessStatus::from)
    }

    fn standard<T: FromField>(&self, field: &str) -> Field<T> {
        field_value::read(self.standard_value(field)).unwrap_or(Field::Missing)
    }

    fn standard_text(&self, field: &str) -> Field<&str> {
        self.standard_value(field)
            .and_then(|value| value.as_str().map_or(Field::Missing, Field::Value))
    }

    fn standard_value(&self, field: &str) -> Field<&Value> {
        self.at(field, || format!("/{}", field.replace('.', "/")))
    }
}
