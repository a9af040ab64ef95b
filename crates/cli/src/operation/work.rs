//! What a command comes to: one call for each thing, the pages of a list, or the rows of a file.

use threecx::{Arguments, Error};
use threecx_change::{Draft, Intent, Plan, Problem};

use super::moved;
use crate::args::stdin::Stdin;
use crate::bulk::{Resumed, RowFile};
use crate::connect::Connection;
use crate::consent::Consent;
use crate::failure::Failure;
use crate::list::{Asked, List};
use crate::typed::{Mode, Show, Typed, targets};

/// What there is to do.
pub enum Work {
    /// A call, or one for each thing that is named.
    Calls,
    /// A list that is read page by page.
    Pages(List),
    /// A call for each row.
    Rows(Box<RowFile>),
}

impl Work {
    /// What was typed comes to. Files are read here.
    pub fn of(typed: &Typed, stdin: &mut Stdin) -> Result<Work, Failure> {
        let asked = Asked { all: typed.run.all, concurrency: typed.bulk.concurrency, period: &typed.period };
        if let Some(path) = &typed.bulk.from {
            if typed.run.where_.is_some() {
                return Err(Failure::usage("--from and --where cannot be combined: both select what to act on")
                    .next("Leave out --where."));
            }
            if typed.period.is_given() || typed.run.all {
                return Err(several_lists());
            }
            if typed.mode == Mode::Show(Show::Curl) {
                return Err(Failure::usage("--curl and --from cannot be combined: --curl shows a single call")
                    .next("Show them with --dry-run."));
            }
            return Ok(Work::Rows(Box::new(RowFile::read(typed, path, stdin)?)));
        }
        let list = List::from(typed.operation, &typed.arguments, asked, &typed.output)?;
        Ok(list.map_or(Work::Calls, Work::Pages))
    }

    /// The intents, checked as far as that is possible without a PBX.
    pub fn draft(&self, typed: &Typed) -> Result<Draft, Failure> {
        let intents = match self {
            Work::Rows(file) => return file.draft(typed),
            Work::Calls => vec![intent(typed, typed.arguments.clone())],
            Work::Pages(list) => vec![intent(typed, list.first_page(&typed.arguments))],
        };
        Draft::of(intents, typed.settings.release).map_err(|problems| self.failure(typed, problems))
    }

    /// Refuses what has to be agreed to where no one can be asked, before the PBX is.
    pub fn refuse_unagreed(&self, typed: &Typed, draft: &Draft) -> Result<(), Failure> {
        let concerned = || match self {
            Work::Rows(file) => Some(file.counted()),
            Work::Calls | Work::Pages(_) => draft.as_given(),
        };
        Consent::to(&draft.findings(), typed.is_agreed(), concerned, typed.settings.pbx()).map(drop)
    }

    /// What there is to agree to, once it is known what the things are: there may be more of them than anyone
    /// thought of.
    pub fn consent_to(&self, typed: &Typed, resumed: &Resumed, plan: &Plan) -> Result<Consent, Failure> {
        let findings = plan.findings_of(&resumed.todo_of(plan));
        Consent::to(&findings, typed.is_agreed(), || self.concerned(resumed, plan), typed.settings.pbx())
    }

    /// What is known of it already, from a run that was cut off.
    pub async fn resume(&self, typed: &Typed, draft: &Draft, pbx: &Connection) -> Result<Resumed, Failure> {
        match self {
            Work::Rows(file) => file.resume(typed, draft, pbx).await,
            Work::Calls | Work::Pages(_) => Ok(Resumed::nothing(1)),
        }
    }

    /// How many and which things it affects, for a question.
    pub fn concerned(&self, resumed: &Resumed, plan: &Plan) -> Option<String> {
        match self {
            Work::Rows(file) => Some(file.concerned(resumed.todo.len(), plan)),
            Work::Calls | Work::Pages(_) => targets::concerned(plan),
        }
    }

    /// What is wrong, in the terms of what was typed.
    pub fn failure(&self, typed: &Typed, problems: Vec<Problem>) -> Failure {
        match self {
            Work::Rows(file) => file.failure(typed, problems),
            Work::Calls | Work::Pages(_) => {
                let errors = problems.into_iter().map(|Problem { error, .. }| naming(typed, error));
                Failure::all(errors.collect())
            }
        }
    }
}

/// Several lists are not read page by page at once.
pub fn several_lists() -> Failure {
    Failure::usage("--all and periods cannot be combined with more than one list")
        .next("Leave out --all or the period, or read them one by one.")
}

fn intent(typed: &Typed, arguments: Arguments) -> Intent {
    Intent { targets: typed.targets(), ..Intent::new(typed.operation, arguments) }
}

/// Says how a thing is named, where none was.
fn naming(typed: &Typed, error: Error) -> Failure {
    match (error, &typed.about) {
        (Error::Input(mut error), Some(about)) if error.came.is_empty() && error.argument == about.by.name => {
            let placeholder = about.set.placeholder();
            let command = format!("threecx {} {}", typed.operation.resource.command, typed.operation.command);
            error.argument.clone_from(&placeholder);
            error.expected = format!("{} by {}", about.set.one(), targets::ways(about.set));
            error.hint = Some(format!("Name it: {command} <{placeholder}>"));
            Error::Input(error).into()
        }
        (Error::NotInVersion(error), _) if let Some(next_step) = moved::instead(typed, error.target) => {
            Failure::NotPlanned { error, next_step }
        }
        (Error::NotInVersion(error), _) if matches!(typed.mode, Mode::Show(_)) && typed.settings.release.is_none() => {
            let has_it = error.exists.last().map(|span| span.last.version()).unwrap_or_default();
            let next_step = format!("Add --api {has_it} to plan it for a release that has it.");
            Failure::NotPlanned { error, next_step }
        }
        (Error::Input(mut error), _) if error.argument == "where" => {
            error.argument = "--where".into();
            Error::Input(error).into()
        }
        (Error::NoSuchEntity(mut error), _) if error.argument == "where" => {
            error.argument = "--where".into();
            Error::NoSuchEntity(error).into()
        }
        (error, _) => error.into(),
    }
}
