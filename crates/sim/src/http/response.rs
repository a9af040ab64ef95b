//! An answer.

use bytes::Bytes;

/// An answer, before it becomes HTTP.
#[derive(Clone, Debug)]
pub(crate) struct Response {
    pub status: u16,
    pub content_type: Option<&'static str>,
    pub headers: Vec<(&'static str, String)>,
    pub body: Bytes,
    pub ending: Ending,
}

/// How an answer ends.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub(crate) enum Ending {
    /// As it should.
    #[default]
    Whole,
    /// In the middle of its body.
    BreaksOff,
    /// Before it begins: the connection is cut.
    Cut,
}

impl Response {
    /// No body.
    pub fn empty(status: u16) -> Response {
        Response { status, content_type: None, headers: Vec::new(), body: Bytes::new(), ending: Ending::Whole }
    }

    /// Plain JSON, as logins answer.
    pub fn json(status: u16, body: String) -> Response {
        Response { content_type: Some("application/json; charset=utf-8"), body: body.into(), ..Response::empty(status) }
    }

    /// JSON as OData answers.
    pub fn odata(status: u16, body: String) -> Response {
        let content_type = "application/json; odata.metadata=minimal; odata.streaming=true; charset=utf-8";
        let headers = vec![("odata-version", "4.0".to_owned())];
        Response { content_type: Some(content_type), headers, body: body.into(), ..Response::empty(status) }
    }

    /// A file to keep.
    pub fn file(media: &'static str, name: &str, body: Vec<u8>) -> Response {
        let disposition = format!("attachment; filename=\"{name}\"");
        let headers = vec![("content-disposition", disposition)];
        Response { status: 200, content_type: Some(media), headers, body: body.into(), ending: Ending::Whole }
    }

    pub fn with(mut self, name: &'static str, value: impl Into<String>) -> Response {
        self.headers.push((name, value.into()));
        self
    }
}
