//! Requests for bulk operations: cut, submitted, waited for, and told item by item.

use core::time::Duration;
use std::collections::BTreeMap;
use std::sync::{Arc, Mutex};

use learning360_client::{
    BulkEvent, BulkOperationId, BulkReport, ErrorCode, ErrorKind, GroupDeletion, ItemOutcome,
    MailSubscription, MailSwitch, Patience, Sent, UserId, UserJobs, UserMembership,
};
use serde_json::{Value, json};
use tokio::time::Instant;
use wiremock::matchers::{method, path};
use wiremock::{Mock, Request, ResponseTemplate};

use super::operations::{OPERATION, operation};
use crate::script::{Reply, Script, json as answer};
use crate::support::{client, group_id, requests, user_id, vendor};

const ACCEPTED: &str = "location: /api/v2/bulk/operations/507f1f77bcf86cd799439023\r\n";

fn accepted() -> Reply {
    Reply::Answer(202, ACCEPTED, String::new())
}

fn seen(status: &str) -> Reply {
    answer(200, &operation(status))
}

fn busy() -> Reply {
    let code = "bulkOperationsConcurrencyLimitReached";
    answer(429, &json!({"error": {"code": code, "message": "m"}}))
}

fn learner(number: usize) -> UserMembership {
    let user = UserId::try_from(format!("{number:024x}")).unwrap();
    UserMembership::learner(user, group_id())
}

fn learners(count: usize) -> Vec<UserMembership> {
    (0..count).map(learner).collect()
}

fn done(item: &UserMembership) -> Value {
    json!({"input": item, "status": "success", "resourceId": item.user()})
}

fn failed(item: &UserMembership) -> Value {
    json!({"input": item, "status": "error", "errorMessage": "User deleted"})
}

fn results(results: &[Value]) -> Reply {
    answer(200, &json!(results))
}

/// Adds learners, and gives the report with the names of the events.
async fn run(
    script: &Script,
    count: usize,
    patience: Duration,
) -> (BulkReport<UserMembership>, Vec<String>) {
    let mut events = Vec::new();
    let request = client(&script.origin).bulk().add_roles(learners(count));
    let report = request
        .run(Patience::of(patience), |progress| {
            let event = match progress.event {
                BulkEvent::Waiting => "waiting".to_owned(),
                BulkEvent::Submitted(id) => format!("submitted {id}"),
                BulkEvent::Seen(operation) => operation.status().to_string(),
                _ => "new".to_owned(),
            };
            events.push(format!("{}/{} {event}", progress.part + 1, progress.parts));
        })
        .await;
    (report, events)
}

fn outcomes<T>(report: &BulkReport<T>) -> Vec<&ItemOutcome> {
    report.items().iter().map(|(_, outcome)| outcome).collect()
}

const HOUR: Duration = Duration::from_secs(3600);

#[tokio::test(start_paused = true)]
async fn what_failed_is_told_item_by_item_in_the_order_of_the_items() {
    let items = learners(3);
    // In another order, and one of them without a result.
    let script = Script::play([
        accepted(),
        seen("completed"),
        results(&[failed(&items[2]), done(&items[0])]),
    ])
    .await;
    let (report, _) = run(&script, 3, HOUR).await;
    let [first, second, third] = outcomes(&report)[..] else {
        panic!("{report:?}");
    };
    let id = items[0].user().as_str();
    assert!(matches!(first, ItemOutcome::Done { resource: Some(it) } if **it == *id));
    assert_eq!(*second, ItemOutcome::Unknown);
    let ItemOutcome::Failed { message } = third else {
        panic!("{third:?}");
    };
    assert_eq!(message.as_str(), "User deleted");
    assert!(report.error().is_none() && !report.is_done());
    assert_eq!(report.operations().len(), 1);
    assert!(!format!("{report:?}").contains("User deleted"));
}

#[tokio::test(start_paused = true)]
async fn progress_is_shown_and_looked_for_less_and_less_often() {
    let script = Script::play([
        accepted(),
        seen("pending"),
        seen("queued"),
        seen("running"),
        seen("paused"),
        seen("completed"),
        results(&[done(&learner(0))]),
    ])
    .await;
    let before = Instant::now();
    let (report, events) = run(&script, 1, HOUR).await;
    assert!(report.is_done(), "{report:?}");
    // 1 s, 2 s, 4 s and 8 s between the looks.
    assert_eq!(before.elapsed().as_secs(), 15);
    let submitted = format!("submitted {OPERATION}");
    let wanted = [
        &submitted,
        "pending",
        "queued",
        "running",
        "paused",
        "completed",
    ];
    assert_eq!(events, wanted.map(|event| format!("1/1 {event}")));
}

#[tokio::test(start_paused = true)]
async fn a_place_is_waited_for_and_nobody_else_is_held_up() {
    let script = Script::play([
        busy(),
        answer(204, &json!(null)),
        busy(),
        accepted(),
        seen("completed"),
        results(&[done(&learner(0))]),
    ])
    .await;
    let before = Instant::now();
    let client = client(&script.origin);
    let request = client.bulk().add_roles(learners(1));
    let mut waited = 0;
    let running = request.run(Patience::of(HOUR), |progress| {
        waited += usize::from(matches!(progress.event, BulkEvent::Waiting));
    });
    let single = async {
        // Let the first submission go first.
        while script.requests().is_empty() {
            tokio::task::yield_now().await;
        }
        client.groups().add_role(&learner(7)).await.unwrap();
        before.elapsed()
    };
    let (report, single) = tokio::join!(running, single);
    assert!(report.is_done(), "{report:?}");
    assert_eq!(waited, 2);
    // 5 s and 10 s for the place; the single call did not wait, as it would after a rate limit.
    assert_eq!(before.elapsed().as_secs(), 15);
    assert_eq!(single.as_secs(), 0);
}

#[tokio::test(start_paused = true)]
async fn without_a_place_nothing_is_submitted() {
    let script = Script::play([busy()]).await;
    let (report, events) = run(&script, 2, Duration::from_secs(60)).await;
    let error = report.error().unwrap();
    assert!(error.is_bulk_refused() && error.is_retryable());
    assert!(!error.is_rate_limited());
    assert_eq!(outcomes(&report), [&ItemOutcome::NotSubmitted; 2]);
    // At 0, 5, 15 and 35 s; the next would be at 75 s.
    assert_eq!((script.requests().len(), events.len()), (4, 4));
    assert!(report.operations().is_empty());
}

#[tokio::test(start_paused = true)]
async fn bulk_operations_that_are_switched_off_are_not_waited_for() {
    let body = json!({"error": {"code": "bulkAPIDisabled", "message": "m"}});
    let script = Script::play([answer(503, &body)]).await;
    let before = Instant::now();
    let (report, _) = run(&script, 20_001, HOUR).await;
    let error = report.error().unwrap();
    assert_eq!(error.code(), Some(&ErrorCode::BulkApiDisabled));
    assert_eq!(before.elapsed().as_secs(), 0);
    assert_eq!(script.requests().len(), 1);
    assert_eq!(report.items().len(), 20_001);
    let untouched = |outcome: &&ItemOutcome| **outcome == ItemOutcome::NotSubmitted;
    assert!(outcomes(&report).iter().all(untouched));
}

#[tokio::test(start_paused = true)]
async fn a_lost_answer_is_told_and_the_submission_not_repeated() {
    for (reply, sent) in [
        (Reply::Cut, Sent::Maybe),
        (Reply::Silence, Sent::Maybe),
        (answer(502, &json!({})), Sent::Yes),
        (answer(408, &json!({})), Sent::Yes),
    ] {
        let script = Script::play([reply.clone()]).await;
        let (report, _) = run(&script, 20_001, HOUR).await;
        let error = report.error().unwrap();
        assert_eq!(error.sent(), sent, "{reply:?}");
        assert!(!error.is_retryable(), "{reply:?}");
        assert_eq!(script.requests().len(), 1, "{reply:?}");
        // The first part is uncertain, the second was never sent.
        let outcomes = outcomes(&report);
        assert_eq!(outcomes[19_999], &ItemOutcome::Unknown, "{reply:?}");
        assert_eq!(outcomes[20_000], &ItemOutcome::NotSubmitted, "{reply:?}");
    }
}

#[tokio::test(start_paused = true)]
async fn an_operation_without_a_name_is_unknown() {
    for headers in [
        "",
        "location: /api/v2/bulk/operations\r\n",
        "location: /api/v2/bulk/operations/x\r\n",
        "location: /api/v2/users/507f1f77bcf86cd799439023\r\n",
        "location: http://[\r\n",
    ] {
        let script = Script::play([Reply::Answer(202, headers, String::new())]).await;
        let (report, _) = run(&script, 1, HOUR).await;
        let error = report.error().unwrap();
        assert_eq!(error.kind(), ErrorKind::Decode, "{headers}");
        assert_eq!(outcomes(&report), [&ItemOutcome::Unknown], "{headers}");
    }
    // Anything but a 202 begins nothing that could be waited for.
    let script = Script::play([Reply::Answer(200, ACCEPTED, "{}".to_owned())]).await;
    let (report, _) = run(&script, 1, HOUR).await;
    assert_eq!(report.error().unwrap().kind(), ErrorKind::Decode);
}

#[tokio::test(start_paused = true)]
async fn the_location_may_be_absolute_and_is_never_followed() {
    for headers in [
        "location: https://elsewhere.example.com/api/v2/bulk/operations/507f1f77bcf86cd799439023\r\n",
        "location: /api/v2/bulk/operations/507F1F77BCF86CD799439023/?x=1\r\n",
    ] {
        let script = Script::play([
            Reply::Answer(202, headers, String::new()),
            seen("completed"),
            results(&[done(&learner(0))]),
        ])
        .await;
        let (report, _) = run(&script, 1, HOUR).await;
        assert!(report.is_done(), "{headers}: {report:?}");
        let wanted = format!("GET /api/v2/bulk/operations/{OPERATION} HTTP/1.1");
        assert_eq!(script.requests()[1], wanted);
    }
}

#[tokio::test(start_paused = true)]
async fn patience_ends_and_the_operation_goes_on() {
    let script = Script::play([accepted(), seen("running")]).await;
    let before = Instant::now();
    let (report, _) = run(&script, 1, Duration::from_secs(60)).await;
    let error = report.error().unwrap();
    assert_eq!(error.kind(), ErrorKind::Timeout);
    assert!(error.is_retryable() && error.sent() == Sent::Yes);
    assert_eq!(outcomes(&report), [&ItemOutcome::Unknown]);
    assert!(before.elapsed() <= Duration::from_secs(60));
    // Whoever kept the id waits again.
    let id: &BulkOperationId = &report.operations()[0];
    let script = Script::play([seen("running"), seen("completed")]).await;
    let bulk = client(&script.origin).bulk();
    let mut looks = 0;
    let operation = bulk.wait(id, Patience::default(), |_| looks += 1).await;
    assert!(operation.unwrap().has_ended());
    assert_eq!(looks, 2);
}

#[tokio::test(start_paused = true)]
async fn a_look_that_fails_is_made_up_for_and_a_refused_one_is_not() {
    let trouble = [(); 4].map(|()| answer(502, &json!({})));
    let replies = [accepted()].into_iter().chain(trouble);
    let end = [seen("completed"), results(&[done(&learner(0))])];
    let script = Script::play(replies.chain(end)).await;
    let (report, _) = run(&script, 1, HOUR).await;
    assert!(report.is_done(), "{report:?}");

    let gone = json!({"error": {"code": "bulkOperationNotFound", "message": "m"}});
    let script = Script::play([accepted(), answer(404, &gone)]).await;
    let (report, _) = run(&script, 1, HOUR).await;
    assert!(report.error().unwrap().is_not_found());
    assert_eq!(outcomes(&report), [&ItemOutcome::Unknown]);
    assert_eq!(script.requests().len(), 2);
}

#[tokio::test(start_paused = true)]
async fn an_operation_that_ends_in_error_has_results_up_to_there() {
    let script = Script::play([accepted(), seen("error"), results(&[done(&learner(0))])]).await;
    let (report, _) = run(&script, 2, HOUR).await;
    let outcomes = outcomes(&report);
    assert!(outcomes[0].is_done());
    assert_eq!(outcomes[1], &ItemOutcome::Unknown);
}

#[tokio::test(start_paused = true)]
async fn results_that_cannot_be_had_leave_the_items_unknown() {
    let not_run = json!({"error": {"code": "bulkOperationNotRun", "message": "m"}});
    for reply in [answer(400, &not_run), answer(200, &json!({"results": []}))] {
        let script = Script::play([accepted(), seen("completed"), reply]).await;
        let (report, _) = run(&script, 1, HOUR).await;
        assert!(report.error().is_some());
        assert_eq!(outcomes(&report), [&ItemOutcome::Unknown]);
        assert_eq!(report.operations().len(), 1);
    }
}

#[tokio::test(start_paused = true)]
async fn results_may_come_in_pages() {
    let link = "content-type: application/json\r\nlink: <?next=2>; rel=\"next\"\r\n";
    let items = learners(2);
    let first = json!([done(&items[1])]).to_string();
    let script = Script::play([
        accepted(),
        seen("completed"),
        Reply::Answer(200, link, first),
        results(&[done(&items[0])]),
    ])
    .await;
    let (report, _) = run(&script, 2, HOUR).await;
    assert!(report.is_done(), "{report:?}");
}

#[tokio::test]
async fn without_items_there_is_nothing_to_do() {
    let script = Script::play([]).await;
    let (report, events) = run(&script, 0, HOUR).await;
    assert!(report.is_done() && report.items().is_empty());
    assert!(events.is_empty() && script.requests().is_empty());
}

#[test]
fn requests_are_cut_at_the_documented_limits() {
    let bulk = client("http://127.0.0.1:9").bulk();
    let sizes = |parts: Vec<usize>, most: usize| {
        assert_eq!(parts, [most, 1], "{most}");
    };
    let cut = bulk.add_roles(learners(20_001));
    sizes(
        cut.parts().iter().map(|part| part.items().len()).collect(),
        20_000,
    );
    let cut = bulk.remove_roles(learners(20_001));
    sizes(
        cut.parts().iter().map(|part| part.items().len()).collect(),
        20_000,
    );
    let cut = bulk.delete_groups((0..2_001).map(|_| GroupDeletion::new(group_id())));
    sizes(
        cut.parts().iter().map(|part| part.items().len()).collect(),
        2_000,
    );
    let cut = bulk.replace_jobs((0..10_001).map(|_| UserJobs::new(user_id())));
    sizes(
        cut.parts().iter().map(|part| part.items().len()).collect(),
        10_000,
    );
    let mail = MailSubscription::new("a@b.c", MailSwitch::Activation).unwrap();
    let cut = bulk.switch_mails(vec![mail; 20_001]);
    sizes(
        cut.parts().iter().map(|part| part.items().len()).collect(),
        20_000,
    );
    // Exactly as many as may be are one part.
    assert_eq!(bulk.add_roles(learners(20_000)).parts().len(), 1);
}

#[tokio::test]
async fn every_item_of_every_part_is_submitted_once_and_told_once() {
    let vendor = vendor().await;
    let submitted: Arc<Mutex<BTreeMap<String, Vec<Value>>>> = Arc::default();
    let store = submitted.clone();
    let submit = move |request: &Request| {
        let mut body: Value = serde_json::from_slice(&request.body).unwrap();
        let items = body["input"].take();
        let mut store = store.lock().unwrap();
        let id = format!("{:024x}", store.len() + 1);
        let location = format!("/api/v2/bulk/operations/{id}");
        store.insert(id, items.as_array().unwrap().clone());
        ResponseTemplate::new(202).insert_header("location", location)
    };
    Mock::given(method("DELETE"))
        .and(path("/api/v2/bulk/groups/memberships"))
        .respond_with(submit)
        .mount(&vendor)
        .await;
    let store = submitted.clone();
    let look = move |request: &Request| {
        let path = request.url.path();
        if let Some(path) = path.strip_suffix("/results") {
            let store = store.lock().unwrap();
            let id = path.rsplit('/').next().unwrap();
            let results = store[id].iter().rev().map(|item| {
                let refused = item["userId"].as_str().unwrap().ends_with('7');
                if refused {
                    json!({"input": item, "status": "error", "errorMessage": "m"})
                } else {
                    json!({"input": item, "status": "success", "resourceId": "r"})
                }
            });
            return ResponseTemplate::new(200).set_body_json(results.collect::<Value>());
        }
        ResponseTemplate::new(200).set_body_json(operation("completed"))
    };
    Mock::given(method("GET"))
        .respond_with(look)
        .mount(&vendor)
        .await;

    let client = client(&vendor.uri());
    let request = client.bulk().remove_roles(learners(20_003));
    let report = request.run(Patience::default(), |_| {}).await;
    assert!(report.error().is_none(), "{report:?}");
    let parts: Vec<_> = submitted.lock().unwrap().values().map(Vec::len).collect();
    assert_eq!(parts, [20_000, 3]);
    assert_eq!(report.operations().len(), 2);
    for (number, (item, outcome)) in report.items().iter().enumerate() {
        assert_eq!(*item, learner(number));
        let refused = item.user().as_str().ends_with('7');
        assert_eq!(outcome.is_done(), !refused, "{number}");
    }
    // Two submissions, two looks, two lists of results.
    assert_eq!(requests(&vendor).await.len(), 6);
}
