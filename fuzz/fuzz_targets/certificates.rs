//! Whatever certificate a PBX shows, the doctor says something about it.
#![no_main]

use libfuzzer_sys::fuzz_target;
use threecx_cli::fuzzing::certificate;

fuzz_target!(|der: &[u8]| {
    certificate(der.to_vec());
});
