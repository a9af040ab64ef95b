//! Whatever file of rows is given, it is read or refused, in memory that fits its size.
#![no_main]

use std::cell::OnceCell;

use libfuzzer_sys::fuzz_target;
use threecx_cli::fuzzing::table;

thread_local! {
    static FILE: OnceCell<tempfile::NamedTempFile> = const { OnceCell::new() };
}

fuzz_target!(|content: &[u8]| {
    FILE.with(|file| {
        let file = file.get_or_init(|| tempfile::NamedTempFile::new().expect("a file"));
        std::fs::write(file.path(), content).expect("written");
        if let Some(rows) = table(file.path()) {
            assert!(rows <= content.len() || content.starts_with(b"PK"), "more rows than bytes");
        }
    });
});
