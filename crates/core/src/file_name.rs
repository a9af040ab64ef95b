//! Names that a server gives to files, made such that every file system takes them and people see what
//! they are: a server must not choose where a file goes, nor what it looks like.
//!
//! | in a name | becomes |
//! |---|---|
//! | folders, `..` | nothing: only what is behind the last `/` or `\` counts |
//! | control characters, and those that turn text around or cannot be seen | nothing |
//! | `<>:"\|?*`, which Windows does not take | nothing |
//! | dots and blanks at its beginning and end | nothing: a name is neither hidden nor cut by Windows |
//! | `-` at its beginning, devices of Windows (`CON`, `COM1.txt`) | a `_` in front |
//! | more than 255 bytes | cut between two characters; what is behind its last dot stays |

/// The longest name that file systems take, in bytes.
pub const LONGEST: usize = 255;

/// What is behind the last dot of a name is what kind of file it is, unless it is longer than this.
const LONGEST_EXTENSION: usize = 16;

/// Names that Windows takes for devices, whatever is behind their first dot.
const DEVICES: [&str; 6] = ["CON", "PRN", "AUX", "NUL", "CONIN$", "CONOUT$"];

/// The name in a `Content-Disposition`; `None` if there is none, or nothing of it can be used.
pub(crate) fn of_header(header: &str) -> Option<String> {
    let parameter = |wanted: &str| {
        parameters(header).into_iter().find(|(key, _)| key.eq_ignore_ascii_case(wanted)).map(|(_, value)| value)
    };
    let extended = parameter("filename*").and_then(|value| {
        let (charset, rest) = value.split_once('\'')?;
        decoded(charset, rest.split_once('\'')?.1)
    });
    extended.and_then(|name| safe(&name)).or_else(|| safe(&parameter("filename")?))
}

/// A name as the table above says; `None` if nothing is left of it.
pub fn safe(name: &str) -> Option<String> {
    let name = name.rsplit(['/', '\\']).next().unwrap_or_default();
    let name: String = name.chars().filter(|c| !is_hidden(*c) && !"<>:\"|?*".contains(*c)).collect();
    let name = name.trim_matches(|c: char| c.is_whitespace() || c == '.');
    if name.is_empty() {
        return None;
    }
    let prefix = if name.starts_with('-') || is_device(name) { "_" } else { "" };
    Some(with_ending(&format!("{prefix}{name}"), ""))
}

/// The name with something at its end, in front of what is behind its last dot: `name (1).wav`.
/// It is cut where it is too long.
pub fn with_ending(name: &str, ending: &str) -> String {
    let (stem, extension) = match name.rfind('.') {
        Some(dot) if dot > 0 && name.len() - dot - 1 <= LONGEST_EXTENSION => name.split_at(dot),
        _ => (name, ""),
    };
    let room = LONGEST.saturating_sub(ending.len() + extension.len());
    if stem.len() <= room {
        return format!("{stem}{ending}{extension}");
    }
    // What joins two characters has nothing to join there.
    let cut =
        stem[..stem.floor_char_boundary(room)].trim_end_matches(|c: char| c.is_whitespace() || ".\u{200d}".contains(c));
    format!("{cut}{ending}{extension}")
}

/// True for what cannot be seen, or makes other characters be seen elsewhere than they are. Joiners stay: scripts
/// and emoji need them.
fn is_hidden(c: char) -> bool {
    c.is_control()
        || matches!(
            c,
            '\u{ad}'
                | '\u{61c}'
                | '\u{180e}'
                | '\u{200b}'
                | '\u{200e}'
                | '\u{200f}'
                | '\u{2028}'..='\u{202e}'
                | '\u{2060}'..='\u{206f}'
                | '\u{feff}'
                | '\u{fff9}'..='\u{fffb}'
        )
}

/// True for a name that Windows takes for a device, whatever is behind its first dot.
pub fn is_device(name: &str) -> bool {
    let stem = name.split('.').next().unwrap_or_default().trim_end();
    let port = || {
        let digit = ["COM", "LPT"].iter().find_map(|port| {
            let head = stem.get(..port.len()).filter(|head| head.eq_ignore_ascii_case(port));
            head.and_then(|_| stem.get(port.len()..))
        });
        digit.is_some_and(|digit| {
            let mut chars = digit.chars();
            chars.next().is_some_and(|c| c.is_ascii_digit() || "¹²³".contains(c)) && chars.next().is_none()
        })
    };
    DEVICES.iter().any(|device| stem.eq_ignore_ascii_case(device)) || port()
}

/// The `key=value` parts of a header; a value in quotes may hold semicolons.
fn parameters(header: &str) -> Vec<(String, String)> {
    let mut parts = vec![String::new()];
    let (mut quoted, mut escaped) = (false, false);
    for c in header.chars() {
        match c {
            _ if escaped => escaped = false,
            '\\' if quoted => {
                escaped = true;
                continue;
            }
            '"' => {
                quoted = !quoted;
                continue;
            }
            ';' if !quoted => {
                parts.push(String::new());
                continue;
            }
            _ => {}
        }
        if let Some(part) = parts.last_mut() {
            part.push(c);
        }
    }
    let pair = |part: &String| part.split_once('=').map(|(k, v)| (k.trim().to_owned(), v.trim().to_owned()));
    parts.iter().filter_map(pair).collect()
}

/// The text of an extended parameter, in one of the two character sets that there are.
fn decoded(charset: &str, text: &str) -> Option<String> {
    let bytes = percent_decoded(text)?;
    if charset.trim().eq_ignore_ascii_case("iso-8859-1") {
        return Some(bytes.into_iter().map(char::from).collect());
    }
    String::from_utf8(bytes).ok()
}

fn percent_decoded(text: &str) -> Option<Vec<u8>> {
    let mut bytes = Vec::with_capacity(text.len());
    let mut rest = text.as_bytes();
    while let Some((&first, after)) = rest.split_first() {
        if first == b'%' {
            let hex = after.get(..2).and_then(|hex| std::str::from_utf8(hex).ok())?;
            bytes.push(u8::from_str_radix(hex, 16).ok()?);
            rest = &after[2..];
        } else {
            bytes.push(first);
            rest = after;
        }
    }
    Some(bytes)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn names_are_what_every_file_system_takes() {
        for (name, wanted) in [
            ("rec.wav", Some("rec.wav")),
            ("../../..evil.wav", Some("evil.wav")),
            (r"C:\temp\a.wav", Some("a.wav")),
            ("a/../..", None),
            ("..", None),
            (" . . ", None),
            ("", None),
            ("\u{202e}\0", None),
            ("invoice\u{202e}gnp.exe", Some("invoicegnp.exe")),
            ("\u{2066}a\u{2069}\u{200f}b\u{feff}.wav", Some("ab.wav")),
            ("a\0b\nc\u{1b}[31m.wav", Some("abc[31m.wav")),
            (".bashrc", Some("bashrc")),
            ("rec.wav. . ", Some("rec.wav")),
            ("-rf", Some("_-rf")),
            ("--output-file=x", Some("_--output-file=x")),
            ("CON", Some("_CON")),
            ("con.wav", Some("_con.wav")),
            ("Com1.txt", Some("_Com1.txt")),
            ("LPT³ .tar.gz", Some("_LPT³ .tar.gz")),
            ("nul .wav", Some("_nul .wav")),
            ("CONIN$", Some("_CONIN$")),
            ("COM10.txt", Some("COM10.txt")),
            ("console.wav", Some("console.wav")),
            ("[Smith: Anna]_100-0049*30.wav", Some("[Smith Anna]_100-004930.wav")),
            ("👩\u{200d}🚒 ไทย ü.wav", Some("👩\u{200d}🚒 ไทย ü.wav")),
        ] {
            assert_eq!(safe(name).as_deref(), wanted, "{name:?}");
        }
    }

    #[test]
    fn what_is_too_long_is_cut_between_characters_and_keeps_its_extension() {
        for (name, start) in [
            (format!("{}.wav", "x".repeat(400)), "xxx"),
            (format!("{}.wav", "กสิ".repeat(100)), "กสิ"),
            (format!("a{}.wav", "😀".repeat(100)), "a😀"),
            (format!("CON.{}.wav", "x".repeat(300)), "_CON."),
        ] {
            for name in [safe(&name).expect("a name"), with_ending(&name, " (12)")] {
                assert!(name.len() <= LONGEST && name.len() > LONGEST - 4, "{} bytes: {name}", name.len());
                assert!(name.ends_with(".wav") && (name.starts_with(start) || name.starts_with("CON.")), "{name}");
            }
        }
        let just = format!("{}.wav", "x".repeat(LONGEST - 4));
        assert_eq!(safe(&just).as_deref(), Some(just.as_str()));
        let no_extension = format!("a.{}", "x".repeat(300));
        assert_eq!(safe(&no_extension).expect("a name").len(), LONGEST);
        assert_eq!(with_ending("rec.wav", " (1)"), "rec (1).wav");
        assert_eq!(with_ending("rec", " (1)"), "rec (1)");
        assert_eq!(with_ending(".rec", " (1)"), ".rec (1)");
    }

    #[test]
    fn names_come_out_of_headers() {
        for (header, wanted) in [
            (r#"attachment; filename="a; b.csv"; size=3"#, Some("a; b.csv")),
            ("attachment; filename*=UTF-8''%E2%82%ACuro%20%C3%BC.wav; filename=a.wav", Some("€uro ü.wav")),
            ("attachment; filename=a.wav; filename*=UTF-8'de'%C3%BC.wav", Some("ü.wav")),
            ("attachment; filename*=iso-8859-1''M%FCller.wav", Some("Müller.wav")),
            ("attachment; filename=a.wav; filename*=UTF-8''%zz", Some("a.wav")),
            ("attachment; filename=a.wav; filename*=UTF-8''..%2F..", Some("a.wav")),
            ("attachment; filename*=UTF-8''%00%E2%80%AE.wav", Some("wav")),
            ("attachment; filename=Müller.wav", Some("Müller.wav")),
            ("attachment; filename=\"..\"", None),
            ("inline", None),
        ] {
            assert_eq!(of_header(header).as_deref(), wanted, "{header}");
        }
    }

    proptest::proptest! {
        #[test]
        fn whatever_a_server_says_is_one_name(name in "\\PC{0,300}|[./\\\\ \\-\u{202e}\u{0}a]{0,9}|.{0,99}") {
            if let Some(safe_name) = safe(&name) {
                proptest::prop_assert!(!safe_name.is_empty() && safe_name.len() <= LONGEST);
                proptest::prop_assert!(!safe_name.contains(['/', '\\']) && !safe_name.starts_with(['.', '-', ' ']));
                proptest::prop_assert!(!safe_name.ends_with(['.', ' ']) && !safe_name.chars().any(is_hidden));
                // It is as good as it gets, and so it stays.
                proptest::prop_assert_eq!(safe(&safe_name), Some(safe_name.clone()));
            }
        }
    }
}
