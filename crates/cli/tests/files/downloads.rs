//! Files that a PBX gives.

use super::*;

/// A server with one recording, of which this many bytes come before it stalls; it counts them.
fn recording(comes: usize) -> (Server, Arc<AtomicUsize>) {
    let sent = Arc::new(AtomicUsize::new(0));
    let counter = Arc::clone(&sent);
    let server = Server::start(move |_, stream| {
        let head = format!(
            "HTTP/1.1 200 OK\r\ncontent-type: audio/x-wav\r\ncontent-length: {RECORDING}\r\nconnection: close\r\n\
             content-disposition: attachment; filename=rec.wav\r\n\r\n"
        );
        let _ = stream.write_all(head.as_bytes());
        for piece in sound()[..comes.min(RECORDING)].chunks(10_000) {
            if stream.write_all(piece).is_err() {
                return;
            }
            counter.fetch_add(piece.len(), Ordering::SeqCst);
        }
        counter.fetch_add(1, Ordering::SeqCst);
        if comes < RECORDING {
            hang();
        }
    });
    (server, sent)
}

const RECORDING: usize = 600_000;

fn sound() -> Vec<u8> {
    (0..RECORDING).map(|index| (index * 31 + index / 251) as u8).collect()
}

const DOWNLOAD: [&str; 7] = ["recordings", "download-recording", "--rec-id", "7", "--api", "20.0.10", "--output-file"];

fn download(server: &Server, path: &Path) -> Process {
    let mut command = process();
    command.envs(server.environment()).args(DOWNLOAD).arg(path);
    command.stdin(Stdio::null()).stdout(Stdio::null()).stderr(Stdio::piped());
    command
}

#[test]
fn a_download_that_is_killed_leaves_the_old_file_or_the_whole_new_one() {
    let mut random = Random(34);
    let mut kept = 0;
    for _ in 0..20 {
        let comes = usize::try_from(random.below(RECORDING as u64 * 5 / 4)).expect("small");
        let (server, sent) = recording(comes);
        let folder = tempfile::tempdir().expect("a folder");
        let path = folder.path().join("rec.wav");
        fs::write(&path, OLD).expect("written");
        let mut child = download(&server, &path).spawn().expect("it starts");
        while sent.load(Ordering::SeqCst) <= comes.min(RECORDING) {
            std::thread::yield_now();
        }
        child.kill().expect("killed");
        child.wait().expect("gone");
        let found = fs::read(&path).expect("a file");
        if found == OLD.as_bytes() {
            kept += 1;
        } else {
            assert!(found == sound() && comes >= RECORDING, "neither the old nor the new one, after {comes}");
            assert_eq!(mode(&path), 0o600);
        }
        let others = names(folder.path()).into_iter().filter(|name| name != "rec.wav");
        assert!(others.clone().all(|name| name.starts_with("rec.wav.") && name.ends_with(".part")), "{others:?}");
    }
    assert!(kept > 0);
}

#[test]
fn a_download_that_somebody_ends_leaves_nothing_behind() {
    for (name, code) in signals() {
        for old in [true, false] {
            let (server, sent) = recording(200_000);
            let folder = tempfile::tempdir().expect("a folder");
            let path = folder.path().join("rec.wav");
            if old {
                fs::write(&path, OLD).expect("written");
            }
            let child = download(&server, &path).spawn().expect("it starts");
            while sent.load(Ordering::SeqCst) <= 200_000 || names(folder.path()).len() <= usize::from(old) {
                std::thread::yield_now();
            }
            signal(&child, name);
            let Output { status, stderr, .. } = child.wait_with_output().expect("it ends");
            assert_eq!(status.code(), Some(code), "{name}: {}", String::from_utf8_lossy(&stderr));
            assert_eq!(names(folder.path()).len(), usize::from(old), "{name}");
            assert!(!old || fs::read_to_string(&path).expect("a file") == OLD);
        }
    }
}

#[test]
#[cfg(target_os = "linux")]
fn a_full_disk_leaves_the_old_download() {
    let (server, _) = recording(RECORDING);
    let folder = tempfile::tempdir().expect("a folder");
    let path = folder.path().join("rec.wav");
    fs::write(&path, OLD).expect("written");
    for kilobytes in [0, 1, 100, 500] {
        let output = on_a_full_disk(server.environment(), kilobytes, &DOWNLOAD, &path);
        assert_eq!(output.status.code(), Some(60), "{}", String::from_utf8_lossy(&output.stderr));
        assert_eq!(fs::read_to_string(&path).expect("a file"), OLD);
        assert_eq!(names(folder.path()), ["rec.wav"]);
    }
    assert!(download(&server, &path).status().expect("it runs").success());
    assert!(fs::read(&path).expect("a file") == sound());
    assert_eq!(mode(&path), 0o600);
}

/// Whatever a server calls its files, each row has one, in the folder that was named.
#[test]
fn names_that_a_server_chooses_end_no_run() {
    let long = |text: &str, times: usize| format!("{}.wav", text.repeat(times));
    let given: Vec<String> = [
        "plain.wav",
        "../../../escape.wav",
        "/etc/passwd",
        r"..\..\windows.wav",
        "..",
        ".",
        "",
        "CON",
        "com1.txt",
        "NUL.wav",
        "-rf.wav",
        ".hidden.wav",
        "dots.wav...",
        "blanks.wav   ",
        "invoice\u{202e}vaw.exe",
        "\u{2066}isolated\u{2069}.wav",
        "zero\u{200b}width\u{feff}.wav",
        "a:b*c?d<e>f|g.wav",
        "new\nline\ttab\u{1b}[31m.wav",
        "nul\0byte.wav",
        "same.wav",
        "same.wav",
        "SAME.wav",
        "caf\u{e9}.wav",
        "cafe\u{301}.wav",
        "ไทย👩\u{200d}🚒.wav",
    ]
    .into_iter()
    .map(str::to_owned)
    .chain([long("x", 300), long("x", 300), long("กสิ", 120), long("😀", 90), "y".repeat(400), long("x.", 200)])
    .collect();
    let rows: String = (0..given.len()).map(|row| format!("{row}\n")).collect();
    let number = given.len();
    let server = Server::start(move |asked, stream| {
        let row = asked.path.split("recId=").nth(1).and_then(|rest| rest.split(')').next()?.parse::<usize>().ok());
        let name = row.and_then(|row| given.get(row)).map(String::as_str).unwrap_or_default();
        let encoded: String = name.bytes().map(|byte| format!("%{byte:02X}")).collect();
        let head = format!("content-disposition: attachment; filename*=UTF-8''{encoded}");
        reply(stream, "200 OK", &["content-type: audio/x-wav", &head], format!("file {row:?}").as_bytes());
    });
    let outside = tempfile::tempdir().expect("a folder");
    let folder = outside.path().join("in");
    fs::create_dir(&folder).expect("a folder");
    fs::write(folder.join("ids.csv"), format!("RecId\n{rows}")).expect("written");
    let mut command = threecx();
    command.current_dir(&folder).envs(server.environment());
    command.args(["recordings", "download-recording", "--from", "ids.csv", "--api", "20.0.10"]);
    let said: Value =
        serde_json::from_str(&prints(command.args(["--output-file", "out/", "-o", "json"]))).expect("JSON");
    assert_eq!((&said["done"], &said["failed"]), (&number.into(), &0.into()), "{said}");
    assert_eq!(names(outside.path()), ["in"]);
    assert_eq!(names(&folder), ["ids.csv", "ids.results.csv", "out"]);
    let made = names(&folder.join("out"));
    assert_eq!(made.len(), number, "{made:?}");
    let files = said["files"].as_array().expect("files");
    let mut rows: BTreeMap<String, String> = BTreeMap::new();
    for (row, file) in files.iter().enumerate() {
        let path = file["file"].as_str().expect("a path");
        let text = fs::read_to_string(folder.join(path)).expect("a file");
        assert_eq!(text, format!("file Some({row})"), "{path}");
        assert_eq!(mode(&folder.join(path)), 0o600, "{path}");
        let name = path.strip_prefix("out/").expect("in the folder").to_owned();
        assert!(name.len() <= 255 && !name.starts_with(['-', '.', ' ']) && !name.ends_with(['.', ' ']), "{name:?}");
        let hidden =
            |c: char| c.is_control() || matches!(c, '\u{200b}' | '\u{202e}' | '\u{2066}' | '\u{2069}' | '\u{feff}');
        assert!(!name.contains(hidden) && !name.contains(['/', '\\', ':', '*', '?', '<', '>', '|']), "{name:?}");
        rows.insert(name, text);
    }
    assert_eq!(rows.into_keys().collect::<Vec<_>>(), made);
    for name in ["_CON", "_com1.txt", "_NUL.wav", "_-rf.wav", "hidden.wav", "invoicevaw.exe", "passwd", "SAME.wav"] {
        assert!(made.iter().any(|made| made == name), "{name}: {made:?}");
    }
}
