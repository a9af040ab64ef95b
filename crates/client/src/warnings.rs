//! What a PBX says when it refuses a typed call.

use threecx_core::Error;

use crate::api::warnings::Warning;
use crate::typed::CallError;

impl CallError {
    /// The codes with which the PBX explains its refusal.
    pub fn warnings(&self) -> Vec<Warning> {
        let (Error::Rejected(refusal) | Error::NotFound(refusal)) = self.kind() else { return Vec::new() };
        refusal.reasons.iter().map(|reason| reason.code.as_str().into()).collect()
    }
}
