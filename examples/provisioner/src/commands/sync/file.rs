//! Plan files. They hold the values that are to be written.

use std::io::{self, Write as _};
use std::path::Path;

use anyhow::Context as _;
use provisioning_core::driver::Survey;
use tempfile::NamedTempFile;

use crate::commands::{Exit, Failure};
use crate::output::words::unreadable;

/// Sees whether a plan can be written there, before minutes are spent on making one.
pub(super) fn check(path: &Path) -> anyhow::Result<()> {
    let failure = |why: io::ErrorKind| {
        let what = format!("the plan cannot be written to {}: {why}", path.display());
        let failure = Failure::new(what).exit_with(Exit::Usage);
        failure.next("name another place with --plan FILE")
    };
    if path.is_dir() {
        return Err(failure(io::ErrorKind::IsADirectory).into());
    }
    // This one has no name, and nothing of it is left.
    let probe = tempfile::tempfile_in(folder_of(path));
    probe.map_err(|error| failure(error.kind()))?;
    Ok(())
}

/// Writes a plan so that only its owner can read it; all of it or nothing.
pub(super) fn write(path: &Path, survey: &Survey) -> anyhow::Result<()> {
    let folder = folder_of(path);
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
        let (path, why) = (path.display(), unreadable(&error));
        refused(format!("the plan {path} cannot be read: {why}"))
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

fn folder_of(path: &Path) -> &Path {
    let folder = path.parent().filter(|it| !it.as_os_str().is_empty());
    folder.unwrap_or(Path::new("."))
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
        assert!(error.to_string().contains("there is no such file"));
    }

    #[test]
    fn a_place_that_cannot_be_written_to_is_refused_beforehand() {
        let folder = tempfile::tempdir().unwrap();
        check(&folder.path().join("plan.json")).unwrap();
        for place in ["", "no/plan.json"] {
            let error = check(&folder.path().join(place)).unwrap_err();
            assert_eq!(Exit::of(&error), Exit::Usage, "{place}");
        }
        assert_eq!(std::fs::read_dir(folder.path()).unwrap().count(), 0);
    }
}
