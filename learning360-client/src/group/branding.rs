use core::fmt;
use std::collections::BTreeMap;

use serde::{Deserialize, Deserializer, Serialize, Serializer};
use serde_json::Value;

use crate::user::Edit;
use crate::value::InvalidValue;

/// The colors of a group's branding.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
#[non_exhaustive]
pub enum BrandingColor {
    /// Buttons, links and highlights, on the platform and in mails; `#0a47c2` unless set.
    Primary,
    /// The background of the menu; `#ffffff` unless set.
    MenuBackground,
    /// The background of *My work*; `#f7f4ee` unless set.
    MyWorkBackground,
    /// The background of the platform; `#ffffff` unless set.
    PlatformBackground,
}

impl BrandingColor {
    /// All of them, in the order of the definition.
    pub const ALL: [Self; 4] = [
        Self::Primary,
        Self::MenuBackground,
        Self::MyWorkBackground,
        Self::PlatformBackground,
    ];

    /// The name in bodies.
    pub const fn as_str(self) -> &'static str {
        match self {
            Self::Primary => "primary",
            Self::MenuBackground => "menuBackground",
            Self::MyWorkBackground => "myWorkBackground",
            Self::PlatformBackground => "platformBackground",
        }
    }
}

/// The branding that a group has of its own; what is not there is inherited.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Branding(BTreeMap<BrandingColor, Box<str>>);

impl Branding {
    /// A color, as 360Learning writes it: `#` and hexadecimal digits.
    pub fn color(&self, color: BrandingColor) -> Option<&str> {
        self.0.get(&color).map(AsRef::as_ref)
    }
}

impl<'de> Deserialize<'de> for Branding {
    fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        let value = Value::deserialize(deserializer)?;
        if !value.is_object() {
            return Err(serde::de::Error::custom("the branding is not an object"));
        }
        let found = |color: BrandingColor| {
            let text = value.get("colors")?.get(color.as_str())?.as_str()?;
            Some((color, text.into()))
        };
        Ok(Self(
            BrandingColor::ALL.into_iter().filter_map(found).collect(),
        ))
    }
}

/// Changes to a group's branding: each color is kept, cleared or set.
///
/// ```
/// use learning360_client::{BrandingColor, BrandingEdit};
///
/// let edit = BrandingEdit::new().set(BrandingColor::Primary, "#0a1b2c")?;
/// assert_eq!(
///     serde_json::to_value(&edit)?,
///     serde_json::json!({"colors": {"primary": "#0a1b2c"}}),
/// );
/// # Ok::<(), Box<dyn std::error::Error>>(())
/// ```
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize)]
pub struct BrandingEdit {
    colors: BTreeMap<BrandingColor, Option<Box<str>>>,
}

impl BrandingEdit {
    /// An edit that keeps everything.
    pub fn new() -> Self {
        Self::default()
    }

    /// Sets a color: `#` and six hexadecimal digits.
    pub fn set(
        mut self,
        color: BrandingColor,
        value: impl Into<String>,
    ) -> Result<Self, InvalidValue> {
        let value = value.into();
        let digits = value.strip_prefix('#').unwrap_or_default();
        if digits.len() != 6 || !digits.bytes().all(|byte| byte.is_ascii_hexdigit()) {
            return Err(InvalidValue::Malformed(color.as_str()));
        }
        self.colors.insert(color, Some(value.into_boxed_str()));
        Ok(self)
    }

    /// Clears a color, so that the group inherits it.
    pub fn clear(mut self, color: BrandingColor) -> Self {
        self.colors.insert(color, None);
        self
    }

    /// What happens to a color.
    pub fn get(&self, color: BrandingColor) -> Edit<&str> {
        match self.colors.get(&color) {
            None => Edit::Keep,
            Some(None) => Edit::Clear,
            Some(Some(value)) => Edit::Set(value),
        }
    }
}

impl Serialize for BrandingColor {
    fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        serializer.serialize_str(self.as_str())
    }
}

impl fmt::Display for BrandingColor {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(self.as_str())
    }
}

#[cfg(test)]
mod tests {
    use serde_json::json;

    use super::*;

    #[test]
    fn absent_null_and_value_are_three_things() {
        let edit = BrandingEdit::new()
            .set(BrandingColor::Primary, "#0A1b2c")
            .unwrap()
            .clear(BrandingColor::MenuBackground);
        assert_eq!(
            serde_json::to_value(&edit).unwrap(),
            json!({"colors": {"primary": "#0A1b2c", "menuBackground": null}})
        );
        assert_eq!(edit.get(BrandingColor::Primary), Edit::Set("#0A1b2c"));
        assert_eq!(edit.get(BrandingColor::MenuBackground), Edit::Clear);
        assert_eq!(edit.get(BrandingColor::MyWorkBackground), Edit::Keep);
        for bad in ["", "0a1b2c", "#0a1b2", "#0a1b2g", "red", "#0a1b2c0"] {
            let refused = BrandingEdit::new().set(BrandingColor::Primary, bad);
            assert_eq!(refused, Err(InvalidValue::Malformed("primary")), "{bad}");
        }
    }

    #[test]
    fn colors_that_cannot_be_read_are_absent() {
        for (body, primary) in [
            (json!({}), None),
            (json!({"colors": null}), None),
            (json!({"colors": {"primary": 5, "accent": "#fff"}}), None),
            (json!({"colors": {"primary": "#0a47c2"}}), Some("#0a47c2")),
        ] {
            let branding: Branding = serde_json::from_value(body).unwrap();
            assert_eq!(branding.color(BrandingColor::Primary), primary);
        }
        assert!(serde_json::from_value::<Branding>(json!([])).is_err());
    }
}
