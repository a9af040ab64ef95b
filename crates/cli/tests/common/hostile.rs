//! A server that answers as it is told, and as no PBX would. It is not bound to the command line: the tests of the
//! library use it too.

#![allow(dead_code, reason = "no test uses all of it")]

use std::io::{BufRead, BufReader, Read, Write};
use std::net::{TcpListener, TcpStream};
use std::sync::{Arc, Mutex};
use std::thread;
use std::time::Duration;

/// A request as it arrived.
#[derive(Clone, Debug)]
pub struct Received {
    pub method: String,
    pub path: String,
    /// The lines of its head, the first included.
    pub head: Vec<String>,
    pub body: String,
}

impl Received {
    pub fn is_login(&self) -> bool {
        self.path == "/connect/token"
    }
}

/// What is answered.
#[derive(Clone, Debug)]
pub enum Answer {
    /// Status, headers, body.
    Reply(u16, Vec<(String, String)>, Vec<u8>),
    /// These bytes, and then the end.
    Raw(Vec<u8>),
    /// Nothing at all, for as long as the client waits.
    Silence,
    /// A head, and then a blank now and then.
    Trickle,
}

impl Answer {
    /// JSON, from a PBX of a release that is known.
    pub fn json(status: u16, body: impl Into<Vec<u8>>) -> Answer {
        Answer::of(status, "application/json; odata.metadata=minimal", body)
    }

    /// A page of the web.
    pub fn page() -> Answer {
        Answer::of(200, "text/html; charset=utf-8", "<!doctype html><title>Maintenance</title>")
    }

    pub fn of(status: u16, kind: &str, body: impl Into<Vec<u8>>) -> Answer {
        let headers = [("content-type", kind), ("x-3cx-version", "20.0.10.1621")];
        let headers = headers.map(|(name, value)| (name.to_owned(), value.to_owned()));
        Answer::Reply(status, headers.into_iter().filter(|(_, value)| !value.is_empty()).collect(), body.into())
    }

    /// The same with one more header.
    pub fn with(self, name: &str, value: &str) -> Answer {
        match self {
            Answer::Reply(status, mut headers, body) => {
                headers.push((name.to_owned(), value.to_owned()));
                Answer::Reply(status, headers, body)
            }
            other => other,
        }
    }

    /// A token that lives for an hour.
    pub fn token() -> Answer {
        Answer::json(200, r#"{"token_type":"Bearer","expires_in":60,"access_token":"a-token"}"#)
    }
}

/// The server. It lives as long as the test.
pub struct Hostile {
    pub url: String,
    pub port: u16,
    received: Arc<Mutex<Vec<Received>>>,
}

impl Hostile {
    /// Answers logins with a token, and everything else as `answer` says.
    pub fn start(answer: impl Fn(&Received) -> Answer + Send + Sync + 'static) -> Hostile {
        Hostile::all(move |request| if request.is_login() { Answer::token() } else { answer(request) })
    }

    /// Answers everything as `answer` says.
    pub fn all(answer: impl Fn(&Received) -> Answer + Send + Sync + 'static) -> Hostile {
        let listener = TcpListener::bind("127.0.0.1:0").expect("a port");
        let port = listener.local_addr().expect("an address").port();
        let received = Arc::new(Mutex::new(Vec::new()));
        let (kept, answer) = (Arc::clone(&received), Arc::new(answer));
        thread::spawn(move || {
            for stream in listener.incoming().flatten() {
                let (kept, answer) = (Arc::clone(&kept), Arc::clone(&answer));
                thread::spawn(move || converse(stream, &kept, &*answer));
            }
        });
        Hostile { url: format!("http://127.0.0.1:{port}"), port, received }
    }

    /// What has arrived, logins left out.
    pub fn received(&self) -> Vec<Received> {
        let all = self.received.lock().expect("not poisoned").clone();
        all.into_iter().filter(|request| !request.is_login()).collect()
    }
}

/// One request after the other.
fn converse(stream: TcpStream, kept: &Mutex<Vec<Received>>, answer: &(dyn Fn(&Received) -> Answer + Send + Sync)) {
    let Ok(reading) = stream.try_clone() else { return };
    let (mut reader, mut stream) = (BufReader::new(reading), stream);
    while let Some(request) = read(&mut reader) {
        kept.lock().expect("not poisoned").push(request.clone());
        let (goes_on, bytes) = match answer(&request) {
            Answer::Reply(status, headers, body) => (true, written(status, &headers, &body)),
            Answer::Raw(bytes) => (false, bytes),
            Answer::Silence => {
                // Until the client gives up.
                let _ = reader.read(&mut [0]);
                return;
            }
            Answer::Trickle => {
                let head = "HTTP/1.1 200 OK\r\ncontent-type: application/json\r\ncontent-length: 1000000\r\n\r\n";
                let mut sent = stream.write_all(head.as_bytes());
                while sent.is_ok() {
                    thread::sleep(Duration::from_millis(20));
                    sent = stream.write_all(b" ");
                }
                return;
            }
        };
        if stream.write_all(&bytes).is_err() || !goes_on {
            return;
        }
    }
}

fn written(status: u16, headers: &[(String, String)], body: &[u8]) -> Vec<u8> {
    let mut bytes = format!("HTTP/1.1 {status} X\r\n").into_bytes();
    for (name, value) in headers {
        bytes.extend_from_slice(format!("{name}: {value}\r\n").as_bytes());
    }
    if status != 204 {
        bytes.extend_from_slice(format!("content-length: {}\r\n", body.len()).as_bytes());
    }
    bytes.extend_from_slice(b"\r\n");
    bytes.extend_from_slice(if status == 204 { &[] } else { body });
    bytes
}

fn read(reader: &mut BufReader<TcpStream>) -> Option<Received> {
    let mut head = Vec::new();
    loop {
        let mut line = String::new();
        if reader.read_line(&mut line).ok()? == 0 {
            return None;
        }
        match line.trim_end() {
            "" if head.is_empty() => {}
            "" => break,
            line => head.push(line.to_owned()),
        }
    }
    let length = head.iter().find_map(|line| {
        let (name, value) = line.split_once(':')?;
        name.eq_ignore_ascii_case("content-length").then(|| value.trim().parse().ok()).flatten()
    });
    let mut body = vec![0; length.unwrap_or(0)];
    reader.read_exact(&mut body).ok()?;
    let first: Vec<&str> = head.first()?.split(' ').collect();
    let (method, path) = (first.first()?.to_string(), first.get(1)?.to_string());
    Some(Received { method, path, head, body: String::from_utf8_lossy(&body).into_owned() })
}
