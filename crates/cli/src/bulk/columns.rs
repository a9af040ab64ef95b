//! What each column of a file is for: a flag of the operation, something inside one, or what the
//! row is about.

use threecx::{Arguments, Input, Operation};
use threecx_catalog::words::kebab;
use threecx_catalog::{ForeignColumn, Structure, Type, Verb, entity_set, foreign_column};
use threecx_change::About;
use threecx_core::{InputError, MASK, Place, did_you_mean, truth};

use super::spoilt::{Spoilt, spoilt};
use super::table::{Cell, Row, Table};
use crate::args::flag::Flag;
use crate::failure::{Failure, RowProblem};

/// A cell that stands for null, and one that stands for an empty text; an empty cell means that
/// nothing is given.
const NULL: &str = r"\null";
const EMPTY: &str = r"\empty";

/// What a column is for.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Column {
    /// The flag with this index.
    Argument(usize),
    /// A property inside the object that the flag with this index takes: `Gateway.Host`.
    Inside(usize, Vec<&'static str>),
    /// The flag with this index, in the words of another program.
    Foreign(usize, &'static ForeignColumn),
    /// What the row is about, by its number, name …
    Subject,
    /// Nothing.
    Ignored,
    /// Nothing: the PBX sets it.
    ReadOnly,
}

impl Column {
    /// The flag whose value it gives, or a part of it.
    fn flag(&self) -> Option<usize> {
        match self {
            Column::Argument(index) | Column::Inside(index, _) | Column::Foreign(index, _) => Some(*index),
            Column::Subject | Column::Ignored | Column::ReadOnly => None,
        }
    }

    /// True if both give the same value.
    fn says_same(&self, other: &Column) -> bool {
        match (self, other) {
            (Column::Argument(one) | Column::Foreign(one, _), Column::Argument(two) | Column::Foreign(two, _)) => {
                one == two
            }
            _ => self == other,
        }
    }

    fn is_used(&self) -> bool {
        !matches!(self, Column::Ignored | Column::ReadOnly)
    }
}

/// The columns of a file.
#[derive(Debug)]
pub struct Columns {
    pub headers: Vec<String>,
    pub columns: Vec<Column>,
    /// The headers of columns that are for nothing, and why.
    pub problems: Vec<(String, InputError)>,
}

/// How columns are assigned.
#[derive(Debug, Default)]
pub struct Assignment {
    /// `--map Column=argument`
    pub map: Vec<(String, String)>,
    /// `--ignore-columns`
    pub ignore_unknown: bool,
    /// True if the command line says what all rows are about.
    pub subject_is_given: bool,
}

impl Columns {
    /// Finds out what each column is for. A column that is for nothing is a problem, unless nothing is in it.
    pub fn assign(
        table: &Table,
        operation: &Operation,
        flags: &[Flag],
        about: Option<&About>,
        assignment: &Assignment,
    ) -> Result<Columns, Failure> {
        let headers = table.headers.clone();
        let set = operation.newest_form().target.set().map(|set| set.name);
        let assigner = Assigner { flags, about, creates: operation.verb == Verb::Create, set };
        for (column, _) in &assignment.map {
            if !headers.contains(column) {
                let known: Vec<&str> = headers.iter().map(String::as_str).collect();
                let hint = did_you_mean(column, &known);
                let error = InputError::of("--map", "a column of the file", format!("`{column}`"));
                return Err(threecx::Error::from(InputError { hint, ..error }).into());
            }
        }
        let mut columns = Vec::with_capacity(headers.len());
        let mut problems = Vec::new();
        for (at, header) in headers.iter().enumerate() {
            let mapped = assignment.map.iter().find(|(column, _)| column == header).map(|(_, argument)| argument);
            let expected = || format!("an argument of {}", operation.id);
            let column = match (mapped, assigner.find(mapped.unwrap_or(header), mapped.is_none())) {
                (_, Ok(column)) => column,
                (None, Err(_)) if assignment.ignore_unknown || is_empty(table, at) => Column::Ignored,
                (mapped, Err(hint)) => {
                    let came = format!("`{}`", mapped.unwrap_or(header));
                    let error = InputError { hint, ..InputError::of("column", expected(), came) };
                    if mapped.is_some() {
                        return Err(unknown_column(header, error));
                    }
                    problems.push((header.clone(), error));
                    Column::Ignored
                }
            };
            columns.push(column);
        }
        let mut columns = Columns { headers, columns, problems };
        columns.settle_subject(flags, about, assignment.subject_is_given);
        columns.settle_foreign();
        columns.refuse_twice(flags)?;
        Ok(columns)
    }

    /// Where a file has a property by the API's name and by another's, the API's counts.
    fn settle_foreign(&mut self) {
        for at in 0..self.columns.len() {
            let Column::Foreign(index, _) = self.columns[at] else { continue };
            if self.columns.contains(&Column::Argument(index)) {
                self.columns[at] = Column::Ignored;
            }
        }
    }

    /// The headers of columns that are left out because the PBX sets what is in them.
    pub fn read_only(&self) -> Vec<&str> {
        let columns = self.columns.iter().zip(&self.headers);
        columns.filter(|(column, _)| **column == Column::ReadOnly).map(|(_, header)| header.as_str()).collect()
    }

    /// Takes out the cells that cannot be what was meant; returns what is wrong with them.
    pub fn take_spoilt(&self, rows: &mut [Row], flags: &[Flag]) -> Vec<RowProblem> {
        let mut problems = Vec::new();
        for row in rows {
            for ((column, header), cell) in self.columns.iter().zip(&self.headers).zip(&mut row.cells) {
                if !column.is_used() {
                    continue;
                }
                let flag = column.flag().map(|index| &flags[index]);
                let text = cell.text().filter(|text| text == MASK && flag.is_some_and(|flag| flag.secret));
                let spoilt = match (&*cell, text) {
                    (_, Some(_)) => Some(MASKED),
                    (Cell::Text(text), None) => {
                        // An object is put together of texts, and a number to dial is one.
                        let is_text = flag.is_none_or(|flag| matches!(flag.ty.ty, Type::String | Type::Structure(_)));
                        spoilt(text, is_text)
                    }
                    _ => None,
                };
                if let Some(Spoilt { expected, hint }) = spoilt {
                    let message = format!("expected {expected}; got `{}`", cell.shown().trim_matches('"'));
                    let (line, column, hint) = (Some(row.line), Some(header.clone()), Some(hint.to_owned()));
                    problems.push(RowProblem { line, column, message, hint });
                    *cell = Cell::Empty;
                }
            }
        }
        problems
    }

    /// Where nothing else says what a row is about, its number does, although it may be a property
    /// of the body too.
    fn settle_subject(&mut self, flags: &[Flag], about: Option<&About>, is_given: bool) {
        let Some(about) = about else { return };
        let is_key = |column: &Column| match column {
            Column::Argument(index) => flags[*index].name == about.by.name && flags[*index].place == about.place(),
            column => *column == Column::Subject,
        };
        if is_given || self.columns.iter().any(is_key) {
            return;
        }
        let number = |column: &Column| matches!(column, Column::Argument(index) if flags[*index].name == "Number");
        if let Some(column) =
            self.columns.iter_mut().find(|column| number(column)).filter(|_| about.set.number.is_some())
        {
            *column = Column::Subject;
        }
    }

    fn refuse_twice(&self, flags: &[Flag]) -> Result<(), Failure> {
        for (index, column) in self.columns.iter().enumerate() {
            let before = self.columns[..index].iter().position(|other| other.is_used() && other.says_same(column));
            if let Some(before) = before {
                let what = column.flag().map(|index| format!("--{}", flags[index].long));
                let what = what.unwrap_or_else(|| "what a row is about".into());
                return Err(Failure::usage(format!(
                    "the columns `{}` and `{}` both say {what}",
                    self.headers[before], self.headers[index]
                ))
                .next("Leave one of them out of the file, or --map it to something else."));
            }
        }
        Ok(())
    }

    /// True if a flag's value comes from the file.
    pub fn gives(&self, index: usize) -> bool {
        self.columns.iter().any(|column| column.flag() == Some(index))
    }

    /// Puts the cells of a row into its arguments; returns the words that say what it is about.
    pub fn fill(&self, row: &Row, flags: &[Flag], about: Option<&About>, arguments: &mut Arguments) -> Vec<String> {
        let mut words = Vec::new();
        let mut objects: Vec<(usize, serde_json::Value)> = Vec::new();
        for (column, cell) in self.columns.iter().zip(&row.cells) {
            match column {
                _ if *cell == Cell::Empty => {}
                Column::Ignored | Column::ReadOnly => {}
                Column::Foreign(index, foreign) => {
                    arguments.set(flags[*index].place, flags[*index].name, translated(cell, foreign));
                }
                Column::Subject => words.extend(subjects(cell, about)),
                Column::Argument(index) => arguments.set(flags[*index].place, flags[*index].name, input(cell)),
                Column::Inside(index, path) => {
                    let at = objects.iter().position(|(at, _)| at == index).unwrap_or_else(|| {
                        objects.push((*index, serde_json::Value::Object(serde_json::Map::new())));
                        objects.len() - 1
                    });
                    let (inner, outer) = (path.last(), &path[..path.len().saturating_sub(1)]);
                    let place = outer.iter().fold(&mut objects[at].1, |value, name| &mut value[*name]);
                    if let Some(inner) = inner {
                        place[*inner] = json(cell);
                    }
                }
            }
        }
        for (index, object) in objects {
            arguments.set(flags[index].place, flags[index].name, Input::Json(object.to_string()));
        }
        words
    }

    /// The columns that tell one row from another, for the results: those that are neither secret
    /// nor objects.
    pub fn telling(&self, flags: &[Flag]) -> Vec<usize> {
        let tells = |column: &Column| match column {
            Column::Argument(index) | Column::Foreign(index, _) => {
                let flag = &flags[*index];
                !flag.secret && flag.place != Place::Body && !matches!(flag.ty.ty, Type::Structure(_) | Type::Opaque(_))
            }
            Column::Subject => true,
            Column::Inside(..) | Column::Ignored | Column::ReadOnly => false,
        };
        (0..self.columns.len()).filter(|index| tells(&self.columns[*index])).collect()
    }

    /// The header of the column from which an argument comes.
    pub fn header_of(&self, argument: &str, flags: &[Flag]) -> Option<&str> {
        let is = |column: &Column| match column {
            Column::Argument(index) | Column::Inside(index, _) | Column::Foreign(index, _) => {
                flags[*index].name == argument || flags[*index].long == argument
            }
            Column::Subject => argument.chars().all(|c| c.is_uppercase() || c == '-'),
            Column::Ignored | Column::ReadOnly => false,
        };
        self.columns.iter().position(is).map(|index| self.headers[index].as_str())
    }
}

struct Assigner<'a> {
    flags: &'a [Flag],
    about: Option<&'a About>,
    /// True if the PBX gives the key.
    creates: bool,
    /// The set that the operation belongs to.
    set: Option<&'static str>,
}

impl Assigner<'_> {
    /// What a column of this name is for. `is_header` if it was not said with `--map`.
    ///
    /// # Errors
    /// What to do, where that is known.
    fn find(&self, word: &str, is_header: bool) -> Result<Column, Option<String>> {
        let foreign = self.set.filter(|_| is_header).and_then(|set| foreign_column(set, word));
        if let Some(foreign) = foreign
            && let Some(property) = foreign.property
            && let Some(index) = self.flags.iter().position(|flag| flag.name == property && flag.place == Place::Field)
        {
            return Ok(Column::Foreign(index, foreign));
        }
        if is_header && self.is_read_only(word) {
            return Ok(Column::ReadOnly);
        }
        if let Some(column) = self.known(word) {
            return Ok(column);
        }
        let names: Vec<&str> = self.flags.iter().map(|flag| flag.long.as_str()).collect();
        let instead = foreign.and_then(|foreign| foreign.instead).map(str::to_owned);
        Err(instead.or_else(|| did_you_mean(&kebab(word), &names)))
    }

    /// True for what the PBX sets: the key of what is created, and whether somebody is there.
    fn is_read_only(&self, word: &str) -> bool {
        let Some(set) = self.set.and_then(entity_set) else { return false };
        let is_key = set.has_numeric_key() && set.key.is_some_and(|key| key.name == word);
        self.creates && is_key || ["IsRegistered", "IsOnline"].contains(&word) && set.property(word).is_some()
    }

    fn known(&self, word: &str) -> Option<Column> {
        let plain = squeezed(word);
        let flag = |plain: &str| {
            let same = |flag: &&Flag| squeezed(&flag.long) == plain;
            let similar = |flag: &&Flag| squeezed(flag.name) == plain;
            let found = self.flags.iter().find(same).or_else(|| self.flags.iter().find(similar))?;
            self.flags.iter().position(|flag| flag.long == found.long)
        };
        // "First Name" is not a path, "Gateway.Host" is one.
        if let Some((outer, inner)) = word.split_once('.')
            && let Some(index) = flag(&squeezed(outer))
            && let Type::Structure(structure) = self.flags[index].ty.ty
            && !self.flags[index].ty.collection
        {
            return inside(structure, inner).map(|path| Column::Inside(index, path));
        }
        if let Some(index) = flag(&plain) {
            return Some(Column::Argument(index));
        }
        let about = self.about?;
        let called = |name: &str| squeezed(name) == plain;
        let one = plain.strip_suffix('s').unwrap_or(&plain);
        let by_number = about.set.number.is_some() && ["extension", "ext", "number"].contains(&one);
        let by_email = about.set.email.is_some() && ["email", "emailaddress"].contains(&plain.as_str());
        let is_subject = by_number || by_email || called(&about.set.noun()) || called(&about.set.nouns());
        is_subject.then_some(Column::Subject)
    }
}

/// The properties on a path into a structure, as the API writes them.
fn inside(structure: &'static Structure, path: &str) -> Option<Vec<&'static str>> {
    let (first, rest) = path.split_once('.').map_or((path, None), |(first, rest)| (first, Some(rest)));
    let property = structure.all_properties().filter(|property| squeezed(property.name) == squeezed(first)).last()?;
    match (rest, property.ty.ty, property.ty.collection) {
        (None, ..) => Some(vec![property.name]),
        (Some(rest), Type::Structure(structure), false) => {
            let mut names = vec![property.name];
            names.extend(inside(structure, rest)?);
            Some(names)
        }
        _ => None,
    }
}

/// `First Name`, `first-name` and `FirstName` are one.
fn squeezed(name: &str) -> String {
    name.chars().filter(|c| c.is_alphanumeric()).flat_map(char::to_lowercase).collect()
}

/// A cell as the value of an argument.
fn input(cell: &Cell) -> Input {
    match cell {
        Cell::Text(text) => match text.as_str() {
            NULL => Input::Json("null".into()),
            EMPTY => Input::Json("\"\"".into()),
            _ => Input::Text(text.clone()),
        },
        // A text in JSON may be a name or a list, as a typed one may.
        Cell::Json(json) if json.starts_with('"') && json.len() > 2 => Input::Text(cell.text().unwrap_or_default()),
        Cell::Json(json) => Input::Json(json.clone()),
        Cell::Empty => Input::Text(String::new()),
    }
}

/// A cell as a value inside an object.
fn json(cell: &Cell) -> serde_json::Value {
    match input(cell) {
        Input::Text(text) => text.into(),
        Input::Json(json) => serde_json::from_str(&json).unwrap_or_default(),
    }
}

/// The words in a cell: one, or for a list those between its commas.
fn subjects(cell: &Cell, about: Option<&About>) -> Vec<String> {
    let text = cell.text().unwrap_or_default();
    match about {
        Some(about) if about.listed => text.split(',').map(|word| word.trim().to_owned()).collect(),
        _ => vec![text],
    }
}

/// What a cell says in the words of another program: the opposite, or a number for a word.
fn translated(cell: &Cell, foreign: &ForeignColumn) -> Input {
    let Some(text) = cell.text() else { return input(cell) };
    let word = text.trim().parse::<usize>().ok().and_then(|number| foreign.words.get(number));
    match (foreign.negated, truth(&text), word) {
        (true, Some(value), _) => Input::Json((!value).to_string()),
        (false, _, Some(word)) => Input::Text((*word).to_owned()),
        _ => input(cell),
    }
}

/// What to do about columns that are for nothing.
pub const UNKNOWN: &str = "Say what it is with --map 'Column=argument', or leave it out with --ignore-columns.";

/// The failure of a file with one column that is for nothing.
pub fn unknown_column(header: &str, error: InputError) -> Failure {
    let hint = error.hint.as_ref().map_or_else(
        || UNKNOWN.to_owned(),
        |hint| format!("{hint} --map '{header}=argument' says it, --ignore-columns leaves it out."),
    );
    threecx::Error::from(InputError { hint: Some(hint), ..error }).into()
}

/// True if no row has anything in this column.
fn is_empty(table: &Table, at: usize) -> bool {
    table.rows.iter().all(|row| row.cells.get(at).is_none_or(|cell| *cell == Cell::Empty))
}

/// What stands for a secret where it is shown.
const MASKED: Spoilt = Spoilt {
    expected: "a secret",
    hint: "It stands for a secret that is not shown: leave the cell empty, or write the secret.",
};
