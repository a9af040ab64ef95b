//! Enumerations: named sets of words, to which a newer PBX may add.

/// A member of an enumeration.
pub trait Word: Sized {
    /// The word on the wire.
    fn as_str(&self) -> &str;

    /// The member of this word; an unknown word is kept.
    fn from_word(word: &str) -> Self;
}

/// An enumeration.
macro_rules! words {
    ($(#[$doc:meta])* $name:ident { $($(#[$member_doc:meta])* $member:ident = $word:literal,)* }) => {
        $(#[$doc])*
        #[derive(Clone, Debug, PartialEq, Eq, Hash)]
        #[non_exhaustive]
        pub enum $name {
            $($(#[$member_doc])* $member,)*
            /// A word that the newest release in the catalogue does not have.
            Unknown(String),
        }

        impl $name {
            /// All known members.
            pub const ALL: &'static [$name] = &[$($name::$member,)*];

            /// The word on the wire.
            pub fn as_str(&self) -> &str {
                match self {
                    $($name::$member => $word,)*
                    $name::Unknown(word) => word,
                }
            }
        }

        impl $crate::typed::Word for $name {
            fn as_str(&self) -> &str {
                $name::as_str(self)
            }

            fn from_word(word: &str) -> $name {
                match word {
                    $($word => $name::$member,)*
                    _ => $name::Unknown(word.to_owned()),
                }
            }
        }

        impl From<&str> for $name {
            fn from(word: &str) -> $name {
                $crate::typed::Word::from_word(word)
            }
        }

        impl std::fmt::Display for $name {
            fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
                f.write_str(self.as_str())
            }
        }

        impl $crate::typed::Value for $name {
            fn decode<'de, D: serde::Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
                $crate::typed::support::word(deserializer, |word| $name::from(word))
            }

            fn encode<S: serde::Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
                serializer.serialize_str(self.as_str())
            }
        }

        impl $crate::typed::FromReply for $name {
            fn from_reply(reply: &$crate::reply::Reply) -> Result<Self, threecx_core::Error> {
                $crate::typed::support::enveloped(reply)
            }
        }

        impl $crate::typed::Literal for $name {
            fn literal(&self, out: &mut String) {
                $crate::typed::Literal::literal(self.as_str(), out);
            }
        }

        $crate::typed::support::serde_by_value!($name);
    };
}
pub(crate) use words;
