//! Tables of expressions that are true, or are not.

use super::{entity, filter, user};
use crate::state::Entity;

fn check(entity: &Entity, of: &str, cases: &[(&str, bool)]) {
    for (text, holds) in cases {
        let parsed = filter(text, of).unwrap_or_else(|error| panic!("{text}: {}", error.message));
        assert_eq!(parsed.holds(entity), *holds, "{text}");
    }
}

#[test]
fn comparison_and_logic() {
    check(
        &user(),
        "User",
        &[
            ("Id eq 29", true),
            ("Id ne 29", false),
            ("id EQ 29", true),
            ("Id gt 28.5 and Id lt 30", true),
            ("Id ge 29 and Id le 29", true),
            ("Number eq '100'", true),
            ("LastName eq 'O''Brien'", true),
            ("'Z' gt LastName", true),
            ("FirstName eq LastName", false),
            ("FirstName ne LastName", true),
            ("FirstName eq FirstName", true),
            ("$it/FirstName eq FirstName", true),
            ("Enabled", true),
            ("Enabled eq true and true", true),
            ("true", true),
            ("Id eq 1 or Id eq 29 and Enabled eq false", false),
            ("(Id eq 1 or Id eq 29) and Enabled eq true", true),
            ("Id eq 29 or Id eq 1 and Enabled eq false", true),
            ("not Enabled", false),
            ("not Enabled eq false", true),
            ("not not Enabled", true),
            ("not (Id eq 1)", true),
            ("not(Id eq 1)", true),
            ("not startswith(Number,'2')", true),
            ("not startsWith(Number,'1')", false),
            ("not contains(LastName,'x') and Id eq 29", true),
            ("not Id in (1, 2)", true),
            ("Enabled eq Id gt 1", true),
            ("Id gt 1 eq Enabled", true),
            ("Id in (1, 29, 30)", true),
            ("Id in (29.0)", true),
            ("Id in (2.9e1)", true),
            ("Id in (1, null, 30)", false),
            ("Mobile in ('1', null)", true),
            ("Mobile in ('1')", false),
            ("Number in ('101','102')", false),
            ("Number in ('102',concat('10','0'))", true),
            ("QueueStatus in ('LoggedOut','LoggedIn')", true),
            ("Id eq 3 or Id eq 29 or Id eq 1", true),
            ("Id eq 3 or Id eq 28 or Id eq 1", false),
            ("Id eq 3 or Id eq 2 or Id eq null or Id eq 29", true),
            ("Id eq 3 or PrimaryGroupId eq 29 or PrimaryGroupId eq 28 or Id eq 1", true),
            ("Id eq 3 or 29 eq Id or Id eq 4 and Enabled", true),
            ("Id in (1, 2) or Id eq 30 or Id eq 29", true),
            ("Id in (1, null, Id) or Id eq 30", true),
            ("Id eq 2.5 or Id eq 29.0 or Id eq 29.5", true),
            ("Id eq 1e0 or Id eq 2.9e1", true),
            ("Mobile eq 'x' or Mobile eq null", true),
            ("Mobile eq 'x' or Mobile eq 'y'", false),
            ("not (Number eq '1' or Number eq '2')", true),
            ("QueueStatus eq 'LoggedOut' or QueueStatus eq 'LoggedIn'", true),
            ("Enabled eq false or Enabled eq true", true),
        ],
    );
}

#[test]
fn null_is_equal_to_null_alone() {
    check(
        &user(),
        "User",
        &[
            ("null eq null", true),
            ("null ne null", false),
            ("Mobile eq null", true),
            ("null eq Mobile", true),
            ("Mobile ne null", false),
            ("Mobile eq 'x'", false),
            ("Mobile ne 'x'", true),
            ("Mobile gt 'a'", false),
            ("Mobile le 'a'", false),
            ("Mobile le null", false),
            ("not (Mobile gt 'a')", true),
            ("contains(Mobile,'a')", false),
            ("not contains(Mobile,'a')", false),
            ("contains(Mobile,'a') or Id eq 29", true),
            ("contains(Mobile,'a') or Id eq 1", false),
            ("not (contains(Mobile,'a') or Id eq 1)", false),
            ("not (contains(Mobile,'a') and Id eq 1)", true),
            ("contains(Mobile,'a') and Id eq 29", false),
            ("contains(Mobile,'a') eq null", true),
            ("length(Mobile) eq null", true),
            ("Id add null eq null", true),
            ("concat(Mobile,'a') eq null", true),
            ("substring('abc',null) eq null", true),
            ("-null eq null", true),
            ("Hours ne null", true),
            ("Hours eq null", false),
            ("BreakTime eq null", true),
            ("BreakTime/Type eq null", true),
            ("BreakTime/Periods/any()", false),
            ("BreakTime/Periods/$count eq 0", true),
            ("null", false),
        ],
    );
}

#[test]
fn text_functions() {
    check(
        &user(),
        "User",
        &[
            ("contains(LastName,'Bri')", true),
            ("contains(LastName,'bri')", false),
            ("CONTAINS(LastName,'''B')", true),
            ("startswith(FirstName,'Se')", true),
            ("endswith(EmailAddress,'Example')", true),
            ("length(FirstName) eq 4", true),
            ("indexof(FirstName,'n') eq 3", true),
            ("indexof(FirstName,'x') eq -1", true),
            ("substring(Number,1) eq '00'", true),
            ("substring(Number,0,1) eq '1'", true),
            ("substring(FirstName,2,1) eq 'á'", true),
            ("substring(FirstName,3) eq 'n'", true),
            ("substring(Number,9) eq ''", true),
            ("substring(Number,-1,2) eq '10'", true),
            ("substring(Number,1,-1) eq ''", true),
            ("substring(concat(Number,'x'),2) eq '0x'", true),
            ("tolower(EmailAddress) eq 'sean@demo.example'", true),
            ("toupper(FirstName) eq 'SEÁN'", true),
            ("tolower('ÀB') eq 'àb'", true),
            ("tolower(Number) eq Number", true),
            ("trim('  a b ') eq 'a b'", true),
            ("trim(concat(' ',Number)) eq Number", true),
            ("concat(FirstName,LastName) eq 'SeánO''Brien'", true),
            ("concat(concat('a','b'),'c') eq 'abc'", true),
            ("matchesPattern(Number,'^1[0-9]{2}$')", true),
            ("matchespattern(FirstName,'^s')", false),
            ("matchesPattern(FirstName,'(?i)^s.Á')", true),
            ("matchesPattern(FirstName,'^\\w{4}$')", true),
            ("matchesPattern(Mobile,'.')", false),
            ("length('') eq 0", true),
            ("contains('','')", true),
        ],
    );
}

#[test]
fn numbers() {
    check(
        &user(),
        "User",
        &[
            ("Id add 1 eq 30", true),
            ("Id sub 1 eq 28", true),
            ("Id mul 2 sub 8 eq 50", true),
            ("1 add 2 mul 3 eq 7", true),
            ("(1 add 2) mul 3 eq 9", true),
            ("10 sub 3 sub 2 eq 5", true),
            ("Id div 2 eq 14", true),
            ("-Id div 2 eq -14", true),
            ("Id divby 2 eq 14.5", true),
            ("1 divby 3 mul 3 lt 1", true),
            ("Id div 2.0 eq 14.5", true),
            ("Id mod 2 eq 1", true),
            ("-7 mod 2 eq -1", true),
            ("7.5 mod 2 eq 1.5", true),
            ("Id div 0 eq null", true),
            ("Id mod 0 eq null", true),
            ("Id divby 0 eq null", true),
            ("Id div 0e0 eq INF", true),
            ("-Id div 0e0 eq -INF", true),
            ("NaN eq NaN", false),
            ("NaN ne NaN", true),
            ("NaN in (NaN)", false),
            ("-Id eq -29", true),
            ("- Id eq -29", true),
            ("--Id eq 29", true),
            ("0.1 add 0.2 eq 0.3", true),
            ("1e-1 add 2e-1 eq 0.3", false),
            ("9223372036854775807 add 1 eq null", true),
            ("-9223372036854775808 sub 1 eq null", true),
            ("9007199254740993 eq 9007199254740992", false),
            ("9007199254740993 gt 9007199254740992.5", true),
            ("9007199254740993 eq 9007199254740992e0", false),
            ("9007199254740993 gt 9007199254740992e0", true),
            ("9223372036854775808 gt 9223372036854775807", true),
            ("9223372036854775807 lt 9223372036854775808e0", true),
            ("-9223372036854775808 ge -9223372036854775808e0", true),
            ("12345678901234567890.12345678 ne 12345678901234567890.12345679", true),
            ("79228162514264337593543950335 add 1 eq null", true),
            ("1e300 mul 1e300 eq INF", true),
            ("round(2.5) eq 3 and round(-2.5) eq -3 and round(2.4) eq 2", true),
            ("round(25e-1) eq 3 and round(-25e-1) eq -3", true),
            ("floor(-2.5) eq -3 and floor(2.5) eq 2", true),
            ("ceiling(-2.5) eq -2 and ceiling(21e-1) eq 3", true),
            ("round(Id) eq 29 and floor(Id) eq Id and ceiling(Id) eq 29", true),
            ("Groups/$count add 1 eq 3", true),
        ],
    );
    let report = entity("QualityParty", &serde_json::json!({ "RTT": 0.5, "MOSFromPBX": 4 }));
    check(
        &report,
        "QualityParty",
        &[
            ("RTT eq 0.5", true),
            ("RTT in (1, 0.5)", true),
            ("RTT in (1, 5e-1)", true),
            ("MOSFromPBX in (4)", true),
            ("MOSFromPBX eq 4", true),
            ("RTT add MOSFromPBX eq 4.5", true),
            ("MOSFromPBX div 8 eq 0.5", true),
            ("RTT lt 1", true),
        ],
    );
    let call = entity("CallLogData", &serde_json::json!({ "CallCost": 0.1 }));
    check(
        &call,
        "CallLogData",
        &[
            ("CallCost eq 0.1", true),
            ("CallCost add 0.2 eq 0.3", true),
            ("CallCost mul 3 eq 0.3", true),
            ("CallCost in (0.10, 7)", true),
        ],
    );
}

#[test]
fn enumerations_and_flags() {
    check(
        &user(),
        "User",
        &[
            ("QueueStatus eq 'LoggedIn'", true),
            ("'LoggedIn' eq QueueStatus", true),
            ("QueueStatus ne 'LoggedIn'", false),
            ("QueueStatus eq Pbx.QueueStatusType'LoggedOut'", false),
            ("QueueStatus eq Pbx.QueueStatusType'LoggedIn'", true),
            ("QueueStatus eq QueueStatus", true),
            ("QueueStatus has 'LoggedIn'", true),
            ("QueueStatus has Pbx.QueueStatusType'LoggedOut'", false),
            ("QueueStatus in (Pbx.QueueStatusType'LoggedIn')", true),
            ("TranscriptionMode has 'Voicemail'", true),
            ("TranscriptionMode has Pbx.TranscriptionType'Recordings'", true),
            ("TranscriptionMode has 'Inherit'", false),
            ("TranscriptionMode has 'Recordings,Voicemail'", true),
            ("TranscriptionMode has 'Recordings,Inherit'", false),
            ("TranscriptionMode eq 'Recordings, Voicemail'", true),
            ("TranscriptionMode eq 'Recordings'", false),
            ("not TranscriptionMode has 'Inherit'", true),
            ("Tags/any(t: t eq 'MS')", true),
            ("Tags/all(t: t ne 'WakeUp')", true),
            ("'Google' in Tags", true),
            ("'WakeUp' in Tags", false),
            ("Hours/Type eq 'OfficeHours'", true),
        ],
    );
}

#[test]
fn collections() {
    check(
        &user(),
        "User",
        &[
            ("Groups/any(g: g/Name eq 'Sales')", true),
            ("Groups/any(g:g/GroupId eq PrimaryGroupId)", true),
            ("Groups/any(g: g/GroupId eq $it/PrimaryGroupId and g/Name eq 'Sales')", false),
            ("Groups/ANY(g: g/Name eq 'Sales')", true),
            ("Groups/all(g: g/GroupId ge 28)", true),
            ("Groups/all(g: g/GroupId gt 28)", false),
            ("Groups/any()", true),
            ("not Groups/any()", false),
            ("Phones/any()", false),
            ("Phones/any(p: true)", false),
            ("Phones/all(p: false)", true),
            ("Groups/any(g: g ne null)", true),
            ("Groups/any(g: contains(g/Number,'x'))", false),
            ("Groups/any(g: g/Rights/RoleName eq 'managers')", true),
            ("Groups/any(g: Groups/any(h: g/GroupId lt h/GroupId and h/Name eq 'Sales'))", true),
            ("Groups/any(g: Groups/all(h: g/GroupId lt h/GroupId))", false),
            ("Groups/any(g: Groups/any(h: Groups/any(i: i/Name ne g/Name and i/Name ne h/Name)))", true),
            ("Hours/Periods/any(p: p/DayOfWeek eq 'Friday' and p/Stop eq 12:00:00)", true),
            ("Hours/Periods/any(p: hour(p/Stop) eq 17 and minute(p/Stop) eq 30)", true),
            ("Hours/Periods/$count eq 2", true),
            ("Groups/$count eq 2", true),
            ("Groups/$count gt 1 and Phones/$count eq 0", true),
        ],
    );
    let trunk = entity("Trunk", &serde_json::json!({ "DidNumbers": ["+4930", "+4940"] }));
    check(
        &trunk,
        "Trunk",
        &[
            ("'+4930' in DidNumbers", true),
            ("'+4950' in DidNumbers", false),
            ("DidNumbers/any(d: startswith(d,'+494'))", true),
            ("DidNumbers/all(d: length(d) eq 5)", true),
            ("DidNumbers/any(d: d eq ExternalNumber)", false),
            ("DidNumbers/$count eq 2", true),
        ],
    );
    let rule = entity("OutboundRule", &serde_json::json!({ "GroupIds": [28, 30] }));
    check(
        &rule,
        "OutboundRule",
        &[("30 in GroupIds", true), ("28.5 in GroupIds", false), ("GroupIds/any(g: g mod 28 eq 2)", true)],
    );
}

#[test]
fn dates_times_and_durations() {
    let call = entity(
        "CallHistoryView",
        &serde_json::json!({
            "SegmentStartTime": "2026-01-31T23:30:15.25+01:00", "SegmentEndTime": "2026-01-31T22:31:15.25Z", "CallTime": "PT1M",
        }),
    );
    check(
        &call,
        "CallHistoryView",
        &[
            ("SegmentStartTime eq 2026-01-31T22:30:15.25Z", true),
            ("SegmentStartTime lt 2026-01-31T23:30:15Z", true),
            ("year(SegmentStartTime) eq 2026 and month(SegmentStartTime) eq 1 and day(SegmentStartTime) eq 31", true),
            (
                "hour(SegmentStartTime) eq 23 and minute(SegmentStartTime) eq 30 and second(SegmentStartTime) eq 15",
                true,
            ),
            ("fractionalseconds(SegmentStartTime) eq 0.25", true),
            ("date(SegmentStartTime) eq 2026-01-31", true),
            ("date(SegmentStartTime) ge 2025-02-01", true),
            ("time(SegmentStartTime) eq 23:30:15.25", true),
            ("time(SegmentStartTime) gt 23:30", true),
            ("totaloffsetminutes(SegmentStartTime) eq 60", true),
            ("totalOffsetMinutes(SegmentEndTime) eq 0", true),
            ("SegmentEndTime sub SegmentStartTime eq duration'PT1M'", true),
            ("SegmentEndTime sub SegmentStartTime eq CallTime", true),
            ("SegmentStartTime add CallTime eq SegmentEndTime", true),
            ("totalseconds(CallTime) eq 60", true),
            ("totalseconds(duration'PT1.5S') eq 1.5", true),
            ("CallTime eq 'PT60S'", true),
            ("CallTime gt 'PT59S'", true),
            ("CallTime eq duration'P0DT1M'", true),
            ("CallTime in ('PT2M', 'PT1M')", true),
            ("-CallTime eq duration'-PT1M'", true),
            ("CallTime add CallTime eq CallTime mul 2", true),
            ("2 mul CallTime eq 'PT2M'", true),
            ("CallTime div 2 eq 'PT30S'", true),
            ("CallTime div 0 eq null", true),
            ("CallTime mul 1.5 eq 'PT1M30S'", true),
            ("CallTime mul 15e-1 eq 'PT1M30S'", true),
            ("SegmentStartTime lt now()", false),
            ("SegmentStartTime gt now()", true),
            ("now() eq 2026-01-31T12:00:00Z", true),
            ("SegmentStartTime ge now() sub duration'PT1H'", true),
            ("SegmentStartTime gt mindatetime() and SegmentStartTime lt maxdatetime()", true),
            ("SegmentStartTime lt 9999-12-31T23:59:59Z", true),
            ("maxdatetime() add duration'PT1S' eq null", true),
            ("mindatetime() sub duration'P7304484D' eq null", true),
            ("date(maxdatetime()) add duration'P99999D' eq null", true),
            ("2026-03-01 sub 2026-02-01 eq duration'P28D'", true),
            ("2026-02-28 add duration'P1D' eq 2026-03-01", true),
            ("2024-02-28 add duration'P1D' eq 2024-02-29", true),
            ("year(2026-01-31) eq 2026 and day(2026-01-31) eq 31", true),
            ("date(2026-01-31T23:30:00-02:00) eq 2026-01-31", true),
            ("duration'PT90M' eq duration'PT1H30M'", true),
            ("duration'P7304484D' mul 9223372036854775807 eq null", true),
            ("hour(09:30:00) eq 9 and minute(09:30:00) eq 30", true),
            ("fractionalseconds(09:30:00.5) eq 0.5", true),
            ("2026-01-31T09:30:00Z add duration'PT1H' gt 2026-01-31T10:00:00Z", true),
        ],
    );
}

#[test]
fn guids_have_no_case() {
    let account = entity("RefreshToken", &serde_json::json!({ "ClientId": "3F2504E0-4f89-11d3-9a0c-0305e82c3301" }));
    check(
        &account,
        "RefreshToken",
        &[
            ("ClientId eq 3f2504e0-4f89-11d3-9a0c-0305e82c3301", true),
            ("ClientId eq 3F2504E0-4F89-11D3-9A0C-0305E82C3301", true),
            ("ClientId eq '3f2504E0-4F89-11D3-9A0C-0305E82C3301'", true),
            ("ClientId ne 3F2504E0-4F89-11D3-9A0C-0305E82C3302", true),
            ("ClientId in (a0000000-0000-0000-0000-000000000000, 3f2504e0-4f89-11d3-9a0c-0305e82c3301)", true),
        ],
    );
}
