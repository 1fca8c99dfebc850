//! Forms with files: `multipart/form-data`, put together as a whole, so that a call can be repeated.

use core::fmt::Display;

use http::HeaderValue;

use super::call::Call;

/// A form; its fields go in the order in which they are added.
pub(crate) struct Form {
    boundary: String,
    body: Vec<u8>,
}

impl Form {
    pub(crate) fn new() -> Self {
        // No file contains 128 bits that are drawn after the file was made.
        Self::with_boundary(format!("form-{:032x}", fastrand::u128(..)))
    }

    fn with_boundary(boundary: String) -> Self {
        Self {
            boundary,
            body: Vec::new(),
        }
    }

    pub(crate) fn text(mut self, name: &'static str, value: &str) -> Self {
        self.head(&format_args!("name=\"{name}\"\r\n"));
        self.content(value.as_bytes());
        self
    }

    /// The names of files are ours, because a name of a host's may be personal data.
    pub(crate) fn file(
        mut self,
        name: &'static str,
        file_name: &'static str,
        content_type: &'static str,
        bytes: &[u8],
    ) -> Self {
        self.head(&format_args!(
            "name=\"{name}\"; filename=\"{file_name}\"\r\ncontent-type: {content_type}\r\n"
        ));
        self.content(bytes);
        self
    }

    fn head(&mut self, rest: &impl Display) {
        let boundary = &self.boundary;
        let head = format!("--{boundary}\r\ncontent-disposition: form-data; {rest}\r\n");
        self.body.extend_from_slice(head.as_bytes());
    }

    fn content(&mut self, bytes: &[u8]) {
        self.body.extend_from_slice(bytes);
        self.body.extend_from_slice(b"\r\n");
    }

    fn finish(mut self) -> (String, Vec<u8>) {
        let end = format!("--{}--\r\n", self.boundary);
        self.body.extend_from_slice(end.as_bytes());
        let content_type = format!("multipart/form-data; boundary={}", self.boundary);
        (content_type, self.body)
    }
}

impl Call {
    pub(crate) fn with_form(self, form: Form) -> Self {
        let (content_type, body) = form.finish();
        let content_type = HeaderValue::try_from(content_type)
            // A boundary is made of letters, digits and a hyphen.
            .expect("the content type is visible ASCII");
        self.with_body(content_type, body)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn fields_and_files_stand_between_boundaries() {
        let form = Form::with_boundary("B".to_owned())
            .text("title", "Première aide")
            .file("file", "certificate.pdf", "application/pdf", b"%PDF\r\n--");
        let (content_type, body) = form.finish();
        assert_eq!(content_type, "multipart/form-data; boundary=B");
        assert_eq!(
            String::from_utf8(body).unwrap(),
            "--B\r\ncontent-disposition: form-data; name=\"title\"\r\n\r\nPremière aide\r\n\
             --B\r\ncontent-disposition: form-data; name=\"file\"; filename=\"certificate.pdf\"\r\n\
             content-type: application/pdf\r\n\r\n%PDF\r\n--\r\n--B--\r\n"
        );
    }

    #[test]
    fn every_form_has_a_boundary_of_its_own() {
        assert_ne!(Form::new().finish().0, Form::new().finish().0);
    }
}
