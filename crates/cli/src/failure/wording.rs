//! What messages consist of where they count, list or leave out something.

use std::collections::BTreeSet;

use threecx_catalog::words::counted;

use super::{Failure, RowProblem};
use crate::output::style::one_line;
use crate::signals::Signal;

pub(super) fn what_came(rows: u64, left: Option<&str>) -> String {
    match left {
        Some(path) => format!("{rows} rows had come, and {path} is left as it was"),
        None => format!("the {rows} rows before it are complete"),
    }
}

pub(super) fn by(signal: Signal) -> String {
    if signal == Signal::Interrupt { String::new() } else { format!(" by {}", signal.name()) }
}

pub(super) fn indented(lines: &[String]) -> String {
    lines.iter().map(|line| format!("\n  {}", one_line(line))).collect()
}

pub(super) fn each(failures: &[Failure]) -> String {
    let line = |failure: &Failure| {
        let hint = match failure {
            Failure::Call(error) => {
                error.given().and_then(|given| given.hint.as_ref()).map(|hint| format!(" ({hint})"))
            }
            _ => None,
        };
        format!("\n  {}", one_line(&format!("{failure}{}", hint.unwrap_or_default())))
    };
    failures.iter().map(line).collect()
}

pub(super) fn of_row(row: &Option<u64>) -> String {
    row.map(|row| format!(" (row {row})")).unwrap_or_default()
}

/// The maximum number of problems that are listed.
const PROBLEMS: usize = 20;

/// Problems of columns are all listed: a file has few, and to correct them one by one takes as many runs.
pub(super) fn problem_list(problems: &[RowProblem], rows: usize) -> String {
    let (in_rows, columns): (Vec<_>, Vec<_>) = problems.iter().partition(|problem| problem.line.is_some());
    let lines: BTreeSet<Option<u64>> = in_rows.iter().map(|problem| problem.line).collect();
    let of_rows = format!("{} of {rows} rows", lines.len());
    let which = match (columns.len(), lines.len()) {
        (0, _) => of_rows,
        (columns, 0) => counted(columns, "column", "columns"),
        (columns, _) => format!("{} and {of_rows}", counted(columns, "column", "columns")),
    };
    let one = which.starts_with("1 column") && lines.is_empty();
    let mut text = format!("{which} {} not fit; nothing was sent", if one { "does" } else { "do" });
    for RowProblem { line, column, message, hint } in
        columns.iter().copied().chain(in_rows.iter().copied().take(PROBLEMS))
    {
        let place: Vec<String> = line.iter().map(|line| format!("line {line}")).collect();
        let column = column.iter().map(|column| format!("column {column}"));
        let place: Vec<String> = place.into_iter().chain(column).collect();
        let hint = hint.as_ref().map(|hint| format!(" ({hint})")).unwrap_or_default();
        text.push_str("\n  ");
        text.push_str(&one_line(&format!("{}: {message}{hint}", place.join(", "))));
    }
    if in_rows.len() > PROBLEMS {
        text.push_str(&format!("\n  and {} more", in_rows.len() - PROBLEMS));
    }
    text
}

pub(super) fn incomplete(rows: usize, failed: usize, unknown: usize, not_sent: usize, cause: Option<&str>) -> String {
    let parts = [(failed, "failed"), (unknown, "of unknown outcome"), (not_sent, "not sent")];
    let parts: Vec<String> =
        parts.iter().filter(|(count, _)| *count > 0).map(|(count, what)| format!("{count} {what}")).collect();
    let cause = cause.map(|cause| format!("; it ended early: {cause}")).unwrap_or_default();
    format!("{} of {rows} are not done: {}{cause}", failed + unknown + not_sent, parts.join(", "))
}

pub(super) fn missing_list(missing: &[&str]) -> String {
    match missing {
        [one] => format!("{one} is"),
        [init @ .., last] => format!("{} and {last} are", init.join(", ")),
        [] => "it is".into(),
    }
}
