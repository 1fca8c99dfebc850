//! The calls about custom fields, external IDs and jobs.

use learning360_client::{
    AuthorizedValues, CourseId, CustomFieldEdit, GroupId, JobIds, MappingTarget, NewCustomField,
    NewMapping, PathId, PathSessionId, UserId,
};

use super::cases::{Case, case};
use super::input::Input;
use super::seen::Seen;

pub(super) fn cases() -> Vec<Case> {
    let mut cases = custom_fields();
    cases.extend(external_ids());
    cases.push(jobs());
    cases
}

fn custom_fields() -> Vec<Case> {
    vec![
        case!("POST" "/custom-fields", "custom_fields().create", |client, input| {
            client.custom_fields().create(&new_custom_field(&mut input)).await
        }),
        case!("GET" "/custom-fields", "custom_fields().list", |client, input| {
            let list = client.custom_fields().list().name(input.filter());
            let list = list.target_type(input.filter_declared("targetType"));
            list.kind(input.filter_declared("type")).all().await
        }),
        case!(
            "PATCH" "/custom-fields/{customFieldId}", "custom_fields().edit",
            |client, input| {
                let edit = CustomFieldEdit::name(input.text()).expect("a name");
                client.custom_fields().edit(&input.id(), &edit).await
            }
        ),
        case!(
            "DELETE" "/custom-fields/{customFieldId}", "custom_fields().delete",
            |client, input| client.custom_fields().delete(&input.id()).await
        ),
        case!(
            "GET" "/custom-fields/{customFieldId}/authorized-values",
            "custom_fields().authorized_values",
            |client, input| client.custom_fields().authorized_values(&input.id()).await
        ),
        case!(
            "PUT" "/custom-fields/{customFieldId}/authorized-values",
            "custom_fields().replace_authorized_values",
            |client, input| {
                let values = authorized_values(&mut input);
                let fields = client.custom_fields();
                fields.replace_authorized_values(&input.id(), &values).await
            }
        ),
    ]
}

/// Makes a call about objects of each kind, in its turn.
macro_rules! of_each_kind {
    ($input:ident, |$id:ident| $call:expr) => {
        match $input.each(&[0, 1, 2, 3, 4]) {
            0 => of_each_kind!($id = CourseId, $call),
            1 => of_each_kind!($id = GroupId, $call),
            2 => of_each_kind!($id = PathId, $call),
            3 => of_each_kind!($id = PathSessionId, $call),
            _ => of_each_kind!($id = UserId, $call),
        }
    };
    ($id:ident = $kind:ident, $call:expr) => {{
        type $id = $kind;
        $call.map(|read| read.seen())
    }};
}

fn external_ids() -> Vec<Case> {
    vec![
        case!("POST" "/external-ids", "external_ids().create", |client, input| {
            let ids = client.external_ids();
            of_each_kind!(input, |Id| ids.create(&mapping::<Id>(&mut input)).await)
        }),
        case!("GET" "/external-ids", "external_ids().list, external_ids().list_of", |client, input| {
            let ids = client.external_ids();
            of_each_kind!(input, |Id| {
                let list = ids.list_of::<Id>().platform(input.filter());
                list.value(input.filter()).target(input.id_filter()).all().await
            })
        }),
        case!("PUT" "/external-ids/{mappingId}", "external_ids().replace", |client, input| {
            let (ids, id) = (client.external_ids(), input.id());
            of_each_kind!(input, |Id| ids.replace(&id, &mapping::<Id>(&mut input)).await)
        }),
        case!("DELETE" "/external-ids/{mappingId}", "external_ids().delete", |client, input| {
            client.external_ids().delete(&input.id()).await
        }),
    ]
}

fn jobs() -> Case {
    case!("PUT" "/skills/users/{userId}/jobs", "jobs().replace", |client, input| {
        let jobs = JobIds::new(input.texts()).expect("not empty");
        client.jobs().replace(&input.id(), &jobs).await
    })
}

fn new_custom_field(input: &mut Input) -> NewCustomField {
    let target = input.declared("body.targetType").into();
    let kind = input.declared("body.type").into();
    NewCustomField::new(input.text(), target, kind).expect("a name")
}

fn authorized_values(input: &mut Input) -> AuthorizedValues {
    let values = if input.flip() {
        AuthorizedValues::texts(input.texts())
    } else {
        AuthorizedValues::dates((0..input.one_of(&[0, 1, 3])).map(|_| input.day()))
    };
    values.expect("few")
}

fn mapping<T: MappingTarget + TryFrom<String>>(input: &mut Input) -> NewMapping<T> {
    NewMapping::new(input.text(), input.id::<T>(), input.text()).expect("not empty")
}
