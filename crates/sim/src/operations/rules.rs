//! What the PBX demands of an entity before it takes it, beyond its type.

use std::net::IpAddr;

use jiff::Timestamp;

use crate::assumptions::{LONGEST_NAME, LONGEST_PERSON_NAME, MAX_PHONES, MAX_ROUTES};
use crate::http::Problem;
use crate::state::{Entity, Set, Store, Value};

/// A property that must hold something.
const FILLED: [(&str, &str); 13] = [
    ("Groups", "Name"),
    ("Holidays", "Name"),
    ("BlackListNumbers", "CallerId"),
    ("Blocklist", "IPAddrMask"),
    ("Parameters", "Name"),
    ("TenantProperties", "Name"),
    ("Sbcs", "Name"),
    ("Sbcs", "DisplayName"),
    ("Fxs", "MacAddress"),
    ("Playlists", "Name"),
    ("ScheduledReports", "Name"),
    ("WebsiteLinks", "Link"),
    ("OutboundRules", "Name"),
];

/// A property that no two entities of a set share, besides numbers and keys.
const UNIQUE: [(&str, &str); 6] = [
    ("Users", "EmailAddress"),
    ("Users", "ClickToCallId"),
    ("Groups", "Name"),
    ("Parameters", "Name"),
    ("BlackListNumbers", "CallerId"),
    ("Blocklist", "IPAddrMask"),
];

/// A number and the least and most that it may be.
const RANGES: [(&str, &str, i64, i64); 12] = [
    ("Holidays", "Day", 1, 31),
    ("Holidays", "DayEnd", 1, 31),
    ("Holidays", "Month", 1, 12),
    ("Holidays", "MonthEnd", 1, 12),
    ("Queues", "RingTimeout", 0, 86_400),
    ("Queues", "MasterTimeout", 0, 86_400),
    ("Queues", "WrapUpTime", 0, 86_400),
    ("Queues", "MaxCallersInQueue", 0, 100_000),
    ("RingGroups", "RingTime", 0, 86_400),
    ("Receptionists", "Timeout", 0, 86_400),
    ("Playlists", "MaxVolumePercent", 0, 100),
    ("Trunks", "SimultaneousCalls", 0, 10_000),
];

/// Refuses an entity that a set does not take. `before` is what it was until now.
pub(super) fn check(
    set: &str,
    entity: &Entity,
    before: Option<&Entity>,
    store: &Store,
    now: Timestamp,
) -> Result<(), Problem> {
    let refuse = |target: &str, code: &'static str| Err(Problem::refused(target, code));
    for (_, name) in FILLED.iter().filter(|(of, _)| *of == set) {
        match entity.get(name) {
            Value::Null => return refuse(name, "WARNINGS.XAPI.REQUIRED"),
            Value::Text(text) if text.trim().is_empty() => {
                return refuse(name, "WARNINGS.XAPI.CAN_NOT_BE_EMPTY_STRING");
            }
            _ => {}
        }
    }
    for (_, name, least, most) in RANGES.iter().filter(|(of, ..)| *of == set) {
        if entity.int(name).is_some_and(|number| !(*least..=*most).contains(&number)) {
            return refuse(name, "WARNINGS.XAPI.OUT_OF_THE_RANGE");
        }
    }
    for (name, most, code) in [
        ("FirstName", LONGEST_PERSON_NAME, "WARNINGS.LENGTH_NOT_MORE_50_CHARS"),
        ("LastName", LONGEST_PERSON_NAME, "WARNINGS.LENGTH_NOT_MORE_50_CHARS"),
        ("Name", LONGEST_NAME, "WARNINGS.LENGTH_NOT_MORE_255_CHARS"),
    ] {
        let text = entity.text(name);
        if text.chars().count() > most {
            return refuse(name, code);
        }
        if text.contains('"') && entity.shape.index("Number").is_some() {
            return refuse(name, "WARNINGS.DOUBLE_QUOTES_NOT_ALLOWED");
        }
    }
    for (_, name) in UNIQUE.iter().filter(|(of, _)| *of == set) {
        let text = entity.text(name);
        // Looking through all of them is only worth it if it is new.
        let is_new = before.is_none_or(|before| !before.text(name).eq_ignore_ascii_case(text));
        if is_new && !text.is_empty() && is_taken(store.set(set), name, text, entity) {
            return refuse(name, "WARNINGS.XAPI.ALREADY_IN_USE");
        }
    }
    own(set, entity, store, now)
}

/// True if another entity of the set has the text.
fn is_taken(set: Option<&Set>, name: &str, text: &str, but: &Entity) -> bool {
    set.is_some_and(|set| {
        set.rows().any(|other| other.text(name).eq_ignore_ascii_case(text) && other.get(set.key) != but.get(set.key))
    })
}

/// What only one set demands.
fn own(set: &str, entity: &Entity, store: &Store, now: Timestamp) -> Result<(), Problem> {
    let refuse = |target: &str, code: &'static str| Err(Problem::refused(target, code));
    match set {
        "Users" => user(entity, store),
        "Contacts" => contact(entity),
        "Groups" if !is_time_zone(store, entity.text("TimeZoneId")) => {
            refuse("TimeZoneId", "WARNINGS.XAPI.INVALID_TIMEZONE")
        }
        "Blocklist" if !is_mask(entity.text("IPAddrMask")) => refuse("IPAddrMask", "WARNINGS.INVALID_IP_MASK"),
        "Blocklist" if entity.text("ExpiresAt").parse::<Timestamp>().is_ok_and(|end| end <= now) => {
            refuse("ExpiresAt", "WARNINGS.ALREADY_EXPIRED")
        }
        "Fxs" => {
            let mac = entity.text("MacAddress");
            if !is_mac(mac) {
                return refuse("MacAddress", "WARNINGS.INVALID_HEX_CHARACTER");
            }
            match super::phones::owner(store, mac) {
                Some(_) => refuse("MacAddress", "WARNINGS.MAC_ADDRESS_ALREADY_IN_USE"),
                None => Ok(()),
            }
        }
        "WebsiteLinks" if !entity.text("Link").chars().all(|c| c.is_ascii_alphanumeric() || "-_.".contains(c)) => {
            refuse("Link", "WARNINGS.INVALID")
        }
        "OutboundRules" if entity.get("Routes").as_list().len() > MAX_ROUTES => {
            refuse("Routes", "WARNINGS.XAPI.TOO_MANY_ITEMS_IN_LIST")
        }
        "Receptionists" if entity.text("IVRType") == "Wakeup" => {
            let rows = store.set(set).into_iter().flat_map(Set::rows);
            let wakes = |other: &Entity| other.text("IVRType") == "Wakeup" && other.get("Id") != entity.get("Id");
            if rows.into_iter().any(wakes) { refuse("IVRType", "WARNINGS.WAKEUP_IVR_EXISTS") } else { Ok(()) }
        }
        "Trunks" => {
            let others =
                store.set(set).into_iter().flat_map(Set::rows).filter(|other| other.get("Id") != entity.get("Id"));
            let taken: Vec<&Value> = others.flat_map(|other| other.get("DidNumbers").as_list()).collect();
            let doubled = entity.get("DidNumbers").as_list().iter().any(|did| taken.contains(&did));
            if doubled { refuse("DidNumbers", "WARNINGS.XAPI.ALREADY_IN_USE") } else { Ok(()) }
        }
        _ => Ok(()),
    }
}

fn user(user: &Entity, store: &Store) -> Result<(), Problem> {
    let refuse = |target: &str, code: &'static str| Err(Problem::refused(target, code));
    let (email, pin) = (user.text("EmailAddress"), user.text("VMPIN"));
    if !email.is_empty() && !email.split_once('@').is_some_and(|(name, host)| !name.is_empty() && !host.is_empty()) {
        return refuse("EmailAddress", "WARNINGS.INVALID");
    }
    let is_pin = (4..=10).contains(&pin.len()) && pin.bytes().all(|digit| digit.is_ascii_digit());
    if !pin.is_empty() && !is_pin {
        return refuse("VMPIN", "WARNINGS.XAPI.INVALID_PIN_NUMBER");
    }
    let profiles = user.get("ForwardingProfiles").as_list().iter().filter_map(Value::as_object);
    let mut names = profiles.flat_map(|profile| [profile.text("Name"), profile.text("CustomName")]);
    let current = user.text("CurrentProfileName");
    if !current.is_empty() && !names.any(|name| name == current) {
        return refuse("CurrentProfileName", "WARNINGS.XAPI.NOT_FOUND");
    }
    if user.get("Phones").as_list().len() > MAX_PHONES {
        return refuse("Phones", "WARNINGS.XAPI.TOO_MANY_PHONES");
    }
    for mac in super::phones::macs(user).filter(|mac| !mac.is_empty()) {
        if !is_mac(mac) {
            return refuse("Phones", "WARNINGS.INVALID_HEX_CHARACTER");
        }
        if super::phones::owner(store, mac).is_some_and(|other| other.get("Id") != user.get("Id")) {
            return refuse("Phones", "WARNINGS.XAPI.MAC_USED_BY");
        }
    }
    Ok(())
}

/// A contact has a name, and a number to call.
fn contact(contact: &Entity) -> Result<(), Problem> {
    let none = |names: &[&str]| names.iter().all(|name| contact.text(name).trim().is_empty());
    if none(&["FirstName", "LastName", "CompanyName"]) {
        return Err(Problem::refused("FirstName", "WARNINGS.CONTACTS_SPECIFY_NAME_SURNAME_COMPANY"));
    }
    if none(&["PhoneNumber", "Mobile2", "Home", "Business", "Business2", "Other", "BusinessFax", "Pager"]) {
        return Err(Problem::refused("PhoneNumber", "WARNINGS.CONTACTS_SPECIFY_PHONE_NUMBER"));
    }
    Ok(())
}

/// True for the id of a time zone that the PBX knows, and for none at all.
fn is_time_zone(store: &Store, id: &str) -> bool {
    let zones = store.singletons.get("Defs").map_or(&[][..], |defs| defs.get("TimeZones").as_list());
    id.is_empty() || zones.iter().filter_map(Value::as_object).any(|zone| zone.text("Id") == id)
}

/// `192.0.2.7`, `192.0.2.0/24`
fn is_mask(text: &str) -> bool {
    let (address, bits) = text.split_once('/').map_or((text, None), |(address, bits)| (address, Some(bits)));
    let Ok(address) = address.parse::<IpAddr>() else { return false };
    let most = if address.is_ipv4() { 32 } else { 128 };
    bits.is_none_or(|bits| bits.parse::<u8>().is_ok_and(|bits| bits <= most))
}

/// Twelve hexadecimal digits, with or without separators.
fn is_mac(text: &str) -> bool {
    let digits = text.chars().filter(|c| !matches!(c, ':' | '-' | '.'));
    digits.clone().count() == 12 && digits.into_iter().all(|c| c.is_ascii_hexdigit())
}
