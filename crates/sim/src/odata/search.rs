//! `$search`: words and phrases, combined with AND, OR and NOT.

use threecx_catalog::Type;

use super::QueryError;
use crate::assumptions::{MAX_QUERY_DEPTH, SEARCHED};
use crate::state::{Entity, Shape};

/// A parsed `$search` on entities of one shape.
#[derive(Clone, Debug)]
pub(crate) struct Search {
    root: Term,
    /// The properties that are looked at.
    searched: Vec<usize>,
}

#[derive(Clone, Debug)]
enum Term {
    /// A word or phrase in lower case.
    Phrase(String),
    Not(Box<Term>),
    All(Vec<Term>),
    Any(Vec<Term>),
}

impl Search {
    pub fn parse(text: &str, shape: &'static Shape) -> Result<Search, QueryError> {
        let mut parser = Parser { text, at: 0, depth: 0 };
        let root = parser.any()?;
        parser.skip_blanks();
        match parser.rest().is_empty() {
            true => Ok(Search { root, searched: searched(shape) }),
            false => Err(parser.expected("end of expression")),
        }
    }

    /// True if an entity is among what is looked for.
    pub fn finds(&self, entity: &Entity) -> bool {
        self.holds(&self.root, entity)
    }

    fn holds(&self, term: &Term, entity: &Entity) -> bool {
        match term {
            Term::Phrase(phrase) => {
                self.searched.iter().filter_map(|index| entity.at(*index).as_text()).any(|text| contains(text, phrase))
            }
            Term::Not(inner) => !self.holds(inner, entity),
            Term::All(terms) => terms.iter().all(|term| self.holds(term, entity)),
            Term::Any(terms) => terms.iter().any(|term| self.holds(term, entity)),
        }
    }
}

/// The properties of a type that are searched: the usual ones, or all texts if it has none.
fn searched(shape: &Shape) -> Vec<usize> {
    let usual: Vec<usize> = SEARCHED.iter().filter_map(|name| shape.index(name)).collect();
    if !usual.is_empty() {
        return usual;
    }
    let is_text = |index: &usize| {
        let ty = shape.properties[*index].ty;
        ty.ty == Type::String && !ty.collection
    };
    (0..shape.properties.len()).filter(is_text).collect()
}

/// True if a text contains a phrase in lower case, whatever the case of the text.
fn contains(text: &str, phrase: &str) -> bool {
    if !text.is_ascii() {
        return text.to_lowercase().contains(phrase);
    }
    phrase.is_empty() || text.as_bytes().windows(phrase.len()).any(|part| part.eq_ignore_ascii_case(phrase.as_bytes()))
}

struct Parser<'t> {
    text: &'t str,
    at: usize,
    depth: usize,
}

impl<'t> Parser<'t> {
    fn rest(&self) -> &'t str {
        &self.text[self.at..]
    }

    fn skip_blanks(&mut self) {
        self.at += self.rest().len() - self.rest().trim_start().len();
    }

    /// The next word, up to a blank, quote or parenthesis; it stays where it is.
    fn word(&mut self) -> &'t str {
        self.skip_blanks();
        let rest = self.rest();
        &rest[..rest.find(|c: char| c.is_whitespace() || matches!(c, '(' | ')' | '"')).unwrap_or(rest.len())]
    }

    fn takes(&mut self, keyword: &str) -> bool {
        let found = self.word() == keyword;
        self.at += if found { keyword.len() } else { 0 };
        found
    }

    fn expected(&self, what: &str) -> QueryError {
        let position = self.text[..self.at].chars().count();
        QueryError::new(format!("Syntax error: {what} expected at position {position} in '{}'.", self.text))
    }

    fn any(&mut self) -> Result<Term, QueryError> {
        let mut terms = vec![self.all()?];
        while self.takes("OR") {
            terms.push(self.all()?);
        }
        Ok(one_or(terms, Term::Any))
    }

    /// Terms that all have to be there; the AND between them may be left out.
    fn all(&mut self) -> Result<Term, QueryError> {
        let mut terms = vec![self.unary()?];
        loop {
            let and = self.takes("AND");
            if !and && (self.word() == "OR" || self.rest().is_empty() || self.rest().starts_with(')')) {
                return Ok(one_or(terms, Term::All));
            }
            terms.push(self.unary()?);
        }
    }

    fn unary(&mut self) -> Result<Term, QueryError> {
        // NOT twice is nothing.
        let mut negated = false;
        while self.takes("NOT") {
            negated = !negated;
        }
        let term = self.primary()?;
        Ok(if negated { Term::Not(Box::new(term)) } else { term })
    }

    fn primary(&mut self) -> Result<Term, QueryError> {
        let word = self.word();
        if self.rest().starts_with('(') {
            if self.depth >= MAX_QUERY_DEPTH {
                return Err(QueryError::new("The $search expression is nested too deeply."));
            }
            self.depth += 1;
            self.at += 1;
            let inner = self.any()?;
            self.skip_blanks();
            if !self.rest().starts_with(')') {
                return Err(self.expected("')' or operator"));
            }
            self.at += 1;
            self.depth -= 1;
            return Ok(inner);
        }
        if self.rest().starts_with('"') {
            return self.phrase();
        }
        if word.is_empty() || matches!(word, "AND" | "OR") {
            return Err(self.expected("an expression"));
        }
        self.at += word.len();
        Ok(Term::Phrase(word.to_lowercase()))
    }

    /// `"two words"`; quotes and backslashes within come after a backslash.
    fn phrase(&mut self) -> Result<Term, QueryError> {
        let mut phrase = String::new();
        let mut chars = self.rest().char_indices().skip(1);
        while let Some((place, c)) = chars.next() {
            match c {
                '"' if phrase.is_empty() => return Err(self.expected("a word between the quotes")),
                '"' => {
                    self.at += place + 1;
                    return Ok(Term::Phrase(phrase.to_lowercase()));
                }
                '\\' => match chars.next() {
                    Some((_, escaped @ ('"' | '\\'))) => phrase.push(escaped),
                    _ => return Err(self.expected("'\\\"' or '\\\\' where a backslash stands")),
                },
                _ => phrase.push(c),
            }
        }
        let position = self.text[..self.at].chars().count();
        Err(QueryError::new(format!(
            "There is an unterminated string literal at position {position} in '{}'.",
            self.text
        )))
    }
}

fn one_or(mut terms: Vec<Term>, several: fn(Vec<Term>) -> Term) -> Term {
    match (terms.len(), terms.pop()) {
        (1, Some(only)) => only,
        (_, last) => {
            terms.extend(last);
            several(terms)
        }
    }
}
