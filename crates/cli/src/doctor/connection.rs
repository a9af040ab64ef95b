//! The way to the PBX: whether it answers, its certificate, its clock.

use jiff::Timestamp;
use jiff::fmt::rfc2822::DateTimeParser;
use threecx::{Client, Error, Reachability, Token};
use x509_parser::prelude::{FromDer, X509Certificate, X509Name};

use super::check::{Finding, Limits};
use super::question::{days, in_days};

/// Days before a certificate ends: it should be renewed, and it has to be.
const CERTIFICATE_DAYS: Limits = Limits { yellow: 21, red: 7 };

/// Seconds by which clocks differ: more than is good, and more than works.
const CLOCK_SECONDS: Limits = Limits { yellow: 30, red: 300 };

pub fn reachable(url: &str, look: &Result<Reachability, Error>) -> Finding {
    match look {
        Ok(look) => Finding::green(format!("{url} answers in {} ms", look.took.as_millis())),
        Err(Error::Certificate { .. }) => Finding::green(format!("{url} answers")),
        Err(error) => Finding::failed(error),
    }
}

pub fn certificate(url: &str, look: &Result<Reachability, Error>, now: Timestamp) -> Finding {
    let look = match look {
        Ok(look) => look,
        Err(error @ Error::Certificate { .. }) => {
            return Finding::red(
                error.to_string(),
                "Renew the certificate on the PBX, use the host name that it is issued for, or trust its authority: --ca-file",
            );
        }
        Err(_) => return Finding::unknown("not seen: the PBX does not answer"),
    };
    let Some(der) = &look.certificate else {
        // Plain HTTP is taken without further words for this machine only.
        if Client::builder(url).address().is_ok() {
            return Finding::green("none is needed: nothing leaves this machine");
        }
        return Finding::yellow(
            "there is none: everything crosses the network unencrypted",
            "Use the https:// address.",
        );
    };
    let Ok((_, certificate)) = X509Certificate::from_der(der) else {
        return Finding::unknown("valid, but it cannot be read");
    };
    let Ok(end) = Timestamp::from_second(certificate.validity().not_after.timestamp()) else {
        return Finding::unknown("valid, but its end cannot be read");
    };
    let days = days(now, end);
    let names = names(&certificate).join(", ");
    let message = format!("valid for {names}, from {}; it expires {}", issuer(certificate.issuer()), in_days(days));
    Finding::by_days(days, CERTIFICATE_DAYS, message, "Renew the certificate on the PBX.")
}

fn names(certificate: &X509Certificate<'_>) -> Vec<String> {
    use x509_parser::extensions::GeneralName;
    let extension = certificate.subject_alternative_name().ok().flatten();
    let names = extension.iter().flat_map(|extension| &extension.value.general_names);
    let names = names.filter_map(|name| match name {
        GeneralName::DNSName(name) => Some((*name).to_owned()),
        GeneralName::IPAddress(bytes) => match **bytes {
            [a, b, c, d] => Some(std::net::Ipv4Addr::new(a, b, c, d).to_string()),
            ref bytes => <[u8; 16]>::try_from(bytes).ok().map(|bytes| std::net::Ipv6Addr::from(bytes).to_string()),
        },
        _ => None,
    });
    names.collect()
}

fn issuer(name: &X509Name<'_>) -> String {
    let texts = name.iter_organization().chain(name.iter_common_name()).filter_map(|part| part.as_str().ok());
    let texts: Vec<&str> = texts.collect();
    if texts.is_empty() { "an issuer without a name".into() } else { texts.join(" ") }
}

/// By the answer's `Date`; where it has none, by when the token was made and when it came.
pub fn clock(look: &Result<Reachability, Error>, token: Option<&Token>, now: Timestamp) -> Finding {
    let date = look.as_ref().ok().and_then(|look| DateTimeParser::new().parse_timestamp(look.date.as_deref()?).ok());
    let by_date = date.map(|date| date.as_second() - now.as_second());
    let by_token = token.and_then(Token::clock_ahead);
    let Some(ahead) = by_date.or(by_token) else {
        return Finding::unknown("neither the answer nor the token says what time it is there");
    };
    let next = "Let both machines set their clocks by NTP: tokens, certificates and security codes depend on it.";
    let direction = if ahead < 0 { "behind" } else { "ahead of" };
    let message = format!("the PBX's clock is {} s {direction} this machine's", ahead.abs());
    match ahead.abs() {
        0..=1 => Finding::green("the PBX's clock and this machine's agree"),
        off if off > CLOCK_SECONDS.red => Finding::red(message, next),
        off if off > CLOCK_SECONDS.yellow => Finding::yellow(message, next),
        _ => Finding::green(message),
    }
}
