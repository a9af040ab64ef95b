//! Values whose type differs between releases.

use std::fmt;

use serde::de::value::{MapAccessDeserializer, SeqAccessDeserializer};
use serde::de::{Deserializer, Error, IntoDeserializer, MapAccess, SeqAccess, Visitor};
use serde::ser::Serializer;

use super::value::Value;

/// Something that was of type `Old` until some release and is of type `New` since. What comes says
/// which it is.
#[derive(Clone, Debug, PartialEq)]
pub enum Changed<Old, New> {
    /// As older releases have it.
    Old(Old),
    /// As newer releases have it.
    New(New),
}

impl<Old, New> Changed<Old, New> {
    /// What a newer release says.
    pub fn newer(self) -> Option<New> {
        match self {
            Changed::New(new) => Some(new),
            Changed::Old(_) => None,
        }
    }

    /// What an older release says.
    pub fn older(self) -> Option<Old> {
        match self {
            Changed::Old(old) => Some(old),
            Changed::New(_) => None,
        }
    }
}

/// One of the two is an object or text, the other is not.
impl<Old: Value, New: Value> Value for Changed<Old, New> {
    fn decode<'de, D: Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        struct Either<Old, New>(std::marker::PhantomData<(Old, New)>);

        impl<Old: Value, New: Value> Either<Old, New> {
            fn scalar<'de, E: Error>(value: impl IntoDeserializer<'de, E> + Copy) -> Result<Changed<Old, New>, E> {
                match Old::decode(value.into_deserializer()) {
                    Ok(old) => Ok(Changed::Old(old)),
                    Err(_) => New::decode(value.into_deserializer()).map(Changed::New),
                }
            }
        }

        impl<'de, Old: Value, New: Value> Visitor<'de> for Either<Old, New> {
            type Value = Changed<Old, New>;

            fn expecting(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
                f.write_str("a value of the older or the newer type")
            }

            fn visit_bool<E: Error>(self, value: bool) -> Result<Self::Value, E> {
                Self::scalar(value)
            }

            fn visit_i64<E: Error>(self, value: i64) -> Result<Self::Value, E> {
                Self::scalar(value)
            }

            fn visit_u64<E: Error>(self, value: u64) -> Result<Self::Value, E> {
                Self::scalar(value)
            }

            fn visit_str<E: Error>(self, text: &str) -> Result<Self::Value, E> {
                // A number is also read from text: what is text now must not become one.
                match New::decode(IntoDeserializer::<E>::into_deserializer(text)) {
                    Ok(new) => Ok(Changed::New(new)),
                    Err(_) => Old::decode(text.into_deserializer()).map(Changed::Old),
                }
            }

            fn visit_map<A: MapAccess<'de>>(self, members: A) -> Result<Self::Value, A::Error> {
                New::decode(MapAccessDeserializer::new(members)).map(Changed::New)
            }

            fn visit_seq<A: SeqAccess<'de>>(self, items: A) -> Result<Self::Value, A::Error> {
                New::decode(SeqAccessDeserializer::new(items)).map(Changed::New)
            }
        }

        deserializer.deserialize_any(Either(std::marker::PhantomData))
    }

    fn encode<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        match self {
            Changed::Old(old) => old.encode(serializer),
            Changed::New(new) => new.encode(serializer),
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::typed::Secret;
    use crate::typed::value::Decode;
    use serde::de::DeserializeSeed;

    fn decoded<Old: Value, New: Value>(json: &str) -> Changed<Old, New> {
        Decode::new().deserialize(&mut serde_json::Deserializer::from_str(json)).expect(json)
    }

    #[test]
    fn what_comes_says_which_it_is() {
        assert_eq!(decoded::<i32, String>("13"), Changed::Old(13));
        assert_eq!(decoded::<i32, String>("\"13\""), Changed::New("13".to_owned()));
        assert_eq!(decoded::<Secret, Vec<i32>>("\"x\""), Changed::Old("x".into()));
        assert_eq!(decoded::<Secret, Vec<i32>>("[1]"), Changed::New(vec![1]));
    }
}
