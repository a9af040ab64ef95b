//! What a call returned.

use std::fmt;

use bytes::Bytes;
use reqwest::header::HeaderMap;
use threecx_catalog::{Answer as Declared, Operation};
use threecx_core::Error;
use threecx_core::read::{self, Answer, File, Head};

use crate::transport;

/// The answer to a call, complete and successful. `Debug` shows how long it is, and not what it says.
pub struct Reply {
    pub(crate) operation: Option<&'static Operation>,
    pub(crate) declared: Declared,
    pub(crate) status: u16,
    pub(crate) headers: HeaderMap,
    pub(crate) body: Bytes,
    /// True if [`read::check`] has let it pass.
    pub(crate) checked: bool,
}

impl fmt::Debug for Reply {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Reply")
            .field("operation", &self.operation.map(|operation| operation.id))
            .field("status", &self.status)
            .field("length", &self.body.len())
            .finish_non_exhaustive()
    }
}

impl Reply {
    /// An answer that came by other means than a [`Client`](crate::Client): `declared` is what
    /// [`Request::answer`](crate::Request::answer) says.
    pub fn of(operation: &'static Operation, declared: Declared, response: http::Response<Bytes>) -> Reply {
        let (head, body) = response.into_parts();
        let (status, headers) = (head.status.as_u16(), head.headers);
        Reply { operation: Some(operation), declared, status, headers, body, checked: false }
    }

    /// The answer. Rows and values point into the reply.
    ///
    /// # Errors
    /// [`Error::Answer`] if it cannot be read, or the error that it means.
    pub fn answer(&self) -> Result<Answer<'_>, Error> {
        let read = if self.checked { read::read_checked } else { read::read };
        read(self.operation, self.declared, &self.head(), &self.body)
    }

    /// The same without regard to what the operation gives.
    pub(crate) fn raw_answer(&self) -> Result<Answer<'_>, Error> {
        read::read(None, self.declared, &self.head(), &self.body)
    }

    /// The body as it came.
    pub fn bytes(&self) -> &Bytes {
        &self.body
    }

    /// The HTTP status.
    pub fn status(&self) -> u16 {
        self.status
    }

    /// The file that the body is, if it is one.
    pub fn file(&self) -> Option<File> {
        read::file(self.operation, self.declared, &self.head())
    }

    /// The same as it came over the network, to be read piece by piece.
    pub(crate) fn response(&self) -> reqwest::Response {
        let mut response = http::Response::new(self.body.clone());
        *response.status_mut() = http::StatusCode::from_u16(self.status).unwrap_or_default();
        *response.headers_mut() = self.headers.clone();
        response.into()
    }

    pub(crate) fn head(&self) -> Head<'_> {
        transport::head(self.status, &self.headers)
    }
}
