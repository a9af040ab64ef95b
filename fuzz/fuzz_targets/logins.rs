//! Whatever is sent to where tokens are given out, no token comes without the secret.
#![no_main]

use std::cell::OnceCell;

use libfuzzer_sys::fuzz_target;
use threecx_sim::fuzzing::Requests;

thread_local! {
    static PBX: OnceCell<Requests> = const { OnceCell::new() };
}

const TYPES: [&str; 3] = ["application/x-www-form-urlencoded", "application/json", "multipart/form-data; boundary=x"];

fuzz_target!(|input: (bool, u8, &[u8])| {
    let (user, content_type, body) = input;
    let path = if user { "/webclient/api/Login/GetAccessToken" } else { "/connect/token" };
    let content_type = TYPES[usize::from(content_type) % TYPES.len()];
    PBX.with(|pbx| {
        let (status, answer) = pbx.get_or_init(Requests::default).send("POST", path, content_type, body);
        let text = String::from_utf8_lossy(&answer);
        assert!((200..500).contains(&status), "{status}: {text}");
        assert!(status != 200 || !text.contains("access_token\":\"") || body.contains(&b'b'), "without the secret");
    });
});
