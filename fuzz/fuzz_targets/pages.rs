//! Whatever a PBX says about its pages, reading a list ends: with everything, or with an error.
#![no_main]

use libfuzzer_sys::fuzz_target;
use threecx_core::page::{Next, Page, Pages, path_of_link};

fuzz_target!(|input: (Option<u32>, u64, u32, Vec<(u16, Option<u64>, Option<&str>)>)| {
    let (wanted, skip, size, answers) = input;
    let mut pages = Pages::new(wanted.map(u64::from), skip, size);
    for (rows, count, next_link) in answers {
        match pages.ask() {
            Next::Done => return,
            Next::Link(link) => {
                let path = path_of_link(&link);
                assert!(!path.contains("://") || path.starts_with('/'), "a token would leave for another host");
            }
            Next::Page { top, .. } => assert!((1..=Pages::LARGEST).contains(&top)),
        }
        pages.arrived(Page { rows: rows.into(), count, next_link });
        // Callers that keep nothing write the way down and read it back.
        let written = serde_json::to_string(&pages).expect("it can be written");
        pages = serde_json::from_str(&written).expect("it can be read back");
    }
});
