//! Bodies as JSON, within limits: on depth, on the number of values, and no name twice in an object.

use std::cell::Cell;
use std::fmt;

use serde::de::{DeserializeSeed, Deserializer, Error, MapAccess, SeqAccess, Visitor};
use serde_json::{Map, Value};

use super::Problem;
use crate::assumptions::MOST_JSON_VALUES;

/// The body of a call; an empty object where nothing came. serde_json refuses what is nested
/// deeper than 128 levels.
pub(crate) fn json(body: &[u8]) -> Result<Value, Problem> {
    // A byte order mark, as some editors write it.
    let body = body.strip_prefix(b"\xef\xbb\xbf").unwrap_or(body);
    if body.is_empty() {
        return Ok(Value::Object(Map::new()));
    }
    let left = Cell::new(MOST_JSON_VALUES);
    let mut reader = serde_json::Deserializer::from_slice(body);
    let value = Bounded { left: &left }.deserialize(&mut reader).and_then(|value| reader.end().map(|()| value));
    value.map_err(|error| Problem::Binding { target: String::new(), message: error.to_string() })
}

/// Reads a value, as long as some are left.
#[derive(Clone, Copy)]
struct Bounded<'l> {
    left: &'l Cell<usize>,
}

impl<'de> DeserializeSeed<'de> for Bounded<'_> {
    type Value = Value;

    fn deserialize<D: Deserializer<'de>>(self, deserializer: D) -> Result<Value, D::Error> {
        let left = self.left.get().checked_sub(1);
        self.left.set(left.ok_or_else(|| D::Error::custom(format!("more than {MOST_JSON_VALUES} values")))?);
        deserializer.deserialize_any(self)
    }
}

impl<'de> Visitor<'de> for Bounded<'_> {
    type Value = Value;

    fn expecting(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("a JSON value")
    }

    fn visit_unit<E>(self) -> Result<Value, E> {
        Ok(Value::Null)
    }

    fn visit_bool<E>(self, value: bool) -> Result<Value, E> {
        Ok(value.into())
    }

    fn visit_i64<E>(self, value: i64) -> Result<Value, E> {
        Ok(value.into())
    }

    fn visit_u64<E>(self, value: u64) -> Result<Value, E> {
        Ok(value.into())
    }

    fn visit_f64<E>(self, value: f64) -> Result<Value, E> {
        Ok(value.into())
    }

    fn visit_str<E>(self, value: &str) -> Result<Value, E> {
        Ok(value.into())
    }

    fn visit_string<E>(self, value: String) -> Result<Value, E> {
        Ok(value.into())
    }

    fn visit_seq<A: SeqAccess<'de>>(self, mut items: A) -> Result<Value, A::Error> {
        let mut list = Vec::new();
        while let Some(item) = items.next_element_seed(self)? {
            list.push(item);
        }
        Ok(Value::Array(list))
    }

    fn visit_map<A: MapAccess<'de>>(self, mut members: A) -> Result<Value, A::Error> {
        let mut object = Map::new();
        while let Some(name) = members.next_key::<String>()? {
            let value = members.next_value_seed(self)?;
            if object.contains_key(&name) {
                return Err(A::Error::custom(format!("the name '{name}' appears twice")));
            }
            object.insert(name, value);
        }
        Ok(Value::Object(object))
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn what_is_within_the_limits_is_read_unchanged() {
        let text = r#"{"a":[1,-1,1.5,null,true,"x\u00e9",{}],"b":{"c":18446744073709551615}}"#;
        assert_eq!(json(text.as_bytes()).expect("JSON"), serde_json::from_str::<Value>(text).expect("JSON"));
        assert_eq!(json(b"").expect("nothing"), Value::Object(Map::new()));
        assert_eq!(json(b"\xef\xbb\xbf[]").expect("a list"), Value::Array(Vec::new()));
    }

    #[test]
    fn what_is_not_is_refused() {
        let many = format!("[{}1]", "1,".repeat(MOST_JSON_VALUES));
        let deep = "[".repeat(100_000);
        for (text, word) in [
            ("{\"a\":1,\"a\":2}", "twice"),
            ("[1] x", "trailing"),
            ("{", "EOF"),
            ("[1e999]", "out of range"),
            ("\"\\ud800\\u0041\"", "surrogate"),
            (&many, "values"),
            (&deep, "recursion"),
        ] {
            match json(text.as_bytes()) {
                Err(Problem::Binding { message, .. }) => assert!(message.contains(word), "{word}: {message}"),
                other => panic!("{word}: {other:?}"),
            }
        }
    }
}
