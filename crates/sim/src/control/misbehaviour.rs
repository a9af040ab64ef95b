//! Faults and latencies, as they are written on the command line.

use std::str::FromStr;

use bytes::Bytes;
use serde_json::Value as Json;

use super::{ok, read};
use crate::http::Response;
use crate::system::System;

pub(super) fn faults(system: &System) -> Response {
    ok(&written(system.misbehaviour.faults()))
}

pub(super) fn set_faults(system: &System, body: &Bytes) -> Result<Response, String> {
    system.misbehaviour.set_faults(parsed(body, r#"a list of faults, such as ["429:1:3"]"#)?);
    Ok(faults(system))
}

pub(super) fn latencies(system: &System) -> Response {
    ok(&written(system.misbehaviour.latencies()))
}

pub(super) fn set_latencies(system: &System, body: &Bytes) -> Result<Response, String> {
    system.misbehaviour.set_latencies(parsed(body, r#"a list of latencies, such as ["20ms+10ms"]"#)?);
    Ok(latencies(system))
}

/// As they were given.
pub(super) fn written<T: ToString>(all: Vec<T>) -> Json {
    all.iter().map(|one| Json::from(one.to_string())).collect()
}

fn parsed<T: FromStr<Err = String>>(body: &Bytes, expected: &str) -> Result<Vec<T>, String> {
    let texts: Vec<String> = read(body, expected)?;
    texts.iter().map(|text| text.parse()).collect()
}
