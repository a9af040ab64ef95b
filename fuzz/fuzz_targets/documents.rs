//! Whatever somebody makes of an entity in an editor, it is read or refused; and what is written of it can
//! be read again.
#![no_main]

use libfuzzer_sys::fuzz_target;
use threecx_cli::fuzzing::document;

fuzz_target!(|input: (u8, &str)| {
    let (set, text) = input;
    assert!(document(set.into(), text), "what was written cannot be read again");
});
