//! What sources about live PBXs disagree on: one side is played unless the other is asked for.

use std::str::FromStr;

/// Properties without a value.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub enum Nulls {
    /// They are left out, as measured.
    #[default]
    Absent,
    /// They are written as null, as in one altered fixture.
    Present,
}

/// A report on abandoned calls that names no queue.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub enum NoQueues {
    /// It is not found, as measured.
    #[default]
    NotFound,
    /// It covers all queues, as one client expects.
    All,
}

/// One of the switches, with the side that is to be played: `nulls=present`.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
#[non_exhaustive]
pub enum LiveSwitch {
    /// `nulls=absent`, `nulls=present`
    Nulls(Nulls),
    /// `abandoned-without-queues=not-found`, `abandoned-without-queues=all`
    AbandonedWithoutQueues(NoQueues),
}

/// Every switch as it is written, the default of each first.
const SWITCHES: [(&str, LiveSwitch); 4] = [
    ("nulls=absent", LiveSwitch::Nulls(Nulls::Absent)),
    ("nulls=present", LiveSwitch::Nulls(Nulls::Present)),
    ("abandoned-without-queues=not-found", LiveSwitch::AbandonedWithoutQueues(NoQueues::NotFound)),
    ("abandoned-without-queues=all", LiveSwitch::AbandonedWithoutQueues(NoQueues::All)),
];

impl FromStr for LiveSwitch {
    type Err = String;

    fn from_str(text: &str) -> Result<LiveSwitch, String> {
        let found = SWITCHES.into_iter().find(|(name, _)| *name == text).map(|(_, switch)| switch);
        found.ok_or_else(|| {
            let known: Vec<&str> = SWITCHES.into_iter().map(|(name, _)| name).collect();
            format!("expected one of {}; got `{text}`", known.join(", "))
        })
    }
}

/// The sides that a PBX plays.
#[derive(Clone, Copy, Debug, Default)]
pub(crate) struct Live {
    pub nulls: Nulls,
    pub abandoned_without_queues: NoQueues,
}

impl Live {
    pub fn set(&mut self, switch: LiveSwitch) {
        match switch {
            LiveSwitch::Nulls(nulls) => self.nulls = nulls,
            LiveSwitch::AbandonedWithoutQueues(queues) => self.abandoned_without_queues = queues,
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_switch_is_read_as_it_is_written_and_nothing_else_is() {
        for (text, switch) in SWITCHES {
            assert_eq!(text.parse(), Ok(switch));
        }
        for text in ["", "nulls", "nulls=", "nulls=PRESENT", "nulls=all", "other=absent"] {
            let refusal = text.parse::<LiveSwitch>().expect_err(text);
            assert!(refusal.contains("nulls=present") && refusal.ends_with(&format!("got `{text}`")), "{refusal}");
        }
    }
}
