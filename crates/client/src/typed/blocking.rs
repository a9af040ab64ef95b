//! Calls without `async`: the same, on a runtime that the crate keeps for them.

use std::sync::OnceLock;

use threecx_core::Error;
use tokio::runtime::{Builder, Runtime};

use super::answer::FromReply;
use super::call::Call;
use super::error::CallError;
use super::stream::RowStream;
use super::value::Value;
use crate::reply::Reply;

fn runtime() -> Result<&'static Runtime, Error> {
    static RUNTIME: OnceLock<Result<Runtime, String>> = OnceLock::new();
    // One thread of its own keeps connections alive between calls.
    let build =
        || Builder::new_multi_thread().worker_threads(1).enable_all().build().map_err(|error| error.to_string());
    let runtime = RUNTIME.get_or_init(build).as_ref();
    runtime.map_err(|reason| Error::Connection { host: "the PBX".to_owned(), reason: reason.clone() })
}

impl<T: FromReply> Call<T> {
    /// [`send`](Call::send) for programs without `async`.
    ///
    /// # Errors
    /// Those of [`send`](Call::send).
    ///
    /// # Panics
    /// Within `async` code, which it would hold up.
    pub fn send_blocking(self) -> Result<T, CallError> {
        runtime()?.block_on(self.send())
    }
}

impl<T> Call<T> {
    /// [`raw`](Call::raw) for programs without `async`.
    ///
    /// # Errors
    /// Those of [`raw`](Call::raw).
    ///
    /// # Panics
    /// Within `async` code, which it would hold up.
    pub fn raw_blocking(self) -> Result<Reply, CallError> {
        runtime()?.block_on(self.raw())
    }
}

impl<R> RowStream<R> {
    /// The rows for programs without `async`.
    ///
    /// ```no_run
    /// # fn example(client: threecx::Client) -> Result<(), threecx::CallError> {
    /// for user in client.users().list().stream().blocking() {
    ///     println!("{:?}", user?.number);
    /// }
    /// # Ok(())
    /// # }
    /// ```
    pub fn blocking(self) -> BlockingRows<R> {
        BlockingRows(self)
    }
}

/// The rows of a list, read page by page as they are taken ([`RowStream::blocking`]).
#[must_use = "a list is not read before its rows are taken"]
pub struct BlockingRows<R>(RowStream<R>);

impl<R: Value> Iterator for BlockingRows<R> {
    type Item = Result<R, CallError>;

    /// The next row.
    ///
    /// # Panics
    /// Within `async` code, which it would hold up.
    fn next(&mut self) -> Option<Self::Item> {
        match runtime() {
            Ok(runtime) => runtime.block_on(self.0.next()),
            Err(error) => Some(Err(error.into())),
        }
    }
}
