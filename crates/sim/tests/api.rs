//! The simulated PBX as a client meets it.

mod common;

use std::time::Duration;

use common::{Session, http, log_in};
use reqwest::{Method, StatusCode};
use serde_json::{Value, json};
use threecx_catalog::Span;
use threecx_sim::{Clock, Pbx, PhoneState};

#[tokio::test]
async fn one_token_holds_at_a_time() {
    let clock = Clock::manual(1_800_000_000);
    let first = Session::start(Pbx::builder().users(3).clock(clock.clone())).await;
    assert_eq!(first.get("/Defs?$select=Id").await.0, 200);
    let second = log_in(&first.pbx, &first.http).await;
    assert_eq!(first.get("/Defs?$select=Id").await.0, 401);
    let renewed = Session { token: second, ..first };
    assert_eq!(renewed.get("/Defs?$select=Id").await.0, 200);
    clock.step(Duration::from_secs(3601));
    assert_eq!(renewed.get("/Defs?$select=Id").await.0, 401);
}

#[tokio::test]
async fn logins_are_taken_as_forms_and_in_parts_and_refused_politely() {
    let pbx = Pbx::builder().users(3).client("900", "s+cr&t=é").start().await.expect("a free port");
    let (http, url) = (http(), format!("{}/connect/token", pbx.url()));
    log_in(&pbx, &http).await;
    let parts = reqwest::multipart::Form::new()
        .text("grant_type", "client_credentials")
        .text("client_id", "900")
        .text("client_secret", "s+cr&t=é");
    assert_eq!(http.post(&url).multipart(parts).send().await.expect("an answer").status(), 200);
    for (grant, id, secret, status) in [
        ("client_credentials", "900", "wrong", 401),
        ("client_credentials", "901", "s+cr&t=é", 401),
        ("password", "900", "s+cr&t=é", 400),
    ] {
        let form = [("grant_type", grant), ("client_id", id), ("client_secret", secret)];
        let response = http.post(&url).form(&form).send().await.expect("an answer");
        assert_eq!(response.status(), status);
        assert!(response.json::<Value>().await.expect("JSON")["error"].is_string());
    }
    assert_eq!(http.get(&url).send().await.expect("an answer").status(), 405);
    let nobody = http.get(format!("{}/xapi/v1/Users", pbx.url())).send().await.expect("an answer");
    assert_eq!(nobody.status(), 401);
    assert!(nobody.headers()["www-authenticate"].to_str().expect("text").starts_with("Bearer"));
    assert_eq!(nobody.headers()["x-3cx-version"], "20.0.10.1621");
}

#[tokio::test]
async fn lists_are_filtered_ordered_and_paged() {
    let session = Session::start(Pbx::builder().users(500)).await;
    assert_eq!(session.numbers("$top=3").await, ["100", "101", "102"]);
    assert_eq!(session.numbers("$top=2&$skip=498").await, ["598", "599"]);
    assert_eq!(session.numbers("$top=2&$orderby=Number%20desc").await, ["599", "598"]);
    assert_eq!(session.numbers("$filter=Id%20eq%20123%20or%20Number%20eq%20'101'").await, ["101", "194"]);
    assert_eq!(session.numbers("$filter=Id+in+(123,456)").await, ["194", "527"]);
    assert_eq!(session.numbers("$search=ext250").await, ["250"]);
    assert_eq!(session.numbers("").await.len(), 50);

    let (_, counted) = session.get("/Users?$count=true&$top=0&$filter=startswith(Number,'10')").await;
    assert_eq!((&counted["@odata.count"], counted["value"].as_array().map(Vec::len)), (&json!(10), Some(0)));
    let (_, selected) = session
        .get("/Users?$top=1&$select=Id,Number&$expand=Groups($select=Name;$expand=Rights($select=RoleName))")
        .await;
    assert_eq!(
        selected["@odata.context"],
        json!(format!("{}/xapi/v1/$metadata#Users(Id,Number,Groups(Name,Rights(RoleName)))", session.pbx.url()))
    );
    let row = &selected["value"][0];
    assert_eq!(
        (&row["Id"], &row["Number"], row.as_object().map(serde_json::Map::len)),
        (&json!(29), &json!("100"), Some(3))
    );
    assert_eq!(row["Groups"][0]["Rights"]["RoleName"], "system_owners");

    for (query, words) in [
        (
            "$top=500",
            "The limit of '100' for Top query has been exceeded. The value from the incoming request is '500'.",
        ),
        ("$top=-1", "requires a non-negative integer"),
        ("$filter=Nummer%20eq%201", "Could not find a property named 'Nummer' on type 'Pbx.User'"),
        ("$select=Nummer", "Could not find a property named 'Nummer'"),
        ("$expand=Number", "is not a navigation property"),
        ("$apply=x", "'$apply' is not supported"),
        ("$filter=%ff", "not properly encoded"),
    ] {
        let (status, refused) = session.get(&format!("/Users?{query}")).await;
        let message = refused["error"]["message"].as_str().unwrap_or_default();
        assert_eq!(status, 400, "{query}");
        assert!(
            message.starts_with("The query specified in the URI is not valid. ") && message.contains(words),
            "{message}"
        );
    }
}

#[tokio::test]
async fn what_is_written_is_read_back() {
    let session = Session::start(Pbx::builder().users(5)).await;
    let (status, created) = session.send(Method::POST, "/Users", Some(json!({}))).await;
    assert_eq!(status, 201);
    assert_eq!(created["Number"], "105");
    let path = format!("/Users({})", created["Id"]);
    let path = path.as_str();
    let change =
        json!({"FirstName": "Ada", "mobile": null, "Groups": [{"GroupId": 28, "Rights": {"RoleName": "users"}}]});
    assert_eq!(session.send(Method::PATCH, path, Some(change)).await.0, 204);
    let (_, read) = session.get("/Users(Number='105')?$expand=Groups").await;
    assert_eq!(
        (&read["FirstName"], &read["Groups"][0]["GroupId"], &read["Enabled"]),
        (&json!("Ada"), &json!(28), &json!(true))
    );

    for (method, path, body, code, target) in [
        (Method::POST, "/Users", json!({"Number": "100"}), "WARNINGS.XAPI.ALREADY_IN_USE", "Number"),
        (
            Method::POST,
            "/Users",
            json!({"EmailAddress": "EXT100@demo.example"}),
            "WARNINGS.XAPI.ALREADY_IN_USE",
            "EmailAddress",
        ),
        (Method::PATCH, path, json!({"Number": "777"}), "WARNINGS.XAPI.FORBIDDEN_CHANGE", "Number"),
        (Method::DELETE, "/Groups(28)", Value::Null, "WARNINGS.GROUP_CANNOT_BE_DELETED", "Id"),
    ] {
        let (status, refused) = session.send(method, path, Some(body).filter(|body| !body.is_null())).await;
        assert_eq!(status, 400, "{path}");
        assert_eq!(refused["error"]["details"][0], json!({"code": "", "message": code, "target": target}));
        assert_eq!(refused["error"]["message"], json!(format!("{target}:\n{code}")));
    }
    for body in [
        json!({"FirstNaem": 1}),
        json!({"Id": "x"}),
        json!([1]),
        json!({"Enabled": "yes"}),
        json!({"QueueStatus": "Asleep"}),
    ] {
        let (status, refused) = session.send(Method::PATCH, path, Some(body)).await;
        assert_eq!(status, 400);
        assert!(
            refused["error"]["message"].as_str().is_some_and(|message| message.starts_with("The input was not valid."))
        );
    }
    assert_eq!(session.send(Method::DELETE, path, None).await.0, 204);
    assert_eq!(session.get(path).await.0, 404);
    let (_, errors) = session.send(Method::POST, "/Users/Pbx.BatchDelete", Some(json!({"Ids": [29, 999]}))).await;
    assert_eq!(errors["value"].as_array().map(Vec::len), Some(1));

    // Sets that have no behaviour of their own keep what they are given, too.
    let (status, contact) = session
        .send(Method::POST, "/Contacts", Some(json!({"FirstName": "Nikolai", "PhoneNumber": "1234567890"})))
        .await;
    assert_eq!(status, 201);
    let (_, read) = session.get(&format!("/Contacts({})?$select=FirstName", contact["Id"])).await;
    assert_eq!(read["FirstName"], "Nikolai");
    assert_eq!(session.send(Method::PATCH, "/VoicemailSettings", Some(json!({"Quota": 7}))).await.0, 204);
    assert_eq!(session.get("/VoicemailSettings").await.1["Quota"], 7);
}

#[tokio::test]
async fn phones_do_what_they_are_told_and_take_their_time() {
    let clock = Clock::manual(1_800_000_000);
    let session = Session::start(Pbx::builder().users(50).clock(clock.clone())).await;
    let (_, users) = session.get("/Users?$expand=Phones&$filter=Phones/$count%20gt%201&$top=1").await;
    let user = &users["value"][0];
    let macs: Vec<&str> =
        user["Phones"].as_array().expect("phones").iter().filter_map(|phone| phone["MacAddress"].as_str()).collect();
    let states = || macs.iter().map(|mac| session.pbx.phone_state(mac)).collect::<Vec<_>>();

    let order = session.send(Method::POST, "/Users/Pbx.ReprovisionAllPhones", Some(json!({"ids": [user["Id"]]}))).await;
    assert_eq!(order, (StatusCode::NO_CONTENT, Value::Null));
    assert_eq!(states(), [PhoneState::Provisioning; 2]);
    clock.step(Duration::from_secs(25));
    assert_eq!(states(), [PhoneState::Restarting; 2]);
    clock.step(Duration::from_secs(25));
    assert_eq!(states(), [PhoneState::Registered; 2]);

    assert_eq!(
        session.send(Method::POST, "/Users/Pbx.RebootPhone", Some(json!({"mac": macs[0].to_lowercase()}))).await.0,
        204
    );
    assert_eq!(states(), [PhoneState::Restarting, PhoneState::Registered]);

    for (action, body, target) in [
        ("ReprovisionAllPhones", json!({"ids": [29, 9999]}), "ids"),
        ("RebootPhone", json!({"mac": "000000000000"}), "mac"),
    ] {
        let (status, refused) = session.send(Method::POST, &format!("/Users/Pbx.{action}"), Some(body)).await;
        assert_eq!((status.as_u16(), &refused["error"]["details"][0]["target"]), (400, &json!(target)));
    }
    assert_eq!(session.send(Method::POST, "/Users/Pbx.ReprovisionAllPhones", Some(json!({"ids": ["x"]}))).await.0, 400);
    let orders = session
        .pbx
        .received()
        .into_iter()
        .filter(|call| call.operation == Some("Users.ReprovisionAllPhones") && call.status == 204);
    assert_eq!(orders.count(), 1);
}

#[tokio::test]
async fn each_release_has_its_own_paths() {
    let release = |text: &str| Span::parse(text).expect("known");
    let old = Session::start(Pbx::builder().users(5).api(release("20.0.7"))).await;
    assert_eq!(old.get("/Users/Pbx.GetByNumber(number='102')").await.1["Id"], 31);
    assert_eq!(old.get("/Users(Number='102')").await.0, 404);
    let new = Session::start(Pbx::builder().users(5).api(release("20.0.10"))).await;
    assert_eq!(new.get("/users(Number='102')").await.1["Id"], 31);
    assert_eq!(new.get("/Users/Pbx.GetByNumber(number='102')").await.0, 404);
    assert_eq!(new.get("/Users/Pbx.GetFirstAvailableExtensionNumber()").await.1["Number"], "105");
    assert_eq!(new.get("/Users/Pbx.GetFirstAvailableExtensionNumber").await.0, 404);
    assert_eq!(new.get("/Users('x')").await.0, 404);
    assert_eq!(new.get("/Nothing").await.0, 404);
    assert_eq!(new.get("/Users(29").await.0, 404);
    assert_eq!(new.send(Method::PUT, "/Users(29)", Some(json!({}))).await.0, 405);
    assert_eq!(new.get("/SystemStatus").await.1["Version"], "20.0.10.1621");
}

#[tokio::test]
async fn too_much_is_refused() {
    let session = Session::start(Pbx::builder().users(5)).await;
    let large = json!({"ids": vec![1; 5_000_000]});
    let (status, _) = session.send(Method::POST, "/Users/Pbx.ReprovisionAllPhones", Some(large)).await;
    assert_eq!(status, 413);
    let broken =
        session.http.post(format!("{}/xapi/v1/Users", session.pbx.url())).bearer_auth(&session.token).body("{").send();
    assert_eq!(broken.await.expect("an answer").status(), 400);
    let deep = format!("/Users?$filter={}Id%20eq%201{}", "(".repeat(500), ")".repeat(500));
    assert_eq!(session.get(&deep).await.0, 400);
}

#[tokio::test]
async fn ten_thousand_extensions_have_numbers_of_their_own() {
    let session = Session::start(Pbx::builder().users(10_000)).await;
    let (_, last) = session.get("/Users?$orderby=Id%20desc&$top=1&$count=true&$select=Number,Id").await;
    assert_eq!(
        (&last["@odata.count"], &last["value"][0]["Number"], &last["value"][0]["Id"]),
        (&json!(10_000), &json!("19999"), &json!(10_028))
    );
    assert_eq!(session.get("/Users(Number='15000')?$select=Id").await.1["Id"], 5029);
}

#[tokio::test]
async fn the_same_seed_is_the_same_company() {
    let names = |seed| async move {
        let session = Session::start(Pbx::builder().users(40).seed(seed)).await;
        session.get("/Users?$select=DisplayName,EmailAddress").await.1["value"].clone()
    };
    assert_eq!(names(7).await, names(7).await);
    assert_ne!(names(7).await, names(8).await);
}
