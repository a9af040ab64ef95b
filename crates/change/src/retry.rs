//! Continuing a run: what failed, was not sent, or is in doubt. It continues as the same run, so that a
//! file whose rows it has knows of it.

use std::collections::HashMap;

use threecx::Client;
use threecx_catalog::operation;
use threecx_core::Error;

use crate::journal::RunDetail;
use crate::plan::{Plan, Step};
use crate::recover::recover;
use crate::state::State;

/// What is left of a run.
#[derive(Debug)]
pub struct Retry {
    /// All steps of the run.
    pub plan: Plan,
    /// What is known of each.
    pub states: Vec<State>,
    /// The steps to send.
    pub order: Vec<usize>,
    /// The steps in doubt that could not be looked up: they are left, or repeated if the user says so.
    pub in_doubt: Vec<usize>,
}

/// Works out what is left of a run on the connected PBX. What is in doubt is looked up where that is
/// possible.
///
/// # Errors
/// Those of asking the PBX; that a step is of an operation that this version does not know.
pub async fn retry(client: &Client, run: &RunDetail) -> Result<Retry, Error> {
    // What was there before is read again: it may have been long ago.
    let mut plan = Plan { made: 0, ..Plan::new(&run.summary.head.pbx, client.target()) };
    for record in &run.steps {
        let known = operation(&record.operation)
            .ok_or_else(|| Error::Answer { reason: format!("no operation is called {}", record.operation) })?;
        plan.steps.push(Step {
            before: record.before.clone(),
            line: record.line,
            ..Step::new(known, record.arguments.clone())
        });
    }
    let mut states: Vec<State> = run.steps.iter().map(|record| record.state.clone()).collect();
    plan.find_release(client, 0).await?;
    settle(client, &plan, &mut states).await?;
    let in_doubt: Vec<usize> = (0..states.len()).filter(|step| states[*step].is_unknown()).collect();
    let order: Vec<usize> =
        (0..states.len()).filter(|step| matches!(states[*step], State::Unsent | State::Failed { .. })).collect();
    Ok(Retry { plan, states, order, in_doubt })
}

/// Looks up the steps in doubt. What cannot be looked up, and does no harm when it is repeated, is sent
/// again.
///
/// # Errors
/// Those of asking the PBX.
pub async fn settle(client: &Client, plan: &Plan, states: &mut [State]) -> Result<(), Error> {
    let doubtful: Vec<(usize, &Step)> =
        plan.steps.iter().enumerate().filter(|(index, _)| states[*index].is_unknown()).collect();
    if doubtful.is_empty() {
        return Ok(());
    }
    let found: HashMap<usize, State> = recover(client, plan.release, &doubtful).await?;
    for (index, step) in doubtful {
        match found.get(&index) {
            Some(state) => states[index] = state.clone(),
            None if step.operation.repeatable => states[index] = State::Unsent,
            None => {}
        }
    }
    Ok(())
}
