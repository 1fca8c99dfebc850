mod answers;
mod bulk;
mod catalogs;
mod kept;
mod lists;
mod steps;

use std::collections::BTreeSet;

use async_trait::async_trait;
use futures_util::StreamExt;
use futures_util::stream;
use hibob_client::EmployeeId;
use learning360_client::{Client, GroupId, User, UserId};

use self::answers::{no_answer, user_ids};
use self::catalogs::Catalogs;
use self::kept::Kept;
use self::steps::plain;
use crate::absorb::Outcome;
use crate::driver::{Listing, Mapped, Target};
use crate::facts::{Answer, Data, Link, Query, Unavailable};
use crate::plan::{Action, Step, UserRef};
use crate::policy::Policy;
use crate::sync::Batch;

/// 360Learning as a [`Target`].
///
/// A question for users by mail asks for deleted and other users in two calls, because nothing
/// says that one list shows both.
///
/// Links, groups and custom fields are kept for fifteen minutes; a link that was not there is
/// asked for every time, and what this target writes itself it forgets.
#[derive(Debug)]
pub struct Lms {
    client: Client,
    platform: String,
    links: Kept<EmployeeId, Link>,
    catalogs: Catalogs,
    learners: Kept<GroupId, u32>,
}

impl Lms {
    /// A target that keeps its external IDs under the policy's platform name.
    pub fn new(client: Client, policy: &Policy) -> Self {
        Self {
            client,
            platform: policy.platform().to_owned(),
            links: Kept::default(),
            catalogs: Catalogs::default(),
            learners: Kept::default(),
        }
    }

    async fn answer(&self, query: &Query) -> Answer {
        match query {
            Query::User(id) => match self.client.users().get(id).await {
                Ok(user) => Answer::Found(Data::User(Box::new(user))),
                Err(error) => no_answer(&error),
            },
            Query::UsersByMail(mail) => self.users_by_mail(mail).await,
            Query::LinkOf(employee) => self.link_of(employee).await,
            Query::LinkTo(user) => self.link_to(user).await,
            Query::UsersByUsername(name) => self.users_by_username(name).await,
            Query::Groups => self.catalogs.groups(&self.client).await,
            Query::CustomFields => self.catalogs.custom_fields(&self.client).await,
            Query::Roles(user) => self.roles(user).await,
            Query::CustomValues(user) => self.custom_values(user).await,
            Query::Managers(user) => user_ids(self.client.users().managers(user)).await,
            Query::Learners(group) => self.learners(group).await,
            Query::Subordinates(user) => user_ids(self.client.users().subordinates(user)).await,
            _ => Answer::Unavailable(Unavailable::NotAsked),
        }
    }
}

#[async_trait]
impl Target for Lms {
    async fn fetch(&self, queries: &BTreeSet<Query>) -> Vec<(Query, Answer)> {
        let answers = stream::iter(queries.iter().cloned())
            .map(|query| async move {
                let answer = self.answer(&query).await;
                (query, answer)
            })
            .buffer_unordered(READERS);
        answers.collect().await
    }

    async fn apply(&self, step: &Step, created: Option<&UserId>) -> Outcome {
        let user = match (&step.user, created) {
            (UserRef::Known(user), _) => Some(user),
            (UserRef::Created, created) => created,
        };
        let outcome = match (&step.action, user) {
            (
                Action::Create {
                    values,
                    group,
                    invitation,
                },
                _,
            ) => self.create(values, group, *invitation).await,
            (Action::Restore { mail, group }, _) => self.restore(mail, group).await,
            (Action::Link { employee }, Some(user)) => self.join(employee, user, None).await,
            (Action::Relink { mapping, employee }, Some(user)) => {
                self.join(employee, user, Some(mapping)).await
            }
            (Action::Edit { changes }, Some(user)) => self.edit(user, changes).await,
            (Action::Schedule { at }, Some(user)) => self.schedule(user, *at).await,
            (Action::SetCustomValues { before, after }, Some(user)) => {
                self.set_custom_values(user, before, after).await
            }
            (Action::AddMembership { membership }, Some(user)) => {
                self.give_role(user, membership).await
            }
            (Action::RemoveMembership { membership }, Some(user)) => {
                self.take_role(user, membership).await
            }
            (Action::AddManager { manager }, Some(user)) => {
                plain(self.client.users().add_manager(user, manager).await)
            }
            (Action::RemoveManager { manager }, Some(user)) => {
                plain(self.client.users().remove_manager(user, manager).await)
            }
            (Action::AddReport { report }, Some(user)) => {
                plain(self.client.users().add_manager(report, user).await)
            }
            (Action::Activate, Some(user)) => plain(self.client.users().activate(user).await),
            (Action::Deactivate, Some(user)) => plain(self.client.users().delete(user).await),
            // The step that should have made the user did not say which; deciding again finds it.
            (_, None) => Outcome::Unanswered,
        };
        self.forget(step, &outcome).await;
        outcome
    }

    async fn apply_batch(&self, batch: &Batch) -> Option<Vec<Outcome>> {
        self.change_roles(batch).await
    }

    fn users(&self) -> Listing<'_, User> {
        self.all_users()
    }

    fn links(&self) -> Listing<'_, Mapped> {
        self.all_links()
    }
}

impl Lms {
    /// What was written, or refused because a catalog was out of date, is read anew.
    async fn forget(&self, step: &Step, outcome: &Outcome) {
        match &step.action {
            Action::Link { employee } => self.links.forget(employee).await,
            // It was somebody else's link before, and the step does not say whose.
            Action::Relink { .. } => self.links.clear().await,
            Action::AddMembership { membership } | Action::RemoveMembership { membership } => {
                self.learners.forget(&membership.group).await;
            }
            _ => {}
        }
        if matches!(outcome, Outcome::Refused { .. }) {
            self.catalogs.forget().await;
        }
    }
}

/// How many questions are under way at the same time.
const READERS: usize = 8;
