//! One step: sent until it is known what became of it, or until that cannot be known.

use std::fmt::Display;
use std::sync::PoisonError;

use serde_json::{Map, Value};
use threecx::{Answer, Decision, Download, Error, Failed, Opened, Outcome, Policy, Reply};
use threecx_catalog::{Effect, Verb};
use threecx_core::members::member;
use threecx_core::{Arguments, Request};

use super::{Cause, Shared, Trouble, Unreceived};
use crate::before::{Before, Touched, body, holds};
use crate::journal::now;
use crate::plan::Step;
use crate::references::About;
use crate::state::State;

/// How many times a PBX that asks to slow down is asked: the run waits as a whole, and a step may meet
/// what others have brought about.
const PATIENCE: u32 = 8;

/// How long what was read counts as seen just now, in milliseconds.
const FRESH: i64 = 3_000;

/// The code of a step that someone else's change came before.
pub const CHANGED: &str = "changed";

/// The code of a step that the PBX accepted, although it shows something else afterwards.
pub const NOT_KEPT: &str = "not-kept";

impl<E: Display> Shared<'_, E> {
    fn step(&self, step: usize) -> &Step {
        &self.run.plan.steps[step]
    }

    /// Why a step is not sent: what it changes is no longer what was seen.
    pub(super) async fn changed_meanwhile(&self, index: usize) -> Option<State> {
        let step = self.step(index);
        let before = step.before.as_ref().filter(|before| !before.whole)?;
        if now() - self.run.plan.made < FRESH {
            return None;
        }
        let touched = Touched::by(step.operation, &step.arguments)?;
        let (code, message, trouble) = match touched.read(&self.run.client, &step.arguments).await {
            Ok(seen) => {
                let properties = before.drifted(&seen);
                if properties.is_empty() {
                    return None;
                }
                let message = format!("someone else has changed {} meanwhile", properties.join(", "));
                (CHANGED, message, Trouble::Changed { properties })
            }
            Err(error) => (error.code(), format!("it could not be read once more: {error}"), Trouble::Call(error)),
        };
        self.note_trouble(trouble);
        Some(State::Failed { status: None, code: code.to_owned(), message })
    }

    /// Sends a step; returns what became of it, and what the PBX says of what it made, as JSON.
    pub(super) async fn send(
        &self,
        index: usize,
        receive: &impl AsyncFn(usize, Box<Download>) -> Result<String, Unreceived<E>>,
    ) -> (State, Option<String>) {
        let step = self.step(index);
        let request = match step.request(self.run.plan.release) {
            Ok(request) => request,
            Err(error) => return (self.failed(step, error, Outcome::NotSent), None),
        };
        let (mut attempt, mut maybe_done) = (0, false);
        loop {
            attempt += 1;
            let Failed { error, outcome } = match self.run.client.attempt(&request, Some(step.operation)).await {
                Ok(Opened::Reply(reply)) => return self.done(index, &request, *reply).await,
                Ok(Opened::File(download)) => return (self.receive(index, &request, download, receive).await, None),
                Err(failed) => failed,
            };
            let Some(outcome) = outcome else {
                // An attempt before this one may have got through.
                let state = if maybe_done { unknown(&error, Outcome::Unknown) } else { State::Unsent };
                self.end(Cause::Call(error));
                return (state, None);
            };
            // What is gone after an attempt that went unanswered was removed by it.
            if maybe_done && step.operation.verb == Verb::Delete && matches!(error, Error::NotFound(_)) {
                return (State::Done { status: 0, id: None, file: None }, None);
            }
            maybe_done |= step.operation.effect != Effect::Reads && outcome.may_have_happened();
            let slow_down = outcome.asks_to_wait();
            let policy = Policy::default();
            let policy = if slow_down { Policy { attempts: PATIENCE, ..policy } } else { policy };
            let decision = policy.decide(attempt, step.operation.repeatable, outcome, jitter(index, attempt));
            // What cannot be reached, and a wait that is longer than the time that is left, end the run.
            let ends_run = match decision {
                Decision::Wait(pause) => !self.run.client.has_time_for(pause),
                Decision::Stop => matches!(outcome, Outcome::NotSent | Outcome::NotLetIn),
            };
            let pause = match decision {
                _ if ends_run => {
                    let state = if maybe_done { unknown(&error, outcome) } else { State::Unsent };
                    self.end(Cause::Call(error));
                    return (state, None);
                }
                Decision::Wait(pause) => pause,
                Decision::Stop => return (self.given_up(step, error, outcome, maybe_done), None),
            };
            if slow_down {
                self.gate.close(pause);
            }
            let turn = async {
                if !slow_down {
                    tokio::time::sleep(pause).await;
                }
                self.gate.pass().await;
            };
            if !self.control.unless_stopped(turn).await {
                let state = if maybe_done { self.given_up(step, error, outcome, true) } else { State::Unsent };
                return (state, None);
            }
        }
    }

    /// For a step that is given up after this attempt.
    fn failed(&self, step: &Step, error: Error, outcome: Outcome) -> State {
        self.given_up(step, error, outcome, outcome.may_have_happened())
    }

    /// For a step that is given up: what changes something, and may have been carried out by one of the
    /// attempts, is in doubt.
    fn given_up(&self, step: &Step, error: Error, outcome: Outcome, maybe_done: bool) -> State {
        let state = match step.operation.effect {
            Effect::Reads => None,
            _ => maybe_done.then(|| unknown(&error, outcome)),
        };
        let state = state.unwrap_or_else(|| State::Failed {
            status: outcome.status(),
            code: error.code().to_owned(),
            message: error.to_string(),
        });
        self.note_trouble(Trouble::Call(error));
        state
    }

    async fn done(&self, index: usize, request: &Request, reply: Reply) -> (State, Option<String>) {
        let (step, status) = (self.step(index), reply.status());
        let done = |id| State::Done { status, id, file: None };
        let made = match reply.answer() {
            Ok(Answer::Value(value)) if step.creates() => Some(value.get().to_owned()),
            Ok(_) => None,
            // What cannot be read is not an answer to this, and may come from anywhere.
            Err(error) => return (self.failed(step, error, Outcome::Unknown), None),
        };
        if step.operation.effect == Effect::Reads {
            self.keep_reply(index, reply);
            return (done(None), None);
        }
        let after = if self.run.read_back { self.after(step, &reply).await } else { None };
        if let Some(after) = &after
            && let Some(properties) = not_kept(step, request, after)
        {
            let message = format!("the PBX accepted it, but shows something else for {}", properties.join(", "));
            self.note_trouble(Trouble::NotKept { properties });
            return (State::Failed { status: Some(status), code: NOT_KEPT.to_owned(), message }, None);
        }
        let state = done(created(reply.bytes()));
        let made = after.and_then(|after| serde_json::to_string(&after.properties).ok()).or(made);
        if self.run.plan.steps.len() == 1 {
            self.keep_reply(index, reply);
        }
        (state, made)
    }

    fn keep_reply(&self, step: usize, reply: Reply) {
        if let Some(kept) = self.replies.lock().unwrap_or_else(PoisonError::into_inner).get_mut(step) {
            *kept = Some(reply);
        }
    }

    /// What is there after a step: what cannot be read back is not a reason to doubt it.
    async fn after(&self, step: &Step, reply: &Reply) -> Option<Before> {
        if !step.creates() {
            let touched = Touched::by(step.operation, &step.arguments).filter(|touched| !touched.is_whole())?;
            step.before.as_ref()?;
            return touched.read(&self.run.client, &step.arguments).await.ok();
        }
        // What was made is read as it would be before it is deleted, with its collections.
        let delete = step.operation.newest_form().target.set()?.delete?;
        let mut arguments = Arguments::default();
        About::of(delete)?.put(&mut arguments, &[created(reply.bytes())?]);
        Touched::by(delete, &arguments)?.read(&self.run.client, &arguments).await.ok()
    }

    /// Keeps a file as it comes. What is wrong on this machine would meet the other steps too.
    async fn receive(
        &self,
        index: usize,
        request: &Request,
        download: Box<Download>,
        receive: &impl AsyncFn(usize, Box<Download>) -> Result<String, Unreceived<E>>,
    ) -> State {
        let step = self.step(index);
        match receive(index, download).await {
            Ok(path) => State::Done { status: request.answer.status, id: None, file: Some(path) },
            Err(Unreceived::Call(error)) => self.failed(step, error, Outcome::Unknown),
            Err(Unreceived::Here(error)) => {
                let message = error.to_string();
                self.end(Cause::File(error));
                let status = Some(request.answer.status);
                if step.operation.repeatable { State::Unsent } else { State::Unknown { status, message } }
            }
        }
    }
}

fn unknown(error: &Error, outcome: Outcome) -> State {
    State::Unknown { status: outcome.status(), message: error.to_string() }
}

/// The properties that the PBX accepted and did not keep, as far as it shows them.
fn not_kept(step: &Step, request: &Request, after: &Before) -> Option<Vec<String>> {
    let touched = Touched::by(step.operation, &step.arguments)?;
    let sent: Map<String, Value> = request.body.as_deref().and_then(|body| serde_json::from_str(body).ok())?;
    let lost = sent.iter().filter(|(name, sent)| {
        let shown = after.properties.get(*name);
        !touched.is_secret(name) && shown.is_some_and(|shown| !holds(shown, sent))
    });
    let lost: Vec<String> = lost.map(|(name, _)| name.clone()).collect();
    (!lost.is_empty()).then_some(lost)
}

/// The properties that are sent, by name: the body, and what was given one by one.
pub(crate) fn sent(step: &Step, release: threecx_catalog::Span) -> Map<String, Value> {
    let planned = step.request(release).ok().and_then(|request| request.body);
    let planned = planned.and_then(|text| serde_json::from_str(&text).ok());
    planned.unwrap_or_else(|| body(&step.arguments))
}

/// The key of an entity in an answer.
fn created(body: &[u8]) -> Option<String> {
    Some(member(std::str::from_utf8(body).ok()?, "Id")?.trim_matches('"').to_owned())
}

/// Spreads retries that would come together: something from 0 to 1 that differs from step to step.
fn jitter(step: usize, attempt: u32) -> f64 {
    let spread = (step as u64).wrapping_mul(0x9E37_79B9_7F4A_7C15).wrapping_add(u64::from(attempt) << 32);
    (spread >> 40) as f64 / (1_u64 << 24) as f64
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_key_is_that_of_the_entity_and_of_nothing_in_it() {
        for (body, key) in [
            (r#"{"Id":5}"#, Some("5")),
            (r#" {"@odata.context":"$metadata#Contacts/$entity","Name":"Id","Id":"a-b","Id2":1}"#, Some("a-b")),
            (r#"{"Groups":[{"Id":1}],"Owner":{"Id":2},"Id":3}"#, Some("3")),
            (r#"{"\u0049d":7}"#, Some("7")),
            (r#"{"id":5}"#, None),
            (r#"[{"Id":5}]"#, None),
            ("5", None),
            ("", None),
        ] {
            assert_eq!(created(body.as_bytes()).as_deref(), key, "{body}");
        }
    }
}
