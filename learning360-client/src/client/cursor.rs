use core::fmt;

use serde::{Deserialize, Serialize};
use url::Url;

/// A place in a list from which [`Pager::resume_from`](super::Pager::resume_from) goes on.
///
/// It may be stored, as JSON or in any other form of serde. It leads to no origin, only to a path
/// and a query of the client's own, and may hold the filters of the list: store it like personal
/// data. `Debug` shows neither. How long 360Learning accepts one is not documented.
#[derive(Clone, PartialEq, Eq, Hash, Serialize, Deserialize)]
pub struct Cursor {
    list: Box<str>,
    page: Box<str>,
}

impl Cursor {
    pub(crate) fn new(template: &str, url: &Url) -> Self {
        let page = match url.query() {
            Some(query) => format!("{}?{query}", url.path()),
            None => url.path().to_owned(),
        };
        Self {
            list: template.into(),
            page: page.into(),
        }
    }

    /// The address of the page; none if the cursor is of another list, or leads elsewhere.
    pub(crate) fn url(&self, template: &str, base: &Url) -> Option<Url> {
        // What is stored may have been changed.
        let one_slash = self.page.starts_with('/') && !self.page.starts_with("//");
        let url = base.join(&self.page).ok()?;
        let ours = *self.list == *template && one_slash && url.origin() == base.origin();
        ours.then_some(url)
    }
}

impl fmt::Debug for Cursor {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Cursor").finish_non_exhaustive()
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    const LIST: &str = "/api/v2/users";

    fn base() -> Url {
        Url::parse("https://app.360learning.com").unwrap()
    }

    #[test]
    fn a_cursor_survives_json_and_leads_back() {
        for page in [
            "/api/v2/users",
            "/api/v2/users?mail[eq]=a%2Bb&next=c%2B%2F%3D",
        ] {
            let url = base().join(page).unwrap();
            let json = serde_json::to_string(&Cursor::new(LIST, &url)).unwrap();
            let cursor: Cursor = serde_json::from_str(&json).unwrap();
            assert_eq!(cursor.url(LIST, &base()), Some(url));
            assert_eq!(cursor.url("/api/v2/groups", &base()), None);
            assert_eq!(format!("{cursor:?}"), "Cursor { .. }");
        }
    }

    #[test]
    fn a_changed_cursor_leads_nowhere_else() {
        for page in [
            "//example.com/api/v2/users",
            "/\\example.com/api/v2/users",
            "\\\\example.com",
            "https://example.com/api/v2/users",
            "https://user@app.360learning.com/",
            "users?next=1",
            "",
        ] {
            let cursor = Cursor {
                list: LIST.into(),
                page: page.into(),
            };
            assert_eq!(cursor.url(LIST, &base()), None, "{page}");
        }
    }
}
