//! The proxy on the way: where it is used and where it is not, and that it is named when it is the reason.

mod common;

use std::io::{Read, Write};
use std::net::TcpListener;
use std::thread;

use assert_cmd::Command;
use common::hostile::{Answer, Hostile};
use common::{Sim, at, fails, threecx};

/// A port at which nothing listens.
const DEAD: &str = "127.0.0.1:9";

/// A PBX that nobody can reach: its name exists nowhere.
const PBX: &str = "https://pbx.invalid:5001";

/// Answers whoever connects with these bytes.
fn proxy(answer: &'static [u8]) -> String {
    let listener = TcpListener::bind("127.0.0.1:0").expect("a port");
    let address = listener.local_addr().expect("an address").to_string();
    thread::spawn(move || {
        for mut stream in listener.incoming().flatten() {
            thread::spawn(move || {
                let _ = stream.read(&mut [0; 4096]);
                let _ = stream.write_all(answer);
            });
        }
    });
    address
}

#[track_caller]
fn names_the_proxy(command: &mut Command, proxy: &str, variable: &str) -> serde_json::Value {
    let (error, _) = fails(command.args(["users", "list"]));
    let said = error.to_string();
    assert!(said.contains(proxy) && said.contains(variable), "{said}");
    assert!(!said.contains("hunter2") && !said.contains("aHVudGVyMg"), "{said}");
    error
}

#[test]
fn a_proxy_that_does_not_let_calls_through_is_named() {
    let wants_login =
        proxy(b"HTTP/1.1 407 Proxy Authentication Required\r\nproxy-authenticate: Basic\r\ncontent-length: 0\r\n\r\n");
    let refuses = proxy(b"HTTP/1.1 403 Forbidden\r\ncontent-type: text/html\r\ncontent-length: 6\r\n\r\n<html>");
    let page = proxy(
        b"HTTP/1.1 200 OK\r\ncontent-type: text/html\r\ncontent-length: 15\r\nconnection: close\r\n\r\n<!doctype html>",
    );
    for (variable, address, says) in [
        ("HTTPS_PROXY", DEAD, "refused"),
        ("https_proxy", wants_login.as_str(), "407"),
        ("ALL_PROXY", refuses.as_str(), "refuses"),
        ("all_proxy", page.as_str(), ""),
    ] {
        let value = format!("http://ada:hunter2@{address}");
        let error = names_the_proxy(at(PBX).env(variable, value), address, variable);
        assert_eq!(error["code"], "proxy", "{error}");
        assert!(error["message"].as_str().expect("text").contains(says), "{error}");
        assert!(error["next_step"].as_str().expect("text").contains("--no-proxy"), "{error}");
    }
    // Of an address without TLS, the proxy itself answers.
    for (address, codes) in [(&wants_login, &["proxy"][..]), (&refuses, &["not-a-3cx"]), (&page, &["not-a-3cx"])] {
        let mut command = at("http://pbx.invalid");
        command.env("HTTP_PROXY", format!("ada:hunter2@{address}")).arg("--allow-http");
        let error = names_the_proxy(&mut command, address, "HTTP_PROXY");
        assert!(codes.contains(&error["code"].as_str().expect("a code")), "{error}");
    }
}

#[test]
fn a_socks_proxy_is_spoken_to_in_its_language() {
    let dead = format!("socks5h://ada:hunter2@{DEAD}");
    assert_eq!(names_the_proxy(at(PBX).env("ALL_PROXY", dead), DEAD, "ALL_PROXY")["code"], "proxy");
    // It begins with the version and what it can do, and not with HTTP.
    let listener = TcpListener::bind("127.0.0.1:0").expect("a port");
    let address = listener.local_addr().expect("an address").to_string();
    let greeting = thread::spawn(move || {
        let (mut stream, _) = listener.accept().expect("a client");
        let mut first = [0];
        stream.read_exact(&mut first).expect("a byte");
        first[0]
    });
    let value = format!("socks5h://{address}");
    names_the_proxy(at(PBX).env("HTTPS_PROXY", value).args(["--timeout", "2s"]), &address, "HTTPS_PROXY");
    assert_eq!(greeting.join().expect("a greeting"), 5);
    for value in
        [format!("ftp://ada:hunter2@{DEAD}"), "http://ada:hunter2@".to_owned(), "http://ada:hunter2@h:x".to_owned()]
    {
        let error = names_the_proxy(at(PBX).env("ALL_PROXY", value), "proxy", "ALL_PROXY");
        assert_eq!(error["code"], "proxy", "{error}");
    }
}

#[test]
fn this_machine_is_never_reached_by_a_proxy() {
    let sim = Sim::start(&["--users", "5"]);
    let port = sim.url.rsplit(':').next().expect("a port").to_owned();
    let all = |command: &mut Command| {
        for variable in ["HTTP_PROXY", "http_proxy", "HTTPS_PROXY", "ALL_PROXY"] {
            command.env(variable, format!("http://{DEAD}"));
        }
    };
    for url in [sim.url.clone(), format!("http://localhost:{port}")] {
        let mut command = sim.threecx();
        all(&mut command);
        command.args(["users", "list", "--url", &url]).assert().success();
    }
    let mut command = threecx();
    all(&mut command);
    command.args(["users", "list", "--sim"]).assert().success();
}

#[test]
fn a_proxy_is_not_used_where_it_is_not_wanted() {
    let used = |set: &[(&str, &str)], more: &[&str]| {
        let mut command = at(PBX);
        command.env("HTTPS_PROXY", format!("http://{DEAD}")).envs(set.iter().copied());
        let (error, _) = fails(command.args(["users", "list"]).args(more));
        match error["code"].as_str() {
            Some("proxy") => true,
            Some("connection") => false,
            _ => panic!("{error}"),
        }
    };
    assert!(used(&[], &[]));
    assert!(used(&[("NO_PROXY", "example.com,id")], &[]));
    for (set, more) in [
        (&[][..], &["--no-proxy"][..]),
        (&[("NO_PROXY", "*")], &[]),
        (&[("no_proxy", "localhost, .invalid")], &[]),
        (&[("NO_PROXY", "pbx.invalid")], &[]),
    ] {
        assert!(!used(set, more), "{set:?} {more:?}");
    }
}

/// By way of a proxy, the PBX's answers are as good as without.
#[test]
fn a_proxy_that_works_is_used() {
    let proxy = Hostile::start(|request| {
        assert!(request.path.starts_with("http://pbx.invalid/") || request.path.starts_with('/'), "{}", request.path);
        Answer::json(200, r#"{"value":[],"access_token":"t"}"#)
    });
    let mut command = at("http://pbx.invalid");
    command.env("HTTP_PROXY", &proxy.url).args(["users", "list", "--allow-http"]).assert().success();
    let received = proxy.received();
    assert!(
        received.iter().any(|request| request.path.starts_with("http://pbx.invalid/xapi/v1/Users")),
        "{received:?}"
    );
}
