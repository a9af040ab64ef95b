//! Tokens become a tree whose names are resolved against a shape and whose types fit.

use jiff::civil::{Date, Time};
use jiff::{SignedDuration, Timestamp};
use threecx_catalog::{Enumeration, Type};

use super::super::QueryError;
use super::super::options::unknown_property;
use super::lexer::{Kind, Token, is_guid, tokens};
use super::scalar::{duration, member};
use crate::assumptions::MAX_QUERY_DEPTH;
use crate::state::Shape;

/// A node of an expression.
#[derive(Clone, Debug)]
pub(super) enum Node {
    Constant(Constant),
    /// Properties from the entity (or a lambda's, `scope` levels in) down.
    Path {
        scope: usize,
        steps: Vec<usize>,
        ty: Type,
    },
    Not(Box<Node>),
    Negate(Box<Node>),
    Binary(Operator, Box<Node>, Box<Node>),
    In(Box<Node>, Vec<Node>),
    Call(Function, Vec<Node>),
    /// `Groups/any(g: …)`; without a predicate, whether there is anything.
    Lambda {
        all: bool,
        list: Box<Node>,
        predicate: Option<Box<Node>>,
    },
    /// `Groups/$count`
    Count(Box<Node>),
}

#[derive(Clone, Debug)]
pub(super) enum Constant {
    Null,
    Bool(bool),
    Int(i64),
    Float(f64),
    Text(String),
    Member(usize),
    Instant(Timestamp),
    Date(Date),
    Time(Time),
    Duration(SignedDuration),
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
    Mod,
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
    Date,
    Time,
    TotalSeconds,
    Round,
    Floor,
    Ceiling,
}

/// What kind of value a node has, as far as comparing goes.
#[derive(Clone, Copy, Debug, PartialEq)]
pub(super) enum Sort {
    Null,
    Bool,
    Number,
    Text,
    Member(&'static Enumeration),
    Instant,
    Date,
    Time,
    Duration,
    List(Type),
    Object,
}

/// Parses a whole text; a filter has to be true or false.
pub(super) fn parse(text: &str, shape: &'static Shape, filter: bool) -> Result<Node, QueryError> {
    let mut parser =
        Parser { text, tokens: tokens(text)?, at: 0, depth: 0, scopes: vec![("$it".to_owned(), Scope::Entity(shape))] };
    let start = parser.at;
    let (node, sort) = parser.expression(0)?;
    if parser.peek() != &Kind::End {
        return Err(parser.syntax("end of expression"));
    }
    if filter && !matches!(sort, Sort::Bool | Sort::Null) {
        return Err(parser.error(start, "The $filter expression must evaluate to true or false"));
    }
    Ok(node)
}

/// What a lambda's variable, or `$it`, stands for.
#[derive(Clone, Copy)]
enum Scope {
    Entity(&'static Shape),
    Primitive(Type),
}

struct Parser<'t> {
    text: &'t str,
    tokens: Vec<Token>,
    at: usize,
    depth: usize,
    scopes: Vec<(String, Scope)>,
}

/// A node, and what kind of value it has.
type Typed = (Node, Sort);
type Parsed = Result<Typed, QueryError>;

impl Parser<'_> {
    fn peek(&self) -> &Kind {
        &self.tokens[self.at.min(self.tokens.len() - 1)].kind
    }

    fn next(&mut self) -> Kind {
        let kind = self.peek().clone();
        self.at += 1;
        kind
    }

    fn expect(&mut self, kind: &Kind, what: &str) -> Result<(), QueryError> {
        if self.peek() == kind {
            self.at += 1;
            return Ok(());
        }
        Err(self.syntax(what))
    }

    fn syntax(&self, expected: &str) -> QueryError {
        self.error(self.at, &format!("Syntax error: {expected} expected"))
    }

    fn error(&self, token: usize, message: &str) -> QueryError {
        let position = self.tokens[token.min(self.tokens.len() - 1)].position;
        QueryError::new(format!("{message} at position {position} in '{}'.", self.text))
    }

    /// Operators of at least this precedence, by climbing.
    fn expression(&mut self, least: u8) -> Parsed {
        self.depth += 1;
        if self.depth > MAX_QUERY_DEPTH {
            return Err(self.error(self.at, "The expression is nested too deeply"));
        }
        let mut left = self.unary()?;
        while let Kind::Word(word) = self.peek() {
            if word == "in" {
                if least > 5 {
                    break;
                }
                left = self.membership(left)?;
                continue;
            }
            let Some((operator, precedence)) = operator(word) else { break };
            if precedence < least {
                break;
            }
            let place = self.at;
            self.at += 1;
            let right = self.expression(precedence + 1)?;
            left = self.binary(operator, left, right, place)?;
        }
        self.depth -= 1;
        Ok(left)
    }

    fn binary(&self, operator: Operator, left: Typed, right: Typed, place: usize) -> Parsed {
        let (left, right) = self.with_members(left, right)?;
        let ((a, x), (b, y)) = (left, right);
        let fits = match operator {
            Operator::Or | Operator::And => boolean(x) && boolean(y),
            Operator::Eq | Operator::Ne => alike(x, y),
            Operator::Gt | Operator::Ge | Operator::Lt | Operator::Le => alike(x, y) && !matches!(x, Sort::Bool),
            Operator::Has => alike(x, y) && matches!(x, Sort::Member(_) | Sort::Null),
            Operator::Add | Operator::Sub => arithmetic(x, y).is_some(),
            Operator::Mul | Operator::Div | Operator::Mod => number(x) && number(y),
        };
        if !fits {
            let message = format!(
                "A binary operator with incompatible types was detected. Found operand types '{}' and '{}' for operator kind '{operator:?}'",
                name(x),
                name(y)
            );
            return Err(self.error(place, &message));
        }
        let sort = match operator {
            Operator::Add | Operator::Sub => arithmetic(x, y).unwrap_or(Sort::Number),
            Operator::Mul | Operator::Div | Operator::Mod => Sort::Number,
            _ => Sort::Bool,
        };
        Ok((Node::Binary(operator, Box::new(a), Box::new(b)), sort))
    }

    /// `Type eq 'Queue'`: a plain text beside an enumeration is one of its members.
    fn with_members(&self, left: Typed, right: Typed) -> Result<(Typed, Typed), QueryError> {
        match (&left, &right) {
            ((_, Sort::Member(enumeration)), (Node::Constant(Constant::Text(text)), _)) => {
                let constant = self.member(enumeration, text)?;
                Ok((left, constant))
            }
            ((Node::Constant(Constant::Text(text)), _), (_, Sort::Member(enumeration))) => {
                let constant = self.member(enumeration, text)?;
                Ok((constant, right))
            }
            _ => Ok((left, right)),
        }
    }

    fn member(&self, enumeration: &'static Enumeration, text: &str) -> Parsed {
        let found = member(enumeration, text).ok_or_else(|| {
            self.error(
                self.at.saturating_sub(1),
                &format!("The string '{text}' is not a valid enumeration type constant of 'Pbx.{}'", enumeration.name),
            )
        })?;
        Ok((Node::Constant(Constant::Member(found)), Sort::Member(enumeration)))
    }

    fn membership(&mut self, left: Typed) -> Parsed {
        self.at += 1;
        self.expect(&Kind::Open, "'('")?;
        let sort = left.1;
        let mut left = left;
        let mut items = Vec::new();
        loop {
            let place = self.at;
            let item = self.expression(0)?;
            let (same, item) = self.with_members(left, item)?;
            left = same;
            if !alike(sort, item.1) {
                return Err(self.error(
                    place,
                    &format!("An item of type '{}' does not fit into a list of '{}'", name(item.1), name(sort)),
                ));
            }
            items.push(item.0);
            match self.next() {
                Kind::Comma => {}
                Kind::Close => break,
                _ => {
                    self.at -= 1;
                    return Err(self.syntax("',' or ')'"));
                }
            }
        }
        Ok((Node::In(Box::new(left.0), items), Sort::Bool))
    }

    fn unary(&mut self) -> Parsed {
        let place = self.at;
        match self.peek().clone() {
            Kind::Word(word) if word == "not" => {
                self.at += 1;
                // `not` binds tighter than comparison in OData, but looser where a call or
                // parenthesis follows, which is how it is always written.
                let (node, sort) = self.expression(8)?;
                match boolean(sort) {
                    true => Ok((Node::Not(Box::new(node)), Sort::Bool)),
                    false => Err(self.error(place, &format!("A unary operator with an incompatible type was detected. Found operand type '{}' for operator kind 'Not'", name(sort)))),
                }
            }
            Kind::Minus => {
                self.at += 1;
                let (node, sort) = self.expression(8)?;
                match sort {
                    Sort::Number | Sort::Duration | Sort::Null => Ok((Node::Negate(Box::new(node)), sort)),
                    _ => Err(self.error(place, &format!("A unary operator with an incompatible type was detected. Found operand type '{}' for operator kind 'Negate'", name(sort)))),
                }
            }
            _ => self.primary(),
        }
    }

    fn primary(&mut self) -> Parsed {
        let place = self.at;
        match self.next() {
            Kind::Open => {
                let inner = self.expression(0)?;
                self.expect(&Kind::Close, "')'")?;
                Ok(inner)
            }
            Kind::Text(text) => Ok((Node::Constant(Constant::Text(text)), Sort::Text)),
            Kind::Bare(text) => self.bare(&text, place),
            Kind::Prefixed(prefix, text) => self.prefixed(&prefix, &text, place),
            Kind::Word(word) => match word.as_str() {
                "null" => Ok((Node::Constant(Constant::Null), Sort::Null)),
                "true" | "false" => Ok((Node::Constant(Constant::Bool(word == "true")), Sort::Bool)),
                "INF" => Ok((Node::Constant(Constant::Float(f64::INFINITY)), Sort::Number)),
                "NaN" => Ok((Node::Constant(Constant::Float(f64::NAN)), Sort::Number)),
                _ if self.peek() == &Kind::Open => self.call(&word, place),
                _ => self.path(&word, place),
            },
            _ => {
                self.at = place;
                Err(self.syntax("an expression"))
            }
        }
    }

    fn bare(&self, text: &str, place: usize) -> Parsed {
        let constant = if let Ok(number) = text.parse::<i64>() {
            (Constant::Int(number), Sort::Number)
        } else if is_guid(text) {
            (Constant::Text(text.to_lowercase()), Sort::Text)
        } else if let Ok(number) = text.parse::<f64>() {
            (Constant::Float(number), Sort::Number)
        } else if let Ok(instant) = text.parse::<Timestamp>() {
            (Constant::Instant(instant), Sort::Instant)
        } else if let Some(date) = text.parse::<Date>().ok().filter(|_| text.len() == 10) {
            (Constant::Date(date), Sort::Date)
        } else if let Ok(time) = text.parse::<Time>() {
            (Constant::Time(time), Sort::Time)
        } else {
            return Err(self.error(place, &format!("Unrecognized literal '{text}'")));
        };
        Ok((Node::Constant(constant.0), constant.1))
    }

    fn prefixed(&self, prefix: &str, text: &str, place: usize) -> Parsed {
        if prefix == "duration" {
            let parsed = duration(text).ok_or_else(|| self.error(place, &format!("Unrecognized duration '{text}'")))?;
            return Ok((Node::Constant(Constant::Duration(parsed)), Sort::Duration));
        }
        // `Pbx.Type'Member'`: the type is known from what it is compared with.
        Ok((Node::Constant(Constant::Text(text.to_owned())), Sort::Text))
    }

    fn call(&mut self, word: &str, place: usize) -> Parsed {
        use Sort::{Date, Duration, Instant, Number, Text, Time};
        let of_date: &[Sort] = &[Instant, Date];
        let of_time: &[Sort] = &[Instant, Time];
        // The function, what each argument may be, how many may be left out, what comes out.
        let (function, wanted, optional, result): (Function, &[&[Sort]], usize, Sort) =
            match word.to_ascii_lowercase().as_str() {
                "contains" => (Function::Contains, &[&[Text], &[Text]], 0, Sort::Bool),
                "startswith" => (Function::StartsWith, &[&[Text], &[Text]], 0, Sort::Bool),
                "endswith" => (Function::EndsWith, &[&[Text], &[Text]], 0, Sort::Bool),
                "length" => (Function::Length, &[&[Text]], 0, Number),
                "indexof" => (Function::IndexOf, &[&[Text], &[Text]], 0, Number),
                "substring" => (Function::Substring, &[&[Text], &[Number], &[Number]], 1, Text),
                "tolower" => (Function::ToLower, &[&[Text]], 0, Text),
                "toupper" => (Function::ToUpper, &[&[Text]], 0, Text),
                "trim" => (Function::Trim, &[&[Text]], 0, Text),
                "concat" => (Function::Concat, &[&[Text], &[Text]], 0, Text),
                "year" => (Function::Year, &[of_date], 0, Number),
                "month" => (Function::Month, &[of_date], 0, Number),
                "day" => (Function::Day, &[of_date], 0, Number),
                "hour" => (Function::Hour, &[of_time], 0, Number),
                "minute" => (Function::Minute, &[of_time], 0, Number),
                "second" => (Function::Second, &[of_time], 0, Number),
                "date" => (Function::Date, &[&[Instant]], 0, Date),
                "time" => (Function::Time, &[&[Instant]], 0, Time),
                "totalseconds" => (Function::TotalSeconds, &[&[Duration]], 0, Number),
                "round" => (Function::Round, &[&[Number]], 0, Number),
                "floor" => (Function::Floor, &[&[Number]], 0, Number),
                "ceiling" => (Function::Ceiling, &[&[Number]], 0, Number),
                _ => return Err(self.error(place, &format!("An unknown function with name '{word}' was found"))),
            };
        self.at += 1;
        let mut arguments = Vec::new();
        while self.peek() != &Kind::Close {
            if !arguments.is_empty() {
                self.expect(&Kind::Comma, "',' or ')'")?;
            }
            let start = self.at;
            let (node, sort) = self.expression(0)?;
            let fits = wanted.get(arguments.len()).is_some_and(|sorts| sort == Sort::Null || sorts.contains(&sort));
            if !fits {
                return Err(self.error(
                    start,
                    &format!(
                        "No function signature for the function with name '{word}' matches an argument of type '{}'",
                        name(sort)
                    ),
                ));
            }
            arguments.push(node);
        }
        self.at += 1;
        if arguments.len() + optional < wanted.len() {
            return Err(self.error(place, &format!("The function '{word}' takes {} arguments", wanted.len())));
        }
        Ok((Node::Call(function, arguments), result))
    }

    /// A property, perhaps of a property; ends in a value, a lambda or `$count`.
    fn path(&mut self, first: &str, place: usize) -> Parsed {
        let variable = self.scopes.iter().rposition(|(name, _)| name == first);
        let scope = variable.unwrap_or(0);
        let mut steps = Vec::new();
        let mut here = self.scopes[scope].1;
        let mut ty = match here {
            Scope::Primitive(ty) => (ty, false),
            Scope::Entity(shape) => (Type::Structure(shape.structure), false),
        };
        let mut name = first.to_owned();
        let mut place = place;
        let mut pending = variable.is_none();
        loop {
            if pending {
                let Scope::Entity(shape) = here else {
                    return Err(self.error(place, &format!("'{name}' is not a property of a primitive value")));
                };
                let Some(index) = shape.index(&name) else {
                    let error = unknown_property(&name, shape);
                    return Err(self.error(place, error.message.trim_end_matches('.')));
                };
                steps.push(index);
                let property = shape.properties[index];
                ty = (property.ty.ty, property.ty.collection);
                if let (Type::Structure(structure), false) = ty {
                    let inner = shape.neighbour(structure.name);
                    here = inner.map_or(Scope::Primitive(ty.0), Scope::Entity);
                } else {
                    here = Scope::Primitive(ty.0);
                }
            }
            if self.peek() != &Kind::Slash {
                break;
            }
            self.at += 1;
            place = self.at;
            let Kind::Word(word) = self.next() else {
                self.at = place;
                return Err(self.syntax("a property name"));
            };
            let list = || Box::new(Node::Path { scope, steps: steps.clone(), ty: ty.0 });
            match word.as_str() {
                "$count" if ty.1 => return Ok((Node::Count(list()), Sort::Number)),
                "any" | "all" if ty.1 => {
                    let list = list();
                    return self.lambda(&word, list, ty.0, place);
                }
                _ if ty.1 => {
                    return Err(
                        self.error(place, &format!("'{word}' cannot be applied to a collection; use any or all"))
                    );
                }
                _ => name = word,
            }
            pending = true;
        }
        let sort = if ty.1 { Sort::List(ty.0) } else { sort_of(ty.0) };
        Ok((Node::Path { scope, steps, ty: ty.0 }, sort))
    }

    fn lambda(&mut self, word: &str, list: Box<Node>, element: Type, place: usize) -> Parsed {
        self.expect(&Kind::Open, "'('")?;
        let all = word == "all";
        if self.peek() == &Kind::Close && !all {
            self.at += 1;
            return Ok((Node::Lambda { all, list, predicate: None }, Sort::Bool));
        }
        let Kind::Word(variable) = self.next() else {
            self.at -= 1;
            return Err(self.syntax("a variable name"));
        };
        self.expect(&Kind::Colon, "':'")?;
        let scope = match element {
            Type::Structure(structure) => {
                let Scope::Entity(shape) = self.scopes[0].1 else { return Err(self.error(place, "no entity")) };
                shape.neighbour(structure.name).map_or(Scope::Primitive(element), Scope::Entity)
            }
            primitive => Scope::Primitive(primitive),
        };
        self.scopes.push((variable, scope));
        let (predicate, sort) = self.expression(0)?;
        self.scopes.pop();
        self.expect(&Kind::Close, "')'")?;
        if !boolean(sort) {
            return Err(self.error(place, "The expression in any or all must be true or false"));
        }
        Ok((Node::Lambda { all, list, predicate: Some(Box::new(predicate)) }, Sort::Bool))
    }
}

fn operator(word: &str) -> Option<(Operator, u8)> {
    Some(match word {
        "or" => (Operator::Or, 1),
        "and" => (Operator::And, 2),
        "eq" => (Operator::Eq, 4),
        "ne" => (Operator::Ne, 4),
        "has" => (Operator::Has, 5),
        "gt" => (Operator::Gt, 5),
        "ge" => (Operator::Ge, 5),
        "lt" => (Operator::Lt, 5),
        "le" => (Operator::Le, 5),
        "add" => (Operator::Add, 6),
        "sub" => (Operator::Sub, 6),
        "mul" => (Operator::Mul, 7),
        "div" => (Operator::Div, 7),
        "mod" => (Operator::Mod, 7),
        _ => return None,
    })
}

fn sort_of(ty: Type) -> Sort {
    match ty {
        Type::Boolean => Sort::Bool,
        Type::Byte | Type::Int32 | Type::Int64 | Type::Single | Type::Double | Type::Decimal => Sort::Number,
        Type::String | Type::Guid => Sort::Text,
        Type::Date => Sort::Date,
        Type::TimeOfDay => Sort::Time,
        Type::Duration => Sort::Duration,
        Type::DateTimeOffset => Sort::Instant,
        Type::Enumeration(enumeration) => Sort::Member(enumeration),
        Type::Structure(_) | Type::Opaque(_) => Sort::Object,
    }
}

fn boolean(sort: Sort) -> bool {
    matches!(sort, Sort::Bool | Sort::Null)
}

fn number(sort: Sort) -> bool {
    matches!(sort, Sort::Number | Sort::Null)
}

/// What comes of adding or subtracting.
fn arithmetic(x: Sort, y: Sort) -> Option<Sort> {
    match (x, y) {
        (Sort::Number | Sort::Null, Sort::Number | Sort::Null) => Some(Sort::Number),
        (Sort::Instant, Sort::Duration) => Some(Sort::Instant),
        (Sort::Date, Sort::Duration) => Some(Sort::Date),
        (Sort::Duration, Sort::Duration) | (Sort::Instant, Sort::Instant) => Some(Sort::Duration),
        _ => None,
    }
}

/// True if two values may be compared.
fn alike(x: Sort, y: Sort) -> bool {
    match (x, y) {
        (Sort::Null, _) | (_, Sort::Null) => true,
        (Sort::Member(a), Sort::Member(b)) => a.name == b.name,
        (Sort::List(_), _) | (_, Sort::List(_)) | (Sort::Object, _) | (_, Sort::Object) => false,
        _ => x == y,
    }
}

fn name(sort: Sort) -> String {
    match sort {
        Sort::Null => "null".into(),
        Sort::Bool => "Edm.Boolean".into(),
        Sort::Number => "a number".into(),
        Sort::Text => "Edm.String".into(),
        Sort::Member(enumeration) => format!("Pbx.{}", enumeration.name),
        Sort::Instant => "Edm.DateTimeOffset".into(),
        Sort::Date => "Edm.Date".into(),
        Sort::Time => "Edm.TimeOfDay".into(),
        Sort::Duration => "Edm.Duration".into(),
        Sort::List(ty) => format!("Collection({})", ty.name()),
        Sort::Object => "an object".into(),
    }
}
