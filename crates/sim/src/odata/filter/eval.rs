//! Evaluation, with OData's rules for null: what is compared with null is false, except
//! `eq null` and `ne null`; `and` and `or` know the third value.

use std::borrow::Cow;
use std::cmp::Ordering;

use jiff::civil::DateTime;
use jiff::tz::TimeZone;

use super::parser::{Constant, Function, Node, Operator};
use super::scalar::Scalar;
use crate::state::{Entity, Value};

/// What a variable stands for.
#[derive(Clone, Copy)]
enum Bound<'e> {
    Entity(&'e Entity),
    Value(&'e Value),
}

/// Evaluates on entities; the first is `$it`.
pub(super) fn evaluate<'e>(node: &'e Node, entities: &[&'e Entity]) -> Scalar<'e> {
    let bound: Vec<Bound<'e>> = entities.iter().map(|entity| Bound::Entity(entity)).collect();
    value(node, &bound)
}

fn value<'e>(node: &'e Node, bound: &[Bound<'e>]) -> Scalar<'e> {
    match node {
        Node::Constant(constant) => of_constant(constant),
        Node::Path { scope, steps, ty } => match found(bound[*scope], steps) {
            Some(value) => Scalar::of(value, *ty),
            None => Scalar::Null,
        },
        Node::Not(inner) => truth(&value(inner, bound)).map_or(Scalar::Null, |truth| Scalar::Bool(!truth)),
        Node::Negate(inner) => match value(inner, bound) {
            Scalar::Int(number) => number.checked_neg().map_or(Scalar::Null, Scalar::Int),
            Scalar::Float(number) => Scalar::Float(-number),
            Scalar::Duration(duration) => Scalar::Duration(-duration),
            _ => Scalar::Null,
        },
        Node::Binary(operator, left, right) => binary(*operator, left, right, bound),
        Node::In(left, items) => {
            let left = value(left, bound);
            Scalar::Bool(items.iter().any(|item| equal(&left, &value(item, bound))))
        }
        Node::Call(function, arguments) => call(*function, arguments, bound),
        Node::Lambda { all, list, predicate } => lambda(*all, list, predicate.as_deref(), bound),
        Node::Count(list) => match value(list, bound) {
            Scalar::List(items) => Scalar::Int(items.len() as i64),
            _ => Scalar::Int(0),
        },
    }
}

fn found<'e>(from: Bound<'e>, steps: &[usize]) -> Option<&'e Value> {
    let mut entity = match from {
        Bound::Entity(entity) => entity,
        Bound::Value(value) if steps.is_empty() => return Some(value),
        Bound::Value(value) => value.as_object()?,
    };
    let (last, before) = steps.split_last()?;
    for step in before {
        entity = entity.at(*step).as_object()?;
    }
    Some(entity.at(*last))
}

fn of_constant(constant: &Constant) -> Scalar<'_> {
    match constant {
        Constant::Null => Scalar::Null,
        Constant::Bool(value) => Scalar::Bool(*value),
        Constant::Int(number) => Scalar::Int(*number),
        Constant::Float(number) => Scalar::Float(*number),
        Constant::Text(text) => Scalar::text(text.as_str()),
        Constant::Member(index) => Scalar::Member(*index),
        Constant::Instant(instant) => Scalar::Instant(*instant),
        Constant::Date(date) => Scalar::Date(*date),
        Constant::Time(time) => Scalar::Time(*time),
        Constant::Duration(duration) => Scalar::Duration(*duration),
    }
}

fn truth(scalar: &Scalar<'_>) -> Option<bool> {
    match scalar {
        Scalar::Bool(value) => Some(*value),
        _ => None,
    }
}

fn equal(a: &Scalar<'_>, b: &Scalar<'_>) -> bool {
    matches!((a, b), (Scalar::Null, Scalar::Null)) || a.compare(b) == Some(Ordering::Equal)
}

fn binary<'e>(operator: Operator, left: &'e Node, right: &'e Node, bound: &[Bound<'e>]) -> Scalar<'e> {
    let a = value(left, bound);
    match operator {
        Operator::And | Operator::Or => {
            // One that decides it alone: false for `and`, true for `or`.
            let decides = operator == Operator::Or;
            let first = truth(&a);
            if first == Some(decides) {
                return Scalar::Bool(decides);
            }
            let second = truth(&value(right, bound));
            if second == Some(decides) {
                return Scalar::Bool(decides);
            }
            return match (first, second) {
                (Some(_), Some(_)) => Scalar::Bool(!decides),
                _ => Scalar::Null,
            };
        }
        _ => {}
    }
    let b = value(right, bound);
    let order = a.compare(&b);
    match operator {
        Operator::Eq => Scalar::Bool(equal(&a, &b)),
        Operator::Ne => Scalar::Bool(!equal(&a, &b)),
        Operator::Gt => Scalar::Bool(order == Some(Ordering::Greater)),
        Operator::Ge => Scalar::Bool(matches!(order, Some(Ordering::Greater | Ordering::Equal))),
        Operator::Lt => Scalar::Bool(order == Some(Ordering::Less)),
        Operator::Le => Scalar::Bool(matches!(order, Some(Ordering::Less | Ordering::Equal))),
        Operator::Has => Scalar::Bool(equal(&a, &b)),
        _ => arithmetic(operator, &a, &b).unwrap_or(Scalar::Null),
    }
}

fn arithmetic<'e>(operator: Operator, a: &Scalar<'e>, b: &Scalar<'e>) -> Option<Scalar<'e>> {
    let subtract = operator == Operator::Sub;
    match (a, b) {
        (Scalar::Int(a), Scalar::Int(b)) => match operator {
            Operator::Add => a.checked_add(*b),
            Operator::Sub => a.checked_sub(*b),
            Operator::Mul => a.checked_mul(*b),
            Operator::Div => a.checked_div(*b),
            _ => a.checked_rem(*b),
        }
        .map(Scalar::Int),
        (Scalar::Int(_) | Scalar::Float(_), Scalar::Int(_) | Scalar::Float(_)) => {
            let (a, b) = (float(a)?, float(b)?);
            Some(Scalar::Float(match operator {
                Operator::Add => a + b,
                Operator::Sub => a - b,
                Operator::Mul => a * b,
                Operator::Div => a / b,
                _ => a % b,
            }))
        }
        (Scalar::Instant(a), Scalar::Duration(b)) => {
            if subtract { a.checked_sub(*b) } else { a.checked_add(*b) }.ok().map(Scalar::Instant)
        }
        (Scalar::Date(a), Scalar::Duration(b)) => {
            if subtract { a.checked_sub(*b) } else { a.checked_add(*b) }.ok().map(Scalar::Date)
        }
        (Scalar::Duration(a), Scalar::Duration(b)) => {
            if subtract { a.checked_sub(*b) } else { a.checked_add(*b) }.map(Scalar::Duration)
        }
        (Scalar::Instant(a), Scalar::Instant(b)) => Some(Scalar::Duration(a.duration_since(*b))),
        _ => None,
    }
}

fn float(scalar: &Scalar<'_>) -> Option<f64> {
    match scalar {
        Scalar::Int(number) => Some(*number as f64),
        Scalar::Float(number) => Some(*number),
        _ => None,
    }
}

fn lambda<'e>(all: bool, list: &'e Node, predicate: Option<&'e Node>, bound: &[Bound<'e>]) -> Scalar<'e> {
    let Scalar::List(items) = value(list, bound) else { return Scalar::Bool(all) };
    let Some(predicate) = predicate else { return Scalar::Bool(!items.is_empty()) };
    let holds = |item: &'e Value| {
        let element = item.as_object().map_or(Bound::Value(item), Bound::Entity);
        let bound: Vec<Bound<'e>> = bound.iter().copied().chain([element]).collect();
        truth(&value(predicate, &bound)) == Some(true)
    };
    Scalar::Bool(if all { items.iter().all(holds) } else { items.iter().any(holds) })
}

fn call<'e>(function: Function, arguments: &'e [Node], bound: &[Bound<'e>]) -> Scalar<'e> {
    let given: Vec<Scalar<'e>> = arguments.iter().map(|argument| value(argument, bound)).collect();
    let texts = |f: fn(&str, &str) -> Scalar<'static>| match given.as_slice() {
        [Scalar::Text(a), Scalar::Text(b)] => f(a, b),
        _ => Scalar::Null,
    };
    match function {
        Function::Contains => texts(|a, b| Scalar::Bool(a.contains(b))),
        Function::StartsWith => texts(|a, b| Scalar::Bool(a.starts_with(b))),
        Function::EndsWith => texts(|a, b| Scalar::Bool(a.ends_with(b))),
        Function::IndexOf => texts(|a, b| Scalar::Int(a.find(b).map_or(-1, |at| a[..at].chars().count() as i64))),
        Function::Concat => texts(|a, b| Scalar::text(format!("{a}{b}"))),
        Function::Substring => substring(&given),
        _ => match given.into_iter().next() {
            Some(argument) => of_one(function, argument),
            None => Scalar::Null,
        },
    }
}

fn substring(given: &[Scalar<'_>]) -> Scalar<'static> {
    let (Some(Scalar::Text(text)), Some(Scalar::Int(from))) = (given.first(), given.get(1)) else {
        return Scalar::Null;
    };
    let length = match given.get(2) {
        None => usize::MAX,
        Some(Scalar::Int(length)) => usize::try_from(*length).unwrap_or(0),
        Some(_) => return Scalar::Null,
    };
    let from = usize::try_from(*from).unwrap_or(0);
    Scalar::text(text.chars().skip(from).take(length).collect::<String>())
}

fn of_one(function: Function, argument: Scalar<'_>) -> Scalar<'_> {
    let civil = match &argument {
        Scalar::Instant(instant) => Some(TimeZone::UTC.to_datetime(*instant)),
        Scalar::Date(date) => Some(date.at(0, 0, 0, 0)),
        Scalar::Time(time) => Some(DateTime::from_parts(jiff::civil::date(1970, 1, 1), *time)),
        _ => None,
    };
    match (function, argument, civil) {
        (Function::Length, Scalar::Text(text), _) => Scalar::Int(text.chars().count() as i64),
        (Function::ToLower, Scalar::Text(text), _) => Scalar::text(text.to_lowercase()),
        (Function::ToUpper, Scalar::Text(text), _) => Scalar::text(text.to_uppercase()),
        (Function::Trim, Scalar::Text(Cow::Borrowed(text)), _) => Scalar::text(text.trim()),
        (Function::Trim, Scalar::Text(Cow::Owned(text)), _) => Scalar::text(text.trim().to_owned()),
        (Function::Round, Scalar::Float(number), _) => Scalar::Float(number.round()),
        (Function::Floor, Scalar::Float(number), _) => Scalar::Float(number.floor()),
        (Function::Ceiling, Scalar::Float(number), _) => Scalar::Float(number.ceil()),
        (Function::Round | Function::Floor | Function::Ceiling, Scalar::Int(number), _) => Scalar::Int(number),
        (Function::TotalSeconds, Scalar::Duration(duration), _) => Scalar::Float(duration.as_secs_f64()),
        (Function::Year, _, Some(civil)) => Scalar::Int(civil.year().into()),
        (Function::Month, _, Some(civil)) => Scalar::Int(civil.month().into()),
        (Function::Day, _, Some(civil)) => Scalar::Int(civil.day().into()),
        (Function::Hour, _, Some(civil)) => Scalar::Int(civil.hour().into()),
        (Function::Minute, _, Some(civil)) => Scalar::Int(civil.minute().into()),
        (Function::Second, _, Some(civil)) => Scalar::Int(civil.second().into()),
        (Function::Date, _, Some(civil)) => Scalar::Date(civil.date()),
        (Function::Time, _, Some(civil)) => Scalar::Time(civil.time()),
        _ => Scalar::Null,
    }
}
