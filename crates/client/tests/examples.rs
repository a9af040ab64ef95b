//! The examples do what they say, against the simulated PBX.

#[allow(dead_code)]
#[path = "../examples/export_extensions.rs"]
mod export_extensions;
#[allow(dead_code)]
#[path = "../examples/nightly_backup.rs"]
mod nightly_backup;
#[allow(dead_code)]
#[path = "../examples/onboard_users.rs"]
mod onboard_users;
#[allow(dead_code)]
#[path = "../examples/reprovision_department.rs"]
mod reprovision_department;
#[allow(dead_code)]
#[path = "../examples/watch_calls.rs"]
mod watch_calls;

use std::time::Duration;

use onboard_users::Outcome;
use threecx::Client;
use threecx::fields::user;
use threecx_sim::{Clock, Pbx};

async fn connected() -> (Pbx, Client) {
    let pbx = Pbx::builder().users(120).start().await.expect("a free port");
    let client = client(&pbx);
    (pbx, client)
}

fn client(pbx: &Pbx) -> Client {
    Client::builder(pbx.url()).credentials(pbx.client_id(), pbx.client_secret()).build().expect("an address")
}

#[tokio::test]
async fn extensions_are_exported() {
    let (_pbx, client) = connected().await;
    let mut csv = Vec::new();
    assert_eq!(export_extensions::export(&client, &mut csv).await.expect("exported"), 120);
    let csv = String::from_utf8(csv).expect("text");
    let mut lines = csv.lines();
    assert_eq!(lines.next(), Some("number,first name,last name,e-mail,departments"));
    assert!(lines.next().is_some_and(|line| line.starts_with("100,")), "{csv}");
    assert_eq!(lines.count(), 119);
}

#[tokio::test]
async fn newcomers_are_onboarded_once() {
    let (pbx, client) = connected().await;
    let csv = "number,first name,last name,e-mail\n\
               100,Ada,Lovelace,ada@example.com\n\
               8123,Grace,Hopper,grace@example.com\n";
    let outcomes = onboard_users::onboard(&client, csv.as_bytes()).await.expect("onboarded");
    assert_eq!(outcomes, [("100".to_owned(), Outcome::Taken), ("8123".to_owned(), Outcome::Made)]);
    let grace = client.users().get_by_number("8123").send().await.expect("a user");
    assert_eq!(grace.last_name.as_deref(), Some("Hopper"));
    assert_eq!(pbx.count("Users.SendWelcomeEmail").received, 1);
}

#[tokio::test]
async fn calls_are_watched() {
    let clock = Clock::real();
    let pbx = Pbx::builder().users(120).live_calls(true).clock(clock.clone()).start().await.expect("a free port");
    let client = client(&pbx);
    let mut watch = watch_calls::Watch::default();
    let mut seen = Vec::new();
    for _ in 0..400 {
        seen.extend(watch.look(&client).await.expect("calls"));
        if seen.iter().any(|change| change.starts_with("+ ")) && seen.iter().any(|change| change.starts_with("- ")) {
            return;
        }
        clock.step(Duration::from_secs(20));
    }
    panic!("no call began and ended: {seen:?}");
}

#[tokio::test]
async fn backups_are_made_and_the_oldest_deleted() {
    let clock = Clock::real();
    let pbx = Pbx::builder().users(20).clock(clock.clone()).start().await.expect("a free port");
    let client = client(&pbx);
    for night in 0..9 {
        let name = format!("nightly-test-{night}.zip");
        nightly_backup::begin(&client, &name).await.expect("begun");
        clock.step(Duration::from_secs(3600));
        assert!(nightly_backup::find(&client, &name).await.expect("backups").is_some(), "{name}");
    }
    let before = client.backups().list().send().await.expect("backups").rows.len();
    let deleted = nightly_backup::delete_oldest(&client).await.expect("deleted");
    let after = client.backups().list().send().await.expect("backups").rows.len();
    assert!(deleted.len() >= 2 && after == before - deleted.len(), "{deleted:?}");
    assert!(nightly_backup::find(&client, "nightly-test-8.zip").await.expect("backups").is_some());
}

#[tokio::test]
async fn a_department_is_reprovisioned() {
    let (pbx, client) = connected().await;
    let first = client.users().list().expand("Groups").top(1).send().await.expect("users");
    let group = first.rows[0].groups.as_ref().and_then(|groups| groups[0].name.clone()).expect("a department");
    let ids = reprovision_department::reprovision(&client, &group).await.expect("reprovisioned");
    assert!(ids.contains(&first.rows[0].id.expect("an id")));
    let sent = pbx.received().pop().and_then(|call| call.body).expect("a body");
    assert_eq!(sent["ids"].as_array().map(Vec::len), Some(ids.len()));
    let nobody = reprovision_department::reprovision(&client, "No such department").await;
    assert!(nobody.is_err());
    let all = client.users().list().select(user::ID).stream().collect().await.expect("users");
    assert!(ids.len() < all.len());
}
