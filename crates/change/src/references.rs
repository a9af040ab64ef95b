//! Which arguments of an operation name something: wherever the id or number of a user, queue, group,
//! trunk … is wanted, a number, a range of numbers, a name or an e-mail address will do.
//!
//! ```text
//! words, arguments ──► References::pending ──► Directory ──► References::apply ──► arguments
//!                      what is not an id       looked up     ids in its place
//! ```

use std::borrow::Cow;
use std::collections::HashSet;

use threecx::{Directory, NameInput, NamedEntity};
use threecx_catalog::{
    Body, EntitySet, Identity as Subject, Operation, Property, Target, TextKind, Type, TypeRef, entity_set,
};
use threecx_core::{Arguments, Error, Input, InputError, Place};

use crate::intent::Intent;

/// What of an operation may be given by name.
#[derive(Debug)]
pub struct References {
    /// What the operation is done to.
    pub subject: Option<About>,
    values: Vec<Reference>,
}

/// What an operation is done to: the entity in its path, or the entities that a list names.
#[derive(Clone, Copy, Debug)]
pub struct About {
    /// Their set.
    pub set: &'static EntitySet,
    /// The argument, and the property whose value goes there.
    pub by: Subject,
    /// True if one call is done to several.
    pub listed: bool,
    /// The list of them in the object that the argument is, where it is one.
    pub inside: Option<&'static str>,
}

/// A parameter or field that refers to an entity.
#[derive(Debug)]
struct Reference {
    name: &'static str,
    place: Place,
    /// Whether a list of them is taken.
    shape: Shape,
    /// True if any text could be sent in its place.
    takes_any_text: bool,
    set: &'static EntitySet,
    property: &'static Property,
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

/// What has to be looked up for one intent.
#[derive(Debug, Default)]
pub struct Pending {
    /// The words for what it is done to, as they are meant and as they were given.
    subjects: Vec<(NameInput, String)>,
    /// True for ids that were given as such: one that does not exist is not an error.
    raw: bool,
    /// The values that hold words, by their place among the references.
    values: Vec<(usize, Vec<Part>)>,
}

/// A part of a value.
#[derive(Debug)]
enum Part {
    /// It is what is wanted.
    Raw(String),
    /// It has to be looked up.
    Word(NameInput, String),
}

/// What was found for one intent.
#[derive(Debug, Default)]
pub struct Found {
    /// What it is done to.
    pub subjects: Vec<NamedEntity>,
    /// The ids that were given as such and belong to nothing.
    pub missing: Vec<String>,
    /// What its arguments name.
    pub others: Vec<(&'static EntitySet, Vec<NamedEntity>)>,
}

impl About {
    /// What an operation is done to.
    pub fn of(operation: &Operation) -> Option<About> {
        let form = operation.newest_form();
        match form.target {
            Target::Entity(set, by) => Some(About { set, by, listed: false, inside: None }),
            Target::Listed(set, by) => Some(About { set, by, listed: true, inside: None }),
            Target::Set(set) => About::in_object(set, form.body),
            Target::Nothing | Target::Singleton(_) => None,
        }
    }

    /// What an action is done to whose only field is an object with the list.
    fn in_object(set: &'static EntitySet, body: Body) -> Option<About> {
        let Body::Fields([field]) = body else { return None };
        let Type::Structure(structure) = field.ty.ty else { return None };
        structure.all_properties().filter(|property| property.ty.collection).find_map(|list| {
            let (named, property) = list.refers_to?.split_once('.')?;
            let by = Subject { name: field.name, property: set.property(property).filter(|_| named == set.name)? };
            Some(About { set, by, listed: true, inside: Some(list.name) })
        })
    }

    /// Where its argument goes.
    pub fn place(&self) -> Place {
        if self.listed { Place::Field } else { Place::Path }
    }

    /// Puts values of its property into the arguments: one, or the list that the action takes.
    pub fn put(&self, arguments: &mut Arguments, values: &[impl AsRef<str>]) {
        let input = if self.listed {
            let values = values.iter().map(|value| value.as_ref().to_owned()).collect();
            let list = json_list(values, is_whole_number(self.by.property));
            Input::Json(self.inside.map(|name| format!("{{\"{name}\":{list}}}")).unwrap_or(list))
        } else {
            Input::Text(values.first().map(|value| value.as_ref().to_owned()).unwrap_or_default())
        };
        arguments.set(self.place(), self.by.name, input);
    }

    /// The value of one of its entities.
    pub fn value_of(&self, entity: &NamedEntity) -> String {
        entity.property(self.by.property.name).unwrap_or_else(|| entity.key.to_owned())
    }

    /// The ids that arguments hold; nothing where they do not say, or where it is not by key.
    pub fn ids(&self, arguments: &Arguments) -> Vec<String> {
        let Some(given) = arguments.get(self.place(), self.by.name).map(Input::text) else { return Vec::new() };
        if let Some(name) = self.inside {
            let object: serde_json::Value = serde_json::from_str(given).unwrap_or_default();
            let ids = object[name].as_array().into_iter().flatten();
            return ids.map(|id| id.as_str().map_or_else(|| id.to_string(), str::to_owned)).collect();
        }
        match serde_json::from_str::<Vec<serde_json::Value>>(given) {
            Ok(ids) => ids.iter().map(|id| id.as_str().map_or_else(|| id.to_string(), str::to_owned)).collect(),
            Err(_) if self.listed => given.split(',').map(|id| id.trim().to_owned()).collect(),
            Err(_) => vec![given.trim().to_owned()],
        }
    }
}

impl References {
    /// Those of an operation.
    pub fn of(operation: &'static Operation) -> References {
        let subject = About::of(operation);
        References { subject, values: references(operation, subject.as_ref()) }
    }

    /// Reads the words for what it is done to, and finds the arguments that are words and not ids.
    ///
    /// # Errors
    /// A word that can stand for nothing.
    pub fn pending(&self, intent: &Intent) -> Result<Pending, Error> {
        let mut pending = Pending::default();
        let words = intent.targets.words();
        if let Some(About { set, by, .. }) = &self.subject {
            if !words.is_empty() || intent.targets.filter().is_some() {
                self.refuse_both(intent)?;
            }
            let argument = set.placeholder();
            // `100,101,105-110`; a name may have a comma in it.
            let numbers = |word: &str| word.split(',').all(|part| !part.is_empty() && part.split('-').all(is_digits));
            let words = words.iter().map(|word| word.trim());
            for word in words.flat_map(|word| if numbers(word) { word.split(',').collect() } else { vec![word] }) {
                pending.subjects.push((NameInput::parse(set, &argument, word)?, word.to_owned()));
            }
            let by_key = set.key.is_some_and(|key| key.name == by.property.name);
            if pending.subjects.is_empty() && by_key && intent.operation.effect != threecx_catalog::Effect::Reads {
                let ids = self.subject.map(|about| about.ids(&intent.arguments)).unwrap_or_default();
                if ids.iter().all(|id| id.parse::<i64>().is_ok() || !set.has_numeric_key()) {
                    pending.raw = !ids.is_empty();
                    pending.subjects = ids.into_iter().map(|id| (NameInput::Key(id.clone()), id)).collect();
                }
            }
        } else if let Some(word) = words.first() {
            let error =
                InputError::of(intent.operation.id, "no words: it is not done to anything", format!("`{word}`"));
            return Err(error.into());
        }
        for (index, reference) in self.values.iter().enumerate() {
            if let Some(Input::Text(text)) = intent.arguments.get(reference.place, reference.name)
                && let Some(parts) = reference.parts(text)?
            {
                if pending.raw && self.subject.is_some_and(|about| about.by.name == reference.name) {
                    // Some of the ids are names after all.
                    (pending.raw, pending.subjects) = (false, Vec::new());
                }
                pending.values.push((index, parts));
            }
        }
        Ok(pending)
    }

    /// What it is done to is given once.
    fn refuse_both(&self, intent: &Intent) -> Result<(), Error> {
        let Some(about) = &self.subject else { return Ok(()) };
        if intent.arguments.get(about.place(), about.by.name).is_none() {
            return Ok(());
        }
        let nouns = about.set.nouns();
        let error = InputError::of(about.by.name, format!("one way to say which {nouns} are meant"), "two");
        Err(error.with_hint(format!("Leave out either {} or the words and the filter.", about.by.name)).into())
    }

    /// True if what has to be looked up could also be sent unchanged.
    pub fn may_stay(&self, pending: &Pending) -> bool {
        (pending.raw || pending.subjects.is_empty())
            && pending.values.iter().all(|(index, _)| self.values[*index].takes_any_text)
    }

    /// The arguments with something in the place of what is not known yet, to check the others.
    pub fn with_placeholders<'a>(
        &self,
        pending: &Pending,
        filter: bool,
        arguments: &'a Arguments,
    ) -> Cow<'a, Arguments> {
        let mut checked = Cow::Borrowed(arguments);
        if let Some(subject) = &self.subject
            && (filter || !pending.raw && !pending.subjects.is_empty())
        {
            subject.put(checked.to_mut(), &[placeholder(subject.by.property)]);
        }
        for (index, _) in &pending.values {
            self.values[*index].put(checked.to_mut(), vec!["1".into()]);
        }
        checked
    }

    /// The sets in which something has to be looked up, each with the words.
    pub fn words<'p>(&self, pending: &'p Pending) -> Vec<(&'static EntitySet, Vec<&'p NameInput>)> {
        let mut all = Vec::new();
        if let Some(About { set, .. }) = self.subject {
            all.push((set, pending.subjects.iter().map(|(word, _)| word).collect()));
        }
        for (index, parts) in &pending.values {
            let words = parts.iter().filter_map(|part| match part {
                Part::Word(word, _) => Some(word),
                Part::Raw(_) => None,
            });
            all.push((self.values[*index].set, words.collect()));
        }
        all.retain(|(_, words): &(_, Vec<_>)| !words.is_empty());
        all
    }

    /// Puts what was found into the arguments, except for what it is done to: that may be many.
    ///
    /// # Errors
    /// What names nothing, or several things.
    pub fn apply(&self, pending: &Pending, directory: &Directory, arguments: &mut Arguments) -> Result<Found, Error> {
        let mut found = Found::default();
        if let Some(About { set, .. }) = self.subject {
            for (word, given) in &pending.subjects {
                match directory.take(set, &set.placeholder(), word, given) {
                    Ok(entities) => {
                        for entity in entities {
                            if !found.subjects.iter().any(|known| known.key == entity.key) {
                                found.subjects.push(entity);
                            }
                        }
                    }
                    Err(_) if pending.raw => found.missing.push(given.clone()),
                    Err(error) => return Err(error),
                }
            }
        }
        for (index, parts) in &pending.values {
            let reference = &self.values[*index];
            let (mut values, mut entities) = (Vec::new(), Vec::new());
            for part in parts {
                match part {
                    Part::Raw(raw) => values.push(raw.clone()),
                    Part::Word(word, given) => {
                        let taken = directory.take(reference.set, reference.name, word, given)?;
                        values.extend(taken.iter().filter_map(|entity| entity.property(reference.property.name)));
                        entities.extend(taken);
                    }
                }
            }
            if values.len() > 1 && !reference.takes_several() {
                return Err(reference.too_many(values.len()));
            }
            reference.put(arguments, values);
            found.others.push((reference.set, entities));
        }
        Ok(found)
    }
}

impl Pending {
    /// The word for what it is done to, if there is one.
    pub fn only_word(&self) -> Option<&str> {
        match self.subjects.as_slice() {
            [(_, given)] => Some(given),
            _ => None,
        }
    }

    /// What the words say: `2 users: 100, Ada`, `users: 100-119`.
    pub fn given(&self, set: &EntitySet) -> Option<String> {
        let words: Vec<&str> = self.subjects.iter().map(|(_, given)| given.as_str()).collect();
        let ranges = self.subjects.iter().any(|(word, _)| matches!(word, NameInput::Range { .. }));
        let title = if ranges { set.nouns() } else { set.counted(words.len()) };
        (!words.is_empty()).then(|| format!("{title}: {}", words.join(", ")))
    }

    /// True if nothing has to be looked up for the call to be made.
    pub fn is_empty(&self) -> bool {
        (self.raw || self.subjects.is_empty()) && self.values.is_empty()
    }

    /// True if what it is done to was given by ids.
    pub fn is_raw(&self) -> bool {
        self.raw
    }
}

/// The arguments of an operation that refer to an entity: the catalogue says so, or it is the key in
/// the path. What any text may be is not looked up.
fn references(operation: &'static Operation, subject: Option<&About>) -> Vec<Reference> {
    let mut references: Vec<Reference> = Vec::new();
    for form in operation.forms.iter().rev() {
        let parameters = form.parameters.iter().map(|it| (Place::Path, it.name, it.ty, it.refers_to));
        let fields: Vec<&'static Property> = match form.body {
            Body::None => Vec::new(),
            Body::Entity(structure) => structure.all_properties().collect(),
            Body::Fields(fields) => fields.iter().collect(),
        };
        let fields = fields.into_iter().map(|it| (Place::Field, it.name, it.ty, it.refers_to));
        for (place, name, ty, refers_to) in parameters.chain(fields) {
            let known = references.iter().any(|known| known.place == place && known.name == name);
            if let Some(reference) = reference(place, name, ty, refers_to, subject).filter(|_| !known) {
                references.push(reference);
            }
        }
    }
    references
}

fn reference(
    place: Place,
    name: &'static str,
    ty: TypeRef,
    refers_to: Option<&'static str>,
    subject: Option<&About>,
) -> Option<Reference> {
    let (set, property) = match refers_to.and_then(|to| to.split_once('.')) {
        Some((set, property)) => {
            let set = entity_set(set).filter(|set| set.list.is_some())?;
            (set, set.property(property)?)
        }
        None => {
            let subject = subject.filter(|subject| place == Place::Path && name == subject.by.name)?;
            (subject.set, subject.by.property)
        }
    };
    let is_number = is_whole_number(property);
    if !is_number && property.name != "Number" {
        return None;
    }
    let texts = matches!(ty.ty, Type::String);
    let shape = match (ty.collection, texts) {
        (true, true) => Shape::Texts,
        (true, false) => Shape::Numbers,
        (false, true) if !is_number => Shape::CommaText,
        (false, _) => Shape::One,
    };
    Some(Reference { name, place, shape, takes_any_text: texts, set, property })
}

impl Reference {
    /// The parts of a value, if it has to be looked up.
    fn parts(&self, text: &str) -> Result<Option<Vec<Part>>, Error> {
        let trimmed = text.trim();
        if trimmed.is_empty() || trimmed.starts_with(['[', '"']) || trimmed == "null" {
            return Ok(None);
        }
        let parts: Vec<&str> = match self.shape {
            Shape::One => vec![trimmed],
            _ => trimmed.split(',').map(str::trim).collect(),
        };
        if parts.iter().all(|part| is_raw(part)) {
            return Ok(None);
        }
        let part = |part: &str| {
            if is_raw(part) {
                return Ok(Part::Raw(part.to_owned()));
            }
            Ok(Part::Word(NameInput::parse(self.set, self.name, part)?, part.to_owned()))
        };
        parts.into_iter().map(part).collect::<Result<_, _>>().map(Some)
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
        let error = InputError::of(self.name, format!("one {}", self.set.noun()), number.to_string());
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
        arguments.set(self.place, self.name, input);
    }
}

/// Digits are an id where an id is wanted, and a number where a number is.
fn is_raw(part: &str) -> bool {
    part.is_empty() || is_digits(part) || part.parse::<i64>().is_ok()
}

fn is_digits(text: &str) -> bool {
    !text.is_empty() && text.bytes().all(|byte| byte.is_ascii_digit())
}

fn is_whole_number(property: &Property) -> bool {
    matches!(property.ty.ty, Type::Byte | Type::Int32 | Type::Int64)
}

fn json_list(values: Vec<String>, bare: bool) -> String {
    let values: Vec<String> =
        values.into_iter().map(|value| if bare { value } else { serde_json::Value::from(value).to_string() }).collect();
    format!("[{}]", values.join(","))
}

/// A value that fits, for a key that is not known yet.
fn placeholder(key: &Property) -> &'static str {
    match (key.ty.ty, key.text_kind()) {
        (Type::Guid, _) => "00000000-0000-0000-0000-000000000000",
        (_, Some(TextKind::Mac)) => "000000000000",
        (_, Some(TextKind::Words([word, ..]))) => word,
        _ => "1",
    }
}
