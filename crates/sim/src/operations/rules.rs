//! What the PBX demands of an entity before it takes it, beyond its type.

use jiff::Timestamp;

use super::nature::Nature;
use crate::assumptions::{LONGEST_NAME, LONGEST_PERSON_NAME};
use crate::http::Problem;
use crate::state::{Entity, Set, Store, Value};

/// Names by their properties, and how long each may be.
const NAMES: [(&str, usize, &str); 3] = [
    ("FirstName", LONGEST_PERSON_NAME, "WARNINGS.LENGTH_NOT_MORE_50_CHARS"),
    ("LastName", LONGEST_PERSON_NAME, "WARNINGS.LENGTH_NOT_MORE_50_CHARS"),
    ("Name", LONGEST_NAME, "WARNINGS.LENGTH_NOT_MORE_255_CHARS"),
];

/// Refuses an entity that a set does not take. `before` is what it was until now.
pub(super) fn check(
    nature: &Nature,
    set: &Set,
    entity: &Entity,
    before: Option<&Entity>,
    store: &Store,
    now: Timestamp,
) -> Result<(), Problem> {
    for name in nature.filled {
        match entity.get(name) {
            Value::Null => return Err(Problem::refused(name, "WARNINGS.XAPI.REQUIRED")),
            Value::Text(text) if text.trim().is_empty() => {
                return Err(Problem::refused(name, "WARNINGS.XAPI.CAN_NOT_BE_EMPTY_STRING"));
            }
            _ => {}
        }
    }
    for (name, range) in nature.ranges {
        if entity.int(name).is_some_and(|number| !range.contains(&number)) {
            return Err(Problem::refused(name, "WARNINGS.XAPI.OUT_OF_THE_RANGE"));
        }
    }
    for (name, most, code) in NAMES {
        let text = entity.text(name);
        if text.chars().count() > most {
            return Err(Problem::refused(name, code));
        }
        if text.contains('"') && entity.shape.index("Number").is_some() {
            return Err(Problem::refused(name, "WARNINGS.DOUBLE_QUOTES_NOT_ALLOWED"));
        }
    }
    for name in nature.unique {
        let text = entity.text(name);
        // Looking through all of them is only worth it if it is new.
        let is_new = before.is_none_or(|before| !before.text(name).eq_ignore_ascii_case(text));
        if is_new && !text.is_empty() && is_taken(set, name, text, entity) {
            return Err(Problem::refused(name, "WARNINGS.XAPI.ALREADY_IN_USE"));
        }
    }
    (nature.check)(entity, store, now)
}

/// True if another entity of the set has the text.
fn is_taken(set: &Set, name: &str, text: &str, but: &Entity) -> bool {
    set.rows().any(|other| other.text(name).eq_ignore_ascii_case(text) && other.get(set.key) != but.get(set.key))
}

/// True for a MAC address: twelve hexadecimal digits, with or without separators.
pub(super) fn is_mac(text: &str) -> bool {
    let digits = text.chars().filter(|c| !matches!(c, ':' | '-' | '.'));
    digits.clone().count() == 12 && digits.into_iter().all(|c| c.is_ascii_hexdigit())
}
