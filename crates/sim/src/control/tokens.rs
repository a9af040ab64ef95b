//! Tokens: who has one, and taking them away.

use serde_json::{Value as Json, json};

use super::{Query, ok};
use crate::http::Response;
use crate::system::System;

pub(super) fn list(system: &System) -> Response {
    let mut live = system.auth.live(system.clock.now());
    live.sort_by(|a, b| (&a.principal.name, a.end).cmp(&(&b.principal.name, b.end)));
    let entry = |token: &crate::auth::LiveToken| {
        json!({
            "of": token.principal.name,
            "kind": if token.principal.user { "user" } else { "client" },
            "role": token.principal.role,
            "until": token.end.to_string(),
        })
    };
    ok(&live.iter().map(entry).collect::<Json>())
}

pub(super) fn evict(system: &System, query: &Query<'_>) -> Response {
    ok(&json!({ "evicted": system.auth.evict(query.get("of").as_deref()) }))
}

pub(super) fn expire(system: &System, query: &Query<'_>) -> Response {
    ok(&json!({ "expired": system.auth.expire(query.get("of").as_deref(), system.clock.now()) }))
}
