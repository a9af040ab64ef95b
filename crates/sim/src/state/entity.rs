//! Entities: a shape, and only those values that differ from its defaults.

use super::shape::Shape;

/// A value of a property.
#[derive(Clone, Debug, PartialEq)]
pub(crate) enum Value {
    Null,
    Bool(bool),
    Int(i64),
    /// A number that is not whole, in JSON's notation: all digits stay.
    Number(Box<str>),
    /// Text, and everything that JSON carries as text: enumeration members, dates, GUIDs.
    Text(Box<str>),
    List(Vec<Value>),
    Object(Box<Entity>),
    /// JSON of a type that the descriptions do not define.
    Opaque(Box<str>),
}

impl Value {
    pub fn text(text: impl Into<Box<str>>) -> Value {
        Value::Text(text.into())
    }

    pub fn as_text(&self) -> Option<&str> {
        match self {
            Value::Text(text) => Some(text),
            _ => None,
        }
    }

    pub fn as_int(&self) -> Option<i64> {
        match self {
            Value::Int(number) => Some(*number),
            _ => None,
        }
    }

    pub fn as_list(&self) -> &[Value] {
        match self {
            Value::List(items) => items,
            _ => &[],
        }
    }

    pub fn as_object_mut(&mut self) -> Option<&mut Entity> {
        match self {
            Value::Object(entity) => Some(entity),
            _ => None,
        }
    }

    pub fn as_object(&self) -> Option<&Entity> {
        match self {
            Value::Object(entity) => Some(entity),
            _ => None,
        }
    }
}

/// An entity or complex value.
#[derive(Clone)]
pub(crate) struct Entity {
    pub shape: &'static Shape,
    /// By property index, in order.
    own: Vec<(u16, Value)>,
}

impl PartialEq for Entity {
    fn eq(&self, other: &Entity) -> bool {
        std::ptr::eq(self.shape, other.shape) && self.own == other.own
    }
}

impl std::fmt::Debug for Entity {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        let own = self.own.iter().map(|(index, value)| (self.shape.properties[usize::from(*index)].name, value));
        f.debug_map().entries(own).finish()
    }
}

impl Entity {
    pub fn new(shape: &'static Shape) -> Entity {
        Entity { shape, own: Vec::new() }
    }

    pub fn at(&self, index: usize) -> &Value {
        match self.own.binary_search_by_key(&(index as u16), |(own, _)| *own) {
            Ok(place) => &self.own[place].1,
            Err(_) => self.shape.default(index),
        }
    }

    pub fn set_at(&mut self, index: usize, value: Value) {
        match self.own.binary_search_by_key(&(index as u16), |(own, _)| *own) {
            Ok(place) => self.own[place].1 = value,
            Err(_) if value == *self.shape.default(index) => {}
            Err(place) => self.own.insert(place, (index as u16, value)),
        }
    }

    /// The value of a property; null where the release has no such property.
    pub fn get(&self, name: &str) -> &Value {
        self.shape.index(name).map_or(&Value::Null, |index| self.at(index))
    }

    /// Sets a property, if the release has it.
    pub fn set(&mut self, name: &str, value: Value) {
        if let Some(index) = self.shape.index(name) {
            self.set_at(index, value);
        }
    }

    /// The same, for building one up.
    pub fn with(mut self, name: &str, value: Value) -> Entity {
        self.set(name, value);
        self
    }

    pub fn text(&self, name: &str) -> &str {
        self.get(name).as_text().unwrap_or_default()
    }

    pub fn int(&self, name: &str) -> Option<i64> {
        self.get(name).as_int()
    }

    /// Frees what growing left over; entities live long.
    pub fn shrink(&mut self) {
        self.own.shrink_to_fit();
    }

    /// The properties that were set: their indices, in order, and values.
    pub fn own(&self) -> impl Iterator<Item = (usize, &Value)> {
        self.own.iter().map(|(index, value)| (usize::from(*index), value))
    }

    /// The same by name, to be changed in place.
    pub fn own_mut(&mut self) -> impl Iterator<Item = (&'static str, &mut Value)> {
        let shape = self.shape;
        self.own.iter_mut().map(move |(index, value)| (shape.properties[usize::from(*index)].name, value))
    }

    /// The indices of the properties that were set.
    pub fn own_indices(&self) -> impl Iterator<Item = usize> {
        self.own.iter().map(|(index, _)| usize::from(*index))
    }
}
