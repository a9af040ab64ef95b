//! Refusal codes: some came late, some changed their names.

use threecx_catalog::Span;

/// The code of the newest release, the last release that did not have it, and what it had
/// instead.
const EARLIER: [(&str, &str, &str); 10] = [
    ("WARNINGS.INVALID", "20.0.8", "WARNINGS.XAPI.INVALID"),
    ("WARNINGS.INVALID_PASSWORD", "20.0.8", "WARNINGS.XAPI.INVALID_PASSWORD"),
    ("WARNINGS.INVALID_HEX_CHARACTER", "20.0.8", "WARNINGS.XAPI.INVALID_HEX_CHARACTER"),
    ("WARNINGS.LENGTH_NOT_MORE_2048_CHARS", "20.0.8", "WARNINGS.XAPI.LENGTH_NOT_MORE_2048_CHARS"),
    ("WARNINGS.CONTACTS_SPECIFY_NAME_SURNAME", "20.0.8", "WARNINGS.CONTACTS_SPECIFY_NAME_SURNAME_COMPANY"),
    ("WARNINGS.MAC_ADDRESS_ALREADY_IN_USE", "20.0.8", "WARNINGS.XAPI.ALREADY_IN_USE"),
    ("WARNINGS.STRING_TOO_LONG", "20.0.8", "WARNINGS.LENGTH_NOT_MORE_255_CHARS"),
    ("WARNINGS.XAPI.TOO_MANY_ITEMS_IN_LIST", "20.0.8", "WARNINGS.LIMIT_REACHED"),
    ("WARNINGS.XAPI.MAC_USED_BY", "20.0.7", "WARNINGS.XAPI.ALREADY_IN_USE"),
    ("WARNINGS.XAPI.TOO_MANY_TRUNKS", "20.0.4", "WARNINGS.LIMIT_REACHED"),
];

/// The code that a release has for this one of the newest.
pub(super) fn in_release(code: &'static str, release: Span) -> &'static str {
    let named = EARLIER
        .iter()
        .find(|(newest, last, _)| *newest == code && Span::parse(last).is_some_and(|last| release.last <= last.last));
    named.map_or(code, |(_, _, earlier)| earlier)
}

/// The code for a text that is longer than this many characters.
pub(super) fn too_long(most: u32) -> &'static str {
    match most {
        50 => "WARNINGS.LENGTH_NOT_MORE_50_CHARS",
        255 => "WARNINGS.LENGTH_NOT_MORE_255_CHARS",
        2048 => "WARNINGS.LENGTH_NOT_MORE_2048_CHARS",
        _ => "WARNINGS.STRING_TOO_LONG",
    }
}
