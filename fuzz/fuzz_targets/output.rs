//! Whatever JSON a PBX answers, it can be printed in every format.
#![no_main]

use std::cell::OnceCell;

use libfuzzer_sys::fuzz_target;
use threecx_cli::fuzzing::print;

thread_local! {
    static FILE: OnceCell<tempfile::TempDir> = const { OnceCell::new() };
}

fuzz_target!(|input: (u8, &str)| {
    let (set, json) = input;
    // What is no JSON never gets that far.
    if serde_json::from_str::<serde::de::IgnoredAny>(json).is_err() {
        return;
    }
    FILE.with(|folder| {
        let folder = folder.get_or_init(|| tempfile::tempdir().expect("a folder"));
        print(set.into(), json.trim(), &folder.path().join("list"));
    });
});
