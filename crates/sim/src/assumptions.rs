//! What the simulated PBX does where nothing is publicly known of a real one. Each is used
//! in exactly the place that names it; the README lists them.

/// A request without a token, or with an invalid one, is answered 401 with an empty
/// body and this challenge, as ASP.NET's JWT handler does by default.
pub const CHALLENGE: &str = "Bearer error=\"invalid_token\"";

/// What the challenge says of an expired token, as ASP.NET's JWT handler does.
pub const EXPIRED: &str = "The token expired at '%m/%d/%Y %H:%M:%S'";

/// A token in the query is taken for downloads only; it was seen there.
pub const ACCESS_TOKEN_FOR_DOWNLOADS_ONLY: bool = true;

/// A file can be fetched from any byte on (`Range: bytes=N-`), as ASP.NET's file results allow.
pub const PARTS_OF_FILES: bool = true;

/// A body that says that it is not JSON, or that it is compressed, is refused with this status.
pub const OTHER_MEDIA_TYPE: u16 = 415;

/// A new token of a client kills the one before at once. (Documented: only one token can be
/// active at a time; not documented: what becomes of the old one.)
pub const A_NEW_TOKEN_KILLS_THE_OLD: bool = true;

/// The number of tokens, and of refresh tokens, that one user can have at a time; another login ends the oldest.
pub const MAX_SESSIONS: usize = 20;

/// Client ID and secret are also taken from `Authorization: Basic`, as OAuth 2 has it. (Forms
/// and parts are documented.)
pub const BASIC_CLIENT_AUTHENTICATION: bool = true;

/// `Retry-After` of a 429 or 503 that was asked for, in seconds.
pub const RETRY_AFTER: u32 = 1;

/// A body with more JSON values in it is refused with 400.
pub const MOST_JSON_VALUES: usize = 100_000;

/// The maximum number of rows of a list without `$top`: one public probe saw 50 from /Users.
pub const DEFAULT_PAGE: usize = 50;

/// The deepest nesting of parentheses, functions, `any`, `not` and `$expand` that a query may
/// have.
pub const MAX_QUERY_DEPTH: usize = 32;

/// How many nodes of expressions may be evaluated for one request: 500 for every one of 100,000
/// extensions. (A list of ids counts as one, also if it is written with `or`.)
pub const MAX_QUERY_STEPS: u64 = 50_000_000;

/// How many regular expressions (`matchesPattern`) the queries of one request may have.
pub const MAX_QUERY_PATTERNS: u32 = 20;

/// Ids and MAC addresses that no phone action knows are refused with
/// `WARNINGS.XAPI.NOT_FOUND`, naming the field; nothing is done then.
pub const UNKNOWN_PHONE_CODE: &str = "WARNINGS.XAPI.NOT_FOUND";

/// An unknown key is answered 404 with this message.
pub const UNKNOWN_KEY_MESSAGE: &str = "WARNINGS.XAPI.NOT_FOUND";

/// Where a body has to be and none came, it is refused with this message, as ASP.NET does by default.
pub const MISSING_BODY_MESSAGE: &str = "A non-empty request body is required.";

/// The security code of every extension that asks for a second factor.
pub const SECURITY_CODE: &str = "123456";

/// A backup takes this many seconds; it is listed when it is done.
pub const BACKUP_SECONDS: i64 = 5;

/// A ticket for a download is valid for this many seconds.
pub const DOWNLOAD_TICKET_SECONDS: i64 = 60;

/// A phone is provisioning for this many seconds, then restarting for as many again.
pub const PHONE_STEP_SECONDS: i64 = 20;

/// `$search` looks for each word or phrase in these properties, ignoring case; in all texts
/// of entities without any of them.
pub const SEARCHED: &[&str] = threecx_catalog::NAMING.searched;

/// The build that a PBX of a version calls itself where no live one has been named in public.
pub const BUILD: &str = "1000";

/// The longest first and last name, in characters.
pub const LONGEST_PERSON_NAME: usize = 50;

/// The longest name of anything else, in characters.
pub const LONGEST_NAME: usize = 255;

/// The maximum number of phones of a user.
pub const MAX_PHONES: usize = 10;

/// The maximum number of routes of an outbound rule: the console shows five.
pub const MAX_ROUTES: usize = 5;

/// The number of entries that the event log keeps, the newest.
pub const LONGEST_EVENT_LOG: usize = 5000;

/// What the PBX calls itself as the source of an event.
pub const SYSTEM_SOURCE: &str = "3CX PhoneSystem";

/// The number of changes that the audit log keeps, the newest.
pub const LONGEST_AUDIT_LOG: usize = 5000;

/// The address that the audit log has for every caller.
pub const CALLER_ADDRESS: &str = "127.0.0.1";

/// A service is stopping for this many seconds, and starting for as many.
pub const SERVICE_STEP_SECONDS: i64 = 3;

/// The maximum number of backups that are kept; more are refused with `WARNINGS.TOO_MANY_BACKUPS`.
pub const MAX_BACKUPS: usize = 100;

/// The number of backups that can be restored while the PBX runs, the newest.
pub const MAX_RESTORABLE: usize = 5;

/// A backup of more entities than this can be listed and downloaded, but not restored.
pub const LARGEST_RESTORABLE: usize = 20_000;

/// A check of the firewall takes this many seconds.
pub const FIREWALL_CHECK_SECONDS: i64 = 10;

/// The number of samples that telemetry has.
pub const TELEMETRY_SAMPLES: i64 = 60;
/// The seconds between them.
pub const TELEMETRY_STEP_SECONDS: i64 = 60;

/// A CSV file with more contacts than this is refused with `WARNINGS.CSV_IMPORT_LIMIT_REACHED`.
pub const MAX_IMPORTED_CONTACTS: usize = 10_000;

/// For this many seconds a call is `Initiating` or `Routing` before it rings, and `Transferring` or `Rerouting` before
/// it rings somewhere else.
pub const CALL_STEP_SECONDS: i64 = 1;

/// One in this many calls with somebody outside is recorded.
pub const RECORDED_CALLS: u64 = 4;

/// One in this many calls is accompanied by a chat.
pub const CHATTING_CALLS: u64 = 7;

/// What `sourceType` and `destinationType` of the call log stand for, by the types that the call
/// history has for parties: everybody, extensions, trunks, queues, ring groups, digital
/// receptionists, voicemail.
pub const PARTY_TYPES: [Option<i64>; 7] = [None, Some(0), Some(1), Some(4), Some(2), Some(6), Some(5)];

/// How the direction of a call begins that `callsType` of the call log stands for.
pub const CALL_DIRECTIONS: [&str; 4] = ["", "Inbound", "Outbound", "Internal"];

/// `callArea`: everything else is all calls.
pub const INTERNAL_AREA: i64 = 1;
/// See [`INTERNAL_AREA`].
pub const EXTERNAL_AREA: i64 = 2;

/// The seconds between the points of a chart that `groupingType` stands for. (0 was measured: hours.)
pub const CHART_STEPS: [i64; 5] = [3600, 3600, 86_400, 7 * 86_400, 30 * 86_400];

/// A chart that would have more points than this has only those with calls.
pub const MAX_CHART_POINTS: i64 = 10_000;

/// How well a behaviour is backed by what is publicly known of live PBXs.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Grade {
    /// A verbatim capture of a live answer.
    Verbatim,
    /// Measured on a live PBX by its author.
    Measured,
    /// What clients in production send or expect.
    Clients,
    /// Inferred.
    Inference,
}

/// Something in which live PBXs differ from what their descriptions say.
#[derive(Clone, Copy, Debug)]
pub struct Fact {
    /// Facts about one matter have the same number; `tests/live` has a test for each number.
    pub line: u8,
    /// What it is about.
    pub about: &'static str,
    /// What this PBX does.
    pub does: &'static str,
    /// What backs it.
    pub grades: &'static [Grade],
}

const fn fact(line: u8, about: &'static str, does: &'static str, grades: &'static [Grade]) -> Fact {
    Fact { line, about, does, grades }
}

/// All of them. The README has them as a table.
pub const FACTS: &[Fact] = &[
    fact(
        1,
        "properties without a value",
        "are left out, also where they were selected; `--live nulls=present` writes them as null",
        &[Grade::Measured, Grade::Verbatim],
    ),
    fact(
        2,
        "parties and states of active calls",
        "`10000 Provider A (+15551234567)` for somebody outside, names as the phone book is set to show them; whoever waits in a queue is `Talking` to it",
        &[Grade::Verbatim, Grade::Measured],
    ),
    fact(
        2,
        "other states and parties of active calls",
        "`Routing`, `Initiating`, `Transferring`, `Rerouting` for a second each; `MakeCall` and `VoiceMail` as parties",
        &[Grade::Clients],
    ),
    fact(
        3,
        "`SystemStatus`",
        "has every member of its release that a live one has; `Id` only if it is selected",
        &[Grade::Verbatim],
    ),
    fact(4, "keys of a login", "are taken in any case", &[Grade::Clients]),
    fact(
        5,
        "`MyPhone/session`",
        "answers a key and a password; whoever may impersonate gets a token of the other's rights as the password",
        &[Grade::Clients],
    ),
    fact(
        7,
        "agents' logins",
        "a row for each agent, queue and day, in the offset of the client's time zone; lengths of time count days",
        &[Grade::Verbatim],
    ),
    fact(
        8,
        "`/xapi/v1/swagger.yaml`",
        "is public: a description of the release that is played, made from the catalogue",
        &[Grade::Clients],
    ),
    fact(
        9,
        "`$metadata`",
        "has the sets of reports with their functions, and where navigation properties lead",
        &[Grade::Clients],
    ),
    fact(
        10,
        "counters that are zero",
        "are left out of queue performance and of extension statistics by department, and of no other report",
        &[Grade::Measured],
    ),
    fact(
        11,
        "reports of incoming and outgoing calls",
        "have the recording and whether there is a quality report",
        &[Grade::Measured],
    ),
    fact(12, "`$top` over 100 of the report of inbound rules", "is refused as for entity sets", &[Grade::Measured]),
    fact(13, "`$top` over 100 in 20.0.4 and 20.0.5", "is answered", &[Grade::Clients]),
    fact(14, "null for a report's `queueDnStr`", "is refused: the field is required", &[Grade::Measured]),
    fact(14, "reports on departments for `''`", "have no rows", &[Grade::Measured]),
    fact(14, "statistics of agents for `''`", "are not found", &[Grade::Measured]),
    fact(
        14,
        "abandoned queue calls for `''`",
        "are not found; `--live abandoned-without-queues=all` answers those of all queues",
        &[Grade::Measured],
    ),
    fact(
        14,
        "arguments in another order than declared",
        "are not found for the totals of queue performance",
        &[Grade::Measured],
    ),
    fact(15, "charts", "`groupingType` 0 is hourly; points without calls are there", &[Grade::Measured]),
    fact(16, "the default department in call costs", "`__DEFAULT__`", &[Grade::Measured]),
    fact(17, "a CRM integration that was not set up", "is called `CRM.NoneCrmSelected`", &[Grade::Clients]),
    fact(18, "the id of what was deleted", "is never given again", &[Grade::Inference]),
    fact(19, "`AccessPassword`", "is not echoed to whoever creates a user", &[Grade::Inference]),
    fact(
        20,
        "a body that cannot be read",
        "is refused with `The delta field is required.` for changes",
        &[Grade::Verbatim],
    ),
    fact(
        20,
        "the name in that message for other bodies",
        "the type's, or `parameters` for actions",
        &[Grade::Inference],
    ),
    fact(21, "instants", "have at most seven digits after the point", &[Grade::Verbatim]),
    fact(22, "`severity` of the activity log", "filters by `Info` and `Warning`", &[Grade::Inference]),
    fact(23, "contexts and the issuer of tokens", "have the host that was asked", &[Grade::Verbatim]),
    fact(24, "`CallHistoryId` of abandoned calls", "is that of the call log", &[Grade::Inference]),
    fact(25, "second logins of a user", "leave the first alone", &[Grade::Clients]),
    fact(
        25,
        "refresh tokens, a user's roles, headers of token answers",
        "an ES256 JWT; as in tokens of live PBXs; with a content security policy",
        &[Grade::Verbatim],
    ),
    fact(26, "inbound rules", "have all three destinations with names, and flags", &[Grade::Verbatim]),
    fact(
        27,
        "contacts from CSV",
        "are taken under the console's names of the columns; the answer says how many",
        &[Grade::Clients],
    ),
    fact(28, "the export of extensions", "is the console's file", &[Grade::Clients]),
];
