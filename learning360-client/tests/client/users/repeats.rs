//! What a repetition may find done by the attempt before, and what is never repeated.

use learning360_client::{
    Error, Image, ImageType, NewCertificate, NewPassword, NewUserCustomLink, NextLogin, Sent,
    UserId, Users,
};
use serde_json::json;

use super::operations::OTHER;
use crate::script::{Reply, Script, json as answer};
use crate::support::{client, user_id};

#[derive(Clone, Copy, Debug)]
enum Call {
    AddManager,
    CreateCustomLink,
    DeleteCustomLink,
    ImportCertificate,
    RemoveManager,
    UploadProfileImage,
}

async fn make(users: &Users, call: Call) -> Result<(), Error> {
    let (user, other) = (user_id(), UserId::try_from(OTHER).unwrap());
    match call {
        Call::AddManager => users.add_manager(&user, &other).await,
        Call::CreateCustomLink => {
            let link = NewUserCustomLink::new(OTHER.parse().unwrap(), "u").unwrap();
            users.create_custom_link(&user, &link).await
        }
        Call::DeleteCustomLink => {
            let id = OTHER.parse().unwrap();
            users.delete_custom_link(&user, &id).await
        }
        Call::ImportCertificate => {
            let at = "2026-01-31T00:00:00Z".parse().unwrap();
            let certificate = NewCertificate::new("t", at, "%PDF").unwrap();
            users
                .import_certificate(&user, &certificate)
                .await
                .map(drop)
        }
        Call::RemoveManager => users.remove_manager(&user, &other).await,
        Call::UploadProfileImage => {
            let image = Image::new(ImageType::Png, "png").unwrap();
            users.upload_profile_image(&user, &image).await.map(drop)
        }
    }
}

fn refusal(status: u16, code: &str) -> Reply {
    answer(status, &json!({"error": {"code": code, "message": "m"}}))
}

#[tokio::test(start_paused = true)]
async fn what_a_repetition_finds_removed_was_removed_by_it() {
    for (call, status, code) in [
        (Call::RemoveManager, 400, "managerNotAssignedToUser"),
        (Call::DeleteCustomLink, 404, "customUserLinkNotFound"),
    ] {
        // Cut off after it may have arrived, then found gone.
        let script = Script::play([Reply::Cut, refusal(status, code)]).await;
        make(&client(&script.origin).users(), call).await.unwrap();
        assert_eq!(script.requests().len(), 2, "{call:?}");

        // Found gone at once: somebody else removed it.
        let script = Script::play([refusal(status, code)]).await;
        let error = make(&client(&script.origin).users(), call)
            .await
            .unwrap_err();
        assert_eq!(error.code().unwrap().as_str(), code, "{call:?}");

        // Another code says something else, whatever happened before.
        let script = Script::play([Reply::Cut, refusal(404, "userNotFound")]).await;
        let error = make(&client(&script.origin).users(), call)
            .await
            .unwrap_err();
        assert_eq!(error.code().unwrap().as_str(), "userNotFound", "{call:?}");
    }
}

#[tokio::test(start_paused = true)]
async fn what_makes_something_is_not_sent_twice() {
    for call in [
        Call::AddManager,
        Call::CreateCustomLink,
        Call::ImportCertificate,
        Call::UploadProfileImage,
    ] {
        let script = Script::play([Reply::Short(200)]).await;
        let outcome = make(&client(&script.origin).users(), call).await;
        let error = outcome.unwrap_err();
        assert_eq!(script.requests().len(), 1, "{call:?}");
        assert!(
            error.sent() != Sent::No && !error.is_retryable(),
            "{call:?}: {error}"
        );
    }
}

/// The answer may repeat the password.
#[tokio::test]
async fn no_error_keeps_the_answer_to_a_password() {
    let password = NewPassword::new("canary-password").unwrap();
    let told = json!({"error": {"code": "passwordInvalid", "message": "not canary-password"}});
    let script = Script::play([answer(400, &told)]).await;
    let users = client(&script.origin).users();
    let next_login = NextLogin::KeepsPassword;
    let outcome = users
        .replace_password(&user_id(), &password, next_login)
        .await;
    let error = outcome.unwrap_err();
    assert_eq!(error.body(), None);
    assert_eq!(error.code().unwrap().as_str(), "passwordInvalid");
}
