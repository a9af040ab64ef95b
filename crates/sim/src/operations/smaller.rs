//! Resources with one or two operations of their own.

use serde_json::Value as Json;

use super::history::purge_calls;
use super::{Behaviour, Call, derived, entities, peers};
use crate::http::{Problem, Response};
use crate::odata::Selection;
use crate::state::{Entity, Key, Set, Value, entity_from_json};

pub(super) fn behaviour(operation: &str) -> Option<Behaviour> {
    Some(match operation {
        "Parameters.GetParameterByName" => parameter,
        "WebsiteLinks.ValidateLink" => validate_link,
        "EmailTemplate.SetDefault" => default_template,
        "OutboundRules.GetEmergencyOutboundRules" => emergency_rules,
        "EmergencyGeoLocations.Update" => |call| replace(call, "locations"),
        "CallCostSettings.UpdateCost" => |call| replace(call, "costs"),
        "Peers.GetReportPeers" => |call| list_peers(call, |_| true),
        "Peers.RetreivePeersByNumbers" => |call| {
            let request = call.field("peersRequest").ok_or_else(|| call.required("peersRequest"))?;
            let wanted = request["DnNumbers"].as_array().cloned().unwrap_or_default();
            list_peers(call, |number| wanted.iter().any(|wanted| wanted == number))
        },
        "PurgeSettings.PurgeCalls" => purge_calls,
        "PurgeSettings.PurgeAllLogs" => |call| {
            let store = &mut *call.write();
            for name in ["EventLogs", "ReportAuditLog"] {
                store.set_mut(name).into_iter().for_each(Set::clear);
            }
            Ok(Response::empty(204))
        },
        "NotificationSettings.TestEmail" | "MailSettings.TestEmail" => |call| {
            let result =
                call.shapes.entity("TestResult").ok_or(Problem::NoSuchPath)?.with("Success", Value::Bool(true));
            Ok(call.entity(200, "Pbx.TestResult", &result, Selection::all()))
        },
        "NetworkSettings.GetIfaces" => |call| texts(call, &["127.0.0.1", "192.0.2.10"]),
        "ConferenceSettings.GetWebMeetingZones" => |call| texts(call, &["Automatic", "eu", "us", "ap"]),
        "VoicemailSettings.GetTranscribeLanguages" => languages,
        "CrmTemplates.GeCrmtTemplates" => |call| {
            let store = call.read();
            let set = store.set("CrmTemplates").ok_or(Problem::NoSuchPath)?;
            let options = call.options(Some(set.shape))?;
            let page = options.page(set.rows(), usize::MAX);
            Ok(call.rows("CrmTemplates", page.rows, page.count, &options.selection))
        },
        _ => return None,
    })
}

fn texts(call: &Call<'_>, all: &[&str]) -> Result<Response, Problem> {
    call.values("Edm.String", all.iter().map(|text| Value::text(*text)).collect())
}

fn parameter(call: &Call<'_>) -> Result<Response, Problem> {
    let store = call.read();
    let set = store.set("Parameters").ok_or(Problem::NoSuchPath)?;
    let name = call.parameters.get("name").and_then(Value::as_text).unwrap_or_default();
    let found = set.rows().find(|row| row.text("Name").eq_ignore_ascii_case(name)).ok_or(Problem::NoSuchEntity)?;
    let options = call.options(Some(set.shape))?;
    Ok(call.entity(200, "Parameters/$entity", found, &options.selection))
}

/// A link that nobody has yet may be taken.
fn validate_link(call: &Call<'_>) -> Result<Response, Problem> {
    let model = call.field("model").cloned().unwrap_or_default();
    let name = model["FriendlyName"].as_str().unwrap_or_default();
    if name.is_empty() {
        return Err(Problem::refused("FriendlyName", "WARNINGS.XAPI.REQUIRED"));
    }
    let store = call.read();
    let mut links = store.set("WebsiteLinks").into_iter().flat_map(Set::rows);
    if links.any(|link| link.text("Link").eq_ignore_ascii_case(name)) {
        return Err(Problem::refused("FriendlyName", "WARNINGS.XAPI.ALREADY_IN_USE"));
    }
    Ok(Response::empty(204))
}

/// Of the templates for one purpose in one language, one is the default.
fn default_template(call: &Call<'_>) -> Result<Response, Problem> {
    let store = &mut *call.write();
    let set = store.set_mut("EmailTemplate").ok_or(Problem::NoSuchPath)?;
    let chosen = entities::find(call, set)?.clone();
    let same = |row: &&Entity| row.get("Name") == chosen.get("Name") && row.get("Lang") == chosen.get("Lang");
    for row in set.rows().filter(same).cloned().collect::<Vec<_>>() {
        let is_it = row.get("TemplatePath") == chosen.get("TemplatePath");
        set.put(row.with("IsDefault", Value::Bool(is_it)));
    }
    Ok(Response::empty(204))
}

fn emergency_rules(call: &Call<'_>) -> Result<Response, Problem> {
    let store = call.read();
    let set = store.set("OutboundRules").ok_or(Problem::NoSuchPath)?;
    let options = call.options(Some(set.shape))?;
    let rules = set.rows().filter(|rule| rule.get("EmergencyRule") == &Value::Bool(true));
    let page = options.page(rules, usize::MAX);
    Ok(call.rows("OutboundRules", page.rows, page.count, &options.selection))
}

/// Puts the entities in a field in the place of those with their keys.
fn replace(call: &Call<'_>, field: &str) -> Result<Response, Problem> {
    let given = call.field(field).and_then(Json::as_array).cloned().ok_or_else(|| call.required(field))?;
    let store = &mut *call.write();
    let set = store.set_mut(call.operation.resource.name).ok_or(Problem::NoSuchPath)?;
    let mut entities = Vec::new();
    for json in &given {
        let mut entity = Entity::new(set.shape);
        entity_from_json(&mut entity, json, call.shapes)?;
        let known = Key::of(entity.get(set.key)).and_then(|key| set.get(&key));
        if let Some(known) = known {
            entity = known.clone();
            entity_from_json(&mut entity, json, call.shapes)?;
        }
        entities.push(entity);
    }
    for entity in entities {
        let key = set.key;
        let entity =
            if matches!(entity.get(key), Value::Int(0)) { entity.with(key, set.free_key().into()) } else { entity };
        set.put(entity);
    }
    Ok(Response::empty(call.form.answer_in(call.release).status))
}

fn list_peers(call: &Call<'_>, wanted: impl Fn(&str) -> bool) -> Result<Response, Problem> {
    let store = call.read();
    let shape = call.shapes.get("Peer").ok_or(Problem::NoSuchPath)?;
    let options = call.options(Some(shape))?;
    let kinds = peers::KINDS.iter().filter(|(name, _)| *name != "Trunks");
    let rows = kinds.flat_map(|(name, kind)| {
        store.set(name).into_iter().flat_map(Set::rows).map(move |row| derived::peer(shape, row, kind))
    });
    let page = options.page(rows.filter(|row| wanted(row.text("Number"))), usize::MAX);
    Ok(call.rows("Peers", page.rows, page.count, &options.selection))
}

fn languages(call: &Call<'_>) -> Result<Response, Problem> {
    let shape = call.shapes.get("LanguageItem").ok_or(Problem::NoSuchPath)?;
    let all = [
        ("en-US", "English (US)"),
        ("en-GB", "English (UK)"),
        ("de-DE", "German"),
        ("fr-FR", "French"),
        ("es-ES", "Spanish"),
        ("it-IT", "Italian"),
    ];
    let rows: Vec<Entity> = all
        .iter()
        .map(|(code, name)| Entity::new(shape).with("Code", Value::text(*code)).with("Name", Value::text(*name)))
        .collect();
    let options = call.options(Some(shape))?;
    let page = options.page(rows.into_iter(), usize::MAX);
    let fragment = format!("Collection(Pbx.LanguageItem){}", options.selection.context());
    Ok(call.rows(&fragment, page.rows, page.count, &options.selection))
}
