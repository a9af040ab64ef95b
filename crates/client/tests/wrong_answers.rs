//! The library against the server that the command line is tried with: what is not an answer is an error, nothing
//! goes on without end, and a change that may have happened is in doubt.

#[path = "../../cli/tests/common/hostile.rs"]
mod hostile;

use std::sync::Arc;
use std::time::{Duration, Instant};

use hostile::{Answer, Hostile};
use threecx::{Arguments, Builder, Cause, Client, Error, Operation, Place, Policy, Waiting, operation};

fn op(id: &str) -> &'static Operation {
    operation(id).expect(id)
}

/// Impatient, so that tests do not wait.
fn builder(server: &Hostile) -> Builder {
    let quick = Policy { attempts: 3, first_wait: Duration::from_millis(1), longest_wait: Duration::from_secs(2) };
    Client::builder(&server.url).credentials("900", "s").retry(quick)
}

fn client(server: &Hostile) -> Client {
    builder(server).build().expect("an address")
}

fn key(id: &str) -> Arguments {
    let mut arguments = Arguments::default();
    arguments.set(Place::Path, "Id", id);
    arguments
}

fn named() -> Arguments {
    Arguments { fields: [("FirstName".into(), "A".into()), ("Number".into(), "7".into())].into(), ..key("7") }
}

/// What came of a call, with its answer read.
async fn outcome(client: &Client, id: &str, arguments: &Arguments) -> Result<(), Error> {
    let reply = client.call(op(id), arguments).await?;
    reply.answer().map(drop)
}

#[tokio::test]
async fn what_is_not_an_answer_is_an_error() {
    let json = |body: &str| Answer::json(200, body);
    let cases = [
        ("a page", Answer::page(), "not-a-3cx"),
        ("a page that is called JSON", json(" <!doctype HTML>"), "not-a-3cx"),
        ("nothing", json(""), "answer"),
        ("no content", Answer::of(204, "", ""), "answer"),
        ("text", Answer::of(200, "text/plain", "OK"), "answer"),
        ("a text in JSON", json("\"ok\""), "answer"),
        ("something of somebody else", json(r#"{"status":"ok"}"#), "answer"),
        ("an error", json(r#"{"error":{"message":"no"}}"#), "answer"),
        ("no rows", json(r#"{"value":null}"#), "answer"),
        ("half of an answer", json(r#"{"value":[{"#), "answer"),
        ("what is packed", json("x").with("content-encoding", "gzip"), "no-answer"),
        ("a redirect", Answer::of(302, "", "").with("location", "https://evil.example/"), "not-a-3cx"),
        ("too deep", json(&format!(r#"{{"value":[{}{}]}}"#, "[".repeat(100_000), "]".repeat(100_000))), "answer"),
    ];
    for (what, answer, code) in cases {
        let server = Hostile::start(move |_| answer.clone());
        let client = client(&server);
        for (id, arguments) in [("Users.ListUser", Arguments::default()), ("Users.GetUser", key("7"))] {
            let error = outcome(&client, id, &arguments).await.expect_err(what);
            assert_eq!(error.code(), code, "{what}, {id}: {error}");
        }
        let mut pages = client.pages(op("Users.ListUser"), Arguments::default(), None);
        let error = pages.next().await.expect_err(what);
        assert_eq!(error.code(), code, "{what}: {error}");
    }
}

#[tokio::test]
async fn a_change_that_is_answered_by_something_else_is_in_doubt() {
    for (what, answer) in [
        ("a page", Answer::page()),
        ("an error", Answer::json(200, r#"{"error":"no"}"#)),
        ("text", Answer::of(200, "text/plain", "OK")),
        ("what is packed", Answer::json(200, "x").with("content-encoding", "gzip")),
    ] {
        let server = Hostile::start(move |_| answer.clone());
        let create = Arguments { parameters: Default::default(), ..named() };
        for (id, arguments) in [("Users.CreateUser", create), ("Users.DeleteUser", key("7"))] {
            let error = outcome(&client(&server), id, &arguments).await.expect_err(what);
            assert!(matches!(error.code(), "not-a-3cx" | "unknown-outcome"), "{what}, {id}: {error}");
        }
        assert_eq!(server.received().iter().filter(|request| request.method != "GET").count(), 2, "{what}");
    }
}

#[tokio::test]
async fn a_call_ends_when_its_time_is_over() {
    let server = Hostile::start(|_| Answer::Silence);
    let by_call = builder(&server).deadline(Duration::from_millis(200)).build().expect("an address");
    let by_all = builder(&server).until(Instant::now() + Duration::from_millis(400)).build().expect("an address");
    for client in [by_call, by_all] {
        let error = outcome(&client, "Users.ListUser", &Arguments::default()).await.expect_err("silence");
        assert!(matches!(&error, Error::NoAnswer { cause: Cause::OutOfTime, .. }), "{error}");
    }
    let client = builder(&server).deadline(Duration::from_millis(200)).build().expect("an address");
    let error = outcome(&client, "Users.DeleteUser", &key("7")).await.expect_err("silence");
    assert!(matches!(&error, Error::UnknownOutcome { cause: Cause::OutOfTime }), "{error}");
    // Where there is no time at all, nothing is sent.
    let sent = server.received().len();
    let late = builder(&server).until(Instant::now()).build().expect("an address");
    let error = outcome(&late, "Users.DeleteUser", &key("7")).await.expect_err("too late");
    assert_eq!((error.code(), server.received().len()), ("no-answer", sent), "{error}");
    // A wait that would be longer is not begun: what the PBX said is told at once.
    let server = Hostile::start(|_| Answer::of(429, "", "").with("retry-after", "29"));
    let client = builder(&server).deadline(Duration::from_secs(20)).build().expect("an address");
    let error = outcome(&client, "Users.ListUser", &Arguments::default()).await.expect_err("too much to do");
    assert_eq!((error.code(), server.received().len()), ("rate-limited", 1), "{error}");
    // A PBX that says nothing is asked twice, although three attempts are allowed.
    let server = Hostile::start(|_| Answer::Silence);
    let client = builder(&server).timeout(Duration::from_millis(100)).build().expect("an address");
    let error = outcome(&client, "Users.ListUser", &Arguments::default()).await.expect_err("silence");
    assert!(matches!(&error, Error::NoAnswer { cause: Cause::TimedOut, .. }), "{error}");
    assert_eq!(server.received().len(), 2);
    // And once, where a token is wanted.
    let server = Hostile::all(|_| Answer::Silence);
    let client = builder(&server).timeout(Duration::from_millis(100)).build().expect("an address");
    let error = outcome(&client, "Users.DeleteUser", &key("7")).await.expect_err("silence");
    assert_eq!(error.code(), "no-answer", "{error}");
}

#[tokio::test]
async fn a_list_that_does_not_go_on_ends_for_good() {
    let server = Hostile::start(|_| {
        let rows: Vec<String> = (0..100).map(|id| format!(r#"{{"Id":{id}}}"#)).collect();
        Answer::json(200, format!(r#"{{"value":[{}]}}"#, rows.join(",")))
    });
    let mut pages = client(&server).pages(op("Users.ListUser"), Arguments::default(), None).read_ahead(4);
    assert_eq!(pages.next().await.expect("a page").map(|page| page.len()), Some(100));
    for _ in 0..3 {
        assert_eq!(pages.next().await.expect_err("the same page").code(), "answer");
    }
    assert!(server.received().len() < 10, "{}", server.received().len());
}

#[tokio::test]
async fn a_program_can_say_for_whom_it_waits() {
    let server = Hostile::start(|_| Answer::Silence);
    let waiting = Arc::new(Waiting::default());
    assert!(waiting.silence().is_none());
    let client = builder(&server).waiting(Arc::clone(&waiting)).build().expect("an address");
    let call = tokio::spawn(async move { client.call(op("Users.ListUser"), &Arguments::default()).await.map(drop) });
    let host = server.url.strip_prefix("http://").expect("plain HTTP").to_owned();
    loop {
        match waiting.silence() {
            Some((known, silence)) if silence > Duration::ZERO => break assert_eq!(known, host),
            _ => tokio::task::yield_now().await,
        }
    }
    call.abort();
    assert!(call.await.is_err());
    assert!(waiting.silence().is_none(), "nobody waits any more");
}
