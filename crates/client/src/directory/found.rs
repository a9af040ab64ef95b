//! The entities of a set that have been found so far.

use std::collections::HashMap;

use super::name_input::NameInput;
use super::named_entity::{NamedEntity, Parts};
use super::wanted::Wanted;

#[derive(Debug, Default)]
pub(super) struct Found {
    pub entities: Vec<NamedEntity>,
    by_key: HashMap<String, usize>,
    /// Numbers, names and e-mail addresses may be those of several.
    by_number: HashMap<String, Vec<usize>>,
    by_email: HashMap<String, Vec<usize>>,
    by_name: HashMap<String, Vec<usize>>,
    /// The words that were looked up, and what was wanted then.
    asked: HashMap<NameInput, Wanted>,
    /// Further entities, read to suggest one of them.
    pub others: Vec<String>,
}

impl Found {
    pub fn add(&mut self, entity: NamedEntity) {
        let known = self.by_key.get(&entity.key).copied();
        if let Some(known) = known {
            // It may bring more than the last time.
            self.entities[known].update(entity);
            return;
        }
        let index = self.entities.len();
        self.by_key.insert(entity.key.clone(), index);
        if let Some(number) = &entity.number {
            self.by_number.entry(number.clone()).or_default().push(index);
        }
        if let Some(email) = &entity.email {
            self.by_email.entry(email.clone()).or_default().push(index);
        }
        for name in &entity.names {
            self.by_name.entry(name.clone()).or_default().push(index);
        }
        self.entities.push(entity);
    }

    /// True if a look-up of this word would bring nothing new.
    pub fn knows(&self, word: &NameInput, wanted: &Wanted) -> bool {
        self.asked.get(word).is_some_and(|before| before.covers(wanted))
    }

    pub fn note(&mut self, word: &NameInput, wanted: &Wanted) {
        self.asked.insert(word.clone(), wanted.clone());
    }

    /// Those that a word means: exactly, else in part.
    pub fn meant(&self, word: &NameInput, parts: Parts) -> Vec<&NamedEntity> {
        let one = |index: Option<&usize>| index.map(|index| vec![&self.entities[*index]]).unwrap_or_default();
        let all = |found: Option<&Vec<usize>>| -> Vec<&NamedEntity> {
            found.into_iter().flatten().map(|index| &self.entities[*index]).collect()
        };
        match word {
            NameInput::Key(key) => one(self.by_key.get(key)),
            NameInput::Number(number) => all(self.by_number.get(number)),
            NameInput::Email(address) => all(self.by_email.get(address)),
            NameInput::Range { .. } => self.entities.iter().filter(|entity| entity.is_in(word)).collect(),
            NameInput::Name { folded, given } => {
                let exactly =
                    [all(self.by_name.get(folded)), all(self.by_number.get(given)), one(self.by_key.get(given))];
                let found = exactly.into_iter().find(|found| !found.is_empty());
                found.unwrap_or_else(|| self.entities.iter().filter(|entity| entity.is_like(folded, parts)).collect())
            }
        }
    }
}
