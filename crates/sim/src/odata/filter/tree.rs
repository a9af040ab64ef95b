//! The tree that an expression becomes: names are resolved, types fit.

use regex::Regex;
use threecx_catalog::Type;

use super::scalar::Scalar;

/// A node of an expression.
#[derive(Clone, Debug)]
pub(super) enum Node {
    Constant(Scalar<'static>),
    /// Properties from `$it` (0) or from the variable of the lambda that is `scope` deep.
    Path {
        scope: usize,
        steps: Box<[usize]>,
        ty: Type,
    },
    Not(Box<Node>),
    Negate(Box<Node>),
    /// `and` (or `or`) between all of them. Flat, so that a filter with thousands of ids is no
    /// tree of a thousand storeys.
    Logic {
        or: bool,
        operands: Vec<Node>,
    },
    Binary(Operator, Box<Node>, Box<Node>),
    In(Box<Node>, Items),
    Call(Function, Vec<Node>),
    /// `matchesPattern(…, '…')`
    Matches(Box<Node>, Regex),
    /// `Groups/any(g: …)`; without a predicate, whether there is anything.
    Lambda {
        all: bool,
        list: Box<Node>,
        predicate: Option<Box<Node>>,
    },
    /// `Groups/$count`
    Count(Box<Node>),
}

/// What an `in` looks through.
#[derive(Clone, Debug)]
pub(super) enum Items {
    /// Constants of one kind in their order, whether null is one of them, and all others.
    Listed { sorted: Vec<Scalar<'static>>, null: bool, others: Vec<Node> },
    /// A collection of the entity's.
    Collection(Box<Node>, Type),
}

#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Operator {
    Or,
    And,
    Eq,
    Ne,
    Gt,
    Ge,
    Lt,
    Le,
    Has,
    Add,
    Sub,
    Mul,
    Div,
    DivBy,
    Mod,
}

impl Operator {
    /// The operator that a word is, whatever its case, and how tightly it binds: as in the
    /// table of OData 4.01. (`has` and `in` bind like calls.)
    pub fn between(word: &str) -> Option<(Operator, u8)> {
        const BETWEEN: [(&str, Operator, u8); 14] = [
            ("or", Operator::Or, 1),
            ("and", Operator::And, 2),
            ("eq", Operator::Eq, 3),
            ("ne", Operator::Ne, 3),
            ("gt", Operator::Gt, 4),
            ("ge", Operator::Ge, 4),
            ("lt", Operator::Lt, 4),
            ("le", Operator::Le, 4),
            ("add", Operator::Add, 5),
            ("sub", Operator::Sub, 5),
            ("mul", Operator::Mul, 6),
            ("div", Operator::Div, 6),
            ("divby", Operator::DivBy, 6),
            ("mod", Operator::Mod, 6),
        ];
        let found = BETWEEN.iter().find(|(name, ..)| name.eq_ignore_ascii_case(word))?;
        Some((found.1, found.2))
    }

    /// The name as errors have it.
    pub fn name(self) -> &'static str {
        match self {
            Operator::Or => "Or",
            Operator::And => "And",
            Operator::Eq => "Equal",
            Operator::Ne => "NotEqual",
            Operator::Gt => "GreaterThan",
            Operator::Ge => "GreaterThanOrEqual",
            Operator::Lt => "LessThan",
            Operator::Le => "LessThanOrEqual",
            Operator::Has => "Has",
            Operator::Add => "Add",
            Operator::Sub => "Subtract",
            Operator::Mul => "Multiply",
            Operator::Div => "Divide",
            Operator::DivBy => "DivideBy",
            Operator::Mod => "Modulo",
        }
    }
}

#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Function {
    Contains,
    StartsWith,
    EndsWith,
    Length,
    IndexOf,
    Substring,
    ToLower,
    ToUpper,
    Trim,
    Concat,
    Year,
    Month,
    Day,
    Hour,
    Minute,
    Second,
    FractionalSeconds,
    Date,
    Time,
    TotalOffsetMinutes,
    TotalSeconds,
    Round,
    Floor,
    Ceiling,
}
