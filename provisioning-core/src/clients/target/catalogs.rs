use std::sync::Arc;

use learning360_client::{Client, CustomFieldId, CustomFieldType, Error, ErrorCode};

use super::answers::{every, no_answer};
use super::kept::Kept;
use crate::absorb::Outcome;
use crate::facts::{Answer, CustomField, CustomFieldKind, Data, Group, GroupTree, Unavailable};

/// The company's groups and custom fields.
#[derive(Debug, Default)]
pub(super) struct Catalogs {
    groups: Kept<(), Arc<GroupTree>>,
    custom_fields: Kept<(), Arc<[CustomField]>>,
}

impl Catalogs {
    pub(super) async fn groups(&self, client: &Client) -> Answer {
        if let Some(groups) = self.groups.get(&()).await {
            return Answer::Found(Data::Groups(groups));
        }
        match every(client.groups().list().pages()).await {
            Ok(groups) => {
                let groups: Arc<GroupTree> = Arc::new(groups.iter().map(group).collect());
                self.groups.keep((), Arc::clone(&groups)).await;
                Answer::Found(Data::Groups(groups))
            }
            Err(why) => why,
        }
    }

    pub(super) async fn custom_fields(&self, client: &Client) -> Answer {
        if let Some(fields) = self.custom_fields.get(&()).await {
            return Answer::Found(Data::CustomFields(fields));
        }
        match read(client).await {
            Ok(fields) => {
                self.custom_fields.keep((), Arc::clone(&fields)).await;
                Answer::Found(Data::CustomFields(fields))
            }
            Err(why) => why,
        }
    }

    /// What the values of a field are, or why a value cannot be written.
    pub(super) async fn kind(
        &self,
        client: &Client,
        id: &CustomFieldId,
    ) -> Result<CustomFieldType, Outcome> {
        let fields = match self.custom_fields(client).await {
            Answer::Found(Data::CustomFields(fields)) => fields,
            // The same as if the write itself lacked its scope: no such step is tried for a while.
            Answer::Forbidden => return Err(refused(403, ErrorCode::InvalidScope)),
            _ => return Err(Outcome::Unavailable(Unavailable::Broken)),
        };
        let field = fields.iter().find(|field| field.id == *id);
        // What is given back may be the value of a field that was deleted meanwhile.
        let field = field.ok_or(refused(404, ErrorCode::CustomFieldNotFound))?;
        Ok(match field.kind {
            CustomFieldKind::Date => CustomFieldType::Date,
            CustomFieldKind::Text => CustomFieldType::String,
        })
    }

    /// After a refusal that says that a catalog is out of date.
    pub(super) async fn forget(&self) {
        self.groups.forget(&()).await;
        self.custom_fields.forget(&()).await;
    }
}

fn refused(status: u16, code: ErrorCode) -> Outcome {
    Outcome::Refused {
        status,
        code: Some(code),
    }
}

fn group(group: &learning360_client::Group) -> Group {
    Group::new(
        group.id().clone(),
        group.name(),
        group.parent().cloned(),
        group.visibility(),
    )
}

async fn read(client: &Client) -> Result<Arc<[CustomField]>, Answer> {
    let listed = every(client.custom_fields().list().target_type("users").pages()).await?;
    let mut fields = Vec::with_capacity(listed.len());
    for field in listed {
        let kind = match field.kind() {
            CustomFieldType::Date => CustomFieldKind::Date,
            _ => CustomFieldKind::Text,
        };
        let values = client.custom_fields().authorized_values(field.id()).await;
        let values = values.map_err(|error: Error| no_answer(&error))?;
        let known = CustomField::new(field.id().clone(), field.name(), kind);
        fields.push(known.with_authorized(values.into_iter().map(String::into_boxed_str)));
    }
    Ok(fields.into())
}
