//! Secrets and personal data never appear in what webhooks print or trace.

use std::fmt::{Debug, Display, Write as _};
use std::sync::{Arc, Mutex};

use hibob_client::testing;
use hibob_client::webhook::{Delivery, Opened, Secret, Verifier, VerifyError, sign};
use jiff::Timestamp;
use serde_json::{Value, json};
use tracing_subscriber::layer::{Context, Layer, SubscriberExt as _};

const CANARY: &str = "canary";
const NOW: Timestamp = Timestamp::UNIX_EPOCH;

#[track_caller]
fn debug(value: &impl Debug) {
    clean(&format!("{value:?} {value:#?}"));
}

#[track_caller]
fn display(value: &(impl Debug + Display)) {
    debug(value);
    clean(&format!("{value} {value:#}"));
}

#[track_caller]
fn clean(text: &str) {
    // The needle as it is, in base64 at each offset, and in hexadecimal digits.
    let lower = text.to_lowercase();
    for form in [
        CANARY,
        "y2fuyxj5",
        "nhbmfye",
        "jyw5hcn",
        "63616e617279",
        "99, 97, 110",
    ] {
        assert!(!lower.contains(form), "{form}: {text}");
    }
}

/// The canary in every place for a person's value, in both generations and all families.
fn bodies() -> Vec<Value> {
    let person = json!({
        "id": "1", "email": CANARY, "firstName": CANARY, "surname": CANARY, "displayName": CANARY,
        "site": CANARY,
    });
    let mut bodies = vec![
        json!({
            "type": "employee.created", "companyId": 1, "employee": person, "changedBy": person,
            "data": person, "previous": person, "creationDate": "2022-05-09T07:36:42.486",
        }),
        json!({
            "type": "employee.created", "companyId": CANARY, "employee": {"id": CANARY},
            "changedBy": {"id": CANARY}, "creationDate": CANARY, CANARY: CANARY,
        }),
        json!({"event": "timeoff.request.approved", "timeoffRequestId": 5, "getApi": CANARY}),
        json!({"text": CANARY}),
        json!({"type": {CANARY: CANARY}}),
        json!(CANARY),
        json!([CANARY]),
    ];
    for kind in [
        "employee.deleted",
        "employee.updated",
        "table.entry.updated",
        "timeoff.request.updated",
        "todo.assign",
        "documents.eSign.completed",
        "something.else",
    ] {
        bodies.push(json!({
            "type": kind, "version": "v2", "triggeredAt": CANARY, "triggeredBy": CANARY,
            "data": {
                "employeeId": CANARY, "email": CANARY, "effectiveDate": CANARY,
                "fieldUpdates": [{"id": "root.surname", "oldValue": CANARY, "newValue": CANARY}],
                "toDoIds": [1], "toDoRequestedForIds": [CANARY], "toDoAssigneeIds": [CANARY],
                "title": CANARY, "description": CANARY, "signedBy": CANARY,
                "getApi": CANARY, "downloadUrl": CANARY,
            },
        }));
    }
    bodies
}

#[test]
fn deliveries_and_all_their_parts() {
    let (mut events, mut unparseable) = (0, 0);
    for body in bodies() {
        let opened: Opened = testing::deliver(body.to_string().as_bytes());
        debug(&opened);
        match opened.delivery {
            Delivery::Event(event) => {
                events += 1;
                debug(&event);
                display(event.kind());
                debug(event.version());
                debug(&event.employee());
                if let Some(Err(error)) = event.employee() {
                    display(&error);
                }
                debug(&event.company_id());
                debug(&event.triggered_by());
                debug(&event.triggered_at());
                debug(event.changed());
                debug(event.detail());
                display(event.dedupe());
            }
            Delivery::Unparseable(found) => {
                unparseable += 1;
                debug(&found);
                display(&found.reason());
                display(found.dedupe());
                clean(found.digest());
            }
            Delivery::Ping => panic!("none of them is a ping"),
        }
    }
    assert_eq!((events, unparseable), (10, 4));
}

#[test]
fn secrets_verifiers_and_errors() {
    let body = b"{\"type\":\"canary\"}";
    let secret = Secret::new("label", CANARY).valid_until(Timestamp::MAX);
    debug(&secret);
    let verifier = Verifier::new([secret]).unwrap();
    debug(&verifier);
    let signature = sign(CANARY, body);
    let body_of_it = verifier
        .verify(body, Some(signature.as_bytes()), NOW)
        .unwrap();
    let text = format!("{body_of_it:?} {body_of_it:#?}");
    clean(&text);
    assert!(
        !text.contains(&signature) && text.contains("label"),
        "{text}"
    );
    for (signature, expected) in [
        (None, VerifyError::Missing),
        (Some(CANARY.to_owned()), VerifyError::Malformed),
        (Some(sign("other", body)), VerifyError::Mismatch),
    ] {
        let error = verifier
            .verify(body, signature.as_deref().map(str::as_bytes), NOW)
            .unwrap_err();
        assert_eq!(error, expected);
        display(&error);
    }
    display(&Verifier::new([Secret::new(CANARY, "")]).unwrap_err());
}

#[test]
fn nothing_is_traced() {
    let traces = Traces::default();
    let subscriber = tracing_subscriber::registry().with(traces.clone());
    tracing::subscriber::with_default(subscriber, || {
        tracing::info!("the layer hears");
        for body in bodies() {
            drop(testing::event(body));
        }
    });
    assert_eq!(
        traces.0.lock().unwrap().as_str(),
        "message=the layer hears\n"
    );
}

/// Everything that any library traces, at every level.
#[derive(Clone, Default)]
struct Traces(Arc<Mutex<String>>);

impl<S: tracing::Subscriber> Layer<S> for Traces {
    fn on_event(&self, event: &tracing::Event<'_>, _: Context<'_, S>) {
        event.record(&mut |field: &tracing::field::Field, value: &dyn Debug| {
            let _ = writeln!(self.0.lock().unwrap(), "{}={value:?}", field.name());
        });
    }
}
