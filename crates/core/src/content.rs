//! Files that travel in a field of a body.

use base64::Engine as _;
use base64::engine::general_purpose::STANDARD;

/// The content of a file as a field takes it: text unchanged, anything else in Base64.
pub fn encoded(file: Vec<u8>) -> String {
    match String::from_utf8(file) {
        Ok(text) => text.strip_prefix('\u{feff}').map(str::to_owned).unwrap_or(text),
        Err(binary) => STANDARD.encode(binary.as_bytes()),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn text_stays_text() {
        assert_eq!(encoded(b"\xef\xbb\xbf<xml/>".to_vec()), "<xml/>");
        assert_eq!(encoded(vec![0x50, 0x4b, 0xff]), "UEv/");
    }
}
