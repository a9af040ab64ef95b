//! How a row of a file is known again: by what it says, in an encoding of its own.
//!
//! The bytes are part of the journal's format. They never depend on how Rust prints a type, and a
//! golden value pins them: if they changed, rows that are done would look new and be sent again.
//! They go through a keyed hash before they are kept, so that no one who reads a journal can find
//! out a PIN by trying all of them.

use threecx_core::{Arguments, Input};

/// What a row is known by: a keyed hash of its [`content`].
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub struct Identity(pub [u8; 16]);

/// The version of the encoding.
const VERSION: u8 = 1;

/// The bytes that stand for what a row says: its arguments by place and name, in the order of
/// their names, and the words that say what it is done to. Every text has its length before it.
pub fn content(arguments: &Arguments, words: &[String]) -> Vec<u8> {
    let mut bytes = vec![VERSION];
    for (place, values) in [(b'p', &arguments.parameters), (b'f', &arguments.fields), (b'o', &arguments.options)] {
        for (name, input) in values {
            bytes.push(place);
            text(name, &mut bytes);
            value(input, &mut bytes);
        }
    }
    if let Some(body) = &arguments.body {
        bytes.push(b'b');
        value(body, &mut bytes);
    }
    for word in words {
        bytes.push(b'w');
        text(word, &mut bytes);
    }
    bytes
}

fn value(input: &Input, bytes: &mut Vec<u8>) {
    let (kind, value) = match input {
        Input::Text(value) => (b't', value),
        Input::Json(value) => (b'j', value),
    };
    bytes.push(kind);
    text(value, bytes);
}

fn text(text: &str, bytes: &mut Vec<u8>) {
    bytes.extend_from_slice(&(text.len() as u64).to_le_bytes());
    bytes.extend_from_slice(text.as_bytes());
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::keys::Keys;

    fn arguments() -> Arguments {
        let mut arguments = Arguments::default();
        arguments.parameters.insert("Id".into(), Input::Text("29".into()));
        arguments.fields.insert("Größe".into(), Input::Text("O'Brien \"x\"\n".into()));
        arguments.fields.insert("Groups".into(), Input::Json("[1,2]".into()));
        arguments.options.insert("select".into(), Input::Text(String::new()));
        arguments.body = Some(Input::Json("{}".into()));
        arguments
    }

    #[test]
    fn the_encoding_is_pinned() {
        let bytes = content(&arguments(), &["100".into(), "Ada Lovelace".into()]);
        let hex: String = bytes.iter().map(|byte| format!("{byte:02x}")).collect();
        assert_eq!(
            hex,
            "0170020000000000000049647402000000000000003239\
             66060000000000000047726f7570736a05000000000000005b312c325d\
             660700000000000000\
             4772c3b6c39f65740c000000000000004f27427269656e20227822\
             0a6f060000000000000073656c656374740000000000000000\
             626a02000000000000007b7d\
             770300000000000000313030770c00000000000000416461204c6f76656c616365"
        );
        let Identity(hash) = Keys::of([7; 32]).identity(&bytes);
        let hex: String = hash.iter().map(|byte| format!("{byte:02x}")).collect();
        assert_eq!(hex, "d553911e9a063e1f871557363cc6dffb");
    }

    #[test]
    fn no_two_rows_share_their_bytes() {
        let of = |change: fn(&mut Arguments), words: &[&str]| {
            let mut arguments = Arguments::default();
            change(&mut arguments);
            let words: Vec<String> = words.iter().map(|word| (*word).to_owned()).collect();
            content(&arguments, &words)
        };
        let all = [
            of(|_| {}, &[]),
            of(|_| {}, &["a"]),
            of(|_| {}, &["a", "b"]),
            of(|_| {}, &["ab"]),
            of(|all| drop(all.fields.insert("a".into(), Input::Text("b".into()))), &[]),
            of(|all| drop(all.fields.insert("a".into(), Input::Json("b".into()))), &[]),
            of(|all| drop(all.fields.insert("ab".into(), Input::Text(String::new()))), &[]),
            of(|all| drop(all.parameters.insert("a".into(), Input::Text("b".into()))), &[]),
            of(|all| drop(all.options.insert("a".into(), Input::Text("b".into()))), &[]),
            of(|all| all.body = Some(Input::Text("b".into())), &[]),
        ];
        for (index, one) in all.iter().enumerate() {
            assert!(all[..index].iter().all(|other| other != one), "{index}");
        }
    }
}
