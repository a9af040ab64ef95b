//! The collections that people change item by item, as the catalogue has them.

pub use threecx_catalog::{Collection, Item};
use threecx_catalog::{Resource, collections};

/// The collections of a resource.
pub fn of(resource: &Resource) -> impl Iterator<Item = &'static Collection> {
    collections().iter().filter(move |collection| collection.set.name == resource.name)
}

/// The collection that a word after a resource names.
pub fn named(resource: &Resource, word: &str) -> Option<&'static Collection> {
    of(resource).find(|collection| collection.word.eq_ignore_ascii_case(word))
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::command::operation_of;
    use crate::guarded::Kind;

    #[test]
    fn collections_can_be_read_and_written_and_their_words_are_free() {
        for collection in collections() {
            let resource = threecx_catalog::resource(collection.set.name).expect(collection.set.name);
            let kind = Kind::of(resource).expect("it can be read and updated");
            assert!(kind.property(collection.property.name).is_some(), "{collection:?}");
            assert!(operation_of(resource, collection.word).is_none(), "{} is an operation", collection.word);
        }
    }
}
