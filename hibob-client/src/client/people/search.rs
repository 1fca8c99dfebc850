//! `POST /people/search`

use core::fmt;
use std::collections::{BTreeSet, VecDeque};

use serde::{Deserialize, Serialize};
use serde_json::value::RawValue;

use super::get::employee;
use super::stream::EmployeeStream;
use super::{Client, Error, SEARCH, requested};
use crate::client::call::place;
use crate::client::route::Request;
use crate::{EmailAddress, Employee, EmployeeId, Field, FieldId, fields};

/// The most values in one request. HiBob names no limit; this keeps answers small.
const BATCH: usize = 100;

/// Reads many people at once. Made by [`People::search`](super::People::search).
///
/// Values come in machine form: ids of list items, ISO dates. People whom the service user may
/// not see are left out without a word.
///
/// Source: HiBob's API reference, *Search for employees*.
#[derive(Clone)]
#[must_use = "nothing is sent before `send` or `stream`"]
pub struct SearchPeople {
    client: Client,
    fields: Vec<FieldId>,
    ids: Option<Vec<EmployeeId>>,
    emails: Option<Vec<EmailAddress>>,
    show_inactive: bool,
    append_labels: bool,
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
    #[serde(skip_serializing_if = "Option::is_none")]
    human_readable: Option<&'static str>,
}

#[derive(Serialize)]
#[serde(rename_all = "camelCase")]
struct Filter<'a> {
    field_path: &'static str,
    operator: &'static str,
    values: &'a [&'a str],
}

impl SearchPeople {
    pub(super) fn new(client: Client) -> Self {
        Self {
            client,
            fields: Vec::new(),
            ids: None,
            emails: None,
            show_inactive: false,
            append_labels: false,
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

    /// Only the employees with these work e-mail addresses, as [`ids`](Self::ids). HiBob filters
    /// by one of the two only.
    pub fn emails<I>(mut self, emails: I) -> Self
    where
        I: IntoIterator,
        I::Item: Into<EmailAddress>,
    {
        self.emails
            .get_or_insert_default()
            .extend(emails.into_iter().map(Into::into));
        self
    }

    /// Whether to read people without access to HiBob too: those who have not started yet, some
    /// on leave, and those who left. Default: no.
    // A bool, because that is what the API's own parameter of this name is.
    pub fn show_inactive(mut self, show: bool) -> Self {
        self.show_inactive = show;
        self
    }

    /// Reads the labels too, for [`Employee::label`].
    pub fn append_labels(mut self) -> Self {
        self.append_labels = true;
        self
    }

    /// Reads the people, all of them into memory and at most 64 MB in one answer;
    /// [`stream`](Self::stream) is for large companies.
    ///
    /// # Errors
    ///
    /// If one of several requests fails, the whole search does.
    pub async fn send(self) -> Result<SearchResult, Error> {
        let client = self.client.clone();
        let mut found = Found::default();
        for batch in self.batches()? {
            let request = self.request(&batch)?;
            found.awaited = Awaited::new(batch);
            client.call(request, |body| found.read(body)).await?;
        }
        Ok(found.result)
    }

    /// Reads the people one at a time, while the answer arrives.
    ///
    /// Nothing is sent before the first one is asked for. See [`EmployeeStream`].
    pub fn stream(self) -> EmployeeStream {
        EmployeeStream::new(self)
    }

    pub(super) fn client(&self) -> &Client {
        &self.client
    }

    /// The values to filter by, request by request.
    pub(super) fn batches(&self) -> Result<VecDeque<Batch>, Error> {
        let mut batches = VecDeque::new();
        match (&self.ids, &self.emails) {
            (Some(_), Some(_)) => {
                return Err(Error::request(
                    "people are searched by id or by e-mail address, not by both",
                ));
            }
            (None, None) => batches.push_back(Batch::Everybody),
            (Some(ids), None) => {
                let mut asked = BTreeSet::new();
                let ids: Vec<_> = ids.iter().filter(|id| asked.insert(*id)).cloned().collect();
                batches.extend(ids.chunks(BATCH).map(|ids| Batch::Ids(ids.to_vec())));
            }
            (None, Some(emails)) => {
                let mut asked = BTreeSet::new();
                let emails: Vec<_> = emails
                    .iter()
                    .filter(|email| asked.insert(email.as_str().to_ascii_lowercase()))
                    .cloned()
                    .collect();
                batches.extend(
                    emails
                        .chunks(BATCH)
                        .map(|some| Batch::Emails(some.to_vec())),
                );
            }
        }
        Ok(batches)
    }

    pub(super) fn request(&self, batch: &Batch) -> Result<Request, Error> {
        let (field_path, values, always): (_, Vec<&str>, &[_]) = match batch {
            Batch::Everybody => ("", Vec::new(), &[]),
            Batch::Ids(ids) => {
                let values = ids.iter().map(EmployeeId::as_str).collect();
                (fields::ROOT_ID, values, &[])
            }
            Batch::Emails(emails) => {
                let values = emails.iter().map(EmailAddress::as_str).collect();
                (fields::ROOT_EMAIL, values, &[fields::ROOT_EMAIL])
            }
        };
        let filter = Filter {
            field_path,
            operator: "equals",
            values: &values,
        };
        let fields = requested(always, &self.fields)?;
        let body = Body {
            fields: fields.as_deref(),
            filters: (!values.is_empty()).then_some([filter]),
            show_inactive: self.show_inactive,
            human_readable: self.append_labels.then_some("APPEND"),
        };
        Request::new(&SEARCH).body(&body)
    }
}

impl fmt::Debug for SearchPeople {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("SearchPeople")
            .field("fields", &self.fields)
            .field("ids", &self.ids)
            .field("emails", &self.emails.as_ref().map(Vec::len))
            .field("show_inactive", &self.show_inactive)
            .field("append_labels", &self.append_labels)
            .finish_non_exhaustive()
    }
}

/// Whom one request asks for.
pub(super) enum Batch {
    Everybody,
    Ids(Vec<EmployeeId>),
    Emails(Vec<EmailAddress>),
}

/// Whom the present request asks for and has not brought yet.
#[derive(Default)]
pub(super) enum Awaited {
    #[default]
    Everybody,
    Ids(BTreeSet<EmployeeId>),
    Emails(Vec<EmailAddress>),
}

impl Awaited {
    pub(super) fn new(batch: Batch) -> Self {
        match batch {
            Batch::Everybody => Self::Everybody,
            Batch::Ids(ids) => Self::Ids(ids.into_iter().collect()),
            Batch::Emails(emails) => Self::Emails(emails),
        }
    }

    /// Whether this record was asked for.
    pub(super) fn takes(&mut self, employee: &Employee) -> bool {
        match self {
            Self::Everybody => true,
            Self::Ids(ids) => ids.remove(employee.id()),
            Self::Emails(emails) => match employee.email() {
                Field::Value(text) => {
                    let found = emails.iter().position(|email| email.is(text));
                    found.map(|index| emails.swap_remove(index)).is_some()
                }
                // The service user may not see addresses; HiBob alone knows.
                Field::Missing | Field::Null => true,
            },
        }
    }
}

/// Collects records over several answers.
#[derive(Default)]
pub(super) struct Found {
    pub(super) result: SearchResult,
    seen: BTreeSet<EmployeeId>,
    awaited: Awaited,
}

impl Found {
    pub(super) fn read(&mut self, body: &[u8]) -> Result<(), String> {
        #[derive(Deserialize)]
        struct Answer<'b> {
            #[serde(borrow)]
            employees: Vec<&'b RawValue>,
        }

        let answer: Answer<'_> = serde_json::from_slice(body).map_err(|error| place(&error))?;
        for record in answer.employees {
            match employee(record.get().as_bytes()) {
                Ok(employee) if self.awaited.takes(&employee) && self.is_new(employee.id()) => {
                    self.result.employees.push(employee);
                }
                _ => self.result.skipped += 1,
            }
        }
        Ok(())
    }

    fn is_new(&mut self, id: &EmployeeId) -> bool {
        self.seen.insert(id.clone())
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
            awaited: Awaited::new(Batch::Ids(vec![id("1"), id("2")])),
            ..Found::default()
        };
        found
            .read(br#"{"employees":[{"id":"3"},{"id":"2"}]}"#)
            .unwrap();
        assert_eq!(found.result.employees.len(), 1);
        assert_eq!(found.result.skipped, 1);
    }

    #[test]
    fn addresses_are_awaited_without_regard_to_case() {
        let emails = ["Ada@example.com", "bob@example.com"];
        let emails = emails.map(|text| EmailAddress::parse(text).unwrap());
        let mut found = Found {
            awaited: Awaited::new(Batch::Emails(emails.to_vec())),
            ..Found::default()
        };
        found
            .read(
                br#"{"employees":[{"id":"1","email":"ada@EXAMPLE.com"},
                {"id":"2","email":"ada@example.com"},{"id":"3","email":"eve@example.com"},
                {"id":"4"}]}"#,
            )
            .unwrap();
        let ids: Vec<_> = found.result.employees.iter().map(Employee::id).collect();
        assert_eq!(ids, [&id("1"), &id("4")]);
        assert_eq!(found.result.skipped, 2);
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
