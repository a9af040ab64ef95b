//! What is typed: the flags, declared; and what was typed, read out of clap once and by type.

pub mod bulk;
pub mod flag;
pub mod gather;
pub mod globals;
pub mod layout;
pub mod matches;
pub mod plain;
pub mod stdin;
pub mod wording;
