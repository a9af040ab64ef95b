//! Sending rows, several at a time, and keeping account of what became of each.
//!
//! ```text
//! unsent ──► sent ──► done | failed
//!              ├────► unknown    it may have been carried out, and doing it twice is not the same
//!              └────► unsent     nothing can be sent at the moment: the run ends
//! ```

use std::cell::{Cell, RefCell};
use std::rc::Rc;

use serde::Deserialize;
use serde_json::value::RawValue;
use threecx::{Client, Decision, Download, Error, Failed, Opened, Operation, Outcome, Policy, Reply, Request};
use threecx_catalog::Effect;
use tokio::sync::Notify;
use tokio::task::LocalSet;

use super::gate::Gate;
use super::journal::{Journal, State};
use super::progress;
use crate::failure::Failure;
use crate::output::{Output, file};

/// A PBX that asks to slow down is asked so often: the run waits as a whole, and a row may meet
/// what others have brought about.
const PATIENCE: u32 = 8;

/// How a run is to go.
#[derive(Clone, Copy, Debug)]
pub struct Pace {
    /// So many requests at a time.
    pub concurrency: usize,
    /// So many a second at most.
    pub rate: Option<f64>,
    /// Whether the first row that fails ends it.
    pub stop_on_error: bool,
}

/// A run about to begin.
pub struct Run {
    pub client: Client,
    pub operation: &'static Operation,
    /// The requests of the rows to be sent.
    pub requests: Vec<Option<Request>>,
    /// What is known of each row.
    pub states: Vec<State>,
    /// The rows to be sent, in this order.
    pub todo: Vec<usize>,
    pub journal: Option<Journal>,
    pub pace: Pace,
}

/// What a run came to.
pub struct Ended {
    pub states: Vec<State>,
    /// The answers to questions, row by row.
    pub replies: Vec<Option<Reply>>,
    /// Why it ended before its time.
    pub cause: Option<Failure>,
}

/// What the workers share.
struct Shared {
    client: Client,
    output: Output,
    operation: &'static Operation,
    requests: Vec<Option<Request>>,
    todo: Vec<usize>,
    next: Cell<usize>,
    gate: Gate,
    stop_on_error: bool,
    ended: RefCell<Ended>,
    journal: RefCell<Option<Journal>>,
    stopped: Cell<bool>,
    /// Wakes those who wait when it is stopped.
    stop: Notify,
}

impl Run {
    /// Sends what is to be sent. Ctrl-C lets what is on its way arrive, and ends the run: what
    /// waits for its turn, or to be sent again, is not on its way.
    pub async fn go(self, output: &Output) -> Ended {
        let rows = self.requests.len();
        let total = self.todo.len();
        let workers = self.pace.concurrency.min(self.todo.len());
        let shared = Rc::new(Shared {
            client: self.client,
            output: output.clone(),
            operation: self.operation,
            requests: self.requests,
            todo: self.todo,
            next: Cell::new(0),
            gate: Gate::new(self.pace.rate),
            stop_on_error: self.pace.stop_on_error,
            ended: RefCell::new(Ended { states: self.states, replies: (0..rows).map(|_| None).collect(), cause: None }),
            journal: RefCell::new(self.journal),
            stopped: Cell::new(false),
            stop: Notify::new(),
        });
        let local = LocalSet::new();
        for _ in 0..workers {
            local.spawn_local(work(Rc::clone(&shared)));
        }
        let interrupted = Rc::clone(&shared);
        tokio::select! {
            () = local => {}
            () = interrupts(&interrupted) => {}
            () = progress::show(|| interrupted.next.get(), total, output) => {}
        }
        interrupted.finish();
        drop(interrupted);
        let nothing = || Ended { states: Vec::new(), replies: Vec::new(), cause: None };
        Rc::try_unwrap(shared).map_or_else(|shared| shared.ended.replace(nothing()), |shared| shared.ended.into_inner())
    }
}

/// Notes the first Ctrl-C; returns at the second.
async fn interrupts(shared: &Shared) {
    for _ in 0..2 {
        if tokio::signal::ctrl_c().await.is_err() {
            std::future::pending::<()>().await;
        }
        shared.stop(Failure::Interrupted);
    }
}

async fn work(shared: Rc<Shared>) {
    while let Some(row) = shared.take() {
        if !shared.unless_stopped(shared.gate.pass()).await {
            return;
        }
        let state = match shared.note(row, State::Sent) {
            Ok(()) => shared.send(row).await,
            Err(failure) => {
                shared.stop(failure);
                return;
            }
        };
        if shared.stop_on_error && !matches!(state, State::Done { .. }) {
            shared.halt();
        }
        if let Err(failure) = shared.note(row, state) {
            shared.stop(failure);
        }
    }
}

impl Shared {
    /// The next row.
    fn take(&self) -> Option<usize> {
        let next = self.next.get();
        let row = self.todo.get(next).copied().filter(|_| !self.stopped.get())?;
        self.next.set(next + 1);
        Some(row)
    }

    /// Notes in the journal that nothing is left to do, if that is so.
    fn finish(&self) {
        let settled = self.ended.borrow().states.iter().all(State::is_settled);
        let noted = self.journal.borrow_mut().as_mut().filter(|_| settled).map_or(Ok(()), Journal::finish);
        if let Err(failure) = noted {
            self.stop(failure);
        }
    }

    fn stop(&self, failure: Failure) {
        self.halt();
        self.ended.borrow_mut().cause.get_or_insert(failure);
    }

    fn halt(&self) {
        self.stopped.set(true);
        self.stop.notify_waiters();
    }

    /// Waits; false if the run is stopped before or meanwhile.
    async fn unless_stopped(&self, wait: impl Future<Output = ()>) -> bool {
        if self.stopped.get() {
            return false;
        }
        tokio::select! {
            () = self.stop.notified() => false,
            () = wait => !self.stopped.get(),
        }
    }

    fn note(&self, row: usize, state: State) -> Result<(), Failure> {
        if let Some(journal) = self.journal.borrow_mut().as_mut() {
            journal.note(row, &state)?;
        }
        self.ended.borrow_mut().states[row] = state;
        Ok(())
    }

    /// Sends a row until it is known what became of it, or until nobody can know.
    async fn send(&self, row: usize) -> State {
        let Some(request) = &self.requests[row] else { return State::Unsent };
        let mut attempt = 0;
        loop {
            attempt += 1;
            let Failed { error, outcome } = match self.client.attempt_open(request, Some(self.operation)).await {
                Ok(Opened::Reply(reply)) => return self.done(row, *reply),
                Ok(Opened::File(download)) => return self.receive(request.answer.status, *download).await,
                Err(failed) => failed,
            };
            let Some(outcome) = outcome else { return self.ends_the_run(error) };
            let repeatable = self.operation.repeatable;
            let slow_down = matches!(outcome, Outcome::Answered { status: 429 | 503, .. });
            let policy = Policy::default();
            let policy = if slow_down { Policy { attempts: PATIENCE, ..policy } } else { policy };
            let pause = match policy.decide(attempt, repeatable, outcome, jitter(row, attempt)) {
                Decision::Wait(pause) => pause,
                Decision::Stop if matches!(outcome, Outcome::NotSent | Outcome::NotLetIn) => {
                    return self.ends_the_run(error);
                }
                Decision::Stop => return self.failed(&error, outcome),
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
            if !self.unless_stopped(turn).await {
                return if may_have_happened(outcome) { self.failed(&error, outcome) } else { State::Unsent };
            }
        }
    }

    /// For a row that is given up.
    fn failed(&self, error: &Error, outcome: Outcome) -> State {
        let (code, message) = (error.code().to_owned(), error.to_string());
        let status = match outcome {
            Outcome::Answered { status, .. } => Some(status),
            Outcome::NotSent | Outcome::NotLetIn | Outcome::Unknown => None,
        };
        if !self.operation.repeatable && may_have_happened(outcome) {
            State::Unknown { status, message }
        } else {
            State::Failed { status, code, message }
        }
    }

    fn done(&self, row: usize, reply: Reply) -> State {
        let status = reply.status();
        if self.operation.effect == Effect::Reads {
            self.ended.borrow_mut().replies[row] = Some(reply);
            return State::Done { status, id: None, file: None };
        }
        State::Done { status, id: created(reply.bytes()), file: None }
    }

    /// Writes a file as it comes. What is wrong on this machine would meet the other rows too.
    async fn receive(&self, status: u16, download: Download) -> State {
        match file::receive_one(self.operation, download, &self.output).await {
            Ok(path) => State::Done { status, id: None, file: Some(path) },
            Err(Failure::Call(error)) => self.failed(&error, Outcome::Unknown),
            Err(failure) => {
                let message = failure.to_string();
                self.stop(failure);
                if self.operation.repeatable { State::Unsent } else { State::Unknown { status: Some(status), message } }
            }
        }
    }

    /// For what would meet all other rows too: none of them is sent.
    fn ends_the_run(&self, error: Error) -> State {
        self.stop(error.into());
        State::Unsent
    }
}

/// True if the PBX may have done it all the same.
fn may_have_happened(outcome: Outcome) -> bool {
    match outcome {
        Outcome::Unknown => true,
        // With Retry-After it says that it did nothing.
        Outcome::Answered { status: 503, retry_after } => retry_after.is_none(),
        // What is called a success and makes no sense may be one.
        Outcome::Answered { status, .. } => status >= 500 || (200..300).contains(&status),
        Outcome::NotSent | Outcome::NotLetIn => false,
    }
}

/// The key of an entity in an answer.
fn created(body: &[u8]) -> Option<String> {
    #[derive(Deserialize)]
    struct Entity<'a> {
        #[serde(borrow, rename = "Id")]
        id: &'a RawValue,
    }
    let Entity { id } = serde_json::from_slice(body).ok()?;
    Some(id.get().trim_matches('"').to_owned())
}

/// Spreads retries that would come together: something from 0 to 1 that differs from row to row.
fn jitter(row: usize, attempt: u32) -> f64 {
    let spread = (row as u64).wrapping_mul(0x9E37_79B9_7F4A_7C15).wrapping_add(u64::from(attempt) << 32);
    (spread >> 40) as f64 / (1_u64 << 24) as f64
}
