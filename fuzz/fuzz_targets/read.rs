//! Whatever a server answers, the core reads it or says what is wrong.
#![no_main]

use libfuzzer_sys::fuzz_target;
use threecx_catalog::{Span, operations};
use threecx_core::read::{Head, read};
use threecx_core::token;

fuzz_target!(|input: (u16, u16, Option<&str>, Option<&str>, &[u8])| {
    let (index, status, content_type, content_disposition, body) = input;
    let Some(operation) = operations().nth(usize::from(index) % operations().count()) else { return };
    let head = Head { status: 100 + status % 500, content_type, content_disposition, ..Head::default() };
    let declared = operation.newest_form().answer_in(Span::NEWEST);
    let _ = read(Some(operation), declared, &head, body);
    let _ = token::read("pbx", &head, body);
    let _ = token::login::read(&head, content_disposition.as_slice(), body, "100", "pbx");
    if let Ok(text) = std::str::from_utf8(body) {
        let token = token::Token::received(text.to_owned(), status.into());
        let _ = (token.holds_at(index.into()), token.clock_ahead());
    }
});
