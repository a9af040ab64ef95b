//! JSON objects with their members in order and unparsed, or one of them.

use std::borrow::Cow;
use std::fmt;

use serde::de::{Deserialize, Deserializer, IgnoredAny, MapAccess, Visitor};
use serde_json::value::RawValue;

/// The members of an object, as they are in the text. A name that occurs twice is there twice.
pub(crate) struct Members<'a>(pub Vec<(String, &'a RawValue)>);

impl<'de: 'a, 'a> Deserialize<'de> for Members<'a> {
    fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        struct Object<'a>(std::marker::PhantomData<&'a ()>);

        impl<'de: 'a, 'a> Visitor<'de> for Object<'a> {
            type Value = Members<'a>;

            fn expecting(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
                f.write_str("an object")
            }

            fn visit_map<M: MapAccess<'de>>(self, mut map: M) -> Result<Members<'a>, M::Error> {
                let mut members = Vec::new();
                while let Some(member) = map.next_entry()? {
                    members.push(member);
                }
                Ok(Members(members))
            }
        }

        deserializer.deserialize_map(Object(std::marker::PhantomData))
    }
}

/// The value of a member of an object, as it is written. Nothing is read that comes after it.
pub fn member<'r>(object: &'r str, name: &str) -> Option<&'r str> {
    // A key comes first, as a rule.
    let first = object.strip_prefix("{\"").and_then(|rest| rest.strip_prefix(name)?.strip_prefix("\":"));
    if let Some(value) = first
        && value.starts_with(|c: char| c.is_ascii_digit())
    {
        return value.split([',', '}']).next().map(str::trim);
    }
    let mut found = None;
    // It stops at that member, and complains that more follows.
    let _ = serde_json::Deserializer::from_str(object).deserialize_map(Find { name, found: &mut found });
    found.map(RawValue::get)
}

struct Find<'n, 'f, 'r> {
    name: &'n str,
    found: &'f mut Option<&'r RawValue>,
}

impl<'r> Visitor<'r> for Find<'_, '_, 'r> {
    type Value = ();

    fn expecting(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("an object")
    }

    fn visit_map<A: MapAccess<'r>>(self, mut members: A) -> Result<(), A::Error> {
        while let Some(name) = members.next_key::<Name<'r>>()? {
            if name.0 == self.name {
                *self.found = Some(members.next_value()?);
                return Ok(());
            }
            members.next_value::<IgnoredAny>()?;
        }
        Ok(())
    }
}

/// A name, borrowed from the text unless it has escapes in it.
#[derive(serde::Deserialize)]
struct Name<'r>(#[serde(borrow)] Cow<'r, str>);
