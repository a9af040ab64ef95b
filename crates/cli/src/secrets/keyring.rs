//! The operating system's keyring: the Secret Service on Linux and BSD (over D-Bus, in Rust;
//! no C library is needed), the Keychain on macOS, the Credential Manager on Windows.
//!
//! It is asked on a thread of its own: what is below runs a runtime of its own, and may wait
//! for a person who is to unlock the keyring.

use std::io;

use secrecy::SecretString;

#[cfg(feature = "keyring")]
pub use asked::{get, remove, set};

#[cfg(not(feature = "keyring"))]
pub use absent::{get, remove, set};

#[cfg(feature = "keyring")]
mod asked {
    use std::sync::{Arc, mpsc};
    use std::thread;
    use std::time::Duration;

    use keyring_core::{CredentialStore, Entry, Error};
    use secrecy::ExposeSecret;

    use super::{SecretString, io};

    /// What its entries are filed under.
    const SERVICE: &str = "threecx";

    /// How long a person may take to unlock it.
    const PATIENCE: Duration = Duration::from_secs(120);

    pub fn get(account: &str) -> io::Result<SecretString> {
        ask(account, |entry| entry.get_password().map(SecretString::from))
    }

    pub fn set(account: &str, secret: &SecretString) -> io::Result<()> {
        let secret = secret.clone();
        ask(account, move |entry| entry.set_password(secret.expose_secret()))
    }

    pub fn remove(account: &str) -> io::Result<()> {
        ask(account, |entry| match entry.delete_credential() {
            Err(Error::NoEntry) => Ok(()),
            removed => removed,
        })
    }

    fn ask<T: Send + 'static>(
        account: &str,
        question: impl FnOnce(Entry) -> Result<T, Error> + Send + 'static,
    ) -> io::Result<T> {
        let account = account.to_owned();
        let (sender, receiver) = mpsc::channel();
        thread::spawn(move || {
            let answer = store().and_then(|store| store.build(SERVICE, &account, None)).and_then(question);
            // If it took too long, the receiver is gone.
            let _ = sender.send(answer.map_err(|error| io::Error::other(reason(&error))));
        });
        receiver.recv_timeout(PATIENCE).unwrap_or_else(|_| Err(io::Error::other("the keyring does not answer")))
    }

    /// Its message may contain what it was given: only the kind is reported.
    fn reason(error: &Error) -> &'static str {
        match error {
            Error::NoEntry => "it is not there",
            Error::NoStorageAccess(_) => "the keyring is locked",
            Error::BadEncoding(_) | Error::BadDataFormat(..) | Error::BadStoreFormat(_) => "it is damaged",
            Error::TooLong(..) => "it is too long for the keyring",
            Error::Ambiguous(_) => "there are several",
            _ => "no keyring answers",
        }
    }

    #[cfg(all(unix, not(target_os = "macos")))]
    fn store() -> Result<Arc<CredentialStore>, Error> {
        Ok(zbus_secret_service_keyring_store::Store::new()?)
    }

    #[cfg(target_os = "macos")]
    fn store() -> Result<Arc<CredentialStore>, Error> {
        Ok(apple_native_keyring_store::keychain::Store::new()?)
    }

    #[cfg(windows)]
    fn store() -> Result<Arc<CredentialStore>, Error> {
        Ok(windows_native_keyring_store::Store::new()?)
    }
}

#[cfg(not(feature = "keyring"))]
mod absent {
    use super::{SecretString, io};

    pub fn get(_: &str) -> io::Result<SecretString> {
        Err(absent())
    }

    pub fn set(_: &str, _: &SecretString) -> io::Result<()> {
        Err(absent())
    }

    pub fn remove(_: &str) -> io::Result<()> {
        Err(absent())
    }

    fn absent() -> io::Error {
        io::Error::other("this program was built without the feature `keyring`")
    }
}
