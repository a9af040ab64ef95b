//! Running a plan: one step, whose answer is printed, or many, with progress and an end when somebody asks for it.

mod progress;

use std::cell::Cell;

use threecx::{Client, Download, Error};
use threecx_change::journal::Log;
use threecx_change::{Cause, Control, Ended, Pace, Plan, Run, State, Trouble, Unreceived};

use crate::failure::Failure;
use crate::output::shape::Shape;
use crate::output::style::warn;
use crate::output::{Output, answer, file};
use crate::report::Report;
use crate::signals::{self, Signal};

/// Runs a plan of one step. Ctrl-C ends the program as it always does: the journal knows that it was sent.
pub async fn run_one(plan: &Plan, log: Option<Log>, client: &Client, output: &Output) -> Ended<Failure> {
    let operation = plan.steps.first().map(|step| step.operation);
    let receive = async |_: usize, download: Box<Download>| match file::receive(operation, *download, output).await {
        Ok(()) => Ok(String::new()),
        Err(failure) => Err(unreceived(failure)),
    };
    let run = Run { log, ..Run::of(client.clone(), plan) };
    run.go(&Control::default(), receive).await
}

/// Says what became of a plan of one step.
pub fn finish_one(plan: &Plan, ended: Ended<Failure>, client: &Client, output: &Output) -> Result<(), Failure> {
    let step = &plan.steps[0];
    let Ended { states, replies, cause, trouble, .. } = ended;
    check_one(plan, &states, trouble, cause)?;
    let Some(reply) = replies.into_iter().flatten().next() else { return Ok(()) };
    match Report::of(step.operation, plan) {
        Some(report) => report.print(step.operation, reply.status(), output),
        None => {
            let shape = Shape::of(step.operation, &step.arguments, client.target());
            answer::print(step.operation, &reply, &shape, output)
        }
    }
}

/// Fails unless the one step of a plan was carried out.
pub fn check_one(
    plan: &Plan,
    states: &[State],
    trouble: Option<Trouble>,
    cause: Option<Cause<Failure>>,
) -> Result<(), Failure> {
    if !states.iter().all(State::is_done) {
        return Err(match (trouble, cause) {
            (Some(trouble), _) => of_trouble(trouble, plan.label(0)),
            (None, Some(cause)) => of_cause(cause),
            (None, None) => Failure::Internal(format!("{}: not carried out", plan.label(0))),
        });
    }
    if let Some(cause) = cause {
        // It was carried out, and that could not be recorded.
        warn(&of_cause(cause).to_string());
    }
    Ok(())
}

/// Runs a plan of several steps. Ctrl-C, SIGTERM or SIGHUP lets what is on its way arrive, and ends the run; the
/// second time it does not wait.
pub async fn run_many(
    plan: &Plan,
    states: Vec<State>,
    order: Vec<usize>,
    log: Option<Log>,
    pace: Pace,
    client: &Client,
    output: &Output,
) -> Ended<Failure> {
    let (control, total, recorded) = (Control::default(), order.len(), log.as_ref().map(Log::run));
    let receive = async |step: usize, download: Box<Download>| {
        let operation = plan.steps[step].operation;
        file::receive_one(operation, *download, output).await.map_err(unreceived)
    };
    signals::listen_in_a_run();
    let interrupted = Cell::new(None);
    let read_back = total <= 1;
    let run = Run { client: client.clone(), plan, states, order, log, pace, read_back };
    let mut ended = tokio::select! {
        ended = run.go(&control, receive) => ended,
        signal = interrupts(&control, &interrupted) => abandoned(control.states(), recorded, signal),
        never = progress::show(|| control.begun(), total, output) => match never {},
    };
    if let Some(signal) = interrupted.get()
        && matches!(ended.cause, None | Some(Cause::Stopped))
        && !ended.states.iter().all(State::is_settled)
    {
        ended.cause = Some(Cause::File(Failure::Interrupted(signal)));
    }
    ended
}

/// What is known without waiting for the rest.
fn abandoned(states: Vec<State>, run: Option<i64>, signal: Signal) -> Ended<Failure> {
    let replies = states.iter().map(|_| None).collect();
    Ended { states, replies, cause: Some(Cause::File(Failure::Interrupted(signal))), trouble: None, run }
}

/// Stops the run the first time it is asked to end; returns the second time.
async fn interrupts(control: &Control, interrupted: &Cell<Option<Signal>>) -> Signal {
    interrupted.set(Some(signals::asked(1).await));
    control.stop();
    signals::asked(2).await
}

fn unreceived(failure: Failure) -> Unreceived<Failure> {
    match failure {
        Failure::Call(error) => Unreceived::Call(error),
        failure => Unreceived::Here(failure),
    }
}

/// Why a run ended before its time, as a failure of the program.
pub fn of_cause(cause: Cause<Failure>) -> Failure {
    match cause {
        Cause::Call(error) => error.into(),
        Cause::Journal(error) => error.into(),
        Cause::File(failure) => failure,
        Cause::Stopped => Failure::Interrupted(Signal::Interrupt),
    }
}

/// Why a step was not carried out, as a failure of the program.
fn of_trouble(trouble: Trouble, what: String) -> Failure {
    match trouble {
        Trouble::Call(error) => Error::into(error),
        Trouble::Changed { properties } => Failure::Changed { what, properties },
        Trouble::NotKept { properties } => Failure::NotKept { what, properties },
    }
}
