//! Functions: their names, what they take, what comes out.

use jiff::Timestamp;
use regex::RegexBuilder;
use threecx_catalog::Type;

use super::super::QueryError;
use super::lexer::Kind;
use super::parser::{Parsed, Parser, Typed};
use super::scalar::{Instant, Scalar};
use super::sort::Sort;
use super::tree::{Function, Node};

/// A regular expression may not become larger than this many bytes.
const LARGEST_PATTERN: usize = 256 << 10;

/// A function's name, what each argument may be, how many may be left out, what comes out.
type Signature = (&'static str, Function, &'static [&'static [Sort<'static>]], usize, Sort<'static>);

const TEXT: &[Sort<'static>] = &[Sort::Text];
const WHOLE: Sort<'static> = Sort::Number(Type::Int32);
const DATED: &[Sort<'static>] = &[Sort::Instant, Sort::Date];
const TIMED: &[Sort<'static>] = &[Sort::Instant, Sort::Time];
const NUMBER: &[Sort<'static>] = &[Sort::Number(Type::Double)];

const SIGNATURES: [Signature; 24] = [
    ("contains", Function::Contains, &[TEXT, TEXT], 0, Sort::Bool),
    ("startswith", Function::StartsWith, &[TEXT, TEXT], 0, Sort::Bool),
    ("endswith", Function::EndsWith, &[TEXT, TEXT], 0, Sort::Bool),
    ("length", Function::Length, &[TEXT], 0, WHOLE),
    ("indexof", Function::IndexOf, &[TEXT, TEXT], 0, WHOLE),
    ("substring", Function::Substring, &[TEXT, NUMBER, NUMBER], 1, Sort::Text),
    ("tolower", Function::ToLower, &[TEXT], 0, Sort::Text),
    ("toupper", Function::ToUpper, &[TEXT], 0, Sort::Text),
    ("trim", Function::Trim, &[TEXT], 0, Sort::Text),
    ("concat", Function::Concat, &[TEXT, TEXT], 0, Sort::Text),
    ("year", Function::Year, &[DATED], 0, WHOLE),
    ("month", Function::Month, &[DATED], 0, WHOLE),
    ("day", Function::Day, &[DATED], 0, WHOLE),
    ("hour", Function::Hour, &[TIMED], 0, WHOLE),
    ("minute", Function::Minute, &[TIMED], 0, WHOLE),
    ("second", Function::Second, &[TIMED], 0, WHOLE),
    ("fractionalseconds", Function::FractionalSeconds, &[TIMED], 0, Sort::Number(Type::Decimal)),
    ("date", Function::Date, &[&[Sort::Instant]], 0, Sort::Date),
    ("time", Function::Time, &[&[Sort::Instant]], 0, Sort::Time),
    ("totaloffsetminutes", Function::TotalOffsetMinutes, &[&[Sort::Instant]], 0, WHOLE),
    ("totalseconds", Function::TotalSeconds, &[&[Sort::Duration]], 0, Sort::Number(Type::Decimal)),
    ("round", Function::Round, &[NUMBER], 0, Sort::Number(Type::Double)),
    ("floor", Function::Floor, &[NUMBER], 0, Sort::Number(Type::Double)),
    ("ceiling", Function::Ceiling, &[NUMBER], 0, Sort::Number(Type::Double)),
];

impl<'t> Parser<'t> {
    /// A call; the parenthesis after its name is next.
    pub(super) fn call(&mut self, word: &'t str, place: usize) -> Parsed<'t> {
        if let Some(moment) = self.moment(word) {
            let arguments = self.arguments()?;
            return match arguments.is_empty() {
                true => Ok(Typed::leaf(Node::Constant(Scalar::Instant(moment)), Sort::Instant)),
                false => Err(self.count_error(word, place, "no arguments")),
            };
        }
        if word.eq_ignore_ascii_case("matchespattern") {
            return self.pattern(word, place);
        }
        let signature = SIGNATURES.iter().find(|(name, ..)| name.eq_ignore_ascii_case(word));
        let Some(&(_, function, wanted, optional, result)) = signature else {
            return Err(self.error(
                place,
                format!("An unknown function with name '{word}' was found. This may also be a function import or a key lookup on a navigation property, which is not allowed"),
            ));
        };
        let arguments = self.arguments()?;
        for (index, (start, argument)) in arguments.iter().enumerate() {
            let fits = wanted.get(index).is_none_or(|sorts| sorts.iter().any(|sort| takes(*sort, argument.sort)));
            if !fits {
                return Err(self.argument_error(word, *start, argument.sort));
            }
        }
        if arguments.len() > wanted.len() || arguments.len() + optional < wanted.len() {
            let counts = match optional {
                0 => format!("{} argument{}", wanted.len(), if wanted.len() == 1 { "" } else { "s" }),
                _ => format!("{} or {} arguments", wanted.len() - optional, wanted.len()),
            };
            return Err(self.count_error(word, place, &counts));
        }
        // What is rounded keeps its type.
        let rounded = matches!(function, Function::Round | Function::Floor | Function::Ceiling);
        let sort = arguments.first().map(|(_, argument)| argument.sort).filter(|_| rounded).unwrap_or(result);
        let height = self.above(place, arguments.iter().map(|(_, argument)| argument.height))?;
        let nodes = arguments.into_iter().map(|(_, argument)| argument.node).collect();
        Ok(Typed { node: Node::Call(function, nodes), sort, height })
    }

    /// Arguments in parentheses, each with the place where it begins.
    fn arguments(&mut self) -> Result<Vec<(usize, Typed<'t>)>, QueryError> {
        self.expect(Kind::Open, "'('")?;
        let mut arguments = Vec::new();
        while self.peek() != Kind::Close {
            if !arguments.is_empty() {
                self.expect(Kind::Comma, "')' or ','")?;
            }
            let start = self.at;
            arguments.push((start, self.expression()?));
        }
        self.at += 1;
        Ok(arguments)
    }

    /// The moments that functions without arguments are.
    fn moment(&self, word: &str) -> Option<Instant> {
        let moments = [("now", self.context.now), ("mindatetime", Timestamp::MIN), ("maxdatetime", Timestamp::MAX)];
        let found = moments.into_iter().find(|(name, _)| name.eq_ignore_ascii_case(word));
        found.map(|(_, moment)| Instant::utc(moment))
    }

    /// `matchesPattern(FirstName,'^A')`: a regular expression is read once, so it has to be
    /// written out.
    fn pattern(&mut self, word: &str, place: usize) -> Parsed<'t> {
        let arguments = self.arguments()?;
        let Ok([(start, text), (place_of_pattern, pattern)]) = <[_; 2]>::try_from(arguments) else {
            return Err(self.count_error(word, place, "2 arguments"));
        };
        if !takes(Sort::Text, text.sort) {
            return Err(self.argument_error(word, start, text.sort));
        }
        let Node::Constant(Scalar::Text(pattern)) = pattern.node else {
            return Err(self.error(place_of_pattern, format!("The pattern of '{word}' has to be a text in quotes")));
        };
        self.context.budget.take_pattern()?;
        let regex = RegexBuilder::new(&pattern).size_limit(LARGEST_PATTERN).dfa_size_limit(LARGEST_PATTERN).build();
        let regex = regex.map_err(|_| {
            self.error(place_of_pattern, format!("The pattern '{pattern}' is not a regular expression, or too large"))
        })?;
        let height = self.above(place, [text.height])?;
        Ok(Typed { node: Node::Matches(Box::new(text.node), regex), sort: Sort::Bool, height })
    }

    fn argument_error(&self, word: &str, place: usize, sort: Sort<'_>) -> QueryError {
        let name = sort.name();
        self.error(
            place,
            format!("No function signature for the function with name '{word}' matches an argument of type '{name}'"),
        )
    }

    fn count_error(&self, word: &str, place: usize, counts: &str) -> QueryError {
        self.error(place, format!("The function '{word}' takes {counts}"))
    }
}

/// True if an argument of this sort may be given where `wanted` is expected.
fn takes(wanted: Sort<'_>, given: Sort<'_>) -> bool {
    match (wanted, given) {
        (_, Sort::Null) | (Sort::Number(_), Sort::Number(_)) => true,
        (wanted, given) => wanted == given,
    }
}
