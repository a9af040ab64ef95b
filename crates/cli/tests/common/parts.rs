//! A server whose file breaks off, and what it makes of being asked for the rest. Played to the command line and to
//! the library.

use std::io::Write;
use std::net::TcpStream;

use super::server::{Asked, Server, reply};

pub const LENGTH: usize = 90_000;

/// The file, in one of its versions.
pub fn content(version: u8) -> Vec<u8> {
    (0..LENGTH).map(|index| (index * 31 + index / 251) as u8 ^ version).collect()
}

/// What the whole file says about itself, and what is answered when the rest of it is asked for.
#[derive(Clone, Copy)]
pub struct Case {
    pub what: &'static str,
    pub head: &'static [&'static str],
    /// What is asked with `If-Range`; nothing if it is not asked for a part at all.
    pub if_range: &'static str,
    pub rest: Rest,
    /// True if what came before is gone on with, and not thrown away.
    pub resumes: bool,
}

/// The answer to a question for a part.
#[derive(Clone, Copy)]
pub enum Rest {
    /// A part of the version that came, with these lines, and `{from}` and `{end}` in them.
    Part(&'static [&'static str]),
    /// The same of another version.
    OtherPart(&'static [&'static str]),
    /// The part that is asked for, but fewer bytes than it says, and then as many as are missing.
    Short,
    /// A whole file, of another version.
    Whole(&'static [&'static str]),
    /// A refusal.
    Refused(&'static str),
}

const TAG: &[&str] = &["accept-ranges: bytes", "etag: \"a\""];
const DATE: &[&str] = &["accept-ranges: bytes", "last-modified: Mon, 05 Jan 2026 10:00:00 GMT"];
const RANGE: &str = "content-range: bytes {from}-{end}/90000";

pub const CASES: &[Case] = &[
    Case {
        what: "the same tag",
        head: TAG,
        if_range: "\"a\"",
        rest: Rest::Part(&[RANGE, "etag: \"a\""]),
        resumes: true,
    },
    Case {
        what: "the same tag, of how many is not known",
        head: TAG,
        if_range: "\"a\"",
        rest: Rest::Part(&["content-range: bytes {from}-{end}/*", "etag: \"a\""]),
        resumes: true,
    },
    Case { what: "less than was asked for at a time", head: TAG, if_range: "\"a\"", rest: Rest::Short, resumes: true },
    Case {
        what: "the same date",
        head: DATE,
        if_range: "Mon, 05 Jan 2026 10:00:00 GMT",
        rest: Rest::Part(&[RANGE, "last-modified: Mon, 05 Jan 2026 10:00:00 GMT"]),
        resumes: true,
    },
    Case {
        what: "a date that is not repeated",
        head: DATE,
        if_range: "Mon, 05 Jan 2026 10:00:00 GMT",
        rest: Rest::Part(&[RANGE]),
        resumes: true,
    },
    Case {
        what: "another tag",
        head: TAG,
        if_range: "\"a\"",
        rest: Rest::OtherPart(&[RANGE, "etag: \"b\""]),
        resumes: false,
    },
    Case {
        what: "a weak form of the tag",
        head: TAG,
        if_range: "\"a\"",
        rest: Rest::OtherPart(&[RANGE, "etag: W/\"a\""]),
        resumes: false,
    },
    Case { what: "no tag", head: TAG, if_range: "\"a\"", rest: Rest::OtherPart(&[RANGE]), resumes: false },
    Case {
        what: "another date",
        head: DATE,
        if_range: "Mon, 05 Jan 2026 10:00:00 GMT",
        rest: Rest::OtherPart(&[RANGE, "last-modified: Mon, 05 Jan 2026 10:00:01 GMT"]),
        resumes: false,
    },
    Case {
        what: "a tag where there was a date",
        head: DATE,
        if_range: "Mon, 05 Jan 2026 10:00:00 GMT",
        rest: Rest::OtherPart(&[RANGE, "etag: \"b\""]),
        resumes: false,
    },
    Case {
        what: "another place",
        head: TAG,
        if_range: "\"a\"",
        rest: Rest::OtherPart(&["content-range: bytes 0-{end}/90000", "etag: \"a\""]),
        resumes: false,
    },
    Case {
        what: "of another length",
        head: TAG,
        if_range: "\"a\"",
        rest: Rest::OtherPart(&["content-range: bytes {from}-{end}/90001", "etag: \"a\""]),
        resumes: false,
    },
    Case {
        what: "beyond its own end",
        head: TAG,
        if_range: "\"a\"",
        rest: Rest::OtherPart(&["content-range: bytes {from}-90000/90000", "etag: \"a\""]),
        resumes: false,
    },
    Case {
        what: "backwards",
        head: TAG,
        if_range: "\"a\"",
        rest: Rest::OtherPart(&["content-range: bytes {from}-0/90000", "etag: \"a\""]),
        resumes: false,
    },
    Case {
        what: "another length than it says",
        head: TAG,
        if_range: "\"a\"",
        rest: Rest::OtherPart(&["content-range: bytes {from}-{from}/90000", "etag: \"a\""]),
        resumes: false,
    },
    Case {
        what: "nothing about where",
        head: TAG,
        if_range: "\"a\"",
        rest: Rest::OtherPart(&["etag: \"a\""]),
        resumes: false,
    },
    Case {
        what: "something unreadable about where",
        head: TAG,
        if_range: "\"a\"",
        rest: Rest::OtherPart(&["content-range: bytes {from}/90000", "etag: \"a\""]),
        resumes: false,
    },
    Case {
        what: "in another unit",
        head: TAG,
        if_range: "\"a\"",
        rest: Rest::OtherPart(&["content-range: rows {from}-{end}/90000", "etag: \"a\""]),
        resumes: false,
    },
    Case {
        what: "several parts",
        head: TAG,
        if_range: "\"a\"",
        rest: Rest::OtherPart(&["content-type: multipart/byteranges; boundary=x", "etag: \"a\""]),
        resumes: false,
    },
    Case {
        what: "a new version as a whole",
        head: TAG,
        if_range: "\"a\"",
        rest: Rest::Whole(&["etag: \"b\""]),
        resumes: false,
    },
    Case {
        what: "nothing there",
        head: TAG,
        if_range: "\"a\"",
        rest: Rest::Refused("416 Range Not Satisfiable"),
        resumes: false,
    },
    Case {
        what: "a weak tag at first",
        head: &["accept-ranges: bytes", "etag: W/\"a\"", "last-modified: Mon, 05 Jan 2026 10:00:00 GMT"],
        if_range: "",
        rest: Rest::OtherPart(&[RANGE, "etag: W/\"a\""]),
        resumes: false,
    },
    Case {
        what: "the second in which it is written",
        head: &[
            "accept-ranges: bytes",
            "date: Mon, 05 Jan 2026 10:00:00 GMT",
            "last-modified: Mon, 05 Jan 2026 10:00:00 GMT",
        ],
        if_range: "",
        rest: Rest::OtherPart(&[RANGE, "last-modified: Mon, 05 Jan 2026 10:00:00 GMT"]),
        resumes: false,
    },
    Case {
        what: "no parts at all",
        head: &["accept-ranges: none", "etag: \"a\""],
        if_range: "",
        rest: Rest::OtherPart(&[RANGE, "etag: \"a\""]),
        resumes: false,
    },
];

/// Where the first answer breaks off.
const BREAKS_AT: usize = 30_000;

/// A server with one file, whose first answer breaks off. Whoever asks for the whole once more gets the second
/// version: the file has changed.
pub fn server(case: Case) -> Server {
    Server::start(move |asked, stream| answer(case, asked, stream))
}

fn answer(case: Case, asked: &Asked, stream: &mut TcpStream) {
    let from = asked.header("range").strip_prefix("bytes=").and_then(|range| range.strip_suffix('-')?.parse().ok());
    let Some(from) = from else {
        let (version, until) = if asked.number == 1 { (0, BREAKS_AT) } else { (1, LENGTH) };
        return send("200 OK", case.head, &content(version), until, stream);
    };
    assert_eq!(asked.header("if-range"), case.if_range, "{}", case.what);
    let end = LENGTH - 1;
    match case.rest {
        Rest::Part(lines) => send_part(lines, &content(0)[from..], from, end, stream),
        Rest::OtherPart(lines) => send_part(lines, &content(1)[from..], from, end, stream),
        Rest::Short => {
            let end = (from + 25_000).min(LENGTH) - 1;
            send_part(&[RANGE, "etag: \"a\""], &content(0)[from..=end], from, end, stream);
        }
        Rest::Whole(lines) => send("200 OK", lines, &content(1), LENGTH, stream),
        Rest::Refused(status) => reply(stream, status, &["content-range: bytes */20000"], b""),
    }
}

fn send_part(lines: &[&str], bytes: &[u8], from: usize, end: usize, stream: &mut TcpStream) {
    let filled = |line: &&str| line.replace("{from}", &from.to_string()).replace("{end}", &end.to_string());
    let lines: Vec<String> = lines.iter().map(filled).collect();
    let lines: Vec<&str> = lines.iter().map(String::as_str).collect();
    send("206 Partial Content", &lines, bytes, bytes.len(), stream);
}

/// Sends the first bytes of a body, whose length it tells.
fn send(status: &str, lines: &[&str], bytes: &[u8], until: usize, stream: &mut TcpStream) {
    let kind =
        if lines.iter().any(|line| line.starts_with("content-type")) { "" } else { "content-type: audio/x-wav\r\n" };
    let lines: String = lines.iter().map(|line| format!("{line}\r\n")).collect();
    let length = bytes.len();
    let head = format!(
        "HTTP/1.1 {status}\r\n{kind}{lines}content-disposition: attachment; filename=rec.wav\r\n\
         content-length: {length}\r\nconnection: close\r\n\r\n"
    );
    let _ = stream.write_all(head.as_bytes()).and_then(|()| stream.write_all(&bytes[..until]));
}
