//! JSON whose shape the API does not tell.

use std::fmt;

use serde::de::{Deserialize, Deserializer};
use serde::ser::{Serialize, Serializer};
use threecx_core::mask;

use super::value::{Value, serde_by_value};

/// Any JSON: the descriptions mention this type and do not define it.
#[derive(Clone, Default, PartialEq)]
pub struct Json(pub serde_json::Value);

/// Without the values of what is called as secrets are.
impl fmt::Debug for Json {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "Json({})", mask::shown_json(&self.0.to_string()))
    }
}

impl Value for Json {
    fn decode<'de, D: Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        serde_json::Value::deserialize(deserializer).map(Json)
    }

    fn encode<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        self.0.serialize(serializer)
    }
}

serde_by_value!(Json);
