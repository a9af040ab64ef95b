//! Finding entities by what people call them, and with how many requests.

use threecx::{Client, Effect, EntitySet, Error, NameInput, NamedEntity, Span, Wanted, entity_set};
use threecx_catalog::Release;
use threecx_sim::Pbx;

async fn pbx() -> (Pbx, Client) {
    connected(Pbx::builder().seed(7).users(50).start().await.expect("a free port")).await
}

async fn large_pbx() -> (Pbx, Client) {
    connected(Pbx::builder().users(250).start().await.expect("a free port")).await
}

async fn connected(pbx: Pbx) -> (Pbx, Client) {
    let client = Client::builder(pbx.url()).credentials(pbx.client_id(), pbx.client_secret()).build();
    let client = client.expect("an address");
    client.ask_version().await.expect("the PBX answers");
    (pbx, client)
}

fn users() -> &'static EntitySet {
    entity_set("Users").expect("in the catalogue")
}

fn lists(pbx: &Pbx) -> usize {
    pbx.count("Users.ListUser").received as usize
}

fn numbers(found: &[NamedEntity]) -> Vec<&str> {
    found.iter().filter_map(|entity| entity.number.as_deref()).collect()
}

fn hint(error: Error) -> String {
    assert!(error.given().is_some(), "{error}");
    error.next_step().to_string()
}

#[tokio::test]
async fn all_words_of_a_text_are_found_by_one_request() {
    let (pbx, client) = pbx().await;
    let range: Vec<String> = (100..120).map(|number| number.to_string()).collect();
    let ids: Vec<String> = (29..49).map(|id| format!("id:{id}")).collect();
    for text in ["100-119", &range.join(","), &ids.join(", ")] {
        let before = lists(&pbx);
        let found = client.directory().users(text).await.expect(text);
        assert_eq!((numbers(&found), lists(&pbx) - before), (range.iter().map(String::as_str).collect(), 1), "{text}");
    }
    let before = lists(&pbx);
    let found = client.directory().users("100, \"Goldberg, Karen\", id:29, ext101@demo.example, 100-102").await;
    assert_eq!(numbers(&found.expect("users")), ["100", "101", "102"], "each once, in the order of the words");
    assert_eq!(lists(&pbx) - before, 1);
}

#[tokio::test]
async fn a_filter_that_fills_a_page_takes_one_request() {
    let (pbx, client) = large_pbx().await;
    for (filter, rows, requests) in
        [("Id lt 29", 0, 1), ("Id lt 128", 99, 1), ("Id lt 129", 100, 1), ("Id lt 130", 101, 2)]
    {
        let before = lists(&pbx);
        let found = client.directory().select(users(), filter).await.expect(filter);
        assert_eq!((found.len(), lists(&pbx) - before), (rows, requests), "{filter}");
    }
}

#[tokio::test]
async fn many_words_take_few_requests() {
    let (pbx, client) = large_pbx().await;
    for (text, found, requests) in [("100-120", 21, 2), ("100-299", 200, 10), ("100-300", 201, 3)] {
        let before = lists(&pbx);
        let users = client.directory().users(text).await.expect(text);
        assert_eq!((users.len(), lists(&pbx) - before), (found, requests), "{text}");
    }
}

#[tokio::test]
async fn one_look_up_brings_what_else_is_wanted() {
    let (pbx, client) = pbx().await;
    let word = |text: &str| NameInput::parse(users(), "USER", text).expect(text);
    let (range, one) = (word("100-119"), word("100"));
    let mut directory = client.directory().for_effect(Effect::Writes);
    let wanted = Wanted::names(users()).select(["Mobile", "Id"]).expand(["Phones"]);
    directory.look_up(wanted, &[&range, &one]).await.expect("users");
    // What was found already is not asked for again.
    directory.look_up(users(), &[&range]).await.expect("users");
    let found = directory.take(users(), "USER", &range, "100-119").expect("users");
    assert_eq!((found.len(), lists(&pbx)), (20, 1));
    for user in &found {
        let row = user.row();
        assert!(row.contains_key("Mobile") && row["Phones"].is_array() && !row.contains_key("VMPIN"), "{row:?}");
    }
    // All properties are more than that.
    directory.look_up(Wanted::names(users()).whole(), &[&one]).await.expect("a user");
    let found = directory.take(users(), "USER", &one, "100").expect("a user");
    let row = found[0].row();
    assert!(row.contains_key("VMPIN") && row["Phones"].is_array(), "{row:?}");
    assert_eq!((found.len(), lists(&pbx)), (1, 2));
}

#[tokio::test]
async fn what_is_not_found_is_explained_without_naming_a_command() {
    let (pbx, client) = pbx().await;
    for (text, wanted) in [
        ("977", "Digits are a number; an id is written id:977. List the users to see what there is."),
        ("970-979", "List the users to see what there is."),
        ("nobody@example.com", "List the users to see what there is."),
        ("Karen Goldbreg", "Did you mean 100 Karen Goldberg?"),
    ] {
        assert_eq!(hint(client.directory().users(text).await.expect_err(text)), wanted, "{text}");
    }
    let requests = lists(&pbx);
    client.directory().users("977").await.expect_err("not a number of anybody");
    assert_eq!(lists(&pbx) - requests, 1, "only for a misspelt name is the list searched");
    let mut deletes = client.directory().for_effect(Effect::Destroys("It is gone."));
    assert!(!hint(deletes.users("977").await.expect_err("not an id")).contains("id:977"));
    let error = client.directory().users("100, \"Karen").await.expect_err("an unclosed quote");
    assert_eq!(error.to_string(), "user: expected every quote to be closed; got `\"Karen` (line 1, column 6)");
}

#[tokio::test]
async fn to_read_a_few_letters_are_enough() {
    let (_pbx, client) = pbx().await;
    let mut reads = client.directory().for_effect(Effect::Reads);
    assert_eq!(numbers(&reads.users("goldb kar").await.expect("a user")), ["100"]);
    let refused = hint(client.directory().users("goldb kar").await.expect_err("not whole words"));
    assert!(refused.starts_with("Did you mean 100 Karen Goldberg?"), "{refused}");
}

#[tokio::test]
async fn every_release_has_what_names_an_entity() {
    for release in Release::all() {
        let pbx = Pbx::builder().api(Span { first: release, last: release }).start().await.expect("a free port");
        let client = Client::builder(pbx.url()).credentials(pbx.client_id(), pbx.client_secret()).build();
        let mut directory = client.expect("an address").directory();
        assert_eq!(directory.users("100").await.expect("a user").len(), 1);
        assert_eq!(directory.queues("\"Support\"").await.expect("a queue").len(), 1);
        assert_eq!(directory.groups("sales").await.expect("a department").len(), 1);
        assert_eq!(directory.trunks("Provider A").await.expect("a trunk").len(), 1);
        assert_eq!(directory.ring_groups("nothing").await.expect_err("none").code(), "not-found");
        assert_eq!(directory.receptionists("nothing").await.expect_err("none").code(), "not-found");
        assert_eq!(directory.sbcs("nothing").await.expect_err("none").code(), "not-found");
    }
}
