//! What is sent, and what is refused before anything is sent.

use threecx_catalog::{Span, operation};
use threecx_core::{Arguments, Error, Input, Request, is_the_same_in_every_release, plan};

fn target(release: &str) -> Span {
    Span::parse(release).expect("a known release")
}

fn call(id: &str, parameters: &[(&str, &str)], options: &[(&str, &str)], release: &str) -> Result<Request, Error> {
    let texts =
        |pairs: &[(&str, &str)]| pairs.iter().map(|(name, text)| ((*name).into(), Input::from(*text))).collect();
    let arguments = Arguments { parameters: texts(parameters), options: texts(options), ..Arguments::default() };
    plan(operation(id).expect(id), &arguments, target(release))
}

fn path(id: &str, parameters: &[(&str, &str)], options: &[(&str, &str)]) -> String {
    call(id, parameters, options, "20.0.10").expect(id).path_and_query
}

#[test]
fn keys_and_arguments_become_literals() {
    for (id, parameters, wanted) in [
        ("Users.GetUser", &[("Id", "29")][..], "/xapi/v1/Users(29)"),
        ("Users.GetUserByNumber", &[("number", "10'1")], "/xapi/v1/Users(Number='10''1')"),
        ("Backups.DeleteBackups", &[("FileName", "a/b 1.zip")], "/xapi/v1/Backups('a%2Fb%201.zip')"),
        ("Sbcs.GetSbc", &[("Name", "Zürich")], "/xapi/v1/Sbcs('Z%C3%BCrich')"),
        ("Recordings.DownloadRecording", &[("recId", " 42 ")], "/xapi/v1/Recordings/Pbx.DownloadRecording(recId=42)"),
        (
            "ActivityLog.GetLogs",
            &[("startDate", "2026-01-01"), ("endDate", "2026-01-02T00:00:00.000Z"), ("call", "")],
            "/xapi/v1/ActivityLog/Pbx.GetLogs(startDate=2026-01-01T00:00:00Z,endDate=2026-01-02T00:00:00Z,extension='',call='',severity='')",
        ),
    ] {
        assert_eq!(path(id, parameters, &[]), wanted);
    }
}

#[test]
fn options_come_in_order_and_encoded() {
    let options = [
        ("select", "id, Number"),
        ("filter", "contains(FirstName,'O''Brien & Söhne') and Id gt 5"),
        ("top", "5"),
        ("search", "two words"),
        ("expand", "Groups($select=Id,Name;$filter=not startsWith(Name,'a,b')),Phones"),
        ("orderby", "Number desc"),
        ("count", "true"),
    ];
    assert_eq!(
        path("Users.ListUser", &[], &options),
        "/xapi/v1/Users?$top=5&$search=%22two%20words%22\
         &$filter=contains(FirstName,'O''Brien%20%26%20S%C3%B6hne')%20and%20Id%20gt%205&$count=true\
         &$orderby=Number%20desc&$select=Id,Number\
         &$expand=Groups($select=Id,Name%3B$filter=not%20startsWith(Name,'a,b')),Phones"
    );
    assert_eq!(path("Users.ListUser", &[], &[("search", "a OR b")]), "/xapi/v1/Users?$search=a%20OR%20b");
    let list = Arguments {
        options: [("select".into(), Input::Json(r#"["Id","Number"]"#.into()))].into(),
        ..Arguments::default()
    };
    let request = plan(operation("Users.ListUser").expect("known"), &list, Span::NEWEST).expect("fits");
    assert_eq!(request.path_and_query, "/xapi/v1/Users?$select=Id,Number");
    let delete = call("Users.DeleteUser", &[("Id", "29")], &[("if-match", "W/\"7\"")], "20.0.10").expect("fits");
    assert!(delete.headers.contains(&("if-match", "W/\"7\"".into())));
}

#[test]
fn what_does_not_fit_is_refused() {
    for (id, parameters, options, message) in [
        (
            "Users.GetUser",
            &[][..],
            &[][..],
            "Id: expected a whole number from -2147483648 to 2147483647, but nothing was given",
        ),
        ("Backups.DeleteBackups", &[("FileName", "")], &[], "FileName: expected text, but nothing was given"),
        (
            "Sbcs.GetSbc",
            &[("Name", "longer than twelve")],
            &[],
            "Name: expected text of at most 12 characters; got `longer than twelve`",
        ),
        (
            "Users.GetUser",
            &[("Id", "29"), ("Number", "1")],
            &[],
            "Number: expected a parameter of this operation (Id); got `Number`",
        ),
        ("Users.ListUser", &[], &[("top", "-1")], "top: expected a whole number from 0 up; got `-1`"),
        ("Users.ListUser", &[], &[("select", "Id,Nummer")], "select: expected a property of User; got `Nummer`"),
        (
            "Users.ListUser",
            &[],
            &[("expand", "Groups($select=Id")],
            "expand: expected every parenthesis and quote to be closed; got `Groups($select=Id`",
        ),
        ("Users.ListUser", &[], &[("filter", " ")], "filter: expected a text that is not empty; got an empty text"),
        (
            "Users.GetUser",
            &[("Id", "29")],
            &[("filter", "x")],
            "filter: expected an option of this operation (select, expand); got `filter`",
        ),
    ] {
        let error = call(id, parameters, options, "20.0.10").expect_err(message);
        assert_eq!((error.to_string().as_str(), error.code()), (message, "input"));
    }
    let misspelt = call("Users.ListUser", &[], &[("select", "FirstNaem")], "20.0.10").expect_err("misspelt");
    assert_eq!(misspelt.next_step().to_string(), "Did you mean FirstName?");
}

#[test]
fn bodies_are_held_to_their_types() {
    let with_body = |id: &str, key: &[(&str, &str)], body: &str| {
        let parameters = key.iter().map(|(name, text)| ((*name).into(), Input::from(*text))).collect();
        let arguments = Arguments { parameters, body: Some(body.into()), ..Arguments::default() };
        plan(operation(id).expect(id), &arguments, Span::NEWEST)
            .map(|request| request.body.unwrap_or_default())
            .map_err(|e| e.to_string())
    };
    let user = [("Id", "29")];
    for (id, key, body, wanted) in [
        ("Users.CreateUser", &[][..], "{}", Ok("{}")),
        (
            "Users.UpdateUser",
            &user,
            r#"{"firstname": "Ada", "Mobile": null}"#,
            Ok(r#"{"FirstName":"Ada","Mobile":null}"#),
        ),
        (
            "Users.UpdateUser",
            &user,
            "{}",
            Err("body: expected at least one property of User to change, but nothing was given"),
        ),
        (
            "Users.UpdateUser",
            &user,
            r#"{"FirstNaem": 1}"#,
            Err("body: expected a property of User; got `FirstNaem` (line 1, column 15)"),
        ),
        (
            "Users.UpdateUser",
            &user,
            r#"{"Id": null}"#,
            Err("body.Id: expected a whole number from -2147483648 to 2147483647; got `null` (line 1, column 8)"),
        ),
        (
            "Users.UpdateUser",
            &user,
            r#"{"Id": 1, "id": 2}"#,
            Err("body: expected Id once; got it twice (line 1, column 17)"),
        ),
        ("Users.UpdateUser", &user, "[1]", Err("body: expected a JSON object; got `[1]`")),
        (
            "Users.UpdateUser",
            &user,
            "{\n  \"FirstName\": \"Ada\",\n  oops\n}",
            Err("body: expected a JSON object (User); got `oops` (line 3, column 3)"),
        ),
        ("Users.RebootPhone", &[], "{}", Err("mac: expected text, but nothing was given")),
        (
            "Users.SendWelcomeEmail",
            &user,
            "{}",
            Err("body: expected nothing: this operation takes no body; got a value"),
        ),
        (
            "Users.UpdateUser",
            &user,
            r##"{"@odata.type": "#Pbx.User", "Number": 100}"##,
            Ok(r##"{"@odata.type":"#Pbx.User","Number":"100"}"##),
        ),
    ] {
        assert_eq!(with_body(id, key, body).as_deref().map_err(String::as_str), wanted, "{id} {body}");
    }
}

#[test]
fn each_release_is_asked_in_its_own_way() {
    let number = [("number", "100")];
    let path = |release| call("Users.GetUserByNumber", &number, &[], release).expect(release).path_and_query;
    assert_eq!(path("20.0.10"), "/xapi/v1/Users(Number='100')");
    assert_eq!(path("20.0.8"), "/xapi/v1/Users(Number='100')");
    assert_eq!(path("20.0.7"), "/xapi/v1/Users/Pbx.GetByNumber(number='100')");
    assert!(!is_the_same_in_every_release(operation("Users.GetUserByNumber").expect("known")));
    assert!(is_the_same_in_every_release(operation("Users.ReprovisionAllPhones").expect("known")));
}

#[test]
fn what_a_release_lacks_is_said_with_what_to_use_instead() {
    let gone = call("PurgeSettings.PurgeLocalBackups", &[], &[], "20.0.10").expect_err("gone");
    assert_eq!(gone.code(), "not-in-version");
    assert!(gone.to_string().contains("replaced by Backups.PurgeLocalBackups"), "{gone}");
    let new = call("Backups.GetSftpHostKey", &[], &[], "20.0.4").expect_err("not yet");
    assert_eq!(new.to_string(), "Backups.GetSftpHostKey exists since 20.0.10, but the PBX is 20.0.4");
    assert_eq!(new.next_step().to_string(), "Update the PBX, or do without it.");

    let body = Arguments {
        fields: [("contact", "x"), ("destination", "1")].map(|(n, v)| (n.into(), v.into())).into(),
        ..Arguments::default()
    };
    let make_call = operation("Users.MakeCall").expect("known");
    assert!(plan(make_call, &body, target("20.0.10")).is_ok());
    let early = plan(make_call, &body, target("20.0.5")).expect_err("a later field");
    assert_eq!(
        early.to_string(),
        "the property contact of Users.MakeCall exists since 20.0.6@2025-04-10, but the PBX is 20.0.5"
    );
}
