//! Models: structures of the API, decoded straight from the body.

use std::fmt;
use std::marker::PhantomData;

use serde::de::{DeserializeSeed, Deserializer, Error, IgnoredAny, MapAccess, Visitor};
use serde::ser::{Serialize, SerializeMap, Serializer};

use super::value::Value;

/// A structure of the API. Fields that an answer lacks stay empty, members that the structure lacks
/// are passed over.
pub trait Model: Value + Default + Clone + PartialEq + fmt::Debug {
    /// The name, as in the record: `User`.
    const NAME: &'static str;

    /// True if the field of this index has this name on the wire.
    #[doc(hidden)]
    fn is_field(index: usize, name: &str) -> bool;

    /// The index of the field of this name.
    #[doc(hidden)]
    fn find_field(name: &str) -> Option<usize>;

    #[doc(hidden)]
    fn decode_field<'de, A: MapAccess<'de>>(&mut self, index: usize, members: &mut A) -> Result<(), A::Error>;

    #[doc(hidden)]
    fn encode_fields<M: SerializeMap>(&self, members: &mut M) -> Result<(), M::Error>;

    #[doc(hidden)]
    fn each_field(&self, show: &mut dyn FnMut(&'static str, &dyn fmt::Debug));
}

/// What a field is kept in: `Option` or `Patch`.
pub(crate) trait Slot: Default {
    type Value: Value;

    fn decode<'de, D: Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error>;

    /// False if the field is not to be sent.
    fn is_given(&self) -> bool;

    fn encode<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error>;
}

impl<T: Value> Slot for Option<T> {
    type Value = T;

    fn decode<'de, D: Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        <Option<T> as Value>::decode(deserializer)
    }

    fn is_given(&self) -> bool {
        self.is_some()
    }

    fn encode<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        <Option<T> as Value>::encode(self, serializer)
    }
}

/// A structure: its name on the wire, its own, and what its fields are kept in.
macro_rules! model {
    (
        $(#[$doc:meta])*
        $wire:literal $name:ident: $slot:ident {
            $($(#[$field_doc:meta])* $key:literal $field:ident: $ty:ty,)*
        }
    ) => {
        $(#[$doc])*
        #[derive(Clone, Default, PartialEq)]
        pub struct $name {
            $($(#[$field_doc])* pub $field: $slot<$ty>,)*
        }

        const _: () = {
            #[allow(non_camel_case_types)]
            #[derive(Clone, Copy)]
            enum Key { $($field,)* }

            const ALL: &[Key] = &[$(Key::$field,)*];

            // Some structures have no fields.
            #[allow(unused_variables, unreachable_code)]
            impl $crate::typed::Model for $name {
                const NAME: &'static str = $wire;

                #[inline]
                fn is_field(index: usize, name: &str) -> bool {
                    let Some(of_index) = ALL.get(index) else { return false };
                    match *of_index {
                        $(Key::$field => name == $key,)*
                    }
                }

                fn find_field(name: &str) -> Option<usize> {
                    match name {
                        $($key => Some(Key::$field as usize),)*
                        _ => None,
                    }
                }

                fn decode_field<'de, A: serde::de::MapAccess<'de>>(
                    &mut self,
                    index: usize,
                    members: &mut A,
                ) -> Result<(), A::Error> {
                    match ALL[index] {
                        $(Key::$field => self.$field = $crate::typed::support::slot(members)?,)*
                    }
                    Ok(())
                }

                fn encode_fields<M: serde::ser::SerializeMap>(&self, members: &mut M) -> Result<(), M::Error> {
                    $($crate::typed::support::entry(members, $key, &self.$field)?;)*
                    Ok(())
                }

                fn each_field(&self, show: &mut dyn FnMut(&'static str, &dyn std::fmt::Debug)) {
                    $(if self.$field != $slot::default() {
                        show(stringify!($field), &self.$field);
                    })*
                }
            }
        };

        impl $crate::typed::Value for $name {
            fn decode<'de, D: serde::Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
                $crate::typed::support::decode(deserializer)
            }

            fn encode<S: serde::Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
                $crate::typed::support::encode(self, serializer)
            }

            const STRUCTURE: Option<&'static str> = Some($wire);
        }

        impl $crate::typed::FromReply for $name {
            fn from_reply(reply: &$crate::reply::Reply) -> Result<Self, threecx_core::Error> {
                $crate::typed::support::entity(reply)
            }

            fn is(declared: threecx_catalog::Content) -> bool {
                $crate::typed::support::is_entity(declared, $wire)
            }
        }

        impl $crate::typed::Selected for $name {
            type Row = $name;
        }

        impl std::fmt::Debug for $name {
            fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
                $crate::typed::support::debug(stringify!($name), self, f)
            }
        }

        $crate::typed::support::serde_by_value!($name);
    };
}
pub(crate) use model;

/// Reads a structure.
pub(crate) fn decode<'de, T: Model, D: Deserializer<'de>>(deserializer: D) -> Result<T, D::Error> {
    deserializer.deserialize_map(Members(PhantomData))
}

/// Writes a structure.
pub(crate) fn encode<T: Model, S: Serializer>(model: &T, serializer: S) -> Result<S::Ok, S::Error> {
    let mut members = serializer.serialize_map(None)?;
    model.encode_fields(&mut members)?;
    members.end()
}

struct Members<T>(PhantomData<T>);

impl<'de, T: Model> Visitor<'de> for Members<T> {
    type Value = T;

    fn expecting(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(T::NAME)
    }

    fn visit_map<A: MapAccess<'de>>(self, mut members: A) -> Result<T, A::Error> {
        let mut model = T::default();
        let mut likely = 0;
        while let Some(found) = members.next_key_seed(Key::<T>(likely, PhantomData))? {
            match found {
                Some(index) => {
                    model.decode_field(index, &mut members)?;
                    likely = index + 1;
                }
                None => drop(members.next_value::<IgnoredAny>()?),
            }
        }
        Ok(model)
    }
}

/// Finds the field of a name. Objects have their members in the same order, so the field behind the last
/// one is looked at first.
struct Key<T>(usize, PhantomData<T>);

impl<'de, T: Model> DeserializeSeed<'de> for Key<T> {
    type Value = Option<usize>;

    fn deserialize<D: Deserializer<'de>>(self, deserializer: D) -> Result<Option<usize>, D::Error> {
        deserializer.deserialize_identifier(self)
    }
}

impl<T: Model> Visitor<'_> for Key<T> {
    type Value = Option<usize>;

    fn expecting(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("a name")
    }

    fn visit_str<E: Error>(self, name: &str) -> Result<Option<usize>, E> {
        Ok(if T::is_field(self.0, name) { Some(self.0) } else { T::find_field(name) })
    }
}

/// Reads the value of a field.
pub(crate) fn slot<'de, T: Slot, A: MapAccess<'de>>(members: &mut A) -> Result<T, A::Error> {
    struct Seed<T>(PhantomData<T>);

    impl<'de, T: Slot> DeserializeSeed<'de> for Seed<T> {
        type Value = T;

        fn deserialize<D: Deserializer<'de>>(self, deserializer: D) -> Result<T, D::Error> {
            T::decode(deserializer)
        }
    }

    members.next_value_seed(Seed(PhantomData))
}

/// Writes a field, if it is given.
pub(crate) fn entry<T: Slot, M: SerializeMap>(members: &mut M, key: &'static str, field: &T) -> Result<(), M::Error> {
    struct Encoded<'a, T>(&'a T);

    impl<T: Slot> Serialize for Encoded<'_, T> {
        fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
            self.0.encode(serializer)
        }
    }

    if field.is_given() { members.serialize_entry(key, &Encoded(field)) } else { Ok(()) }
}

/// Shows the fields that hold something.
pub(crate) fn debug(name: &str, model: &impl Model, f: &mut fmt::Formatter<'_>) -> fmt::Result {
    let mut shown = f.debug_struct(name);
    model.each_field(&mut |field, value| {
        shown.field(field.trim_start_matches("r#"), value);
    });
    shown.finish()
}
