//! What a face hands over for a call, before anything is known about whether it fits.

use std::collections::BTreeMap;
use std::fmt;

use serde::ser::Error as _;
use serde::{Deserialize, Serialize, Serializer};
use serde_json::value::RawValue;

use crate::error::{Error, InputError};
use crate::mask::{self, MASK};
use crate::suggest;

/// A value as it was given. Written as `{"text": "123,456"}` or `{"json": [123, 456]}`.
#[derive(Clone, Debug, PartialEq, Eq, Deserialize)]
#[serde(from = "Written")]
pub enum Input {
    /// Text that a person typed: `[123, 456]`, `123,456`, `O'Brien`. What it means depends
    /// on the type that is wanted.
    Text(String),
    /// JSON text, where the caller knows it to be JSON: `"O'Brien"`.
    Json(String),
}

impl Input {
    /// The text, whatever is known of it.
    pub fn text(&self) -> &str {
        let (Input::Text(text) | Input::Json(text)) = self;
        text
    }
}

impl From<&str> for Input {
    fn from(text: &str) -> Input {
        Input::Text(text.to_owned())
    }
}

impl From<String> for Input {
    fn from(text: String) -> Input {
        Input::Text(text)
    }
}

impl From<serde_json::Value> for Input {
    fn from(value: serde_json::Value) -> Input {
        Input::Json(value.to_string())
    }
}

/// JSON is written as JSON, digit for digit. What was taken for JSON and is not cannot be written.
impl Serialize for Input {
    fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        match self {
            Input::Text(text) => serializer.serialize_newtype_variant("Input", 0, "text", text),
            Input::Json(json) => {
                let json: &RawValue = serde_json::from_str(json).map_err(S::Error::custom)?;
                serializer.serialize_newtype_variant("Input", 1, "json", json)
            }
        }
    }
}

/// What is read back.
#[derive(Deserialize)]
#[serde(rename_all = "lowercase")]
enum Written {
    Text(String),
    Json(Box<RawValue>),
}

impl From<Written> for Input {
    fn from(written: Written) -> Input {
        match written {
            Written::Text(text) => Input::Text(text),
            Written::Json(json) => Input::Json(String::from(Box::<str>::from(json))),
        }
    }
}

/// Where an argument goes.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub enum Place {
    /// Into the path: keys and arguments of functions.
    Path,
    /// Into the body: fields of an action, properties of an entity.
    Field,
    /// It is the body, or the part of it that is not among the fields.
    Body,
    /// A query option without its `$`, or `if-match`.
    Option,
}

/// All that is given for one call. Names are those of the catalogue; upper and lower case
/// do not matter.
///
/// Plans and journals keep arguments in this form, which stays: what is not given is left out.
///
/// ```
/// use threecx_core::{Arguments, Place};
///
/// let mut arguments = Arguments::default();
/// arguments.set(Place::Path, "Id", "29");
/// arguments.set(Place::Field, "Mobile", "+49301234567");
/// arguments.set(Place::Option, "select", serde_json::json!(["Id", "Number"]));
/// let written = r#"{"parameters":{"Id":{"text":"29"}},"fields":{"Mobile":{"text":"+49301234567"}},"options":{"select":{"json":["Id","Number"]}}}"#;
/// assert_eq!(serde_json::to_string(&arguments)?, written);
/// assert_eq!(serde_json::from_str::<Arguments>(written)?, arguments);
/// # Ok::<(), serde_json::Error>(())
/// ```
///
/// Values are written as they are, secrets too: a program that keeps them has to protect them. `Debug` leaves
/// them out.
#[derive(Clone, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(default, deny_unknown_fields)]
pub struct Arguments {
    /// Keys and function arguments in the path.
    #[serde(skip_serializing_if = "BTreeMap::is_empty")]
    pub parameters: BTreeMap<String, Input>,
    /// Fields of an action's body, or properties of an entity.
    #[serde(skip_serializing_if = "BTreeMap::is_empty")]
    pub fields: BTreeMap<String, Input>,
    /// The whole body, or the part of it that is not among the fields.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub body: Option<Input>,
    /// Query options without their `$`, and `if-match`.
    #[serde(skip_serializing_if = "BTreeMap::is_empty")]
    pub options: BTreeMap<String, Input>,
}

/// Without the values of what is called as secrets are.
impl fmt::Debug for Arguments {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let shown = |(place, name, input): (Place, &str, &Input)| {
            let text = match place {
                Place::Path | Place::Field if mask::may_be_secret(name) => MASK.into(),
                _ => mask::shown_json(input.text()),
            };
            (format!("{place:?} {name}"), text)
        };
        f.debug_map().entries(self.iter().map(shown)).finish()
    }
}

/// What the body is called where names are given.
const BODY: &str = "body";

impl Arguments {
    /// What is given at a place under a name, whatever its case. The body needs no name.
    pub fn get(&self, place: Place, name: &str) -> Option<&Input> {
        match self.at(place) {
            Some(given) => lookup(given, name),
            None => self.body.as_ref(),
        }
    }

    /// Puts a value at a place, instead of what is there under that name, whatever its case.
    pub fn set(&mut self, place: Place, name: &str, input: impl Into<Input>) {
        self.remove(place, name);
        match self.at_mut(place) {
            Some(given) => drop(given.insert(name.to_owned(), input.into())),
            None => self.body = Some(input.into()),
        }
    }

    /// Takes away what is given at a place under a name, whatever its case.
    pub fn remove(&mut self, place: Place, name: &str) -> Option<Input> {
        match self.at_mut(place) {
            Some(given) => {
                let known = given.keys().find(|known| known.eq_ignore_ascii_case(name))?.clone();
                given.remove(&known)
            }
            None => self.body.take(),
        }
    }

    /// Everything that is given: its place, its name and its value.
    pub fn iter(&self) -> impl Iterator<Item = (Place, &str, &Input)> {
        let body = self.body.iter().map(|body| (Place::Body, BODY, body));
        let path = named(Place::Path, &self.parameters);
        path.chain(named(Place::Field, &self.fields)).chain(body).chain(named(Place::Option, &self.options))
    }

    fn at(&self, place: Place) -> Option<&BTreeMap<String, Input>> {
        match place {
            Place::Path => Some(&self.parameters),
            Place::Field => Some(&self.fields),
            Place::Option => Some(&self.options),
            Place::Body => None,
        }
    }

    fn at_mut(&mut self, place: Place) -> Option<&mut BTreeMap<String, Input>> {
        match place {
            Place::Path => Some(&mut self.parameters),
            Place::Field => Some(&mut self.fields),
            Place::Option => Some(&mut self.options),
            Place::Body => None,
        }
    }
}

fn named(place: Place, given: &BTreeMap<String, Input>) -> impl Iterator<Item = (Place, &str, &Input)> {
    given.iter().map(move |(name, input)| (place, name.as_str(), input))
}

/// The value given under a name, whatever its case.
pub(crate) fn lookup<'i>(given: &'i BTreeMap<String, Input>, name: &str) -> Option<&'i Input> {
    given.get(name).or_else(|| given.iter().find(|(key, _)| key.eq_ignore_ascii_case(name)).map(|(_, input)| input))
}

/// Refuses names that mean nothing here.
pub(crate) fn refuse_unknown(given: &BTreeMap<String, Input>, known: &[&str], what: &str) -> Result<(), Error> {
    let Some(unknown) = given.keys().find(|name| !known.iter().any(|known| known.eq_ignore_ascii_case(name))) else {
        return Ok(());
    };
    let expected = match known {
        [] => format!("nothing: this operation has no such thing as {what} in its path"),
        _ => format!("{what} of this operation ({})", known.join(", ")),
    };
    let hint = suggest::did_you_mean(unknown, known);
    Err(InputError { hint, ..InputError::of(unknown, expected, format!("`{unknown}`")) }.into())
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn arguments_are_found_put_and_taken_whatever_their_case() {
        let mut arguments = Arguments::default();
        for (place, name) in [(Place::Path, "Id"), (Place::Field, "Mobile"), (Place::Body, ""), (Place::Option, "top")]
        {
            arguments.set(place, name, "1");
            assert_eq!(arguments.get(place, &name.to_uppercase()).map(Input::text), Some("1"), "{place:?}");
        }
        let given: Vec<(Place, &str)> = arguments.iter().map(|(place, name, _)| (place, name)).collect();
        let all = [(Place::Path, "Id"), (Place::Field, "Mobile"), (Place::Body, "body"), (Place::Option, "top")];
        assert_eq!(given, all);
        arguments.set(Place::Field, "MOBILE", "2");
        assert_eq!(arguments.fields.len(), 1);
        assert_eq!(arguments.remove(Place::Field, "mobile"), Some("2".into()));
        assert_eq!(arguments.remove(Place::Field, "mobile"), None);
        assert_eq!(arguments.remove(Place::Body, "body"), Some("1".into()));
        assert_eq!(arguments.iter().count(), 2);
    }

    /// Journals and plans that are on people's disks have to be read by every later version.
    #[test]
    fn arguments_are_written_in_a_form_that_stays() {
        let written = r#"{"parameters":{"Id":{"text":"O'Brien \"x\""}},"fields":{"ids":{"json":[1.0, 2]}},"body":{"json":{"A": 1e3}},"options":{"top":{"text":""}}}"#;
        let read: Arguments = serde_json::from_str(written).expect("readable");
        assert_eq!(read.parameters["Id"], Input::Text("O'Brien \"x\"".into()));
        assert_eq!(read.fields["ids"], Input::Json("[1.0, 2]".into()));
        assert_eq!(serde_json::to_string(&read).expect("JSON"), written);
        assert_eq!(serde_json::to_string(&Arguments::default()).expect("JSON"), "{}");
        let mistaken = Arguments { body: Some(Input::Json("{".into())), ..Arguments::default() };
        assert!(serde_json::to_string(&mistaken).is_err());
        assert!(serde_json::from_str::<Arguments>(r#"{"field":{}}"#).is_err());
        assert!(serde_json::from_str::<Arguments>(r#"{"fields":{"a":{"yaml":1}}}"#).is_err());
    }
}
