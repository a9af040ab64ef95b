//! A look at a PBX from outside: whether it answers, and what it shows of itself without a token.

use std::time::Duration;

/// What [`Client::look`](crate::Client::look) sees.
#[derive(Clone, Debug, Default)]
pub struct Look {
    /// How long the answer took, connecting included.
    pub took: Duration,
    /// The `Date` header: the PBX's clock.
    pub date: Option<String>,
    /// The PBX's own certificate (DER), which has been found valid; none over plain HTTP.
    pub certificate: Option<Vec<u8>>,
}
