//! Entry points for the fuzz targets.

use std::path::PathBuf;

use super::text;
use crate::state::State;

/// What a text journal says of its rows: how many there are, and how many of them may be sent.
pub fn text_journal(bytes: &[u8], operation: &str, pbx: &str) -> Option<(usize, usize)> {
    let old = text::parse(PathBuf::new(), bytes, operation, &[pbx]).ok()??;
    let entries = old.entries(&[]);
    Some((entries.len(), entries.iter().filter(|entry| entry.state == State::Unsent).count()))
}
