//! The calls about groups.

use learning360_client::{
    BrandingColor, BrandingEdit, Consent, GroupEdit, GroupImage, GroupMedia, GroupPolicy,
    GroupText, ImageType, NewGroup, Policy, Role, UserMembership, Visibility,
};

use super::cases::{Case, case};
use super::input::Input;

pub(super) fn cases() -> Vec<Case> {
    let mut cases = groups();
    cases.extend(parts());
    cases
}

fn groups() -> Vec<Case> {
    vec![
        case!("POST" "/groups", "groups().create", |client, input| {
            client.groups().create(&new_group(&mut input)).await
        }),
        case!("GET" "/groups", "groups().list", |client, input| {
            client.groups().list().all().await
        }),
        case!("GET" "/groups/{groupId}", "groups().get", |client, input| {
            client.groups().get(&input.id()).await
        }),
        case!("PATCH" "/groups/{groupId}", "groups().edit", |client, input| {
            client.groups().edit(&input.id(), &group_edit(&mut input)).await
        }),
        case!("DELETE" "/groups/{groupId}", "groups().delete", |client, input| {
            client.groups().delete(&input.id()).await
        }),
        case!("POST" "/groups/{groupId}/media", "groups().upload_media", |client, input| {
            let media = media(&mut input);
            client.groups().upload_media(&input.id(), &media).await
        }),
        case!("PATCH" "/groups/{groupId}/branding", "groups().set_branding", |client, input| {
            client.groups().set_branding(&input.id(), &branding(&mut input)).await
        }),
    ]
}

fn parts() -> Vec<Case> {
    vec![
        case!("GET" "/groups/{groupId}/roles", "groups().members", |client, input| {
            client.groups().members(&input.id()).all().await
        }),
        case!(
            "POST" "/groups/{groupId}/{role}/{userId}", "groups().add_role",
            |client, input| client.groups().add_role(&membership_in_path(&mut input)).await
        ),
        case!(
            "DELETE" "/groups/{groupId}/{role}/{userId}", "groups().remove_role",
            |client, input| client.groups().remove_role(&membership_in_path(&mut input)).await
        ),
        case!(
            "GET" "/groups/{groupId}/catalog/{contentType}-ids",
            "groups().catalog_courses, groups().catalog_path_sessions",
            |client, input| {
                let (groups, group) = (client.groups(), input.id());
                if input.flip() {
                    groups.catalog_courses(&group).all().await.map(|ids| texts(&ids))
                } else {
                    groups.catalog_path_sessions(&group).all().await.map(|ids| texts(&ids))
                }
            }
        ),
        case!(
            "GET" "/groups/{groupId}/library/{contentType}-ids",
            "groups().library_courses, groups().library_paths",
            |client, input| {
                let (groups, group) = (client.groups(), input.id());
                if input.flip() {
                    groups.library_courses(&group).all().await.map(|ids| texts(&ids))
                } else {
                    groups.library_paths(&group).all().await.map(|ids| texts(&ids))
                }
            }
        ),
    ]
}

/// Ids of any kind as texts.
fn texts<T: AsRef<str>>(ids: &[T]) -> Vec<String> {
    ids.iter().map(|id| id.as_ref().to_owned()).collect()
}

fn new_group(input: &mut Input) -> NewGroup {
    let visibility = input.each(&[Visibility::Private, Visibility::Public]);
    let mut group = NewGroup::new(input.text(), visibility, input.id()).expect("a name");
    for text in GroupText::ALL {
        if input.flip() {
            group = group.text(*text, value(*text, input)).expect("usable");
        }
    }
    for image in GroupImage::ALL {
        if input.flip() {
            group = group.image(*image, input.id());
        }
    }
    for kind in GroupPolicy::ALL {
        if input.flip() {
            group = group.policy(*kind, policy(input));
        }
    }
    group
}

fn group_edit(input: &mut Input) -> GroupEdit {
    let mut edit = GroupEdit::new();
    if input.flip() {
        edit = edit.name(input.text()).expect("a name");
    }
    if input.flip() {
        edit = edit.parent(input.id());
    }
    if input.flip() {
        edit = edit.visibility(input.one_of(&[Visibility::Private, Visibility::Public]));
    }
    for text in GroupText::ALL {
        edit = match input.one_of(&[0, 1, 2]) {
            0 => edit,
            1 => edit.clear_text(*text),
            _ => edit.text(*text, value(*text, input)).expect("usable"),
        };
    }
    for image in GroupImage::ALL {
        edit = match input.one_of(&[0, 1, 2]) {
            0 => edit,
            1 => edit.clear_image(*image),
            _ => edit.image(*image, input.id()),
        };
    }
    for kind in GroupPolicy::ALL {
        edit = match input.one_of(&[0, 1, 2]) {
            0 => edit,
            1 => edit.clear_policy(*kind),
            _ => edit.policy(*kind, policy(input)),
        };
    }
    edit
}

fn value(text: GroupText, input: &mut Input) -> String {
    match text {
        GroupText::Subdomain => input.subdomain(),
        _ => input.text(),
    }
}

fn policy(input: &mut Input) -> Policy {
    let consent = input.one_of(&[Consent::Explicit, Consent::Implied]);
    Policy::new(input.text(), consent).expect("a link")
}

fn media(input: &mut Input) -> GroupMedia {
    let plain = [ImageType::Bmp, ImageType::Png, ImageType::Svg];
    let first = input.each(GroupImage::ALL);
    let mut media = GroupMedia::new(input.id(), first, input.image(&plain));
    for place in GroupImage::ALL {
        if *place != first && input.flip() {
            let kinds = match place {
                GroupImage::Favicon => &[ImageType::Icon, ImageType::Webp][..],
                _ => &plain,
            };
            media = media.with(*place, input.image(kinds));
        }
    }
    media
}

fn branding(input: &mut Input) -> BrandingEdit {
    let mut edit = BrandingEdit::new();
    for color in BrandingColor::ALL {
        edit = match input.one_of(&[0, 1, 2]) {
            0 => edit,
            1 => edit.clear(color),
            _ => edit.set(color, input.color()).expect("a color"),
        };
    }
    edit
}

/// A membership with each role that a path takes.
fn membership_in_path(input: &mut Input) -> UserMembership {
    let segment = input.declared("path.role").to_owned();
    let role = match segment.as_str() {
        // One role is written in two ways.
        "user-admin" => Role::UserAdmin,
        other => other.into(),
    };
    UserMembership::new(input.id(), input.id(), role).expect("a role that can be given")
}
