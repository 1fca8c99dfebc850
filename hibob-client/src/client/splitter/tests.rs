use proptest::prelude::*;
use serde::Deserialize;
use serde_json::value::RawValue;

use super::*;

/// What serde makes of the same body.
fn serde(body: &[u8]) -> Option<Vec<Option<Vec<u8>>>> {
    #[derive(Deserialize)]
    struct Answer<'b> {
        #[serde(borrow)]
        employees: Vec<&'b RawValue>,
    }
    // Serde would also take a list for a struct.
    let is_object = body.trim_ascii_start().starts_with(b"{");
    let answer: Answer<'_> = serde_json::from_slice(body).ok().filter(|_| is_object)?;
    let records = answer.employees.into_iter();
    Some(
        records
            .map(|record| Some(record.get().as_bytes().to_vec()))
            .collect(),
    )
}

#[track_caller]
fn check(body: &[u8], sizes: &[usize]) {
    let (found, error) = split(body, sizes, usize::MAX);
    assert_eq!(
        (&found, &error),
        (
            &split(body, &[body.len()], usize::MAX).0,
            &split(body, &[body.len()], usize::MAX).1
        )
    );
    match serde(body) {
        Some(expected) => {
            assert_eq!(error, None, "{}", body.escape_ascii());
            assert_eq!(found, expected);
        }
        None => {
            let broken = |record: &Option<Vec<u8>>| {
                serde_json::from_slice::<&RawValue>(record.as_deref().unwrap()).is_err()
            };
            assert!(
                error.is_some() || found.iter().any(broken),
                "{}",
                body.escape_ascii()
            );
        }
    }
}

const BODIES: &[&str] = &[
    r#"{"employees":[]}"#,
    r#" { "employees" : [ ] } "#,
    r#"{"employees":[{"id":"1"},{"id":"2"}]}"#,
    r#"{"a":{"employees":[1]},"employees":[{"id":"]}\\\"[{"} , 5,true,null,"x\\",[[]],-1.5e3 ],"b":null}"#,
    "\n{\t\"x\\u0079\"\r: [1, {\"y\": \"\\\"\"}] , \"employ\\u0065es\": [{}]}\n",
    r#"{"employees":[{"id":"1"},]}"#,
    r#"{"employees":[,]}"#,
    r#"{"employees":[{"id":}]}"#,
    r#"{"employees":[{"id":]}"#,
    r#"{"employees":[tru]}"#,
    r#"{"employees":[{"id":"1"} {"id":"2"}]}"#,
    r#"{"employees":[{"id":"1"}]"#,
    r#"{"employees":[{"id":"1"}"#,
    r#"{"employees":[{"id":"1"}]}}"#,
    r#"{"employees":[{"id":"1"}]} trailing"#,
    r#"{"employees":[{"id":"1"}],}"#,
    r#"{"employees":[1],"employees":[2]}"#,
    r#"{"employees":{}}"#,
    r#"{"employees":null}"#,
    r#"{"x":tru,"employees":[]}"#,
    r#"{"x":[1,2}"#,
    r#"{"x" "employees":[]}"#,
    r"{x:1}",
    "{}",
    "[]",
    "null",
    "",
    "  ",
    "\u{feff}{}",
    "<html></html>",
    "5",
    "\"employees\"",
];

#[test]
fn any_piece_size_gives_what_serde_gives() {
    for body in BODIES {
        for size in 1..=body.len().max(1) {
            check(body.as_bytes(), &[size]);
        }
    }
}

#[test]
fn every_way_to_break_has_its_words() {
    for (body, words) in [
        (
            r#"{"employees":[{"id":"1"}]"#,
            "it ends too early (byte 25)",
        ),
        ("", "it ends too early (byte 0)"),
        (
            r#"{"employees":[]} x"#,
            "it goes on after its end (byte 17)",
        ),
        ("<html>", "it is not JSON (byte 0)"),
        ("[]", "it has an unexpected shape (byte 0)"),
        ("{}", "it has an unexpected shape (byte 2)"),
        (r#"{"employees":5}"#, "it has an unexpected shape (byte 13)"),
        (r#"{"employees":[[}]}"#, "it is not JSON (byte 15)"),
    ] {
        assert_eq!(
            split(body.as_bytes(), &[3], 100).1.unwrap(),
            words,
            "{body}"
        );
    }
}

#[test]
fn a_record_over_the_limit_costs_only_itself() {
    let body = format!(
        r#"{{"employees":[{{"id":"1"}},{{"x":"{}"}},{{"id":"2"}}]}}"#,
        "]}\\\"".repeat(100)
    );
    for size in [1, 7, 64, body.len()] {
        let (found, error) = split(body.as_bytes(), &[size], 50);
        assert_eq!(error, None);
        assert_eq!(
            found,
            [
                Some(br#"{"id":"1"}"#.to_vec()),
                None,
                Some(br#"{"id":"2"}"#.to_vec())
            ]
        );
    }
}

#[test]
fn something_large_beside_the_records_is_an_error() {
    let body = format!(r#"{{"x":"{}","employees":[]}}"#, "x".repeat(1000));
    let error = split(body.as_bytes(), &[10], 50).1.unwrap();
    assert!(error.starts_with("a part of it"), "{error}");
}

#[test]
fn depth_is_no_danger() {
    let deep = |n: usize| {
        format!(
            "{}{}",
            "[{\"a\":".repeat(n),
            "1".to_owned() + &"}]".repeat(n)
        )
    };
    for n in [1, 63, 64, 65, 5_000] {
        let body = format!(r#"{{"employees":[{},7]}}"#, deep(n));
        check(body.as_bytes(), &[4096]);
    }
}

/// Bodies, most of them nearly right.
fn any_body() -> impl Strategy<Value = Vec<u8>> {
    let part = prop_oneof![
        Just("{"),
        Just("}"),
        Just("["),
        Just("]"),
        Just(","),
        Just(":"),
        Just("\""),
        Just("\\"),
        Just(" "),
        Just("\"employees\""),
        Just("\"x\""),
        Just("1"),
        Just("-2.5e7"),
        Just("true"),
        Just("null"),
        Just("{\"id\":\"1\"}"),
        Just("\"\\u00e9\\\\\""),
        Just("é"),
    ];
    let parts = prop::collection::vec(part, 0..20).prop_map(|parts| parts.concat());
    let framed = parts
        .clone()
        .prop_map(|inner| format!("{{\"employees\":[{inner}]}}"));
    let beside = (parts.clone(), parts.clone())
        .prop_map(|(a, b)| format!("{{\"a\":{a},\"employees\":[{b}]}}"));
    prop_oneof![
        parts.prop_map(String::into_bytes),
        framed.prop_map(String::into_bytes),
        beside.prop_map(String::into_bytes),
        prop::collection::vec(any::<u8>(), 0..40),
    ]
}

proptest! {
    #[test]
    fn any_body_in_any_pieces_gives_what_serde_gives(
        body in any_body(),
        sizes in prop::collection::vec(1..9_usize, 1..6),
    ) {
        check(&body, &sizes);
    }
}
