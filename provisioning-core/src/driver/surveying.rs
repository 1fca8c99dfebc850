use std::collections::{BTreeMap, BTreeSet};

use futures_util::StreamExt;
use hibob_client::{Employee, EmployeeId};
use jiff::Timestamp;

use super::gather::Known;
use super::health::Health;
use super::ports::{Claim, Lease, Listing, Mapped, Shown, Source, Store, Target};
use super::sheet::Sheet;
use super::survey::{Survey, SurveyError, Surveying, Whom};
use super::turn::Driver;
use crate::event::{Evidence, Hint};
use crate::facts::{Answer, Query, Side};
use crate::policy::Depth;
use crate::quarantine::Lane;
use crate::sync::{Directory, Listed, SourceHealth, Synchronization, not_listed, source_health};

/// Told how far a survey is.
pub type Watch<'w> = &'w mut (dyn FnMut(Surveying) + Send);

impl<S: Source, T: Target, D: Store> Driver<S, T, D> {
    /// Finds out what a full synchronization would do. Nothing is written anywhere.
    ///
    /// Both systems are listed, and everybody is decided from the lists, with the same rules as by
    /// any event. At [`Depth::Light`] only those of whom the lists show a difference are looked at
    /// further; at [`Depth::Deep`] everybody is. Each plan is complete either way. Whoever has an
    /// account and was not listed by Bob is asked for by id before anything is concluded.
    ///
    /// One record at a time is held of Bob's list, and all users of 360Learning's.
    ///
    /// # Errors
    /// If a list cannot be had to its end, if Bob lists nobody, if an API is paused or stopped, or
    /// if the Store fails.
    pub async fn survey(
        &self,
        depth: Depth,
        whom: &Whom,
        now: Timestamp,
        watch: Watch<'_>,
    ) -> Result<Survey, SurveyError> {
        let health = self.open_health(now).await?;
        let mut sheet = Sheet::new(self.store.ledger().await?.value, now);
        let mut known = Known::default();
        let survey = Survey::new(&self.policy, depth, now);
        match whom {
            Whom::These(people) => {
                let people = people.iter().map(|id| (id.clone(), Hint::default()));
                self.look(people.collect(), &mut sheet, &mut known, &health, watch)
                    .await?;
                self.judge(survey, sheet, &health).await
            }
            Whom::Everybody => {
                let directory = self.directory(watch).await?;
                known.directory = Some(&directory);
                let survey = self
                    .everybody(survey, &mut sheet, &mut known, &health, watch)
                    .await?;
                self.judge(survey, sheet, &health).await
            }
        }
    }

    /// The state of two APIs that may be read.
    pub(super) async fn open_health(&self, now: Timestamp) -> Result<Health, SurveyError> {
        let health = Health::new(self.store.quarantine().await?, self.seed, now);
        match closed(&health) {
            Some(error) => Err(error),
            None => Ok(health),
        }
    }

    async fn everybody(
        &self,
        mut survey: Survey,
        sheet: &mut Sheet,
        known: &mut Known<'_>,
        health: &Health,
        watch: Watch<'_>,
    ) -> Result<Survey, SurveyError> {
        let nobody = Directory::default();
        let directory = known.directory.unwrap_or(&nobody);
        let lists = self.lists(health).await?;
        let now = survey.at;
        let mut sync = Synchronization::at_depth(&self.policy, survey.depth, directory, now);
        for (query, answer) in lists {
            sync.know(query.clone(), answer.clone());
            known.keep(query, answer);
        }
        let mut page = Page::default();
        let mut to_look_at = Vec::new();
        let mut people = self.source.people();
        loop {
            let next = people.next().await;
            let is_last = next.is_none();
            match next {
                Some(Ok(Shown::Person(employee))) => page.add(*employee),
                Some(Ok(Shown::Unreadable)) => survey.unreadable += 1,
                Some(Err(cause)) => {
                    let side = Side::Source;
                    return Err(SurveyError::Unlisted { side, cause });
                }
                None => {}
            }
            if page.is_full() || is_last {
                let people = self.decide_page(&mut page, &mut sync, sheet).await?;
                to_look_at.extend(people);
                watch(Surveying::People(
                    u64::try_from(sync.listed()).unwrap_or(u64::MAX),
                ));
            }
            if is_last {
                break;
            }
        }
        let listed = u64::try_from(sync.listed()).unwrap_or(u64::MAX);
        survey.listed = Some(listed);
        survey.linked_active = u32::try_from(directory.linked_active()).unwrap_or(u32::MAX);
        survey.target_only = directory.target_only().cloned().collect();
        survey.health = source_health(self.store.baseline().await?, listed + survey.unreadable);
        let missing = sync.not_listed();
        let missing = missing.filter(|employee| directory.may_have_account(employee));
        match survey.health {
            SourceHealth::Empty => return Err(SurveyError::Empty),
            SourceHealth::Good => {
                to_look_at.extend(missing.map(|id| (id.clone(), not_listed(now))));
            }
            // GRD-09: whether they are really missing cannot be told from such a list.
            SourceHealth::Shrunken => missing.for_each(|id| sheet.hold_missing(id)),
        }
        self.look(to_look_at, sheet, known, health, watch).await?;
        Ok(survey)
    }

    /// Decides about some people from the lists; gives those whom the lists do not tell enough of.
    async fn decide_page(
        &self,
        page: &mut Page,
        sync: &mut Synchronization<'_>,
        sheet: &mut Sheet,
    ) -> Result<Vec<(EmployeeId, Hint)>, SurveyError> {
        let people = page.take();
        let ids: Vec<_> = people.iter().map(|it| it.id().clone()).collect();
        let mut memories = self.store.memories(&ids).await?;
        let mut to_look_at = Vec::new();
        for employee in people {
            let id = employee.id().clone();
            if sync.has_listed(&id) {
                continue;
            }
            let memory = memories.remove(&id).unwrap_or_default();
            match sync.decide(employee, &memory) {
                Listed::Verdict(verdict) if is_final(sync.policy().depth(), &verdict) => {
                    sheet.note(*verdict, &memory, Evidence::Planned);
                }
                _ => to_look_at.push((id, Hint::default())),
            }
        }
        Ok(to_look_at)
    }

    /// Decides about these people with whatever has to be asked for each of them.
    async fn look(
        &self,
        people: Vec<(EmployeeId, Hint)>,
        sheet: &mut Sheet,
        known: &mut Known<'_>,
        health: &Health,
        watch: Watch<'_>,
    ) -> Result<(), SurveyError> {
        let of = u64::try_from(people.len()).unwrap_or(u64::MAX);
        let mut done = 0;
        for some in people.chunks(LOOKS) {
            let ids: Vec<_> = some.iter().map(|(id, _)| id.clone()).collect();
            let mut memories = self.store.memories(&ids).await?;
            let claims: Vec<_> = some
                .iter()
                .map(|(id, hint)| {
                    let memory = memories.remove(id).unwrap_or_default();
                    Claim::new(id.clone(), Lease(0), hint.clone(), memory)
                })
                .collect();
            let mut gathered = self.decide_all(&claims, known, health, sheet.now).await?;
            for claim in &claims {
                match gathered.verdicts.remove(&claim.employee) {
                    Some(verdict) => sheet.note(verdict, &claim.memory, evidence(&claim.hint)),
                    None => sheet.fail(&claim.employee),
                }
            }
            done += u64::try_from(some.len()).unwrap_or_default();
            watch(Surveying::Looks { done, of });
        }
        Ok(())
    }

    /// Links first: an account that is made meanwhile then looks as if it were not linked yet, and
    /// never as if its link were broken.
    pub(super) async fn directory(&self, watch: Watch<'_>) -> Result<Directory, SurveyError> {
        let mut directory = Directory::default();
        let mut count = 0;
        let links = self.target.links();
        every(links, Side::Target, |link| {
            match link {
                Mapped::Link(link) => directory.join(link),
                Mapped::Unreadable(user) => directory.join_unreadable(user),
            }
            count += 1;
            if count % STEP == 0 {
                watch(Surveying::Links(count));
            }
        })
        .await?;
        watch(Surveying::Links(count));
        let mut count = 0;
        let users = self.target.users();
        every(users, Side::Target, |user| {
            directory.add(user);
            count += 1;
            if count % STEP == 0 {
                watch(Surveying::Users(count));
            }
        })
        .await?;
        watch(Surveying::Users(
            u64::try_from(directory.len()).unwrap_or(u64::MAX),
        ));
        Ok(directory)
    }

    /// The named lists that the policy uses. Without one of them nobody's labels could be told.
    async fn lists(&self, health: &Health) -> Result<BTreeMap<Query, Answer>, SurveyError> {
        let lists = self.policy.lists().iter().cloned();
        let queries: BTreeSet<_> = lists.map(Query::NamedList).collect();
        let answers = self.fetch(&queries, health).await;
        for query in &queries {
            let cause = match answers.get(query) {
                Some(Answer::Unavailable(cause)) => *cause,
                Some(_) => continue,
                None => crate::facts::Unavailable::Broken,
            };
            let side = Side::Source;
            return Err(SurveyError::Unlisted { side, cause });
        }
        Ok(answers)
    }
}

impl SurveyError {
    /// What was asked for had to wait for an API.
    pub(super) fn closed(health: &Health, now: Timestamp) -> Self {
        closed(health).unwrap_or(Self::Closed {
            side: Side::Target,
            until: now,
        })
    }
}

fn closed(health: &Health) -> Option<SurveyError> {
    let lanes = [
        (Lane::Source, Side::Source),
        (Lane::TargetReads, Side::Target),
    ];
    lanes.into_iter().find_map(|(lane, side)| {
        let until = health.closed(lane)?;
        Some(SurveyError::Closed { side, until })
    })
}

/// Records on their way from the list to the decision.
#[derive(Default)]
struct Page(Vec<Employee>);

impl Page {
    fn add(&mut self, employee: Employee) {
        self.0.push(employee);
    }

    fn is_full(&self) -> bool {
        self.0.len() >= PAGE
    }

    fn take(&mut self) -> Vec<Employee> {
        std::mem::take(&mut self.0)
    }
}

/// Whether nothing more has to be read: the difference that a light look finds is not all there
/// may be.
fn is_final(depth: Depth, verdict: &crate::decide::Verdict) -> bool {
    let failed = matches!(verdict.disposition, crate::plan::Disposition::Retry(_));
    !failed && (depth == Depth::Deep || verdict.plan.is_empty())
}

fn evidence(hint: &Hint) -> Evidence {
    if hint.seen().contains_key(&Evidence::NotListed) {
        Evidence::NotListed
    } else {
        Evidence::Planned
    }
}

async fn every<I>(
    mut list: Listing<'_, I>,
    side: Side,
    mut take: impl FnMut(I) + Send,
) -> Result<(), SurveyError> {
    while let Some(item) = list.next().await {
        take(item.map_err(|cause| SurveyError::Unlisted { side, cause })?);
    }
    Ok(())
}

/// What is remembered of so many people is read at once.
const PAGE: usize = 500;

/// So many people are looked at together; Bob is searched by the hundred.
pub(super) const LOOKS: usize = 100;

/// So many items later it is told how far the lists are.
const STEP: u64 = 500;
