//! Where the secret of a profile is kept.

use serde::{Deserialize, Serialize};

/// Where a secret is kept.
#[derive(Clone, Copy, Debug, Deserialize, Serialize, PartialEq, Eq)]
#[serde(rename_all = "lowercase")]
pub enum Place {
    Keyring,
    File,
}

impl Place {
    /// Its name in the profile.
    pub fn name(self) -> &'static str {
        match self {
            Place::Keyring => "keyring",
            Place::File => "file",
        }
    }
}
