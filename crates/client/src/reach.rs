//! What a PBX shows without a token: whether it answers, its clock, its certificate.

use std::time::Duration;

/// What [`Client::reach`](crate::Client::reach) finds.
#[derive(Clone, Debug, Default)]
pub struct Reachability {
    /// How long the answer took, connecting included.
    pub took: Duration,
    /// The `Date` header: the PBX's clock.
    pub date: Option<String>,
    /// The PBX's own certificate (DER), which was found valid; none over plain HTTP.
    pub certificate: Option<Vec<u8>>,
}
