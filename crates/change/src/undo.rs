//! Taking a run back: from what was recorded, the plan of the reverse. It is a plan like any other: it is
//! shown, agreed to, carried out, recorded, and can itself be taken back.
//!
//! | step | its reverse | refused if |
//! |---|---|---|
//! | update | the properties as they were | they are no longer what was sent |
//! | create | delete | it is no longer what was made |
//! | delete | create: it gets a new id | something else has its number or name by now |
//! | action | none | |

use serde_json::{Map, Value};
use threecx::{Client, Error};
use threecx::{Directory, NameInput, NamedEntity, Wanted};
use threecx_catalog::{Effect, EntitySet, NAMING, Operation, Span, Verb, operation};
use threecx_core::{Arguments, Input, Place};

use crate::before::{Before, Touched, given, is_same};
use crate::journal::{RunDetail, StepRecord};
use crate::look_up::want_whole;
use crate::plan::{Plan, Step, Thing};
use crate::recover::{is_as_sent, recover};
use crate::references::About;
use crate::run::{NOT_KEPT, sent};
use crate::state::State;

/// The reverse of a run.
#[derive(Debug)]
pub struct Undo {
    /// What would take it back.
    pub plan: Plan,
    /// What stays as it is, and why.
    pub left: Vec<Left>,
    /// What comes back under another id.
    pub new_ids: Vec<String>,
}

/// A step that is not taken back.
#[derive(Clone, Debug, PartialEq)]
pub struct Left {
    /// What the step concerned.
    pub label: String,
    /// Why it stays.
    pub reason: Reason,
}

/// Why a step is not taken back.
#[derive(Clone, Debug, PartialEq, thiserror::Error)]
#[non_exhaustive]
pub enum Reason {
    /// There is nothing that reverses it.
    #[error("{title} cannot be undone")]
    NoWayBack {
        /// The title of the operation.
        title: String,
    },
    /// What was there before was not recorded.
    #[error("what was there before is not known")]
    NotRecorded,
    /// Someone else has changed it since.
    #[error("someone else has changed {} since", properties.join(", "))]
    Changed {
        /// What has been changed.
        properties: Vec<String>,
    },
    /// It is no longer there.
    #[error("it is no longer there")]
    Gone,
    /// A secret that the PBX did not show.
    #[error("the old value of {} is a secret that is not known", properties.join(", "))]
    SecretUnknown {
        /// Which.
        properties: Vec<String>,
    },
    /// Something else has its number or name by now.
    #[error("{by} is there in its place")]
    Replaced {
        /// What is there.
        by: String,
    },
    /// It is not known whether it was carried out.
    #[error("it is not known whether it was carried out")]
    Unknown,
}

/// A step to be reversed, and what to look at first.
struct Reverse<'r> {
    record: &'r StepRecord,
    operation: &'static Operation,
    set: Option<&'static EntitySet>,
    /// What the entity is looked up by now.
    word: Option<NameInput>,
    key: Option<String>,
}

/// Works out the reverse of a run on the connected PBX.
///
/// # Errors
/// Those of asking the PBX.
pub async fn undo(client: &Client, run: &RunDetail) -> Result<Undo, Error> {
    let plan = Plan::new(&run.summary.head.pbx, client.target());
    let mut undo = Undo { plan, left: Vec::new(), new_ids: Vec::new() };
    let states = settled(client, run).await?;
    let mut reverses = Vec::new();
    for (record, state) in run.steps.iter().zip(states).rev() {
        match state {
            State::Done { .. } => {}
            State::Sent | State::Unknown { .. } => {
                undo.leave(record, Reason::Unknown);
                continue;
            }
            State::Failed { code, .. } if code == NOT_KEPT => {}
            State::Failed { .. } | State::Unsent | State::Skipped => continue,
        }
        match reverse(record) {
            Ok(reverse) => reverses.push(reverse),
            Err(reason) => undo.leave(record, reason),
        }
    }
    let directory = look_up(client, &reverses).await?;
    for reverse in reverses {
        let seen = match (&reverse.word, reverse.set) {
            (Some(word), Some(set)) => {
                directory.take(set, "", word, "").ok().and_then(|found| found.into_iter().next())
            }
            _ => None,
        };
        let step = match reverse.record_verb() {
            Verb::Update => update(client, &reverse, seen.as_ref()).await?,
            Verb::Create => removal(&reverse, seen.as_ref(), client.target()),
            _ => recreation(&reverse, seen.as_ref()),
        };
        match step {
            Ok(step) => undo.add(&reverse, step, seen),
            Err(reason) => undo.leave(reverse.record, reason),
        }
    }
    // The releases are known once the PBX has answered.
    undo.plan.find_release(client, 0).await?;
    Ok(undo)
}

/// What became of the steps of a run: what is in doubt is looked up.
async fn settled(client: &Client, run: &RunDetail) -> Result<Vec<State>, Error> {
    let mut states: Vec<State> = run.steps.iter().map(|record| record.state.clone()).collect();
    let mut doubtful: Vec<(usize, Step)> = Vec::new();
    for (index, record) in run.steps.iter().enumerate().filter(|(_, record)| record.state.is_unknown()) {
        if let Some(known) = operation(&record.operation) {
            doubtful.push((index, Step::new(known, record.arguments.clone())));
        }
    }
    let doubtful: Vec<(usize, &Step)> = doubtful.iter().map(|(index, step)| (*index, step)).collect();
    for (index, state) in recover(client, client.target(), &doubtful).await? {
        states[index] = state;
    }
    Ok(states)
}

impl Reverse<'_> {
    fn record_verb(&self) -> Verb {
        operation(&self.record.operation).map_or(Verb::Action, |operation| operation.verb)
    }
}

impl Undo {
    fn leave(&mut self, record: &StepRecord, reason: Reason) {
        self.left.push(Left { label: record.label.clone(), reason });
    }

    fn add(&mut self, reverse: &Reverse<'_>, mut step: Step, seen: Option<NamedEntity>) {
        if let Some(set) = reverse.set {
            let row = || reverse.record.before.as_ref().map(|before| NamedEntity::of(set, before.properties.clone()));
            if let Some(entity) = seen.or_else(row) {
                if step.creates() {
                    self.new_ids.push(Thing { set, entity: entity.clone(), by_name: true }.label());
                }
                step.concerns = vec![self.plan.things.len()];
                self.plan.things.push(Thing { set, entity, by_name: true });
            }
        }
        self.plan.steps.push(step);
    }
}

/// What reverses a step, as far as the catalogue knows it.
fn reverse(record: &StepRecord) -> Result<Reverse<'_>, Reason> {
    let known = operation(&record.operation).ok_or(Reason::NotRecorded)?;
    let no_way_back = || Reason::NoWayBack { title: known.title.to_owned() };
    let target = known.newest_form().target;
    let set = target.set();
    let by_key = |key: &str| NameInput::Key(key.to_owned());
    match known.verb {
        Verb::Update => {
            Touched::by(known, &record.arguments).ok_or_else(no_way_back)?;
            record.before.as_ref().ok_or(Reason::NotRecorded)?;
            let about = About::of(known);
            let key = about.and_then(|about| about.ids(&record.arguments).into_iter().next());
            let listed = about.is_some_and(|about| {
                about.set.list.is_some() && about.set.key.is_some_and(|key| key.name == about.by.property.name)
            });
            let word = key.as_deref().map(by_key).filter(|_| listed);
            Ok(Reverse { record, operation: known, set, word, key })
        }
        Verb::Create => {
            let set = set.ok_or_else(no_way_back)?;
            let delete = set.delete.ok_or_else(no_way_back)?;
            let key = record.state.made().map(str::to_owned).or_else(|| natural_key(set, record));
            let key = key.ok_or(Reason::NotRecorded)?;
            Ok(Reverse { record, operation: delete, set: Some(set), word: Some(by_key(&key)), key: Some(key) })
        }
        Verb::Delete => {
            let set = set.ok_or_else(no_way_back)?;
            let create = set.create.ok_or_else(no_way_back)?;
            let before = record.before.as_ref().ok_or(Reason::NotRecorded)?;
            let text = |name: &str| before.properties.get(name).and_then(Value::as_str).filter(|text| !text.is_empty());
            let number = set.number.and_then(|number| text(number.name)).map(|number| NameInput::Number(number.into()));
            let key = set.key.filter(|_| !set.has_numeric_key()).and_then(|key| text(key.name)).map(by_key);
            Ok(Reverse { record, operation: create, set: Some(set), word: number.or(key), key: None })
        }
        _ => Err(no_way_back()),
    }
}

/// The key of what a create made, where that is a name that was given.
fn natural_key(set: &EntitySet, record: &StepRecord) -> Option<String> {
    let key = set.key.filter(|_| !set.has_numeric_key())?;
    record.arguments.get(Place::Field, key.name).map(|input| input.text().to_owned())
}

/// Everything that has to be looked at, set by set.
async fn look_up(client: &Client, reverses: &[Reverse<'_>]) -> Result<Directory, Error> {
    let mut directory = client.directory().for_effect(Effect::Reads);
    let mut sets: Vec<(Wanted, Vec<&NameInput>)> = Vec::new();
    for reverse in reverses {
        let (Some(set), Some(word)) = (reverse.set.filter(|set| set.list.is_some()), &reverse.word) else { continue };
        want_whole(&mut sets, set, Touched::by(reverse.operation, &reverse.record.arguments).as_ref(), word);
    }
    for (wanted, words) in sets {
        directory.look_up(wanted, &words).await?;
    }
    Ok(directory)
}

/// The properties as they were.
async fn update(
    client: &Client,
    reverse: &Reverse<'_>,
    seen: Option<&NamedEntity>,
) -> Result<Result<Step, Reason>, Error> {
    let record = reverse.record;
    let (Some(touched), Some(before)) = (Touched::by(reverse.operation, &record.arguments), &record.before) else {
        return Ok(Err(Reason::NotRecorded));
    };
    let now = match seen.filter(|entity| touched.is_all_in(entity.row())) {
        Some(entity) => touched.of(entity.row()),
        None => match touched.read(client, &record.arguments).await {
            Ok(now) => now,
            Err(Error::NotFound(_)) => return Ok(Err(Reason::Gone)),
            Err(error) => return Err(error),
        },
    };
    let properties = match record.after.as_ref().and_then(Value::as_object) {
        // It was read right after it was changed.
        Some(after) => Before { properties: after.clone(), ..Before::default() }.drifted(&now),
        None => {
            let sent = sent(&Step::new(reverse.operation, record.arguments.clone()), client.target());
            let differs = |(name, sent): &(&String, &Value)| {
                !touched.is_secret(name) && !is_same(now.properties.get(*name), sent)
            };
            sent.iter().filter(differs).map(|(name, _)| name.clone()).collect()
        }
    };
    let properties: Vec<String> = properties.into_iter().filter(|name| !touched.is_secret(name)).collect();
    if !properties.is_empty() {
        return Ok(Err(Reason::Changed { properties }));
    }
    // What a PBX conceals is not what was there, and what it left out was null.
    let mut properties = before.properties.clone();
    properties.retain(|name, value| !touched.is_secret(name) || is_shown_secret(value));
    let secrets: Vec<String> = given(&record.arguments)
        .into_iter()
        .filter(|name| touched.is_secret(name) && !has(&properties, name))
        .collect();
    for name in given(&record.arguments) {
        if !has(&properties, &name) && !touched.is_secret(&name) && !touched.is_navigation(&name) {
            properties.insert(name, Value::Null);
        }
    }
    if properties.is_empty() {
        return Ok(Err(Reason::SecretUnknown { properties: secrets }));
    }
    let arguments = Arguments {
        fields: Default::default(),
        body: Some(Input::Json(Value::Object(properties).to_string())),
        ..record.arguments.clone()
    };
    Ok(Ok(Step { before: Some(now), ..Step::new(reverse.operation, arguments) }))
}

fn has(properties: &Map<String, Value>, name: &str) -> bool {
    properties.keys().any(|known| known.eq_ignore_ascii_case(name))
}

/// True for a secret that the PBX shows for what it is.
fn is_shown_secret(value: &Value) -> bool {
    value.as_str().is_some_and(|text| !text.is_empty() && !text.chars().all(|c| matches!(c, '*' | '•')))
}

/// What was made goes, if it still is what was made.
fn removal(reverse: &Reverse<'_>, seen: Option<&NamedEntity>, release: Span) -> Result<Step, Reason> {
    let (Some(key), Some(seen), Some(about)) = (&reverse.key, seen, About::of(reverse.operation)) else {
        return Err(Reason::Gone);
    };
    let properties = match &reverse.record.after {
        Some(Value::Object(made)) => edited(made, seen.row()),
        // What it was right after is not known: it has to be what was sent.
        _ => {
            let step =
                operation(&reverse.record.operation).map(|known| Step::new(known, reverse.record.arguments.clone()));
            match step.and_then(|step| is_as_sent(&step, release, seen.row())) {
                Some(true) => Vec::new(),
                _ => return Err(Reason::NotRecorded),
            }
        }
    };
    if !properties.is_empty() {
        return Err(Reason::Changed { properties });
    }
    let mut arguments = Arguments::default();
    about.put(&mut arguments, &[key]);
    let before = Before { properties: seen.row().clone(), whole: true, ..Before::default() };
    Ok(Step { before: Some(before), ..Step::new(reverse.operation, arguments) })
}

/// What was deleted comes back, unless something else is there by now.
fn recreation(reverse: &Reverse<'_>, seen: Option<&NamedEntity>) -> Result<Step, Reason> {
    let (Some(before), Some(set)) = (&reverse.record.before, reverse.set) else { return Err(Reason::NotRecorded) };
    if let Some(seen) = seen {
        return Err(Reason::Replaced { by: Thing { set, entity: seen.clone(), by_name: true }.label() });
    }
    let numbered = set.key.filter(|_| set.has_numeric_key()).map(|key| key.name);
    let concealed = |name: &str, value: &Value| {
        let secret = set.property(name).is_some_and(|property| property.secret);
        secret && !is_shown_secret(value) || value.get("Concealed").is_some()
    };
    let back = |name: &str, value: &Value| {
        Some(name) != numbered && !name.contains('@') && !value.is_null() && !concealed(name, value)
    };
    let mut properties = Map::new();
    for (name, value) in before.properties.iter().filter(|(name, value)| back(name, value)) {
        properties.insert(name.clone(), without_ids(value));
    }
    let body = Some(Input::Json(Value::Object(properties).to_string()));
    Ok(Step::new(reverse.operation, Arguments { body, ..Arguments::default() }))
}

/// The items of what is created again get ids of their own.
fn without_ids(value: &Value) -> Value {
    match value {
        Value::Array(items) => items.iter().map(without_ids).collect(),
        Value::Object(members) => {
            let kept = members.iter().filter(|(name, _)| *name != "Id" && !name.contains('@'));
            Value::Object(kept.map(|(name, value)| (name.clone(), without_ids(value))).collect())
        }
        other => other.clone(),
    }
}

/// The properties that someone has edited since something was made. A PBX fills in some by itself, and
/// leaves out what is empty.
fn edited(made: &Map<String, Value>, now: &Map<String, Value>) -> Vec<String> {
    let plain = |value: &Value| value.is_string() || value.is_number() || value.is_boolean();
    let is_empty = |value: &Value| value.is_null() || value.as_str() == Some("") || value == &Value::from(0);
    let lives = |name: &str| NAMING.volatile.contains(&name);
    let differs = |(name, now): &(&String, &Value)| match made.get(*name) {
        _ if name.contains('@') || lives(name) => false,
        Some(made) if plain(now) || now.is_null() => !(made == *now || is_empty(made) && is_empty(now)),
        Some(made) => !is_same(Some(*now), made),
        // Lists that were not shown when it was made tell nothing.
        None if !plain(now) => false,
        None => !is_empty(now) && now.as_bool() != Some(false),
    };
    now.iter().filter(differs).map(|(name, _)| name.clone()).collect()
}
