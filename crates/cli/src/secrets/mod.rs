//! Where the secrets of profiles are: in the operating system's keyring, or, where none
//! answers (a server without a desktop), in files that only their owner can read.

mod file;
mod keyring;

use std::io;

use secrecy::SecretString;
use threecx::{Error, SecretStore};

use crate::env_vars;
use crate::failure::{Failure, reason_of};
use crate::output::style::{note, warn};
use crate::profiles::{Place, Profile};

/// The secret of a profile: which, whose, and where it is.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Secret {
    profile: String,
    /// What the keyring calls it.
    account: String,
}

impl Secret {
    /// The one of this profile.
    pub fn of(name: &str, profile: &Profile) -> Secret {
        Secret { profile: name.to_owned(), account: format!("{name}: {} at {}", profile.who.key(), profile.url) }
    }

    /// Reads it.
    fn read(&self, place: Place) -> io::Result<SecretString> {
        match place {
            Place::Keyring => keyring::get(&self.account),
            Place::File => file::get(&self.profile),
        }
    }

    /// Keeps it in this place.
    fn write(&self, place: Place, secret: &SecretString) -> io::Result<()> {
        match place {
            Place::Keyring => keyring::set(&self.account, secret),
            Place::File => file::set(&self.profile, secret),
        }
    }

    /// Keeps it where it is safest, and says where that is.
    pub fn keep(&self, secret: &SecretString) -> Result<Place, Failure> {
        let wanted = wanted()?;
        if wanted != Some(Place::File) {
            match self.write(Place::Keyring, secret) {
                Ok(()) => return Ok(Place::Keyring),
                Err(error) if wanted.is_some() => return Err(Failure::Keyring { reason: error.to_string() }),
                Err(error) => note(&format!("The secret goes into a file instead of a keyring: {error}.")),
            }
        }
        self.write(Place::File, secret).map_err(|error| Failure::file(self.shown(Place::File), &error))?;
        Ok(Place::File)
    }

    /// Forgets it.
    pub fn forget(&self, place: Place) -> Result<(), Failure> {
        match place {
            Place::Keyring => {
                keyring::remove(&self.account).map_err(|error| Failure::Keyring { reason: error.to_string() })
            }
            Place::File => file::remove(&self.profile).map_err(|error| Failure::file(self.shown(place), &error)),
        }
    }

    /// Refuses a secret that others can read. Says nothing of a keyring, which looks after itself.
    pub fn check(&self, place: Place) -> Result<(), Failure> {
        match place {
            Place::File => file::check(&self.profile).map_err(|error| Failure::file(self.shown(place), &error)),
            Place::Keyring => Ok(()),
        }
    }

    /// Where it is, for people.
    pub fn shown(&self, place: Place) -> String {
        match place {
            Place::Keyring => "the keyring".into(),
            Place::File => file::path(&self.profile).map(|path| path.display().to_string()).unwrap_or_default(),
        }
    }

    /// For a client: read when it is needed.
    pub fn store(self, place: Place) -> Kept {
        Kept { secret: self, place }
    }
}

/// Where the user asked to keep secrets, if they said.
fn wanted() -> Result<Option<Place>, Failure> {
    match env_vars::SECRETS.get().as_deref() {
        None => Ok(None),
        Some("keyring") => Ok(Some(Place::Keyring)),
        Some("file") => Ok(Some(Place::File)),
        Some(other) => {
            Err(Failure::usage(format!("{}: expected keyring or file; got `{other}`", env_vars::SECRETS.name))
                .next("Correct it, or unset it to use the keyring if there is one, else a file."))
        }
    }
}

/// The secret of a profile, for a client.
#[derive(Debug)]
pub struct Kept {
    secret: Secret,
    place: Place,
}

impl SecretStore for Kept {
    fn get(&self) -> Result<SecretString, Error> {
        self.secret.read(self.place).map_err(|error| Error::LoginExpired {
            user: format!("profile {}", self.secret.profile),
            reason: format!("its secret cannot be read from {}: {}", self.secret.shown(self.place), reason_of(&error)),
        })
    }

    fn replace(&self, secret: &SecretString) -> io::Result<()> {
        self.secret.write(self.place, secret).inspect_err(|error| {
            warn(&format!(
                "the PBX has issued a new refresh token, which cannot be kept in {}: {error}. \
                 You may have to log in again: threecx login --profile {}",
                self.secret.shown(self.place),
                self.secret.profile
            ));
        })
    }
}
