//! Enumerations as numbers: what their members mean, alone and as flags.

use threecx_catalog::Enumeration;

/// The number behind the member at a place: its place, or a bit of its own if members can be
/// combined. (The descriptions name members, not numbers.)
pub(crate) fn number(enumeration: &Enumeration, place: usize) -> u64 {
    if enumeration.flags { 1 << place.min(62) } else { place as u64 }
}

/// The number behind a member's name, or behind several flags: `Voicemail, Recordings`.
pub(super) fn value(enumeration: &Enumeration, text: &str) -> Option<u64> {
    let one = |name: &str| enumeration.members.iter().position(|member| member.name == name);
    if let Some(place) = one(text) {
        return Some(number(enumeration, place));
    }
    if !enumeration.flags {
        return None;
    }
    text.split(',').try_fold(0, |flags, name| Some(flags | number(enumeration, one(name.trim())?)))
}
