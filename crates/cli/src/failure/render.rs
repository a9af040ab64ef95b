//! Saying a failure: for people in two lines, for programs as JSON.

use std::io::{self, Write};

use serde_json::{Map, Value, json};
use threecx::Error;

use super::{Failure, Kind, RowProblem};
use crate::output::style::{Style, escaped, one_line};

impl Failure {
    /// Says it on stderr, once. Help and version are not errors and go to stdout.
    pub fn report(&self, json: bool) {
        // If even stderr is closed, there is nowhere left to say it.
        let _ = self.try_report(json);
    }

    fn try_report(&self, json: bool) -> io::Result<()> {
        let mut stderr = io::stderr().lock();
        match self {
            Failure::Closed | Failure::Halted { .. } | Failure::Unhealthy => Ok(()),
            Failure::Help(error) => error.print(),
            _ if json => writeln!(stderr, "{}", escaped(&self.json().to_string())),
            _ => {
                let style = Style::for_stderr();
                let head = style.red(&format!("error[{}]:", self.kind().map_or("", Kind::name)));
                writeln!(stderr, "{head} {}", self.lines())?;
                match self.next_step() {
                    Some(next) => writeln!(stderr, "  next: {}", one_line(&next)),
                    None => Ok(()),
                }
            }
        }
    }

    /// What is wrong, for a terminal: in one line, but for lists of what is wrong, whose lines are made safe one by
    /// one. Whatever comes from outside cannot begin a line, which might pass for what this program says.
    fn lines(&self) -> String {
        match self {
            Failure::Rows { .. } | Failure::Arguments { .. } | Failure::Unreadable { .. } => self.to_string(),
            other => one_line(&other.message()),
        }
    }

    /// What is wrong, without what the code says already.
    fn message(&self) -> String {
        match self {
            Failure::Call(Error::NotFound(refusal)) if refusal.says_nothing() => {
                format!("nothing exists at this path (status {})", refusal.status)
            }
            Failure::Call(Error::NotFound(refusal)) => refusal.to_string(),
            other => other.to_string(),
        }
    }

    fn json(&self) -> Value {
        let mut error = Map::new();
        error.insert("code".into(), self.kind().map_or("", Kind::name).into());
        error.insert("message".into(), self.message().into());
        error.insert("next_step".into(), self.next_step().into());
        error.insert("exit_code".into(), self.exit_code().into());
        match self {
            Failure::Call(Error::Input(input) | Error::NoSuchEntity(input)) => {
                error.insert("argument".into(), input.argument.clone().into());
                error.insert("path".into(), input.path.clone().into());
                error.insert("expected".into(), input.expected.clone().into());
                error.insert("came".into(), input.came.clone().into());
                if let Some(position) = input.position {
                    error.insert("line".into(), position.line.into());
                    error.insert("column".into(), position.column.into());
                }
            }
            Failure::Call(Error::NotFound(refusal) | Error::Rejected(refusal)) => {
                let reasons = refusal.reasons.iter();
                let reasons: Vec<Value> = reasons
                    .map(|reason| json!({"target": reason.target, "code": reason.code, "sentence": reason.sentence()}))
                    .collect();
                error.insert("status".into(), refusal.status.into());
                error.insert("reasons".into(), reasons.into());
            }
            Failure::Call(Error::RateLimited { retry_after: Some(after) }) => {
                error.insert("retry_after_seconds".into(), after.as_secs().into());
            }
            Failure::CutShort { rows, left, .. } => {
                let complete = if left.is_none() { *rows } else { 0 };
                error.insert("complete_rows".into(), complete.into());
            }
            Failure::Rows { problems, rows } => {
                let problem = |problem: &RowProblem| {
                    let RowProblem { line, column, message, hint } = problem;
                    json!({"line": line, "column": column, "message": message, "hint": hint})
                };
                error.insert("rows".into(), (*rows).into());
                error.insert("problems".into(), problems.iter().map(problem).collect());
            }
            Failure::Arguments { failures } => {
                let problems = failures.iter().map(|failure| failure.json()["error"].clone());
                error.insert("problems".into(), problems.collect());
            }
            Failure::Incomplete { rows, failed, unknown, not_sent, .. } => {
                for (name, count) in [("rows", rows), ("failed", failed), ("unknown", unknown), ("not_sent", not_sent)]
                {
                    error.insert(name.into(), (*count).into());
                }
            }
            Failure::File { path, .. } | Failure::LostRows { path, .. } | Failure::Unreadable { path, .. } => {
                error.insert("path".into(), path.clone().into());
            }
            _ => {}
        }
        json!({ "error": error })
    }
}
