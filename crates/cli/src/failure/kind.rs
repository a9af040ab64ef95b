//! The kinds of failure, one line for each: its exit code, the name that programs read, and what
//! it means. The help, the manual page and `docs/reference.md` are written from these lines. Code
//! and name are stable.

use threecx::Error;

use super::Failure;

macro_rules! kinds {
    ($($kind:ident = $code:literal $name:literal $meaning:literal;)*) => {
        /// What kind of failure ended the program.
        #[derive(Clone, Copy, Debug, PartialEq, Eq)]
        #[repr(u8)]
        pub enum Kind {
            $(#[doc = $meaning] $kind = $code,)*
        }

        impl Kind {
            /// All of them, in the order of their exit codes.
            pub const ALL: &'static [Kind] = &[$(Kind::$kind,)*];

            /// The name that programs read.
            pub fn name(self) -> &'static str {
                match self {
                    $(Kind::$kind => $name,)*
                }
            }

            /// What it means, for people.
            pub fn meaning(self) -> &'static str {
                match self {
                    $(Kind::$kind => $meaning,)*
                }
            }
        }
    };
}

kinds! {
    Declined = 1 "declined" "you answered no; nothing was sent";
    Usage = 2 "usage" "an unknown command or flag, or no PBX given";
    Unconfirmed = 3 "unconfirmed" "it interrupts or destroys something and could not be confirmed; nothing was sent";
    Unhealthy = 4 "unhealthy" "doctor found something red";
    Input = 10 "input" "a value is not valid; nothing was sent";
    Url = 11 "url" "the PBX address is not a valid URL";
    NotInVersion = 12 "not-in-version" "the PBX's release does not have this";
    Connection = 20 "connection" "the PBX cannot be reached; nothing was sent";
    Certificate = 21 "certificate" "the PBX's certificate is not valid";
    NotA3cx = 22 "not-a-3cx" "something else answers at this address";
    Proxy = 23 "proxy" "the proxy does not let calls through; nothing was sent";
    Authentication = 30 "authentication" "the client or user is not accepted, or the login has expired";
    Permission = 31 "permission" "the caller is not allowed to do this";
    NotFound = 40 "not-found" "it does not exist on this PBX";
    Rejected = 41 "rejected" "the PBX refused the request";
    RateLimited = 42 "rate-limited" "too many requests";
    Incomplete = 43 "incomplete" "some rows or entities failed or were not sent";
    Changed = 44 "changed" "someone else changed it in the meantime; nothing was sent";
    Server = 50 "server" "the PBX failed";
    UnknownOutcome = 51 "unknown-outcome" "sent, but not answered";
    Answer = 52 "answer" "the PBX's answer cannot be read";
    NotKept = 53 "not-kept" "the PBX accepted a change, but shows other values afterwards";
    NoAnswer = 54 "no-answer" "a read was not answered completely; nothing was changed";
    File = 60 "file" "a local file cannot be read or written";
    Simulator = 61 "simulator" "the simulated PBX cannot start";
    Jq = 62 "jq" "the --jq filter failed on the answer";
    Editor = 63 "editor" "the editor could not be run, or failed";
    Document = 64 "document" "the edited text cannot be read";
    Keyring = 65 "keyring" "the system keyring did not keep the secret";
    Journal = 66 "journal" "the journal of changes cannot be used, or does not let this run begin";
    Plan = 67 "plan" "a plan file was altered, expired or used, or the PBX has changed since";
    Internal = 70 "internal" "a bug in this program";
    Interrupted = 130 "interrupted" "stopped by Ctrl-C (129 by SIGHUP, 143 by SIGTERM); a bulk run is incomplete then";
}

impl Kind {
    /// The exit code.
    pub fn exit_code(self) -> u8 {
        self as u8
    }

    /// The kind of this name.
    fn named(name: &str) -> Option<Kind> {
        Kind::ALL.iter().copied().find(|kind| kind.name() == name)
    }

    /// The kind of an error of a call, whose names are among these.
    pub fn of(error: &Error) -> Kind {
        let kind = Kind::named(error.code());
        debug_assert!(kind.is_some(), "no kind is called {}", error.code());
        kind.unwrap_or(Kind::Internal)
    }
}

/// All exit codes with what they mean, for the help.
pub fn exit_codes() -> impl Iterator<Item = (u8, String)> {
    let kinds = Kind::ALL.iter().map(|kind| (kind.exit_code(), format!("{}: {}", kind.name(), kind.meaning())));
    std::iter::once((0, "done".to_owned())).chain(kinds)
}

impl Failure {
    /// Its kind; `None` for what is not a failure: help, and a reader that went away.
    pub fn kind(&self) -> Option<Kind> {
        Some(match self {
            Failure::Help(_) | Failure::Closed | Failure::Halted { .. } => return None,
            Failure::Call(error) | Failure::LoggedOut { error, .. } => Kind::of(error),
            Failure::CutShort { error, .. } => Kind::of(error),
            Failure::Kept { failure, .. } => return failure.kind(),
            Failure::Jq { .. } => Kind::Jq,
            Failure::NotPlanned { .. } => Kind::NotInVersion,
            Failure::Usage { .. } | Failure::NotConfigured { .. } => Kind::Usage,
            Failure::File { .. } => Kind::File,
            Failure::Declined => Kind::Declined,
            Failure::Unconfirmed { .. } => Kind::Unconfirmed,
            Failure::Keyring { .. } => Kind::Keyring,
            Failure::Unhealthy => Kind::Unhealthy,
            Failure::Rows { .. } | Failure::Unreadable { .. } => Kind::Input,
            // What several have in common; one that is not valid has to be corrected first.
            Failure::Arguments { failures } => match failures.first().and_then(Failure::kind) {
                Some(kind) if failures.iter().all(|failure| failure.kind() == Some(kind)) => kind,
                _ => Kind::Input,
            },
            Failure::Incomplete { unknown: 1.., .. } => Kind::UnknownOutcome,
            Failure::Incomplete { .. } => Kind::Incomplete,
            Failure::Interrupted(_) => Kind::Interrupted,
            Failure::Journal(_) | Failure::LostRows { .. } => Kind::Journal,
            Failure::Plan(_) | Failure::ForeignPlan { .. } => Kind::Plan,
            Failure::NotAllUndone { .. } => Kind::Incomplete,
            Failure::Simulator { .. } => Kind::Simulator,
            Failure::Changed { .. } => Kind::Changed,
            Failure::NotKept { .. } => Kind::NotKept,
            Failure::Editor { .. } => Kind::Editor,
            Failure::Document { .. } => Kind::Document,
            Failure::Internal(_) => Kind::Internal,
        })
    }

    /// The exit code.
    pub fn exit_code(&self) -> u8 {
        match self {
            Failure::Interrupted(signal) => signal.exit_code(),
            Failure::Halted { code } => *code,
            _ => self.kind().map_or(0, Kind::exit_code),
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn codes_and_names_are_unique_and_in_order() {
        for kinds in Kind::ALL.windows(2) {
            assert!(kinds[0].exit_code() < kinds[1].exit_code(), "{kinds:?}");
        }
        for kind in Kind::ALL {
            assert_eq!(Kind::named(kind.name()), Some(*kind), "two kinds are called {}", kind.name());
            assert!(!kind.name().contains([':', ' ']) && !kind.meaning().ends_with('.'), "{kind:?}");
        }
    }
}
