//! Certificates that are trusted because a file says so, and those that are not all the same.

mod common;

use std::fs;

use common::tls::{self_signed, tls_server};
use common::{at, fails};

/// The code of the error: the server is no PBX, but whether its certificate counts shows before.
fn code(url: &str, authority: Option<&[u8]>) -> String {
    let folder = tempfile::tempdir().expect("a folder");
    let file = folder.path().join("ca.pem");
    let mut command = at(url);
    if let Some(pem) = authority {
        fs::write(&file, pem).expect("written");
        command.arg("--ca-file").arg(&file);
    }
    let (error, _) = fails(command.args(["users", "list"]));
    error["code"].as_str().expect("a code").to_owned()
}

/// As `openssl req -x509` makes it: its own issuer, and an authority.
#[test]
fn a_certificate_that_issued_itself_is_trusted_if_it_is_given() {
    let (pem, config) = self_signed("127.0.0.1", (2099, 1, 1));
    let url = tls_server(config);
    assert_eq!(code(&url, None), "certificate");
    assert_eq!(code(&url, Some(pem.as_bytes())), "not-a-3cx");
    let marked = [b"\xef\xbb\xbf", pem.as_bytes()].concat();
    assert_eq!(code(&url, Some(&marked)), "not-a-3cx");
    let windows = format!("subject=CN=pbx\r\n{}", pem.replace('\n', "\r\n"));
    assert_eq!(code(&url, Some(windows.as_bytes())), "not-a-3cx");
    let units = std::iter::once(0xfeff).chain(pem.encode_utf16());
    for to_bytes in [u16::to_le_bytes, u16::to_be_bytes] {
        let utf16: Vec<u8> = units.clone().flat_map(to_bytes).collect();
        assert_eq!(code(&url, Some(&utf16)), "not-a-3cx");
    }
    // Another one that says the same of itself does not vouch for it.
    let (other, _) = self_signed("127.0.0.1", (2099, 1, 1));
    assert_eq!(code(&url, Some(other.as_bytes())), "certificate");
    assert_eq!(code(&url, Some([other, pem].concat().as_bytes())), "not-a-3cx");
}

#[test]
fn its_name_and_its_time_count_all_the_same() {
    for (name, until) in [("pbx.example.com", (2099, 1, 1)), ("127.0.0.2", (2099, 1, 1)), ("127.0.0.1", (2021, 1, 1))] {
        let (pem, config) = self_signed(name, until);
        assert_eq!(code(&tls_server(config), Some(pem.as_bytes())), "certificate", "{name} until {until:?}");
    }
}
