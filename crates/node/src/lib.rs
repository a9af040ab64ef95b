//! The core for faces that are not written in Rust: one function that takes a command as JSON
//! and answers with JSON. Built for WebAssembly it is the module that the n8n node carries; it
//! imports nothing, keeps nothing between calls and never touches a network.
//!
//! ```
//! let plan = br#"{"do":"plan","operation":"Users.ReprovisionAllPhones","version":"20.0.10",
//!                 "arguments":{"fields":{"ids":{"text":"[123, 456]"}}}}"#;
//! let reply = String::from_utf8(threecx_node::call(plan)).expect("UTF-8");
//! assert!(reply.contains(r#""body":"{\"ids\":[123,456]}""#));
//! ```
//!
//! | command | answers with |
//! |---|---|
//! | `plan` | the request, what has to be asked of the PBX first, or why nothing is sent |
//! | `read` | what an answer is: nothing, a value, rows, a file |
//! | `failed` | how long to wait before the next attempt, or the error |
//! | `address` | where the PBX is, from what was pasted |
//! | `amount` | how many rows are wanted |
//! | `concurrency` | how many items may be worked through at a time |
//! | `page` | which page to ask for next |
//! | `mask` | what an operation gave, without its secrets |
//! | `inputs` | what an operation takes, input by input |
//! | `fields` | the fields of its body |
//! | `properties` | what can be selected, expanded or sorted by |
//! | `picker` | how to find what an id or number refers to |
//! | `watching` | what was filled in at the trigger |
//! | `watch` | what to ask in order to learn what is new |
//! | `watched` | which of the rows that came are new, or what has to be counted before |
//!
//! Every reply may be `{"error": {code, message, next, …}}` instead.

#[allow(unsafe_code)]
mod abi;
mod address;
mod amount;
mod command;
mod error_reply;
mod failed;
mod fields;
mod given;
pub mod inputs;
mod mask;
pub mod names;
mod page;
pub mod picker;
mod plan;
mod properties;
mod read;
mod simplify;
mod watch;
mod zone;

pub use command::call;
pub use simplify::simplified;
pub use watch::records;
