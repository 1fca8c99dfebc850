//! What the policy wants of each employee's user, and whether it is so.

use std::collections::{BTreeMap, BTreeSet};

use minijinja::Environment;

use super::expression::{Expression, Outcome};
use super::policy::{Entry, OnLeave, OnOutOfScope, Policy, Revoke, When};
use super::record::Record;
use super::standing::Standing;
use super::values::{clean, field, is_field, is_mail, same, same_custom};
use super::{Agreement, Difference, NotJudged, What};
use crate::clock;
use crate::engine::World;
use crate::learning360::LANGUAGES;
use crate::seed::{CustomField, CustomFieldTarget, Invalid, Membership, User, UserStatus};

/// Judges one employee after the other.
pub(super) struct Judge<'w> {
    pub(super) world: &'w World,
    pub(super) policy: &'w Policy,
    days_before_start: Option<i64>,
    scope: Scope<'w>,
    fields: Vec<(&'w str, &'w Entry, Expression<'w>)>,
    custom: Vec<(&'w CustomField, &'w Entry, Expression<'w>)>,
    groups: Vec<(&'w str, Option<Expression<'w>>)>,
    pub(super) manager: Option<Expression<'w>>,
    pub(super) records: BTreeMap<&'w str, Record<'w>>,
    /// Users by the employee to whom they are linked.
    pub(super) links: BTreeMap<&'w str, &'w User>,
    report: Agreement,
}

/// Whom the policy covers.
enum Scope<'w> {
    Everybody,
    When(Expression<'w>),
    /// The condition is not understood.
    Unknown,
}

/// What the policy wants of a user.
enum Want {
    /// Nothing, or nothing that could be told from outside.
    Nothing,
    /// That he cannot log in.
    Inactive,
    /// That he is there, with the mapped values.
    User,
    /// That he, if he is there, has the mapped values.
    Values,
}

impl<'w> Judge<'w> {
    pub(super) fn new(
        world: &'w World,
        policy: &'w Policy,
        environment: &'w Environment<'static>,
    ) -> Result<Self, Invalid> {
        let mut not_judged = Vec::new();
        let mut compile = |part: String, source: &'w str| {
            let compiled = Expression::compile(source, environment, &world.bob);
            compiled
                .map_err(|why| {
                    not_judged.push(NotJudged {
                        employee: None,
                        part,
                        why,
                    });
                })
                .ok()
        };
        let scope = match &policy.scope {
            None => Scope::Everybody,
            Some(source) => {
                compile("[scope]".to_owned(), source).map_or(Scope::Unknown, Scope::When)
            }
        };
        // Others are unknown words, see below.
        let known = policy.fields.iter().filter(|(name, _)| is_field(name));
        let fields = known.filter_map(|(name, entry)| {
            let value = compile(format!("[user] {name}"), &entry.value)?;
            Some((name.as_str(), entry, value))
        });
        let fields = fields.collect();
        let mut custom = Vec::new();
        let mut missing = Vec::new();
        for (name, entry) in &policy.custom_fields {
            let Some(field) = world.custom_field(name) else {
                missing.push((format!("[custom_fields] {name}"), "there is no such field"));
                continue;
            };
            let value = compile(format!("[custom_fields] {name}"), &entry.value);
            custom.extend(value.map(|value| (field, entry, value)));
        }
        let mut groups = Vec::new();
        for rule in &policy.groups {
            let part = format!("[[groups]] {}", rule.group);
            if !world.learning360.groups.contains_key(&rule.group) {
                missing.push((part, "there is no such group"));
                continue;
            }
            let when = rule.when.as_ref();
            let when = when.map(|source| compile(part, source));
            // A condition that is not understood must not become "everybody".
            match when {
                None => groups.push((rule.group.as_str(), None)),
                Some(Some(when)) => groups.push((rule.group.as_str(), Some(when))),
                Some(None) => {}
            }
        }
        let manager = policy.manager.as_ref();
        let manager = manager.and_then(|it| compile("[manager]".to_owned(), &it.from));
        let unknown = policy.unknown.iter();
        missing.extend(unknown.map(|word| (word.clone(), "nobody here knows it")));
        not_judged.extend(missing.into_iter().map(|(part, why)| NotJudged {
            employee: None,
            part,
            why: why.to_owned(),
        }));
        let people = world.bob.employees.iter();
        let records = people
            .map(|(id, it)| (id.as_str(), Record::of(&world.bob, it, policy, world.now)))
            .collect();
        Ok(Self {
            links: world.links(&policy.platform),
            days_before_start: policy.days_before_start()?,
            report: Agreement {
                agree: false,
                now: world.now,
                platform: policy.platform.clone(),
                compared: 0,
                left_out: 0,
                respected: Vec::new(),
                differences: Vec::new(),
                not_judged,
            },
            world,
            policy,
            scope,
            fields,
            custom,
            groups,
            manager,
            records,
        })
    }

    pub(super) fn judge(mut self) -> Agreement {
        let people: Vec<&str> = self.records.keys().copied().collect();
        for id in people {
            self.person(id);
        }
        for id in &self.world.bob.deleted {
            if let Some(user) = self.links.get(id.as_str()) {
                self.inactive(id, user);
            } else {
                self.report.left_out += 1;
            }
        }
        let report = &mut self.report;
        report.differences.sort();
        report.not_judged.sort();
        report.agree = report.differences.is_empty() && report.not_judged.is_empty();
        self.report
    }

    fn person(&mut self, id: &str) {
        let user = self.links.get(id).copied();
        match (self.want(id, user), user) {
            (Want::Nothing, _) | (Want::Inactive | Want::Values, None) => {
                self.report.left_out += 1;
            }
            (Want::Inactive, Some(user)) => self.inactive(id, user),
            (Want::User, None) => self.no_user(id),
            (Want::User, Some(user)) if user.status == UserStatus::Deleted => {
                self.report.compared += 1;
                if self.is_respected(id, user) {
                    self.report.respected.push(user.id.clone());
                } else {
                    self.differs(id, Some(user), What::Deleted, None);
                }
            }
            (Want::Values, Some(user)) if user.status == UserStatus::Deleted => {
                self.report.left_out += 1;
            }
            (want, Some(user)) => {
                self.report.compared += 1;
                let works =
                    matches!(want, Want::User) && self.records[id].standing == Standing::Active;
                let invited = user.status == UserStatus::Invited;
                if works && invited && self.policy.lifecycle.activate {
                    self.differs(id, Some(user), What::NotActive, None);
                }
                self.values(id, user);
                self.custom_values(id, user);
                self.memberships(id, user);
                self.managers(id, user);
            }
        }
    }

    fn want(&mut self, id: &str, user: Option<&User>) -> Want {
        let policy = self.policy;
        let standing = self.records[id].standing;
        match standing {
            Standing::Unknown => return Want::Nothing,
            Standing::Leaver | Standing::Suspended => return Want::Inactive,
            Standing::OnLeave => {
                return match policy.lifecycle.on_leave {
                    OnLeave::Deactivate => Want::Inactive,
                    OnLeave::Keep => Want::Nothing,
                };
            }
            Standing::PreHire | Standing::Active => {}
        }
        match self.covers(id) {
            Err(why) => {
                self.unknown(id, "[scope]", why);
                Want::Nothing
            }
            Ok(false) if standing == Standing::PreHire => Want::Nothing,
            Ok(false) => match policy.lifecycle.on_out_of_scope {
                OnOutOfScope::Deactivate => Want::Inactive,
                OnOutOfScope::Keep => Want::Nothing,
            },
            Ok(true) if standing == Standing::Active => Want::User,
            Ok(true) if self.is_due(id, user) => Want::User,
            Ok(true) => Want::Values,
        }
    }

    /// Whether the policy covers an employee.
    pub(super) fn covers(&self, id: &str) -> Result<bool, String> {
        let Some(record) = self.records.get(id) else {
            return Ok(false);
        };
        match &self.scope {
            Scope::Everybody => Ok(true),
            Scope::When(condition) => condition.holds(record),
            // Said once, of the policy.
            Scope::Unknown => Ok(false),
        }
    }

    /// Whether the user of somebody who has not begun should be there by now. One that was deleted
    /// comes back with the start at the earliest.
    fn is_due(&self, id: &str, user: Option<&User>) -> bool {
        let deleted = user.is_some_and(|user| user.status == UserStatus::Deleted);
        let days = match self.days_before_start {
            None if !deleted => return true,
            days => days.unwrap_or_default(),
        };
        let record = &self.records[id];
        let day = record.start.and_then(|it| clock::later(it, -days));
        day.is_some_and(|day| clock::midnight(day, record.zone) <= self.world.now)
    }

    /// Somebody deactivated this user by hand after the employee's present activity had begun.
    fn is_respected(&self, id: &str, user: &User) -> bool {
        let since = self.records[id].active_since();
        let deleted = user.deleted_at.last();
        self.world.learning360.provenance.is_by_hand(&user.id)
            && matches!((since, deleted), (Some(since), Some(deleted)) if since < *deleted)
    }

    fn inactive(&mut self, id: &str, user: &User) {
        self.report.compared += 1;
        if user.status == UserStatus::Deleted {
            return;
        }
        if user.owner || self.policy.protected.contains(&user.id) {
            self.report.respected.push(user.id.clone());
        } else {
            self.differs(id, Some(user), What::NotDeleted, None);
        }
    }

    /// Nobody is linked, and the policy wants a user: if there is anything to know him by.
    fn no_user(&mut self, id: &str) {
        let mail = match self.wanted_mail(id) {
            Ok(mail) => mail,
            Err(why) => return self.unknown(id, "[user] mail", why),
        };
        let named = || {
            let (_, _, name) = self.fields.iter().find(|(name, ..)| *name == "username")?;
            let allowed = self.world.switches.learning360.usernames_allowed;
            (allowed && matches!(name.text(&self.records[id]), Outcome::Value(_))).then_some(())
        };
        let Some(mail) = mail.or_else(|| named().map(|()| String::new())) else {
            self.report.left_out += 1;
            return;
        };
        self.report.compared += 1;
        let held_by = self.holder(&mail, None);
        self.report.differences.push(Difference {
            employee: id.to_owned(),
            user: None,
            what: What::NoUser,
            name: None,
            held_by,
        });
    }

    /// The mail that the policy wants, if it may be used.
    fn wanted_mail(&self, id: &str) -> Result<Option<String>, String> {
        let record = &self.records[id];
        let Some((_, _, mail)) = self.fields.iter().find(|(name, ..)| *name == "mail") else {
            return Ok(None);
        };
        let mail = match mail.text(record) {
            Outcome::Value(mail) => mail.trim().to_lowercase(),
            Outcome::Null => return Ok(None),
            Outcome::Unknown(why) => return Err(why),
        };
        let is = |field: &str| {
            let text = record.text(field).map(|it| it.trim().to_lowercase());
            text.as_ref() == Some(&mail)
        };
        let matching = &self.policy.matching;
        let private = is("home.privateEmail") && !is("root.email");
        let domain = mail.rsplit_once('@').map_or("", |(_, domain)| domain);
        let mut domains = matching.allowed_domains.iter();
        let foreign = !matching.allowed_domains.is_empty()
            && !domains.any(|it| it.trim().eq_ignore_ascii_case(domain));
        let usable = is_mail(&mail) && !foreign && (!private || matching.trust_personal_email);
        Ok(usable.then_some(mail))
    }

    /// Another user with this mail.
    fn holder(&self, mail: &str, except: Option<&str>) -> Option<String> {
        let users = self.world.learning360.users.values();
        let mut holders = users.filter(|it| {
            let has = it.mail.as_ref().is_some_and(|it| it.to_lowercase() == mail);
            has && Some(it.id.as_str()) != except
        });
        holders.next().map(|it| it.id.clone())
    }

    fn values(&mut self, id: &str, user: &User) {
        let mut found = Vec::new();
        let mut unknown = Vec::new();
        for (name, entry, value) in &self.fields {
            let present = field(user, name);
            let wanted = match value.text(&self.records[id]) {
                Outcome::Value(text) => clean(&text),
                Outcome::Null => String::new(),
                Outcome::Unknown(why) => {
                    unknown.push((format!("[user] {name}"), why));
                    continue;
                }
            };
            let skip = match (*name, entry.when) {
                (_, When::CreateOnly) => true,
                (_, When::FillIfEmpty) if present.is_some() => true,
                ("lang", _) => !LANGUAGES.contains(&wanted.as_str()),
                _ => false,
            };
            let differs = if wanted.is_empty() {
                entry.clear && present.is_some()
            } else {
                !same(name, &wanted, present)
            };
            if !skip && differs {
                found.push(*name);
            }
        }
        for (part, why) in unknown {
            self.unknown(id, &part, why);
        }
        for name in found {
            let mut held_by = None;
            if name == "mail" {
                match self.wanted_mail(id) {
                    // One that may not be used is not wanted.
                    Ok(None) | Err(_) => continue,
                    Ok(Some(mail)) => held_by = self.holder(&mail, Some(&user.id)),
                }
            }
            self.report.differences.push(Difference {
                employee: id.to_owned(),
                user: Some(user.id.clone()),
                what: What::Field,
                name: Some(name.to_owned()),
                held_by,
            });
        }
    }

    fn custom_values(&mut self, id: &str, user: &User) {
        let mut found = Vec::new();
        let mut unknown = Vec::new();
        let unrestricted = self.world.switches.learning360.empty_values_unrestricted;
        for (field, entry, value) in &self.custom {
            let mut present = user.custom_values.iter();
            let present = present.find(|it| it.custom_field_id == field.id);
            let present = present.map(|it| it.value.as_str());
            let wanted = match value.text(&self.records[id]) {
                Outcome::Value(text) => clean(&text),
                Outcome::Null => String::new(),
                Outcome::Unknown(why) => {
                    unknown.push((format!("[custom_fields] {}", field.name), why));
                    continue;
                }
            };
            let skip = match entry.when {
                When::Always => false,
                When::CreateOnly => true,
                When::FillIfEmpty => present.is_some(),
            };
            let allowed = field.authorized_values.as_ref().is_none_or(|values| {
                values.contains(&wanted) || (values.is_empty() && unrestricted)
            });
            let differs = if wanted.is_empty() {
                entry.clear && present.is_some()
            } else {
                // A value that is not authorised is left out.
                allowed && !same_custom(field, &wanted, present)
            };
            if !skip && differs {
                found.push(field.name.clone());
            }
        }
        for (part, why) in unknown {
            self.unknown(id, &part, why);
        }
        for name in found {
            self.differs(id, Some(user), What::CustomField, Some(name));
        }
    }

    fn memberships(&mut self, id: &str, user: &User) {
        let learning360 = &self.world.learning360;
        let mut wanted = BTreeSet::from([self.policy.group.as_str()]);
        let mut untold = BTreeSet::new();
        let mut unknown = Vec::new();
        for (group, when) in &self.groups {
            match when
                .as_ref()
                .map_or(Ok(true), |it| it.holds(&self.records[id]))
            {
                Ok(true) => drop(wanted.insert(group)),
                Ok(false) => {}
                Err(why) => {
                    untold.insert(*group);
                    unknown.push((format!("[[groups]] {group}"), why));
                }
            }
        }
        let all = learning360.with_implied(&user.memberships);
        let learns = |group: &str| all.contains(&Membership::new(group, LEARNER));
        let missing = wanted.iter().filter(|group| !learns(group));
        let mut found: Vec<_> = missing
            .map(|it| (What::NotInGroup, (*it).to_owned()))
            .collect();
        let granted = learning360.provenance.learner_groups(user);
        let surplus = granted.into_iter().filter(|group| {
            !wanted.contains(group)
                && !untold.contains(group)
                && self.policy.revoke == Revoke::Granted
        });
        let surplus: BTreeSet<&str> = surplus.collect();
        for group in &surplus {
            // Taking it away would take groups below it along.
            let below = learning360.public_below(group);
            let mut kept = user.memberships.iter().filter(|it| {
                it.role == LEARNER
                    && below.contains(&it.group_id)
                    && !surplus.contains(it.group_id.as_str())
            });
            if kept.next().is_none() {
                found.push((What::InGroup, (*group).to_owned()));
            }
        }
        for (part, why) in unknown {
            self.unknown(id, &part, why);
        }
        for (what, group) in found {
            self.differs(id, Some(user), what, Some(group));
        }
    }

    pub(super) fn differs(
        &mut self,
        employee: &str,
        user: Option<&User>,
        what: What,
        name: Option<String>,
    ) {
        self.report.differences.push(Difference {
            employee: employee.to_owned(),
            user: user.map(|user| user.id.clone()),
            what,
            name,
            held_by: None,
        });
    }

    pub(super) fn unknown(&mut self, employee: &str, part: &str, why: String) {
        self.report.not_judged.push(NotJudged {
            employee: Some(employee.to_owned()),
            part: part.to_owned(),
            why,
        });
    }
}

impl World {
    /// Linked users by employee.
    fn links(&self, platform: &str) -> BTreeMap<&str, &User> {
        let mappings = self.learning360.mappings.values();
        let ours = mappings.filter(|it| it.platform == platform && it.target_type == "user");
        ours.filter_map(|it| {
            Some((
                it.value.as_str(),
                self.learning360.users.get(&it.target_id)?,
            ))
        })
        .collect()
    }

    /// A custom field of users by its id or, as people write it, by its name.
    fn custom_field(&self, name: &str) -> Option<&CustomField> {
        let fields = || {
            let all = self.learning360.custom_fields.values();
            all.filter(|it| it.target_type == CustomFieldTarget::Users)
        };
        let by_id = fields().find(|it| it.id == name);
        by_id.or_else(|| fields().find(|it| it.name == name))
    }
}

const LEARNER: &str = "learner";
