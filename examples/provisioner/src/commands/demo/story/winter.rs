//! December to February: an outage that a full synchronization heals, a policy that is tried
//! before it is used, and the end of the year.

use anyhow::ensure;
use jiff::civil::date;
use provisioning_core::policy::Depth;
use sandbox::BobAct;

use crate::commands::demo::cast::{self, LENA, TOMAS, VIJAY};
use crate::commands::demo::stage::Stage;
use crate::commands::demo::telling::{month, preview, remark};

pub(super) async fn play(stage: &mut Stage<'_>) -> anyhow::Result<()> {
    outage(stage).await?;
    another_policy(stage).await?;
    end(stage).await
}

async fn outage(stage: &mut Stage<'_>) -> anyhow::Result<()> {
    month(stage, "December", "The host is down for four days.");
    stage.wait("2026-12-07T08:00:00Z").await?;
    stage.stop().await?;
    stage.act(BobAct::Hire(cast::aroha())).await?;
    stage
        .act(BobAct::edit(VIJAY, "work.title", "253902"))
        .await?;
    stage
        .act(BobAct::terminate(LENA, date(2026, 12, 9)))
        .await?;
    stage.act(BobAct::delete(TOMAS)).await?;
    let all = [
        "Engineering",
        "Customer Care",
        "People & Culture",
        "Research",
    ];
    stage.allow_departments(&all).await?;
    stage.wait("2026-12-11T08:00:00Z").await?;
    let webhooks = stage.state().await?.webhooks;
    let off = webhooks.iter().filter(|webhook| !webhook.active);
    remark(
        stage,
        &format!(
            "Meanwhile somebody is hired, promoted, leaves, and is deleted; 360Learning allows \
             Research. Bob has given up on {} of {} webhooks.",
            off.count(),
            webhooks.len()
        ),
    );
    stage.start().await?;
    for webhook in webhooks {
        let name = webhook.name;
        stage.act(BobAct::ReactivateWebhook { name }).await?;
    }
    remark(stage, "It is up again. Nobody repeats what was missed.");
    stage.synchronize(Depth::Deep).await?;
    ensure!(
        stage.held().await?.len() == 1,
        "whoever is gone from Bob is held"
    );
    remark(
        stage,
        "Whoever Bob does not show any more is never deactivated for that alone: it is approved.",
    );
    stage.approve(&[TOMAS]).await?;
    let again = stage.synchronize(Depth::Deep).await?;
    ensure!(
        again.to_change().next().is_none(),
        "a second run finds nothing"
    );
    Ok(())
}

async fn another_policy(stage: &mut Stage<'_>) -> anyhow::Result<()> {
    month(
        stage,
        "January 2027",
        "Two other policies are tried before one of them is used.",
    );
    stage.wait("2027-01-11T08:00:00Z").await?;
    let scope = "when = \"work.siteId in ['2606110', '2606111']\"";
    let keeps = "on_out_of_scope = \"keep\"";
    let (paris, deactivates) = (
        "when = \"work.siteId == '2606110'\"",
        "on_out_of_scope = \"deactivate\"",
    );
    let narrow = stage
        .policy
        .replace(scope, paris)
        .replace(keeps, deactivates);
    remark(
        stage,
        "Only Paris, and whoever is elsewhere is deactivated:",
    );
    preview(stage, &stage.preview(&narrow).await?);
    let job = "job = \"work.title";
    let wide = stage
        .policy
        .replace(job, &format!("organization = \"work.site\"\n{job}"));
    remark(stage, "The site as organization:");
    preview(stage, &stage.preview(&wide).await?);
    remark(stage, "The second is put in force.");
    stage.stop().await?;
    stage.policy = wide;
    stage.start().await?;
    stage.synchronize(Depth::Light).await?;
    Ok(())
}

async fn end(stage: &mut Stage<'_>) -> anyhow::Result<()> {
    month(
        stage,
        "February",
        "The last full synchronization of the year looks at everything.",
    );
    stage.wait("2027-02-26T08:00:00Z").await?;
    let last = stage.synchronize(Depth::Deep).await?;
    ensure!(last.to_change().next().is_none(), "something still differs");
    Ok(())
}
