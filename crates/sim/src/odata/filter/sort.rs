//! Sorts: what kind of value an expression has, and which of them go together.

use threecx_catalog::{Enumeration, Type};

use super::tree::Operator;

/// What kind of value a node has, as far as operators and functions go.
#[derive(Clone, Copy, Debug, PartialEq)]
pub(super) enum Sort<'t> {
    Null,
    Bool,
    /// A number of this type.
    Number(Type),
    Text,
    Guid,
    Member(&'static Enumeration),
    /// `Pbx.Type'Member'` that has not met the property that it is compared with.
    Typed(&'t str),
    Instant,
    Date,
    Time,
    Duration,
    List(Type),
    Object(Type),
}

impl Sort<'_> {
    /// The sort of a property's value.
    pub fn of(ty: Type) -> Sort<'static> {
        match ty {
            Type::Boolean => Sort::Bool,
            Type::Byte | Type::Int32 | Type::Int64 | Type::Single | Type::Double | Type::Decimal => Sort::Number(ty),
            Type::String => Sort::Text,
            Type::Guid => Sort::Guid,
            Type::Date => Sort::Date,
            Type::TimeOfDay => Sort::Time,
            Type::Duration => Sort::Duration,
            Type::DateTimeOffset => Sort::Instant,
            Type::Enumeration(enumeration) => Sort::Member(enumeration),
            Type::Structure(_) | Type::Opaque(_) => Sort::Object(ty),
        }
    }

    /// The name as errors have it.
    pub fn name(self) -> String {
        match self {
            Sort::Null => "null".into(),
            Sort::Bool => "Edm.Boolean".into(),
            Sort::Number(ty) => format!("Edm.{}", ty.name()),
            Sort::Text => "Edm.String".into(),
            Sort::Guid => "Edm.Guid".into(),
            Sort::Member(enumeration) => format!("Pbx.{}", enumeration.name),
            Sort::Typed(name) => name.into(),
            Sort::Instant => "Edm.DateTimeOffset".into(),
            Sort::Date => "Edm.Date".into(),
            Sort::Time => "Edm.TimeOfDay".into(),
            Sort::Duration => "Edm.Duration".into(),
            Sort::List(ty) => format!("Collection({})", Sort::of(ty).name()),
            Sort::Object(ty) => format!("Pbx.{}", ty.name()),
        }
    }

    pub fn is_bool(self) -> bool {
        matches!(self, Sort::Bool | Sort::Null)
    }

    /// True if the numbers are binary fractions.
    pub fn is_float(self) -> bool {
        matches!(self, Sort::Number(Type::Single | Type::Double))
    }

    /// True for values that have an order; also null.
    pub fn is_primitive(self) -> bool {
        !matches!(self, Sort::List(_) | Sort::Object(_) | Sort::Typed(_))
    }

    /// True if values of the two may be equal.
    pub fn is_comparable_to(self, other: Sort<'_>) -> bool {
        match (self, other) {
            (Sort::Null, other) | (other, Sort::Null) => !matches!(other, Sort::List(_) | Sort::Typed(_)),
            (Sort::Number(_), Sort::Number(_)) => true,
            (x, y) => x.is_primitive() && x == y,
        }
    }
}

/// What an operator between two sorts gives, if it is allowed there at all.
pub(super) fn result<'t>(operator: Operator, x: Sort<'t>, y: Sort<'t>) -> Option<Sort<'t>> {
    use Sort::{Bool, Date, Duration, Instant, Member, Null, Number};
    let ordered = x.is_comparable_to(y) && ![x, y].iter().any(|sort| matches!(sort, Bool | Sort::Object(_)));
    let fits = match operator {
        Operator::Eq | Operator::Ne => x.is_comparable_to(y),
        Operator::Gt | Operator::Ge | Operator::Lt | Operator::Le => ordered,
        Operator::Has => x.is_comparable_to(y) && matches!(x, Member(_) | Null) && matches!(y, Member(_) | Null),
        _ => false,
    };
    if fits {
        return Some(Bool);
    }
    let adding = matches!(operator, Operator::Add | Operator::Sub);
    let scaling = matches!(operator, Operator::Mul | Operator::Div | Operator::DivBy);
    let arithmetic = adding || scaling || operator == Operator::Mod;
    match (x, y) {
        (Number(x), Number(y)) if arithmetic => Some(Number(wider(operator, x, y))),
        (Number(_), Null) | (Null, Number(_) | Null) if arithmetic => Some(Number(Type::Int32)),
        (Instant, Duration) if adding => Some(Instant),
        (Date, Duration) if adding => Some(Date),
        (Duration, Duration) if adding => Some(Duration),
        (Instant, Instant) | (Date, Date) if operator == Operator::Sub => Some(Duration),
        (Duration, Number(_)) if scaling => Some(Duration),
        (Number(_), Duration) if operator == Operator::Mul => Some(Duration),
        (Instant | Date | Duration, Null) if adding => Some(x),
        (Null, Duration) if adding => Some(Duration),
        _ => None,
    }
}

/// The type of a calculation with two numbers: binary fractions win over decimal ones, those
/// over whole numbers.
fn wider(operator: Operator, x: Type, y: Type) -> Type {
    let either = |types: &[Type]| types.contains(&x) || types.contains(&y);
    if either(&[Type::Single, Type::Double]) {
        Type::Double
    } else if either(&[Type::Decimal]) || operator == Operator::DivBy {
        Type::Decimal
    } else if either(&[Type::Int64]) {
        Type::Int64
    } else {
        Type::Int32
    }
}
