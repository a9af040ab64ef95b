//! What an operation is about: the entity in its path, or the list of ids that an action takes.

use threecx_catalog::{Operation, Target};

use super::set::Set;
use crate::command::flags;

/// What the words after an operation name.
#[derive(Clone, Debug)]
pub struct Subject {
    pub set: Set,
    /// Where it goes.
    pub place: Place,
    /// The name of the parameter or field.
    pub name: &'static str,
    /// The property of the entity that goes there: `Id`.
    pub property: &'static str,
}

/// Where a subject goes.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Place {
    /// Into the path: one for each call.
    Path,
    /// Into the body: a list of them.
    List,
}

impl Place {
    /// Where a flag goes that says the same.
    pub fn of(self) -> flags::Place {
        match self {
            Place::Path => flags::Place::Path,
            Place::List => flags::Place::Field,
        }
    }
}

/// The subject of an operation, if it has one: `/Users({Id})…`, `/Queues(Number={Number})`, or a
/// list of ids that belong to the entity set of the path.
pub fn subject(operation: &Operation) -> Option<Subject> {
    let (set, by, place) = match operation.newest_form().target {
        Target::Entity(set, by) => (set, by, Place::Path),
        Target::Listed(set, by) => (set, by, Place::List),
        Target::Nothing | Target::Set(_) | Target::Singleton(_) => return None,
    };
    Some(Subject { set: Set::of(set)?, place, name: by.name, property: by.property.name })
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn subjects_come_from_the_catalogue() {
        for (id, set, place, name) in [
            ("Users.GetUser", "Users", Place::Path, "Id"),
            ("Users.GetUserByNumber", "Users", Place::Path, "Number"),
            ("Users.ReprovisionAllPhones", "Users", Place::List, "ids"),
            ("Queues.ListAgents", "Queues", Place::Path, "Id"),
            ("Sbcs.GetSbc", "Sbcs", Place::Path, "Name"),
        ] {
            let subject = subject(threecx_catalog::operation(id).expect(id)).expect(id);
            assert_eq!((subject.set.name, subject.place, subject.name), (set, place, name), "{id}");
        }
        for id in ["Users.ListUser", "Users.CreateUser", "Users.RebootPhone", "SystemStatus.GetSystemStatus"] {
            assert!(threecx_catalog::operation(id).is_some_and(|operation| subject(operation).is_none()), "{id}");
        }
    }
}
