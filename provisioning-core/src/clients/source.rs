use std::collections::{BTreeMap, BTreeSet, VecDeque};
use std::sync::Arc;
use std::time::Duration;

use async_trait::async_trait;
use futures_util::future::{join_all, join3};
use futures_util::stream::{self, StreamExt};
use hibob_client::{Client, Employee, EmployeeId, Error, ErrorKind, FieldId, ListName, NamedList};
use tokio::sync::Mutex;
use tokio::time::{Instant, sleep_until};

use crate::driver::{Listing, Shown, Source};
use crate::facts::{Answer, Data, LifecycleRow, Query, Unavailable};
use crate::policy::Policy;

/// Bob as a [`Source`].
///
/// People are read with one search for many, inactive ones included, and with exactly the fields
/// that the policy uses. The single read serves only to tell why somebody is absent, and at most
/// twenty times in ten seconds, because Bob blocks credentials that collect refusals. Lists are
/// kept for fifteen minutes.
#[derive(Debug)]
pub struct Bob {
    client: Client,
    fields: Vec<FieldId>,
    lists: Mutex<BTreeMap<ListName, (Instant, Arc<NamedList>)>>,
    single_reads: Mutex<VecDeque<Instant>>,
}

impl Bob {
    /// A source that reads what the policy needs.
    pub fn new(client: Client, policy: &Policy) -> Self {
        Self {
            client,
            fields: policy.fields().iter().cloned().collect(),
            lists: Mutex::default(),
            single_reads: Mutex::default(),
        }
    }

    /// The same source, which also reads what another policy needs: to compare the two with
    /// [`Driver::preview`](crate::driver::Driver::preview).
    #[must_use]
    pub fn and_for(self, policy: &Policy) -> Self {
        let fields: BTreeSet<_> = self.fields.into_iter().collect();
        let fields = fields.union(policy.fields()).cloned().collect();
        Self { fields, ..self }
    }

    async fn people(&self, ids: Vec<EmployeeId>) -> Vec<(Query, Answer)> {
        if ids.is_empty() {
            return Vec::new();
        }
        let search = self.client.people().search();
        let found = search
            .fields(self.fields.iter().cloned())
            .ids(ids.iter().cloned())
            .show_inactive(true)
            .send()
            .await;
        let mut known: BTreeMap<EmployeeId, Employee> = match found {
            Ok(result) => {
                let people = result.employees.into_iter();
                people
                    .map(|employee| (employee.id().clone(), employee))
                    .collect()
            }
            Err(error) => {
                let why = unavailable(&error);
                return ids
                    .into_iter()
                    .map(|id| (Query::Person(id), why.clone()))
                    .collect();
            }
        };
        let mut answers = Vec::with_capacity(ids.len());
        for id in ids {
            let answer = match known.remove(&id) {
                Some(employee) => person(employee),
                None => self.absentee(&id).await,
            };
            answers.push((Query::Person(id), answer));
        }
        answers
    }

    /// Why the search does not show somebody.
    async fn absentee(&self, id: &EmployeeId) -> Answer {
        self.wait_for_single_read().await;
        let read = self
            .client
            .people()
            .get(id)
            .fields(self.fields.iter().cloned());
        match read.send().await {
            Ok(employee) if employee.id() == id => person(employee),
            // Somebody else's record is no answer.
            Ok(_) => Answer::Unavailable(Unavailable::Broken),
            Err(error) if error.is_not_found() => Answer::NotFound,
            Err(error) if error.is_forbidden() => Answer::Forbidden,
            Err(error) => unavailable(&error),
        }
    }

    async fn wait_for_single_read(&self) {
        let mut reads = self.single_reads.lock().await;
        if reads.len() >= SINGLE_READS {
            if let Some(first) = reads.pop_front() {
                // The lock is held while waiting, so that readers pass one after the other.
                sleep_until(first + SINGLE_READS_WINDOW).await;
            }
        }
        reads.push_back(Instant::now());
    }

    async fn lifecycle_rows(&self, id: EmployeeId) -> (Query, Answer) {
        let answer = match self.client.tables().lifecycle(&id).send().await {
            Ok(table) => {
                let row = |row: &hibob_client::table::LifecycleRow| {
                    let effective = row.effective_date().value()?;
                    let status = row.status().value()?;
                    Some(LifecycleRow::new(effective, status.as_str()))
                };
                Answer::Found(Data::LifecycleRows(
                    table.rows.iter().filter_map(row).collect(),
                ))
            }
            Err(error) if error.is_not_found() => Answer::NotFound,
            Err(error) if error.is_forbidden() => Answer::Forbidden,
            Err(error) => unavailable(&error),
        };
        (Query::LifecycleRows(id), answer)
    }

    async fn list(&self, name: ListName) -> (Query, Answer) {
        let kept = self.lists.lock().await.get(&name).cloned();
        let answer = match kept {
            Some((read, list)) if read.elapsed() < LIST_AGE => Answer::Found(Data::NamedList(list)),
            _ => match self.client.metadata().list(&name).await {
                Ok(list) => {
                    let list = Arc::new(list);
                    let entry = (Instant::now(), Arc::clone(&list));
                    self.lists.lock().await.insert(name.clone(), entry);
                    Answer::Found(Data::NamedList(list))
                }
                Err(error) if error.is_not_found() => Answer::NotFound,
                Err(error) if error.is_forbidden() => Answer::Forbidden,
                Err(error) => unavailable(&error),
            },
        };
        (Query::NamedList(name), answer)
    }
}

#[async_trait]
impl Source for Bob {
    async fn fetch(&self, queries: &BTreeSet<Query>) -> Vec<(Query, Answer)> {
        let (mut ids, mut names, mut rows) = (Vec::new(), Vec::new(), Vec::new());
        for query in queries {
            match query {
                Query::LifecycleRows(id) => rows.push(id.clone()),
                Query::Person(id) => ids.push(id.clone()),
                Query::NamedList(name) => names.push(name.clone()),
                _ => {}
            }
        }
        let lists = join_all(names.into_iter().map(|name| self.list(name)));
        let rows = join_all(rows.into_iter().map(|id| self.lifecycle_rows(id)));
        let (people, lists, rows) = join3(self.people(ids), lists, rows).await;
        people.into_iter().chain(lists).chain(rows).collect()
    }

    fn people(&self) -> Listing<'_, Shown> {
        let search = self.client.people().search();
        let people = search.fields(self.fields.iter().cloned());
        stream::unfold(people.show_inactive(true).stream(), |mut people| async {
            let shown = match people.next().await? {
                Ok(employee) => Ok(Shown::Person(Box::new(employee))),
                Err(error) if error.kind() == ErrorKind::Record => Ok(Shown::Unreadable),
                Err(error) => Err(why(&error)),
            };
            Some((shown, people))
        })
        .boxed()
    }
}

fn person(employee: Employee) -> Answer {
    Answer::Found(Data::Person(Box::new(employee)))
}

fn unavailable(error: &Error) -> Answer {
    Answer::Unavailable(why(error))
}

fn why(error: &Error) -> Unavailable {
    if error.is_unauthorized() || error.is_forbidden() {
        Unavailable::Refused
    } else if error.is_rate_limited() {
        super::asked_to_wait(error.retry_after())
    } else {
        super::pause(error.retry_after())
    }
}

const SINGLE_READS: usize = 20;

const SINGLE_READS_WINDOW: Duration = Duration::from_secs(10);

const LIST_AGE: Duration = Duration::from_secs(15 * 60);
