//! Spans and events for `tracing`: they say what is called, but never the arguments, which may be secret.

use std::future::Future;
use std::time::Duration;

use threecx_catalog::Operation;
use threecx_core::{Error, Request};

/// Runs a call in a span `call` with `operation`, `method` and `path`. Its end is an event, with the
/// error's code if it failed.
#[cfg(feature = "tracing")]
pub(crate) async fn call<T>(
    request: &Request,
    operation: Option<&'static Operation>,
    work: impl Future<Output = Result<T, Error>>,
) -> Result<T, Error> {
    use tracing::Instrument;

    let path = match operation {
        Some(operation) => operation.newest_form().path,
        // Keys and queries may be anything.
        None => request.path_and_query.split(['?', '(']).next().unwrap_or_default(),
    };
    let id = operation.map_or("", |operation| operation.id);
    let span = tracing::info_span!("call", operation = id, method = request.method.as_str(), path);
    let ended = async {
        let result = work.await;
        match &result {
            Ok(_) => tracing::debug!("answered"),
            Err(error) => tracing::warn!(error = error.code(), "failed"),
        }
        result
    };
    ended.instrument(span).await
}

#[cfg(not(feature = "tracing"))]
pub(crate) async fn call<T>(
    _: &Request,
    _: Option<&'static Operation>,
    work: impl Future<Output = Result<T, Error>>,
) -> Result<T, Error> {
    work.await
}

/// An attempt failed, and another follows.
pub(crate) fn retry(attempt: u32, pause: Duration, error: &Error) {
    #[cfg(feature = "tracing")]
    tracing::info!(attempt, pause_ms = pause.as_millis() as u64, error = error.code(), "trying again");
    #[cfg(not(feature = "tracing"))]
    let _ = (attempt, pause, error);
}
