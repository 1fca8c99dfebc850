//! The client keeps to the vendor's files: what it sends, for generated inputs, is what each
//! operation takes, with every value as it was given; and whatever each operation may answer can be
//! read, to the last property.

mod answer;
mod bulk;
mod cases;
mod coverage;
mod events;
mod exam;
mod fields;
mod groups;
mod input;
mod seen;
mod subscriptions;
mod users;
mod vendor;

use std::collections::BTreeSet;

use system_tests::openapi::Spec;

use self::cases::all;
use self::exam::Exam;
use self::vendor::Vendor;

#[tokio::test]
async fn every_call_keeps_to_the_vendors_files() {
    let Some(spec) = Spec::load() else { return };
    let vendor = Vendor::start().await;
    let (mut rows, mut problems) = (Vec::new(), Vec::new());
    for case in all() {
        let mut exam = Exam::new(&spec, &vendor, &case);
        exam.inputs().await;
        exam.answers().await;
        exam.gaps();
        let (row, found) = exam.end();
        rows.push(row);
        problems.extend(found);
    }
    assert!(problems.is_empty(), "{}", problems.join("\n"));
    coverage::compare(&rows);
}

#[test]
fn the_client_has_sixty_six_operations_and_the_files_know_each() {
    let cases = all();
    let routes: BTreeSet<_> = cases.iter().map(|case| (case.method, case.route)).collect();
    assert_eq!((cases.len(), routes.len()), (66, 66));
    let Some(spec) = Spec::load() else { return };
    for case in cases {
        let (method, template) = (case.method, case.template());
        let known = spec.operation(method, &template).is_some();
        assert!(known, "{method} {template}");
    }
}
