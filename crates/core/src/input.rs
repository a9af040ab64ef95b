//! What a face hands over for a call, before anything is known about whether it fits.

use std::collections::BTreeMap;

/// A value as it was given.
#[derive(Clone, Debug, PartialEq, Eq, serde::Serialize, serde::Deserialize)]
#[serde(rename_all = "lowercase")]
pub enum Input {
    /// Text that a person typed: `[123, 456]`, `123,456`, `O'Brien`. What it means depends
    /// on the type that is wanted.
    Text(String),
    /// JSON text, where the caller knows it to be JSON: `"O'Brien"`.
    Json(String),
}

impl From<&str> for Input {
    fn from(text: &str) -> Input {
        Input::Text(text.to_owned())
    }
}

impl From<serde_json::Value> for Input {
    fn from(value: serde_json::Value) -> Input {
        Input::Json(value.to_string())
    }
}

/// All that is given for one call. Names are those of the catalogue; upper and lower case
/// do not matter.
#[derive(Clone, Debug, Default, PartialEq, serde::Serialize, serde::Deserialize)]
#[serde(default)]
pub struct Arguments {
    /// Keys and function arguments in the path.
    pub parameters: BTreeMap<String, Input>,
    /// Fields of an action's body, or properties of an entity.
    pub fields: BTreeMap<String, Input>,
    /// The whole body, or the part of it that is not among the fields.
    pub body: Option<Input>,
    /// Query options without their `$`, and `if-match`.
    pub options: BTreeMap<String, Input>,
}

/// Where an argument goes. SHIM
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Place { Path, Field, Body, Option }
impl Input {
    pub fn text(&self) -> &str { match self { Input::Text(t) | Input::Json(t) => t } }
}
impl Arguments {
    pub fn get(&self, place: Place, name: &str) -> Option<&Input> {
        let map = match place { Place::Path => &self.parameters, Place::Field => &self.fields, Place::Option => &self.options, Place::Body => return self.body.as_ref() };
        map.get(name).or_else(|| map.iter().find(|(k, _)| k.eq_ignore_ascii_case(name)).map(|(_, v)| v))
    }
    pub fn set(&mut self, place: Place, name: &str, input: Input) {
        let map = match place { Place::Path => &mut self.parameters, Place::Field => &mut self.fields, Place::Option => &mut self.options, Place::Body => { self.body = Some(input); return } };
        map.insert(name.to_owned(), input);
    }
}
