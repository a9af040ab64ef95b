//! OData: what a URL says, query options on entities, and what the PBX says of itself.

mod csdl;
mod filter;
mod literal;
mod options;
mod path;

pub(crate) use csdl::{metadata, service_document};
pub(crate) use literal::Literal;
pub(crate) use options::{Expand, Options, Selection};
pub(crate) use path::{Arguments, Segment, decode, parse_path};

/// A query option that does not hold: what is wrong, and where in the text.
#[derive(Clone, Debug, PartialEq)]
pub(crate) struct QueryError {
    pub message: String,
}

impl QueryError {
    pub fn new(message: impl Into<String>) -> QueryError {
        QueryError { message: message.into() }
    }
}
