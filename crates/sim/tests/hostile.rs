//! What no client should send, byte by byte: each is refused with a status or cut off, costs
//! no more than it may, and the PBX goes on answering.

mod common;

use std::time::Duration;

use common::Session;
use threecx_sim::{Limits, Pbx};
use tokio::io::{AsyncReadExt, AsyncWriteExt};
use tokio::net::TcpStream;

/// Longer than anything here takes, so that what hangs fails.
const PATIENCE: Duration = Duration::from_secs(60);

async fn session() -> Session {
    Session::start(Pbx::builder().users(20)).await
}

async fn connect(session: &Session) -> TcpStream {
    let address = session.pbx.url().trim_start_matches("http://");
    TcpStream::connect(address).await.expect("a connection")
}

/// Sends bytes, and returns everything that comes back until the PBX closes.
async fn send(session: &Session, bytes: &[u8]) -> String {
    let mut stream = connect(session).await;
    // The PBX may close before it has read everything.
    let _ = stream.write_all(bytes).await;
    read_to_end(&mut stream).await
}

async fn read_to_end(stream: &mut TcpStream) -> String {
    let mut answer = Vec::new();
    let read = tokio::time::timeout(PATIENCE, stream.read_to_end(&mut answer)).await;
    let _ = read.expect("the PBX closes");
    String::from_utf8_lossy(&answer).into_owned()
}

/// The statuses of all answers.
fn statuses(answers: &str) -> Vec<u16> {
    let lines = answers.split("HTTP/1.1 ").skip(1);
    lines.filter_map(|line| line.get(..3)).filter_map(|status| status.parse().ok()).collect()
}

/// A request with a token, after which the connection is closed.
fn request(session: &Session, method: &str, path: &str, headers: &str, body: &[u8]) -> Vec<u8> {
    let head = format!(
        "{method} /xapi/v1{path} HTTP/1.1\r\nHost: localhost\r\nConnection: close\r\nAuthorization: Bearer {}\r\n{headers}\r\n",
        session.token
    );
    [head.as_bytes(), body].concat()
}

fn with_body(session: &Session, method: &str, path: &str, headers: &str, body: &[u8]) -> Vec<u8> {
    request(session, method, path, &format!("Content-Length: {}\r\n{headers}", body.len()), body)
}

#[track_caller]
fn assert_status(name: &str, answers: &str, expected: u16) {
    let start: String = answers.chars().take(400).collect();
    assert_eq!(statuses(answers), [expected], "{name}: {start}");
}

/// On a connection of its own: a kept one may be among those that were cut.
async fn assert_still_answers(session: &Session) {
    let answers = send(session, &request(session, "GET", "/Users(29)?$select=Id", "", b"")).await;
    assert_status("what is asked rightly", &answers, 200);
}

#[tokio::test]
async fn bodies_that_do_not_fit() {
    let session = session().await;
    let json = "Content-Type: application/json\r\n";
    let (deep, objects) = ("[".repeat(200_000), format!("{}1", "{\"a\":".repeat(200_000)));
    let million = format!("{{\"ids\":[{}1]}}", "1,".repeat(1_000_000));
    let ids = "/Users/Pbx.ReprovisionAllPhones";
    for (name, path, headers, body, status) in [
        ("half an object", "/Users", json, b"{".as_slice(), 400),
        ("no JSON", "/Users", json, b"hello", 400),
        ("something after it", "/Users", json, b"{} {}", 400),
        ("a list", "/Users", json, b"[1]", 400),
        ("a text", "/Users", json, b"\"x\"", 400),
        ("a wrong type", "/Users", json, b"{\"FirstName\":1}", 400),
        ("an unknown name", "/Users", json, b"{\"FirstNaem\":\"x\"}", 400),
        ("a name twice", "/Users", json, b"{\"FirstName\":\"x\",\"FirstName\":\"y\"}", 400),
        ("no UTF-8", "/Users", json, b"{\"FirstName\":\"\xff\"}", 400),
        ("half a surrogate", "/Users", json, b"{\"FirstName\":\"\\ud800\"}", 400),
        ("a number without end", "/Users", json, b"{\"Id\":1e999}", 400),
        ("deep lists", "/Users", json, deep.as_bytes(), 400),
        ("deep objects", "/Users", json, objects.as_bytes(), 400),
        ("a wrong type of an id", ids, json, b"{\"ids\":[1,\"x\"]}", 400),
        ("a million ids", ids, json, million.as_bytes(), 400),
        ("another media type", "/Users", "Content-Type: text/plain\r\n", b"{}", 415),
        ("compressed", "/Users", "Content-Type: application/json\r\nContent-Encoding: gzip\r\n", b"\x1f\x8b\x08", 415),
    ] {
        assert_status(name, &send(&session, &with_body(&session, "POST", path, headers, body)).await, status);
        assert_still_answers(&session).await;
    }
    // Half a login, and one that is none.
    for body in ["{", "[]", "{\"Username\":1}", &deep[..60_000]] {
        let head = format!(
            "POST /webclient/api/Login/GetAccessToken HTTP/1.1\r\nHost: localhost\r\nConnection: close\r\nContent-Length: {}\r\n\r\n{body}",
            body.len()
        );
        assert_status("a login", &send(&session, head.as_bytes()).await, 400);
    }
    assert_still_answers(&session).await;
}

#[tokio::test]
async fn bodies_that_are_too_large_are_not_read() {
    let session = session().await;
    let hundred_megabytes = "Content-Length: 104857600\r\n";
    // The answer comes although nothing of the body does.
    assert_status(
        "announced",
        &send(&session, &request(&session, "POST", "/Users", hundred_megabytes, b"")).await,
        413,
    );
    let announced = format!("Expect: 100-continue\r\n{hundred_megabytes}");
    assert_status("expected", &send(&session, &request(&session, "POST", "/Users", &announced, b"")).await, 413);
    let login =
        "POST /connect/token HTTP/1.1\r\nHost: localhost\r\nConnection: close\r\nContent-Length: 100000\r\n\r\n";
    assert_status("a login", &send(&session, login.as_bytes()).await, 413);

    let mut stream = connect(&session).await;
    let head = request(&session, "POST", "/Users", "Transfer-Encoding: chunked\r\n", b"");
    stream.write_all(&head).await.expect("the head is taken");
    let chunk = [b"100000\r\n".as_slice(), &vec![b' '; 1 << 20], b"\r\n"].concat();
    let (mut reader, mut writer) = stream.into_split();
    let flood = tokio::spawn(async move {
        for _ in 0..100 {
            if writer.write_all(&chunk).await.is_err() {
                break;
            }
        }
    });
    let mut answer = vec![0; 12];
    tokio::time::timeout(PATIENCE, reader.read_exact(&mut answer)).await.expect("in time").expect("an answer");
    assert_eq!(String::from_utf8_lossy(&answer), "HTTP/1.1 413");
    flood.abort();
    assert_still_answers(&session).await;
}

#[tokio::test]
async fn heads_that_are_none() {
    let session = session().await;
    let own = "Host: localhost\r\nConnection: close\r\n";
    let bomb = format!("GET / HTTP/1.1\r\n{own}X: {}\r\n\r\n", "x".repeat(1 << 20));
    let many = format!("GET / HTTP/1.1\r\n{own}{}\r\n", "X: x\r\n".repeat(500));
    let long = format!("GET /{} HTTP/1.1\r\n{own}\r\n", "x".repeat(1 << 20));
    for (name, bytes, expected) in [
        ("garbage", b"\x00\x01\x02\x03\r\n\r\n".as_slice(), 400),
        ("a greeting in TLS", b"\x16\x03\x01\x02\x00\x01\x00\x01\xfc\x03\x03\r\n\r\n", 400),
        ("another protocol", b"GET / FTP/1.1\r\n\r\n", 400),
        ("a space in the path", b"GET /a b HTTP/1.1\r\nHost: localhost\r\n\r\n", 400),
        ("a NUL in a header", b"GET / HTTP/1.1\r\nHost: local\x00host\r\n\r\n", 400),
        ("no host", b"GET / HTTP/1.1\r\nConnection: close\r\n\r\n", 400),
        ("two hosts", b"GET / HTTP/1.1\r\nHost: a\r\nHost: b\r\n\r\n", 400),
        ("a header bomb", bomb.as_bytes(), 431),
        ("many headers", many.as_bytes(), 431),
        ("no end of a path", long.as_bytes(), 431),
        ("no length", b"POST / HTTP/1.1\r\nHost: localhost\r\nContent-Length: x\r\n\r\n", 400),
        ("a negative length", b"POST / HTTP/1.1\r\nHost: localhost\r\nContent-Length: -1\r\n\r\n", 400),
        ("two lengths", b"POST / HTTP/1.1\r\nHost: localhost\r\nContent-Length: 1\r\nContent-Length: 2\r\n\r\nxx", 400),
        (
            // The chunks count, and nothing that follows them.
            "a length and chunks",
            b"POST / HTTP/1.1\r\nHost: localhost\r\nContent-Length: 6\r\nTransfer-Encoding: chunked\r\n\r\n0\r\n\r\nGET /sim/overview HTTP/1.1\r\nHost: localhost\r\n\r\n",
            405,
        ),
        ("an unknown coding", b"POST / HTTP/1.1\r\nHost: localhost\r\nTransfer-Encoding: smoke\r\n\r\n", 400),
        (
            "a chunk larger than any",
            b"POST / HTTP/1.1\r\nHost: localhost\r\nTransfer-Encoding: chunked\r\n\r\nFFFFFFFFFFFFFFFFFF\r\n",
            400,
        ),
    ] {
        let answers = send(&session, bytes).await;
        let refused = statuses(&answers);
        assert_eq!(refused, [expected], "{name}: {answers}");
        assert_still_answers(&session).await;
    }
    assert_eq!(send(&session, b"PRI * HTTP/2.0\r\n\r\nSM\r\n\r\n").await, "", "HTTP/2 without asking");
    assert_still_answers(&session).await;
}

#[tokio::test]
async fn methods_versions_and_targets() {
    let session = session().await;
    let url = session.pbx.url();
    for (method, path, status) in [
        ("PUT", "/Users(29)", 405),
        ("PUT", "/Users", 405),
        ("TRACE", "/Users", 405),
        ("OPTIONS", "/Users", 405),
        ("HEAD", "/Users", 405),
        ("DELETE", "/Users", 405),
        ("BREW", "/Users", 405),
        ("CONNECT", "", 404),
        ("GET", "/Users(%zz)", 404),
        ("GET", "/Users(%ff)", 404),
        ("GET", "/Users(%0029)", 404),
        ("GET", "/Users%2529", 404),
        ("GET", "/../../etc/passwd", 404),
        ("GET", "/Users?$filter=%zz", 400),
        ("GET", "/Users?$filter=%", 400),
        ("GET", "/Users?$top=99999999999999999999", 400),
        ("GET", "/Users?$select=Id", 200),
    ] {
        let answers = send(&session, &request(&session, method, path, "", b"")).await;
        assert_status(&format!("{method} {path}"), &answers, status);
    }
    let allowed = send(&session, &request(&session, "PUT", "/Users(29)", "", b"")).await;
    assert!(allowed.lines().any(|line| line.starts_with("allow: ") && line.contains("PATCH")), "{allowed}");

    let old = format!("GET /xapi/v1/Defs?$select=Id HTTP/1.0\r\nAuthorization: Bearer {}\r\n\r\n", session.token);
    let answers = send(&session, old.as_bytes()).await;
    assert!(answers.starts_with("HTTP/1.0 200"), "{answers}");
    let absolute = format!(
        "GET {url}/xapi/v1/Defs?$select=Id HTTP/1.1\r\nHost: localhost\r\nConnection: close\r\nAuthorization: Bearer {}\r\n\r\n",
        session.token
    );
    assert_status("an absolute target", &send(&session, absolute.as_bytes()).await, 200);
    assert_status(
        "no target",
        &send(&session, b"OPTIONS * HTTP/1.1\r\nHost: localhost\r\nConnection: close\r\n\r\n").await,
        404,
    );
}

#[tokio::test]
async fn requests_at_once_and_bodies_on_demand() {
    let session = session().await;
    let one = |id: u32| {
        format!(
            "GET /xapi/v1/Users({id})?$select=Id HTTP/1.1\r\nHost: localhost\r\nAuthorization: Bearer {}\r\n\r\n",
            session.token
        )
    };
    let last = request(&session, "GET", "/Users(31)?$select=Id", "", b"");
    let answers = send(&session, &[one(29).as_bytes(), one(9999).as_bytes(), one(30).as_bytes(), &last].concat()).await;
    assert_eq!(statuses(&answers), [200, 404, 200, 200]);
    let ids: Vec<usize> = ["\"Id\":29", "\"Id\":30", "\"Id\":31"].iter().filter_map(|id| answers.find(id)).collect();
    assert!(ids.len() == 3 && ids.is_sorted(), "{answers}");

    let mut stream = connect(&session).await;
    let body = br#"{"FirstName":"Ada"}"#;
    let head = format!("Expect: 100-continue\r\nContent-Type: application/json\r\nContent-Length: {}\r\n", body.len());
    stream.write_all(&request(&session, "POST", "/Users", &head, b"")).await.expect("the head is taken");
    let mut go_on = [0; 25];
    tokio::time::timeout(PATIENCE, stream.read_exact(&mut go_on)).await.expect("in time").expect("an answer");
    assert_eq!(&go_on, b"HTTP/1.1 100 Continue\r\n\r\n");
    stream.write_all(body).await.expect("the body is taken");
    assert_status("on demand", &read_to_end(&mut stream).await, 201);
}

/// Short enough for a test to wait for, long enough for whoever is not slow.
const SHORT: Duration = Duration::from_secs(1);

#[tokio::test]
async fn whoever_is_slow_is_cut_off() {
    let mut limits = Limits::default();
    (limits.head_time, limits.body_time) = (SHORT, SHORT);
    let session = Session::start(Pbx::builder().users(5).limits(limits)).await;
    for head in ["", "GET /xapi", "GET / HTTP/1.1\r\nHost: localhost\r\nX: "] {
        let answers = send(&session, head.as_bytes()).await;
        assert!(statuses(&answers).iter().all(|status| *status == 408), "{answers}");
    }
    let body = request(&session, "POST", "/Users", "Content-Length: 100\r\n", b"{");
    assert_status("half a body", &send(&session, &body).await, 408);
    let chunks = request(&session, "POST", "/Users", "Transfer-Encoding: chunked\r\n", b"1\r\n{\r\n");
    assert_status("half the chunks", &send(&session, &chunks).await, 408);
    assert_still_answers(&session).await;

    let mut limits = Limits::default();
    limits.answer_time = SHORT;
    let session = Session::start(Pbx::builder().users(5).limits(limits)).await;
    assert_eq!(send(&session, b"").await, "");
    assert_still_answers(&session).await;
}

#[tokio::test]
async fn a_flood_of_connections_locks_nobody_out() {
    let mut limits = Limits::default();
    limits.connections = 40;
    let session = Session::start(Pbx::builder().users(5).limits(limits)).await;
    let mut flood = Vec::new();
    for number in 0..300 {
        let mut stream = connect(&session).await;
        if number % 2 == 0 {
            let _ = stream
                .write_all(b"POST /xapi/v1/Users HTTP/1.1\r\nHost: localhost\r\nContent-Length: 9\r\n\r\n{")
                .await;
        }
        flood.push(stream);
    }
    assert_still_answers(&session).await;
    // Those that came first had to go.
    for stream in flood.iter_mut().take(200) {
        assert_eq!(read_to_end(stream).await, "");
    }
    assert_still_answers(&session).await;
}

#[tokio::test]
async fn bodies_share_what_there_is() {
    let mut limits = Limits::default();
    limits.all_bodies_bytes = limits.body_bytes;
    let session = Session::start(Pbx::builder().users(5).limits(limits)).await;
    let body = format!("{{\"FirstName\":\"{}\"}}", "x".repeat(5 << 20));
    let request = with_body(&session, "POST", "/Nothing", "Content-Type: application/json\r\n", body.as_bytes());
    let (a, b, c) = tokio::join!(send(&session, &request), send(&session, &request), send(&session, &request));
    for answers in [a, b, c] {
        assert_status("a large body", &answers, 404);
    }
    assert_still_answers(&session).await;
}
