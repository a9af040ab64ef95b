//! Trunks and fax extensions: blanks to fill in, registration, and which DID leads where.

use jiff::Timestamp;
use serde_json::{Value as Json, json};

use super::behaviours::Behaviour::{Changes, Reads};
use super::behaviours::{Answer, Behaviours};
use super::nature::{Dependant, Nature, TextKeys, View};
use super::outbound_rules::is_for_emergencies;
use super::peers::peer;
use super::{Call, audit, entities, numbered};
use crate::http::{Problem, Response};
use crate::odata::Selection;
use crate::state::{Entity, Key, PeerKind, Row, Rows, Set, Store, Value, free_number, known_entity, label, peer_by_id};

pub(super) const BEHAVIOURS: Behaviours = &[
    ("Defs.GetRoutes", Reads(get_routes)),
    ("Fax.InitFax", Reads(init_fax)),
    ("Trunks.CreateTrunk", Changes(create)),
    ("Trunks.ExportTrunk", Reads(export)),
    ("Trunks.InitMasterBridge", Reads(|call, store| init_bridge(call, store, "BridgeMaster"))),
    ("Trunks.InitSlaveBridge", Reads(|call, store| init_bridge(call, store, "BridgeSlave"))),
    ("Trunks.InitTrunk", Reads(init_trunk)),
    ("Trunks.RefreshRegistration", Changes(refresh)),
    ("Trunks.SetRoutes", Changes(set_routes)),
    ("Trunks.UpdateTrunk", Changes(update)),
];

pub(super) const TRUNKS: Nature = Nature {
    name: "Trunks",
    rows: |view| {
        let with_rules = view.needs("RoutingRules");
        Box::new(view.set.rows().map(move |trunk| shown(view, trunk, with_rules)))
    },
    entity: |view, trunk| shown(view, trunk, view.needs("RoutingRules")),
    ranges: &[("SimultaneousCalls", 0..=10_000)],
    check,
    guard: |store, trunk| {
        is_last_for_emergencies(store, trunk).then_some("WARNINGS.CANNOT_DELETE_TRUNKS_BINDED_ERMERGENCY_NUMBER")
    },
    dependants: &[Dependant { set: "InboundRules", belongs: leads_in }],
    ..Nature::PLAIN
};

pub(super) const FAX: Nature = Nature {
    name: "Fax",
    guard: |_, fax| match fax.get("FaxServer") {
        Value::Bool(true) => Some("WARNINGS.FAX_SERVER_CANNOT_BE_DELETED"),
        _ => None,
    },
    ..Nature::PLAIN
};

/// The DIDs of all trunks, each with the rule that it has.
pub(super) const DID_NUMBERS: Nature = Nature { name: "DidNumbers", rows: dids, ..Nature::PLAIN };

pub(super) const TRUNK_TEMPLATES: Nature =
    Nature { name: "TrunkTemplates", text_keys: TextKeys::CustomFile(".pv.xml"), ..Nature::PLAIN };

/// A DID is that of one trunk.
fn check(trunk: &Entity, store: &Store, _: Timestamp) -> Result<(), Problem> {
    let others = store.set("Trunks").into_iter().flat_map(Set::rows).filter(|other| other.get("Id") != trunk.get("Id"));
    let taken: Vec<&Value> = others.flat_map(|other| other.get("DidNumbers").as_list()).collect();
    match trunk.get("DidNumbers").as_list().iter().any(|did| taken.contains(&did)) {
        true => Err(Problem::refused("DidNumbers", "WARNINGS.XAPI.ALREADY_IN_USE")),
        false => Ok(()),
    }
}

/// True if emergency calls have no other way out.
fn is_last_for_emergencies(store: &Store, trunk: &Entity) -> bool {
    let rules = store.set("OutboundRules").into_iter().flat_map(Set::rows);
    rules.filter(|rule| is_for_emergencies(rule)).any(|rule| {
        let routes = rule.get("Routes").as_list().iter().filter_map(Value::as_object);
        let trunks: Vec<i64> = routes.filter_map(|route| route.int("TrunkId")).filter(|id| *id != 0).collect();
        !trunks.is_empty() && trunks.iter().all(|id| Some(*id) == trunk.int("Id"))
    })
}

/// Something new that is not kept: the client fills it in and sends it back.
fn blank(call: &Call<'_>, store: &Store, json: &Json) -> Answer {
    let shape = entities::root(call, store)?.shape;
    let options = call.options(Some(shape))?;
    let number = free_number(store, call.route.root, None).map_or(Value::Null, Value::text);
    let entity = known_entity(Entity::new(shape).with("Number", number), json, call.shapes);
    Ok(call.entity(200, &format!("{}/$entity", call.route.root), &entity, &options.selection))
}

fn random(call: &Call<'_>, length: usize) -> String {
    let mut rng = fastrand::Rng::with_seed(call.now.as_nanosecond() as u64 ^ length as u64);
    (0..length).map(|_| rng.alphanumeric()).collect()
}

fn init_fax(call: &Call<'_>, store: &Store) -> Answer {
    blank(
        call,
        store,
        &json!({ "Id": 0, "AuthID": random(call, 10), "AuthPassword": random(call, 12), "FaxServer": false }),
    )
}

/// A trunk as a provider's template describes it.
fn init_trunk(call: &Call<'_>, store: &Store) -> Answer {
    let wanted = call.parameters.get("template").and_then(Value::as_text).unwrap_or_default();
    let gateway = {
        let templates = store.set("TrunkTemplates").ok_or(Problem::NoSuchPath)?;
        let template = templates.get(&Key::Text(wanted.into()));
        let template = template.ok_or(Problem::refused("template", "WARNINGS.XAPI.NOT_FOUND"))?;
        let port = |name: &str| template.int(name).filter(|port| *port != 0).unwrap_or(5060);
        json!({
            "Name": template.text("Name"), "Host": "", "ProxyHost": "", "Type": "Provider",
            "TemplateFilename": wanted, "Port": port("DefaultRegistrarPort"), "ProxyPort": port("DefaultProxyPort"),
            "Codecs": ["PCMA", "PCMU"], "Lines": 10, "RequireRegistrationFor": "InOutCalls",
            "IPInRegistrationContact": "External", "MatchingStrategy": "MatchAnyFields", "TimeBetweenReg": 600,
        })
    };
    blank(call, store, &json!({ "Id": 0, "AuthID": "", "ExternalNumber": "", "IsOnline": false, "Gateway": gateway }))
}

fn init_bridge(call: &Call<'_>, store: &Store, kind: &str) -> Answer {
    let gateway =
        json!({ "Name": "Bridge", "Host": "", "Type": kind, "Port": 5060, "Codecs": ["PCMA", "PCMU"], "Lines": 10 });
    blank(call, store, &json!({ "Id": 0, "AuthID": random(call, 10), "IsOnline": false, "Gateway": gateway }))
}

fn create(call: &Call<'_>, store: &mut Store) -> Answer {
    let mut trunk = None;
    let response = numbered::create(call, store, &mut |entity, _| {
        trunk = Some((entity.get("Number").clone(), entity.get("RoutingRules").clone()));
        entity.set("RoutingRules", Value::List(Vec::new()));
        Ok(())
    })?;
    if let Some((number, rules)) = trunk.filter(|(_, rules)| !rules.as_list().is_empty()) {
        keep_rules(store, &number, &rules);
    }
    Ok(response)
}

fn update(call: &Call<'_>, store: &mut Store) -> Answer {
    let is_online = |trunk: &Entity| trunk.get("IsOnline") == &Value::Bool(true);
    let was_online = is_online(entities::named(call, store)?);
    let (mut online, mut number, mut rules) = (false, Value::Null, Value::Null);
    let response = numbered::update(call, store, &mut |trunk, _| {
        online = is_online(trunk);
        number = trunk.get("Number").clone();
        rules = trunk.get("RoutingRules").clone();
        trunk.set("RoutingRules", Value::List(Vec::new()));
        Ok(())
    })?;
    if call.field("RoutingRules").is_some() {
        keep_rules(store, &number, &rules);
    }
    if was_online != online {
        tell(store, call, number.as_text().unwrap_or_default(), online);
    }
    Ok(response)
}

/// The event that clients know a trunk's state by. (Template seen live.)
fn tell(store: &mut Store, call: &Call<'_>, number: &str, registered: bool) {
    let (kind, word) = if registered { (("Info", 4100), "registered") } else { (("Warning", 4099), "unregistered") };
    audit::event(store, call.now, kind, "Trunk %1$s has changed status to %2$s", &[number, word]);
}

/// Puts these rules in the place of those that a trunk had.
fn keep_rules(store: &mut Store, number: &Value, rules: &Value) {
    let Some(trunk) = number.as_text().and_then(|number| store.set("Trunks")?.by_number(number)).cloned() else {
        return;
    };
    let Some(set) = store.set_mut("InboundRules") else { return };
    let key = set.key;
    let old: Vec<Key> =
        set.rows().filter(|rule| leads_in(rule, &trunk)).filter_map(|rule| Key::of(rule.get(key))).collect();
    for key in old {
        set.remove(&key);
    }
    for rule in rules.as_list().iter().filter_map(Value::as_object) {
        let peer = rule.shape.neighbour("Peer").map(|shape| peer(shape, &trunk, PeerKind::ExternalLine));
        let rule = rule.clone().with("TrunkDN", peer.map_or(Value::Null, |peer| Value::Object(Box::new(peer))));
        // Those that were there keep their ids.
        let own = Key::of(rule.get(key)).filter(|own| *own != Key::Int(0) && set.get(own).is_none());
        let own = own.unwrap_or_else(|| set.free_key());
        set.put(rule.with(key, own.into()));
    }
}

/// True if a rule is for calls that come in over a trunk.
fn leads_in(rule: &Entity, trunk: &Entity) -> bool {
    rule.get("TrunkDN").as_object().is_some_and(|dn| dn.get("Number") == trunk.get("Number"))
}

/// A trunk as it is shown, with its rules if they are wanted.
fn shown<'s>(view: View<'s>, trunk: &'s Entity, with_rules: bool) -> Row<'s> {
    if !with_rules {
        return Row::Stored(trunk);
    }
    let rules = view.rows_of("InboundRules").filter(|rule| leads_in(rule, trunk));
    let rules = rules.map(|rule| Value::Object(Box::new(rule.clone()))).collect();
    trunk.clone().with("RoutingRules", Value::List(rules)).into()
}

fn dids(view: View<'_>) -> Rows<'_> {
    let rules: Vec<&Entity> = view.rows_of("InboundRules").collect();
    Box::new(view.rows_of("Trunks").flat_map(move |trunk| {
        let rules = rules.clone();
        let template = trunk.get("Gateway").as_object().map_or(Value::Null, |g| g.get("TemplateFilename").clone());
        trunk.get("DidNumbers").as_list().iter().map(move |number| {
            let rule = rules.iter().find(|rule| rule.get("Data") == number && rule.text("Condition") == "BasedOnDID");
            let rule = rule.map_or(Value::Null, |rule| Value::Object(Box::new((*rule).clone())));
            Entity::new(view.shape())
                .with("Number", number.clone())
                .with("TrunkId", trunk.get("Id").clone())
                .with("TemplateFileName", template.clone())
                .with("RoutingRule", rule)
                .into()
        })
    }))
}

/// Lets a trunk register, which it does.
fn refresh(call: &Call<'_>, store: &mut Store) -> Answer {
    let id = call.field("id").and_then(Json::as_i64).ok_or_else(|| call.required("id"))?;
    let set = store.set_mut("Trunks").ok_or(Problem::NoSuchPath)?;
    let trunk = set.get(&Key::Int(id)).ok_or(Problem::refused("id", "WARNINGS.XAPI.NOT_FOUND"))?.clone();
    let number = trunk.text("Number").to_owned();
    set.put(trunk.with("IsOnline", Value::Bool(true)));
    tell(store, call, &number, true);
    Ok(Response::empty(204))
}

/// A trunk as a file.
fn export(call: &Call<'_>, store: &Store) -> Answer {
    let trunk = entities::named(call, store)?;
    let escaped = |text: &str| text.replace('&', "&amp;").replace('<', "&lt;").replace('"', "&quot;");
    let gateway = trunk.get("Gateway").as_object();
    let of_gateway = |name: &str| escaped(gateway.map_or("", |gateway| gateway.text(name)));
    let dids = trunk.get("DidNumbers").as_list().iter().filter_map(Value::as_text);
    let dids: String = dids.map(|did| format!("    <Did>{}</Did>\n", escaped(did))).collect();
    let xml = format!(
        "<?xml version=\"1.0\" encoding=\"utf-8\"?>\n<Trunk number=\"{}\" name=\"{}\" host=\"{}\">\n  <DidNumbers>\n{dids}  </DidNumbers>\n</Trunk>\n",
        escaped(trunk.text("Number")),
        of_gateway("Name"),
        of_gateway("Host"),
    );
    Ok(Response::file("application/xml", &format!("trunk-{}.xml", trunk.text("Number")), xml.into_bytes()))
}

/// Which DIDs lead to something with a number.
fn get_routes(call: &Call<'_>, store: &Store) -> Answer {
    let (request, route) = (call.shapes.get("SetRouteRequest"), call.shapes.get("SetRoute"));
    let (Some(request), Some(route)) = (request, route) else { return Err(Problem::NoSuchPath) };
    let mut rows = Vec::new();
    for id in call.ids_field("ids")? {
        let Some((peer, _)) = peer_by_id(store, id) else { continue };
        let rules = store.set("InboundRules").into_iter().flat_map(Set::rows);
        let leading = rules.filter(|rule| {
            let to = rule.get("OfficeHoursDestination").as_object();
            to.is_some_and(|to| to.get("Number") == peer.get("Number")) && !peer.text("Number").is_empty()
        });
        let routes = leading.map(|rule| {
            let trunk = rule.get("TrunkDN").as_object().and_then(|trunk| trunk.int("Id")).unwrap_or(0);
            let route = Entity::new(route).with("DID", rule.get("Data").clone()).with("TrunkId", Value::Int(trunk));
            Value::Object(Box::new(route.with("DisplayName", rule.get("RuleName").clone())))
        });
        rows.push(Entity::new(request).with("Id", Value::Int(id)).with("Routes", Value::List(routes.collect())));
    }
    Ok(call.rows("Collection(Pbx.SetRouteRequest)", &rows, None, Selection::all()))
}

/// Lets DIDs lead to something with a number, and to nothing else.
fn set_routes(call: &Call<'_>, store: &mut Store) -> Answer {
    let given = call.field("routes").cloned().unwrap_or_default();
    let refuse = |target: &str| Problem::refused(target, "WARNINGS.XAPI.NOT_FOUND");
    let found = given["Id"].as_i64().and_then(|id| peer_by_id(store, id)).ok_or(refuse("Id"))?;
    let (number, name, kind) = (found.0.text("Number").to_owned(), label(found.0).to_owned(), found.1.name());
    let destination = json!({ "To": kind, "Number": number, "Name": name, "Type": kind });
    let shape = store.set("InboundRules").ok_or(Problem::NoSuchPath)?.shape;
    let mut rules = Vec::new();
    for route in given["Routes"].as_array().into_iter().flatten() {
        let trunk = route["TrunkId"]
            .as_i64()
            .and_then(|id| store.set("Trunks")?.get(&Key::Int(id)))
            .ok_or(refuse("TrunkId"))?;
        let peer = json!({ "Id": trunk.int("Id"), "Number": trunk.text("Number"), "Name": label(trunk), "Type": PeerKind::ExternalLine.name() });
        let rule = json!({
            "RuleName": route["DisplayName"], "Condition": "BasedOnDID", "Data": route["DID"], "TrunkDN": peer,
            "OfficeHoursDestination": destination, "OutOfOfficeHoursDestination": destination,
        });
        rules.push(known_entity(Entity::new(shape), &rule, call.shapes));
    }
    let set = store.set_mut("InboundRules").ok_or(Problem::NoSuchPath)?;
    let key = set.key;
    let leads_there =
        |rule: &Entity| rule.get("OfficeHoursDestination").as_object().is_some_and(|to| to.text("Number") == number);
    let replaced = |rule: &Entity| leads_there(rule) || rules.iter().any(|new| new.get("Data") == rule.get("Data"));
    let old: Vec<Key> = set.rows().filter(|rule| replaced(rule)).filter_map(|rule| Key::of(rule.get(key))).collect();
    for key in old {
        set.remove(&key);
    }
    for rule in rules {
        let free = set.free_key();
        set.put(rule.with(key, free.into()));
    }
    Ok(Response::empty(204))
}
