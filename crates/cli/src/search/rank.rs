//! How well operations and commands match what is searched for.
//!
//! Each thing that was typed is looked for in the title, the resource, the path, the arguments,
//! the answer and the effect, in the words of the field that mean the same too. An operation
//! counts for the place where each thing fits best; of two that fit alike, the one that says
//! less else comes first.

use std::collections::HashMap;

use threecx::{Operation, Span};
use threecx_catalog::{
    Body, Collection, Content, Effect, Form, Release, Resource, Role, Structure, Type, TypeRef, Verb,
};

use super::synonyms::{FILLERS, SYNONYMS};
use super::words::{stem, stems, typed};
use crate::args::flag::kebab;
use crate::entity_change::Kind;
use crate::tree::Own;

/// What a hit in each place is worth.
const TITLE: f64 = 10.0;
const RESOURCE: f64 = 8.0;
const PATH: f64 = 4.0;
const ARGUMENT: f64 = 4.0;
const ANSWER: f64 = 2.0;
const EFFECT: f64 = 2.0;

/// What it is worth beside that if an update can change just what is looked for, if title and
/// resource say nothing else; and what it costs if the newest release no longer has it.
const CHANGES_IT: f64 = 0.8;
const TITLE_ALONE: f64 = 4.0;
const RESOURCE_ALONE: f64 = 2.5;
const GONE: f64 = 5.0;
/// What it costs if a service principal is refused it.
const NOT_FOR_CLIENTS: f64 = 2.0;

/// What a hit is worth by another word for the same.
const SYNONYM: f64 = 0.85;
/// What the beginning of a longer word is worth, and what a part of one.
const PREFIX: f64 = 0.7;
const PART: f64 = 0.4;

/// One thing that is looked for: the phrases that mean it, with their worth.
#[derive(Debug)]
pub struct Thing {
    phrases: Vec<(Vec<String>, f64)>,
}

impl Thing {
    fn of(words: &[String]) -> Thing {
        let typed: Vec<String> = words.iter().map(|word| stem(word)).collect();
        let mut phrases = vec![(typed.clone(), 1.0)];
        for group in SYNONYMS {
            let others: Vec<Vec<String>> = group.iter().map(|phrase| stems_of_phrase(phrase)).collect();
            if others.contains(&typed) {
                phrases.extend(others.into_iter().filter(|other| *other != typed).map(|other| (other, SYNONYM)));
            }
        }
        Thing { phrases }
    }

    /// How well the words of one place say it, from 0 to 1.
    fn fits(&self, words: &[String]) -> f64 {
        self.phrases.iter().map(|(phrase, worth)| says(phrase, words) * worth).fold(0.0, f64::max)
    }

    /// True if this word among others is one of those that say it.
    fn takes(&self, word: &str, words: &[String]) -> bool {
        let word = [word.to_owned()];
        let part = |phrase: &[String]| phrase.iter().any(|wanted| quality(wanted, &word) >= PREFIX);
        self.phrases.iter().any(|(phrase, _)| part(phrase) && says(phrase, words) >= PREFIX)
    }
}

/// How well words say a phrase: as well as its worst word.
fn says(phrase: &[String], words: &[String]) -> f64 {
    phrase.iter().map(|word| quality(word, words)).fold(1.0, f64::min)
}

fn stems_of_phrase(phrase: &str) -> Vec<String> {
    phrase.split(' ').map(stem).collect()
}

/// How well the best of the words is the one that is looked for.
fn quality(wanted: &str, words: &[String]) -> f64 {
    let of = |word: &String| {
        if word == wanted {
            1.0
        } else if wanted.len() >= 3 && word.starts_with(wanted) {
            PREFIX
        } else if wanted.len() >= 4 && word.contains(wanted) {
            PART
        } else {
            0.0
        }
    };
    words.iter().map(of).fold(0.0, f64::max)
}

/// The things that words name: a phrase that has synonyms is one, else each word is.
pub fn things(words: &[String]) -> Vec<Thing> {
    let known = |words: &[String]| {
        let stems: Vec<String> = words.iter().map(|word| stem(word)).collect();
        SYNONYMS.iter().flat_map(|group| group.iter()).any(|phrase| stems_of_phrase(phrase) == stems)
    };
    let telling: Vec<String> = words.iter().filter(|word| !FILLERS.contains(&word.as_str())).cloned().collect();
    let words = if telling.is_empty() { words } else { &telling };
    let mut things = Vec::new();
    let mut rest = words;
    while !rest.is_empty() {
        let length = (2..=rest.len().min(4)).rev().find(|length| known(&rest[..*length])).unwrap_or(1);
        things.push(Thing::of(&rest[..length]));
        rest = &rest[length..];
    }
    things
}

/// What can be found.
#[derive(Clone, Copy, Debug)]
pub enum What {
    Operation(&'static Operation),
    /// `queues agents`
    Collection(&'static Collection),
    /// `users edit`
    Edit(&'static Resource),
    /// A command of the program itself, and what it does.
    Own(&'static Own),
}

/// Something and how well it fits.
pub struct Hit {
    pub what: What,
    pub score: f64,
}

/// What was found.
pub struct Found {
    /// The operations that fit as much of it as any does, the best first.
    pub hits: Vec<Hit>,
    /// True if they fit all of it.
    pub everything: bool,
}

/// The words by which the operations of some releases are found.
pub struct Index {
    target: Span,
    entries: Vec<Entry>,
}

struct Entry {
    what: What,
    form: Option<&'static Form>,
    title: Vec<String>,
    resource: Vec<String>,
    path: Vec<String>,
    effect: Vec<String>,
}

impl Index {
    pub fn of(target: Span, own: &'static [Own]) -> Index {
        let with_form = |operation: &'static Operation| Some((operation, operation.form(target)?));
        let operations = threecx::operations().filter_map(with_form).map(|(operation, form)| Entry {
            what: What::Operation(operation),
            form: Some(form),
            title: stems(&format!("{} {}", operation.title, operation.name())),
            resource: stems(&format!("{} {}", operation.resource.title, operation.resource.command)),
            path: stems(form.path).into_iter().filter(|word| word != "pbx").collect(),
            effect: match operation.effect {
                Effect::Reads | Effect::Writes => Vec::new(),
                Effect::Interrupts(words) | Effect::Destroys(words) => stems(words),
            },
        });
        let collections = threecx_catalog::collections().iter().map(|collection| Entry {
            what: What::Collection(collection),
            form: None,
            title: stems(&format!("Add Remove {} {}", collection.plural, collection.word)),
            resource: stems(collection.set.name),
            path: Vec::new(),
            effect: Vec::new(),
        });
        let editable = threecx_catalog::resources().iter().copied();
        let editable = editable.filter_map(|resource| Some((resource, Kind::of(resource)?)));
        let edits = editable.map(|(resource, kind)| Entry {
            what: What::Edit(resource),
            form: None,
            title: stems(&format!("Edit {}", kind.noun())),
            resource: stems(&format!("{} {}", resource.title, resource.command)),
            path: Vec::new(),
            effect: Vec::new(),
        });
        let own = own.iter().map(|own| Entry {
            what: What::Own(own),
            form: None,
            title: stems(own.name),
            resource: stems(own.about),
            path: Vec::new(),
            effect: Vec::new(),
        });
        Index { target, entries: operations.chain(collections).chain(edits).chain(own).collect() }
    }

    /// The operations that fit.
    pub fn rank(&self, things: &[Thing]) -> Found {
        let mut ranking = Ranking { things, target: self.target, structures: HashMap::new() };
        let scored: Vec<(usize, Hit)> = self.entries.iter().map(|entry| ranking.hit(entry)).collect();
        let most = scored.iter().map(|(found, _)| *found).max().unwrap_or_default();
        let best = scored.into_iter().filter(|(found, _)| *found > 0 && *found == most);
        let mut hits: Vec<Hit> = best.map(|(_, hit)| hit).collect();
        hits.sort_by(|a, b| b.score.total_cmp(&a.score));
        Found { hits, everything: most == things.len() }
    }
}

struct Ranking<'t> {
    things: &'t [Thing],
    target: Span,
    /// How well each structure's properties say each thing: most operations share theirs.
    structures: HashMap<&'static str, Vec<f64>>,
}

impl Ranking<'_> {
    /// How many of the things the operation says, and how well.
    fn hit(&mut self, entry: &Entry) -> (usize, Hit) {
        let Entry { what, form, title, resource, path, effect } = entry;
        let operation = match what {
            What::Operation(operation) => Some(*operation),
            What::Collection(_) | What::Edit(_) | What::Own(..) => None,
        };
        let (mut found, mut score) = (0, 0.0);
        for (index, thing) in self.things.iter().enumerate() {
            let near = [(TITLE, title), (RESOURCE, resource), (PATH, path), (EFFECT, effect)];
            let near = near.into_iter().map(|(worth, words)| worth * thing.fits(words)).fold(0.0, f64::max);
            let mut argument = form.map(|form| self.arguments(thing, index, form)).unwrap_or_default();
            if argument > 0.0 && operation.is_some_and(|operation| operation.verb == Verb::Update) {
                argument += CHANGES_IT;
            }
            let answer = form.map(|form| self.answer(index, form)).unwrap_or_default();
            let best = near.max(argument).max(answer);
            found += usize::from(best > 0.0);
            score += best;
        }
        let all: Vec<String> = title.iter().chain(resource).cloned().collect();
        let said = |word: &&String| self.things.iter().any(|thing| thing.takes(word, &all));
        let share = |words: &[String]| words.iter().filter(said).count() as f64 / words.len() as f64;
        score += TITLE_ALONE * share(title) + RESOURCE_ALONE * share(resource);
        score += match operation.map(|operation| operation.verb) {
            Some(Verb::List) => 1.0,
            Some(Verb::Get | Verb::Update) => 0.6,
            _ => 0.3,
        };
        if form.is_some_and(|form| form.span.last < Release::NEWEST) {
            score -= GONE;
        }
        if operation.is_some_and(|operation| operation.role == Some(Role::User)) {
            score -= NOT_FOR_CLIENTS;
        }
        (found, Hit { what: *what, score })
    }

    fn arguments(&mut self, thing: &Thing, index: usize, form: &Form) -> f64 {
        let named = |names: Vec<&'static str>| names.iter().map(|name| thing.fits(&stems(name))).fold(0.0, f64::max);
        let path = named(form.parameters.iter().map(|parameter| parameter.name).collect());
        let body = match form.body {
            Body::None => 0.0,
            Body::Fields(fields) => named(fields.iter().map(|field| field.name).collect()),
            Body::Entity(structure) => self.properties(structure, index),
        };
        ARGUMENT * path.max(body)
    }

    fn answer(&mut self, index: usize, form: &Form) -> f64 {
        match form.answer_in(self.target).content {
            Content::Value(TypeRef { ty: Type::Structure(structure), .. }) => {
                ANSWER * self.properties(structure, index)
            }
            _ => 0.0,
        }
    }

    fn properties(&mut self, structure: &'static Structure, index: usize) -> f64 {
        let things = self.things;
        let fits = self.structures.entry(structure.name).or_insert_with(|| {
            let names: Vec<Vec<String>> = structure.all_properties().map(|property| stems(property.name)).collect();
            let best = |thing: &Thing| names.iter().map(|words| thing.fits(words)).fold(0.0, f64::max);
            things.iter().map(best).collect()
        });
        fits.get(index).copied().unwrap_or_default()
    }
}

/// Every word that an operation, an argument or a synonym is called by, for spelling.
pub fn vocabulary() -> Vec<String> {
    let mut words: Vec<String> = Vec::new();
    for operation in threecx::operations() {
        words.extend(typed(operation.title));
        words.extend(typed(operation.resource.title));
    }
    words.extend(SYNONYMS.iter().flat_map(|group| group.iter()).flat_map(|phrase| typed(phrase)));
    let structures = threecx_catalog::structures().iter();
    let properties = structures.flat_map(|structure| structure.properties.iter());
    words.extend(properties.flat_map(|property| {
        let kebab = kebab(property.name);
        kebab.split('-').map(str::to_owned).collect::<Vec<_>>()
    }));
    words.sort_unstable();
    words.dedup();
    words
}
