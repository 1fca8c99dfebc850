//! What happens, month by month.

mod autumn;
mod spring;
mod summer;
mod winter;

use super::stage::Stage;

/// Plays the year.
pub(super) async fn play(stage: &mut Stage<'_>) -> anyhow::Result<()> {
    spring::play(stage).await?;
    summer::play(stage).await?;
    autumn::play(stage).await?;
    winter::play(stage).await
}
