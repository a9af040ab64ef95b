//! What each column of a file is for: a flag of the operation, something inside one, or what the
//! row is about.

use threecx::{Arguments, Input, Operation};
use threecx_catalog::words::kebab;
use threecx_catalog::{Structure, Type};
use threecx_change::About;
use threecx_core::{InputError, Place, did_you_mean};

use super::table::{Cell, Row};
use crate::args::flag::Flag;
use crate::failure::Failure;

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
    /// What the row is about, by its number, name …
    Subject,
    /// Nothing.
    Ignored,
}

/// The columns of a file.
#[derive(Debug)]
pub struct Columns {
    pub headers: Vec<String>,
    pub columns: Vec<Column>,
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
    /// Finds out what each column is for.
    pub fn assign(
        headers: Vec<String>,
        operation: &Operation,
        flags: &[Flag],
        about: Option<&About>,
        assignment: &Assignment,
    ) -> Result<Columns, Failure> {
        let assigner = Assigner { flags, about };
        for (column, _) in &assignment.map {
            if !headers.contains(column) {
                let known: Vec<&str> = headers.iter().map(String::as_str).collect();
                return Err(problem("--map", "a column of the file", column, did_you_mean(column, &known)));
            }
        }
        let mut columns = Vec::with_capacity(headers.len());
        for header in &headers {
            let mapped = assignment.map.iter().find(|(column, _)| column == header).map(|(_, argument)| argument);
            let found = assigner.find(mapped.unwrap_or(header));
            let column = match (found, mapped) {
                (Some(column), _) => column,
                (None, None) if assignment.ignore_unknown => Column::Ignored,
                (None, mapped) => {
                    let names: Vec<&str> = flags.iter().map(|flag| flag.long.as_str()).collect();
                    let word = mapped.unwrap_or(header);
                    let hint = did_you_mean(&kebab(word), &names).map_or_else(
                        || "Say what it is with --map 'Column=argument', or leave it out with --ignore-columns.".into(),
                        |hint| format!("{hint} --map '{header}=argument' says it, --ignore-columns leaves it out."),
                    );
                    let expected = format!("an argument of {}", operation.id);
                    return Err(problem("column", &expected, word, Some(hint)));
                }
            };
            columns.push(column);
        }
        let mut columns = Columns { headers, columns };
        columns.settle_subject(flags, about, assignment.subject_is_given);
        columns.refuse_twice(flags)?;
        Ok(columns)
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
            let before = self.columns[..index].iter().position(|other| other == column && *other != Column::Ignored);
            if let Some(before) = before {
                let what = match column {
                    Column::Argument(index) | Column::Inside(index, _) => format!("--{}", flags[*index].long),
                    _ => "what a row is about".into(),
                };
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
        self.columns.iter().any(|column| matches!(column, Column::Argument(at) | Column::Inside(at, _) if *at == index))
    }

    /// Puts the cells of a row into its arguments; returns the words that say what it is about.
    pub fn fill(&self, row: &Row, flags: &[Flag], about: Option<&About>, arguments: &mut Arguments) -> Vec<String> {
        let mut words = Vec::new();
        let mut objects: Vec<(usize, serde_json::Value)> = Vec::new();
        for (column, cell) in self.columns.iter().zip(&row.cells) {
            match column {
                _ if *cell == Cell::Empty => {}
                Column::Ignored => {}
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
            Column::Argument(index) => {
                let flag = &flags[*index];
                !flag.secret && flag.place != Place::Body && !matches!(flag.ty.ty, Type::Structure(_) | Type::Opaque(_))
            }
            Column::Subject => true,
            Column::Inside(..) | Column::Ignored => false,
        };
        (0..self.columns.len()).filter(|index| tells(&self.columns[*index])).collect()
    }

    /// The header of the column from which an argument comes.
    pub fn header_of(&self, argument: &str, flags: &[Flag]) -> Option<&str> {
        let is = |column: &Column| match column {
            Column::Argument(index) | Column::Inside(index, _) => {
                flags[*index].name == argument || flags[*index].long == argument
            }
            Column::Subject => argument.chars().all(|c| c.is_uppercase() || c == '-'),
            Column::Ignored => false,
        };
        self.columns.iter().position(is).map(|index| self.headers[index].as_str())
    }
}

struct Assigner<'a> {
    flags: &'a [Flag],
    about: Option<&'a About>,
}

impl Assigner<'_> {
    fn find(&self, word: &str) -> Option<Column> {
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

fn problem(argument: &str, expected: &str, came: &str, hint: Option<String>) -> Failure {
    let error = InputError { hint, ..InputError::of(argument, expected, format!("`{came}`")) };
    threecx::Error::from(error).into()
}
