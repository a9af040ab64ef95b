//! What was typed for one argument, by its id. An id that the command lacks, or another type than
//! it has, is a mistake in this program and not something that was not given: debug builds, and
//! with them the tests, panic.

use std::any::Any;
use std::fmt::Debug;

use clap::ArgMatches;

/// The value of an argument, if it was given or has a default.
pub fn value<T: Any + Clone + Debug + Send + Sync>(matches: &ArgMatches, id: &str) -> Option<T> {
    let found = matches.try_get_one::<T>(id);
    debug_assert!(found.is_ok(), "--{id}: {found:?}");
    found.ok().flatten().cloned()
}

/// The same of text.
pub fn text(matches: &ArgMatches, id: &str) -> Option<String> {
    value(matches, id)
}

/// True if a flag without a value was given.
pub fn flag(matches: &ArgMatches, id: &str) -> bool {
    value(matches, id).unwrap_or_default()
}

/// The same of a number.
pub fn number(matches: &ArgMatches, id: &str) -> Option<usize> {
    value(matches, id)
}

/// All values of an argument that can be given several times.
pub fn many<T: Any + Clone + Debug + Send + Sync>(matches: &ArgMatches, id: &str) -> Vec<T> {
    let found = matches.try_get_many::<T>(id);
    debug_assert!(found.is_ok(), "--{id}: {:?}", found.err());
    found.ok().flatten().into_iter().flatten().cloned().collect()
}

#[cfg(test)]
mod tests {
    use clap::{Arg, Command};

    use super::*;

    fn matches() -> ArgMatches {
        Command::new("x").arg(Arg::new("known").long("known")).get_matches_from(["x"])
    }

    #[test]
    fn what_was_not_given_is_nothing() {
        assert_eq!(text(&matches(), "known"), None);
        assert_eq!(many::<String>(&matches(), "known"), Vec::<String>::new());
    }

    #[test]
    #[should_panic(expected = "unknown")]
    fn what_the_command_lacks_is_a_bug() {
        text(&matches(), "unknown");
    }

    #[test]
    #[should_panic(expected = "known")]
    fn so_is_another_type() {
        flag(&Command::new("x").arg(Arg::new("known").long("known")).get_matches_from(["x", "--known", "1"]), "known");
    }
}
