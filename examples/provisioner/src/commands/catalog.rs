//! What the two systems have, so that a policy is checked before it is used.

use std::collections::BTreeSet;
use std::path::Path;
use std::sync::Arc;

use anyhow::Context as _;
use provisioning_core::clients::Lms;
use provisioning_core::driver::Target as _;
use provisioning_core::{Answer, Catalog, Data, Policy, Query};

use super::failure::Failure;
use crate::clients::Clients;

/// The policy, checked against the fields, lists, groups and custom fields that there are. What
/// cannot be read is not checked, apart from Bob's fields.
///
/// # Errors
/// If the policy, which comes from this file, names what does not exist, with the line and the nearest name there is; or if
/// Bob's fields cannot be read.
pub(crate) async fn bound(
    clients: &Clients,
    policy: &Policy,
    file: &Path,
) -> anyhow::Result<Policy> {
    let inventory = clients.bob.metadata().fields().await.context(
        Failure::new("Bob's fields cannot be read, so the policy cannot be checked")
            .next("`provisioner doctor` says what is missing"),
    )?;
    let mut catalog = Catalog::default().with_fields(inventory);
    if let Ok(lists) = clients.bob.metadata().lists().await {
        catalog = catalog.with_lists(lists.iter().cloned().map(Arc::new));
    }
    let target = Lms::new(clients.learning360.clone(), policy);
    let others = BTreeSet::from([Query::Groups, Query::CustomFields]);
    for (_, answer) in target.fetch(&others).await {
        catalog = match answer {
            Answer::Found(Data::Groups(groups)) => catalog.with_groups(groups),
            Answer::Found(Data::CustomFields(fields)) => catalog.with_custom_fields(fields),
            _ => catalog,
        };
    }
    policy
        .bind(catalog)
        .with_context(|| file.display().to_string())
}
