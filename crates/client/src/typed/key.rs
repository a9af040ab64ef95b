//! Keys: newtypes, so that an extension number is never taken for an id.

/// A key of an entity set, or what else identifies something.
macro_rules! key {
    ($(#[$doc:meta])* $name:ident(String)) => {
        $(#[$doc])*
        #[derive(Clone, Debug, Default, PartialEq, Eq, PartialOrd, Ord, Hash)]
        pub struct $name(pub String);

        impl $name {
            /// The text.
            pub fn as_str(&self) -> &str {
                &self.0
            }
        }

        impl From<&str> for $name {
            fn from(text: &str) -> $name {
                $name(text.to_owned())
            }
        }

        impl From<String> for $name {
            fn from(text: String) -> $name {
                $name(text)
            }
        }

        impl AsRef<str> for $name {
            fn as_ref(&self) -> &str {
                &self.0
            }
        }

        impl PartialEq<str> for $name {
            fn eq(&self, text: &str) -> bool {
                self.0 == text
            }
        }

        impl PartialEq<&str> for $name {
            fn eq(&self, text: &&str) -> bool {
                self.0 == *text
            }
        }

        $crate::typed::key!(@shared $name(String));
    };
    ($(#[$doc:meta])* $name:ident(Guid)) => {
        $(#[$doc])*
        #[derive(Clone, Debug, Default, PartialEq, Eq, PartialOrd, Ord, Hash)]
        pub struct $name(pub $crate::typed::Guid);

        impl From<&str> for $name {
            fn from(text: &str) -> $name {
                $name(text.into())
            }
        }

        $crate::typed::key!(@shared $name($crate::typed::Guid));
    };
    ($(#[$doc:meta])* $name:ident($number:ty)) => {
        $(#[$doc])*
        #[derive(Clone, Copy, Debug, Default, PartialEq, Eq, PartialOrd, Ord, Hash)]
        pub struct $name(pub $number);

        $crate::typed::key!(@shared $name($number));
    };
    (@shared $name:ident($inner:ty)) => {
        impl std::fmt::Display for $name {
            fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
                std::fmt::Display::fmt(&self.0, f)
            }
        }

        impl $crate::typed::Value for $name {
            fn decode<'de, D: serde::Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
                <$inner as $crate::typed::Value>::decode(deserializer).map($name)
            }

            fn encode<S: serde::Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
                $crate::typed::Value::encode(&self.0, serializer)
            }
        }

        impl $crate::typed::Literal for $name {
            fn literal(&self, out: &mut String) {
                $crate::typed::Literal::literal(&self.0, out);
            }
        }

        $crate::typed::support::serde_by_value!($name);
    };
}
pub(crate) use key;

key! {
    /// The number of an extension, queue, ring group or whatever else the PBX can call (DN): `100`.
    /// It is text: `001` and `1` are two numbers.
    DnNumber(String)
}

/// A GUID: `1e6ed594-af95-4bb4-af56-b957ac87d6d7`.
#[derive(Clone, Debug, Default, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct Guid(pub String);

impl From<&str> for Guid {
    fn from(text: &str) -> Guid {
        Guid(text.to_owned())
    }
}

impl std::fmt::Display for Guid {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.write_str(&self.0)
    }
}

impl super::Value for Guid {
    fn decode<'de, D: serde::Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        String::decode(deserializer).map(Guid)
    }

    fn encode<S: serde::Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        serializer.serialize_str(&self.0)
    }
}

/// OData writes GUIDs without quotes.
impl super::Literal for Guid {
    fn literal(&self, out: &mut String) {
        out.push_str(&self.0);
    }
}

super::support::serde_by_value!(Guid);
