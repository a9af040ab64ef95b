//! What must not be shown: secrets by the name of what holds them, and in text that came from elsewhere.
//!
//! A PBX, or whatever answers in its place, may repeat what it was sent, or quote the entity that it
//! refuses. Such text reaches people in errors, logs and journals. Here its secrets are taken out: values
//! that are known to be secret, in whatever way they are written, and values that stand behind the name of
//! a secret.

use std::borrow::Cow;
use std::collections::{BTreeSet, HashMap};
use std::ops::Range;
use std::sync::OnceLock;

use serde_json::Value;
use serde_json::value::RawValue;
use threecx_catalog::{Body, Content, Operation, Property, Type, TypeRef, operations, structures};

use crate::members::Members;

/// What takes the place of a secret wherever a request is shown.
pub const MASK: &str = "***";

/// The deepest JSON in which secrets are looked for one by one; what lies deeper is masked whole.
const DEEPEST: usize = 64;

/// Names that hold secrets besides those of the catalogue: of HTTP and OAuth, and what later releases may
/// call them. In lowercase, without separators.
const WORDS: [&str; 13] = [
    "password",
    "passwd",
    "passphrase",
    "passcode",
    "secret",
    "token",
    "apikey",
    "accesskey",
    "privatekey",
    "credential",
    "authorization",
    "cookie",
    "codeverifier",
];

/// Names that are secret as a whole word, or at the end of a name: `VMPIN`, `sip_pwd`, `otp`.
const ENDINGS: [&str; 4] = ["pin", "pwd", "otp", "pinnumber"];

/// True for the name of what holds a secret: a property or field of the catalogue, or one of which the
/// words say so. Upper and lower case do not matter, nor do separators. Where one thing of a name is
/// secret and another is not (`Key`), the name alone does not say so.
pub fn is_secret_name(name: &str) -> bool {
    let lower = name.to_ascii_lowercase();
    let plain: String = lower.chars().filter(char::is_ascii_alphanumeric).collect();
    if let Some(holds) = [name, &lower, &plain].into_iter().find_map(|name| known_names().get(name)) {
        return holds.secrets && !holds.others;
    }
    WORDS.iter().any(|word| plain.contains(word)) || ENDINGS.iter().any(|word| plain == *word) || ends_in_word(name)
}

/// True for `VMPin`, `sip_pin` and the like, not for `Spin`.
fn ends_in_word(name: &str) -> bool {
    ENDINGS.iter().any(|word| {
        let Some(start) = name.len().checked_sub(word.len()).filter(|start| name.is_char_boundary(*start)) else {
            return false;
        };
        let (before, end) = name.split_at(start);
        let begins = end.starts_with(|first: char| first.is_ascii_uppercase()) || before.ends_with(['_', '-', '.']);
        end.eq_ignore_ascii_case(word) && begins
    })
}

/// What the properties and fields of a name hold.
#[derive(Default)]
struct Holds {
    secrets: bool,
    others: bool,
}

/// The names of all properties and fields, as they are and in lowercase.
fn known_names() -> &'static HashMap<String, Holds> {
    static NAMES: OnceLock<HashMap<String, Holds>> = OnceLock::new();
    NAMES.get_or_init(|| {
        let mut names: HashMap<String, Holds> = HashMap::new();
        let mut add = |property: &Property| {
            let lower = property.name.to_ascii_lowercase();
            let spellings = std::iter::once(lower).chain([property.name.to_owned()]);
            for name in spellings.collect::<BTreeSet<_>>() {
                let holds = names.entry(name).or_default();
                holds.secrets |= property.secret;
                // `DeskphonePassword: true` asks for a new one.
                holds.others |= !property.secret && property.ty.ty != Type::Boolean;
            }
        };
        structures().iter().flat_map(|structure| structure.all_properties()).for_each(&mut add);
        for form in operations().flat_map(|operation| operation.forms) {
            if let Body::Fields(fields) = form.body {
                fields.iter().for_each(&mut add);
            }
        }
        names
    })
}

/// The places of the secrets in a body of which nothing is known but that it is JSON: the values of members
/// that are called as secrets are. `None` if it is not JSON.
pub fn places(body: &str) -> Option<Vec<Range<usize>>> {
    places_of(body, &is_secret_name)
}

fn places_of(body: &str, is_secret: &dyn Fn(&str) -> bool) -> Option<Vec<Range<usize>>> {
    let raw: &RawValue = serde_json::from_str(body).ok()?;
    let mut found = Vec::new();
    look(body, raw, 0, is_secret, &mut found);
    Some(found)
}

/// The places of what must not be shown in a body of which nothing is known: of what is not JSON and names a
/// secret, all of it.
pub(crate) fn secrets_of(body: &str) -> Vec<Range<usize>> {
    places(body).unwrap_or_else(|| match text_hides_secrets(body) {
        true => std::iter::once(0..body.len()).collect(),
        false => Vec::new(),
    })
}

/// The secrets in a body that was sent for an operation, to be taken out of what is said about it.
pub fn secrets_in(operation: &Operation, body: &str) -> Vec<String> {
    let names = own_names(operation);
    let is_secret = |name: &str| names.iter().any(|own| own.eq_ignore_ascii_case(name)) || is_secret_name(name);
    values(body, places_of(body, &is_secret).unwrap_or_else(|| secrets_of(body)))
}

/// What stands at these places of a body, as a person would write it.
pub(crate) fn values(body: &str, places: Vec<Range<usize>>) -> Vec<String> {
    let mut values = Vec::new();
    for place in places {
        match serde_json::from_str(&body[place.clone()]) {
            Ok(value) => texts(&value, &mut values),
            Err(_) => values.push(body[place].to_owned()),
        }
    }
    values
}

/// The texts and numbers that a value consists of.
fn texts(value: &Value, out: &mut Vec<String>) {
    match value {
        Value::String(text) => out.push(text.clone()),
        Value::Number(number) => out.push(number.to_string()),
        Value::Array(items) => items.iter().for_each(|item| texts(item, out)),
        Value::Object(members) => members.values().for_each(|member| texts(member, out)),
        Value::Null | Value::Bool(_) => {}
    }
}

/// What is wrong with JSON that does not fit, without the value that does not: it may be a secret.
pub fn unfit(error: &serde_json::Error) -> String {
    let text = error.to_string();
    let quotes_value = error.is_data() && ["invalid ", "unknown variant"].iter().any(|begin| text.starts_with(begin));
    let Some(quote) = text.find(['"', '`']).filter(|_| quotes_value) else { return text };
    let what = text[..quote].trim_end();
    match text.rfind(", expected ") {
        Some(expected) if expected > quote => format!("{what}{}", &text[expected..]),
        _ => format!("{what} (line {}, column {})", error.line(), error.column()),
    }
}

/// A body of which nothing is known, or any other value, as it may be shown.
pub fn shown_json(body: &str) -> String {
    with_masks(body, &secrets_of(body))
}

/// A body with these places masked; they are in order, and none is inside another.
pub(crate) fn with_masks(body: &str, places: &[Range<usize>]) -> String {
    let mut shown = String::with_capacity(body.len());
    let mut from = 0;
    for place in places {
        shown.push_str(&body[from..place.start]);
        shown.push('"');
        shown.push_str(MASK);
        shown.push('"');
        from = place.end;
    }
    shown.push_str(&body[from..]);
    shown
}

fn look(body: &str, value: &RawValue, depth: usize, is_secret: &dyn Fn(&str) -> bool, found: &mut Vec<Range<usize>>) {
    let place = |value: &RawValue| {
        let start = (value.get().as_ptr() as usize).saturating_sub(body.as_ptr() as usize);
        start..start + value.get().len()
    };
    if depth > DEEPEST {
        return found.push(place(value));
    }
    match value.get().as_bytes().first() {
        Some(b'{') => {
            let Ok(Members(members)) = serde_json::from_str::<Members<'_>>(value.get()) else {
                return found.push(place(value));
            };
            for (name, member) in members {
                // `DeskphonePassword: true` asks for a new one.
                let says_nothing = matches!(member.get(), "true" | "false" | "null");
                match is_secret(&name) && !says_nothing {
                    true => found.push(place(member)),
                    false => look(body, member, depth + 1, is_secret, found),
                }
            }
        }
        Some(b'[') => match serde_json::from_str::<Vec<&RawValue>>(value.get()) {
            Ok(items) => items.into_iter().for_each(|item| look(body, item, depth + 1, is_secret, found)),
            Err(_) => found.push(place(value)),
        },
        // JSON in a text, as forms and spreadsheets give it.
        Some(b'"') => {
            let text: String = serde_json::from_str(value.get()).unwrap_or_default();
            if text.trim_start().starts_with(['{', '[']) && text_hides_secrets(&text) {
                found.push(place(value));
            }
        }
        _ => {}
    }
}

fn text_hides_secrets(text: &str) -> bool {
    matches!(text_without::<&str>(text, &[]), Cow::Owned(_))
}

/// Text from elsewhere without its secrets: those of `known`, the values behind the names of secrets
/// (`"VMPIN":"1234"`, `password=x`, `<Secret>x</Secret>`), and what follows `Bearer` or looks like a token.
pub fn text_without<'t, S: AsRef<str>>(text: &'t str, known: &[S]) -> Cow<'t, str> {
    let known = without_known(text, known);
    let named = without_named(&known, is_secret_word);
    match (known, named) {
        (known, None) => known,
        (_, Some(named)) => Cow::Owned(named),
    }
}

/// The same for what is said about an operation, by the names of its own secrets too: `{"value": "…"}` where the
/// answer itself is one, and those of which the name alone does not say so.
pub(crate) fn text_about<'t>(operation: &Operation, text: &'t str) -> Cow<'t, str> {
    if text.is_empty() {
        return text.into();
    }
    let names = own_names(operation);
    let is_own = |word: &str| names.iter().any(|name| name.eq_ignore_ascii_case(word));
    match without_named(text, |word| is_own(word) || is_secret_word(word)) {
        Some(masked) => Cow::Owned(masked),
        None => Cow::Borrowed(text),
    }
}

/// The names of an operation's secrets that do not say so by themselves.
fn own_names(operation: &Operation) -> Vec<&'static str> {
    let mut names: Vec<&'static str> = if operation.secret { vec!["value"] } else { Vec::new() };
    for form in operation.forms {
        let body = match form.body {
            Body::None => None,
            Body::Entity(structure) => Some(structure),
            Body::Fields(fields) => {
                fields.iter().for_each(|field| unsaid(field, DEEPEST_NAMES, &mut names));
                None
            }
        };
        let answer = match form.answer_in(form.span).content {
            Content::Value(TypeRef { ty: Type::Structure(structure), .. }) => Some(structure),
            _ => None,
        };
        for structure in body.into_iter().chain(answer) {
            structure.all_properties().for_each(|property| unsaid(property, DEEPEST_NAMES, &mut names));
        }
    }
    names
}

/// How deep the secrets of an operation are looked for.
const DEEPEST_NAMES: usize = 4;

/// The names of secrets that do not say so, of a property and what is in it.
fn unsaid(property: &'static Property, depth: usize, names: &mut Vec<&'static str>) {
    if property.secret && !is_secret_word(property.name) && !names.contains(&property.name) {
        names.push(property.name);
    }
    if let Type::Structure(structure) = property.ty.ty
        && depth > 0
    {
        structure.all_properties().for_each(|property| unsaid(property, depth - 1, names));
    }
}

/// True for a word of a text that names a secret. An error has a code, and a list its keys, which are none.
fn is_secret_word(word: &str) -> bool {
    !["code", "key"].iter().any(|known| word.eq_ignore_ascii_case(known)) && is_secret_name(word)
}

/// A secret that is shorter is only taken out where it is a word of its own.
const ANYWHERE: usize = 4;

fn without_known<'t, S: AsRef<str>>(text: &'t str, known: &[S]) -> Cow<'t, str> {
    let mut forms: Vec<String> = known.iter().flat_map(|secret| written(secret.as_ref())).collect();
    // The longest first: a form may be the beginning of another.
    forms.sort_by_key(|form| std::cmp::Reverse(form.len()));
    forms.dedup();
    let mut text = Cow::Borrowed(text);
    for form in &forms {
        if let Some(masked) = replaced(&text, form) {
            text = Cow::Owned(masked);
        }
    }
    text
}

/// A secret as it may be written: as it is, in JSON, in a URL or form, in HTML.
fn written(secret: &str) -> Vec<String> {
    if secret.trim().is_empty() {
        return Vec::new();
    }
    let json = Value::from(secret).to_string();
    let encode = |keep: &dyn Fn(u8) -> bool, space: &str| {
        let mut encoded = String::new();
        for byte in secret.bytes() {
            match byte {
                b' ' => encoded.push_str(space),
                byte if byte.is_ascii_alphanumeric() || keep(byte) => encoded.push(char::from(byte)),
                byte => encoded.push_str(&format!("%{byte:02X}")),
            }
        }
        encoded
    };
    let html = |apostrophe: &str| {
        let text = secret.replace('&', "&amp;").replace('<', "&lt;").replace('>', "&gt;");
        text.replace('"', "&quot;").replace('\'', apostrophe)
    };
    vec![
        secret.to_owned(),
        json.trim_matches('"').to_owned(),
        encode(&|byte| b"-_.~".contains(&byte), "%20"),
        encode(&|byte| b"-_.*".contains(&byte), "+"),
        encode(&|byte| b"-_.~!$&'()*+,;=:@/".contains(&byte), "%20"),
        html("&#39;"),
        html("&#x27;"),
        html("'"),
    ]
}

/// The text with every occurrence masked, in whatever case, and the beginning of one where the text was cut.
fn replaced(text: &str, secret: &str) -> Option<String> {
    let (haystack, needle) = (text.to_ascii_lowercase(), secret.to_ascii_lowercase());
    let is_word = |start: usize, end: usize| {
        !haystack[..start].ends_with(|c: char| c.is_alphanumeric())
            && !haystack[end..].starts_with(|c: char| c.is_alphanumeric())
    };
    let mut out = String::new();
    let mut from = 0;
    let mut at = 0;
    while let Some(start) = haystack[at..].find(&needle).map(|found| at + found) {
        let end = start + needle.len();
        if needle.len() >= ANYWHERE || is_word(start, end) {
            out.push_str(&text[from..start]);
            out.push_str(MASK);
            from = end;
        }
        at = end;
    }
    // A long secret that breaks off where the text does.
    let rest = &haystack[from..];
    let ends = (2 * ANYWHERE..needle.len()).rev().filter(|length| needle.is_char_boundary(*length));
    let whole = rest.trim_end_matches(['…', '.']);
    if let Some(cut) = ends.map(|length| &needle[..length]).find(|beginning| whole.ends_with(beginning)) {
        let start = from + whole.len() - cut.len();
        out.push_str(&text[from..start]);
        out.push_str(MASK);
        from += whole.len();
    }
    if from == 0 {
        return None;
    }
    out.push_str(&text[from..]);
    Some(out)
}

/// Quotes, as they are written where text is in JSON or in HTML.
const QUOTES: [&str; 15] = [
    r#"\\\""#, r#"\""#, r"\'", r"\&quot;", r"\&#34;", "&quot;", "&#34;", "&#x22;", "&#39;", "&apos;", "%27", "%22",
    "\"", "'", "`",
];

fn without_named(text: &str, is_secret: impl Fn(&str) -> bool) -> Option<String> {
    let mut out = String::new();
    let (mut from, mut at) = (0, 0);
    while at < text.len() {
        let rest = &text[at..];
        let length = rest.find(|c: char| !(c.is_ascii_alphanumeric() || "_-".contains(c))).unwrap_or(rest.len());
        if length == 0 {
            at += rest.chars().next().map_or(1, char::len_utf8);
            continue;
        }
        let word = &rest[..length];
        let end = at + length;
        match hidden(text, word, (at, end), &is_secret) {
            Some(place) => {
                out.push_str(&text[from..place.start]);
                out.push_str(MASK);
                (from, at) = (place.end, place.end.max(end));
            }
            None => at = end,
        }
    }
    if from == 0 {
        return None;
    }
    out.push_str(&text[from..]);
    Some(out)
}

/// The place of what must not be shown, if a word says that there is some: the word itself, or what comes
/// after it.
fn hidden(
    text: &str,
    word: &str,
    (start, end): (usize, usize),
    is_secret: &impl Fn(&str) -> bool,
) -> Option<Range<usize>> {
    if let Some(token) = token_at(text, start) {
        return Some(token);
    }
    let rest = &text[end..];
    if word.eq_ignore_ascii_case("bearer") || word.eq_ignore_ascii_case("basic") {
        let value = rest.strip_prefix(' ').or_else(|| rest.strip_prefix("%20")).or_else(|| rest.strip_prefix('+'))?;
        let value = value.trim_start();
        let length = value.find(is_end_of_value).unwrap_or(value.len());
        let begin = text.len() - value.len();
        let is_token = word.eq_ignore_ascii_case("bearer") && length >= 6 || length >= 12;
        // `basic authentication` is prose.
        let is_prose = value[..length].chars().all(|c| c.is_ascii_lowercase());
        return (is_token && !is_prose && &value[..length] != MASK).then(|| begin..begin + length);
    }
    if is_secret(word) { value_after(text, end) } else { None }
}

/// A JSON Web Token: three parts, of which the first begins as all do.
fn token_at(text: &str, start: usize) -> Option<Range<usize>> {
    let rest = &text[start..];
    if !rest.get(..3).is_some_and(|begin| begin.eq_ignore_ascii_case("eyJ")) {
        return None;
    }
    let length = rest.find(|c: char| !(c.is_ascii_alphanumeric() || "-_.=".contains(c))).unwrap_or(rest.len());
    (length >= 20).then(|| start..start + length)
}

/// The value that a name ending here has: behind a sign, in quotes, or in a tag.
fn value_after(text: &str, end: usize) -> Option<Range<usize>> {
    let mut rest = &text[end..];
    let quoted_name = strip_any(&mut rest, &QUOTES).is_some();
    let blank = strip_blanks(&mut rest);
    let sign = strip_any(&mut rest, &SIGNS);
    // `AuthPassword "x" is too weak`, `VMPIN eq '1234'`
    let compared = blank && sign.is_none() && strip_any(&mut rest, &OPERATORS).is_some();
    let spaced = strip_blanks(&mut rest);
    if sign.is_none() && (!blank || quoted_name) {
        return None;
    }
    if rest.starts_with(['{', '[']) && sign.is_some() || rest.starts_with('(') && compared {
        let begin = text.len() - rest.len();
        return Some(begin..begin + balanced(rest));
    }
    if let Some(quote) = strip_any(&mut rest, &QUOTES) {
        let begin = text.len() - rest.len();
        let length = closing(rest, quote);
        return (length > 0 && &rest[..length] != MASK).then(|| begin..begin + length);
    }
    let sign = sign.filter(|sign| *sign != ",")?;
    let length = match sign.ends_with('>') || sign == "&gt;" {
        true => rest.find(['<', '&']).unwrap_or(rest.len()),
        false => rest.find(is_end_of_value).unwrap_or(rest.len()),
    };
    let word = &rest[..length];
    // `Password: required` says what is wrong; `Password: hunter2` says what it is.
    let is_prose = sign == ":" && spaced && !quoted_name && !word.contains(|c: char| c.is_ascii_digit());
    let says_nothing = matches!(word, "" | "null" | "true" | "false") || word == MASK;
    let begin = text.len() - rest.len();
    (!is_prose && !says_nothing).then(|| begin..begin + length)
}

/// What stands between a name and its value.
const SIGNS: [&str; 9] = ["%3D", "%3d", "%3A", "=>", ":", "=", "&gt;", ">", ","];

/// What compares a property with a value in a filter.
const OPERATORS: [&str; 7] = ["eq", "ne", "gt", "ge", "lt", "le", "in"];

fn strip_any<'s>(rest: &mut &str, signs: &[&'s str]) -> Option<&'s str> {
    let sign = signs.iter().copied().find(|sign| rest.starts_with(sign))?;
    *rest = &rest[sign.len()..];
    Some(sign)
}

/// Leaves out blanks, also as a URL has them; true if there were any.
fn strip_blanks(rest: &mut &str) -> bool {
    let before = rest.len();
    loop {
        let shorter = rest.trim_start();
        let shorter = shorter.strip_prefix("%20").or_else(|| shorter.strip_prefix('+')).unwrap_or(shorter);
        if shorter.len() == rest.len() {
            return rest.len() < before;
        }
        *rest = shorter;
    }
}

fn is_end_of_value(c: char) -> bool {
    c.is_whitespace() || ",;&<>\"'`)}]\\".contains(c)
}

/// The length of what is in quotes; of a text that was cut, of all of it.
fn closing(value: &str, quote: &str) -> usize {
    let mut at = 0;
    while let Some(found) = value[at..].find(quote).map(|found| at + found) {
        let after = found + quote.len();
        let backslashes = value[..found].bytes().rev().take_while(|byte| *byte == b'\\').count();
        let belongs = match quote {
            // OData and SQL double the quote.
            "'" | "%27" if value[after..].starts_with(quote) => Some(after + quote.len()),
            // JSON in a text of JSON.
            r#"\""# | r"\'" | r"\&quot;" | r"\&#34;" => (backslashes % 4 == 2).then_some(after),
            r#"\\\""# => None,
            _ => (backslashes % 2 == 1).then_some(after),
        };
        match belongs {
            Some(next) => at = next,
            None => return found,
        }
    }
    value.len()
}

/// The length of an object, a list or what is in parentheses; of one that was cut, of all of it.
fn balanced(value: &str) -> usize {
    let mut depth = 0usize;
    for (index, c) in value.char_indices() {
        match c {
            '{' | '[' | '(' => depth += 1,
            '}' | ']' | ')' => {
                depth = depth.saturating_sub(1);
                if depth == 0 {
                    return index + 1;
                }
            }
            _ => {}
        }
    }
    value.len()
}

#[cfg(test)]
mod tests {
    use super::*;

    fn masked(text: &str) -> String {
        text_without::<&str>(text, &[]).into_owned()
    }

    #[test]
    fn secrets_are_known_by_their_names() {
        for name in [
            "AuthPassword",
            "authpassword",
            "VMPIN",
            "vmpin",
            "client_secret",
            "access_token",
            "refresh-token",
            "API-Key",
            "SipPwd",
            "sip_pin",
            "LoginPin",
            "otp",
            "Authorization",
            "Set-Cookie",
            "NewAdminPassword",
            "GbJson",
        ] {
            assert!(is_secret_name(name), "{name}");
        }
        for name in [
            "Number",
            "AllowChangePassword",
            "TokenEndpoint",
            "NextPageToken",
            "BossSecretaryRequiresFullEdit",
            "Spin",
            "PinProtected",
            "Mapping",
            "MaxInputTokens",
            "AuthID",
        ] {
            assert!(!is_secret_name(name), "{name}");
        }
    }

    #[test]
    fn what_stands_behind_the_name_of_a_secret_is_masked() {
        for (text, wanted) in [
            (r#"{"Number":"100","VMPIN":"c4nary","Id":1}"#, r#"{"Number":"100","VMPIN":"***","Id":1}"#),
            (r#"{ "VMPIN" : 1234 }"#, r#"{ "VMPIN" : *** }"#),
            (r#"{"SecretKey":{"Value":"c4nary"},"a":1}"#, r#"{"SecretKey":***,"a":1}"#),
            (r#"it says {\"AuthPassword\":\"c4\\\"nary\"}"#, r#"it says {\"AuthPassword\":\"***\"}"#),
            (r#"{"AuthPassword":"c\"4nary","a":"b"}"#, r#"{"AuthPassword":"***","a":"b"}"#),
            (r"{\&quot;Token\&quot;:\&quot;c4nary\&quot;}", r"{\&quot;Token\&quot;:\&quot;***\&quot;}"),
            ("{&quot;Token&quot;:&quot;c4nary&quot;}", "{&quot;Token&quot;:&quot;***&quot;}"),
            ("<Secret>c4nary</Secret>", "<Secret>***</Secret>"),
            ("a=1&client_secret=c4nary&b=2", "a=1&client_secret=***&b=2"),
            ("the AuthPassword 'c4nary' is weak", "the AuthPassword '***' is weak"),
            ("AuthPassword: c4nary", "AuthPassword: ***"),
            ("Authorization: Bearer c4nary.x", "Authorization: Bearer ***"),
            ("sent Bearer c4nary-x, refused", "sent Bearer ***, refused"),
            ("eyJhbGciOiJIUzI1NiJ9.eyJleHAiOjF9.c4nary", "***"),
            ("$filter=VMPIN%20eq%20'c4nary'&$top=1", "$filter=VMPIN%20eq%20'***'&$top=1"),
            ("contains(VMPIN,'c4nary') and Id eq 1", "contains(VMPIN,'***') and Id eq 1"),
            ("VMPIN eq 'c''4nary' or 1", "VMPIN eq '***' or 1"),
            (r#"{"Secret":"c4nary\\","b":"c"}"#, r#"{"Secret":"***","b":"c"}"#),
            ("VMPIN in ('c4nary','d')", "VMPIN in ***"),
            (r#"cut {"AuthPassword":"c4nar"#, r#"cut {"AuthPassword":"***"#),
        ] {
            assert_eq!(masked(text), wanted);
            assert!(!masked(&masked(text)).contains("nary"));
        }
    }

    #[test]
    fn what_is_no_secret_stays() {
        for text in [
            "Password: must be longer than 8 characters",
            "The password is too short.",
            "AuthPassword: WARNINGS.XAPI.REQUIRED",
            r#"{"error":{"code":"42","message":"no"}}"#,
            "wrong client ID or client secret",
            "the token does not hold",
            "basic authentication is off",
            r#"{"DeskphonePassword":true,"TokenEndpoint":"https://x"}"#,
            "日本語 ＝ é",
            "",
        ] {
            assert!(matches!(text_without::<&str>(text, &[]), Cow::Borrowed(same) if same == text), "{}", masked(text));
        }
    }

    #[test]
    fn known_secrets_are_masked_however_they_are_written() {
        let secret = "p\"w & <ü>/'1";
        for echoed in [
            secret.to_owned(),
            serde_json::json!(secret).to_string(),
            "p%22w%20%26%20%3C%C3%BC%3E%2F%271".to_owned(),
            "p%22w+%26+%3C%C3%BC%3E%2F%271".to_owned(),
            "p%22w%20%26%20%3c%c3%bc%3e%2f%271".to_owned(),
            "p&quot;w &amp; &lt;ü&gt;/&#39;1".to_owned(),
        ] {
            let masked = text_without(&format!("no such user {echoed}!"), &[secret]).into_owned();
            assert_eq!(masked.trim_matches('"').replace('"', ""), "no such user ***!", "{echoed}");
        }
        assert_eq!(text_without("pin 12 of 123, 12.", &["12"]), "pin *** of 123, ***.");
        assert_eq!(text_without("token abcdefghij", &["abcdefghijklmnop"]), "token ***");
        assert_eq!(text_without("nothing", &["", "  "]), "nothing");
    }

    #[test]
    fn secrets_of_any_body_are_found() {
        for (body, wanted) in [
            (r#"{"Id":1,"vmpin" : "c","Phones":[{"PhoneWebPassword":"c"}]}"#, vec![r#""c""#, r#""c""#]),
            (r#"{"settings":{"Password":{"Value":"c"}},"WebclientPassword":true}"#, vec![r#"{"Value":"c"}"#]),
            (r#"[{"VMPIN":12}]"#, vec!["12"]),
            (r#"{"a":"{\"VMPIN\":\"c\"}"}"#, vec![r#""{\"VMPIN\":\"c\"}""#]),
            ("12", vec![]),
        ] {
            let found: Vec<&str> = places(body).expect("JSON").into_iter().map(|place| &body[place]).collect();
            assert_eq!(found, wanted, "{body}");
        }
        assert_eq!(places("VMPIN=1"), None);
    }

    #[test]
    fn what_does_not_fit_is_not_quoted() {
        let error = serde_json::from_str::<Vec<u8>>(r#"["c4nary, expected x"]"#).expect_err("text");
        assert_eq!(unfit(&error), "invalid type: string, expected u8 at line 1 column 21");
        let error = serde_json::from_str::<Vec<String>>("[74]").expect_err("a number");
        assert_eq!(unfit(&error), "invalid type: integer, expected a string at line 1 column 3");
        let error = serde_json::from_str::<Vec<u8>>("[1").expect_err("cut");
        assert_eq!(unfit(&error), error.to_string());
    }

    proptest::proptest! {
        #[test]
        fn masking_never_panics_and_nothing_is_left_of_a_known_secret(
            before in "[\\PC\n\"\\\\]{0,20}", secret in "[a-zA-Z0-9]{6,12}", after in "\\PC{0,20}", name in "(VMPIN|a|Bearer|<Token>)[\":= ]{0,3}"
        ) {
            let text = format!("{before}{name}{secret}{after}");
            let masked = text_without(&text, &[&secret]);
            proptest::prop_assert!(!masked.to_lowercase().contains(&secret.to_lowercase()), "{}", masked);
        }
    }
}
