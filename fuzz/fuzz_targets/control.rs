//! Whatever is sent to what controls the simulated PBX (`/sim/*`), it answers.
#![no_main]

use std::cell::OnceCell;

use libfuzzer_sys::fuzz_target;
use threecx_sim::fuzzing::Requests;

thread_local! {
    static PBX: OnceCell<Requests> = const { OnceCell::new() };
}

const PATHS: [(&str, &str); 9] = [
    ("PUT", "/sim/faults"),
    ("PUT", "/sim/latency"),
    ("POST", "/sim/clock"),
    ("PUT", "/sim/clock"),
    ("DELETE", "/sim/tokens"),
    ("POST", "/sim/tokens/expire"),
    ("GET", "/sim/received"),
    ("GET", "/sim/live"),
    ("GET", "/sim/counts/"),
];

fuzz_target!(|input: (u8, &str, &[u8])| {
    let (index, more, body) = input;
    let (method, path) = PATHS[usize::from(index) % PATHS.len()];
    let more: String = more.chars().filter(|c| c.is_ascii_graphic()).collect();
    PBX.with(|pbx| {
        let pbx = pbx.get_or_init(Requests::default);
        let (status, answer) = pbx.send(method, &format!("{path}?{more}"), "application/json", body);
        assert!((200..500).contains(&status), "{status}: {}", String::from_utf8_lossy(&answer));
        pbx.send("GET", &format!("/sim/{more}"), "", b"");
    });
});
