//! The stand-in for 360Learning answers as the vendor's files say, on every route of it.

mod caller;
mod events;
mod requests;
mod rows;

use std::collections::BTreeSet;

use sandbox::{CustomField, ExpiresIn, Group, Mapping, Sandbox, Seed, Switches, User, UserStatus};
use system_tests::openapi::Spec;

use self::caller::{Caller, Seen};

/// The operations that the stand-in has.
const ROUTES: [(&str, &str); 43] = [
    ("POST", "/oauth2/token"),
    ("GET", "/users"),
    ("POST", "/users"),
    ("GET", "/users/{userId}"),
    ("PATCH", "/users/{userId}"),
    ("DELETE", "/users/{userId}"),
    ("PUT", "/users/{userId}/activate"),
    ("PUT", "/users/{userId}/pseudonymize"),
    ("PUT", "/users/{userId}/password"),
    ("GET", "/users/{userId}/roles"),
    ("GET", "/users/{userId}/managers"),
    ("GET", "/users/{userId}/subordinates"),
    ("POST", "/users/{userId}/managers/{managerId}"),
    ("DELETE", "/users/{userId}/managers/{managerId}"),
    ("GET", "/users/{userId}/custom-fields/values"),
    ("PUT", "/users/{userId}/custom-fields/values"),
    ("PUT", "/skills/users/{userId}/jobs"),
    ("GET", "/external-ids"),
    ("POST", "/external-ids"),
    ("PUT", "/external-ids/{mappingId}"),
    ("DELETE", "/external-ids/{mappingId}"),
    ("GET", "/groups"),
    ("POST", "/groups"),
    ("GET", "/groups/{groupId}"),
    ("PATCH", "/groups/{groupId}"),
    ("DELETE", "/groups/{groupId}"),
    ("GET", "/groups/{groupId}/roles"),
    ("POST", "/groups/{groupId}/{role}/{userId}"),
    ("DELETE", "/groups/{groupId}/{role}/{userId}"),
    ("GET", "/custom-fields"),
    ("POST", "/custom-fields"),
    ("PATCH", "/custom-fields/{customFieldId}"),
    ("DELETE", "/custom-fields/{customFieldId}"),
    ("GET", "/custom-fields/{customFieldId}/authorized-values"),
    ("PUT", "/custom-fields/{customFieldId}/authorized-values"),
    ("POST", "/bulk/groups/memberships"),
    ("DELETE", "/bulk/groups/memberships"),
    ("DELETE", "/bulk/groups"),
    ("GET", "/bulk/operations"),
    ("GET", "/bulk/operations/{bulkOperationId}"),
    ("GET", "/bulk/operations/{bulkOperationId}/results"),
    ("POST", "/webhooks/subscriptions"),
    ("GET", "/webhooks/subscriptions"),
];

/// The operations below a webhook subscription.
const SUBSCRIPTION_ROUTES: [(&str, &str); 8] = [
    ("GET", ""),
    ("PATCH", ""),
    ("DELETE", ""),
    ("GET", "/secrets"),
    ("POST", "/secrets/rotate"),
    ("GET", "/events"),
    ("POST", "/events/retry-failure"),
    ("POST", "/events/retry-success"),
];

fn routes() -> Vec<(&'static str, String)> {
    let below = |(method, rest): (&'static str, &str)| {
        let path = "/webhooks/subscriptions/{subscriptionId}";
        (method, format!("/api/v2{path}{rest}"))
    };
    let plain = ROUTES.map(|(method, path)| (method, format!("/api/v2{path}")));
    let mut routes = Vec::from(plain);
    routes.extend(SUBSCRIPTION_ROUTES.map(below));
    routes
}

/// The number that ends an id.
fn id(n: u32) -> String {
    format!("6511{n:020}")
}

/// User 1 is invited, 2 active, 3 deleted, 4 active with a username; groups 21 and 22, custom
/// fields 31 to 33, mappings 50 (ours) and 51 (of a reserved platform).
fn seed() -> Seed {
    let user = |n: u32, mail: &str| {
        User::new(id(n))
            .mail(mail)
            .names("Ada", "Lovelace")
            .member_of(Seed::LEARNERS_GROUP, "learner")
    };
    let mapping = |n: u32, platform: &str| {
        let mut mapping = Mapping::user(platform, id(4), n.to_string());
        mapping.id = id(n);
        mapping
    };
    Seed::empty("2026-03-02T08:00:00Z".parse().expect("a time"))
        .switches(as_in_the_files())
        .group(Group::private(id(21), "Europe", Seed::ROOT_GROUP))
        .group(Group::public(id(22), "France", id(21)))
        .mapping(mapping(50, "ours"))
        .mapping(mapping(51, "Oracle"))
        .custom_field(CustomField::text(id(31), "Team"))
        .custom_field(CustomField::text(id(32), "Level").allow(["junior"]))
        .custom_field(CustomField::date(id(33), "Since"))
        .user(user(1, "invited@example.com").job("Poet"))
        .user(user(2, "active@example.com").status(UserStatus::Active))
        .user(user(3, "deleted@example.com").status(UserStatus::Deleted))
        .user(
            user(4, "named@example.com")
                .username("named")
                .status(UserStatus::Active),
        )
}

/// The files say that `expires_in` is a number, and show a text; so does the guide.
fn as_in_the_files() -> Switches {
    let mut switches = Switches::default();
    switches.learning360.expires_in = ExpiresIn::Number;
    switches
}

async fn start(spec: &Spec, change: impl FnOnce(&mut Switches)) -> (Sandbox, Caller<'_>) {
    let mut switches = as_in_the_files();
    change(&mut switches);
    let seed = seed().switches(switches);
    let sandbox = Sandbox::start(seed).await.expect("it starts");
    let caller = Caller::new(spec, &sandbox).await;
    (sandbox, caller)
}

#[test]
fn the_files_know_every_route() {
    let Some(spec) = Spec::load() else { return };
    for (method, template) in routes() {
        assert!(
            spec.operation(method, &template).is_some(),
            "{method} {template}"
        );
    }
}

#[tokio::test]
async fn every_declared_answer_is_given_and_follows_its_schema() {
    let Some(spec) = Spec::load() else { return };
    let mut seen = Seen::new();
    rows::usual(&spec, &mut seen).await;
    rows::strict(&spec, &mut seen).await;
    rows::subscriptions(&spec, &mut seen).await;
    rows::operations(&spec, &mut seen).await;
    rows::refused_everywhere(&spec, &mut seen).await;
    let mut expected = Seen::new();
    for (method, template) in routes() {
        let operation = spec.operation(method, &template).expect("checked above");
        for (status, answer) in operation.answers() {
            let mut codes: Vec<String> = answer.codes().iter().map(ToString::to_string).collect();
            if codes.is_empty() {
                codes.push(String::new());
            }
            for code in codes {
                expected.insert((method.to_owned(), template.clone(), *status, code));
            }
        }
    }
    let missing: BTreeSet<_> = expected.difference(&seen).collect();
    assert!(missing.is_empty(), "never answered: {missing:#?}");
}
