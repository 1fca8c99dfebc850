//! June to August: a leave, a value that is not allowed, the return.

use jiff::civil::date;
use sandbox::BobAct;

use crate::commands::demo::cast::{NGAIO, RESEARCH, VIJAY};
use crate::commands::demo::stage::Stage;
use crate::commands::demo::telling::{month, remark};

pub(super) async fn play(stage: &mut Stage<'_>) -> anyhow::Result<()> {
    leave(stage).await?;
    unknown_department(stage).await?;
    come_back(stage).await
}

async fn leave(stage: &mut Stage<'_>) -> anyhow::Result<()> {
    month(
        stage,
        "June",
        "Ngaio, who leads Auckland, goes on leave: her account sleeps meanwhile.",
    );
    stage.wait("2026-05-29T08:00:00Z").await?;
    let leave = BobAct::leave(NGAIO, date(2026, 6, 1), "parental leave");
    stage.act(leave).await?;
    stage.pass(30).await?;
    let before = with_manager(stage).await?;
    // Midnight in Auckland.
    stage.until("2026-05-31T12:01:00Z").await?;
    stage.pass(3).await?;
    let taken = before - with_manager(stage).await?;
    remark(
        stage,
        &format!("360Learning takes her groups, her custom values and her {taken} reports."),
    );
    Ok(())
}

async fn with_manager(stage: &Stage<'_>) -> anyhow::Result<usize> {
    let truth = stage.state().await?;
    let users = truth.users.values();
    Ok(users.filter(|user| !user.managers.is_empty()).count())
}

async fn unknown_department(stage: &mut Stage<'_>) -> anyhow::Result<()> {
    month(
        stage,
        "July",
        "A new department, which 360Learning's custom field does not allow.",
    );
    stage.wait("2026-07-06T07:00:00Z").await?;
    let department = "work.department";
    stage.act(BobAct::edit(VIJAY, department, RESEARCH)).await?;
    stage.pass(3).await?;
    stage.pass(30).await?;
    remark(
        stage,
        "One value that is refused stops nothing else. No rule gives Research a group.",
    );
    Ok(())
}

async fn come_back(stage: &mut Stage<'_>) -> anyhow::Result<()> {
    month(
        stage,
        "August",
        "Ngaio returns: what the deactivation took is given back.",
    );
    stage.wait("2026-07-31T08:00:00Z").await?;
    stage
        .act(BobAct::return_on(NGAIO, date(2026, 8, 3)))
        .await?;
    stage.pass(30).await?;
    stage.until("2026-08-02T12:01:00Z").await?;
    stage.pass(30).await?;
    Ok(())
}
