//! An answer.

use std::hash::{DefaultHasher, Hash, Hasher};

use bytes::Bytes;
use hyper::StatusCode;
use hyper::header::{CONTENT_DISPOSITION, CONTENT_TYPE, HeaderMap, HeaderName, HeaderValue, IF_RANGE, RANGE};

use super::body::WireBody;
use crate::assumptions::PARTS_OF_FILES;

/// An answer, before it becomes HTTP.
#[derive(Clone, Debug)]
pub(crate) struct Response {
    pub status: u16,
    pub content_type: Option<&'static str>,
    /// All but the content type.
    pub headers: HeaderMap,
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
        let headers = HeaderMap::new();
        Response { status, content_type: None, headers, body: Bytes::new(), ending: Ending::Whole }
    }

    /// Plain JSON, as logins answer.
    pub fn json(status: u16, body: String) -> Response {
        Response { content_type: Some("application/json; charset=utf-8"), body: body.into(), ..Response::empty(status) }
    }

    /// JSON as OData answers.
    pub fn odata(status: u16, body: String) -> Response {
        let content_type = "application/json; odata.metadata=minimal; odata.streaming=true; charset=utf-8";
        let mut answer = Response::empty(status);
        answer.headers.insert(HeaderName::from_static("odata-version"), HeaderValue::from_static("4.0"));
        Response { content_type: Some(content_type), body: body.into(), ..answer }
    }

    /// A file to keep.
    pub fn file(media: &'static str, name: &str, body: Vec<u8>) -> Response {
        let answer = Response::empty(200).with("content-disposition", format!("attachment; filename=\"{name}\""));
        Response { content_type: Some(media), body: body.into(), ..answer }
    }

    /// The part of a file that was asked for. What is not a file, or has changed since, comes whole.
    pub fn part(self, asked: &HeaderMap) -> Response {
        if self.status != 200 || !self.headers.contains_key(CONTENT_DISPOSITION) || !PARTS_OF_FILES {
            return self;
        }
        let mut hasher = DefaultHasher::new();
        self.body.hash(&mut hasher);
        let tag = format!("\"{:016x}\"", hasher.finish());
        let text = |name| asked.get(name).and_then(|value: &HeaderValue| value.to_str().ok());
        let same = text(IF_RANGE).is_none_or(|known| known == tag);
        let from = text(RANGE).and_then(|range| range.strip_prefix("bytes=")?.strip_suffix('-')?.parse::<usize>().ok());
        let length = self.body.len();
        let whole = self.with("accept-ranges", "bytes").with("etag", tag);
        match from.filter(|_| same) {
            Some(from) if from < length => {
                let body = whole.body.slice(from..);
                let range = format!("bytes {from}-{}/{length}", length - 1);
                Response { status: 206, body, ..whole }.with("content-range", range)
            }
            Some(_) => Response::empty(416).with("content-range", format!("bytes */{length}")),
            None => whole,
        }
    }

    /// With a header; a value that no header can have is left out.
    pub fn with<V>(mut self, name: &'static str, value: V) -> Response
    where
        HeaderValue: TryFrom<V>,
    {
        if let Ok(value) = HeaderValue::try_from(value) {
            self.headers.insert(HeaderName::from_static(name), value);
        }
        self
    }
}

impl From<Response> for hyper::Response<WireBody> {
    fn from(response: Response) -> hyper::Response<WireBody> {
        let mut wire = hyper::Response::new(WireBody::new(response.body, response.ending == Ending::BreaksOff));
        *wire.status_mut() = StatusCode::from_u16(response.status).unwrap_or(StatusCode::INTERNAL_SERVER_ERROR);
        *wire.headers_mut() = response.headers;
        if let Some(kind) = response.content_type {
            wire.headers_mut().insert(CONTENT_TYPE, HeaderValue::from_static(kind));
        }
        wire
    }
}
