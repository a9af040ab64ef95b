//! Entry points for the fuzz targets.

pub use crate::journal::fuzzing::text_journal;
