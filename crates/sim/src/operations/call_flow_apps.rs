//! Call flow apps: their files.

use super::behaviours::Behaviour::{Changes, Reads};
use super::behaviours::{Answer, Behaviours};
use super::media::missing;
use super::{Call, entities};
use crate::http::{Problem, Response};
use crate::state::{Store, Value};

pub(super) const BEHAVIOURS: Behaviours = &[
    ("CallFlowApps.DeleteAudioFile", Changes(delete_file)),
    ("CallFlowApps.DeleteFile", Changes(delete_file)),
    ("CallFlowApps.GetAudioFiles", Reads(files)),
    ("CallFlowApps.GetFiles", Reads(files)),
];

/// The number of the call flow app that is meant.
fn app(call: &Call<'_>, store: &Store) -> Result<Box<str>, Problem> {
    Ok(entities::named(call, store)?.text("Number").into())
}

fn files(call: &Call<'_>, store: &Store) -> Answer {
    let files = store.ledger.app_files.get(&app(call, store)?).into_iter().flatten();
    call.values("Edm.String", files.cloned().map(Value::Text).collect())
}

fn delete_file(call: &Call<'_>, store: &mut Store) -> Answer {
    let file = call.text_field("filename")?;
    let app = app(call, store)?;
    let deleted = store.ledger.app_files.get_mut(&app).is_some_and(|files| files.remove(file));
    if deleted { Ok(Response::empty(204)) } else { Err(missing("filename")) }
}
