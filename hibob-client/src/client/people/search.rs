//! `POST /people/search`

use std::collections::BTreeSet;

use serde::{Deserialize, Serialize};
use serde_json::value::RawValue;

use super::{Client, Error, SEARCH, requested};
use crate::client::call::{Request, place};
use crate::{Employee, EmployeeId, FieldId};

/// The most ids in one request. HiBob names no limit; this keeps answers small.
const BATCH: usize = 100;

/// Reads many people at once. Made by [`People::search`](super::People::search).
///
/// Values come in machine form: ids of list items, ISO dates. People whom the service user may
/// not see are left out without a word.
///
/// Source: HiBob's API reference, *Search for employees*.
#[derive(Clone, Debug)]
#[must_use = "nothing is sent before `send`"]
pub struct SearchPeople {
    client: Client,
    fields: Vec<FieldId>,
    ids: Option<Vec<EmployeeId>>,
    show_inactive: bool,
}

/// What a search found, in HiBob's order.
#[derive(Clone, Debug, Default, PartialEq)]
#[non_exhaustive]
pub struct SearchResult {
    /// The records.
    pub employees: Vec<Employee>,
    /// How many records were left out: without a usable id, about somebody who was not asked for,
    /// or a second record of the same employee.
    pub skipped: usize,
}

#[derive(Serialize)]
#[serde(rename_all = "camelCase")]
struct Body<'a> {
    #[serde(skip_serializing_if = "Option::is_none")]
    fields: Option<&'a [&'a str]>,
    /// Left out rather than empty: HiBob refuses an empty list.
    #[serde(skip_serializing_if = "Option::is_none")]
    filters: Option<[Filter<'a>; 1]>,
    #[serde(skip_serializing_if = "core::ops::Not::not")]
    show_inactive: bool,
}

#[derive(Serialize)]
#[serde(rename_all = "camelCase")]
struct Filter<'a> {
    field_path: &'static str,
    operator: &'static str,
    values: &'a [EmployeeId],
}

impl SearchPeople {
    pub(super) fn new(client: Client) -> Self {
        Self {
            client,
            fields: Vec::new(),
            ids: None,
            show_inactive: false,
        }
    }

    /// The fields to read, at most 400 with the id; several calls add up. Without any, HiBob
    /// chooses (the categories `root`, `about`, `employment` and `work`).
    pub fn fields<I>(mut self, fields: I) -> Self
    where
        I: IntoIterator,
        I::Item: Into<FieldId>,
    {
        self.fields.extend(fields.into_iter().map(Into::into));
        self
    }

    /// Only these employees; several calls add up. An empty list finds nobody. They are asked for
    /// by the hundred, one request after the other.
    pub fn ids<I>(mut self, ids: I) -> Self
    where
        I: IntoIterator,
        I::Item: Into<EmployeeId>,
    {
        self.ids
            .get_or_insert_default()
            .extend(ids.into_iter().map(Into::into));
        self
    }

    /// Whether to read people without access to HiBob too: those who have not started yet, some
    /// on leave, and those who left. Default: no.
    // A bool, because that is what the API's own parameter of this name is.
    pub fn show_inactive(mut self, show: bool) -> Self {
        self.show_inactive = show;
        self
    }

    /// Reads the people.
    ///
    /// # Errors
    ///
    /// If one of several requests fails, the whole search does.
    pub async fn send(self) -> Result<SearchResult, Error> {
        let fields = if self.fields.is_empty() {
            None
        } else {
            Some(requested(&self.fields)?)
        };
        let fields = fields.as_deref();
        let Some(ids) = &self.ids else {
            let mut found = Found::default();
            self.page(fields, None, &mut found).await?;
            return Ok(found.result);
        };
        let mut asked = BTreeSet::new();
        let ids: Vec<_> = ids.iter().filter(|id| asked.insert(*id)).cloned().collect();
        let mut found = Found::default();
        for batch in ids.chunks(BATCH) {
            found.awaited = Some(batch.iter().cloned().collect());
            self.page(fields, Some(batch), &mut found).await?;
        }
        Ok(found.result)
    }

    async fn page(
        &self,
        fields: Option<&[&str]>,
        ids: Option<&[EmployeeId]>,
        found: &mut Found,
    ) -> Result<(), Error> {
        let filters = ids.map(|values| {
            [Filter {
                field_path: crate::fields::ROOT_ID,
                operator: "equals",
                values,
            }]
        });
        let body = Body {
            fields,
            filters,
            show_inactive: self.show_inactive,
        };
        let request = Request::new(&SEARCH).body(&body)?;
        self.client.call(request, |body| found.read(body)).await
    }
}

/// Collects records over several answers.
#[derive(Default)]
struct Found {
    result: SearchResult,
    seen: BTreeSet<EmployeeId>,
    /// Whom the present request asks for; `None` is everybody.
    awaited: Option<BTreeSet<EmployeeId>>,
}

impl Found {
    fn read(&mut self, body: &[u8]) -> Result<(), String> {
        #[derive(Deserialize)]
        struct Answer<'b> {
            #[serde(borrow)]
            employees: Vec<&'b RawValue>,
        }

        let answer: Answer<'_> = serde_json::from_slice(body).map_err(|error| place(&error))?;
        for record in answer.employees {
            match serde_json::from_str::<Employee>(record.get()) {
                Ok(employee) if self.wants(employee.id()) => {
                    self.seen.insert(employee.id().clone());
                    self.result.employees.push(employee);
                }
                _ => self.result.skipped += 1,
            }
        }
        Ok(())
    }

    fn wants(&self, id: &EmployeeId) -> bool {
        !self.seen.contains(id)
            && self
                .awaited
                .as_ref()
                .is_none_or(|awaited| awaited.contains(id))
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn id(text: &str) -> EmployeeId {
        EmployeeId::try_from(text).unwrap()
    }

    #[test]
    fn a_broken_record_costs_only_itself() {
        let deep = format!("{}{}", "[".repeat(500), "]".repeat(500));
        let body = format!(
            r#"{{"employees":[{{"id":"1"}},{{}},null,5,"x",{{"id":"2","deep":{deep}}},{{"id":"1"}},
               {{"id":"3","/root/id":{{"value":"4"}}}},{{"id":"5"}}],"surprise":1}}"#
        );
        let mut found = Found::default();
        found.read(body.as_bytes()).unwrap();
        let ids: Vec<_> = found.result.employees.iter().map(Employee::id).collect();
        assert_eq!(ids, [&id("1"), &id("5")]);
        assert_eq!(found.result.skipped, 7);
    }

    #[test]
    fn nobody_is_found_who_was_not_asked_for() {
        let mut found = Found {
            awaited: Some(BTreeSet::from([id("1"), id("2")])),
            ..Found::default()
        };
        found
            .read(br#"{"employees":[{"id":"3"},{"id":"2"}]}"#)
            .unwrap();
        assert_eq!(found.result.employees.len(), 1);
        assert_eq!(found.result.skipped, 1);
    }

    #[test]
    fn another_shape_is_an_error_without_values() {
        for body in [
            "{}",
            "[]",
            "null",
            r#"{"employees":"canary"}"#,
            r#"{"employees":[{"id":]}"#,
        ] {
            let error = Found::default().read(body.as_bytes()).unwrap_err();
            assert!(!error.contains("canary"), "{error}");
        }
    }
}
