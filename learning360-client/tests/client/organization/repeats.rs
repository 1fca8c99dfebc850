//! What a repetition may find done by the attempt before, and what is never repeated.

use learning360_client::Sent;
use serde_json::json;

use super::calls::make;
use super::operations::Call;
use crate::script::{Reply, Script, json as answer};
use crate::support::client;

fn refusal(code: &str) -> Reply {
    answer(404, &json!({"error": {"code": code, "message": "m"}}))
}

#[tokio::test(start_paused = true)]
async fn what_a_repetition_finds_gone_was_taken_away_by_it() {
    for (call, code) in [
        (Call::RemoveRole, "userNotFoundInGroup"),
        (Call::DeleteGroup, "groupNotFound"),
        (Call::DeleteCustomField, "customFieldNotFound"),
        (Call::DeleteMapping, "mappingIdNotFound"),
    ] {
        // Cut off after it may have arrived, then found gone.
        let script = Script::play([Reply::Cut, refusal(code)]).await;
        make(&client(&script.origin), call).await.unwrap();
        assert_eq!(script.requests().len(), 2, "{call:?}");

        // Found gone at once: somebody else took it away.
        let script = Script::play([refusal(code)]).await;
        let error = make(&client(&script.origin), call).await.unwrap_err();
        assert_eq!(error.code().unwrap().as_str(), code, "{call:?}");
    }
}

#[tokio::test(start_paused = true)]
async fn a_role_in_a_group_that_is_gone_was_not_taken_away() {
    let script = Script::play([Reply::Cut, refusal("groupNotFound")]).await;
    let outcome = make(&client(&script.origin), Call::RemoveRole).await;
    assert_eq!(
        outcome.unwrap_err().code().unwrap().as_str(),
        "groupNotFound"
    );
}

#[tokio::test(start_paused = true)]
async fn what_must_not_happen_twice_is_not_sent_twice() {
    for call in [
        Call::AddRole,
        Call::CreateGroup,
        Call::CreateCustomField,
        Call::CreateMapping,
        Call::UploadGroupMedia,
        Call::BulkAddRoles,
        Call::BulkRemoveRoles,
        Call::BulkDeleteGroups,
        Call::BulkReplaceJobs,
        Call::BulkSwitchMails,
    ] {
        for reply in [Reply::Cut, Reply::Short(200), answer(502, &json!({}))] {
            let script = Script::play([reply.clone()]).await;
            let error = make(&client(&script.origin), call).await.unwrap_err();
            assert_eq!(script.requests().len(), 1, "{call:?} {reply:?}");
            assert_ne!(error.sent(), Sent::No, "{call:?} {reply:?}: {error}");
            assert!(!error.is_retryable(), "{call:?} {reply:?}: {error}");
        }
    }
}

#[tokio::test(start_paused = true)]
async fn absolute_values_are_sent_again() {
    for call in [
        Call::EditGroup,
        Call::EditCustomField,
        Call::ReplaceAuthorizedValues,
        Call::ReplaceJobs,
        Call::ReplaceMapping,
        Call::SetBranding,
    ] {
        let script = Script::play([Reply::Cut, answer(503, &json!({})), refusal("x")]).await;
        let error = make(&client(&script.origin), call).await.unwrap_err();
        assert_eq!(script.requests().len(), 3, "{call:?}");
        assert_eq!(error.attempts(), 3, "{call:?}");
    }
}
