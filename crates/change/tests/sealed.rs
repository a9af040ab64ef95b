//! A plan in a file is the plan that was sealed, or it is refused.

use std::time::Duration;

use threecx::Client;
use threecx_change::sealed::{LARGEST, LIFETIME, Opened, SealError, open, seal};
use threecx_change::{Draft, Intent, Journal, Plan, Wants};
use threecx_core::{Arguments, Input, Place};
use threecx_sim::Pbx;

async fn pbx() -> (Pbx, Client) {
    let pbx = Pbx::start().await.expect("a simulated PBX");
    let client =
        Client::builder(pbx.url()).credentials(pbx.client_id(), pbx.client_secret()).build().expect("a client");
    (pbx, client)
}

async fn plan_of(pbx: &Pbx, client: &Client) -> Plan {
    let mut arguments = Arguments::default();
    arguments.set(Place::Field, "Mobile", Input::from("+441234567"));
    arguments.set(Place::Field, "AuthPassword", Input::from("s3cr3t-Pass"));
    let update = threecx_catalog::operation("Users.UpdateUser").expect("it exists");
    let draft = Draft::of(vec![Intent::new(update, arguments).to(["100-102"])], None).expect("it fits");
    draft.plan(client, pbx.url(), Wants::default()).await.expect("they exist")
}

fn journal() -> (tempfile::TempDir, Journal) {
    let folder = tempfile::tempdir().expect("a folder");
    let journal = Journal::open(folder.path()).expect("a journal");
    (folder, journal)
}

fn refused(text: &str, journal: &Journal) -> SealError {
    open(text, journal).expect_err("refused")
}

#[tokio::test]
async fn what_was_sealed_is_what_is_opened() {
    let (pbx, client) = pbx().await;
    let (_folder, journal) = journal();
    let plan = plan_of(&pbx, &client).await;
    let text = seal(&plan, &journal, "ada@workstation", LIFETIME).expect("sealed");
    let Opened { plan: opened, foreign, by, made, expires, .. } = open(&text, &journal).expect("opened");
    assert!(!foreign && by == "ada@workstation");
    assert_eq!(expires - made, i64::try_from(LIFETIME.as_millis()).expect("small"));
    assert_eq!(opened.steps.len(), 3);
    for (then, now) in plan.steps.iter().zip(&opened.steps) {
        assert_eq!((then.operation.id, &then.arguments), (now.operation.id, &now.arguments));
        let before = now.before.as_ref().expect("what was there");
        assert!(before.properties.contains_key("Mobile") && !before.properties.contains_key("AuthPassword"));
    }
    assert_eq!(plan.things, opened.things);
}

#[tokio::test]
async fn a_thousand_altered_plans_are_refused() {
    let (pbx, client) = pbx().await;
    let (_folder, journal) = journal();
    let (_other_folder, other) = self::journal();
    let plan = plan_of(&pbx, &client).await;
    let text = seal(&plan, &journal, "ada@workstation", LIFETIME).expect("sealed");
    let mut random = 0x9e37_79b9_7f4a_7c15_u64;
    let mut next = |below: usize| {
        random ^= random << 13;
        random ^= random >> 7;
        random ^= random << 17;
        usize::try_from(random % below as u64).expect("below")
    };
    let mut altered = 0;
    while altered < 1_000 {
        let mut bytes = text.clone().into_bytes();
        let at = next(bytes.len());
        match next(5) {
            0 => bytes[at] = bytes[at].wrapping_add(1 + u8::try_from(next(127)).expect("small")) & 0x7f,
            1 => drop(bytes.remove(at)),
            2 => bytes.insert(at, b" \n\t0a\"},"[next(8)]),
            3 => bytes.truncate(at),
            _ => {
                let with = next(bytes.len());
                bytes.swap(at, with);
            }
        }
        let Ok(mutant) = String::from_utf8(bytes) else { continue };
        if mutant == text {
            continue;
        }
        altered += 1;
        for journal in [&journal, &other] {
            let error = refused(&mutant, journal);
            let named = matches!(error, SealError::NotAPlan { .. } | SealError::Version { .. } | SealError::Altered);
            assert!(named, "{error}\n{mutant}");
        }
    }
}

/// Someone who knows how can make the unkeyed hash fit; with this folder's key that is not enough, and without
/// it the plan is foreign.
#[tokio::test]
async fn a_forged_plan_is_altered_or_foreign() {
    let (pbx, client) = pbx().await;
    let ((_one, journal), (_two, forger)) = (self::journal(), self::journal());
    let plan = plan_of(&pbx, &client).await;
    let own = seal(&plan, &journal, "ada", LIFETIME).expect("sealed");
    let forged = seal(&plan, &forger, "ada", LIFETIME).expect("sealed");
    assert!(open(&forged, &journal).expect("it is whole").foreign);
    let key = |text: &str| -> String {
        let value: serde_json::Value = serde_json::from_str(text).expect("JSON");
        value["key"].as_str().expect("text").to_owned()
    };
    let posing = forged.replace(&key(&forged), &key(&own));
    assert!(matches!(refused(&posing, &journal), SealError::Altered));
}

#[tokio::test]
async fn a_plan_is_carried_out_once_and_in_time() {
    let (pbx, client) = pbx().await;
    let (_folder, journal) = journal();
    let plan = plan_of(&pbx, &client).await;
    let text = seal(&plan, &journal, "ada", Duration::ZERO).expect("sealed");
    assert!(matches!(refused(&text, &journal), SealError::Expired));
    let text = seal(&plan, &journal, "ada", LIFETIME).expect("sealed");
    let (one, two) = (open(&text, &journal).expect("opened"), open(&text, &journal).expect("opened"));
    one.use_up(&journal).expect("once");
    assert!(matches!(two.use_up(&journal), Err(SealError::Used)));
    assert!(matches!(refused(&text, &journal), SealError::Used));
}

#[tokio::test]
async fn what_has_changed_since_is_said_thing_by_thing() {
    let (pbx, client) = pbx().await;
    let (_folder, journal) = journal();
    let plan = plan_of(&pbx, &client).await;
    let text = seal(&plan, &journal, "ada", LIFETIME).expect("sealed");
    let mut opened = open(&text, &journal).expect("opened");
    opened.is_still_true(&client, pbx.url()).await.expect("nothing has changed");
    let other = opened.is_still_true(&client, "https://pbx.example").await;
    assert!(matches!(other, Err(SealError::OtherPbx { .. })), "{other:?}");
    let mut change = plan.steps[1].arguments.clone();
    change.fields.retain(|name, _| name == "Mobile");
    change.set(Place::Field, "Mobile", Input::from("+49"));
    client.call(plan.steps[1].operation, &change).await.expect("changed");
    match opened.is_still_true(&client, pbx.url()).await {
        Err(SealError::Drifted { what }) => {
            assert_eq!(what.len(), 1, "{what:?}");
            assert!(what[0].contains("Mobile") && what[0].contains("101"), "{what:?}");
        }
        other => panic!("{other:?}"),
    }
}

#[tokio::test]
async fn what_is_no_plan_is_refused_as_such() {
    let (_folder, journal) = journal();
    let deep = format!("{{\"threecx_plan\":1,\"plan\":{}}}", "[".repeat(100_000));
    for text in ["", "{}", "null", "[]", "{\"threecx_plan\":1}", &deep, &" ".repeat(LARGEST + 1)] {
        assert!(matches!(refused(text, &journal), SealError::NotAPlan { .. }));
    }
}
