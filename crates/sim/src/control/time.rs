//! The clock: shown, stepped, set.

use std::time::Duration;

use bytes::Bytes;
use jiff::Timestamp;
use serde::Deserialize;
use serde_json::json;

use super::{ok, read};
use crate::http::Response;
use crate::system::System;

/// The longest step: ten years.
const LONGEST_STEP: u64 = 3653 * 86_400;

#[derive(Deserialize)]
struct Step {
    seconds: u64,
}

#[derive(Deserialize)]
struct Now {
    now: String,
}

pub(super) fn show(system: &System) -> Response {
    ok(&json!({ "now": system.clock.now().to_string() }))
}

pub(super) fn step(system: &System, body: &Bytes) -> Result<Response, String> {
    let Step { seconds } = read(body, r#"{"seconds": N}, a whole number"#)?;
    if seconds > LONGEST_STEP {
        return Err(format!("expected {LONGEST_STEP} seconds at most; got {seconds}"));
    }
    system.clock.step(Duration::from_secs(seconds));
    Ok(show(system))
}

pub(super) fn set(system: &System, body: &Bytes) -> Result<Response, String> {
    let Now { now } = read(body, r#"{"now": "2027-01-31T09:30:00Z"}"#)?;
    let wrong = || format!("expected an instant, such as 2027-01-31T09:30:00Z; got `{now}`");
    let instant = now.parse::<Timestamp>().map_err(|_| wrong())?;
    let ahead = instant.duration_since(system.clock.now()).as_secs();
    if u64::try_from(ahead).is_ok_and(|ahead| ahead <= LONGEST_STEP) && system.clock.advance_to(instant) {
        return Ok(show(system));
    }
    Err(format!("expected an instant of the ten years after {}; got {instant}", system.clock.now()))
}
