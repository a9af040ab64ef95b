//! Whatever the file of profiles holds, it is read or refused.
#![no_main]

use libfuzzer_sys::fuzz_target;
use threecx_cli::fuzzing::profiles;

fuzz_target!(|text: &str| {
    profiles(text);
});
