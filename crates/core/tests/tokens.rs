//! Tokens: what is asked, and what answers mean.

use base64::Engine as _;
use base64::engine::general_purpose::URL_SAFE_NO_PAD;
use threecx_core::NextStep;
use threecx_core::read::Head;
use threecx_core::token::login::{self, LoggedIn};
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
        assert!(!error.next_step().to_string().is_empty());
    }
}

#[test]
fn how_long_it_lives_counts_and_not_the_clock_of_the_pbx() {
    // The PBX's clock is an hour behind.
    let token = Token::received(jwt(r#"{"iat":1000,"exp":4600}"#), 4600);
    assert!(token.holds_at(8169) && !token.holds_at(8170));
    assert_eq!(token.clock_ahead(), Some(-3600));
    let short = Token::received(jwt(r#"{"nbf":1000,"exp":1004}"#), 1000);
    assert!(short.holds_at(1002) && !short.holds_at(1003));
    let silent = Token::received(jwt(r#"{"exp":4600}"#), 1000);
    assert!(silent.holds_at(4569) && !silent.holds_at(4570));
    for (role, roles) in [(r#""users""#, vec!["users"]), (r#"["App","system_owners"]"#, vec!["App", "system_owners"])] {
        let claims = Token::new(jwt(&format!(r#"{{"exp":1,"role":{role}}}"#))).claims().expect("a JWT");
        assert_eq!(claims.roles, roles);
    }
}

#[test]
fn a_user_logs_in() {
    let request = login::request("100", "pass\"word", "123456");
    assert_eq!(request.body.as_deref(), Some(r#"{"Username":"100","Password":"pass\"word","SecurityCode":"123456"}"#));
    let masked = request.masked_body().expect("a body");
    assert_eq!(masked, r#"{"Username":"100","Password":"***","SecurityCode":"***"}"#);
    let read = |status, cookies: &[&str], body: &str| {
        login::read(&Head { status, ..Head::default() }, cookies, body.as_bytes(), "100", "pbx")
    };
    let granted = r#"{"Status":"AuthSuccess","Token":{"access_token":"a","refresh_token":"r"},"TwoFactorAuth":null}"#;
    let refresh = |answer: Result<LoggedIn, _>| match answer.expect("an answer") {
        LoggedIn::Granted(granted) => granted.refresh.map(|token| token.to_string()),
        second => panic!("{second:?}"),
    };
    assert_eq!(refresh(read(200, &[], granted)).as_deref(), Some("r"));
    let without = r#"{"Status":"AuthSuccess","Token":{"access_token":"a","refresh_token":null}}"#;
    assert_eq!(refresh(read(200, &["x=y", "RefreshTokenCookie=c; Path=/"], without)).as_deref(), Some("c"));
    assert_eq!(refresh(read(200, &[], without)), None);
    assert_eq!(
        read(200, &[], r#"{"Status":"AuthFailed","Token":null,"TwoFactorAuth":{"Type":"Email"}}"#),
        Ok(LoggedIn::SecondFactor { kind: "Email".into() })
    );
    for (status, body, code) in [
        (200, r#"{"Status":"AuthFailed","Token":null,"TwoFactorAuth":null}"#, "authentication"),
        (401, "", "authentication"),
        (200, "<html>", "not-a-3cx"),
        (404, "", "not-a-3cx"),
        (503, "", "server"),
    ] {
        assert_eq!(read(status, &[], body).expect_err("refused").code(), code, "{status} {body}");
    }
}

#[test]
fn a_login_that_ended_says_to_log_in_again() {
    let head = Head { status: 401, ..Head::default() };
    let error = login::read_renewal(&head, br#"{"error":"unauthorized"}"#, "100", "pbx").expect_err("refused");
    assert_eq!(error.code(), "authentication");
    assert_eq!(error.next_step(), NextStep::LogIn);
    assert_eq!(
        login::renewal("a&b").masked_body().as_deref(),
        Some("grant_type=refresh_token&client_id=Webclient&refresh_token=\"***\"")
    );
}
