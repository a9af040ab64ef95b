//! How good the sound of a call was: always good, in this company.

use crate::http::{Problem, Response};
use crate::operations::Call;
use crate::operations::behaviours::Answer;
use crate::state::{Entity, Store, Value};

/// A report on the two sides of a call that took place.
pub(super) fn report(call: &Call<'_>, store: &Store) -> Answer {
    let text = |name: &str| call.parameters.get(name).and_then(Value::as_text).unwrap_or_default();
    let segment = match call.parameters.get("call_id").and_then(Value::as_int) {
        Some(id) => Some(id),
        None => text("cdrId").rsplit('-').next().and_then(|digits| i64::from_str_radix(digits, 16).ok()),
    };
    let calls = store.calls.ended(call.now.as_second(), i64::MIN..i64::MAX);
    let by_id = call.parameters.contains_key("call_id");
    let mut legs = calls.flat_map(|phone_call| {
        let id = phone_call.id();
        let legs: Vec<(i64, i64)> =
            phone_call.segments().map(|(segment, leg)| (if by_id { id } else { segment }, leg.talks)).collect();
        legs
    });
    let Some((_, talked)) = legs.find(|(id, _)| Some(*id) == segment) else { return Ok(Response::empty(204)) };
    let score = |digits: &str| Value::Number(digits.into());
    let party = |number: &str, inbound: bool| {
        let party = call.shapes.entity("QualityParty")?;
        let party = party
            .with("Number", Value::text(number))
            .with("Inbound", Value::Bool(inbound))
            .with("Codec", Value::text("PCMA"))
            .with("Duration", Value::Int(talked))
            .with("MOSFromPBX", score("4.4"))
            .with("MOSToPBX", score("4.3"))
            .with("RxPackets", Value::Int(talked * 50))
            .with("TxPackets", Value::Int(talked * 50));
        Some(Value::Object(Box::new(party)))
    };
    let answer: Entity = call.shapes.entity("QualityReport").ok_or(Problem::NoSuchPath)?;
    let answer = answer
        .with("MOS", score("4.3"))
        .with("OverallScore", Value::Int(5))
        .with("Summary", Value::Int(0))
        .with("Transcoding", Value::Bool(false))
        .with("Party1", party(text("srcNumber"), true).unwrap_or(Value::Null))
        .with("Party2", party(text("dstNumber"), false).unwrap_or(Value::Null));
    Ok(call.whole(&answer))
}
