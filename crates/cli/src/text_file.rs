//! Text from files and from stdin, whatever marks a program left at its beginning. UTF-8 is what is expected;
//! UTF-16 is read where a byte order mark says so; anything else is called by its name.

use std::io::Read;

use crate::failure::Failure;

/// What stands for stdin where a file is named.
pub const STDIN: &str = "-";

/// Byte order marks, longer ones first: that of UTF-32 begins like one of UTF-16.
const MARKS: [(&[u8], Encoding); 5] = [
    (b"\xff\xfe\0\0", Encoding::Utf32),
    (b"\0\0\xfe\xff", Encoding::Utf32),
    (b"\xef\xbb\xbf", Encoding::Utf8),
    (b"\xff\xfe", Encoding::Utf16(u16::from_le_bytes)),
    (b"\xfe\xff", Encoding::Utf16(u16::from_be_bytes)),
];

#[derive(Clone, Copy)]
enum Encoding {
    Utf8,
    Utf16(fn([u8; 2]) -> u16),
    Utf32,
}

/// Why bytes are not text: what they are, and where that shows.
#[derive(Debug, PartialEq, Eq)]
pub struct NotText {
    pub reason: String,
}

/// What to do about it.
pub const NEXT_STEP: &str =
    "Save it as UTF-8 (in Excel: Save As, `CSV UTF-8`), or convert it: iconv -f WINDOWS-1252 -t UTF-8 FILE > NEW";

/// The bytes of a file, or of stdin for `-`.
pub fn bytes(path: &str) -> Result<Vec<u8>, Failure> {
    let mut bytes = Vec::new();
    let read = match path {
        STDIN => std::io::stdin().read_to_end(&mut bytes),
        _ => std::fs::File::open(path).and_then(|mut file| file.read_to_end(&mut bytes)),
    };
    read.map_err(|error| Failure::file(name(path), &error))?;
    Ok(bytes)
}

/// The content of a text file, or of stdin for `-`.
pub fn read(path: &str) -> Result<String, Failure> {
    decoded(bytes(path)?).map_err(|NotText { reason }| Failure::Unreadable {
        path: name(path).to_owned(),
        reason,
        places: Vec::new(),
        next_step: NEXT_STEP,
    })
}

/// How a message calls it.
pub fn name(path: &str) -> &str {
    if path == STDIN { "stdin" } else { path }
}

/// Bytes as text, without a byte order mark.
pub fn decoded(mut bytes: Vec<u8>) -> Result<String, NotText> {
    let marked = MARKS.iter().find(|(mark, _)| bytes.starts_with(mark));
    match marked {
        Some((_, Encoding::Utf32)) => Err(NotText { reason: "it is UTF-32, not UTF-8".into() }),
        Some((mark, Encoding::Utf16(unit))) => utf16(&bytes[mark.len()..], *unit),
        Some((mark, Encoding::Utf8)) => {
            bytes.drain(..mark.len());
            utf8(bytes)
        }
        None => utf8(bytes),
    }
}

fn utf16(bytes: &[u8], unit: fn([u8; 2]) -> u16) -> Result<String, NotText> {
    let (pairs, rest) = bytes.as_chunks::<2>();
    let units = pairs.iter().map(|pair| unit(*pair));
    let text: Result<String, _> = char::decode_utf16(units).collect();
    match text {
        Ok(text) if rest.is_empty() => Ok(text),
        _ => Err(NotText { reason: "it begins as UTF-16 and is damaged further on".into() }),
    }
}

fn utf8(bytes: Vec<u8>) -> Result<String, NotText> {
    let text = String::from_utf8(bytes).map_err(|error| {
        let (bytes, at) = (error.as_bytes(), error.utf8_error().valid_up_to());
        let line = bytes[..at].iter().filter(|byte| **byte == b'\n').count() + 1;
        NotText { reason: format!("line {line} is not UTF-8; {}", guess(bytes)) }
    })?;
    // Latin letters in UTF-16 are zero bytes in turn with others, which UTF-8 allows.
    if text.contains('\0') {
        return Err(NotText { reason: format!("it is not text in UTF-8; {}", guess(text.as_bytes())) });
    }
    Ok(text)
}

/// What bytes that are not UTF-8 look like.
fn guess(bytes: &[u8]) -> &'static str {
    let zeros = |odd: usize| bytes.iter().skip(odd).step_by(2).filter(|byte| **byte == 0).count();
    let half = bytes.len() / 4;
    match (zeros(1) > half, zeros(0) > half) {
        (true, _) | (_, true) => "it looks like UTF-16 without a byte order mark",
        _ if bytes.contains(&0) => "it looks like a binary file",
        _ => "it looks like Windows-1252 (`ANSI`)",
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn utf16_bytes(text: &str, mark: bool, bytes: fn(u16) -> [u8; 2]) -> Vec<u8> {
        let mark = mark.then_some(0xfeff);
        mark.into_iter().chain(text.encode_utf16()).flat_map(bytes).collect()
    }

    #[test]
    fn marks_say_how_a_text_is_encoded() {
        for text in ["Id,Zürich 東\n1,😀\n", "", "\n"] {
            let marked = [b"\xef\xbb\xbf".as_slice(), text.as_bytes()].concat();
            let little = utf16_bytes(text, true, u16::to_le_bytes);
            let big = utf16_bytes(text, true, u16::to_be_bytes);
            for bytes in [text.as_bytes().to_vec(), marked, little, big] {
                assert_eq!(decoded(bytes.clone()).as_deref(), Ok(text), "{bytes:?}");
            }
        }
    }

    #[test]
    fn other_encodings_are_called_by_their_names() {
        let cases: [(Vec<u8>, &str); 8] = [
            (b"a\nRen\xe9\n".to_vec(), "line 2 is not UTF-8; it looks like Windows-1252"),
            (b"\x80 5\n".to_vec(), "line 1 is not UTF-8; it looks like Windows-1252"),
            (utf16_bytes("Id,Name\n", false, u16::to_le_bytes), "UTF-16 without a byte order mark"),
            (utf16_bytes("Id,Name\n", false, u16::to_be_bytes), "UTF-16 without a byte order mark"),
            (b"\xff\xfe\0\0I\0\0\0".to_vec(), "UTF-32"),
            (b"\xff\xfeI\0d".to_vec(), "damaged"),
            (b"\xff\xfe\x00\xd8I\0".to_vec(), "damaged"),
            (b"GIF89a\x01\0\x02\x03\x04\x05".to_vec(), "binary"),
        ];
        for (bytes, reason) in cases {
            let found = decoded(bytes).expect_err(reason).reason;
            assert!(found.contains(reason), "{found}");
        }
    }
}
