//! Whatever path is asked for, it leads to an operation or to none.
#![no_main]

use std::sync::OnceLock;

use libfuzzer_sys::fuzz_target;
use threecx_sim::fuzzing::Company;

static COMPANY: OnceLock<Company> = OnceLock::new();

fuzz_target!(|path: &str| {
    COMPANY.get_or_init(Company::default).path(path);
});
