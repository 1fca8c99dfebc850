use core::fmt;
use std::collections::BTreeMap;

use http::Method;

use super::Groups;
use crate::client::error::{Error, ErrorKind};
use crate::client::form::Form;
use crate::client::image::{Image, ImageType};
use crate::group::{Group, GroupImage};
use crate::ids::{GroupId, UserId};

/// Images of a group to be uploaded: at least one, in the name of a user.
///
/// `Debug` shows who uploads which.
#[derive(Clone, PartialEq, Eq)]
pub struct GroupMedia {
    author: UserId,
    images: BTreeMap<GroupImage, Image>,
}

impl GroupMedia {
    /// Starts with one image. The author must be a user of the company who is not deactivated.
    pub fn new(author: UserId, place: GroupImage, image: Image) -> Self {
        Self {
            author,
            images: BTreeMap::from([(place, image)]),
        }
    }

    /// Adds another image, or replaces the one in its place.
    pub fn with(mut self, place: GroupImage, image: Image) -> Self {
        self.images.insert(place, image);
        self
    }
}

impl fmt::Debug for GroupMedia {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("GroupMedia")
            .field("author", &self.author)
            .field("images", &self.images)
            .finish()
    }
}

impl Groups {
    /// Uploads images and makes them a group's. Scope `groups:write`.
    ///
    /// [`GroupImage`] says how large each should be. To remove an image, [edit](Self::edit) the
    /// group.
    ///
    /// # Errors
    /// Not sent, with [`ErrorKind::Config`], if an icon is to be anything but the favicon.
    /// `noFilesProvided`; with a 404 [`GroupNotFound`](crate::ErrorCode::GroupNotFound), and
    /// [`UsersNotFound`](crate::ErrorCode::UsersNotFound) if there is no such author.
    ///
    /// # Retries
    /// Never repeated once it may have been sent, unless it was refused (401, 429).
    pub async fn upload_media(&self, group: &GroupId, media: &GroupMedia) -> Result<Group, Error> {
        let call = self.call(Method::POST, MEDIA, &[group.as_str()]);
        let mut form = Form::new().text("authorId", media.author.as_str());
        for (place, image) in &media.images {
            let kind = image.kind();
            if kind == ImageType::Icon && *place != GroupImage::Favicon {
                let problem = "an icon can only be a favicon";
                return Err(Error::new(ErrorKind::Config, problem).with_route(&call.route));
            }
            form = form.file(name(*place), kind.file_name(), kind.as_str(), image.bytes());
        }
        self.group(call.with_form(form)).await
    }
}

/// The name in forms.
const fn name(image: GroupImage) -> &'static str {
    match image {
        GroupImage::Banner => "banner",
        GroupImage::Background => "background",
        GroupImage::Favicon => "favicon",
        GroupImage::Logo => "logo",
    }
}

const MEDIA: &str = "/api/v2/groups/{groupId}/media";
