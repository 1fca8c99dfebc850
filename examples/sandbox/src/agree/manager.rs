//! Managers: the one whom the record names, and those whom the API left.

use super::What;
use super::expression::Outcome;
use super::judge::Judge;
use super::policy::Gone;
use crate::seed::{User, UserStatus};

/// Whom the record names as manager.
enum Chief<'w> {
    /// A user who can be one.
    User(&'w User),
    Nobody,
    /// Somebody without a user, or with a deleted one, or out of scope.
    Gone,
    /// It cannot be told.
    Untold,
}

impl<'w> Judge<'w> {
    /// The manager that is wanted is there, and no other that came over the API.
    pub(super) fn managers(&mut self, id: &str, user: &'w User) {
        if self.manager.is_none() {
            return;
        }
        let gone = self.policy.manager.as_ref().map(|it| it.gone);
        let (wanted, others_go) = match self.chief(id) {
            Ok(Chief::User(chief)) => (Some(chief), true),
            Ok(Chief::Nobody) => (None, true),
            Ok(Chief::Gone) => (None, gone == Some(Gone::Remove)),
            Ok(Chief::Untold) => return,
            Err(why) => return self.unknown(id, "[manager]", why),
        };
        if let Some(chief) = wanted.filter(|chief| !user.managers.contains(&chief.id)) {
            self.differs(id, Some(user), What::NoManager, Some(chief.id.clone()));
        }
        if !others_go {
            return;
        }
        let provenance = &self.world.learning360.provenance;
        let others = provenance.managers(user).into_iter();
        let others = others.filter(|it| wanted.is_none_or(|chief| chief.id != *it));
        let others: Vec<String> = others.map(str::to_owned).collect();
        for other in others {
            self.differs(id, Some(user), What::Manager, Some(other));
        }
    }

    fn chief(&self, id: &str) -> Result<Chief<'w>, String> {
        let (Some(from), Some(record)) = (&self.manager, self.records.get(id)) else {
            return Ok(Chief::Untold);
        };
        let chief = match from.text(record) {
            Outcome::Value(chief) => chief,
            Outcome::Null => return Ok(Chief::Nobody),
            Outcome::Unknown(why) => return Err(why),
        };
        // Nobody is his own manager; that is reported, and changes nothing.
        if chief == id {
            return Ok(Chief::Untold);
        }
        let covered = self.covers(&chief)?;
        let user = self.links.get(chief.as_str()).copied();
        let user = user.filter(|it| covered && it.status != UserStatus::Deleted);
        Ok(user.map_or(Chief::Gone, Chief::User))
    }
}
