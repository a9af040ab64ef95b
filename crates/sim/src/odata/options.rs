//! Query options, read from a query string.

use super::filter::{Expression, SortKey};
use super::path::decode;
use super::search::Search;
use super::selection::Selection;
use super::{QueryContext, QueryError};
use crate::state::Shape;

/// A longer query string is refused.
const LONGEST: usize = 65_536;

/// The query options of a request or of one `$expand`.
#[derive(Clone, Debug, Default)]
pub(crate) struct Options {
    pub top: Option<usize>,
    pub skip: usize,
    pub count: bool,
    pub filter: Option<Expression>,
    pub search: Option<Search>,
    pub orderby: Vec<SortKey>,
    pub selection: Selection,
}

/// What query options are about.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Results {
    Collection,
    /// One entity or object: only its properties can be chosen.
    Single,
}

/// The options that only collections have.
const OF_COLLECTIONS: [&str; 6] = ["filter", "orderby", "count", "skip", "top", "search"];

impl Options {
    /// Reads a query string for entities of a shape. Options that begin with `$` and are not
    /// known are refused; others have nothing to do with OData.
    pub fn parse(
        query: &str,
        shape: Option<&'static Shape>,
        results: Results,
        context: &QueryContext<'_>,
    ) -> Result<Options, QueryError> {
        if query.len() > LONGEST {
            return Err(QueryError::new(format!("The query string is longer than {LONGEST} bytes.")));
        }
        let mut reader = Reader { shape, context, depth: 0, seen: Vec::new() };
        let mut options = Options::default();
        for pair in query.split('&').filter(|pair| !pair.is_empty()) {
            let (name, value) = pair.split_once('=').unwrap_or((pair, ""));
            let decoded = decode(name, true).zip(decode(value, true));
            let (name, value) = decoded.ok_or_else(|| QueryError::new("The query string is not properly encoded."))?;
            let Some(name) = name.strip_prefix('$') else { continue };
            if results == Results::Single && OF_COLLECTIONS.contains(&name) {
                return Err(QueryError::new(
                    "The requested resource is not a collection. Query options $filter, $orderby, $count, $skip, and $top can be applied only on collections.",
                ));
            }
            reader.take(&mut options, name, &value)?;
        }
        Ok(options)
    }

    /// True if a property is looked at or shown, so that it has to be there.
    pub fn needs(&self, name: &str, shape: &Shape) -> bool {
        let expressions = self.filter.iter().chain(self.orderby.iter().map(|key| &key.expression));
        let read = |index| expressions.clone().any(|expression| expression.reads(index));
        let shown = |index: usize| match shape.properties[index].navigation {
            true => self.selection.expand_of(name).is_some(),
            false => self.selection.of(name).is_some(),
        };
        shape.index(name).is_some_and(|index| shown(index) || read(index))
    }
}

/// Reads the options that stand together.
pub(super) struct Reader<'r> {
    /// What they are about, if it has properties that are known.
    pub shape: Option<&'static Shape>,
    pub context: &'r QueryContext<'r>,
    /// How deep in `$expand` and `$select`.
    pub depth: usize,
    /// The options that were read.
    pub seen: Vec<String>,
}

impl Reader<'_> {
    /// Reads one option; its name comes without `$`.
    pub fn take(&mut self, options: &mut Options, name: &str, value: &str) -> Result<(), QueryError> {
        if self.seen.iter().any(|seen| seen == name) {
            return Err(QueryError::new(format!(
                "Query option '${name}' was specified more than once, but it must be specified at most once."
            )));
        }
        let shape =
            self.shape.ok_or_else(|| QueryError::new(format!("The query option '${name}' cannot be applied here.")));
        match name {
            "top" => options.top = Some(number(name, value)?),
            "skip" => options.skip = number(name, value)?,
            "count" => options.count = truth(name, value)?,
            "filter" => options.filter = Some(Expression::filter(value, shape?, self.context)?),
            "search" => options.search = Some(Search::parse(value, shape?)?),
            "orderby" => options.orderby = Expression::orderby(value, shape?, self.context)?,
            "select" => self.select(&mut options.selection, value, shape?)?,
            "expand" => self.expand(&mut options.selection, value, shape?)?,
            other => return Err(QueryError::new(format!("The query parameter '${other}' is not supported."))),
        }
        self.seen.push(name.to_owned());
        Ok(())
    }
}

fn number(name: &str, value: &str) -> Result<usize, QueryError> {
    // At most what Edm.Int64 holds.
    let number = value.trim().parse::<i64>().ok().and_then(|number| usize::try_from(number).ok());
    number.ok_or_else(|| {
        QueryError::new(format!(
            "Invalid value '{value}' for ${name} query option found. The ${name} query option requires a non-negative integer value."
        ))
    })
}

fn truth(name: &str, value: &str) -> Result<bool, QueryError> {
    value.trim().parse().map_err(|_| {
        QueryError::new(format!(
            "Invalid value '{value}' for ${name} query option found. Valid options are 'true' and 'false'."
        ))
    })
}
