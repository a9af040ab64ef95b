//! Whatever query string comes, a set answers it or says what is wrong.
#![no_main]

use std::sync::OnceLock;

use libfuzzer_sys::fuzz_target;
use threecx_sim::fuzzing::Company;

static COMPANY: OnceLock<Company> = OnceLock::new();

fuzz_target!(|input: (u8, bool, &str, &str)| {
    let (set, raw, first, second) = input;
    let company = COMPANY.get_or_init(Company::default);
    let sets = company.sets();
    let set = sets[usize::from(set) % sets.len()];
    if raw {
        company.query(set, first);
        return;
    }
    for option in ["search", "select", "expand", "top", "skip", "count"] {
        company.ask(set, option, first);
    }
    company.query(set, &format!("$select={first}&$expand={second}"));
});
