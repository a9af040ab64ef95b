//! The collections that people change item by item, declared once. 3CX replaces a collection
//! whole, so what identifies an item, and what a new one has to hold, has to be known.

use threecx_catalog::{Operation, Resource, Verb};

/// A collection of an entity.
#[derive(Debug)]
pub struct Collection {
    /// The resource, and the word after it: `queues agents`.
    pub resource: &'static str,
    pub word: &'static str,
    /// The property that holds it, and what has to be expanded for it to come whole.
    pub property: &'static str,
    pub expand: Option<&'static str>,
    pub item: Item,
    /// What a new item holds beside what identifies it.
    pub also: &'static [Also],
    /// What an item is called: `agent`.
    pub noun: &'static str,
}

/// What identifies an item.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Item {
    /// A text by itself.
    Text,
    /// The number of something in this set, in the property `Number`.
    Number { of: &'static str },
    /// The id of a department, in the property `GroupId`.
    Department,
    /// The key that a caller presses, in the property `Input`.
    Key,
}

impl Item {
    /// The set in which new ones are looked up.
    pub fn set(self) -> Option<&'static str> {
        match self {
            Item::Number { of } => Some(of),
            Item::Department => Some("Groups"),
            Item::Text | Item::Key => None,
        }
    }
}

/// A flag for a property of new items.
#[derive(Debug)]
pub struct Also {
    pub flag: &'static str,
    pub value: &'static str,
    /// Where it goes; after a slash, inside.
    pub property: &'static str,
    /// What it is unless something else is said; nothing if it has to be said.
    pub default: Option<&'static str>,
    pub help: &'static str,
}

const ROLE: Also = Also {
    flag: "role",
    value: "ROLE",
    property: "Rights/RoleName",
    default: Some("users"),
    help: "Their role there: users, receptionists, group_admins, managers, group_owners, system_admins or system_owners",
};

const SKILL_GROUP: Also = Also {
    flag: "skill-group",
    value: "NUMBER",
    property: "SkillGroup",
    default: Some("1"),
    help: "Their skill group, for queues that go by skills",
};

const FORWARD_TYPE: Also = Also {
    flag: "forward-type",
    value: "TYPE",
    property: "ForwardType",
    default: None,
    help: "Where the key leads: Extension, RingGroup, Queue, IVR, VoiceMail, CallByName, RepeatPrompt, EndCall or CustomInput",
};

const FORWARD_DN: Also = Also {
    flag: "forward-dn",
    value: "NUMBER",
    property: "ForwardDN",
    default: Some(""),
    help: "The number that it leads to, where the type wants one",
};

/// All of them.
pub static COLLECTIONS: [Collection; 8] = [
    Collection {
        resource: "Queues",
        word: "agents",
        property: "Agents",
        expand: Some("Agents"),
        item: Item::Number { of: "Users" },
        also: &[SKILL_GROUP],
        noun: "agent",
    },
    Collection {
        resource: "Queues",
        word: "managers",
        property: "Managers",
        expand: Some("Managers"),
        item: Item::Number { of: "Users" },
        also: &[],
        noun: "manager",
    },
    Collection {
        resource: "RingGroups",
        word: "members",
        property: "Members",
        expand: Some("Members"),
        item: Item::Number { of: "Users" },
        also: &[],
        noun: "member",
    },
    Collection {
        resource: "Groups",
        word: "members",
        property: "Members",
        // Without their rights they would be written back without them.
        expand: Some("Members($expand=Rights,GroupRights)"),
        item: Item::Number { of: "Users" },
        also: &[ROLE],
        noun: "member",
    },
    Collection {
        resource: "Users",
        word: "departments",
        property: "Groups",
        expand: Some("Groups($expand=Rights,GroupRights)"),
        item: Item::Department,
        also: &[ROLE],
        noun: "department",
    },
    Collection {
        resource: "ServicePrincipals",
        word: "departments",
        property: "Groups",
        expand: Some("Groups($expand=Rights,GroupRights)"),
        item: Item::Department,
        also: &[ROLE],
        noun: "department",
    },
    Collection {
        resource: "Trunks",
        word: "dids",
        property: "DidNumbers",
        expand: None,
        item: Item::Text,
        also: &[],
        noun: "DID number",
    },
    Collection {
        resource: "Receptionists",
        word: "forwards",
        property: "Forwards",
        expand: Some("Forwards"),
        item: Item::Key,
        also: &[FORWARD_TYPE, FORWARD_DN],
        noun: "forward",
    },
];

/// The collections of a resource.
pub fn of(resource: &Resource) -> impl Iterator<Item = &'static Collection> {
    COLLECTIONS.iter().filter(move |collection| collection.resource == resource.name)
}

/// The collection that a property of an operation's body replaces whole.
pub fn replaced(operation: &Operation, property: &str) -> Option<&'static Collection> {
    let mut known = of(operation.resource).filter(|_| operation.verb == Verb::Update);
    known.find(|collection| collection.property == property)
}

/// The collection that a word after a resource names.
pub fn named(resource: &Resource, word: &str) -> Option<&'static Collection> {
    of(resource).find(|collection| collection.word.eq_ignore_ascii_case(word))
}

#[cfg(test)]
mod tests {
    use threecx_catalog::Type;

    use super::*;
    use crate::guarded::Kind;

    #[test]
    fn the_catalogue_has_what_the_table_names() {
        for collection in &COLLECTIONS {
            let resource = threecx_catalog::resource(collection.resource).expect(collection.resource);
            let kind = Kind::of(resource).expect("it can be read and updated");
            let property = kind.property(collection.property).expect(collection.property);
            assert!(property.ty.collection, "{}", collection.property);
            assert_eq!(property.navigation, collection.expand.is_some(), "{}", collection.property);
            let identity = match collection.item {
                Item::Text => continue,
                Item::Number { .. } => "Number",
                Item::Department => "GroupId",
                Item::Key => "Input",
            };
            let Type::Structure(item) = property.ty.ty else { panic!("{}", collection.property) };
            let also = collection.also.iter().map(|also| also.property.split('/').next().unwrap_or_default());
            for name in also.chain([identity]) {
                assert!(item.all_properties().any(|property| property.name == name), "{name}");
            }
        }
    }
}
