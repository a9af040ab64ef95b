//! An operation of the API, from what was typed to what the PBX answered.
//!
//! ```text
//! Typed ──► Work ──► Draft ──► Plan ──► show | consent ──► carry_out
//! argv      calls,   checked   one      nothing sent        recorded, printed
//!           pages,   without   look-up
//!           rows     a PBX
//! ```

pub mod carry_out;
pub mod command;
pub mod consent;
mod run;
pub mod show;
pub mod targets;
pub mod typed;
pub mod work;

pub use run::run;
