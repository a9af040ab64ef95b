//! Which operation a method and a path mean, however they are written: what is sent by
//! `threecx api` does what its operation does.

use std::borrow::Cow;

use percent_encoding::percent_decode_str;
use threecx_catalog::{Effect, Method, Operation, operations};
use threecx_core::BASE_PATH;

/// The operation that is sent so; of several, the one that does the most harm.
pub fn operation(method: Method, path_and_query: &str) -> Option<&'static Operation> {
    let path = path_and_query.split(['?', '#']).next().unwrap_or_default();
    let path = percent_decode_str(path).decode_utf8_lossy().to_lowercase();
    let path = pieces(&path);
    let base = pieces(BASE_PATH);
    let path = path.strip_prefix(base.as_slice())?;
    let meant = |operation: &&'static Operation| {
        let mut forms = operation.forms.iter().filter(|form| form.method == method);
        forms.any(|form| is_meant(&pieces(&form.path.to_lowercase()), path))
    };
    let harm = |operation: &&'static Operation| match operation.effect {
        Effect::Reads => 0,
        Effect::Writes => 1,
        Effect::Interrupts(_) => 2,
        Effect::Destroys(_) => 3,
    };
    operations().filter(meant).max_by_key(harm)
}

/// A part of a path between slashes.
#[derive(Clone, Debug, PartialEq, Eq)]
struct Piece {
    /// Without its namespace.
    name: String,
    /// True if its parentheses are not empty: a key, or the arguments of a function.
    has_values: bool,
}

/// Splits a path as a server does; text in quotes is not split.
fn pieces(path: &str) -> Vec<Piece> {
    let mut quoted = false;
    let parts = path.split(|c: char| {
        quoted ^= c == '\'';
        c == '/' && !quoted
    });
    let mut pieces = Vec::new();
    for part in parts.filter(|part| !matches!(*part, "" | ".")) {
        if part == ".." {
            pieces.pop();
            continue;
        }
        let (name, values) = part.split_once('(').unwrap_or((part, ")"));
        let name: Cow<'_, str> = name.trim().into();
        let name = name.strip_prefix("pbx.").unwrap_or(&name).to_owned();
        pieces.push(Piece { name, has_values: !values.trim_end_matches(')').trim().is_empty() });
    }
    pieces
}

/// True if a path is of this template. A key may also be a part of its own: `Users/300`.
fn is_meant(template: &[Piece], path: &[Piece]) -> bool {
    match (template, path) {
        ([], []) => true,
        ([wanted, others @ ..], [piece, rest @ ..]) if wanted.name == piece.name => match rest {
            _ if wanted.has_values == piece.has_values => is_meant(others, rest),
            [_key, rest @ ..] if wanted.has_values => is_meant(others, rest),
            _ => false,
        },
        _ => false,
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn operations_are_known_by_their_paths_however_they_are_written() {
        for (method, path, id) in [
            (Method::Delete, "/xapi/v1/Users(300)", Some("Users.DeleteUser")),
            (Method::Delete, "/xapi/v1/Users(Id=300)", Some("Users.DeleteUser")),
            (Method::Delete, "/XAPI/v1/users%28300%29/?x=1", Some("Users.DeleteUser")),
            (Method::Delete, "/xapi/v1/Users/300", Some("Users.DeleteUser")),
            (Method::Delete, "/xapi/v1/Groups/../Users(300)", Some("Users.DeleteUser")),
            (Method::Get, "/xapi/v1/Users", Some("Users.ListUser")),
            (Method::Post, "/xapi/v1/Users/Pbx.ReprovisionAllPhones", Some("Users.ReprovisionAllPhones")),
            (Method::Post, "/xapi/v1/Users/ReprovisionAllPhones", Some("Users.ReprovisionAllPhones")),
            (Method::Delete, "/xapi/v1/Backups('a/b(c')", Some("Backups.DeleteBackups")),
            (Method::Delete, "/xapi/v1/Users(300)/Else", None),
            (Method::Delete, "/webclient/Users(300)", None),
        ] {
            assert_eq!(operation(method, path).map(|operation| operation.id), id, "{method} {path}");
        }
    }

    #[test]
    fn no_operation_passes_for_a_milder_one() {
        for wanted in operations() {
            for form in wanted.forms {
                let found = operation(form.method, &format!("{BASE_PATH}{}", form.path)).expect(wanted.id);
                let asks =
                    |operation: &Operation| matches!(operation.effect, Effect::Interrupts(_) | Effect::Destroys(_));
                assert!(asks(found) >= asks(wanted), "{} passes for {}", wanted.id, found.id);
            }
        }
    }
}
