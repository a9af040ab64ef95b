//! The rows of a file, as intents.

use std::collections::HashSet;
use std::path::{Path, PathBuf};

use threecx::{Arguments, Error, Input};
use threecx_catalog::{Verb, words::counted};
use threecx_change::{Draft, Intent, Plan, Problem, Targets, Thing};

use super::columns::{Assignment, Columns, unknown_column};
use super::table::{self, Table};
use super::{brings_files, results};
use crate::args::flag::Flag;
use crate::args::stdin::Stdin;
use crate::failure::{Failure, RowProblem};
use crate::output::file;
use crate::shell::quoted;
use crate::typed::Typed;
use crate::typed::targets;

/// A file that is run row by row.
pub struct RowFile {
    /// As it was typed.
    pub path: String,
    pub table: Table,
    pub columns: Columns,
    /// What is wrong with cells by themselves.
    spoilt: Vec<RowProblem>,
}

impl RowFile {
    /// Reads the file at `path`, and finds out what its columns are.
    pub fn read(typed: &Typed, path: &str, stdin: &mut Stdin) -> Result<RowFile, Failure> {
        if path == "-" {
            stdin.take("--from")?;
        } else if [PathBuf::from(path), results::beside(path)].iter().any(|own| typed.output.replaces(own)) {
            return Err(Failure::usage("--output-file would replace a file of this run")
                .next(format!("Choose another name: {path} and its results are kept.")));
        }
        if brings_files(typed.operation) {
            file::refuse_one_name(&typed.output)?;
        }
        let mut table = table::read(path)?;
        let subject_is_given = !typed.run.words.is_empty()
            || typed.about.is_some_and(|about| typed.arguments.get(about.place(), about.by.name).is_some());
        let assignment =
            Assignment { map: typed.bulk.map.clone(), ignore_unknown: typed.bulk.ignore_columns, subject_is_given };
        let columns = Columns::assign(&table, typed.operation, &typed.flags, typed.about.as_ref(), &assignment)?;
        let spoilt = columns.take_spoilt(&mut table.rows, &typed.flags);
        let file = RowFile { path: path.to_owned(), table, columns, spoilt };
        file.refuse_constants(typed)?;
        let left_out = file.columns.read_only();
        if !left_out.is_empty() {
            typed.output.remark(&[format!("Left out, because the PBX sets it: {}.", left_out.join(", "))]);
        }
        Ok(file)
    }

    /// What is the same for all rows cannot be in a column too.
    fn refuse_constants(&self, typed: &Typed) -> Result<(), Failure> {
        let given = |flag: &Flag| typed.arguments.get(flag.place, flag.name).is_some();
        let twice = typed.flags.iter().enumerate().find(|(index, flag)| self.columns.gives(*index) && given(flag));
        match twice {
            None => Ok(()),
            Some((_, flag)) => {
                Err(Failure::usage(format!("--{} is given, and a column of the file gives it too", flag.long))
                    .next("Leave out one of the two."))
            }
        }
    }

    /// An intent for each row.
    fn intents(&self, typed: &Typed) -> Result<Vec<Intent>, Failure> {
        let intent = |row| {
            let mut arguments = typed.arguments.clone();
            let words = self.columns.fill(row, &typed.flags, typed.about.as_ref(), &mut arguments);
            let targets = if words.is_empty() { typed.targets() } else { Targets::Named(words) };
            Intent { targets, line: Some(row.line), ..Intent::new(typed.operation, arguments) }
        };
        Ok(self.table.rows.iter().map(intent).collect())
    }

    /// What each row says by itself: its arguments, and the words for what it is done to.
    pub fn own(&self, typed: &Typed) -> Vec<(Arguments, Vec<String>)> {
        let own = |row| {
            let mut arguments = Arguments::default();
            let words = self.columns.fill(row, &typed.flags, typed.about.as_ref(), &mut arguments);
            (arguments, words)
        };
        self.table.rows.iter().map(own).collect()
    }

    /// `7 rows of people.csv`
    pub fn counted(&self) -> String {
        format!("{} of {}", rows(self.table.rows.len()), self.path)
    }

    /// How many rows, and which things they affect.
    pub fn concerned(&self, todo: usize, plan: &Plan) -> String {
        let set = plan.steps.first().and_then(|step| threecx_change::About::of(step.operation)).map(|about| about.set);
        let mut seen = HashSet::new();
        let things: Vec<&Thing> = plan
            .steps
            .iter()
            .flat_map(|step| plan.things_of(step))
            .filter(|thing| thing.by_name && seen.insert(thing.entity.key.clone()))
            .collect();
        match set {
            Some(set) if !things.is_empty() => {
                format!("{}, {}: {}", rows(todo), set.counted(things.len()), targets::some(&things))
            }
            _ => format!("{} of {}", rows(todo), self.path),
        }
    }

    /// How to check, for each row, whether what it creates is there.
    pub fn checks(&self, typed: &Typed) -> Vec<Option<String>> {
        let set = typed.operation.newest_form().target.set();
        let set = set.filter(|set| typed.operation.verb == Verb::Create && set.get.is_some());
        let check = |(own, _): (Arguments, Vec<String>)| {
            let set = set?;
            let names = set.number.map(|number| number.name).into_iter().chain(set.names.iter().copied());
            let text = names.into_iter().find_map(|name| match own.fields.get(name) {
                Some(Input::Text(text)) => Some(text),
                _ => None,
            })?;
            Some(format!("threecx {} get {}", typed.operation.resource.command, quoted(text)))
        };
        self.own(typed).into_iter().map(check).collect()
    }

    /// Intents that fit, as far as that can be told without a PBX; everything that is wrong with the file
    /// otherwise.
    pub fn draft(&self, typed: &Typed) -> Result<Draft, Failure> {
        let drafted = Draft::of(self.intents(typed)?, typed.settings.release);
        match (drafted, self.columns.problems.as_slice(), self.spoilt.is_empty()) {
            (Ok(draft), [], true) => Ok(draft),
            (drafted, ..) => Err(self.failure(typed, drafted.err().unwrap_or_default())),
        }
    }

    /// What is wrong with columns, and with rows by line and column.
    pub fn failure(&self, typed: &Typed, problems: Vec<Problem>) -> Failure {
        // What the PBX says to a look-up does not belong to any row.
        let is_of_a_row =
            |error: &Error| matches!(error, Error::Input(_) | Error::NoSuchEntity(_) | Error::NotInVersion(_));
        if let Some(Problem { error, .. }) = problems.iter().find(|problem| !is_of_a_row(&problem.error)) {
            return error.clone().into();
        }
        let unknown = &self.columns.problems;
        let spoilt: HashSet<u64> = self.spoilt.iter().filter_map(|spoilt| spoilt.line).collect();
        let is_spoilt = |line: u64| !unknown.is_empty() || spoilt.contains(&line);
        let problem = |Problem { intent, error }: Problem| {
            let line = self.table.rows.get(intent).map_or(0, |row| row.line);
            let message = error.to_string();
            let (Error::Input(error) | Error::NoSuchEntity(error)) = error else {
                return Some(RowProblem { line: Some(line), column: None, message, hint: None });
            };
            // What is missing may be what was taken out.
            if error.came.is_empty() && is_spoilt(line) {
                return None;
            }
            // The column's name precedes it already.
            let column = self.columns.header_of(&error.argument, &typed.flags).map(str::to_owned);
            let shorter = message.strip_prefix(&error.argument).map(|rest| rest.strip_prefix(": ").unwrap_or(rest));
            let message = shorter.filter(|_| column.is_some()).unwrap_or(&message).to_owned();
            Some(RowProblem { line: Some(line), column, message, hint: error.hint })
        };
        let mut in_rows: Vec<RowProblem> = problems.into_iter().filter_map(problem).collect();
        if let ([(header, error)], true, true) = (unknown.as_slice(), in_rows.is_empty(), self.spoilt.is_empty()) {
            return unknown_column(header, error.clone());
        }
        in_rows.extend(self.spoilt.iter().cloned());
        in_rows.sort_by_key(|problem| problem.line);
        let columns = unknown.iter().map(|(header, error)| {
            let message = format!("expected {}", error.expected);
            RowProblem { line: None, column: Some(header.clone()), message, hint: error.hint.clone() }
        });
        Failure::Rows { problems: columns.chain(in_rows).collect(), rows: self.table.rows.len() }
    }

    /// The file, links followed: the same file by another name is the same run.
    pub fn source(&self) -> String {
        let whole = std::fs::canonicalize(Path::new(&self.path));
        whole.map_or_else(|_| self.path.clone(), |path| path.display().to_string())
    }
}

/// `1 row`, `7 rows`
pub fn rows(number: usize) -> String {
    counted(number, "row", "rows")
}
