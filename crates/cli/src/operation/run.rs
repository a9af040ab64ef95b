//! The whole road of an operation, from what was typed to what the PBX answered.

use std::ffi::OsString;

use threecx::Operation;

use super::carry_out::carry_out;
use super::show;
use super::work::Work;
use crate::args::stdin::Stdin;
use crate::failure::Failure;
use crate::report;
use crate::runtime;
use crate::typed::{Mode, Typed, targets};

/// Carries out what was typed after `threecx <resource> <operation>`.
pub fn run(operation: &'static Operation, rest: Vec<OsString>) -> Result<(), Failure> {
    let mut stdin = Stdin::default();
    let typed = Typed::parse(operation, rest, &mut stdin)?;
    let work = Work::of(&typed, &mut stdin)?;
    let draft = work.draft(&typed)?;
    if !typed.needs_pbx(&draft) {
        return show::as_given(&typed, &work, &draft);
    }
    work.refuse_unagreed(&typed, &draft)?;
    runtime::run(async {
        let pbx = typed.settings.connect(&mut stdin).await?;
        let resumed = work.resume(&typed, &draft, &pbx).await?;
        let plan = draft.plan_some(&pbx.client, &pbx.url, report::wants(operation), &resumed.todo).await;
        let plan = plan.map_err(|problems| work.failure(&typed, problems))?;
        targets::show(&plan, &typed.output);
        match &typed.mode {
            Mode::Show(how) => show::plan(&typed, &work, &resumed, &plan, *how),
            Mode::Keep(path) => show::keep_left(&typed, &resumed, &plan, path),
            Mode::Send => {
                if !resumed.todo.is_empty() {
                    // What is there tells more than what was typed.
                    let consent = work.consent_to(&typed, &resumed, &plan)?;
                    consent.ask(work.concerned(&resumed, &plan).as_deref())?;
                }
                carry_out(&typed, work, resumed, &plan, &pbx).await
            }
        }
    })
}
