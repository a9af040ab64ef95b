//! A request, ready to be sent by whatever sends requests.

use std::ops::Range;

use threecx_catalog::{Answer, Method};

/// Where the API lies below the PBX's address.
pub const BASE_PATH: &str = "/xapi/v1";

/// What takes the place of a secret wherever a request is shown.
pub const MASK: &str = "***";

/// A request without the address of the PBX and without a token.
#[derive(Clone, Debug)]
pub struct Request {
    /// The HTTP method.
    pub method: Method,
    /// The path from the root, with the query: `/xapi/v1/Users?$top=10`.
    pub path_and_query: String,
    /// `Content-Type`, `Accept`, `If-Match`.
    pub headers: Vec<(&'static str, String)>,
    /// The body, which is JSON, except for the token's.
    pub body: Option<String>,
    /// What success looks like.
    pub answer: Answer,
    /// The places in `body` that must not be shown.
    pub(crate) secrets: Vec<Range<usize>>,
}

impl Request {
    /// The body as it may be shown and logged: every secret replaced by `"***"`.
    pub fn masked_body(&self) -> Option<String> {
        let body = self.body.as_deref()?;
        let mut shown = String::with_capacity(body.len());
        let mut from = 0;
        for place in self.secret_places() {
            shown.push_str(&body[from..place.start]);
            shown.push_str(&format!("\"{MASK}\""));
            from = place.end;
        }
        shown.push_str(&body[from..]);
        Some(shown)
    }

    /// Where in the body the secrets stand: JSON values, in order, none inside another.
    pub fn secret_places(&self) -> Vec<Range<usize>> {
        let mut places = self.secrets.clone();
        places.sort_by_key(|place| (place.start, std::cmp::Reverse(place.end)));
        let mut end = 0;
        places.retain(|place| {
            let outermost = place.start >= end;
            end = end.max(place.end);
            outermost
        });
        places
    }
}
