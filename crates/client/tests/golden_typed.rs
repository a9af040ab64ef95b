//! Every operation in every form, called through the typed API, is planned byte for byte as the
//! catalogue plans it.

mod every;
mod given;

use given::{Given, Visit};
use serde_json::Value;
use threecx::{Call, Client, FromReply, Request, Span};

struct Plan(Span);

impl Visit for Plan {
    type Out = Result<Request, threecx::CallError>;

    fn plain<T: FromReply>(self, call: Call<T>, given: &Given) -> Self::Out {
        match given.option("if-match") {
            Some(tag) => call.if_match(tag).plan(self.0),
            None => call.plan(self.0),
        }
    }
}

#[tokio::test]
async fn every_typed_call_is_planned_as_the_catalogue_plans_it() {
    let client = Client::builder("http://127.0.0.1:1").credentials("900", "secret").build().expect("an address");
    let golden = include_str!("../../core/tests/golden/plans.jsonl");
    let mut planned = 0;
    for line in golden.lines() {
        let vector: Value = serde_json::from_str(line).expect("JSON");
        let text = |name: &str| vector[name].as_str().expect("a text");
        let (id, release) = (text("operation"), text("release"));
        let target = Span::parse(release).expect("known");
        let request = every::every(&client, id, &Given(vector["arguments"].clone()), Plan(target));
        let request = request.unwrap_or_else(|| panic!("{id} has no typed call"));
        let request = request.unwrap_or_else(|error| panic!("{id} in {release}: {error}"));
        let headers: serde_json::Map<String, Value> =
            request.headers.iter().map(|(name, value)| ((*name).to_owned(), value.as_str().into())).collect();
        assert_eq!(
            (request.method.as_str(), request.path_and_query.as_str(), Value::Object(headers).to_string()),
            (text("method"), text("path"), vector["headers"].to_string()),
            "{id} in {release}"
        );
        let body = request.body.unwrap_or_else(|| "null".into());
        assert_eq!(body, vector["body"].to_string(), "{id} in {release}");
        planned += 1;
    }
    assert!(planned > 600, "{planned} vectors");
}
