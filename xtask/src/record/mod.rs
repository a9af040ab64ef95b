//! The record of the API as `api/` holds it: one readable TOML file per resource,
//! all releases merged. The format is described in `api/README.md`.

mod model;
mod overrides;
mod read;
mod release;
mod spec;
mod write;

pub use model::{Body, Kind, Operation, Record, Resource, Shape, TypeDef, Versioned};
pub use overrides::{CollectionRow, Column, ForeignColumn, ItemFlag, ItemRow, Naming, Overrides, Quoting, RoleName};
pub use read::parse;
pub use release::{Release, Span};
pub use spec::{Spec, TypeExpr};
