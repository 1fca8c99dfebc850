//! Every operation about users, as 360Learning documents it.

use serde_json::{Value, json};

use crate::support::{GROUP, USER, user_json};

pub(super) const OTHER: &str = "507f1f77bcf86cd799439021";
pub(super) const FIELD: &str = "507f1f77bcf86cd799439022";

#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Call {
    Activate,
    AddManager,
    CertificatePdf,
    CertificatePrivacy,
    Certificates,
    Create,
    CreateCustomLink,
    CustomLinks,
    CustomValues,
    Delete,
    DeleteCustomLink,
    Edit,
    Get,
    ImportCertificate,
    List,
    Managers,
    Memberships,
    Pseudonymize,
    RemoveManager,
    ReplaceCustomLink,
    ReplaceCustomValues,
    ReplacePassword,
    Subordinates,
    UploadProfileImage,
}

/// An operation: the request it makes, the answer it gets, and the codes it may be refused with.
pub(super) struct Operation {
    pub(super) call: Call,
    pub(super) method: &'static str,
    /// Behind `/api/v2/users`.
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
            .replace("{userId}", USER)
            .replace("{managerId}", OTHER)
            .replace("{certificateId}", OTHER)
            .replace("{customUserLinkId}", OTHER);
        Self {
            call,
            method,
            path,
            route,
            body: None,
            status: 204,
            answer: None,
            codes: &[(404, &["userNotFound"])],
        }
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

    fn answers(mut self, status: u16) -> Self {
        self.status = status;
        self
    }

    fn refused(mut self, codes: &'static [(u16, &'static [&'static str])]) -> Self {
        self.codes = codes;
        self
    }
}

pub(super) fn all() -> Vec<Operation> {
    [
        accounts(),
        lives(),
        relations(),
        values(),
        certificates(),
        links(),
    ]
    .into_iter()
    .flatten()
    .collect()
}

fn accounts() -> Vec<Operation> {
    vec![
        Operation::new(Call::Create, "POST", "")
            .query("sendInvitationEmail=false")
            .sends(json!({
                "membership": {"groupId": GROUP, "role": "userAdmin"},
                "mail": "ada+lms@example.com",
            }))
            .gets(201, user_json())
            .refused(&[
                (
                    400,
                    &[
                        "analystUnavailable",
                        "deactivationDateInvalid",
                        "loginIdentifierMultipleUsersFound",
                        "mailInvalid",
                        "mailAndUsernameUndefined",
                        "mailAlreadyUsed",
                        "mailUsedTooManyTimes",
                        "notMemberOfPrimaryGroup",
                        "usernameAlreadyUsed",
                        "usernameNotAllowed",
                    ],
                ),
                (404, &["groupNotFound"]),
            ]),
        Operation::new(Call::List, "GET", "")
            .query("mail[eq]=a%2Bb%40x.c&username[nin]=x&username[nin]=y&status[ne]=deleted")
            .gets(200, json!([user_json()]))
            .refused(&[]),
        Operation::new(Call::Get, "GET", "/{userId}").gets(200, user_json()),
        Operation::new(Call::Edit, "PATCH", "/{userId}")
            .sends(json!({"job": "Engineer", "phone": null, "toBeDeactivatedAt": null}))
            .gets(200, user_json())
            .refused(&[
                (
                    400,
                    &[
                        "deactivationDateInvalid",
                        "mediaNotFound",
                        "invalidUpdateOnDeletedUser",
                        "mailInvalid",
                        "mailAlreadyUsed",
                        "notMemberOfPrimaryGroup",
                        "usernameAlreadyUsed",
                        "usernameNotAllowed",
                        "userShouldHaveAtLeastOneValidIdentifier",
                        "ownerDeactivationNotAllowed",
                    ],
                ),
                (404, &["userNotFound"]),
            ]),
        Operation::new(Call::Delete, "DELETE", "/{userId}")
            .refused(&[(400, &["userIsCompanyOwner"]), (404, &["userNotFound"])]),
    ]
}

fn relations() -> Vec<Operation> {
    let membership = json!({"groupId": GROUP, "role": "userAdmin"});
    vec![
        Operation::new(Call::Managers, "GET", "/{userId}/managers").gets(200, json!([OTHER])),
        Operation::new(Call::AddManager, "POST", "/{userId}/managers/{managerId}").refused(&[
            (400, &["userDeleted", "managerDeleted"]),
            (404, &["userNotFound", "managerNotFound"]),
        ]),
        Operation::new(
            Call::RemoveManager,
            "DELETE",
            "/{userId}/managers/{managerId}",
        )
        .refused(&[
            (400, &["userDeleted", "managerNotAssignedToUser"]),
            (404, &["userNotFound", "managerNotFound"]),
        ]),
        Operation::new(Call::Subordinates, "GET", "/{userId}/subordinates")
            .gets(200, json!([OTHER])),
        Operation::new(Call::Memberships, "GET", "/{userId}/roles").gets(200, json!([membership])),
    ]
}

fn values() -> Vec<Operation> {
    let value = json!({"customFieldId": FIELD, "type": "string", "value": "Sales"});
    vec![
        Operation::new(Call::CustomValues, "GET", "/{userId}/custom-fields/values")
            .gets(200, json!([value])),
        Operation::new(
            Call::ReplaceCustomValues,
            "PUT",
            "/{userId}/custom-fields/values",
        )
        .sends(json!({"customValues": [value]}))
        .gets(200, json!([value]))
        .refused(&[
            (
                400,
                &[
                    "unauthorizedValue",
                    "wrongTypeValue",
                    "multipleValuesForSingleCustomField",
                ],
            ),
            (404, &["userNotFound", "customFieldNotFound"]),
        ]),
    ]
}

fn lives() -> Vec<Operation> {
    vec![
        Operation::new(Call::Activate, "PUT", "/{userId}/activate")
            .gets(200, user_json())
            .refused(&[(400, &["userDeleted"]), (404, &["userNotFound"])]),
        Operation::new(Call::Pseudonymize, "PUT", "/{userId}/pseudonymize")
            .query("deleteExternalIds=true")
            .gets(200, user_json())
            .refused(&[(400, &["userNotDeleted"]), (404, &["userNotFound"])]),
        Operation::new(Call::ReplacePassword, "PUT", "/{userId}/password")
            .sends(json!({"password": "correct horse", "passwordMustBeChanged": true}))
            .refused(&[
                (400, &["userDeleted", "passwordInvalid"]),
                (404, &["userNotFound"]),
            ]),
        Operation::new(Call::UploadProfileImage, "POST", "/{userId}/media")
            .gets(200, user_json())
            .refused(&[(400, &["invalidFile"]), (404, &["userNotFound"])]),
    ]
}

fn certificates() -> Vec<Operation> {
    let certificate = json!({
        "_id": OTHER, "type": "external", "title": "First aid",
        "deliveryDate": "2026-01-31T00:00:00.000Z",
    });
    vec![
        Operation::new(Call::Certificates, "GET", "/{userId}/certificates")
            .query(
                "deliveryDate[gte]=2026-01-01T00%3A00%3A00.000Z\
                 &expirationDate[lt]=2027-01-01T00%3A00%3A00.000Z",
            )
            .gets(200, json!([certificate])),
        Operation::new(Call::ImportCertificate, "POST", "/{userId}/certificates")
            .gets(201, certificate)
            .refused(&[
                (
                    400,
                    &[
                        "CertificateAlreadyImported",
                        "deliveryDateInFuture",
                        "expiryDateBeforeDeliveryDate",
                        "unexpectedExpiryDate",
                    ],
                ),
                (404, &["certificateOutlineNotFound", "userNotFound"]),
            ]),
        Operation::new(
            Call::CertificatePrivacy,
            "PATCH",
            "/{userId}/certificates/privacy-level",
        )
        .sends(json!({"certificateIds": [OTHER], "isPublic": false}))
        .answers(200)
        .refused(&[
            (
                400,
                &[
                    "privacyLevelNotAllowedByCompanySettings",
                    "tooManyCertificatesToUpdate",
                ],
            ),
            (404, &["userNotFound", "certificateNotFound"]),
        ]),
        Operation::new(
            Call::CertificatePdf,
            "GET",
            "/{userId}/certificates/{certificateId}/pdf",
        )
        .gets(200, Value::Null)
        .refused(&[(404, &["certificateNotFound", "userNotFound"])]),
    ]
}

/// What a creation or a replacement answers is not documented.
fn links() -> Vec<Operation> {
    let sent = json!({"customLinkId": FIELD, "url": "https://example.com/ada"});
    let mut link = sent.clone();
    link["_id"] = json!(OTHER);
    vec![
        Operation::new(Call::CustomLinks, "GET", "/{userId}/custom-links").gets(200, json!([link])),
        Operation::new(Call::CreateCustomLink, "POST", "/{userId}/custom-links")
            .sends(sent.clone())
            .answers(201)
            .refused(&[
                (404, &["userNotFound", "customLinkNotFound"]),
                (409, &["customLinkAlreadyUsed"]),
            ]),
        Operation::new(
            Call::ReplaceCustomLink,
            "PUT",
            "/{userId}/custom-links/{customUserLinkId}",
        )
        .sends(sent)
        .answers(200)
        .refused(&[
            (
                404,
                &[
                    "userNotFound",
                    "customUserLinkNotFound",
                    "customLinkNotFound",
                ],
            ),
            (409, &["customLinkAlreadyUsed"]),
        ]),
        Operation::new(
            Call::DeleteCustomLink,
            "DELETE",
            "/{userId}/custom-links/{customUserLinkId}",
        )
        .refused(&[(404, &["userNotFound", "customUserLinkNotFound"])]),
    ]
}
