//! Runs and steps as they are shown.

use jiff::Timestamp;
use jiff::tz::TimeZone;
use serde_json::{Value, json};
use threecx_catalog::words::counted;
use threecx_change::journal::{Counts, RunDetail, RunSummary, StepRecord};
use threecx_change::{Plan, Step};
use threecx_core::MASK;

use crate::output::style::one_line;

/// An instant in this machine's time zone.
pub fn here(milliseconds: i64) -> String {
    let instant = Timestamp::from_millisecond(milliseconds).unwrap_or_default();
    instant.to_zoned(TimeZone::system()).strftime("%Y-%m-%d %H:%M:%S").to_string()
}

/// The same for programs.
pub fn instant(milliseconds: i64) -> String {
    Timestamp::from_millisecond(milliseconds).unwrap_or_default().to_string()
}

/// `Update User: user 100 Ada Lovelace`, `Create User: 200 steps of people.csv`
pub fn what(run: &RunSummary) -> String {
    let title = threecx_catalog::operation(&run.head.operation).map_or(run.head.operation.as_str(), |it| it.title);
    let concerned = match (&run.head.source, run.counts.steps, &run.first) {
        (Some(source), steps, _) => {
            let name = std::path::Path::new(source).file_name().unwrap_or_default().to_string_lossy();
            format!("{} of {name}", counted(steps as usize, "row", "rows"))
        }
        (None, 1, Some(label)) if label != title => label.clone(),
        (None, 1, _) => String::new(),
        (None, steps, _) => counted(steps as usize, "step", "steps"),
    };
    let prefix = match run.head.of_run {
        Some(of) => format!("Undo {of}: "),
        None => String::new(),
    };
    let text = if concerned.is_empty() { title.to_owned() } else { format!("{title}: {concerned}") };
    one_line(&(prefix + &text))
}

/// How a run ended: `done`, `197 done, 3 failed`, `cut off, 2 unknown`.
pub fn ending(run: &RunSummary) -> String {
    let Counts { steps, done, failed, unknown, skipped, unsent } = run.counts;
    let mut parts = Vec::new();
    for (number, word) in
        [(done, "done"), (failed, "failed"), (unknown, "unknown"), (skipped, "skipped"), (unsent, "not sent")]
    {
        if number > 0 {
            parts.push(if number == steps { word.to_owned() } else { format!("{number} {word}") });
        }
    }
    if run.ended.is_none() {
        parts.insert(0, "cut off".to_owned());
    }
    if let Some(by) = run.undone_by {
        parts.push(format!("undone by {by}"));
    }
    parts.join(", ")
}

/// A run for programs.
pub fn json(run: &RunSummary) -> Value {
    let Counts { steps, done, failed, unknown, skipped, unsent } = run.counts;
    json!({
        "run": run.run,
        "kind": run.head.kind.word(),
        "begun": instant(run.begun),
        "ended": run.ended.map(instant),
        "who": run.who,
        "pbx": run.head.pbx,
        "as": run.head.identity,
        "release": run.head.release,
        "operation": run.head.operation,
        "file": run.head.source,
        "undoes": run.head.of_run,
        "undone_by": run.undone_by,
        "steps": steps,
        "done": done,
        "failed": failed,
        "unknown": unknown,
        "skipped": skipped,
        "not_sent": unsent,
    })
}

/// The same with its steps.
pub fn json_in_full(detail: &RunDetail) -> Value {
    let mut run = json(&detail.summary);
    run["each"] = detail.steps.iter().map(step).collect();
    run
}

fn step(record: &StepRecord) -> Value {
    let known = threecx_catalog::operation(&record.operation);
    json!({
        "step": record.seq + 1,
        "operation": record.operation,
        "what": record.label,
        "line": record.line,
        "outcome": record.state.outcome(),
        "status": record.state.status(),
        "made": record.state.made(),
        "file": record.state.file(),
        "error": why(record),
        "at": record.at.map(instant),
        "sent": known.and_then(|known| masked(known, record)),
        "before": record.before.as_ref().map(|before| masked_properties(known, &before.properties)),
    })
}

/// Why a step was not carried out.
pub fn why(record: &StepRecord) -> Option<&str> {
    match &record.state {
        threecx_change::State::Failed { message, .. } | threecx_change::State::Unknown { message, .. } => Some(message),
        threecx_change::State::Sent => Some("it was sent, and the program ended before an answer came"),
        _ => None,
    }
}

/// What was sent, secrets masked.
fn masked(operation: &'static threecx::Operation, record: &StepRecord) -> Option<Value> {
    let step = Step {
        operation,
        arguments: record.arguments.clone(),
        concerns: Vec::new(),
        before: None,
        items: None,
        line: None,
    };
    let request = step.request(threecx::Span::ALL).ok()?;
    let body = request.masked_body().and_then(|body| serde_json::from_str::<Value>(&body).ok());
    Some(json!({"method": request.method.as_str(), "path": request.masked_path(), "body": body}))
}

/// What was there before, secrets masked.
fn masked_properties(operation: Option<&'static threecx::Operation>, properties: &threecx_change::Properties) -> Value {
    let structure = operation.and_then(|operation| operation.newest_form().target.structure());
    crate::output::shape::masked(structure, &Value::Object(properties.clone()))
}

/// The steps of a plan, each in a line or two: what, to what, and what is there now.
pub fn plan_lines(plan: &Plan) -> Vec<String> {
    let mut lines = Vec::new();
    for (index, step) in plan.steps.iter().enumerate() {
        let label = plan.label(index);
        let title = step.operation.title;
        lines.push(if label == title { title.to_owned() } else { format!("{title}: {}", one_line(&label)) });
        let Ok(request) = step.request(plan.release) else { continue };
        let body = request.masked_body().unwrap_or_default();
        let body: serde_json::Map<String, Value> = serde_json::from_str(&body).unwrap_or_default();
        for (name, value) in &body {
            let before =
                step.before.as_ref().filter(|before| !before.whole).and_then(|before| before.properties.get(name));
            let secret = value.as_str() == Some(MASK);
            let before =
                before.filter(|_| !secret).map(|before| format!("{} → ", short(&shown(before)))).unwrap_or_default();
            lines.push(format!("  {name}: {before}{}", short(value)));
        }
    }
    lines
}

/// A value without the secrets in it.
fn shown(value: &Value) -> Value {
    let text = threecx_core::mask::shown_json(&value.to_string());
    serde_json::from_str(&text).unwrap_or(Value::Null)
}

/// A value in a line.
fn short(value: &Value) -> String {
    const LONGEST: usize = 60;
    let text = match value {
        Value::String(text) => format!("\"{text}\""),
        Value::Array(items) if items.len() > 1 => counted(items.len(), "item", "items"),
        other => other.to_string(),
    };
    let text = one_line(&text);
    match text.char_indices().nth(LONGEST) {
        Some((end, _)) => format!("{}…", &text[..end]),
        None => text,
    }
}
