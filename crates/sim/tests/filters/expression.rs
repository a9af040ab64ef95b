//! Expression trees, and their text with no more parentheses than precedence asks for.

use fastrand::Rng;
use threecx_catalog::Enumeration;

use super::moment::{write_date, write_duration, write_instant, write_time};

/// A value. Numbers are digits before a point that has moved `scale` places to the left.
#[derive(Clone, Debug, PartialEq)]
pub enum Datum {
    Null,
    Bool(bool),
    Int(i128),
    Decimal {
        digits: i128,
        scale: u32,
    },
    Text(String),
    /// The names of one member, or of several flags.
    Members(Vec<String>),
    Instant {
        at: i128,
        offset: i128,
    },
    Date(i128),
    Time(i128),
    Duration(i128),
    Object,
}

#[derive(Clone, Debug)]
pub enum Expr {
    /// A constant; one of an enumeration has it.
    Constant(Datum, Option<&'static Enumeration>),
    /// A duration as clients send it: as text.
    DurationText(i128),
    /// Names from `$it` (0) or a lambda's variable on.
    Path(usize, Vec<&'static str>, super::schema::Kind),
    Not(Box<Expr>),
    Negate(Box<Expr>),
    Binary(&'static str, Box<Expr>, Box<Expr>),
    In(Box<Expr>, Vec<Expr>),
    InCollection(Box<Expr>, Box<Expr>),
    Call(&'static str, Vec<Expr>),
    /// `all` or `any`, the collection, how deep the variable is, and what has to hold.
    Lambda(bool, Box<Expr>, usize, Option<Box<Expr>>),
    Count(Box<Expr>),
}

impl Expr {
    /// How tightly an expression holds together, from `or` (1) to what needs no parentheses.
    fn tightness(&self) -> u8 {
        match self {
            Expr::Binary(operator, ..) => match *operator {
                "or" => 1,
                "and" => 2,
                "eq" | "ne" => 3,
                "gt" | "ge" | "lt" | "le" => 4,
                "add" | "sub" => 5,
                "mul" | "div" | "divby" | "mod" => 6,
                _ => 8,
            },
            Expr::Not(_) | Expr::Negate(_) => 7,
            Expr::In(..) | Expr::InCollection(..) => 8,
            _ => 9,
        }
    }

    /// The text of the expression; a random one of those that mean it.
    pub fn text(&self, rng: &mut Rng) -> String {
        self.at_least(0, rng)
    }

    fn at_least(&self, tightness: u8, rng: &mut Rng) -> String {
        let text = self.bare(rng);
        if self.tightness() < tightness || rng.u8(..20) == 0 { format!("({text})") } else { text }
    }

    fn bare(&self, rng: &mut Rng) -> String {
        let list = |items: &[Expr], rng: &mut Rng| {
            let items: Vec<String> = items.iter().map(|item| item.text(rng)).collect();
            items.join(if rng.bool() { "," } else { ", " })
        };
        match self {
            Expr::Constant(datum, enumeration) => constant(datum, *enumeration, rng),
            Expr::DurationText(nanoseconds) => format!("'{}'", write_duration(*nanoseconds, rng.bool())),
            Expr::Path(0, names, _) if rng.u8(..20) > 0 => names.join("/"),
            Expr::Path(0, names, _) => format!("$it/{}", names.join("/")),
            Expr::Path(variable, names, _) => [vec![variable_name(*variable)], owned(names)].concat().join("/"),
            Expr::Not(inner) => format!("not {}", inner.at_least(7, rng)),
            Expr::Negate(inner) => format!("-{}", inner.at_least(7, rng)),
            Expr::Binary(operator, left, right) => {
                let tightness = self.tightness();
                format!("{} {operator} {}", left.at_least(tightness, rng), right.at_least(tightness + 1, rng))
            }
            Expr::In(left, items) => format!("{} in ({})", left.at_least(8, rng), list(items, rng)),
            Expr::InCollection(left, collection) => format!("{} in {}", left.at_least(8, rng), collection.bare(rng)),
            Expr::Call(name, arguments) => {
                let name: String =
                    name.chars().map(|c| if rng.u8(..9) == 0 { c.to_ascii_uppercase() } else { c }).collect();
                format!("{name}({})", list(arguments, rng))
            }
            Expr::Lambda(all, collection, variable, predicate) => {
                let word = if *all { "all" } else { "any" };
                let inside = predicate.as_ref().map(|predicate| {
                    format!("{}:{}{}", variable_name(*variable), if rng.bool() { " " } else { "" }, predicate.text(rng))
                });
                format!("{}/{word}({})", collection.bare(rng), inside.unwrap_or_default())
            }
            Expr::Count(collection) => format!("{}/$count", collection.bare(rng)),
        }
    }
}

fn variable_name(variable: usize) -> String {
    format!("v{variable}")
}

fn owned(names: &[&str]) -> Vec<String> {
    names.iter().map(|name| (*name).to_owned()).collect()
}

fn constant(datum: &Datum, enumeration: Option<&Enumeration>, rng: &mut Rng) -> String {
    match datum {
        Datum::Null => "null".to_owned(),
        Datum::Bool(value) => value.to_string(),
        Datum::Int(number) => number.to_string(),
        Datum::Decimal { digits, scale } => {
            let power = 10_i128.pow(*scale);
            let sign = if *digits < 0 { "-" } else { "" };
            let (whole, fraction) = (digits.abs() / power, digits.abs() % power);
            format!("{sign}{whole}.{fraction:0width$}", width = *scale as usize)
        }
        Datum::Text(text) => format!("'{}'", text.replace('\'', "''")),
        Datum::Members(names) => {
            let prefix = enumeration.filter(|_| rng.bool()).map(|enumeration| format!("Pbx.{}", enumeration.name));
            format!("{}'{}'", prefix.unwrap_or_default(), names.join(if rng.bool() { "," } else { ", " }))
        }
        Datum::Instant { at, offset } => write_instant(*at, *offset),
        Datum::Date(days) => write_date(*days),
        Datum::Time(nanoseconds) => write_time(*nanoseconds),
        Datum::Duration(nanoseconds) => format!("duration'{}'", write_duration(*nanoseconds, rng.bool())),
        Datum::Object => unreachable!("no constant is an object"),
    }
}
