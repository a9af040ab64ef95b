//! Calls: an operation and its arguments, to be planned and sent.

use std::fmt;
use std::future::{Future, IntoFuture};
use std::marker::PhantomData;
use std::pin::Pin;

use threecx_catalog::{Operation, Span, operation};
use threecx_core::{Arguments, Error, Input, NotInVersion, Place, Request, plan};

use super::answer::{Downloaded, FromReply, Page};
use super::error::CallError;
use super::filter::Filter;
use super::rows::{Listed, Selected};
use super::select::{Orders, Selection};
use super::stream::RowStream;
use super::value::{Encode, Value};
use crate::client::Client;
use crate::download::{Download, Opened};
use crate::reply::Reply;

/// A call that brings a `T`. Nothing is sent before [`send`](Call::send), or before it is awaited.
///
/// ```no_run
/// # async fn example(client: threecx::Client) -> Result<(), threecx::CallError> {
/// use threecx::api::users::UserId;
///
/// let user = client.users().get(UserId(29)).select(["Id", "Number"]).send().await?;
/// println!("{:?}", user.number);
/// # Ok(())
/// # }
/// ```
#[must_use = "a call does nothing until it is sent"]
pub struct Call<T> {
    client: Client,
    id: &'static str,
    arguments: Arguments,
    /// What could not be written as JSON.
    broken: Option<Error>,
    answer: PhantomData<fn() -> T>,
}

impl<T> Call<T> {
    pub(crate) fn new(client: &Client, id: &'static str) -> Call<T> {
        Call { client: client.clone(), id, arguments: Arguments::default(), broken: None, answer: PhantomData }
    }

    /// A key or an argument in the path.
    pub(crate) fn parameter<V: Value>(mut self, name: &'static str, value: &V) -> Call<T> {
        if let Some(input) = self.json(value) {
            self.arguments.parameters.insert(name.to_owned(), input);
        }
        self
    }

    /// The same, left out where it is not given.
    pub(crate) fn optional<V: Value>(self, name: &'static str, value: Option<&V>) -> Call<T> {
        match value {
            Some(value) => self.parameter(name, value),
            None => self,
        }
    }

    /// A named field of the body.
    pub(crate) fn field<V: Value>(mut self, name: &'static str, value: &V) -> Call<T> {
        if let Some(input) = self.json(value) {
            self.arguments.fields.insert(name.to_owned(), input);
        }
        self
    }

    /// The same, left out where it is not given.
    pub(crate) fn optional_field<V: Value>(self, name: &'static str, value: Option<&V>) -> Call<T> {
        match value {
            Some(value) => self.field(name, value),
            None => self,
        }
    }

    /// The body.
    pub(crate) fn body(mut self, value: &impl Value) -> Call<T> {
        self.arguments.body = self.json(value);
        self
    }

    fn option(mut self, name: &'static str, value: String) -> Call<T> {
        self.arguments.options.insert(name.to_owned(), Input::Text(value));
        self
    }

    fn json(&mut self, value: &impl Value) -> Option<Input> {
        match serde_json::to_string(&Encode(value)) {
            Ok(json) => Some(Input::Json(json)),
            Err(error) => {
                self.broken = Some(Error::Answer { reason: error.to_string() });
                None
            }
        }
    }

    /// The `If-Match` header: the call is refused if the entity has changed since this tag was read.
    pub fn if_match(self, tag: impl Into<String>) -> Call<T> {
        self.option("if-match", tag.into())
    }

    /// What is called.
    fn operation(&self) -> Result<&'static Operation, Error> {
        operation(self.id).ok_or_else(|| {
            let absent =
                NotInVersion { what: self.id.to_owned(), exists: Vec::new(), target: Span::ALL, replaced_by: None };
            Error::NotInVersion(Box::new(absent))
        })
    }

    /// What would be sent to a PBX of one of these releases. Nothing is sent.
    ///
    /// # Errors
    /// [`Error::Input`] for what does not fit, [`Error::NotInVersion`] for what they do not have.
    pub fn plan(&self, target: Span) -> Result<Request, CallError> {
        let operation = self.operation()?;
        match &self.broken {
            Some(error) => Err(error.clone()),
            None => plan(operation, &self.arguments, target),
        }
        .map_err(|error| CallError::new(operation, error))
    }

    /// Sends it and returns the answer unread.
    ///
    /// # Errors
    /// [`Error::Input`] and [`Error::NotInVersion`] before anything is sent, any other kind after.
    pub async fn raw(self) -> Result<Reply, CallError> {
        let operation = self.operation()?;
        let reply = match self.broken {
            Some(error) => Err(error),
            None => self.client.call(operation, &self.arguments).await,
        };
        reply.map_err(|error| CallError::new(operation, error))
    }
}

impl<R> Call<Downloaded<R>> {
    /// Sends it and gives the file piece by piece as it comes: memory stays the same however large it
    /// is. A file that breaks off is resumed from there, where the PBX can do that.
    ///
    /// ```no_run
    /// # async fn example(client: threecx::Client) -> Result<(), threecx::CallError> {
    /// let mut file = client.users().export_extensions().bytes().await?;
    /// let mut csv = Vec::new();
    /// while let Some(piece) = file.next().await? {
    ///     match piece {
    ///         threecx::Piece::Bytes(bytes) => csv.extend_from_slice(&bytes),
    ///         threecx::Piece::Restart => csv.clear(),
    ///     }
    /// }
    /// # Ok(())
    /// # }
    /// ```
    ///
    /// # Errors
    /// Those of [`send`](Call::send); [`Error::Answer`] for what is not a file.
    pub async fn bytes(self) -> Result<Download, CallError> {
        let operation = self.operation()?;
        let opened = match self.broken {
            Some(error) => Err(error),
            None => match self.client.plan(operation, &self.arguments).await {
                Ok(request) => self.client.open(&request, Some(operation)).await,
                Err(error) => Err(error),
            },
        };
        match opened {
            Ok(Opened::File(file)) => Ok(*file),
            Ok(Opened::Reply(_)) => Err(Error::Answer { reason: "it is not a file".to_owned() }),
            Err(error) => Err(error),
        }
        .map_err(|error| CallError::new(operation, error))
    }
}

impl<T: FromReply> Call<T> {
    /// Sends it and reads the answer.
    ///
    /// # Errors
    /// [`Error::Input`] and [`Error::NotInVersion`] before anything is sent; [`Error::Answer`] for an
    /// answer that cannot be read; any other kind from the PBX or from the way there.
    pub async fn send(self) -> Result<T, CallError> {
        let operation = self.operation()?;
        let reply = self.raw().await?;
        T::from_reply(&reply).map_err(|error| CallError::new(operation, error))
    }
}

impl<T: FromReply + 'static> IntoFuture for Call<T> {
    type Output = Result<T, CallError>;
    type IntoFuture = Pin<Box<dyn Future<Output = Self::Output> + Send>>;

    fn into_future(self) -> Self::IntoFuture {
        Box::pin(self.send())
    }
}

impl<R: Value> Call<Page<R>> {
    /// All rows, or as many as [`top`](Call::top) says, read page by page as they are taken.
    pub fn stream(self) -> RowStream<R> {
        let wanted = self.arguments.get(Place::Option, "top").and_then(|top| top.text().parse().ok());
        let operation = self.operation();
        let pages = match (self.broken, &operation) {
            (Some(error), _) => Err(error),
            (None, Ok(operation)) => Ok(self.client.pages(operation, self.arguments, wanted).read_ahead(2)),
            (None, Err(error)) => Err(error.clone()),
        };
        RowStream::new(operation.ok(), pages)
    }
}

impl<T: Selected> Call<T> {
    /// The fields that are wanted; the others stay empty.
    pub fn select(self, fields: impl Selection<T::Row>) -> Call<T> {
        self.option("select", fields.names())
    }

    /// The related entities that are wanted too; without it, they stay empty.
    pub fn expand(self, fields: impl Selection<T::Row>) -> Call<T> {
        self.option("expand", fields.names())
    }
}

impl<T: Listed> Call<T> {
    /// Only rows that meet the condition.
    pub fn filter(self, condition: impl Into<Filter<T::Row>>) -> Call<T> {
        self.option("filter", condition.into().as_str().to_owned())
    }

    /// Only rows in which this text is found. Several words are a phrase.
    pub fn search(self, text: impl Into<String>) -> Call<T> {
        self.option("search", text.into())
    }

    /// The order of the rows.
    pub fn order_by(self, orders: impl Orders<T::Row>) -> Call<T> {
        self.option("orderby", orders.text())
    }

    /// Maximum number of rows. A PBX gives at most 100 in one page.
    pub fn top(self, rows: u32) -> Call<T> {
        self.option("top", rows.to_string())
    }

    /// Number of rows to leave out at the beginning.
    pub fn skip(self, rows: u32) -> Call<T> {
        self.option("skip", rows.to_string())
    }

    /// Whether the answer includes the total number of rows ([`Page::count`](crate::Page::count)).
    pub fn count(self, wanted: bool) -> Call<T> {
        self.option("count", wanted.to_string())
    }
}

impl<T> Clone for Call<T> {
    fn clone(&self) -> Call<T> {
        Call {
            client: self.client.clone(),
            id: self.id,
            arguments: self.arguments.clone(),
            broken: self.broken.clone(),
            answer: PhantomData,
        }
    }
}

/// Without its arguments, which may be secrets.
impl<T> fmt::Debug for Call<T> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Call").field("operation", &self.id).finish_non_exhaustive()
    }
}
