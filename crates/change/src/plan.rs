//! A plan: intents worked out against one PBX. Nothing has been sent for it but questions. It can be
//! looked at, kept in a file, agreed to, and carried out once.

use serde::{Deserialize, Serialize};
use threecx::{Client, NamedEntity};
use threecx_catalog::{Effect, EntitySet, Operation, Span, Verb, entity_set};
use threecx_core::guard::{self, Finding};
use threecx_core::{Arguments, Error, Place, Request, plan_again};

use crate::before::{Before, body};
use crate::intent::operation_id;
use crate::items::Difference;
use crate::journal::{Head, Kind, NewStep, RunDetail, now};
use crate::state::State;

/// What is about to be sent, in order.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
pub struct Plan {
    /// The address of the PBX that it is for.
    pub pbx: String,
    /// The releases that its requests are made for.
    #[serde(with = "span")]
    pub release: Span,
    /// When the PBX was asked, in milliseconds since 1970.
    pub made: i64,
    /// The steps.
    pub steps: Vec<Step>,
    /// The things that the steps concern.
    pub things: Vec<Thing>,
    /// Ids that were given and belong to nothing.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub missing: Vec<String>,
}

/// One call.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
pub struct Step {
    /// What is called.
    #[serde(with = "operation_id")]
    pub operation: &'static Operation,
    /// What is sent: ids in the place of names.
    pub arguments: Arguments,
    /// The things that it concerns, by their places in the plan.
    #[serde(default)]
    pub concerns: Vec<usize>,
    /// What was there before, where it changes something that can be read.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub before: Option<Before>,
    /// What becomes of the items of a collection, where it is about those.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub items: Option<Difference>,
    /// Where it comes from: the line of a file.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub line: Option<u64>,
}

/// Something that a step concerns, as the PBX lists it.
#[derive(Clone, Debug)]
pub struct Thing {
    /// The set that it is in.
    pub set: &'static EntitySet,
    /// Its key, number, names; and the row in which they came.
    pub entity: NamedEntity,
    /// True if it was named by something else than its id.
    pub by_name: bool,
}

/// Things are the same if they have the same key in the same set.
impl PartialEq for Thing {
    fn eq(&self, other: &Thing) -> bool {
        self.set == other.set && self.entity.key == other.entity.key
    }
}

impl Thing {
    /// `user 100 Ada Lovelace`
    pub fn label(&self) -> String {
        format!("{} {}", self.set.noun(), self.entity.short())
    }
}

impl Step {
    /// A call with these arguments, and nothing known about it.
    pub fn new(operation: &'static Operation, arguments: Arguments) -> Step {
        Step { operation, arguments, concerns: Vec::new(), before: None, items: None, line: None }
    }

    /// The request that is sent. What was given was checked when it was drafted; what a PBX has shown goes back as it
    /// was.
    ///
    /// # Errors
    /// That the arguments do not fit, or that the release lacks something.
    pub fn request(&self, release: Span) -> Result<Request, Error> {
        plan_again(self.operation, &self.arguments, release)
    }

    /// True if there is nothing to send: what was wanted is so already.
    pub fn is_idle(&self) -> bool {
        self.items.as_ref().is_some_and(Difference::is_empty)
    }

    /// True if it makes something that did not exist.
    pub fn creates(&self) -> bool {
        self.operation.verb == Verb::Create
    }
}

impl Plan {
    /// A plan of nothing yet, made now.
    pub fn new(pbx: impl Into<String>, release: Span) -> Plan {
        let (steps, things, missing) = (Vec::new(), Vec::new(), Vec::new());
        Plan { pbx: pbx.into(), release, made: now(), steps, things, missing }
    }

    /// Plans for the release that the PBX is. The client finds out, where that makes a difference to this step.
    ///
    /// # Errors
    /// Those of asking the PBX; that the arguments of the step do not fit.
    pub async fn find_release(&mut self, client: &Client, step: usize) -> Result<(), Error> {
        if let Some(step) = self.steps.get(step) {
            client.plan_again(step.operation, &step.arguments).await?;
        }
        self.release = client.target();
        Ok(())
    }

    /// What there is to agree to before it is carried out: each kind once.
    pub fn findings(&self) -> Vec<Finding> {
        self.findings_of(&self.order())
    }

    /// The same for some of the steps.
    pub fn findings_of(&self, steps: &[usize]) -> Vec<Finding> {
        let mut findings: Vec<Finding> = Vec::new();
        let steps = || steps.iter().filter_map(|step| self.steps.get(*step)).filter(|step| !step.is_idle());
        for step in steps() {
            let there = step.before.as_ref().map(Before::seen);
            for finding in guard::findings(step.operation, &step.arguments, there.as_deref()) {
                // Single items are changed on purpose: the rest of the collection stays.
                let by_items = step.items.is_some() && finding.is_about_list();
                if !by_items && !findings.contains(&finding) {
                    findings.push(finding);
                }
            }
        }
        // What is new takes nothing away from anyone.
        let changed = |step: &Step| match step.operation.effect {
            Effect::Reads => 0,
            _ if step.creates() => 0,
            _ => step.concerns.len().max(1),
        };
        let changed: usize = steps().map(changed).sum();
        if changed >= guard::MANY {
            findings.push(Finding::ChangesMany(changed));
        }
        findings
    }

    /// What is recorded of a run of it as a whole. `identity` says as whom the PBX is called, `of_run` which run
    /// it takes back.
    pub fn head(&self, kind: Kind, identity: &str, of_run: Option<i64>) -> Head {
        Head {
            kind,
            pbx: self.pbx.clone(),
            identity: identity.to_owned(),
            operation: self.steps.first().map(|step| step.operation.id.to_owned()).unwrap_or_default(),
            source: None,
            constants: None,
            release: Some(self.release.last.to_string()),
            of_run,
        }
    }

    /// The things that a step concerns.
    pub fn things_of<'p>(&'p self, step: &'p Step) -> impl Iterator<Item = &'p Thing> {
        step.concerns.iter().filter_map(|index| self.things.get(*index))
    }

    /// What a step is called, for people: `user 100 Ada Lovelace`, `line 7`.
    pub fn label(&self, step: usize) -> String {
        let Some(step) = self.steps.get(step) else { return String::new() };
        let named = match self.things_of(step).collect::<Vec<_>>().as_slice() {
            [] => step.creates().then(|| made_label(step)).flatten(),
            [one] => Some(one.label()),
            [first, ..] => Some(first.set.counted(step.concerns.len())),
        };
        match (step.line, named) {
            (Some(line), Some(named)) => format!("line {line}: {named}"),
            (Some(line), None) => format!("line {line}"),
            (None, Some(named)) => named,
            (None, None) => step.operation.title.to_owned(),
        }
    }

    /// What is known of the steps before anything is sent: what was wanted is so already where there is
    /// nothing to send.
    pub fn states(&self) -> Vec<State> {
        let idle = || State::Done { status: 0, id: None, file: None };
        self.steps.iter().map(|step| if step.is_idle() { idle() } else { State::Unsent }).collect()
    }

    /// True if its steps are of several operations, which may build on one another.
    pub fn is_mixed(&self) -> bool {
        self.steps.windows(2).any(|pair| pair[0].operation != pair[1].operation)
    }

    /// The steps for which there is something to send.
    pub fn order(&self) -> Vec<usize> {
        (0..self.steps.len()).filter(|step| !self.steps[*step].is_idle()).collect()
    }

    /// The steps as they are recorded.
    pub fn new_steps(&self, states: &[State]) -> Vec<NewStep<'_>> {
        self.labelled(states, |step| self.label(step))
    }

    /// The same for a run that is continued: its steps keep their labels.
    pub fn new_steps_as(&self, states: &[State], run: &RunDetail) -> Vec<NewStep<'_>> {
        self.labelled(states, |step| run.steps.get(step).map(|step| step.label.clone()).unwrap_or_default())
    }

    fn labelled(&self, states: &[State], label: impl Fn(usize) -> String) -> Vec<NewStep<'_>> {
        self.steps
            .iter()
            .enumerate()
            .map(|(index, step)| NewStep {
                operation: step.operation.id,
                label: label(index),
                arguments: &step.arguments,
                before: step.before.as_ref(),
                state: states.get(index).cloned().unwrap_or_default(),
            })
            .collect()
    }

    /// The requests, in order.
    ///
    /// # Errors
    /// That a release lacks something.
    pub fn requests(&self) -> Result<Vec<Request>, Error> {
        self.steps.iter().filter(|step| !step.is_idle()).map(|step| step.request(self.release)).collect()
    }
}

/// What a create makes, as far as its arguments say: `user 700 Ada`.
fn made_label(step: &Step) -> Option<String> {
    let set = step.operation.newest_form().target.set()?;
    let body = body(&step.arguments);
    let text = |name: &str| {
        let field = step.arguments.get(Place::Field, name).map(|input| input.text().to_owned());
        field.or_else(|| Some(body.get(name)?.as_str()?.to_owned())).filter(|text| !text.is_empty())
    };
    let number = set.number.and_then(|number| text(number.name));
    let names = set.names.iter().filter_map(|name| text(name));
    let parts: Vec<String> = number.into_iter().chain(names.take(2)).collect();
    (!parts.is_empty()).then(|| format!("{} {}", set.noun(), parts.join(" ")))
}

/// What is written of a thing.
#[derive(Serialize, Deserialize)]
struct WrittenThing {
    set: String,
    key: String,
    #[serde(default, skip_serializing_if = "Option::is_none")]
    number: Option<String>,
    name: String,
}

impl Serialize for Thing {
    fn serialize<S: serde::Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        let written = WrittenThing {
            set: self.set.name.to_owned(),
            key: self.entity.key.clone(),
            number: self.entity.number.clone(),
            name: self.entity.name.clone(),
        };
        written.serialize(serializer)
    }
}

impl<'de> Deserialize<'de> for Thing {
    fn deserialize<D: serde::Deserializer<'de>>(deserializer: D) -> Result<Thing, D::Error> {
        let WrittenThing { set, key, number, name } = WrittenThing::deserialize(deserializer)?;
        let set =
            entity_set(&set).ok_or_else(|| serde::de::Error::custom(format!("no set of entities is called {set}")))?;
        Ok(Thing { set, entity: NamedEntity::known(key, number, name), by_name: true })
    }
}

/// Releases are written as their names.
mod span {
    use serde::{Deserialize, Deserializer, Serialize, Serializer, de::Error};
    use threecx_catalog::{Release, Span};

    pub fn serialize<S: Serializer>(span: &Span, serializer: S) -> Result<S::Ok, S::Error> {
        [span.first.to_string(), span.last.to_string()].serialize(serializer)
    }

    pub fn deserialize<'de, D: Deserializer<'de>>(deserializer: D) -> Result<Span, D::Error> {
        let names = <[String; 2]>::deserialize(deserializer)?;
        let release = |name: &String| {
            Release::all()
                .find(|release| release.to_string() == *name)
                .ok_or_else(|| D::Error::custom(format!("no release is called {name}")))
        };
        Ok(Span { first: release(&names[0])?, last: release(&names[1])? })
    }
}
