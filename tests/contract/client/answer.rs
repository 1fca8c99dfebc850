use serde_json::{Value, json};
use system_tests::openapi::{Answer as Declared, Generator, Operation};
use wiremock::ResponseTemplate;

/// An answer that the files allow, and what is to be read in it.
pub(super) struct Answer {
    pub(super) status: u16,
    pub(super) replies: Vec<ResponseTemplate>,
    /// What a success says; null if it says nothing.
    pub(super) says: Value,
    /// The code of an error.
    pub(super) code: Option<String>,
}

impl Answer {
    /// An answer of a kind, from a seed. A list comes in two pages.
    pub(super) fn new(operation: &Operation, status: u16, kind: Option<&Value>, seed: u64) -> Self {
        let mut generator = Generator::new(seed);
        let declared = operation.answers().get(&status);
        let media_type = declared.and_then(Declared::media_type);
        let base = ResponseTemplate::new(status);
        let (replies, mut says) = match (status, kind, media_type) {
            (202, ..) => accepted(base, seed),
            (_, Some(kind), Some("application/json")) => {
                let mut body = made(&mut generator, kind, 0);
                let mut replies = vec![base.set_body_json(&body)];
                if status == 200 && operation.is_paged() {
                    let first = replies[0].clone();
                    replies[0] = first.insert_header("link", "<?next=abc>; rel=\"next\"");
                    let second = made(&mut generator, kind, 1);
                    replies.push(ResponseTemplate::new(200).set_body_json(&second));
                    let more = second.as_array().cloned().unwrap_or_default();
                    body.as_array_mut().expect("a list").extend(more);
                }
                (replies, body)
            }
            (_, Some(_), Some(media_type)) => {
                let file = format!("%PDF-1.7\r\n{seed}");
                let reply = base.set_body_raw(file.clone(), media_type);
                (vec![reply], json!(file))
            }
            _ => (vec![base], Value::Null),
        };
        if let Some(token) = says.as_object_mut() {
            // How long it lives shows in no request.
            token.remove("expires_in");
        }
        let code = says["error"]["code"].as_str().or(says["error"].as_str());
        Self {
            status,
            code: code.map(str::to_owned),
            // What is repeated after a wait would only take long: with one of an hour nothing is.
            replies: match status {
                429 | 500.. => replies.into_iter().map(in_an_hour).collect(),
                _ => replies,
            },
            says,
        }
    }
}

/// Answers to the submission of a bulk operation say in a header which one it is.
fn accepted(base: ResponseTemplate, seed: u64) -> (Vec<ResponseTemplate>, Value) {
    let id = format!("{seed:024x}");
    let path = format!("/api/v2/bulk/operations/{id}");
    (vec![base.insert_header("location", path)], json!(id))
}

fn in_an_hour(reply: ResponseTemplate) -> ResponseTemplate {
    reply.insert_header("retry-after", "3600")
}

/// A value that a schema allows, and that makes sense where the schema says too little.
fn made(generator: &mut Generator, schema: &Value, page: usize) -> Value {
    let mut value = generator.value(schema);
    if let Value::Array(items) = &mut value {
        for (number, item) in items.iter_mut().enumerate() {
            make_sense(item, page * 10 + number);
        }
        // In a set of custom values there is no order but that of the ids.
        items.sort_by_key(|item| item["customFieldId"].as_str().map(str::to_lowercase));
    } else {
        make_sense(&mut value, 0);
    }
    value
}

fn make_sense(value: &mut Value, number: usize) {
    // The schema does not say that a value of the type `date` is one, and its text has two minds
    // about the form.
    if value["customFieldId"].is_string() && value["type"] == "date" {
        value["value"] = json!(["2031-02-03T00:00:00.000Z", "2031-02-03"][number % 2]);
    }
    // The schema takes any text; a header does not.
    if value["access_token"].is_string() {
        value["access_token"] = json!("eyJ0.e-_~+/=");
    }
    // The schema does not say that the ids of events differ.
    if value["payload"].is_object() {
        let id = format!("{}{number}", value["_id"].as_str().unwrap_or_default());
        value["_id"] = json!(id);
    }
}
