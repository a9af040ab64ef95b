//! The collections that people change item by item. 3CX replaces a collection whole, so it has to be
//! known what identifies an item, and what a new one has to hold.

use std::fmt;

use crate::entity_set::EntitySet;
use crate::types::Property;

/// A collection of an entity.
pub struct Collection {
    /// The set whose entities have it.
    pub set: &'static EntitySet,
    /// The word for it after the set's: `queues agents`.
    pub word: &'static str,
    /// The property that holds it.
    pub property: &'static Property,
    /// What has to be expanded for it to come whole.
    pub expand: Option<&'static str>,
    /// What identifies an item.
    pub item: Item,
    /// What a new item holds besides what identifies it.
    pub also: &'static [Also],
    /// What is shown of items, in columns.
    pub columns: &'static [ItemColumn],
    /// What an item is called: `agent`.
    pub noun: &'static str,
    /// What several are called: `agents`.
    pub plural: &'static str,
}

/// Collections are equal if the same set has them under the same word.
impl PartialEq for Collection {
    fn eq(&self, other: &Collection) -> bool {
        self.set == other.set && self.word == other.word
    }
}

impl fmt::Debug for Collection {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "Collection({} {})", self.set.name, self.word)
    }
}

/// What identifies an item.
#[derive(Clone, Copy, Debug, PartialEq)]
pub enum Item {
    /// It is a text by itself.
    Text,
    /// The number of something in this set.
    Number {
        /// The set.
        of: &'static EntitySet,
        /// The item's property with the number.
        property: &'static str,
    },
    /// The key of something in this set.
    Reference {
        /// The set.
        of: &'static EntitySet,
        /// The item's property with the key.
        property: &'static str,
    },
    /// The value of this property, whatever it is: the key that a caller presses.
    Value {
        /// The property.
        property: &'static str,
    },
}

impl Item {
    /// The set in which new ones are looked up.
    pub fn set(self) -> Option<&'static EntitySet> {
        match self {
            Item::Number { of, .. } | Item::Reference { of, .. } => Some(of),
            Item::Text | Item::Value { .. } => None,
        }
    }

    /// The property that identifies an item, where that is not the item itself.
    pub fn property(self) -> Option<&'static str> {
        match self {
            Item::Text => None,
            Item::Number { property, .. } | Item::Reference { property, .. } | Item::Value { property } => {
                Some(property)
            }
        }
    }
}

/// Something that a new item holds besides what identifies it.
#[derive(Debug)]
pub struct Also {
    /// The flag for it.
    pub flag: &'static str,
    /// What stands for its value in the help.
    pub value: &'static str,
    /// Where it goes; after a slash, inside.
    pub property: &'static str,
    /// What it is by default; nothing if it has to be given.
    pub default: Option<&'static str>,
    /// What it is, in a sentence.
    pub help: &'static str,
}

/// What is shown of an item.
#[derive(Debug)]
pub struct ItemColumn {
    /// The heading.
    pub heading: &'static str,
    /// The property; after a slash, inside.
    pub property: &'static str,
}
