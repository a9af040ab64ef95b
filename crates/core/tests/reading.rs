//! What an answer is taken for.

use proptest::prelude::*;
use threecx_catalog::{Answer as Declared, Content, Effect, Span, operation, operations};
use threecx_core::Error;
use threecx_core::read::{Answer, Head, check, file, read};

fn declared(id: &str) -> Declared {
    operation(id).expect(id).newest_form().answer_in(Span::NEWEST)
}

fn json(status: u16) -> Head<'static> {
    Head { status, content_type: Some("application/json; odata.metadata=minimal"), ..Head::default() }
}

fn error(id: &str, head: Head<'_>, body: &str) -> Error {
    read(operation(id), declared(id), &head, body.as_bytes()).expect_err("a refusal")
}

#[test]
fn rows_values_entities_and_nothing_are_told_apart() {
    let shown = |id: &str, status, body: &'static str| {
        let answer = read(operation(id), declared(id), &json(status), body.as_bytes()).expect("success");
        match answer {
            Answer::Nothing => "nothing".to_owned(),
            Answer::Value(raw) => format!("value {}", raw.get()),
            Answer::Rows(rows) => {
                let texts: Vec<&str> = rows.rows.iter().map(|row| row.get()).collect();
                format!("rows {} of {:?}", texts.join(" "), rows.count)
            }
            Answer::File(file) => format!("{file:?}"),
        }
    };
    for (id, status, body, wanted) in [
        ("Users.ReprovisionAllPhones", 204, "", "nothing"),
        (
            "Users.ListUser",
            200,
            r#"{"@odata.count":7,"value":[{"Id":1},{"Id":2}]}"#,
            r#"rows {"Id":1} {"Id":2} of Some(7)"#,
        ),
        ("Users.ListUser", 200, r#"{"value":[]}"#, "rows  of None"),
        (
            "Users.ListUser",
            200,
            " { \"\\u0076alue\" : [ {\"Id\": 1} , {} ] , \"@odata.count\":\"3\" } ",
            r#"rows {"Id": 1} {} of Some(3)"#,
        ),
        ("Users.ListUser", 200, r#"{"value":[{}],"Other":2}"#, r#"value {"value":[{}],"Other":2}"#),
        ("Users.HasDuplicatedEmail", 200, r##"{"@odata.context":"x#Edm.Boolean","value":true}"##, "value true"),
        ("Users.GetUser", 200, r#"{"Id":1.50}"#, r#"value {"Id":1.50}"#),
        (
            "Parameters.GetParameter",
            200,
            r#"{"Id":1,"Value":"x","value":2}"#,
            r#"value {"Id":1,"Value":"x","value":2}"#,
        ),
    ] {
        assert_eq!(shown(id, status, body), wanted, "{id}");
    }
}

#[test]
fn files_come_from_operations_that_give_them() {
    let of = |id: &str, head: &Head<'_>| file(operation(id), declared(id), head);
    let recording = "Recordings.DownloadRecording";
    let wav = Head {
        status: 200,
        content_type: Some("audio/x-wav"),
        content_disposition: Some(
            r#"attachment; filename="../../etc/a \"b\"; c.wav"; filename*=UTF-8''..%2F..%2Fr%C3%A9c.wav"#,
        ),
        ..Head::default()
    };
    let found = of(recording, &wav).expect("a file");
    assert_eq!((found.name.as_deref(), found.media_type.as_str()), (Some("réc.wav"), "audio/x-wav"));
    // Whatever its head says, a list is not a file.
    assert_eq!(of("Users.ListUser", &wav), None);
    assert_eq!(of("Users.ListUser", &json(200)), None);
    assert_eq!(of(recording, &Head { status: 204, ..wav }), None);

    let name = |disposition| {
        let head = Head { content_disposition: Some(disposition), ..wav };
        of(recording, &head).and_then(|file| file.name)
    };
    assert_eq!(name(r#"attachment; filename="a; b.csv""#).as_deref(), Some("a; b.csv"));
    assert_eq!(name(r"attachment; filename=C:\temp\a.csv").as_deref(), Some("a.csv"));
    assert_eq!(name("attachment; filename=\"..\""), None);
    assert_eq!(name("attachment; filename*=UTF-8''%zz"), None);

    // A raw call may bring anything; a page is taken for a file only if it says that it is one.
    let any = Declared { status: 200, content: Content::Nothing };
    let raw = |head: &Head<'_>| file(None, any, head).map(|file| file.media_type);
    assert_eq!(raw(&wav).as_deref(), Some("audio/x-wav"));
    let page = Head { content_type: Some("Text/HTML; charset=utf-8"), content_disposition: None, ..wav };
    assert_eq!(raw(&page), None);
    assert_eq!(
        raw(&Head { content_disposition: Some("attachment; filename=a.html"), ..page }).as_deref(),
        Some("Text/HTML")
    );
    assert_eq!(raw(&json(200)), None);
}

/// A list of entities has nothing but records in it, however it is wrapped; other lists may have anything.
#[test]
fn rows_that_are_no_records_are_no_answer() {
    for (row, place) in [("1", 1), ("null", 1), ("\"x\"", 1), ("[]", 1), ("true", 1), ("{},null", 2), ("{},{}, 7", 3)] {
        for body in [
            format!("{{\"value\":[{row}]}}"),
            format!("{{\"@odata.count\":1,\"value\": [ {row} ]}}"),
            format!("{{\"value\":[{row}],\"Other\":1}}"),
            format!("[{row}]"),
        ] {
            let said = error("Users.ListUser", json(200), &body).to_string();
            assert!(said.contains(&format!("row {place} in it is not a User")), "{body}: {said}");
        }
    }
    let texts = "ConferenceSettings.GetWebMeetingZones";
    assert!(read(operation(texts), declared(texts), &json(200), br#"{"value":["a","b"]}"#).is_ok());
}

/// What stands between here and a PBX calls many things a success.
#[test]
fn a_status_of_success_is_not_an_answer_yet() {
    const PAGE: &str = "<!DOCTYPE html><title>Welcome to our WLAN</title>";
    const ENVELOPE: &str = r#"{"error":{"code":"","message":"Users:\nWARNINGS.XAPI.X"}}"#;
    const HTML: Option<&str> = Some("text/html; charset=utf-8");
    const JSON: Option<&str> = Some("application/json; odata.metadata=minimal");
    const TEXT: Option<&str> = Some("text/plain");
    const WAV: Option<&str> = Some("audio/x-wav");
    let (list, get, function) = ("Users.ListUser", "Users.GetUser", "Users.HasDuplicatedEmail");
    let (create, update, order) = ("Users.CreateUser", "Users.UpdateUser", "Users.ReprovisionAllPhones");
    let (recording, export, policy) =
        ("Recordings.DownloadRecording", "Users.ExportExtensions", "AmazonIntegrationSettings.GenerateIamPolicyFile");
    let cases: &[(&str, u16, Option<&str>, &str, &str)] = &[
        // A page is an answer to nothing, whatever it is called and whatever was asked.
        (list, 200, HTML, PAGE, "not-a-3cx"),
        (list, 200, JSON, PAGE, "not-a-3cx"),
        (list, 200, None, "\u{feff}\r\n<HTML lang=de>", "not-a-3cx"),
        (list, 200, Some("application/xhtml+xml"), "<?xml version=\"1.0\"?><html/>", "not-a-3cx"),
        (list, 200, HTML, "", "not-a-3cx"),
        (get, 200, HTML, PAGE, "not-a-3cx"),
        (function, 203, HTML, PAGE, "not-a-3cx"),
        (create, 201, HTML, PAGE, "not-a-3cx"),
        (update, 200, HTML, PAGE, "not-a-3cx"),
        (order, 200, HTML, PAGE, "not-a-3cx"),
        (order, 200, TEXT, PAGE, "not-a-3cx"),
        (recording, 200, HTML, PAGE, "not-a-3cx"),
        (recording, 200, None, PAGE, "not-a-3cx"),
        (export, 200, JSON, PAGE, "not-a-3cx"),
        (list, 302, HTML, PAGE, "not-a-3cx"),
        (order, 307, None, "", "not-a-3cx"),
        // Nothing, where something is due.
        (list, 200, JSON, "", "answer"),
        (list, 200, JSON, " \n", "answer"),
        (list, 204, None, "", "answer"),
        (get, 200, JSON, "", "answer"),
        (get, 204, None, "", "answer"),
        (function, 200, JSON, "", "answer"),
        (function, 204, None, "", "nothing"),
        (create, 201, JSON, "", "unknown-outcome"),
        (create, 204, None, "", "nothing"),
        (update, 204, None, "", "nothing"),
        (update, 200, None, "", "nothing"),
        (order, 204, TEXT, " ", "nothing"),
        (recording, 204, None, "", "answer"),
        (recording, 200, WAV, "", "file"),
        // An error, called a success.
        (list, 200, JSON, ENVELOPE, "answer"),
        (get, 200, JSON, r#"{"@odata.context":"x","error":"no"}"#, "answer"),
        (get, 200, JSON, r#"{"timestamp":1,"status":500,"error":"Internal","path":"/"}"#, "answer"),
        (get, 200, JSON, r#"{"Id":1,"error":null}"#, "value"),
        (create, 201, JSON, ENVELOPE, "unknown-outcome"),
        (order, 200, JSON, ENVELOPE, "unknown-outcome"),
        (order, 200, TEXT, ENVELOPE, "unknown-outcome"),
        (recording, 200, JSON, ENVELOPE, "answer"),
        (export, 200, JSON, ENVELOPE, "answer"),
        (policy, 200, JSON, ENVELOPE, "answer"),
        (policy, 200, JSON, r#"{"Version":"2012-10-17"}"#, "file"),
        // A list without rows, and what is not JSON.
        (list, 200, JSON, "{}", "answer"),
        (list, 200, JSON, r#"{"@odata.context":"x"}"#, "answer"),
        (list, 200, JSON, r#"{"value":null}"#, "answer"),
        (list, 200, JSON, r#"{"value":[{"Id":1}],"error":1}"#, "value"),
        (list, 200, TEXT, r#"{"value":[{"Id":1}]}"#, "rows"),
        (list, 200, WAV, "RIFF", "answer"),
        (order, 200, TEXT, "OK", "unknown-outcome"),
        (create, 201, JSON, "{\"Id\":", "unknown-outcome"),
        (create, 201, JSON, r#"{"Id":7}"#, "value"),
        (export, 200, Some("text/csv"), "Number,FirstName", "file"),
        (export, 200, Some("text/csv"), "error", "file"),
        (recording, 200, WAV, "RIFF", "file"),
        (recording, 200, None, "RIFF", "file"),
    ];
    for (id, status, content_type, body, wanted) in cases {
        let head = Head { status: *status, content_type: *content_type, ..Head::default() };
        let answer = read(operation(id), declared(id), &head, body.as_bytes());
        let found = match &answer {
            Ok(Answer::Nothing) => "nothing",
            Ok(Answer::Value(_)) => "value",
            Ok(Answer::Rows(_)) => "rows",
            Ok(Answer::File(_)) => "file",
            Err(error) => error.code(),
        };
        assert_eq!(found, *wanted, "{id} answered {status} {content_type:?} {body:?}");
        // What whoever does not read the answer is told is never better than that.
        let checked = check(operation(id), declared(id), &head, body.as_bytes());
        assert!(checked.is_ok() || checked.as_ref().err() == answer.as_ref().err(), "{id} {body:?}");
        let changes = operation(id).expect(id).effect != Effect::Reads;
        assert!(!changes || checked.is_ok() == answer.is_ok(), "{id} {body:?}");
    }
}

#[test]
fn errors_that_are_called_success_are_quoted() {
    let envelope = r#"{"@odata.context":"x","error":{"code":"","message":"Number:\nin use"}}"#;
    let said = error("Users.GetUser", json(200), envelope).to_string();
    assert!(said.contains("an error under status 200: Number:\nin use"), "{said}");
    let said = error("Users.GetUser", json(200), r#"{"error":"gone"}"#).to_string();
    assert!(said.ends_with("under status 200: gone"), "{said}");
    let html = Head { content_type: Some("text/html"), ..json(200) };
    let said = error("Users.GetUser", html, "<html>").to_string();
    assert!(said.contains("the server answers") && said.contains("a web page (text/html)"), "{said}");
    let moved = Head { location: Some("https://elsewhere/"), ..json(301) };
    let said = error("Users.UpdateUser", moved, "").to_string();
    assert!(said.ends_with("it redirects to https://elsewhere/"), "{said}");
}

/// Each of them is at the mercy of the same boxes in between.
#[test]
fn no_operation_takes_a_page_or_an_error_for_success() {
    for operation in operations() {
        let form = operation.newest_form();
        let declared = form.answer_in(Span::NEWEST);
        for (content_type, body) in [("text/html", "<html>"), ("application/json", r#"{"error":{"message":"no"}}"#)] {
            let head = Head { status: 200, content_type: Some(content_type), ..Head::default() };
            let answer = read(Some(operation), declared, &head, body.as_bytes());
            assert!(
                answer.is_err() && check(Some(operation), declared, &head, body.as_bytes()).is_err(),
                "{}",
                operation.id
            );
        }
    }
}

#[test]
fn a_raw_call_gets_what_comes() {
    let any = Declared { status: 200, content: Content::Nothing };
    let head = |content_type| Head { status: 200, content_type: Some(content_type), ..Head::default() };
    for (content_type, body) in
        [("text/html", "<html>"), ("application/json", r#"{"error":1}"#), ("text/plain", "7"), ("text/plain", "")]
    {
        assert!(check(None, any, &head(content_type), body.as_bytes()).is_ok(), "{body}");
    }
    // Whoever asks what it means is not told that a page is a file.
    let page = read(None, any, &head("text/html"), b"<html>").expect_err("a page");
    assert_eq!(page.code(), "not-a-3cx");
    assert!(matches!(read(None, any, &head("application/json"), br#"{"error":1}"#), Ok(Answer::Value(_))));
    assert!(matches!(read(None, any, &head("application/xml"), b"<edmx/>"), Ok(Answer::File(_))));
}

#[test]
fn refusals_become_the_error_that_they_mean() {
    let duplicate = r#"{"error":{"code":"","message":"EmailAddress:\nWARNINGS.XAPI.ALREADY_IN_USE","details":[{"code":"","message":"WARNINGS.XAPI.ALREADY_IN_USE","target":"EmailAddress"}]}}"#;
    let refused = error("Users.CreateUser", json(400), duplicate);
    assert_eq!(refused.code(), "rejected");
    assert!(refused.to_string().starts_with("the PBX refuses: EmailAddress: "), "{refused}");
    assert!(refused.to_string().contains("WARNINGS.XAPI.ALREADY_IN_USE"), "{refused}");

    let unknown = r#"{"error":{"code":"400","message":"WARNINGS.XAPI.NOT_FOUND"}}"#;
    assert_eq!(error("Users.RebootPhone", json(400), unknown).code(), "not-found");
    let binding =
        r#"{"error":{"code":"","message":"The input was not valid.\n\ndelta:\nThe delta field is required."}}"#;
    assert!(error("Users.UpdateUser", json(400), binding).to_string().contains("The delta field is required."));
    for (status, code) in [
        (401, "authentication"),
        (403, "permission"),
        (404, "not-found"),
        (429, "rate-limited"),
        (500, "server"),
        (504, "server"),
        (409, "rejected"),
    ] {
        assert_eq!(error("Users.GetUser", json(status), "<html>no</html>").code(), code);
    }
    let reports = error("ReportCallLogData.GetCallLogData", json(403), "");
    assert!(reports.to_string().contains("System Owner"), "{reports}");
}

proptest! {
    #![proptest_config(ProptestConfig::with_cases(1000))]

    /// Whatever comes, it is an answer or an error.
    #[test]
    fn nothing_panics(
        index in 0_usize..600,
        status in 100_u16..600,
        body in proptest::collection::vec(any::<u8>(), 0..80),
        text in "\\PC{0,60}|[\\[\\]{}\",:@a-z0-9.]{0,60}",
        as_text: bool,
        disposition in "\\PC{0,40}|attachment; filename[*]?=[\"'%a-z0-9.;/]{0,20}",
    ) {
        let operation = operations().nth(index).expect("there are more");
        let head = Head { status, content_type: Some("application/json"), content_disposition: Some(&disposition), ..Head::default() };
        let body = if as_text { text.as_bytes() } else { &body };
        let form = operation.newest_form();
        let _ = read(Some(operation), form.answer_in(Span::NEWEST), &head, body);
        let plain = Head { content_disposition: None, ..head };
        let _ = read(Some(operation), Declared { status, content: Content::Nothing }, &plain, body);
        if let Some(name) = file(Some(operation), form.answer_in(Span::NEWEST), &head).and_then(|file| file.name) {
            prop_assert!(!name.contains(['/', '\\']) && name != ".." && !name.is_empty());
        }
    }
}
