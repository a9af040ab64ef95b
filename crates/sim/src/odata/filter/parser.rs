//! Tokens become a tree whose names are resolved against a shape and whose types fit.
//!
//! ```text
//!  lowest   or   and   eq ne   gt ge lt le   add sub   mul div divby mod   not -   in has   highest
//! ```
//!
//! Operators of one row are taken from left to right. `not a eq b` is `(not a) eq b`.

use threecx_catalog::Type;

use super::super::{QueryContext, QueryError};
use super::chains;
use super::lexer::{Kind, Token, position, tokens, unquoted};
use super::literals;
use super::scalar::Scalar;
use super::sort::{Sort, result};
use super::tree::{Items, Node, Operator};
use crate::assumptions::MAX_QUERY_DEPTH;
use crate::state::Shape;

/// The most storeys that a tree may have: what a nesting of the deepest kind needs if it has
/// one operator of each row on every level. Long sums end here, too.
const TALLEST: usize = 8 * MAX_QUERY_DEPTH;

/// A node, what kind of value it has, and how many storeys are below it.
#[derive(Debug)]
pub(super) struct Typed<'t> {
    pub node: Node,
    pub sort: Sort<'t>,
    pub height: usize,
}

/// A value to order by, and whether the order descends.
pub(super) type Key = (Node, bool);

pub(super) type Parsed<'t> = Result<Typed<'t>, QueryError>;

impl<'t> Typed<'t> {
    /// A node with nothing below.
    pub fn leaf(node: Node, sort: Sort<'t>) -> Typed<'t> {
        Typed { node, sort, height: 1 }
    }

    pub fn boolean(node: Node, height: usize) -> Typed<'t> {
        Typed { node, sort: Sort::Bool, height }
    }
}

/// What a lambda's variable, or `$it`, is bound to.
#[derive(Clone, Copy)]
pub(super) enum Scope {
    Entity(&'static Shape),
    Primitive(Type),
}

/// An expression on the way from tokens to a tree.
pub(super) struct Parser<'t> {
    pub text: &'t str,
    pub tokens: Vec<Token<'t>>,
    pub at: usize,
    pub context: &'t QueryContext<'t>,
    /// `$it`, and the variables of the lambdas around.
    pub scopes: Vec<(&'t str, Scope)>,
    /// The properties of `$it` that are looked at.
    pub reads: Vec<usize>,
    depth: usize,
}

impl<'t> Parser<'t> {
    pub fn new(text: &'t str, shape: &'static Shape, context: &'t QueryContext<'t>) -> Result<Parser<'t>, QueryError> {
        let scopes = vec![("$it", Scope::Entity(shape))];
        Ok(Parser { text, tokens: tokens(text)?, at: 0, context, scopes, reads: Vec::new(), depth: 0 })
    }

    /// A whole `$filter`: has to be true or false. Comes with the properties that it looks at.
    pub fn filter(mut self) -> Result<(Node, Vec<usize>), QueryError> {
        let parsed = self.expression()?;
        self.end()?;
        if !parsed.sort.is_bool() {
            return Err(self.error(0, "The $filter expression must evaluate to a single boolean value"));
        }
        Ok((parsed.node, self.reads))
    }

    /// A whole `$orderby`: values to order by, and whether each is to descend.
    pub fn orderby(mut self) -> Result<(Vec<Key>, Vec<usize>), QueryError> {
        let mut keys = Vec::new();
        loop {
            let place = self.at;
            let parsed = self.expression()?;
            if !parsed.sort.is_primitive() {
                let name = parsed.sort.name();
                return Err(self.error(
                    place,
                    format!("The $orderby expression must evaluate to a single value of primitive type, not to one of type '{name}'"),
                ));
            }
            let descends = self.takes_word("desc");
            if !descends {
                self.takes_word("asc");
            }
            keys.push((parsed.node, descends));
            if self.peek() != Kind::Comma {
                break;
            }
            self.at += 1;
        }
        self.end()?;
        Ok((keys, self.reads))
    }

    fn end(&self) -> Result<(), QueryError> {
        if self.peek() == Kind::End { Ok(()) } else { Err(self.syntax("end of expression")) }
    }

    pub fn peek(&self) -> Kind<'t> {
        self.tokens.get(self.at).map_or(Kind::End, |token| token.kind)
    }

    pub fn next(&mut self) -> Kind<'t> {
        let kind = self.peek();
        self.at += 1;
        kind
    }

    /// True if the next token is this word, whatever its case; it is taken then.
    fn takes_word(&mut self, wanted: &str) -> bool {
        let found = matches!(self.peek(), Kind::Word(word) if word.eq_ignore_ascii_case(wanted));
        self.at += usize::from(found);
        found
    }

    pub fn expect(&mut self, kind: Kind<'_>, what: &str) -> Result<(), QueryError> {
        if self.peek() == kind {
            self.at += 1;
            return Ok(());
        }
        Err(self.syntax(what))
    }

    pub fn syntax(&self, expected: &str) -> QueryError {
        self.error(self.at, format!("Syntax error: {expected} expected"))
    }

    pub fn error(&self, token: usize, message: impl std::fmt::Display) -> QueryError {
        let start = self.tokens.get(token).or(self.tokens.last()).map_or(0, |token| token.start);
        QueryError::new(format!("{message} at position {} in '{}'.", position(self.text, start), self.text))
    }

    fn too_deep(&self, place: usize) -> QueryError {
        self.error(place, "The expression is nested too deeply")
    }

    /// The height of a node that stands on these.
    pub fn above(&self, place: usize, below: impl IntoIterator<Item = usize>) -> Result<usize, QueryError> {
        let height = below.into_iter().max().unwrap_or(0) + 1;
        if height > TALLEST { Err(self.too_deep(place)) } else { Ok(height) }
    }

    /// Parses something that may contain its like.
    fn deeper(&mut self, parse: fn(&mut Self) -> Parsed<'t>) -> Parsed<'t> {
        if self.depth >= MAX_QUERY_DEPTH {
            return Err(self.too_deep(self.at));
        }
        self.depth += 1;
        let parsed = parse(self);
        self.depth -= 1;
        parsed
    }

    /// A whole expression: in parentheses, as an argument, in a lambda.
    pub fn expression(&mut self) -> Parsed<'t> {
        self.deeper(|parser| parser.operators(0))
    }

    /// Operators that bind at least so tightly.
    fn operators(&mut self, least: u8) -> Parsed<'t> {
        let mut left = self.unary()?;
        while let Kind::Word(word) = self.peek()
            && let Some((operator, precedence)) = Operator::between(word)
            && precedence >= least
        {
            let place = self.at;
            self.at += 1;
            let right = self.operators(precedence + 1)?;
            left = match operator {
                Operator::Or | Operator::And => self.logic(operator, left, right, place)?,
                _ => self.binary(operator, left, right, place)?,
            };
        }
        Ok(left)
    }

    fn logic(&self, operator: Operator, left: Typed<'t>, right: Typed<'t>, place: usize) -> Parsed<'t> {
        if !left.sort.is_bool() || !right.sort.is_bool() {
            return Err(self.mismatch(operator, left.sort, right.sort, place));
        }
        let is_or = operator == Operator::Or;
        let height = self.above(place, [left.height, right.height])?;
        let (mut operands, height) = match left.node {
            // One more operand does not make it higher.
            Node::Logic { or, operands } if or == is_or => (operands, left.height.max(right.height + 1)),
            node => (vec![node], height),
        };
        if is_or {
            chains::push(&mut operands, right.node);
        } else {
            operands.push(right.node);
        }
        Ok(Typed::boolean(Node::Logic { or: is_or, operands }, height))
    }

    fn binary(&self, operator: Operator, left: Typed<'t>, right: Typed<'t>, place: usize) -> Parsed<'t> {
        let right = literals::fit(self, right, left.sort)?;
        let left = literals::fit(self, left, right.sort)?;
        let sort = result(operator, left.sort, right.sort)
            .ok_or_else(|| self.mismatch(operator, left.sort, right.sort, place))?;
        // Only flags are contained in each other; other members have others or are the same.
        let operator = match (operator, left.sort) {
            (Operator::Has, Sort::Member(enumeration)) if !enumeration.flags => Operator::Eq,
            _ => operator,
        };
        let height = self.above(place, [left.height, right.height])?;
        Ok(Typed { node: Node::Binary(operator, Box::new(left.node), Box::new(right.node)), sort, height })
    }

    fn mismatch(&self, operator: Operator, left: Sort<'_>, right: Sort<'_>, place: usize) -> QueryError {
        let (left, right, operator) = (left.name(), right.name(), operator.name());
        self.error(
            place,
            format!("A binary operator with incompatible types was detected. Found operand types '{left}' and '{right}' for operator kind '{operator}'"),
        )
    }

    fn unary(&mut self) -> Parsed<'t> {
        let place = self.at;
        let negates = self.peek() == Kind::Minus;
        if !negates && !self.takes_word("not") {
            return self.tight();
        }
        self.at += usize::from(negates);
        let Typed { node, sort, height } = self.deeper(Self::unary)?;
        let height = self.above(place, [height])?;
        match sort {
            _ if !negates && sort.is_bool() => Ok(Typed::boolean(Node::Not(Box::new(node)), height)),
            Sort::Number(_) | Sort::Duration | Sort::Null if negates => {
                Ok(Typed { node: Node::Negate(Box::new(node)), sort, height })
            }
            _ => {
                let (name, kind) = (sort.name(), if negates { "Negate" } else { "Not" });
                Err(self.error(
                    place,
                    format!("A unary operator with an incompatible type was detected. Found operand type '{name}' for operator kind '{kind}'"),
                ))
            }
        }
    }

    /// `in` and `has`, which bind like calls.
    fn tight(&mut self) -> Parsed<'t> {
        let mut left = self.primary()?;
        loop {
            let place = self.at;
            if self.takes_word("in") {
                left = self.membership(left, place)?;
            } else if self.takes_word("has") {
                let right = self.primary()?;
                left = self.binary(Operator::Has, left, right, place)?;
            } else {
                return Ok(left);
            }
        }
    }

    fn membership(&mut self, left: Typed<'t>, place: usize) -> Parsed<'t> {
        if self.peek() != Kind::Open {
            return self.membership_in_collection(left, place);
        }
        self.at += 1;
        let (mut sorted, mut null, mut others) = (Vec::new(), false, Vec::new());
        let mut height = left.height;
        loop {
            let start = self.at;
            let item = self.expression()?;
            let item = literals::fit(self, item, left.sort)?;
            if !left.sort.is_comparable_to(item.sort) {
                let (item, left) = (item.sort.name(), left.sort.name());
                return Err(self.error(start, format!("An item of type '{item}' does not fit into a list of '{left}'")));
            }
            height = height.max(item.height);
            match item.node {
                Node::Constant(Scalar::Null) => null = true,
                Node::Constant(constant) if chains::in_order(&constant, left.sort) => sorted.push(constant),
                node => others.push(node),
            }
            match self.next() {
                Kind::Comma => {}
                Kind::Close => break,
                _ => {
                    self.at -= 1;
                    return Err(self.syntax("',' or ')'"));
                }
            }
        }
        sorted.sort_by(Scalar::order);
        let height = self.above(place, [height])?;
        Ok(Typed::boolean(Node::In(Box::new(left.node), Items::Listed { sorted, null, others }), height))
    }

    /// `'+4930555' in DidNumbers`
    fn membership_in_collection(&mut self, left: Typed<'t>, place: usize) -> Parsed<'t> {
        let start = self.at;
        let list = self.primary()?;
        let Sort::List(ty) = list.sort else {
            return Err(self.error(start, "Syntax error: '(' or a collection expected"));
        };
        let left = literals::fit(self, left, Sort::of(ty))?;
        if !left.sort.is_comparable_to(Sort::of(ty)) || matches!(Sort::of(ty), Sort::Object(_)) {
            return Err(self.mismatch(Operator::Eq, left.sort, Sort::of(ty), place));
        }
        let height = self.above(place, [left.height, list.height])?;
        let items = Items::Collection(Box::new(list.node), ty);
        Ok(Typed::boolean(Node::In(Box::new(left.node), items), height))
    }

    pub fn primary(&mut self) -> Parsed<'t> {
        let place = self.at;
        match self.next() {
            Kind::Open => {
                let inner = self.expression()?;
                self.expect(Kind::Close, "')' or operator")?;
                Ok(inner)
            }
            Kind::Text(text) => Ok(Typed::leaf(Node::Constant(Scalar::text(unquoted(text).into_owned())), Sort::Text)),
            Kind::Bare(text) => literals::bare(self, text, place),
            Kind::Prefixed(prefix, text) => literals::prefixed(self, prefix, text, place),
            Kind::Word(word) if self.peek() == Kind::Open => self.call(word, place),
            Kind::Word(word) => match literals::keyword(word) {
                Some((constant, sort)) => Ok(Typed::leaf(Node::Constant(constant), sort)),
                None => self.path(word, place),
            },
            _ => {
                self.at = place;
                Err(self.syntax("an expression"))
            }
        }
    }
}
