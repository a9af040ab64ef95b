//! The client: plans calls by the core for the release of its PBX, and carries them out.

use std::sync::Arc;
use std::time::Duration;

use threecx_catalog::{Operation, Span};
use threecx_core::read::Answer;
use threecx_core::token::Token;
use threecx_core::{Arguments, Error, Request, fits_a_release, is_the_same_in_every_release, plan, plan_again, probe};

use crate::deadline::is_before;
use crate::reach::Reachability;
use crate::reply::Reply;
use crate::send::{Attempts, Sender};

/// A client of one PBX. Clones share its connections and its token.
#[derive(Clone, Debug)]
pub struct Client {
    sender: Arc<Sender>,
}

impl Client {
    pub(crate) fn new(sender: Sender) -> Client {
        Client { sender: Arc::new(sender) }
    }

    pub(crate) fn sender(&self) -> &Arc<Sender> {
        &self.sender
    }

    /// The build of the PBX (`20.0.8.1131`), once it is known.
    pub fn version(&self) -> Option<String> {
        self.sender.version.build()
    }

    /// The releases that calls are planned for: the one set, else those that fit the PBX's
    /// build, else the newest.
    pub fn target(&self) -> Span {
        self.sender.version.target()
    }

    /// Plans an operation for the connected PBX. Asks the PBX for its build first if that
    /// makes a difference and is not known yet.
    ///
    /// # Errors
    /// Those of [`plan()`], and of asking.
    pub async fn plan(&self, operation: &'static Operation, arguments: &Arguments) -> Result<Request, Error> {
        if !self.sender.version.is_named() && !is_the_same_in_every_release(operation) {
            // What does not fit any release is refused without asking.
            fits_a_release(operation, arguments)?;
            self.know_version().await?;
        }
        self.planned(|target| plan(operation, arguments, target)).await
    }

    /// The same for a call that was checked before, or whose arguments hold what the PBX has shown: see
    /// [`plan_again()`].
    ///
    /// # Errors
    /// Those of [`plan_again()`], and of asking.
    pub async fn plan_again(&self, operation: &'static Operation, arguments: &Arguments) -> Result<Request, Error> {
        if !self.sender.version.is_named() && !is_the_same_in_every_release(operation) {
            self.know_version().await?;
        }
        self.planned(|target| plan_again(operation, arguments, target)).await
    }

    async fn planned(&self, plan: impl Fn(Span) -> Result<Request, Error>) -> Result<Request, Error> {
        match plan(self.target()) {
            // The PBX may have been updated since its build was stored.
            Err(Error::NotInVersion(_)) if self.sender.version.may_be_old() => self.ask_version().await?,
            planned => return planned,
        }
        plan(self.target())
    }

    /// Plans an operation and carries it out. What may be sent twice is tried again as the client's
    /// policy says. A file is read whole; see [`Client::open`] to take it piece by piece.
    ///
    /// # Errors
    /// [`Error::Input`] and [`Error::NotInVersion`] before anything is sent; any other kind after.
    pub async fn call(&self, operation: &'static Operation, arguments: &Arguments) -> Result<Reply, Error> {
        let request = self.plan(operation, arguments).await?;
        Attempts::new(&self.sender, &request, Some(operation)).run().await.map(|arrived| arrived.reply)
    }

    /// Reaches the PBX without a token: whether it answers, its clock, its certificate.
    ///
    /// # Errors
    /// Those of reaching it.
    pub async fn reach(&self) -> Result<Reachability, Error> {
        self.sender.transport.reach().await
    }

    /// True if a pause of this length is over before all calls of the client end
    /// ([`Builder::until`](crate::Builder::until)).
    pub fn has_time_for(&self, pause: Duration) -> bool {
        is_before(self.sender.transport.deadline.until, pause)
    }

    /// The token that calls are made with now.
    ///
    /// # Errors
    /// Those of fetching one.
    pub async fn token(&self) -> Result<Token, Error> {
        self.sender.tokens.get(&self.sender.transport, None).await
    }

    /// Finds out the PBX's build if it matters: it may be stored, else the PBX is asked.
    pub(crate) async fn know_version(&self) -> Result<(), Error> {
        if self.sender.version.is_named() || self.version().is_some() {
            return Ok(());
        }
        match self.sender.tokens.stored_version().await {
            Some(build) => self.sender.version.stored(build),
            None => self.ask_version().await?,
        }
        Ok(())
    }

    /// Asks for the least there is ([`probe()`]); the answer's head names the build.
    ///
    /// # Errors
    /// Those of any call: this is also the quickest way to check whether calls work.
    pub async fn ask_version(&self) -> Result<(), Error> {
        let (operation, request) = probe()?;
        let reply = Attempts::new(&self.sender, &request, Some(operation)).run().await?.reply;
        match reply.answer() {
            Ok(_) => Ok(()),
            // The API names a single thing, and a list of it says as much: that calls work.
            Err(error) => match reply.raw_answer() {
                Ok(Answer::Rows(_)) => Ok(()),
                _ => Err(error),
            },
        }
    }
}
