//! The facts about entity sets hold: what they name exists and is what it is taken for.

use threecx_catalog::{
    Ask, Body, Content, EntitySet, NAMING, Operation, Property, Span, Structure, Target, Type, TypeRef, Verb,
    collections, entity_set, entity_sets, holds_file, operation, operations, structures,
};

fn set(name: &str) -> &'static EntitySet {
    entity_set(name).unwrap_or_else(|| panic!("{name} is a set"))
}

/// The property at the end of a path: `Gateway/Name`.
fn at(structure: &'static Structure, path: &str) -> Option<&'static Property> {
    let (first, rest) = path.split_once('/').map_or((path, None), |(first, rest)| (first, Some(rest)));
    let property = structure.all_properties().filter(|property| property.name == first).last()?;
    match (rest, property.ty) {
        (None, _) => Some(property),
        (Some(rest), TypeRef { ty: Type::Structure(inner), collection: false, .. }) => at(inner, rest),
        _ => None,
    }
}

fn is_text(property: &Property) -> bool {
    property.ty.ty == Type::String && !property.ty.collection
}

#[test]
fn what_a_set_names_is_a_property_of_its_entities() {
    for set in entity_sets() {
        assert_eq!(entity_set(set.name), Some(*set));
        let own = |property: &Property| at(set.structure, property.name).is_some();
        for property in set.key.iter().chain(&set.number).chain(&set.email) {
            assert!(own(property), "{}: {}", set.name, property.name);
        }
        for property in set.number.iter().chain(&set.email) {
            assert!(is_text(property), "{}: {}", set.name, property.name);
        }
        for path in set.names {
            let found = at(set.structure, path).unwrap_or_else(|| panic!("{}: {path}", set.name));
            assert!(is_text(found), "{}: {path}", set.name);
        }
        for name in set.label {
            assert!(at(set.structure, name).is_some_and(|property| !property.navigation), "{}: {name}", set.name);
        }
        assert!(set.key.is_some() || !set.addressed, "{}", set.name);
    }
}

#[test]
fn the_operations_of_a_set_are_on_it_or_on_one_of_its_entities() {
    for set in entity_sets() {
        let whole = [(set.list, Verb::List), (set.create, Verb::Create)];
        let one = [(set.get, Verb::Get), (set.update, Verb::Update), (set.delete, Verb::Delete)];
        for (operation, verb) in whole.into_iter().filter_map(|(operation, verb)| Some((operation?, verb))) {
            let form = operation.newest_form();
            assert_eq!((operation.verb, form.target), (verb, Target::Set(set)), "{}", operation.id);
            assert_eq!(form.path, format!("/{}", set.name));
        }
        for (operation, verb) in one.into_iter().filter_map(|(operation, verb)| Some((operation?, verb))) {
            let Target::Entity(of, by) = operation.newest_form().target else { panic!("{}", operation.id) };
            assert_eq!((operation.verb, of), (verb, *set), "{}", operation.id);
            assert_eq!(Some(by.property.name), set.key.map(|key| key.name), "{}", operation.id);
        }
    }
}

/// What a target says is what the path says: the one place where that is compared.
#[test]
fn targets_say_what_paths_say() {
    for form in operations().flat_map(|operation| operation.forms) {
        let first = form.path[1..].split(['(', '/']).next().expect("a name");
        match form.target {
            Target::Nothing => assert!(entity_set(first).is_none(), "{}", form.path),
            Target::Set(set) => assert_eq!(set.name, first),
            Target::Entity(set, by) => {
                assert_eq!(set.name, first);
                assert!(form.path.starts_with(&format!("/{first}(")), "{}", form.path);
                let parameter = form.parameters.first().expect("a key");
                assert!(parameter.key && parameter.name == by.name, "{}", form.path);
            }
            Target::Listed(set, by) => {
                assert_eq!(set.name, first);
                let Body::Fields(fields) = form.body else { panic!("{}: no fields", form.path) };
                let field = fields.iter().find(|field| field.name == by.name).expect(by.name);
                assert!(field.ty.collection, "{}", form.path);
                assert_eq!(field.refers_to, Some(&*format!("{first}.{}", by.property.name)));
            }
            Target::Singleton(singleton) => assert_eq!(singleton.name, first),
        }
    }
}

#[test]
fn people_know_things_by_these() {
    let users = set("Users");
    assert_eq!((users.key.map(|key| key.name), users.number.map(|number| number.name)), (Some("Id"), Some("Number")));
    assert_eq!(users.names, ["FirstName", "LastName", "DisplayName"]);
    assert_eq!(users.email.map(|email| email.name), Some("EmailAddress"));
    assert_eq!((users.noun(), users.nouns(), users.one()), ("user".into(), "users".into(), "a user".into()));
    assert_eq!((users.counted(1), users.counted(3)), ("1 user".to_owned(), "3 users".to_owned()));
    assert!(users.has_numeric_key());
    assert_eq!(set("Trunks").names, ["Gateway/Name"]);
    assert_eq!(set("InboundRules").one(), "an inbound rule");
    assert_eq!(set("RingGroups").placeholder(), "RING-GROUP");
    let sbcs = set("Sbcs");
    assert_eq!(sbcs.key.map(|key| key.name), Some("Name"));
    assert!(!sbcs.has_numeric_key());
    assert!(set("CallHistoryView").key.is_none());
    assert_eq!(set("Queues").update, operation("Queues.UpdateQueue"));
    let target = |id: &str| operation(id).expect(id).newest_form().target;
    let Target::Listed(set, by) = target("Users.ReprovisionAllPhones") else { panic!("a list") };
    assert_eq!((set, by.name, by.property.name), (users, "ids", "Id"));
    let Target::Entity(set, by) = target("Users.GetUserByNumber") else { panic!("an entity") };
    assert_eq!((set, by.name, by.property.name), (users, "Number", "Number"));
    let Target::Singleton(mail) = target("MailSettings.TestEmail") else { panic!("a singleton") };
    assert_eq!(
        (Some(mail.get), mail.update),
        (operation("MailSettings.GetMailSettings"), operation("MailSettings.UpdateMailSettings"))
    );
    assert_eq!(target("Users.RebootPhone"), Target::Set(users));
    assert_eq!(target("Updates.GetUpdates"), Target::Nothing);
}

#[test]
fn naming_properties_exist() {
    for path in NAMING.summary.iter().chain(NAMING.columns).chain(NAMING.searched) {
        assert!(structures().iter().any(|structure| at(structure, path).is_some()), "{path}");
    }
}

#[test]
fn collections_hold_what_is_said_of_them() {
    for collection in collections() {
        let property = at(collection.set.structure, collection.property.name).expect(collection.property.name);
        assert!(property.ty.collection, "{collection:?}");
        assert_eq!(property.navigation, collection.expand.is_some(), "{collection:?}");
        assert!(collection.set.get.is_some() && collection.set.update.is_some(), "{collection:?}");
        let Type::Structure(items) = property.ty.ty else {
            assert!(collection.item.property().is_none() && collection.also.is_empty(), "{collection:?}");
            continue;
        };
        let also = collection.also.iter().map(|also| also.property);
        let columns = collection.columns.iter().map(|column| column.property);
        for path in also.chain(columns).chain(collection.item.property()) {
            assert!(at(items, path).is_some(), "{collection:?}: {path}");
        }
        assert_ne!(collection.noun, collection.plural);
    }
}

fn rows(operation: &Operation) -> Option<&'static Structure> {
    match operation.newest_form().answer_in(Span::NEWEST).content {
        Content::Value(TypeRef { ty: Type::Structure(rows), .. }) => Some(rows),
        _ => None,
    }
}

#[test]
fn what_says_when_is_a_time_of_the_rows() {
    let mut periodic = 0;
    for (operation, period) in operations().filter_map(|operation| Some((operation, operation.period?))) {
        periodic += 1;
        if let Some(when) = period.when {
            let property = rows(operation).and_then(|rows| at(rows, when)).expect(operation.id);
            assert_eq!(property.ty.ty, Type::DateTimeOffset, "{}", operation.id);
        }
        match period.ask {
            Ask::Parameters(from, to) => {
                let has = |name: &str| operation.newest_form().parameters.iter().any(|known| known.name == name);
                assert!(has(from) && has(to), "{}", operation.id);
            }
            Ask::Filter | Ask::FilterByDay => assert!(period.when.is_some(), "{}", operation.id),
        }
    }
    assert!(periodic > 30, "{periodic}");
    let of = |id: &str| operation(id).expect(id).period;
    let call_log = of("ReportCallLogData.GetCallLogData").expect("it has a period");
    assert_eq!((call_log.ask, call_log.when), (Ask::Parameters("periodFrom", "periodTo"), Some("StartTime")));
    assert_eq!(of("ReportStatisticSla.GetStatisticSlaData").map(|period| period.when), Some(None));
    assert_eq!(of("EventLogs.ListEventLog").map(|period| period.ask), Some(Ask::Filter));
    assert_eq!(of("CallHistoryView.ListCallHistoryView").map(|period| period.ask), Some(Ask::FilterByDay));
    assert_eq!(of("Users.ListUser"), None);
}

#[test]
fn contents_of_files_are_texts() {
    assert!(holds_file("Content") && !holds_file("Name"));
    let mut properties = structures().iter().flat_map(|structure| structure.all_properties());
    assert!(properties.any(|property| holds_file(property.name) && is_text(property)));
}
