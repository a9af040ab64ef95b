//! Runs that are cut off at any moment: what has left is never called unsent, and nothing that came of it is lost.

use std::collections::{BTreeMap, BTreeSet};
use std::fs;
use std::path::Path;

use rusqlite::Connection;
use tempfile::TempDir;
use threecx_change::journal::{Head, Kind, Log, NewStep, RunDetail};
use threecx_change::{Journal, JournalError, State};
use threecx_core::Arguments;

const STEPS: usize = 700;

/// Numbers that look random and are the same each time.
struct Random(u64);

impl Random {
    fn below(&mut self, limit: usize) -> usize {
        self.0 = self.0.wrapping_mul(6_364_136_223_846_793_005).wrapping_add(1_442_695_040_888_963_407);
        usize::try_from(self.0 >> 33).expect("small") % limit
    }
}

fn head() -> Head {
    Head {
        kind: Kind::Call,
        pbx: "https://pbx.example.com".into(),
        identity: "client 900".into(),
        operation: "Contacts.CreateContact".into(),
        source: None,
        constants: None,
        release: None,
        of_run: None,
    }
}

fn begin(journal: &Journal, steps: usize) -> Log {
    let arguments = Arguments::default();
    let new = |step: usize| NewStep {
        operation: "Contacts.CreateContact",
        label: format!("contact {step}"),
        arguments: &arguments,
        before: None,
        state: State::Unsent,
    };
    let order: Vec<usize> = (0..steps).collect();
    journal.begin(&head(), &order.iter().map(|step| new(*step)).collect::<Vec<_>>(), &order).expect("it begins")
}

fn done(step: usize) -> State {
    State::Done { status: 201, id: Some(step.to_string()), file: None }
}

fn after(step: usize) -> String {
    format!(r#"{{"Id":{step}}}"#)
}

/// The folder as a process leaves it that is killed now.
fn killed(folder: &Path) -> TempDir {
    fn copy(from: &Path, to: &Path) {
        for entry in fs::read_dir(from).expect("a folder") {
            let entry = entry.expect("an entry");
            let name = entry.file_name();
            if entry.file_type().expect("a kind").is_dir() {
                fs::create_dir(to.join(&name)).expect("made");
                copy(&entry.path(), &to.join(&name));
            } else if !name.to_string_lossy().ends_with("-shm") {
                fs::copy(entry.path(), to.join(&name)).expect("copied");
            }
        }
    }
    let left = tempfile::tempdir().expect("a folder");
    copy(folder, left.path());
    left
}

fn trail(folder: &Path) -> std::path::PathBuf {
    folder.join("trails/run-1")
}

/// What is said before anybody takes the run up and after that, which is the same.
fn read(folder: &Path) -> RunDetail {
    let journal = Journal::open(folder).expect("it opens");
    let shown = journal.run(1).expect("it is read");
    let counted = journal.runs(None, 10).expect("they are read").remove(0).counts;
    assert_eq!(counted, shown.summary.counts);
    let count = |wanted: fn(&State) -> bool| shown.steps.iter().filter(|step| wanted(&step.state)).count() as u64;
    assert_eq!((counted.done, counted.unknown), (count(State::is_done), count(State::is_unknown)));
    let lock = journal.lock(1).expect("nobody has it");
    assert!(!trail(folder).exists());
    let taken = journal.run(1).expect("it is read");
    for (before, after) in shown.steps.iter().zip(&taken.steps) {
        assert_eq!((&before.state, &before.after, before.at), (&after.state, &after.after, after.at));
    }
    drop(lock);
    taken
}

fn restarted(folder: &Path) {
    let db = Connection::open(folder.join("journal.db")).expect("it opens");
    db.execute("UPDATE runs SET boot = 'another'", []).expect("written");
}

#[tokio::test]
async fn what_has_left_is_never_called_unsent() {
    let folder = tempfile::tempdir().expect("a folder");
    let journal = Journal::open(folder.path()).expect("it opens");
    let log = begin(&journal, STEPS);
    let mut random = Random(0x5EED);
    let (mut left, mut noted, mut next) = (BTreeSet::new(), BTreeSet::new(), 0);
    let mut moments = 0;
    while noted.len() < STEPS {
        let under_way: Vec<usize> = left.difference(&noted).copied().collect();
        if next < STEPS && under_way.len() < 8 && random.below(2) == 0 {
            log.sending(next).await.expect("recorded");
            left.insert(next);
            next += 1;
        } else if !under_way.is_empty() {
            let step = under_way[random.below(under_way.len())];
            log.note(step, &done(step), Some(&after(step)));
            noted.insert(step);
        }
        if random.below(40) > 0 {
            continue;
        }
        moments += 1;
        let as_it_was = killed(folder.path());
        for (step, record) in read(as_it_was.path()).steps.iter().enumerate() {
            let expected = match (left.contains(&step), noted.contains(&step)) {
                (true, true) => done(step),
                (true, false) => State::Sent,
                _ => State::Unsent,
            };
            let came = noted.contains(&step).then(|| serde_json::from_str(&after(step)).expect("JSON"));
            assert_eq!((&record.state, &record.after), (&expected, &came), "step {step}");
        }
        // The machine has restarted since, the file is gone, or only a part of it is there.
        let length = usize::try_from(fs::metadata(trail(folder.path())).expect("there").len()).expect("small");
        for cut in [None, Some(0), Some(random.below(length)), Some(random.below(length))] {
            let copy = killed(folder.path());
            match cut {
                None => restarted(copy.path()),
                Some(0) => fs::remove_file(trail(copy.path())).expect("removed"),
                Some(length) => {
                    let file = fs::OpenOptions::new().write(true).open(trail(copy.path())).expect("it opens");
                    file.set_len(length as u64).expect("cut off");
                }
            }
            for (step, record) in read(copy.path()).steps.iter().enumerate() {
                match &record.state {
                    State::Unsent => assert!(!left.contains(&step), "{cut:?}: step {step} has left"),
                    State::Sent => assert!(step < next + 2 * 256, "{cut:?}: step {step} was not intended"),
                    state => assert!(noted.contains(&step) && *state == done(step), "{cut:?}: {state:?}"),
                }
            }
        }
    }
    assert!(moments > 10, "{moments}");
    log.end(true).await.expect("recorded");
    let ended = killed(folder.path());
    assert!(!trail(ended.path()).exists());
    let ended = read(ended.path());
    assert!(ended.summary.ended.is_some() && ended.steps.iter().all(|step| step.state.is_done()));
}

#[tokio::test]
async fn a_run_that_was_cut_off_goes_on_where_it_was() {
    let folder = tempfile::tempdir().expect("a folder");
    let journal = Journal::open(folder.path()).expect("it opens");
    let log = begin(&journal, 4);
    for step in 0..3 {
        log.sending(step).await.expect("recorded");
    }
    log.note(0, &done(0), Some(&after(0)));
    let failed = State::Failed { status: Some(400), code: "refused".into(), message: "no".into() };
    log.note(1, &failed, None);
    assert!(matches!(journal.lock(1), Err(JournalError::Busy { .. })));
    // Not ended, as when a program is told twice to stop.
    drop(log);
    let lock = journal.lock(1).expect("nobody has it");
    let run = journal.run(1).expect("it is read");
    let states: Vec<State> = run.steps.iter().map(|step| step.state.clone()).collect();
    assert_eq!(states, [done(0), failed, State::Sent, State::Unsent]);
    let new: Vec<NewStep<'_>> = run
        .steps
        .iter()
        .map(|step| NewStep {
            operation: &step.operation,
            label: step.label.clone(),
            arguments: &step.arguments,
            before: None,
            state: step.state.clone(),
        })
        .collect();
    // The last one first: positions are those of the order.
    let log = journal.go_on(lock, &run, &new, &[3, 1]).expect("it goes on");
    log.sending(0).await.expect("recorded");
    let copy = killed(folder.path());
    let states: Vec<State> = read(copy.path()).steps.iter().map(|step| step.state.clone()).collect();
    assert_eq!(states, [done(0), State::Unsent, State::Sent, State::Sent]);
    log.note(0, &done(3), None);
    // It has left, and whoever sent it never said what came of it.
    log.sending(1).await.expect("recorded");
    log.end(false).await.expect("recorded");
    let run = journal.run(1).expect("it is read");
    let states: Vec<State> = run.steps.iter().map(|step| step.state.clone()).collect();
    assert_eq!(states, [done(0), State::Sent, State::Sent, done(3)]);
    assert_eq!(run.steps[0].after, Some(serde_json::json!({ "Id": 0 })));
}

#[test]
fn what_cannot_be_recorded_does_not_begin() {
    let folder = tempfile::tempdir().expect("a folder");
    let journal = Journal::open(folder.path()).expect("it opens");
    fs::write(folder.path().join("trails"), "in the way").expect("written");
    let begun = journal.begin(&head(), &[], &[]);
    assert!(matches!(begun, Err(JournalError::Folder { .. })), "{begun:?}");
    assert!(journal.runs(None, 10).expect("they are read").is_empty());
}

/// What a PBX answers may be anything; it must not keep a run from being read.
#[tokio::test]
async fn an_answer_that_cannot_be_read_hides_nothing() {
    let folder = tempfile::tempdir().expect("a folder");
    let journal = Journal::open(folder.path()).expect("it opens");
    let log = begin(&journal, 3);
    let deep = format!("{}{}", "[".repeat(100_000), "]".repeat(100_000));
    for (step, text) in ["{", &deep, r#"{"Id":1}"#].into_iter().enumerate() {
        log.sending(step).await.expect("recorded");
        log.note(step, &done(step), Some(text));
    }
    let came = |run: RunDetail| run.steps.into_iter().map(|step| step.after.is_some()).collect::<Vec<_>>();
    assert_eq!(came(read(killed(folder.path()).path())), [false, false, true]);
    log.end(true).await.expect("recorded");
    assert_eq!(came(journal.run(1).expect("it is read")), [false, false, true]);
}

/// A journal that was written before there were trails.
#[test]
fn a_journal_of_version_1_is_read() {
    const VERSION_1: &str = "
        CREATE TABLE runs (id INTEGER PRIMARY KEY AUTOINCREMENT, begun INTEGER NOT NULL, ended INTEGER,
            kind TEXT NOT NULL, pbx TEXT NOT NULL, identity TEXT NOT NULL, who TEXT NOT NULL, operation TEXT NOT NULL,
            source TEXT, constants BLOB, release TEXT, of_run INTEGER, boot TEXT, ending TEXT);
        CREATE INDEX runs_of_files ON runs (source, pbx, operation) WHERE source IS NOT NULL;
        CREATE TABLE steps (run INTEGER NOT NULL REFERENCES runs (id) ON DELETE CASCADE, seq INTEGER NOT NULL,
            operation TEXT NOT NULL, identity BLOB, twin INTEGER NOT NULL DEFAULT 0, line INTEGER, label TEXT NOT NULL,
            state TEXT NOT NULL, detail TEXT, at INTEGER, arguments BLOB, before BLOB, after BLOB,
            PRIMARY KEY (run, seq)) WITHOUT ROWID;
        CREATE TABLE seals (id TEXT PRIMARY KEY, used INTEGER NOT NULL, expires INTEGER NOT NULL) WITHOUT ROWID;
        PRAGMA user_version = 1;
        INSERT INTO runs (begun, kind, pbx, identity, who, operation, boot)
            VALUES (1, 'call', 'https://pbx.example.com', 'client 900', 'ada', 'Contacts.CreateContact', 'another');";
    let folder = tempfile::tempdir().expect("a folder");
    drop(Journal::open(folder.path()).expect("it opens"));
    for name in ["journal.db", "journal.db-wal", "journal.db-shm"] {
        let _ = fs::remove_file(folder.path().join(name));
    }
    let db = Connection::open(folder.path().join("journal.db")).expect("made");
    db.execute_batch(VERSION_1).expect("made");
    let states = ["done", "sent", "intended", "unsent", "skipped"];
    for (seq, state) in (0_i64..).zip(states) {
        let detail = (state == "done").then(|| serde_json::to_string(&done(0)).expect("JSON"));
        let step = "INSERT INTO steps (run, seq, operation, label, state, detail) VALUES (1, ?1, ?2, '', ?3, ?4)";
        db.execute(step, rusqlite::params![seq, "Contacts.CreateContact", state, detail]).expect("written");
    }
    let known = |intended: State| [done(0), State::Sent, intended, State::Unsent, State::Skipped];
    let states = |run: RunDetail| run.steps.into_iter().map(|step| step.state).collect::<Vec<_>>();
    let journal = Journal::open(folder.path()).expect("it opens");
    assert_eq!(states(journal.run(1).expect("it is read")), known(State::Sent));
    if let Ok(boot) = fs::read_to_string("/proc/sys/kernel/random/boot_id") {
        db.execute("UPDATE runs SET boot = ?1", [boot.trim()]).expect("written");
        assert_eq!(states(read_version_1(folder.path())), known(State::Unsent));
    }
    let count: BTreeMap<&str, i64> = ["runs", "steps"]
        .into_iter()
        .map(|table| {
            (table, db.query_row(&format!("SELECT count(*) FROM {table}"), [], |row| row.get(0)).expect("read"))
        })
        .collect();
    assert_eq!(count, BTreeMap::from([("runs", 1), ("steps", 5)]));
    // An earlier version must not take what is on its way for unsent.
    let version: i64 = db.query_row("PRAGMA user_version", [], |row| row.get(0)).expect("a number");
    assert_eq!(version, 2);
}

fn read_version_1(folder: &Path) -> RunDetail {
    let journal = Journal::open(folder).expect("it opens");
    let _lock = journal.lock(1).expect("nobody has it");
    journal.run(1).expect("it is read")
}
