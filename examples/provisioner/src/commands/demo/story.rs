//! What happens, chapter by chapter.

use jiff::civil::date;
use sandbox::BobAct;

use super::stage::Stage;
use super::telling::{chapter, remark};
use crate::feed::Happened;

/// Plays everything.
pub(super) async fn play(stage: &mut Stage<'_>) -> anyhow::Result<()> {
    hires(stage).await?;
    updates(stage).await?;
    unmapped_update(stage).await?;
    leave_and_return(stage).await?;
    leaver(stage).await?;
    rehire(stage).await?;
    deletion(stage).await?;
    first_day(stage).await?;
    mistake(stage).await
}

async fn hires(stage: &mut Stage<'_>) -> anyhow::Result<()> {
    chapter(
        stage,
        "Twelve people are entered in Bob",
        "One of them has an account already, one starts next month.",
    );
    for person in stage.seed.employees.clone() {
        stage.act(BobAct::Hire(person)).await?;
    }
    stage.pass(3).await?;
    remark(
        stage,
        "Bob's reads may lag behind its events, so everybody is looked at once more.",
    );
    stage.pass(30).await?;
    Ok(())
}

async fn updates(stage: &mut Stage<'_>) -> anyhow::Result<()> {
    chapter(
        stage,
        "A promotion and a new name",
        "Only what differs is written.",
    );
    let (ada, jose) = (person(stage, "ada"), person(stage, "jose"));
    stage.act(BobAct::edit(ada, "work.title", "253901")).await?;
    stage
        .act(BobAct::edit(jose.clone(), "root.surname", "Álvarez"))
        .await?;
    stage
        .act(BobAct::edit(jose, "root.email", "Jose.Alvarez@example.com"))
        .await?;
    stage.pass(3).await?;
    stage.pass(30).await?;
    Ok(())
}

async fn unmapped_update(stage: &mut Stage<'_>) -> anyhow::Result<()> {
    chapter(
        stage,
        "Another telephone",
        "The policy does not use it, so not even a read is spent.",
    );
    let zoe = person(stage, "zoe");
    let before = stage.calls().await?;
    stage
        .act(BobAct::edit(zoe, "work.workPhone", "+33 1 00 00 00 00"))
        .await?;
    stage.pass(3).await?;
    let after = stage.calls().await?;
    remark(
        stage,
        &format!("Calls to either API: {}.", after.since(before)),
    );
    Ok(())
}

async fn leave_and_return(stage: &mut Stage<'_>) -> anyhow::Result<()> {
    chapter(
        stage,
        "A leave and the return",
        "By the guide's rule the account sleeps meanwhile.",
    );
    let olena = person(stage, "olena");
    stage
        .act(BobAct::leave(
            olena.clone(),
            date(2026, 3, 4),
            "parental leave",
        ))
        .await?;
    stage.until("2026-03-04T08:00:00Z").await?;
    stage
        .act(BobAct::return_on(olena, date(2026, 3, 11)))
        .await?;
    stage.until("2026-03-11T08:00:00Z").await?;
    Ok(())
}

async fn leaver(stage: &mut Stage<'_>) -> anyhow::Result<()> {
    chapter(
        stage,
        "Somebody leaves Auckland",
        "The last day ends there, while it is still noon in Paris.",
    );
    let minjun = person(stage, "minjun");
    stage
        .act(BobAct::terminate(minjun, date(2026, 3, 13)))
        .await?;
    stage.pass(3).await?;
    stage.until("2026-03-13T10:59:00Z").await?;
    stage.until("2026-03-13T11:01:00Z").await?;
    stage.pass(3600).await?;
    Ok(())
}

async fn rehire(stage: &mut Stage<'_>) -> anyhow::Result<()> {
    chapter(
        stage,
        "… and is hired again",
        "The same account comes back, with all that was learned.",
    );
    let minjun = person(stage, "minjun");
    stage.act(BobAct::rehire(minjun, date(2026, 3, 23))).await?;
    stage.pass(3).await?;
    stage.until("2026-03-23T08:00:00Z").await?;
    Ok(())
}

async fn deletion(stage: &mut Stage<'_>) -> anyhow::Result<()> {
    chapter(
        stage,
        "A record is deleted",
        "Bob shows nothing any more; the link tells whose it was.",
    );
    let dimitra = person(stage, "dimitra");
    stage.act(BobAct::delete(dimitra)).await?;
    stage.pass(30).await?;
    Ok(())
}

async fn first_day(stage: &mut Stage<'_>) -> anyhow::Result<()> {
    chapter(
        stage,
        "A first day at work",
        "The account has been there since the contract was signed.",
    );
    stage.until("2026-04-01T08:00:00Z").await?;
    stage.pass(30).await?;
    Ok(())
}

async fn mistake(stage: &mut Stage<'_>) -> anyhow::Result<()> {
    chapter(
        stage,
        "Four terminations by mistake",
        "The guard lets three through in a day; the fourth waits for approval.",
    );
    let people = ["mohammed", "sakura", "zoe", "vijay"].map(|mail| person(stage, mail));
    for id in &people {
        stage
            .act(BobAct::terminate(id.clone(), date(2026, 3, 30)))
            .await?;
    }
    let happened = stage.pass(3).await?;
    anyhow::ensure!(held(&happened) > 0, "the guard held nothing");
    remark(stage, "An hour later HR takes the terminations back.");
    stage.pass(3600).await?;
    for id in people {
        stage.act(BobAct::CancelTermination { id }).await?;
    }
    stage.pass(3).await?;
    stage.pass(2 * 3600).await?;
    anyhow::ensure!(
        stage.held().await? == 0,
        "something still waits for approval"
    );
    remark(
        stage,
        "Nothing waits for approval any more: decided again, the fourth was found at work.",
    );
    Ok(())
}

/// The id of the person with this mail at the start.
fn person(stage: &Stage<'_>, mail: &str) -> String {
    let mail = format!("{mail}@example.com");
    let has_it = |it: &&sandbox::Person| {
        it.fields.get("root.email").and_then(|value| value.as_str()) == Some(&mail)
    };
    // An id that Bob does not know makes the next act fail, and says so.
    stage
        .seed
        .employees
        .iter()
        .find(has_it)
        .map_or(mail.clone(), |person| person.id.clone())
}

fn held(happened: &[Happened]) -> usize {
    let held = happened.iter().map(|it| match it {
        Happened::Decided(decided) => decided.held.len(),
        Happened::Received(_) => 0,
    });
    held.sum()
}
