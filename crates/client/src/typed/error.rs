//! Why a typed call failed.

use std::fmt;

use threecx_catalog::Operation;
use threecx_core::Error;

/// Why a call failed: the error of the core, and which call it was. What was sent is not in it, so
/// no secret can be.
#[derive(Clone, Debug, PartialEq)]
pub struct CallError {
    operation: Option<&'static Operation>,
    error: Box<Error>,
}

impl CallError {
    pub(crate) fn new(operation: &'static Operation, error: Error) -> CallError {
        CallError { operation: Some(operation), error: Box::new(error) }
    }

    /// What went wrong.
    pub fn kind(&self) -> &Error {
        &self.error
    }

    /// The id of the operation, `Users.GetUser`, where it was a call that failed.
    pub fn operation(&self) -> Option<&'static str> {
        self.operation.map(|operation| operation.id)
    }

    /// The path of the operation, with names in the place of values: `/Users({Id})`.
    pub fn path(&self) -> Option<&'static str> {
        self.operation.map(|operation| operation.newest_form().path)
    }

    /// True if the same call may succeed later.
    pub fn is_retryable(&self) -> bool {
        self.error.is_retryable()
    }
}

impl fmt::Display for CallError {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self.operation() {
            Some(operation) => write!(f, "{operation}: {}", self.error),
            None => self.error.fmt(f),
        }
    }
}

impl std::error::Error for CallError {
    fn source(&self) -> Option<&(dyn std::error::Error + 'static)> {
        Some(&*self.error)
    }
}

/// An error outside a call, such as that of building a client.
impl From<Error> for CallError {
    fn from(error: Error) -> CallError {
        CallError { operation: None, error: Box::new(error) }
    }
}

impl From<CallError> for Error {
    fn from(error: CallError) -> Error {
        *error.error
    }
}
