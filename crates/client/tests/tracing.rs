//! Spans and events: what is called, and nothing that is secret.

use std::fmt;
use std::sync::{Arc, Mutex};

use threecx::api::users::{UserId, UserPatch};
use threecx::{Client, Patch};
use threecx_sim::Pbx;
use tracing::field::{Field, Visit};
use tracing::span::{Attributes, Id, Record};
use tracing::{Event, Metadata, Subscriber};

/// Keeps every line as text.
#[derive(Clone, Default)]
struct Log(Arc<Mutex<Vec<String>>>);

struct Line(String);

impl Visit for Line {
    fn record_debug(&mut self, field: &Field, value: &dyn fmt::Debug) {
        self.0.push_str(&format!(" {}={value:?}", field.name()));
    }
}

impl Log {
    fn keep(&self, name: &str, record: impl FnOnce(&mut Line)) {
        let mut line = Line(name.to_owned());
        record(&mut line);
        self.0.lock().expect("one thread").push(line.0);
    }
}

impl Subscriber for Log {
    fn enabled(&self, metadata: &Metadata<'_>) -> bool {
        metadata.target().starts_with("threecx")
    }

    fn new_span(&self, span: &Attributes<'_>) -> Id {
        self.keep(span.metadata().name(), |line| span.record(line));
        Id::from_u64(1)
    }

    fn record(&self, _: &Id, _: &Record<'_>) {}

    fn record_follows_from(&self, _: &Id, _: &Id) {}

    fn event(&self, event: &Event<'_>) {
        self.keep("event", |line| event.record(line));
    }

    fn enter(&self, _: &Id) {}

    fn exit(&self, _: &Id) {}
}

#[tokio::test]
async fn a_call_is_traced_without_its_secrets() {
    let pbx = Pbx::builder().users(5).start().await.expect("a free port");
    let client = Client::builder(pbx.url()).credentials(pbx.client_id(), pbx.client_secret());
    let client = client.build().expect("an address");
    let log = Log::default();
    let guard = tracing::subscriber::set_default(log.clone());
    let change = UserPatch { vmpin: "47110815".into(), mobile: Patch::Null, ..Default::default() };
    client.users().update(UserId(999_999), change).send().await.expect_err("nobody");
    drop(guard);
    let lines = log.0.lock().expect("one thread").join("\n");
    assert!(lines.contains(r#"call operation="Users.UpdateUser" method="PATCH" path="/Users({Id})""#), "{lines}");
    assert!(lines.contains(r#"message=failed error="not-found""#), "{lines}");
    let token = client.token().await.expect("a token");
    for secret in ["47110815", pbx.client_secret(), token.authorization().as_str()] {
        assert!(!lines.contains(secret), "{lines}");
    }
}
