//! The calls about users.

use learning360_client::{
    CertificatePrivacy, ClearableField, CustomValue, CustomValues, ImageType, Invitation,
    Membership, NewCertificate, NewPassword, NewUser, NewUserCustomLink, NextLogin,
    PseudonymizedExternalIds, StatusFilter, UserEdit, UserField, UserStatus,
};

use super::cases::{Case, case};
use super::input::Input;

pub(super) fn cases() -> Vec<Case> {
    let mut cases = accounts();
    cases.extend(relations());
    cases.extend(values());
    cases.extend(certificates());
    cases
}

fn accounts() -> Vec<Case> {
    vec![
        case!("POST" "/users", "users().create", |client, input| {
            let invitation = input.each(&[Invitation::Send, Invitation::Suppress]);
            client.users().create(&new_user(&mut input), invitation).await
        }),
        case!("GET" "/users", "users().list", |client, input| {
            let list = client.users().list().mail(input.filter());
            let list = if input.flip() { list.username(input.filter()) } else { list };
            list.status(status_filter(&input)).all().await
        }),
        case!("GET" "/users/{userId}", "users().get", |client, input| {
            client.users().get(&input.id()).await
        }),
        case!("PATCH" "/users/{userId}", "users().edit", |client, input| {
            client.users().edit(&input.id(), &user_edit(&mut input)).await
        }),
        case!("DELETE" "/users/{userId}", "users().delete", |client, input| {
            client.users().delete(&input.id()).await
        }),
        case!("PUT" "/users/{userId}/activate", "users().activate", |client, input| {
            client.users().activate(&input.id()).await
        }),
        case!("PUT" "/users/{userId}/pseudonymize", "users().pseudonymize", |client, input| {
            let ids = [PseudonymizedExternalIds::Delete, PseudonymizedExternalIds::Keep];
            let ids = input.each(&ids);
            client.users().pseudonymize(&input.id(), ids).await
        }),
        case!("PUT" "/users/{userId}/password", "users().replace_password", |client, input| {
            let password = NewPassword::new(input.text()).expect("long enough");
            let next = input.each(&[NextLogin::ChangesPassword, NextLogin::KeepsPassword]);
            client.users().replace_password(&input.id(), &password, next).await
        }),
        case!("POST" "/users/{userId}/media", "users().upload_profile_image", |client, input| {
            let image = input.image(&IMAGES);
            client.users().upload_profile_image(&input.id(), &image).await
        }),
    ]
}

fn relations() -> Vec<Case> {
    vec![
        case!("GET" "/users/{userId}/managers", "users().managers", |client, input| {
            client.users().managers(&input.id()).all().await
        }),
        case!("GET" "/users/{userId}/subordinates", "users().subordinates", |client, input| {
            client.users().subordinates(&input.id()).all().await
        }),
        case!(
            "POST" "/users/{userId}/managers/{managerId}", "users().add_manager",
            |client, input| client.users().add_manager(&input.id(), &input.id()).await
        ),
        case!(
            "DELETE" "/users/{userId}/managers/{managerId}", "users().remove_manager",
            |client, input| client.users().remove_manager(&input.id(), &input.id()).await
        ),
        case!("GET" "/users/{userId}/roles", "users().memberships", |client, input| {
            client.users().memberships(&input.id()).all().await
        }),
    ]
}

fn values() -> Vec<Case> {
    vec![
        case!(
            "GET" "/users/{userId}/custom-fields/values", "users().custom_values",
            |client, input| client.users().custom_values(&input.id()).await
        ),
        case!(
            "PUT" "/users/{userId}/custom-fields/values", "users().replace_custom_values",
            |client, input| {
                let values = custom_values(&mut input);
                client.users().replace_custom_values(&input.id(), &values).await
            }
        ),
        case!("GET" "/users/{userId}/custom-links", "users().custom_links", |client, input| {
            client.users().custom_links(&input.id()).all().await
        }),
        case!(
            "POST" "/users/{userId}/custom-links", "users().create_custom_link",
            |client, input| client.users().create_custom_link(&input.id(), &link(&mut input)).await
        ),
        case!(
            "PUT" "/users/{userId}/custom-links/{customUserLinkId}", "users().replace_custom_link",
            |client, input| {
                let (user, id, link) = (input.id(), input.id(), link(&mut input));
                client.users().replace_custom_link(&user, &id, &link).await
            }
        ),
        case!(
            "DELETE" "/users/{userId}/custom-links/{customUserLinkId}",
            "users().delete_custom_link",
            |client, input| client.users().delete_custom_link(&input.id(), &input.id()).await
        ),
    ]
}

fn certificates() -> Vec<Case> {
    vec![
        case!("GET" "/users/{userId}/certificates", "users().certificates", |client, input| {
            let list = client.users().certificates(&input.id());
            let list = list.delivery_date(input.instant_filter());
            list.expiration_date(input.instant_filter()).all().await
        }),
        case!(
            "POST" "/users/{userId}/certificates", "users().import_certificate",
            |client, input| {
                let certificate = new_certificate(&mut input);
                client.users().import_certificate(&input.id(), &certificate).await
            }
        ),
        case!(
            "PATCH" "/users/{userId}/certificates/privacy-level",
            "users().set_certificate_privacy",
            |client, input| {
                let ids = (0..input.one_of(&[0, 1, 3])).map(|_| input.id()).collect::<Vec<_>>();
                let privacy = [CertificatePrivacy::Private, CertificatePrivacy::Public];
                let privacy = input.each(&privacy);
                client.users().set_certificate_privacy(&input.id(), &ids, privacy).await
            }
        ),
        case!(
            "GET" "/users/{userId}/certificates/{certificateId}/pdf", "users().certificate_pdf",
            |client, input| {
                let pdf = client.users().certificate_pdf(&input.id(), &input.id()).await;
                pdf.map(|pdf| String::from_utf8_lossy(&pdf).into_owned())
            }
        ),
    ]
}

fn new_user(input: &mut Input) -> NewUser {
    let role = input.declared("body.membership.role").into();
    let mut user = NewUser::new(Membership::new(input.id(), role));
    for field in UserField::ALL {
        if input.flip() {
            user = match field {
                UserField::ToBeDeactivatedAt => user.to_be_deactivated_at(input.instant()),
                UserField::PrimaryGroup => user.primary_group(&input.id()),
                _ => user.set(field, value(field, input)).expect("not empty"),
            };
        }
    }
    user
}

fn user_edit(input: &mut Input) -> UserEdit {
    let mut edit = UserEdit::new();
    for field in UserField::ALL {
        edit = match (
            field,
            ClearableField::try_from(field),
            input.one_of(&[0, 1, 2]),
        ) {
            (_, _, 0) => edit,
            (_, Ok(field), 1) => edit.clear(field),
            (UserField::ToBeDeactivatedAt, ..) => edit.to_be_deactivated_at(input.instant()),
            (UserField::PrimaryGroup, ..) => edit.primary_group(&input.id()),
            _ => edit.set(field, value(field, input)).expect("not empty"),
        };
    }
    match input.one_of(&[0, 1, 2]) {
        0 => edit,
        1 => edit.clear_profile_image(),
        _ => edit.profile_image(input.id()),
    }
}

fn value(field: UserField, input: &mut Input) -> String {
    match field {
        UserField::Mail => input.mail(),
        UserField::Lang => input.declared("body.lang").to_owned(),
        _ => input.text(),
    }
}

fn status_filter(input: &Input) -> StatusFilter {
    let status = |operator: &str| {
        let status = input.declared(&format!("query.status.{operator}"));
        UserStatus::from(status)
    };
    if input.each(&[true, false]) {
        StatusFilter::Is(status("eq"))
    } else {
        StatusFilter::IsNot(status("ne"))
    }
}

fn custom_values(input: &mut Input) -> CustomValues {
    let count = input.one_of(&[0, 1, 4]);
    let value = |_| {
        if input.flip() {
            CustomValue::text(input.id(), input.text()).expect("not empty")
        } else {
            CustomValue::date(input.id(), input.day())
        }
    };
    (0..count).map(value).collect()
}

fn link(input: &mut Input) -> NewUserCustomLink {
    NewUserCustomLink::new(input.id(), input.text()).expect("not empty")
}

fn new_certificate(input: &mut Input) -> NewCertificate {
    let (title, at, pdf) = (input.text(), input.instant(), input.text());
    let mut certificate = NewCertificate::new(title, at, pdf).expect("small");
    if input.flip() {
        certificate = certificate.expiration_date(input.instant());
    }
    if input.flip() {
        certificate = certificate.outline(input.id());
    }
    certificate
}

const IMAGES: [ImageType; 7] = [
    ImageType::Bmp,
    ImageType::Gif,
    ImageType::Heic,
    ImageType::Jpeg,
    ImageType::Png,
    ImageType::Svg,
    ImageType::Webp,
];
