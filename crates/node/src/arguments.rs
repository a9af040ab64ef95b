//! Arguments as they come over the border: `{"text": …}` for what a person typed, `{"json": …}`
//! for what is JSON already.

use std::collections::BTreeMap;

use serde::Deserialize;
use serde_json::value::RawValue;
use threecx_core::{Arguments, Input};

/// One value.
#[derive(Deserialize)]
#[serde(rename_all = "lowercase")]
enum Given<'a> {
    Text(String),
    #[serde(borrow)]
    Json(&'a RawValue),
}

impl From<Given<'_>> for Input {
    fn from(given: Given<'_>) -> Input {
        match given {
            Given::Text(text) => Input::Text(text),
            Given::Json(json) => Input::Json(json.get().to_owned()),
        }
    }
}

/// All values of a call.
#[derive(Default, Deserialize)]
#[serde(deny_unknown_fields)]
pub(crate) struct GivenArguments<'a> {
    #[serde(borrow, default)]
    parameters: BTreeMap<String, Given<'a>>,
    #[serde(borrow, default)]
    fields: BTreeMap<String, Given<'a>>,
    #[serde(borrow, default)]
    body: Option<Given<'a>>,
    #[serde(borrow, default)]
    options: BTreeMap<String, Given<'a>>,
}

impl From<GivenArguments<'_>> for Arguments {
    fn from(given: GivenArguments<'_>) -> Arguments {
        Arguments {
            parameters: inputs(given.parameters),
            fields: inputs(given.fields),
            body: given.body.map(Into::into),
            options: inputs(given.options),
        }
    }
}

fn inputs(given: BTreeMap<String, Given<'_>>) -> BTreeMap<String, Input> {
    given.into_iter().map(|(name, value)| (name, value.into())).collect()
}
