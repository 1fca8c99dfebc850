//! March to May: the first full synchronization, changes, a manager who comes late.

use anyhow::ensure;
use provisioning_core::policy::Depth;
use sandbox::{BobAct, Learning360Act};

use crate::commands::demo::cast::{self, ADA, ADAS_ACCOUNT, ENGINEERING, JOSE, ZOE};
use crate::commands::demo::stage::Stage;
use crate::commands::demo::telling::{month, remark};

pub(super) async fn play(stage: &mut Stage<'_>) -> anyhow::Result<()> {
    first_synchronization(stage).await?;
    changes(stage).await?;
    late_manager(stage).await
}

async fn first_synchronization(stage: &mut Stage<'_>) -> anyhow::Result<()> {
    month(
        stage,
        "March 2026",
        "The first full synchronization: its plan is looked at and approved.",
    );
    let user = ADAS_ACCOUNT.to_owned();
    stage.act360(Learning360Act::Login { user }).await?;
    let survey = stage.synchronize(Depth::Light).await?;
    ensure!(survey.target_only.len() == 3, "other accounts were there");
    stage.pass(30).await?;
    remark(
        stage,
        "Of the three accounts without an employee Ada's is taken over; the owner's and a \
         trainer's are left alone.",
    );
    stage.wait("2026-03-03T08:00:00Z").await?;
    let accepted = stage.accept_invitations().await?;
    remark(
        stage,
        &format!("The next day all {accepted} who were invited accept."),
    );
    Ok(())
}

async fn changes(stage: &mut Stage<'_>) -> anyhow::Result<()> {
    month(
        stage,
        "April",
        "A first day, a promotion, a new name: only what differs is written.",
    );
    stage.until("2026-04-01T08:00:00Z").await?;
    stage.act(BobAct::edit(ADA, "work.title", "253901")).await?;
    stage
        .act(BobAct::edit(JOSE, "root.surname", "Álvarez"))
        .await?;
    let mail = "Jose.Alvarez@example.com";
    stage.act(BobAct::edit(JOSE, "root.email", mail)).await?;
    stage.pass(3).await?;
    stage.pass(30).await?;
    let before = stage.calls().await?;
    let phone = "+33 1 00 00 00 00";
    stage
        .act(BobAct::edit(ZOE, "work.workPhone", phone))
        .await?;
    stage.pass(3).await?;
    let calls = stage.calls().await?.since(before);
    remark(
        stage,
        &format!("The policy does not use telephones. Calls to either API: {calls}."),
    );
    Ok(())
}

async fn late_manager(stage: &mut Stage<'_>) -> anyhow::Result<()> {
    month(
        stage,
        "May",
        "A move to another department, and somebody whose manager comes later.",
    );
    stage.wait("2026-05-11T07:00:00Z").await?;
    let department = "work.department";
    stage
        .act(BobAct::edit(ZOE, department, ENGINEERING))
        .await?;
    stage.act(BobAct::Hire(cast::lena())).await?;
    stage.pass(3).await?;
    stage.wait("2026-05-11T08:00:00Z").await?;
    stage.act(BobAct::Hire(cast::tomas())).await?;
    stage.pass(3).await?;
    stage.pass(30).await?;
    remark(
        stage,
        "Her manager was set as soon as he had an account, without another event about her.",
    );
    stage.wait("2026-05-12T08:00:00Z").await?;
    stage.accept_invitations().await?;
    Ok(())
}
