//! What is too deep, too long or too much is refused, and never ends the process.

use std::sync::Arc;

use proptest::prelude::*;

use super::{filter, shape, user, with_budget};
use crate::assumptions::{MAX_QUERY_DEPTH, MAX_QUERY_PATTERNS};
use crate::odata::filter::Expression;
use crate::odata::{Budget, QueryContext};

/// The stack that a request is answered on.
const STACK: usize = 2 << 20;

/// Runs on a stack as large as a request has, and not larger.
fn on_a_small_stack(run: impl FnOnce() + Send + 'static) {
    std::thread::Builder::new().stack_size(STACK).spawn(run).expect("a thread").join().expect("no overflow");
}

/// The deepest nestings there are, also with operators of several rows on every level.
fn nested(levels: usize) -> Vec<String> {
    let around =
        |before: &str, inner: &str, after: &str| format!("{}{inner}{}", before.repeat(levels), after.repeat(levels));
    let lambdas: String = (0..levels).map(|level| format!("Groups/any(v{level}: ")).collect();
    vec![
        around("(", "Id eq 1", ")"),
        around("not (", "Id eq 1", ")"),
        around("not ", "Enabled", ""),
        format!("{} eq 1", around("-", "Id", "")),
        format!("{} eq 'x'", around("concat('x',", "'x'", ")")),
        around("true or true and true ne not (", "Enabled", ")"),
        format!("{} gt 0", around("1 add 1 mul -(", "Id", ")")),
        format!("{lambdas}true{}", ")".repeat(levels)),
    ]
}

#[test]
fn nesting_is_bounded() {
    on_a_small_stack(|| {
        for text in nested(MAX_QUERY_DEPTH - 4).into_iter().chain(nested(MAX_QUERY_DEPTH / 2)) {
            if let Ok(expression) = filter(&text, "User") {
                expression.holds(&user());
            }
        }
        for text in nested(MAX_QUERY_DEPTH + 1).into_iter().chain(nested(3000)) {
            let message = filter(&text, "User").expect_err("too deep").message;
            assert!(message.starts_with("The expression is nested too deeply at position "), "{message}");
        }
    });
    assert!(filter(&nested(MAX_QUERY_DEPTH - 1)[0], "User").is_ok());
}

#[test]
fn long_chains_are_no_towers() {
    on_a_small_stack(|| {
        let chain = |piece: &str, between: &str| vec![piece; 64_000 / (piece.len() + between.len())].join(between);
        for text in [chain("Id eq 1", " or "), chain("Id eq 29", " and "), chain("(Id eq 1 or Enabled)", " and ")] {
            let parsed = filter(&text, "User").expect("fits");
            assert_eq!(parsed.holds(&user()), !text.contains(" or Id"));
            drop(parsed.clone());
        }
        let ids = (1..10_000).map(|id| id.to_string()).collect::<Vec<_>>().join(",");
        assert!(filter(&format!("Id in ({ids})"), "User").expect("fits").holds(&user()));
        for text in [
            format!("{} eq 1", chain("1", " add ")),
            format!("{} eq 1", chain("1", " sub ")),
            format!("{} eq 1", chain("1", " mul ")),
            chain("true", " eq "),
            chain("Enabled", " eq "),
        ] {
            let message = filter(&text, "User").expect_err("too tall").message;
            assert!(message.starts_with("The expression is nested too deeply at position "), "{}", &message[..90]);
        }
        assert!(filter(&format!("{} eq 200", vec!["1"; 200].join(" add ")), "User").expect("fits").holds(&user()));
    });
}

#[test]
fn work_is_bounded() {
    let members = serde_json::json!(vec![serde_json::json!({ "Name": "x" }); 2000]);
    let group = super::entity("Group", &serde_json::json!({ "Id": 1, "Members": members }));
    let budget = Arc::new(Budget::default());
    let light = with_budget("Members/all(a: Members/$count eq 2000)", "Group", &budget).expect("fits");
    assert!(light.holds(&group));
    assert!(budget.check().is_ok());
    let heavy = "Members/all(a: Members/all(b: Members/all(c: Members/all(d: a/Name eq d/Name))))";
    let heavy = with_budget(heavy, "Group", &budget).expect("fits");
    budget.spend(budget.left() - 100_000);
    assert!(!heavy.holds(&group));
    let refused = budget.check().expect_err("too much").message;
    assert!(refused.starts_with("The query takes more than "), "{refused}");
    assert!(!light.holds(&group), "nothing passes any more");

    let budget = Arc::new(Budget::default());
    let patterns = |count: u32| vec!["matchesPattern(Name,'x')"; count as usize].join(" or ");
    assert!(with_budget(&patterns(MAX_QUERY_PATTERNS), "Group", &budget).is_ok());
    let refused = with_budget(&patterns(1), "Group", &budget).expect_err("one too many").message;
    assert_eq!(refused, "A query may have 20 regular expressions; this one has more.");
}

/// A word of the language, or nearly.
fn word() -> impl Strategy<Value = &'static str> {
    proptest::sample::select(vec![
        "Id",
        "Number",
        "Mobile",
        "Hours",
        "Hours/Type",
        "Groups",
        "Groups/any(g:",
        "Groups/all(h:",
        "g/Name",
        "h/GroupId",
        "Tags",
        "Tags/any(t:",
        "t",
        "$it",
        "$it/Id",
        "eq",
        "ne",
        "gt",
        "le",
        "and",
        "or",
        "not",
        "in",
        "has",
        "add",
        "sub",
        "mul",
        "div",
        "divby",
        "mod",
        "(",
        ")",
        ",",
        "-",
        "/",
        ":",
        "'a'",
        "''",
        "'",
        "1",
        "0",
        "2.5",
        "1e400",
        "INF",
        "NaN",
        "9223372036854775807",
        "-9223372036854775808",
        "79228162514264337593543950335",
        "null",
        "true",
        "desc",
        "substring(",
        "concat(",
        "tolower(",
        "round(",
        "length(",
        "date(",
        "year(",
        "totalseconds(",
        "now()",
        "maxdatetime()",
        "mindatetime()",
        "matchesPattern(Number,",
        "'(a|b)*c'",
        "2026-01-31T00:00:00Z",
        "9999-12-31T23:59:59+14:00",
        "2026-01-31",
        "09:30:00",
        "duration'P7304484D'",
        "duration'-PT0.000000001S'",
        "Pbx.QueueStatusType'LoggedIn'",
        "QueueStatus",
        "'LoggedIn'",
        "TranscriptionMode",
        "Groups/$count",
        "3f2504e0-4f89-11d3-9a0c-0305e82c3301",
        "§",
        "é",
    ])
}

proptest! {
    #![proptest_config(ProptestConfig::with_cases(6000))]

    #[test]
    fn nothing_panics(text in "\\PC{0,60}", words in proptest::collection::vec(word(), 0..16)) {
        let budget = Arc::default();
        let now = "2026-01-31T12:00:00Z".parse().expect("a moment");
        let context = QueryContext {
            shapes: crate::state::Shapes::of(threecx_catalog::Span::NEWEST),
            release: threecx_catalog::Span::NEWEST,
            now,
            budget: &budget,
        };
        for text in [text, words.join(" "), words.concat()] {
            if let Ok(filter) = Expression::filter(&text, shape("User"), &context) {
                filter.holds(&user());
            }
            for key in Expression::orderby(&text, shape("User"), &context).into_iter().flatten() {
                let value = key.expression.evaluate(&user()).into_owned();
                prop_assert!(value.order(&value).is_eq(), "{text}");
            }
        }
    }
}
