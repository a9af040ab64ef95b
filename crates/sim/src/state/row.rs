//! A row of a list: one that is stored, or one that is made while it is asked for.

use std::borrow::Borrow;
use std::ops::Deref;

use super::entity::Entity;

/// A row of a list.
#[derive(Debug)]
pub(crate) enum Row<'s> {
    Stored(&'s Entity),
    Made(Box<Entity>),
}

/// Rows, one after the other.
pub(crate) type Rows<'s> = Box<dyn Iterator<Item = Row<'s>> + 's>;

impl Deref for Row<'_> {
    type Target = Entity;

    fn deref(&self) -> &Entity {
        match self {
            Row::Stored(entity) => entity,
            Row::Made(entity) => entity,
        }
    }
}

impl Borrow<Entity> for Row<'_> {
    fn borrow(&self) -> &Entity {
        self
    }
}

impl From<Entity> for Row<'_> {
    fn from(entity: Entity) -> Self {
        Row::Made(Box::new(entity))
    }
}
