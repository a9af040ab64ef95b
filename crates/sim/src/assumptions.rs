//! What the simulated PBX does where nothing is publicly known of a real one. Each is used
//! in exactly the place that names it; the README lists them.

use crate::calls::Kind;

/// A request without a token, or with one that does not hold, is answered 401 with an empty
/// body and this challenge, as ASP.NET's JWT handler does by default.
pub const CHALLENGE: &str = "Bearer error=\"invalid_token\"";

/// What the challenge says of a token whose time has come, as ASP.NET's JWT handler does.
pub const EXPIRED: &str = "The token expired at '%m/%d/%Y %H:%M:%S'";

/// A token in the query is taken for downloads only; it was seen there.
pub const ACCESS_TOKEN_FOR_DOWNLOADS_ONLY: bool = true;

/// A file can be had from any byte on (`Range: bytes=N-`), as ASP.NET's file results allow.
pub const PARTS_OF_FILES: bool = true;

/// A body that says that it is not JSON, or that it is compressed, is refused with this status.
pub const OTHER_MEDIA_TYPE: u16 = 415;

/// A new token of a client kills the one before at once. (Documented: only one token can be
/// active at a time; not documented: what becomes of the old one.)
pub const A_NEW_TOKEN_KILLS_THE_OLD: bool = true;

/// Client ID and secret are also taken from `Authorization: Basic`, as OAuth 2 has it. (Forms
/// and parts are documented.)
pub const BASIC_CLIENT_AUTHENTICATION: bool = true;

/// `Retry-After` of a 429 or 503 that was asked for, in seconds.
pub const RETRY_AFTER: u32 = 1;

/// A body with more JSON values in it is refused with 400.
pub const MOST_JSON_VALUES: usize = 100_000;

/// Without `$top`, a list has this many rows at most: one public probe saw 50 from /Users.
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

/// A ticket for a download holds for this many seconds.
pub const DOWNLOAD_TICKET_SECONDS: i64 = 60;

/// A phone is provisioning for this many seconds, then restarting for as many again.
pub const PHONE_STEP_SECONDS: i64 = 20;

/// `$search` looks for each word or phrase in these properties, whatever its case; in all texts
/// of entities that have none of them.
pub const SEARCHED: &[&str] = threecx_catalog::NAMING.searched;

/// The build that a PBX of a version calls itself where no live one has been named in public.
pub const BUILD: &str = "1000";

/// The longest first and last name, in characters.
pub const LONGEST_PERSON_NAME: usize = 50;

/// The longest name of anything else, in characters.
pub const LONGEST_NAME: usize = 255;

/// So many phones a user may have.
pub const MAX_PHONES: usize = 10;

/// So many routes an outbound rule may have: the console shows five.
pub const MAX_ROUTES: usize = 5;

/// The event log keeps so many entries, the newest.
pub const LONGEST_EVENT_LOG: usize = 5000;

/// What the PBX calls itself as the source of an event.
pub const SYSTEM_SOURCE: &str = "3CX PhoneSystem";

/// The audit log keeps so many changes, the newest.
pub const LONGEST_AUDIT_LOG: usize = 5000;

/// The address that the audit log has for every caller.
pub const CALLER_ADDRESS: &str = "127.0.0.1";

/// A service is stopping for this many seconds, and starting for as many.
pub const SERVICE_STEP_SECONDS: i64 = 3;

/// So many backups are kept; more are refused with `WARNINGS.TOO_MANY_BACKUPS`.
pub const MAX_BACKUPS: usize = 100;

/// The last so many backups can be restored, while the PBX runs.
pub const MAX_RESTORABLE: usize = 5;

/// A backup of more entities than this can be listed and downloaded, but not restored.
pub const LARGEST_RESTORABLE: usize = 20_000;

/// A check of the firewall takes this many seconds.
pub const FIREWALL_CHECK_SECONDS: i64 = 10;

/// Telemetry has so many samples, so many seconds apart.
pub const TELEMETRY_SAMPLES: i64 = 60;
/// See [`TELEMETRY_SAMPLES`].
pub const TELEMETRY_STEP_SECONDS: i64 = 60;

/// A CSV file with more contacts than this is refused with `WARNINGS.CSV_IMPORT_LIMIT_REACHED`.
pub const MAX_IMPORTED_CONTACTS: usize = 10_000;

/// One call in so many with somebody outside is recorded.
pub const RECORDED_CALLS: u64 = 4;

/// One call in so many is accompanied by a chat.
pub const CHATTING_CALLS: u64 = 7;

/// What `sourceType` and `destinationType` of the call log stand for.
pub(crate) const PARTY_TYPES: [Option<Kind>; 7] = [
    None,
    Some(Kind::Extension),
    Some(Kind::ExternalLine),
    Some(Kind::Queue),
    Some(Kind::RingGroup),
    Some(Kind::Receptionist),
    Some(Kind::VoiceMail),
];

/// How the direction of a call begins that `callsType` of the call log stands for.
pub const CALL_DIRECTIONS: [&str; 4] = ["", "Inbound", "Outbound", "Internal"];

/// `callArea`: everything else is all calls.
pub const INTERNAL_AREA: i64 = 1;
/// See [`INTERNAL_AREA`].
pub const EXTERNAL_AREA: i64 = 2;

/// The seconds between the points of a chart that `groupingType` stands for; 0 is as the period
/// is long.
pub const CHART_STEPS: [i64; 5] = [0, 3600, 86_400, 7 * 86_400, 30 * 86_400];
