//! What a call fails with says nothing of what was sent in secret, nor of the token, whatever the server
//! repeats: for every operation, in the text of the error and in its `Debug`.

#[path = "../../core/tests/secrets/mod.rs"]
mod secrets;

use std::sync::{Arc, Mutex};

use bytes::Bytes;
use secrets::{CANARY, answer, echoes, samples};
use threecx::{Client, HttpStack, Policy, Sending, Span};

const TOKEN: &str = "t0ken-of-the-canary-0123456789";
const SECRET: &str = "s3cret & of the canary";

/// A server that repeats everything.
#[derive(Default)]
struct Parrot {
    answers: Mutex<(usize, String)>,
}

/// A client shows its HTTP stack, and this one is full of canaries.
impl std::fmt::Debug for Parrot {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.debug_struct("Parrot").finish_non_exhaustive()
    }
}

impl HttpStack for Parrot {
    fn send(&self, request: http::Request<Bytes>) -> Sending<'_> {
        let (number, entity) = self.answers.lock().expect("not poisoned").clone();
        let header = request.headers().get("authorization").and_then(|value| value.to_str().ok());
        let authorization = header.unwrap_or_default().to_owned();
        let sent = String::from_utf8_lossy(request.body()).into_owned();
        let is_token = request.uri().path() == "/connect/token";
        Box::pin(async move {
            if is_token {
                let (status, body) = match number {
                    11 => (400, serde_json::json!({"error": "x", "error_description": format!("not {sent}")})),
                    _ => (200, serde_json::json!({"access_token": TOKEN})),
                };
                let response = http::Response::builder().status(status).header("x-3cx-version", "20.0.10.1");
                return Ok(response.body(Bytes::from(body.to_string())).expect("a response"));
            }
            let mut all = echoes(&sent, &authorization, &entity);
            let (status, kind, body) = all.swap_remove(number % 11);
            let response = http::Response::builder().status(status).header("content-type", kind);
            Ok(response.body(Bytes::from(body)).expect("a response"))
        })
    }
}

#[tokio::test]
async fn no_error_says_a_secret() {
    let parrot = Arc::new(Parrot::default());
    let mut failed = 0;
    for sample in samples() {
        let entity = answer(sample.operation, sample.target).unwrap_or_else(|| format!("{{\"VMPIN\":\"{CANARY}\"}}"));
        let shown = format!("{:?}", sample.arguments);
        assert!(!shown.contains(CANARY), "{}: {shown}", sample.operation.id);
        let client = Client::builder("http://127.0.0.1:9")
            .credentials("900", SECRET)
            .release(Span::parse(&sample.release).expect("a release"))
            .retry(Policy { attempts: 1, ..Policy::default() })
            .http_stack(Arc::clone(&parrot) as Arc<dyn HttpStack>)
            .build()
            .expect("a client");
        for number in 0..12 {
            *parrot.answers.lock().expect("not poisoned") = (number, entity.clone());
            let said = match client.call(sample.operation, &sample.arguments).await {
                Ok(reply) => format!("{reply:?}"),
                Err(error) => format!("{error} {error:?} {client:?}"),
            };
            failed += 1;
            for secret in [CANARY, TOKEN, SECRET, "s3cret"] {
                assert!(!said.contains(secret), "{} {number}: {said}", sample.operation.id);
            }
        }
    }
    assert!(failed > 6000, "{failed}");
}
