//! HTTP: connections, limits, and what an answer looks like on the wire.

mod body;
mod codes;
mod connections;
mod json;
mod limits;
#[cfg(not(feature = "tls"))]
mod no_tls;
mod problem;
mod response;
mod serve;
#[cfg(feature = "tls")]
mod tls;

pub(crate) use json::json;
pub use limits::Limits;
#[cfg(not(feature = "tls"))]
pub(crate) use no_tls::Tls;
pub(crate) use problem::Problem;
pub(crate) use response::{Ending, Response};
pub(crate) use serve::{Service, listen, serve};
#[cfg(feature = "tls")]
pub(crate) use tls::Tls;

/// The path of the API.
pub(crate) const API: &str = "/xapi/v1";
