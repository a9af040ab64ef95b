//! What the generated API is made of: calls, answers, models, and the values in them.

mod answer;
#[cfg(feature = "blocking")]
mod blocking;
mod call;
mod changed;
mod error;
mod field;
mod filter;
mod flags;
mod json;
mod key;
mod literal;
mod model;
mod patch;
mod quantity;
mod rows;
mod scalar;
mod secret;
mod select;
mod stream;
mod value;
mod word;

pub use answer::{Downloaded, FromReply, Page};
#[cfg(feature = "blocking")]
pub use blocking::BlockingRows;
pub use call::Call;
pub use changed::Changed;
pub use error::CallError;
pub use field::{Field, Order};
pub use filter::Filter;
pub use flags::Flags;
pub use json::Json;
pub use key::{DnNumber, Guid};
pub use literal::Literal;
pub use model::Model;
pub use patch::Patch;
pub use quantity::{Decimal, Duration};
pub use rows::{Listed, Selected};
pub use secret::Secret;
pub use select::{Orders, Selection};
pub use stream::RowStream;
pub use value::Value;
pub use word::Word;

pub(crate) use key::key;
pub(crate) use model::model;
pub(crate) use word::words;

/// What the macros name.
pub(crate) mod support {
    pub(crate) use super::answer::{entity, enveloped, is_entity};
    pub(crate) use super::model::{debug, decode, encode, entry, slot};
    pub(crate) use super::value::{serde_by_value, word};
}
