//! What has gone is referred to nowhere.

mod common;

use common::Session;
use reqwest::Method;
use serde_json::{Value, json};
use threecx_sim::Pbx;

impl Session {
    async fn make(&self, path: &str, body: Value) -> String {
        let (status, created) = self.send(Method::POST, path, Some(body)).await;
        assert_eq!(status, 201, "{path}: {created}");
        format!("{path}({})", created["Id"])
    }
}

#[tokio::test]
async fn a_user_that_goes_leaves_queues_groups_rules_and_menus() {
    let session = Session::start(Pbx::builder().users(20).calls(0)).await;
    let user = session
        .make(
            "/Users",
            json!({ "Number": "777", "FirstName": "Ada", "LastName": "Away", "Groups": [{ "GroupId": 28 }] }),
        )
        .await;
    let to_him = json!({ "To": "Extension", "Number": "777" });
    let queue = session
        .make("/Queues", json!({ "Agents": [{ "Number": "777" }, { "Number": "101" }], "Managers": [{ "Number": "777" }], "ForwardNoAnswer": to_him, "BreakRoute": { "Route": to_him } }))
        .await;
    let ring = session
        .make("/RingGroups", json!({ "Name": "Ring", "Members": [{ "Number": "101" }, { "Number": "777" }] }))
        .await;
    let menu = session
        .make("/Receptionists", json!({ "Forwards": [{ "Id": 1, "Input": "1", "ForwardType": "Extension", "ForwardDN": "777" }], "TimeoutForwardType": "Extension", "TimeoutForwardDN": "777" }))
        .await;
    let rule = session
        .make(
            "/InboundRules",
            json!({ "RuleName": "x", "Data": "1", "TrunkDN": { "Number": "10000" }, "OfficeHoursDestination": to_him }),
        )
        .await;
    // What is referred to is called by its name.
    let (_, named) = session.get(&format!("{queue}?$expand=Agents,Managers")).await;
    assert_eq!(
        (&named["Agents"][0]["Name"], &named["ForwardNoAnswer"]["Name"]),
        (&json!("Away, Ada"), &json!("Away, Ada"))
    );
    assert_eq!(named["ForwardNoAnswer"]["Type"], "Extension");

    assert_eq!(session.send(Method::DELETE, &user, None).await.0, 204);
    let (_, after) = session.get(&format!("{queue}?$expand=Agents,Managers")).await;
    let agents: Vec<&Value> =
        after["Agents"].as_array().expect("agents").iter().map(|agent| &agent["Number"]).collect();
    assert_eq!((agents, &after["Managers"]), (vec![&json!("101")], &json!([])));
    assert_eq!(
        (&after["ForwardNoAnswer"]["To"], &after["BreakRoute"]["Route"]["To"]),
        (&json!("None"), &json!("None"))
    );
    let (_, after) = session.get(&format!("{ring}?$expand=Members")).await;
    assert_eq!(after["Members"].as_array().map(Vec::len), Some(1));
    let (_, after) = session.get(&format!("{menu}?$expand=Forwards")).await;
    assert_eq!(
        (&after["Forwards"][0]["ForwardType"], &after["TimeoutForwardType"]),
        (&json!("EndCall"), &json!("EndCall"))
    );
    let (_, after) = session.get(&rule).await;
    assert_eq!(after["OfficeHoursDestination"]["To"], "None");
    let (_, members) = session.get("/Groups(28)/Members?$filter=Number%20eq%20'777'").await;
    assert_eq!(members["value"], json!([]));
}

#[tokio::test]
async fn a_trunk_that_goes_takes_its_rules_and_routes_with_it() {
    let session = Session::start(Pbx::builder().users(20).calls(0)).await;
    let (_, trunk) = session.get("/Trunks(Number='10000')").await;
    let rules = "/InboundRules/$count?$filter=TrunkDN/Number%20eq%20'10000'";
    assert_eq!(session.get(rules).await.1, 8);
    assert_eq!(session.send(Method::DELETE, &format!("/Trunks({})", trunk["Id"]), None).await.0, 204);
    assert_eq!(session.get(rules).await.1, 0);
    let (_, outbound) = session.get("/OutboundRules").await;
    for rule in outbound["value"].as_array().expect("rules") {
        assert_eq!(rule["Routes"].as_array().map(Vec::len), Some(1), "{rule}");
    }
    // The last one is needed for emergency calls.
    let (_, last) = session.get("/Trunks(Number='10001')").await;
    let (status, refused) = session.send(Method::DELETE, &format!("/Trunks({})", last["Id"]), None).await;
    assert_eq!(status, 400);
    assert_eq!(refused["error"]["details"][0]["message"], "WARNINGS.CANNOT_DELETE_TRUNKS_BINDED_ERMERGENCY_NUMBER");
}

#[tokio::test]
async fn members_of_every_kind_join_and_leave_a_department() {
    let session = Session::start(Pbx::builder().users(20).calls(0)).await;
    let group = session.make("/Groups", json!({ "Name": "Mixed", "Members": [{ "Number": "101" }] })).await;
    let numbers = |rows: Value| -> Vec<String> {
        rows["value"]
            .as_array()
            .into_iter()
            .flatten()
            .filter_map(|row| Some(row["Number"].as_str()?.to_owned()))
            .collect()
    };
    let members = format!("{group}/Members");
    assert_eq!(numbers(session.get(&members).await.1), ["101"]);
    assert_eq!(session.get(&group).await.1["HasMembers"], true);
    let change = json!({ "Members": [{ "Number": "102", "Rights": { "RoleName": "managers" } }, { "Number": "800" }, { "Number": "SP11" }] });
    assert_eq!(session.send(Method::PATCH, &group, Some(change)).await.0, 204);
    let (_, rows) = session.get(&format!("{members}?$expand=Rights")).await;
    assert_eq!(numbers(rows.clone()), ["102", "800", "SP11"]);
    assert_eq!(
        rows["value"]
            .as_array()
            .expect("rows")
            .iter()
            .map(|row| row["Type"].as_str().expect("text"))
            .collect::<Vec<_>>(),
        ["Extension", "Queue", "Parking"]
    );
    assert_eq!(rows["value"][0]["Rights"]["RoleName"], "managers");
    let (_, user) = session.get("/Users(Number='102')?$expand=Groups").await;
    assert!(
        user["Groups"]
            .as_array()
            .expect("groups")
            .iter()
            .any(|row| row["Name"] == "Mixed" && row["MemberName"] == user["DisplayName"])
    );
    assert_eq!(session.send(Method::PATCH, &group, Some(json!({ "Members": [] }))).await.0, 204);
    assert_eq!(session.get(&group).await.1["HasMembers"], false);
    assert_eq!(session.send(Method::DELETE, &group, None).await.0, 204);
}

#[tokio::test]
async fn bulk_deletes_tell_what_they_could_not_delete() {
    let session = Session::start(Pbx::builder().users(20).calls(0)).await;
    let (_, settings) = session.get("/GeneralSettingsForPbx").await;
    assert!(settings["OperatorExtension"].is_string());
    let operator = json!({ "OperatorExtension": "103" });
    assert_eq!(session.send(Method::PATCH, "/GeneralSettingsForPbx", Some(operator)).await.0, 204);
    let (status, errors) =
        session.send(Method::POST, "/Users/Pbx.BatchDelete", Some(json!({ "Ids": [31, 32, 9999] }))).await;
    assert_eq!(status, 200);
    assert_eq!(
        errors["value"],
        json!([
            { "Error": "WARNINGS.OPERATOR_CANNOT_BE_DELETED", "ExtensionNumber": "103" },
            { "Error": "WARNINGS.XAPI.NOT_FOUND", "ExtensionNumber": "9999" },
        ])
    );
    assert_eq!(session.get("/Users(31)").await.0, 404);
    assert_eq!(session.get("/Users(32)").await.0, 200);
}
