//! Who is meant: by id, or by mail.

use anyhow::Context as _;
use hibob_client::{EmailAddress, EmployeeId, FieldId};
use learning360_client::{StatusFilter, UserStatus};
use provisioning_core::MailKey;

use crate::clients::Clients;
use crate::commands::{Exit, Failure};

/// The employee that these words mean. Somebody whom Bob no longer shows is found by the mail of
/// the account that is linked.
///
/// # Errors
/// If nobody is found, or several are, or a system cannot be asked.
pub(super) async fn find(
    clients: &Clients,
    platform: &str,
    who: &str,
) -> anyhow::Result<EmployeeId> {
    if let Ok(employee) = EmployeeId::try_from(who) {
        return Ok(employee);
    }
    let (Ok(address), Some(mail)) = (EmailAddress::parse(who), MailKey::parse(who)) else {
        let failure = Failure::new("that is neither an employee's id nor a mail address");
        let next = "name the employee by the id in Bob, up to 19 digits, or by the mail";
        return Err(failure.next(next).exit_with(Exit::Usage).into());
    };
    let mut found = in_bob(clients, address).await?;
    if found.is_empty() {
        found = by_account(clients, platform, &mail).await?;
    }
    found.sort();
    found.dedup();
    match found.as_slice() {
        [one] => Ok(one.clone()),
        [] => {
            let failure = Failure::new("nobody is found by this mail");
            let next = "name the employee by id: neither Bob nor a linked account in 360Learning \
                        has this mail";
            Err(failure.next(next).into())
        }
        several => {
            let ids: Vec<_> = several.iter().map(ToString::to_string).collect();
            let failure = Failure::new("several employees have this mail");
            Err(failure
                .next(format!("name one by id: {}", ids.join(", ")))
                .into())
        }
    }
}

async fn in_bob(clients: &Clients, address: EmailAddress) -> anyhow::Result<Vec<EmployeeId>> {
    let id = FieldId::parse(hibob_client::fields::ROOT_ID).ok();
    let search = clients.bob.people().search().fields(id).emails([address]);
    let found = search.show_inactive(true).send().await;
    let found = found.context(unasked("Bob cannot be asked for the mail"))?;
    let ids = found.employees.iter().map(|employee| employee.id().clone());
    Ok(ids.collect())
}

/// By the accounts with this mail, deactivated ones included, and their links.
async fn by_account(
    clients: &Clients,
    platform: &str,
    mail: &MailKey,
) -> anyhow::Result<Vec<EmployeeId>> {
    let mut found = Vec::new();
    let filters = [
        StatusFilter::IsNot(UserStatus::Deleted),
        StatusFilter::Is(UserStatus::Deleted),
    ];
    for filter in filters {
        let users = clients
            .learning360
            .users()
            .list()
            .mail(mail.as_str())
            .status(filter);
        let users = users
            .all()
            .await
            .context(unasked("360Learning cannot be asked for the mail"))?;
        for user in users {
            let links = clients.learning360.external_ids().list().platform(platform);
            let links = links.target(user.id()).all().await;
            let links = links.context(unasked("360Learning's external IDs cannot be read"))?;
            let links = links.iter().filter(|link| link.platform() == platform);
            found.extend(links.filter_map(|link| EmployeeId::try_from(link.value()).ok()));
        }
    }
    Ok(found)
}

fn unasked(what: &str) -> Failure {
    let next = "name the employee by id, or let `provisioner doctor` say what is missing";
    Failure::new(what).next(next)
}
