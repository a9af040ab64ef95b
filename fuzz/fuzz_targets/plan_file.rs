//! Whatever a plan file says, it is opened or refused; what this machine did not seal is never taken for
//! its own.
#![no_main]

use std::cell::OnceCell;

use libfuzzer_sys::fuzz_target;
use threecx_change::{Journal, sealed};

thread_local! {
    static JOURNAL: OnceCell<(tempfile::TempDir, Journal)> = const { OnceCell::new() };
}

fuzz_target!(|text: &str| {
    JOURNAL.with(|journal| {
        let (_, journal) = journal.get_or_init(|| {
            let folder = tempfile::tempdir().expect("a folder");
            let journal = Journal::open(folder.path()).expect("a journal");
            (folder, journal)
        });
        if let Ok(opened) = sealed::open(text, journal) {
            assert!(opened.foreign, "nothing was sealed here");
        }
    });
});
