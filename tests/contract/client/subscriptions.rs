//! The calls about webhook subscriptions.

use learning360_client::webhook::{NewSubscription, SubscriptionEdit, TimeFrame};

use super::cases::{Case, case};
use super::input::Input;

pub(super) fn cases() -> Vec<Case> {
    let mut cases = subscriptions();
    cases.extend(secrets());
    cases.extend(events());
    cases
}

fn subscriptions() -> Vec<Case> {
    vec![
        case!("POST" "/webhooks/subscriptions", "webhook_subscriptions().create", |client, input| {
            let kind = input.declared("body.eventType").into();
            let new = NewSubscription::new(kind, input.text(), input.text()).expect("not empty");
            client.webhook_subscriptions().create(&new).await
        }),
        case!("GET" "/webhooks/subscriptions", "webhook_subscriptions().list", |client, input| {
            let list = client.webhook_subscriptions().list();
            list.event_type(input.filter_declared("eventType")).all().await
        }),
        case!(
            "GET" "/webhooks/subscriptions/{subscriptionId}", "webhook_subscriptions().get",
            |client, input| client.webhook_subscriptions().get(&input.id()).await
        ),
        case!(
            "PATCH" "/webhooks/subscriptions/{subscriptionId}", "webhook_subscriptions().edit",
            |client, input| {
                let edit = edit(&mut input);
                client.webhook_subscriptions().edit(&input.id(), &edit).await
            }
        ),
        case!(
            "DELETE" "/webhooks/subscriptions/{subscriptionId}", "webhook_subscriptions().delete",
            |client, input| client.webhook_subscriptions().delete(&input.id()).await
        ),
    ]
}

fn secrets() -> Vec<Case> {
    vec![
        case!(
            "GET" "/webhooks/subscriptions/{subscriptionId}/secrets",
            "webhook_subscriptions().secret",
            |client, input| client.webhook_subscriptions().secret(&input.id()).await
        ),
        case!(
            "POST" "/webhooks/subscriptions/{subscriptionId}/secrets/rotate",
            "webhook_subscriptions().rotate_secret",
            |client, input| client.webhook_subscriptions().rotate_secret(&input.id()).await
        ),
    ]
}

fn events() -> Vec<Case> {
    vec![
        case!(
            "GET" "/webhooks/subscriptions/{subscriptionId}/events",
            "webhook_subscriptions().events",
            |client, input| {
                let list = client.webhook_subscriptions().events(&input.id());
                let list = list.created_at(input.instant_filter());
                list.status(&input.declared("query.status.eq").into()).all().await
            }
        ),
        case!(
            "POST" "/webhooks/subscriptions/{subscriptionId}/events/retry-failure",
            "webhook_subscriptions().retry_failures",
            |client, input| {
                let frame = frame(&mut input);
                client.webhook_subscriptions().retry_failures(&input.id(), frame).await
            }
        ),
        case!(
            "POST" "/webhooks/subscriptions/{subscriptionId}/events/retry-success",
            "webhook_subscriptions().retry_successes",
            |client, input| {
                let frame = frame(&mut input);
                client.webhook_subscriptions().retry_successes(&input.id(), frame).await
            }
        ),
    ]
}

fn edit(input: &mut Input) -> SubscriptionEdit {
    let mut edit = SubscriptionEdit::new();
    if input.flip() {
        edit = edit.name(input.text()).expect("a name");
    }
    if input.flip() {
        edit = edit.url(input.text()).expect("an address");
    }
    if input.flip() {
        edit = edit.status(input.declared("body.status").into());
    }
    edit
}

fn frame(input: &mut Input) -> TimeFrame {
    let (from, until) = input.frame();
    TimeFrame::new(from, until).expect("three days at most")
}
