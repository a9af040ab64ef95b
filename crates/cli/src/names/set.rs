//! Entity sets as people know them: which can be listed, and what their entities are called by.
//! All of it comes from the catalogue.

use threecx_catalog::{Content, Operation, Property, Structure, Type, TypeRef, Verb, resource};

/// The properties that hold a name, the best first. Those with a slash are inside another one.
const NAMES: [&str; 8] =
    ["Name", "DisplayName", "RuleName", "PromptSetName", "FriendlyName", "CompanyName", "ModelName", "Gateway/Name"];

/// A person's name, which is in two properties.
const PERSON: [&str; 2] = ["FirstName", "LastName"];

/// The properties that hold an e-mail address.
const EMAILS: [&str; 2] = ["EmailAddress", "Email"];

/// An entity set that can be searched by name.
#[derive(Clone, Debug)]
pub struct Set {
    /// `Users`
    pub name: &'static str,
    /// The operation that lists it.
    pub list: &'static Operation,
    /// What it consists of.
    structure: &'static Structure,
    /// The property by which an entity is addressed: `Id`.
    pub key: &'static Property,
    /// True if its entities have numbers that people dial or know them by.
    pub has_numbers: bool,
    /// The properties in which a name is looked for.
    pub names: Vec<&'static str>,
    pub email: Option<&'static str>,
}

impl Set {
    /// The set of this name, if it can be listed and filtered.
    pub fn named(name: &str) -> Option<Set> {
        let resource = resource(name)?;
        let lists = |operation: &&Operation| {
            operation.verb == Verb::List && operation.newest_form().path.strip_prefix('/') == Some(name)
        };
        let list = resource.operations.iter().find(lists)?;
        let form = list.newest_form();
        let Content::Value(TypeRef { ty: Type::Structure(structure), .. }) = form.answer_in(form.span).content else {
            return None;
        };
        let is_text = |name: &&str| property(structure, name).is_some_and(|property| is_text(property.ty));
        let mut names: Vec<&'static str> = PERSON.into_iter().filter(is_text).collect();
        let others = NAMES.into_iter().filter(|name| match name.split_once('/') {
            None => is_text(name),
            Some((outer, inner)) => inside(structure, outer, inner),
        });
        names.extend(others);
        let key = key(resource.operations, name, structure)?;
        let has_numbers = is_text(&"Number");
        let email = EMAILS.into_iter().find(is_text);
        Some(Set { name: resource.name, list, structure, key, has_numbers, names, email })
    }

    /// The property of this name, whatever its case.
    pub fn property(&self, name: &str) -> Option<&'static Property> {
        property(self.structure, name)
    }

    /// True if the key is a whole number.
    pub fn has_numeric_key(&self) -> bool {
        is_whole_number(self.key)
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
        words(self.structure.name)
    }

    /// `a user`, `an inbound rule`
    pub fn one(&self) -> String {
        let noun = self.noun();
        let article = if noun.starts_with(['a', 'e', 'i', 'o']) { "an" } else { "a" };
        format!("{article} {noun}")
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
        words(self.name)
    }

    /// `1 user`, `3 users`
    pub fn counted(&self, number: usize) -> String {
        if number == 1 { format!("1 {}", self.noun()) } else { format!("{number} {}", self.nouns()) }
    }

    /// What stands for one of its entities in the help: `USER`.
    pub fn placeholder(&self) -> String {
        self.noun().replace(' ', "-").to_uppercase()
    }
}

/// True for 32- and 64-bit integers.
pub fn is_whole_number(property: &Property) -> bool {
    matches!(property.ty.ty, Type::Byte | Type::Int32 | Type::Int64)
}

fn is_text(ty: TypeRef) -> bool {
    matches!(ty.ty, Type::String) && !ty.collection
}

fn property(structure: &'static Structure, name: &str) -> Option<&'static Property> {
    structure.all_properties().filter(|property| property.name.eq_ignore_ascii_case(name)).last()
}

fn inside(structure: &'static Structure, outer: &str, inner: &str) -> bool {
    match property(structure, outer).map(|property| property.ty) {
        Some(TypeRef { ty: Type::Structure(structure), collection: false, .. }) => {
            property(structure, inner).is_some_and(|property| is_text(property.ty))
        }
        _ => false,
    }
}

/// The property in `/Users({Id})`; `Id` where no operation addresses an entity.
fn key(operations: &[Operation], set: &str, structure: &'static Structure) -> Option<&'static Property> {
    let start = format!("/{set}({{");
    let addressed = |operation: &Operation| {
        let form = operation.newest_form();
        let parameter = form.parameters.first().filter(|parameter| parameter.key && form.path.starts_with(&start))?;
        property(structure, parameter.name)
    };
    operations.iter().find_map(addressed).or_else(|| property(structure, "Id"))
}

/// `RingGroups` → `ring groups`
fn words(name: &str) -> String {
    crate::args::flag::kebab(name).replace('-', " ")
}
