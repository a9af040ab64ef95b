//! The client against the simulated PBX, and against servers that misbehave.

use std::sync::atomic::{AtomicUsize, Ordering};
use std::sync::{Arc, Mutex};
use std::time::Duration;

use threecx::{
    Answer, Arguments, Cause, Client, Error, NextStep, Opened, Operation, Piece, Place, Policy, Span, operation,
};
use threecx_catalog::Method;
use threecx_sim::Pbx;
use tokio::io::{AsyncReadExt, AsyncWriteExt};
use tokio::net::TcpListener;

fn op(id: &str) -> &'static Operation {
    operation(id).expect(id)
}

fn fields(pairs: &[(&str, &str)]) -> Arguments {
    Arguments {
        fields: pairs.iter().map(|(name, text)| ((*name).into(), (*text).into())).collect(),
        ..Arguments::default()
    }
}

/// Impatient, so that tests do not wait.
fn quick() -> Policy {
    Policy { attempts: 3, first_wait: Duration::from_millis(1), longest_wait: Duration::from_millis(5) }
}

fn client(pbx: &Pbx) -> Client {
    Client::builder(pbx.url())
        .credentials(pbx.client_id(), pbx.client_secret())
        .retry(quick())
        .build()
        .expect("an address")
}

async fn pbx(release: &str) -> Pbx {
    Pbx::builder().users(250).api(Span::parse(release).expect("known")).start().await.expect("a free port")
}

fn operations(pbx: &Pbx) -> Vec<&'static str> {
    pbx.received().iter().filter_map(|call| call.operation).collect()
}

fn logins(pbx: &Pbx) -> usize {
    pbx.received().iter().filter(|call| call.path == "/connect/token").count()
}

#[tokio::test]
async fn a_call_logs_in_once_and_is_sent_once() {
    let pbx = pbx("20.0.10").await;
    let client = client(&pbx);
    let reply = client.call(op("Users.ReprovisionAllPhones"), &fields(&[("ids", "[123, 156]")])).await.expect("done");
    assert!(matches!(reply.answer(), Ok(Answer::Nothing)));
    assert_eq!(client.version().as_deref(), Some("20.0.10.1621"));
    assert_eq!((logins(&pbx), operations(&pbx)), (1, vec!["Users.ReprovisionAllPhones"]));
    let sent = pbx.received().pop().expect("a call");
    assert_eq!(
        (sent.body.map(|body| body.to_string()).as_deref(), sent.path.as_str()),
        (Some(r#"{"ids":[123,156]}"#), "/xapi/v1/Users/Pbx.ReprovisionAllPhones")
    );
}

#[tokio::test]
async fn many_calls_at_once_share_one_token_and_survive_its_loss() {
    let pbx = pbx("20.0.10").await;
    let client = client(&pbx);
    for round in 1..=2 {
        let calls = (0..30).map(|_| {
            let client = client.clone();
            tokio::spawn(async move { client.call(op("Users.ListUser"), &Arguments::default()).await.map(drop) })
        });
        for call in calls.collect::<Vec<_>>() {
            call.await.expect("no panic").expect("an answer");
        }
        assert_eq!(logins(&pbx), round, "one login a round");
        pbx.evict_tokens();
    }
}

#[tokio::test]
async fn a_login_that_goes_unanswered_leaves_no_call_in_doubt() {
    let pbx = pbx("20.0.10").await;
    let fault = |text: &str| vec![text.parse().expect("a fault")];
    pbx.set_faults(fault("drop-after:1:1@token"));
    let blocked = || fields(&[("CallerId", "+491")]);
    let create = op("BlackListNumbers.CreateBlackListNumber");
    client(&pbx).call(create, &blocked()).await.expect("the login is tried again, and the call is sent once");
    pbx.set_faults(fault("drop-after@token"));
    let error = client(&pbx).call(create, &blocked()).await.expect_err("no login");
    assert_eq!(error.code(), "connection");
    assert_eq!(operations(&pbx).len(), 1);
}

#[tokio::test]
async fn lists_come_whole_and_in_order() {
    let pbx = pbx("20.0.10").await;
    for at_a_time in [1, 8] {
        for (wanted, expected) in [(None, 250), (Some(120), 120), (Some(0), 0), (Some(1000), 250)] {
            let list = client(&pbx).pages(op("Users.ListUser"), Arguments::default(), wanted);
            let mut list = list.read_ahead(at_a_time);
            let mut rows = Vec::new();
            while let Some(page) = list.next().await.expect("a page") {
                rows.extend(page.rows().expect("rows").map(str::to_owned));
            }
            assert_eq!((rows.len(), list.rows()), (expected, expected as u64));
            let id = |row: &String| serde_json::from_str::<serde_json::Value>(row).expect("JSON")["Id"].as_i64();
            let ids: Vec<i64> = rows.iter().filter_map(id).collect();
            assert!(ids.iter().copied().eq(29..29 + expected as i64));
        }
    }
}

#[tokio::test]
async fn a_list_that_fails_in_the_middle_can_be_read_on() {
    let rows = |from: u32| {
        let rows: Vec<String> = (from..from + 100).map(|id| format!("{{\"Id\":{id}}}")).collect();
        answer("200 OK", &format!("{{\"value\":[{}]}}", rows.join(",")))
    };
    let mut answers = vec![rows(0)];
    // As often as it is tried for what follows the first page, which is twice as often as usual.
    answers.extend(std::iter::repeat_n(answer("500 Oops", ""), 6));
    answers.extend([rows(100), answer("200 OK", r#"{"value":[]}"#)]);
    let (url, _) = scripted(answers).await;
    let client = Client::builder(&url).credentials("a", "b").retry(quick()).build().expect("an address");
    let mut list = client.pages(op("Users.ListUser"), Arguments::default(), None);
    assert_eq!(list.next().await.expect("a page").map(|page| page.len()), Some(100));
    assert_eq!(list.next().await.expect_err("a failure").code(), "server");
    assert_eq!(list.rows(), 100);
    assert_eq!(list.next().await.expect("a page").map(|page| page.len()), Some(100));
    assert!(list.next().await.expect("a page").is_some_and(|page| page.is_empty()));
    assert!(list.next().await.expect("the end").is_none());
}

#[tokio::test]
async fn the_release_is_found_out_where_it_matters() {
    let old = pbx("20.0.7").await;
    let number = Arguments { parameters: [("number".into(), "102".into())].into(), ..Arguments::default() };
    client(&old).call(op("Users.GetUserByNumber"), &number).await.expect("a user");
    assert_eq!(operations(&old), ["Defs.GetDefs", "Users.GetUserByNumber"]);

    let late =
        client(&old).call(op("Backups.GetSftpHostKey"), &fields(&[("sftpPath", "x")])).await.expect_err("too new");
    assert_eq!(late.to_string(), "Backups.GetSftpHostKey exists since 20.0.10, but the PBX is 20.0.7");
    let new = pbx("20.0.10").await;
    let gone =
        client(&new).call(op("Contacts.BatchContactsDelete"), &fields(&[("ids", "[1]")])).await.expect_err("gone");
    assert_eq!(
        gone.to_string(),
        "Contacts.BatchContactsDelete exists until 20.0.8, but the PBX is 20.0.10; it was replaced by Contacts.DeleteContactsById"
    );
    assert_eq!(gone.next_step(), NextStep::Use(operation("Contacts.DeleteContactsById").expect("known")));
    assert_eq!(operations(&new), ["Defs.GetDefs"], "nothing else was sent");
}

#[tokio::test]
async fn refusals_and_wrong_secrets_are_told_apart() {
    let pbx = pbx("20.0.10").await;
    let call = |client: Client, ids: &'static str| async move {
        client.call(op("Users.ReprovisionAllPhones"), &fields(&[("ids", ids)])).await.expect_err("refused").code()
    };
    assert_eq!(call(client(&pbx), "99999").await, "not-found");
    let stranger = Client::builder(pbx.url()).credentials("sim", "wrong").build().expect("an address");
    assert_eq!(call(stranger.clone(), "123").await, "authentication");
    assert_eq!(call(stranger, "x").await, "input");
    assert_eq!(
        Client::builder("http://pbx.example.com").credentials("a", "b").build().expect_err("plain").code(),
        "url"
    );
}

/// A server that answers each connection with the next of these texts, then hangs up.
async fn scripted(answers: Vec<String>) -> (String, Arc<Mutex<Vec<String>>>) {
    let listener = TcpListener::bind("127.0.0.1:0").await.expect("a free port");
    let url = format!("http://{}", listener.local_addr().expect("an address"));
    let seen = Arc::new(Mutex::new(Vec::new()));
    let (log, next) = (Arc::clone(&seen), AtomicUsize::new(0));
    tokio::spawn(async move {
        while let Ok((mut stream, _)) = listener.accept().await {
            let mut request = vec![0; 4096];
            let length = stream.read(&mut request).await.unwrap_or(0);
            let text = String::from_utf8_lossy(&request[..length]).lines().next().unwrap_or_default().to_owned();
            if let Ok(mut seen) = log.lock() {
                seen.push(text.clone());
            }
            let answer = match text.contains("/connect/token") {
                true => answer("200 OK", r#"{"access_token":"t"}"#),
                false => answers.get(next.fetch_add(1, Ordering::SeqCst)).cloned().unwrap_or_default(),
            };
            let _ = stream.write_all(answer.as_bytes()).await;
        }
    });
    (url, seen)
}

fn answer(status: &str, body: &str) -> String {
    format!(
        "HTTP/1.1 {status}\r\ncontent-type: application/json\r\ncontent-length: {}\r\nconnection: close\r\n\r\n{body}",
        body.len()
    )
}

#[tokio::test]
async fn what_may_have_been_carried_out_is_not_sent_twice() {
    let truncated = "HTTP/1.1 200 OK\r\ncontent-length: 100\r\n\r\n{".to_owned();
    let busy = answer("503 Service Unavailable\r\nretry-after: 0", "");
    let (list, order) = (op("Users.ListUser"), op("Users.RebootPhone"));
    let (rows, done) =
        (answer("200 OK", r#"{"value":[]}"#), "HTTP/1.1 204 No Content\r\nconnection: close\r\n\r\n".to_owned());
    let dropped = String::new;
    let page = "HTTP/1.1 200 OK\r\ncontent-type: text/html\r\nconnection: close\r\n\r\n<html>Welcome</html>".to_owned();
    // What is called, what the server does, the error if it is one, how often it is sent.
    let cases = [
        (order, vec![done.clone()], None, 1),
        (order, vec![dropped(), done.clone()], Some("unknown-outcome"), 1),
        (order, vec![truncated.clone(), done.clone()], Some("unknown-outcome"), 1),
        (order, vec![answer("500 Oops", ""), done.clone()], Some("server"), 1),
        (order, vec![answer("429 Slow down", ""), done.clone()], None, 2),
        (order, vec![busy.clone(), done.clone()], None, 2),
        (order, vec![answer("401 No", ""), done.clone()], None, 2),
        (order, vec![answer("401 No", ""), answer("401 No", ""), done.clone()], None, 3),
        (order, vec![answer("401 No", ""); 7], Some("authentication"), 6),
        (list, vec![dropped(), rows.clone()], None, 2),
        (list, vec![truncated, rows.clone()], None, 2),
        (list, vec![answer("504 Gateway", ""), rows.clone()], None, 2),
        (list, vec![dropped(), dropped(), dropped(), rows.clone()], Some("no-answer"), 3),
        (
            list,
            vec!["HTTP/1.1 302 Found\r\nlocation: https://elsewhere.example/\r\ncontent-length: 0\r\n\r\n".into()],
            Some("not-a-3cx"),
            1,
        ),
        // A status of success is not enough.
        (order, vec![page.clone(), done.clone()], Some("not-a-3cx"), 1),
        (list, vec![page, rows.clone()], Some("not-a-3cx"), 1),
        (order, vec![answer("200 OK", r#"{"error":{"message":"no"}}"#), done.clone()], Some("unknown-outcome"), 1),
        (list, vec![answer("200 OK", r#"{"error":{"message":"no"}}"#), rows.clone()], Some("answer"), 1),
        (list, vec![answer("200 OK", ""), rows.clone()], Some("answer"), 1),
        (order, vec![answer("200 OK", "")], None, 1),
    ];
    for (number, (operation, answers, code, sent)) in cases.into_iter().enumerate() {
        let (url, seen) = scripted(answers).await;
        let client = Client::builder(&url).credentials("a", "b").retry(quick()).build().expect("an address");
        let result =
            client.call(operation, &fields(if operation == order { &[("mac", "805EC0AABBCC")] } else { &[] })).await;
        assert_eq!(result.err().map(|error| error.code()), code, "case {number}");
        let calls = seen.lock().expect("no panic").iter().filter(|line| !line.contains("/connect/token")).count();
        assert_eq!(calls, sent, "case {number}");
    }
}

/// By what it does, not by its method: some questions are a POST.
#[tokio::test]
async fn a_question_that_goes_unanswered_changed_nothing() {
    let mut greetings = Arguments::default();
    greetings.set(Place::Field, "ids", "[1]");
    for (question, arguments) in [("Users.ListUser", Arguments::default()), ("Users.GetMultiEditGreetings", greetings)]
    {
        let (url, _) = scripted(Vec::new()).await;
        let client = Client::builder(&url).credentials("a", "b").retry(quick()).release(Span::NEWEST).build();
        let error = client.expect("an address").call(op(question), &arguments).await.expect_err("cut");
        assert!(matches!(&error, Error::NoAnswer { cause: Cause::Broken(_), .. }), "{question}: {error}");
        assert!(!error.is_too_slow());
    }
}

/// What is JSON may be an error, so it is read whole before it counts; it can be taken in pieces all the same.
#[tokio::test]
async fn a_file_of_json_comes_in_pieces_too() {
    let policy = op("AmazonIntegrationSettings.GenerateIamPolicyFile");
    let (text, refusal) = (r#"{"Version":"2012-10-17"}"#, r#"{"error":{"code":"","message":"no policy"}}"#);
    let (url, _) = scripted(vec![answer("200 OK", text), answer("200 OK", refusal)]).await;
    let client =
        Client::builder(&url).credentials("a", "b").retry(quick()).release(Span::NEWEST).build().expect("an address");
    let none = Arguments::default();
    let request = client.plan(policy, &none).await.expect("planned");
    let Opened::File(mut download) = client.open(&request, Some(policy)).await.expect("a file") else {
        panic!("it is a file")
    };
    assert_eq!((download.file().media_type.as_str(), download.size()), ("application/json", Some(text.len() as u64)));
    let mut bytes = Vec::new();
    while let Some(piece) = download.next().await.expect("a piece") {
        let Piece::Bytes(piece) = piece else { panic!("it comes once") };
        bytes.extend_from_slice(&piece);
    }
    assert_eq!(bytes, text.as_bytes());
    let error = client.open(&request, Some(policy)).await.expect_err("an error");
    assert!(error.code() == "answer" && error.to_string().contains("no policy"), "{error}");
}

/// Whoever asks for any path gets what is there, be it a page.
#[tokio::test]
async fn a_raw_call_gets_what_comes() {
    let page = "HTTP/1.1 200 OK\r\ncontent-type: text/html\r\nconnection: close\r\n\r\n<html>Welcome</html>";
    let (url, _) = scripted(vec![page.to_owned(); 2]).await;
    let client = Client::builder(&url).credentials("a", "b").retry(quick()).build().expect("an address");
    let request = threecx_core::raw(Method::Get, "/webclient/", None);
    let reply = client.open(&request, None).await.expect("an answer").whole().await.expect("whole");
    assert_eq!(reply.bytes().as_ref(), b"<html>Welcome</html>");
    assert_eq!(reply.answer().expect_err("a page").code(), "not-a-3cx");
    assert!(matches!(client.open(&request, None).await, Ok(Opened::Reply(_))), "nothing says that it is a file");
}

#[tokio::test]
async fn servers_that_are_not_a_3cx_are_named() {
    let html = "HTTP/1.1 200 OK\r\ncontent-type: text/html\r\ncontent-length: 15\r\n\r\n<html>hi</html>";
    let listener = TcpListener::bind("127.0.0.1:0").await.expect("a free port");
    let url = format!("http://{}", listener.local_addr().expect("an address"));
    let server = tokio::spawn(async move {
        let (mut stream, _) = listener.accept().await.expect("a connection");
        let _ = stream.read(&mut [0; 4096]).await;
        let _ = stream.write_all(html.as_bytes()).await;
    });
    let call = |url: String| async move {
        let client = Client::builder(&url).credentials("a", "b").retry(quick()).build().expect("an address");
        client.call(op("Users.ListUser"), &Arguments::default()).await.expect_err("not a 3CX")
    };
    let error = call(url.clone()).await;
    assert!(matches!(&error, Error::NotA3cx { reason, .. } if reason.contains("text/html")), "{error}");
    server.await.expect("no panic");
    let error = call(url).await;
    assert!(matches!(&error, Error::Connection { reason, .. } if reason == "connection refused"), "{error}");
}
