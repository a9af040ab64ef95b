//! Values and entities out of JSON that has to fit their types.

use serde_json::Value as Json;
use threecx_catalog::{Type, TypeRef};

use super::entity::{Entity, Value};
use super::shape::Shapes;

/// A body that does not fit its type.
#[derive(Debug)]
pub(crate) struct Misfit {
    /// The property, with dots for the way to it.
    pub target: String,
    pub message: String,
    /// Where it is a text that is too long: how long it may be.
    pub too_long: Option<u32>,
}

impl Misfit {
    /// The same as part of something.
    pub fn below(self, name: &str) -> Misfit {
        let target = if self.target.is_empty() { name.to_owned() } else { format!("{name}.{}", self.target) };
        Misfit { target, ..self }
    }
}

/// Writes the members of a JSON object into an entity. What it does not name stays.
pub(crate) fn entity_from_json(entity: &mut Entity, json: &Json, shapes: &'static Shapes) -> Result<(), Misfit> {
    let misfit = |target: &str, message: String| Misfit { target: target.to_owned(), message, too_long: None };
    let Json::Object(members) = json else {
        return Err(misfit("", format!("A JSON object of type {} was expected.", entity.shape.structure.name)));
    };
    for (name, json) in members.iter().filter(|(name, _)| !name.contains('@')) {
        let Some(index) = entity.shape.index_of_similar(name) else {
            let ty = entity.shape.structure.name;
            return Err(misfit(name, format!("The property '{name}' does not exist on type 'Pbx.{ty}'.")));
        };
        let property = entity.shape.properties[index];
        let too_long =
            property.max_length.filter(|max| json.as_str().is_some_and(|text| text.chars().count() > *max as usize));
        if let Some(max) = too_long {
            let message = format!("The field {name} must be a string with a maximum length of {max}.");
            return Err(Misfit { too_long: Some(max), ..misfit(name, message) });
        }
        let value = value_from_json(json, property.ty, shapes).map_err(|inner| inner.below(name))?;
        entity.set_at(index, value);
    }
    Ok(())
}

/// Reads a JSON value of a type.
pub(crate) fn value_from_json(json: &Json, ty: TypeRef, shapes: &'static Shapes) -> Result<Value, Misfit> {
    let misfit = || Misfit {
        target: String::new(),
        message: format!("Cannot convert the value to the expected type '{ty}'."),
        too_long: None,
    };
    if ty.collection {
        return match json {
            Json::Array(items) => {
                let element = ty.element();
                items
                    .iter()
                    .map(|item| value_from_json(item, element, shapes))
                    .collect::<Result<_, _>>()
                    .map(Value::List)
            }
            Json::Null if ty.nullable => Ok(Value::List(Vec::new())),
            _ => Err(misfit()),
        };
    }
    if json.is_null() {
        return if ty.nullable { Ok(Value::Null) } else { Err(misfit()) };
    }
    let whole = |least: i64, most: i64| json.as_i64().filter(|n| (least..=most).contains(n)).map(Value::Int);
    let text = |fits: fn(&str) -> bool| json.as_str().filter(|text| fits(text)).map(Value::text);
    let value = match ty.ty {
        Type::Boolean => json.as_bool().map(Value::Bool),
        Type::Byte => whole(0, u8::MAX.into()),
        Type::Int32 => whole(i32::MIN.into(), i32::MAX.into()),
        Type::Int64 => whole(i64::MIN, i64::MAX),
        Type::Single | Type::Double | Type::Decimal => match json {
            Json::Number(number) => {
                Some(number.as_i64().map_or_else(|| Value::Number(number.to_string().into()), Value::Int))
            }
            Json::String(text) if matches!(text.as_str(), "INF" | "-INF" | "NaN") => Some(Value::text(text.as_str())),
            _ => None,
        },
        Type::String => text(|_| true),
        Type::Guid => text(|text| text.len() == 36),
        Type::Date => text(|text| text.parse::<jiff::civil::Date>().is_ok()),
        Type::TimeOfDay => text(|text| text.parse::<jiff::civil::Time>().is_ok()),
        Type::Duration => text(|text| text.parse::<jiff::Span>().is_ok()),
        Type::DateTimeOffset => text(|text| text.parse::<jiff::Timestamp>().is_ok()),
        Type::Enumeration(enumeration) => json.as_str().and_then(|text| {
            let known = |word: &str| shapes.has_member(enumeration, word);
            let fits = known(text) || (enumeration.flags && text.split(',').all(|word| known(word.trim())));
            fits.then(|| Value::text(text))
        }),
        Type::Structure(structure) => {
            let mut entity = shapes.entity(structure.name).ok_or_else(misfit)?;
            entity_from_json(&mut entity, json, shapes)?;
            entity.shrink();
            Some(Value::Object(Box::new(entity)))
        }
        Type::Opaque(_) => Some(Value::Opaque(json.to_string().into())),
    };
    value.ok_or_else(misfit)
}
