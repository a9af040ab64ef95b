//! What goes to stdout or into a file: tables for people, data for programs, files.

pub mod answer;
mod columns;
pub mod csv;
pub mod delimiter;
mod excel;
pub mod file;
mod flat;
pub mod format;
pub mod formula;
pub mod jq;
pub mod json;
mod list_table;
pub mod open;
#[cfg(feature = "parquet")]
mod parquet;
mod region;
pub mod rows;
mod settings;
pub mod shape;
mod sink;
pub mod style;
pub mod table;
pub mod terminal;
pub mod value;
pub mod wrap;
mod xlsx;
mod yaml;

pub use settings::Output;
pub use sink::{Sink, write_text};
pub use terminal::width;
