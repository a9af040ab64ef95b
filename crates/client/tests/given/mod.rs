//! Arguments as JSON, for making typed calls from golden vectors.

use serde_json::Value as Json;
use threecx::{Call, FromReply, Listed, Selected, Value};

/// The arguments of a golden vector: `{"parameters": {"Id": {"json": 29}}, "body": …}`.
pub struct Given(pub Json);

impl Given {
    fn find(&self, name: &str) -> Option<&Json> {
        let named = |place: &str| {
            let members = self.0.get(place)?.as_object()?;
            members.iter().find(|(known, _)| known.eq_ignore_ascii_case(name)).map(|(_, input)| plain(input))
        };
        named("parameters").or_else(|| named("fields"))
    }

    /// An argument.
    pub fn one<T: Value>(&self, name: &str) -> T {
        decoded(self.find(name).unwrap_or_else(|| panic!("{name} is not given: {}", self.0)))
    }

    /// An argument that may be left out.
    pub fn optional<T: Value>(&self, name: &str) -> Option<T> {
        self.find(name).map(decoded)
    }

    /// All arguments that are not keys.
    pub fn all<T: Value>(&self) -> T {
        let mut all = serde_json::Map::new();
        for place in ["parameters", "fields"] {
            let inputs = self.0.get(place).and_then(Json::as_object).into_iter().flatten();
            all.extend(inputs.map(|(name, input)| (name.clone(), plain(input).clone())));
        }
        decoded(&Json::Object(all))
    }

    /// The body.
    pub fn body<T: Value>(&self) -> T {
        decoded(self.0.get("body").map_or(&Json::Null, plain))
    }

    /// The text of a query option.
    pub fn option(&self, name: &str) -> Option<&str> {
        plain(self.0.get("options")?.get(name)?).as_str()
    }
}

/// `{"text": …}` or `{"json": …}`
fn plain(input: &Json) -> &Json {
    input.get("text").or_else(|| input.get("json")).unwrap_or(input)
}

fn decoded<T: Value>(json: &Json) -> T {
    T::decode(json.clone()).unwrap_or_else(|error| panic!("{error}: {json}"))
}

/// What is left of a structure that is decoded and encoded again.
#[allow(dead_code)]
pub fn again<T: Value>(json: &Json) -> Json {
    decoded::<T>(json).encode(serde_json::value::Serializer).unwrap_or_else(|error| panic!("{error}: {json}"))
}

/// What to do with a call.
pub trait Visit: Sized {
    /// What comes of it.
    type Out;

    /// A call without query options, or with `If-Match` alone.
    fn plain<T: FromReply>(self, call: Call<T>, given: &Given) -> Self::Out;

    /// A call that brings an entity.
    fn one<T: FromReply + Selected>(self, call: Call<T>, given: &Given) -> Self::Out {
        let call = match given.option("expand") {
            Some(text) => call.expand(text),
            None => call,
        };
        self.plain(call, given)
    }

    /// A call that brings rows.
    fn rows<T: FromReply + Listed>(self, mut call: Call<T>, given: &Given) -> Self::Out {
        for name in ["top", "skip", "search", "filter", "count", "expand"] {
            let Some(text) = given.option(name) else { continue };
            let number = || text.parse().expect("a number");
            call = match name {
                "top" => call.top(number()),
                "skip" => call.skip(number()),
                "search" => call.search(text),
                "filter" => call.filter(text),
                "count" => call.count(text == "true"),
                _ => call.expand(text),
            };
        }
        self.plain(call, given)
    }
}
