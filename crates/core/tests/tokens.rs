//! Tokens: what is asked, and what answers mean.

use base64::Engine as _;
use base64::engine::general_purpose::URL_SAFE_NO_PAD;
use threecx_core::read::Head;
use threecx_core::token::{Token, read, request};

fn jwt(claims: &str) -> String {
    format!("eyJhbGciOiJFUzI1NiJ9.{}.c2ln", URL_SAFE_NO_PAD.encode(claims))
}

#[test]
fn the_request_carries_the_secret_and_never_shows_it() {
    let request = request("900", "a+b&c='d' é");
    let sent = "grant_type=client_credentials&client_id=900&client_secret=a%2Bb%26c%3D%27d%27%20%C3%A9";
    assert_eq!(request.body.as_deref(), Some(sent));
    assert_eq!(
        request.masked_body().as_deref(),
        Some("grant_type=client_credentials&client_id=900&client_secret=\"***\"")
    );
}

#[test]
fn the_end_comes_from_the_token_itself() {
    // `expires_in` is 60 in both: minutes before 20.0.9, seconds since.
    let granted = format!(
        r#"{{"token_type":"Bearer","expires_in":60,"access_token":"{}"}}"#,
        jwt(r#"{"exp":1800000000,"sub":"900"}"#)
    );
    let head = Head { status: 200, ..Head::default() };
    let token = read("pbx", &head, granted.as_bytes()).expect("granted");
    assert_eq!(token.expires_at(), Some(1_800_000_000));
    assert!(token.holds_at(1_799_999_900));
    assert!(!token.holds_at(1_799_999_990), "renewed a little early, since clocks differ");
    assert!(!format!("{token:?}").contains("eyJ"));
    assert_eq!(Token::new("not-a-jwt".into()).expires_at(), None);
    assert!(Token::new("not-a-jwt".into()).holds_at(u64::MAX));
}

#[test]
fn answers_that_are_no_token_say_why() {
    for (status, version, body, code) in [
        (
            401,
            None,
            r#"{"error":"unauthorized","error_description":"The request requires valid user authentication."}"#,
            "authentication",
        ),
        (400, None, r#"{"error":"invalid_client"}"#, "authentication"),
        (401, Some("20.0.8.1131"), "", "authentication"),
        (200, None, "<!doctype html><title>Router</title>", "not-a-3cx"),
        (200, None, "{}", "not-a-3cx"),
        (404, None, "", "not-a-3cx"),
        (401, None, "<html>401</html>", "not-a-3cx"),
        (503, None, "", "server"),
        (429, None, "", "rate-limited"),
    ] {
        let head = Head { status, version, content_type: Some("text/html"), ..Head::default() };
        let error = read("pbx:5001", &head, body.as_bytes()).expect_err("no token");
        assert_eq!(error.code(), code, "{status} {body}");
        assert!(!error.next_step().is_empty());
    }
}
