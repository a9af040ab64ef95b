//! Whatever file of contacts is imported into the simulated PBX, it is taken or refused whole.
#![no_main]

use std::cell::OnceCell;

use libfuzzer_sys::fuzz_target;
use threecx_sim::fuzzing::Requests;

thread_local! {
    static PBX: OnceCell<Requests> = const { OnceCell::new() };
}

fuzz_target!(|input: (&[u8], bool)| {
    let (file, bare) = input;
    let head: &[u8] =
        if bare { b"" } else { b"FirstName,LastName,Company,Mobile,Mobile2,Home,Home2,Business,Business2\r\n" };
    let mut body = b"--x\r\nContent-Disposition: form-data; name=\"file\"; filename=\"c.csv\"\r\n\r\n".to_vec();
    body.extend_from_slice(head);
    body.extend_from_slice(file);
    body.extend_from_slice(b"\r\n--x--\r\n");
    PBX.with(|pbx| {
        let pbx = pbx.get_or_init(Requests::default);
        let (_, before) = pbx.send("GET", "/sim/state", "", b"");
        let path = "/xapi/v1/Contacts/Pbx.ImportContacts";
        let (status, answer) = pbx.send("POST", path, "multipart/form-data; boundary=x", &body);
        assert!((200..500).contains(&status), "{status}: {}", String::from_utf8_lossy(&answer));
        if status >= 400 {
            let (_, after) = pbx.send("GET", "/sim/state", "", b"");
            assert_eq!(before, after, "a refused file changed something");
        } else {
            pbx.send("POST", "/sim/reset", "", b"");
        }
    });
});
