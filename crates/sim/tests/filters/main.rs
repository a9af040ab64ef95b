//! `$filter` and `$orderby` against an evaluator that has nothing in common with the
//! simulated PBX's: random expressions are asked of the PBX, and worked out from the rows that
//! it showed.
//!
//! `FILTER_CASES=100000` asks for more of them, `FILTER_SEED=7` for others. A failure names
//! its seed.

#[path = "../common/mod.rs"]
mod common;
mod evaluate;
mod expression;
mod generate;
mod moment;
mod schema;
mod scramble;

use std::cmp::Ordering;

use common::Session;
use evaluate::{compare, evaluate};
use expression::{Datum, Expr};
use fastrand::Rng;
use generate::{Generator, LEVELS};
use reqwest::Method;
use serde_json::{Map, Value as Json};
use threecx_catalog::{Structure, structure};
use threecx_sim::{Clock, Pbx};

/// 2027-01-15T08:00:00Z
const NOW: i64 = 1_800_000_000;

/// Rows that can be asked for.
struct Set {
    path: String,
    /// What tells the rows apart.
    key: &'static str,
    structure: &'static Structure,
    rows: Vec<Json>,
}

fn setting(name: &str, otherwise: u64) -> u64 {
    std::env::var(name).ok().map_or(otherwise, |text| text.parse().expect(name))
}

/// A company whose entities differ.
async fn company() -> (Session, Vec<Set>) {
    let settings = Pbx::builder().users(60).clock(Clock::manual(NOW)).calls(160).live_calls(false);
    let session = Session::start(settings).await;
    let mut rng = Rng::with_seed(29);
    for (set, ty) in [
        ("Users", "User"),
        ("Queues", "Queue"),
        ("RingGroups", "RingGroup"),
        ("Trunks", "Trunk"),
        ("InboundRules", "InboundRule"),
        ("OutboundRules", "OutboundRule"),
    ] {
        let structure = structure(ty).expect(ty);
        let (mut tried, mut taken) = (0, 0);
        for row in session.rows(&format!("/{set}?$select=Id"), 100).await {
            let change = scramble::change(structure, &mut rng, 2);
            tried += change.len();
            taken += session.change(&format!("/{set}({})", row["Id"]), change).await;
        }
        assert!(taken * 2 > tried, "only {taken} of {tried} properties of {set} could be changed");
    }
    let report = "/ReportCallLogData/Pbx.GetCallLogData(periodFrom=2020-01-01T00:00:00Z,periodTo=2027-01-16T00:00:00Z,sourceType=0,sourceFilter='',destinationType=0,destinationFilter='',callsType=0,callTimeFilterType=0,callTimeFilterFrom='0:00:0',callTimeFilterTo='0:00:0',hidePcalls=true)";
    let mut sets = Vec::new();
    for (path, key, ty) in [
        ("/Users", "Id", "User"),
        ("/Queues", "Id", "Queue"),
        ("/RingGroups", "Id", "RingGroup"),
        ("/Groups", "Id", "Group"),
        ("/Trunks", "Id", "Trunk"),
        ("/Receptionists", "Id", "Receptionist"),
        ("/InboundRules", "Id", "InboundRule"),
        ("/OutboundRules", "Id", "OutboundRule"),
        ("/CallHistoryView", "SegmentId", "CallHistoryView"),
        ("/Recordings", "Id", "Recording"),
        (report, "SegmentId", "CallLogData"),
    ] {
        let structure = structure(ty).expect(ty);
        let expand = schema::expand(structure, LEVELS);
        let query = if expand.is_empty() { String::new() } else { format!("$expand={expand}") };
        let rows = session.rows(&format!("{path}?{query}"), 100).await;
        assert!(rows.len() > 1, "{path} has too few rows to tell them apart");
        sets.push(Set { path: path.to_owned(), key, structure, rows });
    }
    (session, sets)
}

impl Session {
    /// Changes properties, as many as the PBX lets; how many those are.
    async fn change(&self, path: &str, change: Map<String, Json>) -> usize {
        let (mut changes, mut taken) = (vec![change], 0);
        while let Some(change) = changes.pop() {
            let (status, _) = self.send(Method::PATCH, path, Some(Json::Object(change.clone()))).await;
            if status == 204 {
                taken += change.len();
            } else if change.len() > 1 {
                let (count, mut members) = (change.len() / 2, change.into_iter());
                changes.push(members.by_ref().take(count).collect());
                changes.push(members.collect());
            }
        }
        taken
    }

    /// All rows, page by page.
    async fn rows(&self, path: &str, page: usize) -> Vec<Json> {
        let mut rows: Vec<Json> = Vec::new();
        loop {
            let page_path = format!("{path}&$top={page}&$skip={}", rows.len());
            let (status, answer) = self.get(&page_path).await;
            assert_eq!(status, 200, "{page_path}: {answer}");
            let more = answer["value"].as_array().expect("rows");
            rows.extend(more.iter().cloned());
            if more.len() < page {
                return rows;
            }
        }
    }

    /// The keys of the rows that an option leaves, in their order.
    async fn keys(&self, set: &Set, option: &str, text: &str) -> Vec<Json> {
        let path = format!("{}?$select={}&{option}={}", set.path, set.key, encoded(text));
        self.rows(&path, 100).await.into_iter().map(|row| row[set.key].clone()).collect()
    }
}

/// Everything but letters and digits as escapes.
fn encoded(text: &str) -> String {
    let byte = |byte: u8| match byte {
        b'a'..=b'z' | b'A'..=b'Z' | b'0'..=b'9' => char::from(byte).to_string(),
        _ => format!("%{byte:02X}"),
    };
    text.bytes().map(byte).collect()
}

#[tokio::test]
async fn filters_let_pass_what_they_should() {
    let (session, sets) = company().await;
    let (cases, first) = (setting("FILTER_CASES", 3_200), setting("FILTER_SEED", 1));
    let mut telling = 0;
    for seed in first..first + cases {
        let mut rng = Rng::with_seed(seed);
        let set = &sets[rng.usize(..sets.len())];
        let mut generator = Generator::new(set.structure, &set.rows, rng);
        let depth = generator.rng.usize(..5);
        let filter = generator.condition(depth);
        let text = filter.text(&mut generator.rng);
        let passing = set.rows.iter().filter(|row| evaluate(&filter, &[row]) == Datum::Bool(true));
        let expected: Vec<Json> = passing.map(|row| row[set.key].clone()).collect();
        let found = session.keys(set, "$filter", &text).await;
        assert_eq!(found, expected, "seed {seed}: {}?$filter={text}\n{filter:?}", set.path);
        telling += usize::from(!expected.is_empty() && expected.len() < set.rows.len());
    }
    assert!(telling * 5 > cases as usize * 2, "only {telling} of {cases} filters let some rows pass, but not all");
}

#[tokio::test]
async fn rows_come_in_the_order_asked_for() {
    let (session, sets) = company().await;
    let (cases, first) = (setting("FILTER_CASES", 3_200) / 8, setting("FILTER_SEED", 1));
    let mut telling = 0;
    for seed in first..first + cases {
        let mut rng = Rng::with_seed(seed);
        let set = &sets[rng.usize(..sets.len())];
        let mut generator = Generator::new(set.structure, &set.rows, rng);
        let (mut keys, mut texts): (Vec<(Expr, bool)>, Vec<String>) = (Vec::new(), Vec::new());
        while keys.is_empty() || generator.rng.bool() {
            let kind = generator.kind();
            let Some(key) = generator.value(kind, 2) else { continue };
            let (end, descends) = *generator.rng.choice(&[("", false), (" asc", false), (" desc", true)]).expect("one");
            texts.push(key.text(&mut generator.rng) + end);
            keys.push((key, descends));
        }
        let mut rows: Vec<&Json> = set.rows.iter().collect();
        rows.sort_by(|a, b| order(&keys, a, b));
        let expected: Vec<Json> = rows.iter().map(|row| row[set.key].clone()).collect();
        let text = texts.join(",");
        let found = session.keys(set, "$orderby", &text).await;
        assert_eq!(found, expected, "seed {seed}: {}?$orderby={text}\n{keys:?}", set.path);
        telling += usize::from(set.rows.iter().zip(&expected).any(|(row, key)| row[set.key] != *key));
    }
    assert!(telling * 5 > cases as usize * 3, "only {telling} of {cases} orders change anything");
}

/// Which row comes first: null before all else, and the other way round where it descends.
fn order(keys: &[(Expr, bool)], a: &Json, b: &Json) -> Ordering {
    for (key, descends) in keys {
        let order = match (evaluate(key, &[a]), evaluate(key, &[b])) {
            (Datum::Null, Datum::Null) => Ordering::Equal,
            (Datum::Null, _) => Ordering::Less,
            (_, Datum::Null) => Ordering::Greater,
            (a, b) => compare(&a, &b).expect("of one kind"),
        };
        if order.is_ne() {
            return if *descends { order.reverse() } else { order };
        }
    }
    Ordering::Equal
}
