//! An operation of the API, from what was typed to what the PBX answered.
//!
//! ```text
//! Typed ──► Work ──► Draft ──► Plan ──► show | consent ──► carry_out
//! argv      calls,   checked   one      nothing sent        recorded, printed
//!           pages,   without   look-up
//!           rows     a PBX
//! ```

mod carry_out;
mod moved;
mod run;
pub mod show;
mod work;

pub use run::run;
