//! Plan files. They hold the values that are to be written.

use std::io::Write as _;
use std::path::Path;

use anyhow::Context as _;
use provisioning_core::driver::Survey;
use tempfile::NamedTempFile;

use crate::commands::{Exit, Failure};

/// Writes a plan so that only its owner can read it; all of it or nothing.
pub(super) fn write(path: &Path, survey: &Survey) -> anyhow::Result<()> {
    let folder = path.parent().filter(|it| !it.as_os_str().is_empty());
    let folder = folder.unwrap_or(Path::new("."));
    let failure = || {
        let failure = Failure::new(format!("the plan cannot be written to {}", path.display()));
        failure.next("name another place with --plan FILE")
    };
    // Such a file is nobody else's from its beginning (mode 0600), and stays so when it is moved.
    let mut file = NamedTempFile::new_in(folder).with_context(failure)?;
    let text = serde_json::to_vec(survey).context("the plan cannot be put into words")?;
    file.write_all(&text).with_context(failure)?;
    file.write_all(b"\n").with_context(failure)?;
    file.as_file().sync_all().with_context(failure)?;
    file.persist(path)
        .map_err(|error| error.error)
        .with_context(failure)?;
    Ok(())
}

/// Reads a plan.
pub(super) fn read(path: &Path) -> anyhow::Result<Survey> {
    let refused = |what: String| {
        let failure = Failure::new(what).exit_with(Exit::Usage);
        failure.next("write one with `provisioner sync --plan FILE`")
    };
    let text = std::fs::read_to_string(path).map_err(|error| {
        refused(format!(
            "the plan {} cannot be read: {}",
            path.display(),
            error.kind()
        ))
    })?;
    serde_json::from_str(&text).map_err(|error| {
        // The error itself may quote a value.
        let place = format!("line {}, column {}", error.line(), error.column());
        let path = path.display();
        refused(format!(
            "{path} is no plan that this version wrote ({place})"
        ))
        .into()
    })
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn what_is_no_plan_is_refused_without_a_quote() {
        let folder = tempfile::tempdir().unwrap();
        let path = folder.path().join("plan.json");
        std::fs::write(&path, r#"{"version": "Quagga-7431"}"#).unwrap();
        let error = read(&path).unwrap_err();
        let text = format!("{error:#} {error:?}");
        assert!(
            text.contains("is no plan") && !text.contains("Quagga"),
            "{text}"
        );
        assert_eq!(Exit::of(&error), Exit::Usage);
        let error = read(&folder.path().join("other.json")).unwrap_err();
        assert!(error.to_string().contains("cannot be read"));
    }
}
