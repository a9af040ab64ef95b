//! `Id eq 1 or Id eq 2 or Id eq 3` is `Id in (1,2,3)`: clients write thousands of these, and
//! a list is searched, not walked through.

use super::scalar::Scalar;
use super::sort::Sort;
use super::tree::{Items, Node, Operator};

/// Adds an operand to those of an `or`, into the list at their end if it belongs there.
pub(super) fn push(operands: &mut Vec<Node>, operand: Node) {
    let Some(last) = operands.pop() else { return operands.push(operand) };
    match (last, operand) {
        (Node::In(value, Items::Listed { mut sorted, null, others }), Node::Binary(Operator::Eq, left, right))
            if others.is_empty() && is_same(&value, &left) && is_listable(&left, &right) =>
        {
            if let Node::Constant(constant) = *right {
                let place = sorted.partition_point(|known| known.order(&constant).is_lt());
                sorted.insert(place, constant);
            }
            operands.push(Node::In(value, Items::Listed { sorted, null, others }));
        }
        (Node::Binary(Operator::Eq, value, first), Node::Binary(Operator::Eq, left, right))
            if is_same(&value, &left) && is_listable(&value, &first) && is_listable(&left, &right) =>
        {
            let constants = [*first, *right].into_iter().filter_map(|node| match node {
                Node::Constant(constant) => Some(constant),
                _ => None,
            });
            let mut sorted: Vec<Scalar<'static>> = constants.collect();
            sorted.sort_by(Scalar::order);
            operands.push(Node::In(value, Items::Listed { sorted, null: false, others: Vec::new() }));
        }
        (last, operand) => operands.extend([last, operand]),
    }
}

/// True if both are the same property.
fn is_same(a: &Node, b: &Node) -> bool {
    match (a, b) {
        (Node::Path { scope: a, steps: x, .. }, Node::Path { scope: b, steps: y, .. }) => a == b && x == y,
        _ => false,
    }
}

/// True if a constant can be found by its order among others that a property is compared with.
fn is_listable(property: &Node, constant: &Node) -> bool {
    match (property, constant) {
        (Node::Path { ty, .. }, Node::Constant(constant)) => {
            !matches!(constant, Scalar::Null) && in_order(constant, Sort::of(*ty))
        }
        _ => false,
    }
}

/// The same for a value of this sort. Binary fractions beside exact numbers, and what is not a
/// number, have to be compared one by one.
pub(super) fn in_order(constant: &Scalar<'_>, sort: Sort<'_>) -> bool {
    match constant {
        Scalar::Float(number) => sort.is_float() && !number.is_nan(),
        Scalar::Int(_) | Scalar::Decimal(_) => !sort.is_float(),
        _ => true,
    }
}
