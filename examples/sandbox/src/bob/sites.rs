//! Sites that are added or changed while time passes.

use jiff::Timestamp;

use super::{Bob, Site};
use crate::clock;
use crate::seed::{Invalid, ListItem, Site as SeedSite};
use crate::switches::BobSwitches;

impl Bob {
    /// Adds a site, or replaces the one with the same id. Another zone moves the midnights of
    /// everybody there.
    pub(super) fn put_site(
        &mut self,
        site: SeedSite,
        now: Timestamp,
        switches: &BobSwitches,
    ) -> Result<(), Invalid> {
        let zone = clock::zone(&site.zone)?;
        let item = ListItem::new(site.id.to_string(), site.name.clone());
        if let Some(list) = self.lists.get_mut("site") {
            match list.items.iter_mut().find(|it| it.id == item.id) {
                Some(known) => *known = item,
                None => list.items.push(item),
            }
        }
        let name = site.name;
        self.sites.insert(site.id, Site { name, zone });
        let there = self.employees.values().filter(|it| {
            let at = it
                .values
                .get("work.siteId")
                .and_then(serde_json::Value::as_i64);
            at == Some(site.id)
        });
        let there: Vec<String> = there.map(|it| it.id.clone()).collect();
        for id in there {
            self.settle(&id, now, switches);
        }
        Ok(())
    }
}
