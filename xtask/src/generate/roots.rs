//! What paths begin with: entity sets and singletons, and what each form addresses.

use std::collections::BTreeMap;

use super::emit::{self, Types};
use super::names;
use super::structures::{Found, Structures};
use super::tables::verb;
use crate::record::{Body, Kind, Naming, Operation, Overrides, Record, Spec};

/// How many properties make a label.
const LABEL: usize = 3;

/// Everything that paths begin with, by name.
pub struct Roots<'r> {
    roots: BTreeMap<&'r str, Root>,
    structures: &'r Structures<'r>,
    overrides: &'r Overrides,
}

struct Root {
    structure: String,
    shape: Shape,
}

enum Shape {
    /// The five plain operations, and the name of the key in paths.
    Set {
        key: Option<String>,
        list: Id,
        get: Id,
        create: Id,
        update: Id,
        delete: Id,
    },
    Singleton {
        get: String,
        update: Id,
    },
}

/// The official id of an operation, if there is one.
type Id = Option<String>;

impl<'r> Roots<'r> {
    pub fn of(
        record: &'r Record,
        overrides: &'r Overrides,
        structures: &'r Structures<'r>,
    ) -> Result<Roots<'r>, String> {
        let mut roots = BTreeMap::new();
        for (name, resource) in &record.resources {
            // A path of its own begins with the resource's name.
            if let Some(root) = root(name, &resource.operations, &overrides.renamed) {
                roots.insert(name.as_str(), root);
            }
            for operation in resource.operations.iter().filter(|operation| operation.kind == Kind::Entity) {
                let (found, _) = split(&operation.path);
                if found != name {
                    return Err(format!("{}: an entity of another resource than {name}", operation.path));
                }
            }
        }
        Ok(Roots { roots, structures, overrides })
    }

    /// The names of the entity sets.
    pub fn sets(&self) -> impl Iterator<Item = &'r str> {
        self.roots.iter().filter(|(_, root)| matches!(root.shape, Shape::Set { .. })).map(|(name, _)| *name)
    }

    /// What the entities of a set are.
    pub fn structure_of(&self, set: &str) -> Option<&str> {
        self.roots.get(set).filter(|root| matches!(root.shape, Shape::Set { .. })).map(|root| root.structure.as_str())
    }

    /// A reference to a set's table.
    pub fn table(set: &str) -> String {
        format!("&super::{}::SET", names::snake(set))
    }

    /// The table of a resource's set or singleton.
    pub fn emit(&self, name: &str, types: &Types) -> String {
        let Some(root) = self.roots.get(name) else { return String::new() };
        let table = types.table(&root.structure);
        let operation = |id: &Id| id.as_ref().map(|id| format!("entity_set::operation(&RESOURCE, \"{name}.{id}\")"));
        match &root.shape {
            Shape::Singleton { get, update } => format!(
                "\npub static SINGLETON: Singleton = Singleton {{\n    name: \"{name}\",\n    structure: {table},\n    get: {},\n    update: {},\n}};\n",
                operation(&Some(get.clone())).unwrap_or_default(),
                optional(operation(update)),
            ),
            Shape::Set { key, list, get, create, update, delete } => {
                let naming = &self.overrides.names;
                let find = |name: &str| self.structures.property(&root.structure, name);
                let reference = |found: Found<'_>| property(types, &root.structure, found.name);
                let text = |name: &str| find(name).filter(Found::is_text).map(reference);
                let kept = naming.keys.get(name).map(String::as_str);
                format!(
                    "\npub static SET: EntitySet = EntitySet {{\n    name: \"{name}\",\n    structure: {table},\n    key: {},\n    addressed: {},\n    number: {},\n    names: &{:?},\n    email: {},\n    label: &{:?},\n    list: {},\n    get: {},\n    create: {},\n    update: {},\n    delete: {},\n}};\n",
                    optional(find(key.as_deref().or(kept).unwrap_or("Id")).map(reference)),
                    key.is_some(),
                    optional(text(&naming.number)),
                    self.names(&root.structure, naming),
                    optional(naming.email.iter().find_map(|name| text(name))),
                    self.label(&root.structure, naming),
                    optional(operation(list)),
                    optional(operation(get)),
                    optional(operation(create)),
                    optional(operation(update)),
                    optional(operation(delete)),
                )
            }
        }
    }

    /// The properties in which a name is looked for.
    fn names(&self, structure: &str, naming: &'r Naming) -> Vec<&'r str> {
        let is_text = |path: &&str| self.structures.at(structure, path).is_some_and(|found| found.is_text());
        naming.person.iter().chain(&naming.name).map(String::as_str).filter(is_text).collect()
    }

    fn label(&self, structure: &str, naming: &'r Naming) -> Vec<&'r str> {
        let single = |name: &&str| {
            let found = self.structures.property(structure, name).filter(|found| found.name == *name);
            found.is_some_and(|found| !found.spec.ty.collection && !found.spec.navigation)
        };
        naming.label.iter().map(String::as_str).filter(single).take(LABEL).collect()
    }

    /// What a form addresses. `refers_to` says what a field of its body refers to.
    pub fn target<'s>(
        &self,
        form: &Operation,
        types: &Types,
        refers_to: impl Fn(&str) -> Option<&'s str>,
    ) -> Result<String, String> {
        let (name, arguments) = split(&form.path);
        let Some(root) = self.roots.get(name) else { return Ok("Target::Nothing".to_owned()) };
        if matches!(root.shape, Shape::Singleton { .. }) {
            return Ok(format!("Target::Singleton(&super::{}::SINGLETON)", names::snake(name)));
        }
        let set = Roots::table(name);
        let identity = |given: &str, property: &str| {
            let found = self.structures.property(&root.structure, property);
            let found = found.ok_or(format!("{}: {} has no {property}", form.path, root.structure))?;
            let reference = self::property(types, &root.structure, found.name);
            Ok::<_, String>(format!("Identity {{ name: \"{given}\", property: {reference} }}"))
        };
        if let Some((_, rest)) = arguments.split_once('{') {
            let parameter = rest.split('}').next().unwrap_or_default();
            return Ok(format!("Target::Entity({set}, {})", identity(parameter, parameter)?));
        }
        let fields = match &form.body {
            Body::Fields(fields) => fields.iter().collect(),
            _ => Vec::new(),
        };
        for (field, fact) in fields {
            let is_list = fact.0.iter().any(|(text, _)| Spec::parse(text).is_ok_and(|spec| spec.ty.collection));
            let referred = refers_to(field).and_then(|to| to.split_once('.')).filter(|(set, _)| *set == name);
            if let Some((_, property)) = referred.filter(|_| is_list) {
                return Ok(format!("Target::Listed({set}, {})", identity(field, property)?));
            }
        }
        Ok(format!("Target::Set({set})"))
    }

    /// The index's list of all sets.
    pub fn index(&self) -> String {
        let sets = self.sets().map(|set| format!("&{}::SET", names::snake(set)));
        format!("\npub static ENTITY_SETS: &[&EntitySet] = {};\n", emit::slice("", sets))
    }
}

/// What a resource has at the path of its name.
fn root(name: &str, operations: &[Operation], renamed: &BTreeMap<String, String>) -> Option<Root> {
    let own = format!("/{name}");
    let entity = |path: &str, wanted: &str| {
        let mut found = operations.iter().filter(|operation| operation.path == path && verb(operation) == wanted);
        found.next().map(|operation| {
            let new = renamed.get(&format!("{name}.{}", operation.id)).and_then(|new| new.split_once('.'));
            (new.map_or(operation.id.clone(), |(_, id)| id.to_owned()), operation)
        })
    };
    let id = |path: &str, wanted: &str| entity(path, wanted).map(|(id, _)| id);
    if let Some((get, operation)) = entity(&own, "Get") {
        let structure = Structures::answered(operation)?.ty.name;
        return Some(Root { structure, shape: Shape::Singleton { get, update: id(&own, "Update") } });
    }
    let addressed = operations.iter().find_map(|operation| {
        let (_, rest) = operation.path.split_once(&format!("{own}({{"))?;
        rest.split_once('}')
    });
    let key = addressed.map(|(key, _)| key.to_owned());
    let one = key.as_ref().map(|key| format!("{own}({{{key}}})"));
    let of_one = |wanted: &str| one.as_deref().and_then(|path| id(path, wanted));
    let read = entity(&own, "List").or_else(|| entity(one.as_deref()?, "Get"))?.1;
    let structure = Structures::answered(read)?.ty.name;
    let shape = Shape::Set {
        list: id(&own, "List"),
        get: of_one("Get"),
        create: id(&own, "Create"),
        update: of_one("Update"),
        delete: of_one("Delete"),
        key,
    };
    Some(Root { structure, shape })
}

/// The name that a path begins with, and what is in parentheses after it.
fn split(path: &str) -> (&str, &str) {
    let path = path.trim_start_matches('/');
    let first = path.find('/').map_or(path, |slash| &path[..slash]);
    first.split_once('(').unwrap_or((first, ""))
}

/// A reference to a property's row in its structure's table.
pub fn property(types: &Types, structure: &str, name: &str) -> String {
    format!("entity_set::property({}, \"{name}\")", types.table(structure))
}

fn optional(text: Option<String>) -> String {
    text.map_or("None".to_owned(), |text| format!("Some({text})"))
}
