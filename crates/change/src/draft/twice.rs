//! Rows of a file that mean one thing twice: one of them is a mistake.

use std::collections::HashMap;

use threecx_catalog::Verb;
use threecx_core::{Input, InputError};

use super::{Draft, Problem};
use crate::intent::Intent;

impl Draft {
    /// What an intent is done to, as far as that is known without the PBX.
    pub(super) fn named(&self, intent: usize) -> Option<String> {
        let about = self.about(intent).filter(|about| !about.listed)?;
        let ids = about.ids(&self.intents[intent].arguments);
        self.pending[intent].only_word().map(str::to_owned).or_else(|| ids.into_iter().next())
    }

    /// Two rows that change or delete one thing: one of them is a mistake. An action may be wanted several
    /// times, and so may a question.
    pub(super) fn targets_twice(&self, about: impl Fn(usize) -> Option<String>) -> Vec<Problem> {
        let once = |intent: &Intent| {
            intent.line.is_some()
                && intent.items.is_none()
                && matches!(intent.operation.verb, Verb::Update | Verb::Delete)
        };
        let noun = |index: usize| self.about(index).map(|about| about.set.noun()).unwrap_or_default();
        self.twice(
            |index| about(index).filter(|_| once(&self.intents[index])),
            |index| {
                let placeholder = self.about(index).map(|about| about.set.placeholder()).unwrap_or_default();
                (placeholder, format!("another {} than in line", noun(index)))
            },
        )
    }

    /// Two rows that give one number, or one name where that is the key: the PBX would refuse one.
    pub(super) fn numbers_twice(&self) -> Vec<Problem> {
        let mut problems = Vec::new();
        let Some(first) = self.intents.first().filter(|intent| intent.line.is_some()) else { return problems };
        let Some(set) = first.operation.newest_form().target.set() else { return problems };
        let number = set.number.map(|number| number.name);
        let key = set.key.filter(|_| !set.has_numeric_key()).map(|key| key.name);
        let unique: Vec<&str> = match first.operation.verb {
            Verb::Create => number.into_iter().chain(key).collect(),
            Verb::Update => number.into_iter().collect(),
            _ => Vec::new(),
        };
        for name in unique {
            let value = |index: usize| {
                let given = self.intents[index].arguments.fields.get(name).map(Input::text);
                given.filter(|text| *text != "null").map(str::to_owned)
            };
            problems.extend(self.twice(value, |_| (name.to_owned(), "another value than in line".to_owned())));
        }
        problems
    }

    fn twice(
        &self,
        value: impl Fn(usize) -> Option<String>,
        expected: impl Fn(usize) -> (String, String),
    ) -> Vec<Problem> {
        let mut first: HashMap<String, u64> = HashMap::new();
        let mut problems = Vec::new();
        for (index, intent) in self.intents.iter().enumerate() {
            let (Some(value), Some(line)) = (value(index), intent.line) else { continue };
            match first.get(&value) {
                Some(before) => {
                    let (argument, expected) = expected(index);
                    let error = InputError::of(argument, format!("{expected} {before}"), format!("`{value}` again"));
                    problems.push(Problem { intent: index, error: error.with_hint("Remove one of the two.").into() });
                }
                None => {
                    first.insert(value, line);
                }
            }
        }
        problems
    }
}
