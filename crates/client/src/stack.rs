//! Another HTTP stack in the place of reqwest.

use std::fmt;
use std::future::Future;
use std::pin::Pin;

use bytes::Bytes;

/// Sends HTTP requests. A client has reqwest for it; a program that has a stack of its own, or wants to
/// see what goes by, gives it to [`Builder::http_stack`](crate::Builder::http_stack).
///
/// The client's timeouts, certificates and user agent are settings of reqwest: another stack has its own.
/// Redirects must not be followed, since the token would go where they point.
pub trait HttpStack: fmt::Debug + Send + Sync {
    /// Sends a request once. The URL is absolute.
    fn send(&self, request: http::Request<Bytes>) -> Sending<'_>;
}

/// What [`HttpStack::send`] gives.
pub type Sending<'a> = Pin<Box<dyn Future<Output = Result<http::Response<Bytes>, Undelivered>> + Send + 'a>>;

/// Why there is no answer.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Undelivered {
    /// What happened.
    pub reason: String,
    /// True if the request may have reached the PBX: only then is it unknown whether it was carried out.
    pub sent: bool,
}
