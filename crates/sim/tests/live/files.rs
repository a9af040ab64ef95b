//! Files of the web console.

use reqwest::StatusCode;
use serde_json::{Value, json};

use super::common::Session;
use super::session;

impl Session {
    async fn import(&self, file: &str) -> (StatusCode, Value) {
        let url = format!("{}/xapi/v1/Contacts/Pbx.ImportContacts", self.pbx.url());
        let request = self.http.post(url).bearer_auth(&self.token).header("content-type", "text/csv");
        let answer = request.body(file.to_owned()).send().await.expect("an answer");
        (answer.status(), serde_json::from_str(&answer.text().await.expect("text")).unwrap_or_default())
    }
}

#[tokio::test]
async fn line_27_contacts_are_taken_under_the_consoles_names() {
    let session = session().await;
    let company = "FirstName,LastName,Company,Mobile,Mobile2,Home,Home2,Business,Business2,Email,Other,BusinessFax,HomeFax,Pager\r\n\
        Ada,Lovelace,\"Analytical, Ltd\",+441234567,,,7,+4420123,,ada@example.com,,,8,\r\n\
        ,,Shop,0301234,,,,,,,,,,\r\n";
    let names = "Name,Last Name,Company,Mobile,Mobile2,Home,Home 2,Business,Business2,e-mail,Other,Business Fax,Home Fax,Pager\n\
        Grace,Hopper,Navy,+1555,,,,,,grace@example.com,,,,\n";
    for (file, count) in [(company, 2), (names, 1)] {
        assert_eq!(session.import(file).await, (StatusCode::OK, json!({ "success": true, "importCount": count })));
    }
    let find =
        async |name: &str| session.rows(&format!("/Contacts?$filter=CompanyName%20eq%20'{name}'")).await.remove(0);
    let ada = find("Analytical,%20Ltd").await;
    assert_eq!((&ada["PhoneNumber"], &ada["Business"]), (&json!("+441234567"), &json!("+4420123")));
    assert_eq!(find("Shop").await["PhoneNumber"], "0301234");
    let grace = find("Navy").await;
    assert_eq!((&grace["FirstName"], &grace["Email"]), (&json!("Grace"), &json!("grace@example.com")));
}

#[tokio::test]
async fn line_28_extensions_are_exported_as_the_console_does() {
    let session = session().await;
    let body = json!({ "Mobile": "+49170", "Enabled": false, "SRTPMode": "SRTPEnforced", "VMEnabled": true });
    assert_eq!(session.send(reqwest::Method::PATCH, "/Users(30)", Some(body)).await.0, 204);
    let url = format!("{}/xapi/v1/Users/Pbx.ExportExtensions()", session.pbx.url());
    let answer = session.http.get(url).bearer_auth(&session.token).send().await.expect("an answer");
    assert_eq!(answer.headers()["content-type"], "text/csv");
    let text = answer.text().await.expect("text");
    let mut lines = csv::Reader::from_reader(text.as_bytes());
    let header = lines.headers().expect("a header").clone();
    assert_eq!(header.len(), 54);
    assert_eq!((&header[0], &header[4], &header[53]), ("Number", "MobileNumber", "BLF"));
    let rows: Vec<csv::StringRecord> = lines.records().map(|line| line.expect("a line")).collect();
    assert_eq!(rows.len(), 20);
    let user = session.ok("/Users(30)?$expand=Groups,Phones").await;
    let cell = |name: &str| {
        let column = header.iter().position(|known| known == name).expect("a column");
        rows[1][column].to_owned()
    };
    for (column, value) in [
        ("Number", user["Number"].as_str().expect("text")),
        ("MobileNumber", "+49170"),
        ("Disabled", "1"),
        ("SRTPMode", "2"),
        ("VMEnable", "1"),
        ("Role", "<role name=\"users\" />"),
        ("Department", user["Groups"][0]["Name"].as_str().expect("text")),
        ("MAC", user["Phones"][0]["MacAddress"].as_str().unwrap_or_default()),
    ] {
        assert_eq!(cell(column), value, "{column}");
    }
    assert!(!text.contains('{'), "there is JSON in a cell: {text}");
}
