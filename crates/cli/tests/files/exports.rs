//! Lists in files.

use super::*;

#[test]
fn a_page_that_fails_leaves_the_old_export() {
    let ways: [(&str, Otherwise); 4] = [
        ("refused", |stream| reply(stream, "400 Bad Request", &["content-type: application/json"], b"{}")),
        ("a page", |stream| reply(stream, "200 OK", &["content-type: text/html"], b"<!doctype html><title>x")),
        ("not JSON", |stream| reply(stream, "200 OK", &["content-type: application/json"], b"{\"value\":[{\"Id\":1},")),
        ("an error", |stream| {
            reply(stream, "200 OK", &["content-type: application/json"], b"{\"error\":{\"message\":\"no\"}}")
        }),
    ];
    for (what, way) in ways {
        for broken in [1, 2, PAGES] {
            let server = server(broken, way);
            for end in FORMATS {
                let folder = tempfile::tempdir().expect("a folder");
                let (old, new) = (folder.path().join(format!("old.{end}")), folder.path().join(format!("new.{end}")));
                fs::write(&old, OLD).expect("written");
                for path in [&old, &new] {
                    let output = export(&server, path).output().expect("it runs");
                    let said = String::from_utf8_lossy(&output.stderr).into_owned();
                    assert!(!output.status.success(), "{what} on page {broken} into {end}");
                    // Rows that are nowhere are not called complete, nor is the rest of them to be asked for.
                    let is_said = said.contains(&format!("{} is left as it was", path.display()));
                    assert_eq!(is_said, broken > 1, "{said}");
                    assert!(!said.contains("are complete") && !said.contains("--skip"), "{said}");
                }
                assert_eq!(names(folder.path()), [format!("old.{end}")], "{what} on page {broken}");
                assert_eq!(fs::read_to_string(&old).expect("a file"), OLD, "{what} on page {broken} into {end}");
            }
        }
    }
}

#[test]
fn an_export_that_is_killed_leaves_the_old_file_or_the_whole_new_one() {
    let mut random = Random(12);
    let (mut kept, mut replaced) = (0, 0);
    for round in 0..24 {
        let end = FORMATS[round % FORMATS.len()];
        // Beyond its last page, it is killed while it puts the file in place, or after.
        let stops_at = 1 + random.below(PAGES + 3);
        let server = server(stops_at, |_| hang());
        let folder = tempfile::tempdir().expect("a folder");
        let path = folder.path().join(format!("people.{end}"));
        fs::write(&path, OLD).expect("written");
        let mut child = export(&server, &path).spawn().expect("it starts");
        server.wait_for(usize::try_from(stops_at.min(PAGES)).expect("small"));
        for _ in 0..random.below(2000) {
            std::thread::yield_now();
        }
        child.kill().expect("killed");
        child.wait().expect("gone");
        if fs::read(&path).expect("a file") == OLD.as_bytes() {
            kept += 1;
        } else {
            assert!(is_whole(&path) && stops_at > PAGES, "neither the old nor the new one: {end}, page {stops_at}");
            replaced += 1;
        }
        // What a killed one leaves is not taken for anything, and secrets in it are for nobody else.
        for name in names(folder.path()).iter().filter(|name| *name != &format!("people.{end}")) {
            assert!(name.ends_with(".part"), "{name}");
            let path = folder.path().join(name);
            let has_secrets = fs::read(&path).expect("a file").windows(2).any(|bytes| bytes == b"p0");
            assert!(!has_secrets || mode(&path) == 0o600, "{name}");
        }
        // The next run does what this one did not.
        let whole = server_of_all();
        assert!(export(&whole, &path).status().expect("it runs").success() && is_whole(&path), "{end}");
    }
    assert!(kept > 0 && kept + replaced == 24, "{kept} {replaced}");
}

#[test]
fn an_export_that_somebody_ends_leaves_nothing_behind() {
    for (name, code) in signals() {
        for end in FORMATS {
            let server = server(3, |_| hang());
            let folder = tempfile::tempdir().expect("a folder");
            let path = folder.path().join(format!("people.{end}"));
            fs::write(&path, OLD).expect("written");
            let child = export(&server, &path).spawn().expect("it starts");
            server.wait_for(3);
            signal(&child, name);
            let Output { status, stderr, .. } = child.wait_with_output().expect("it ends");
            let said = String::from_utf8_lossy(&stderr).into_owned();
            assert!(status.code() == Some(code) && said.contains("it was interrupted"), "{name}: {status} {said}");
            assert_eq!(said.contains(&format!("by SIG{name}")), name != "INT", "{said}");
            assert_eq!(names(folder.path()), [format!("people.{end}")], "{name}");
            assert_eq!(fs::read_to_string(&path).expect("a file"), OLD, "{name}");
        }
    }
}

#[test]
#[cfg(target_os = "linux")]
fn a_full_disk_leaves_the_old_export() {
    let server = server_of_all();
    for end in FORMATS {
        for kilobytes in [0, 1, 5] {
            let folder = tempfile::tempdir().expect("a folder");
            let path = folder.path().join(format!("people.{end}"));
            fs::write(&path, OLD).expect("written");
            let output = on_a_full_disk(server.environment(), kilobytes, &EXPORT, &path);
            let said = String::from_utf8_lossy(&output.stderr).into_owned();
            assert_eq!(output.status.code(), Some(60), "{kilobytes} kB of {end}: {said}");
            assert_eq!(fs::read_to_string(&path).expect("a file"), OLD, "{end}");
            assert_eq!(names(folder.path()), [format!("people.{end}")]);
        }
    }
    let said = on_a_full_disk(server.environment(), 1, &EXPORT, Path::new("/dev/full"));
    assert_eq!(said.status.code(), Some(60), "{said:?}");
}

/// Old files with wider rights too: whoever could read the old one cannot read the secrets in the new one.
#[test]
fn what_may_hold_secrets_is_for_its_owner() {
    let server = server_of_all();
    let folder = tempfile::tempdir().expect("a folder");
    let path = folder.path().join("x");
    for (arguments, private) in [
        (&["users", "list", "-o", "json"][..], true),
        (&["users", "list", "-o", "yaml"], true),
        (&["users", "list", "-o", "csv"], false),
        (&["users", "list"], false),
        (&["users", "list", "-o", "csv", "--select", "Number,AuthPassword"], true),
        (&["users", "list", "-o", "xlsx", "--select", "AuthPassword"], true),
        (&["users", "list", "-o", "csv", "--select", "Number"], false),
        (&["users", "list", "-o", "csv", "--jq", "{p: .AuthPassword}"], true),
        (&["users", "list", "-o", "table", "--jq", ".AuthPassword"], true),
        (&["api", "GET", "Users"], true),
    ] {
        for old in [None, Some(0o644), Some(0o666), Some(0o600)] {
            if let Some(old) = old {
                fs::write(&path, OLD).expect("written");
                fs::set_permissions(&path, fs::Permissions::from_mode(old)).expect("set");
            }
            let mut command = threecx();
            command.envs(server.environment()).args(arguments).arg("--output-file").arg(&path);
            if arguments[0] == "users" {
                command.args(["--api", "20.0.10"]);
            }
            prints(&mut command);
            let mode = mode(&path);
            match (private, old) {
                (true, _) => assert_eq!(mode, 0o600, "{arguments:?} over {old:?}"),
                (false, Some(old)) => assert_eq!(mode, old, "{arguments:?}"),
                (false, None) => assert_eq!(mode & 0o600, 0o600, "{arguments:?}"),
            }
            fs::remove_file(&path).expect("removed");
        }
    }
}

#[test]
fn nothing_is_exported_to_where_it_does_not_belong() {
    let server = server_of_all();
    let folder = tempfile::tempdir().expect("a folder");
    let path = |name: &str| folder.path().join(name);
    let mode_before = fs::metadata("/dev/null").expect("a device").permissions().mode();
    // A link of one's own means what is behind it, and stays.
    fs::write(path("real.csv"), OLD).expect("written");
    symlink("real.csv", path("link.csv")).expect("a link");
    assert!(export(&server, &path("link.csv")).status().expect("it runs").success());
    assert!(path("link.csv").is_symlink() && is_whole(&path("real.csv")));
    // One that leads nowhere is not followed.
    symlink(path("nowhere.csv"), path("dangling.csv")).expect("a link");
    assert!(export(&server, &path("dangling.csv")).status().expect("it runs").success());
    assert!(!path("dangling.csv").is_symlink() && is_whole(&path("dangling.csv")) && !path("nowhere.csv").exists());
    // Devices stay what they are.
    symlink("/dev/null", path("null.csv")).expect("a link");
    for device in ["/dev/null", path("null.csv").to_str().expect("UTF-8")] {
        assert!(export(&server, Path::new(device)).status().expect("it runs").success(), "{device}");
    }
    assert!(path("null.csv").is_symlink());
    assert_eq!(fs::metadata("/dev/null").expect("a device").permissions().mode(), mode_before);
    // So do descriptors, and what is in the file behind them.
    for (name, redirected) in [("/dev/stdout", ">>"), ("/dev/fd/1", ">>"), ("/dev/stderr", "2>>"), ("/dev/fd/7", "7>>")]
    {
        fs::write(path("log"), "first\n").expect("written");
        let script = format!("\"$0\" \"$@\" {redirected} {}", path("log").display());
        let mut command = Process::new("bash");
        command.args(["-c", &script]).arg(cargo_bin("threecx")).args(EXPORT).arg(name);
        command.args(["-o", "csv", "--quiet"]).envs(server.environment()).envs(home());
        assert!(command.status().expect("it runs").success(), "{name}");
        let log = fs::read_to_string(path("log")).expect("a file");
        assert!(log.starts_with("first\n") && is_whole(&path("log")), "{name}: {log}");
    }
    // A folder is said to be one.
    fs::create_dir(path("folder.csv")).expect("a folder");
    let output = export(&server, &path("folder.csv")).output().expect("it runs");
    assert_eq!(output.status.code(), Some(60));
    assert!(String::from_utf8_lossy(&output.stderr).contains("directory"), "{output:?}");
    assert!(names(folder.path()).iter().all(|name| !name.ends_with(".part")), "{:?}", names(folder.path()));
}

#[test]
fn a_pipe_is_written_to_and_waited_for() {
    let server = server_of_all();
    let folder = tempfile::tempdir().expect("a folder");
    let pipe = folder.path().join("pipe.csv");
    assert!(Process::new("mkfifo").arg(&pipe).status().expect("mkfifo").success());
    let mut child = export(&server, &pipe).spawn().expect("it starts");
    let mut stderr = BufReader::new(child.stderr.take().expect("piped"));
    let mut said = String::new();
    stderr.read_line(&mut said).expect("a line");
    assert!(said.starts_with("Waiting for somebody to read ") && said.contains("pipe.csv"), "{said}");
    let text = fs::read_to_string(&pipe).expect("read");
    assert!(child.wait().expect("it ends").success());
    let copy = folder.path().join("copy.csv");
    fs::write(&copy, text).expect("written");
    assert!(is_whole(&copy));
    // Nobody has to wait for ever.
    for (name, code) in signals() {
        let mut child = export(&server, &pipe).spawn().expect("it starts");
        let mut stderr = BufReader::new(child.stderr.take().expect("piped"));
        stderr.read_line(&mut said).expect("a line");
        signal(&child, name);
        let status = child.wait().expect("it ends");
        let by = std::os::unix::process::ExitStatusExt::signal(&status);
        assert!(status.code() == Some(code) || by == Some(code - 128), "{name}: {status}");
    }
    // A pipe that has a reader already is not talked about.
    let reader = std::thread::spawn({
        let pipe = pipe.clone();
        move || fs::read_to_string(pipe).expect("read")
    });
    let output = export(&server, &pipe).output().expect("it runs");
    assert!(output.status.success() && !reader.join().expect("no panic").is_empty());
    // What is not a file cannot hold a cursor, nor the rows that it counts.
    let list = ["call-history", "list", "--since", "7d", "-o", "csv"];
    let (pipe, other) = (pipe.to_str().expect("UTF-8"), folder.path().join("x").display().to_string());
    for (file, cursor) in [(pipe, &other[..]), (&other, pipe), (&other, "/dev/null")] {
        let output = threecx().args(list).args(["--output-file", file, "--cursor", cursor]).output().expect("it runs");
        let said = String::from_utf8_lossy(&output.stderr).into_owned();
        assert!(output.status.code() == Some(2) && said.contains("--cursor needs files"), "{said}");
    }
    assert!(!Path::new(&other).exists());
}

#[test]
fn a_format_that_is_not_written_is_refused() {
    let folder = tempfile::tempdir().expect("a folder");
    for name in ["x.parquet", "x.PARQUET", "x.xls", "x.ods"] {
        if cfg!(feature = "parquet") && name.to_lowercase().ends_with("parquet") {
            continue;
        }
        let mut command = threecx();
        command.current_dir(folder.path()).args(["users", "list", "--output-file", name]);
        let output = command.output().expect("it runs");
        let said = String::from_utf8_lossy(&output.stderr).into_owned();
        assert!(output.status.code() == Some(2) && said.contains("does not write"), "{name}: {said}");
    }
    // What -o says counts.
    let server = server_of_all();
    let mut command = threecx();
    command.current_dir(folder.path()).envs(server.environment()).args(EXPORT).args(["x.parquet", "-o", "csv"]);
    prints(&mut command);
    assert!(names(folder.path()) == ["x.parquet"] && is_whole(&folder.path().join("x.parquet")));
}
