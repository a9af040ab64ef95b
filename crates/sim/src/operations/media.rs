//! Sounds that can be played: greetings, prompts, playlists, prompt sets. Their files are not
//! kept: a download is a sound, always as long for the same name.

use serde_json::Value as Json;

use super::behaviours::Behaviour::{Changes, Reads};
use super::behaviours::{Answer, Behaviours};
use super::nature::Nature;
use super::{Call, entities, wav};
use crate::http::{Problem, Response};
use crate::odata::{Selection, decode};
use crate::state::{Entity, Key, PeerKind, Set, Store, Value, entity_from_json, peer_by_number};

/// The path of prompts, outside the API.
const PROMPTS: &str = "/api/prompts/";

pub(super) const BEHAVIOURS: Behaviours = &[
    ("CustomPrompts.MakeCallRecordCustomPrompt", Changes(record_prompt)),
    ("Playlists.DeletePlaylistFile", Changes(delete_playlist_file)),
    (
        "Playlists.DownloadPlaylistFile",
        Reads(|call, store| {
            let (_, file) = playlist_file(call, store)?;
            Ok(sound(&file))
        }),
    ),
    ("PromptSets.Copy", Changes(copy_set)),
    ("PromptSets.GetActive", Reads(active)),
    ("PromptSets.PlayPrompt", Reads(play)),
    ("PromptSets.RecordPrompt", Reads(play)),
    ("PromptSets.SetActive", Changes(set_active)),
    ("PromptSets.SetAlternatePronunciation", Changes(pronounce)),
    ("Users.DownloadGreeting", Reads(download_greeting)),
    ("Users.GetMultiEditGreetings", Reads(common_greetings)),
    ("Users.MakeCallUserRecordGreeting", Changes(record_greeting)),
    ("Users.MultiDeleteGreeting", Changes(delete_greetings)),
];

pub(super) const PLAYLISTS: Nature = Nature {
    name: "Playlists",
    filled: &["Name"],
    ranges: &[("MaxVolumePercent", 0..=100)],
    guard: |store, playlist| is_played(store, playlist).then_some("WARNINGS.XAPI.PLAYLIST_IN_USE"),
    ..Nature::PLAIN
};

/// True if callers somewhere hear a playlist while they wait.
fn is_played(store: &Store, playlist: &Entity) -> bool {
    let names = [playlist.text("Name"), playlist.text("PromptName")];
    let is_it = |file: &str| !file.is_empty() && names.contains(&file);
    let settings = store.singletons.get("MusicOnHoldSettings");
    let waiting =
        |set: &str, property: &str| store.set(set).into_iter().flat_map(Set::rows).any(|row| is_it(row.text(property)));
    settings.is_some_and(|settings| settings.own().any(|(_, value)| value.as_text().is_some_and(is_it)))
        || waiting("Queues", "OnHoldFile")
        || waiting("Groups", "MusicOnHold")
}

/// Some seconds of sound; how many depends on the name.
fn sound(name: &str) -> Response {
    let seconds = name.bytes().map(i64::from).sum::<i64>() % 6 + 2;
    let file = name.rsplit('/').next().unwrap_or(name);
    Response::file("audio/x-wav", file, wav::tone(seconds))
}

pub(super) fn missing(target: &str) -> Problem {
    Problem::refused(target, "WARNINGS.XAPI.FILE_NOT_FOUND")
}

/// A prompt, fetched by its `FileLink`.
pub(super) fn prompt_file(store: &Store, path: &str) -> Option<Response> {
    let name = decode(path.strip_prefix(PROMPTS)?, false)?;
    store.set("CustomPrompts")?.get(&Key::Text(name.as_str().into()))?;
    Some(sound(&name))
}

fn greetings(user: &Entity) -> impl Iterator<Item = &Entity> {
    user.get("Greetings").as_list().iter().filter_map(Value::as_object)
}

fn download_greeting(call: &Call<'_>, store: &Store) -> Answer {
    let id = call.parameters.get("userId").and_then(Key::of).ok_or(Problem::NoSuchEntity)?;
    let user = store.set("Users").and_then(|users| users.get(&id)).ok_or(missing("userId"))?;
    let wanted = call.parameters.get("fileName").and_then(Value::as_text).unwrap_or_default();
    let known = greetings(user).any(|greeting| !wanted.is_empty() && greeting.text("Filename") == wanted);
    if known { Ok(sound(wanted)) } else { Err(missing("fileName")) }
}

/// The PBX rings a phone; what is spoken becomes the file.
fn record_greeting(call: &Call<'_>, store: &mut Store) -> Answer {
    let (dn, file) = (call.text_field("dn")?, call.text_field("filename")?);
    ring(store, dn, "dn")?;
    let set = store.set_mut("Users").ok_or(Problem::NoSuchPath)?;
    let user = entities::find(call, set)?.clone();
    if greetings(&user).all(|greeting| greeting.text("Filename") != file) {
        let blank = call.shapes.entity("Greeting").ok_or(Problem::NoSuchPath)?;
        let greeting = blank.with("Filename", Value::text(file)).with("DisplayName", Value::text(file));
        let mut all = user.get("Greetings").as_list().to_vec();
        all.push(Value::Object(Box::new(greeting)));
        set.put(user.with("Greetings", Value::List(all)));
    }
    Ok(Response::empty(204))
}

/// Rings a phone of this PBX; refuses unknown numbers.
fn ring(store: &Store, number: &str, target: &str) -> Result<(), Problem> {
    match peer_by_number(store, number) {
        Some((_, PeerKind::Extension)) => Ok(()),
        _ => Err(Problem::refused(target, "WARNINGS.XAPI.NON_EXISTENT_EXT_NUMBER")),
    }
}

fn users<'s>(call: &Call<'_>, store: &'s Store) -> Result<Vec<&'s Entity>, Problem> {
    let set = store.set("Users").ok_or(Problem::NoSuchPath)?;
    let unknown = || Problem::refused("ids", "WARNINGS.XAPI.NOT_FOUND");
    call.ids_field("ids")?.into_iter().map(|id| set.get(&Key::Int(id)).ok_or_else(unknown)).collect()
}

fn delete_greetings(call: &Call<'_>, store: &mut Store) -> Answer {
    let file = call.text_field("filename")?;
    let changed: Vec<Entity> = users(call, store)?
        .into_iter()
        .map(|user| {
            let rest = user.get("Greetings").as_list().iter();
            let rest = rest.filter(|one| one.as_object().is_none_or(|one| one.text("Filename") != file)).cloned();
            user.clone().with("Greetings", Value::List(rest.collect()))
        })
        .collect();
    let set = store.set_mut("Users").ok_or(Problem::NoSuchPath)?;
    changed.into_iter().for_each(|user| set.put(user));
    Ok(Response::empty(204))
}

/// The greetings that all of these users have.
fn common_greetings(call: &Call<'_>, store: &Store) -> Answer {
    let users = users(call, store)?;
    let shape = call.shapes.get("GreetingFile").ok_or(Problem::NoSuchPath)?;
    let has = |user: &Entity, file: &str| greetings(user).any(|greeting| greeting.text("Filename") == file);
    let first = users.first().into_iter().flat_map(|user| greetings(user));
    let common = first.filter(|greeting| {
        let file = greeting.text("Filename");
        !file.is_empty() && users.iter().all(|user| has(user, file))
    });
    let rows: Vec<Entity> = common
        .map(|greeting| {
            let row = Entity::new(shape).with("Filename", greeting.get("Filename").clone());
            row.with("DisplayName", greeting.get("DisplayName").clone())
        })
        .collect();
    Ok(call.rows("Collection(Pbx.GreetingFile)", &rows, None, Selection::all()))
}

/// The playlist that an operation means, and the name of its file.
fn playlist_file<'s>(call: &Call<'_>, store: &'s Store) -> Result<(&'s Entity, String), Problem> {
    let given = |name: &str| {
        let argument = call.parameters.get(name).and_then(Value::as_text);
        argument.or_else(|| call.field(name).and_then(Json::as_str)).unwrap_or_default().to_owned()
    };
    let (key, file) = (given("playlistKey"), given("fileName"));
    let list = store.set("Playlists").and_then(|set| set.get(&Key::Text(key.into())));
    let list = list.ok_or(Problem::refused("playlistKey", "WARNINGS.XAPI.NOT_FOUND"))?;
    let has = list.get("Files").as_list().iter().any(|known| known.as_text() == Some(&file));
    if has { Ok((list, file)) } else { Err(missing("fileName")) }
}

fn delete_playlist_file(call: &Call<'_>, store: &mut Store) -> Answer {
    let (list, file) = playlist_file(call, store)?;
    let rest = list.get("Files").as_list().iter().filter(|known| known.as_text() != Some(&file)).cloned();
    let list = list.clone().with("Files", Value::List(rest.collect()));
    if let Some(set) = store.set_mut("Playlists") {
        set.put(list);
    }
    Ok(Response::empty(call.form.answer_in(call.release).status))
}

fn record_prompt(call: &Call<'_>, store: &mut Store) -> Answer {
    let (dn, file) = (call.text_field("dn")?, call.text_field("filename")?);
    if file.is_empty() || file.contains(['/', '\\']) {
        return Err(Problem::refused("filename", "WARNINGS.XAPI.INVALID_FILE_NAME"));
    }
    ring(store, dn, "dn")?;
    let set = store.set_mut("CustomPrompts").ok_or(Problem::NoSuchPath)?;
    let prompt = Entity::new(set.shape)
        .with("Filename", Value::text(file))
        .with("DisplayName", Value::text(file))
        .with("FileLink", Value::text(format!("{PROMPTS}{file}")))
        .with("CanBeDeleted", Value::Bool(true))
        .with("PromptType", Value::text("File"));
    set.put(prompt);
    Ok(Response::empty(204))
}

/// A custom prompt set, made from another.
fn copy_set(call: &Call<'_>, store: &mut Store) -> Answer {
    let set = store.set_mut("PromptSets").ok_or(Problem::NoSuchPath)?;
    let mut copy = entities::find(call, set)?.clone();
    let name = format!("{} (copy)", copy.text("PromptSetName"));
    copy.set("PromptSetName", Value::text(name));
    let overrides = call.field("overrides").cloned().unwrap_or_default();
    if overrides.is_object() {
        entity_from_json(&mut copy, &overrides, call.shapes)?;
    }
    let copy = copy.with("Id", set.free_key().into()).with("PromptSetType", Value::text("Custom"));
    let response = call.entity(200, "Pbx.PromptSet", &copy, Selection::all());
    set.put(copy);
    Ok(response)
}

fn set_active(call: &Call<'_>, store: &mut Store) -> Answer {
    let id = entities::named(call, store)?.int("Id");
    store.ledger.prompt_set = id;
    Ok(Response::empty(204))
}

/// The prompt set that is spoken: the one that was made so, or the first.
fn active(call: &Call<'_>, store: &Store) -> Answer {
    let set = entities::root(call, store)?;
    let chosen = store.ledger.prompt_set.and_then(|id| set.get(&Key::Int(id)));
    let options = call.options(Some(set.shape))?;
    match chosen.or_else(|| set.rows().next()) {
        Some(active) => Ok(call.entity(200, "PromptSets/$entity", active, &options.selection)),
        None => Ok(Response::empty(204)),
    }
}

fn pronounce(call: &Call<'_>, store: &mut Store) -> Answer {
    let alternate = call.field("alternatePronunciation").and_then(Json::as_bool).unwrap_or(false);
    let set = store.set_mut("PromptSets").ok_or(Problem::NoSuchPath)?;
    let changed = entities::find(call, set)?.clone().with("UseAlternateNumberPronunciation", Value::Bool(alternate));
    set.put(changed);
    Ok(Response::empty(204))
}

/// Rings a phone to play or record a prompt of a set.
fn play(call: &Call<'_>, store: &Store) -> Answer {
    let (extension, prompt) = (call.text_field("extension")?, call.text_field("promptId")?);
    let set = entities::named(call, store)?;
    let known =
        set.get("Prompts").as_list().iter().filter_map(Value::as_object).any(|known| known.text("Id") == prompt);
    if !known {
        return Err(Problem::refused("promptId", "WARNINGS.XAPI.NOT_FOUND"));
    }
    ring(store, extension, "extension")?;
    Ok(Response::empty(204))
}
