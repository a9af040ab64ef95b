//! The store that processes of one user on one machine share: a file for each client, which
//! only this user can read, and a lock beside it.

use std::borrow::Cow;
use std::fs::{self, File, OpenOptions, TryLockError};
use std::io::{self, Read, Write};
use std::path::{Path, PathBuf};

use ring::digest::{Context, SHA256, digest};
use secrecy::{ExposeSecret, SecretString, zeroize::Zeroizing};
use serde::{Deserialize, Serialize};
use threecx_core::token::Token;

use crate::store::{Kept, Lock, TokenStore};

/// A [`TokenStore`] in a folder of this user. Folder and files are created as needed,
/// for the user alone; those that belong to another user, or that others can read, are not
/// trusted.
///
/// The lock is the operating system's: it ends with the process that holds it.
#[derive(Clone, Debug)]
pub struct TokenFile {
    folder: PathBuf,
    name: String,
}

/// A larger file is not one of these.
const LARGEST: u64 = 64 << 10;

/// The content of the file.
#[derive(Serialize, Deserialize)]
struct Content<'c> {
    #[serde(borrow)]
    token: Option<Cow<'c, str>>,
    renew_at: Option<u64>,
    version: Option<String>,
}

impl TokenFile {
    /// The file of this client (`client:900`) or user (`user:100`) of the PBX at this address.
    /// `fingerprint` tells secrets apart, so that a wrong one never uses the right one's token.
    pub fn new(folder: impl Into<PathBuf>, address: &str, whose: &str, fingerprint: &str) -> TokenFile {
        let mut hash = Context::new(&SHA256);
        for part in [address, whose, fingerprint] {
            hash.update(part.as_bytes());
            hash.update(&[0]);
        }
        TokenFile { folder: folder.into(), name: hexadecimal(&hash.finish().as_ref()[..16]) }
    }

    /// Tells a secret from others without revealing it.
    pub fn fingerprint(secret: &SecretString) -> String {
        hexadecimal(&digest(&SHA256, secret.expose_secret().as_bytes()).as_ref()[..8])
    }

    /// The file itself.
    pub fn path(&self) -> PathBuf {
        self.folder.join(format!("{}.json", self.name))
    }

    /// Forgets what is kept.
    ///
    /// # Errors
    /// If the file is there and cannot be removed.
    pub fn forget(&self) -> io::Result<()> {
        match fs::remove_file(self.path()) {
            Err(error) if error.kind() != io::ErrorKind::NotFound => Err(named(&self.path(), error)),
            _ => Ok(()),
        }
    }
}

impl TokenStore for TokenFile {
    fn load(&self) -> io::Result<Option<Kept>> {
        let path = self.path();
        let file = match File::open(&path) {
            Err(error) if error.kind() == io::ErrorKind::NotFound => return Ok(None),
            opened => opened.map_err(|error| named(&path, error))?,
        };
        own::check(&path, &file.metadata()?)?;
        let mut text = Zeroizing::new(String::new());
        file.take(LARGEST).read_to_string(&mut text).map_err(|error| named(&path, error))?;
        let content: Content<'_> = serde_json::from_str(&text).map_err(|_| {
            named(&path, io::Error::new(io::ErrorKind::InvalidData, "it is damaged and will be replaced"))
        })?;
        let token = content.token.map(|token| Token::kept(token.into_owned(), content.renew_at));
        Ok(Some(Kept { token, version: content.version }))
    }

    fn save(&self, kept: &Kept) -> io::Result<()> {
        own::folder(&self.folder)?;
        let content = Content {
            token: kept.token.as_ref().map(|token| token.expose().into()),
            renew_at: kept.token.as_ref().and_then(Token::renew_at),
            version: kept.version.clone(),
        };
        let text = Zeroizing::new(serde_json::to_string(&content)?);
        // For this user alone from its beginning, and complete whenever another process sees it.
        let mut file = tempfile::Builder::new().prefix(&self.name).tempfile_in(&self.folder)?;
        file.write_all(text.as_bytes()).map_err(|error| named(file.path(), error))?;
        file.persist(self.path()).map_err(|error| named(&self.path(), error.error))?;
        Ok(())
    }

    fn try_lock(&self) -> io::Result<Option<Lock>> {
        own::folder(&self.folder)?;
        let path = self.folder.join(format!("{}.lock", self.name));
        let mut options = OpenOptions::new();
        options.write(true).create(true).truncate(false);
        #[cfg(unix)]
        std::os::unix::fs::OpenOptionsExt::mode(&mut options, 0o600);
        let file = options.open(&path).map_err(|error| named(&path, error))?;
        match file.try_lock() {
            Ok(()) => Ok(Some(Box::new(file))),
            Err(TryLockError::WouldBlock) => Ok(None),
            Err(TryLockError::Error(error)) => Err(named(&path, error)),
        }
    }
}

fn hexadecimal(bytes: &[u8]) -> String {
    bytes.iter().map(|byte| format!("{byte:02x}")).collect()
}

fn named(path: &Path, error: io::Error) -> io::Error {
    let text = error.to_string();
    let reason = text.split(" (os error").next().unwrap_or(&text).to_lowercase();
    io::Error::new(error.kind(), format!("{}: {reason}", path.display()))
}

/// Who owns a file, where the operating system says so.
#[cfg(unix)]
mod own {
    use std::fs::{self, DirBuilder, Metadata, Permissions};
    use std::io;
    use std::os::unix::fs::{DirBuilderExt, MetadataExt, PermissionsExt};
    use std::path::Path;

    use super::named;

    /// Refuses what belongs to another user or what others can read.
    pub fn check(path: &Path, metadata: &Metadata) -> io::Result<()> {
        let refuse = |why| Err(named(path, io::Error::new(io::ErrorKind::PermissionDenied, why)));
        match metadata {
            _ if metadata.uid() != rustix::process::geteuid().as_raw() => refuse("it belongs to another user"),
            _ if metadata.mode() & 0o077 != 0 => refuse("others can read it"),
            _ => Ok(()),
        }
    }

    /// Creates a folder that only this user can read.
    pub fn folder(path: &Path) -> io::Result<()> {
        match fs::symlink_metadata(path) {
            Ok(metadata) if metadata.is_dir() => {
                if metadata.uid() == rustix::process::geteuid().as_raw() && metadata.mode() & 0o077 != 0 {
                    return fs::set_permissions(path, Permissions::from_mode(0o700)).map_err(|e| named(path, e));
                }
                check(path, &metadata)
            }
            Ok(_) => Err(named(path, io::ErrorKind::NotADirectory.into())),
            Err(_) => DirBuilder::new().recursive(true).mode(0o700).create(path).map_err(|e| named(path, e)),
        }
    }
}

/// On other systems, the folders of a user are closed to others by default.
#[cfg(not(unix))]
mod own {
    use std::fs::{self, Metadata};
    use std::io;
    use std::path::Path;

    pub fn check(_: &Path, _: &Metadata) -> io::Result<()> {
        Ok(())
    }

    pub fn folder(path: &Path) -> io::Result<()> {
        fs::create_dir_all(path).map_err(|error| super::named(path, error))
    }
}
