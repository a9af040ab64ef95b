//! Numbers and addresses that are kept out.

use std::net::IpAddr;

use jiff::Timestamp;

use super::nature::{Nature, TextKeys};
use crate::http::Problem;

pub(super) const BLACK_LIST_NUMBERS: Nature = Nature {
    name: "BlackListNumbers",
    text_keys: TextKeys::Counted,
    filled: &["CallerId"],
    unique: &["CallerId"],
    ..Nature::PLAIN
};

pub(super) const BLOCKLIST: Nature = Nature {
    name: "Blocklist",
    filled: &["IPAddrMask"],
    unique: &["IPAddrMask"],
    check: |entry, _, now| {
        if !is_mask(entry.text("IPAddrMask")) {
            return Err(Problem::refused("IPAddrMask", "WARNINGS.INVALID_IP_MASK"));
        }
        match entry.text("ExpiresAt").parse::<Timestamp>() {
            Ok(end) if end <= now => Err(Problem::refused("ExpiresAt", "WARNINGS.ALREADY_EXPIRED")),
            _ => Ok(()),
        }
    },
    ..Nature::PLAIN
};

/// `192.0.2.7`, `192.0.2.0/24`
fn is_mask(text: &str) -> bool {
    let (address, bits) = text.split_once('/').map_or((text, None), |(address, bits)| (address, Some(bits)));
    let Ok(address) = address.parse::<IpAddr>() else { return false };
    let most = if address.is_ipv4() { 32 } else { 128 };
    bits.is_none_or(|bits| bits.parse::<u8>().is_ok_and(|bits| bits <= most))
}
