use core::fmt;

use bytes::Bytes;

use crate::value::InvalidValue;

/// The types of images that 360Learning takes.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
#[non_exhaustive]
pub enum ImageType {
    /// `image/bmp`.
    Bmp,
    /// `image/gif`.
    Gif,
    /// `image/heic`.
    Heic,
    /// `image/x-icon`; for the favicon of a group only.
    Icon,
    /// `image/jpeg`.
    Jpeg,
    /// `image/png`.
    Png,
    /// `image/svg+xml`.
    Svg,
    /// `image/webp`.
    Webp,
}

impl ImageType {
    /// The media type, such as `image/png`.
    pub const fn as_str(self) -> &'static str {
        match self {
            Self::Bmp => "image/bmp",
            Self::Gif => "image/gif",
            Self::Heic => "image/heic",
            Self::Icon => "image/x-icon",
            Self::Jpeg => "image/jpeg",
            Self::Png => "image/png",
            Self::Svg => "image/svg+xml",
            Self::Webp => "image/webp",
        }
    }

    pub(crate) const fn file_name(self) -> &'static str {
        match self {
            Self::Bmp => "image.bmp",
            Self::Gif => "image.gif",
            Self::Heic => "image.heic",
            Self::Icon => "image.ico",
            Self::Jpeg => "image.jpg",
            Self::Png => "image.png",
            Self::Svg => "image.svg",
            Self::Webp => "image.webp",
        }
    }
}

/// An image to be uploaded. Personal data: `Debug` shows its type and size.
///
/// ```
/// use learning360_client::{Image, ImageType};
///
/// let image = Image::new(ImageType::Png, &b"\x89PNG"[..])?;
/// assert_eq!(image.kind(), ImageType::Png);
/// assert!(Image::new(ImageType::Png, vec![0; Image::MOST_BYTES + 1]).is_err());
/// # Ok::<(), learning360_client::InvalidValue>(())
/// ```
#[derive(Clone, PartialEq, Eq)]
pub struct Image {
    kind: ImageType,
    bytes: Bytes,
}

impl Image {
    /// The largest image: 10 MiB. 360Learning says *10MB* of profile images, and nothing of others.
    pub const MOST_BYTES: usize = 10 * 1024 * 1024;

    /// Takes an image, which must be neither empty nor too large. Its content is not looked at.
    pub fn new(kind: ImageType, bytes: impl Into<Bytes>) -> Result<Self, InvalidValue> {
        let bytes = bytes.into();
        match bytes.len() {
            0 => Err(InvalidValue::Empty("image")),
            size if size > Self::MOST_BYTES => Err(InvalidValue::TooLarge("image")),
            _ => Ok(Self { kind, bytes }),
        }
    }

    /// The type.
    pub fn kind(&self) -> ImageType {
        self.kind
    }

    /// The content.
    pub fn bytes(&self) -> &Bytes {
        &self.bytes
    }
}

impl fmt::Debug for Image {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(
            f,
            "Image({}, {} bytes)",
            self.kind.as_str(),
            self.bytes.len()
        )
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn images_are_neither_empty_nor_too_large() {
        let image = |size| Image::new(ImageType::Gif, vec![b'c'; size]);
        assert_eq!(image(0), Err(InvalidValue::Empty("image")));
        assert_eq!(
            image(Image::MOST_BYTES + 1),
            Err(InvalidValue::TooLarge("image"))
        );
        let largest = image(Image::MOST_BYTES).unwrap();
        assert_eq!(largest.bytes().len(), Image::MOST_BYTES);
        assert_eq!(format!("{largest:?}"), "Image(image/gif, 10485760 bytes)");
    }
}
