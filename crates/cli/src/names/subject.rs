//! What an operation is about: the entity in its path, or the list of ids that an action takes.

use threecx_catalog::{Body, Operation};

use super::set::Set;
use crate::args::flag;

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
    pub fn of(self) -> flag::Place {
        match self {
            Place::Path => flag::Place::Path,
            Place::List => flag::Place::Field,
        }
    }
}

/// The subject of an operation, if it has one: `/Users({Id})…`, `/Queues(Number={Number})`, or a
/// list of ids that belong to the entity set of the path.
pub fn subject(operation: &Operation) -> Option<Subject> {
    let form = operation.newest_form();
    let path = form.path.strip_prefix('/')?;
    let end = path.find(['(', '/']).unwrap_or(path.len());
    let (set, after) = path.split_at(end);
    if after.starts_with('(') {
        let parameter = form.parameters.first().filter(|parameter| parameter.key)?;
        let set = Set::named(set)?;
        let property = set.property(parameter.name)?.name;
        return Some(Subject { set, place: Place::Path, name: parameter.name, property });
    }
    let Body::Fields(fields) = form.body else { return None };
    let refers = |field: &&threecx_catalog::Field| {
        field.ty.collection && field.refers_to.is_some_and(|to| to.split('.').next() == Some(set))
    };
    let field = fields.iter().find(refers)?;
    let set = Set::named(set)?;
    let property = set.property(field.refers_to?.split('.').nth(1)?)?.name;
    Some(Subject { set, place: Place::List, name: field.name, property })
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
