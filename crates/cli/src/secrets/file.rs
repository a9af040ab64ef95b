//! Secrets in files: one for each profile, which only its owner can read (0600), in a folder
//! that only they can look into (0700).

use std::fs::{self, File};
use std::io::{self, Read};
use std::path::PathBuf;

use secrecy::zeroize::Zeroizing;
use secrecy::{ExposeSecret, SecretString};

use crate::atomic_file::{self, Readers};
use crate::folders;
use crate::profiles::is_name;
use threecx_change::trust;

/// The file of a profile's secret.
pub fn path(profile: &str) -> io::Result<PathBuf> {
    if !is_name(profile) {
        return Err(io::Error::new(io::ErrorKind::InvalidInput, "this is not a valid profile name"));
    }
    let folder = folders::config().ok_or_else(|| io::Error::other("this user has no home folder"))?;
    Ok(folder.join("secrets").join(profile))
}

pub fn get(profile: &str) -> io::Result<SecretString> {
    let mut file = open(profile)?;
    let mut secret = Zeroizing::new(String::new());
    file.read_to_string(&mut secret)?;
    Ok(secret.trim_end_matches(['\r', '\n']).into())
}

pub fn set(profile: &str, secret: &SecretString) -> io::Result<()> {
    let path = path(profile)?;
    if let Some(folder) = path.parent() {
        atomic_file::make_folder(folder)?;
    }
    atomic_file::write(&path, secret.expose_secret(), Readers::Owner)
}

pub fn remove(profile: &str) -> io::Result<()> {
    match fs::remove_file(path(profile)?) {
        Err(error) if error.kind() == io::ErrorKind::NotFound => Ok(()),
        removed => removed,
    }
}

/// Refuses a file that others can read, or write.
pub fn check(profile: &str) -> io::Result<()> {
    open(profile).map(drop)
}

fn open(profile: &str) -> io::Result<File> {
    let path = path(profile)?;
    trust::check_private(&path)?;
    File::open(path)
}
