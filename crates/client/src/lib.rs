//! A client for the Configuration API (XAPI) of 3CX phone systems: the whole API with types, or by name.
//!
//! Calls are planned by the core before anything is sent: what does not fit is an
//! [`Error::Input`], what the connected PBX's release lacks an [`Error::NotInVersion`].
//! Tokens are fetched when they are needed, once for all calls at a time, and again
//! after a 401. A [`TokenStore`] shares them among processes ([`TokenFile`]) or machines, and a
//! [`SecretStore`] brings the secret from where it is safe. A user logs in with [`Builder::log_in`],
//! second factor included. What may have been carried out is never sent twice unless the catalogue
//! says that doing it twice is harmless. [`Builder`] has timeouts, limits, retries, authorities, and
//! room for another HTTP stack ([`HttpStack`]); who has none at all uses the crate `threecx-core`
//! alone, which plans and reads without I/O.
#![cfg_attr(all(feature = "users", feature = "groups", feature = "queues"), doc = include_str!("guide.md"))]
//!
//! # Calls by name
//!
//! Every operation can be called by its name too, with arguments that are worked out while the program
//! runs; this needs none of the features.
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
#![cfg_attr(docsrs, feature(doc_cfg))]

mod address;
#[cfg(feature = "typed")]
// A single area needs only a part of it.
#[cfg_attr(not(feature = "full"), allow(dead_code, unused_imports, unused_macros))]
#[rustfmt::skip]
pub mod api;
mod builder;
mod client;
mod download;
#[cfg(feature = "typed")]
#[cfg_attr(not(feature = "full"), allow(dead_code, unused_imports, unused_macros))]
#[rustfmt::skip]
pub mod fields;
mod limits;
mod login;
mod look;
mod pages;
mod reply;
mod stack;
mod store;
mod token_file;
mod tokens;
mod trace;
mod transport;
#[cfg(feature = "typed")]
#[cfg_attr(not(feature = "full"), allow(dead_code, unused_imports, unused_macros))]
mod typed;

pub use builder::Builder;
pub use client::{Client, Failed};
pub use download::{Download, Opened, Piece};
#[cfg(feature = "typed")]
pub use jiff::Timestamp;
#[cfg(feature = "typed")]
pub use jiff::civil::{Date, Time};
pub use login::Login;
pub use look::Look;
pub use pages::{ListPage, Paged};
pub use reply::Reply;
pub use stack::{HttpStack, Sending, Undelivered};
pub use store::{Kept, Lock, SecretStore, TokenStore};
pub use threecx_catalog::{Operation, Span, operation, operations, resource, resources};
pub use threecx_core::read::{Answer, File, Rows};
pub use threecx_core::retry::{Decision, Outcome, Policy};
pub use threecx_core::token::{Claims, Token};
pub use threecx_core::{Arguments, Cause, Error, Input, NextStep, Place, Request};
pub use token_file::TokenFile;
#[cfg(feature = "blocking")]
pub use typed::BlockingRows;
#[cfg(feature = "typed")]
pub use typed::{
    Call, CallError, Changed, Decimal, DnNumber, Downloaded, Duration, Field, Filter, Flags, FromReply, Guid, Json,
    Listed, Literal, Model, Order, Orders, Page, Patch, RowStream, Secret, Selected, Selection, Value, Word,
};

/// Runs what may block for a while without blocking the others.
async fn blocking<T: Send + 'static>(work: impl FnOnce() -> T + Send + 'static) -> T {
    match tokio::task::spawn_blocking(work).await {
        Ok(done) => done,
        Err(failed) => std::panic::resume_unwind(failed.into_panic()),
    }
}
