//! Sets of entities by key, and singletons.

use std::collections::{BTreeMap, HashMap, HashSet};
use std::ops::Bound;

use super::entity::{Entity, Value};
use super::ledger::Ledger;
use super::phone_orders::PhoneOrders;
use super::revisions::Revisions;
use super::shape::Shape;
use super::snapshot::Snapshots;
use crate::calls::Calls;

/// The key of an entity.
#[derive(Clone, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub(crate) enum Key {
    Int(i64),
    Text(Box<str>),
}

impl Key {
    pub fn of(value: &Value) -> Option<Key> {
        match value {
            Value::Int(number) => Some(Key::Int(*number)),
            Value::Text(text) => Some(Key::Text(text.clone())),
            _ => None,
        }
    }
}

impl From<Key> for Value {
    fn from(key: Key) -> Value {
        match key {
            Key::Int(number) => Value::Int(number),
            Key::Text(text) => Value::Text(text),
        }
    }
}

/// An entity set.
#[derive(Debug)]
pub(crate) struct Set {
    pub shape: &'static Shape,
    /// The property that is the key.
    pub key: &'static str,
    rows: BTreeMap<Key, Entity>,
    /// Who has a number, for sets whose entities have one: the alternate key.
    by_number: HashMap<Box<str>, Key>,
    /// The largest id that an entity of the set ever had.
    largest: i64,
    /// The keys whose entities have come, changed or gone since the last time, if they are watched.
    changes: Option<HashSet<Key>>,
    /// The same for everybody who looks now and then.
    revisions: Revisions<Key>,
}

impl Set {
    pub fn new(shape: &'static Shape, key: &'static str) -> Set {
        Set {
            shape,
            key,
            rows: BTreeMap::new(),
            by_number: HashMap::new(),
            largest: 0,
            changes: None,
            revisions: Revisions::default(),
        }
    }

    pub fn rows(&self) -> impl Iterator<Item = &Entity> {
        self.rows.values()
    }

    /// The keys of the rows that fit.
    pub fn keys_of(&self, fits: impl Fn(&&Entity) -> bool) -> Vec<Key> {
        self.rows.iter().filter(|(_, row)| fits(row)).map(|(key, _)| key.clone()).collect()
    }

    /// Those whose keys come after this one.
    pub fn rows_after(&self, key: &Key) -> impl Iterator<Item = (&Key, &Entity)> + use<'_> {
        self.rows.range((Bound::Excluded(key), Bound::Unbounded))
    }

    pub fn revisions(&self) -> &Revisions<Key> {
        &self.revisions
    }

    pub fn get(&self, key: &Key) -> Option<&Entity> {
        self.rows.get(key)
    }

    pub fn by_number(&self, number: &str) -> Option<&Entity> {
        self.rows.get(self.by_number.get(number)?)
    }

    /// Adds an entity, or puts it in the place of the one with its key.
    pub fn put(&mut self, mut entity: Entity) {
        let Some(key) = Key::of(entity.get(self.key)) else { return };
        self.remove(&key);
        if let Some(number) = entity.get("Number").as_text().filter(|number| !number.is_empty()) {
            self.by_number.insert(number.into(), key.clone());
        }
        entity.shrink();
        if let Key::Int(id) = key {
            self.largest = self.largest.max(id);
        }
        self.note(&key);
        self.rows.insert(key, entity);
    }

    fn note(&mut self, key: &Key) {
        if let Some(changes) = &mut self.changes {
            changes.insert(key.clone());
        }
        self.revisions.note(key.clone());
    }

    /// Begins to note changes.
    #[cfg(feature = "sqlite")]
    pub fn watch(&mut self) {
        self.changes = Some(HashSet::new());
    }

    /// What has changed since the last time.
    #[cfg(feature = "sqlite")]
    pub fn take_changes(&mut self) -> HashSet<Key> {
        self.changes.as_mut().map(std::mem::take).unwrap_or_default()
    }

    #[cfg(feature = "sqlite")]
    pub fn keys(&self) -> impl Iterator<Item = &Key> {
        self.rows.keys()
    }

    pub fn clear(&mut self) {
        if let Some(changes) = &mut self.changes {
            changes.extend(self.rows.keys().cloned());
        }
        self.revisions.note_all();
        self.rows.clear();
        self.by_number.clear();
    }

    pub fn remove(&mut self, key: &Key) -> Option<Entity> {
        let entity = self.rows.remove(key)?;
        self.note(key);
        let number = entity.text("Number");
        if self.by_number.get(number) == Some(key) {
            self.by_number.remove(number);
        }
        Some(entity)
    }

    /// Forgets all but the last `most`.
    pub fn keep_last(&mut self, most: usize) {
        while self.rows.len() > most {
            let Some(first) = self.rows.keys().next().cloned() else { return };
            self.remove(&first);
        }
    }

    /// The last key, in order.
    pub fn last_key(&self) -> Option<&Key> {
        self.rows.last_key_value().map(|(key, _)| key)
    }

    /// The largest id that an entity of the set ever had, whether or not it is still there.
    pub fn largest_id(&self) -> i64 {
        self.largest
    }

    /// Takes ids up to this one for given.
    #[cfg(feature = "sqlite")]
    pub fn set_largest_id(&mut self, id: i64) {
        self.largest = self.largest.max(id);
    }

    pub fn len(&self) -> usize {
        self.rows.len()
    }
}

/// All that the PBX remembers.
#[derive(Debug, Default)]
pub(crate) struct Store {
    /// By the set's name (`Users`).
    pub sets: HashMap<&'static str, Set>,
    /// By the singleton's name (`SystemStatus`).
    pub singletons: HashMap<&'static str, Entity>,
    /// Settings that an action sets and a function reads, by resource and type.
    pub settings: HashMap<(&'static str, &'static str), Entity>,
    /// What phones were told to do.
    pub phones: PhoneOrders,
    /// Calls that are on, and those that were.
    pub calls: Calls,
    pub ledger: Ledger,
    /// What backups hold.
    pub snapshots: Snapshots,
}

impl Store {
    /// Puts another company in the place of this one.
    pub fn replace_with(&mut self, mut other: Store) {
        for (name, set) in &mut self.sets {
            set.clear();
            set.largest = 0;
            let rows = other.sets.remove(name).map(|set| set.rows).unwrap_or_default();
            rows.into_values().for_each(|row| set.put(row));
        }
        self.singletons = other.singletons;
        self.settings = other.settings;
        self.phones = other.phones;
        self.calls = other.calls;
        self.ledger = other.ledger;
        self.snapshots = other.snapshots;
    }

    pub fn set(&self, name: &str) -> Option<&Set> {
        self.sets.get(name)
    }

    pub fn set_mut(&mut self, name: &str) -> Option<&mut Set> {
        self.sets.get_mut(name)
    }
}
