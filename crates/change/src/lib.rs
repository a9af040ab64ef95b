#![doc = include_str!("../README.md")]

mod before;
mod draft;
#[cfg(feature = "fuzzing")]
#[doc(hidden)]
pub mod fuzzing;
pub mod identity;
mod intent;
pub mod items;
pub mod journal;
mod keys;
mod look_up;
mod plan;
mod recover;
mod references;
mod retry;
mod run;
pub mod sealed;
mod state;
pub mod trust;
mod undo;

pub use before::{Before, Properties, Touched, holds, is_same, read_whole};
pub use draft::{Draft, Problem, Wants, check};
pub use intent::{Intent, Targets};
pub use journal::{Journal, JournalError};
pub use plan::{Plan, Step, Thing};
pub use recover::recover;
pub use references::About;
pub use retry::{Retry, retry, settle};
pub use run::{CHANGED, CONCURRENCY, Cause, Control, Ended, NOT_KEPT, Pace, Run, Trouble, Unreceived};
pub use state::State;
pub use undo::{Left, Reason, Undo, undo};
