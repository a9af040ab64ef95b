//! Calls without `async`.

use threecx::api::users::UserId;
use threecx::fields::user;
use threecx::{Client, Error};
use threecx_sim::Pbx;

#[test]
fn a_program_without_async_makes_calls() {
    let runtime = tokio::runtime::Builder::new_multi_thread().worker_threads(1).enable_all().build().expect("threads");
    let pbx = runtime.block_on(Pbx::builder().users(150).start()).expect("a free port");
    let client = Client::builder(pbx.url()).credentials(pbx.client_id(), pbx.client_secret());
    let client = client.build().expect("an address");
    let page = client.users().list().select(user::ID).top(1).send_blocking().expect("users");
    let id = page.rows[0].id.expect("an id");
    assert_eq!(client.users().get(id).send_blocking().expect("a user").id, Some(id));
    let rows: Vec<_> = client.users().list().stream().blocking().collect::<Result<_, _>>().expect("users");
    assert_eq!(rows.len(), 150);
    let raw = client.users().get(id).raw_blocking().expect("a user");
    assert_eq!(raw.status(), 200);
    let error = client.users().get(UserId(999_999)).send_blocking().expect_err("nobody");
    assert!(matches!(error.kind(), Error::NotFound(_)), "{error}");
}
