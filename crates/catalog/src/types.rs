//! The types of the API: primitives of OData's Edm, and the structures and enumerations of
//! the 3CX namespace.

use std::fmt;

use crate::release::Span;

/// A type, without whether it may be null or is a collection.
#[derive(Clone, Copy)]
pub enum Type {
    /// `true` or `false`.
    Boolean,
    /// 0 to 255.
    Byte,
    /// A 32-bit integer.
    Int32,
    /// A 64-bit integer.
    Int64,
    /// A 32-bit float; JSON may carry `"INF"`, `"-INF"` and `"NaN"` as text.
    Single,
    /// A 64-bit float, as above.
    Double,
    /// An exact decimal number.
    Decimal,
    /// Text.
    String,
    /// A GUID.
    Guid,
    /// A day: `2026-01-31`.
    Date,
    /// A time of day: `09:30:00`.
    TimeOfDay,
    /// An ISO 8601 duration of days and smaller: `P1DT2H`.
    Duration,
    /// An instant with an offset: `2026-01-31T09:30:00Z`.
    DateTimeOffset,
    /// A named set of words; JSON carries the member's name.
    Enumeration(&'static Enumeration),
    /// An object with properties.
    Structure(&'static Structure),
    /// A type that the descriptions mention and do not define.
    Opaque(&'static str),
}

impl Type {
    /// The name, as in the record: `Int32`, `User`.
    pub fn name(self) -> &'static str {
        match self {
            Type::Boolean => "Boolean",
            Type::Byte => "Byte",
            Type::Int32 => "Int32",
            Type::Int64 => "Int64",
            Type::Single => "Single",
            Type::Double => "Double",
            Type::Decimal => "Decimal",
            Type::String => "String",
            Type::Guid => "Guid",
            Type::Date => "Date",
            Type::TimeOfDay => "TimeOfDay",
            Type::Duration => "Duration",
            Type::DateTimeOffset => "DateTimeOffset",
            Type::Enumeration(enumeration) => enumeration.name,
            Type::Structure(structure) => structure.name,
            Type::Opaque(name) => name,
        }
    }
}

/// Types are compared and shown by name: structures refer to each other in circles.
impl PartialEq for Type {
    fn eq(&self, other: &Type) -> bool {
        self.name() == other.name()
    }
}

impl fmt::Debug for Type {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(self.name())
    }
}

/// A type as it is used: perhaps a collection, perhaps nullable.
#[derive(Clone, Copy, Debug, PartialEq)]
pub struct TypeRef {
    /// The type itself, or that of the elements.
    pub ty: Type,
    /// True for a collection.
    pub collection: bool,
    /// True if `null` may stand in its place.
    pub nullable: bool,
}

impl TypeRef {
    pub(crate) const fn new(ty: Type, collection: bool, nullable: bool) -> TypeRef {
        TypeRef { ty, collection, nullable }
    }

    /// The type of one element of a collection.
    pub fn element(self) -> TypeRef {
        TypeRef { collection: false, nullable: false, ..self }
    }
}

/// The record's notation: `Int32[]`, `String?`.
impl fmt::Display for TypeRef {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(self.ty.name())?;
        f.write_str(if self.collection { "[]" } else { "" })?;
        f.write_str(if self.nullable { "?" } else { "" })
    }
}

/// An object type: an entity or a complex type.
pub struct Structure {
    /// `User`; on the wire `Pbx.User`.
    pub name: &'static str,
    /// The type whose properties this one has too.
    pub base: Option<&'static Structure>,
    /// Its own properties by name; one that changed stands once for each way it was.
    pub properties: &'static [Property],
    /// The releases that have it.
    pub span: Span,
}

impl Structure {
    /// All properties, those of the base type first.
    pub fn all_properties(&self) -> impl Iterator<Item = &'static Property> {
        let mut chain = vec![self.properties];
        let mut base = self.base;
        while let Some(structure) = base {
            chain.push(structure.properties);
            base = structure.base;
        }
        chain.into_iter().rev().flatten()
    }

    /// The properties that some release of `target` has, each as the newest of them has it.
    pub fn properties_in(&self, target: Span) -> impl Iterator<Item = &'static Property> {
        let mut latest: Vec<&'static Property> = Vec::new();
        for property in self.all_properties().filter(|property| property.span.overlaps(target)) {
            match latest.iter_mut().find(|known| known.name == property.name) {
                Some(known) => *known = property,
                None => latest.push(property),
            }
        }
        latest.into_iter()
    }
}

impl fmt::Debug for Structure {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "Structure({})", self.name)
    }
}

/// A property of a structure, or a named field of an action's body.
#[derive(Clone, Copy, Debug)]
pub struct Property {
    /// The name on the wire.
    pub name: &'static str,
    /// What it holds.
    pub ty: TypeRef,
    /// The longest text it takes, in characters.
    pub max_length: Option<u32>,
    /// Absent from answers unless named in `$expand`.
    pub navigation: bool,
    /// What the server assumes where it is left out.
    pub default: Option<&'static str>,
    /// A password, key, PIN or token: never shown.
    pub secret: bool,
    /// What it refers to, where that is known: `Users.Id`.
    pub refers_to: Option<&'static str>,
    /// The releases in which it reads so.
    pub span: Span,
}

/// A named set of words.
pub struct Enumeration {
    /// `DestinationType`
    pub name: &'static str,
    /// True if several members may be given at once, separated by commas.
    pub flags: bool,
    /// In the order of their numeric values.
    pub members: &'static [Member],
    /// The releases that have it.
    pub span: Span,
}

/// Enumerations are equal if their names are.
impl PartialEq for Enumeration {
    fn eq(&self, other: &Enumeration) -> bool {
        self.name == other.name
    }
}

impl fmt::Debug for Enumeration {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "Enumeration({})", self.name)
    }
}

/// A word of an enumeration.
#[derive(Clone, Copy, Debug)]
pub struct Member {
    /// The word on the wire.
    pub name: &'static str,
    /// The releases that have it.
    pub span: Span,
}

/// A code with which a PBX explains why it refuses something, and what that means.
#[derive(Clone, Copy, Debug)]
pub struct Warning {
    /// `WARNINGS.XAPI.ALREADY_IN_USE`
    pub code: &'static str,
    /// One sentence for a person.
    pub sentence: &'static str,
}
