//! What a release lacks: every path that only other releases have has to be answered 404, and
//! 405 where the path is there for another method.

use std::collections::BTreeSet;

use threecx_catalog::operations;

use super::samples::any_path;
use super::schemas::Described;
use super::world::World;

/// What came of asking.
#[derive(Default)]
pub struct Absent {
    pub answered_404: usize,
    pub mistakes: Vec<String>,
}

/// Asks for everything that the description does not have.
pub fn check(world: &World, described: &[Described<'_>]) -> Absent {
    let paths: BTreeSet<String> = described.iter().map(|operation| signature(operation.path)).collect();
    let known: BTreeSet<(&str, String)> =
        described.iter().map(|operation| (operation.method.as_str(), signature(operation.path))).collect();
    let mut absent = Absent::default();
    for (operation, form) in
        operations().flat_map(|operation| operation.forms.iter().map(move |form| (operation, form)))
    {
        let (method, signature) = (form.method.as_str(), signature(form.path));
        if known.contains(&(method, signature.clone())) {
            continue;
        }
        let expected = if paths.contains(&signature) { 405 } else { 404 };
        match world.send(operation, method, &any_path(form), None) {
            Ok(answer) if answer.status == expected => absent.answered_404 += 1,
            Ok(answer) => {
                absent.mistakes.push(format!("{method} {}: {} instead of {expected}", form.path, answer.status))
            }
            Err(error) => absent.mistakes.push(format!("{method} {}: {error}", form.path)),
        }
    }
    absent
}

/// The path without the name of a key: one key is as good as another to a router.
fn signature(path: &str) -> String {
    let mut signature = String::new();
    let mut rest = path;
    while let Some((before, after)) = rest.split_once("({") {
        let after = after.split_once("})").map_or("", |(_, after)| after);
        signature.push_str(before);
        signature.push_str("()");
        rest = after;
    }
    signature + rest
}
