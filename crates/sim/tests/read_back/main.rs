//! What is written is read back: every property of everything that can be created or changed,
//! in an old release and in the newest.

#[path = "../common/mod.rs"]
mod common;
mod values;

use std::collections::BTreeSet;

use common::Session;
use reqwest::Method;
use serde_json::{Map, Value as Json, json};
use threecx_catalog::{Body, Form, Operation, Role, Span, Structure, Type, Verb, operations};
use threecx_sim::Pbx;
use values::Maker;

/// What the PBX fills in itself, whatever is sent: type and property.
const FILLED_IN: [(&str, &[&str]); 14] = [
    ("QueueAgent", &["Id", "Name"]),
    ("QueueManager", &["Id", "Name"]),
    ("RingGroupMember", &["Id", "Name"]),
    ("UserGroup", &["Id", "Name", "Number", "MemberName", "Type"]),
    ("Peer", &["Name", "Type"]),
    ("Destination", &["Name", "Type"]),
    ("User", &["Id", "IsRegistered"]),
    ("Group", &["Id", "IsDefault", "HasMembers", "Members"]),
    ("Queue", &["Id", "IsRegistered"]),
    ("RingGroup", &["Id", "IsRegistered"]),
    ("Receptionist", &["Id", "IsRegistered"]),
    ("OutboundRule", &["GroupNames"]),
    ("OutboundRoute", &["TrunkName"]),
    ("InboundRule", &["Id", "TrunkDN"]),
];

#[tokio::test]
async fn what_is_written_in_the_newest_release_is_read_back() {
    everything_is_read_back("20.0.10").await;
}

#[tokio::test]
async fn what_is_written_in_the_oldest_release_is_read_back() {
    everything_is_read_back("20.0.4").await;
}

async fn everything_is_read_back(release: &str) {
    let release = Span::parse(release).expect("known");
    let session = Session::start(Pbx::builder().users(20).calls(0).live_calls(false).api(release)).await;
    let mut maker = Maker::new(release);
    let mut wrong = Vec::new();
    let mut checked = 0;
    for operation in operations().filter(|operation| operation.role != Some(Role::User)) {
        let Some(form) = operation.form(release) else { continue };
        let found = match (operation.verb, form.body) {
            (Verb::Create, Body::Entity(structure)) => create(&session, &mut maker, operation, form, structure).await,
            (Verb::Update, Body::Entity(structure)) => update(&session, &mut maker, form, structure).await,
            _ => continue,
        };
        checked += 1;
        wrong.extend(found.into_iter().map(|what| format!("{}: {what}", operation.id)));
    }
    assert!(checked > 60, "{checked}");
    assert!(wrong.is_empty(), "{} differ:\n{}", wrong.len(), wrong.join("\n"));
}

/// Creates an entity, and reads it by its key, by its number and below it.
async fn create(
    session: &Session,
    maker: &mut Maker,
    operation: &Operation,
    form: &Form,
    structure: &'static Structure,
) -> Vec<String> {
    let numbered = structure.all_properties().any(|property| property.name == "Id" && property.ty.ty == Type::Int32);
    let mut sent = maker.object(structure, if numbered { &["Id"] } else { &[] }, 0);
    if sent.get("Number").is_some() {
        sent["Number"] = json!(format!("{}", 7000 + session.pbx.received().len()));
    }
    let (status, created) = session.send(Method::POST, form.path, Some(sent.clone())).await;
    if status != 201 {
        return vec![format!("{status}: {}", created["error"])];
    }
    let Some(get) = by_key(operation, maker.release) else { return Vec::new() };
    let mut differences = Vec::new();
    let key = &get.parameters[0];
    let literal = match &created[key.name] {
        Json::String(text) => format!("'{}'", text.replace('\'', "''").replace(' ', "%20")),
        other => other.to_string(),
    };
    let path = get.path.replace(&format!("{{{}}}", key.name), &literal);
    let (status, read) = session.get(&format!("{path}{}", expand(structure, maker.release))).await;
    if status != 200 {
        return vec![format!("{path}: {status}")];
    }
    differ(&sent, &read, structure, maker.release, "", &mut differences);
    let by_number = format!("Get{}ByNumber", structure.name);
    let by_number = operation.resource.operations.iter().find(|other| other.name() == by_number);
    if let (Some(form), Some(number)) = (by_number.and_then(|other| other.form(maker.release)), sent["Number"].as_str())
    {
        let quoted = format!("'{number}'");
        let (_, found) = session.get(&form.path.replace(&format!("{{{}}}", form.parameters[0].name), &quoted)).await;
        if found["Id"] != created["Id"] {
            differences.push(format!("by number: {found}"));
        }
    }
    for below in operation.resource.operations.iter().filter(|other| other.verb == Verb::List) {
        let Some(form) = below.form(maker.release).filter(|form| !form.parameters.is_empty()) else { continue };
        let property = form.path.rsplit('/').next().unwrap_or_default();
        let (_, rows) = session.get(&form.path.replace(&format!("{{{}}}", key.name), &literal)).await;
        let count = |rows: &Json| rows.as_array().map(Vec::len);
        if count(&rows["value"]) != count(&read[property]) {
            differences.push(format!("{property}: {rows}"));
        }
    }
    differences
}

/// Changes the first entity of a set, or a singleton: everything, then one property alone.
async fn update(session: &Session, maker: &mut Maker, form: &Form, structure: &'static Structure) -> Vec<String> {
    let path = match form.parameters {
        [] => form.path.to_owned(),
        [key, ..] => {
            let list = form.path.split('(').next().unwrap_or_default();
            let (_, rows) = session.get(&format!("{list}?$top=100")).await;
            let row = rows["value"].as_array().and_then(|rows| rows.last()).cloned().unwrap_or_default();
            let literal = match &row[key.name] {
                Json::String(text) => format!("'{}'", text.replace('\'', "''").replace(' ', "%20")),
                Json::Null => return vec!["there is nothing to change".to_owned()],
                other => other.to_string(),
            };
            format!("{list}({literal})")
        }
    };
    let mut fixed = vec!["Id", "Number"];
    fixed.extend(form.parameters.iter().map(|key| key.name));
    let sent = maker.object(structure, &fixed, 0);
    let (status, answer) = session.send(Method::PATCH, &path, Some(sent.clone())).await;
    if status != 204 {
        return vec![format!("{path}: {status}: {}", answer["error"])];
    }
    let read = format!("{path}{}", expand(structure, maker.release));
    let mut differences = Vec::new();
    let (_, before) = session.get(&read).await;
    differ(&sent, &before, structure, maker.release, "", &mut differences);
    // One alone: the others stay.
    let filled_in = filled_in(structure);
    let Some(property) = structure.properties_in(maker.release).find(|property| {
        property.ty.nullable
            && matches!(property.ty.ty, Type::Boolean | Type::String)
            && !property.ty.collection
            && !filled_in.contains(&property.name)
            && !fixed.contains(&property.name)
            && !["Name", "FirstName", "LastName", "PhoneNumber", "CompanyName"].contains(&property.name)
    }) else {
        return differences;
    };
    let (status, answer) = session.send(Method::PATCH, &path, Some(json!({ property.name: null }))).await;
    if status != 204 {
        differences.push(format!("{} to null: {status} {}", property.name, answer["error"]));
    }
    let mut expected = before;
    // What has no value is left out.
    expected.as_object_mut().map(|members| members.remove(property.name));
    let (_, after) = session.get(&read).await;
    if after != expected {
        let names: BTreeSet<&String> =
            [&after, &expected].into_iter().filter_map(Json::as_object).flat_map(Map::keys).collect();
        let changed: Vec<&String> = names.into_iter().filter(|name| expected.get(*name) != after.get(*name)).collect();
        differences.push(format!("{} to null changes {changed:?}", property.name));
    }
    differences
}

/// The form that reads one entity of the same set by its key.
fn by_key(operation: &Operation, release: Span) -> Option<&'static Form> {
    let getters = operation.resource.operations.iter().filter(|other| other.verb == Verb::Get);
    getters
        .filter_map(|get| get.form(release))
        .find(|form| form.parameters.len() == 1 && form.parameters[0].key && !form.path.contains('='))
}

/// `?$expand=…` for all that can be, two levels deep; and what is only shown if selected.
fn expand(structure: &'static Structure, release: Span) -> String {
    let names: Vec<String> = structure
        .properties_in(release)
        .filter(|property| property.navigation)
        .map(|property| {
            let below = match property.ty.ty {
                Type::Structure(inner) => {
                    inner.properties_in(release).filter(|inner| inner.navigation).map(|inner| inner.name).collect()
                }
                _ => Vec::new(),
            };
            if below.is_empty() {
                property.name.to_owned()
            } else {
                format!("{}($expand={})", property.name, below.join(","))
            }
        })
        .collect();
    let expand = if names.is_empty() { String::new() } else { format!("&$expand={}", names.join(",")) };
    format!(
        "?$select={}{expand}",
        structure.properties_in(release).filter(|p| !p.navigation).map(|p| p.name).collect::<Vec<_>>().join(",")
    )
}

fn filled_in(structure: &Structure) -> &'static [&'static str] {
    FILLED_IN.iter().find(|(name, _)| *name == structure.name).map_or(&[], |(_, names)| names)
}

/// Where what is read differs from what was sent.
fn differ(
    sent: &Json,
    read: &Json,
    structure: &'static Structure,
    release: Span,
    place: &str,
    differences: &mut Vec<String>,
) {
    for property in structure.properties_in(release) {
        let Some(sent) = sent.get(property.name).filter(|_| !filled_in(structure).contains(&property.name)) else {
            continue;
        };
        let place = format!("{place}/{}", property.name);
        let read = &read[property.name];
        match (property.ty.ty, sent) {
            (Type::Structure(inner), Json::Array(items)) => {
                if read.as_array().map(Vec::len) != Some(items.len()) {
                    differences.push(format!("{place}: {sent} became {read}"));
                    continue;
                }
                for (index, item) in items.iter().enumerate() {
                    differ(item, &read[index], inner, release, &place, differences);
                }
            }
            (Type::Structure(inner), Json::Object(_)) => differ(sent, read, inner, release, &place, differences),
            _ if sent != read => differences.push(format!("{place}: {sent} became {read}")),
            _ => {}
        }
    }
}
