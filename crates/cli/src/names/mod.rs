//! People's names for things: wherever the id of a user, queue, group, trunk … is wanted, a
//! number, a range of numbers, a name or an e-mail address will do. What may be named comes from
//! the catalogue; what is meant is looked up, with few requests, before anything else is sent.
//!
//! ```text
//! words, flags ──► References::pending ──► Directory::look_up ──► Pending::apply ──► Arguments
//!                  what is not an id       GETs, in batches       ids in its place
//! ```

mod directory;
mod set;
mod shown;
mod subject;
mod thing;
mod word;

use std::collections::HashSet;

use threecx::{Arguments, Client, Error, Input, Operation};
use threecx_catalog::Effect;
use threecx_core::InputError;

use crate::args::flag::{self, Flag};
use crate::failure::Failure;

pub use directory::Directory;
pub use set::Set;
pub use shown::{show, some};
pub use subject::{Place, Subject, subject};
pub use thing::Thing;
pub use word::Word;

/// What of an operation may be given by name.
#[derive(Debug)]
pub struct References {
    pub subject: Option<Subject>,
    effect: Effect,
    values: Vec<Reference>,
}

/// A parameter or field that refers to an entity.
#[derive(Debug)]
struct Reference {
    /// `--ids`, for errors.
    flag: String,
    name: &'static str,
    place: flag::Place,
    /// Whether a list of them is taken.
    shape: Shape,
    /// True if any text could be sent in its place.
    takes_any_text: bool,
    set: Set,
    property: &'static str,
}

/// How a value may hold several.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
enum Shape {
    /// It is one.
    One,
    /// A JSON list of whole numbers or of texts.
    Numbers,
    Texts,
    /// A text with commas, as the parameters of reports have it: `800,801`.
    CommaText,
}

/// What has to be looked up for one call.
#[derive(Debug, Default)]
pub struct Pending {
    /// The words for its subject, as they are meant and as they were given.
    subjects: Vec<(Word, String)>,
    /// The values that hold words, by their place among the references.
    values: Vec<(usize, Vec<Item>)>,
}

/// A part of a value.
#[derive(Debug)]
enum Item {
    /// It is what is wanted.
    Raw(String),
    /// It has to be looked up.
    Word(Word, String),
}

/// What was found for one call.
#[derive(Debug, Default)]
pub struct Resolved {
    /// What it is about.
    pub subjects: Vec<Thing>,
    /// What its flags name.
    pub others: Vec<(Set, Vec<Thing>)>,
}

impl References {
    /// Those of an operation.
    pub fn of(operation: &'static Operation, flags: &[Flag]) -> References {
        let subject = subject(operation);
        let values = flags.iter().filter_map(|flag| reference(flag, subject.as_ref())).collect();
        References { subject, effect: operation.effect, values }
    }

    /// Reads the words for the subject, and finds the arguments that are words and not ids.
    pub fn pending(&self, words: &[String], arguments: &Arguments) -> Result<Pending, Error> {
        let mut pending = Pending::default();
        if let Some(subject) = &self.subject {
            let argument = subject.set.placeholder();
            // `100,101,105-110`; a name may have a comma in it.
            let numbers =
                |word: &str| word.split(',').all(|part| !part.is_empty() && part.split('-').all(word::is_digits));
            let words = words.iter().map(|word| word.trim());
            for word in words.flat_map(|word| if numbers(word) { word.split(',').collect() } else { vec![word] }) {
                pending.subjects.push((Word::parse(&subject.set, &argument, word)?, word.to_owned()));
            }
        }
        for (index, reference) in self.values.iter().enumerate() {
            let given = match reference.place {
                flag::Place::Path => arguments.parameters.get(reference.name),
                _ => arguments.fields.get(reference.name),
            };
            if let Some(Input::Text(text)) = given
                && let Some(items) = reference.items(text)?
            {
                pending.values.push((index, items));
            }
        }
        Ok(pending)
    }

    /// True if what is to be looked up could also be sent as it stands.
    pub fn may_stay(&self, pending: &Pending) -> bool {
        pending.subjects.is_empty() && pending.values.iter().all(|(index, _)| self.values[*index].takes_any_text)
    }

    /// The arguments with something in the place of what is not known yet, to check the others.
    pub fn with_placeholders(&self, pending: &Pending, about_something: bool, arguments: &Arguments) -> Arguments {
        let mut checked = arguments.clone();
        if let Some(subject) = self.subject.as_ref().filter(|_| about_something || !pending.subjects.is_empty()) {
            subject.put(&mut checked, &["1"]);
        }
        for (index, _) in &pending.values {
            self.values[*index].put(&mut checked, vec!["1".into()]);
        }
        checked
    }

    /// Looks up everything that is pending.
    pub async fn look_up(&self, client: &Client, pending: &[&Pending]) -> Result<Directory, Failure> {
        let mut directory = Directory::new(self.effect);
        if let Some(Subject { set, .. }) = &self.subject {
            let words: Vec<&Word> = pending.iter().flat_map(|one| one.subjects.iter().map(|(word, _)| word)).collect();
            directory.look_up(client, set, &words).await?;
        }
        for (index, reference) in self.values.iter().enumerate() {
            let items = pending.iter().flat_map(|one| one.values.iter().filter(|(at, _)| *at == index));
            let words: Vec<&Word> = items
                .flat_map(|(_, items)| items)
                .filter_map(|item| match item {
                    Item::Word(word, _) => Some(word),
                    Item::Raw(_) => None,
                })
                .collect();
            directory.look_up(client, &reference.set, &words).await?;
        }
        Ok(directory)
    }

    /// Puts what was found into the arguments, but for the subject, of which there may be many.
    pub fn apply(
        &self,
        pending: &Pending,
        directory: &Directory,
        arguments: &mut Arguments,
    ) -> Result<Resolved, Error> {
        let mut resolved = Resolved::default();
        if let Some(Subject { set, .. }) = &self.subject {
            for (word, given) in &pending.subjects {
                for thing in directory.take(set, &set.placeholder(), word, given)? {
                    if !resolved.subjects.iter().any(|known| known.key == thing.key) {
                        resolved.subjects.push(thing);
                    }
                }
            }
        }
        for (index, items) in &pending.values {
            let reference = &self.values[*index];
            let (mut values, mut things) = (Vec::new(), Vec::new());
            for item in items {
                match item {
                    Item::Raw(raw) => values.push(raw.clone()),
                    Item::Word(word, given) => {
                        let found = directory.take(&reference.set, &reference.flag, word, given)?;
                        values.extend(found.iter().filter_map(|thing| thing.property(reference.property)));
                        things.extend(found);
                    }
                }
            }
            if values.len() > 1 && !reference.takes_several() {
                return Err(reference.too_many(values.len()));
            }
            reference.put(arguments, values);
            resolved.others.push((reference.set.clone(), things));
        }
        Ok(resolved)
    }
}

impl Pending {
    /// The word for the subject, if there is one.
    pub fn only_word(&self) -> Option<String> {
        match self.subjects.as_slice() {
            [(_, given)] => Some(given.clone()),
            _ => None,
        }
    }

    /// What the words for the subject say: `2 users: 100, Ada`, `users: 100-119`.
    pub fn given(&self, set: &Set) -> Option<String> {
        let words: Vec<&str> = self.subjects.iter().map(|(_, given)| given.as_str()).collect();
        let ranges = self.subjects.iter().any(|(word, _)| matches!(word, Word::Range { .. }));
        let title = if ranges { set.nouns() } else { set.counted(words.len()) };
        (!words.is_empty()).then(|| format!("{title}: {}", words.join(", ")))
    }

    /// True if there is nothing to look up.
    pub fn is_empty(&self) -> bool {
        self.subjects.is_empty() && self.values.is_empty()
    }
}

impl Subject {
    /// Puts values of its property into the arguments: one, or the list that the action takes.
    pub fn put(&self, arguments: &mut Arguments, values: &[impl AsRef<str>]) {
        let name = self.name.to_owned();
        match self.place {
            Place::Path => {
                let value = values.first().map(|value| value.as_ref().to_owned()).unwrap_or_default();
                arguments.parameters.insert(name, Input::Text(value));
            }
            Place::List => {
                let is_number = self.set.property(self.property).is_some_and(set::is_whole_number);
                let values = values.iter().map(|value| value.as_ref().to_owned()).collect();
                arguments.fields.insert(name, Input::Json(json_list(values, is_number)));
            }
        }
    }

    /// The value of one of its things.
    pub fn value_of(&self, thing: &Thing) -> String {
        thing.property(self.property).unwrap_or_else(|| thing.key.clone())
    }
}

/// The entity that a flag refers to: the catalogue says so, or it is the key in the path. What any
/// text may be is not looked up.
fn reference(flag: &Flag, subject: Option<&Subject>) -> Option<Reference> {
    if !matches!(flag.place, flag::Place::Path | flag::Place::Field) {
        return None;
    }
    let (set, property) = match flag.refers_to.and_then(|to| to.split_once('.')) {
        Some((set, property)) => (Set::named(set)?, property),
        None => {
            let is_subject = |subject: &&Subject| flag.place == flag::Place::Path && flag.name == subject.name;
            let subject = subject.filter(is_subject)?;
            (subject.set.clone(), subject.property)
        }
    };
    let property = set.property(property)?;
    let is_number = set::is_whole_number(property);
    if !is_number && property.name != "Number" {
        return None;
    }
    let texts = matches!(flag.ty.ty, threecx_catalog::Type::String);
    let shape = match (flag.ty.collection, texts) {
        (true, true) => Shape::Texts,
        (true, false) => Shape::Numbers,
        (false, true) if !is_number => Shape::CommaText,
        (false, _) => Shape::One,
    };
    let property = property.name;
    Some(Reference {
        flag: flag.long.clone(),
        name: flag.name,
        place: flag.place,
        shape,
        takes_any_text: texts,
        set,
        property,
    })
}

impl Reference {
    /// The parts of a value, if it has to be looked up.
    fn items(&self, text: &str) -> Result<Option<Vec<Item>>, Error> {
        let trimmed = text.trim();
        if trimmed.is_empty() || trimmed.starts_with(['[', '"']) || trimmed == "null" {
            return Ok(None);
        }
        let parts: Vec<&str> = match self.shape {
            Shape::One => vec![trimmed],
            _ => trimmed.split(',').map(str::trim).collect(),
        };
        if parts.iter().all(|part| self.is_raw(part)) {
            return Ok(None);
        }
        let item = |part: &str| {
            if self.is_raw(part) {
                return Ok(Item::Raw(part.to_owned()));
            }
            Ok(Item::Word(Word::parse(&self.set, &self.flag, part)?, part.to_owned()))
        };
        parts.into_iter().map(item).collect::<Result<_, _>>().map(Some)
    }

    /// Digits are an id where an id is wanted, and a number where a number is.
    fn is_raw(&self, part: &str) -> bool {
        part.is_empty() || word::is_digits(part) || part.parse::<i64>().is_ok()
    }

    /// Parameters that are one text tell by their names: `queueDns` and `queueDnStr` take several.
    fn takes_several(&self) -> bool {
        match self.shape {
            Shape::One => false,
            Shape::CommaText => self.name.ends_with('s') || self.name.ends_with("Str"),
            Shape::Numbers | Shape::Texts => true,
        }
    }

    fn too_many(&self, number: usize) -> Error {
        let error = InputError::of(&self.flag, format!("one {}", self.set.noun()), number.to_string());
        error.with_hint("Give one, and run it once for each.").into()
    }

    fn put(&self, arguments: &mut Arguments, mut values: Vec<String>) {
        let mut seen = HashSet::new();
        values.retain(|value| seen.insert(value.clone()));
        let input = match self.shape {
            Shape::One => Input::Text(values.into_iter().next().unwrap_or_default()),
            Shape::CommaText => Input::Text(values.join(",")),
            Shape::Numbers => Input::Json(json_list(values, true)),
            Shape::Texts => Input::Json(json_list(values, false)),
        };
        let place = match self.place {
            flag::Place::Path => &mut arguments.parameters,
            _ => &mut arguments.fields,
        };
        place.insert(self.name.to_owned(), input);
    }
}

fn json_list(values: Vec<String>, bare: bool) -> String {
    let values: Vec<String> =
        values.into_iter().map(|value| if bare { value } else { serde_json::Value::from(value).to_string() }).collect();
    format!("[{}]", values.join(","))
}
