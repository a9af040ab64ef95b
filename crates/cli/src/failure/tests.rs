//! Every kind of failure, with its exit code and what to do next.

use super::*;

/// A failure of each kind: a new kind has to say of which.
fn sample(kind: Kind) -> Failure {
    let text = String::new;
    let of_a_call = match kind {
        Kind::Declined => return Failure::Declined,
        Kind::Usage => return Failure::NotConfigured { missing: vec!["X"] },
        Kind::Unconfirmed => return Failure::Unconfirmed { warning: text() },
        Kind::Unhealthy => return Failure::Unhealthy,
        Kind::Incomplete => {
            let (rows, failed, unknown, not_sent) = (2, 1, 0, 1);
            return Failure::Incomplete { rows, failed, unknown, not_sent, resumable: true, cause: None };
        }
        Kind::Changed => return Failure::Changed { what: text(), properties: vec![text()] },
        Kind::NotKept => return Failure::NotKept { what: text(), properties: vec![text()] },
        Kind::File => return Failure::File { path: text(), reason: text() },
        Kind::Simulator => return Failure::Simulator { reason: text() },
        Kind::Jq => return Failure::Jq { message: text(), row: None },
        Kind::Editor => return Failure::Editor { editor: text(), reason: text() },
        Kind::Document => return Failure::Document { reason: text() },
        Kind::Keyring => return Failure::Keyring { reason: text() },
        Kind::Journal => return JournalError::NoSuchRun { run: 1 }.into(),
        Kind::Plan => return SealError::Altered.into(),
        Kind::Internal => return Failure::Internal(text()),
        Kind::Interrupted => return Failure::Interrupted(Signal::Interrupt),
        Kind::NotInVersion => {
            let (what, target) = (text(), threecx::Span::NEWEST);
            let error = threecx_core::NotInVersion { what, exists: Vec::new(), target, replaced_by: None };
            Error::NotInVersion(Box::new(error))
        }
        Kind::Input => threecx_core::InputError::of("--x", "a number", "`y`").into(),
        Kind::Url => Error::Url { url: text(), reason: text() },
        Kind::Connection => Error::Connection { host: text(), reason: text() },
        Kind::Certificate => Error::Certificate { host: text(), reason: text() },
        Kind::NotA3cx => Error::NotA3cx { host: text(), reason: text() },
        Kind::Proxy => Error::Proxy { host: text(), proxy: text(), variable: "HTTPS_PROXY", reason: text() },
        Kind::Authentication => Error::Authentication { reason: text() },
        Kind::Permission => Error::Permission { operation: None, role: None, reason: text() },
        Kind::NotFound => Error::NotFound(Box::default()),
        Kind::Rejected => Error::Rejected(Box::default()),
        Kind::RateLimited => Error::RateLimited { retry_after: None },
        Kind::Server => Error::Server { status: 500, reason: text() },
        Kind::UnknownOutcome => Error::UnknownOutcome { cause: threecx::Cause::TimedOut },
        Kind::Answer => Error::Answer { reason: text() },
        Kind::NoAnswer => Error::NoAnswer { host: text(), cause: threecx::Cause::TimedOut },
    };
    of_a_call.into()
}

#[test]
fn every_kind_comes_of_a_failure_and_has_its_exit_code() {
    for kind in Kind::ALL {
        let failure = sample(*kind);
        assert_eq!((failure.kind(), failure.exit_code()), (Some(*kind), *kind as u8), "{failure}");
    }
}

#[test]
fn every_failure_says_what_to_do_next() {
    // The checks of doctor say so one by one, and who pressed Ctrl-C knows.
    let silent = [Kind::Unhealthy, Kind::Interrupted];
    for kind in Kind::ALL.iter().filter(|kind| !silent.contains(kind)) {
        let failure = sample(*kind);
        let next = failure.next_step().unwrap_or_default();
        assert!(!next.is_empty() && next.starts_with(char::is_uppercase), "{kind:?}: {next}");
        let kept = Failure::Kept { failure: Box::new(failure), path: "x.yaml".into() };
        assert!(kept.next_step().is_some() && kept.to_string().contains("x.yaml"));
    }
}
