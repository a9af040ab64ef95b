//! What a path addresses: a set of entities, one of them, or something there is one of. Paths are
//! taken apart when the tables are made, so nothing has to do it at run time.

use std::fmt;

use crate::operation::{Operation, Resource};
use crate::types::{Property, Structure, Type};
use crate::words;

/// A set of entities, and everything a face has to know to name one of them.
pub struct EntitySet {
    /// As in paths: `Users`.
    pub name: &'static str,
    /// What its entities are.
    pub structure: &'static Structure,
    /// The property that identifies its entities: the one by which paths address them
    /// (`/Users({Id})`), else `Id`. Some reports have neither.
    pub key: Option<&'static Property>,
    /// True if some operation addresses one of its entities by the key.
    pub addressed: bool,
    /// The property with the number that people dial, or know the entity by.
    pub number: Option<&'static Property>,
    /// The properties in which a name is looked for, the best first; `Gateway/Name` is inside
    /// another one. A person's name is in two, which come first.
    pub names: &'static [&'static str],
    /// The property with an e-mail address.
    pub email: Option<&'static Property>,
    /// The few properties that tell one of its entities from the others, for someone who chooses.
    pub label: &'static [&'static str],
    /// Lists it.
    pub list: Option<&'static Operation>,
    /// Reads one entity by its key.
    pub get: Option<&'static Operation>,
    /// Adds an entity.
    pub create: Option<&'static Operation>,
    /// Changes one entity by its key.
    pub update: Option<&'static Operation>,
    /// Removes one entity by its key.
    pub delete: Option<&'static Operation>,
}

impl EntitySet {
    /// The property of this name, whatever its case, as the newest release has it.
    pub fn property(&self, name: &str) -> Option<&'static Property> {
        self.structure.all_properties().filter(|property| property.name.eq_ignore_ascii_case(name)).last()
    }

    /// True if the key is a whole number.
    pub fn has_numeric_key(&self) -> bool {
        self.key.is_some_and(|key| matches!(key.ty.ty, Type::Byte | Type::Int32 | Type::Int64))
    }

    /// `user`, `ring group`
    pub fn noun(&self) -> String {
        words::noun(self.structure.name)
    }

    /// `users`, `ring groups`
    pub fn nouns(&self) -> String {
        words::noun(self.name)
    }

    /// `a user`, `an inbound rule`
    pub fn one(&self) -> String {
        let noun = self.noun();
        format!("{} {noun}", words::article(&noun))
    }

    /// `1 user`, `3 users`
    pub fn counted(&self, number: usize) -> String {
        words::counted(number, &self.noun(), &self.nouns())
    }

    /// What stands for one of its entities in a usage line: `RING-GROUP`.
    pub fn placeholder(&self) -> String {
        self.noun().replace(' ', "-").to_uppercase()
    }
}

/// Entity sets are equal if their names are.
impl PartialEq for EntitySet {
    fn eq(&self, other: &EntitySet) -> bool {
        self.name == other.name
    }
}

impl fmt::Debug for EntitySet {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "EntitySet({})", self.name)
    }
}

/// Something there is one of, with a path of its own: `/MailSettings`.
pub struct Singleton {
    /// As in paths: `MailSettings`.
    pub name: &'static str,
    /// What it is.
    pub structure: &'static Structure,
    /// Reads it.
    pub get: &'static Operation,
    /// Changes it.
    pub update: Option<&'static Operation>,
}

/// Singletons are equal if their names are.
impl PartialEq for Singleton {
    fn eq(&self, other: &Singleton) -> bool {
        self.name == other.name
    }
}

impl fmt::Debug for Singleton {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "Singleton({})", self.name)
    }
}

/// What a form's path addresses. What comes below it, a collection (`/Users({Id})/Groups`) or an
/// action (`/Users({Id})/Pbx.SendWelcomeEmail`), belongs to it.
#[derive(Clone, Copy, Debug, PartialEq)]
pub enum Target {
    /// Nothing that can be read: `/GetUpdates()`, and the reports.
    Nothing,
    /// The set as a whole.
    Set(&'static EntitySet),
    /// The entity with this key in the path, or this number.
    Entity(&'static EntitySet, Identity),
    /// The entities that a list in the body names.
    Listed(&'static EntitySet, Identity),
    /// Something there is one of.
    Singleton(&'static Singleton),
}

impl Target {
    /// What is addressed consists of this.
    pub fn structure(self) -> Option<&'static Structure> {
        match self {
            Target::Singleton(singleton) => Some(singleton.structure),
            other => other.set().map(|set| set.structure),
        }
    }

    /// The set that is addressed, or one or some of whose entities are.
    pub fn set(self) -> Option<&'static EntitySet> {
        match self {
            Target::Set(set) | Target::Entity(set, _) | Target::Listed(set, _) => Some(set),
            Target::Nothing | Target::Singleton(_) => None,
        }
    }
}

/// What says which entities are meant.
#[derive(Clone, Copy, Debug)]
pub struct Identity {
    /// The name of the parameter of the path, or of the field of the body.
    pub name: &'static str,
    /// The property whose value stands there.
    pub property: &'static Property,
}

impl PartialEq for Identity {
    fn eq(&self, other: &Identity) -> bool {
        self.name == other.name && self.property.name == other.property.name
    }
}

/// The property of this name, of the structure or of one it is based on; for the tables, where a
/// name that does not exist does not compile.
pub(crate) const fn property(structure: &'static Structure, name: &str) -> &'static Property {
    let mut structure = structure;
    loop {
        let mut index = structure.properties.len();
        while index > 0 {
            index -= 1;
            if is_same(structure.properties[index].name, name) {
                return &structure.properties[index];
            }
        }
        structure = match structure.base {
            Some(base) => base,
            None => panic!("the structure has no such property"),
        };
    }
}

/// The operation of this id, for the tables.
pub(crate) const fn operation(resource: &'static Resource, id: &str) -> &'static Operation {
    let mut index = 0;
    while index < resource.operations.len() {
        if is_same(resource.operations[index].id, id) {
            return &resource.operations[index];
        }
        index += 1;
    }
    panic!("the resource has no such operation")
}

const fn is_same(one: &str, other: &str) -> bool {
    let (one, other) = (one.as_bytes(), other.as_bytes());
    if one.len() != other.len() {
        return false;
    }
    let mut index = 0;
    while index < one.len() {
        if one[index] != other[index] {
            return false;
        }
        index += 1;
    }
    true
}
