//! The account that a decision is about, as it is now.

use anyhow::Context as _;
use learning360_client::{CustomValues, User, UserField, UserId};
use provisioning_core::driver::Explained;

use crate::clients::Clients;
use crate::commands::Failure;
use crate::commands::steps::Names;

/// An account with all that a policy may set.
#[derive(Debug)]
pub(super) struct Account {
    user: User,
    /// Whatever of these cannot be read is not shown.
    custom: Option<CustomValues>,
    managers: Vec<UserId>,
}

impl Account {
    /// `None` if there is none.
    ///
    /// # Errors
    /// If it cannot be read.
    pub(super) async fn of(
        clients: &Clients,
        explained: &Explained,
    ) -> anyhow::Result<Option<Self>> {
        let verdict = &explained.verdict;
        let mut steps = verdict.plan.steps().iter();
        let user = verdict
            .memory
            .link()
            .or(steps.find_map(|step| step.known_user()));
        let Some(id) = user else {
            return Ok(None);
        };
        let users = clients.learning360.users();
        let user = match users.get(id).await {
            Ok(user) => user,
            Err(error) if error.is_not_found() => return Ok(None),
            Err(error) => {
                let failure = Failure::new("the account cannot be read");
                let failure = failure.next("`provisioner doctor` says what is missing");
                return Err(error).context(failure);
            }
        };
        Ok(Some(Self {
            user,
            custom: users.custom_values(id).await.ok(),
            managers: users.managers(id).all().await.unwrap_or_default(),
        }))
    }

    pub(super) fn id(&self) -> &UserId {
        self.user.id()
    }

    pub(super) fn text(&self, field: UserField) -> Option<String> {
        let text = self.user.text(field);
        text.filter(|text| !text.trim().is_empty())
            .map(str::to_owned)
    }

    /// The value of the custom field that has this name.
    pub(super) fn custom(&self, name: &str, names: Names<'_>) -> Option<String> {
        let mut values = self.custom.iter().flat_map(CustomValues::iter);
        let value = values.find(|value| names.custom_field(value.field()) == name)?;
        Some(value.value().to_owned())
    }

    pub(super) fn managers(&self) -> Option<String> {
        let ids: Vec<_> = self
            .managers
            .iter()
            .map(|id| format!("user {id}"))
            .collect();
        (!ids.is_empty()).then(|| ids.join(", "))
    }
}
