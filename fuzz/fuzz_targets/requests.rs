//! Whatever is sent to an operation of the simulated PBX, it answers; a refused request changes nothing.
#![no_main]

use std::cell::OnceCell;

use libfuzzer_sys::fuzz_target;
use threecx_catalog::operations;
use threecx_sim::fuzzing::Requests;

thread_local! {
    static PBX: OnceCell<Requests> = const { OnceCell::new() };
}

fuzz_target!(|input: (u16, &str, &[u8])| {
    let (index, key, body) = input;
    let operation = operations().nth(usize::from(index) % operations().count()).expect("there are many");
    let form = operation.newest_form();
    let key: String = key.bytes().map(|byte| format!("%{byte:02x}")).collect();
    let mut path = form.path.to_owned();
    for parameter in form.parameters {
        path = path.replace(&format!("{{{}}}", parameter.name), if key.is_empty() { "1" } else { &key });
    }
    PBX.with(|pbx| {
        let pbx = pbx.get_or_init(Requests::default);
        let (_, before) = pbx.send("GET", "/sim/state", "", b"");
        let (status, answer) = pbx.send(form.method.as_str(), &format!("/xapi/v1{path}"), "application/json", body);
        assert!((200..500).contains(&status), "{status}: {}", String::from_utf8_lossy(&answer));
        if status >= 400 {
            let (_, after) = pbx.send("GET", "/sim/state", "", b"");
            assert_eq!(before, after, "a refused request changed something");
        } else if before.len() > 4 << 20 {
            pbx.send("POST", "/sim/reset", "", b"");
        }
    });
});
