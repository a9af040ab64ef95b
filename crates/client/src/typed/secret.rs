//! Secrets: passwords, PINs, keys and links that give access.

use std::fmt;

use serde::de::Deserializer;
use serde::ser::Serializer;
use zeroize::Zeroize;

use super::value::{Value, serde_by_value, text};

/// A text that must not be seen: `Debug` shows `***`, and its memory is wiped when it is dropped.
///
/// It is written to JSON in clear, since it has to reach the PBX: serializing a model writes its
/// secrets too.
#[derive(Clone, Default, PartialEq, Eq)]
pub struct Secret(String);

impl Secret {
    /// The text itself.
    pub fn expose(&self) -> &str {
        &self.0
    }
}

impl Drop for Secret {
    fn drop(&mut self) {
        self.0.zeroize();
    }
}

impl From<&str> for Secret {
    fn from(text: &str) -> Secret {
        Secret(text.to_owned())
    }
}

impl From<String> for Secret {
    fn from(text: String) -> Secret {
        Secret(text)
    }
}

impl fmt::Debug for Secret {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(threecx_core::MASK)
    }
}

impl Value for Secret {
    fn decode<'de, D: Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        text(deserializer, "text", |text| Some(Secret(text.to_owned())))
    }

    fn encode<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        serializer.serialize_str(&self.0)
    }
}

serde_by_value!(Secret);
