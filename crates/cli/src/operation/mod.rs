//! The operations of the API, as commands.

pub mod command;
