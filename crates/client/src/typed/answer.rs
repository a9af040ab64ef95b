//! Answers: what came becomes the type that the operation promises.

use std::fmt;
use std::marker::PhantomData;

use bytes::Bytes;
use serde::de::{Deserialize, Deserializer, Error as _, IgnoredAny, MapAccess, SeqAccess, Visitor};
use threecx_catalog::{Content, Type};
use threecx_core::{Error, mask};

use super::changed::Changed;
use super::value::{Decode, Value};
use crate::reply::Reply;

/// What a call can bring.
pub trait FromReply: Sized {
    /// Reads it.
    ///
    /// # Errors
    /// [`Error::Answer`] for what does not fit.
    fn from_reply(reply: &Reply) -> Result<Self, Error>;

    /// True if this is what an operation declares to answer.
    #[doc(hidden)]
    fn is(declared: Content) -> bool {
        let _ = declared;
        false
    }
}

/// The operation answers nothing; what comes all the same is passed over.
impl FromReply for () {
    fn from_reply(_: &Reply) -> Result<(), Error> {
        Ok(())
    }

    fn is(declared: Content) -> bool {
        declared == Content::Nothing
    }
}

/// `null`, or no body, where the operation may have nothing to tell.
impl<T: FromReply> FromReply for Option<T> {
    fn from_reply(reply: &Reply) -> Result<Option<T>, Error> {
        let nothing = match reply.bytes().trim_ascii() {
            b"" | b"null" => true,
            body if body.len() < 512 => {
                serde_json::from_slice(body).is_ok_and(|Enveloped::<Option<IgnoredAny>>(value)| value.is_none())
            }
            _ => false,
        };
        if nothing { Ok(None) } else { T::from_reply(reply).map(Some) }
    }

    fn is(declared: Content) -> bool {
        T::is(declared)
    }
}

/// The declaration of the release that was asked says which it is.
impl<Old: FromReply, New: FromReply> FromReply for Changed<Old, New> {
    fn from_reply(reply: &Reply) -> Result<Self, Error> {
        if New::is(reply.declared.content) {
            New::from_reply(reply).map(Changed::New)
        } else {
            Old::from_reply(reply).map(Changed::Old)
        }
    }
}

/// Implements [`FromReply`] for a value that comes as `{"value": …}`.
macro_rules! enveloped {
    ($($ty:ty, $name:literal;)*) => {$(
        impl FromReply for $ty {
            fn from_reply(reply: &Reply) -> Result<$ty, Error> {
                enveloped(reply)
            }

            fn is(declared: Content) -> bool {
                matches!(declared, Content::Value(ty) if ty.ty.name() == $name && !ty.collection)
            }
        }
    )*};
}
enveloped! {
    bool, "Boolean";
    i32, "Int32";
    i64, "Int64";
    String, "String";
    super::Secret, "String";
    super::Json, "Json";
}

/// A list that comes whole.
impl<T: Value> FromReply for Vec<T> {
    fn from_reply(reply: &Reply) -> Result<Vec<T>, Error> {
        Ok(Page::from_reply(reply)?.rows)
    }

    fn is(declared: Content) -> bool {
        matches!(declared, Content::Value(ty) if ty.collection && T::STRUCTURE.is_none_or(|name| name == ty.ty.name()))
    }
}

/// Reads the value in the envelope `{"@odata.context": …, "value": …}`.
pub(crate) fn enveloped<T: Value>(reply: &Reply) -> Result<T, Error> {
    struct Whole<T>(T);

    impl<'de, T: Value> Deserialize<'de> for Whole<T> {
        fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
            T::decode(deserializer).map(Whole)
        }
    }

    let body = reply.bytes().trim_ascii();
    if body.starts_with(b"{") {
        json(body, |Enveloped::<Whole<T>>(value)| value.0)
    } else {
        json(body, |Whole::<T>(value)| value)
    }
}

/// Reads an entity, which stands in the body without an envelope.
pub(crate) fn entity<T: Value>(reply: &Reply) -> Result<T, Error> {
    struct Whole<T>(T);

    impl<'de, T: Value> Deserialize<'de> for Whole<T> {
        fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
            T::decode(deserializer).map(Whole)
        }
    }

    json(reply.bytes(), |Whole::<T>(value)| value)
}

/// True if an operation declares to answer one structure of this name.
pub(crate) fn is_entity(declared: Content, name: &str) -> bool {
    matches!(declared, Content::Value(ty) if !ty.collection && matches!(ty.ty, Type::Structure(structure) if structure.name == name))
}

fn json<'de, W: Deserialize<'de>, T>(body: &'de [u8], unwrap: impl Fn(W) -> T) -> Result<T, Error> {
    serde_json::from_slice(body).map(unwrap).map_err(|error| Error::Answer { reason: mask::unfit(&error) })
}

/// The value of `{"@odata.context": …, "value": …}`.
struct Enveloped<T>(T);

impl<'de, T: Deserialize<'de>> Deserialize<'de> for Enveloped<T> {
    fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        struct Envelope<T>(PhantomData<T>);

        impl<'de, T: Deserialize<'de>> Visitor<'de> for Envelope<T> {
            type Value = Enveloped<T>;

            fn expecting(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
                f.write_str("an object with a `value`")
            }

            fn visit_map<A: MapAccess<'de>>(self, mut members: A) -> Result<Enveloped<T>, A::Error> {
                let mut value = None;
                while let Some(name) = members.next_key::<std::borrow::Cow<'de, str>>()? {
                    match &*name {
                        "value" => value = Some(members.next_value()?),
                        _ => drop(members.next_value::<IgnoredAny>()?),
                    }
                }
                value.map(Enveloped).ok_or_else(|| A::Error::missing_field("value"))
            }
        }

        deserializer.deserialize_map(Envelope(PhantomData))
    }
}

/// A page of a list, decoded in one pass.
#[derive(Clone, Debug, Default, PartialEq)]
pub struct Page<T> {
    /// The rows.
    pub rows: Vec<T>,
    /// How many rows there are in all, without paging, where [`count`](crate::Call::count) asked.
    pub count: Option<u64>,
    /// Where the next page is; no PBX has been seen to say so.
    pub next_link: Option<String>,
}

impl<T: Value> FromReply for Page<T> {
    fn from_reply(reply: &Reply) -> Result<Page<T>, Error> {
        json(reply.bytes(), |page: Page<T>| page)
    }

    fn is(declared: Content) -> bool {
        <Vec<T> as FromReply>::is(declared)
    }
}

impl<T> IntoIterator for Page<T> {
    type Item = T;
    type IntoIter = std::vec::IntoIter<T>;

    fn into_iter(self) -> Self::IntoIter {
        self.rows.into_iter()
    }
}

impl<'de, T: Value> Deserialize<'de> for Page<T> {
    fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        struct Envelope<T>(PhantomData<T>);

        impl<'de, T: Value> Visitor<'de> for Envelope<T> {
            type Value = Page<T>;

            fn expecting(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
                f.write_str("a list of rows in a `value`")
            }

            fn visit_map<A: MapAccess<'de>>(self, mut members: A) -> Result<Page<T>, A::Error> {
                let (mut rows, mut count, mut next_link) = (None, None, None);
                while let Some(name) = members.next_key::<std::borrow::Cow<'de, str>>()? {
                    match &*name {
                        "value" => rows = Some(members.next_value_seed(Decode::new())?),
                        "@odata.count" => {
                            let value: i64 = members.next_value_seed(Decode::new())?;
                            count = u64::try_from(value).ok();
                        }
                        "@odata.nextLink" => next_link = members.next_value()?,
                        _ => drop(members.next_value::<IgnoredAny>()?),
                    }
                }
                let rows = rows.ok_or_else(|| A::Error::missing_field("value"))?;
                Ok(Page { rows, count, next_link })
            }

            fn visit_seq<A: SeqAccess<'de>>(self, mut items: A) -> Result<Page<T>, A::Error> {
                let mut rows = Vec::new();
                while let Some(row) = items.next_element_seed(Decode::new())? {
                    rows.push(row);
                }
                Ok(Page { rows, count: None, next_link: None })
            }
        }

        deserializer.deserialize_any(Envelope(PhantomData))
    }
}

/// A file, complete; `R` is what its lines are where it is a table of rows. To have it in pieces as they
/// come, see [`Call::bytes`](crate::Call::bytes).
#[derive(Clone, Debug, PartialEq)]
pub struct Downloaded<R = ()> {
    /// The name that the PBX gives it, without any folder.
    pub name: Option<String>,
    /// Its media type.
    pub media_type: Option<String>,
    /// What is in it.
    pub bytes: Bytes,
    rows: PhantomData<fn() -> R>,
}

impl<R> FromReply for Downloaded<R> {
    fn from_reply(reply: &Reply) -> Result<Downloaded<R>, Error> {
        let (name, media_type) = reply.file().map(|file| (file.name, file.media_type)).unzip();
        Ok(Downloaded { name: name.flatten(), media_type, bytes: reply.bytes().clone(), rows: PhantomData })
    }

    fn is(declared: Content) -> bool {
        matches!(declared, Content::File(..))
    }
}
