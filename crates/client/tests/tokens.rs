//! Tokens and secrets that are kept outside of a client: one token for all, whichever client fetched it.

use std::sync::{Arc, Mutex};
use std::time::Duration;
use std::{fs, io};

use secrecy::{ExposeSecret, SecretString};
use threecx::{Arguments, Client, Error, Login, Policy, SecretStore, TokenFile, TokenStore, operation};
use threecx_sim::Pbx;

fn quick() -> Policy {
    Policy { attempts: 3, first_wait: Duration::from_millis(1), longest_wait: Duration::from_millis(5) }
}

async fn pbx() -> Pbx {
    Pbx::builder().users(20).start().await.expect("a free port")
}

fn client(pbx: &Pbx, store: &TokenFile) -> Client {
    let builder = Client::builder(pbx.url()).credentials(pbx.client_id(), pbx.client_secret()).retry(quick());
    builder.token_store(Arc::new(store.clone())).build().expect("an address")
}

async fn call(client: &Client) -> Result<(), Error> {
    client.call(operation("Users.ListUser").expect("known"), &Arguments::default()).await.map(drop)
}

fn logins(pbx: &Pbx) -> usize {
    pbx.received().iter().filter(|call| call.path == "/connect/token").count()
}

#[tokio::test]
async fn the_second_client_asks_for_nothing_but_what_it_wants() {
    let (pbx, folder) = (pbx().await, tempfile::tempdir().expect("a folder"));
    let store = TokenFile::new(folder.path().join("new"), pbx.url(), "client:sim", "1");
    call(&client(&pbx, &store)).await.expect("done");
    let before = pbx.received().len();
    let second = client(&pbx, &store);
    // Its path depends on the release.
    let number = Arguments { parameters: [("number".into(), "102".into())].into(), ..Arguments::default() };
    second.call(operation("Users.GetUserByNumber").expect("known"), &number).await.expect("a user");
    assert_eq!((pbx.received().len() - before, logins(&pbx)), (1, 1));
    assert_eq!(store.load().expect("readable").expect("kept").version, second.version());
}

#[tokio::test]
async fn a_token_that_became_invalid_is_fetched_once_for_all() {
    let (pbx, folder) = (pbx().await, tempfile::tempdir().expect("a folder"));
    let store = TokenFile::new(folder.path(), pbx.url(), "client:sim", "1");
    let clients: Vec<Client> = (0..20).map(|_| client(&pbx, &store)).collect();
    for round in 1..=2 {
        let calls = clients.iter().cloned().map(|client| tokio::spawn(async move { call(&client).await }));
        for call in calls.collect::<Vec<_>>() {
            call.await.expect("no panic").expect("an answer");
        }
        assert_eq!(logins(&pbx), round);
        pbx.evict_tokens();
    }
}

#[tokio::test]
async fn a_store_that_is_damaged_is_none() {
    let (pbx, folder) = (pbx().await, tempfile::tempdir().expect("a folder"));
    let store = TokenFile::new(folder.path(), pbx.url(), "client:sim", "1");
    call(&client(&pbx, &store)).await.expect("done");
    fs::write(store.path(), "{\"token\": 5").expect("written");
    assert!(store.load().is_err());
    call(&client(&pbx, &store)).await.expect("done");
    assert!(store.load().expect("replaced").is_some());
    let file = folder.path().join("file");
    fs::write(&file, "").expect("written");
    call(&client(&pbx, &TokenFile::new(file, pbx.url(), "client:sim", "1"))).await.expect("done without");
}

#[cfg(unix)]
#[tokio::test]
async fn what_is_kept_is_for_its_owner_alone() {
    use std::os::unix::fs::PermissionsExt;
    let (pbx, folder) = (pbx().await, tempfile::tempdir().expect("a folder"));
    let store = TokenFile::new(folder.path().join("a/b"), pbx.url(), "client:sim", "1");
    call(&client(&pbx, &store)).await.expect("done");
    let mode = |path: &std::path::Path| fs::metadata(path).expect("there").permissions().mode() & 0o777;
    assert_eq!((mode(&folder.path().join("a/b")), mode(&store.path())), (0o700, 0o600));
    fs::set_permissions(store.path(), fs::Permissions::from_mode(0o644)).expect("set");
    assert!(store.load().expect_err("others can read it").to_string().contains("others can read it"));
    call(&client(&pbx, &store)).await.expect("done");
    assert_eq!(mode(&store.path()), 0o600);
}

#[tokio::test]
async fn other_secrets_and_other_addresses_have_other_files() {
    let path = |address: &str, whose: &str, print: &str| TokenFile::new("/x", address, whose, print).path();
    let one = path("https://a", "client:1", "2");
    for other in
        [path("https://b", "client:1", "2"), path("https://a", "client:12", ""), path("https://a", "user:1", "2")]
    {
        assert_ne!(one, other);
    }
    assert_eq!(one, path("https://a", "client:1", "2"));
}

/// Counts how often it was opened.
#[derive(Debug, Default)]
struct Vault {
    opened: Mutex<u32>,
    secret: Mutex<String>,
}

impl SecretStore for Vault {
    fn get(&self) -> Result<SecretString, Error> {
        *self.opened.lock().expect("no panic") += 1;
        Ok(self.secret.lock().expect("no panic").as_str().into())
    }

    fn replace(&self, secret: &SecretString) -> io::Result<()> {
        *self.secret.lock().expect("no panic") = secret.expose_secret().to_owned();
        Ok(())
    }
}

#[tokio::test]
async fn a_user_logs_in_and_calls_until_the_login_ends() {
    let pbx = pbx().await;
    let password: SecretString = pbx.client_secret().into();
    let builder = || Client::builder(pbx.url()).retry(quick());
    let wrong = builder().log_in("100", &"wrong".into(), "").await.expect_err("refused");
    assert_eq!(wrong.to_string(), "100 cannot log in: the password is not accepted");
    let Login::Done { refresh_token } = builder().log_in("100", &password, "").await.expect("logged in") else {
        panic!("no second factor is asked for")
    };
    let vault = Arc::new(Vault::default());
    vault.replace(&refresh_token).expect("kept");
    let client = builder().user_in("100", Arc::clone(&vault) as Arc<dyn SecretStore>).build().expect("an address");
    call(&client).await.expect("done");
    pbx.evict_tokens();
    call(&client).await.expect("renewed");
    assert_eq!(*vault.opened.lock().expect("no panic"), 2);
    // A PBX keeps so many logins of an extension: the next one ends the oldest, which is ours.
    call(&client).await.expect("done");
    for _ in 0..20 {
        builder().log_in("100", &password, "").await.expect("logged in");
    }
    let error = call(&client).await.expect_err("ended");
    assert!(matches!(&error, Error::LoginExpired { user, .. } if user == "100"), "{error}");
}
