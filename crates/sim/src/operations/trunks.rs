//! Trunks and fax extensions: blanks to fill in, registration, and which DID leads where.

use serde_json::{Value as Json, json};

use super::{Behaviour, Call, audit, entities, numbers};
use crate::company::library;
use crate::http::{Problem, Response};
use crate::odata::Selection;
use crate::state::{Entity, Key, Row, Set, Shape, Store, Value};

pub(super) fn behaviour(operation: &str) -> Option<Behaviour> {
    Some(match operation {
        "Fax.InitFax" => init_fax,
        "Trunks.InitTrunk" => init_trunk,
        "Trunks.InitMasterBridge" => |call| init_bridge(call, "BridgeMaster"),
        "Trunks.InitSlaveBridge" => |call| init_bridge(call, "BridgeSlave"),
        "Trunks.CreateTrunk" => create,
        "Trunks.UpdateTrunk" => update,
        "Trunks.RefreshRegistration" => refresh,
        "Trunks.ExportTrunk" => export,
        "Trunks.SetRoutes" => set_routes,
        "Defs.GetRoutes" => get_routes,
        _ => return None,
    })
}

/// Something new that is not kept: whoever asked fills it in and sends it back.
fn blank(call: &Call<'_>, set: &str, json: &Json) -> Result<Response, Problem> {
    let store = call.read();
    let shape = store.set(set).ok_or(Problem::NoSuchPath)?.shape;
    let options = call.options(Some(shape))?;
    let number = numbers::free_number(&store, set, None).map_or(Value::Null, Value::text);
    let entity = library::entity(Entity::new(shape).with("Number", number), json, call.shapes);
    Ok(call.entity(200, &format!("{set}/$entity"), &entity, &options.selection))
}

fn random(call: &Call<'_>, length: usize) -> String {
    let mut rng = fastrand::Rng::with_seed(call.now.as_nanosecond() as u64 ^ length as u64);
    (0..length).map(|_| rng.alphanumeric()).collect()
}

fn init_fax(call: &Call<'_>) -> Result<Response, Problem> {
    blank(
        call,
        "Fax",
        &json!({ "Id": 0, "AuthID": random(call, 10), "AuthPassword": random(call, 12), "FaxServer": false }),
    )
}

/// A trunk as a provider's template wants it.
fn init_trunk(call: &Call<'_>) -> Result<Response, Problem> {
    let wanted = call.parameters.get("template").and_then(Value::as_text).unwrap_or_default();
    let gateway = {
        let store = call.read();
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
    blank(
        call,
        "Trunks",
        &json!({ "Id": 0, "AuthID": "", "ExternalNumber": "", "IsOnline": false, "Gateway": gateway }),
    )
}

fn init_bridge(call: &Call<'_>, kind: &str) -> Result<Response, Problem> {
    let gateway =
        json!({ "Name": "Bridge", "Host": "", "Type": kind, "Port": 5060, "Codecs": ["PCMA", "PCMU"], "Lines": 10 });
    blank(call, "Trunks", &json!({ "Id": 0, "AuthID": random(call, 10), "IsOnline": false, "Gateway": gateway }))
}

fn create(call: &Call<'_>) -> Result<Response, Problem> {
    let mut trunk = None;
    let response = numbers::create(call, |entity, _| {
        trunk = Some((entity.get("Number").clone(), entity.get("RoutingRules").clone()));
        entity.set("RoutingRules", Value::List(Vec::new()));
        Ok(())
    })?;
    if let Some((number, rules)) = trunk.filter(|(_, rules)| !rules.as_list().is_empty()) {
        keep_rules(&mut call.write(), &number, &rules);
    }
    Ok(response)
}

fn update(call: &Call<'_>) -> Result<Response, Problem> {
    let mut rules = Value::Null;
    let mut registered = (false, false);
    let mut number = Value::Null;
    let was_online = |trunk: &Entity| trunk.get("IsOnline") == &Value::Bool(true);
    {
        let store = call.read();
        registered.0 = was_online(entities::find(call, store.set("Trunks").ok_or(Problem::NoSuchPath)?)?);
    }
    let response = numbers::update(call, |trunk, _| {
        registered.1 = was_online(trunk);
        number = trunk.get("Number").clone();
        rules = trunk.get("RoutingRules").clone();
        trunk.set("RoutingRules", Value::List(Vec::new()));
        Ok(())
    })?;
    let store = &mut *call.write();
    if call.field("RoutingRules").is_some() {
        keep_rules(store, &number, &rules);
    }
    if registered.0 != registered.1 {
        tell(store, call, number.as_text().unwrap_or_default(), registered.1);
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
        let peer = rule.shape.neighbour("Peer").map(|shape| super::derived::peer(shape, &trunk, "ExternalLine"));
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

/// A trunk as it is shown, with its rules if they are asked for.
pub(super) fn shown<'s>(store: &'s Store, trunk: &'s Entity, with_rules: bool) -> Row<'s> {
    if !with_rules {
        return Row::Stored(trunk);
    }
    let rules = store.set("InboundRules").into_iter().flat_map(Set::rows).filter(|rule| leads_in(rule, trunk));
    let rules = rules.map(|rule| Value::Object(Box::new(rule.clone()))).collect();
    trunk.clone().with("RoutingRules", Value::List(rules)).into()
}

/// The DIDs of all trunks, each with the rule that it has.
pub(super) fn dids<'s>(store: &'s Store, shape: &'static Shape) -> impl Iterator<Item = Row<'s>> {
    let rules: Vec<&Entity> = store.set("InboundRules").into_iter().flat_map(Set::rows).collect();
    store.set("Trunks").into_iter().flat_map(Set::rows).flat_map(move |trunk| {
        let rules = rules.clone();
        let template = trunk.get("Gateway").as_object().map_or(Value::Null, |g| g.get("TemplateFilename").clone());
        trunk.get("DidNumbers").as_list().iter().map(move |number| {
            let rule = rules.iter().find(|rule| rule.get("Data") == number && rule.text("Condition") == "BasedOnDID");
            let rule = rule.map_or(Value::Null, |rule| Value::Object(Box::new((*rule).clone())));
            Entity::new(shape)
                .with("Number", number.clone())
                .with("TrunkId", trunk.get("Id").clone())
                .with("TemplateFileName", template.clone())
                .with("RoutingRule", rule)
                .into()
        })
    })
}

/// A trunk that is told to register does.
fn refresh(call: &Call<'_>) -> Result<Response, Problem> {
    let id = call.field("id").and_then(Json::as_i64).ok_or_else(|| call.required("id"))?;
    let store = &mut *call.write();
    let set = store.set_mut("Trunks").ok_or(Problem::NoSuchPath)?;
    let trunk = set.get(&Key::Int(id)).ok_or(Problem::refused("id", "WARNINGS.XAPI.NOT_FOUND"))?.clone();
    let number = trunk.text("Number").to_owned();
    set.put(trunk.with("IsOnline", Value::Bool(true)));
    tell(store, call, &number, true);
    Ok(Response::empty(204))
}

/// A trunk as a file.
fn export(call: &Call<'_>) -> Result<Response, Problem> {
    let store = call.read();
    let trunk = entities::find(call, store.set("Trunks").ok_or(Problem::NoSuchPath)?)?;
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
fn get_routes(call: &Call<'_>) -> Result<Response, Problem> {
    let store = call.read();
    let (request, route) = (call.shapes.get("SetRouteRequest"), call.shapes.get("SetRoute"));
    let (Some(request), Some(route)) = (request, route) else { return Err(Problem::NoSuchPath) };
    let mut rows = Vec::new();
    for id in call.ids_field("ids")? {
        let Some((peer, _)) = super::peers::by_id(&store, id) else { continue };
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
fn set_routes(call: &Call<'_>) -> Result<Response, Problem> {
    let given = call.field("routes").cloned().unwrap_or_default();
    let store = &mut *call.write();
    let refuse = |target: &str| Problem::refused(target, "WARNINGS.XAPI.NOT_FOUND");
    let found = given["Id"].as_i64().and_then(|id| super::peers::by_id(store, id)).ok_or(refuse("Id"))?;
    let (number, name, kind) = (found.0.text("Number").to_owned(), super::peers::label(found.0).to_owned(), found.1);
    let destination = json!({ "To": kind, "Number": number, "Name": name, "Type": kind });
    let shape = store.set("InboundRules").ok_or(Problem::NoSuchPath)?.shape;
    let mut rules = Vec::new();
    for route in given["Routes"].as_array().into_iter().flatten() {
        let trunk = route["TrunkId"]
            .as_i64()
            .and_then(|id| store.set("Trunks")?.get(&Key::Int(id)))
            .ok_or(refuse("TrunkId"))?;
        let peer = json!({ "Id": trunk.int("Id"), "Number": trunk.text("Number"), "Name": super::peers::label(trunk), "Type": "ExternalLine" });
        let rule = json!({
            "RuleName": route["DisplayName"], "Condition": "BasedOnDID", "Data": route["DID"], "TrunkDN": peer,
            "OfficeHoursDestination": destination, "OutOfOfficeHoursDestination": destination,
        });
        rules.push(library::entity(Entity::new(shape), &rule, call.shapes));
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
