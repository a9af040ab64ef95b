//! What a plan is done to, in words: shown before it is used, and named in questions.

use threecx_catalog::EntitySet;
use threecx_change::{About, Plan, Thing};

use crate::output::Output;
use crate::output::style::{one_line, warn};

/// Up to this many are shown one by one.
const FEW: usize = 10;

/// Of more, this many stand for all.
const SOME: usize = 3;

/// How an entity of a set can be named: `number, name, e-mail address or id:42`.
pub fn ways(set: &EntitySet) -> String {
    let numbers: &[&str] = if set.number.is_some() { &["number", "range of numbers (100-119)"] } else { &[] };
    let email = set.email.map(|_| "e-mail address");
    let ways: Vec<&str> = numbers.iter().copied().chain(["name"]).chain(email).collect();
    format!("{} or id:42", ways.join(", "))
}

/// Says what was found by its name, set by set, and which ids belong to nothing.
pub fn show(plan: &Plan, output: &Output) {
    if output.is_for_programs() {
        return;
    }
    for things in by_set(plan.things.iter().filter(|thing| thing.by_name)) {
        output.remark(&[line(&things)]);
    }
    if let Some(about) = plan.steps.first().and_then(|step| About::of(step.operation))
        && !plan.missing.is_empty()
    {
        warn(&format!("no {} has the id {}", about.set.noun(), plan.missing.join(", ")));
    }
}

/// `2 users: 100 Ada Lovelace, 101 Linus Berners`
pub fn concerned(plan: &Plan) -> Option<String> {
    let about = plan.steps.first().and_then(|step| About::of(step.operation))?;
    let mut places: Vec<usize> = plan.steps.iter().flat_map(|step| step.concerns.iter().copied()).collect();
    places.sort_unstable();
    places.dedup();
    let things: Vec<&Thing> = places.into_iter().filter_map(|place| plan.things.get(place)).collect();
    if !things.is_empty() && plan.missing.is_empty() {
        return Some(format!("{}: {}", about.set.counted(things.len()), some(&things)));
    }
    let ids: Vec<String> = plan.steps.iter().flat_map(|step| about.ids(&step.arguments)).collect();
    (!ids.is_empty()).then(|| format!("{}: {}", about.set.counted(ids.len()), ids.join(", ")))
}

fn by_set<'p>(things: impl Iterator<Item = &'p Thing>) -> Vec<Vec<&'p Thing>> {
    let mut sets: Vec<Vec<&Thing>> = Vec::new();
    for thing in things {
        match sets.iter_mut().find(|set| set.first().is_some_and(|first| first.set == thing.set)) {
            Some(set) => set.push(thing),
            None => sets.push(vec![thing]),
        }
    }
    sets
}

/// `Users: 100 Ada Lovelace (id 29), 101 …`
fn line(things: &[&Thing]) -> String {
    let Some(first) = things.first() else { return String::new() };
    let title = if things.len() == 1 { first.set.noun() } else { first.set.nouns() };
    let title = crate::failure::capitalised(&title);
    if things.len() <= FEW {
        let labels: Vec<String> = things.iter().map(|thing| one_line(&thing.entity.label())).collect();
        return format!("{title}: {}", labels.join(", "));
    }
    format!("{title}: {} in all, {}", things.len(), some(things))
}

/// `100 Ada Lovelace, 101 …, and 17 more`
pub fn some(things: &[&Thing]) -> String {
    let few = if things.len() <= FEW { things.len() } else { SOME };
    let shown: Vec<String> = things.iter().take(few).map(|thing| one_line(&thing.entity.short())).collect();
    let more = things.len() - few;
    if more == 0 { shown.join(", ") } else { format!("{}, and {more} more", shown.join(", ")) }
}
