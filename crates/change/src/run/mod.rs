//! Carrying a plan out: several steps at a time, each recorded before it is sent, and account kept of
//! what became of each.
//!
//! ```text
//!           ┌──────── gate: a maximum rate, and nothing while the PBX asks to slow down
//!           ▼
//! order ──► take ──► changed meanwhile? ──► Log::sending ──► attempt … ──► read back ──► Log::note
//!                         └► failed            └► the run stops
//! ```

mod gate;
mod step;

use std::fmt::Display;
use std::sync::Mutex;
use std::sync::PoisonError;
use std::sync::atomic::{AtomicBool, AtomicUsize, Ordering};

use futures_util::future::join_all;
use threecx::{Client, Download, Error, Reply};
use tokio::sync::Notify;

use crate::journal::{Journal, JournalError, Kind, Log};
use crate::plan::Plan;
use crate::state::State;
use gate::Gate;

pub(crate) use step::sent;
pub use step::{CHANGED, NOT_KEPT};

/// How many requests are under way at a time by default.
pub const CONCURRENCY: usize = 4;

/// How fast a run may go, and when it ends.
#[derive(Clone, Copy, Debug)]
pub struct Pace {
    /// Maximum number of requests at a time.
    pub concurrency: usize,
    /// Maximum number of requests a second.
    pub rate: Option<f64>,
    /// True if the first step that is not carried out ends the run.
    pub stop_on_error: bool,
}

impl Pace {
    /// How fast a plan is carried out unless something else is said: one step after the other where they may
    /// build on one another.
    pub fn of(plan: &Plan) -> Pace {
        if plan.is_mixed() { Pace { concurrency: 1, ..Pace::default() } } else { Pace::default() }
    }
}

impl Default for Pace {
    fn default() -> Pace {
        Pace { concurrency: CONCURRENCY, rate: None, stop_on_error: false }
    }
}

/// A run about to begin.
#[derive(Debug)]
pub struct Run<'p> {
    /// How to reach the PBX.
    pub client: Client,
    /// What is carried out.
    pub plan: &'p Plan,
    /// What is known of each step.
    pub states: Vec<State>,
    /// The steps to send, in this order.
    pub order: Vec<usize>,
    /// Where it is recorded, if it is.
    pub log: Option<Log>,
    /// How fast it goes.
    pub pace: Pace,
    /// True if what a PBX keeps of each change is read back: it may accept one and keep something else.
    pub read_back: bool,
}

/// What a run came to.
#[derive(Debug)]
pub struct Ended<E> {
    /// What became of each step.
    pub states: Vec<State>,
    /// The answers to steps that only ask, and to the only step of a run.
    pub replies: Vec<Option<Reply>>,
    /// Why it ended before its time.
    pub cause: Option<Cause<E>>,
    /// Why the last step that was not carried out was not.
    pub trouble: Option<Trouble>,
    /// Its number in the journal.
    pub run: Option<i64>,
}

/// Why a run ended before its time.
#[derive(Debug)]
pub enum Cause<E> {
    /// What would meet all other steps too.
    Call(Error),
    /// It cannot be recorded any more.
    Journal(JournalError),
    /// A file that came cannot be kept.
    File(E),
    /// It was told to stop.
    Stopped,
}

/// Why the last step that was not carried out was not.
#[derive(Debug)]
pub enum Trouble {
    /// The PBX refused it, failed, or did not answer.
    Call(Error),
    /// Someone else changed the same properties meanwhile.
    Changed {
        /// Which.
        properties: Vec<String>,
    },
    /// The PBX accepted it and shows something else.
    NotKept {
        /// Which properties.
        properties: Vec<String>,
    },
}

/// What went wrong with a file that came.
#[derive(Debug)]
pub enum Unreceived<E> {
    /// It did not come whole.
    Call(Error),
    /// It cannot be kept here, which the next ones could not either.
    Here(E),
}

/// A run as it is seen and steered from outside while it goes.
#[derive(Debug, Default)]
pub struct Control {
    stopped: AtomicBool,
    wake: Notify,
    begun: AtomicUsize,
    states: Mutex<Vec<State>>,
}

impl Control {
    /// Stops it: what is on its way arrives, and nothing more is sent.
    pub fn stop(&self) {
        self.stopped.store(true, Ordering::SeqCst);
        self.wake.notify_waiters();
    }

    /// How many steps were begun.
    pub fn begun(&self) -> usize {
        self.begun.load(Ordering::SeqCst)
    }

    /// What is known of each step by now.
    pub fn states(&self) -> Vec<State> {
        self.states.lock().unwrap_or_else(PoisonError::into_inner).clone()
    }

    fn is_stopped(&self) -> bool {
        self.stopped.load(Ordering::SeqCst)
    }

    /// Waits for something; false if it is stopped before or meanwhile.
    async fn unless_stopped(&self, wait: impl Future<Output = ()>) -> bool {
        let woken = self.wake.notified();
        tokio::pin!(woken);
        // From here on no call to wake it up is missed.
        woken.as_mut().enable();
        if self.is_stopped() {
            return false;
        }
        tokio::select! {
            () = woken => false,
            () = wait => !self.is_stopped(),
        }
    }
}

/// What the workers share.
struct Shared<'r, E> {
    run: &'r Run<'r>,
    control: &'r Control,
    gate: Gate,
    replies: Mutex<Vec<Option<Reply>>>,
    cause: Mutex<Option<Cause<E>>>,
    trouble: Mutex<Option<Trouble>>,
}

impl<'p> Run<'p> {
    /// A run of everything in a plan, at the usual pace, without a record. A change of one thing is read
    /// back.
    pub fn of(client: Client, plan: &'p Plan) -> Run<'p> {
        let order = plan.order();
        let states = plan.states();
        let read_back = order.len() <= 1;
        Run { client, plan, states, order, log: None, pace: Pace::of(plan), read_back }
    }

    /// The same, recorded as a run of its own. `identity` says as whom the PBX is called, `of_run` which
    /// run it takes back.
    ///
    /// # Errors
    /// That it cannot be recorded.
    pub fn recorded(
        self,
        journal: &Journal,
        kind: Kind,
        identity: &str,
        of_run: Option<i64>,
    ) -> Result<Run<'p>, JournalError> {
        let head = self.plan.head(kind, identity, of_run);
        let log = journal.begin(&head, &self.plan.new_steps(&self.states), &self.order)?;
        Ok(Run { log: Some(log), ..self })
    }

    /// Sends the steps in order, where no files are expected.
    pub async fn carry_out(self, control: &Control) -> Ended<String> {
        self.go(control, async |_, _| Err(Unreceived::Here("there is nowhere to keep a file".to_owned()))).await
    }
}

impl Run<'_> {
    /// Sends the steps in order. `receive` keeps the file that a step brings and says where; `begun`
    /// counts the steps that were begun.
    pub async fn go<E: Display>(
        mut self,
        control: &Control,
        receive: impl AsyncFn(usize, Box<Download>) -> Result<String, Unreceived<E>>,
    ) -> Ended<E> {
        let steps = self.plan.steps.len();
        let log = self.log.take();
        *control.states.lock().unwrap_or_else(PoisonError::into_inner) = std::mem::take(&mut self.states);
        let shared = Shared {
            run: &self,
            control,
            gate: Gate::new(self.pace.rate),
            replies: Mutex::new((0..steps).map(|_| None).collect()),
            cause: Mutex::new(None),
            trouble: Mutex::new(None),
        };
        let workers = self.pace.concurrency.clamp(1, self.order.len().max(1));
        join_all((0..workers).map(|_| shared.work(log.as_ref(), &receive))).await;
        let Shared { replies, cause, trouble, .. } = shared;
        let trouble = trouble.into_inner().unwrap_or_else(PoisonError::into_inner);
        let states = control.states();
        let mut cause = cause.into_inner().unwrap_or_else(PoisonError::into_inner);
        if cause.is_none() && control.is_stopped() && states.contains(&State::Unsent) && !self.pace.stop_on_error {
            cause = Some(Cause::Stopped);
        }
        let run = log.as_ref().map(Log::run);
        if let Some(log) = log {
            let complete = states.iter().all(State::is_settled);
            if let Err(error) = log.end(complete).await {
                cause.get_or_insert(Cause::Journal(error));
            }
        }
        let replies = replies.into_inner().unwrap_or_else(PoisonError::into_inner);
        Ended { states, replies, cause, trouble, run }
    }
}

impl<E: Display> Shared<'_, E> {
    /// Sends one step after the other, until there are none left or the run is stopped.
    async fn work(
        &self,
        log: Option<&Log>,
        receive: &impl AsyncFn(usize, Box<Download>) -> Result<String, Unreceived<E>>,
    ) {
        loop {
            let begun = &self.control.begun;
            let position = begun.load(Ordering::SeqCst);
            let Some(step) = self.run.order.get(position).copied().filter(|_| !self.control.is_stopped()) else {
                return;
            };
            if begun.compare_exchange(position, position + 1, Ordering::SeqCst, Ordering::SeqCst).is_err() {
                continue;
            }
            if !self.control.unless_stopped(self.gate.pass()).await {
                return;
            }
            if let Some(state) = self.changed_meanwhile(step).await {
                self.keep(log, position, step, state, None);
                continue;
            }
            if let Some(log) = log
                && let Err(error) = log.sending(position).await
            {
                self.end(Cause::Journal(error));
                return;
            }
            self.set(step, State::Sent);
            let (state, after) = self.send(step, receive).await;
            self.keep(log, position, step, state, after.as_deref());
        }
    }

    fn keep(&self, log: Option<&Log>, position: usize, step: usize, state: State, after: Option<&str>) {
        if let Some(log) = log {
            log.note(position, &state, after);
        }
        if self.run.pace.stop_on_error && !state.is_done() {
            self.control.stop();
        }
        self.set(step, state);
    }

    fn set(&self, step: usize, state: State) {
        if let Some(known) = self.control.states.lock().unwrap_or_else(PoisonError::into_inner).get_mut(step) {
            *known = state;
        }
    }

    fn note_trouble(&self, trouble: Trouble) {
        *self.trouble.lock().unwrap_or_else(PoisonError::into_inner) = Some(trouble);
    }

    /// Ends the run for what would meet all other steps too.
    fn end(&self, cause: Cause<E>) {
        self.cause.lock().unwrap_or_else(PoisonError::into_inner).get_or_insert(cause);
        self.control.stop();
    }
}
