//! The catalogue: everything a 3CX phone system can be asked over its Configuration API
//! (XAPI), in every release from 20.0.4 on, as `static` tables. No I/O, no allocation,
//! nothing to initialise.
//!
//! ```
//! let operation = threecx_catalog::operation("Users.ReprovisionAllPhones").expect("in every release");
//! let form = operation.form(threecx_catalog::Span::NEWEST).expect("in the newest release");
//! assert_eq!(form.method.as_str(), "POST");
//! assert_eq!(form.path, "/Users/Pbx.ReprovisionAllPhones");
//!
//! // Which users it is about is in the list `ids` of its body.
//! let threecx_catalog::Target::Listed(users, by) = form.target else { panic!("a list of users") };
//! assert_eq!((users.name, by.name, by.property.name), ("Users", "ids", "Id"));
//! assert_eq!(users.names, ["FirstName", "LastName", "DisplayName"]);
//! ```
//!
//! The tables under `generated/` are written by `cargo xtask generate` from the record in
//! `api/`; the types here say what they hold.

mod collection;
mod entity_set;
mod foreign;
#[rustfmt::skip]
#[allow(missing_docs, dead_code)]
mod generated;
mod lookup;
mod naming;
mod operation;
mod period;
mod release;
mod text;
mod types;
pub mod words;

pub use collection::{Also, Collection, Item, ItemColumn};
pub use entity_set::{EntitySet, Identity, Singleton, Target};
pub use foreign::{ForeignColumn, foreign_column};
pub use generated::NAMING;
pub use lookup::{
    collections, entity_set, entity_sets, examples, holds_file, operation, operations, resource, resources, structure,
    structures, warning, warnings,
};
pub use naming::Naming;
pub use operation::{
    Answer, Body, Content, Effect, Field, Form, Method, Operation, Options, Parameter, Resource, Role, Segment, Verb,
};
pub use period::{Ask, Periodic};
pub use release::{Dated, Release, Span};
pub use text::{TextKind, text_kind};
pub use types::{Enumeration, Member, Property, Structure, Type, TypeRef, Warning};
