use http::Method;

use super::Users;
use crate::client::error::{Error, ErrorKind};
use crate::client::form::Form;
use crate::client::image::{Image, ImageType};
use crate::ids::UserId;
use crate::user::User;

impl Users {
    /// Uploads an image and makes it a user's profile image. Scope `users:write`.
    ///
    /// 256 by 256 pixels are recommended. To remove the image, edit the user with
    /// [`clear_profile_image`](crate::UserEdit::clear_profile_image).
    ///
    /// # Errors
    /// Not sent, with [`ErrorKind::Config`](crate::ErrorKind::Config), if it is an icon.
    /// `invalidFile`; `userNotFound` with a 404.
    ///
    /// # Retries
    /// Never repeated once it may have been sent, unless it was refused (401, 429).
    pub async fn upload_profile_image(&self, user: &UserId, image: &Image) -> Result<User, Error> {
        let call = self.call(Method::POST, MEDIA, &[user.as_str()]);
        let kind = image.kind();
        if kind == ImageType::Icon {
            let problem = "an icon cannot be a profile image";
            return Err(Error::new(ErrorKind::Config, problem).with_route(&call.route));
        }
        let form = Form::new().file(
            "profileImage",
            kind.file_name(),
            kind.as_str(),
            image.bytes(),
        );
        self.user(call.with_form(form)).await
    }
}

const MEDIA: &str = "/api/v2/users/{userId}/media";
