//! Addresses at which no PBX answers: nobody, a web site, an expired certificate, no address
//! at all. Each has its own code, exit code and next step.

mod common;

use std::io::{Read, Write};
use std::net::TcpListener;
use std::process::Output;
use std::thread;

use assert_cmd::Command;
use common::tls::{certificate, tls_server};
use serde_json::Value;

const SECRET: &str = "do-not-show-me";

fn threecx(url: &str, more: &[&str]) -> Output {
    let mut command = Command::cargo_bin("threecx").expect("the binary");
    command.env("THREECX_URL", url).env("THREECX_CLIENT_ID", "id").env("THREECX_CLIENT_SECRET", SECRET);
    command.env("THREECX_CACHE_DIR", concat!(env!("CARGO_TARGET_TMPDIR"), "/addresses"));
    command.env_remove("THREECX_CA_FILE").args(["users", "list", "--top", "1", "-o", "json"]).args(more);
    command.output().expect("it runs")
}

#[track_caller]
fn assert_fails(output: &Output, code: &str, exit_code: i32, message: &str) {
    let stderr = String::from_utf8_lossy(&output.stderr);
    assert_eq!(output.status.code(), Some(exit_code), "{stderr}");
    assert!(output.stdout.is_empty());
    assert!(!stderr.contains(SECRET));
    let error: Value = serde_json::from_str(&stderr).expect("stderr is one JSON object");
    assert_eq!(error["error"]["code"], code);
    let said = error["error"]["message"].as_str().unwrap_or_default();
    assert!(said.contains(message), "{said}");
    assert!(!error["error"]["next_step"].as_str().unwrap_or_default().is_empty());
}

/// Answers every connection with this text.
fn web_site(answer: &'static str) -> String {
    let listener = TcpListener::bind("127.0.0.1:0").expect("a port");
    let url = format!("http://{}", listener.local_addr().expect("an address"));
    thread::spawn(move || {
        for mut stream in listener.incoming().flatten() {
            let mut request = [0; 4096];
            let _ = stream.read(&mut request);
            let _ = stream.write_all(answer.as_bytes());
        }
    });
    url
}

#[test]
fn nobody_listens() {
    let listener = TcpListener::bind("127.0.0.1:0").expect("a port");
    let url = format!("http://{}", listener.local_addr().expect("an address"));
    drop(listener);
    assert_fails(&threecx(&url, &[]), "connection", 20, "cannot connect to 127.0.0.1");
}

#[test]
fn no_address_at_all() {
    assert_fails(&threecx("https://pbx .example", &[]), "url", 11, "is not the address of a PBX");
    assert_fails(&threecx("https://admin:do-not-show-me@pbx", &[]), "url", 11, "user name or password");
    assert_fails(&threecx("http://pbx.example.com", &[]), "url", 11, "http:// would show the client secret");
}

#[test]
fn a_web_site_is_no_pbx() {
    let html =
        "HTTP/1.1 200 OK\r\nContent-Type: text/html\r\nContent-Length: 15\r\nConnection: close\r\n\r\n<h1>Hello!</h1>";
    assert_fails(&threecx(&web_site(html), &[]), "not-a-3cx", 22, "text/html");
    let lost = "HTTP/1.1 404 Not Found\r\nContent-Type: text/html\r\nContent-Length: 0\r\nConnection: close\r\n\r\n";
    assert_fails(&threecx(&web_site(lost), &[]), "not-a-3cx", 22, "/connect/token");
    let moved = "HTTP/1.1 301 Moved\r\nLocation: https://elsewhere/\r\nContent-Length: 0\r\nConnection: close\r\n\r\n";
    assert_fails(&threecx(&web_site(moved), &[]), "not-a-3cx", 22, "redirects");
}

#[test]
fn an_expired_certificate() {
    let (authority, config) = certificate((2021, 1, 1));
    let folder = tempfile::tempdir().expect("a folder");
    let file = folder.path().join("authority.pem");
    std::fs::write(&file, authority).expect("written");
    let trusted = ["--ca-file", file.to_str().expect("UTF-8")];
    assert_fails(&threecx(&tls_server(config), &trusted), "certificate", 21, "it expired");
}

#[test]
fn an_authority_that_nobody_knows_and_one_that_is_named() {
    let (authority, config) = certificate((2100, 1, 1));
    let url = tls_server(config);
    let refused = threecx(&url, &[]);
    assert_fails(&refused, "certificate", 21, "an authority that this machine does not trust");
    assert!(String::from_utf8_lossy(&refused.stderr).contains("--ca-file FILE"));
    let folder = tempfile::tempdir().expect("a folder");
    let file = folder.path().join("authority.pem");
    std::fs::write(&file, authority).expect("written");
    let trusted = ["--ca-file", file.to_str().expect("UTF-8")];
    // The certificate holds; what answers is still no PBX.
    assert_fails(&threecx(&url, &trusted), "not-a-3cx", 22, "404");
}

#[test]
fn a_file_of_certificates_that_is_not_there_or_is_none() {
    assert_fails(&threecx("https://127.0.0.1:9", &["--ca-file", "/no/such/file.pem"]), "file", 60, "no such file");
}
