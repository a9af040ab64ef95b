//! What the PBX does not take, and the codes with which it says so.

mod common;

use common::Session;
use reqwest::Method;
use serde_json::{Value, json};
use threecx_catalog::Span;
use threecx_sim::Pbx;

async fn session(release: &str) -> Session {
    Session::start(Pbx::builder().users(20).calls(0).live_calls(false).api(Span::parse(release).expect("known"))).await
}

impl Session {
    /// The code and the field of a refusal.
    async fn refusal(&self, method: Method, path: &str, body: Value) -> (String, String) {
        let (status, answer) = self.send(method, path, Some(body).filter(|body| !body.is_null())).await;
        assert_eq!(status, 400, "{path}: {answer}");
        let detail = &answer["error"]["details"][0];
        let text = |name: &str| detail[name].as_str().unwrap_or_default().to_owned();
        assert_eq!(answer["error"]["message"], format!("{}:\n{}", text("target"), text("message")));
        (text("message"), text("target"))
    }

    async fn created(&self, path: &str, body: Value) -> Value {
        let (status, created) = self.send(Method::POST, path, Some(body)).await;
        assert_eq!(status, 201, "{path}: {created}");
        created
    }
}

#[tokio::test]
async fn what_is_wrong_is_refused_with_its_code() {
    let session = session("20.0.10").await;
    let (_, users) = session.get("/Users?$expand=Phones&$filter=Phones/$count%20gt%200&$top=2").await;
    let mac = users["value"][0]["Phones"][0]["MacAddress"].clone();
    let other = format!("/Users({})", users["value"][1]["Id"]);
    let (_, fax) = session.get("/Fax?$filter=FaxServer%20eq%20true").await;
    let fax = format!("/Fax({})", fax["value"][0]["Id"]);
    let (_, main) = session.get("/GeneralSettingsForPbx").await;
    let (_, operator) = session
        .get(&format!("/Receptionists(Number='{}')", main["OperatorExtension"].as_str().expect("a number")))
        .await;
    let operator = format!("/Receptionists({})", operator["Id"]);
    let long = "x".repeat(300);
    let (post, patch, delete) = (Method::POST, Method::PATCH, Method::DELETE);
    for (method, path, body, code, target) in [
        (&post, "/Users", json!({ "Number": "100" }), "XAPI.ALREADY_IN_USE", "Number"),
        (&post, "/Users", json!({ "EmailAddress": "EXT101@demo.example" }), "XAPI.ALREADY_IN_USE", "EmailAddress"),
        (&post, "/Users", json!({ "EmailAddress": "nobody" }), "INVALID", "EmailAddress"),
        (&post, "/Users", json!({ "VMPIN": "12a4" }), "XAPI.INVALID_PIN_NUMBER", "VMPIN"),
        (&post, "/Users", json!({ "VMPIN": "1" }), "XAPI.INVALID_PIN_NUMBER", "VMPIN"),
        (&post, "/Users", json!({ "FirstName": "x".repeat(51) }), "LENGTH_NOT_MORE_50_CHARS", "FirstName"),
        (&post, "/Users", json!({ "Blfs": "x".repeat(20_481) }), "STRING_TOO_LONG", "Blfs"),
        (&post, "/Users", json!({ "PrimaryGroupId": 9 }), "XAPI.NOT_FOUND", "PrimaryGroupId"),
        (&post, "/Users", json!({ "Groups": [{ "GroupId": 9 }] }), "XAPI.NOT_FOUND", "Groups"),
        (
            &post,
            "/Users",
            json!({ "Groups": [{ "GroupId": 28, "Rights": { "RoleName": "king" } }] }),
            "XAPI.NOT_FOUND",
            "Groups",
        ),
        (&post, "/Users", json!({ "CurrentProfileName": "Asleep" }), "XAPI.NOT_FOUND", "CurrentProfileName"),
        (&patch, &other, json!({ "Number": "777" }), "XAPI.FORBIDDEN_CHANGE", "Number"),
        (&patch, &other, json!({ "Phones": [{ "MacAddress": mac }] }), "XAPI.MAC_USED_BY", "Phones"),
        (
            &patch,
            &other,
            json!({ "Phones": [{ "MacAddress": "80:5E:C0:XX:00:01" }] }),
            "INVALID_HEX_CHARACTER",
            "Phones",
        ),
        (&patch, &other, json!({ "Phones": vec![json!({}); 11] }), "XAPI.TOO_MANY_PHONES", "Phones"),
        (&post, "/Groups", json!({}), "XAPI.REQUIRED", "Name"),
        (&post, "/Groups", json!({ "Name": " " }), "XAPI.CAN_NOT_BE_EMPTY_STRING", "Name"),
        (&post, "/Groups", json!({ "Name": "default" }), "XAPI.ALREADY_IN_USE", "Name"),
        (&post, "/Groups", json!({ "Name": "Here", "TimeZoneId": "9999" }), "XAPI.INVALID_TIMEZONE", "TimeZoneId"),
        (&post, "/Groups", json!({ "Name": "A \"quoted\" one" }), "DOUBLE_QUOTES_NOT_ALLOWED", "Name"),
        (&post, "/Groups", json!({ "Name": long }), "LENGTH_NOT_MORE_255_CHARS", "Name"),
        (&post, "/Groups", json!({ "Name": "New", "Members": [{ "Number": "9" }] }), "XAPI.NOT_FOUND", "Members"),
        (&delete, "/Groups(28)", Value::Null, "GROUP_CANNOT_BE_DELETED", "Id"),
        (&delete, "/Groups(49)", Value::Null, "GROUP_WITH_MEMBERS_CANNOT_BE_DELETED", "Id"),
        (&post, "/Groups/Pbx.DeleteCompanyById", json!({ "id": 28 }), "GROUP_CANNOT_BE_DELETED", "Id"),
        (&post, "/Groups/Pbx.DeleteCompanyById", json!({ "id": 9 }), "XAPI.NOT_FOUND", "id"),
        (&post, "/Groups/Pbx.DeleteCompanyByNumber", json!({ "number": "GRP9999" }), "XAPI.NOT_FOUND", "number"),
        (&delete, &fax, Value::Null, "FAX_SERVER_CANNOT_BE_DELETED", "Id"),
        (&delete, &operator, Value::Null, "OPERATOR_CANNOT_BE_DELETED", "Id"),
        (&delete, "/PromptSets(1)", Value::Null, "CANNOT_BE_DELETED", "Id"),
        (&delete, "/CustomPrompts('welcome.wav')", Value::Null, "CANNOT_BE_DELETED", "Filename"),
        (&post, "/Queues", json!({ "Agents": [{ "Number": "9" }] }), "XAPI.NOT_FOUND", "Agents"),
        (&post, "/Queues", json!({ "RingTimeout": -1 }), "XAPI.OUT_OF_THE_RANGE", "RingTimeout"),
        (
            &post,
            "/Queues",
            json!({ "ForwardNoAnswer": { "To": "Extension", "Number": "9" } }),
            "XAPI.NOT_FOUND",
            "ForwardNoAnswer",
        ),
        (&post, "/RingGroups", json!({ "Members": [{ "Number": "9" }] }), "XAPI.NOT_FOUND", "Members"),
        (
            &post,
            "/Receptionists",
            json!({ "Forwards": [{ "Input": "1", "ForwardType": "Queue", "ForwardDN": "9" }] }),
            "XAPI.NOT_FOUND",
            "Forwards",
        ),
        (&post, "/Holidays", json!({ "Name": "", "Day": 1, "Month": 1 }), "XAPI.CAN_NOT_BE_EMPTY_STRING", "Name"),
        (
            &post,
            "/Holidays",
            json!({ "Name": "Never", "Day": 1, "DayEnd": 1, "Month": 13, "MonthEnd": 1 }),
            "XAPI.OUT_OF_THE_RANGE",
            "Month",
        ),
        (&post, "/Contacts", json!({ "PhoneNumber": "1" }), "CONTACTS_SPECIFY_NAME_SURNAME_COMPANY", "FirstName"),
        (&post, "/Contacts", json!({ "FirstName": "Ada" }), "CONTACTS_SPECIFY_PHONE_NUMBER", "PhoneNumber"),
        (&post, "/Blocklist", json!({ "IPAddrMask": "300.1.1.1" }), "INVALID_IP_MASK", "IPAddrMask"),
        (&post, "/Blocklist", json!({ "IPAddrMask": "10.0.0.0/33" }), "INVALID_IP_MASK", "IPAddrMask"),
        (
            &post,
            "/Blocklist",
            json!({ "IPAddrMask": "10.0.0.1", "ExpiresAt": "2020-01-01T00:00:00Z" }),
            "ALREADY_EXPIRED",
            "ExpiresAt",
        ),
        (&post, "/BlackListNumbers", json!({ "CallerId": "" }), "XAPI.CAN_NOT_BE_EMPTY_STRING", "CallerId"),
        (&post, "/Parameters", json!({ "Name": "MUSICONHOLDFILE" }), "XAPI.ALREADY_IN_USE", "Name"),
        (&post, "/TenantProperties", json!({ "Name": "COMPANY" }), "XAPI.ALREADY_IN_USE", "Name"),
        (&post, "/Sbcs", json!({ "Name": "thirteen-long", "DisplayName": "x" }), "STRING_TOO_LONG", "Name"),
        (
            &post,
            "/Sbcs",
            json!({ "Name": "cellar", "DisplayName": "x", "Group": "GRP9999" }),
            "XAPI.NOT_FOUND",
            "Group",
        ),
        (&post, "/Sbcs", json!({ "Name": "warehouse", "DisplayName": "x" }), "XAPI.ALREADY_IN_USE", "Name"),
        (&post, "/Fxs", json!({ "MacAddress": "000B82A1B2" }), "INVALID_HEX_CHARACTER", "MacAddress"),
        (&post, "/Fxs", json!({ "MacAddress": mac }), "MAC_ADDRESS_ALREADY_IN_USE", "MacAddress"),
        (&post, "/WebsiteLinks", json!({ "Link": "with space" }), "INVALID", "Link"),
        (
            &post,
            "/WebsiteLinks/Pbx.ValidateLink",
            json!({ "model": { "FriendlyName": "Support", "Pair": "x" } }),
            "XAPI.ALREADY_IN_USE",
            "FriendlyName",
        ),
        (&post, "/OutboundRules", json!({ "Name": "x", "Routes": [{ "TrunkId": 9 }] }), "XAPI.NOT_FOUND", "Routes"),
        (
            &post,
            "/OutboundRules",
            json!({ "Name": "x", "Routes": vec![json!({ "TrunkId": 0 }); 6] }),
            "XAPI.TOO_MANY_ITEMS_IN_LIST",
            "Routes",
        ),
        (&post, "/Trunks", json!({ "DidNumbers": ["+49305550000"] }), "XAPI.ALREADY_IN_USE", "DidNumbers"),
        (&post, "/Backups/Pbx.Backup", json!({ "description": { "Name": "nightly.zip" } }), "XAPI.DUPLICATE", "Name"),
        (
            &post,
            "/Backups/Pbx.Backup",
            json!({ "description": { "Name": "../x.zip" } }),
            "XAPI.INVALID_FILE_NAME",
            "Name",
        ),
        (
            &post,
            "/Services/Pbx.Stop",
            json!({ "options": { "ServiceNames": ["nothing"] } }),
            "XAPI.NOT_FOUND",
            "ServiceNames",
        ),
        (
            &post,
            "/LicenseStatus/Pbx.ReplaceLicenseKey",
            json!({ "licenseKey": "short" }),
            "LICENSE_NOT_FOUND",
            "licenseKey",
        ),
        (
            &post,
            "/DNProperties/Pbx.CreateDNProperty",
            json!({ "dnNumber": "9", "property": { "Name": "A", "Value": "1" } }),
            "XAPI.NOT_FOUND",
            "dnNumber",
        ),
        (
            &post,
            "/Users/Pbx.MakeCall",
            json!({ "dn": "9", "destination": "100" }),
            "XAPI.NON_EXISTENT_EXT_NUMBER",
            "dn",
        ),
    ] {
        let expected = (format!("WARNINGS.{code}"), target.to_owned());
        assert_eq!(session.refusal(method.clone(), path, body.clone()).await, expected, "{method} {path} {body}");
    }
    for (path, target) in [
        ("/Recordings/Pbx.DownloadRecording(recId=1)", "recId"),
        ("/Users/Pbx.DownloadGreeting(userId=29,fileName='none.wav')", "fileName"),
        ("/Playlists/Pbx.DownloadPlaylistFile(playlistKey='Lobby',fileName='none.wav')", "fileName"),
    ] {
        let expected = ("WARNINGS.XAPI.FILE_NOT_FOUND".to_owned(), target.to_owned());
        assert_eq!(session.refusal(Method::GET, path, Value::Null).await, expected, "{path}");
    }
    // Nothing of all this was kept.
    assert_eq!(session.get("/Users/$count").await.1, 20);
}

#[tokio::test]
async fn codes_have_the_names_of_the_release() {
    for (release, hexadecimal, taken) in [
        ("20.0.7", "WARNINGS.XAPI.INVALID_HEX_CHARACTER", "WARNINGS.XAPI.ALREADY_IN_USE"),
        ("20.0.8", "WARNINGS.XAPI.INVALID_HEX_CHARACTER", "WARNINGS.XAPI.MAC_USED_BY"),
        ("20.0.9", "WARNINGS.INVALID_HEX_CHARACTER", "WARNINGS.XAPI.MAC_USED_BY"),
    ] {
        let session = session(release).await;
        let phones = |mac: &str| json!({ "Phones": [{ "MacAddress": mac }] });
        let (_, users) = session.get("/Users?$expand=Phones&$filter=Phones/$count%20gt%200&$top=1").await;
        let mac = users["value"][0]["Phones"][0]["MacAddress"].as_str().expect("a phone").to_owned();
        let refused = session.refusal(Method::POST, "/Users", phones("nonsense")).await;
        assert_eq!(refused.0, hexadecimal, "{release}");
        assert_eq!(session.refusal(Method::POST, "/Users", phones(&mac)).await.0, taken, "{release}");
    }
}

#[tokio::test]
async fn numbers_come_from_the_departments_ranges_until_they_are_used_up() {
    let session = session("20.0.10").await;
    let props =
        json!({ "UserNumberFrom": "320", "UserNumberTo": "321", "SystemNumberFrom": "300", "SystemNumberTo": "302" });
    let group = session.created("/Groups", json!({ "Name": "3CX Test", "Props": props })).await;
    let member = json!({ "Groups": [{ "GroupId": group["Id"] }] });
    for (path, number) in
        [("/Users", "320"), ("/Users", "321"), ("/Queues", "300"), ("/RingGroups", "301"), ("/Receptionists", "302")]
    {
        assert_eq!(session.created(path, member.clone()).await["Number"], number, "{path}");
    }
    for path in ["/Users", "/Queues"] {
        let refused = session.refusal(Method::POST, path, member.clone()).await;
        assert_eq!(refused, ("WARNINGS.NO_MORE_NUMBERS_AVAILABLE".to_owned(), "Number".to_owned()));
    }
    assert_eq!(session.created("/Users", json!({})).await["Number"], "120");
    let (_, restrictions) = session.get(&format!("/Groups({})/Pbx.GetRestrictions()", group["Id"])).await;
    assert_eq!(restrictions["Users"], json!({ "Allowed": 2, "Unlimited": false, "Used": 2 }));
}
