//! Query options as clients send them: `$search`, `$select`, `$expand`, counts, and what is
//! refused.

mod common;

use common::Session;
use reqwest::Method;
use serde_json::{Value, json};
use threecx_catalog::{Span, Type, structures};
use threecx_sim::{Clock, Pbx};

/// 2027-01-15T08:00:00Z
const NOW: i64 = 1_800_000_000;

async fn session() -> Session {
    let session = Session::start(Pbx::builder().users(30).clock(Clock::manual(NOW)).calls(400)).await;
    for (id, change) in [
        (29, json!({ "FirstName": "Ada Mary", "LastName": "Byron", "DisplayName": "Byron, Ada", "Mobile": "+49 170" })),
        (30, json!({ "FirstName": "Ada", "LastName": "Yonath", "DisplayName": "a \"quoted\" name" })),
        (
            31,
            json!({ "FirstName": "Élodie", "BreakTime": null, "Hours": { "Type": "OfficeHours", "IgnoreHolidays": true } }),
        ),
    ] {
        let (status, answer) = session.send(Method::PATCH, &format!("/Users({id})"), Some(change)).await;
        assert_eq!(status, 204, "{answer}");
    }
    session
}

impl Session {
    async fn ok(&self, path: &str) -> Value {
        let (status, answer) = self.get(path).await;
        assert_eq!(status, 200, "{path}: {answer}");
        answer
    }

    async fn ids(&self, query: &str) -> Vec<i64> {
        let answer = self.ok(&format!("/Users?$select=Id&$top=100&{query}")).await;
        answer["value"].as_array().expect("rows").iter().filter_map(|row| row["Id"].as_i64()).collect()
    }

    /// The plain text of a path that ends in `/$count`.
    async fn count(&self, path: &str) -> (u16, String) {
        let url = format!("{}/xapi/v1{path}", self.pbx.url());
        let response = self.http.get(url).bearer_auth(&self.token).send().await.expect("an answer");
        (response.status().as_u16(), response.text().await.expect("text"))
    }

    /// Asserts that a path is refused with 400, in words that contain these.
    async fn refuses(&self, path: &str, words: &str) {
        let (status, refused) = self.get(path).await;
        let message = refused["error"]["message"].as_str().unwrap_or_default();
        assert_eq!(status, 400, "{path}: {refused}");
        assert!(message.starts_with("The query specified in the URI is not valid. "), "{path}: {message}");
        assert!(message.contains(words), "{path}: {message}");
    }
}

#[tokio::test]
async fn search_knows_phrases_and_operators() {
    let session = session().await;
    for (search, ids) in [
        ("byron", &[29][..]),
        ("ada", &[29, 30]),
        ("ada byron", &[29]),
        ("ada AND yonath", &[30]),
        ("byron OR yonath", &[29, 30]),
        ("ada NOT byron", &[30]),
        ("ada AND NOT byron", &[30]),
        ("NOT NOT byron", &[29]),
        ("byron OR ada yonath", &[29, 30]),
        ("(byron OR yonath) mary", &[29]),
        ("\"Ada Mary\"", &[29]),
        ("\"mary ada\"", &[]),
        ("\"a \\\"quoted\\\" name\"", &[30]),
        ("\"AND\" ada", &[]),
        ("éLODIE", &[31]),
        ("ext100@demo.example", &[29]),
        ("and", &[]),
    ] {
        let found: Vec<i64> = session.ids(&format!("$search={}", search.replace('"', "%22"))).await;
        let found: Vec<i64> = found.into_iter().filter(|id| (29..32).contains(id)).collect();
        assert_eq!(found, ids, "{search}");
    }
    for (search, words) in [
        ("", "an expression expected at position 0 in ''"),
        ("ada AND", "an expression expected at position 7 in 'ada AND'"),
        ("AND ada", "an expression expected at position 0"),
        ("(ada", "')' or operator expected at position 4 in '(ada'"),
        ("ada)", "end of expression expected at position 3 in 'ada)'"),
        ("é %22ada", "There is an unterminated string literal at position 2 in 'é \"ada'"),
        ("%22%22", "a word between the quotes expected"),
        ("%22a\\b%22", "where a backslash stands expected"),
    ] {
        session.refuses(&format!("/Users?$search={search}"), words).await;
    }
    let deep = format!("{}ada{}", "(".repeat(1000), ")".repeat(1000));
    session.refuses(&format!("/Users?$search={deep}"), "nested too deeply").await;
    // What has neither number nor name is searched in all its texts.
    let rule = &session.ok("/InboundRules?$top=1").await["value"][0];
    let number = rule["Data"].as_str().expect("a DID").replace('+', "%2B");
    let found = session.ok(&format!("/InboundRules?$search=%22{number}%22")).await;
    assert_eq!(found["value"].as_array().expect("rows").len(), 1);
}

#[tokio::test]
async fn select_takes_paths_and_options() {
    let session = session().await;
    for (select, shown, context) in [
        ("Id,Number", json!({ "Id": 31, "Number": "102" }), "Id,Number"),
        ("number", json!({ "Number": "102" }), "Number"),
        ("Hours/Type", json!({ "Hours": { "Type": "OfficeHours" } }), "Hours/Type"),
        (
            "Hours/Type,Hours/IgnoreHolidays",
            json!({ "Hours": { "IgnoreHolidays": true, "Type": "OfficeHours" } }),
            "Hours/Type,Hours/IgnoreHolidays",
        ),
        ("Hours($select=Type)", json!({ "Hours": { "Type": "OfficeHours" } }), "Hours/Type"),
        (
            "Hours/Type,Hours",
            json!({ "Hours": { "Type": "OfficeHours", "IgnoreHolidays": true, "Periods": [] } }),
            "Hours",
        ),
        ("BreakTime/Type", json!({}), "BreakTime/Type"),
        ("Id,Groups", json!({ "Id": 31 }), "Id,Groups"),
    ] {
        let user = session.ok(&format!("/Users(31)?$select={select}")).await;
        let mut members = user.as_object().expect("an object").clone();
        let url = members.remove("@odata.context").expect("a context");
        assert_eq!(Value::Object(members), shown, "{select}");
        assert_eq!(url, json!(format!("{}/xapi/v1/$metadata#Users({context})/$entity", session.pbx.url())));
    }
    let all = session.ok("/Users(31)?$select=*").await;
    let usual = session.ok("/Users(31)").await;
    assert_eq!(all.as_object().map(serde_json::Map::len), usual.as_object().map(serde_json::Map::len));
    for (select, words) in [
        ("Nummer", "Could not find a property named 'Nummer' on type 'Pbx.User'."),
        ("Hours/Typ", "Could not find a property named 'Typ' on type 'Pbx.Schedule'."),
        ("Hours($select=Typ)", "Could not find a property named 'Typ' on type 'Pbx.Schedule'."),
        ("Number/Length", "'Number' of type 'Pbx.User' has no properties."),
        ("Groups/Name", "'Groups' is a navigation property of 'Pbx.User'; choose among its properties in $expand."),
        ("Hours($select=Type", "Unterminated quote or parenthesis"),
        ("Hours)", "Unbalanced ')' at position 5"),
        ("", "$select needs at least one property."),
    ] {
        session.refuses(&format!("/Users?$select={select}"), words).await;
    }
}

#[tokio::test]
async fn expand_has_options_of_its_own() {
    let session = session().await;
    // What the web console asks for.
    let console = "Groups($select=GroupId,Name,Rights;$filter=not%20startsWith(Name,'___FAVORITES___');$expand=Rights($select=RoleName)),Phones($select=MacAddress,Name,Settings($select=IsSBC,ProvisionType))";
    let rows = session.ok(&format!("/Users?$select=Id&$expand={console}&$filter=Phones/any()&$top=1")).await;
    let user = &rows["value"][0];
    let names = |json: &Value| json.as_object().expect("an object").keys().cloned().collect::<Vec<_>>();
    assert_eq!(names(&user["Groups"][0]), ["GroupId", "Name", "Rights"]);
    assert_eq!(names(&user["Groups"][0]["Rights"]), ["RoleName"]);
    assert_eq!(names(&user["Phones"][0]), ["MacAddress", "Name", "Settings"]);
    // ProvisionType has no value.
    assert_eq!(names(&user["Phones"][0]["Settings"]), ["IsSBC"]);

    // A queue's agents: filtered, ordered, paged and counted.
    let numbers = |queue: &Value| {
        let agents = queue["Agents"].as_array().expect("agents");
        agents.iter().map(|agent| agent["Number"].as_str().unwrap_or_default().to_owned()).collect::<Vec<_>>()
    };
    let queue = &session.ok("/Queues?$top=1&$expand=Agents").await["value"][0];
    let all = numbers(queue);
    assert!(all.len() > 4, "{all:?}");
    let asked = |options: &str| format!("/Queues({})?$select=Id&$expand=Agents({options})", queue["Id"]);
    let descending: Vec<String> = all.iter().rev().cloned().collect();
    assert_eq!(numbers(&session.ok(&asked("$orderby=Number%20desc")).await), descending);
    let paged = session.ok(&asked("$orderby=Number%20desc;$skip=1;$top=2;$count=true")).await;
    assert_eq!((numbers(&paged), &paged["Agents@odata.count"]), (descending[1..3].to_vec(), &json!(all.len())));
    let filter = format!("$filter=Number%20eq%20'{}';$count=true", all[1]);
    let filtered = session.ok(&asked(&filter)).await;
    assert_eq!((numbers(&filtered), &filtered["Agents@odata.count"]), (all[1..2].to_vec(), &json!(1)));
    assert_eq!(numbers(&session.ok(&asked(&format!("$search=%22{}%22", all[2]))).await), all[2..3]);

    let star = session.ok("/Users(29)?$select=Id&$expand=*").await;
    let mut shown = names(&star)[1..].to_vec();
    shown.sort();
    assert_eq!(shown, ["ForwardingExceptions", "ForwardingProfiles", "Greetings", "Groups", "Id", "Phones"]);
    // As 3CX's documentation writes it.
    assert!(session.ok("/Users(29)?$expand=Groups(Rights())").await["Groups"][0]["Rights"]["RoleName"].is_string());
    assert!(
        session.ok("/Groups?$expand=Members&$filter=Members/any(m:m/Number%20eq%20'100')").await["value"][0]
            .is_object()
    );
    assert!(
        session.ok("/Groups?$select=Id&$filter=Members/any(m:m/Number%20eq%20'100')").await["value"][0].is_object()
    );

    let long = format!("{}RefreshTokens{}", "RefreshTokens($expand=Client($expand=".repeat(40), "))".repeat(40));
    for (path, words) in [
        ("/Users?$expand=Nummer", "Could not find a property named 'Nummer' on type 'Pbx.User'."),
        ("/Users?$expand=Number", "'Number' on type 'Pbx.User' is not a navigation property or complex property."),
        ("/Users?$expand=Groups($expand=Rihgts)", "Could not find a property named 'Rihgts' on type 'Pbx.UserGroup'."),
        ("/Users?$expand=Groups($filter=Nam%20eq%201)", "'Nam' on type 'Pbx.UserGroup' at position 0 in 'Nam eq 1'."),
        ("/Users?$expand=Groups($top=x)", "Invalid value 'x' for $top query option found."),
        ("/Users?$expand=Groups($top=1;$top=2)", "Query option '$top' was specified more than once"),
        ("/Users?$expand=Groups($apply=x)", "'$apply' is not supported"),
        ("/Users?$expand=Groups,Groups", "'Groups' is expanded more than once."),
        ("/Users?$expand=Groups($levels=max)", "The $levels option is not allowed here"),
        ("/Users?$expand=Groups($levels=0)", "Invalid value '0' for $levels query option found."),
        ("/Users?$expand=Groups(", "Unterminated quote or parenthesis"),
        ("/Users?$expand=Groups()x", "')' expected at the end of 'Groups()x'."),
        ("/Users?$expand=", "$expand needs at least one property."),
        (&format!("/OAuthClients?$expand={long}"), "The $expand is nested too deeply."),
    ] {
        session.refuses(path, words).await;
    }
}

/// `$levels` is refused because of this.
#[test]
fn no_navigation_property_leads_back_to_its_own_type() {
    for structure in structures() {
        for property in structure.properties_in(Span::ALL).filter(|property| property.navigation) {
            let Type::Structure(target) = property.ty.ty else { continue };
            assert_ne!(target.name, structure.name, "{}", property.name);
        }
    }
}

#[tokio::test]
async fn counts_follow_filters_and_searches() {
    let session = session().await;
    for (path, count) in [
        ("/Users/$count", "30"),
        ("/Users/$count?$filter=Number%20lt%20'110'", "10"),
        ("/Users/$count?$search=byron%20OR%20yonath", "2"),
        ("/Users/$count?$search=byron%20OR%20yonath&$filter=Id%20eq%2030", "1"),
        ("/Users/$count?$top=1&$skip=5&$orderby=Id", "30"),
        ("/Users(29)/Groups/$count", "1"),
    ] {
        assert_eq!(session.count(path).await, (200, count.to_owned()), "{path}");
    }
    assert_eq!(session.count("/Users/$count?$filter=x").await.0, 400);
    assert_eq!(session.count("/Users(29)/$count").await.0, 404);
    assert_eq!(session.count("/SystemStatus/$count").await.0, 404);
    let page = session.ok("/Users?$count=true&$top=3&$skip=28&$filter=Id%20gt%2030").await;
    assert_eq!((&page["@odata.count"], page["value"].as_array().map(Vec::len)), (&json!(28), Some(0)));
    let ordered = session.ids("$orderby=Phones/$count%20desc,length(FirstName),Id%20desc").await;
    assert_eq!(ordered.len(), 30);
    assert_eq!(session.numbers("$orderby=Id%20desc&$skip=1&$top=2").await, ["128", "127"]);
}

#[tokio::test]
async fn now_is_what_the_clock_says() {
    let session = session().await;
    let recent = "/CallHistoryView/$count?$filter=SegmentStartTime%20ge%20now()%20sub%20duration'P1D'";
    let day = "/CallHistoryView/$count?$filter=SegmentStartTime%20ge%202027-01-14T08:00:00Z";
    assert_eq!(session.count(recent).await, session.count(day).await);
    assert_eq!(session.count("/Users/$count?$filter=now()%20eq%202027-01-15T08:00:00Z").await.1, "30");
}

#[tokio::test]
async fn options_that_make_no_sense_are_refused() {
    let session = session().await;
    let single = "The requested resource is not a collection. Query options $filter, $orderby, $count, $skip, and $top can be applied only on collections.";
    for (path, words) in [
        (
            "/Users?$top=1&$top=2",
            "Query option '$top' was specified more than once, but it must be specified at most once.",
        ),
        ("/Users?$filter=true&$top=2&$filter=true", "Query option '$filter' was specified more than once"),
        (
            "/Users?$top=101",
            "The limit of '100' for Top query has been exceeded. The value from the incoming request is '101'.",
        ),
        ("/Users?$top=1.5", "The $top query option requires a non-negative integer value."),
        ("/Users?$skip=-1", "The $skip query option requires a non-negative integer value."),
        ("/Users?$count=yes", "Invalid value 'yes' for $count query option found."),
        ("/Users?$orderby=", "an expression expected at position 0 in ''"),
        ("/Users?$orderby=Id%20down", "end of expression expected at position 3 in 'Id down'"),
        ("/Users?$orderby=Id,", "an expression expected at position 3 in 'Id,'"),
        (
            "/Users?$orderby=Id,Hours",
            "a single value of primitive type, not to one of type 'Pbx.Schedule' at position 3",
        ),
        ("/Users?$orderby=Groups", "not to one of type 'Collection(Pbx.UserGroup)' at position 0"),
        ("/Users(29)?$filter=Id%20eq%2029", single),
        ("/Users(29)?$top=1", single),
        ("/SystemStatus?$orderby=FQDN", single),
        (
            "/Users(29)/Groups?$filter=Nam%20eq%201",
            "Could not find a property named 'Nam' on type 'Pbx.UserGroup' at position 0",
        ),
        ("/Users?$compute=x", "The query parameter '$compute' is not supported."),
    ] {
        session.refuses(path, words).await;
    }
    // Options without `$` are the client's own.
    assert_eq!(session.get("/Users?top=500&filter=nonsense&x=%2B").await.0, 200);
    // An operation that offers none does not look at them.
    let offers_none = "/Users/Pbx.GetFirstAvailableExtensionNumber()?$filter=nonsense";
    assert_eq!(session.get(offers_none).await.0, 200);
    let heavy =
        "Members/all(a:Members/all(b:Members/all(c:Members/all(d:Members/all(e:Members/all(f:a/Id%20ne%20-1))))))";
    session.refuses(&format!("/Groups?$filter={heavy}"), "The query takes more than 50000000 evaluations.").await;
}
