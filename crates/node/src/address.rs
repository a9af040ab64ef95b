//! `address`: where the PBX is and how long a call to it may take, from what was pasted into the credential.
//!
//! The place is put together anew from scheme, host and port, and every part has to be plain: whatever sends the
//! request reads it as it was read here. n8n fetches the token itself, by an expression in the credential that takes
//! the same addresses (`n8n/credentials`); a test holds one to the other.

use std::net::{Ipv4Addr, Ipv6Addr};

use serde::Deserialize;
use serde_json::json;
use threecx_catalog::Type;
use threecx_core::{Error, Input, InputError, setting};

use crate::amount::given;
use crate::command::Reply;

/// The command.
#[derive(Deserialize)]
#[serde(rename_all = "camelCase")]
pub(crate) struct Command<'a> {
    #[serde(borrow)]
    base_url: std::borrow::Cow<'a, str>,
    /// True if a connection without encryption was agreed to.
    #[serde(default)]
    allow_http: bool,
    /// How many seconds a call may take.
    #[serde(default)]
    timeout: Option<Input>,
}

/// How many seconds a call may take where nobody says it.
const PATIENCE: f64 = 120.0;

/// A day is enough for everything.
const MOST: f64 = 86_400.0;

/// `{baseUrl, host, timeout}`: `https://pbx.example.com:5001` and `pbx.example.com:5001`; milliseconds.
pub(crate) fn command(command: Command<'_>) -> Reply {
    let refuse = |reason| Error::Url { url: shown(&command.base_url), reason };
    let Address { scheme, host } = read(&command.base_url, command.allow_http).map_err(refuse)?;
    Ok(json!({ "baseUrl": format!("{scheme}://{host}"), "host": host, "timeout": timeout(command.timeout)? }))
}

fn timeout(input: Option<Input>) -> Result<u64, Error> {
    const NAME: &str = "Timeout";
    let Some(input) = given(input) else { return Ok((PATIENCE * 1000.0) as u64) };
    let text = setting(NAME, &input, Type::Double)?;
    let seconds = text.parse::<f64>().ok().filter(|seconds| *seconds > 0.0 && *seconds <= MOST);
    let misfit = || InputError::of(NAME, "a number of seconds above 0, up to a day", format!("`{text}`"));
    seconds.map(|seconds| (seconds * 1000.0).ceil() as u64).ok_or_else(|| misfit().into())
}

struct Address<'a> {
    scheme: &'static str,
    /// With the port, if one was given.
    host: &'a str,
}

fn read(text: &str, allow_http: bool) -> Result<Address<'_>, String> {
    // Some programs put a byte order mark before what is copied from them.
    let text = text.trim_matches(|c: char| c.is_whitespace() || c == '\u{feff}');
    if text.is_empty() {
        return Err("it is empty".into());
    }
    let (scheme, rest) = match text.split_once("://") {
        Some((scheme, rest)) if scheme.eq_ignore_ascii_case("https") => ("https", rest),
        Some((scheme, rest)) if scheme.eq_ignore_ascii_case("http") => ("http", rest),
        Some(_) => return Err("it has to begin with https://".into()),
        None => ("https", text),
    };
    let (host, after) = rest.split_at(rest.find(['/', '?', '#']).unwrap_or(rest.len()));
    if host.contains('@') {
        return Err("it must not contain a user name or password".into());
    }
    let (name, port) = split_port(host);
    if !is_host(name) {
        return Err("it has no valid host name".into());
    }
    if port.is_some_and(|port| !port.bytes().all(|b| b.is_ascii_digit()) || !port.parse::<u16>().is_ok_and(|n| n > 0)) {
        return Err("its port is not a number from 1 to 65535".into());
    }
    if !may_follow(after) {
        return Err("it has to end after the host name or port".into());
    }
    if scheme == "http" && !allow_http && !is_local(name) {
        return Err(
            "http:// would show the client secret to everyone on the way; write https://, or switch on Allow HTTP in the credential"
                .into(),
        );
    }
    Ok(Address { scheme, host })
}

/// A host and its port; the colons of an IPv6 address are in brackets.
fn split_port(host: &str) -> (&str, Option<&str>) {
    let end = host.find(']').map_or(0, |bracket| bracket + 1);
    match host[end..].split_once(':') {
        Some((more, port)) => (&host[..end + more.len()], Some(port)),
        None => (host, None),
    }
}

fn is_host(name: &str) -> bool {
    if let Some(inner) = name.strip_prefix('[').and_then(|rest| rest.strip_suffix(']')) {
        return inner.parse::<Ipv6Addr>().is_ok();
    }
    let plain = |c: char| c.is_alphanumeric() || matches!(c, '-' | '_');
    name.split('.').all(|label| !label.is_empty() && label.chars().all(plain))
}

/// What of the console and of the API is copied along: `/xapi/v1`, `/webclient`, `/#/office/users`.
fn may_follow(after: &str) -> bool {
    let (path, route) = after.split_once('#').map_or((after, None), |(path, route)| (path, Some(route)));
    let known = ["", "/xapi", "/xapi/v1", "/webclient"].contains(&path.strip_suffix('/').unwrap_or(path));
    known && route.is_none_or(|route| route.is_empty() || route.starts_with('/'))
}

/// True for names and addresses of this machine.
fn is_local(name: &str) -> bool {
    let lower = name.to_ascii_lowercase();
    let inner = lower.trim_matches(['[', ']']);
    lower == "localhost"
        || lower.ends_with(".localhost")
        || inner.parse::<Ipv4Addr>().is_ok_and(|address| address.is_loopback())
        || inner.parse::<Ipv6Addr>().is_ok_and(|address| address.is_loopback())
}

/// What was given, without the part that may be a password.
fn shown(text: &str) -> String {
    const LONGEST: usize = 100;
    let text = text.trim();
    let end = text.find("://").map_or(0, |scheme| scheme + 3);
    let all = match text.rfind('@') {
        Some(at) if at >= end => format!("{}***{}", &text[..end], &text[at..]),
        _ => text.to_owned(),
    };
    match all.char_indices().nth(LONGEST) {
        Some((end, _)) => format!("{}…", &all[..end]),
        None => all,
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn base(text: &str, allow_http: bool) -> Result<String, String> {
        let reply = command(Command { base_url: text.into(), allow_http, timeout: None });
        let address = reply.map_err(|failure| failure.reply()["error"]["message"].to_string())?;
        Ok(address["baseUrl"].as_str().unwrap_or_default().to_owned())
    }

    #[test]
    fn pasted_addresses_are_understood() {
        for (given, expected) in [
            ("https://pbx.example.com:5001", "https://pbx.example.com:5001"),
            ("https://pbx.example.com:5001/", "https://pbx.example.com:5001"),
            (" https://pbx.example.com \n", "https://pbx.example.com"),
            ("\u{feff}https://pbx.example.com", "https://pbx.example.com"),
            ("\u{feff} https://pbx.example.com\u{a0}", "https://pbx.example.com"),
            ("HTTPS://PBX.example.com", "https://PBX.example.com"),
            ("pbx.example.com", "https://pbx.example.com"),
            ("pbx.example.com:5001/xapi/v1", "https://pbx.example.com:5001"),
            ("https://pbx.example.com/xapi/v1/", "https://pbx.example.com"),
            ("https://pbx.example.com/xapi", "https://pbx.example.com"),
            ("https://pbx.example.com/#/login", "https://pbx.example.com"),
            ("https://pbx.example.com/#/office/users", "https://pbx.example.com"),
            ("https://pbx.example.com#/login?next=/office", "https://pbx.example.com"),
            ("https://pbx.example.com/#", "https://pbx.example.com"),
            ("https://pbx.example.com/webclient/#/people", "https://pbx.example.com"),
            ("https://192.0.2.7:5001", "https://192.0.2.7:5001"),
            ("https://[2001:db8::1]:5001/", "https://[2001:db8::1]:5001"),
            ("https://büro.example", "https://büro.example"),
            ("http://localhost:5004", "http://localhost:5004"),
            ("http://LOCALHOST", "http://LOCALHOST"),
            ("http://pbx.localhost:5004", "http://pbx.localhost:5004"),
            ("http://127.0.0.1:5004", "http://127.0.0.1:5004"),
            ("http://127.3.2.1", "http://127.3.2.1"),
            ("http://[::1]:5004", "http://[::1]:5004"),
        ] {
            assert_eq!(base(given, false).as_deref(), Ok(expected), "{given:?}");
        }
    }

    #[test]
    fn what_is_not_an_address_is_refused_with_its_reason() {
        for (given, reason) in [
            ("", "empty"),
            (" \u{feff} ", "empty"),
            ("https://", "host name"),
            ("https://:5001", "host name"),
            ("https:///xapi", "host name"),
            ("https://a b", "host name"),
            ("https://pbx..example", "host name"),
            ("https://pbx\\@evil.example", "user name or password"),
            ("https://pbx%2eexample", "host name"),
            ("https://[::1", "host name"),
            ("https://[pbx]", "host name"),
            ("https://pbx:port", "port"),
            ("https://pbx:0", "port"),
            ("https://pbx:65536", "port"),
            ("https://pbx:+80", "port"),
            ("https://pbx:", "port"),
            ("ftp://pbx", "begin with https://"),
            ("javascript://pbx", "begin with https://"),
            ("https://admin:hunter2@pbx", "user name or password"),
            ("admin@pbx", "user name or password"),
            ("https://pbx.example.com@evil.example/#/login", "user name or password"),
            ("https://pbx?x=1", "end after the host name or port"),
            ("https://pbx/?x=1#/login", "end after the host name or port"),
            ("https://pbx/#login", "end after the host name or port"),
            ("https://pbx/other", "end after the host name or port"),
            ("https://pbx/xapi/v1/Users", "end after the host name or port"),
            ("https://pbx/xapi/v1//", "end after the host name or port"),
            ("https://pbx/../x", "end after the host name or port"),
        ] {
            let message = base(given, true).expect_err(given);
            assert!(message.contains(reason), "{given:?}: {message}");
            assert!(!message.contains("hunter2"), "{message}");
        }
    }

    #[test]
    fn plain_http_is_for_this_machine_only_unless_it_was_agreed_to() {
        for given in [
            "http://pbx.example.com",
            "HTTP://pbx.example.com:5000/xapi/v1",
            "http://192.168.1.10:5000",
            "http://10.0.0.1",
            "http://[fe80::1]",
            "http://localhost.example.com",
            "http://127.0.0.1.example.com",
            "http://notlocalhost",
            "http://0177.0.0.1",
            "http://0x7f.0.0.1",
            "http://127.1",
            "http://2130706433",
            "http://0.0.0.0",
            "http://[::ffff:127.0.0.1]",
            "http://①27.0.0.1",
        ] {
            let message = base(given, false).expect_err(given);
            assert!(message.contains("Allow HTTP"), "{given}: {message}");
            let allowed = base(given, true).expect(given);
            assert!(allowed.starts_with("http://") && !allowed.ends_with("v1"), "{allowed}");
        }
    }

    #[test]
    fn a_call_takes_as_long_as_was_said() {
        let reply = |timeout: serde_json::Value| {
            let written = json!({ "baseUrl": "https://pbx", "timeout": timeout }).to_string();
            command(serde_json::from_str(&written).expect("a command")).map_err(|failure| failure.reply().to_string())
        };
        for (given, milliseconds) in [
            (json!(null), 120_000),
            (json!({ "json": null }), 120_000),
            (json!({ "text": "" }), 120_000),
            (json!({ "json": 2 }), 2_000),
            (json!({ "text": " 2 " }), 2_000),
            (json!({ "json": 0.5 }), 500),
            (json!({ "json": 86_400 }), 86_400_000),
        ] {
            assert_eq!(reply(given.clone()).expect("read")["timeout"], milliseconds, "{given}");
        }
        for wrong in
            [json!(0), json!(-1), json!("soon"), json!("NaN"), json!("INF"), json!([2]), json!(1e9), json!(true)]
        {
            let message = reply(json!({ "json": wrong })).expect_err("refused");
            assert!(message.contains("Timeout: expected a number"), "{wrong}: {message}");
        }
    }

    #[test]
    fn an_address_without_end_is_not_repeated_in_full() {
        let message = base(&"x@".repeat(500_000), false).expect_err("refused");
        assert!(message.len() < 400, "{}", message.len());
    }
}
