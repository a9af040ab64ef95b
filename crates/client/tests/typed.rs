//! The typed API as a program uses it, against the simulated PBX.

use std::sync::Arc;
use std::sync::atomic::{AtomicUsize, Ordering};
use std::time::Duration;

use bytes::Bytes;
use threecx::api::groups::GroupPatch;
use threecx::api::shared::DestinationType;
use threecx::api::users::{MakeCall, User, UserId, UserPatch};
use threecx::api::warnings::Warning;
use threecx::fields::{user, user_group};
use threecx::{Client, Error, HttpStack, Patch, Policy, Secret, Sending, Span, Undelivered};
use threecx_sim::Pbx;

fn builder(pbx: &Pbx) -> threecx::Builder {
    let quick = Policy { attempts: 3, first_wait: Duration::from_millis(1), longest_wait: Duration::from_millis(5) };
    Client::builder(pbx.url()).credentials(pbx.client_id(), pbx.client_secret()).retry(quick)
}

async fn pbx() -> Pbx {
    Pbx::builder().users(250).start().await.expect("a free port")
}

async fn connected() -> (Pbx, Client) {
    let pbx = pbx().await;
    let client = builder(&pbx).build().expect("an address");
    (pbx, client)
}

/// The ids of a few users.
async fn ids(client: &Client, count: usize) -> Vec<UserId> {
    let users = client.users().list().select(user::ID).top(count as u32).send().await.expect("users");
    users.into_iter().filter_map(|user| user.id).collect()
}

#[tokio::test]
async fn a_user_is_read_changed_and_read_again() {
    let (pbx, client) = connected().await;
    let id = ids(&client, 1).await[0];
    let before = client.users().get(id).send().await.expect("a user");
    let change = UserPatch { first_name: "Ada".into(), mobile: Patch::Null, ..Default::default() };
    client.users().update(id, change).send().await.expect("changed");
    let sent = pbx.received().pop().and_then(|call| call.body).expect("a body");
    assert_eq!(sent.to_string(), r#"{"FirstName":"Ada","Mobile":null}"#);
    let after = client.users().get(id).await.expect("a user");
    assert_eq!((after.first_name.as_deref(), &after.mobile, &after.last_name), (Some("Ada"), &None, &before.last_name));
}

#[tokio::test]
async fn only_what_is_selected_comes() {
    let (_pbx, client) = connected().await;
    let page = client.users().list().select((user::ID, user::NUMBER)).top(2).count(true).send().await.expect("users");
    assert_eq!((page.rows.len(), page.count), (2, Some(250)));
    for user in page {
        let known = User { id: user.id, number: user.number.clone(), ..Default::default() };
        assert_eq!(user, known);
    }
}

#[tokio::test]
async fn a_list_is_streamed_across_pages() {
    let (pbx, client) = connected().await;
    let all = client.users().list().select(user::NUMBER).order_by(user::NUMBER.ascending()).stream();
    let all: Vec<_> = all.collect().await.expect("users").into_iter().filter_map(|user| user.number).collect();
    assert_eq!(all.len(), 250);
    assert!(all.is_sorted());
    let pages = pbx.received().iter().filter(|call| call.operation == Some("Users.ListUser")).count();
    assert_eq!(pages, 3);
    let some = client.users().list().order_by("Number").skip(10).top(120).stream().collect().await.expect("users");
    let some: Vec<_> = some.into_iter().filter_map(|user| user.number).collect();
    assert_eq!(some, all[10..130]);
}

#[tokio::test]
async fn no_more_pages_are_asked_for_while_no_rows_are_taken() {
    let (pbx, client) = connected().await;
    let mut rows = client.users().list().stream().read_ahead(1);
    for _ in 0..100 {
        rows.next().await.expect("a row").expect("a user");
    }
    let pages = || pbx.received().iter().filter(|call| call.operation == Some("Users.ListUser")).count();
    assert_eq!(pages(), 1);
    rows.next().await.expect("a row").expect("a user");
    assert_eq!(pages(), 2);
}

#[tokio::test]
async fn a_typed_filter_finds_what_its_text_finds() {
    let (_pbx, client) = connected().await;
    let filters = [
        (user::NUMBER.starts_with("1").and(user::ENABLED.eq(true)), "startswith(Number,'1') and Enabled eq true"),
        (user::ID.gt(UserId(60)).and(user::ID.le(UserId(70))), "Id gt 60 and Id le 70"),
        (
            user::NUMBER.any_of(["100", "101"]).and(!user::FIRST_NAME.is_null()),
            "(Number eq '100' or Number eq '101') and not (FirstName eq null)",
        ),
        (
            user::LAST_NAME.eq("O'Brien").or(user::LAST_NAME.contains("son")),
            "LastName eq 'O''Brien' or contains(LastName,'son')",
        ),
        (user::GROUPS.any(user_group::NAME.contains("a")), "Groups/any(x:contains(x/Name,'a'))"),
    ];
    for (filter, text) in filters {
        assert_eq!(filter.to_string(), text);
        let typed = client.users().list().filter(filter).select("Id").stream().collect().await.expect(text);
        let plain = client.users().list().filter(text).select("Id").stream().collect().await.expect(text);
        assert_eq!(typed, plain, "{text}");
    }
}

#[tokio::test]
async fn an_order_takes_its_arguments() {
    let (pbx, client) = connected().await;
    let ids = ids(&client, 2).await;
    client.users().reprovision_all_phones(ids.clone()).send().await.expect("done");
    let sent = pbx.received().pop().and_then(|call| call.body).expect("a body");
    assert_eq!(sent.to_string(), format!(r#"{{"ids":[{},{}]}}"#, ids[0], ids[1]));
    let call = MakeCall { dn: Some("100".into()), destination: Some("101".into()), ..Default::default() };
    let planned = client.users().make_call(call).plan(Span::NEWEST).expect("a plan");
    assert_eq!(planned.body.as_deref(), Some(r#"{"destination":"101","dn":"100"}"#));
}

#[tokio::test]
async fn what_is_wrong_is_said_before_anything_is_sent() {
    let (pbx, client) = connected().await;
    let error = client.users().make_call(MakeCall::default()).send().await.expect_err("no number");
    assert!(matches!(error.kind(), Error::Input(_)), "{error}");
    assert_eq!((error.operation(), error.path()), (Some("Users.MakeCall"), Some("/Users/Pbx.MakeCall")));
    assert!(!error.is_retryable());
    assert!(pbx.received().iter().all(|call| call.operation != Some("Users.MakeCall")));

    let old = Span::parse("20.0.4").expect("known");
    let pbx = Pbx::builder().users(5).api(old).start().await.expect("a free port");
    let client = builder(&pbx).build().expect("an address");
    let error = client.ai_settings().get().send().await.expect_err("not there yet");
    let Error::NotInVersion(absent) = error.kind() else { panic!("{error}") };
    assert!(absent.exists[0].since().is_some());
    assert_eq!(client.version().as_deref().and_then(Span::of_pbx).map(|span| span.last), Some(old.last));
}

#[tokio::test]
async fn a_refusal_names_its_codes() {
    let (_pbx, client) = connected().await;
    let groups = client.groups().list().top(1).send().await.expect("groups");
    let taken = client.users().list().top(1).send().await.expect("users").rows[0].number.clone();
    let id = ids(&client, 2).await[1];
    let change = UserPatch { number: taken.expect("a number").into(), ..Default::default() };
    let error = client.users().update(id, change).send().await.expect_err("taken");
    let warnings = error.warnings();
    assert!(!warnings.is_empty() && !matches!(warnings[0], Warning::Unknown(_)), "{error}: {warnings:?}");
    let nobody = client.users().get(UserId(999_999)).send().await.expect_err("nobody");
    assert!(matches!(nobody.kind(), Error::NotFound(_)), "{nobody}");
    let unchanged = client.groups().update(groups.rows[0].id.expect("an id"), GroupPatch::default());
    assert!(matches!(unchanged.send().await.expect_err("nothing to change").kind(), Error::Input(_)));
}

#[tokio::test]
async fn secrets_do_not_show() {
    let user =
        User { vmpin: Some("4711".into()), access_password: Some(Secret::from("hunter2")), ..Default::default() };
    let shown = format!("{user:?}");
    assert!(!shown.contains("4711") && !shown.contains("hunter2"), "{shown}");
    let json = serde_json::to_string(&user).expect("JSON");
    assert!(json.contains("4711"), "it has to reach the PBX: {json}");
    let pbx = pbx().await;
    let client = builder(&pbx).build().expect("an address");
    let call = client.users().update(UserId(1), UserPatch { vmpin: "4711".into(), ..Default::default() });
    assert!(!format!("{call:?}").contains("4711"));
    assert!(!format!("{client:?}").contains(pbx.client_secret()));
}

#[tokio::test]
async fn a_file_has_a_name_and_a_type() {
    let (_pbx, client) = connected().await;
    let file = client.users().export_extensions().send().await.expect("a file");
    assert_eq!(file.media_type.as_deref(), Some("text/csv"));
    assert!(file.bytes.starts_with(b"Number,"));
}

#[test]
fn unknown_words_are_kept() {
    let known: DestinationType = serde_json::from_str("\"Extension\"").expect("a word");
    assert_eq!(known, DestinationType::Extension);
    let new: DestinationType = serde_json::from_str("\"Hologram\"").expect("a word");
    assert_eq!(new, DestinationType::Unknown("Hologram".into()));
    assert_eq!(serde_json::to_string(&new).expect("JSON"), "\"Hologram\"");
}

/// A stack that counts and records the requests.
#[derive(Debug, Default)]
struct Counting {
    at_once: AtomicUsize,
    most: AtomicUsize,
    calls: AtomicUsize,
}

impl HttpStack for Counting {
    fn send(&self, request: http::Request<Bytes>) -> Sending<'_> {
        Box::pin(async move {
            self.calls.fetch_add(1, Ordering::SeqCst);
            let now = self.at_once.fetch_add(1, Ordering::SeqCst) + 1;
            self.most.fetch_max(now, Ordering::SeqCst);
            for _ in 0..20 {
                tokio::task::yield_now().await;
            }
            self.at_once.fetch_sub(1, Ordering::SeqCst);
            let body = match request.uri().path() {
                "/connect/token" => {
                    r#"{"token_type":"Bearer","expires_in":3600,"access_token":"eyJhbGciOiJub25lIn0.eyJleHAiOjQxMDI0NDQ4MDB9.x"}"#
                }
                "/xapi/v1/Queues" => return Err(Undelivered { reason: "the cable is cut".into(), sent: true }),
                _ => r#"{"value":[{"Id":7,"Number":"100","Novel":1}]}"#,
            };
            let response = http::Response::builder().header("content-type", "application/json");
            Ok(response.body(Bytes::from_static(body.as_bytes())).expect("a response"))
        })
    }
}

#[tokio::test]
async fn calls_run_on_another_stack_and_wait_their_turn() {
    let stack = Arc::new(Counting::default());
    let client = Client::builder("https://pbx.example.com").credentials("900", "secret").http_stack(stack.clone());
    let client = client
        .concurrency(2)
        .rate_limit(10_000, Duration::from_secs(1))
        .release(Span::NEWEST)
        .build()
        .expect("an address");
    let calls = (0..12).map(|_| tokio::spawn(client.users().list().send()));
    for call in calls.collect::<Vec<_>>() {
        assert_eq!(call.await.expect("no panic").expect("users").rows[0].id, Some(UserId(7)));
    }
    assert_eq!((stack.calls.load(Ordering::SeqCst), stack.most.load(Ordering::SeqCst)), (13, 2));
    let lost = client.queues().create(Default::default()).send().await.expect_err("cut");
    assert!(matches!(lost.kind(), Error::UnknownOutcome { .. }), "{lost}");
}

/// Takes the token of another client.
#[derive(Debug)]
struct Borrowed(std::sync::Mutex<Vec<String>>);

impl threecx::SecretStore for Borrowed {
    fn get(&self) -> Result<secrecy::SecretString, Error> {
        let next = self.0.lock().expect("one thread").pop();
        next.map(Into::into).ok_or_else(|| Error::Authentication { reason: "there are no more tokens".into() })
    }

    fn replace(&self, _: &secrecy::SecretString) -> std::io::Result<()> {
        unreachable!("only users' refresh tokens are replaced")
    }
}

#[tokio::test]
async fn access_tokens_may_come_from_elsewhere() {
    let (pbx, client) = connected().await;
    let authorization = client.token().await.expect("a token").authorization().to_string();
    let token = authorization.trim_start_matches("Bearer ").to_owned();
    let stale = format!("{}x", &token[..token.len() - 1]);
    let borrowed = Arc::new(Borrowed(vec![token, stale].into()));
    let other = Client::builder(pbx.url()).access_tokens(borrowed).build().expect("an address");
    assert_eq!(other.users().list().top(3).send().await.expect("users").rows.len(), 3);
    assert_eq!(pbx.received().iter().filter(|call| call.path == "/connect/token").count(), 1);
}
