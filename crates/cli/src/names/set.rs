//! Entity sets as people know them: which can be listed, and what their entities are called by.
//! All of it comes from the catalogue.

use threecx_catalog::{EntitySet, Operation, Property, Type, entity_set};

/// An entity set that can be searched by name.
#[derive(Clone, Debug)]
pub struct Set {
    /// What the catalogue knows of it.
    entities: &'static EntitySet,
    /// `Users`
    pub name: &'static str,
    /// The operation that lists it.
    pub list: &'static Operation,
    /// The property by which an entity is addressed: `Id`.
    pub key: &'static Property,
    /// True if its entities have numbers that people dial or know them by.
    pub has_numbers: bool,
    /// The properties in which a name is looked for.
    pub names: &'static [&'static str],
    pub email: Option<&'static str>,
}

impl Set {
    /// The set of this name, if it can be listed and filtered.
    pub fn named(name: &str) -> Option<Set> {
        Set::of(entity_set(name)?)
    }

    /// The same for a set of the catalogue.
    pub fn of(entities: &'static EntitySet) -> Option<Set> {
        Some(Set {
            entities,
            name: entities.name,
            list: entities.list?,
            key: entities.key?,
            has_numbers: entities.number.is_some(),
            names: entities.names,
            email: entities.email.map(|email| email.name),
        })
    }

    /// The property of this name, whatever its case.
    pub fn property(&self, name: &str) -> Option<&'static Property> {
        self.entities.property(name)
    }

    /// True if the key is a whole number.
    pub fn has_numeric_key(&self) -> bool {
        self.entities.has_numeric_key()
    }

    /// What has to be selected to know an entity.
    pub fn selected(&self) -> Vec<&'static str> {
        let mut selected = vec![self.key.name];
        let names = self.names.iter().map(|name| name.split('/').next().unwrap_or(name));
        for name in self.has_numbers.then_some("Number").into_iter().chain(names).chain(self.email) {
            if !selected.contains(&name) {
                selected.push(name);
            }
        }
        selected
    }

    /// `user`, `ring group`
    pub fn noun(&self) -> String {
        self.entities.noun()
    }

    /// `a user`, `an inbound rule`
    pub fn one(&self) -> String {
        self.entities.one()
    }

    /// How one of its entities can be named: `number, name, e-mail address or id:42`.
    pub fn ways(&self) -> String {
        let numbers: &[&str] = if self.has_numbers { &["number", "range of numbers (100-119)"] } else { &[] };
        let email = self.email.map(|_| "e-mail address");
        let ways: Vec<&str> = numbers.iter().copied().chain(["name"]).chain(email).collect();
        format!("{} or id:42", ways.join(", "))
    }

    /// `users`, `ring groups`
    pub fn nouns(&self) -> String {
        self.entities.nouns()
    }

    /// `1 user`, `3 users`
    pub fn counted(&self, number: usize) -> String {
        self.entities.counted(number)
    }

    /// What stands for one of its entities in the help: `USER`.
    pub fn placeholder(&self) -> String {
        self.entities.placeholder()
    }
}

/// True for 32- and 64-bit integers.
pub fn is_whole_number(property: &Property) -> bool {
    matches!(property.ty.ty, Type::Byte | Type::Int32 | Type::Int64)
}
