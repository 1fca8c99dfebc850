//! Secrets and personal data of users appear in no `Debug` and in no error of a value.

use std::fmt::{Debug, Write as _};

use learning360_client::{
    Certificate, CustomValue, CustomValues, Image, ImageType, InstantFilter, InvalidValue,
    NewCertificate, NewPassword, NewUserCustomLink, TextFilter, User, UserCustomLink, UserEdit,
};
use serde_json::json;

use super::operations::{FIELD, OTHER};
use crate::support::{USER, client, user_id};

const CANARY: &str = "canary";

#[derive(Default)]
struct Shown(String);

impl Shown {
    fn add(&mut self, value: &impl Debug) {
        write!(self.0, "{value:?}\n{value:#?}\n").unwrap();
    }
}

#[test]
fn no_type_shows_what_it_holds() {
    let mut shown = Shown::default();
    let at = "2026-01-31T00:00:00Z".parse().unwrap();
    let certificate = json!({
        "_id": OTHER, "type": "path", "title": CANARY, "pathName": CANARY,
        "deliveryDate": "2026-01-31T00:00:00.000Z",
    });
    shown.add(&Certificate::from_json(&certificate).unwrap());
    shown.add(&NewCertificate::new(CANARY, at, CANARY).unwrap());
    shown.add(&Image::new(ImageType::Png, CANARY).unwrap());
    shown.add(&NewPassword::new("canary-canary").unwrap());
    let value = CustomValue::text(FIELD.parse().unwrap(), CANARY).unwrap();
    shown.add(&value);
    shown.add(&CustomValues::from_iter([value]));
    let link = json!({"_id": OTHER, "customLinkId": FIELD, "url": CANARY});
    shown.add(&serde_json::from_value::<UserCustomLink>(link).unwrap());
    shown.add(&NewUserCustomLink::new(FIELD.parse().unwrap(), CANARY).unwrap());
    shown.add(&TextFilter::one_of([CANARY, CANARY]).unwrap());
    shown.add(&UserEdit::new().profile_image(OTHER.parse().unwrap()));
    let user = json!({"_id": USER, "status": "active", "profileImageId": OTHER, "mail": CANARY});
    shown.add(&User::from_json(user).unwrap());

    let users = client("http://127.0.0.1:9").users();
    shown.add(&users.list().mail(TextFilter::is_not(CANARY)));
    shown.add(&users.list().username(CANARY).pages());
    let from = InstantFilter::From(at);
    shown.add(&users.certificates(&user_id()).delivery_date(from));
    // Ids in paths lead to persons.
    let mut lists = Shown::default();
    lists.add(&users.certificates(&user_id()).pages());
    lists.add(&users.custom_links(&user_id()));
    lists.add(&users.managers(&user_id()).pages());
    lists.add(&users.memberships(&user_id()));
    lists.add(&users.subordinates(&user_id()));
    assert!(!lists.0.contains(USER), "{}", lists.0);

    let refused: [InvalidValue; 2] = [
        NewPassword::new("canary").unwrap_err(),
        NewCertificate::new(CANARY, at, "").unwrap_err(),
    ];
    for error in refused {
        shown.add(&error);
        writeln!(shown.0, "{error}").unwrap();
    }
    assert!(!shown.0.contains(CANARY), "{}", shown.0);
    assert!(shown.0.len() > 2000);
}
