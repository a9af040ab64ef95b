//! `threecx doctor`: is the PBX well, and can this program work with it? It only reads.

mod access;
mod check;
pub mod connection;
mod question;
mod system;

use std::ffi::OsString;
use std::time::Duration;

use jiff::Timestamp;
use serde_json::{Value, json};
use threecx::{Client, Error, Policy};

use check::{CHECKS, Finding, Status};

use crate::args::connection::{ConnectionFlags, Times};
use crate::args::output::OutputFlags;
use crate::args::parse::parse;
use crate::args::plain::plain;
use crate::args::stdin::Stdin;
use crate::args::{globals, layout};
use crate::connect::{Connection, Settings};
use crate::failure::{Failure, Kind};
use crate::output::style::{Style, one_line};
use crate::output::width;
use crate::output::wrap::wrap;
use crate::output::{Output, Sink};
use crate::runtime::runtime;
use clap::Command;

/// What it does, for lists of commands.
pub const ABOUT: &str = "Check the health of the PBX and of this connection";

/// How long all questions together may take: whoever asks for the health of a PBX does not want to wait to hear
/// that it says nothing.
const PATIENCE: Times =
    Times { whole: Some(Duration::from_secs(8)), connect: Some(Duration::from_secs(4)), each: false };

/// `threecx doctor`
pub fn command() -> Command {
    let command = plain(format!("{ABOUT}; nothing is changed"), "threecx doctor [OPTIONS]");
    let command = globals::add(command, |global| !matches!(global.name, "dry-run" | "curl" | "plan-out" | "yes"));
    let checks: Vec<String> = CHECKS.iter().map(|(name, about)| format!("  {name:<12} {about}")).collect();
    layout::fit(command, width()).after_help(format!(
        "Checks:\n{}\n\nEach is green, yellow (needs attention at some point), red (something does not work, or soon will not) or\n\
         unknown (the PBX does not say). The exit code is {} if something is red, otherwise 0. The names of the checks are\n\
         stable: use -o json for monitoring. What is not answered within {} s is not waited for; --timeout gives it longer.",
        checks.join("\n"),
        Kind::Unhealthy.exit_code(),
        PATIENCE.whole.unwrap_or_default().as_secs()
    ))
}

/// Checks everything and prints what it finds.
pub fn run(rest: Vec<OsString>) -> Result<(), Failure> {
    let matches = parse(command(), rest)?;
    let output = Output::from(OutputFlags::of(&matches))?;
    let mut settings = Settings::from(ConnectionFlags::of(&matches)?)?;
    settings.times = settings.times.or(PATIENCE);
    // What fails is what it is asked for.
    settings.retry = Policy { attempts: 2, ..Policy::PERSISTENT };
    let findings = runtime()?.block_on(async {
        let connection = settings.connect(&mut Stdin::default()).await?;
        Ok::<_, Failure>(look(&connection).await)
    })?;
    let mut sink = output.open()?;
    if output.is_for_programs() {
        print_json(&findings, &mut sink)?
    } else {
        print(&findings, &output, &mut sink)?
    }
    sink.finish()?;
    match worst(&findings) {
        Status::Red => Err(Failure::Unhealthy),
        _ => Ok(()),
    }
}

/// All findings, in the order of [`CHECKS`].
async fn look(connection: &Connection) -> Vec<Finding> {
    let (client, now) = (&connection.client, Timestamp::now());
    let seen = client.reach().await;
    let reachable = connection::reachable(&connection.url, &seen);
    let certificate = connection::certificate(&connection.url, &seen, now);
    let token = match &seen {
        Ok(_) => client.token().await,
        Err(error) => Err(error.clone()),
    };
    let clock = connection::clock(&seen, token.as_ref().ok(), now);
    let mut findings = vec![reachable, certificate, clock];
    if seen.is_err() || token.is_err() {
        let why = if seen.is_err() { "the PBX cannot be reached" } else { "the login failed" };
        if seen.is_ok() {
            findings.push(access::login(&connection.identity, &token));
        }
        let left = CHECKS.len() - findings.len();
        findings.extend(std::iter::repeat_n(Finding::unknown(format!("not asked: {why}")), left));
        return findings;
    }
    let status = question::ask(client, "SystemStatus.GetSystemStatus", &[]).await;
    if let Some(error) = no_api(client, &status).await {
        // Something answers, and it is not the API: nothing else would mean anything.
        findings[0] = Finding::failed(&error);
        findings.push(access::login(&connection.identity, &token));
        findings.push(access::token(token.as_ref().ok(), connection.tokens.as_ref()));
        let left = CHECKS.len() - findings.len();
        findings.extend(std::iter::repeat_n(Finding::unknown("not asked: the API does not answer"), left));
        return findings;
    }
    // By now an answer has named the version, and a token that expired in the meantime has been replaced.
    let token = client.token().await.or(token);
    findings.push(access::login(&connection.identity, &token));
    findings.push(access::token(token.as_ref().ok(), connection.tokens.as_ref()));
    findings.push(access::version(client.version().as_deref()));
    findings.push(access::permissions(client).await);
    let licence = question::ask(client, "LicenseStatus.GetLicenseStatus", &[]).await;
    findings.push(system::licence(&licence, now));
    findings.push(system::maintenance(&licence, now));
    findings.push(system::services(client).await);
    findings.push(system::disk(&status));
    findings.push(system::backups(client, &status, now).await);
    findings.push(system::trunks(client).await);
    findings.push(system::extensions(&status));
    findings.push(system::phones(client, &status).await);
    findings
}

/// Why the API as a whole does not answer, if that is why the first question was not answered.
async fn no_api(client: &Client, first: &Result<Value, Error>) -> Option<Error> {
    let answers = |error: &Error| {
        matches!(
            error,
            Error::Permission { .. }
                | Error::NotFound(_)
                | Error::Rejected(_)
                | Error::NotInVersion(_)
                | Error::Input(_)
                // A PBX in trouble is one all the same.
                | Error::Server { .. }
                | Error::RateLimited { .. }
        )
    };
    first.as_ref().err().filter(|error| !answers(error))?;
    // It may be the fault of this one question.
    client.ask_version().await.err().filter(|error| !answers(error))
}

fn worst(findings: &[Finding]) -> Status {
    findings.iter().map(|finding| finding.status).max().unwrap_or(Status::Unknown)
}

fn named(findings: &[Finding]) -> impl Iterator<Item = (&'static str, &Finding)> {
    CHECKS.iter().map(|(name, _)| *name).zip(findings)
}

fn print_json(findings: &[Finding], sink: &mut Sink) -> Result<(), Failure> {
    let check = |(name, finding): (&str, &Finding)| {
        json!({
            "name": name, "status": finding.status.name(), "message": finding.message,
            "next_step": finding.next_step,
        })
    };
    let checks: Value = named(findings).map(check).collect();
    let report = json!({ "status": worst(findings).name(), "checks": checks });
    sink.line(&serde_json::to_string_pretty(&report).map_err(|error| Failure::Internal(error.to_string()))?)
}

fn print(findings: &[Finding], output: &Output, sink: &mut Sink) -> Result<(), Failure> {
    let style = if output.file.is_none() { Style::for_stdout() } else { Style::plain() };
    // Status, name, and what belongs to them, each in its column.
    const COLUMN: usize = 9 + 13;
    let width = output.width().saturating_sub(COLUMN).max(30);
    let all: Vec<(&str, &Finding)> = named(findings).collect();
    for alike in all.chunk_by(|(_, one), (_, next)| one.message == next.message) {
        let Some((name, finding)) = alike.first() else { continue };
        // What was not asked for one and the same reason is one line.
        let name = if alike.len() > 1 { format!("{} checks", alike.len()) } else { (*name).to_owned() };
        let status = format!("{:<9}", finding.status.name());
        let status = match finding.status {
            Status::Unknown => status,
            Status::Green => style.green(&status),
            Status::Yellow => style.yellow(&status),
            Status::Red => style.red(&status),
        };
        let next = finding.next_step.as_ref().map(|next| format!("next: {next}"));
        let texts = [Some(&finding.message), next.as_ref()].into_iter().flatten();
        // Further lines stand further in: none of them can pass for the next step.
        let text = texts.map(|text| wrap(&one_line(text), width.saturating_sub(2)).replace('\n', "\n  "));
        let text: Vec<String> = text.collect();
        for (number, line) in text.join("\n").lines().enumerate() {
            match number {
                0 => sink.painted(&format!("{status}{name:<13}{line}"))?,
                _ => sink.line(&format!("{:COLUMN$}{line}", ""))?,
            }
        }
    }
    let count = |status: Status| findings.iter().filter(|finding| finding.status == status).count();
    let counts = [Status::Red, Status::Yellow, Status::Green, Status::Unknown];
    let counts = counts.into_iter().filter(|status| count(*status) > 0);
    let counts: Vec<String> = counts.map(|status| format!("{} {}", count(status), status.name())).collect();
    sink.line(&format!("\n{}", counts.join(", ")))
}
