use std::collections::BTreeSet;

use async_trait::async_trait;
use futures_util::StreamExt;
use futures_util::stream;
use hibob_client::EmployeeId;
use learning360_client::{
    ClearableField, Client, Created, Error, GroupId, InvalidValue, Invitation, Mapping, MappingId,
    Membership, NewMapping, NewUser, Pager, Sent, StatusFilter, UserEdit, UserField, UserId,
    UserStatus,
};

use crate::absorb::{Effect, Outcome};
use crate::driver::Target;
use crate::facts::{Answer, Data, Link, MailKey, Query, Unavailable};
use crate::plan::{Action, Change, Changes, Step, UserRef, Values};
use crate::policy::Policy;

/// 360Learning as a [`Target`].
///
/// A question for users by mail asks for deleted and other users in two calls, because nothing
/// says that one list shows both.
#[derive(Debug)]
pub struct Lms {
    client: Client,
    platform: String,
}

impl Lms {
    /// A target that keeps its external IDs under the policy's platform name.
    pub fn new(client: Client, policy: &Policy) -> Self {
        Self {
            client,
            platform: policy.platform().to_owned(),
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
            _ => Answer::Unavailable(Unavailable::NotAsked),
        }
    }

    async fn users_by_mail(&self, mail: &MailKey) -> Answer {
        let list = async |filter| {
            let users = self.client.users().list();
            every(users.mail(mail.as_str()).status(filter).pages()).await
        };
        let live = list(StatusFilter::IsNot(UserStatus::Deleted)).await;
        let deleted = list(StatusFilter::Is(UserStatus::Deleted)).await;
        match (live, deleted) {
            (Ok(mut users), Ok(deleted)) => {
                users.extend(deleted);
                // A filter that is not understood must not give us somebody else's account.
                users.retain(|user| user.mail().and_then(MailKey::parse).as_ref() == Some(mail));
                let mut seen = BTreeSet::new();
                users.retain(|user| seen.insert(user.id().clone()));
                Answer::Found(Data::Users(users))
            }
            (Err(why), _) | (_, Err(why)) => why,
        }
    }

    async fn link_of(&self, employee: &EmployeeId) -> Answer {
        let list = self.client.external_ids().list().platform(&self.platform);
        let mappings = every(list.value(employee.as_str()).pages()).await;
        self.link(mappings, |mapping| mapping.value() == employee.as_str())
    }

    async fn link_to(&self, user: &UserId) -> Answer {
        let list = self.client.external_ids().list().platform(&self.platform);
        let mappings = every(list.target(user).pages()).await;
        self.link(mappings, |mapping| mapping.target() == user)
    }

    fn link(
        &self,
        mappings: Result<Vec<Mapping>, Answer>,
        asked_for: impl Fn(&Mapping) -> bool,
    ) -> Answer {
        let mappings = match mappings {
            Ok(mappings) => mappings,
            Err(why) => return why,
        };
        let ours = |mapping: &&Mapping| mapping.platform() == self.platform && asked_for(mapping);
        let Some(mapping) = mappings.iter().find(ours) else {
            return Answer::NotFound;
        };
        match EmployeeId::try_from(mapping.value()) {
            Ok(employee) => {
                let (id, user) = (mapping.id().clone(), mapping.target().clone());
                Answer::Found(Data::Link(Link::new(id, employee, user)))
            }
            // A mapping of ours that we cannot read is no sign that there is none.
            Err(_) => Answer::Unavailable(Unavailable::Broken),
        }
    }

    async fn create(&self, values: &Values, group: &GroupId, invitation: Invitation) -> Outcome {
        match new_user(values, group) {
            Ok(user) => made(self.client.users().create(&user, invitation).await),
            Err(_) => Outcome::Unsendable,
        }
    }

    /// 360Learning restores a deleted user when one is created with its mail.
    async fn restore(&self, mail: &MailKey, group: &GroupId) -> Outcome {
        let mut values = Values::default();
        values.insert(UserField::Mail, mail.as_str().to_owned());
        self.create(&values, group, Invitation::Suppress).await
    }

    async fn join(&self, employee: &EmployeeId, user: &UserId, old: Option<&MappingId>) -> Outcome {
        let new = NewMapping::new(&self.platform, user.clone(), employee.as_str());
        let external_ids = self.client.external_ids();
        match (new, old) {
            (Ok(new), None) => plain(external_ids.create(&new).await),
            (Ok(new), Some(old)) => plain(external_ids.replace(old, &new).await),
            (Err(_), _) => Outcome::Unsendable,
        }
    }

    async fn edit(&self, user: &UserId, changes: &Changes) -> Outcome {
        match user_edit(changes) {
            Some(edit) => plain(self.client.users().edit(user, &edit).await),
            None => Outcome::Unsendable,
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
        match (&step.action, user) {
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
            (Action::Activate, Some(user)) => plain(self.client.users().activate(user).await),
            (Action::Deactivate, Some(user)) => plain(self.client.users().delete(user).await),
            // The step that should have made the user did not say which; deciding again finds it.
            (_, None) => Outcome::Unanswered,
        }
    }
}

/// All items of a list. An item that cannot be read may be the one we look for, so a list with
/// such an item proves nothing.
async fn every<T>(mut pages: Pager<T>) -> Result<Vec<T>, Answer> {
    let mut items = Vec::new();
    while let Some(page) = pages.next_page().await.map_err(|error| no_answer(&error))? {
        items.extend(page);
        if items.len() > MOST_ITEMS {
            return Err(Answer::Unavailable(Unavailable::Broken));
        }
    }
    if pages.skipped() > 0 {
        return Err(Answer::Unavailable(Unavailable::Broken));
    }
    Ok(items)
}

fn new_user(values: &Values, group: &GroupId) -> Result<NewUser, InvalidValue> {
    let user = NewUser::new(Membership::learner(group.clone()));
    values
        .iter()
        .try_fold(user, |user, (field, value)| user.set(field, value))
}

fn user_edit(changes: &Changes) -> Option<UserEdit> {
    changes
        .iter()
        .try_fold(UserEdit::new(), |edit, (field, change)| match change {
            Change::Set(value) => edit.set(field, value).ok(),
            Change::Clear => Some(edit.clear(ClearableField::try_from(field).ok()?)),
        })
}

fn made(created: Result<Created, Error>) -> Outcome {
    match created {
        Ok(Created::New(user)) => Outcome::Done(Effect::Created(user.id().clone())),
        Ok(Created::Restored(user)) => Outcome::Done(Effect::Restored(user.id().clone())),
        Err(error) => failed(&error),
    }
}

fn plain<T>(done: Result<T, Error>) -> Outcome {
    match done {
        Ok(_) => Outcome::Done(Effect::Plain),
        Err(error) => failed(&error),
    }
}

fn failed(error: &Error) -> Outcome {
    match error.status() {
        Some(status) if status.as_u16() == 429 => {
            Outcome::Unavailable(super::pause(error.retry_after()))
        }
        Some(status) if matches!(status.as_u16(), 401 | 403) => {
            Outcome::Unavailable(Unavailable::Refused)
        }
        Some(status) if status.is_client_error() => Outcome::Refused {
            status: status.as_u16(),
            code: error.code().cloned(),
        },
        _ if error.sent() == Sent::No => Outcome::Unavailable(Unavailable::Broken),
        // A server error, or an answer that cannot be read, may follow an effect.
        _ => Outcome::Unanswered,
    }
}

fn no_answer(error: &Error) -> Answer {
    match error.status() {
        Some(status) if status.as_u16() == 404 => Answer::NotFound,
        Some(status) if status.as_u16() == 401 => Answer::Unavailable(Unavailable::Refused),
        Some(status) if status.as_u16() == 403 => Answer::Forbidden,
        _ => Answer::Unavailable(super::pause(error.retry_after())),
    }
}

/// How many questions are under way at the same time.
const READERS: usize = 8;

/// A question about one person or mail has few answers; a list without a filter has many.
const MOST_ITEMS: usize = 1_000;
