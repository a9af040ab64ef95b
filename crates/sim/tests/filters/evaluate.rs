//! What an expression comes to on a row of JSON: written from OData's text, slow and plain.

use std::cmp::Ordering;

use serde_json::Value as Json;

use super::expression::{Datum, Expr};
use super::moment::{DAY, SECOND, civil, parse_duration, parse_instant, parse_time};
use super::schema::Kind;

/// The value of an expression; `bound` are the row and the elements that lambdas are at.
pub fn evaluate(expr: &Expr, bound: &[&Json]) -> Datum {
    match expr {
        Expr::Constant(datum, _) => datum.clone(),
        Expr::DurationText(nanoseconds) => Datum::Duration(*nanoseconds),
        Expr::Path(variable, names, kind) => {
            datum(names.iter().fold(bound[*variable], |json, name| &json[*name]), *kind)
        }
        Expr::Not(inner) => match evaluate(inner, bound) {
            Datum::Bool(value) => Datum::Bool(!value),
            _ => Datum::Null,
        },
        Expr::Negate(inner) => match evaluate(inner, bound) {
            Datum::Int(number) => whole(-number),
            Datum::Decimal { digits, scale } => Datum::Decimal { digits: -digits, scale },
            Datum::Duration(duration) => Datum::Duration(-duration),
            _ => Datum::Null,
        },
        Expr::Binary(operator, left, right) => binary(operator, &evaluate(left, bound), &evaluate(right, bound)),
        Expr::In(left, items) => {
            let left = evaluate(left, bound);
            Datum::Bool(items.iter().any(|item| equal(&left, &evaluate(item, bound))))
        }
        Expr::InCollection(left, collection) => {
            let left = evaluate(left, bound);
            let Expr::Path(_, _, kind) = **collection else { panic!("no path") };
            Datum::Bool(elements(collection, bound).iter().any(|item| equal(&left, &datum(item, kind))))
        }
        Expr::Call(name, arguments) => {
            let arguments: Vec<Datum> = arguments.iter().map(|argument| evaluate(argument, bound)).collect();
            call(name, &arguments)
        }
        Expr::Lambda(all, collection, _, predicate) => {
            let elements = elements(collection, bound);
            let Some(predicate) = predicate else { return Datum::Bool(!elements.is_empty()) };
            let holds = |element: &Json| evaluate(predicate, &[bound, &[element]].concat()) == Datum::Bool(true);
            let mut elements = elements.into_iter();
            Datum::Bool(if *all { elements.all(holds) } else { elements.any(holds) })
        }
        Expr::Count(collection) => Datum::Int(elements(collection, bound).len() as i128),
    }
}

fn elements<'j>(collection: &Expr, bound: &[&'j Json]) -> Vec<&'j Json> {
    let Expr::Path(variable, names, _) = collection else { panic!("no path") };
    let json = names.iter().fold(bound[*variable], |json, name| &json[*name]);
    json.as_array().map(|items| items.iter().collect()).unwrap_or_default()
}

/// A value of JSON as what it is.
pub fn datum(json: &Json, kind: Kind) -> Datum {
    let text = || json.as_str().expect("text");
    match kind {
        _ if json.is_null() => Datum::Null,
        Kind::Bool => Datum::Bool(json.as_bool().expect("a truth")),
        Kind::Int => Datum::Int(json.as_i64().expect("a whole number").into()),
        Kind::Decimal => {
            let text = json.to_string();
            let (whole, fraction) = text.split_once('.').unwrap_or((&text, ""));
            Datum::Decimal {
                digits: format!("{whole}{fraction}").parse().expect("digits"),
                scale: fraction.len() as u32,
            }
        }
        Kind::Text => Datum::Text(text().to_owned()),
        Kind::Member(_) => Datum::Members(text().split(',').map(|name| name.trim().to_owned()).collect()),
        Kind::Instant => {
            let (at, offset) = parse_instant(text());
            Datum::Instant { at, offset }
        }
        Kind::Date => Datum::Date(super::moment::parse_date(text())),
        Kind::Time => Datum::Time(parse_time(text())),
        Kind::Duration => Datum::Duration(parse_duration(text())),
        Kind::Object(_) => Datum::Object,
    }
}

/// Whole numbers have 64 bits.
fn whole(number: i128) -> Datum {
    i64::try_from(number).map_or(Datum::Null, |number| Datum::Int(number.into()))
}

/// The digits and scale of a number.
fn number(datum: &Datum) -> Option<(i128, u32)> {
    match datum {
        Datum::Int(number) => Some((*number, 0)),
        Datum::Decimal { digits, scale } => Some((*digits, *scale)),
        _ => None,
    }
}

/// Two numbers with their points in one place.
fn aligned(a: &Datum, b: &Datum) -> Option<(i128, i128, u32)> {
    let ((a, a_scale), (b, b_scale)) = (number(a)?, number(b)?);
    let scale = a_scale.max(b_scale);
    Some((a * 10_i128.pow(scale - a_scale), b * 10_i128.pow(scale - b_scale), scale))
}

/// Which of two values comes first; nothing where one is null.
pub fn compare(a: &Datum, b: &Datum) -> Option<Ordering> {
    match (a, b) {
        (Datum::Bool(a), Datum::Bool(b)) => Some(a.cmp(b)),
        (Datum::Text(a), Datum::Text(b)) => Some(a.chars().cmp(b.chars())),
        (Datum::Instant { at: a, .. }, Datum::Instant { at: b, .. }) => Some(a.cmp(b)),
        (Datum::Date(a), Datum::Date(b))
        | (Datum::Time(a), Datum::Time(b))
        | (Datum::Duration(a), Datum::Duration(b)) => Some(a.cmp(b)),
        _ => aligned(a, b).map(|(a, b, _)| a.cmp(&b)),
    }
}

fn equal(a: &Datum, b: &Datum) -> bool {
    match (a, b) {
        (Datum::Null, Datum::Null) => true,
        (Datum::Members(a), Datum::Members(b)) => a.len() == b.len() && a.iter().all(|name| b.contains(name)),
        _ => compare(a, b) == Some(Ordering::Equal),
    }
}

fn binary(operator: &str, a: &Datum, b: &Datum) -> Datum {
    let ordered = |orders: &[Ordering]| Datum::Bool(compare(a, b).is_some_and(|order| orders.contains(&order)));
    match operator {
        "and" => match (a, b) {
            (Datum::Bool(false), _) | (_, Datum::Bool(false)) => Datum::Bool(false),
            (Datum::Bool(true), Datum::Bool(true)) => Datum::Bool(true),
            _ => Datum::Null,
        },
        "or" => match (a, b) {
            (Datum::Bool(true), _) | (_, Datum::Bool(true)) => Datum::Bool(true),
            (Datum::Bool(false), Datum::Bool(false)) => Datum::Bool(false),
            _ => Datum::Null,
        },
        "eq" => Datum::Bool(equal(a, b)),
        "ne" => Datum::Bool(!equal(a, b)),
        "gt" => ordered(&[Ordering::Greater]),
        "ge" => ordered(&[Ordering::Greater, Ordering::Equal]),
        "lt" => ordered(&[Ordering::Less]),
        "le" => ordered(&[Ordering::Less, Ordering::Equal]),
        "has" => match (a, b) {
            (Datum::Members(a), Datum::Members(b)) => Datum::Bool(b.iter().all(|name| a.contains(name))),
            _ => Datum::Bool(false),
        },
        _ => arithmetic(operator, a, b),
    }
}

fn arithmetic(operator: &str, a: &Datum, b: &Datum) -> Datum {
    match (a, b) {
        (Datum::Instant { at, offset }, Datum::Duration(by)) => {
            Datum::Instant { at: if operator == "add" { at + by } else { at - by }, offset: *offset }
        }
        (Datum::Instant { at: a, .. }, Datum::Instant { at: b, .. }) => Datum::Duration(a - b),
        (Datum::Date(a), Datum::Date(b)) => Datum::Duration((a - b) * DAY),
        (Datum::Date(days), Datum::Duration(by)) => {
            Datum::Date(if operator == "add" { days + by / DAY } else { days - by / DAY })
        }
        (Datum::Duration(a), Datum::Duration(b)) => Datum::Duration(if operator == "add" { a + b } else { a - b }),
        (Datum::Duration(a), Datum::Int(b)) => Datum::Duration(a * b),
        (Datum::Int(a), Datum::Int(b)) if operator != "divby" => match operator {
            "add" => whole(a + b),
            "sub" => whole(a - b),
            "mul" => whole(a * b),
            _ if *b == 0 => Datum::Null,
            "div" => whole(a / b),
            _ => whole(a % b),
        },
        _ => {
            let Some((a, b, scale)) = aligned(a, b) else { return Datum::Null };
            match operator {
                "add" => Datum::Decimal { digits: a + b, scale },
                "sub" => Datum::Decimal { digits: a - b, scale },
                "mul" => Datum::Decimal { digits: a * b, scale: scale * 2 },
                _ if b == 0 => Datum::Null,
                "mod" => Datum::Decimal { digits: a % b, scale },
                // Divisors are such that nothing is left after six digits.
                _ => Datum::Decimal { digits: a * 1_000_000 / b, scale: 6 },
            }
        }
    }
}

fn call(name: &str, arguments: &[Datum]) -> Datum {
    if arguments.contains(&Datum::Null) {
        return Datum::Null;
    }
    let text = |index: usize| match &arguments[index] {
        Datum::Text(text) => text.chars().collect::<Vec<char>>(),
        other => panic!("{name} of {other:?}"),
    };
    let int = |index: usize| match &arguments[index] {
        Datum::Int(number) => usize::try_from(*number).unwrap_or(0),
        other => panic!("{name} of {other:?}"),
    };
    let string = |chars: &[char]| Datum::Text(chars.iter().collect());
    let find = || {
        let (text, part) = (text(0), text(1));
        (0..=text.len()).find(|start| text[*start..].starts_with(&part))
    };
    match name {
        "contains" => Datum::Bool(find().is_some()),
        "startswith" => Datum::Bool(text(0).starts_with(&text(1))),
        "endswith" => Datum::Bool(text(0).ends_with(&text(1))),
        "indexof" => Datum::Int(find().map_or(-1, |place| place as i128)),
        "length" => Datum::Int(text(0).len() as i128),
        "concat" => string(&[text(0), text(1)].concat()),
        "tolower" => Datum::Text(text(0).into_iter().flat_map(char::to_lowercase).collect()),
        "toupper" => Datum::Text(text(0).into_iter().flat_map(char::to_uppercase).collect()),
        "trim" => Datum::Text(text(0).iter().collect::<String>().trim().to_owned()),
        "substring" => {
            let text = text(0);
            let start = int(1).min(text.len());
            let end = if arguments.len() == 3 { start.saturating_add(int(2)).min(text.len()) } else { text.len() };
            string(&text[start..end])
        }
        "round" | "floor" | "ceiling" => rounded(name, &arguments[0]),
        "totalseconds" => match arguments[0] {
            Datum::Duration(nanoseconds) => Datum::Decimal { digits: nanoseconds, scale: 9 },
            ref other => panic!("{name} of {other:?}"),
        },
        "totaloffsetminutes" => match arguments[0] {
            Datum::Instant { offset, .. } => Datum::Int(offset),
            ref other => panic!("{name} of {other:?}"),
        },
        _ => of_moment(name, &arguments[0]),
    }
}

fn rounded(name: &str, argument: &Datum) -> Datum {
    let Datum::Decimal { digits, scale } = argument else { return argument.clone() };
    let one = 10_i128.pow(*scale);
    let (below, rest) = (digits.div_euclid(one), digits.rem_euclid(one));
    let up = match name {
        "floor" => false,
        "ceiling" => rest > 0,
        // A half goes away from zero.
        _ if *digits < 0 => rest * 2 > one,
        _ => rest * 2 >= one,
    };
    Datum::Decimal { digits: below + i128::from(up), scale: 0 }
}

fn of_moment(name: &str, argument: &Datum) -> Datum {
    // Date and time where it was taken.
    let local = match argument {
        Datum::Instant { at, offset } => at + offset * 60 * SECOND,
        Datum::Date(days) => days * DAY,
        Datum::Time(nanoseconds) => *nanoseconds,
        other => panic!("{name} of {other:?}"),
    };
    let (year, month, day) = civil(local.div_euclid(DAY));
    let time = local.rem_euclid(DAY);
    match name {
        "year" => Datum::Int(year),
        "month" => Datum::Int(month),
        "day" => Datum::Int(day),
        "hour" => Datum::Int(time / SECOND / 3600),
        "minute" => Datum::Int(time / SECOND / 60 % 60),
        "second" => Datum::Int(time / SECOND % 60),
        "fractionalseconds" => Datum::Decimal { digits: time % SECOND, scale: 9 },
        "date" => Datum::Date(local.div_euclid(DAY)),
        "time" => Datum::Time(time),
        other => panic!("no function {other}"),
    }
}
