//! Whatever is given for `$filter` or `$orderby`, a set answers it or says what is wrong.
#![no_main]

use std::sync::OnceLock;

use libfuzzer_sys::fuzz_target;
use threecx_sim::fuzzing::Company;

static COMPANY: OnceLock<Company> = OnceLock::new();

fuzz_target!(|input: (u8, bool, &str)| {
    let (set, orders, text) = input;
    let company = COMPANY.get_or_init(Company::default);
    let sets = ["Users", "Queues", "Trunks", "InboundRules", "OutboundRules", "Groups"];
    let option = if orders { "orderby" } else { "filter" };
    company.ask(sets[usize::from(set) % sets.len()], option, text);
});
