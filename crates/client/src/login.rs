//! Who logs in, and the requests that it takes: service principals log in each time by client ID and
//! secret, users by the refresh token of an earlier login.

use std::sync::Arc;

use secrecy::{ExposeSecret, SecretString};
use threecx_core::token::{self, Granted, login};
use threecx_core::{Cause, Error, Request};

use crate::store::{SecretStore, blocking};
use crate::transport::{Failed, Transport, head};

/// Who a client calls as.
#[derive(Clone, Debug)]
pub(crate) enum Who {
    /// A service principal, by its client ID.
    Client(String),
    /// A user, by extension number or e-mail address.
    User(String),
    /// Whoever an access token is for that comes from elsewhere.
    Bearer,
}

/// Who calls, and where the secret is.
#[derive(Debug)]
pub(crate) struct Credentials {
    pub who: Who,
    pub secret: Arc<dyn SecretStore>,
}

/// How [`Builder::log_in`](crate::Builder::log_in) ended.
#[derive(Debug)]
pub enum Login {
    /// The user is logged in.
    Done {
        /// What to give [`Builder::user`](crate::Builder::user) from now on. It is as good as
        /// the password: keep it safe.
        refresh_token: SecretString,
    },
    /// The PBX wants a security code: log in again with it.
    SecondFactor {
        /// Where the code comes from, as the PBX calls it: `Email`.
        kind: String,
    },
}

impl Credentials {
    /// Fetches a token. The one that the PBX gave before is invalid when this returns.
    pub async fn fetch(&self, transport: &Transport) -> Result<Granted, Error> {
        let store = Arc::clone(&self.secret);
        let secret = blocking(move || store.get()).await?;
        let granted = self.ask(transport, &secret).await;
        let granted = granted.map_err(|error| error.without(&[secret.expose_secret()]))?;
        if let (Who::User(_), Some(refresh)) = (&self.who, &granted.refresh)
            && refresh.as_str() != secret.expose_secret()
        {
            let (store, new) = (Arc::clone(&self.secret), SecretString::from(refresh.as_str()));
            // A store that cannot keep it reports that itself; this token is valid all the same.
            let _ = blocking(move || store.replace(&new)).await;
        }
        Ok(granted)
    }

    async fn ask(&self, transport: &Transport, secret: &SecretString) -> Result<Granted, Error> {
        let secret = secret.expose_secret();
        match &self.who {
            Who::Client(id) => {
                let (status, headers, body) = exchange(transport, &token::request(id, secret)).await?;
                token::read_granted(&transport.host(), &head(status, &headers), &body)
            }
            Who::User(user) => {
                let (status, headers, body) = exchange(transport, &login::renewal(secret)).await?;
                login::read_renewal(&head(status, &headers), &body, user, &transport.host())
            }
            Who::Bearer if !token::is_token(secret.trim()) => {
                Err(Error::Authentication { reason: "the access token that was given is not one".into() })
            }
            Who::Bearer => Ok(Granted { access: secret.trim().to_owned().into(), refresh: None }),
        }
    }
}

/// Logs a user in.
pub(crate) async fn log_in(
    transport: &Transport,
    user: &str,
    password: &SecretString,
    code: &str,
) -> Result<Login, Error> {
    let request = login::request(user, password.expose_secret(), code);
    let (status, headers, body) = exchange(transport, &request).await?;
    let cookies: Vec<&str> = headers.get_all("set-cookie").iter().filter_map(|value| value.to_str().ok()).collect();
    let read = login::read(&head(status, &headers), &cookies, &body, user, &transport.host());
    match read.map_err(|error| error.without(&[password.expose_secret(), code]))? {
        login::LoggedIn::SecondFactor { kind } => Ok(Login::SecondFactor { kind }),
        login::LoggedIn::Granted(granted) => match granted.refresh {
            Some(refresh) => Ok(Login::Done { refresh_token: refresh.as_str().into() }),
            None => Err(Error::LoginRefused {
                user: user.to_owned(),
                reason: "the PBX gives no refresh token, without which the password would be needed each time".into(),
            }),
        },
    }
}

async fn exchange(
    transport: &Transport,
    request: &Request,
) -> Result<(u16, reqwest::header::HeaderMap, bytes::Bytes), Error> {
    let failed = |Failed { error, .. }: Failed| match error {
        // The call for which the token is wanted was not sent.
        Error::UnknownOutcome { cause: cause @ (Cause::TimedOut | Cause::OutOfTime) } => {
            Error::NoAnswer { host: transport.host(), cause }
        }
        Error::UnknownOutcome { cause } => Error::Connection { host: transport.host(), reason: cause.to_string() },
        other => other,
    };
    transport.exchange(request).await.map_err(failed)
}
