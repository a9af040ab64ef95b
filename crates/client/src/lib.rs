//! A client for the Configuration API (XAPI) of 3CX phone systems.
//!
//! ```no_run
//! use threecx::{Arguments, Client, operation};
//!
//! # async fn example() -> Result<(), threecx::Error> {
//! let client = Client::builder("https://pbx.example.com:5001").credentials("900", "secret").build()?;
//! let mut arguments = Arguments::default();
//! arguments.fields.insert("ids".into(), "[123, 456]".into());
//! let reprovision = operation("Users.ReprovisionAllPhones").expect("in the catalogue");
//! client.call(reprovision, &arguments).await?;
//! # Ok(())
//! # }
//! ```
//!
//! Calls are planned by the core before anything is sent: what does not fit is an
//! [`Error::Input`], what the connected PBX's release lacks an [`Error::NotInVersion`].
//! Tokens are fetched when they are needed, once for all calls at a time, and again
//! after a 401. A [`TokenStore`] shares them among processes ([`TokenFile`]) or machines, and a
//! [`SecretStore`] brings the secret from where it is safe. What may have been carried out is never sent twice unless the catalogue says
//! that doing it twice is harmless.

mod address;
mod builder;
mod client;
mod download;
mod login;
mod look;
mod pages;
mod reply;
mod store;
mod token_file;
mod tokens;
mod transport;

pub use builder::Builder;
pub use client::{Client, Failed};
pub use download::{Download, Opened, Piece};
pub use login::Login;
pub use look::Look;
pub use pages::{ListPage, Paged};
pub use reply::Reply;
pub use store::{Kept, Lock, SecretStore, TokenStore};
pub use threecx_catalog::{Operation, Span, operation, operations, resource, resources};
pub use threecx_core::read::{Answer, File, Rows};
pub use threecx_core::retry::{Decision, Outcome, Policy};
pub use threecx_core::token::{Claims, Token};
pub use threecx_core::{Arguments, Error, Input, Request};
pub use token_file::TokenFile;
pub use transport::is_too_slow;

/// Runs what may block for a while without blocking the others.
async fn blocking<T: Send + 'static>(work: impl FnOnce() -> T + Send + 'static) -> T {
    match tokio::task::spawn_blocking(work).await {
        Ok(done) => done,
        Err(failed) => std::panic::resume_unwind(failed.into_panic()),
    }
}
