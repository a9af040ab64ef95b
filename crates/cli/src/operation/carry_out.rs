//! Carrying out what was planned: a question is asked, page by page or in one piece; a change is run,
//! recorded, and accounted for.

use threecx::{Client, Opened, Operation};
use threecx_catalog::Effect;
use threecx_change::Plan;

use super::work::{Work, several_lists};
use crate::bulk::{self, Resumed};
use crate::connect::Connection;
use crate::failure::Failure;
use crate::journal;
use crate::output::shape::Shape;
use crate::output::{Output, answer, file};
use crate::running::{finish_one, run_one};
use crate::typed::Typed;

/// Carries out what was planned, and prints what came of it.
pub async fn carry_out(
    typed: &Typed,
    work: Work,
    resumed: Resumed,
    plan: &Plan,
    pbx: &Connection,
) -> Result<(), Failure> {
    let single = plan.steps.len() == 1;
    match work {
        Work::Pages(list) if single => {
            let step = &plan.steps[0];
            // The first page's options were for the check.
            let mut arguments = step.arguments.clone();
            arguments.options.clone_from(&typed.arguments.options);
            list.run(&pbx.client, typed.operation, arguments, &typed.output).await
        }
        Work::Pages(_) => Err(several_lists()),
        Work::Calls if single && typed.operation.effect == Effect::Reads => {
            ask(typed.operation, plan, &pbx.client, &typed.output).await
        }
        Work::Calls if single => {
            let log = journal::begin_call(&typed.settings, plan, &pbx.identity)?;
            let ended = run_one(plan, log, &pbx.client, &typed.output).await;
            finish_one(plan, ended, &pbx.client, &typed.output)
        }
        Work::Calls => bulk::each(typed, plan, pbx).await,
        Work::Rows(file) => file.carry_out(typed, resumed, plan, pbx).await,
    }
}

/// A question, and its answer.
async fn ask(operation: &'static Operation, plan: &Plan, client: &Client, output: &Output) -> Result<(), Failure> {
    let step = &plan.steps[0];
    let request = client.plan(operation, &step.arguments).await?;
    match client.open(&request, Some(operation)).await? {
        Opened::File(download) => file::receive(Some(operation), *download, output).await,
        Opened::Reply(reply) => {
            answer::print(operation, &reply, &Shape::of(operation, &step.arguments, client.target()), output)
        }
    }
}
