//! Where calls are carried out; made only when one is.

use std::future::Future;

use tokio::runtime::Builder;

use crate::failure::Failure;
use crate::remark;
use crate::signals;

/// Carries out what waits for a PBX.
pub struct Runtime(tokio::runtime::Runtime);

/// A runtime on this thread.
pub fn runtime() -> Result<Runtime, Failure> {
    let built = Builder::new_current_thread().enable_all().build();
    built.map(Runtime).map_err(|error| Failure::Internal(error.to_string()))
}

impl Runtime {
    /// Works to the end, and says so when the PBX takes its time.
    pub fn block_on<T>(&self, work: impl Future<Output = T>) -> T {
        self.0.block_on(async {
            tokio::select! {
                // Work comes first: what is done is not remarked upon.
                biased;
                done = work => done,
                () = remark::keep_saying() => unreachable!("it never returns"),
            }
        })
    }
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
