//! Tables of cases: expressions on one user, and texts that are none.

use proptest::prelude::*;
use threecx_catalog::Span;

use super::Expression;
use crate::state::{Entity, Shape, Shapes, entity_from_json};

fn shape(name: &str) -> &'static Shape {
    Shapes::of(Span::NEWEST).get(name).expect(name)
}

fn user() -> Entity {
    let json = serde_json::json!({
        "Id": 29, "Number": "100", "FirstName": "Seán", "LastName": "O'Brien", "EmailAddress": "Sean@Demo.Example",
        "Enabled": true, "PrimaryGroupId": 28, "QueueStatus": "LoggedIn", "Mobile": null,
        "Groups": [{"GroupId": 28, "Name": "DEFAULT"}, {"GroupId": 30, "Name": "Sales"}],
        "Hours": {"Type": "OfficeHours"},
    });
    let mut user = Entity::new(shape("User"));
    entity_from_json(&mut user, &json, Shapes::of(Span::NEWEST)).expect("fits");
    user
}

#[test]
fn expressions_hold_or_do_not() {
    let user = user();
    for (text, holds) in [
        ("Id eq 29", true),
        ("Id ne 29", false),
        ("Id gt 28.5 and Id lt 30", true),
        ("Number eq '100'", true),
        ("LastName eq 'O''Brien'", true),
        ("Id eq 1 or Id eq 29 and Enabled eq false", false),
        ("(Id eq 1 or Id eq 29) and Enabled eq true", true),
        ("Enabled", true),
        ("not Enabled", false),
        ("not (Id eq 1)", true),
        ("not startswith(Number,'2')", true),
        ("not startsWith(Number,'1')", false),
        ("contains(LastName,'Bri')", true),
        ("endswith(EmailAddress,'Example')", true),
        ("tolower(EmailAddress) eq 'sean@demo.example'", true),
        ("length(FirstName) eq 4", true),
        ("indexof(FirstName,'n') eq 3", true),
        ("substring(Number,1) eq '00'", true),
        ("substring(Number,0,1) eq '1'", true),
        ("concat(FirstName,LastName) eq 'SeánO''Brien'", true),
        ("Id in (1, 29, 30)", true),
        ("Number in ('101')", false),
        ("Mobile eq null", true),
        ("Mobile ne null", false),
        ("Mobile gt 'a'", false),
        ("contains(Mobile,'a')", false),
        ("not contains(Mobile,'a')", false),
        ("contains(Mobile,'a') or Id eq 29", true),
        ("contains(Mobile,'a') and Id eq 29", false),
        ("QueueStatus eq 'LoggedIn'", true),
        ("QueueStatus eq Pbx.QueueStatusType'LoggedOut'", false),
        ("Groups/any(g: g/Name eq 'Sales')", true),
        ("Groups/any(g: g/GroupId eq PrimaryGroupId)", true),
        ("Groups/all(g: g/GroupId ge 28)", true),
        ("Groups/any()", true),
        ("Phones/any()", false),
        ("Groups/$count eq 2", true),
        ("Hours/Type eq 'OfficeHours'", true),
        ("Id add 1 eq 30", true),
        ("Id mul 2 sub 8 eq 50", true),
        ("Id div 2 eq 14", true),
        ("Id mod 2 eq 1", true),
        ("Id div 0 eq 1", false),
        ("-Id eq -29", true),
        ("year(2026-01-31T09:30:00Z) eq 2026", true),
        ("date(2026-01-31T23:30:00-02:00) eq 2026-02-01", true),
        ("duration'PT90M' eq duration'PT1H30M'", true),
        ("2026-01-31T09:30:00Z add duration'PT1H' gt 2026-01-31T10:00:00Z", true),
        ("hour(09:30:00) eq 9", true),
        ("null eq null", true),
        ("true", true),
    ] {
        let parsed = Expression::filter(text, shape("User")).unwrap_or_else(|error| panic!("{text}: {error:?}"));
        assert_eq!(parsed.holds(&user), holds, "{text}");
    }
}

#[test]
fn what_is_no_expression_is_refused_with_its_place() {
    for (text, message) in [
        (
            "Nummer eq '1'",
            "Could not find a property named 'Nummer' on type 'Pbx.User' at position 0 in 'Nummer eq '1''.",
        ),
        (
            "Id eq 'x'",
            "A binary operator with incompatible types was detected. Found operand types 'a number' and 'Edm.String' for operator kind 'Eq' at position 3 in 'Id eq 'x''.",
        ),
        ("Id eq", "Syntax error: an expression expected at position 5 in 'Id eq'."),
        ("(Id eq 1", "Syntax error: ')' expected at position 8 in '(Id eq 1'."),
        ("Id eq 1 Id", "Syntax error: end of expression expected at position 8 in 'Id eq 1 Id'."),
        ("Id", "The $filter expression must evaluate to true or false at position 0 in 'Id'."),
        ("Number eq 'x", "There is an unterminated string literal at position 10."),
        (
            "contians(Number,'1')",
            "An unknown function with name 'contians' was found at position 0 in 'contians(Number,'1')'.",
        ),
        ("Id eq #", "Syntax error: character '#' is not valid at position 6 in 'Id eq #'."),
        (
            "QueueStatus eq 'Asleep'",
            "The string 'Asleep' is not a valid enumeration type constant of 'Pbx.QueueStatusType' at position 15 in 'QueueStatus eq 'Asleep''.",
        ),
        (
            "Groups/Name eq 'x'",
            "'Name' cannot be applied to a collection; use any or all at position 7 in 'Groups/Name eq 'x''.",
        ),
        ("", "Syntax error: an expression expected at position 0 in ''."),
    ] {
        let error = Expression::filter(text, shape("User")).expect_err(text);
        assert_eq!(error.message, message);
    }
    let deep = format!("{}Id eq 1{}", "(".repeat(5000), ")".repeat(5000));
    assert!(Expression::filter(&deep, shape("User")).expect_err("deep").message.contains("nested too deeply"));
}

proptest! {
    #![proptest_config(ProptestConfig::with_cases(4000))]

    #[test]
    fn nothing_panics(
        text in "\\PC{0,60}",
        words in proptest::collection::vec(
            prop_oneof![
                Just("Id"), Just("Number"), Just("Groups/any(g:"), Just("g/Name"), Just("eq"), Just("and"), Just("not"), Just("in"),
                Just("("), Just(")"), Just(","), Just("'a'"), Just("1"), Just("-"), Just("9223372036854775807"), Just("add"), Just("mul"),
                Just("substring("), Just("null"), Just("date("), Just("2026-01-31T00:00:00Z"), Just("duration'P9999999D'"), Just("/$count"),
            ],
            0..14,
        ),
    ) {
        for text in [text, words.join(" ")] {
            if let Ok(expression) = Expression::value(&text, shape("User")) {
                let _ = expression.evaluate(&user());
            }
        }
    }
}
