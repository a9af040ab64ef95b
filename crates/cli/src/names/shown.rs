//! Showing what is meant, before it is used.

use super::set::Set;
use super::thing::Thing;
use crate::output::Output;
use crate::output::style::one_line;

/// So many are shown one by one.
const FEW: usize = 10;

/// Of more, so many stand for all.
const SOME: usize = 3;

/// `Users: 100 Ada Lovelace (id 29), 101 …`, for a person.
pub fn show(set: &Set, things: &[Thing], output: &Output) {
    if !things.is_empty() && !output.is_for_programs() {
        output.remark(&[line(set, things)]);
    }
}

fn line(set: &Set, things: &[Thing]) -> String {
    let title = if things.len() == 1 { set.noun() } else { set.nouns() };
    let mut chars = title.chars();
    let title: String = chars.next().map(|first| first.to_uppercase().chain(chars).collect()).unwrap_or_default();
    if things.len() <= FEW {
        let labels: Vec<String> = things.iter().map(|thing| one_line(&thing.label())).collect();
        return format!("{title}: {}", labels.join(", "));
    }
    format!("{title}: {} in all, {}", things.len(), some(things))
}

/// `100 Ada Lovelace, 101 …, and 17 more`
pub fn some(things: &[Thing]) -> String {
    let few = if things.len() <= FEW { things.len() } else { SOME };
    let shown: Vec<String> = things.iter().take(few).map(|thing| one_line(&thing.short())).collect();
    let more = things.len() - few;
    if more == 0 { shown.join(", ") } else { format!("{}, and {more} more", shown.join(", ")) }
}
