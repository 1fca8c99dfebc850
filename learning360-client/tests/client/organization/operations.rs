//! Every operation about groups, custom fields, external IDs, jobs and in bulk, as 360Learning
//! documents it.

use serde_json::{Value, json};

use crate::support::{GROUP, MAPPING, USER};

pub(super) const OTHER: &str = "507f1f77bcf86cd799439021";
pub(super) const FIELD: &str = "507f1f77bcf86cd799439022";
pub(super) const OPERATION: &str = "507f1f77bcf86cd799439023";

#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Call {
    AddRole,
    AuthorizedValues,
    BulkAddRoles,
    BulkDeleteGroups,
    BulkOperation,
    BulkOperations,
    BulkRemoveRoles,
    BulkReplaceJobs,
    BulkResults,
    BulkSwitchMails,
    CatalogCourses,
    CatalogPathSessions,
    CreateCustomField,
    CreateGroup,
    CreateMapping,
    CustomFields,
    DeleteCustomField,
    DeleteGroup,
    DeleteMapping,
    EditCustomField,
    EditGroup,
    Group,
    Groups,
    LibraryCourses,
    LibraryPaths,
    Mappings,
    Members,
    RemoveRole,
    ReplaceAuthorizedValues,
    ReplaceJobs,
    ReplaceMapping,
    SetBranding,
    UploadGroupMedia,
}

/// An operation: the request it makes, the answer it gets, and the codes it may be refused with.
pub(super) struct Operation {
    pub(super) call: Call,
    pub(super) method: &'static str,
    /// Behind `/api/v2`.
    pub(super) path: String,
    pub(super) route: &'static str,
    pub(super) body: Option<Value>,
    pub(super) status: u16,
    pub(super) answer: Option<Value>,
    pub(super) codes: &'static [(u16, &'static [&'static str])],
}

impl Operation {
    fn new(call: Call, method: &'static str, route: &'static str) -> Self {
        let path = route
            .replace("{groupId}", GROUP)
            .replace("{role}", "user-admin")
            .replace("{userId}", USER)
            .replace("{customFieldId}", FIELD)
            .replace("{mappingId}", MAPPING)
            .replace("{bulkOperationId}", OPERATION);
        Self {
            call,
            method,
            path,
            route,
            body: None,
            status: 204,
            answer: None,
            codes: &[],
        }
    }

    fn content(mut self, kind: &str) -> Self {
        self.path = self.path.replace("{contentType}", kind);
        self.gets(200, json!([OTHER])).refused(NO_GROUP)
    }

    fn bulk(mut self, input: &Value) -> Self {
        self.body = Some(json!({"input": [input]}));
        self.status = 202;
        self.refused(BULK)
    }

    fn query(mut self, query: &str) -> Self {
        self.path = format!("{}?{query}", self.path);
        self
    }

    fn sends(mut self, body: Value) -> Self {
        self.body = Some(body);
        self
    }

    fn gets(mut self, status: u16, answer: Value) -> Self {
        (self.status, self.answer) = (status, Some(answer));
        self
    }

    fn refused(mut self, codes: &'static [(u16, &'static [&'static str])]) -> Self {
        self.codes = codes;
        self
    }
}

pub(super) fn all() -> Vec<Operation> {
    [groups(), roles(), contents(), fields(), mappings(), bulk()]
        .into_iter()
        .flatten()
        .collect()
}

pub(super) fn group() -> Value {
    json!({"_id": GROUP, "name": "Engineering", "public": false, "parentId": OTHER})
}

pub(super) fn field() -> Value {
    json!({"_id": FIELD, "name": "Site", "targetType": "users", "type": "string"})
}

pub(super) fn operation(status: &str) -> Value {
    let at = "2026-09-10T08:00:00.000Z";
    json!({
        "_id": OPERATION, "type": "addUsersToGroups", "status": status, "createdAt": at,
        "progress": {"index": 0, "updatedAt": at},
    })
}

fn mapping() -> Value {
    json!({
        "_id": MAPPING, "platform": "ours", "targetId": GROUP, "targetType": "group", "value": "7",
    })
}

const NO_GROUP: &[(u16, &[&str])] = &[(404, &["groupNotFound"])];

const BULK: &[(u16, &[&str])] = &[
    (400, &["invalidInput", "inputTooLong"]),
    (429, &["bulkOperationsConcurrencyLimitReached"]),
    (503, &["bulkAPIDisabled"]),
];

fn groups() -> Vec<Operation> {
    vec![
        Operation::new(Call::Groups, "GET", "/groups").gets(200, json!([group()])),
        Operation::new(Call::Group, "GET", "/groups/{groupId}")
            .gets(200, group())
            .refused(NO_GROUP),
        Operation::new(Call::CreateGroup, "POST", "/groups")
            .sends(json!({
                "name": "Engineering", "public": false, "parentId": OTHER, "custom": "d1",
                "imprint": {"url": "https://example.com/", "explicitConsent": false},
            }))
            .gets(201, group())
            .refused(&[
                (
                    400,
                    &[
                        "mediaNotFound",
                        "maxGroupsLimitReached",
                        "noCustomUrlOnPublicGroup",
                        "noImprintOnPublicGroup",
                        "noModerationCharterOnPublicGroup",
                        "noPrivacyPolicyOnPublicGroup",
                        "noSubdomainOnPublicGroup",
                        "noTermsOfUseOnPublicGroup",
                        "subdomainUnavailable",
                    ],
                ),
                (404, &["parentGroupNotFound"]),
            ]),
        Operation::new(Call::EditGroup, "PATCH", "/groups/{groupId}")
            .sends(json!({"name": "Engineers", "custom": null, "logoImageId": null}))
            .gets(200, group())
            .refused(&[
                (
                    400,
                    &[
                        "mediaNotFound",
                        "noCustomUrlOnPublicGroup",
                        "noImprintOnPublicGroup",
                        "noModerationCharterOnPublicGroup",
                        "noPrivacyPolicyOnPublicGroup",
                        "noSubdomainOnPublicGroup",
                        "noTermsOfUseOnPublicGroup",
                        "parentGroupNotDescendantOrSelf",
                        "rootGroupNotPublic",
                        "subdomainUnavailable",
                    ],
                ),
                (404, &["groupNotFound", "parentGroupNotFound"]),
            ]),
        Operation::new(Call::DeleteGroup, "DELETE", "/groups/{groupId}").refused(&[
            (
                400,
                &["groupIsRoot", "hasActiveIntegrationsOrLtiConnectors"],
            ),
            (404, &["groupNotFound"]),
        ]),
        Operation::new(Call::UploadGroupMedia, "POST", "/groups/{groupId}/media")
            .gets(200, group())
            .refused(&[
                (400, &["noFilesProvided"]),
                (404, &["groupNotFound", "usersNotFound"]),
            ]),
        Operation::new(Call::SetBranding, "PATCH", "/groups/{groupId}/branding")
            .sends(json!({"colors": {"primary": "#0a1b2c", "menuBackground": null}}))
            .gets(200, json!({"colors": {"primary": "#0a1b2c"}}))
            .refused(&[
                (400, &["extendedTrainingSolutionNotEnabled"]),
                (404, &["groupNotFound"]),
            ]),
    ]
}

fn roles() -> Vec<Operation> {
    vec![
        Operation::new(Call::Members, "GET", "/groups/{groupId}/roles")
            .gets(200, json!([{"userId": USER, "role": "owner"}]))
            .refused(NO_GROUP),
        Operation::new(Call::AddRole, "POST", "/groups/{groupId}/{role}/{userId}").refused(&[
            (400, &["analystUnavailable", "userDeleted"]),
            (404, &["groupNotFound", "userNotFound"]),
        ]),
        Operation::new(
            Call::RemoveRole,
            "DELETE",
            "/groups/{groupId}/{role}/{userId}",
        )
        .refused(&[
            (400, &["analystUnavailable"]),
            (404, &["groupNotFound", "userNotFoundInGroup"]),
        ]),
        Operation::new(Call::ReplaceJobs, "PUT", "/skills/users/{userId}/jobs")
            .sends(json!({"jobIds": ["JOB1", "JOB2"]}))
            .gets(200, json!(["JOB1", "JOB2"]))
            .refused(&[
                (
                    400,
                    &[
                        "skillSolutionNotEnabled",
                        "jobExternalIdNotFound",
                        "tooManyJobs",
                    ],
                ),
                (404, &["userNotFound"]),
            ]),
    ]
}

fn contents() -> Vec<Operation> {
    let catalog = "/groups/{groupId}/catalog/{contentType}-ids";
    let library = "/groups/{groupId}/library/{contentType}-ids";
    vec![
        Operation::new(Call::CatalogCourses, "GET", catalog).content("course"),
        Operation::new(Call::CatalogPathSessions, "GET", catalog).content("path-session"),
        Operation::new(Call::LibraryCourses, "GET", library).content("course"),
        Operation::new(Call::LibraryPaths, "GET", library).content("path"),
    ]
}

fn fields() -> Vec<Operation> {
    let values = "/custom-fields/{customFieldId}/authorized-values";
    vec![
        Operation::new(Call::CustomFields, "GET", "/custom-fields")
            .query("name[eq]=a%20%26%20b&targetType[ne]=contents&type[in]=date&type[in]=string")
            .gets(200, json!([field()])),
        Operation::new(Call::CreateCustomField, "POST", "/custom-fields")
            .sends(json!({"name": "Site", "targetType": "users", "type": "string"}))
            .gets(201, field())
            .refused(&[(
                400,
                &[
                    "customFieldLimitReached",
                    "invalidName",
                    "nameAlreadyTaken",
                    "customFieldsTargetTypeNotEnabled",
                ],
            )]),
        Operation::new(
            Call::EditCustomField,
            "PATCH",
            "/custom-fields/{customFieldId}",
        )
        .sends(json!({"name": "Site"}))
        .gets(200, field())
        .refused(&[
            (400, &["invalidName", "nameAlreadyTaken"]),
            (404, &["customFieldNotFound"]),
        ]),
        Operation::new(
            Call::DeleteCustomField,
            "DELETE",
            "/custom-fields/{customFieldId}",
        )
        .refused(&[(404, &["customFieldNotFound"])]),
        Operation::new(Call::AuthorizedValues, "GET", values)
            .gets(200, json!(["Paris", "Berlin"]))
            .refused(&[(404, &["customFieldNotFound"])]),
        Operation::new(Call::ReplaceAuthorizedValues, "PUT", values)
            .sends(json!({"authorizedValues": ["Paris", "Berlin"]}))
            .gets(200, json!(["Paris", "Berlin"]))
            .refused(&[
                (
                    400,
                    &["customFieldValuesConflict", "authorizedValuesTypeMismatch"],
                ),
                (404, &["customFieldNotFound"]),
            ]),
    ]
}

fn mappings() -> Vec<Operation> {
    let new = json!({"platform": "ours", "targetId": GROUP, "targetType": "group", "value": "7"});
    vec![
        Operation::new(Call::Mappings, "GET", "/external-ids")
            .query(&format!(
                "type[eq]=group&platform[eq]=ours&value[in]=7&value[in]=8%2B&targetId[eq]={GROUP}"
            ))
            .gets(200, json!([mapping()])),
        Operation::new(Call::CreateMapping, "POST", "/external-ids")
            .sends(new.clone())
            .gets(201, mapping())
            .refused(&[
                (
                    400,
                    &[
                        "mappingAlreadyExists",
                        "reservedPlatformName",
                        "valueAlreadyUsed",
                    ],
                ),
                (404, &["resourceNotFound"]),
            ]),
        Operation::new(Call::ReplaceMapping, "PUT", "/external-ids/{mappingId}")
            .sends(new)
            .gets(200, mapping())
            .refused(&[
                (
                    400,
                    &[
                        "reservedPlatformName",
                        "targetAlreadyMapped",
                        "valueAlreadyUsed",
                    ],
                ),
                (404, &["mappingIdNotFound", "resourceNotFound"]),
            ]),
        Operation::new(Call::DeleteMapping, "DELETE", "/external-ids/{mappingId}").refused(&[
            (400, &["reservedPlatformName"]),
            (404, &["mappingIdNotFound"]),
        ]),
    ]
}

fn bulk() -> Vec<Operation> {
    let role = json!({"userId": USER, "groupId": GROUP, "role": "userAdmin"});
    let memberships = "/bulk/groups/memberships";
    let result = json!({"input": role, "status": "success", "resourceId": USER});
    vec![
        Operation::new(Call::BulkAddRoles, "POST", memberships).bulk(&role),
        Operation::new(Call::BulkRemoveRoles, "DELETE", memberships).bulk(&role),
        Operation::new(Call::BulkDeleteGroups, "DELETE", "/bulk/groups")
            .bulk(&json!({"groupId": GROUP})),
        Operation::new(Call::BulkReplaceJobs, "PUT", "/bulk/skills/users/jobs")
            .bulk(&json!({"userId": USER, "currentJobIds": ["JOB1"], "previousJobIds": []}))
            .refused(&[
                (
                    400,
                    &[
                        "invalidInput",
                        "inputTooLong",
                        "skillSolutionNotEnabled",
                        "tooManyJobs",
                    ],
                ),
                (429, &["bulkOperationsConcurrencyLimitReached"]),
                (503, &["bulkAPIDisabled"]),
            ]),
        Operation::new(
            Call::BulkSwitchMails,
            "POST",
            "/bulk/notifications/subscriptions",
        )
        .bulk(&json!({"mail": "a+b@example.com", "type": "deactivation"})),
        Operation::new(Call::BulkOperations, "GET", "/bulk/operations")
            .query(
                "createdAt[gte]=2026-09-10T00%3A00%3A00.000Z&\
                 createdAt[lt]=2026-09-11T00%3A00%3A00.000Z&\
                 status[eq]=running&type[eq]=addUsersToGroups",
            )
            .gets(200, json!([operation("running")])),
        Operation::new(
            Call::BulkOperation,
            "GET",
            "/bulk/operations/{bulkOperationId}",
        )
        .gets(200, operation("queued"))
        .refused(&[(404, &["bulkOperationNotFound"])]),
        Operation::new(
            Call::BulkResults,
            "GET",
            "/bulk/operations/{bulkOperationId}/results",
        )
        .gets(200, json!([result]))
        .refused(&[
            (400, &["bulkOperationNotRun"]),
            (404, &["bulkOperationNotFound"]),
        ]),
    ]
}
