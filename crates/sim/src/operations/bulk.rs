//! Operations on many entities of a set at once: bulk deletes and purges.

use serde_json::Value as Json;

use super::behaviours::Behaviour::Changes;
use super::behaviours::{Answer, Behaviours};
use super::{Call, removal};
use crate::http::{Problem, Response};
use crate::state::{Key, Store};

pub(super) const BEHAVIOURS: Behaviours = &[
    ("ActivityLog.PurgeLogs", Changes(purge)),
    ("BlackListNumbers.BulkNumbersDelete", Changes(delete_ids)),
    ("Blocklist.BulkIpsDelete", Changes(delete_ids)),
    ("Contacts.BatchContactsDelete", Changes(delete_ids)),
    ("Contacts.DeleteContactsById", Changes(delete_ids)),
    ("EventLogs.PurgeEventLog", Changes(purge)),
    ("Fax.BulkFaxDelete", Changes(delete_ids)),
    ("InboundRules.BulkInboundRulesDelete", Changes(delete_ids)),
    ("WebsiteLinks.BulkLinksDelete", Changes(delete_ids)),
];

fn delete_ids(call: &Call<'_>, store: &mut Store) -> Answer {
    delete_keys(call, store, call.field("ids"))
}

/// Deletes the entities with these keys; keys that nothing has are ignored.
pub(super) fn delete_keys(call: &Call<'_>, store: &mut Store, keys: Option<&Json>) -> Answer {
    let required = || Problem::Binding { target: "ids".into(), message: "The ids field is required.".into() };
    let keys = keys.and_then(Json::as_array).ok_or_else(required)?;
    let key = |key: &Json| match (key.as_i64(), key.as_str()) {
        (Some(number), _) => Ok(Key::Int(number)),
        (None, Some(text)) => Ok(Key::Text(text.into())),
        (None, None) => Err(required()),
    };
    let keys = keys.iter().map(key).collect::<Result<Vec<Key>, _>>()?;
    for result in removal::remove_all(store, call.route.nature, call.route.root, &keys) {
        match result {
            Ok(()) | Err(Problem::NoSuchEntity) => {}
            Err(problem) => return Err(problem),
        }
    }
    Ok(Response::empty(204))
}

fn purge(call: &Call<'_>, store: &mut Store) -> Answer {
    if let Some(set) = store.set_mut(call.route.root) {
        set.clear();
    }
    Ok(Response::empty(204))
}
