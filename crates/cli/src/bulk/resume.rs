//! Continuing the run of a file: what is known of its rows, what is looked up on the PBX, and what
//! the user has to decide.

use std::collections::HashMap;

use threecx_catalog::Effect;
use threecx_change::identity::content;
use threecx_change::journal::{FileRun, Head, Kind, OldRun, Row, old_constants, old_hash};
use threecx_change::{Draft, Journal, Plan, State, settle};

use super::brings_files;
use super::row_file::{RowFile, rows};
use crate::args::bulk::RepeatOrSkip;
use crate::connect::Connection;
use crate::consent::{answer_to, is_interactive};
use crate::failure::Failure;
use crate::typed::{Mode, Typed};
use crate::{dry_run, journal};

/// This many lines are named.
const FEW: usize = 10;

/// What is known before a run begins.
pub struct Resumed {
    /// What is known of each row or call.
    pub states: Vec<State>,
    /// Those that are sent.
    pub todo: Vec<usize>,
    /// The journal, and the rows in it; nothing where nothing is recorded.
    pub file: Option<(Journal, FileRun)>,
}

impl Resumed {
    /// The start of this number of calls, of which nothing is known.
    pub fn nothing(calls: usize) -> Resumed {
        Resumed { states: vec![State::Unsent; calls], todo: (0..calls).collect(), file: None }
    }

    /// The steps of a plan that are sent.
    pub fn todo_of(&self, plan: &Plan) -> Vec<usize> {
        if self.file.is_some() { self.todo.clone() } else { plan.order() }
    }
}

impl RowFile {
    /// Finds out what is left to do. Questions, which may be asked twice, need no journal, unless their
    /// answers are files; stdin and a PBX that is gone afterwards can have none.
    pub async fn resume(&self, typed: &Typed, draft: &Draft, pbx: &Connection) -> Result<Resumed, Failure> {
        if matches!(typed.mode, Mode::Show(_)) {
            return self.left(typed);
        }
        if !self.is_recorded(typed) {
            return Ok(Resumed::nothing(self.table.rows.len()));
        }
        let journal = journal::open()?;
        let file = self.open(typed, &journal, &pbx.url, &pbx.identity)?;
        let mut states = file.known().states.clone();
        self.refuse_lost(typed, &file)?;
        self.settle(&journal, draft, &file, &mut states, pbx).await?;
        self.say_what_is_known(typed, &states, &file);
        let todo = self.decide(typed, &mut states, is_interactive())?;
        Ok(Resumed { states, todo, file: Some((journal, file)) })
    }

    /// What is left to do, for a dry run: nothing is asked, looked up on the PBX, or kept.
    pub fn left(&self, typed: &Typed) -> Result<Resumed, Failure> {
        let all = || Ok(Resumed::nothing(self.table.rows.len()));
        let (Some(url), Some(who)) = (dry_run::address(&typed.settings)?, typed.settings.who()) else { return all() };
        let Some(journal) = journal::existing().filter(|_| self.is_recorded(typed)) else { return all() };
        let file = match self.open(typed, &journal, &url, &who.shown()) {
            Ok(file) => file,
            Err(failure) => {
                typed.output.remark(&[format!("All rows are shown: {failure}.")]);
                return all();
            }
        };
        let mut states = file.known().states.clone();
        self.say_what_is_known(typed, &states, &file);
        let todo = self.decide(typed, &mut states, false)?;
        let unknown = states.iter().filter(|state| state.is_unknown()).count();
        if unknown > 0 {
            typed.output.remark(&[format!("{} of unknown outcome left out: --unknown decides.", rows(unknown))]);
        }
        Ok(Resumed { states, todo, file: None })
    }

    /// Questions, which may be asked twice, need no journal; stdin and a simulated PBX can have none.
    fn is_recorded(&self, typed: &Typed) -> bool {
        let asks = typed.operation.effect == Effect::Reads && !brings_files(typed.operation);
        self.path != "-" && !typed.settings.sim && !asks
    }

    fn open(&self, typed: &Typed, journal: &Journal, url: &str, identity: &str) -> Result<FileRun, Failure> {
        let row = |(row, (own, words)): (&super::table::Row, (_, Vec<String>))| Row {
            line: row.line,
            identity: journal.identity(&content(&own, &words)),
            old: old_hash(&own, &words),
        };
        let known: Vec<Row> = self.table.rows.iter().zip(self.own(typed)).map(row).collect();
        let is_secret = |name: &str| typed.flags.iter().any(|flag| flag.secret && flag.name == name);
        let mut constants = typed.arguments.clone();
        constants.fields.retain(|name, _| !is_secret(name));
        let old = OldRun {
            pbx: typed.settings.url.clone().unwrap_or_default(),
            constants: old_constants(&typed.arguments, &typed.run.words, is_secret),
        };
        let head = Head {
            kind: Kind::File,
            pbx: url.to_owned(),
            identity: identity.to_owned(),
            operation: typed.operation.id.to_owned(),
            source: Some(self.source()),
            constants: Some(journal.identity(&content(&constants, &typed.run.words))),
            release: None,
            of_run: None,
        };
        Ok(journal.file_run(head, &old, &known, typed.bulk.again)?)
    }

    /// Refuses to send what may be a row in doubt in other words.
    fn refuse_lost(&self, typed: &Typed, file: &FileRun) -> Result<(), Failure> {
        let lost: Vec<String> = file
            .known()
            .gone
            .iter()
            .filter(|entry| entry.state.is_unknown())
            .map(|entry| entry.line.to_string())
            .collect();
        if lost.is_empty() || typed.bulk.unknown.is_some() || typed.operation.repeatable {
            return Ok(());
        }
        Err(Failure::LostRows { path: self.path.clone(), rows: lost.len(), lines: lost.join(", ") })
    }

    /// Looks up the rows in doubt on the PBX, where it shows whether they were carried out.
    async fn settle(
        &self,
        journal: &Journal,
        draft: &Draft,
        file: &FileRun,
        states: &mut [State],
        pbx: &Connection,
    ) -> Result<(), Failure> {
        if !states.iter().any(State::is_unknown) {
            return Ok(());
        }
        let mut plan = draft.as_plan(&pbx.url);
        if let Some(run) = file.run() {
            // What was sent is in the journal, with ids in the place of names.
            let recorded: HashMap<u32, _> =
                journal.run(run)?.steps.into_iter().map(|step| (step.seq, step.arguments)).collect();
            for (row, step) in plan.steps.iter_mut().enumerate() {
                if let Some(arguments) = file.seq(row).and_then(|seq| recorded.get(&seq)) {
                    step.arguments = arguments.clone();
                }
            }
        }
        match plan.find_release(&pbx.client, 0).await {
            // Names are still in the place of ids.
            Err(threecx::Error::Input(_)) => plan.release = pbx.client.target(),
            found => found?,
        }
        Ok(settle(&pbx.client, &plan, states).await?)
    }

    /// Says where a run continues, and which earlier rows are missing.
    fn say_what_is_known(&self, typed: &Typed, states: &[State], file: &FileRun) {
        let count = |skipped: bool| {
            states.iter().filter(|state| state.is_settled() && (**state == State::Skipped) == skipped).count()
        };
        let (done, skipped) = (count(false), count(true));
        let mut remarks = Vec::new();
        if done + skipped > 0 {
            let skipped = if skipped > 0 { format!(", {skipped} skipped for good") } else { String::new() };
            remarks.push(format!("Continuing: {done} of {} rows are already done{skipped}.", states.len()));
        }
        let gone = &file.known().gone;
        if !gone.is_empty() {
            let all: Vec<String> =
                gone.iter().map(|entry| format!("line {} ({})", entry.line, entry.state.outcome())).collect();
            let (some, more) = all.split_at(all.len().min(FEW));
            let more = if more.is_empty() { String::new() } else { format!(" and {} more", more.len()) };
            remarks.push(format!(
                "The file no longer has {} as sent before: {}{more}.",
                rows(gone.len()),
                some.join(", ")
            ));
        }
        if !typed.output.is_for_programs() {
            typed.output.remark(&remarks);
        }
    }

    /// The rows to be sent. Those that are left for good are marked.
    fn decide(&self, typed: &Typed, states: &mut [State], may_ask: bool) -> Result<Vec<usize>, Failure> {
        let given_up = typed.bulk.failed == Some(RepeatOrSkip::Skip);
        for state in states.iter_mut().filter(|state| given_up && matches!(state, State::Failed { .. })) {
            *state = State::Skipped;
        }
        let open: Vec<usize> = (0..states.len()).filter(|row| states[*row].is_unknown()).collect();
        let decision = match typed.bulk.unknown {
            _ if open.is_empty() => None,
            None if may_ask => self.ask_about(&open)?,
            decided => decided,
        };
        for row in open {
            match decision {
                Some(RepeatOrSkip::Repeat) => states[row] = State::Unsent,
                Some(RepeatOrSkip::Skip) => states[row] = State::Skipped,
                None => {}
            }
        }
        let sends = |state: &State| matches!(state, State::Unsent | State::Failed { .. });
        Ok((0..states.len()).filter(|row| sends(&states[*row])).collect())
    }

    fn ask_about(&self, open: &[usize]) -> Result<Option<RepeatOrSkip>, Failure> {
        let mut lines: Vec<String> = open.iter().take(FEW).map(|row| self.table.rows[*row].line.to_string()).collect();
        if open.len() > FEW {
            lines.push("…".into());
        }
        let question = format!(
            "{} were sent, and it is not known whether they were carried out (lines {}). \
             [r]epeat them, [s]kip them for good, or leave them for now? ",
            rows(open.len()),
            lines.join(", ")
        );
        Ok(match answer_to(&question)?.as_str() {
            "r" | "repeat" => Some(RepeatOrSkip::Repeat),
            "s" | "skip" => Some(RepeatOrSkip::Skip),
            _ => None,
        })
    }
}
