//! Steps in doubt: a process was killed or an answer got lost, and they may have been carried out or not.
//! Where the PBX shows it, it is looked up, and no one has to be asked.
//!
//! | step | looked up by | it was carried out if |
//! |---|---|---|
//! | create | the number, or the name that is the key | it is there and is what was sent |
//! | update | the key | it is what was sent |
//! | delete | the key | it is gone |

use std::collections::HashMap;

use serde_json::{Map, Value};
use threecx::Client;
use threecx::{NameInput, NamedEntity, Wanted};
use threecx_catalog::{Effect, EntitySet, Span, Verb};
use threecx_core::{Arguments, Error};

use crate::before::{Touched, is_same};
use crate::look_up::want_whole;
use crate::plan::Step;
use crate::references::About;
use crate::run::sent;
use crate::state::State;

/// Steps in doubt, each with the word that it is looked up by.
type InDoubt<'s> = Vec<(usize, &'s Step, NameInput)>;

/// What was found out about steps in doubt: for each the state that it is in now. What cannot be told
/// stays as it was.
///
/// # Errors
/// Those of asking the PBX.
pub async fn recover(client: &Client, release: Span, steps: &[(usize, &Step)]) -> Result<HashMap<usize, State>, Error> {
    let mut by_set: Vec<(Wanted, InDoubt<'_>)> = Vec::new();
    for (index, step) in steps {
        let Some((set, word)) = looked_up_by(step) else { continue };
        let touched = Touched::by(step.operation, &step.arguments);
        want_whole(&mut by_set, set, touched.as_ref(), (*index, *step, word));
    }
    let mut found = HashMap::new();
    for (wanted, steps) in by_set {
        let mut directory = client.directory().for_effect(Effect::Reads);
        let words: Vec<&NameInput> = steps.iter().map(|(_, _, word)| word).collect();
        directory.look_up(&wanted, &words).await?;
        for (index, step, word) in &steps {
            let taken = directory.take(wanted.set, "", word, "").ok();
            let entity = taken.as_deref().and_then(|taken| match taken {
                [one] => Some(one),
                _ => None,
            });
            if let Some(state) = verdict(step, release, entity) {
                found.insert(*index, state);
            }
        }
    }
    Ok(found)
}

/// What a step can be looked up by.
fn looked_up_by(step: &Step) -> Option<(&'static EntitySet, NameInput)> {
    let set = step.operation.newest_form().target.set().filter(|set| set.list.is_some())?;
    match step.operation.verb {
        Verb::Create => {
            let given = |name: &str| text_of(&step.arguments, name);
            let number = set.number.and_then(|number| given(number.name)).map(NameInput::Number);
            let key = set.key.filter(|_| !set.has_numeric_key()).and_then(|key| given(key.name)).map(NameInput::Key);
            number.or(key).map(|word| (set, word))
        }
        Verb::Update | Verb::Delete => {
            let about = About::of(step.operation).filter(|about| !about.listed)?;
            set.key.filter(|key| key.name == about.by.property.name)?;
            // Where the path goes on, it is about something below the entity.
            Touched::by(step.operation, &step.arguments)?;
            let id = about.ids(&step.arguments).into_iter().next()?;
            Some((set, NameInput::Key(id)))
        }
        _ => None,
    }
}

fn text_of(arguments: &Arguments, name: &str) -> Option<String> {
    let field = arguments.fields.get(name).map(|input| input.text().to_owned());
    let field = field.map(|text| serde_json::from_str::<String>(&text).unwrap_or(text));
    field
        .or_else(|| crate::before::body(arguments).get(name)?.as_str().map(str::to_owned))
        .filter(|text| !text.is_empty())
}

/// What follows from what was found; nothing where that does not decide it.
fn verdict(step: &Step, release: Span, entity: Option<&NamedEntity>) -> Option<State> {
    let done = |id: Option<String>| State::Done { status: 0, id, file: None };
    match (step.operation.verb, entity) {
        (Verb::Create, Some(entity)) => match is_as_sent(step, release, entity.row()) {
            Some(true) => Some(done(Some(entity.key.clone()))),
            // Somebody else's, perhaps: a person has to look.
            _ => None,
        },
        (Verb::Update, Some(entity)) => match is_as_sent(step, release, entity.row())? {
            true => Some(done(None)),
            false => Some(State::Unsent),
        },
        (Verb::Create, None) | (Verb::Delete, Some(_)) => Some(State::Unsent),
        (Verb::Delete, None) => Some(done(None)),
        _ => None,
    }
}

/// Whether an entity is what was sent; nothing where it does not show enough to tell.
pub(crate) fn is_as_sent(step: &Step, release: Span, row: &Map<String, Value>) -> Option<bool> {
    let secret = |name: &str| {
        let property = step.operation.newest_form().target.set().and_then(|set| set.property(name));
        property.is_some_and(|property| property.secret)
    };
    let sent = sent(step, release);
    let mut told = false;
    for (name, sent) in sent.iter().filter(|(name, _)| !secret(name)) {
        if !is_same(row.get(name), sent) {
            return if row.contains_key(name) { Some(false) } else { None };
        }
        told |= row.contains_key(name);
    }
    told.then_some(true)
}
