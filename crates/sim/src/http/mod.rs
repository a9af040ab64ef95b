//! HTTP: connections, limits, and what an answer looks like on the wire.

mod body;
mod codes;
mod problem;
mod response;
mod serve;

pub(crate) use problem::Problem;
pub(crate) use response::{Ending, Response};
pub(crate) use serve::{Service, serve};

/// Where the API lies.
pub(crate) const API: &str = "/xapi/v1";
