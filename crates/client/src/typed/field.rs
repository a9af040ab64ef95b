//! The fields of a row, for filters, orders and selections.

use std::fmt;
use std::marker::PhantomData;

use super::filter::Filter;
use super::flags::Flags;
use super::literal::Literal;
use super::word::Word;

/// A field of rows of type `R` that holds a `T`. The constants are in [`fields`](crate::fields).
pub struct Field<R, T> {
    name: &'static str,
    of: PhantomData<fn() -> (R, T)>,
}

impl<R, T> Field<R, T> {
    pub(crate) const fn new(name: &'static str) -> Field<R, T> {
        Field { name, of: PhantomData }
    }

    /// The name on the wire.
    pub fn name(self) -> &'static str {
        self.name
    }

    /// In ascending order.
    pub fn ascending(self) -> Order<R> {
        Order { text: self.name.to_owned(), row: PhantomData }
    }

    /// In descending order.
    pub fn descending(self) -> Order<R> {
        Order { text: format!("{} desc", self.name), row: PhantomData }
    }

    /// It is null.
    pub fn is_null(self) -> Filter<R> {
        Filter::new(format!("{} eq null", self.name))
    }

    /// It is not null.
    pub fn is_not_null(self) -> Filter<R> {
        Filter::new(format!("{} ne null", self.name))
    }

    /// A condition on a field of the structure in this one: `Route/IsPromptEnabled eq true`.
    pub fn with(self, condition: Filter<T>) -> Filter<R> {
        Filter::new(below(self.name, condition.as_str()))
    }
}

impl<R, T: Literal> Field<R, T> {
    /// It is equal to this.
    pub fn eq(self, value: impl Into<T>) -> Filter<R> {
        self.compared("eq", &value.into())
    }

    /// It is not equal to this.
    pub fn ne(self, value: impl Into<T>) -> Filter<R> {
        self.compared("ne", &value.into())
    }

    /// It is greater or later than this.
    pub fn gt(self, value: impl Into<T>) -> Filter<R> {
        self.compared("gt", &value.into())
    }

    /// It is this, or greater or later.
    pub fn ge(self, value: impl Into<T>) -> Filter<R> {
        self.compared("ge", &value.into())
    }

    /// It is less or earlier than this.
    pub fn lt(self, value: impl Into<T>) -> Filter<R> {
        self.compared("lt", &value.into())
    }

    /// It is this, or less or earlier.
    pub fn le(self, value: impl Into<T>) -> Filter<R> {
        self.compared("le", &value.into())
    }

    /// It is one of these; none at all is never true.
    pub fn any_of<V: Into<T>>(self, values: impl IntoIterator<Item = V>) -> Filter<R> {
        let one_of = values.into_iter().map(|value| self.eq(value)).reduce(Filter::or);
        one_of.unwrap_or_else(|| Filter::new("false".to_owned()))
    }

    fn compared(self, operator: &str, value: &T) -> Filter<R> {
        let mut text = format!("{} {operator} ", self.name);
        value.literal(&mut text);
        Filter::new(text)
    }
}

impl<R, T: AsRef<str>> Field<R, T> {
    /// It contains this.
    pub fn contains(self, part: &str) -> Filter<R> {
        self.called("contains", part)
    }

    /// It starts with this.
    pub fn starts_with(self, start: &str) -> Filter<R> {
        self.called("startswith", start)
    }

    /// It ends with this.
    pub fn ends_with(self, end: &str) -> Filter<R> {
        self.called("endswith", end)
    }

    fn called(self, function: &str, text: &str) -> Filter<R> {
        let mut call = format!("{function}({},", self.name);
        text.literal(&mut call);
        call.push(')');
        Filter::new(call)
    }
}

impl<R, E: Word + Literal> Field<R, Flags<E>> {
    /// This member is among them.
    pub fn has(self, member: E) -> Filter<R> {
        let mut text = format!("{} has ", self.name);
        member.literal(&mut text);
        Filter::new(text)
    }
}

impl<R, T> Field<R, Vec<T>> {
    /// One of its elements meets the condition.
    pub fn any(self, condition: Filter<T>) -> Filter<R> {
        Filter::new(format!("{}/any(x:{})", self.name, below("x", condition.as_str())))
    }

    /// All of its elements meet the condition.
    pub fn all(self, condition: Filter<T>) -> Filter<R> {
        Filter::new(format!("{}/all(x:{})", self.name, below("x", condition.as_str())))
    }

    /// It has no elements.
    pub fn is_empty(self) -> Filter<R> {
        Filter::new(format!("not {}/any()", self.name))
    }
}

/// The condition with every name in it below `path`.
fn below(path: &str, condition: &str) -> String {
    let mut out = String::with_capacity(condition.len() + 16);
    let mut rest = condition;
    while let Some(start) = rest.find(|c: char| c == '\'' || c.is_ascii_alphanumeric() || c == '_') {
        out.push_str(&rest[..start]);
        rest = &rest[start..];
        let end = match rest.starts_with('\'') {
            true => rest[1..].find('\'').map_or(rest.len(), |quote| quote + 2),
            false => rest.find(|c: char| !c.is_ascii_alphanumeric() && !"_./:-+".contains(c)).unwrap_or(rest.len()),
        };
        let (word, after) = rest.split_at(end);
        if is_name(word, after) {
            out.push_str(path);
            out.push('/');
        }
        out.push_str(word);
        rest = after;
    }
    out.push_str(rest);
    out
}

/// True for the name of a field: neither a literal, an operator, a function nor a range variable.
fn is_name(word: &str, after: &str) -> bool {
    const OPERATORS: [&str; 15] =
        ["and", "or", "not", "eq", "ne", "gt", "ge", "lt", "le", "has", "in", "true", "false", "null", "duration"];
    let starts = word.starts_with(|c: char| c.is_ascii_alphabetic() || c == '_');
    starts
        && !OPERATORS.contains(&word)
        && !after.starts_with('(')
        && !word.starts_with("x:")
        && !word.starts_with("x/")
}

impl<R, T> Clone for Field<R, T> {
    fn clone(&self) -> Field<R, T> {
        *self
    }
}

impl<R, T> Copy for Field<R, T> {}

impl<R, T> fmt::Debug for Field<R, T> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(self.name)
    }
}

/// A field and a direction to order by.
#[derive(Clone)]
pub struct Order<R> {
    pub(crate) text: String,
    row: PhantomData<fn() -> R>,
}

impl<R> fmt::Debug for Order<R> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(&self.text)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn names_and_nothing_else_move_below_a_path() {
        for (condition, moved) in [
            ("Name eq 'Sales'", "x/Name eq 'Sales'"),
            ("startswith(Name,'a and b') and Id gt 5", "startswith(x/Name,'a and b') and x/Id gt 5"),
            ("Name eq 'O''Brien' or not (Name eq null)", "x/Name eq 'O''Brien' or not (x/Name eq null)"),
            ("At lt 2026-01-31T09:30:00Z", "x/At lt 2026-01-31T09:30:00Z"),
            ("Wait ge duration'PT1H'", "x/Wait ge duration'PT1H'"),
            ("Rights/Invalid eq true", "x/Rights/Invalid eq true"),
        ] {
            assert_eq!(below("x", condition), moved);
        }
    }

    #[test]
    fn a_condition_on_a_part_names_the_whole() {
        let field: Field<(), ()> = Field::new("Hours");
        let inner: Field<(), bool> = Field::new("IgnoreHolidays");
        assert_eq!(field.with(inner.eq(true)).to_string(), "Hours/IgnoreHolidays eq true");
        assert_eq!(Field::<(), i32>::new("Id").any_of::<i32>([]).to_string(), "false");
    }

    proptest::proptest! {
        /// Whatever the text, it stays one literal.
        #[test]
        fn a_text_stays_one_literal(text in "\\PC*") {
            let filter = Field::<(), String>::new("Name").eq(text.as_str()).to_string();
            let literal = filter.strip_prefix("Name eq '").and_then(|rest| rest.strip_suffix('\''));
            proptest::prop_assert_eq!(literal.map(|literal| literal.replace("''", "'")), Some(text));
        }
    }
}
