//! Whether an answer says something. An empty list fits every schema, so it proves nothing;
//! what a demo company has nothing of is listed in `samples.json` under `bare`, by the reason, and
//! has to be empty.

use serde_json::Value;
use threecx_catalog::{Operation, Span};

/// True if there is nothing in it but empty lists, empty texts, zeros and nulls.
pub fn is_bare(json: &Value) -> bool {
    match json {
        Value::Null | Value::Bool(false) => true,
        Value::Bool(true) => false,
        Value::Number(number) => number.as_f64() == Some(0.0),
        Value::String(text) => text.is_empty(),
        Value::Array(items) => items.iter().all(is_bare),
        Value::Object(members) => {
            members.iter().filter(|(name, _)| !name.contains('@')).all(|(_, value)| is_bare(value))
        }
    }
}

/// An answer is bare if and only if it is listed: in all releases, or in a version
/// (`Users.GetCallLog@20.0.7`).
pub fn judge(known: &Value, operation: &Operation, release: Span, bare: bool) -> Result<(), String> {
    let versioned = format!("{}@{}", operation.id, release.last.version());
    let is_it = |id: &Value| id == operation.id || *id == versioned;
    let is_listed = |ids: &Value| ids.as_array().into_iter().flatten().any(is_it);
    let mut reasons = known["bare"].as_object().into_iter().flatten();
    match (bare, reasons.find(|(_, ids)| is_listed(ids))) {
        (true, None) => Err("nothing in it".into()),
        (false, Some((reason, _))) => Err(format!("it should have nothing in it ({reason})")),
        _ => Ok(()),
    }
}
