//! A file for what was written: SQLite, so that nothing that was acknowledged is lost, even if
//! the process is killed. The company is written once when the file is new; after that, only
//! what changes.

use std::collections::{BTreeMap, HashMap};
use std::path::Path;
use std::sync::{Mutex, MutexGuard, PoisonError, RwLock};

use rusqlite::{Connection, OptionalExtension, Transaction, params};
use serde::Serialize;
use serde::de::DeserializeOwned;
use serde_json::Value as Json;
use threecx_catalog::Span;

use crate::calls::{Calls, Directory, Traffic};
use crate::initial_state::InitialState;
use crate::state::{Entity, Key, Set, Shapes, Store, known_entity, snapshot};

const LAYOUT: &str = "
    CREATE TABLE IF NOT EXISTS entity (place TEXT, key TEXT, json TEXT NOT NULL, PRIMARY KEY (place, key)) WITHOUT ROWID;
    CREATE TABLE IF NOT EXISTS fact (name TEXT PRIMARY KEY, json TEXT NOT NULL) WITHOUT ROWID;
";
/// Of what the two tables hold.
const VERSION: u32 = 1;
/// Facts by the names that they have had in files from the start: what the company was made from,
/// and what clients did to calls.
const INITIAL_STATE: &str = "founding";
const OVERRIDES: &str = "meddling";
/// The largest id that each set ever had.
const LARGEST_IDS: &str = "largest ids";

/// Why a file cannot be used.
#[derive(Debug, thiserror::Error)]
pub(crate) enum FileError {
    #[error("{0}")]
    Sqlite(#[from] rusqlite::Error),
    #[error("it was written by another version of this program")]
    Version,
    #[error("it holds a PBX of release {0}; start with that release, or name another file")]
    Release(String),
    #[error("what it holds cannot be read: {0}")]
    Content(#[from] serde_json::Error),
}

/// An open file.
#[derive(Debug)]
pub(crate) struct File {
    inner: Mutex<Inner>,
}

#[derive(Debug)]
struct Inner {
    connection: Connection,
    /// Facts as they were last written.
    written: HashMap<String, String>,
}

impl File {
    /// Opens a file. Its content takes the place of the new company; if it is empty, the
    /// company is written into it.
    pub fn open(
        path: &Path,
        store: &mut Store,
        initial: &mut InitialState,
        release: Span,
        shapes: &'static Shapes,
    ) -> Result<File, FileError> {
        let connection = Connection::open(path)?;
        connection.pragma_update(None, "locking_mode", "EXCLUSIVE")?;
        connection.pragma_update(None, "journal_mode", "WAL")?;
        connection.pragma_update(None, "synchronous", "NORMAL")?;
        connection.execute_batch(LAYOUT)?;
        let mut inner = Inner { connection, written: HashMap::new() };
        match inner.fact::<(u32, String)>("version")? {
            None => inner.found(store, *initial, release)?,
            Some((VERSION, known)) if known == release.last.to_string() => inner.restore(store, initial, shapes)?,
            Some((VERSION, known)) => return Err(FileError::Release(known)),
            Some(_) => return Err(FileError::Version),
        }
        store.sets.values_mut().for_each(Set::watch);
        Ok(File { inner: Mutex::new(inner) })
    }

    /// Writes what has changed; when this returns, a kill does not undo it. What cannot be written is taken back,
    /// so that nobody sees what would be gone after a restart.
    pub fn keep(
        &self,
        store: &RwLock<Store>,
        mut initial: InitialState,
        shapes: &'static Shapes,
    ) -> Result<(), FileError> {
        // Held to the end, so that what is taken back is what was not written.
        let mut inner = self.lock();
        let mut store = store.write().unwrap_or_else(PoisonError::into_inner);
        let mut changes: Vec<(&'static str, String, Option<String>)> = Vec::new();
        for (name, set) in &mut store.sets {
            for key in set.take_changes() {
                let json = set.get(&key).map(|entity| snapshot(entity).to_string());
                changes.push((*name, key_text(&key), json));
            }
        }
        let written = facts(&store).and_then(|facts| inner.write(&changes, facts));
        if written.is_err() {
            inner.restore(&mut store, &mut initial, shapes)?;
            store.sets.values_mut().for_each(|set| drop(set.take_changes()));
        }
        written
    }

    fn lock(&self) -> MutexGuard<'_, Inner> {
        self.inner.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

impl Inner {
    fn fact<T: DeserializeOwned>(&self, name: &str) -> Result<Option<T>, FileError> {
        let query = "SELECT json FROM fact WHERE name = ?";
        let json = self.connection.query_row(query, [name], |row| row.get::<_, String>(0)).optional()?;
        Ok(json.map(|json| serde_json::from_str(&json)).transpose()?)
    }

    /// Writes the whole company.
    fn found(&mut self, store: &Store, initial: InitialState, release: Span) -> Result<(), FileError> {
        let transaction = self.connection.transaction()?;
        for (name, set) in &store.sets {
            for (key, entity) in set.keys().zip(set.rows()) {
                write_entity(&transaction, name, &key_text(key), &snapshot(entity).to_string())?;
            }
        }
        write_fact(&transaction, INITIAL_STATE, &(initial.users, initial.seed, initial.traffic))?;
        write_fact(&transaction, "directory", store.calls.directory())?;
        write_fact(&transaction, "version", &(VERSION, release.last.to_string()))?;
        transaction.commit()?;
        self.write(&[], facts(store)?)
    }

    /// Fills the store with what the file holds.
    fn restore(
        &mut self,
        store: &mut Store,
        initial: &mut InitialState,
        shapes: &'static Shapes,
    ) -> Result<(), FileError> {
        store.sets.values_mut().for_each(Set::clear);
        store.settings.clear();
        let mut statement = self.connection.prepare("SELECT place, json FROM entity")?;
        let mut rows = statement.query([])?;
        while let Some(row) = rows.next()? {
            let place = row.get::<_, String>(0)?;
            let json: Json = serde_json::from_str(&row.get::<_, String>(1)?)?;
            if let Some(set) = store.set_mut(&place) {
                set.put(known_entity(Entity::new(set.shape), &json, shapes));
            }
        }
        drop(rows);
        drop(statement);
        for (name, id) in self.fact::<BTreeMap<String, i64>>(LARGEST_IDS)?.unwrap_or_default() {
            if let Some(set) = store.set_mut(&name) {
                set.set_largest_id(id);
            }
        }
        for (name, entity) in &mut store.singletons {
            if let Some(json) = self.fact::<Json>(&format!("singleton {name}"))? {
                *entity = known_entity(Entity::new(entity.shape), &json, shapes);
            }
        }
        for (resource, ty, json) in self.fact::<Vec<(String, String, Json)>>("settings")?.unwrap_or_default() {
            if let (Some(resource), Some(shape)) = (threecx_catalog::resource(&resource), shapes.get(&ty)) {
                let entity = known_entity(Entity::new(shape), &json, shapes);
                store.settings.insert((resource.name, shape.structure.name), entity);
            }
        }
        if let Some((users, seed, traffic)) = self.fact::<(u32, u64, Traffic)>(INITIAL_STATE)? {
            *initial = InitialState { users, seed, traffic };
        }
        let directory: Directory = self.fact("directory")?.unwrap_or_default();
        store.calls = Calls::new(directory, initial.seed, initial.traffic);
        store.calls.set_overrides(self.fact(OVERRIDES)?.unwrap_or_default());
        store.phones = self.fact("phones")?.unwrap_or_default();
        store.ledger = self.fact("ledger")?.unwrap_or_default();
        Ok(())
    }

    /// Writes changes, and those facts that are not as they were.
    fn write(
        &mut self,
        changes: &[(&'static str, String, Option<String>)],
        facts: Vec<(String, String)>,
    ) -> Result<(), FileError> {
        let facts: Vec<_> = facts.into_iter().filter(|(name, json)| self.written.get(name) != Some(json)).collect();
        let transaction = self.connection.transaction()?;
        for (place, key, json) in changes {
            match json {
                Some(json) => write_entity(&transaction, place, key, json)?,
                None => {
                    transaction.execute("DELETE FROM entity WHERE place = ? AND key = ?", params![place, key])?;
                }
            }
        }
        for (name, json) in &facts {
            transaction.execute("REPLACE INTO fact VALUES (?, ?)", params![name, json])?;
        }
        transaction.commit()?;
        self.written.extend(facts);
        Ok(())
    }
}

/// All that is in no set: singletons, settings, what was done to phones and calls.
fn facts(store: &Store) -> Result<Vec<(String, String)>, FileError> {
    let singletons = store.singletons.iter();
    let mut facts: Vec<(String, String)> =
        singletons.map(|(name, entity)| (format!("singleton {name}"), snapshot(entity).to_string())).collect();
    let mut settings: Vec<(&str, &str, Json)> =
        store.settings.iter().map(|((resource, ty), entity)| (*resource, *ty, snapshot(entity))).collect();
    settings.sort_by_key(|(resource, ty, _)| (*resource, *ty));
    facts.push(("settings".into(), serde_json::to_string(&settings)?));
    let ids: BTreeMap<&str, i64> = store.sets.iter().map(|(name, set)| (*name, set.largest_id())).collect();
    facts.push((LARGEST_IDS.into(), serde_json::to_string(&ids)?));
    facts.push(("phones".into(), serde_json::to_string(&store.phones)?));
    facts.push(("ledger".into(), serde_json::to_string(&store.ledger)?));
    facts.push((OVERRIDES.into(), serde_json::to_string(store.calls.overrides())?));
    Ok(facts)
}

fn write_entity(transaction: &Transaction<'_>, place: &str, key: &str, json: &str) -> Result<(), FileError> {
    transaction.prepare_cached("REPLACE INTO entity VALUES (?, ?, ?)")?.execute(params![place, key, json])?;
    Ok(())
}

fn write_fact(transaction: &Transaction<'_>, name: &str, fact: &impl Serialize) -> Result<(), FileError> {
    let json = serde_json::to_string(fact)?;
    transaction.execute("REPLACE INTO fact VALUES (?, ?)", params![name, json])?;
    Ok(())
}

/// Numbers and texts have different forms.
fn key_text(key: &Key) -> String {
    match key {
        Key::Int(number) => number.to_string(),
        Key::Text(text) => format!("'{text}"),
    }
}
