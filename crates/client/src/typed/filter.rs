//! Filters, built from the fields of a row.

use std::fmt;
use std::marker::PhantomData;
use std::ops::Not;

/// A condition on rows of type `R`, as `$filter` takes it.
///
/// Fields make it ([`Field`](crate::Field)); text is taken literally:
///
/// ```
/// use threecx::Filter;
/// use threecx::api::users::User;
/// use threecx::fields::user;
///
/// let filter = user::NUMBER.starts_with("1").and(user::ENABLED.eq(true));
/// assert_eq!(filter.to_string(), "startswith(Number,'1') and Enabled eq true");
///
/// let same = Filter::<User>::from("startswith(Number,'1') and Enabled eq true");
/// assert_eq!(same.to_string(), filter.to_string());
/// ```
pub struct Filter<R> {
    text: String,
    binds: Binds,
    row: PhantomData<fn() -> R>,
}

/// How tightly the outermost operator binds; what binds more loosely than its surroundings is put in
/// parentheses.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
enum Binds {
    Or,
    And,
    Tightly,
}

impl<R> Filter<R> {
    pub(crate) fn new(text: String) -> Filter<R> {
        Filter { text, binds: Binds::Tightly, row: PhantomData }
    }

    /// Both.
    #[must_use]
    pub fn and(self, other: Filter<R>) -> Filter<R> {
        self.joined(" and ", Binds::And, other)
    }

    /// One of them, or both.
    #[must_use]
    pub fn or(self, other: Filter<R>) -> Filter<R> {
        self.joined(" or ", Binds::Or, other)
    }

    fn joined(self, operator: &str, binds: Binds, other: Filter<R>) -> Filter<R> {
        let text = format!("{}{operator}{}", self.inside(binds), other.inside(binds));
        Filter { text, binds, row: PhantomData }
    }

    fn inside(self, binds: Binds) -> String {
        if self.binds < binds { format!("({})", self.text) } else { self.text }
    }

    /// The text, as `$filter` takes it.
    pub fn as_str(&self) -> &str {
        &self.text
    }
}

/// Not this.
impl<R> Not for Filter<R> {
    type Output = Filter<R>;

    fn not(self) -> Filter<R> {
        Filter::new(format!("not ({})", self.text))
    }
}

/// Text, taken literally. It may contain any operator, so it is put in parentheses inside a larger
/// condition.
impl<R> From<&str> for Filter<R> {
    fn from(text: &str) -> Filter<R> {
        Filter { text: text.to_owned(), binds: Binds::Or, row: PhantomData }
    }
}

impl<R> From<String> for Filter<R> {
    fn from(text: String) -> Filter<R> {
        Filter { text, binds: Binds::Or, row: PhantomData }
    }
}

impl<R> Clone for Filter<R> {
    fn clone(&self) -> Filter<R> {
        Filter { text: self.text.clone(), binds: self.binds, row: PhantomData }
    }
}

impl<R> fmt::Display for Filter<R> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(&self.text)
    }
}

impl<R> fmt::Debug for Filter<R> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_tuple("Filter").field(&self.text).finish()
    }
}
