//! From intents to a plan: everything is checked as far as that is possible without a PBX, then
//! everything that is named is looked up at once.
//!
//! ```text
//! intents ──► Draft::of ──► Draft::plan ──► Plan
//!             no PBX        few GETs        nothing has been changed
//! ```

mod check;
mod complete;
mod twice;

use std::collections::HashMap;

use threecx::Client;
use threecx::{Directory, NameInput, NamedEntity, Wanted};
use threecx_catalog::{Effect, EntitySet, Span};
use threecx_core::guard::{self, Finding};
use threecx_core::{Arguments, Error, Input, InputError, Request, mask, plan, texts};

use self::complete::{before, check_words, complete};
use crate::before::Touched;

use crate::intent::Intent;
use crate::items::ItemChange;
use crate::look_up::{add, expand_touched};
use crate::plan::{Plan, Step, Thing};
use crate::references::{About, Pending, References};

pub use self::check::check;
use self::check::check_all;

/// Intents that fit, as far as that can be told without a PBX.
#[derive(Debug)]
pub struct Draft {
    intents: Vec<Intent>,
    /// Of each operation once.
    references: HashMap<&'static str, References>,
    pending: Vec<Pending>,
    /// The release that each intent was checked for.
    checked_for: Vec<Span>,
    release: Option<Span>,
}

/// What is wrong with an intent.
#[derive(Clone, Debug, PartialEq)]
pub struct Problem {
    /// Which one, counted from 0.
    pub intent: usize,
    /// What is wrong with it.
    pub error: Error,
}

/// What a face wants to know about what an operation is done to, besides its names: one look-up brings
/// it along.
#[derive(Clone, Copy, Debug, Default)]
pub struct Wants {
    /// Properties.
    pub select: &'static [&'static str],
    /// Navigation properties, with their options.
    pub expand: &'static [&'static str],
}

impl Draft {
    /// Checks intents. `release` is that of the PBX where it is known; else what fits any release
    /// passes.
    ///
    /// # Errors
    /// Everything that is wrong, at once.
    pub fn of(intents: Vec<Intent>, release: Option<Span>) -> Result<Draft, Vec<Problem>> {
        let (pending, checked_for) = (Vec::with_capacity(intents.len()), Vec::with_capacity(intents.len()));
        let mut draft = Draft { intents, references: HashMap::new(), pending, checked_for, release };
        let mut problems = Vec::new();
        for (index, intent) in draft.intents.iter_mut().enumerate() {
            let problem = |error: Error| Problem { intent: index, error };
            texts::keep(&mut intent.arguments);
            let unfit = intent.items.as_mut().map(ItemChange::keep).unwrap_or_default();
            problems.extend(unfit.into_iter().map(problem));
            let references =
                draft.references.entry(intent.operation.id).or_insert_with(|| References::of(intent.operation));
            let pending = references.pending(intent);
            // A word that can stand for nothing is not all that may be wrong.
            let nothing = Pending::default();
            let filter = intent.targets.filter().is_some() || pending.is_err();
            let mut filled =
                references.with_placeholders(pending.as_ref().unwrap_or(&nothing), filter, &intent.arguments);
            if let Some(change) = &intent.items {
                // What becomes of the collection is worked out on the PBX.
                filled.to_mut().body = Some(Input::Json(format!("{{\"{}\":[]}}", change.collection.property.name)));
                problems.extend(check_words(change).err().map(problem));
            }
            let checked = check_all(intent.operation, &filled, release);
            match (pending, checked) {
                (Ok(pending), Ok(release)) => {
                    draft.pending.push(pending);
                    draft.checked_for.push(release);
                }
                (Ok(_), Err(errors)) => problems.extend(errors.into_iter().map(problem)),
                (Err(error), checked) => {
                    let errors = checked.err().into_iter().flatten();
                    problems.extend(errors.filter(|other| argument(other) != argument(&error)).map(problem));
                    problems.push(problem(error));
                }
            }
        }
        if problems.is_empty() {
            problems = draft.numbers_twice();
        }
        if problems.is_empty() {
            problems = draft.targets_twice(|intent| draft.named(intent));
        }
        if problems.is_empty() { Ok(draft) } else { Err(problems) }
    }

    /// The intents.
    pub fn intents(&self) -> &[Intent] {
        &self.intents
    }

    /// What the operation of an intent is done to.
    pub fn about(&self, intent: usize) -> Option<&About> {
        self.references.get(self.intents[intent].operation.id)?.subject.as_ref()
    }

    /// True if a call could be made without anything being looked up.
    pub fn looks_up(&self) -> bool {
        self.pending.iter().any(|pending| !pending.is_empty())
            || self.intents.iter().any(|intent| intent.targets.filter().is_some() || intent.items.is_some())
    }

    /// True if what is named could be sent unchanged.
    pub fn may_stay(&self) -> bool {
        self.intents.iter().zip(&self.pending).all(|(intent, pending)| {
            let references = &self.references[intent.operation.id];
            intent.targets.filter().is_none() && intent.items.is_none() && references.may_stay(pending)
        })
    }

    /// What the intents are done to, as it was given: `2 users: 100, Ada`.
    pub fn as_given(&self) -> Option<String> {
        let [intent] = self.intents.as_slice() else { return None };
        let about = self.about(0)?;
        if let Some(filter) = intent.targets.filter() {
            let filter = mask::shown_text(filter);
            return Some(format!("the {} for which `{filter}` is true", about.set.nouns()));
        }
        self.pending[0].given(about.set).or_else(|| {
            let ids = about.ids(&intent.arguments);
            (!ids.is_empty()).then(|| format!("{}: {}", about.set.counted(ids.len()), ids.join(", ")))
        })
    }

    /// What there is to agree to, as far as that is known without a PBX: each kind once.
    pub fn findings(&self) -> Vec<Finding> {
        let mut findings: Vec<Finding> = Vec::new();
        for intent in self.intents.iter().filter(|intent| intent.items.is_none()) {
            for finding in guard::findings(intent.operation, &intent.arguments, None) {
                if !findings.contains(&finding) {
                    findings.push(finding);
                }
            }
        }
        findings
    }

    /// The plan of what was given, without anything being looked up: names stay names, so it cannot be carried
    /// out.
    pub fn as_plan(&self, pbx: &str) -> Plan {
        let steps = self.intents.iter().map(|intent| step(intent, intent.arguments.clone())).collect();
        Plan { steps, ..Plan::new(pbx, self.release.unwrap_or(Span::NEWEST)) }
    }

    /// The requests as they would be without looking anything up.
    ///
    /// # Errors
    /// What the release lacks.
    pub fn requests(&self) -> Result<Vec<Request>, Vec<Problem>> {
        let release = self.release.unwrap_or(Span::NEWEST);
        let mut problems = Vec::new();
        let mut requests = Vec::with_capacity(self.intents.len());
        for (index, intent) in self.intents.iter().enumerate() {
            match plan(intent.operation, &intent.arguments, release) {
                Ok(request) => requests.push(request),
                Err(error) => problems.push(Problem { intent: index, error }),
            }
        }
        if problems.is_empty() { Ok(requests) } else { Err(problems) }
    }

    /// Looks up everything that is named, in one go, and plans the steps. `pbx` is the address of the
    /// PBX in full. Nothing is changed.
    ///
    /// # Errors
    /// Everything that is wrong, at once; an error of the PBX belongs to no intent and comes alone.
    pub async fn plan(self, client: &Client, pbx: &str, wants: Wants) -> Result<Plan, Vec<Problem>> {
        let all: Vec<usize> = (0..self.intents.len()).collect();
        self.plan_some(client, pbx, wants, &all).await
    }

    /// The same, for some of the intents: what is done already may be gone, and is left alone. The other
    /// intents have steps too, planned as they were given.
    ///
    /// # Errors
    /// As above.
    pub async fn plan_some(
        self,
        client: &Client,
        pbx: &str,
        wants: Wants,
        some: &[usize],
    ) -> Result<Plan, Vec<Problem>> {
        let alone = |error: Error| vec![Problem { intent: 0, error }];
        let (directory, failed) = self.look_up(client, wants, some).await.map_err(alone)?;
        let mut plan = Plan::new(pbx, Span::NEWEST);
        // The intent that each step comes from.
        let mut origins: Vec<usize> = Vec::new();
        let mut places = Places::default();
        let mut problems = Vec::new();
        let mut named: HashMap<usize, String> = HashMap::new();
        let mut planned = vec![false; self.intents.len()];
        for index in some {
            planned[*index] = true;
        }
        for (index, intent) in self.intents.iter().enumerate() {
            if !planned[index] {
                plan.steps.push(step(intent, intent.arguments.clone()));
                origins.push(index);
                continue;
            }
            match self.steps(client, index, (&directory, &failed), wants, &mut plan, &mut places).await {
                Ok(first) => {
                    if let [step] = &plan.steps[first..]
                        && let [one] = plan.things_of(step).collect::<Vec<_>>().as_slice()
                    {
                        named.insert(index, one.entity.key.to_owned());
                    }
                }
                Err(error) => problems.push(Problem { intent: index, error }),
            }
            origins.resize(plan.steps.len(), index);
        }
        if problems.is_empty() {
            problems = self.targets_twice(|intent| named.get(&intent).cloned());
        }
        if problems.is_empty()
            && let Some(first) = origins.iter().position(|intent| planned[*intent])
        {
            plan.find_release(client, first).await.map_err(alone)?;
            // What fits a release fits it with keys of the PBX in the place of names, too.
            let is_new = |intent: usize| planned[intent] && self.checked_for[intent] != plan.release;
            for (step, intent) in plan.steps.iter().zip(origins).filter(|(_, intent)| is_new(*intent)) {
                if let Err(error) = step.request(plan.release) {
                    problems.push(Problem { intent, error });
                }
            }
        }
        if problems.is_empty() { Ok(plan) } else { Err(problems) }
    }

    /// Asks for everything that is named, set by set.
    async fn look_up(
        &self,
        client: &Client,
        wants: Wants,
        some: &[usize],
    ) -> Result<(Directory, Vec<&'static str>), Error> {
        let effect = self.intents.first().map_or(Effect::Reads, |intent| intent.operation.effect);
        let mut directory = client.directory().for_effect(effect);
        let mut wanted: Vec<(Wanted, Vec<&NameInput>, bool)> = Vec::new();
        let mut failed = Vec::new();
        for index in some {
            let (intent, pending) = (&self.intents[*index], &self.pending[*index]);
            let references = &self.references[intent.operation.id];
            let mut sets = references.words(pending);
            if intent.targets.filter().is_some()
                && let Some(about) = references.subject
                && !sets.iter().any(|(set, _)| *set == about.set)
            {
                sets.push((about.set, Vec::new()));
            }
            for (set, words) in sets {
                let is_subject = references.subject.is_some_and(|about| about.set == set);
                let place = wanted.iter().position(|(known, ..)| *known.set == *set).unwrap_or_else(|| {
                    wanted.push((Wanted::names(set), Vec::new(), true));
                    wanted.len() - 1
                });
                let (want, all, optional) = &mut wanted[place];
                all.extend(words);
                *optional &= is_subject && pending.is_raw();
                if is_subject {
                    want_subject(want, intent, wants);
                }
            }
        }
        for (want, words, optional) in wanted {
            let set = want.set.name;
            match directory.look_up(want, &words).await {
                // Of ids that were given as such, nothing has to be known.
                Err(_) if optional => failed.push(set),
                looked_up => looked_up?,
            }
        }
        Ok((directory, failed))
    }

    /// Adds the steps of an intent; returns where they begin.
    async fn steps(
        &self,
        client: &Client,
        index: usize,
        (directory, failed): (&Directory, &[&'static str]),
        wants: Wants,
        plan: &mut Plan,
        places: &mut Places,
    ) -> Result<usize, Error> {
        let (intent, pending) = (&self.intents[index], &self.pending[index]);
        let references = &self.references[intent.operation.id];
        let mut arguments = intent.arguments.clone();
        let found = references.apply(pending, directory, &mut arguments)?;
        // What could not be asked for is not missing.
        if !references.subject.is_some_and(|about| failed.contains(&about.set.name)) {
            plan.missing.extend(found.missing.iter().cloned());
        }
        for (set, entities) in found.others {
            for entity in entities {
                places.of(plan, set, entity, true);
            }
        }
        let first = plan.steps.len();
        let Some(about) = &references.subject else {
            let mut step = step(intent, arguments);
            step.before = before(client, &step, None).await?;
            plan.steps.push(step);
            return Ok(first);
        };
        let subjects = match intent.targets.filter() {
            Some(filter) => {
                let mut want = Wanted::names(about.set);
                want_subject(&mut want, intent, wants);
                let found = directory.select(want, filter).await?;
                if found.is_empty() {
                    return Err(matches_none(about.set, filter));
                }
                found
            }
            None => found.subjects,
        };
        let named = !pending.is_raw() && !subjects.is_empty();
        if about.listed || !named {
            let mut step = step(intent, arguments);
            if named {
                let values: Vec<String> = subjects.iter().map(|entity| about.value_of(entity)).collect();
                about.put(&mut step.arguments, &values);
            }
            let row = match subjects.as_slice() {
                [one] => Some(one.row().clone()),
                _ => None,
            };
            step.concerns = subjects.into_iter().map(|entity| places.of(plan, about.set, entity, named)).collect();
            complete(client, &mut step, intent, row.as_ref()).await?;
            plan.steps.push(step);
            return Ok(first);
        }
        if subjects.len() > 1
            && let Some((row, hint)) = only_one(intent)
        {
            let expected = format!("one {}{row}", about.set.noun());
            let error = InputError::of(about.set.placeholder(), expected, subjects.len().to_string());
            return Err(error.with_hint(hint).into());
        }
        for entity in subjects {
            let mut step = step(intent, arguments.clone());
            about.put(&mut step.arguments, &[about.value_of(&entity)]);
            let row = entity.row().clone();
            step.concerns = vec![places.of(plan, about.set, entity, true)];
            complete(client, &mut step, intent, Some(&row)).await?;
            plan.steps.push(step);
        }
        Ok(first)
    }
}

/// The argument that an error is about.
fn argument(error: &Error) -> Option<&str> {
    error.given().map(|error| error.argument.as_str())
}

fn step(intent: &Intent, arguments: Arguments) -> Step {
    Step { line: intent.line, ..Step::new(intent.operation, arguments) }
}

/// For an intent that is about one thing: how that is said, and what to do.
fn only_one(intent: &Intent) -> Option<(&'static str, &'static str)> {
    if intent.items.is_some() {
        return Some(("", "Do one at a time."));
    }
    intent.line.map(|_| (" in a row", "Give each a row of its own."))
}

/// Adds to what is read of a set what an intent, and a face, need to know of what it is done to.
fn want_subject(want: &mut Wanted, intent: &Intent, wants: Wants) {
    add(&mut want.select, wants.select.iter().map(|name| (*name).to_owned()));
    add(&mut want.expand, wants.expand.iter().map(|name| (*name).to_owned()));
    let mut asked = intent.arguments.clone();
    if let Some(change) = &intent.items {
        asked.body = Some(Input::Json(format!("{{\"{}\":[]}}", change.collection.property.name)));
    }
    let Some(touched) = Touched::by(intent.operation, &asked) else { return };
    want.whole |= touched.is_whole();
    add(&mut want.select, touched.select().into_iter().map(str::to_owned));
    expand_touched(want, &touched);
}

fn matches_none(set: &EntitySet, filter: &str) -> Error {
    let expected = format!("a filter that matches at least one {}", set.noun());
    let filter = mask::shown_text(filter);
    let error = InputError::of("where", expected, format!("`{filter}`, which matches none"));
    let hint = format!("List the {} with this filter to try it first.", set.nouns());
    Error::NoSuchEntity(error.with_hint(hint).into())
}

/// Which things of a plan are known already.
#[derive(Default)]
struct Places {
    known: HashMap<(&'static str, String), usize>,
}

impl Places {
    fn of(&mut self, plan: &mut Plan, set: &'static EntitySet, entity: NamedEntity, by_name: bool) -> usize {
        *self.known.entry((set.name, entity.key.to_owned())).or_insert_with(|| {
            plan.things.push(Thing { set, entity, by_name });
            plan.things.len() - 1
        })
    }
}
