//! Where calls are carried out; made only when one is.

use tokio::runtime::{Builder, Runtime};

use crate::failure::Failure;
use crate::signals;

/// A runtime on this thread.
pub fn runtime() -> Result<Runtime, Failure> {
    Builder::new_current_thread().enable_all().build().map_err(|error| Failure::Internal(error.to_string()))
}

/// Carries something out on this thread, until it is done or somebody ends the program. What it was writing is given
/// up then.
pub fn run<T>(work: impl Future<Output = Result<T, Failure>>) -> Result<T, Failure> {
    runtime()?.block_on(async {
        tokio::select! {
            biased;
            done = work => done,
            signal = signals::end() => Err(Failure::Interrupted(signal)),
        }
    })
}
