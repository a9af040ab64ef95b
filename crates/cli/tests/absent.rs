//! What does not exist on the PBX ends in one way, however it was named.

mod common;

use common::{Sim, fails};

/// A line of what was typed, and who says that it is not there.
#[test]
fn what_does_not_exist_ends_with_one_exit_code() {
    let sim = Sim::start(&["--users", "5", "--live-calls", "off"]);
    for line in [
        "users get 99999",
        "users get id:99999",
        "users get --id 99999",
        "users get Nobody",
        "users get nobody@example.com",
        "users get 9990-9999",
        "users get 99999 99998",
        "users get --where Number_eq_'9999'",
        "users update 99999 --mobile 1",
        "users update --id 99999 --mobile 1",
        "users update --where Number_eq_'9999' --mobile 1",
        "users update 100 --primary-group-id Nowhere",
        "users update 100 --primary-group-id 99999",
        "users delete 99999 --yes",
        "users delete --id 99999 --yes",
        "users delete --where Number_eq_'9999' --yes",
        "users edit 99999",
        "users edit id:99999",
        "users regenerate-credentials-of-many 99999 --opts {} --yes",
        "users regenerate-credentials-of-many --ids 99999 --opts {} --yes",
        "queues get 99999",
        "queues get --id 99999",
        "queues get-by-number --number 99999",
        "queues agents list 99999",
        "queues agents add 99999 100",
        "queues agents add 800 99999",
        "trunks get 99999",
        "trunks get --id 99999",
        "ring-groups members list 99999",
        "services stop Nothing --yes",
        "ip-blocklist delete 10.9.9.9 --yes",
        "ip-blocklist delete --id 99999 --yes",
        "active-calls drop-call 99999 --yes",
        "active-calls drop-call --id 99999 --yes",
        "api GET Users(99999)",
        "api GET Nothing",
    ] {
        let words: Vec<String> = line.split(' ').map(|word| word.replace('_', " ")).collect();
        let (error, code) = fails(sim.threecx().args(words));
        assert_eq!((error["code"].as_str(), code), (Some("not-found"), 40), "{line}: {error}");
        assert!(error["next_step"].as_str().is_some_and(|next| !next.is_empty()), "{line}: {error}");
    }
}

/// A name that several have, and one that is not a name, are mistakes of whoever typed it.
#[test]
fn what_is_not_clear_or_not_valid_is_something_else() {
    let sim = Sim::start(&["--users", "40", "--live-calls", "off"]);
    for line in ["users get a", "users get 99999 --id-typo"] {
        let (error, code) = fails(sim.threecx().args(line.split(' ')));
        assert!(matches!(code, 2 | 10), "{line}: {error}");
    }
}
