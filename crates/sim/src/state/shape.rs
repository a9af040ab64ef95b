//! Shapes: what an entity of some type looks like in the chosen release.

use std::collections::{BTreeMap, HashMap, HashSet};
use std::ops::Range;
use std::sync::OnceLock;

use threecx_catalog::{Content, Enumeration, Property, Span, Structure, Type, TypeRef, operations, structures};

use super::defaults;
use super::entity::{Entity, Value};
use super::to_json::write_value;
use crate::live::Nulls;

/// Properties that have to be asked for, by type and name: one that is so large, and a singleton's key. (Seen live.)
const ON_REQUEST: [(&str, &str); 2] = [("CallFlowApp", "ScriptCode"), ("SystemStatus", "Id")];
/// The reports whose rows have no counters that are zero. (Measured live.)
const SPARSE: [&str; 3] =
    ["ReportExtensionStatisticsByGroup", "ReportQueuePerformanceOverview", "ReportQueuePerformanceTotals"];

/// The properties of a type, with the value that each has unless it was given another.
pub(crate) struct Shape {
    pub structure: &'static Structure,
    pub properties: Vec<&'static Property>,
    /// Made when they are first needed: types contain each other in circles.
    defaults: OnceLock<Vec<Value>>,
    /// The members that a JSON object has for them.
    default_members: OnceLock<Members>,
    by_name: HashMap<&'static str, u16>,
    release: Span,
    nulls: Nulls,
    /// True for rows of reports without counters that are zero.
    sparse: bool,
}

/// Members of a JSON object, one after the other.
struct Members {
    text: String,
    /// Where each property's begins, and where the last one ends.
    begins: Vec<usize>,
}

impl std::fmt::Debug for Shape {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        write!(f, "Shape({})", self.structure.name)
    }
}

impl Shape {
    /// The value of a property that was not set.
    pub fn default(&self, index: usize) -> &Value {
        let make = || {
            let shapes = Shapes::written(self.release, self.nulls);
            let initial = |property: &Property| defaults::initial(self.structure.name, property, shapes);
            self.properties.iter().map(|p| initial(p).unwrap_or_else(|| default(p.ty, shapes))).collect()
        };
        &self.defaults.get_or_init(make)[index]
    }

    /// The members of a JSON object for properties that were not set: `"A":null,"B":0,`, those of
    /// a stretch of properties at once, for most of an entity is such stretches. Navigation
    /// properties are not among them.
    pub fn default_members(&self, stretch: Range<usize>) -> &str {
        let members = self.default_members.get_or_init(|| {
            let mut members = Members { text: String::new(), begins: Vec::with_capacity(self.properties.len() + 1) };
            for (index, property) in self.properties.iter().enumerate() {
                members.begins.push(members.text.len());
                if !property.navigation && self.shows(property, self.default(index)) {
                    members.text.push_str(&format!("\"{}\":", property.name));
                    write_value(self.default(index), &mut members.text);
                    members.text.push(',');
                }
            }
            members.begins.push(members.text.len());
            members
        });
        &members.text[members.begins[stretch.start]..members.begins[stretch.end]]
    }

    /// Another type's shape in the same release.
    pub fn neighbour(&self, name: &str) -> Option<&'static Shape> {
        Shapes::written(self.release, self.nulls).get(name)
    }

    /// True if answers have a property with this value where no properties were chosen.
    pub fn shows(&self, property: &Property, value: &Value) -> bool {
        !self.leaves_out(property, value) && !ON_REQUEST.contains(&(self.structure.name, property.name))
    }

    /// True if no answer has a property with this value.
    pub fn leaves_out(&self, property: &Property, value: &Value) -> bool {
        let counts = self.sparse && property.ty.nullable && property.name.ends_with("Count");
        match value {
            Value::Null => counts || self.nulls == Nulls::Absent,
            Value::Int(0) => counts,
            _ => false,
        }
    }

    /// The property that identifies such entities, where no path says so.
    pub fn likely_key(&self) -> Option<&'static str> {
        let simple = |property: &&&Property| {
            !property.ty.collection && !matches!(property.ty.ty, Type::Structure(_) | Type::Opaque(_))
        };
        let usual =
            ["Id", "SegmentId", "RoleName", "Name", "Number"].into_iter().find(|name| self.index(name).is_some());
        usual.or_else(|| self.properties.iter().find(simple).map(|property| property.name))
    }

    pub fn index(&self, name: &str) -> Option<usize> {
        self.by_name.get(name).map(|index| usize::from(*index))
    }

    /// The same, whatever the case: PBXs do not mind it in bodies.
    pub fn index_of_similar(&self, name: &str) -> Option<usize> {
        self.index(name)
            .or_else(|| self.properties.iter().position(|property| property.name.eq_ignore_ascii_case(name)))
    }
}

/// Every structure's shape in one release. Lives as long as the process: entities refer to it.
#[derive(Debug)]
pub(crate) struct Shapes {
    release: Span,
    nulls: Nulls,
    by_name: BTreeMap<&'static str, &'static Shape>,
}

impl Shapes {
    /// The shapes of a release. A few hundred small tables; a process that starts many PBXs
    /// of one release should share them, and does.
    #[cfg(any(test, feature = "fuzzing"))]
    pub fn of(release: Span) -> &'static Shapes {
        Shapes::written(release, Nulls::default())
    }

    /// The same, for a PBX that writes nulls or not.
    pub fn written(release: Span, nulls: Nulls) -> &'static Shapes {
        use std::sync::{Mutex, PoisonError};
        static KNOWN: Mutex<Vec<&'static Shapes>> = Mutex::new(Vec::new());
        let mut known = KNOWN.lock().unwrap_or_else(PoisonError::into_inner);
        if let Some(shapes) = known.iter().find(|shapes| (shapes.release, shapes.nulls) == (release, nulls)) {
            return shapes;
        }
        let reported = reported(release);
        let by_name = structures()
            .iter()
            .filter(|structure| structure.span.overlaps(release))
            .map(|structure| {
                let shape = shape(structure, (release, nulls), reported.contains(structure.name));
                (structure.name, &*Box::leak(Box::new(shape)))
            })
            .collect();
        let shapes: &'static Shapes = Box::leak(Box::new(Shapes { release, nulls, by_name }));
        known.push(shapes);
        shapes
    }

    /// The release that they are of.
    pub fn release(&self) -> Span {
        self.release
    }

    /// True if an enumeration has this member in the release.
    pub fn has_member(&self, enumeration: &Enumeration, name: &str) -> bool {
        enumeration.members.iter().any(|member| member.name == name && member.span.overlaps(self.release))
    }

    pub fn get(&self, name: &str) -> Option<&'static Shape> {
        self.by_name.get(name).copied()
    }

    /// All shapes, by name.
    pub fn all(&self) -> impl Iterator<Item = &'static Shape> {
        self.by_name.values().copied()
    }

    /// An entity with all its defaults.
    pub fn entity(&self, name: &str) -> Option<Entity> {
        self.get(name).map(Entity::new)
    }
}

/// The types of which sparse reports have rows.
fn reported(release: Span) -> HashSet<&'static str> {
    let reports = operations().filter(|operation| SPARSE.contains(&operation.resource.name));
    let forms = reports.filter_map(|operation| operation.form(release));
    let rows = forms.filter_map(|form| match form.answer_in(release).content {
        Content::Value(TypeRef { ty: Type::Structure(structure), collection: true, .. }) => Some(structure.name),
        _ => None,
    });
    rows.collect()
}

fn shape(structure: &'static Structure, (release, nulls): (Span, Nulls), sparse: bool) -> Shape {
    let properties: Vec<&'static Property> = structure.properties_in(release).collect();
    let by_name = properties.iter().enumerate().map(|(index, property)| (property.name, index as u16)).collect();
    Shape {
        structure,
        properties,
        defaults: OnceLock::new(),
        default_members: OnceLock::new(),
        by_name,
        release,
        nulls,
        sparse,
    }
}

/// The value of a property that was not set.
pub(crate) fn default(ty: TypeRef, shapes: &'static Shapes) -> Value {
    if ty.collection {
        return Value::List(Vec::new());
    }
    if ty.nullable {
        return Value::Null;
    }
    match ty.ty {
        Type::Boolean => Value::Bool(false),
        Type::Byte | Type::Int32 | Type::Int64 | Type::Single | Type::Double | Type::Decimal => Value::Int(0),
        Type::String => Value::text(""),
        Type::Guid => Value::text("00000000-0000-0000-0000-000000000000"),
        Type::Date => Value::text("2026-01-01"),
        Type::TimeOfDay => Value::text("00:00:00"),
        Type::Duration => Value::text("PT0S"),
        Type::DateTimeOffset => Value::text("2026-01-01T00:00:00Z"),
        Type::Enumeration(enumeration) => {
            let member = enumeration.members.iter().find(|member| member.span.overlaps(shapes.release));
            member.map_or(Value::Null, |member| Value::text(member.name))
        }
        Type::Structure(structure) => match shapes.get(structure.name) {
            Some(shape) => Value::Object(Box::new(Entity::new(shape))),
            None => Value::Null,
        },
        Type::Opaque(_) => Value::Opaque("{}".into()),
    }
}
