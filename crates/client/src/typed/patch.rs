//! What an update does to a property.

use serde::de::Deserializer;
use serde::ser::Serializer;

use super::key::DnNumber;
use super::model::Slot;
use super::secret::Secret;
use super::value::Value;

/// What an update does to a property: leaves it, sets it to null, or sets a value.
///
/// ```
/// use threecx::api::users::UserPatch;
/// use threecx::Patch;
///
/// let change = UserPatch { first_name: "Ada".into(), mobile: Patch::Null, ..Default::default() };
/// assert_eq!(serde_json::to_string(&change)?, r#"{"FirstName":"Ada","Mobile":null}"#);
/// # Ok::<(), serde_json::Error>(())
/// ```
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub enum Patch<T> {
    /// It is left alone, and is not sent.
    #[default]
    Leave,
    /// It becomes null.
    Null,
    /// It becomes this.
    Set(T),
}

impl<T> From<T> for Patch<T> {
    fn from(value: T) -> Patch<T> {
        Patch::Set(value)
    }
}

impl From<&str> for Patch<String> {
    fn from(text: &str) -> Patch<String> {
        Patch::Set(text.to_owned())
    }
}

impl From<&str> for Patch<DnNumber> {
    fn from(number: &str) -> Patch<DnNumber> {
        Patch::Set(number.into())
    }
}

impl From<&str> for Patch<Secret> {
    fn from(text: &str) -> Patch<Secret> {
        Patch::Set(text.into())
    }
}

impl<T: Value> Slot for Patch<T> {
    type Value = T;

    fn decode<'de, D: Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        Ok(<Option<T> as Value>::decode(deserializer)?.map_or(Patch::Null, Patch::Set))
    }

    fn is_given(&self) -> bool {
        !matches!(self, Patch::Leave)
    }

    fn encode<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        match self {
            Patch::Leave | Patch::Null => serializer.serialize_none(),
            Patch::Set(value) => value.encode(serializer),
        }
    }
}
