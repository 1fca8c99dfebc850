//! The calls about bulk operations.

use learning360_client::{
    BulkItem, BulkOperationId, BulkRequest, Error, GroupDeletion, MailSubscription, UserJobs,
    UserMembership,
};

use super::cases::{Case, case};
use super::input::Input;

pub(super) fn cases() -> Vec<Case> {
    let mut cases = submissions();
    cases.extend(operations());
    cases
}

fn submissions() -> Vec<Case> {
    vec![
        case!("POST" "/bulk/groups/memberships", "bulk().add_roles", |client, input| {
            submit(client.bulk().add_roles(many(&mut input, membership))).await
        }),
        case!("DELETE" "/bulk/groups/memberships", "bulk().remove_roles", |client, input| {
            submit(client.bulk().remove_roles(many(&mut input, membership))).await
        }),
        case!("DELETE" "/bulk/groups", "bulk().delete_groups", |client, input| {
            let groups = many(&mut input, |input| GroupDeletion::new(input.id()));
            submit(client.bulk().delete_groups(groups)).await
        }),
        case!("PUT" "/bulk/skills/users/jobs", "bulk().replace_jobs", |client, input| {
            submit(client.bulk().replace_jobs(many(&mut input, jobs))).await
        }),
        case!("POST" "/bulk/notifications/subscriptions", "bulk().switch_mails", |client, input| {
            submit(client.bulk().switch_mails(many(&mut input, mails))).await
        }),
    ]
}

fn operations() -> Vec<Case> {
    vec![
        case!("GET" "/bulk/operations", "bulk().operations", |client, input| {
            let list = client.bulk().operations().created_at(input.instant_filter());
            let list = list.status(&input.declared("query.status.eq").into());
            list.kind(&input.declared("query.type.eq").into()).all().await
        }),
        case!("GET" "/bulk/operations/{bulkOperationId}", "bulk().operation", |client, input| {
            client.bulk().operation(&input.id()).await
        }),
        case!(
            "GET" "/bulk/operations/{bulkOperationId}/results", "bulk().results",
            |client, input| client.bulk().results(&input.id()).await
        ),
    ]
}

/// Submits all items at once: they are few.
async fn submit<T: BulkItem>(request: BulkRequest<T>) -> Result<BulkOperationId, Error> {
    request.parts()[0].submit().await
}

fn many<T>(input: &mut Input, mut item: impl FnMut(&mut Input) -> T) -> Vec<T> {
    (0..input.one_of(&[1, 2, 5])).map(|_| item(input)).collect()
}

fn membership(input: &mut Input) -> UserMembership {
    let role = input.declared("body.input[].role").into();
    UserMembership::new(input.id(), input.id(), role).expect("a role that can be given")
}

fn jobs(input: &mut Input) -> UserJobs {
    let jobs = UserJobs::new(input.id());
    let jobs = match input.one_of(&[0, 1, 2]) {
        0 => jobs,
        1 => jobs.clear_current(),
        _ => jobs.current(input.texts()).expect("few"),
    };
    let jobs = match input.one_of(&[0, 1, 2]) {
        0 => jobs,
        1 => jobs.clear_target(),
        _ => jobs.target(input.texts()).expect("few"),
    };
    match input.one_of(&[0, 1, 2]) {
        0 => jobs,
        1 => jobs.clear_previous(),
        _ => jobs.previous(input.texts()).expect("few"),
    }
}

fn mails(input: &mut Input) -> MailSubscription {
    let switch = input.declared("body.input[].type").into();
    MailSubscription::new(input.mail(), switch).expect("a mail")
}
