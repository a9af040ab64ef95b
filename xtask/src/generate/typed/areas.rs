//! Areas: the cargo features that resources belong to, and which of them need a type.

use std::collections::{BTreeMap, BTreeSet};

use threecx_catalog::{Enumeration, Operation, Resource, Type, resources};

use super::mentioned;
use super::types::{self, Types};
use crate::record::Overrides;

/// Areas, by name.
pub type Set = BTreeSet<String>;

pub struct Areas {
    /// By resource.
    resources: BTreeMap<String, String>,
    /// By named type: the areas whose operations reach it.
    types: BTreeMap<String, Set>,
    /// By newtype of a key.
    keys: BTreeMap<String, Set>,
}

impl Areas {
    pub fn of(overrides: &Overrides, types: &Types) -> Result<Areas, String> {
        let mut by_resource = BTreeMap::new();
        for (area, names) in &overrides.areas {
            for name in names {
                if by_resource.insert(name.clone(), area.clone()).is_some() {
                    return Err(format!("[areas] in overrides.toml names {name} twice"));
                }
            }
        }
        if let Some(resource) = resources().iter().find(|resource| !by_resource.contains_key(resource.name)) {
            return Err(format!("[areas] in overrides.toml lacks {}", resource.name));
        }
        let mut areas = Areas { resources: by_resource, types: BTreeMap::new(), keys: BTreeMap::new() };
        for resource in resources() {
            areas.reach(resource, types);
        }
        Ok(areas)
    }

    /// Notes all that the operations of a resource need.
    fn reach(&mut self, resource: &'static Resource, types: &Types) {
        let Some(area) = self.resources.get(resource.name).cloned() else { return };
        let (mut seen, mut next) = (BTreeSet::new(), mentioned(resource));
        let mut named: Vec<String> = Vec::new();
        let mut keys: Vec<String> = Vec::new();
        let words = resource.operations.iter().flat_map(types::of_operation).filter_map(enumeration);
        named.extend(words.map(|enumeration| enumeration.name.to_owned()));
        while let Some(structure) = next.pop() {
            if !seen.insert(structure.name) {
                continue;
            }
            named.push(structure.name.to_owned());
            for property in structure.all_properties() {
                next.extend(types::structure(property.ty.ty));
                named.extend(enumeration(property.ty.ty).map(|enumeration| enumeration.name.to_owned()));
                keys.extend(types.keys.property(structure.name, property).map(|key| key.name));
                keys.extend(types.keys.referred(property.refers_to, property.name, property.ty.ty).map(|key| key.name));
            }
        }
        keys.extend(resource.operations.iter().flat_map(|operation| keys_of(operation, types)));
        for name in named {
            self.types.entry(name).or_default().insert(area.clone());
        }
        for name in keys {
            self.keys.entry(name).or_default().insert(area.clone());
        }
    }

    /// All areas.
    pub fn everywhere(&self) -> Set {
        self.resources.values().cloned().collect()
    }

    pub fn of_resource(&self, resource: &Resource) -> Set {
        self.resources.get(resource.name).cloned().into_iter().collect()
    }

    pub fn of_type(&self, name: &str) -> Set {
        self.types.get(name).cloned().unwrap_or_default()
    }

    pub fn of_key(&self, name: &str) -> Set {
        self.keys.get(name).cloned().unwrap_or_default()
    }

    /// The areas that need something of a module.
    pub fn of_module(&self, module: &str, resource: &Resource, types: &Types) -> Set {
        let mut set = self.of_resource(resource);
        let structures = types.owned_by(module).into_iter().map(|structure| structure.name);
        let enumerations = types.enumerations_of(module).into_iter().map(|enumeration| enumeration.name);
        for name in structures.chain(enumerations) {
            set.extend(self.of_type(name));
        }
        for key in types.keys.of_module(module) {
            set.extend(self.of_key(&key.name));
        }
        set
    }

    /// The attribute for what these areas need, where that is not all that is compiled around it.
    pub fn cfg_unless(&self, set: Set, around: &Set) -> String {
        if set == *around {
            return String::new();
        }
        let features: Vec<String> = set.iter().map(|area| format!("feature = \"{area}\"")).collect();
        match features.as_slice() {
            [one] => format!("#[cfg({one})]\n"),
            _ => format!("#[cfg(any({}))]\n", features.join(", ")),
        }
    }
}

fn enumeration(ty: Type) -> Option<&'static Enumeration> {
    match ty {
        Type::Enumeration(enumeration) => Some(enumeration),
        _ => None,
    }
}

/// The newtypes that the arguments of an operation are.
fn keys_of(operation: &'static Operation, types: &Types) -> Vec<String> {
    let mut keys = Vec::new();
    for form in operation.forms {
        for parameter in form.parameters {
            let own = types.keys.parameter(operation, parameter);
            keys.extend(own.or_else(|| types.keys.referred(parameter.refers_to, parameter.name, parameter.ty.ty)));
        }
        if let threecx_catalog::Body::Fields(fields) = form.body {
            keys.extend(
                fields.iter().filter_map(|field| types.keys.referred(field.refers_to, field.name, field.ty.ty)),
            );
        }
    }
    keys.into_iter().map(|key| key.name).collect()
}
