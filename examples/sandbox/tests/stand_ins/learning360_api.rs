//! What all 360Learning endpoints share: tokens, headers, scopes, envelopes, paging, limits.

use reqwest::Method;
use sandbox::{
    ArrayStyle, Credential, Envelopes, ExpiresIn, Group, Links, PageSizes, Sandbox, Seed,
    UserStatus,
};
use serde_json::{Value, json};

use crate::support::{
    Answer, Lms, answer, credentials, monday, new_user, switched, token, user, user_id,
};

async fn start(seed: Seed) -> (Sandbox, Lms) {
    let sandbox = Sandbox::start(seed).await.unwrap();
    let lms = Lms::new(&sandbox).await;
    (sandbox, lms)
}

fn ids(answer: &Answer) -> Vec<String> {
    let text = |it: &Value| it["_id"].as_str().unwrap().to_owned();
    answer.body.as_array().unwrap().iter().map(text).collect()
}

#[tokio::test]
async fn the_token_endpoint_is_strict() {
    let (_sandbox, lms) = start(monday().user(user(1, "a@example.com"))).await;
    let with = |name: &str, value: Value| {
        let mut body = credentials();
        body[name] = value;
        body
    };
    let without = |name: &str| {
        let mut body = credentials();
        body.as_object_mut().unwrap().remove(name);
        body
    };
    let cases = [
        (with("scope", json!("users:read")), 400, "invalid_request"),
        (with("client_id", json!(7)), 400, "invalid_request"),
        (without("client_secret"), 400, "invalid_request"),
        (without("grant_type"), 400, "invalid_request"),
        (with("user_id", json!("7")), 400, "invalid_request"),
        (
            with("grant_type", json!("password")),
            400,
            "unsupported_grant_type",
        ),
        (with("user_id", json!(user_id(9))), 400, "non_existing_user"),
        (with("client_secret", json!("wrong")), 401, "invalid_client"),
        (with("client_id", json!("wrong")), 401, "invalid_client"),
    ];
    for (body, status, code) in cases {
        let answer = token(&lms.base, body.clone()).await;
        assert_eq!(answer.status, status, "{body}");
        assert_eq!(answer.body, json!({ "error": code }), "{body}");
    }
    let answer = token(&lms.base, with("user_id", json!(user_id(1)))).await;
    assert_eq!(answer.status, 200);
    assert_eq!(answer.body["token_type"], "Bearer");
    assert_eq!(answer.body["expires_in"], "3600");

    lms.delete(1).await;
    let answer = token(&lms.base, with("user_id", json!(user_id(1)))).await;
    assert_eq!(answer.body, json!({ "error": "non_existing_user" }));
}

#[tokio::test]
async fn tokens_expire_on_the_virtual_clock() {
    let switches = switched(|it| {
        it.expires_in = ExpiresIn::Number;
        it.token_seconds = 60;
    });
    let (sandbox, lms) = start(monday().switches(switches)).await;
    assert_eq!(token(&lms.base, credentials()).await.body["expires_in"], 60);
    sandbox.control().advance(59).await.unwrap();
    assert_eq!(lms.get("/users").await.status, 200);
    sandbox.control().advance(1).await.unwrap();
    let refused = lms.get("/users").await;
    assert_eq!(
        (refused.status, refused.body),
        (401, json!({ "error": "invalid_token" }))
    );
}

#[tokio::test]
async fn a_request_needs_a_token_and_the_version() {
    let (sandbox, lms) = start(monday()).await;
    let get = || reqwest::Client::new().get(format!("{}/api/v2/users", lms.base));
    let bare = answer(
        get()
            .header("360-api-version", "v2.0")
            .send()
            .await
            .unwrap(),
    )
    .await;
    assert_eq!(
        (bare.status, bare.body),
        (401, json!({ "error": "invalid_token" }))
    );
    for version in [None, Some("v1.0")] {
        let mut request = get().bearer_auth(&lms.token);
        if let Some(version) = version {
            request = request.header("360-api-version", version);
        }
        answer(request.send().await.unwrap())
            .await
            .refused(400, "invalidApiVersion");
    }
    let switches = switched(|it| it.version_required = false);
    sandbox.control().switches(&switches).await.unwrap();
    assert_eq!(
        get().bearer_auth(&lms.token).send().await.unwrap().status(),
        200
    );
}

#[tokio::test]
async fn every_route_needs_its_scope() {
    let credential = Credential::new(Seed::CLIENT_ID, Seed::CLIENT_SECRET).scopes(["none:none"]);
    let (_sandbox, lms) = start(monday().credential(credential).user(user(1, "a@b.example"))).await;
    let user = format!("/users/{}", user_id(1));
    let mapping = format!("/external-ids/{}", user_id(2));
    let routes = [
        (Method::GET, "/users".to_owned()),
        (Method::POST, "/users".to_owned()),
        (Method::GET, user.clone()),
        (Method::PATCH, user.clone()),
        (Method::DELETE, user.clone()),
        (Method::PUT, format!("{user}/activate")),
        (Method::GET, format!("{user}/roles")),
        (Method::GET, "/groups".to_owned()),
        (Method::GET, format!("/groups/{}", Seed::ROOT_GROUP)),
        (Method::GET, "/external-ids".to_owned()),
        (Method::POST, "/external-ids".to_owned()),
        (Method::PUT, mapping.clone()),
        (Method::DELETE, mapping),
    ];
    for (method, path) in routes {
        lms.send(method, &path, Some(json!({})))
            .await
            .refused(403, "invalid_scope");
    }
}

#[tokio::test]
async fn ids_that_are_none_are_refused_before_anything_is_looked_up() {
    let (_sandbox, lms) = start(monday()).await;
    let routes = [
        (Method::GET, "/users/7"),
        (Method::PATCH, "/users/7"),
        (Method::DELETE, "/users/7"),
        (Method::PUT, "/users/7/activate"),
        (Method::GET, "/users/7/roles"),
        (Method::GET, "/groups/7"),
        (Method::PUT, "/external-ids/7"),
        (Method::DELETE, "/external-ids/7"),
    ];
    for (method, path) in routes {
        lms.send(method, path, Some(json!({})))
            .await
            .refused(400, "invalid_request");
    }
    lms.get(&format!("/users/{}", user_id(9)))
        .await
        .refused(404, "userNotFound");
    lms.get(&format!("/users/{}/roles", user_id(9)))
        .await
        .refused(404, "userNotFound");
    lms.get(&format!("/groups/{}", user_id(9)))
        .await
        .refused(404, "groupNotFound");
    assert_eq!(lms.get("/nowhere").await.status, 404);
}

#[tokio::test]
async fn the_guide_has_other_envelopes() {
    let credential = Credential::new(Seed::CLIENT_ID, Seed::CLIENT_SECRET).scopes(["users:read"]);
    let switches = switched(|it| it.envelopes = Envelopes::Guide);
    let (_sandbox, lms) = start(monday().credential(credential).switches(switches)).await;
    let missing = lms.get(&format!("/users/{}", user_id(9))).await;
    assert_eq!(missing.body["code"], "userNotFound");
    assert!(missing.body["message"].is_string());
    assert_eq!(
        lms.get("/groups").await.body,
        json!({ "error": "invalid_scope" })
    );
}

#[tokio::test]
async fn pages_are_linked_and_carry_their_filters() {
    for (links, prefix) in [
        (Links::Absolute, "http://127.0.0.1:"),
        (Links::Relative, "/api/v2/"),
    ] {
        let switches = switched(|it| {
            it.pages = PageSizes::all(2);
            it.links = links;
        });
        let mut seed = monday().switches(switches);
        for n in 1..=5 {
            seed = seed.user(user(n, &format!("{n}@example.com")));
        }
        let (_sandbox, lms) = start(seed).await;
        let mut page = lms.get("/users?status[eq]=invited").await;
        let mut found = ids(&page);
        while let Some(link) = page.link {
            let url = link
                .strip_prefix('<')
                .unwrap()
                .strip_suffix(">; rel=\"next\"")
                .unwrap();
            assert!(url.starts_with(prefix), "{url}");
            assert!(!url.contains("status"), "the cursor is opaque");
            let path = url.split_once("/api/v2").unwrap().1;
            page = lms.get(path).await;
            found.extend(ids(&page));
        }
        assert_eq!(found, (1..=5).map(user_id).collect::<Vec<_>>());
        lms.get("/users?next=nonsense")
            .await
            .refused(400, "invalid_request");
    }
}

#[tokio::test]
async fn a_full_last_page_has_no_link() {
    let switches = switched(|it| it.pages = PageSizes::all(3));
    let seed = monday()
        .user(user(1, "1@x.example"))
        .user(user(2, "2@x.example"));
    let (_sandbox, lms) = start(seed.switches(switches)).await;
    let page = lms.get("/users").await;
    assert_eq!(page.body.as_array().unwrap().len(), 3, "with the owner");
    assert_eq!(page.link, None);
}

#[tokio::test]
async fn filters_compare_as_documented() {
    let seed = monday()
        .user(user(1, "Ada@Example.com"))
        .user(user(2, "b+x@example.com").username("bea"))
        .user(user(3, "c@example.com").status(UserStatus::Deleted));
    let (sandbox, lms) = start(seed).await;
    let found = async |query: &str| -> Vec<String> {
        let answer = lms.get(&format!("/users?{query}")).await;
        assert_eq!(answer.status, 200, "{query}");
        ids(&answer)
            .iter()
            .map(|id| id[18..].trim_start_matches('0').to_owned())
            .collect()
    };
    assert_eq!(found("mail[eq]=ada@example.com").await, ["1"]);
    assert_eq!(found("mail%5Beq%5D=ada%40example.com").await, ["1"]);
    assert_eq!(found("mail[eq]=b%2Bx@example.com").await, ["2"]);
    assert!(
        found("mail[eq]=b+x@example.com").await.is_empty(),
        "a plus is a blank"
    );
    assert_eq!(
        found("mail[in]=ada@example.com&mail[in]=c@example.com").await,
        ["1", "3"]
    );
    assert_eq!(
        found("mail[ne]=owner@example.com&status[ne]=deleted").await,
        ["1", "2"]
    );
    assert_eq!(found("username[eq]=bea").await, ["2"]);
    assert_eq!(found("status[eq]=deleted").await, ["3"]);
    assert_eq!(
        found("").await,
        ["10", "1", "2", "3"],
        "the owner, and deleted ones too"
    );
    for bad in [
        "name[eq]=x",
        "mail[like]=x",
        "status[in]=active",
        "mail=x",
        "limit=5",
    ] {
        lms.get(&format!("/users?{bad}"))
            .await
            .refused(400, "invalid_request");
    }

    let switches = switched(|it| {
        it.mail_ignores_case = false;
        it.array_style = ArrayStyle::Comma;
        it.list_includes_deleted = false;
        it.reject_unknown = false;
    });
    sandbox.control().switches(&switches).await.unwrap();
    assert_eq!(
        found("").await,
        ["10", "1", "2"],
        "deleted ones are left out"
    );
    assert!(found("mail[eq]=ada@example.com").await.is_empty());
    assert_eq!(found("mail[in]=Ada@Example.com,c@example.com").await, ["1"]);
    assert_eq!(found("status[eq]=deleted").await, ["3"]);
    assert_eq!(
        found("limit=5&mail[ne]=owner@example.com").await,
        ["1", "2"]
    );
}

#[tokio::test]
async fn limits_count_reads_and_writes_per_second() {
    let switches = switched(|it| {
        it.rate_limits = true;
        it.reads_per_second = 2;
        it.writes_per_second = 1;
        it.retry_after = true;
    });
    let (sandbox, lms) = start(monday().switches(switches)).await;
    for status in [200, 200, 429] {
        assert_eq!(lms.get("/users").await.status, status);
    }
    let refused = lms.get("/groups").await;
    assert_eq!(refused.body, json!({ "error": "tooManyRequests" }));
    assert_eq!(refused.retry_after.as_deref(), Some("1"));
    assert_eq!(
        lms.post("/users", new_user("a@example.com")).await.status,
        201
    );
    assert_eq!(
        lms.post("/users", new_user("b@example.com")).await.status,
        429
    );
    sandbox.control().advance(1).await.unwrap();
    assert_eq!(lms.get("/users").await.status, 200);
}

#[tokio::test]
async fn groups_and_roles_with_implied_memberships() {
    let [europe, france, paris] = [21, 22, 23].map(user_id);
    let seed = monday()
        .group(Group::private(&europe, "Europe", Seed::ROOT_GROUP))
        .group(Group::public(&france, "France", &europe))
        .group(Group::public(&paris, "Paris", &france))
        .user(
            user(1, "a@example.com")
                .member_of(&paris, "learner")
                .member_of(&paris, "coach"),
        );
    let (_sandbox, lms) = start(seed).await;
    let groups = lms.get("/groups").await;
    let root = groups
        .body
        .as_array()
        .unwrap()
        .iter()
        .find(|it| it["_id"] == Seed::ROOT_GROUP);
    assert!(root.unwrap().get("parentId").is_none());
    let one = lms.get(&format!("/groups/{paris}")).await;
    assert_eq!(
        one.body,
        json!({ "_id": paris, "name": "Paris", "public": true, "parentId": france })
    );
    let roles = lms.get(&format!("/users/{}/roles", user_id(1))).await;
    let mut expected = vec![
        json!({ "groupId": Seed::LEARNERS_GROUP, "role": "learner" }),
        json!({ "groupId": europe, "role": "learner" }),
        json!({ "groupId": france, "role": "learner" }),
        json!({ "groupId": paris, "role": "coach" }),
        json!({ "groupId": paris, "role": "learner" }),
    ];
    expected.sort_by_key(|it| it["groupId"].to_string());
    assert_eq!(roles.body, json!(expected));
    let owner = lms.get(&format!("/users/{}/roles", Seed::OWNER)).await;
    assert_eq!(
        owner.body[1],
        json!({ "groupId": Seed::ROOT_GROUP, "role": "owner" })
    );
}
