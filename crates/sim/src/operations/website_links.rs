//! Links for live chat and calls from web sites.

use super::Call;
use super::behaviours::Behaviour::Reads;
use super::behaviours::{Answer, Behaviours};
use super::nature::Nature;
use crate::http::{Problem, Response};
use crate::state::{Set, Store};

pub(super) const BEHAVIOURS: Behaviours = &[("WebsiteLinks.ValidateLink", Reads(validate_link))];

pub(super) const NATURE: Nature = Nature {
    name: "WebsiteLinks",
    filled: &["Link"],
    check: |link, _, _| match link.text("Link").chars().all(|c| c.is_ascii_alphanumeric() || "-_.".contains(c)) {
        true => Ok(()),
        false => Err(Problem::refused("Link", "WARNINGS.INVALID")),
    },
    ..Nature::PLAIN
};

/// A link that is not in use yet can be taken.
fn validate_link(call: &Call<'_>, store: &Store) -> Answer {
    let model = call.field("model").cloned().unwrap_or_default();
    let name = model["FriendlyName"].as_str().unwrap_or_default();
    if name.is_empty() {
        return Err(Problem::refused("FriendlyName", "WARNINGS.XAPI.REQUIRED"));
    }
    let mut links = store.set("WebsiteLinks").into_iter().flat_map(Set::rows);
    if links.any(|link| link.text("Link").eq_ignore_ascii_case(name)) {
        return Err(Problem::refused("FriendlyName", "WARNINGS.XAPI.ALREADY_IN_USE"));
    }
    Ok(Response::empty(204))
}
