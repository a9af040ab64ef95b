//! Valid arguments for any operation: those that `samples.json` names, otherwise any value of
//! the type.
//!
//! In `samples.json`, `values` are found by `Resource.Operation.name`, `Resource.name` or `name`,
//! whichever is there first, whatever the case of the name; `bodies` of entities by operation.
//! What is in `before` is sent before the operation. A text `@/Users?$top=1#/value/0/Id` stands for
//! what the PBX answers there, `@before#/Id` for what it answered before. `bare` is for `substance`.

use serde_json::{Map, Value, json};
use threecx_catalog::{Body, Form, Operation, Parameter, Property, Segment, Span, Structure, Type, Verb};

use super::world::World;

/// Arguments for one call of an operation.
pub struct Samples<'w> {
    world: &'w World,
    known: &'w Value,
    operation: &'static Operation,
    release: Span,
    /// What the PBX answered to what had to be done before.
    before: Value,
}

/// What `samples.json` holds.
pub fn known() -> Result<Value, String> {
    serde_json::from_str(include_str!("samples.json")).map_err(|error| format!("samples.json: {error}"))
}

impl<'w> Samples<'w> {
    /// Does what has to be done before the operation.
    pub fn prepare(
        world: &'w World,
        known: &'w Value,
        operation: &'static Operation,
        release: Span,
    ) -> Result<Samples<'w>, String> {
        let mut samples = Samples { world, known, operation, release, before: Value::Null };
        if let Some(before) = known["before"].get(operation.id) {
            let path = before["path"].as_str().ok_or("samples.json: a path is missing")?;
            let body = samples.resolved(&before["body"])?;
            samples.before = world.prepare(path, &body)?;
        }
        Ok(samples)
    }

    /// The path with arguments.
    pub fn path(&self, form: &Form) -> Result<String, String> {
        let set = form.target.set().map_or("", |set| set.name);
        let mut path = String::new();
        for segment in form.segments {
            match segment {
                Segment::Text(text) => path.push_str(text),
                Segment::Parameter(index) => {
                    let parameter = &form.parameters[*index];
                    path.push_str(&literal(&self.argument(set, parameter)?, parameter.quoted));
                }
            }
        }
        Ok(path)
    }

    fn argument(&self, set: &str, parameter: &Parameter) -> Result<Value, String> {
        match self.value(parameter.name)? {
            Some(value) => Ok(value),
            None if parameter.key => self.key(set, parameter.name),
            // A filter that is empty filters nothing; null is refused for texts.
            None if parameter.ty.nullable && parameter.quoted => Ok(Value::from("")),
            None if parameter.ty.nullable => Ok(Value::Null),
            None => Ok(plain(parameter.ty.ty, self.release)),
        }
    }

    /// The key of an entity that is there.
    fn key(&self, set: &str, name: &str) -> Result<Value, String> {
        let created = self.world.created(set).filter(|_| self.operation.verb == Verb::Delete);
        let row = created.map_or_else(|| self.world.row(set), Ok)?;
        match &row[name] {
            Value::Null => Err(format!("{set} has no entity with a {name}: {row}")),
            key => Ok(key.clone()),
        }
    }

    /// The value that is known for a name.
    fn value(&self, name: &str) -> Result<Option<Value>, String> {
        let name = name.to_lowercase();
        let (operation, resource) = (self.operation.id, self.operation.resource.name);
        let keys = [format!("{operation}.{name}"), format!("{resource}.{name}"), name];
        keys.iter().find_map(|key| self.known["values"].get(key)).map(|value| self.resolved(value)).transpose()
    }

    /// A value with what the PBX has in the place of references.
    fn resolved(&self, value: &Value) -> Result<Value, String> {
        match value {
            Value::String(text) => match text.strip_prefix('@').and_then(|reference| reference.split_once('#')) {
                Some((path, pointer)) => {
                    let there = if path == "before" { self.before.clone() } else { self.world.json(path)? };
                    there.pointer(pointer).cloned().ok_or(format!("there is no {pointer} in {path}: {there}"))
                }
                None => Ok(value.clone()),
            },
            Value::Array(items) => items.iter().map(|item| self.resolved(item)).collect(),
            Value::Object(members) => {
                let resolved = members.iter().map(|(name, value)| Ok((name.clone(), self.resolved(value)?)));
                Ok(Value::Object(resolved.collect::<Result<_, String>>()?))
            }
            other => Ok(other.clone()),
        }
    }

    /// The body with what has to be in it.
    pub fn body(&self, form: &Form) -> Result<Option<Value>, String> {
        Ok(match form.body {
            Body::None => None,
            Body::Entity(structure) => Some(self.entity(structure)?),
            Body::Fields(fields) => {
                let mut body = Map::new();
                for field in fields.iter().filter(|field| field.span.overlaps(self.release)) {
                    if let Some(value) = self.field(field)? {
                        body.insert(field.name.to_owned(), value);
                    }
                }
                Some(Value::Object(body))
            }
        })
    }

    fn field(&self, field: &Property) -> Result<Option<Value>, String> {
        let known = self.value(field.name)?;
        Ok(match (known, field.ty.ty) {
            (Some(Value::Object(members)), Type::Structure(structure)) => Some(self.in_release(structure, members)),
            (Some(value), _) => Some(value),
            (None, ty) if field.ty.nullable && !matches!(ty, Type::Structure(_)) => None,
            (None, _) if field.ty.collection => Some(json!([])),
            (None, Type::Structure(structure)) => Some(Value::Object(self.required(structure))),
            (None, ty) => Some(plain(ty, self.release)),
        })
    }

    /// An entity to create, or a change to one.
    fn entity(&self, structure: &'static Structure) -> Result<Value, String> {
        let known = match self.known["bodies"].get(self.operation.id) {
            Some(body) => self.resolved(body)?.as_object().cloned().unwrap_or_default(),
            None => Map::new(),
        };
        let mut entity = match self.operation.verb {
            Verb::Update if known.is_empty() => self.change(structure),
            Verb::Update => Map::new(),
            _ => self.required(structure),
        };
        // A PBX gives ids that are numbers itself.
        if entity.get("Id").is_some_and(Value::is_number) {
            entity.remove("Id");
        }
        entity.extend(known);
        Ok(self.in_release(structure, entity))
    }

    /// A change of one property that may be anything.
    fn change(&self, structure: &'static Structure) -> Map<String, Value> {
        let fixed = ["Id", "Name", "Number", "Link", "EmailAddress", "MacAddress", "Filename"];
        let changeable = |property: &&Property| {
            matches!(property.ty.ty, Type::String | Type::Boolean)
                && !property.ty.collection
                && !property.navigation
                && !fixed.contains(&property.name)
        };
        let change = structure.properties_in(self.release).find(|property| changeable(property));
        change.map(|property| (property.name.to_owned(), plain(property.ty.ty, self.release))).into_iter().collect()
    }

    /// What must not be left out: everything that may not be null.
    fn required(&self, structure: &'static Structure) -> Map<String, Value> {
        let simple = |property: &&Property| {
            !property.ty.nullable
                && !property.ty.collection
                && !matches!(property.ty.ty, Type::Structure(_) | Type::Opaque(_))
        };
        let required = structure.properties_in(self.release).filter(|property| simple(property));
        required.map(|property| (property.name.to_owned(), plain(property.ty.ty, self.release))).collect()
    }

    /// The members that the release has.
    fn in_release(&self, structure: &'static Structure, mut members: Map<String, Value>) -> Value {
        members.retain(|name, _| structure.properties_in(self.release).any(|property| property.name == name));
        Value::Object(members)
    }
}

/// The path with whatever its parameters take.
pub fn any_path(form: &Form) -> String {
    let segment = |segment: &Segment| match segment {
        Segment::Text(text) => (*text).to_owned(),
        Segment::Parameter(index) => {
            let parameter = &form.parameters[*index];
            literal(&plain(parameter.ty.ty, Span::NEWEST), parameter.quoted)
        }
    };
    form.segments.iter().map(segment).collect()
}

/// A value of a type that is as good as any.
fn plain(ty: Type, release: Span) -> Value {
    match ty {
        Type::Boolean => json!(true),
        Type::Byte | Type::Int32 | Type::Int64 | Type::Single | Type::Double | Type::Decimal => json!(1),
        Type::Guid => json!("1e6ed594-af95-4bb4-af56-b957ac87d6d7"),
        Type::Date => json!("2026-01-31"),
        Type::TimeOfDay => json!("09:30:00"),
        Type::Duration => json!("PT1H"),
        Type::DateTimeOffset => json!("2030-01-31T09:30:00Z"),
        Type::Enumeration(enumeration) => {
            let member = enumeration.members.iter().find(|member| member.span.overlaps(release));
            member.map_or(Value::Null, |member| json!(member.name))
        }
        Type::String | Type::Structure(_) | Type::Opaque(_) => json!("conformance"),
    }
}

/// A value as a path has it.
fn literal(value: &Value, quoted: bool) -> String {
    let text = value.as_str().map_or_else(|| value.to_string(), str::to_owned);
    let text = if quoted && !value.is_null() { format!("'{}'", text.replace('\'', "''")) } else { text };
    let plain = |byte: &u8| byte.is_ascii_alphanumeric() || b"-._~'(),:".contains(byte);
    text.bytes().map(|byte| if plain(&byte) { char::from(byte).to_string() } else { format!("%{byte:02X}") }).collect()
}
