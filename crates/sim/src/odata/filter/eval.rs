//! Evaluation, with OData's rules for null: what is compared with null is false, except
//! `eq null` and `ne null`; `and`, `or` and `not` know the third value.

use std::cell::Cell;
use std::cmp::Ordering;

use super::arithmetic::{calculate, negate};
use super::calls::call;
use super::scalar::Scalar;
use super::tree::{Items, Node, Operator};
use crate::state::{Entity, Value};

/// How much may still be evaluated for a row.
pub(super) struct Steps {
    left: Cell<u64>,
}

impl Steps {
    pub fn new(left: u64) -> Steps {
        Steps { left: Cell::new(left) }
    }

    pub fn left(&self) -> u64 {
        self.left.get()
    }

    /// Takes one; false if none is left.
    fn take(&self) -> bool {
        let left = self.left.get();
        self.left.set(left.saturating_sub(1));
        left > 0
    }
}

/// What a variable is bound to.
#[derive(Clone, Copy)]
enum Bound<'e> {
    Entity(&'e Entity),
    Value(&'e Value),
}

/// A variable, and those of the lambdas around it.
struct Variables<'p, 'e> {
    this: Bound<'e>,
    depth: usize,
    outer: Option<&'p Variables<'p, 'e>>,
}

impl<'e> Variables<'_, 'e> {
    fn at(&self, depth: usize) -> Bound<'e> {
        match self.outer {
            Some(outer) if self.depth > depth => outer.at(depth),
            _ => self.this,
        }
    }
}

/// Evaluates on an entity, which is `$it`. When no steps are left, everything is null.
pub(super) fn evaluate<'e>(node: &'e Node, entity: &'e Entity, steps: &Steps) -> Scalar<'e> {
    value(node, &Variables { this: Bound::Entity(entity), depth: 0, outer: None }, steps)
}

fn value<'e>(node: &'e Node, bound: &Variables<'_, 'e>, steps: &Steps) -> Scalar<'e> {
    if !steps.take() {
        return Scalar::Null;
    }
    match node {
        Node::Constant(constant) => constant.borrowed(),
        Node::Path { scope, steps, ty } => match (bound.at(*scope), &**steps) {
            (Bound::Entity(_), []) => Scalar::Object,
            (from, steps) => found(from, steps).map_or(Scalar::Null, |value| Scalar::of(value, *ty)),
        },
        Node::Not(inner) => value(inner, bound, steps).truth().map_or(Scalar::Null, |truth| Scalar::Bool(!truth)),
        Node::Negate(inner) => negate(&value(inner, bound, steps)).unwrap_or(Scalar::Null),
        Node::Logic { or, operands } => logic(*or, operands, bound, steps),
        Node::Binary(operator, left, right) => {
            let (left, right) = (value(left, bound, steps), value(right, bound, steps));
            binary(*operator, &left, &right)
        }
        Node::In(left, items) => {
            let left = value(left, bound, steps);
            Scalar::Bool(is_in(&left, items, bound, steps))
        }
        Node::Call(function, arguments) => {
            let mut given = [Scalar::Null, Scalar::Null, Scalar::Null];
            for (place, argument) in given.iter_mut().zip(arguments) {
                *place = value(argument, bound, steps);
            }
            call(*function, given, arguments.len()).unwrap_or(Scalar::Null)
        }
        Node::Matches(text, regex) => match value(text, bound, steps) {
            Scalar::Text(text) => Scalar::Bool(regex.is_match(&text)),
            _ => Scalar::Null,
        },
        Node::Lambda { all, list, predicate } => lambda(*all, list, predicate.as_deref(), bound, steps),
        Node::Count(list) => match value(list, bound, steps) {
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

/// True or false as soon as one operand decides it; unknown if none does and one is unknown.
fn logic<'e>(or: bool, operands: &'e [Node], bound: &Variables<'_, 'e>, steps: &Steps) -> Scalar<'e> {
    let mut known = true;
    for operand in operands {
        match value(operand, bound, steps).truth() {
            Some(truth) if truth == or => return Scalar::Bool(or),
            Some(_) => {}
            None => known = false,
        }
    }
    if known { Scalar::Bool(!or) } else { Scalar::Null }
}

fn binary<'e>(operator: Operator, a: &Scalar<'e>, b: &Scalar<'e>) -> Scalar<'e> {
    let ordered = |fits: fn(Ordering) -> bool| Scalar::Bool(a.compare(b).is_some_and(fits));
    match operator {
        Operator::Eq => Scalar::Bool(a.equals(b)),
        Operator::Ne => Scalar::Bool(!a.equals(b)),
        Operator::Gt => ordered(Ordering::is_gt),
        Operator::Ge => ordered(Ordering::is_ge),
        Operator::Lt => ordered(Ordering::is_lt),
        Operator::Le => ordered(Ordering::is_le),
        Operator::Has => match (a, b) {
            (Scalar::Member(flags), Scalar::Member(wanted)) => Scalar::Bool(flags & wanted == *wanted),
            _ => Scalar::Bool(false),
        },
        _ => calculate(operator, a, b).unwrap_or(Scalar::Null),
    }
}

fn is_in<'e>(left: &Scalar<'e>, items: &'e Items, bound: &Variables<'_, 'e>, steps: &Steps) -> bool {
    match items {
        Items::Listed { null, .. } if matches!(left, Scalar::Null) && *null => true,
        Items::Listed { sorted, others, .. } => {
            let among_sorted =
                !matches!(left, Scalar::Null) && sorted.binary_search_by(|item| item.order(left)).is_ok();
            among_sorted || others.iter().any(|item| left.equals(&value(item, bound, steps)))
        }
        Items::Collection(list, ty) => match value(list, bound, steps) {
            Scalar::List(items) => items.iter().any(|item| left.equals(&Scalar::of(item, *ty))),
            _ => false,
        },
    }
}

fn lambda<'e>(
    all: bool,
    list: &'e Node,
    predicate: Option<&'e Node>,
    bound: &Variables<'_, 'e>,
    steps: &Steps,
) -> Scalar<'e> {
    let Scalar::List(items) = value(list, bound, steps) else { return Scalar::Bool(all) };
    let Some(predicate) = predicate else { return Scalar::Bool(!items.is_empty()) };
    let holds = |item: &'e Value| {
        let this = item.as_object().map_or(Bound::Value(item), Bound::Entity);
        let inner = Variables { this, depth: bound.depth + 1, outer: Some(bound) };
        value(predicate, &inner, steps).truth() == Some(true)
    };
    // Without steps, nothing holds: `any` would go on to the end of the collection.
    let mut items = items.iter().take_while(|_| steps.left() > 0);
    let truth = if all { items.all(holds) } else { items.any(holds) };
    if steps.left() > 0 { Scalar::Bool(truth) } else { Scalar::Null }
}
