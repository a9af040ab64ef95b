//! Who may control the simulated PBX: programs, and its own page. A page from elsewhere that
//! somebody has open in a browser must not reset their test.

use std::net::IpAddr;

use hyper::http::request::Parts;
use hyper::http::uri::Authority;

use crate::system::System;

/// Refuses what a browser sends for a page of another origin. A page can also make its own name
/// resolve to this machine (DNS rebinding), so that it is of the same origin: then the name that
/// was asked for is not one of this machine's.
pub(super) fn check(system: &System, head: &Parts) -> Result<(), &'static str> {
    let text = |name: &str| head.headers.get(name).map(|value| value.to_str().unwrap_or_default());
    let host = text("host");
    let mut asked = [host, head.uri.authority().map(Authority::as_str)].into_iter().flatten();
    if system.is_local && asked.clone().any(|authority| !is_this_machine(authority)) {
        return Err("Host: expected localhost or an address of this machine");
    }
    if asked.any(|authority| !is_this_machine(authority) && !is_ours(authority, &system.names)) {
        return Err("Host: expected an address, a name without dots, or one that --tls-name gives");
    }
    match text("origin") {
        Some(origin) if origin != system.url && origin.split_once("://").map(|(_, rest)| rest) != host => {
            Err("a page of another origin is not allowed to do this")
        }
        _ => Ok(()),
    }
}

/// True for `localhost`, `127.0.0.1:5004`, `[::1]:5004`.
fn is_this_machine(authority: &str) -> bool {
    let Ok(authority) = authority.parse::<Authority>() else { return false };
    let host = authority.host().trim_end_matches('.').to_ascii_lowercase();
    let address = host.trim_matches(['[', ']']).parse::<IpAddr>();
    host == "localhost" || host.ends_with(".localhost") || address.is_ok_and(|ip| ip.to_canonical().is_loopback())
}

/// True for what no page can be made to have as its name: addresses, and names that only the network here knows;
/// and for names that this machine was given.
fn is_ours(authority: &str, names: &[String]) -> bool {
    let Ok(authority) = authority.parse::<Authority>() else { return false };
    let host = authority.host().trim_matches(['[', ']']);
    let is_address = host.parse::<IpAddr>().is_ok();
    is_address || (!host.is_empty() && !host.contains('.')) || names.iter().any(|name| name.eq_ignore_ascii_case(host))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_page_cannot_take_the_name_of_what_others_reach() {
        let names = ["pbx.example.com".to_owned()];
        for ours in ["192.0.2.1:5004", "[2001:db8::1]:5004", "sim:5004", "PBX.example.com", "10.0.0.1"] {
            assert!(is_ours(ours, &names), "{ours}");
        }
        for other in ["evil.example:5004", "pbx.example.com.evil.example", "192.0.2.1.evil.example", "sim.", "", "a b"]
        {
            assert!(!is_ours(other, &names), "{other}");
        }
    }

    #[test]
    fn names_of_this_machine_are_told_from_others() {
        for own in
            ["localhost", "LocalHost:5004", "sim.localhost", "127.0.0.1:1", "127.9.9.9", "[::1]:5004", "localhost."]
        {
            assert!(is_this_machine(own), "{own}");
        }
        for other in
            ["evil.example:5004", "localhost.evil.example", "127.0.0.1.evil.example", "192.0.2.1", "", "a b", "[::2]"]
        {
            assert!(!is_this_machine(other), "{other}");
        }
    }
}
