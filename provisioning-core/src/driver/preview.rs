use std::collections::{BTreeMap, BTreeSet};

use futures_util::StreamExt;
use hibob_client::EmployeeId;
use jiff::Timestamp;

use super::gather::Known;
use super::health::Health;
use super::ports::{Shown, Source, Store, Target};
use super::survey::{SurveyError, Surveying, Whom};
use super::surveying::{LOOKS, Watch};
use super::turn::Driver;
use crate::event::Seq;
use crate::facts::{Answer, Query, Side, Unavailable};
use crate::memory::Memory;
use crate::policy::Policy;
use crate::preview::Preview;

impl<S: Source, T: Target, D: Store> Driver<S, T, D> {
    /// Compares what another policy would do with what the one in force does. Nothing is written.
    ///
    /// The Source has to read the fields of both policies, as the one for `hibob-client` can.
    ///
    /// # Errors
    /// As [`Driver::survey`]. Whoever cannot be decided about is counted, and is no error.
    pub async fn preview(
        &self,
        new: &Policy,
        whom: &Whom,
        now: Timestamp,
        watch: Watch<'_>,
    ) -> Result<Preview, SurveyError> {
        let health = self.open_health(now).await?;
        let directory;
        let mut known = Known::default();
        let people: Vec<_> = match whom {
            Whom::These(people) => people.iter().cloned().collect(),
            Whom::Everybody => {
                directory = self.directory(watch).await?;
                known.directory = Some(&directory);
                self.everybodys_ids(watch).await?
            }
        };
        let mut preview = Preview::default();
        let of = u64::try_from(people.len()).unwrap_or(u64::MAX);
        let mut done = 0;
        for some in people.chunks(LOOKS) {
            self.compare(new, some, &mut preview, &mut known, &health, now)
                .await?;
            done += u64::try_from(some.len()).unwrap_or_default();
            watch(Surveying::Looks { done, of });
        }
        Ok(preview)
    }

    async fn everybodys_ids(&self, watch: Watch<'_>) -> Result<Vec<EmployeeId>, SurveyError> {
        let mut ids = BTreeSet::new();
        let mut people = self.source.people();
        while let Some(shown) = people.next().await {
            match shown {
                Ok(Shown::Person(employee)) => {
                    ids.insert(employee.id().clone());
                }
                Ok(Shown::Unreadable) => {}
                Err(cause) => {
                    let side = Side::Source;
                    return Err(SurveyError::Unlisted { side, cause });
                }
            }
        }
        let listed = u64::try_from(ids.len()).unwrap_or(u64::MAX);
        watch(Surveying::People(listed));
        Ok(ids.into_iter().collect())
    }

    /// Compares what the two policies do with some people, who are read together.
    async fn compare(
        &self,
        new: &Policy,
        people: &[EmployeeId],
        preview: &mut Preview,
        known: &mut Known<'_>,
        health: &Health,
        now: Timestamp,
    ) -> Result<(), SurveyError> {
        let memories = self.store.memories(people).await?;
        let nothing = Memory::default();
        let mut facts = known.facts();
        let mut open: BTreeSet<&EmployeeId> = people.iter().collect();
        for _ in 0..=ROUNDS {
            let mut needs: BTreeMap<&EmployeeId, BTreeSet<Query>> = BTreeMap::new();
            for employee in open.iter().copied() {
                let memory = memories.get(employee).unwrap_or(&nothing);
                let compared = preview.compare(&self.policy, new, employee, memory, &facts, now);
                if let Err(queries) = compared {
                    needs.insert(employee, queries);
                }
            }
            open.retain(|employee| needs.contains_key(employee));
            if open.is_empty() {
                break;
            }
            known.answer(&mut needs, &mut facts);
            let queries: BTreeSet<_> = needs.into_values().flatten().collect();
            let mut answers = self.fetch(&queries, health).await;
            for query in queries {
                let answer = answers.remove(&query);
                let answer = answer.unwrap_or(Answer::Unavailable(Unavailable::Broken));
                known.keep(query.clone(), answer.clone());
                facts.insert(query, Seq::default(), answer);
            }
        }
        for _ in open {
            preview.give_up_on();
        }
        Ok(())
    }
}

/// Two policies may ask one after the other, each in four rounds.
const ROUNDS: usize = 8;
