//! September to November: a leaver, a rehire, a deleted record, and a mistake.

use anyhow::ensure;
use jiff::civil::date;
use sandbox::BobAct;

use crate::commands::demo::cast::{ADA, DIMITRA, JOSE, MINJUN, MOHAMMED, OLENA, SAKURA, ZOE};
use crate::commands::demo::stage::Stage;
use crate::commands::demo::telling::{month, remark};

pub(super) async fn play(stage: &mut Stage<'_>) -> anyhow::Result<()> {
    leaver(stage).await?;
    rehire(stage).await?;
    mistake(stage).await
}

async fn leaver(stage: &mut Stage<'_>) -> anyhow::Result<()> {
    month(
        stage,
        "September",
        "Somebody leaves Auckland: the last day ends there, at noon in Paris.",
    );
    stage.wait("2026-09-07T08:00:00Z").await?;
    stage
        .act(BobAct::terminate(MINJUN, date(2026, 9, 11)))
        .await?;
    stage.pass(30).await?;
    stage.until("2026-09-11T11:59:00Z").await?;
    stage.until("2026-09-11T12:01:00Z").await?;
    stage.pass(3600).await?;
    Ok(())
}

async fn rehire(stage: &mut Stage<'_>) -> anyhow::Result<()> {
    month(
        stage,
        "October",
        "The leaver is hired again and gets the same account; a record is deleted.",
    );
    stage.wait("2026-10-01T08:00:00Z").await?;
    stage.act(BobAct::rehire(MINJUN, date(2026, 10, 5))).await?;
    stage.pass(30).await?;
    stage.until("2026-10-05T08:00:00Z").await?;
    stage.wait("2026-10-12T08:00:00Z").await?;
    stage.act(BobAct::delete(DIMITRA)).await?;
    stage.pass(30).await?;
    Ok(())
}

async fn mistake(stage: &mut Stage<'_>) -> anyhow::Result<()> {
    month(
        stage,
        "November",
        "An import ends six employments, four of them by mistake.",
    );
    stage.wait("2026-11-09T09:00:00Z").await?;
    for id in [ADA, JOSE, OLENA, MOHAMMED, SAKURA, ZOE] {
        stage.act(BobAct::terminate(id, date(2026, 11, 6))).await?;
    }
    stage.pass(3).await?;
    ensure!(stage.held().await?.len() == 3, "the guard held otherwise");
    remark(
        stage,
        "The guard lets three through in a day; the others wait. HR looks: two of them do leave.",
    );
    stage.wait("2026-11-09T10:00:00Z").await?;
    stage.approve(&[MOHAMMED, ZOE]).await?;
    remark(stage, "The other terminations are taken back.");
    stage.wait("2026-11-09T11:00:00Z").await?;
    for id in [ADA, JOSE, OLENA, SAKURA] {
        let id = id.to_owned();
        stage.act(BobAct::CancelTermination { id }).await?;
    }
    stage.pass(3).await?;
    stage.pass(30).await?;
    stage.pass(2 * 3600).await?;
    ensure!(
        stage.held().await?.is_empty(),
        "something still waits for approval"
    );
    remark(
        stage,
        "Nothing waits for approval any more: decided again, the sixth was found at work.",
    );
    Ok(())
}
