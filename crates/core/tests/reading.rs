//! What an answer is taken for.

use proptest::prelude::*;
use threecx_catalog::{Answer as Declared, Content, Span, operation, operations};
use threecx_core::Error;
use threecx_core::read::{Answer, Head, file, read};

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
            " { \"\\u0076alue\" : [ {\"Id\": 1} , 2 ] , \"@odata.count\":\"3\" } ",
            r#"rows {"Id": 1} 2 of Some(3)"#,
        ),
        ("Users.ListUser", 200, r#"{"value":[1],"Other":2}"#, r#"value {"value":[1],"Other":2}"#),
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
fn what_came_decides_whether_it_is_a_file() {
    let wav = Head {
        status: 200,
        content_type: Some("audio/x-wav"),
        content_disposition: Some(
            r#"attachment; filename="../../etc/a \"b\"; c.wav"; filename*=UTF-8''..%2F..%2Fr%C3%A9c.wav"#,
        ),
        ..Head::default()
    };
    let found = file(declared("Recordings.DownloadRecording"), &wav).expect("a file");
    assert_eq!((found.name.as_deref(), found.media_type.as_str()), (Some("réc.wav"), "audio/x-wav"));

    let name = |disposition| {
        let head = Head { content_disposition: Some(disposition), ..wav };
        file(declared("Users.ListUser"), &head).and_then(|file| file.name)
    };
    assert_eq!(name(r#"attachment; filename="a; b.csv""#).as_deref(), Some("a; b.csv"));
    assert_eq!(name(r"attachment; filename=C:\temp\a.csv").as_deref(), Some("a.csv"));
    assert_eq!(name("attachment; filename=\"..\""), None);
    assert_eq!(name("attachment; filename*=UTF-8''%zz"), None);
    assert_eq!(file(declared("Users.ListUser"), &json(200)), None);
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
        if let Some(name) = file(form.answer_in(Span::NEWEST), &head).and_then(|file| file.name) {
            prop_assert!(!name.contains(['/', '\\']) && name != ".." && !name.is_empty());
        }
    }
}
