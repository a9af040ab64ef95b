//! Whatever a word is, a shell that reads it quoted finds the same word.
#![no_main]

use libfuzzer_sys::fuzz_target;
use threecx_cli::fuzzing::quoted;

fuzz_target!(|word: &str| {
    assert_eq!(quoted(word), word);
});
