//! The client's token: fetched when it is needed, by one call at a time for all.

use std::time::{SystemTime, UNIX_EPOCH};

use secrecy::{ExposeSecret, SecretString};
use threecx_core::token::{self, Token};
use threecx_core::{Error, Request};
use tokio::sync::Mutex;

use crate::transport::Transport;

/// A service principal's.
#[derive(Debug)]
pub(crate) struct Credentials {
    pub client_id: String,
    pub client_secret: SecretString,
}

#[derive(Debug)]
pub(crate) struct Tokens {
    credentials: Credentials,
    /// Locked while a token is fetched, so that those who wait get the one that comes.
    current: Mutex<Option<Token>>,
}

impl Tokens {
    pub fn new(credentials: Credentials) -> Tokens {
        Tokens { credentials, current: Mutex::new(None) }
    }

    /// A token that holds and is not `refused`, the one that the PBX just refused: if somebody
    /// else has fetched another since, that one.
    pub async fn get(&self, transport: &Transport, refused: Option<&Token>) -> Result<Token, Error> {
        let mut current = self.current.lock().await;
        if let Some(token) = current.as_ref().filter(|token| token.holds_at(now()) && Some(*token) != refused) {
            return Ok(token.clone());
        }
        let token = transport.token(self.request()).await?;
        *current = Some(token.clone());
        Ok(token)
    }

    fn request(&self) -> Request {
        token::request(&self.credentials.client_id, self.credentials.client_secret.expose_secret())
    }
}

fn now() -> u64 {
    SystemTime::now().duration_since(UNIX_EPOCH).map_or(0, |since| since.as_secs())
}
