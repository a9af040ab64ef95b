//! The phone book: whose a contact is, deletion by source, and import from CSV.

use jiff::Timestamp;
use serde_json::{Map, Value as Json, json};

use super::behaviours::Behaviour::{Changes, Reads};
use super::behaviours::{Answer, Behaviours};
use super::nature::Nature;
use super::{Call, rules};
use crate::assumptions::MAX_IMPORTED_CONTACTS;
use crate::http::{Problem, Response};
use crate::odata::Selection;
use crate::state::{Entity, Key, PeerKind, Shape, Shapes, Store, Value, entity_from_json, peer_by_number};

/// The path below the API at which contacts are imported. No description has this operation.
pub(crate) const IMPORT: &str = "/Contacts/Pbx.ImportContacts";

pub(super) const BEHAVIOURS: Behaviours = &[
    ("Contacts.AllContactsBulkDelete", Changes(|_, store| delete(store, |_, _| true))),
    ("Contacts.CRMContactsBulkDelete", Changes(delete_crm)),
    ("Contacts.CreateContactByNumber", Changes(create_by_number)),
    (
        "Contacts.DeleteContactsByType",
        Changes(|call, store| {
            let number = call.field("number").and_then(Json::as_str).unwrap_or_default();
            delete_source(call, store, |_, owner| owner.unwrap_or_default() == number)
        }),
    ),
    (
        "Contacts.DeleteDepartmentContactsByType",
        Changes(|call, store| {
            delete_source(call, store, |store, owner| owner.is_some_and(|owner| is_department(store, owner)))
        }),
    ),
    (
        "Contacts.DeletePersonalContactsByType",
        Changes(|call, store| {
            delete_source(call, store, |store, owner| owner.is_some_and(|owner| !is_department(store, owner)))
        }),
    ),
    ("Contacts.GetContactsByNumber", Reads(get_by_number)),
    (
        "Contacts.GooglePersonalContactsBulkDelete",
        Changes(|_, store| delete(store, |contact, owner| owner.is_some() && is_of(contact, &["Google"]))),
    ),
    (
        "Contacts.Office365ContactsBulkDelete",
        Changes(|_, store| delete(store, |contact, owner| owner.is_none() && is_of(contact, &["Office365", "M365"]))),
    ),
    (
        "Contacts.Office365PersonalContactsBulkDelete",
        Changes(|_, store| delete(store, |contact, owner| owner.is_some() && is_of(contact, &["Office365", "M365"]))),
    ),
    ("CrmIntegration.DeleteCrmContacts", Changes(delete_crm)),
];

pub(super) const NATURE: Nature = Nature { name: "Contacts", check: |contact, _, _| check(contact), ..Nature::PLAIN };

/// A contact has a name, and a number to call.
fn check(contact: &Entity) -> Result<(), Problem> {
    let none = |names: &[&str]| names.iter().all(|name| contact.text(name).trim().is_empty());
    if none(&["FirstName", "LastName", "CompanyName"]) {
        return Err(Problem::refused("FirstName", "WARNINGS.CONTACTS_SPECIFY_NAME_SURNAME_COMPANY"));
    }
    if none(&["PhoneNumber", "Mobile2", "Home", "Business", "Business2", "Other", "BusinessFax", "Pager"]) {
        return Err(Problem::refused("PhoneNumber", "WARNINGS.CONTACTS_SPECIFY_PHONE_NUMBER"));
    }
    Ok(())
}

fn delete_crm(_: &Call<'_>, store: &mut Store) -> Answer {
    delete(store, |contact, _| contact.text("ContactType") == "CRM")
}

fn is_of(contact: &Entity, sources: &[&str]) -> bool {
    sources.contains(&contact.text("ContactType"))
}

fn is_department(store: &Store, number: &str) -> bool {
    peer_by_number(store, number).is_some_and(|(_, kind)| kind == PeerKind::Group)
}

/// Whose a contact is, if it is not everybody's.
fn owner<'s>(store: &'s Store, contact: &Entity) -> Option<&'s str> {
    Some(store.ledger.contact_owners.get(&contact.int("Id")?)?)
}

fn delete_source(call: &Call<'_>, store: &mut Store, owned: impl Fn(&Store, Option<&str>) -> bool) -> Answer {
    let source = call.text_field("contactSource")?;
    let meant = |row: &&Entity| row.text("ContactType") == source && owned(store, owner(store, row));
    let keys = store.set("Contacts").map(|set| set.keys_of(meant)).unwrap_or_default();
    remove(store, keys);
    Ok(Response::empty(204))
}

fn delete(store: &mut Store, meant: impl Fn(&Entity, Option<&str>) -> bool) -> Answer {
    let meant = |row: &&Entity| meant(row, owner(store, row));
    let keys = store.set("Contacts").map(|set| set.keys_of(meant)).unwrap_or_default();
    remove(store, keys);
    Ok(Response::empty(204))
}

fn remove(store: &mut Store, keys: Vec<Key>) {
    for key in keys {
        if let Key::Int(id) = key {
            store.ledger.contact_owners.remove(&id);
        }
        store.set_mut("Contacts").and_then(|set| set.remove(&key));
    }
}

/// The number of an extension or department whose contacts are meant.
fn wanted_owner(store: &Store, number: &str) -> Result<Option<Box<str>>, Problem> {
    match peer_by_number(store, number) {
        _ if number.is_empty() => Ok(None),
        Some(_) => Ok(Some(number.into())),
        None => Err(Problem::refused("number", "WARNINGS.XAPI.NOT_FOUND")),
    }
}

fn create_by_number(call: &Call<'_>, store: &mut Store) -> Answer {
    let owner = wanted_owner(store, call.text_field("number")?)?;
    let given = call.field("contact").ok_or_else(|| call.required("contact"))?;
    let set = store.set("Contacts").ok_or(Problem::NoSuchPath)?;
    let mut contact = Entity::new(set.shape);
    entity_from_json(&mut contact, given, call.shapes)?;
    let contact = contact.with("Id", set.free_key().into());
    rules::check(&NATURE, set, &contact, None, store, call.now)?;
    let response = call.entity(200, "Contacts/$entity", &contact, Selection::all());
    if let (Some(owner), Some(id)) = (owner, contact.int("Id")) {
        store.ledger.contact_owners.insert(id, owner);
    }
    if let Some(set) = store.set_mut("Contacts") {
        set.put(contact);
    }
    Ok(response)
}

/// The contacts of an extension or department.
fn get_by_number(call: &Call<'_>, store: &Store) -> Answer {
    let number = call.parameters.get("number").and_then(Value::as_text).unwrap_or_default();
    let wanted = wanted_owner(store, number)?;
    let set = store.set("Contacts").ok_or(Problem::NoSuchPath)?;
    let options = call.options(Some(set.shape))?;
    let owned = set.rows().filter(|row| owner(store, row) == wanted.as_deref());
    let page = options.page(owned, usize::MAX);
    Ok(call.rows("Contacts", page.rows, page.count, &options.selection))
}

/// What the console's phone book calls properties, without spaces; those without a property are read and left out.
const CONSOLE_COLUMNS: [(&str, Option<&str>); 6] = [
    ("Name", Some("FirstName")),
    ("Company", Some("CompanyName")),
    ("Mobile", Some("PhoneNumber")),
    ("E-Mail", Some("Email")),
    ("Home2", None),
    ("HomeFax", None),
];

/// The property that a column is, by its own name or the console's.
fn column(header: &str, shape: &'static Shape) -> Option<&'static str> {
    let header = header.trim_start_matches('\u{feff}').replace(' ', "");
    let known = CONSOLE_COLUMNS.iter().find(|(console, _)| console.eq_ignore_ascii_case(&header));
    let name = known.map_or(Some(header.as_str()), |(_, name)| *name)?;
    shape.index_of_similar(name).map(|index| shape.properties[index].name).filter(|name| *name != "Id")
}

/// Adds the contacts of a CSV file: a line with the console's names of the columns or those of the properties, then
/// one for each contact. All of them, or none if one is refused. (No description has this operation; seen live.)
pub(crate) fn import(
    store: &mut Store,
    shapes: &'static Shapes,
    file: &[u8],
    now: Timestamp,
) -> Result<Response, Problem> {
    let refuse = |code| Err(Problem::refused("file", code));
    let mut records = csv::ReaderBuilder::new().flexible(true).from_reader(file);
    let Ok(headers) = records.headers().cloned() else { return refuse("WARNINGS.CSV_INVALID_FILE_FORMAT") };
    let set = store.set("Contacts").ok_or(Problem::NoSuchPath)?;
    let shape = set.shape;
    let columns: Vec<Option<&'static str>> = headers.iter().map(|header| column(header, shape)).collect();
    if columns.iter().all(Option::is_none) {
        return refuse("WARNINGS.WRONG_CSV_FILE_REQUIRED_HEADER_NOT_FOUND");
    }
    let has = |names: &[&str]| columns.iter().flatten().any(|column| names.contains(column));
    if !has(&["FirstName", "LastName", "CompanyName"])
        || !has(&["PhoneNumber", "Mobile2", "Home", "Business", "Business2", "Other"])
    {
        return refuse("WARNINGS.WRONG_CSV_FILE_REQUIRED_COLUMNS_NOT_FOUND");
    }
    let mut contacts = Vec::new();
    for record in records.records() {
        let Ok(record) = record else { return refuse("WARNINGS.CSV_LINE_CORRUPTED") };
        if record.len() != headers.len() {
            return refuse("WARNINGS.CSV_LINE_CORRUPTED");
        }
        if contacts.len() >= MAX_IMPORTED_CONTACTS {
            return refuse("WARNINGS.CSV_IMPORT_LIMIT_REACHED");
        }
        let members: Map<String, Json> = columns
            .iter()
            .zip(&record)
            .filter_map(|(column, cell)| Some(((*column)?.to_owned(), Json::from(cell))))
            .filter(|(_, cell)| cell != "")
            .collect();
        let mut contact = Entity::new(shape);
        if entity_from_json(&mut contact, &Json::Object(members), shapes).is_err() {
            return refuse("WARNINGS.CSV_LINE_CORRUPTED");
        }
        rules::check(&NATURE, set, &contact, None, store, now)?;
        contacts.push(contact);
    }
    let answer = json!({ "success": true, "importCount": contacts.len() });
    if let Some(set) = store.set_mut("Contacts") {
        for contact in contacts {
            let free = set.free_key();
            set.put(contact.with("Id", free.into()));
        }
    }
    Ok(Response::json(200, answer.to_string()))
}
