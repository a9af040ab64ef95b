//! A simulated 3CX phone system: it logs clients in, answers the Configuration API (XAPI,
//! OData v4) as a real PBX does as far as that is publicly known, and keeps state, so that
//! what was written is read back and an order has its consequences.
//!
//! ```no_run
//! # async fn example() -> Result<(), threecx_sim::Error> {
//! let pbx = threecx_sim::Pbx::builder().users(500).seed(7).start().await?;
//! println!("{} {} {}", pbx.url(), pbx.client_id(), pbx.client_secret());
//! // … let a client loose on it …
//! assert!(pbx.received().iter().any(|call| call.operation == Some("Users.ReprovisionAllPhones")));
//! # Ok(())
//! # }
//! ```
//!
//! How it is laid out:
//!
//! ```text
//!  http ──► requests ──► routes (from the catalogue) ──► operations ──► state
//!               │            │                              │             ▲
//!               ├► auth      └► odata: URL, options,        └► company ───┘  the demo company
//!               ├► faults       filter, order, shape
//!               └► control: /sim/*, for tests
//! ```
//!
//! Entity sets and singletons are served from the catalogue alone; what an operation does
//! besides is in a small file of its own under `operations`. Time is read from a
//! [`Clock`] only. Every choice that is not backed by public knowledge of a real PBX is in
//! [`assumptions`].

pub mod assumptions;
mod auth;
mod calls;
mod clock;
mod company;
mod control;
mod faults;
#[cfg(feature = "fuzzing")]
#[doc(hidden)]
pub mod fuzzing;
mod http;
mod initial_state;
mod journal;
mod live;
mod odata;
mod operations;
mod pbx;
#[cfg(feature = "sqlite")]
mod persist;
mod requests;
mod state;
mod system;

pub use auth::ROLES;
pub use clock::Clock;
pub use faults::{Fault, FaultKind, Latency, parse_duration};
pub use http::Limits;
pub use jiff::Timestamp;
pub use journal::{Count, Received};
pub use live::{LiveSwitch, NoQueues, Nulls};
pub use pbx::{Builder, Error, Pbx};
pub use state::PhoneState;
