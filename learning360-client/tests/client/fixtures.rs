//! Walks `tests/fixtures/<endpoint>/<case>.json`: makes the endpoint's call against the answer of
//! the case, and compares the request and the outcome.

use std::fs;
use std::path::Path;

use learning360_client::{
    ClearableField, Client, Created, Error, Invitation, Mapping, StatusFilter, User, UserEdit,
    UserField, UserStatus,
};
use serde::Deserialize;
use serde_json::Value;
use wiremock::matchers::any;
use wiremock::{Mock, MockServer, ResponseTemplate};

use crate::support::{
    client, group_id, mapping_id, new_mapping, new_user, requests, user_id, vendor,
};

#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
struct Case {
    request: Option<Request>,
    response: Response,
    /// `ok`, `new`, `restored`, or the kind of the error and its code.
    outcome: String,
}

#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
struct Request {
    method: String,
    path: String,
    body: Option<Value>,
}

#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
struct Response {
    status: u16,
    content_type: Option<String>,
    body: Option<Value>,
}

#[tokio::test]
async fn every_fixture_comes_out_as_it_says() {
    let root = Path::new(env!("CARGO_MANIFEST_DIR")).join("tests/fixtures");
    let mut endpoints = 0;
    for endpoint in fs::read_dir(root).unwrap() {
        let endpoint = endpoint.unwrap();
        let name = endpoint.file_name().into_string().unwrap();
        let (mut good, mut bad) = (0, 0);
        for file in fs::read_dir(endpoint.path()).unwrap() {
            let path = file.unwrap().path();
            let case: Case = serde_json::from_slice(&fs::read(&path).unwrap())
                .unwrap_or_else(|error| panic!("{}: {error}", path.display()));
            if case.response.status < 300 {
                good += 1;
            } else {
                bad += 1;
            }
            let told = format!("{name}/{}", path.file_stem().unwrap().display());
            play(&name, &case, &told).await;
        }
        assert!(good > 0 && bad > 0, "{name} lacks a success or an error");
        endpoints += 1;
    }
    assert_eq!(endpoints, 11);
}

async fn play(endpoint: &str, case: &Case, told: &str) {
    let of_token = endpoint == "token";
    let vendor = if of_token {
        MockServer::start().await
    } else {
        vendor().await
    };
    let answer = answer(&case.response);
    Mock::given(any())
        .respond_with(answer)
        .with_priority(9)
        .mount(&vendor)
        .await;
    let outcome = call(&client(&vendor.uri()), endpoint, &case.response).await;
    let outcome = outcome.unwrap_or_else(|error| {
        let code = error.code().map(|code| format!(" {code}"));
        format!("{:?}{}", error.kind(), code.unwrap_or_default())
    });
    assert_eq!(outcome, case.outcome, "{told}");

    let requests = if of_token {
        vendor.received_requests().await.unwrap()
    } else {
        requests(&vendor).await
    };
    let request = requests.first().unwrap();
    let header = |name: &str| {
        request
            .headers
            .get(name)
            .map(|value| value.to_str().unwrap())
    };
    assert_eq!(
        header("360-api-version"),
        (!of_token).then_some("v2.0"),
        "{told}"
    );
    assert_eq!(
        header("authorization"),
        (!of_token).then_some("Bearer token-1"),
        "{told}"
    );
    assert_eq!(header("accept-encoding"), Some("gzip"), "{told}");
    assert!(
        header("user-agent")
            .unwrap()
            .starts_with("learning360-client/"),
        "{told}"
    );
    if let Some(expected) = &case.request {
        let query = request
            .url
            .query()
            .map(|query| format!("?{query}"))
            .unwrap_or_default();
        assert_eq!(request.method.as_str(), expected.method, "{told}");
        assert_eq!(
            format!("{}{query}", request.url.path()),
            expected.path,
            "{told}"
        );
        let body: Option<Value> = serde_json::from_slice(&request.body).ok();
        assert_eq!(body, expected.body, "{told}");
    }
}

fn answer(response: &Response) -> ResponseTemplate {
    let answer = ResponseTemplate::new(response.status);
    match (&response.body, &response.content_type) {
        (Some(Value::String(text)), Some(kind)) => answer.set_body_raw(text.clone(), kind),
        (Some(body), _) => answer.set_body_json(body),
        (None, _) => answer,
    }
}

async fn call(client: &Client, endpoint: &str, response: &Response) -> Result<String, Error> {
    let (users, mappings) = (client.users(), client.external_ids());
    let ok = "ok".to_owned();
    match endpoint {
        "token" => match users.get(&user_id()).await {
            // The stand-in grants tokens whatever it is asked for.
            Err(error) if error.route() == Some("/api/v2/users/{userId}") => {
                if error.kind() == learning360_client::ErrorKind::Auth {
                    Err(error)
                } else {
                    Ok(ok)
                }
            }
            other => other.map(|_| ok),
        },
        "users_get" => users
            .get(&user_id())
            .await
            .map(|user| same_user(&user, response)),
        "users_list" => {
            let list = users
                .list()
                .mail("ada+lms@example.com")
                .status(StatusFilter::IsNot(UserStatus::Deleted));
            list.all().await.map(|found| {
                let items = response.body.as_ref().unwrap().as_array().unwrap();
                let item = items.iter().find(|item| item["_id"].is_string());
                assert_eq!(found.len(), usize::from(item.is_some()));
                if let Some(item) = item {
                    compare(&found[0], item);
                }
                ok
            })
        }
        "users_create" => {
            let user = new_user()
                .set(UserField::FirstName, "Ada")
                .and_then(|user| user.set(UserField::Lang, "fr"))
                .unwrap()
                .to_be_deactivated_at("2030-09-10T23:00:00Z".parse().unwrap())
                .primary_group(&group_id());
            let created = users.create(&user, Invitation::Suppress).await?;
            same_user(created.user(), response);
            Ok(match created {
                Created::New(_) => "new".to_owned(),
                Created::Restored(_) => "restored".to_owned(),
            })
        }
        "users_edit" => {
            let edit = UserEdit::new()
                .set(UserField::Job, "Engineer")
                .and_then(|edit| edit.set(UserField::Lang, "fr"))
                .unwrap()
                .clear(ClearableField::PHONE)
                .clear(ClearableField::PRIMARY_GROUP);
            users
                .edit(&user_id(), &edit)
                .await
                .map(|user| same_user(&user, response))
        }
        "users_activate" => users
            .activate(&user_id())
            .await
            .map(|user| same_user(&user, response)),
        "users_delete" => users.delete(&user_id()).await.map(|()| ok),
        "external_ids_list" => {
            let list = mappings.list().platform("example-provisioner");
            let found = list.value("a, b#+").target(&user_id()).all().await?;
            assert_eq!(found.len(), 1);
            compare_mapping(&found[0], &response.body.as_ref().unwrap()[0]);
            Ok(ok)
        }
        "external_ids_create" => {
            let mapping = mappings.create(&new_mapping()).await?;
            compare_mapping(&mapping, response.body.as_ref().unwrap());
            Ok(ok)
        }
        "external_ids_replace" => {
            let mapping = mappings.replace(&mapping_id(), &new_mapping()).await?;
            compare_mapping(&mapping, response.body.as_ref().unwrap());
            Ok(ok)
        }
        "external_ids_delete" => mappings.delete(&mapping_id()).await.map(|()| ok),
        other => panic!("no call belongs to the folder {other}"),
    }
}

fn same_user(user: &User, response: &Response) -> String {
    compare(user, response.body.as_ref().unwrap());
    "ok".to_owned()
}

fn compare(user: &User, body: &Value) {
    assert_eq!(
        user.id().as_str(),
        body["_id"].as_str().unwrap().to_lowercase()
    );
    assert_eq!(user.status().as_str(), body["status"]);
    for field in UserField::ALL {
        assert_eq!(user.text(field), body[field.as_str()].as_str(), "{field}");
    }
    for (instants, key) in [
        (user.deleted_at().to_vec(), "deletedAt"),
        (user.reactivated_at().to_vec(), "reactivatedAt"),
    ] {
        let texts: Vec<_> = instants
            .iter()
            .map(|at| Value::from(format!("{at:.3}")))
            .collect();
        assert_eq!(texts, body[key].as_array().cloned().unwrap_or_default());
    }
    let login = user.last_login_date().map(|at| format!("{at:.3}"));
    assert_eq!(login.as_deref(), body["lastLoginDate"].as_str());
}

fn compare_mapping(mapping: &Mapping, body: &Value) {
    assert_eq!(mapping.id().as_str(), body["_id"]);
    assert_eq!(mapping.platform(), body["platform"]);
    assert_eq!(mapping.target().as_str(), body["targetId"]);
    assert_eq!(mapping.target_type().as_str(), body["targetType"]);
    assert_eq!(mapping.value(), body["value"]);
}
