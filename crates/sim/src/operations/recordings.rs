//! Recordings of calls: listed, downloaded, archived, transcribed, deleted.

use super::behaviours::Behaviour::{Changes, Reads};
use super::behaviours::{Answer, Behaviours};
use super::moments::instant;
use super::nature::Nature;
use super::{Call, wav};
use crate::calls::{Kind, Leg, Party, Shown};
use crate::http::{Problem, Response};
use crate::state::{Entity, Shape, Store, Value};

pub(super) const BEHAVIOURS: Behaviours = &[
    ("Recordings.Archive", Changes(archive_all)),
    (
        "Recordings.BulkRecordingsArchive",
        Changes(|call, store| {
            known(call, store)?.into_iter().for_each(|id| store.calls.archive(id));
            Ok(Response::empty(204))
        }),
    ),
    ("Recordings.BulkRecordingsDelete", Changes(delete)),
    ("Recordings.DownloadRecording", Reads(download)),
    ("Recordings.DownloadRecordingByName", Reads(download)),
    ("Recordings.PurgeArchive", Changes(|call, store| purge(call, store, true))),
    ("Recordings.PurgeLocal", Changes(|call, store| purge(call, store, false))),
    (
        "Recordings.TranscribeRecordings",
        Changes(|call, store| {
            known(call, store)?.into_iter().for_each(|id| store.calls.transcribe(id));
            Ok(Response::empty(204))
        }),
    ),
    ("RemoteArchivingSettings.ArchiveRecordings", Changes(archive_all)),
];

pub(super) const NATURE: Nature = Nature {
    name: "Recordings",
    rows: |view| {
        let recordings = view.store.calls.recordings(view.now.as_second());
        Box::new(recordings.map(move |(id, leg)| recording(view.store, view.shape(), id, &leg).into()))
    },
    ..Nature::PLAIN
};

fn recording(store: &Store, shape: &'static Shape, id: i64, leg: &Leg) -> Entity {
    let (from, to) = (store.calls.directory().show(leg.from), store.calls.directory().show(leg.to));
    let inbound = matches!(leg.from, Party::Outside { .. });
    let begins = leg.begins + leg.rings;
    let row = Entity::new(shape)
        .with("Id", Value::Int(id))
        .with("StartTime", instant(begins))
        .with("EndTime", instant(leg.ends()))
        .with("CallType", Value::text(if inbound { "InboundExternal" } else { "OutboundExternal" }))
        .with("RecordingUrl", Value::text(recording_name(&from, &to, id)))
        .with("IsArchived", Value::Bool(store.calls.is_archived(id)))
        .with("IsTranscribed", Value::Bool(store.calls.is_transcribed(id)))
        .with("CanBeTranscribed", Value::Bool(!store.calls.is_transcribed(id)));
    let row = match store.calls.is_archived(id) {
        true => row.with("ArchivedUrl", Value::text(format!("archive/{}", recording_name(&from, &to, id)))),
        false => row,
    };
    let row = match store.calls.is_transcribed(id) {
        true => row
            .with("Transcription", Value::text(transcription(&from, &to)))
            .with("Summary", Value::text(format!("{} talked to {}.", from.name, to.name)))
            .with("SentimentScore", Value::Int(id % 5 + 1)),
        false => row,
    };
    [("From", &from), ("To", &to)].into_iter().fold(row, |row, (side, party)| {
        row.with(&format!("{side}Dn"), Value::text(party.dn))
            .with(&format!("{side}DnType"), Value::Int(party.kind as i64))
            .with(&format!("{side}DisplayName"), Value::text(&*party.name))
            .with(&format!("{side}CallerNumber"), Value::text(&*party.number))
            .with(&format!("{side}IdParticipant"), Value::Int(party.id))
    })
}

/// What was said in a recording.
pub(super) fn transcription(from: &Shown<'_>, to: &Shown<'_>) -> String {
    format!("{}: Hello, this is {}. {}: Hello, how can I help you?", from.number, from.name, to.number)
}

/// The file of a recording: `194/[+491515500042]_194_1234.wav`
pub(super) fn recording_name(from: &Shown<'_>, to: &Shown<'_>, id: i64) -> String {
    let extension = if from.kind == Kind::Extension { from.dn } else { to.dn };
    format!("{extension}/[{}]_{}_{id}.wav", from.number, to.number)
}

fn archive_all(call: &Call<'_>, store: &mut Store) -> Answer {
    for id in all_ids(call, store) {
        store.calls.archive(id);
    }
    Ok(Response::empty(204))
}

/// A recording by its id or by its file's name.
fn download(call: &Call<'_>, store: &Store) -> Answer {
    let shape = store.set("Recordings").ok_or(Problem::NoSuchPath)?.shape;
    let wanted = |id: i64, leg: &Leg| match (call.parameters.get("recId"), call.parameters.get("recName")) {
        (Some(Value::Int(wanted)), _) => *wanted == id,
        (_, Some(Value::Text(name))) => recording(store, shape, id, leg).text("RecordingUrl").ends_with(&**name),
        _ => false,
    };
    let found = store.calls.recordings(call.now.as_second()).find(|(id, leg)| wanted(*id, leg));
    let target = if call.parameters.contains_key("recId") { "recId" } else { "recName" };
    let (id, leg) = found.ok_or(Problem::refused(target, "WARNINGS.XAPI.FILE_NOT_FOUND"))?;
    Ok(Response::file("audio/x-wav", &format!("{id}.wav"), wav::tone(leg.talks)))
}

fn delete(call: &Call<'_>, store: &mut Store) -> Answer {
    let ids = call.ids_field("ids")?;
    ids.into_iter().for_each(|id| store.calls.erase(id));
    Ok(Response::empty(204))
}

/// Deletes the recordings in the archive, or those that are not.
fn purge(call: &Call<'_>, store: &mut Store, archive: bool) -> Answer {
    for id in all_ids(call, store) {
        if store.calls.is_archived(id) == archive {
            store.calls.erase(id);
        }
    }
    Ok(Response::empty(204))
}

fn all_ids(call: &Call<'_>, store: &Store) -> Vec<i64> {
    store.calls.recordings(call.now.as_second()).map(|(id, _)| id).collect()
}

/// The ids in the body; all of them have to be those of recordings.
fn known(call: &Call<'_>, store: &Store) -> Result<Vec<i64>, Problem> {
    let ids = call.ids_field("ids")?;
    let known = all_ids(call, store);
    match ids.iter().all(|id| known.contains(id)) {
        true => Ok(ids),
        false => Err(Problem::refused("ids", "WARNINGS.XAPI.NOT_FOUND")),
    }
}
