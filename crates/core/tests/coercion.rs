//! What is given for an argument, and what is sent or said for it.

use proptest::prelude::*;
use threecx_catalog::{Span, operation, operations};
use threecx_core::{Arguments, Error, Input, Place, Request, plan, plan_again};

fn with_field(id: &str, field: &str, input: Input) -> Result<Request, Error> {
    let mut arguments = Arguments::default();
    arguments.fields.insert(field.into(), input);
    plan(operation(id).expect(id), &arguments, Span::NEWEST)
}

fn ids(text: &str) -> Result<String, String> {
    match with_field("Users.ReprovisionAllPhones", "ids", text.into()) {
        Ok(request) => Ok(request.body.expect("a body")),
        Err(error) => Err(error.to_string()),
    }
}

#[test]
fn a_list_of_numbers_may_be_written_in_any_usual_way() {
    for text in ["[123, 456]", "123,456", " 123 , 456 ", "[\"123\", 456.0]", "[\n123,\n456\n]"] {
        assert_eq!(ids(text).as_deref(), Ok(r#"{"ids":[123,456]}"#), "{text}");
    }
    assert_eq!(ids("7").as_deref(), Ok(r#"{"ids":[7]}"#));
    assert_eq!(ids("[]").as_deref(), Ok(r#"{"ids":[]}"#));
}

#[test]
fn what_does_not_fit_is_refused_with_its_place() {
    for (text, message) in [
        ("[123, 4x6]", "ids: expected a list of whole numbers, such as [123, 456]; got `4x6` (line 1, column 7)"),
        ("123,4x6", "ids[1]: expected a whole number from -2147483648 to 2147483647; got `4x6` (line 1, column 5)"),
        (
            "[123,\n \"abc\"]",
            "ids[1]: expected a whole number from -2147483648 to 2147483647; got `\"abc\"` (line 2, column 2)",
        ),
        (
            "[99999999999]",
            "ids[0]: expected a whole number from -2147483648 to 2147483647; got `99999999999` (line 1, column 2)",
        ),
        ("[1.5]", "ids[0]: expected a whole number from -2147483648 to 2147483647; got `1.5` (line 1, column 2)"),
        ("{\"ids\":[1]}", "ids[0]: expected a whole number from -2147483648 to 2147483647; got `{\"ids\":[1]}`"),
        ("[[1]]", "ids[0]: expected a whole number from -2147483648 to 2147483647; got `[1]` (line 1, column 2)"),
        (
            "[1,",
            "ids: expected a list of whole numbers, such as [123, 456]; got the end of the text, too early (line 1, column 4)",
        ),
        ("", "ids: expected a list of whole numbers, such as [123, 456]; got nothing"),
    ] {
        assert_eq!(ids(text), Err(message.to_owned()), "{text}");
    }
}

#[test]
fn every_type_takes_what_people_write_and_nothing_else() {
    // Property of a user or another entity, what is given, the JSON that is sent (none: refused).
    let table: &[(&str, &str, &str, Option<&str>)] = &[
        ("Users.CreateUser", "Number", "100", Some("\"100\"")),
        ("Users.CreateUser", "FirstName", "O'Brien", Some("\"O'Brien\"")),
        ("Users.CreateUser", "FirstName", "", Some("\"\"")),
        ("Users.CreateUser", "FirstName", "null", Some("\"null\"")),
        ("Users.CreateUser", "Enabled", "TRUE", Some("true")),
        ("Users.CreateUser", "Enabled", "yes", Some("true")),
        ("Users.CreateUser", "Enabled", "perhaps", None),
        ("Users.CreateUser", "Enabled", "null", Some("null")),
        ("Users.CreateUser", "Id", "2147483648", None),
        ("Users.CreateUser", "Id", "1e3", Some("1000")),
        ("Users.CreateUser", "Id", "+5", None),
        ("Users.CreateUser", "VMEmailOptions", "notification", Some("\"Notification\"")),
        ("Users.CreateUser", "VMEmailOptions", "Telegram", None),
        (
            "Users.CreateUser",
            "Groups",
            "[{\"groupid\": \"28\", \"Rights\": {\"RoleName\": \"users\"}}]",
            Some("[{\"GroupId\":28,\"Rights\":{\"RoleName\":\"users\"}}]"),
        ),
        ("Users.CreateUser", "Groups", "28", None),
        ("Holidays.CreateHoliday", "TimeOfStartDate", "01:30:00", Some("\"PT1H30M0S\"")),
        ("Holidays.CreateHoliday", "TimeOfStartDate", "P1D", Some("\"P1D\"")),
        ("Holidays.CreateHoliday", "TimeOfStartDate", "P1M", None),
        ("Holidays.CreateHoliday", "Day", "256", None),
        ("Groups.CreateGroup", "OverrideExpiresAt", "2026-01-31", Some("\"2026-01-31T00:00:00Z\"")),
        ("Groups.CreateGroup", "OverrideExpiresAt", "2026-01-31T10:00:00.000+02:00", Some("\"2026-01-31T08:00:00Z\"")),
        ("Groups.CreateGroup", "OverrideExpiresAt", "31.1.2026", None),
    ];
    for (id, field, given, sent) in table {
        let got = with_field(id, field, (*given).into()).ok().and_then(|request| request.body);
        let wanted = sent.map(|sent| format!("{{\"{field}\":{sent}}}"));
        assert_eq!(got, wanted, "{id} {field} = {given}");
    }
}

#[test]
fn json_and_text_in_json_mean_the_same() {
    for json in ["[123,456]", "\"[123, 456]\"", "\"123,456\"", "[\"123\",\"456\"]"] {
        let request = with_field("Users.ReprovisionAllPhones", "Ids", Input::Json(json.into())).expect(json);
        assert_eq!(request.body.as_deref(), Some(r#"{"ids":[123,456]}"#), "{json}");
    }
}

#[test]
fn numbers_keep_all_their_digits() {
    let body = Input::Text(r#"{"Latitude": 1.10, "Longitude": 0.30000000000000004}"#.into());
    let arguments =
        Arguments { fields: [("locations".into(), Input::Text("[]".into()))].into(), ..Arguments::default() };
    assert!(plan(operation("EmergencyGeoLocations.Update").expect("known"), &arguments, Span::NEWEST).is_ok());
    let row = with_field("ConferenceSettings.UpdateMCURequestStatus", "request", body);
    assert!(row.is_err(), "a property that the type does not have is refused");
    let costs = with_field("CallCostSettings.UpdateCost", "costs", r#"[{"Rate": 0.30000000000000004}]"#.into());
    assert_eq!(costs.expect("fits").body.as_deref(), Some(r#"{"costs":[{"Rate":0.30000000000000004}]}"#));
}

#[test]
fn secrets_are_masked_wherever_they_stand() {
    let body = r#"{"AuthPassword": {"Value": "hunter2"}, "Number": "10000"}"#;
    let arguments = Arguments { body: Some(body.into()), ..Arguments::default() };
    let request = plan(operation("Trunks.CreateTrunk").expect("known"), &arguments, Span::NEWEST).expect("fits");
    assert!(request.body.as_deref().is_some_and(|body| body.contains("hunter2")));
    assert_eq!(request.masked_body().as_deref(), Some(r#"{"AuthPassword":"***","Number":"10000"}"#));
}

#[test]
fn a_secret_that_does_not_fit_is_not_shown() {
    for given in [Input::Text("hunter2".into()), Input::Json("\"hunter2\"".into()), Input::Json("[\"hunter2\"]".into())]
    {
        let error = with_field("Trunks.CreateTrunk", "AuthPassword", given).expect_err("an object is wanted");
        assert!(!error.to_string().contains("hunter2"), "{error}");
    }
}

#[test]
fn deep_nesting_is_refused() {
    let deep = format!("{}{}", r#"[{"Members":"#.repeat(3000), "]".repeat(3000));
    assert!(with_field("Users.CreateUser", "Groups", deep.as_str().into()).is_err());
    let twisted = (0..200)
        .fold("[]".to_owned(), |inner, _| serde_json::Value::from(inner).to_string().chars().take(100_000).collect());
    assert!(with_field("Users.CreateUser", "Groups", Input::Json(twisted)).is_err());
}

/// Where a text of a kind may stand: operation, place, the name there, and what is around it.
fn of_kind(id: &str, place: Place, name: &str, input: Input) -> Result<String, Error> {
    let mut arguments = Arguments::default();
    arguments.set(place, name, input);
    let operation = operation(id).expect(id);
    let request = plan(operation, &arguments, Span::NEWEST)?;
    Ok(request.body.unwrap_or(request.path_and_query))
}

#[test]
fn mac_addresses_are_sent_as_a_pbx_keeps_them_wherever_they_stand() {
    for given in [
        "00:11:22:aa:BB:cc",
        "00-11-22-AA-BB-CC",
        "0011.22aa.bbcc",
        "001122aabbcc",
        " 001122AABBCC ",
        "00 11 22 AA BB CC",
    ] {
        let json = serde_json::json!(given).to_string();
        for (id, place, name, input) in [
            ("Users.RebootPhone", Place::Field, "mac", Input::from(given)),
            ("Users.RebootPhone", Place::Field, "mac", Input::Json(json.clone())),
            ("Users.RebootPhone", Place::Body, "", Input::Json(format!("{{\"MAC\":{json}}}"))),
            ("Fxs.GetFxs", Place::Path, "MacAddress", Input::from(given)),
            ("Users.CreateUser", Place::Field, "Phones", Input::Json(format!("[{{\"MacAddress\":{json}}}]"))),
            ("Users.CreateUser", Place::Field, "Phones", Input::from(format!("[{{\"MacAddress\":{json}}}]"))),
            ("Users.CreateUser", Place::Body, "", Input::Json(format!("{{\"Phones\":[{{\"MacAddress\":{json}}}]}}"))),
        ] {
            let sent = of_kind(id, place, name, input).expect(given);
            assert!(sent.contains("001122AABBCC"), "{id} {given}: {sent}");
        }
    }
    for given in ["00:11:22:33:44", "00:11:22:33:44:5g", "00:11:22:33:44:55:66", "text", "0011223344556", "11"] {
        let json = serde_json::json!(given).to_string();
        for (id, place, name, input, at) in [
            ("Users.RebootPhone", Place::Field, "mac", Input::from(given), "mac"),
            ("Fxs.GetFxs", Place::Path, "MacAddress", Input::from(given), "MacAddress"),
            (
                "Users.CreateUser",
                Place::Field,
                "Phones",
                Input::Json(format!("[{{\"Id\":1}},{{\"MacAddress\":{json}}}]")),
                "Phones[1].MacAddress",
            ),
            (
                "Users.CreateUser",
                Place::Body,
                "",
                Input::Json(format!("{{\"Phones\":[{{\"MacAddress\":{json}}}]}}")),
                "body.Phones[0].MacAddress",
            ),
        ] {
            let said = of_kind(id, place, name, input).expect_err(given).to_string();
            assert!(said.starts_with(&format!("{at}: expected a MAC address")), "{id} {given}: {said}");
        }
    }
    let cleared = of_kind("Users.CreateUser", Place::Field, "Phones", Input::Json(r#"[{"MacAddress":""}]"#.into()));
    assert_eq!(cleared.as_deref(), Ok(r#"{"Phones":[{"MacAddress":""}]}"#));
}

#[test]
fn ranges_of_numbers_stand_for_each_of_them() {
    let dids = |input: Input| of_kind("Trunks.CreateTrunk", Place::Field, "DidNumbers", input);
    for (given, sent) in [
        ("+49301234501", r#"["+49301234501"]"#),
        ("0301234501", r#"["0301234501"]"#),
        ("+49301234508-+49301234510", r#"["+49301234508","+49301234509","+49301234510"]"#),
        ("098-101", r#"["098","099","100","101"]"#),
        ("+4930 - +4931, 12", r#"["+4930","+4931","12"]"#),
        ("12,", r#"["12"]"#),
        (r#"["10-12","7788"]"#, r#"["10","11","12","7788"]"#),
        ("[10, \"7788\"]", r#"["10","7788"]"#),
        ("[]", "[]"),
    ] {
        assert_eq!(dids(given.into()), Ok(format!("{{\"DidNumbers\":{sent}}}")), "{given}");
    }
    for (given, said) in [
        ("abc def", "DidNumbers[0]: expected a number of digits"),
        ("12,+49 30 1234-501", "DidNumbers[1]: expected a number of digits"),
        ("+49 30 1234501", "Write +49301234501."),
        (r#"["7788",""]"#, "DidNumbers[1]: expected a number of digits"),
        ("12-10", "a range from a smaller"),
        ("+4930-4931", "a range from a smaller"),
        ("1-2", "a number of digits"),
        ("10000000-99999999", "a range from a smaller"),
        ("+1234567890123456", "a number of digits"),
        (" , ", "got nothing"),
        (",\n\t,", "got nothing"),
        ("", "got nothing"),
        ("[true]", "DidNumbers[0]: expected a number of digits"),
    ] {
        let error = dids(given.into()).expect_err(given);
        let Error::Input(input) = &error else { panic!("{error}") };
        let all = format!("{error} {}", input.hint.as_deref().unwrap_or_default());
        assert!(all.contains(said), "{given}: {all}");
    }
}

#[test]
fn roles_are_those_that_exist() {
    let role = |name: &str| {
        let body = format!(r#"{{"Groups":[{{"Rights":{{"RoleName":"{name}"}}}}]}}"#);
        of_kind("Users.CreateUser", Place::Body, "", Input::Json(body)).map_err(|error| error.to_string())
    };
    assert!(role("managers").is_ok());
    assert!(role("Managers").is_ok_and(|body| body.contains(r#""managers""#)));
    let said = role("manager").expect_err("there is none");
    assert!(said.starts_with("body.Groups[0].Rights.RoleName: expected one of users, receptionists"), "{said}");
}

/// What a PBX has stored once goes back as it is, also where nobody could give it: the rest of a list stays.
#[test]
fn what_was_stored_can_be_written_back() {
    let trunk = operation("Trunks.CreateTrunk").expect("known");
    let mut arguments = Arguments::default();
    arguments.set(Place::Field, "DidNumbers", Input::Json(r#"["anonymous","10-11"]"#.into()));
    assert!(plan(trunk, &arguments, Span::NEWEST).is_err());
    let request = plan_again(trunk, &arguments, Span::NEWEST).expect("it goes back");
    assert_eq!(request.body.as_deref(), Some(r#"{"DidNumbers":["anonymous","10","11"]}"#));
    arguments.set(Place::Field, "DidNumbers", Input::Json(r#"[{"a":1}]"#.into()));
    assert!(plan_again(trunk, &arguments, Span::NEWEST).is_err(), "it is not text");
}

proptest! {
    #![proptest_config(ProptestConfig::with_cases(2000))]

    /// Whatever is given, the core answers with a request or an error, and a request's body is JSON.
    #[test]
    fn nothing_panics(index in 0_usize..600, text in "\\PC{0,60}|[\\[\\]{}\",:0-9a-z]{0,60}", json: bool) {
        let operation = operations().nth(index).expect("there are more");
        let input = || if json { Input::Json(text.clone()) } else { Input::Text(text.clone()) };
        let mut arguments = Arguments::default();
        for parameter in operation.newest_form().parameters {
            arguments.parameters.insert(parameter.name.into(), input());
        }
        arguments.body = Some(input());
        if let Ok(request) = plan(operation, &arguments, Span::NEWEST) {
            if let Some(body) = &request.body {
                prop_assert!(serde_json::from_str::<serde_json::Value>(body).is_ok(), "{}", body);
            }
            prop_assert!(!request.path_and_query.contains(' '));
        }
        arguments.body = None;
        if let threecx_catalog::Body::Fields(fields) = operation.newest_form().body {
            arguments.fields = fields.iter().map(|field| (field.name.to_owned(), input())).collect();
        }
        for option in ["top", "filter", "select", "expand", "search", "if-match"] {
            arguments.options.insert(option.into(), input());
        }
        let _ = plan(operation, &arguments, Span::NEWEST);
    }

    /// Whole numbers in range come out as they went in, whichever way they are written.
    #[test]
    fn whole_numbers_survive(numbers in proptest::collection::vec(any::<i32>(), 1..20), brackets: bool) {
        let list = numbers.iter().map(i32::to_string).collect::<Vec<_>>().join(",");
        let given = if brackets { format!("[{list}]") } else { list.clone() };
        prop_assert_eq!(ids(&given), Ok(format!("{{\"ids\":[{list}]}}")));
    }
}

/// Where JSON breaks off is told whatever stands around the place: letters of one to four bytes, and
/// white space of one to three.
#[test]
fn broken_json_is_told_whatever_stands_around() {
    let operation = operation("Users.ReprovisionAllPhones").expect("it is there");
    for before in ["", " ", "\u{a0}", "\u{2000}", "\u{3000}", "é", "€", "\u{11bc0}"] {
        for after in ["", "\\x", "\\\u{11bc0}", "\n\u{2000}]", "\u{1}"] {
            for open in ["", "\"", "[", "[1,", "{\"ids\":\""] {
                let text = format!("{open}{before}{after}");
                let arguments = Arguments { body: Some(Input::Json(text.clone())), ..Arguments::default() };
                assert!(plan(operation, &arguments, Span::NEWEST).is_err(), "{text:?}");
            }
        }
    }
}
