//! Times without an offset, as the editor's picker and sheets give them: they are meant in the workflow's time zone.
//! The face, which knows the zone, says of each such text which instant it is.

use std::collections::BTreeMap;
use std::ops::Range;

use serde_json::value::RawValue;
use threecx_catalog::{Property, Structure, Type, TypeRef};
use threecx_core::{Arguments, Input, Place};

use crate::inputs::Inputs;

/// The instants, by the text that stands for each: `2026-11-01T00:00:00` → `2026-11-01T00:00:00-05:00`.
pub(crate) type Instants = BTreeMap<String, String>;

/// Puts the instants in the place of the texts, wherever an instant is wanted.
pub(crate) fn place(found: &Inputs, arguments: &mut Arguments, instants: &Instants) {
    if instants.is_empty() {
        return;
    }
    let mut wanted: Vec<(Place, &str, TypeRef)> =
        found.inputs.iter().map(|input| (input.place.into(), input.name, input.ty)).collect();
    if let Some(body) = &found.body {
        let ty = TypeRef { ty: Type::Structure(body.structure), collection: body.list, nullable: true };
        wanted.push((
            if body.field.is_some() { Place::Field } else { Place::Body },
            body.field.unwrap_or_default(),
            ty,
        ));
        if body.field.is_none() {
            wanted.extend(body.structure.all_properties().map(|property| (Place::Field, property.name, property.ty)));
        }
    }
    for (place, name, ty) in wanted {
        if let Some(placed) = arguments.get(place, name).and_then(|given| placed(given, ty, instants)) {
            arguments.set(place, name, placed);
        }
    }
}

/// The value with its instants; nothing if there are none to place.
fn placed(given: &Input, ty: TypeRef, instants: &Instants) -> Option<Input> {
    if let (Input::Text(text), Type::DateTimeOffset, false) = (given, ty.ty, ty.collection) {
        return instants.get(text.trim()).map(|instant| Input::Text(instant.clone()));
    }
    let text = given.text();
    let mut found = Vec::new();
    search(serde_json::from_str(text).ok()?, ty, text, instants, &mut found);
    if found.is_empty() {
        return None;
    }
    let mut out = text.to_owned();
    for (range, instant) in found.into_iter().rev() {
        out.replace_range(range, instant);
    }
    Some(match given {
        Input::Text(_) => Input::Text(out),
        Input::Json(_) => Input::Json(out),
    })
}

/// Finds the texts without their quotes in `whole`, of which `json` is a part, in the order in which they stand there.
fn search<'i>(
    json: &RawValue,
    ty: TypeRef,
    whole: &str,
    instants: &'i Instants,
    found: &mut Vec<(Range<usize>, &'i str)>,
) {
    let text = json.get();
    match ty.ty {
        _ if ty.collection => {
            let items: Vec<&RawValue> = serde_json::from_str(text).unwrap_or_default();
            items.into_iter().for_each(|item| search(item, ty.element(), whole, instants, found));
        }
        Type::Structure(structure) => {
            let members: BTreeMap<String, &RawValue> = serde_json::from_str(text).unwrap_or_default();
            let mut members: Vec<(&RawValue, TypeRef)> =
                members.into_iter().filter_map(|(name, value)| Some((value, property(structure, &name)?.ty))).collect();
            members.sort_by_key(|(value, _)| value.get().as_ptr());
            members.into_iter().for_each(|(value, ty)| search(value, ty, whole, instants, found));
        }
        Type::DateTimeOffset => {
            let quoted = text.strip_prefix('"').and_then(|text| text.strip_suffix('"'));
            let instant = quoted.and_then(|text| instants.get(text.trim()));
            if let (Some(text), Some(instant)) = (quoted, instant) {
                let start = text.as_ptr().addr() - whole.as_ptr().addr();
                found.push((start..start + text.len(), instant));
            }
        }
        _ => {}
    }
}

fn property(structure: &'static Structure, name: &str) -> Option<&'static Property> {
    structure.all_properties().find(|property| property.name.eq_ignore_ascii_case(name))
}

#[cfg(test)]
mod tests {
    use serde_json::{Value, json};

    const LOCAL: &str = "2026-11-01T00:00:00";

    fn plan(operation: &str, arguments: &Value) -> Value {
        let instants = json!({ LOCAL: "2026-11-01T00:00:00-04:00", "2026-12-01": "2026-12-01T00:00:00-05:00" });
        let command = json!({ "do": "plan", "operation": operation, "version": "20.0.10", "arguments": arguments,
            "instants": instants });
        serde_json::from_slice(&crate::call(command.to_string().as_bytes())).expect("JSON")
    }

    #[test]
    fn a_time_without_an_offset_is_placed_in_paths() {
        for (start, end, sent) in [
            (json!({ "text": LOCAL }), "2026-12-01", ["2026-11-01T04:00:00Z", "2026-12-01T05:00:00Z"]),
            (json!({ "text": format!(" {LOCAL} ") }), "2026-12-02", ["2026-11-01T04:00:00Z", "2026-12-02T00:00:00Z"]),
            (json!({ "json": LOCAL }), "2026-12-01T10:00:00Z", ["2026-11-01T04:00:00Z", "2026-12-01T10:00:00Z"]),
            (json!({ "text": format!("{LOCAL}Z") }), "2026-12-01", ["2026-11-01T00:00:00Z", "2026-12-01T05:00:00Z"]),
        ] {
            // A text that looks like one stays what it is.
            let parameters = json!({ "startDate": start, "endDate": { "text": end }, "extension": { "text": LOCAL },
                "call": { "text": "" }, "severity": { "text": "" } });
            let path = plan("ActivityLog.GetLogs", &json!({ "parameters": parameters }))["request"]["path"].to_string();
            let path = path.replace("%3A", ":").replace("%27", "'");
            assert!(sent.iter().all(|instant| path.contains(instant)), "{path}");
            assert!(path.contains(&format!("extension='{LOCAL}'")), "{path}");
        }
    }

    #[test]
    fn bodies_are_looked_through_by_type() {
        let body = json!({ "Description": LOCAL, "ExpiresAt": LOCAL });
        for given in [json!({ "json": body }), json!({ "text": body.to_string() })] {
            let reply = plan("Blocklist.CreateBlocklistAddr", &json!({ "body": given }));
            let sent: Value = serde_json::from_str(reply["request"]["body"].as_str().expect("a body")).expect("JSON");
            assert_eq!(sent, json!({ "Description": LOCAL, "ExpiresAt": "2026-11-01T04:00:00Z" }));
        }
        let reply = plan("Blocklist.CreateBlocklistAddr", &json!({ "fields": { "ExpiresAt": { "text": LOCAL } } }));
        assert_eq!(reply["request"]["body"], r#"{"ExpiresAt":"2026-11-01T04:00:00Z"}"#);
        let mut arguments = json!({ "parameters": { "Id": { "text": "7" } }, "body": {} });
        let sent = |arguments: &Value| -> Option<Value> {
            serde_json::from_str(plan("Groups.UpdateGroup", arguments)["request"]["body"].as_str()?).ok()
        };
        arguments["body"]["json"] = json!({ "OverrideExpiresAt": "2026-12-01", "Name": "x" });
        assert_eq!(sent(&arguments), Some(json!({ "OverrideExpiresAt": "2026-12-01T05:00:00Z", "Name": "x" })));
        // What is no JSON is for the core to refuse.
        arguments["body"] = json!({ "text": "{" });
        assert_eq!(sent(&arguments), None);
    }
}
