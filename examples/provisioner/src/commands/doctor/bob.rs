//! The checks of Bob: reads only, as documented.

use std::collections::BTreeSet;
use std::sync::Arc;

use hibob_client::{
    Client, EmployeeId, Error, ErrorKind, FieldId, FieldInventory, NamedList, fields,
};
use provisioning_core::Policy;
use url::Url;

use super::census::Census;
use super::finding::{Area, Finding};

/// What was read of Bob, for the checks that follow.
#[derive(Debug, Default)]
pub(super) struct Seen {
    pub(super) inventory: Option<Arc<FieldInventory>>,
    pub(super) lists: Option<Vec<Arc<NamedList>>>,
    pub(super) census: Option<Census>,
}

/// Reads the fields, the lists and everybody.
pub(super) async fn look(
    client: &Client,
    base: &Url,
    policy: &Policy,
    company: Option<hibob_client::CompanyId>,
    findings: &mut Vec<Finding>,
) -> Seen {
    let mut seen = Seen::default();
    match client.metadata().fields().await {
        Ok(inventory) => {
            let what = format!("{base} answers, and knows the service user");
            findings.push(Finding::ok(Area::Bob, "credentials", what));
            seen.inventory = Some(Arc::new(inventory));
        }
        Err(error) => {
            let stop = is_final(&error);
            findings.push(unread(&error, base, "the company's fields"));
            if stop {
                return seen;
            }
        }
    }
    match client.metadata().lists().await {
        Ok(lists) => seen.lists = Some(lists.iter().cloned().map(Arc::new).collect()),
        Err(error) => findings.push(unread(&error, base, "the named lists")),
    }
    match count(client, policy).await {
        Ok(census) => {
            findings.extend(census.findings(policy, seen.inventory.as_deref(), company));
            if let Some(person) = census.somebody_with_a_past() {
                findings.push(history(client, person.id()).await);
            }
            seen.census = Some(census);
        }
        Err(error) => findings.push(unread(&error, base, "the people")),
    }
    seen
}

/// Whether an employee whom the search leaves out is there all the same.
pub(super) async fn is_there(client: &Client, employee: &EmployeeId) -> Option<bool> {
    let id = FieldId::parse(fields::ROOT_ID).ok()?;
    match client.people().get(employee).fields([id]).send().await {
        Ok(_) => Some(true),
        Err(error) if error.is_not_found() || error.is_forbidden() => Some(false),
        Err(_) => None,
    }
}

async fn count(client: &Client, policy: &Policy) -> Result<Census, Error> {
    let mut asked: BTreeSet<FieldId> = policy.fields().clone();
    asked.extend(FieldId::parse(fields::ROOT_COMPANY_ID));
    let mut people = client
        .people()
        .search()
        .fields(asked)
        .show_inactive(true)
        .stream();
    let mut census = Census::default();
    while let Some(person) = people.next().await {
        match person {
            Ok(person) => census.count(person, policy.fields()),
            Err(error) if error.kind() == ErrorKind::Record => census.count_unreadable(),
            Err(error) => return Err(error),
        }
    }
    Ok(census)
}

/// Somebody who has left was employed before, so with *view history* there are two rows.
async fn history(client: &Client, leaver: &EmployeeId) -> Finding {
    let next = "let the permission group view the histories of the section \"Lifecycle\": a return \
                is told from them";
    match client.tables().lifecycle(leaver).send().await {
        Ok(table) if table.rows.len() > 1 && table.restricted.is_empty() => {
            let what = "the lifecycle table can be read with its history";
            Finding::ok(Area::Bob, "history_readable", what)
        }
        Ok(_) => {
            let what = "of the lifecycle table only the present row can be read";
            Finding::warning(Area::Bob, "history_hidden", what).next(next)
        }
        Err(error) if error.is_forbidden() || error.is_not_found() => {
            let what = "the lifecycle table cannot be read";
            Finding::warning(Area::Bob, "history_hidden", what).next(next)
        }
        Err(error) => {
            let what = format!("the lifecycle table cannot be read: {error}");
            Finding::warning(Area::Bob, "history_unread", what).next(next)
        }
    }
}

/// Whether it would be the same with every other call.
fn is_final(error: &Error) -> bool {
    let refused = error.is_unauthorized() || error.kind() == ErrorKind::Suspended;
    refused || matches!(error.kind(), ErrorKind::Connect | ErrorKind::Decode)
}

/// Why something could not be read, and what helps.
fn unread(error: &Error, base: &Url, what: &str) -> Finding {
    let host = base.host_str().unwrap_or_default();
    let finding = |code, next: String| {
        Finding::error(Area::Bob, code, format!("{what} cannot be read: {error}")).next(next)
    };
    if error.is_unauthorized() {
        let other = if host == SANDBOX { PRODUCTION } else { SANDBOX };
        return finding(
            "credentials_refused",
            format!(
                "check that HIBOB_SERVICE_USER_ID and HIBOB_SERVICE_USER_TOKEN are the right way \
                 round and of one service user; and that it was made in the Bob at {host}, not in \
                 that at {other}"
            ),
        );
    }
    if error.is_forbidden() {
        return finding(
            "forbidden",
            "let the permission group of the service user see it, step 2 of `provisioner setup`"
                .to_owned(),
        );
    }
    match error.kind() {
        ErrorKind::Connect | ErrorKind::Timeout | ErrorKind::Transport => finding(
            "unreachable",
            format!("check HIBOB_BASE_URL, and whether this machine may reach {host}"),
        ),
        // Bob answers wrong paths with its web application and 200.
        ErrorKind::Decode => finding(
            "no_api",
            "check that HIBOB_BASE_URL ends with the version: https://api.hibob.com/v1".to_owned(),
        ),
        ErrorKind::Suspended => finding(
            "suspended",
            "wait five minutes: Bob shuts out who is refused too often".to_owned(),
        ),
        _ => finding("unavailable", "try again in a few minutes".to_owned()),
    }
}

const PRODUCTION: &str = "api.hibob.com";

const SANDBOX: &str = "api.sandbox.hibob.com";
