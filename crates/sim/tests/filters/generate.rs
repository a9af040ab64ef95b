//! Random expressions that fit their types, with constants from the rows that they are asked
//! of.

use std::collections::HashSet;

use fastrand::Rng;
use serde_json::Value as Json;
use threecx_catalog::Structure;

use super::evaluate::datum;
use super::expression::{Datum, Expr};
use super::moment::{DAY, SECOND};
use super::schema::{Kind, Path, paths};

/// How far paths lead down.
pub const LEVELS: usize = 2;

/// What a variable may be: `$it`, or that of a lambda.
struct Scope<'j> {
    paths: Vec<Path>,
    /// Some of what it will stand for.
    samples: Vec<&'j Json>,
}

pub struct Generator<'j> {
    pub rng: Rng,
    scopes: Vec<Scope<'j>>,
}

impl<'j> Generator<'j> {
    pub fn new(structure: &'static Structure, rows: &'j [Json], rng: Rng) -> Generator<'j> {
        let paths = paths(structure, LEVELS);
        Generator { rng, scopes: vec![Scope { paths: telling(&paths, rows.iter()), samples: rows.iter().collect() }] }
    }

    /// A path to a value of which `fits` is true, from any variable.
    fn path(&mut self, fits: impl Fn(&Path) -> bool) -> Option<(usize, Path)> {
        let variable = if self.rng.bool() { self.scopes.len() - 1 } else { self.rng.usize(..self.scopes.len()) };
        let fitting: Vec<&Path> = self.scopes[variable].paths.iter().filter(|path| fits(path)).collect();
        let path = self.rng.choice(fitting)?.clone();
        Some((variable, path))
    }

    fn primitive_path(&mut self, kind: Kind) -> Option<(usize, Path)> {
        self.path(|path| path.kind == kind && !path.collection)
    }

    /// A value that stands where a path leads, and is not null.
    fn value_at(&mut self, variable: usize, path: &Path) -> Option<Datum> {
        let samples = self.scopes[variable].samples.clone();
        let values: Vec<&Json> =
            samples.into_iter().map(|row| path.value(row)).filter(|json| !json.is_null()).collect();
        self.rng.choice(values).map(|json| datum(json, path.kind))
    }

    /// The kind of some value that rows have.
    pub fn kind(&mut self) -> Kind {
        let ordered = |path: &Path| !path.collection && !matches!(path.kind, Kind::Member(_) | Kind::Object(_));
        self.path(ordered).map_or(Kind::Int, |(_, path)| path.kind)
    }

    /// True, false, or unknown.
    pub fn condition(&mut self, depth: usize) -> Expr {
        if depth == 0 {
            return self.comparison(0);
        }
        let below = depth - 1;
        match self.rng.u8(..14) {
            0..3 => self.both("and", below),
            3..6 => self.both("or", below),
            6..8 => Expr::Not(Box::new(self.condition(below))),
            8 => {
                let operator = if self.rng.bool() { "eq" } else { "ne" };
                self.both(operator, below)
            }
            9..11 => self.lambda(below).unwrap_or_else(|| self.comparison(below)),
            _ => self.comparison(below),
        }
    }

    fn both(&mut self, operator: &'static str, depth: usize) -> Expr {
        Expr::Binary(operator, Box::new(self.condition(depth)), Box::new(self.condition(depth)))
    }

    fn lambda(&mut self, depth: usize) -> Option<Expr> {
        let (variable, path) = self.path(|path| path.collection)?;
        let list = Box::new(Expr::Path(variable, path.names.clone(), path.kind));
        if self.rng.u8(..8) == 0 {
            return Some(Expr::Lambda(false, list, 0, None));
        }
        let rows = self.scopes[variable].samples.iter();
        let samples: Vec<&Json> = rows.filter_map(|row| path.value(row).as_array()).flatten().take(200).collect();
        let paths = match path.kind {
            Kind::Object(structure) => telling(&paths(structure, 1), samples.iter().copied()),
            kind => vec![Path { names: vec![], kind, collection: false }],
        };
        self.scopes.push(Scope { paths, samples });
        let predicate = self.condition(depth.min(2));
        self.scopes.pop();
        Some(Expr::Lambda(self.rng.bool(), list, self.scopes.len(), Some(Box::new(predicate))))
    }

    fn comparison(&mut self, depth: usize) -> Expr {
        let Some((variable, path)) = self.path(|path| !path.collection) else {
            return Expr::Constant(Datum::Bool(self.rng.bool()), None);
        };
        let left = Expr::Path(variable, path.names.clone(), path.kind);
        if self.rng.u8(..10) == 0 || matches!(path.kind, Kind::Object(_)) {
            let operator = if self.rng.bool() { "eq" } else { "ne" };
            return Expr::Binary(operator, Box::new(left), Box::new(Expr::Constant(Datum::Null, None)));
        }
        let constant = self.value_at(variable, &path);
        match (path.kind, self.rng.u8(..6)) {
            (Kind::Bool, 0..5) => left,
            (Kind::Text, 0..2) => self.text_test(left, constant, depth),
            (Kind::Member(enumeration), 0..2) => self.flag_test(left, enumeration, constant),
            (_, 2) if constant.is_some() => self.membership(left, variable, &path),
            (kind, 3) => self.membership_in_collection(kind).unwrap_or_else(|| is_not_null(left)),
            _ => self.order_test(path.kind, left, constant, depth),
        }
    }

    fn order_test(&mut self, kind: Kind, path: Expr, constant: Option<Datum>, depth: usize) -> Expr {
        let ordered = !matches!(kind, Kind::Bool | Kind::Member(_));
        let operators: &[&str] = if ordered { &["eq", "ne", "gt", "ge", "lt", "le"] } else { &["eq", "ne"] };
        let operator = self.rng.choice(operators).copied().unwrap_or("eq");
        let left = if self.rng.bool() { path } else { self.value(kind, depth).unwrap_or(path) };
        let right = match (kind, constant) {
            (_, Some(constant)) if self.rng.u8(..4) > 0 => self.near(constant, kind, &left),
            (Kind::Member(_), Some(constant)) => self.near(constant, kind, &left),
            _ => self.value(kind, depth).unwrap_or(Expr::Constant(Datum::Null, None)),
        };
        // Where both are constants of an enumeration, nothing tells of which.
        let (left, right) = if self.rng.u8(..4) == 0 { (right, left) } else { (left, right) };
        Expr::Binary(operator, Box::new(left), Box::new(right))
    }

    /// A constant, or one that is not far from it.
    fn near(&mut self, constant: Datum, kind: Kind, beside: &Expr) -> Expr {
        let enumeration = if let Kind::Member(enumeration) = kind { Some(enumeration) } else { None };
        let datum = match constant {
            Datum::Int(number) if self.rng.u8(..4) == 0 => Datum::Int(number + i128::from(self.rng.i8(-2..3))),
            Datum::Int(number) if self.rng.u8(..6) == 0 => Datum::Decimal { digits: number * 10 + 5, scale: 1 },
            Datum::Instant { at, .. } => {
                let offset = self.offset();
                Datum::Instant { at: at + i128::from(self.rng.i8(-1..2)) * SECOND, offset }
            }
            Datum::Duration(nanoseconds) if matches!(beside, Expr::Path(..)) && self.rng.bool() => {
                return Expr::DurationText(nanoseconds);
            }
            other => other,
        };
        Expr::Constant(datum, enumeration)
    }

    fn offset(&mut self) -> i128 {
        self.rng.choice([0, 60, -330, 840]).unwrap_or(0)
    }

    fn text_test(&mut self, text: Expr, constant: Option<Datum>, depth: usize) -> Expr {
        let name = *self.rng.choice(&["contains", "startswith", "endswith"]).unwrap_or(&"contains");
        let text = if self.rng.bool() { text } else { self.value(Kind::Text, depth).unwrap_or(text) };
        let part = match constant {
            Some(Datum::Text(text)) => {
                let chars: Vec<char> = text.chars().collect();
                let (a, b) = (self.rng.usize(..=chars.len()), self.rng.usize(..=chars.len()));
                let (a, b) = match name {
                    "startswith" => (0, a.min(b)),
                    "endswith" => (a.max(b), chars.len()),
                    _ => (a.min(b), a.max(b)),
                };
                Expr::Constant(Datum::Text(chars[a..b].iter().collect()), None)
            }
            _ => self.value(Kind::Text, depth).unwrap_or(Expr::Constant(Datum::Text(String::new()), None)),
        };
        Expr::Call(name, vec![text, part])
    }

    fn flag_test(
        &mut self,
        path: Expr,
        enumeration: &'static threecx_catalog::Enumeration,
        constant: Option<Datum>,
    ) -> Expr {
        let member = match constant {
            Some(Datum::Members(names)) if self.rng.bool() => vec![names[0].clone()],
            _ => vec![self.rng.choice(enumeration.members).map_or(String::new(), |member| member.name.to_owned())],
        };
        let wanted = Expr::Constant(Datum::Members(member), Some(enumeration));
        Expr::Binary("has", Box::new(path), Box::new(wanted))
    }

    fn membership(&mut self, left: Expr, variable: usize, path: &Path) -> Expr {
        let enumeration = if let Kind::Member(enumeration) = path.kind { Some(enumeration) } else { None };
        let mut items: Vec<Expr> = (0..self.rng.usize(1..8))
            .filter_map(|_| self.value_at(variable, path))
            .map(|datum| Expr::Constant(datum, enumeration))
            .collect();
        if self.rng.u8(..6) == 0 {
            items.insert(self.rng.usize(..=items.len()), Expr::Constant(Datum::Null, None));
        }
        if self.rng.bool() {
            return Expr::In(Box::new(left), items);
        }
        // As many clients write it.
        let equal = |item| Expr::Binary("eq", Box::new(left.clone()), Box::new(item));
        let either = |a, b| Expr::Binary("or", Box::new(a), Box::new(b));
        items.into_iter().map(equal).reduce(either).unwrap_or_else(|| is_not_null(left.clone()))
    }

    fn membership_in_collection(&mut self, kind: Kind) -> Option<Expr> {
        let (variable, path) = self.path(|path| path.collection && path.kind == kind)?;
        let left = match kind {
            Kind::Member(_) => self.primitive_path(kind).map(|(variable, path)| Expr::Path(variable, path.names, kind)),
            _ => self.value(kind, 0),
        }?;
        let list = Expr::Path(variable, path.names, path.kind);
        Some(Expr::InCollection(Box::new(left), Box::new(list)))
    }

    /// A value of a kind.
    pub fn value(&mut self, kind: Kind, depth: usize) -> Option<Expr> {
        if depth == 0 || self.rng.u8(..3) == 0 {
            return self.leaf(kind);
        }
        let below = depth - 1;
        match kind {
            Kind::Int => self.int(below),
            Kind::Decimal => self.decimal(below),
            Kind::Text => self.text(below),
            Kind::Instant => {
                let (instant, by) = (self.value(Kind::Instant, below)?, self.duration(0));
                Some(Expr::Binary(if self.rng.bool() { "add" } else { "sub" }, Box::new(instant), Box::new(by)))
            }
            Kind::Date => match self.rng.bool() {
                true => Some(Expr::Call("date", vec![self.value(Kind::Instant, below)?])),
                false => {
                    let (date, by) = (self.value(Kind::Date, below)?, self.duration(0));
                    Some(Expr::Binary(if self.rng.bool() { "add" } else { "sub" }, Box::new(date), Box::new(by)))
                }
            },
            Kind::Time => Some(Expr::Call("time", vec![self.value(Kind::Instant, below)?])),
            Kind::Duration => Some(self.duration(below)),
            Kind::Bool => Some(self.condition(below)),
            Kind::Member(_) | Kind::Object(_) => self.leaf(kind),
        }
    }

    fn leaf(&mut self, kind: Kind) -> Option<Expr> {
        if let Some((variable, path)) = self.primitive_path(kind)
            && self.rng.u8(..5) > 0
        {
            return Some(Expr::Path(variable, path.names, path.kind));
        }
        let datum = match kind {
            Kind::Bool => Datum::Bool(self.rng.bool()),
            Kind::Int => Datum::Int(self.rng.i32(-50..1000).into()),
            Kind::Decimal => Datum::Decimal { digits: self.rng.i32(-5000..5000).into(), scale: self.rng.u32(1..3) },
            Kind::Text => Datum::Text(self.rng.choice(["", "1", "O'B", " a ", "é", "10"]).unwrap_or("").to_owned()),
            Kind::Instant => Datum::Instant { at: i128::from(self.rng.u32(..)) * SECOND, offset: self.offset() },
            Kind::Date => Datum::Date(self.rng.i32(15_000..25_000).into()),
            Kind::Time => Datum::Time(i128::from(self.rng.u32(..86_400)) * SECOND),
            Kind::Duration => Datum::Duration(i128::from(self.rng.i32(-100_000..100_000)) * SECOND),
            Kind::Member(_) | Kind::Object(_) => return None,
        };
        Some(Expr::Constant(datum, None))
    }

    fn int(&mut self, depth: usize) -> Option<Expr> {
        let of_text = |name, text| Some(Expr::Call(name, vec![text]));
        match self.rng.u8(..8) {
            0..3 => {
                let operator = *self.rng.choice(&["add", "sub", "mul", "div", "mod"]).unwrap_or(&"add");
                let (left, right) = (self.value(Kind::Int, depth)?, self.value(Kind::Int, depth)?);
                Some(Expr::Binary(operator, Box::new(left), Box::new(right)))
            }
            3 => Some(Expr::Negate(Box::new(self.value(Kind::Int, depth)?))),
            4 => of_text("length", self.value(Kind::Text, depth)?),
            5 => Some(Expr::Call("indexof", vec![self.value(Kind::Text, depth)?, self.value(Kind::Text, depth)?])),
            6 => {
                let (variable, path) = self.path(|path| path.collection)?;
                Some(Expr::Count(Box::new(Expr::Path(variable, path.names, path.kind))))
            }
            _ => {
                let (name, kind) = *self.rng.choice(&[
                    ("year", Kind::Instant),
                    ("month", Kind::Date),
                    ("day", Kind::Instant),
                    ("hour", Kind::Instant),
                    ("minute", Kind::Time),
                    ("second", Kind::Instant),
                    ("totaloffsetminutes", Kind::Instant),
                ])?;
                Some(Expr::Call(name, vec![self.value(kind, depth)?]))
            }
        }
    }

    /// Products and quotients have small constants: nothing is longer than 28 digits.
    fn decimal(&mut self, depth: usize) -> Option<Expr> {
        let kind = if self.rng.bool() { Kind::Int } else { Kind::Decimal };
        match self.rng.u8(..7) {
            0..2 => {
                let operator = if self.rng.bool() { "add" } else { "sub" };
                let (left, right) = (self.leaf(kind)?, self.leaf(Kind::Decimal)?);
                Some(Expr::Binary(operator, Box::new(left), Box::new(right)))
            }
            2 => {
                let by = Datum::Int(*self.rng.choice(&[1, 2, 4, 5, 8, 10, -20])?);
                let left = self.leaf(kind)?;
                Some(Expr::Binary("divby", Box::new(left), Box::new(Expr::Constant(by, None))))
            }
            3 => {
                let by = Datum::Decimal { digits: self.rng.i32(-99..99).into(), scale: 1 };
                let left = self.leaf(kind)?;
                let operator = if self.rng.bool() { "mul" } else { "mod" };
                Some(Expr::Binary(operator, Box::new(left), Box::new(Expr::Constant(by, None))))
            }
            4 => {
                let name = if self.rng.bool() { "fractionalseconds" } else { "totalseconds" };
                let kind = if name == "totalseconds" { Kind::Duration } else { Kind::Instant };
                Some(Expr::Call(name, vec![self.value(kind, depth)?]))
            }
            _ => {
                let name = *self.rng.choice(&["round", "floor", "ceiling"])?;
                Some(Expr::Call(name, vec![self.value(Kind::Decimal, depth)?]))
            }
        }
    }

    fn text(&mut self, depth: usize) -> Option<Expr> {
        let text = self.value(Kind::Text, depth)?;
        Some(match self.rng.u8(..6) {
            0 => Expr::Call("concat", vec![text, self.value(Kind::Text, depth)?]),
            1 => Expr::Call("substring", vec![text, self.value(Kind::Int, 0)?]),
            2 => {
                let (from, length) = (self.rng.u8(..6), self.rng.u8(..6));
                let constant = |number: u8| Expr::Constant(Datum::Int(number.into()), None);
                Expr::Call("substring", vec![text, constant(from), constant(length)])
            }
            3 => Expr::Call("tolower", vec![text]),
            4 => Expr::Call("toupper", vec![text]),
            _ => Expr::Call("trim", vec![text]),
        })
    }

    fn duration(&mut self, depth: usize) -> Expr {
        let leaf = |generator: &mut Self| {
            let days = Expr::Constant(Datum::Duration(i128::from(generator.rng.i8(..)) * DAY / 4), None);
            generator.leaf(Kind::Duration).unwrap_or(days)
        };
        if depth == 0 {
            return leaf(self);
        }
        let left = Box::new(self.duration(depth - 1));
        match self.rng.u8(..5) {
            0 => Expr::Negate(left),
            1 => Expr::Binary("mul", left, Box::new(Expr::Constant(Datum::Int(self.rng.i8(-5..5).into()), None))),
            2 => match (self.leaf(Kind::Instant), self.leaf(Kind::Instant)) {
                (Some(a), Some(b)) => Expr::Binary("sub", Box::new(a), Box::new(b)),
                _ => *left,
            },
            _ => {
                let operator = if self.rng.bool() { "add" } else { "sub" };
                Expr::Binary(operator, left, Box::new(leaf(self)))
            }
        }
    }
}

fn is_not_null(value: Expr) -> Expr {
    Expr::Binary("ne", Box::new(value), Box::new(Expr::Constant(Datum::Null, None)))
}

/// Paths, those where rows differ several times over: they are the ones that say something.
fn telling<'j>(paths: &[Path], rows: impl Iterator<Item = &'j Json>) -> Vec<Path> {
    let rows: Vec<&Json> = rows.take(200).collect();
    let mut weighed = Vec::new();
    for path in paths {
        let different: HashSet<String> = rows.iter().map(|row| path.value(row).to_string()).take(50).collect();
        let weight = if different.len() > 1 { 12 } else { 1 };
        weighed.extend(std::iter::repeat_n(path.clone(), weight));
    }
    weighed
}
