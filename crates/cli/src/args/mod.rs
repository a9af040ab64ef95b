//! What is typed: the flags, declared; and what was typed, read out of clap once and by type.

pub mod bulk;
pub mod connection;
pub mod flag;
pub mod gather;
pub mod globals;
pub mod layout;
pub mod matches;
pub mod output;
pub mod parse;
pub mod period;
pub mod plain;
pub mod run;
pub mod secret;
pub mod stdin;
pub mod wording;
