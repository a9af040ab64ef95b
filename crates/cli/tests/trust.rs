//! Who is believed: files that others can write do not say where a secret goes or what is undone, and the name of a
//! profile is never the way to another file.

#![cfg(unix)]

mod common;

use std::fs::{self, Permissions};
use std::net::TcpListener;
use std::os::unix::fs::PermissionsExt;
use std::path::{Path, PathBuf};

use assert_cmd::Command;
use common::{Sim, threecx};

/// The folders of somebody who has logged in.
struct Home {
    folder: tempfile::TempDir,
    sim: Sim,
}

impl Home {
    fn new() -> Home {
        let home = Home { folder: tempfile::tempdir().expect("a folder"), sim: Sim::start(&[]) };
        let text = |name: &str| home.sim.ready[name].as_str().expect("text").to_owned();
        let mut login = home.threecx();
        login.args(["login", "--profile", "acme", "--url", &home.sim.url, "--client-id", &text("client_id")]);
        login.args(["--client-secret-file", "-"]).write_stdin(text("client_secret"));
        login.assert().success();
        home
    }

    fn at(&self, name: &str) -> PathBuf {
        self.folder.path().join(name)
    }

    fn threecx(&self) -> Command {
        let mut command = threecx();
        for (variable, name) in
            [("THREECX_CONFIG_DIR", "config"), ("THREECX_CACHE_DIR", "cache"), ("THREECX_STATE_DIR", "state")]
        {
            command.env(variable, self.at(name));
        }
        command
    }

    /// Code and message of a call that is refused.
    #[track_caller]
    fn refuses(&self, words: &[&str]) -> String {
        let (error, _) = common::fails(self.threecx().args(words));
        error["message"].as_str().expect("text").to_owned()
    }
}

fn mode(path: &Path, mode: u32) -> u32 {
    let before = fs::metadata(path).expect("it is there").permissions().mode();
    fs::set_permissions(path, Permissions::from_mode(mode)).expect("changed");
    before
}

#[test]
fn what_others_can_write_says_nothing() {
    let home = Home::new();
    home.threecx().args(["users", "list", "--top", "1"]).assert().success();
    let (config, profiles, secret) =
        (home.at("config"), home.at("config/profiles.toml"), home.at("config/secrets/acme"));
    let secrets = home.at("config/secrets");
    // Somebody has changed the address to their own.
    let thief = TcpListener::bind("127.0.0.1:0").expect("bound");
    let text = fs::read_to_string(&profiles).expect("read");
    let address = format!("http://{}", thief.local_addr().expect("an address"));
    fs::write(&profiles, text.replace(&home.sim.url, &address)).expect("written");
    for (path, open) in [
        (&profiles, 0o666),
        (&profiles, 0o602),
        (&profiles, 0o620),
        (&config, 0o777),
        (&config, 0o722),
        (&secret, 0o644),
        (&secrets, 0o777),
    ] {
        let before = mode(path, open);
        for words in [
            &["users", "list"][..],
            &["users", "list", "--profile", "acme"],
            &["users", "update", "100", "--mobile", "1"],
        ] {
            let message = home.refuses(words);
            assert!(
                message.contains("not trusted") && message.contains("chmod"),
                "{open:o} {}: {message}",
                path.display()
            );
        }
        mode(path, before);
    }
    thief.set_nonblocking(true).expect("set");
    assert!(thief.accept().is_err(), "the secret went to somebody else");
    // In a folder of all, the sticky bit keeps others from putting another file there.
    fs::write(&profiles, text).expect("written");
    mode(home.folder.path(), 0o1777);
    home.threecx().args(["users", "list", "--top", "1"]).assert().success();
    mode(home.folder.path(), 0o777);
    assert!(home.refuses(&["users", "list"]).contains("not trusted"));
    mode(home.folder.path(), 0o700);
}

#[test]
fn a_journal_that_others_can_write_is_not_used() {
    let home = Home::new();
    let change = ["users", "update", "100", "--mobile", "1", "-o", "json"];
    home.threecx().args(change).assert().success();
    let (state, key, journal) = (home.at("state"), home.at("state/key"), home.at("state/journal.db"));
    for (path, open) in [(&state, 0o777), (&key, 0o644), (&key, 0o666), (&journal, 0o666)] {
        let before = mode(path, open);
        for words in [
            &["history"][..],
            &["undo", "1"],
            &["retry", "1"],
            &["users", "delete", "101", "--yes", "--plan-out", "x.json"],
        ] {
            let message = home.refuses(words);
            assert!(message.contains("not trusted"), "{open:o} {words:?}: {message}");
        }
        // A single call needs no journal, and says that it has none.
        let output = home.threecx().args(change).output().expect("it runs");
        let said = String::from_utf8_lossy(&output.stderr).into_owned();
        assert!(output.status.success() && said.contains("not trusted"), "{said}");
        mode(path, before);
    }
    home.threecx().args(["history"]).assert().success();
}

#[test]
fn the_name_of_a_profile_is_no_path() {
    let home = Home::new();
    let precious = home.at("precious");
    fs::write(&precious, "kept").expect("written");
    let absolute = precious.display().to_string();
    let names = [
        "../../precious",
        "../precious",
        "..",
        ".",
        "",
        "/etc/passwd",
        absolute.as_str(),
        "a/b",
        "a\\b",
        "CON",
        "nul",
        "com1.txt",
        "LPT9",
        "-x",
        ".hidden",
        "a b",
        "a\tb",
        "a\u{7}",
        "a\u{202e}b",
        "ä",
        "a:b",
        "a.",
    ];
    for name in names {
        for words in [
            &[
                "login",
                "--profile",
                name,
                "--url",
                &home.sim.url,
                "--client-id",
                "x",
                "--client-secret-file",
                "/dev/null",
            ][..],
            &["logout", "--profile", name],
            &["profiles", "use", name],
            &["profiles", "remove", name],
            &["users", "list", "--profile", name],
        ] {
            let (error, code) = common::fails(home.threecx().args(words));
            assert_eq!((error["code"].as_str(), code), (Some("usage"), 2), "{words:?}: {error}");
        }
        if !name.is_empty() {
            let (error, code) = common::fails(home.threecx().env("THREECX_PROFILE", name).args(["users", "list"]));
            assert_eq!((error["code"].as_str(), code), (Some("usage"), 2), "{name}: {error}");
        }
    }
    // And where the file itself says so.
    let profiles = home.at("config/profiles.toml");
    let text = fs::read_to_string(&profiles).expect("read");
    for name in names.iter().filter(|name| !name.contains(['\u{7}', '\t', '\\'])) {
        for written in [
            text.replace("profiles.acme", &format!("profiles.\"{name}\"")),
            text.replace("\"acme\"", &format!("\"{name}\"")),
        ] {
            fs::write(&profiles, written).expect("written");
            for words in [&["users", "list"][..], &["logout"], &["profiles", "remove", name], &["profiles"]] {
                let (error, _) = common::fails(home.threecx().args(words));
                assert!(matches!(error["code"].as_str(), Some("file" | "usage")), "{name} {words:?}: {error}");
            }
        }
    }
    assert_eq!(fs::read_to_string(&precious).expect("it is there"), "kept");
    assert!(fs::read_dir(home.at("config/secrets")).expect("a folder").count() == 1);
}
