use std::fmt;

use url::Url;

use super::{Environment, is_loopback};

/// Where an operator is told what there is to tell.
///
/// Such a URL may hold a secret, in its path or its query: `Debug` shows the host only.
#[derive(Clone, PartialEq, Eq)]
pub struct NotifyUrl(Url);

impl NotifyUrl {
    /// The URL.
    pub fn url(&self) -> &Url {
        &self.0
    }

    /// Whether it is on this machine, where plain http is no risk.
    pub(crate) fn is_loopback(&self) -> bool {
        is_loopback(&self.0)
    }

    pub(super) fn read(environment: &Environment, problems: &mut Vec<String>) -> Option<Self> {
        let text = environment.get(NAME)?;
        let refusal = match Url::parse(text) {
            Err(_) => "is no address",
            Ok(url) if url.host().is_none() => "names no host",
            Ok(url)
                if url.scheme() != "https" && !(url.scheme() == "http" && is_loopback(&url)) =>
            {
                "must begin with https:// (http:// is for loopback only)"
            }
            Ok(url) if !url.username().is_empty() || url.password().is_some() => {
                "must not hold credentials before its host"
            }
            Ok(url) => return Some(Self(url)),
        };
        problems.push(format!("{NAME} {refusal}"));
        None
    }
}

impl fmt::Debug for NotifyUrl {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let host = self.0.host_str().unwrap_or_default();
        write!(f, "NotifyUrl({}://{host}/…)", self.0.scheme())
    }
}

const NAME: &str = "NOTIFY_URL";

#[cfg(test)]
mod tests {
    use super::*;

    fn read(url: &str) -> Result<NotifyUrl, Vec<String>> {
        let environment = Environment::from_iter([(NAME, url)]);
        let mut problems = Vec::new();
        NotifyUrl::read(&environment, &mut problems).ok_or(problems)
    }

    #[test]
    fn it_is_https_or_on_this_machine() {
        for url in [
            "https://hooks.example.com/services/T0/B0/x?sig=canary",
            "http://127.0.0.1:9000/notify",
            "http://[::1]/",
            "http://localhost/",
        ] {
            assert!(read(url).is_ok(), "{url}");
        }
        for url in [
            "http://hooks.example.com/canary",
            "http://127.0.0.1.example.com/canary",
            "ftp://127.0.0.1/canary",
            "https://user:canary@example.com",
            "canary",
            "data:text/plain,canary",
        ] {
            let problems = read(url).unwrap_err();
            assert!(problems[0].starts_with("NOTIFY_URL "), "{problems:?}");
            assert!(!problems[0].contains("canary"), "no value is shown");
        }
    }

    #[test]
    fn only_its_host_is_shown() {
        let url = read("https://hooks.example.com/services/canary?sig=canary").unwrap();
        assert_eq!(format!("{url:?}"), "NotifyUrl(https://hooks.example.com/…)");
    }

    #[test]
    fn there_need_be_none() {
        let mut problems = Vec::new();
        assert_eq!(
            NotifyUrl::read(&Environment::default(), &mut problems),
            None
        );
        assert!(problems.is_empty());
    }
}
