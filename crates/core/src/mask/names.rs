//! Which names say that something is a secret.

use std::collections::{BTreeSet, HashMap};
use std::sync::OnceLock;

use threecx_catalog::{Body, Content, Operation, Property, Type, TypeRef, operations, structures};

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
/// secret and another is not (`Value`), the name alone does not say so.
pub fn is_secret_name(name: &str) -> bool {
    says_secret(name, |holds| holds.secrets && !holds.others)
}

/// True for the name of what holds a secret anywhere in the catalogue, even if most of that name hold none
/// (`Value`): for what is shown of data without knowing what it belongs to.
pub fn may_be_secret(name: &str) -> bool {
    says_secret(name, |holds| holds.secrets)
}

fn says_secret(name: &str, known: impl Fn(&Holds) -> bool) -> bool {
    let lower = name.to_ascii_lowercase();
    let plain: String = lower.chars().filter(char::is_ascii_alphanumeric).collect();
    if let Some(holds) = [name, &lower, &plain].into_iter().find_map(|name| known_names().get(name)) {
        return known(holds);
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

/// The names of an operation's secrets that do not say so by themselves.
pub(super) fn own_names(operation: &Operation) -> Vec<&'static str> {
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
pub(super) fn is_secret_word(word: &str) -> bool {
    !["code", "key"].iter().any(|known| word.eq_ignore_ascii_case(known)) && is_secret_name(word)
}
