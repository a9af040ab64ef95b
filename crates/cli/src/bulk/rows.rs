//! From rows to requests. Everything is checked before anything is sent, and everything that is
//! wrong is said at once.

use std::collections::{HashMap, HashSet};

use threecx::{Arguments, Client, Error, Input, Operation, Request, Span};
use threecx_catalog::Verb;
use threecx_core::{InputError, is_the_same_in_every_release, plan};

use super::columns::Columns;
use super::table::{Row, Table};
use crate::args::flag::Flag;
use crate::call;
use crate::failure::{Failure, RowProblem};
use crate::names::{Pending, Place, References, Set, Thing};
use crate::shell::quoted;

/// The rows of a file, checked as far as that is possible without the PBX.
pub struct Rows<'a> {
    operation: &'static Operation,
    flags: &'a [Flag],
    references: &'a References,
    table: &'a Table,
    columns: &'a Columns,
    arguments: Vec<Arguments>,
    pending: Vec<Pending>,
}

impl<'a> Rows<'a> {
    /// Fills in the arguments of all rows and checks them. `constants` and `words` are the same
    /// for each.
    pub fn check(
        operation: &'static Operation,
        flags: &'a [Flag],
        references: &'a References,
        (table, columns): (&'a Table, &'a Columns),
        (constants, words): (&Arguments, &[String]),
        release: Option<Span>,
    ) -> Result<Rows<'a>, Failure> {
        let mut rows =
            Rows { operation, flags, references, table, columns, arguments: Vec::new(), pending: Vec::new() };
        let mut problems = Vec::new();
        for (index, row) in table.rows.iter().enumerate() {
            let mut arguments = constants.clone();
            let own = columns.fill(row, flags, references, &mut arguments);
            let words = if own.is_empty() { words } else { &own };
            let checked = references.pending(words, &arguments).and_then(|pending| {
                if pending.is_empty() {
                    call::check(operation, &arguments, release)?;
                } else {
                    let filled = references.with_placeholders(&pending, false, &arguments);
                    call::check(operation, &filled, release)?;
                }
                Ok(pending)
            });
            match checked {
                Ok(pending) => {
                    rows.arguments.push(arguments);
                    rows.pending.push(pending);
                }
                Err(error) => problems.push(rows.problem(index, error)),
            }
        }
        rows.refuse(problems)?;
        rows.refuse(rows.numbers_twice())?;
        rows.refuse(rows.subjects_twice(|row| rows.named(row)))?;
        Ok(rows)
    }

    /// What a row is about, as far as that is known without the PBX.
    fn named(&self, row: usize) -> Option<String> {
        let subject = self.references.subject.as_ref().filter(|subject| subject.place == Place::Path)?;
        self.pending[row].only_word().or_else(|| match self.arguments[row].parameters.get(subject.name) {
            Some(Input::Text(id) | Input::Json(id)) => Some(id.clone()),
            None => None,
        })
    }

    /// Two rows that change or delete one thing: of the two, one is a mistake. Actions may be meant
    /// several times, and a question asked.
    fn subjects_twice(&self, about: impl Fn(usize) -> Option<String>) -> Vec<RowProblem> {
        if !matches!(self.operation.verb, Verb::Update | Verb::Delete) {
            return Vec::new();
        }
        let noun = self.references.subject.as_ref().map(|subject| subject.set.noun()).unwrap_or_default();
        self.twice(about, None, |line| format!("it is about the same {noun} as line {line}"))
    }

    /// Two rows that give one number, or one name where that is the key: the PBX would refuse one.
    fn numbers_twice(&self) -> Vec<RowProblem> {
        let Some(set) = Set::named(self.operation.resource.name) else { return Vec::new() };
        let unique = match self.operation.verb {
            Verb::Create if !set.has_numeric_key() => vec!["Number", set.key.name],
            Verb::Create | Verb::Update => vec!["Number"],
            _ => Vec::new(),
        };
        let unique = unique.into_iter().filter(|name| *name != "Number" || set.has_numbers);
        let mut problems = Vec::new();
        for name in unique {
            let column = self.columns.header_of(name, self.flags);
            let value = |row: usize| match self.arguments[row].fields.get(name) {
                Some(Input::Text(text) | Input::Json(text)) if text != "null" => Some(text.clone()),
                _ => None,
            };
            problems.extend(self.twice(value, column, |line| format!("it is the same as in line {line}")));
        }
        problems
    }

    fn twice(
        &self,
        value: impl Fn(usize) -> Option<String>,
        column: Option<&str>,
        message: impl Fn(u64) -> String,
    ) -> Vec<RowProblem> {
        let mut first: HashMap<String, u64> = HashMap::new();
        let mut problems = Vec::new();
        for (row, Row { line, .. }) in self.table.rows.iter().enumerate() {
            let Some(value) = value(row) else { continue };
            match first.get(&value) {
                Some(before) => problems.push(RowProblem {
                    line: *line,
                    column: column.map(str::to_owned),
                    message: format!("`{value}`: {}", message(*before)),
                    hint: Some("Take one of the two out.".into()),
                }),
                None => {
                    first.insert(value, *line);
                }
            }
        }
        problems
    }

    /// How to look, for each row, whether what it creates is there.
    pub fn looks(&self) -> Vec<Option<String>> {
        let resource = self.operation.resource;
        let set = Set::named(resource.name).filter(|_| self.operation.verb == Verb::Create);
        let gets =
            resource.operations.iter().any(|operation| operation.verb == Verb::Get && operation.command == "get");
        let look = |arguments: &Arguments| {
            let set = set.as_ref().filter(|_| gets)?;
            let named = set.has_numbers.then_some("Number").into_iter().chain(set.names.iter().copied());
            let text = named.filter_map(|name| match arguments.fields.get(name) {
                Some(Input::Text(text)) => Some(text),
                _ => None,
            });
            let word = text.into_iter().next()?;
            Some(format!("threecx {} get {}", resource.command, quoted(word)))
        };
        self.arguments.iter().map(look).collect()
    }

    /// True if something has to be looked up.
    pub fn looks_up(&self) -> bool {
        self.pending.iter().any(|pending| !pending.is_empty())
    }

    /// True if what is named could be sent as it stands.
    pub fn may_stay(&self) -> bool {
        self.pending.iter().all(|pending| self.references.may_stay(pending))
    }

    /// Looks up what is named in the rows of `todo`, and plans their requests for the connected
    /// PBX. Also returns what they are about. What is done already may be gone, and is left alone.
    pub async fn plan(
        mut self,
        client: &Client,
        todo: &[usize],
    ) -> Result<(Vec<Option<Request>>, Vec<Thing>), Failure> {
        let things = if self.looks_up() { self.resolve(client, todo).await? } else { Vec::new() };
        if !is_the_same_in_every_release(self.operation)
            && let Some(first) = todo.first()
        {
            // The client finds out of which release the PBX is, once for all.
            client.plan(self.operation, &self.arguments[*first]).await.map(drop).or_else(|error| match error {
                Error::Input(_) => Ok(()),
                other => Err(other),
            })?;
        }
        Ok((self.requests(client.target(), todo)?, things))
    }

    /// Plans the requests of the rows of `todo` for a release.
    pub fn requests(self, target: Span, todo: &[usize]) -> Result<Vec<Option<Request>>, Failure> {
        let mut problems = Vec::new();
        let mut requests: Vec<Option<Request>> = (0..self.arguments.len()).map(|_| None).collect();
        for row in todo {
            match plan(self.operation, &self.arguments[*row], target) {
                Ok(request) => requests[*row] = Some(request),
                Err(error) => problems.push(self.problem(*row, error)),
            }
        }
        self.refuse(problems)?;
        Ok(requests)
    }

    async fn resolve(&mut self, client: &Client, todo: &[usize]) -> Result<Vec<Thing>, Failure> {
        let pending: Vec<&Pending> = todo.iter().map(|row| &self.pending[*row]).collect();
        let directory = self.references.look_up(client, &pending).await?;
        let (mut problems, mut things) = (Vec::new(), Vec::new());
        let mut about: HashMap<usize, String> = HashMap::new();
        for (row, pending) in todo.iter().copied().zip(pending) {
            let arguments = &mut self.arguments[row];
            let resolved = self.references.apply(pending, &directory, arguments).and_then(|found| {
                let Some(subject) = &self.references.subject else { return Ok(Vec::new()) };
                if subject.place == Place::Path && found.subjects.len() > 1 {
                    return Err(several(&subject.set.noun(), &subject.set.placeholder(), found.subjects.len()));
                }
                let values: Vec<String> = found.subjects.iter().map(|thing| subject.value_of(thing)).collect();
                if !values.is_empty() {
                    subject.put(arguments, &values);
                }
                Ok(found.subjects)
            });
            match resolved {
                Ok(found) => {
                    if let [one] = found.as_slice() {
                        about.insert(row, one.short());
                    }
                    things.extend(found);
                }
                Err(error) => problems.push(self.problem(row, error)),
            }
        }
        self.refuse(problems)?;
        self.refuse(self.subjects_twice(|row| about.get(&row).cloned()))?;
        let mut seen = HashSet::new();
        things.retain(|thing| seen.insert(thing.key.clone()));
        Ok(things)
    }

    fn problem(&self, index: usize, error: Error) -> RowProblem {
        let line = self.table.rows[index].line;
        let message = error.to_string();
        let Error::Input(error) = error else { return RowProblem { line, column: None, message, hint: None } };
        // The column's name stands in front of it already.
        let column = self.columns.header_of(&error.argument, self.flags).map(str::to_owned);
        let shorter = message.strip_prefix(&error.argument).map(|rest| rest.strip_prefix(": ").unwrap_or(rest));
        let message = shorter.filter(|_| column.is_some()).unwrap_or(&message).to_owned();
        RowProblem { line, column, message, hint: error.hint }
    }

    fn refuse(&self, problems: Vec<RowProblem>) -> Result<(), Failure> {
        if problems.is_empty() { Ok(()) } else { Err(Failure::Rows { problems, rows: self.table.rows.len() }) }
    }
}

fn several(noun: &str, argument: &str, number: usize) -> Error {
    let error = InputError::of(argument, format!("one {noun} in a row"), number.to_string());
    error.with_hint("Give each a row of its own.").into()
}
