//! A client for the Configuration API (XAPI) of 3CX phone systems: the whole API with types, or by name.
//!
//! Calls are planned by the core before anything is sent: what does not fit is an
//! [`Error::Input`], what the connected PBX's release lacks an [`Error::NotInVersion`].
//! Tokens are fetched when they are needed, once for all calls at a time, and again
//! after a 401. A [`TokenStore`] shares them among processes ([`TokenFile`]) or machines, and a
//! [`SecretStore`] gets the secret from where it is safe. A user logs in with [`Builder::log_in`],
//! second factor included. What may have been carried out is never sent twice unless the catalogue
//! says that doing it twice is harmless. [`Builder`] has timeouts, limits, retries, authorities, and
//! room for another HTTP stack ([`HttpStack`]); programs with their own I/O use the crate `threecx-core`
//! alone, which plans and reads without I/O.
#![cfg_attr(all(feature = "users", feature = "groups", feature = "queues"), doc = include_str!("guide.md"))]
//!
//! # Calls by name
//!
//! Every operation can be called by its name too, with arguments that are known only at run time; this
//! needs none of the features.
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
mod deadline;
#[cfg(feature = "directory")]
mod directory;
mod download;
#[cfg(feature = "typed")]
#[cfg_attr(not(feature = "full"), allow(dead_code, unused_imports, unused_macros))]
#[rustfmt::skip]
pub mod fields;
mod limits;
mod list_page;
mod login;
mod pages;
mod proxy;
mod reach;
mod reply;
mod send;
mod settings;
mod stack;
mod store;
mod token_file;
mod tokens;
mod trace;
mod transport;
mod trust;
#[cfg(feature = "typed")]
#[cfg_attr(not(feature = "full"), allow(dead_code, unused_imports, unused_macros))]
mod typed;
mod version;
mod waiting;
#[cfg(feature = "typed")]
mod warnings;

pub use builder::Builder;
pub use client::Client;
#[cfg(feature = "directory")]
pub use directory::{Directory, NameInput, NamedEntity, Wanted};
pub use download::{Download, Opened, Piece};
#[cfg(feature = "typed")]
pub use jiff::Timestamp;
#[cfg(feature = "typed")]
pub use jiff::civil::{Date, Time};
pub use list_page::ListPage;
pub use login::Login;
pub use pages::Paged;
pub use reach::Reachability;
pub use reply::Reply;
pub use stack::{HttpStack, Sending, Undelivered};
pub use store::{Kept, Lock, SecretStore, TokenStore};
#[cfg(feature = "directory")]
pub use threecx_catalog::{Effect, EntitySet, entity_set};
pub use threecx_catalog::{Operation, Span, operation, operations, resource, resources};
pub use threecx_core::read::{Answer, File, Rows};
pub use threecx_core::retry::{Decision, Outcome, Policy};
pub use threecx_core::token::{Claims, Token};
pub use threecx_core::{Arguments, Cause, Error, Input, NextStep, Place, Request};
pub use token_file::TokenFile;
pub use transport::Failed;
#[cfg(feature = "blocking")]
pub use typed::BlockingRows;
#[cfg(feature = "typed")]
pub use typed::{
    Call, CallError, Changed, Decimal, DnNumber, Downloaded, Duration, Field, Filter, Flags, FromReply, Guid, Json,
    Listed, Literal, Model, Order, Orders, Page, Patch, RowStream, Secret, Selected, Selection, Value, Word,
};
pub use waiting::Waiting;

/// The examples of the README are tested like those of the documentation.
#[cfg(all(doctest, feature = "directory", feature = "users"))]
#[doc = include_str!("../README.md")]
struct Readme;
