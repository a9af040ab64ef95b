//! The core of threecx: everything about calling a 3CX phone system that needs no I/O.
//!
//! It plans a call ([`plan()`]: an operation of the catalogue and its arguments become a
//! [`Request`]), reads what comes back ([`read::read`]), and decides about pages, tokens and
//! retries. It has no sockets, no clock and no threads: time and randomness are passed in. The
//! command line, the library and the n8n node all drive this one core.
//!
//! ```
//! use threecx_core::{Arguments, plan};
//! use threecx_catalog::{Span, operation};
//!
//! let reprovision = operation("Users.ReprovisionAllPhones").expect("in every release");
//! let mut arguments = Arguments::default();
//! arguments.fields.insert("ids".into(), "[123, 456]".into());
//! let request = plan(reprovision, &arguments, Span::NEWEST)?;
//! assert_eq!(request.path_and_query, "/xapi/v1/Users/Pbx.ReprovisionAllPhones");
//! assert_eq!(request.body.as_deref(), Some(r#"{"ids":[123,456]}"#));
//!
//! arguments.fields.insert("ids".into(), "[123, 4x6]".into());
//! let error = plan(reprovision, &arguments, Span::NEWEST).expect_err("not a number");
//! assert_eq!(error.code(), "input");
//! # Ok::<(), threecx_core::Error>(())
//! ```

mod coerce;
pub mod content;
pub mod depth;
mod error;
pub mod file_name;
pub mod guard;
mod input;
pub mod instant;
mod literal;
pub mod mask;
pub mod members;
mod next_step;
pub mod page;
mod plan;
mod probe;
mod query;
pub mod read;
mod request;
pub mod retry;
mod split;
mod suggest;
pub mod texts;
pub mod token;

pub use coerce::setting;
pub use coerce::truth;
pub use error::{Cause, Error, InputError, NotInVersion, Position, Reason, Refusal};
pub use input::{Arguments, Input, Place};
pub use literal::text_literal;
pub use mask::MASK;
pub use next_step::NextStep;
pub use plan::{fits_a_release, form, is_the_same_in_every_release, plan, plan_again, raw};
pub use probe::probe;
pub use request::{BASE_PATH, Request};
pub use split::{Unbalanced, split};
pub use suggest::{closest, did_you_mean};
