//! Sets of words: enumerations of which several members may be given at once.

use std::fmt;

use serde::de::Deserializer;
use serde::ser::Serializer;

use super::value::{Value, text};
use super::word::Word;

/// Several members of an enumeration at once, in the order in which they came. On the wire they
/// stand in one text, with commas between them.
#[derive(Clone, PartialEq, Eq, Hash)]
pub struct Flags<E>(Vec<E>);

impl<E: Word + PartialEq> Flags<E> {
    /// True if this member is among them.
    pub fn contains(&self, member: &E) -> bool {
        self.0.contains(member)
    }

    /// Adds a member, unless it is there.
    pub fn insert(&mut self, member: E) {
        if !self.contains(&member) {
            self.0.push(member);
        }
    }

    /// Takes a member out.
    pub fn remove(&mut self, member: &E) {
        self.0.retain(|known| known != member);
    }

    /// The members.
    pub fn iter(&self) -> std::slice::Iter<'_, E> {
        self.0.iter()
    }

    /// True if there are none.
    pub fn is_empty(&self) -> bool {
        self.0.is_empty()
    }
}

impl<E> Default for Flags<E> {
    fn default() -> Flags<E> {
        Flags(Vec::new())
    }
}

impl<E: Word + PartialEq> FromIterator<E> for Flags<E> {
    fn from_iter<I: IntoIterator<Item = E>>(members: I) -> Flags<E> {
        let mut flags = Flags::default();
        members.into_iter().for_each(|member| flags.insert(member));
        flags
    }
}

impl<E: Word + PartialEq, const N: usize> From<[E; N]> for Flags<E> {
    fn from(members: [E; N]) -> Flags<E> {
        members.into_iter().collect()
    }
}

impl<E: fmt::Debug> fmt::Debug for Flags<E> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_set().entries(&self.0).finish()
    }
}

/// The words with commas between them.
impl<E: Word> fmt::Display for Flags<E> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        for (index, member) in self.0.iter().enumerate() {
            f.write_str(if index > 0 { "," } else { "" })?;
            f.write_str(member.as_str())?;
        }
        Ok(())
    }
}

impl<E: Word + PartialEq> Value for Flags<E> {
    fn decode<'de, D: Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        text(deserializer, "words separated by commas", |text| {
            let words = text.split(',').map(str::trim).filter(|word| !word.is_empty());
            Some(words.map(E::from_word).collect())
        })
    }

    fn encode<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        serializer.collect_str(self)
    }
}
