use std::collections::BTreeMap;
use std::fmt;

use super::SettingsError;

/// The variables that settings are read from: the environment, and what `.env` adds to it.
///
/// `Debug` shows their names only.
#[derive(Clone, Default)]
pub struct Environment(BTreeMap<String, String>);

impl Environment {
    /// The process's environment, and the file `.env` of the working directory or of one above
    /// it. Where both name a variable, the environment wins.
    ///
    /// A secret may lie in a file of its own: where, says the variable of the same name with
    /// `_FILE` behind it, such as `NOTIFY_URL_FILE`.
    ///
    /// # Errors
    /// If there is a `.env` that cannot be read, or a secret's file; the error names the line or
    /// the variable and shows nothing of it.
    pub fn of_process() -> Result<Self, SettingsError> {
        let mut variables = BTreeMap::new();
        match dotenvy::dotenv_iter() {
            Ok(lines) => {
                for (index, line) in lines.enumerate() {
                    let unreadable = |_| {
                        let number = index + 1;
                        SettingsError(vec![format!("entry {number} of .env cannot be read")])
                    };
                    let (name, value) = line.map_err(unreadable)?;
                    variables.entry(name).or_insert(value);
                }
            }
            Err(error) if error.not_found() => {}
            Err(_) => return Err(SettingsError(vec![".env cannot be opened".to_owned()])),
        }
        // A variable that is not Unicode is none of ours.
        let set = std::env::vars_os().filter_map(|(name, value)| {
            Some((name.into_string().ok()?, value.into_string().ok()?))
        });
        variables.extend(set);
        Self(variables).with_files()
    }

    /// The value of a variable; one that is blank counts as not set.
    pub fn get(&self, name: &str) -> Option<&str> {
        self.0
            .get(name)
            .map(|value| value.trim())
            .filter(|value| !value.is_empty())
    }

    /// Sets a variable unless it is set.
    #[must_use]
    pub fn or(mut self, name: &str, value: impl Into<String>) -> Self {
        if self.get(name).is_none() {
            self.0.insert(name.to_owned(), value.into());
        }
        self
    }

    /// Reads the secrets that lie in files.
    fn with_files(mut self) -> Result<Self, SettingsError> {
        let mut problems = Vec::new();
        for name in SECRETS {
            let file = format!("{name}_FILE");
            let Some(path) = self.get(&file) else {
                continue;
            };
            if self.get(name).is_some() {
                problems.push(format!("{name} and {file} are both set"));
                continue;
            }
            match std::fs::read_to_string(path) {
                Ok(text) => drop(self.0.insert(name.to_owned(), text)),
                Err(error) => {
                    let kind = error.kind();
                    problems.push(format!("the file that {file} names cannot be read: {kind}"));
                }
            }
        }
        if problems.is_empty() {
            Ok(self)
        } else {
            Err(SettingsError(problems))
        }
    }
}

impl<N: Into<String>, V: Into<String>> FromIterator<(N, V)> for Environment {
    fn from_iter<I: IntoIterator<Item = (N, V)>>(variables: I) -> Self {
        Self(
            variables
                .into_iter()
                .map(|(name, value)| (name.into(), value.into()))
                .collect(),
        )
    }
}

impl fmt::Debug for Environment {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_set().entries(self.0.keys()).finish()
    }
}

/// What may lie in a file, because container platforms hand secrets over as files.
const SECRETS: [&str; 6] = [
    "HIBOB_SERVICE_USER_TOKEN",
    "HIBOB_UPSERT_SECRETS",
    "HIBOB_DEACTIVATION_SECRETS",
    "LEARNING360_CLIENT_SECRET",
    "DATABASE_URL",
    "NOTIFY_URL",
];

#[cfg(test)]
mod tests {
    use super::*;

    fn with_file(name: &str, path: &str) -> Result<Environment, SettingsError> {
        Environment::from_iter([(name, path)]).with_files()
    }

    #[test]
    fn cfg_04_a_secret_may_lie_in_a_file() {
        let folder = tempfile::tempdir().unwrap();
        let path = folder.path().join("url");
        std::fs::write(&path, "https://example.com/canary\n").unwrap();
        let path = path.to_str().unwrap();
        let environment = with_file("NOTIFY_URL_FILE", path).unwrap();
        assert_eq!(
            environment.get("NOTIFY_URL"),
            Some("https://example.com/canary")
        );
        // Only secrets do.
        let environment = with_file("LISTEN_FILE", path).unwrap();
        assert_eq!(environment.get("LISTEN"), None);
    }

    #[test]
    fn a_file_that_cannot_be_read_is_named_by_its_variable() {
        let error = with_file("NOTIFY_URL_FILE", "/nowhere/canary").unwrap_err();
        let error = error.to_string();
        assert!(error.contains("NOTIFY_URL_FILE"), "{error}");
        assert!(!error.contains("canary"), "{error}");
    }

    #[test]
    fn a_secret_has_one_place() {
        let both = [("NOTIFY_URL", "https://a"), ("NOTIFY_URL_FILE", "/b")];
        let error = Environment::from_iter(both).with_files().unwrap_err();
        assert!(error.to_string().contains("both set"));
    }
}
