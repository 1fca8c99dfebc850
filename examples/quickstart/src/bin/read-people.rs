//! Read people: everybody whom the service user may see in Bob, with status and job title.

use hibob_client::{Client, Field, FieldId, fields};
use quickstart::setting;

#[tokio::main(flavor = "current_thread")]
async fn main() -> anyhow::Result<()> {
    let (id, token) = ("HIBOB_SERVICE_USER_ID", "HIBOB_SERVICE_USER_TOKEN");
    let bob = Client::builder()
        .base_url(setting("HIBOB_BASE_URL")?.parse()?)
        .service_user(setting(id)?, setting(token)?)
        .build()?;

    let name = FieldId::parse(fields::ROOT_DISPLAY_NAME)?;
    let status = FieldId::parse(fields::INTERNAL_LIFECYCLE_STATUS)?;
    let title = FieldId::parse(fields::WORK_TITLE)?;
    let search = bob.people().search().fields([&name, &status, &title]);
    // Those who have not started yet and those who left, too; and names of list items.
    let found = search.show_inactive(true).append_labels().send().await?;

    for employee in &found.employees {
        print!("{}", employee.id());
        for field in [&name, &status, &title] {
            // Three different facts: a value, nothing there, and not for us to see.
            match employee.label(field) {
                Field::Value(text) => print!("  {text}"),
                Field::Null => print!("  -"),
                Field::Missing => print!("  (hidden)"),
            }
        }
        println!();
    }
    println!("{} people", found.employees.len());
    Ok(())
}
