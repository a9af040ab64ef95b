//! The phone book: whose a contact is, deletion by source, and import from CSV.

use jiff::Timestamp;
use serde_json::{Map, Value as Json};

use super::{Behaviour, Call, peers, rules};
use crate::assumptions::MAX_IMPORTED_CONTACTS;
use crate::http::{Problem, Response};
use crate::odata::Selection;
use crate::state::{Entity, Key, Set, Shapes, Store, Value, entity_from_json};

pub(super) fn behaviour(operation: &str) -> Option<Behaviour> {
    Some(match operation {
        "Contacts.CreateContactByNumber" => create_by_number,
        "Contacts.GetContactsByNumber" => get_by_number,
        "Contacts.DeleteContactsByType" => |call| {
            let number = call.field("number").and_then(Json::as_str).unwrap_or_default().to_owned();
            delete_source(call, |_, owner| owner.unwrap_or_default() == number)
        },
        "Contacts.DeleteDepartmentContactsByType" => {
            |call| delete_source(call, |store, owner| owner.is_some_and(|owner| is_department(store, owner)))
        }
        "Contacts.DeletePersonalContactsByType" => {
            |call| delete_source(call, |store, owner| owner.is_some_and(|owner| !is_department(store, owner)))
        }
        "Contacts.AllContactsBulkDelete" => |call| delete(call, |_, _| true),
        "Contacts.CRMContactsBulkDelete" | "CrmIntegration.DeleteCrmContacts" => {
            |call| delete(call, |contact, _| contact.text("ContactType") == "CRM")
        }
        "Contacts.Office365ContactsBulkDelete" => {
            |call| delete(call, |contact, owner| owner.is_none() && is_of(contact, &["Office365", "M365"]))
        }
        "Contacts.Office365PersonalContactsBulkDelete" => {
            |call| delete(call, |contact, owner| owner.is_some() && is_of(contact, &["Office365", "M365"]))
        }
        "Contacts.GooglePersonalContactsBulkDelete" => {
            |call| delete(call, |contact, owner| owner.is_some() && is_of(contact, &["Google"]))
        }
        _ => return None,
    })
}

fn is_of(contact: &Entity, sources: &[&str]) -> bool {
    sources.contains(&contact.text("ContactType"))
}

fn is_department(store: &Store, number: &str) -> bool {
    peers::by_number(store, number).is_some_and(|(_, kind)| kind == "Group")
}

fn owner(store: &Store, contact: &Entity) -> Option<String> {
    Some(store.ledger.contact_owners.get(&contact.int("Id")?)?.to_string())
}

fn delete_source(call: &Call<'_>, owned: impl Fn(&Store, Option<&str>) -> bool) -> Result<Response, Problem> {
    let source = call.text_field("contactSource")?.to_owned();
    let wanted: Vec<Key> = {
        let store = call.read();
        let rows = store.set("Contacts").into_iter().flat_map(Set::rows);
        let wanted =
            rows.filter(|row| row.text("ContactType") == source && owned(&store, owner(&store, row).as_deref()));
        wanted.filter_map(|row| Key::of(row.get("Id"))).collect()
    };
    remove(&mut call.write(), wanted);
    Ok(Response::empty(204))
}

fn delete(call: &Call<'_>, wanted: impl Fn(&Entity, Option<&str>) -> bool) -> Result<Response, Problem> {
    let store = &mut *call.write();
    let rows = store.set("Contacts").into_iter().flat_map(Set::rows);
    let keys =
        rows.filter(|row| wanted(row, owner(store, row).as_deref())).filter_map(|row| Key::of(row.get("Id"))).collect();
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
fn wanted_owner(call: &Call<'_>, number: &str) -> Result<Option<Box<str>>, Problem> {
    match peers::by_number(&call.read(), number) {
        _ if number.is_empty() => Ok(None),
        Some(_) => Ok(Some(number.into())),
        None => Err(Problem::refused("number", "WARNINGS.XAPI.NOT_FOUND")),
    }
}

fn create_by_number(call: &Call<'_>) -> Result<Response, Problem> {
    let owner = wanted_owner(call, call.text_field("number")?)?;
    let given = call.field("contact").ok_or_else(|| call.required("contact"))?;
    let store = &mut *call.write();
    let set = store.set("Contacts").ok_or(Problem::NoSuchPath)?;
    let mut contact = Entity::new(set.shape);
    entity_from_json(&mut contact, given, call.shapes)?;
    let contact = contact.with("Id", set.free_key().into());
    rules::check("Contacts", &contact, None, store, call.now)?;
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
fn get_by_number(call: &Call<'_>) -> Result<Response, Problem> {
    let number = call.parameters.get("number").and_then(Value::as_text).unwrap_or_default();
    let wanted = wanted_owner(call, number)?;
    let store = call.read();
    let set = store.set("Contacts").ok_or(Problem::NoSuchPath)?;
    let options = call.options(Some(set.shape))?;
    let owned = set.rows().filter(|row| owner(&store, row).as_deref() == wanted.as_deref());
    let page = options.page(owned, usize::MAX);
    Ok(call.rows("Contacts", page.rows, page.count, &options.selection))
}

/// Adds the contacts of a CSV file: a line with the names of the properties, then one for each
/// contact. All of them, or none if one does not hold. (No description has this operation; seen
/// live.)
pub(crate) fn import(
    store: &mut Store,
    shapes: &'static Shapes,
    file: &[u8],
    now: Timestamp,
) -> Result<Response, Problem> {
    let refuse = |code| Err(Problem::refused("file", code));
    let mut records = csv::ReaderBuilder::new().flexible(true).from_reader(file);
    let Ok(headers) = records.headers().cloned() else { return refuse("WARNINGS.CSV_INVALID_FILE_FORMAT") };
    let shape = store.set("Contacts").ok_or(Problem::NoSuchPath)?.shape;
    let columns: Vec<Option<&'static str>> = headers
        .iter()
        .map(|header| header.trim_start_matches('\u{feff}').replace(' ', ""))
        .map(|header| {
            shape.index_of_similar(&header).map(|index| shape.properties[index].name).filter(|name| *name != "Id")
        })
        .collect();
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
        rules::check("Contacts", &contact, None, store, now)?;
        contacts.push(contact);
    }
    if let Some(set) = store.set_mut("Contacts") {
        for contact in contacts {
            let free = set.free_key();
            set.put(contact.with("Id", free.into()));
        }
    }
    Ok(Response::empty(204))
}
