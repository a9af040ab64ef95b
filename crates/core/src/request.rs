//! A request, ready to be sent by whatever sends requests.

use std::borrow::Cow;
use std::fmt;
use std::ops::Range;

use threecx_catalog::{Answer, Method};

use crate::mask;

/// Where the API lies below the PBX's address.
pub const BASE_PATH: &str = "/xapi/v1";

/// A request without the address of the PBX and without a token.
#[derive(Clone)]
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
        Some(mask::with_masks(body, &self.secret_places()))
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

    /// The path and query as they may be shown and logged: what is compared with a secret, or given under
    /// the name of one, is masked.
    pub fn masked_path(&self) -> Cow<'_, str> {
        mask::shown_text(&self.path_and_query)
    }

    /// The secrets of the body, as a person would write them. Whoever answers may repeat them.
    pub fn secret_values(&self) -> Vec<String> {
        let body = self.body.as_deref().unwrap_or_default();
        mask::values(body, self.secret_places())
    }
}

/// Without its secrets.
impl fmt::Debug for Request {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Request")
            .field("method", &self.method)
            .field("path_and_query", &self.masked_path())
            .field("headers", &self.headers)
            .field("body", &self.masked_body())
            .field("answer", &self.answer)
            .finish_non_exhaustive()
    }
}
