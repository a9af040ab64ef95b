//! Resources with a rule or operation of their own, none of which fills a file.

use serde_json::Value as Json;

use super::behaviours::Behaviour::{Changes, Reads};
use super::behaviours::{Answer, Behaviours};
use super::nature::Nature;
use super::{Call, entities};
use crate::http::{Problem, Response};
use crate::state::{Entity, Key, Set, Store, Value, entity_from_json};

pub(super) const BEHAVIOURS: Behaviours = &[
    ("CallCostSettings.UpdateCost", Changes(|call, store| replace(call, store, "costs"))),
    ("ConferenceSettings.GetWebMeetingZones", Reads(|call, _| texts(call, &["Automatic", "eu", "us", "ap"]))),
    ("CrmTemplates.GeCrmtTemplates", Reads(crm_templates)),
    ("EmailTemplate.SetDefault", Changes(default_template)),
    ("EmergencyGeoLocations.Update", Changes(|call, store| replace(call, store, "locations"))),
    ("MailSettings.TestEmail", Reads(test_email)),
    ("NetworkSettings.GetIfaces", Reads(|call, _| texts(call, &["127.0.0.1", "192.0.2.10"]))),
    ("NotificationSettings.TestEmail", Reads(test_email)),
    ("Parameters.GetParameterByName", Reads(parameter)),
    (
        "PurgeSettings.PurgeAllLogs",
        Changes(|_, store| {
            for name in ["EventLogs", "ReportAuditLog"] {
                store.set_mut(name).into_iter().for_each(Set::clear);
            }
            Ok(Response::empty(204))
        }),
    ),
    ("VoicemailSettings.GetTranscribeLanguages", Reads(languages)),
];

pub(super) const HOLIDAYS: Nature = Nature {
    name: "Holidays",
    filled: &["Name"],
    ranges: &[("Day", 1..=31), ("DayEnd", 1..=31), ("Month", 1..=12), ("MonthEnd", 1..=12)],
    ..Nature::PLAIN
};

pub(super) const PARAMETERS: Nature =
    Nature { name: "Parameters", filled: &["Name"], unique: &["Name"], ..Nature::PLAIN };

pub(super) const SBCS: Nature = Nature { name: "Sbcs", filled: &["Name", "DisplayName"], ..Nature::PLAIN };

pub(super) const SCHEDULED_REPORTS: Nature = Nature { name: "ScheduledReports", filled: &["Name"], ..Nature::PLAIN };

pub(super) const TENANT_PROPERTIES: Nature = Nature { name: "TenantProperties", filled: &["Name"], ..Nature::PLAIN };

fn test_email(call: &Call<'_>, _: &Store) -> Answer {
    let result = call.shapes.entity("TestResult").ok_or(Problem::NoSuchPath)?;
    Ok(call.whole(&result.with("Success", Value::Bool(true))))
}

fn crm_templates(call: &Call<'_>, store: &Store) -> Answer {
    let set = entities::root(call, store)?;
    let options = call.options(Some(set.shape))?;
    let page = options.page(set.rows(), usize::MAX);
    Ok(call.rows("CrmTemplates", page.rows, page.count, &options.selection))
}

fn texts(call: &Call<'_>, all: &[&str]) -> Answer {
    call.values("Edm.String", all.iter().map(|text| Value::text(*text)).collect())
}

fn parameter(call: &Call<'_>, store: &Store) -> Answer {
    let set = entities::root(call, store)?;
    let name = call.parameters.get("name").and_then(Value::as_text).unwrap_or_default();
    let found = set.rows().find(|row| row.text("Name").eq_ignore_ascii_case(name)).ok_or(Problem::NoSuchEntity)?;
    let options = call.options(Some(set.shape))?;
    Ok(call.entity(200, "Parameters/$entity", found, &options.selection))
}

/// Of the templates for one purpose in one language, one is the default.
fn default_template(call: &Call<'_>, store: &mut Store) -> Answer {
    let set = store.set_mut("EmailTemplate").ok_or(Problem::NoSuchPath)?;
    let chosen = entities::find(call, set)?.clone();
    let same = |row: &&Entity| row.get("Name") == chosen.get("Name") && row.get("Lang") == chosen.get("Lang");
    for row in set.rows().filter(same).cloned().collect::<Vec<_>>() {
        let is_it = row.get("TemplatePath") == chosen.get("TemplatePath");
        set.put(row.with("IsDefault", Value::Bool(is_it)));
    }
    Ok(Response::empty(204))
}

/// Puts the entities in a field in the place of those with their keys.
fn replace(call: &Call<'_>, store: &mut Store, field: &str) -> Answer {
    let given = call.field(field).and_then(Json::as_array).cloned().ok_or_else(|| call.required(field))?;
    let set = store.set_mut(call.route.root).ok_or(Problem::NoSuchPath)?;
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

fn languages(call: &Call<'_>, _: &Store) -> Answer {
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
