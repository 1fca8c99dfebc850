//! The status machine of 360Learning's accounts, row by row: every action from every status.

use reqwest::Method;
use sandbox::{Learning360Act, Mapping, Seed, UserStatus};
use serde_json::{Value, json};

use crate::support::{Lms, credentials, new_user, start_lms, three_users, token, user, user_id};

/// Account, method, path, body, status, code, and the account's status afterwards. `~` stands for
/// the account's id, `$G` for a group.
type Row = (
    &'static str,
    &'static str,
    &'static str,
    &'static str,
    u16,
    &'static str,
    &'static str,
);

#[rustfmt::skip] // one line per row
const ROWS: [Row; 54] = [
    // Creation with a mail that somebody has.
    ("invited", "POST", "/users", r#"{"mail": "invited@example.com", "membership": $M}"#, 400, "mailAlreadyUsed", "invited"),
    ("active", "POST", "/users", r#"{"mail": "active@example.com", "membership": $M}"#, 400, "mailAlreadyUsed", "active"),
    ("deleted", "POST", "/users", r#"{"mail": "deleted@example.com", "membership": $M}"#, 200, "", "invited"),
    ("owner", "POST", "/users", r#"{"mail": "owner@example.com", "membership": $M}"#, 400, "mailAlreadyUsed", "active"),
    // Activation.
    ("invited", "PUT", "/users/~/activate", "", 200, "", "active"),
    ("active", "PUT", "/users/~/activate", "", 200, "", "active"),
    ("deleted", "PUT", "/users/~/activate", "", 400, "userDeleted", "deleted"),
    ("owner", "PUT", "/users/~/activate", "", 200, "", "active"),
    // Deletion.
    ("invited", "DELETE", "/users/~", "", 204, "", "deleted"),
    ("active", "DELETE", "/users/~", "", 204, "", "deleted"),
    ("deleted", "DELETE", "/users/~", "", 204, "", "deleted"),
    ("owner", "DELETE", "/users/~", "", 400, "userIsCompanyOwner", "active"),
    // Pseudonymisation.
    ("invited", "PUT", "/users/~/pseudonymize", "", 400, "userNotDeleted", "invited"),
    ("active", "PUT", "/users/~/pseudonymize", "", 400, "userNotDeleted", "active"),
    ("deleted", "PUT", "/users/~/pseudonymize", "", 200, "", "deleted"),
    ("owner", "PUT", "/users/~/pseudonymize", "", 400, "userNotDeleted", "active"),
    // An announced deactivation.
    ("invited", "PATCH", "/users/~", r#"{"toBeDeactivatedAt": "2026-05-01T00:00:00.000Z"}"#, 200, "", "invited"),
    ("active", "PATCH", "/users/~", r#"{"toBeDeactivatedAt": "2026-05-01T00:00:00.000Z"}"#, 200, "", "active"),
    ("deleted", "PATCH", "/users/~", r#"{"toBeDeactivatedAt": "2026-05-01T00:00:00.000Z"}"#, 400, "invalidUpdateOnDeletedUser", "deleted"),
    ("owner", "PATCH", "/users/~", r#"{"toBeDeactivatedAt": "2026-05-01T00:00:00.000Z"}"#, 400, "ownerDeactivationNotAllowed", "active"),
    ("invited", "PATCH", "/users/~", r#"{"toBeDeactivatedAt": "2026-03-02T08:00:00.000Z"}"#, 400, "deactivationDateInvalid", "invited"),
    ("active", "PATCH", "/users/~", r#"{"toBeDeactivatedAt": "2026-03-02T08:00:00.000Z"}"#, 400, "deactivationDateInvalid", "active"),
    // Other fields.
    ("invited", "PATCH", "/users/~", r#"{"job": "Poet"}"#, 200, "", "invited"),
    ("active", "PATCH", "/users/~", r#"{"job": "Poet"}"#, 200, "", "active"),
    ("deleted", "PATCH", "/users/~", r#"{"job": "Poet"}"#, 200, "", "deleted"),
    ("owner", "PATCH", "/users/~", r#"{"job": "Poet"}"#, 200, "", "active"),
    // Passwords.
    ("invited", "PUT", "/users/~/password", r#"{"password": "correct horse", "passwordMustBeChanged": true}"#, 204, "", "invited"),
    ("active", "PUT", "/users/~/password", r#"{"password": "correct horse", "passwordMustBeChanged": true}"#, 204, "", "active"),
    ("deleted", "PUT", "/users/~/password", r#"{"password": "correct horse", "passwordMustBeChanged": true}"#, 400, "userDeleted", "deleted"),
    // Managers: of the account, and the account as one.
    ("invited", "POST", "/users/~/managers/$4", "", 204, "", "invited"),
    ("active", "POST", "/users/~/managers/$4", "", 204, "", "active"),
    ("deleted", "POST", "/users/~/managers/$4", "", 400, "userDeleted", "deleted"),
    ("invited", "POST", "/users/$4/managers/~", "", 204, "", "invited"),
    ("active", "POST", "/users/$4/managers/~", "", 204, "", "active"),
    ("deleted", "POST", "/users/$4/managers/~", "", 400, "managerDeleted", "deleted"),
    ("deleted", "DELETE", "/users/~/managers/$4", "", 400, "userDeleted", "deleted"),
    ("deleted", "DELETE", "/users/$5/managers/~", "", 204, "", "deleted"),
    // Roles.
    ("invited", "POST", "/groups/$G/coach/~", "", 204, "", "invited"),
    ("active", "POST", "/groups/$G/coach/~", "", 204, "", "active"),
    ("deleted", "POST", "/groups/$G/coach/~", "", 400, "userDeleted", "deleted"),
    ("invited", "DELETE", "/groups/$G/learner/~", "", 204, "", "invited"),
    ("active", "DELETE", "/groups/$G/learner/~", "", 204, "", "active"),
    ("deleted", "DELETE", "/groups/$G/learner/~", "", 404, "userNotFoundInGroup", "deleted"),
    // Custom values, jobs, and reads.
    ("invited", "PUT", "/users/~/custom-fields/values", r#"{"customValues": []}"#, 200, "", "invited"),
    ("active", "PUT", "/users/~/custom-fields/values", r#"{"customValues": []}"#, 200, "", "active"),
    ("deleted", "PUT", "/users/~/custom-fields/values", r#"{"customValues": []}"#, 200, "", "deleted"),
    ("invited", "PUT", "/skills/users/~/jobs", r#"{"jobIds": []}"#, 200, "", "invited"),
    ("active", "PUT", "/skills/users/~/jobs", r#"{"jobIds": []}"#, 200, "", "active"),
    ("deleted", "PUT", "/skills/users/~/jobs", r#"{"jobIds": []}"#, 404, "userNotFound", "deleted"),
    ("invited", "GET", "/users/~", "", 200, "", "invited"),
    ("active", "GET", "/users/~", "", 200, "", "active"),
    ("deleted", "GET", "/users/~", "", 200, "", "deleted"),
    ("deleted", "POST", "/users", r#"{"mail": "new@example.com", "membership": $M}"#, 201, "", "deleted"),
    ("deleted", "GET", "/users/~/managers", "", 200, "", "deleted"),
];

/// User 1 is invited, 2 active, 3 deleted; 4 is active, and so is 5, whose manager is 3.
fn world() -> Seed {
    let active = |n: u32, mail: &str| user(n, mail).status(UserStatus::Active);
    let mut seed = three_users()
        .user(active(4, "four@example.com"))
        .user(active(5, "five@example.com").manager(user_id(3)))
        .mapping(Mapping::user("ours", user_id(3), "1"));
    seed.switches.learning360.skills = true;
    seed
}

fn account(name: &str) -> String {
    match name {
        "invited" => user_id(1),
        "active" => user_id(2),
        "deleted" => user_id(3),
        _ => Seed::OWNER.to_owned(),
    }
}

#[tokio::test]
async fn every_action_from_every_status() {
    for (from, method, path, body, status, code, to) in ROWS {
        let (_sandbox, control, lms) = start_lms(world()).await;
        let id = account(from);
        let fill = |text: &str| {
            text.replace('~', &id)
                .replace("$4", &user_id(4))
                .replace("$5", &user_id(5))
                .replace("$G", Seed::LEARNERS_GROUP)
                .replace("$M", &new_user("x")["membership"].to_string())
        };
        let body = (!body.is_empty()).then(|| serde_json::from_str::<Value>(&fill(body)).unwrap());
        let method: Method = method.parse().unwrap();
        let answer = lms.send(method.clone(), &fill(path), body).await;
        let row = format!("{from} {method} {path}");
        assert_eq!((answer.status, answer.code()), (status, code), "{row}");
        let state = control.state().await.unwrap();
        let user = &state.users[&id];
        assert_eq!(user.status.as_str(), to, "{row}");
        // Each deletion and each restore leaves its time.
        let deletions = usize::from(from == "deleted")
            + usize::from(
                (to == "deleted")
                    && method == Method::DELETE
                    && path == "/users/~"
                    && from != "deleted",
            );
        assert_eq!(user.deleted_at.len(), deletions, "{row}");
        assert_eq!(
            user.reactivated_at.len(),
            usize::from(from == "deleted" && to == "invited"),
            "{row}"
        );
    }
}

#[tokio::test]
async fn an_announced_deactivation_comes_true_from_either_status() {
    for (n, mail) in [(1, "invited@example.com"), (2, "active@example.com")] {
        let (_sandbox, control, lms) = start_lms(world()).await;
        let end = json!({ "toBeDeactivatedAt": "2026-03-03T00:00:00.000Z" });
        assert_eq!(lms.patch(n, end).await.status, 200, "{mail}");
        control.advance(24 * 3600).await.unwrap();
        let state = control.state().await.unwrap();
        assert_eq!(
            state.users[&user_id(n)].status,
            UserStatus::Deleted,
            "{mail}"
        );
    }
}

#[tokio::test]
async fn people_change_the_status_too() {
    use UserStatus::{Active, Deleted, Invited};
    type Act = fn(String) -> Learning360Act;
    let accept: Act = |user| Learning360Act::AcceptInvitation { user };
    let login: Act = |user| Learning360Act::Login { user };
    let delete: Act = |user| Learning360Act::AdminDelete { user };
    let activate: Act = |user| Learning360Act::AdminActivate { user };
    for (act, from, to) in [
        (accept, 1, Some(Active)),
        (accept, 2, None),
        (accept, 3, None),
        (login, 1, None),
        (login, 2, Some(Active)),
        (login, 3, None),
        (delete, 1, Some(Deleted)),
        (delete, 2, Some(Deleted)),
        (delete, 3, Some(Deleted)),
        (activate, 1, Some(Active)),
        (activate, 2, Some(Active)),
        (activate, 3, Some(Active)),
    ] {
        let (_sandbox, control, _lms) = start_lms(world()).await;
        let done = control.act360(act(user_id(from))).await;
        assert_eq!(done.is_ok(), to.is_some(), "{from}");
        let before = [Invited, Active, Deleted][from as usize - 1];
        let status = control.state().await.unwrap().users[&user_id(from)].status;
        assert_eq!(status, to.unwrap_or(before), "{from}");
    }
}

#[tokio::test]
async fn nobody_gets_a_token_for_a_deleted_user() {
    let (sandbox, _control, lms) = start_lms(world()).await;
    let body = |n: u32| {
        let mut body = credentials();
        body["user_id"] = json!(user_id(n));
        body
    };
    assert_eq!(token(&lms.base, body(2)).await.status, 200);
    let refused = token(&lms.base, body(3)).await;
    assert_eq!(
        (refused.status, &refused.body["error"]),
        (400, &json!("non_existing_user"))
    );
    drop(Lms::new(&sandbox).await);
}
