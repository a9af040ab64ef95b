//! Where live PBXs differ from what their descriptions say: a test for each line of `assumptions::FACTS`, named after
//! it.

#[path = "../common/mod.rs"]
mod common;
mod descriptions;
mod entities;
mod files;
mod logins;
mod reports;
mod texts;

use std::fs;
use std::path::Path;

use reqwest::Method;
use serde_json::Value;
use threecx_catalog::Span;
use threecx_sim::assumptions::{FACTS, Fact, Grade};
use threecx_sim::{Builder, Clock, Pbx};

use common::Session;

/// 2027-01-15T08:00:00Z, a Friday.
const NOW: i64 = 1_800_000_000;

/// A small company on a clock that stands still.
fn settings() -> Builder {
    Pbx::builder().users(20).calls(600).live_calls(false).clock(Clock::manual(NOW))
}

async fn session() -> Session {
    Session::start(settings()).await
}

async fn of_release(release: &str) -> Session {
    Session::start(settings().api(Span::parse(release).expect("known"))).await
}

impl Session {
    async fn ok(&self, path: &str) -> Value {
        let (status, answer) = self.get(path).await;
        assert_eq!(status, 200, "{path}: {answer}");
        answer
    }

    async fn rows(&self, path: &str) -> Vec<Value> {
        let answer = self.ok(path).await;
        answer["value"].as_array().cloned().unwrap_or_else(|| panic!("{path}: {answer}"))
    }

    async fn create(&self, path: &str, body: Value) -> Value {
        let (status, made) = self.send(Method::POST, path, Some(body)).await;
        assert_eq!(status, 201, "{path}: {made}");
        made
    }

    /// What the PBX says of a refusal.
    async fn refusal(&self, method: Method, path: &str, body: Option<Value>) -> (u16, String) {
        let (status, answer) = self.send(method, path, body).await;
        (status.as_u16(), answer["error"]["message"].as_str().unwrap_or_default().to_owned())
    }
}

fn word(grade: Grade) -> &'static str {
    match grade {
        Grade::Verbatim => "verbatim",
        Grade::Measured => "measured",
        Grade::Clients => "clients",
        Grade::Inference => "inference",
    }
}

fn row(fact: &Fact) -> String {
    let grades: Vec<&str> = fact.grades.iter().copied().map(word).collect();
    format!("| {} | {} | {} | {} |", fact.line, fact.about, fact.does, grades.join(", "))
}

#[test]
fn the_readme_has_every_fact_with_its_grades() {
    let readme = fs::read_to_string(Path::new(env!("CARGO_MANIFEST_DIR")).join("README.md")).expect("a README");
    let (_, after) = readme.split_once("\n| # | what | this PBX | grade |\n|---|---|---|---|\n").expect("a table");
    let table: Vec<&str> = after.lines().take_while(|line| line.starts_with('|')).collect();
    assert_eq!(table, FACTS.iter().map(row).collect::<Vec<_>>());
    assert!(FACTS.iter().all(|fact| !fact.grades.is_empty()));
}

#[test]
fn every_fact_has_a_test_named_after_it() {
    let folder = Path::new(env!("CARGO_MANIFEST_DIR")).join("tests/live");
    let files = fs::read_dir(folder).expect("tests").map(|entry| fs::read_to_string(entry.expect("an entry").path()));
    let sources: String = files.map(|text| text.expect("text")).collect();
    for fact in FACTS {
        assert!(sources.contains(&format!("fn line_{:02}_", fact.line)), "line {} has no test", fact.line);
    }
}
