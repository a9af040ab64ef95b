//! Keys: a newtype for each entity set's, also where something refers to it.

use std::collections::BTreeMap;

use threecx_catalog::{Operation, Parameter, Property, Target, Type, operations};

use super::areas::{Areas, Set};
use super::idents;
use super::types::Types;

/// A newtype.
#[derive(Clone, Debug)]
pub struct Key {
    pub name: String,
    /// The module it is in; none for what the runtime has.
    pub module: Option<String>,
    inner: &'static str,
    set: &'static str,
}

pub struct Keys {
    /// By entity set and property: `Users`, `Id`.
    sets: BTreeMap<(&'static str, &'static str), Key>,
    /// By structure and property: `User`, `Id`.
    properties: BTreeMap<(&'static str, &'static str), Key>,
}

/// Structures with numbers of their own that are not those of the phone system's numbers (DNs), though
/// they are called `Number`: a DID is dialled from outside.
const NO_DNS: [&str; 1] = ["DidNumber"];

/// Properties that hold the key of another set's entity, wherever they stand.
const REFERENCES: [(&str, (&str, &str)); 4] = [
    ("GroupId", ("Groups", "Id")),
    ("PhoneUserId", ("Users", "Id")),
    ("PrimaryGroupId", ("Groups", "Id")),
    ("TrunkId", ("Trunks", "Id")),
];

impl Keys {
    pub fn of() -> Keys {
        let mut sets = BTreeMap::new();
        let mut properties = BTreeMap::new();
        let forms = operations().flat_map(|operation| operation.forms.iter().map(move |form| (operation, form)));
        for (operation, form) in forms {
            let Target::Entity(set, by) = form.target else { continue };
            let own = |parameter: &&Parameter| parameter.name == by.name && by.name != "Number";
            for parameter in form.parameters.iter().filter(own) {
                let entity = set.structure.name;
                let inner = inner(parameter.ty.ty);
                let name = format!("{}{}", idents::structure(entity), parameter.name);
                let key = Key { name, module: Some(idents::module(operation.resource)), inner, set: set.name };
                sets.entry((set.name, parameter.name)).or_insert_with(|| key.clone());
                properties.entry((entity, parameter.name)).or_insert(key);
            }
        }
        Keys { sets, properties }
    }

    /// The newtypes of a module.
    pub fn of_module(&self, module: &str) -> Vec<&Key> {
        let mut keys: Vec<&Key> = self.sets.values().filter(|key| key.module.as_deref() == Some(module)).collect();
        keys.sort_by(|one, other| one.name.cmp(&other.name));
        keys.dedup_by(|one, other| one.name == other.name);
        keys
    }

    /// True for the name of a newtype of text.
    pub fn is_text(&self, name: &str) -> bool {
        name == "DnNumber" || self.sets.values().any(|key| key.name == name && key.inner == "String")
    }

    /// The type of a key in a path.
    pub fn parameter(&self, operation: &Operation, parameter: &Parameter) -> Option<Key> {
        let set = operation.newest_form().target.set().map_or("", |set| set.name);
        match (parameter.key, parameter.name) {
            (true, "Number") => Some(number()),
            (false, "number") if operation.command.ends_with("by-number") => Some(number()),
            (true, name) => self.sets.get(&(set, name)).cloned(),
            _ => None,
        }
    }

    /// The type of a property.
    pub fn property(&self, structure: &str, property: &Property) -> Option<Key> {
        let dn = matches!(property.name, "Number" | "Dn" | "DN" | "Extension" | "ExtensionNumber")
            && property.ty.ty == Type::String
            && !NO_DNS.contains(&structure);
        if dn {
            return Some(number());
        }
        let refers = || {
            let (_, to) = REFERENCES.iter().find(|(name, _)| *name == property.name)?;
            self.sets.get(to).filter(|key| key.inner == inner(property.ty.ty))
        };
        self.properties.get(&(structure, property.name)).or_else(refers).cloned()
    }

    /// The type of what refers to a property of an entity set: `Users.Id`. Names in the plural hold
    /// several numbers in one text.
    pub fn referred(&self, refers_to: Option<&str>, name: &str, ty: Type) -> Option<Key> {
        let (set, property) = refers_to?.split_once('.')?;
        let found = match property {
            "Number" if name.ends_with("Dns") || name.ends_with("Str") => None,
            "Number" => Some(number()),
            _ => self.sets.iter().find(|((of, key), _)| *of == set && *key == property).map(|(_, key)| key.clone()),
        };
        // Some operations take an id as text.
        found.filter(|key| key.inner == inner(ty))
    }
}

/// What a key of this type is in Rust.
fn inner(ty: Type) -> &'static str {
    match ty {
        Type::Int32 => "i32",
        Type::Guid => "Guid",
        _ => "String",
    }
}

fn number() -> Key {
    Key { name: "DnNumber".to_owned(), module: None, inner: "String", set: "" }
}

/// The newtypes of a module.
pub fn append(text: &mut String, module: &str, types: &Types, areas: &Areas, of_module: &Set) {
    for key in types.keys.of_module(module) {
        text.push_str(&format!(
            "\n{}key! {{\n    /// The key of an entity of `{}`.\n    {}({})\n}}\n",
            areas.cfg_unless(areas.of_key(&key.name), of_module),
            key.set,
            key.name,
            key.inner
        ));
    }
}
