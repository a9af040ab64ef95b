//! Whatever a query string holds: no panic, and no more stack than a request has.

use std::sync::Arc;

use jiff::Timestamp;
use proptest::prelude::*;
use threecx_catalog::Span;

use super::{Budget, Options, QueryContext, QueryError, Results, write_entity};
use crate::state::{Entity, Shapes, Value};

fn parse(of: &str, query: &str, budget: &Arc<Budget>) -> Result<Options, QueryError> {
    let shapes = Shapes::of(Span::NEWEST);
    let context = QueryContext { shapes, release: Span::NEWEST, now: Timestamp::UNIX_EPOCH, budget };
    Options::parse(query, shapes.get(of), Results::Collection, &context)
}

/// Three users, asked.
fn ask(query: &str) -> Result<String, QueryError> {
    let options = parse("User", query, &Arc::default())?;
    let shape = Shapes::of(Span::NEWEST).get("User").expect("a type");
    let users = (1..4).map(|id| Entity::new(shape).with("Id", Value::Int(id)).with("Number", Value::text("10")));
    let mut answer = options.selection.context();
    options.page(users, 100).rows.iter().for_each(|row| write_entity(row, &options.selection, &mut answer));
    Ok(answer)
}

#[test]
fn nesting_needs_no_more_stack_than_there_is() {
    let run = || {
        let filter = |levels: usize| format!("$filter={}true{}", "not (".repeat(levels), ")".repeat(levels));
        // The only types that lead to each other in a circle.
        let circle = |levels: usize, innermost: &str| {
            let (open, close) = ("RefreshTokens($expand=Client($expand=".repeat(levels), "))".repeat(levels));
            format!("$expand={open}RefreshTokens({innermost}){close}")
        };
        let budget = Arc::default();
        assert!(parse("OAuthClient", &circle(15, &filter(15)), &budget).is_ok());
        for query in [circle(15, &filter(4000)), circle(15, &filter(31)), circle(1000, "")] {
            let refused = parse("OAuthClient", &query, &budget).expect_err("too deep").message;
            assert!(refused.contains("nested too deeply"), "{refused}");
        }
        for levels in [30, 4000] {
            for query in [
                format!("$search={}a{}", "NOT (".repeat(levels), ")".repeat(levels)),
                format!("$search={}a", "NOT ".repeat(levels)),
                format!("$expand={}Rights{}", "Groups(".repeat(levels), ")".repeat(levels)),
                format!("$select={}Type", "Hours/".repeat(levels)),
                format!("$select={}Type{}", "Hours($select=".repeat(levels), ")".repeat(levels)),
            ] {
                let _ = ask(&query);
            }
        }
    };
    std::thread::Builder::new().stack_size(2 << 20).spawn(run).expect("a thread").join().expect("no overflow");
}

/// A word of the language, or nearly.
fn word() -> impl Strategy<Value = &'static str> {
    proptest::sample::select(vec![
        "$filter=",
        "$orderby=",
        "$search=",
        "$select=",
        "$expand=",
        "$top=",
        "$skip=",
        "$count=",
        "$levels=",
        "$",
        "=",
        "&",
        ";",
        ",",
        "(",
        ")",
        "/",
        "*",
        "\"",
        "'",
        "\\",
        "%",
        "%27",
        "%28",
        "%22",
        "%C3%A9",
        "+",
        " ",
        "Id",
        "Number",
        "Groups",
        "Rights",
        "Phones",
        "Settings",
        "Hours",
        "Type",
        "Periods",
        "Groups($select=",
        "Groups($expand=",
        "Groups($filter=",
        "Rights(",
        "Phones($top=1;",
        "Hours($select=Type)",
        "Name eq 'x'",
        "Id desc",
        "true",
        "1",
        "18446744073709551616",
        "AND",
        "OR",
        "NOT",
        "a",
    ])
}

proptest! {
    #![proptest_config(ProptestConfig::with_cases(4000))]

    #[test]
    fn nothing_panics(text in "\\PC{0,60}", words in proptest::collection::vec(word(), 0..14)) {
        for query in [text, words.concat()] {
            let _ = ask(&query);
        }
    }
}
