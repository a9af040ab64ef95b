//! What a plan asks about, by what is there; and that what is there can be written back.

use serde_json::Value;
use threecx::{Client, Opened};
use threecx_catalog::{Method, Operation, collections};
use threecx_change::items::{ItemAction, ItemChange};
use threecx_change::{Draft, Intent, Plan, Wants};
use threecx_core::guard::Finding;
use threecx_core::{Arguments, Input, Place, raw};
use threecx_sim::Pbx;

async fn pbx() -> (Pbx, Client) {
    let pbx = Pbx::start().await.expect("a simulated PBX");
    let client =
        Client::builder(pbx.url()).credentials(pbx.client_id(), pbx.client_secret()).build().expect("a client");
    (pbx, client)
}

fn operation(id: &str) -> &'static Operation {
    threecx_catalog::operation(id).expect(id)
}

async fn plan(pbx: &Pbx, client: &Client, intent: Intent) -> Plan {
    let draft = Draft::of(vec![intent], None).expect("it fits");
    draft.plan(client, pbx.url(), Wants::default()).await.expect("it is planned")
}

async fn rows(client: &Client, id: &str) -> Vec<Value> {
    let reply = client.call(operation(id), &Arguments::default()).await.expect("rows");
    let list: Value = serde_json::from_slice(reply.bytes()).expect("JSON");
    list["value"].as_array().expect("a list").clone()
}

#[tokio::test]
async fn the_last_route_of_an_emergency_rule_is_asked_about_by_the_rule_that_is_there() {
    let (pbx, client) = pbx().await;
    let update = |id: &str, routes: &str| {
        let mut arguments = Arguments::default();
        arguments.set(Place::Path, "Id", id);
        arguments.set(Place::Field, "Routes", routes);
        Intent::new(operation("OutboundRules.UpdateOutboundRule"), arguments)
    };
    let rules = rows(&client, "OutboundRules.ListOutboundRule").await;
    let is_for_emergencies = |rule: &&Value| rule["EmergencyRule"] == true;
    assert!(rules.iter().any(|rule| is_for_emergencies(&rule)) && !rules.iter().all(|rule| is_for_emergencies(&rule)));
    for rule in &rules {
        let id = rule["Id"].to_string();
        let routes = rule["Routes"].to_string();
        for (routes, takes_all) in [("[]", true), (r#"[{"TrunkId": -1}]"#, true), (routes.as_str(), false)] {
            let plan = plan(&pbx, &client, update(&id, routes)).await;
            let asked = plan.findings().into_iter().find(|finding| !finding.is_about_list());
            let wanted = Finding::SilencesEmergencyCalls {
                rule: rule["Name"].as_str().unwrap_or_default().to_owned(),
                numbers: rule["Prefix"].as_str().unwrap_or_default().to_owned(),
            };
            assert_eq!(asked, (takes_all && is_for_emergencies(&rule)).then_some(wanted), "{rule} {routes}");
            // What only the guard has to know is not put back by an undo.
            let before = plan.steps[0].before.as_ref().expect("it was read");
            assert_eq!(before.properties.keys().collect::<Vec<_>>(), ["Routes"]);
        }
        let delete = Intent::new(operation("OutboundRules.DeleteOutboundRule"), Arguments::default());
        let plan = plan(&pbx, &client, delete.to([format!("id:{id}")])).await;
        let silences = plan.findings().iter().any(|finding| matches!(finding, Finding::SilencesEmergencyCalls { .. }));
        assert_eq!(silences, is_for_emergencies(&rule), "{rule}");
    }
}

#[tokio::test]
async fn what_a_pbx_has_stored_keeps_nobody_from_changing_the_rest() {
    let (pbx, client) = pbx().await;
    let trunk = rows(&client, "Trunks.ListTrunk").await[0]["Id"].to_string();
    let stored = r#"{"DidNumbers":["anonymous","+49301234501"]}"#.to_owned();
    let request = raw(Method::Patch, &format!("Trunks({trunk})"), Some(stored));
    assert!(matches!(client.open(&request, None).await, Ok(Opened::Reply(_))));
    let collection = collections().iter().find(|collection| collection.property.name == "DidNumbers").expect("known");
    for (action, word, left) in [
        (ItemAction::Add, "+49301234502-+49301234503", r#"["anonymous","+49301234501","+49301234502","+49301234503"]"#),
        (ItemAction::Remove, "anonymous", r#"["+49301234501"]"#),
    ] {
        let items = ItemChange { collection, action, words: vec![word.to_owned()], also: Vec::new() };
        let mut intent = Intent::new(operation("Trunks.UpdateTrunk"), Arguments::default()).to([format!("id:{trunk}")]);
        intent.items = Some(items);
        let requests = plan(&pbx, &client, intent).await.requests().expect("they fit");
        assert_eq!(requests[0].body, Some(format!("{{\"DidNumbers\":{left}}}")), "{word}");
    }
    // Given anew, it is refused.
    let mut arguments = Arguments::default();
    arguments.set(Place::Path, "Id", trunk.as_str());
    arguments.set(Place::Field, "DidNumbers", Input::Json(r#"["anonymous"]"#.into()));
    assert!(Draft::of(vec![Intent::new(operation("Trunks.UpdateTrunk"), arguments)], None).is_err());
}
