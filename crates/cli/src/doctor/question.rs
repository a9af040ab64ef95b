//! Asking the PBX: only reading, and as little as answers the question.

use jiff::Timestamp;
use serde_json::Value;
use threecx::{Answer, Arguments, Client, Error, operation};

/// The answer to an operation, with these query options: an entity, or the rows of a list.
pub async fn ask(client: &Client, id: &str, options: &[(&str, &str)]) -> Result<Value, Error> {
    let unreadable = |error: serde_json::Error| Error::Answer { reason: threecx_core::mask::unfit(&error) };
    let operation = operation(id).ok_or_else(|| Error::Answer { reason: format!("{id} is not in the catalogue") })?;
    let mut arguments = Arguments::default();
    arguments.options.extend(options.iter().map(|(name, value)| ((*name).to_owned(), (*value).into())));
    let reply = client.call(operation, &arguments).await?;
    match reply.answer()? {
        Answer::Value(value) => serde_json::from_str(value.get()).map_err(unreadable),
        Answer::Rows(rows) => rows
            .rows
            .iter()
            .map(|row| serde_json::from_str::<Value>(row.get()))
            .collect::<Result<Value, _>>()
            .map_err(unreadable),
        Answer::Nothing | Answer::File(_) => Ok(Value::Null),
    }
}

/// An instant in an answer.
pub fn instant(value: &Value) -> Option<Timestamp> {
    value.as_str()?.parse().ok()
}

/// Days from one instant to another by the calendar; negative if it is past.
pub fn days(from: Timestamp, to: Timestamp) -> i64 {
    let day = |instant: Timestamp| instant.as_second().div_euclid(86_400);
    day(to) - day(from)
}

/// `in 3 days`, `today`, `12 days ago`.
pub fn in_days(days: i64) -> String {
    match days {
        0 => "today".into(),
        1 => "tomorrow".into(),
        -1 => "yesterday".into(),
        days if days < 0 => format!("{} days ago", -days),
        days => format!("in {days} days"),
    }
}
