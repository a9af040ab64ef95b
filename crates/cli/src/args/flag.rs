//! The flags of an operation, from the catalogue: its path parameters, the fields of its
//! body, and the query options that it takes, in all releases together. What the connected
//! PBX does not have, the core refuses.
//!
//! A flag is the name in kebab case: `periodFrom` is `--period-from`. Where that is taken, by
//! the command line itself or (for a field of the body) by a path parameter, there is one
//! rule: a path parameter gets the prefix `--arg-`, a field of the body `--body-`.

use threecx_catalog::{Body, Collection, Form, Operation, Property, Span, Type, TypeRef};

pub use threecx_catalog::words::kebab;
pub use threecx_core::Place;
use threecx_core::guard::{self, Finding};

use super::globals;

/// A flag of an operation.
#[derive(Clone, Debug)]
pub struct Flag {
    /// Without the `--`.
    pub long: String,
    /// The name in the API.
    pub name: &'static str,
    pub place: Place,
    pub ty: TypeRef,
    /// True if the newest form cannot do without it.
    pub required: bool,
    pub max_length: Option<u32>,
    pub default: Option<&'static str>,
    pub refers_to: Option<&'static str>,
    pub secret: bool,
    /// The collection that it replaces whole, which has commands for single items.
    pub replaces: Option<&'static Collection>,
    /// What has to be agreed to where it is given.
    pub asks: Option<Finding>,
    /// The releases that have it.
    pub span: Span,
}

impl Flag {
    /// True if a value may come from `@file` or `-`: collections, objects and the body.
    pub fn takes_files(&self) -> bool {
        self.place == Place::Body || self.ty.collection || matches!(self.ty.ty, Type::Structure(_) | Type::Opaque(_))
    }

    /// True for a single text, which may be that of a file, `@file`.
    pub fn is_text(&self) -> bool {
        matches!(self.ty.ty, Type::String) && !self.ty.collection
    }

    /// True if the value may be the content of any file, `@file`.
    pub fn is_content(&self) -> bool {
        self.place == Place::Field && self.is_text() && threecx_catalog::holds_file(self.name)
    }

    /// True if the flag alone means `true`.
    pub fn is_switch(&self) -> bool {
        matches!(self.ty.ty, Type::Boolean) && !self.ty.collection
    }

    /// The placeholder of the value in the help: `INT[]`.
    pub fn value_name(&self) -> String {
        if self.place == Place::Body {
            return "JSON|@FILE|-".into();
        }
        let name = match self.ty.ty {
            Type::Boolean => "true|false".into(),
            Type::Byte | Type::Int32 | Type::Int64 => "INT".into(),
            Type::Single | Type::Double | Type::Decimal => "NUMBER".into(),
            Type::String => "TEXT".into(),
            Type::Guid => "GUID".into(),
            Type::Date => "DATE".into(),
            Type::TimeOfDay => "TIME".into(),
            Type::Duration => "DURATION".into(),
            Type::DateTimeOffset => "TIMESTAMP".into(),
            Type::Enumeration(enumeration) => {
                let members: Vec<&str> = enumeration.members.iter().map(|member| member.name).collect();
                let joined = members.join("|");
                if joined.len() <= 30 { joined } else { "WORD".into() }
            }
            Type::Structure(_) | Type::Opaque(_) => "JSON".to_owned(),
        };
        if self.ty.collection { format!("{name}[]") } else { name }
    }
}

/// All flags of an operation: path, body, options.
pub fn flags(operation: &Operation) -> Vec<Flag> {
    let mut flags: Vec<Flag> = Vec::new();
    let newest = operation.newest_form();
    for form in operation.forms.iter().rev() {
        for parameter in form.parameters {
            let optional = parameter.default.is_some() || (parameter.ty.nullable && !parameter.key);
            let flag = Flag {
                long: with_prefix("arg", parameter.name, globals::is_taken),
                name: parameter.name,
                place: Place::Path,
                ty: parameter.ty,
                required: std::ptr::eq(form, newest) && !optional,
                max_length: parameter.max_length,
                default: parameter.default,
                refers_to: parameter.refers_to,
                secret: false,
                replaces: None,
                asks: None,
                span: form.span,
            };
            add(&mut flags, flag);
        }
    }
    let paths: Vec<String> = flags.iter().map(|flag| flag.long.clone()).collect();
    for form in operation.forms.iter().rev() {
        let action = matches!(form.body, Body::Fields(_));
        let taken = |name: &str| globals::is_taken(name) || paths.iter().any(|path| path == name);
        for (property, span) in fields(form) {
            let optional = property.ty.nullable || property.default.is_some();
            let flag = Flag {
                long: with_prefix("body", property.name, taken),
                name: property.name,
                place: Place::Field,
                ty: property.ty,
                required: action && std::ptr::eq(form, newest) && span.last == form.span.last && !optional,
                max_length: property.max_length,
                default: property.default,
                refers_to: property.refers_to,
                secret: property.secret,
                replaces: guard::replaced(operation, property.name),
                asks: guard::asks_for(operation, property.name),
                span: intersection(span, form.span),
            };
            add(&mut flags, flag);
        }
    }
    for form in operation.forms.iter().rev() {
        if !matches!(form.body, Body::None) {
            add(&mut flags, plain("body", Place::Body, Type::String, form.span));
        }
        for dated in form.options.iter().rev() {
            for name in dated.value.names() {
                add(&mut flags, plain(name, Place::Option, option_type(name), intersection(dated.span, form.span)));
            }
        }
    }
    flags
}

fn plain(name: &'static str, place: Place, ty: Type, span: Span) -> Flag {
    Flag {
        long: name.to_owned(),
        name,
        place,
        ty: TypeRef { ty, collection: false, nullable: false },
        required: false,
        max_length: None,
        default: None,
        refers_to: None,
        secret: false,
        replaces: None,
        asks: None,
        span,
    }
}

fn option_type(name: &str) -> Type {
    match name {
        "top" | "skip" => Type::Int32,
        "count" => Type::Boolean,
        _ => Type::String,
    }
}

/// The fields or properties of a form's body: each as it was last, with all the releases
/// that have it in any way.
fn fields(form: &Form) -> Vec<(&'static Property, Span)> {
    let all: Vec<&'static Property> = match form.body {
        Body::None => Vec::new(),
        Body::Entity(structure) => structure.all_properties().collect(),
        Body::Fields(fields) => fields.iter().collect(),
    };
    let mut latest: Vec<(&'static Property, Span)> = Vec::with_capacity(all.len());
    for property in all {
        match latest.iter_mut().find(|(known, _)| known.name == property.name) {
            Some((known, span)) => {
                *span = union(*span, property.span);
                if property.span.last > known.span.last {
                    *known = property;
                }
            }
            None => latest.push((property, property.span)),
        }
    }
    latest
}

/// Adds a flag, or widens the one that is there already: the newest comes first and stays.
fn add(flags: &mut Vec<Flag>, flag: Flag) {
    match flags.iter_mut().find(|known| known.long == flag.long) {
        Some(known) => known.span = union(known.span, flag.span),
        None => flags.push(flag),
    }
}

fn intersection(a: Span, b: Span) -> Span {
    Span { first: a.first.max(b.first), last: a.last.min(b.last) }
}

fn union(a: Span, b: Span) -> Span {
    Span { first: a.first.min(b.first), last: a.last.max(b.last) }
}

fn with_prefix(prefix: &str, name: &str, taken: impl Fn(&str) -> bool) -> String {
    let kebab = kebab(name);
    if taken(&kebab) { format!("{prefix}-{kebab}") } else { kebab }
}

#[cfg(test)]
mod tests {
    use super::*;

    /// Two names of one place that share a flag would hide one of them.
    #[test]
    fn every_argument_of_every_operation_has_a_flag_of_its_own() {
        for operation in threecx_catalog::operations() {
            let flags = flags(operation);
            for form in operation.forms {
                let names = form.parameters.iter().map(|parameter| (parameter.name, Place::Path));
                for (name, place) in names.chain(fields(form).into_iter().map(|(field, _)| (field.name, Place::Field)))
                {
                    let reached = flags.iter().any(|flag| flag.place == place && flag.name.eq_ignore_ascii_case(name));
                    assert!(reached, "{}: {name}", operation.id);
                }
            }
            for (index, flag) in flags.iter().enumerate() {
                assert!(!flags[..index].iter().any(|other| other.long == flag.long), "{}: {}", operation.id, flag.long);
            }
        }
    }
}
