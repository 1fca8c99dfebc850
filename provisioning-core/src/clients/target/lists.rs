use futures_util::stream::{self, StreamExt};
use hibob_client::EmployeeId;
use learning360_client::{Error, GroupId, Mapping, Pager, Role, StatusFilter, User, UserStatus};

use super::Lms;
use super::answers::{every, no_answer};
use crate::driver::{Listing, Mapped};
use crate::facts::{Answer, Data, Link, Unavailable};

impl Lms {
    /// Deactivated users are listed on their own, because nothing says that one list shows both.
    pub(super) fn all_users(&self) -> Listing<'_, User> {
        let list = |filter| items(self.client.users().list().status(filter).pages());
        let live = list(StatusFilter::IsNot(UserStatus::Deleted));
        let deleted = list(StatusFilter::Is(UserStatus::Deleted));
        live.chain(deleted).boxed()
    }

    pub(super) fn all_links(&self) -> Listing<'_, Mapped> {
        let list = self.client.external_ids().list();
        let mappings = items(list.platform(self.platform.as_str()).pages());
        let ours = mappings.filter_map(move |mapping| async move {
            match mapping {
                // A filter that is not understood must not give us the links of others.
                Ok(mapping) if mapping.platform() != self.platform => None,
                Ok(mapping) => Some(Ok(mapped(&mapping))),
                Err(why) => Some(Err(why)),
            }
        });
        ours.boxed()
    }

    /// How many learners a group has.
    pub(super) async fn learners(&self, group: &GroupId) -> Answer {
        if let Some(count) = self.learners.get(group).await {
            return Answer::Found(Data::Count(count));
        }
        let members = match every(self.client.groups().members(group).pages()).await {
            Ok(members) => members,
            Err(why) => return why,
        };
        let learners = members.iter().filter(|it| *it.role() == Role::Learner);
        let count = u32::try_from(learners.count()).unwrap_or(u32::MAX);
        self.learners.keep(group.clone(), count).await;
        Answer::Found(Data::Count(count))
    }
}

fn mapped(mapping: &Mapping) -> Mapped {
    let user = mapping.target().clone();
    match EmployeeId::try_from(mapping.value()) {
        Ok(employee) => Mapped::Link(Link::new(mapping.id().clone(), employee, user)),
        Err(_) => Mapped::Unreadable(user),
    }
}

/// All items of a list, one by one. An item that cannot be read may be the one that matters, so a
/// list with such an item is no list.
fn items<'a, T: Send + 'a>(pages: Pager<T>) -> Listing<'a, T> {
    stream::unfold(Some(pages), |pages| async {
        let mut pages = pages?;
        match pages.next_item().await {
            Ok(Some(item)) => Some((Ok(item), Some(pages))),
            Ok(None) if pages.skipped() > 0 => Some((Err(Unavailable::Broken), None)),
            Ok(None) => None,
            Err(error) => Some((Err(broken(&error)), None)),
        }
    })
    .boxed()
}

fn broken(error: &Error) -> Unavailable {
    match no_answer(error) {
        Answer::Unavailable(why) => why,
        // A list that may not be seen names nobody: the credentials lack something.
        Answer::Forbidden => Unavailable::Refused,
        Answer::Found(_) | Answer::NotFound => Unavailable::Broken,
    }
}
