use std::collections::BTreeSet;

use hibob_client::EmployeeId;
use learning360_client::{
    Error, ListUserIds, Mapping, Pager, StatusFilter, User, UserId, UserStatus,
};

use super::Lms;
use crate::facts::{Answer, Data, Link, MailKey, Membership, Unavailable, Username};
use crate::plan::CustomValues;

impl Lms {
    pub(super) async fn users_by_mail(&self, mail: &MailKey) -> Answer {
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

    pub(super) async fn link_of(&self, employee: &EmployeeId) -> Answer {
        if let Some(link) = self.links.get(employee).await {
            return Answer::Found(Data::Link(link));
        }
        let list = self
            .client
            .external_ids()
            .list()
            .platform(self.platform.as_str());
        let mappings = every(list.value(employee.as_str()).pages()).await;
        let answer = self.link(mappings, |mapping| mapping.value() == employee.as_str());
        if let Answer::Found(Data::Link(link)) = &answer {
            self.links.keep(employee.clone(), link.clone()).await;
        }
        answer
    }

    pub(super) async fn link_to(&self, user: &UserId) -> Answer {
        let list = self
            .client
            .external_ids()
            .list()
            .platform(self.platform.as_str());
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

    pub(super) async fn users_by_username(&self, name: &Username) -> Answer {
        let list = async |filter| {
            let users = self.client.users().list();
            every(users.username(name.as_str()).status(filter).pages()).await
        };
        let live = list(StatusFilter::IsNot(UserStatus::Deleted)).await;
        let deleted = list(StatusFilter::Is(UserStatus::Deleted)).await;
        match (live, deleted) {
            (Ok(mut users), Ok(deleted)) => {
                users.extend(deleted);
                let named = |user: &User| user.username().and_then(Username::parse);
                users.retain(|user| named(user).as_ref() == Some(name));
                let mut seen = BTreeSet::new();
                users.retain(|user| seen.insert(user.id().clone()));
                Answer::Found(Data::Users(users))
            }
            (Err(why), _) | (_, Err(why)) => why,
        }
    }

    pub(super) async fn roles(&self, user: &UserId) -> Answer {
        match every(self.client.users().memberships(user).pages()).await {
            Ok(roles) => {
                let role = |held: &learning360_client::Membership| {
                    Membership::new(held.group().clone(), held.role().clone())
                };
                Answer::Found(Data::Roles(roles.iter().map(role).collect()))
            }
            Err(why) => why,
        }
    }

    pub(super) async fn custom_values(&self, user: &UserId) -> Answer {
        match self.client.users().custom_values(user).await {
            // A value that cannot be read would be lost by the next write.
            Ok(values) if values.unreadable() > 0 => Answer::Unavailable(Unavailable::Broken),
            Ok(values) => Answer::Found(Data::CustomValues(plain_values(&values))),
            Err(error) => no_answer(&error),
        }
    }
}

/// The values by field, as the core compares them.
pub(super) fn plain_values(values: &learning360_client::CustomValues) -> CustomValues {
    let value = |value: &learning360_client::CustomValue| {
        // Dates may come with a time of day that means nothing.
        let text = match value.as_date() {
            Some(day) => day.to_string(),
            None => value.value().to_owned(),
        };
        (value.field().clone(), text)
    };
    values.iter().map(value).collect()
}

pub(super) async fn user_ids(list: ListUserIds) -> Answer {
    match every(list.pages()).await {
        Ok(ids) => Answer::Found(Data::UserIds(ids.into_iter().collect())),
        Err(why) => why,
    }
}

/// All items of a list. An item that cannot be read may be the one we look for, so a list with
/// such an item proves nothing.
pub(super) async fn every<T>(mut pages: Pager<T>) -> Result<Vec<T>, Answer> {
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

pub(super) fn no_answer(error: &Error) -> Answer {
    match error.status() {
        Some(status) if status.as_u16() == 404 => Answer::NotFound,
        Some(status) if status.as_u16() == 401 => Answer::Unavailable(Unavailable::Refused),
        Some(status) if status.as_u16() == 403 => Answer::Forbidden,
        Some(status) if status.as_u16() == 429 => {
            Answer::Unavailable(crate::clients::asked_to_wait(error.retry_after()))
        }
        _ => Answer::Unavailable(crate::clients::pause(error.retry_after())),
    }
}

/// A question about one person or mail has few answers; a list without a filter has many.
const MOST_ITEMS: usize = 10_000;
