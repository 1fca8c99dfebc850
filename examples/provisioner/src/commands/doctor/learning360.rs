//! The checks of 360Learning: reads only, as documented.

use std::collections::{BTreeMap, BTreeSet};
use std::sync::Arc;

use hibob_client::EmployeeId;
use jiff::Timestamp;
use learning360_client::{
    Client, Error, ErrorCode, ErrorKind, Mapping, Pager, Region, Request, UserId,
};
use provisioning_core::clients::Lms;
use provisioning_core::driver::Target as _;
use provisioning_core::{Answer, CustomField, Data, GroupTree, Policy, Query};
use url::Url;

use super::finding::{Area, Finding};
use super::time;

/// What was read of 360Learning, for the checks that follow.
#[derive(Debug, Default)]
pub(super) struct Seen {
    pub(super) groups: Option<Arc<GroupTree>>,
    pub(super) custom_fields: Option<Arc<[CustomField]>>,
    /// Who is linked to whom.
    pub(super) links: Option<BTreeMap<EmployeeId, UserId>>,
}

/// Reads with each scope that reads. `now` is the machine's time, if it is to be checked.
pub(super) async fn look(
    client: &Client,
    target: &Lms,
    base: &Url,
    policy: &Policy,
    now: Option<Timestamp>,
    findings: &mut Vec<Finding>,
) -> Seen {
    let mut check = Check::new(base, policy);
    let mut seen = Seen::default();
    let groups = Request::get("/api/v2/groups");
    match client.request_response(groups).await {
        Ok(response) => {
            let what = format!("{} answers, and knows the credentials", check.base);
            findings.push(Finding::ok(Area::Learning360, "credentials", what));
            check.granted.push("groups:read");
            let date = response.headers().get("date");
            let date = date.and_then(|it| it.to_str().ok());
            findings.extend(now.and_then(|now| time::skew(date, now)));
        }
        Err(error) => {
            findings.push(check.unread(&error, "groups:read"));
            // The other scopes may be there.
            if !lacks_scope(&error) {
                return seen;
            }
        }
    }
    check
        .probe("users:read", client.users().list().pages())
        .await;
    let fields = client.custom_fields().list().pages();
    check.probe("customFields:read", fields).await;
    let operations = client.bulk().operations().pages();
    check.probe("bulkOperations:read", operations).await;
    let links = client.external_ids().list();
    let links = links.platform(policy.platform()).pages();
    seen.links = check.every("externalIds:read", links).await.map(linked);
    let mut queries = BTreeSet::from([Query::Groups]);
    if check.needed.contains_key("customFields:read") {
        queries.insert(Query::CustomFields);
    }
    for (_, answer) in target.fetch(&queries).await {
        match answer {
            Answer::Found(Data::Groups(groups)) => seen.groups = Some(groups),
            Answer::Found(Data::CustomFields(fields)) => seen.custom_fields = Some(fields),
            // Why not, the scope's own finding says.
            _ => {}
        }
    }
    findings.extend(check.ended());
    seen
}

/// Which scopes are there.
struct Check<'a> {
    base: &'a str,
    needed: BTreeMap<&'static str, &'static str>,
    granted: Vec<&'static str>,
    findings: Vec<Finding>,
}

impl<'a> Check<'a> {
    fn new(base: &'a Url, policy: &Policy) -> Self {
        Self {
            base: base.as_str().trim_end_matches('/'),
            needed: policy.requirements().scopes,
            granted: Vec::new(),
            findings: Vec::new(),
        }
    }

    /// Reads the first page of a list, if the policy needs the scope for it.
    async fn probe<T>(&mut self, scope: &'static str, mut pages: Pager<T>) {
        if !self.needed.contains_key(scope) {
            return;
        }
        match pages.next_page().await {
            Ok(_) => self.granted.push(scope),
            Err(error) => self.findings.push(self.unread(&error, scope)),
        }
    }

    /// Reads all of a list.
    async fn every<T>(&mut self, scope: &'static str, mut pages: Pager<T>) -> Option<Vec<T>> {
        let mut all = Vec::new();
        loop {
            match pages.next_page().await {
                Ok(Some(page)) => all.extend(page),
                Ok(None) => {
                    self.granted.push(scope);
                    return Some(all);
                }
                Err(error) => {
                    self.findings.push(self.unread(&error, scope));
                    return None;
                }
            }
        }
    }

    /// What was found about the scopes.
    fn ended(mut self) -> Vec<Finding> {
        self.granted.sort_unstable();
        if !self.granted.is_empty() {
            let what = format!("these scopes are there: {}", self.granted.join(", "));
            let granted = Finding::ok(Area::Learning360, "scopes_granted", what);
            self.findings.insert(0, granted);
        }
        self.findings.push(self.unproven());
        self.findings
    }

    /// The scopes that nothing but a write would prove.
    fn unproven(&self) -> Finding {
        let scopes = self.needed.keys().filter(|scope| !scope.ends_with(":read"));
        let scopes: Vec<_> = scopes.copied().collect();
        let what = format!(
            "only a write could prove these scopes: {}",
            scopes.join(", ")
        );
        let next = "compare them with Settings › API v2 in 360Learning; a step that lacks one is \
                    held back by the host, and reported here";
        Finding::note(Area::Learning360, "scopes_unproven", what).next(next)
    }

    /// Why something could not be read, and what helps.
    fn unread(&self, error: &Error, scope: &'static str) -> Finding {
        let base = self.base;
        let finding = |code, next: String| {
            Finding::error(Area::Learning360, code, error.to_string()).next(next)
        };
        if lacks_scope(error) {
            let purpose = self.needed.get(scope).copied().unwrap_or_default();
            let what =
                format!("the scope {scope} is missing, without which the host cannot {purpose}");
            let next = "add it to the credentials in Settings › API v2; if it is not offered, your \
                        Customer Success Partner has to open it";
            return Finding::error(Area::Learning360, "scope_missing", what).next(next);
        }
        if error.is_unauthorized() {
            let us = base == Region::Us.origin();
            let other = if us { Region::Eu } else { Region::Us }.origin();
            return finding(
                "credentials_refused",
                format!(
                    "check LEARNING360_CLIENT_ID and LEARNING360_CLIENT_SECRET: credentials of API \
                     v2 and not of v1, of the platform at {base} and not of one at {other} \
                     (LEARNING360_BASE_URL)"
                ),
            );
        }
        match error.kind() {
            // Without a status there was no answer to the call for a token either.
            ErrorKind::Transport | ErrorKind::Timeout | ErrorKind::Auth
                if error.status().is_none() =>
            {
                finding(
                    "unreachable",
                    format!(
                        "check LEARNING360_BASE_URL, and whether this machine may reach {base}"
                    ),
                )
            }
            ErrorKind::Decode => finding(
                "no_api",
                format!(
                    "check LEARNING360_BASE_URL: {} or {}",
                    Region::Eu.origin(),
                    Region::Us.origin()
                ),
            ),
            _ => finding("unavailable", "try again in a few minutes".to_owned()),
        }
    }
}

fn linked(mappings: Vec<Mapping<UserId>>) -> BTreeMap<EmployeeId, UserId> {
    let links = mappings.into_iter().filter_map(|mapping| {
        let employee = EmployeeId::try_from(mapping.value()).ok()?;
        Some((employee, mapping.target().clone()))
    });
    links.collect()
}

fn lacks_scope(error: &Error) -> bool {
    error.is_forbidden() || error.code() == Some(&ErrorCode::InvalidScope)
}
