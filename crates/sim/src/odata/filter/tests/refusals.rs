//! Texts that are not expressions, and how they are refused.

use super::filter;

fn check(cases: &[(&str, &str)]) {
    for (text, message) in cases {
        let error = filter(text, "User").expect_err(text);
        assert_eq!(error.message, format!("{message} in '{text}'."), "{text}");
    }
}

#[test]
fn syntax() {
    check(&[
        ("", "Syntax error: an expression expected at position 0"),
        ("Id eq", "Syntax error: an expression expected at position 5"),
        ("(Id eq 1", "Syntax error: ')' or operator expected at position 8"),
        ("Id eq 1)", "Syntax error: end of expression expected at position 7"),
        ("Id eq 1 Id", "Syntax error: end of expression expected at position 8"),
        ("FirstName eq 'é' §", "Syntax error: character '§' is not valid at position 17"),
        ("Id eq #", "Syntax error: character '#' is not valid at position 6"),
        ("Number eq 'x", "There is an unterminated string literal at position 10"),
        ("Number eq 'x''", "There is an unterminated string literal at position 10"),
        ("Id eq 1 and", "Syntax error: an expression expected at position 11"),
        ("and Id eq 1", "Could not find a property named 'and' on type 'Pbx.User' at position 0"),
        ("Id in ()", "Syntax error: an expression expected at position 7"),
        ("Id in (1", "Syntax error: ',' or ')' expected at position 8"),
        ("Id in 1", "Syntax error: '(' or a collection expected at position 6"),
        ("Hours/", "Syntax error: a property name expected at position 6"),
        ("Groups/any(", "Syntax error: a variable name expected at position 11"),
        ("Groups/any(g)", "Syntax error: ':' expected at position 12"),
        ("Groups/any(g:", "Syntax error: an expression expected at position 13"),
        ("Groups/any(g: true", "Syntax error: ')' or operator expected at position 18"),
        ("Groups/all()", "Syntax error: a variable name expected at position 11"),
        ("contains(Number '1')", "Syntax error: ')' or ',' expected at position 16"),
        ("Id eq 1.", "Unrecognized literal '1.' at position 6"),
        ("Id eq 1x", "Unrecognized literal '1x' at position 6"),
        ("date(2026-02-30T00:00:00Z) eq 2026-02-28", "Unrecognized literal '2026-02-30T00:00:00Z' at position 5"),
        ("2026-02-30 eq 2026-02-28", "Unrecognized literal '2026-02-30' at position 0"),
        ("duration'1 hour' eq duration'PT1H'", "Unrecognized 'Edm.Duration' literal 'duration'1 hour'' at position 0"),
        ("duration'P1M' eq duration'PT1H'", "Unrecognized 'Edm.Duration' literal 'duration'P1M'' at position 0"),
    ]);
}

#[test]
fn names() {
    check(&[
        ("Nummer eq '1'", "Could not find a property named 'Nummer' on type 'Pbx.User' at position 0"),
        ("Hours/Typ eq 'x'", "Could not find a property named 'Typ' on type 'Pbx.Schedule' at position 6"),
        ("Groups/any(g: g/Nam eq 'x')", "Could not find a property named 'Nam' on type 'Pbx.UserGroup' at position 16"),
        ("Number/Length eq 1", "'Length' is not a property of a primitive value at position 7"),
        ("Tags/any(t: t/Name eq 'x')", "'Name' is not a property of a primitive value at position 14"),
        ("Groups/Name eq 'x'", "'Name' cannot be applied to a collection; use any or all at position 7"),
        ("Groups/any(g: Groups/any(g: true))", "The range variable 'g' has already been declared at position 25"),
        ("Groups/any($it: true)", "The range variable '$it' has already been declared at position 11"),
        (
            "contians(Number,'1')",
            "An unknown function with name 'contians' was found. This may also be a function import or a key lookup on a navigation property, which is not allowed at position 0",
        ),
        (
            "QueueStatus eq 'Asleep'",
            "The string 'Asleep' is not a valid enumeration type constant of 'Pbx.QueueStatusType' at position 15",
        ),
        (
            "QueueStatus in ('LoggedIn','Asleep')",
            "The string 'Asleep' is not a valid enumeration type constant of 'Pbx.QueueStatusType' at position 27",
        ),
        (
            "QueueStatus eq 'LoggedIn,LoggedOut'",
            "The string 'LoggedIn,LoggedOut' is not a valid enumeration type constant of 'Pbx.QueueStatusType' at position 15",
        ),
        (
            "QueueStatus eq Pbx.QueueStatusType'loggedin'",
            "The string 'loggedin' is not a valid enumeration type constant of 'Pbx.QueueStatusType' at position 15",
        ),
    ]);
}

#[test]
fn types() {
    let binary = |x: &str, y: &str, kind: &str, position: usize| {
        format!(
            "A binary operator with incompatible types was detected. Found operand types '{x}' and '{y}' for operator kind '{kind}' at position {position}"
        )
    };
    for (text, message) in [
        ("Id eq 'x'", binary("Edm.Int32", "Edm.String", "Equal", 3)),
        ("'x' ne Id", binary("Edm.String", "Edm.Int32", "NotEqual", 4)),
        ("Number gt 1", binary("Edm.String", "Edm.Int32", "GreaterThan", 7)),
        ("Enabled lt true", binary("Edm.Boolean", "Edm.Boolean", "LessThan", 8)),
        ("Enabled add 1 eq 1", binary("Edm.Boolean", "Edm.Int32", "Add", 8)),
        ("Number mul 2 eq 4", binary("Edm.String", "Edm.Int32", "Multiply", 7)),
        ("Id and true", binary("Edm.Int32", "Edm.Boolean", "And", 3)),
        ("true or Number", binary("Edm.Boolean", "Edm.String", "Or", 5)),
        ("Groups eq null", binary("Collection(Pbx.UserGroup)", "null", "Equal", 7)),
        ("Hours eq Hours", binary("Pbx.Schedule", "Pbx.Schedule", "Equal", 6)),
        ("Hours gt null", binary("Pbx.Schedule", "null", "GreaterThan", 6)),
        ("Id has 1", binary("Edm.Int32", "Edm.Int32", "Has", 3)),
        ("now() eq '2026-01-31T00:00:00Z'", binary("Edm.DateTimeOffset", "Edm.String", "Equal", 6)),
        ("now() add now() eq null", binary("Edm.DateTimeOffset", "Edm.DateTimeOffset", "Add", 6)),
        ("QueueStatus eq Pbx.UserTag'MS'", binary("Pbx.QueueStatusType", "Pbx.UserTag", "Equal", 12)),
        ("QueueStatus eq QueueStatusType'LoggedIn'", binary("Pbx.QueueStatusType", "QueueStatusType", "Equal", 12)),
        ("Pbx.UserTag'MS' eq Pbx.UserTag'MS'", binary("Pbx.UserTag", "Pbx.UserTag", "Equal", 16)),
        ("TranscriptionMode eq QueueStatus", binary("Pbx.TranscriptionType", "Pbx.QueueStatusType", "Equal", 18)),
        ("1 in Tags", binary("Edm.Int32", "Pbx.UserTag", "Equal", 2)),
    ] {
        check(&[(text, &message)]);
    }
    let unary = |sort: &str, kind: &str| {
        format!(
            "A unary operator with an incompatible type was detected. Found operand type '{sort}' for operator kind '{kind}' at position 0"
        )
    };
    check(&[
        ("not Id eq 1", &unary("Edm.Int32", "Not")),
        ("not length(Number) eq 1", &unary("Edm.Int32", "Not")),
        ("-Number eq 'x'", &unary("Edm.String", "Negate")),
        ("-Enabled", &unary("Edm.Boolean", "Negate")),
        ("Id", "The $filter expression must evaluate to a single boolean value at position 0"),
        ("Number", "The $filter expression must evaluate to a single boolean value at position 0"),
        ("Groups/any(g: g/Name)", "The expression in any or all must be true or false at position 7"),
        ("Id in (1, 'x')", "An item of type 'Edm.String' does not fit into a list of 'Edm.Int32' at position 10"),
        (
            "contains(Id,'1')",
            "No function signature for the function with name 'contains' matches an argument of type 'Edm.Int32' at position 9",
        ),
        (
            "length(Groups) eq 1",
            "No function signature for the function with name 'length' matches an argument of type 'Collection(Pbx.UserGroup)' at position 7",
        ),
        (
            "matchesPattern(Id,'1')",
            "No function signature for the function with name 'matchesPattern' matches an argument of type 'Edm.Int32' at position 15",
        ),
        ("contains(Number)", "The function 'contains' takes 2 arguments at position 0"),
        ("length(Number,Number) eq 1", "The function 'length' takes 1 argument at position 0"),
        ("substring(Number) eq ''", "The function 'substring' takes 2 or 3 arguments at position 0"),
        ("now(1) eq now()", "The function 'now' takes no arguments at position 0"),
        ("matchesPattern(Number)", "The function 'matchesPattern' takes 2 arguments at position 0"),
        ("matchesPattern(Number,Number)", "The pattern of 'matchesPattern' has to be a text in quotes at position 22"),
        ("matchesPattern(Number,'(')", "The pattern '(' is not a regular expression, or too large at position 22"),
        (
            "matchesPattern(Number,'(\\w{99}){99}')",
            "The pattern '(\\w{99}){99}' is not a regular expression, or too large at position 22",
        ),
    ]);
    let error = filter("ClientId eq 'x'", "RefreshToken").expect_err("no GUID");
    assert_eq!(error.message, "Unrecognized 'Edm.Guid' literal 'x' at position 12 in 'ClientId eq 'x''.");
    let error = filter("CallTime gt '1 minute'", "CallHistoryView").expect_err("no duration");
    assert_eq!(
        error.message,
        "Unrecognized 'Edm.Duration' literal '1 minute' at position 12 in 'CallTime gt '1 minute''."
    );
}
