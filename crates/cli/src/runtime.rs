//! Where calls are carried out; made only when one is.

use tokio::runtime::{Builder, Runtime};

use crate::failure::Failure;

/// A runtime on this thread.
pub fn runtime() -> Result<Runtime, Failure> {
    Builder::new_current_thread().enable_all().build().map_err(|error| Failure::Internal(error.to_string()))
}
