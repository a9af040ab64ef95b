//! The catalogue: everything a 3CX phone system can be asked over its Configuration API
//! (XAPI), in every release from 20.0.4 on, as `static` tables. No I/O, no allocation,
//! nothing to initialise.
//!
//! ```
//! let operation = threecx_catalog::operation("Users.ReprovisionAllPhones").expect("in every release");
//! let form = operation.form(threecx_catalog::Span::NEWEST).expect("in the newest release");
//! assert_eq!(form.method.as_str(), "POST");
//! assert_eq!(form.path, "/Users/Pbx.ReprovisionAllPhones");
//! ```
//!
//! The tables under `generated/` are written by `cargo xtask generate` from the record in
//! `api/`; the types here say what they hold.

#[rustfmt::skip]
#[allow(missing_docs, dead_code)]
mod generated;
mod lookup;
mod operation;
mod release;
mod types;

pub use lookup::{operation, operations, resource, resources, structure, structures, warning, warnings};
pub use operation::{
    Answer, Body, Content, Effect, Field, Form, Method, Operation, Options, Parameter, Resource, Role, Segment, Verb,
};
pub use release::{Dated, Release, Span};
pub use types::{Enumeration, Member, Property, Structure, Type, TypeRef, Warning};
