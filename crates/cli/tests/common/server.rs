//! A server that answers as a test wants it to, in the middle of whatever it is asked for.

use std::io::{BufRead, BufReader, Write};
use std::net::{TcpListener, TcpStream};
use std::sync::{Arc, Mutex};
use std::thread;
use std::time::Duration;

/// What is asked.
pub struct Asked {
    /// `GET`
    pub method: String,
    pub path: String,
    headers: Vec<(String, String)>,
    /// Which question it is, from 1, tokens aside.
    pub number: usize,
}

impl Asked {
    /// What a header says; nothing if it is not there.
    pub fn header(&self, name: &str) -> &str {
        self.headers.iter().find(|(known, _)| known == name).map_or("", |(_, value)| value)
    }

    /// What an option of the query says, such as `$skip`.
    pub fn option(&self, name: &str) -> Option<u64> {
        let (_, query) = self.path.split_once('?')?;
        let decoded = query.replace("%24", "$");
        decoded.split('&').find_map(|option| option.strip_prefix(name)?.strip_prefix('=')?.parse().ok())
    }
}

pub struct Server {
    pub url: String,
    asked: Arc<Mutex<Vec<String>>>,
}

impl Server {
    /// Gives tokens, and has everything else answered by `answer`, which may hang up at any time, or never.
    pub fn start(answer: impl Fn(&Asked, &mut TcpStream) + Send + Sync + 'static) -> Server {
        let listener = TcpListener::bind("127.0.0.1:0").expect("a port");
        let url = format!("http://{}", listener.local_addr().expect("an address"));
        let (asked, answer) = (Arc::new(Mutex::new(Vec::new())), Arc::new(answer));
        let all = Arc::clone(&asked);
        thread::spawn(move || {
            for stream in listener.incoming().map_while(Result::ok) {
                let (all, answer) = (Arc::clone(&all), Arc::clone(&answer));
                thread::spawn(move || take(stream, &all, &*answer));
            }
        });
        Server { url, asked }
    }

    /// What it was asked so far: `GET /xapi/v1/Users?$top=100`.
    pub fn asked(&self) -> Vec<String> {
        self.asked.lock().expect("no panic").clone()
    }

    /// Waits until it was asked so often.
    pub fn wait_for(&self, questions: usize) {
        while self.asked().len() < questions {
            thread::sleep(Duration::from_millis(1));
        }
    }

    /// The variables by which to call it.
    pub fn environment(&self) -> [(&'static str, &str); 3] {
        [("THREECX_URL", &self.url), ("THREECX_CLIENT_ID", "a"), ("THREECX_CLIENT_SECRET", "b")]
    }
}

fn take(mut stream: TcpStream, all: &Mutex<Vec<String>>, answer: &(impl Fn(&Asked, &mut TcpStream) + ?Sized)) {
    let lines: Vec<String> =
        BufReader::new(&stream).lines().map_while(Result::ok).take_while(|line| !line.is_empty()).collect();
    let mut words = lines.first().map(|line| line.split(' ')).into_iter().flatten().map(str::to_owned);
    let (Some(method), Some(path)) = (words.next(), words.next()) else { return };
    if path.starts_with("/connect/token") {
        let body = br#"{"access_token":"t","token_type":"Bearer","expires_in":600}"#;
        return reply(&mut stream, "200 OK", &["content-type: application/json"], body);
    }
    let header = |line: &String| line.split_once(':').map(|(n, v)| (n.to_lowercase(), v.trim().to_owned()));
    let headers = lines[1..].iter().filter_map(header).collect();
    let number = {
        let mut all = all.lock().expect("no panic");
        all.push(format!("{method} {path}"));
        all.len()
    };
    answer(&Asked { method, path, headers, number }, &mut stream);
}

/// Answers with these lines in its head, and with the length of its body.
pub fn reply(stream: &mut TcpStream, status: &str, head: &[&str], body: &[u8]) {
    let lines: String = head.iter().map(|line| format!("{line}\r\n")).collect();
    let length = body.len();
    let head = format!("HTTP/1.1 {status}\r\n{lines}content-length: {length}\r\nconnection: close\r\n\r\n");
    // Who asked may be gone.
    let _ = stream.write_all(head.as_bytes()).and_then(|()| stream.write_all(body));
}

/// Answers nothing, and keeps the line open.
pub fn hang() {
    loop {
        thread::park();
    }
}
