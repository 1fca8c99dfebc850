use std::sync::Arc;

use learning360_client::{Client, CustomFieldId, CustomFieldType, Error};

use super::answers::{every, no_answer};
use super::kept::Kept;
use crate::facts::{Answer, CustomField, CustomFieldKind, Data, Group, GroupTree};

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

    /// What the values of a field are.
    pub(super) async fn kind(
        &self,
        client: &Client,
        id: &CustomFieldId,
    ) -> Option<CustomFieldType> {
        let Answer::Found(Data::CustomFields(fields)) = self.custom_fields(client).await else {
            return None;
        };
        let field = fields.iter().find(|field| field.id == *id);
        // A value that is given back may belong to a field of any kind that still exists.
        field.map(|field| match field.kind {
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
