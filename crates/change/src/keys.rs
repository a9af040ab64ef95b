//! The key of a state folder, and what is made with it: hashes of rows, seals of plans, and the
//! encryption of what the journal keeps.
//!
//! The key lies in a file that only its owner can read, beside the journal. It protects a journal
//! that leaves the folder by itself, in a backup or a bug report; it cannot protect from someone
//! who reads the whole folder.

use std::fs::OpenOptions;
use std::io::{self, Read, Write};
use std::path::Path;

use ring::aead::{Aad, CHACHA20_POLY1305, LessSafeKey, NONCE_LEN, Nonce, UnboundKey};
use ring::hmac;
use ring::rand::{SecureRandom, SystemRandom};

use crate::identity::Identity;
use crate::trust;

/// The file in the state folder.
const FILE: &str = "key";

/// The keys that are derived from the one in the file, one for each purpose.
#[derive(Clone)]
pub struct Keys {
    rows: hmac::Key,
    seals: hmac::Key,
    blobs: LessSafeKey,
    /// Tells which folder's key it is, and says nothing about the key.
    name: String,
}

impl std::fmt::Debug for Keys {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        write!(f, "Keys({})", self.name)
    }
}

impl Keys {
    /// The keys of a folder; the first to ask makes them.
    pub(crate) fn open(folder: &Path) -> io::Result<Keys> {
        let path = folder.join(FILE);
        loop {
            // Whoever has it reads the journal, and seals plans.
            trust::check_private(&path)?;
            match std::fs::File::open(&path) {
                Ok(file) => return Keys::read(file),
                Err(error) if error.kind() != io::ErrorKind::NotFound => return Err(error),
                Err(_) => {}
            }
            // Complete before it has its name, so that half of it is never read; a process that
            // comes second takes the key of the first.
            let mut secret = [0; 32];
            fill(&mut secret)?;
            let mut file = tempfile::NamedTempFile::new_in(folder)?;
            file.write_all(hex(&secret).as_bytes())?;
            file.as_file().sync_all()?;
            match file.persist_noclobber(&path) {
                Ok(_) => {
                    sync_folder(folder);
                    return Ok(Keys::of(secret));
                }
                Err(error) if error.error.kind() == io::ErrorKind::AlreadyExists => {}
                Err(error) => return Err(error.error),
            }
        }
    }

    /// True if a folder has its key.
    pub(crate) fn are_in(folder: &Path) -> bool {
        folder.join(FILE).exists()
    }

    fn read(file: std::fs::File) -> io::Result<Keys> {
        let mut text = String::new();
        file.take(100).read_to_string(&mut text)?;
        let secret = unhex(text.trim()).ok_or_else(|| io::Error::other("the key in the state folder is damaged"))?;
        Ok(Keys::of(secret))
    }

    /// The keys that come from a secret.
    pub(crate) fn of(secret: [u8; 32]) -> Keys {
        let root = hmac::Key::new(hmac::HMAC_SHA256, &secret);
        let derived = |purpose: &str| hmac::sign(&root, purpose.as_bytes());
        let key = |purpose: &str| hmac::Key::new(hmac::HMAC_SHA256, derived(purpose).as_ref());
        let blobs = derived("threecx blobs 1");
        #[allow(clippy::expect_used, reason = "an HMAC-SHA256 has the 32 bytes that this cipher's key has")]
        let blobs = UnboundKey::new(&CHACHA20_POLY1305, blobs.as_ref()).expect("32 bytes");
        Keys {
            rows: key("threecx rows 1"),
            seals: key("threecx seals 1"),
            blobs: LessSafeKey::new(blobs),
            name: hex(&derived("threecx name 1").as_ref()[..8]),
        }
    }

    /// Which folder's keys these are.
    pub(crate) fn name(&self) -> &str {
        &self.name
    }

    /// The hash by which content is known again.
    pub(crate) fn identity(&self, content: &[u8]) -> Identity {
        let mut identity = [0; 16];
        identity.copy_from_slice(&hmac::sign(&self.rows, content).as_ref()[..16]);
        Identity(identity)
    }

    /// The seal of a text.
    pub(crate) fn seal(&self, text: &[u8]) -> String {
        hex(hmac::sign(&self.seals, text).as_ref())
    }

    /// True if this is the seal of that text. Takes the same time whichever byte differs.
    pub(crate) fn is_seal_of(&self, seal: &str, text: &[u8]) -> bool {
        let Some(seal) = unhex::<32>(seal) else { return false };
        hmac::verify(&self.seals, text, &seal).is_ok()
    }

    /// Encrypts what is about to be kept.
    pub(crate) fn hide(&self, text: &[u8]) -> io::Result<Vec<u8>> {
        let mut nonce = [0; NONCE_LEN];
        fill(&mut nonce)?;
        let mut hidden = Vec::with_capacity(NONCE_LEN + text.len() + CHACHA20_POLY1305.tag_len());
        hidden.extend_from_slice(text);
        self.blobs
            .seal_in_place_append_tag(Nonce::assume_unique_for_key(nonce), Aad::empty(), &mut hidden)
            .map_err(|_| io::Error::other("too much to encrypt"))?;
        hidden.extend_from_slice(&nonce);
        Ok(hidden)
    }

    /// What was encrypted; `None` if it was not, or not with this key.
    pub(crate) fn show(&self, hidden: &[u8]) -> Option<Vec<u8>> {
        let (text, nonce) = hidden.split_last_chunk::<NONCE_LEN>()?;
        let mut text = text.to_vec();
        let shown = self.blobs.open_in_place(Nonce::assume_unique_for_key(*nonce), Aad::empty(), &mut text).ok()?.len();
        text.truncate(shown);
        Some(text)
    }
}

/// Random bytes.
pub(crate) fn fill(bytes: &mut [u8]) -> io::Result<()> {
    SystemRandom::new().fill(bytes).map_err(|_| io::Error::other("the system has no random numbers"))
}

pub(crate) fn hex(bytes: &[u8]) -> String {
    bytes.iter().map(|byte| format!("{byte:02x}")).collect()
}

fn unhex<const N: usize>(text: &str) -> Option<[u8; N]> {
    let digits: Option<Vec<u8>> = text.chars().map(|digit| digit.to_digit(16).map(|digit| digit as u8)).collect();
    let bytes: Vec<u8> = digits?.chunks(2).map(|pair| pair[0] << 4 | pair.get(1).copied().unwrap_or(0)).collect();
    if text.len() == 2 * N { bytes.try_into().ok() } else { None }
}

/// A new name in a folder is on disk when the folder is.
fn sync_folder(folder: &Path) {
    if cfg!(unix) {
        // Where a folder cannot be synced, its file system does not need it or does not offer it.
        let _ = OpenOptions::new().read(true).open(folder).and_then(|folder| folder.sync_all());
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_first_to_ask_makes_the_key_and_all_others_take_it() {
        let folder = tempfile::tempdir().expect("a folder");
        let names: Vec<String> = std::thread::scope(|scope| {
            let open = || Keys::open(folder.path()).expect("keys").name;
            let threads: Vec<_> = (0..16).map(|_| scope.spawn(open)).collect();
            threads.into_iter().map(|thread| thread.join().expect("no panic")).collect()
        });
        assert!(names.iter().all(|name| *name == names[0]), "{names:?}");
        std::fs::write(folder.path().join(FILE), "ab").expect("written");
        assert!(Keys::open(folder.path()).is_err());
    }

    /// Whoever has a copy of the journal alone can try all PINs, and learns nothing: what is kept of a row depends on the
    /// key.
    #[test]
    fn a_pin_cannot_be_tried_without_the_key() {
        let (own, other) = (Keys::of([1; 32]), Keys::of([2; 32]));
        let row = |pin: u32| format!("{{\"VMPIN\":\"{pin:04}\"}}");
        let kept = own.identity(row(1234).as_bytes());
        assert_eq!(own.identity(row(1234).as_bytes()).0, kept.0);
        assert!((0..10_000).all(|pin| other.identity(row(pin).as_bytes()).0 != kept.0));
        let plain = ring::digest::digest(&ring::digest::SHA256, row(1234).as_bytes());
        assert!(!plain.as_ref().windows(8).any(|part| kept.0.windows(8).any(|kept| kept == part)));
    }

    #[test]
    fn what_was_hidden_comes_back_and_nothing_else_does() {
        let keys = Keys::of([1; 32]);
        let hidden = keys.hide(b"1234").expect("hidden");
        assert_eq!(keys.show(&hidden).as_deref(), Some(&b"1234"[..]));
        assert!(!hidden.windows(4).any(|window| window == b"1234"));
        assert_eq!(Keys::of([2; 32]).show(&hidden), None);
        for index in 0..hidden.len() {
            let mut altered = hidden.clone();
            altered[index] ^= 1;
            assert_eq!(keys.show(&altered), None, "{index}");
        }
        assert_eq!(keys.show(b""), None);
    }
}
