//! Create a user: an account in 360Learning, joined by an external ID to an employee in Bob.
//!
//! `create-user EMPLOYEE MAIL FIRST-NAME LAST-NAME`. Run it twice: the second time it finds it.

use anyhow::{Context as _, bail};
use learning360_client::{Client, Created, Invitation, Membership, NewMapping, NewUser, UserField};
use quickstart::setting;

#[tokio::main(flavor = "current_thread")]
async fn main() -> anyhow::Result<()> {
    let arguments: Vec<String> = std::env::args().skip(1).collect();
    let [employee, mail, first_name, last_name] = &arguments[..] else {
        bail!("usage: create-user EMPLOYEE MAIL FIRST-NAME LAST-NAME");
    };
    let (id, secret) = ("LEARNING360_CLIENT_ID", "LEARNING360_CLIENT_SECRET");
    let learning360 = Client::builder()
        .base_url(setting("LEARNING360_BASE_URL")?.parse()?)
        .credentials(setting(id)?, setting(secret)?)
        .build()?;

    // A mail changes hands; an external ID does not.
    let links = learning360.external_ids();
    let known = links
        .list()
        .platform("quickstart")
        .value(employee)
        .all()
        .await?;
    if let Some(link) = known.first() {
        println!("employee {employee} has the account {}", link.target());
        return Ok(());
    }

    // Everybody is in a group from the start: here in the one that is above all others.
    let groups = learning360.groups().list().all().await?;
    let root = groups
        .iter()
        .find(|group| group.is_root())
        .context("no group to begin with")?;
    let user = NewUser::new(Membership::learner(root.id().clone()))
        .set(UserField::Mail, mail)?
        .set(UserField::FirstName, first_name)?
        .set(UserField::LastName, last_name)?;
    let created = learning360
        .users()
        .create(&user, Invitation::Suppress)
        .await?;
    let user = created.user().id().clone();
    links
        .create(&NewMapping::new("quickstart", user.clone(), employee)?)
        .await?;
    match created {
        Created::New(_) => println!("employee {employee} has the new account {user}"),
        Created::Restored(_) => println!("the account {user} with this mail is back"),
    }
    Ok(())
}
