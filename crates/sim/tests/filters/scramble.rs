//! Random values for the properties of entities, so that rows differ in more than names.

use fastrand::Rng;
use serde_json::{Map, Value as Json, json};
use threecx_catalog::{Span, Structure};

use super::moment::{SECOND, write_duration, write_instant, write_time};
use super::schema::{Kind, properties};

/// What has a meaning of its own, and stays as it is.
const KEPT: [&str; 9] =
    ["Id", "Number", "EmailAddress", "Groups", "Agents", "Managers", "Members", "DidNumbers", "Hours"];

/// A change of some properties.
pub fn change(structure: &'static Structure, rng: &mut Rng, levels: usize) -> Map<String, Json> {
    let mut members = Map::new();
    for (property, kind) in properties(structure) {
        let kept = KEPT.contains(&property.name) && levels == 2;
        if kept || property.navigation || rng.u8(..3) > 0 || property.max_length.is_some_and(|max| max < 12) {
            continue;
        }
        if property.ty.nullable && rng.u8(..5) == 0 {
            members.insert(property.name.into(), Json::Null);
            continue;
        }
        let count = if property.ty.collection { rng.usize(..4) } else { 1 };
        let values: Vec<Json> = (0..count).map(|_| value(kind, rng, levels)).filter(|value| !value.is_null()).collect();
        let value = if property.ty.collection { Some(Json::Array(values)) } else { values.into_iter().next() };
        if let Some(value) = value {
            members.insert(property.name.into(), value);
        }
    }
    members
}

fn value(kind: Kind, rng: &mut Rng, levels: usize) -> Json {
    match kind {
        Kind::Bool => json!(rng.bool()),
        Kind::Int => json!(rng.u8(..40)),
        Kind::Decimal => json!(f64::from(rng.i16(..)) / 4.0),
        Kind::Text => {
            let words = ["Ana", "ana", "O'Brien", "Zoë", " x ", "", "10", "9", "ÅSA", "a,b;c", "%2F&+"];
            let word = |rng: &mut Rng| rng.choice(words).unwrap_or_default();
            json!(format!("{}{}", word(rng), word(rng)))
        }
        Kind::Member(enumeration) => {
            let members = enumeration.members.iter().filter(|member| member.span.overlaps(Span::NEWEST));
            let names: Vec<&str> = members.map(|member| member.name).collect();
            let count = if enumeration.flags { rng.usize(1..=names.len()) } else { 1 };
            let chosen = rng.choose_multiple(names, count);
            json!(chosen.join(", "))
        }
        Kind::Instant => {
            let offset = *rng.choice(&[0, 120, -300]).unwrap_or(&0);
            json!(write_instant(i128::from(rng.u32(..)) * SECOND + i128::from(rng.u8(..4)) * SECOND / 4, offset))
        }
        Kind::Date => Json::Null,
        Kind::Time => json!(write_time(i128::from(rng.u32(..86_400)) * SECOND)),
        Kind::Duration => json!(write_duration(i128::from(rng.u32(..200_000)) * SECOND / 2, rng.bool())),
        Kind::Object(structure) if levels > 0 => Json::Object(change(structure, rng, levels - 1)),
        Kind::Object(_) => Json::Null,
    }
}
