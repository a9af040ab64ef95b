//! Backups: made in the background, listed when they are done, downloaded without a login,
//! restored and deleted by name.

use std::io::{Cursor, Write as _};

use jiff::{SignedDuration, Timestamp};
use serde_json::{Value as Json, json};
use zip::write::SimpleFileOptions;

use super::behaviours::Behaviour::{Changes, Reads};
use super::behaviours::{Answer, Behaviours};
use super::nature::Nature;
use super::{Call, audit};
use crate::assumptions::{BACKUP_SECONDS, MAX_BACKUPS};
use crate::http::{Problem, Response};
use crate::odata::decode;
use crate::state::{Entity, Key, Row, Set, Store, Value};

/// The path of the files, outside the API.
const LINK: &str = "/api/download/backup/";

pub(super) const BEHAVIOURS: Behaviours = &[
    ("Backups.Backup", Changes(backup)),
    ("Backups.GetBackupExtras", Reads(extras)),
    (
        "Backups.GetCanCreateBackup",
        Reads(|call, store| {
            let busy = store.set("Backups").is_some_and(|set| set.rows().any(|row| !is_done(row, call.now)));
            Ok(call.value("Edm.Boolean", &Value::Bool(!busy)))
        }),
    ),
    (
        "Backups.GetLocalBackupSize",
        Reads(|call, store| {
            let set = store.set("Backups").ok_or(Problem::NoSuchPath)?;
            let sizes = done(set, call.now).filter_map(|row| row.int("Size")).sum();
            Ok(call.value("Edm.Int64", &Value::Int(sizes)))
        }),
    ),
    ("Backups.PurgeLocalBackups", Changes(purge)),
    ("Backups.Restore", Changes(restore)),
    ("PurgeSettings.PurgeLocalBackups", Changes(purge)),
];

pub(super) const NATURE: Nature = Nature {
    name: "Backups",
    rows: |view| Box::new(done(view.set, view.now)),
    outlives_restore: true,
    ..Nature::PLAIN
};

/// True if a backup has been made, and is not still being made.
fn is_done(backup: &Entity, now: Timestamp) -> bool {
    backup.text("CreationTime").parse::<Timestamp>().is_ok_and(|created| created <= now)
}

/// When the last backup was made.
pub(super) fn last(store: &Store, now: Timestamp) -> Option<Timestamp> {
    let rows = store.set("Backups").into_iter().flat_map(Set::rows).filter(|row| is_done(row, now));
    rows.filter_map(|row| row.text("CreationTime").parse().ok()).max()
}

/// Starts a backup of what there is now. It is listed when it is done.
fn backup(call: &Call<'_>, store: &mut Store) -> Answer {
    let description = call.field("description").cloned().unwrap_or_default();
    let name = description["Name"].as_str().unwrap_or_default();
    if name.is_empty() {
        return Err(Problem::refused("Name", "WARNINGS.XAPI.REQUIRED"));
    }
    if name.contains(['/', '\\']) || name.contains("..") {
        return Err(Problem::refused("Name", "WARNINGS.XAPI.INVALID_FILE_NAME"));
    }
    let set = store.set("Backups").ok_or(Problem::NoSuchPath)?;
    if set.get(&Key::Text(name.into())).is_some() {
        return Err(Problem::refused("Name", "WARNINGS.XAPI.DUPLICATE"));
    }
    if set.len() >= MAX_BACKUPS {
        return Err(Problem::refused("Name", "WARNINGS.TOO_MANY_BACKUPS"));
    }
    let done = call.now.checked_add(SignedDuration::from_secs(BACKUP_SECONDS)).unwrap_or(call.now);
    let contents = &description["Contents"];
    let password = contents["EncryptBackup"]
        .as_bool()
        .unwrap_or(false)
        .then(|| contents["EncryptBackupPassword"]["Value"].as_str().unwrap_or_default().to_owned());
    let backup = Entity::new(set.shape)
        .with("FileName", Value::text(name))
        .with("CreationTime", Value::text(done.to_string()))
        .with("DownloadLink", Value::text(format!("{LINK}{name}")));
    store.take_snapshot(name, password, |set| !Nature::of(set).outlives_restore);
    if let Some(set) = store.set_mut("Backups") {
        set.put(backup);
    }
    audit::event(store, call.now, ("Info", 12289), "Backup %1$s has been created", &[name]);
    Ok(Response::empty(204))
}

/// Those that have been made, with their sizes.
fn done<'s>(set: &'s Set, now: Timestamp) -> impl Iterator<Item = Row<'s>> {
    set.rows().filter(move |row| is_done(row, now)).map(|row| {
        let size = file(row).len() as i64;
        row.clone().with("Size", Value::Int(size)).into()
    })
}

/// The file of a backup: a ZIP archive that says what it is a backup of.
fn file(backup: &Entity) -> Vec<u8> {
    let about = json!({ "FileName": backup.text("FileName"), "CreationTime": backup.text("CreationTime") });
    let mut archive = zip::ZipWriter::new(Cursor::new(Vec::new()));
    let options = SimpleFileOptions::default().compression_method(zip::CompressionMethod::Stored);
    let written = archive
        .start_file("backup.json", options)
        .and_then(|()| archive.write_all(about.to_string().as_bytes()).map_err(Into::into));
    written.and_then(|()| archive.finish()).map(Cursor::into_inner).unwrap_or_default()
}

/// A backup's file, fetched by its `DownloadLink`, for which no token is needed. (Seen live.)
pub(crate) fn download(store: &Store, path: &str, now: Timestamp) -> Option<Response> {
    let name = decode(path.strip_prefix(LINK)?, false)?;
    let backup = store.set("Backups")?.get(&Key::Text(name.as_str().into())).filter(|backup| is_done(backup, now))?;
    Some(Response::file("application/zip", &name, file(backup)))
}

fn found<'s>(call: &Call<'_>, store: &'s Store) -> Option<(String, &'s Entity)> {
    let name = call.parameters.get("FileName")?.as_text()?;
    let backup = store.set("Backups")?.get(&Key::Text(name.into())).filter(|backup| is_done(backup, call.now))?;
    Some((name.to_owned(), backup))
}

/// A number by which those who restore a backup say which file they mean.
fn footprint(backup: &Entity) -> i64 {
    backup.text("FileName").bytes().fold(7, |sum: i64, byte| (sum * 31 + i64::from(byte)) % 1_000_000_007)
}

fn extras(call: &Call<'_>, store: &Store) -> Answer {
    let (name, backup) = found(call, store).ok_or(Problem::NoSuchEntity)?;
    let encrypted = store.snapshot(&name).is_some_and(|snapshot| snapshot.password.is_some());
    let answer = call
        .shapes
        .entity("BackupExtras")
        .ok_or(Problem::NoSuchPath)?
        .with("Footprint", Value::Int(footprint(backup)))
        .with("IsEncrypted", Value::Bool(encrypted))
        .with("Version", Value::text(call.version));
    Ok(call.whole(&answer))
}

/// Puts back what there was when the backup was made.
fn restore(call: &Call<'_>, store: &mut Store) -> Answer {
    let refuse = |target, code| Err(Problem::refused(target, code));
    let Some((name, backup)) = found(call, store) else {
        return refuse("FileName", "WARNINGS.BACKUP_NOT_FOUND_OR_INVALID");
    };
    let given = call.field("footprint").and_then(Json::as_i64).unwrap_or(0);
    if given != 0 && given != footprint(backup) {
        return refuse("footprint", "WARNINGS.BACKUP_NOT_FOUND_OR_INVALID");
    }
    let Some(snapshot) = store.snapshot(&name).cloned() else {
        return refuse("FileName", "WARNINGS.BACKUP_NOT_FOUND_OR_INVALID");
    };
    let password = call.field("password").and_then(Json::as_str).unwrap_or_default();
    if snapshot.password.as_deref().is_some_and(|wanted| wanted != password) {
        return refuse("password", "WARNINGS.INVALID_PASSWORD");
    }
    store.restore(&snapshot);
    audit::event(store, call.now, ("Info", 12291), "Backup %1$s has been restored", &[&name]);
    Ok(Response::empty(204))
}

fn purge(_: &Call<'_>, store: &mut Store) -> Answer {
    if let Some(set) = store.set_mut("Backups") {
        set.clear();
    }
    store.forget_snapshots();
    Ok(Response::empty(204))
}
