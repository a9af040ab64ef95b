//! What to do about a word that names nothing.

use threecx_catalog::EntitySet;
use threecx_core::closest;

use super::found::Found;
use super::name_input::NameInput;
use super::named_entity::Parts;

/// Maximum number of candidates that are listed.
pub(super) const FEW: usize = 8;

/// `destroys`: a number is not to be taken for an id, which may be that of another entity.
pub(super) fn hint(set: &EntitySet, word: &NameInput, found: &Found, destroys: bool) -> String {
    let list = format!("List the {} to see what there is.", set.nouns());
    match word {
        NameInput::Number(_) if destroys => list,
        NameInput::Number(number) => format!("Digits are a number; an id is written id:{number}. {list}"),
        NameInput::Name { folded, .. } => candidates(set, word, folded, found).unwrap_or(list),
        _ => list,
    }
}

fn candidates(set: &EntitySet, word: &NameInput, folded: &str, found: &Found) -> Option<String> {
    // A few letters of a name.
    let in_part: Vec<String> = found.meant(word, Parts::Letters).iter().map(|entity| entity.short()).collect();
    let is_part = !in_part.is_empty();
    let candidates = if is_part { in_part } else { like(folded, &found.others) };
    Some(match candidates.as_slice() {
        [] => return None,
        [one] if is_part => format!("Did you mean {one}? A change needs whole words of the name."),
        [one] => format!("Did you mean {one}?"),
        several => {
            let shown = several[..several.len().min(FEW)].join(", ");
            let more = several.len().saturating_sub(FEW);
            let more = if more > 0 { format!(" and {more} more") } else { String::new() };
            let how = if set.number.is_some() { "its number" } else { "its whole name" };
            format!("{} are like that: {shown}{more}. Give {how}.", several.len())
        }
    })
}

/// Those that a name may be meant for: the name is a pattern as for files, or a misspelt word.
fn like(folded: &str, others: &[String]) -> Vec<String> {
    let has = |other: &&String, part: &str| other.to_lowercase().contains(part);
    let pattern = folded.contains(['*', '?', '%']);
    let mut parts = folded.split(['*', '?', '%', ' ', ',']).filter(|part| !part.is_empty()).peekable();
    if pattern && parts.peek().is_some() {
        let parts: Vec<&str> = parts.collect();
        return others.iter().filter(|other| parts.iter().all(|part| has(other, part))).cloned().collect();
    }
    // The number in front of the name is not part of it.
    let name = |other: &'_ String| other.split_once(' ').map_or_else(|| other.clone(), |(_, name)| name.to_owned());
    let names: Vec<String> = others.iter().map(name).collect();
    let names: Vec<&str> = names.iter().map(String::as_str).collect();
    let Some(close) = closest(folded, &names) else { return Vec::new() };
    // For one word, all that have the word that it is like; for several, the closest.
    let words: Vec<&str> = close.split(' ').collect();
    let word = closest(folded, &words).filter(|_| !folded.contains(' '));
    let meant = |other: &&String| match word {
        Some(word) => other.split(' ').any(|part| part == word),
        None => other.ends_with(close),
    };
    others.iter().filter(meant).cloned().collect()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn all_that_may_be_meant_are_named() {
        let others: Vec<String> =
            ["100 Karen Allen", "101 Karen Jackson", "102 Bob Allen", "103 Frances Thompson"].map(str::to_owned).into();
        for (given, wanted) in [
            ("karen*", vec![0, 1]),
            ("*all*", vec![0, 2]),
            ("karne", vec![0, 1]),
            ("karen jakson", vec![1]),
            ("frances tompson", vec![3]),
            ("*", vec![]),
            ("zz", vec![]),
        ] {
            let wanted: Vec<&String> = wanted.into_iter().map(|index: usize| &others[index]).collect();
            assert_eq!(like(given, &others).iter().collect::<Vec<_>>(), wanted, "{given}");
        }
    }
}
