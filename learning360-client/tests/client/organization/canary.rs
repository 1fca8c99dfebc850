//! Personal data appears in no `Debug`, no `Display` and no error.

use std::fmt::{Debug, Write as _};

use learning360_client::{
    AuthorizedValues, BrandingColor, BrandingEdit, BulkMessage, BulkResult, CustomField,
    CustomFieldEdit, CustomFieldTarget, CustomFieldType, Group, GroupEdit, GroupText, Image,
    ImageType, ItemOutcome, MailSubscription, MailSwitch, Mapping, NewCustomField, NewGroup,
    NewMapping, Patience, TextFilter, UserMembership, Visibility, match_results,
};
use serde_json::json;

use super::calls::make;
use super::operations::{FIELD, all};
use crate::script::{Reply, Script, json as answer};
use crate::support::{GROUP, client, group_id, mapping_id, user_id};

const CANARY: &str = "canary";

#[derive(Default)]
struct Shown(String);

impl Shown {
    fn debug(&mut self, value: &impl Debug) {
        write!(self.0, "{value:?}\n{value:#?}\n").unwrap();
    }

    fn error(&mut self, error: &dyn std::error::Error) {
        self.debug(&error);
        writeln!(self.0, "{error}").unwrap();
        if let Some(source) = error.source() {
            self.error(source);
        }
    }

    fn holds_nothing(&self) {
        assert!(!self.0.contains(CANARY), "{}", self.0);
        assert!(self.0.len() > 500, "{}", self.0);
    }
}

#[test]
fn no_type_shows_what_it_holds() {
    let mut shown = Shown::default();
    let group = json!({"_id": GROUP, "name": CANARY, "public": true, "custom": CANARY});
    shown.debug(&Group::from_json(&group).unwrap());
    let new = NewGroup::new(CANARY, Visibility::Public, group_id()).unwrap();
    shown.debug(&new.text(GroupText::Custom, CANARY).unwrap());
    let edit = GroupEdit::new().name(CANARY).unwrap();
    shown.debug(&edit.text(GroupText::Url, CANARY).unwrap());
    shown.error(
        &GroupEdit::new()
            .text(GroupText::Subdomain, "canary!")
            .unwrap_err(),
    );
    shown.error(&Group::from_json(&json!({"_id": CANARY})).unwrap_err());
    shown.error(&serde_json::from_value::<Group>(json!({"name": CANARY})).unwrap_err());
    let field = json!({"_id": FIELD, "name": CANARY, "targetType": "users", "type": "string"});
    shown.debug(&serde_json::from_value::<CustomField>(field).unwrap());
    let new = NewCustomField::new(CANARY, CustomFieldTarget::Users, CustomFieldType::Date);
    shown.debug(&new.unwrap());
    shown.debug(&CustomFieldEdit::name(CANARY).unwrap());
    shown.debug(&AuthorizedValues::texts([CANARY]).unwrap());
    let new = NewMapping::new("ours", group_id(), CANARY).unwrap();
    shown.debug(&new);
    shown.debug(&Mapping::new(mapping_id(), new));
    shown.error(
        &BrandingEdit::new()
            .set(BrandingColor::Primary, CANARY)
            .unwrap_err(),
    );
    shown.debug(&Image::new(ImageType::Png, CANARY).unwrap());
    let mail = MailSubscription::new(CANARY, MailSwitch::Activation).unwrap();
    shown.debug(&mail);
    shown.debug(&BulkMessage::from(CANARY));
    let failed = json!({"input": mail, "status": "error", "errorMessage": CANARY});
    let result = BulkResult::from_json(failed);
    shown.debug(&result);
    let outcomes = match_results(std::slice::from_ref(&mail), vec![result]);
    assert!(matches!(&outcomes[0], ItemOutcome::Failed { message } if message.as_str() == CANARY));
    shown.debug(&outcomes);
    let client = client("http://127.0.0.1:9");
    shown.debug(&client.bulk().switch_mails([mail]));
    shown.debug(&client.groups());
    shown.debug(&client.custom_fields().list().name(CANARY));
    shown.debug(
        &client
            .external_ids()
            .list()
            .value(CANARY)
            .target(&user_id()),
    );
    shown.debug(&TextFilter::is(CANARY));
    shown.holds_nothing();
}

#[tokio::test]
async fn no_error_shows_what_was_answered() {
    let mut shown = Shown::default();
    let refusal = json!({"error": {"code": "invalidInput", "message": CANARY}});
    let odd = json!({"_id": CANARY, "name": [CANARY], "status": CANARY});
    for reply in [
        answer(400, &refusal),
        answer(200, &odd),
        Reply::Answer(200, "content-type: text/html\r\n", CANARY.to_owned()),
    ] {
        let script = Script::play([reply]).await;
        let client = client(&script.origin);
        for operation in all() {
            if let Err(error) = make(&client, operation.call).await {
                shown.error(&error);
            }
        }
    }
    shown.holds_nothing();
}

#[tokio::test(start_paused = true)]
async fn no_report_shows_whom_it_is_about() {
    let mail = MailSubscription::new(CANARY, MailSwitch::Activation).unwrap();
    let refusal = json!({"error": {"code": "invalidInput", "message": CANARY}});
    let script = Script::play([answer(400, &refusal)]).await;
    let request = client(&script.origin).bulk().switch_mails([mail]);
    let report = request.run(Patience::default(), |_| {}).await;
    let shown = format!("{report:?} {report:#?} {}", report.error().unwrap());
    assert!(!shown.contains(CANARY), "{shown}");
    assert_eq!(report.items()[0].1, ItemOutcome::NotSubmitted);
    let membership = UserMembership::learner(user_id(), group_id());
    assert!(format!("{membership:?}").contains(GROUP));
}
