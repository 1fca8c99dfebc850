//! Files that are sent and received.

use learning360_client::{
    CertificatePrivacy, ErrorKind, Image, ImageType, InvalidValue, NewCertificate, Sent,
};
use serde_json::{Value, json};
use wiremock::matchers::{any, method};
use wiremock::{Mock, MockServer, Request, ResponseTemplate};

use super::operations::OTHER;
use crate::script::{Reply, Script};
use crate::support::{client, requests, user_id, user_json, vendor};

/// The fields of a form: head and content of each.
fn fields(request: &Request) -> Vec<(String, String)> {
    let content_type = request.headers["content-type"].to_str().unwrap();
    let boundary = content_type
        .strip_prefix("multipart/form-data; boundary=")
        .unwrap();
    let body = String::from_utf8(request.body.clone()).unwrap();
    let body = body.strip_suffix(&format!("--{boundary}--\r\n")).unwrap();
    let line = format!("--{boundary}\r\n");
    let parts = body.split(&line).skip(1);
    parts
        .map(|part| {
            let (head, content) = part.split_once("\r\n\r\n").unwrap();
            (
                head.to_owned(),
                content.strip_suffix("\r\n").unwrap().to_owned(),
            )
        })
        .collect()
}

async fn answering(answer: ResponseTemplate) -> MockServer {
    let vendor = vendor().await;
    Mock::given(any())
        .respond_with(answer)
        .with_priority(9)
        .mount(&vendor)
        .await;
    vendor
}

#[tokio::test]
async fn a_profile_image_is_one_file() {
    let vendor = answering(ResponseTemplate::new(200).set_body_json(user_json())).await;
    let image = Image::new(ImageType::Svg, "<svg/>").unwrap();
    let users = client(&vendor.uri()).users();
    users
        .upload_profile_image(&user_id(), &image)
        .await
        .unwrap();
    let head = "content-disposition: form-data; name=\"profileImage\"; filename=\"image.svg\"\r\n\
                content-type: image/svg+xml";
    let sent = fields(&requests(&vendor).await[0]);
    assert_eq!(sent, [(head.to_owned(), "<svg/>".to_owned())]);

    let icon = Image::new(ImageType::Icon, "icon").unwrap();
    let error = users
        .upload_profile_image(&user_id(), &icon)
        .await
        .unwrap_err();
    assert_eq!((error.kind(), error.sent()), (ErrorKind::Config, Sent::No));
    assert_eq!(requests(&vendor).await.len(), 1);
}

#[tokio::test]
async fn a_certificate_goes_with_its_dates_and_its_file() {
    let answer = json!({
        "_id": OTHER, "type": "external", "title": "Première aide",
        "deliveryDate": "2026-01-31T00:00:00.000Z",
    });
    let vendor = answering(ResponseTemplate::new(201).set_body_json(answer)).await;
    let at = |text: &str| text.parse().unwrap();
    let pdf = "%PDF-1.7\r\n--form-\r\n";
    let certificate = NewCertificate::new("Première aide", at("2026-01-31T00:00:00Z"), pdf)
        .unwrap()
        .expiration_date(at("2027-01-31T00:00:00Z"))
        .outline(OTHER.parse().unwrap());
    let users = client(&vendor.uri()).users();
    let made = users
        .import_certificate(&user_id(), &certificate)
        .await
        .unwrap();
    assert_eq!(made.title(), "Première aide");
    let field = |name: &str| format!("content-disposition: form-data; name=\"{name}\"");
    let file = "; filename=\"certificate.pdf\"\r\ncontent-type: application/pdf";
    let expected = [
        (field("deliveryDate"), "2026-01-31T00:00:00.000Z"),
        (field("title"), "Première aide"),
        (field("expirationDate"), "2027-01-31T00:00:00.000Z"),
        (field("certificateOutlineId"), OTHER),
        (field("file") + file, pdf),
    ]
    .map(|(head, content)| (head, content.to_owned()));
    assert_eq!(fields(&requests(&vendor).await[0]), expected);
}

#[test]
fn a_certificate_needs_a_title_and_a_file() {
    let at = "2026-01-31T00:00:00Z".parse().unwrap();
    let new = |title: &str, pdf: &'static str| NewCertificate::new(title, at, pdf);
    assert_eq!(new("\t", "%PDF"), Err(InvalidValue::Empty("title")));
    assert_eq!(new("First aid", ""), Err(InvalidValue::Empty("file")));
}

/// A refused token is renewed once: the form must be there a second time.
#[tokio::test]
async fn a_form_is_sent_again_with_a_new_token() {
    let vendor = answering(ResponseTemplate::new(200).set_body_json(user_json())).await;
    let refused = ResponseTemplate::new(401).set_body_json(json!({"error": "invalid_token"}));
    Mock::given(method("POST"))
        .and(wiremock::matchers::path_regex("media$"))
        .respond_with(refused)
        .up_to_n_times(1)
        .mount(&vendor)
        .await;
    let image = Image::new(ImageType::Png, "png").unwrap();
    let users = client(&vendor.uri()).users();
    users
        .upload_profile_image(&user_id(), &image)
        .await
        .unwrap();
    let requests = requests(&vendor).await;
    assert_eq!(requests.len(), 2);
    assert_eq!(requests[0].body, requests[1].body);
}

#[tokio::test]
async fn a_pdf_comes_as_it_is_and_nothing_else_comes_as_a_pdf() {
    let (user, id) = (user_id(), OTHER.parse().unwrap());
    for (kind, is_pdf) in [
        (Some("application/pdf"), true),
        (Some("Application/PDF; charset=binary"), true),
        (None, true),
        (Some("text/html"), false),
        (Some("application/json"), false),
    ] {
        let answer = ResponseTemplate::new(200);
        let bytes = b"%PDF\xff\x00".to_vec();
        let vendor = answering(match kind {
            Some(kind) => answer.set_body_raw(bytes.clone(), kind),
            None => answer.set_body_bytes(bytes.clone()),
        })
        .await;
        let users = client(&vendor.uri()).users();
        let outcome = users.certificate_pdf(&user, &id).await;
        match outcome {
            Ok(pdf) => assert!(is_pdf && *pdf == *bytes, "{kind:?}"),
            Err(error) => {
                assert!(
                    !is_pdf && error.kind() == ErrorKind::Decode,
                    "{kind:?}: {error}"
                );
            }
        }
        let accept = requests(&vendor).await[0].headers["accept"].clone();
        assert_eq!(accept, "application/pdf");
    }
}

#[tokio::test]
async fn a_pdf_without_end_is_cut_off() {
    let script = Script::play([Reply::Flood(200 << 20)]).await;
    let users = client(&script.origin).users();
    let outcome = users
        .certificate_pdf(&user_id(), &OTHER.parse().unwrap())
        .await;
    let error = outcome.unwrap_err();
    assert_eq!(error.kind(), ErrorKind::Decode);
    assert!(error.to_string().contains("larger than 64 MB"), "{error}");
}

#[tokio::test]
async fn certificates_become_public() {
    let vendor = answering(ResponseTemplate::new(200).set_body_json(json!({}))).await;
    let users = client(&vendor.uri()).users();
    let ids = [OTHER.parse().unwrap()];
    let public = CertificatePrivacy::Public;
    users
        .set_certificate_privacy(&user_id(), &ids, public)
        .await
        .unwrap();
    let sent: Value = serde_json::from_slice(&requests(&vendor).await[0].body).unwrap();
    assert_eq!(sent, json!({"certificateIds": [OTHER], "isPublic": true}));
}
