//! Runs that were recorded: showing them, undoing them, continuing them; and plans that wait in files.

pub mod apply_plan;
mod display;
pub mod history;
pub mod retry;
pub mod undo;

use clap::ArgMatches;
use threecx_change::journal::{Kind, Log};
use threecx_change::{Journal, Pace, Plan};

use crate::args::connection::ConnectionFlags;
use crate::args::matches;
use crate::args::output::OutputFlags;
use crate::args::run::RunFlags;
use crate::args::stdin::Stdin;
use crate::bulk;
use crate::connect::{Connection, Settings};
use crate::failure::Failure;
use crate::output::Output;
use crate::running::run_many;

/// What the commands of this folder have in common.
struct Asked {
    output: Output,
    settings: Settings,
    run: RunFlags,
}

impl Asked {
    fn of(matches: &ArgMatches) -> Result<Asked, Failure> {
        Ok(Asked {
            output: Output::from(OutputFlags::of(matches))?,
            settings: Settings::from(ConnectionFlags::of(matches)?)?,
            run: RunFlags::of(matches),
        })
    }

    /// Connects to the PBX that a run or a plan is of, and to no other.
    async fn connect(&self, pbx: &str) -> Result<Connection, Failure> {
        let connection = self.settings.connect(&mut Stdin::default()).await?;
        if connection.url == pbx {
            return Ok(connection);
        }
        Err(Failure::usage(format!("it belongs to {pbx}, and this is {}", connection.url))
            .next("Name the other PBX: --profile NAME, or --url."))
    }
}

impl Asked {
    /// Records that a plan is about to be carried out; nothing for a simulated PBX, which is gone afterwards.
    fn begin(
        &self,
        journal: &Journal,
        plan: &Plan,
        kind: Kind,
        of_run: Option<i64>,
        pbx: &Connection,
    ) -> Result<Option<Log>, Failure> {
        if self.settings.sim {
            return Ok(None);
        }
        Ok(Some(journal.begin_plan(plan, kind, &pbx.identity, of_run)?))
    }

    /// Carries out a plan, and says how it ended.
    async fn carry_out(&self, plan: &Plan, log: Option<Log>, pbx: &Connection) -> Result<(), Failure> {
        let Some(operation) = plan.steps.first().map(|step| step.operation) else { return Ok(()) };
        let (states, pace) = (plan.states(), Pace::of(plan));
        let ended = run_many(plan, states, plan.order(), log, pace, &pbx.client, &self.output).await;
        bulk::finish(operation, ended, &|step| plan.label(step), &self.output, false)
    }
}

/// The number of a run that was typed, if one was.
fn number(matches: &ArgMatches) -> Result<Option<i64>, Failure> {
    let Some(typed) = matches::text(matches, "run") else { return Ok(None) };
    let number = typed.trim_start_matches('#').parse::<i64>().ok().filter(|number| *number > 0);
    number.map(Some).ok_or_else(|| {
        Failure::usage(format!("`{typed}` is not the number of a run")).next("`threecx history` lists the runs.")
    })
}
