//! Profiles: logging in, what is kept and where, which one counts, and the end of a login.

mod common;

use std::fs;
use std::path::PathBuf;

use assert_cmd::Command;
#[cfg(unix)]
use common::terminal::Terminal;
use common::{Sim, fails, prints, prints_json, threecx};
use serde_json::{Value, json};
use tempfile::TempDir;

const SECRET: &str = "do-not-show-me";

/// A person's folders, for one test.
struct Home(TempDir);

impl Home {
    fn new() -> Home {
        Home(tempfile::tempdir().expect("a folder"))
    }

    fn threecx(&self, arguments: &[&str]) -> Command {
        let mut command = threecx();
        command.env("THREECX_CONFIG_DIR", self.config()).env("THREECX_CACHE_DIR", self.0.path().join("cache"));
        command.args(arguments);
        command
    }

    fn config(&self) -> PathBuf {
        self.0.path().join("config")
    }

    /// Logs a client in and returns what was said.
    fn log_in(&self, sim: &Sim, more: &[&str]) -> Value {
        let mut command = self.threecx(&["login", "--url", &sim.url, "--client-id", "900", "-o", "json"]);
        prints_json(command.args(["--client-secret-file", "-"]).args(more).write_stdin(SECRET))
    }
}

fn sim(users: &str) -> Sim {
    Sim::start(&["--users", users, "--client-id", "900", "--client-secret", SECRET])
}

#[test]
fn a_client_logs_in_and_calls_and_logs_out() {
    let (sim, home) = (sim("10"), Home::new());
    let said = home.log_in(&sim, &[]);
    assert_eq!(
        said,
        json!({
            "profile": "127.0.0.1", "url": sim.url, "client_id": "900", "user": null, "default": true,
            "secret": "file", "version": "20.0.10.1621", "file": home.config().join("profiles.toml"),
        })
    );
    let kept = fs::read_to_string(home.config().join("profiles.toml")).expect("kept");
    assert!(!kept.contains(SECRET), "{kept}");
    assert_eq!(fs::read_to_string(home.config().join("secrets/127.0.0.1")).expect("kept"), SECRET);
    let list = || home.threecx(&["users", "list", "--top", "1", "--select", "Number", "-o", "json"]);
    sim.control("DELETE", "/sim/received", "");
    assert_eq!(prints_json(&mut list()), json!([{"Number": "100"}]));
    let counts = sim.control("GET", "/sim/counts", "");
    assert_eq!(counts.as_object().expect("an object").keys().collect::<Vec<_>>(), ["Users.ListUser"], "{counts}");
    let profiles = prints_json(&mut home.threecx(&["profiles", "-o", "json"]));
    assert_eq!(
        profiles,
        json!([{
            "name": "127.0.0.1", "url": sim.url, "client_id": "900", "user": null, "default": true,
            "secret": "file", "version": "20.0.10.1621",
        }])
    );
    prints(&mut home.threecx(&["logout"]));
    assert!(!home.config().join("secrets/127.0.0.1").exists());
    let (error, code) = fails(&mut home.threecx(&["users", "list"]));
    assert_eq!((error["code"].as_str(), code), (Some("authentication"), 30), "{error}");
    assert_eq!(error["next_step"], "Log in again: threecx login --profile 127.0.0.1");
    prints(&mut home.threecx(&["profiles", "remove", "127.0.0.1"]));
    assert_eq!(prints_json(&mut home.threecx(&["profiles", "-o", "json"])), json!([]));
}

#[test]
fn a_profile_is_not_replaced_by_another_unless_it_is_named() {
    let (sim, home) = (sim("10"), Home::new());
    home.log_in(&sim, &[]);
    let mut user = home.threecx(&["login", "--url", &sim.url, "--user", "100", "-o", "json"]);
    assert_eq!(prints_json(user.env("THREECX_PASSWORD", SECRET))["profile"], "127.0.0.1-100");
    assert_eq!(home.log_in(&sim, &[])["profile"], "127.0.0.1", "the same again");
    let mut user = home.threecx(&["login", "--url", &sim.url, "--user", "101", "--profile", "127.0.0.1"]);
    let output = user.env("THREECX_PASSWORD", SECRET).output().expect("it runs");
    let said = String::from_utf8_lossy(&output.stderr).into_owned();
    assert!(said.contains("replaces client 900"), "{said}");
    let profiles = prints_json(&mut home.threecx(&["profiles", "-o", "json"]));
    assert_eq!((&profiles[0]["user"], &profiles[1]["user"]), (&json!("101"), &json!("100")));
}

#[test]
fn what_does_not_work_is_not_kept() {
    let (sim, home) = (sim("10"), Home::new());
    let mut wrong = home.threecx(&["login", "--url", &sim.url, "--client-id", "900", "--client-secret-file", "-"]);
    let (error, code) = fails(wrong.write_stdin("wrong-one"));
    assert_eq!((error["code"].as_str(), code), (Some("authentication"), 30), "{error}");
    assert!(!error.to_string().contains("wrong-one"));
    let user = ["login", "--url", &sim.url, "--user", "100"];
    let (error, code) = fails(home.threecx(&user).env("THREECX_PASSWORD", "wrong-one"));
    assert_eq!((error["code"].as_str(), code), (Some("authentication"), 30), "{error}");
    assert_eq!(prints_json(&mut home.threecx(&["profiles", "-o", "json"])), json!([]));
    assert!(!home.config().join("secrets").exists());
    // Without a terminal nobody can be asked, and it says how to do without.
    let (error, code) = fails(&mut home.threecx(&["login"]));
    assert_eq!((error["next_step"].as_str(), code), (Some("Give it with --url."), 2), "{error}");
    for name in ["a/b", ".."] {
        let (error, code) = fails(&mut home.threecx(&["login", "--profile", name]));
        assert_eq!((error["code"].as_str(), code), (Some("usage"), 2), "{error}");
    }
}

#[test]
fn a_user_logs_in_and_keeps_no_password() {
    let (sim, home) = (sim("10"), Home::new());
    let login = ["login", "--url", &sim.url, "--user", "100", "--profile", "me", "-o", "json"];
    prints_json(home.threecx(&login).env("THREECX_PASSWORD", SECRET));
    let kept = fs::read_to_string(home.config().join("secrets/me")).expect("kept");
    assert!(!kept.is_empty() && kept != SECRET);
    let mine = || home.threecx(&["my-user", "get", "--select", "Number"]);
    let number = |command: &mut Command| prints_json(command.args(["-o", "json"]))["Number"].clone();
    assert_eq!(number(&mut mine()), "100");
    // The token is gone; the next one comes without the password.
    sim.control("DELETE", "/sim/tokens", "");
    assert_eq!(number(&mut mine()), "100");
    // A PBX keeps so many logins of an extension: one more ends the oldest.
    let elsewhere = Home::new();
    for _ in 0..20 {
        prints_json(elsewhere.threecx(&login).env("THREECX_PASSWORD", SECRET));
    }
    let (error, code) = fails(&mut mine());
    assert_eq!((error["code"].as_str(), code), (Some("authentication"), 30), "{error}");
    assert_eq!(error["next_step"], "Log in again: threecx login --profile me");
    // The PBX is told of a logout.
    assert_eq!(number(&mut elsewhere.threecx(&["my-user", "get", "--select", "Number"])), "100");
    let tokens = || sim.control("GET", "/sim/tokens", "").as_array().expect("tokens").len();
    let before = tokens();
    prints(&mut elsewhere.threecx(&["logout"]));
    assert_eq!(tokens(), before - 1);
}

#[test]
fn a_second_factor_is_asked_for() {
    let (sim, home) = (sim("10"), Home::new());
    let mut command = sim.threecx();
    prints(command.args(["users", "update", "--id", "29", "--enable2-fa", "true"]));
    let login = |code: &[&str]| {
        let mut command = home.threecx(&["login", "--url", &sim.url, "--user", "100"]);
        command.args(code).env("THREECX_PASSWORD", SECRET);
        command
    };
    let (error, code) = fails(&mut login(&[]));
    assert_eq!((error["next_step"].as_str(), code), (Some("Give it with --code."), 2), "{error}");
    let (error, code) = fails(&mut login(&["--code", "000000"]));
    assert_eq!((error["code"].as_str(), code), (Some("authentication"), 30), "{error}");
    prints(&mut login(&["--code", "123456"]));
}

#[test]
fn flags_go_before_the_environment_and_that_before_profiles() {
    let (one, two, home) = (sim("10"), sim("11"), Home::new());
    home.log_in(&one, &["--profile", "one"]);
    home.log_in(&two, &["--profile", "two"]);
    let users = |arguments: &[&str], variables: &[(&str, &str)]| {
        let mut command = home.threecx(&["users", "list", "--all", "--select", "Id", "-o", "json"]);
        command.args(arguments).envs(variables.iter().copied());
        prints_json(&mut command).as_array().expect("rows").len()
    };
    let here = |sim: &'static str| ("THREECX_PROFILE", sim);
    let two_by_variables =
        [("THREECX_URL", two.url.as_str()), ("THREECX_CLIENT_ID", "900"), ("THREECX_CLIENT_SECRET", SECRET)];
    assert_eq!(users(&[], &[]), 10, "the first one is the default");
    assert_eq!(users(&[], &[here("two")]), 11);
    assert_eq!(users(&["--profile", "one"], &[here("two")]), 10);
    assert_eq!(users(&[], &two_by_variables), 11);
    assert_eq!(users(&["--profile", "one"], &two_by_variables), 10);
    assert_eq!(users(&["--url", &one.url], &two_by_variables), 10);
    prints(&mut home.threecx(&["profiles", "use", "two"]));
    assert_eq!(users(&[], &[]), 11);
    // A profile's secret goes to its own address only.
    let (error, code) = fails(&mut home.threecx(&["users", "list", "--url", &one.url]));
    assert_eq!((error["code"].as_str(), code), (Some("usage"), 2), "{error}");
    let (error, code) = fails(&mut home.threecx(&["users", "list", "--profile", "two", "--url", &one.url]));
    assert_eq!((error["code"].as_str(), code), (Some("usage"), 2), "{error}");
    let (error, code) = fails(&mut home.threecx(&["users", "list", "--profile", "three"]));
    assert_eq!((error["message"].as_str(), code), (Some("there is no profile `three`"), 2), "{error}");
    assert!(error["next_step"].as_str().expect("text").contains("one, two"), "{error}");
    // Logging in again to a profile that is named is no matter of the environment either.
    let mut again = home.threecx(&["login", "--profile", "one", "--client-secret-file", "-", "-o", "json"]);
    assert_eq!(prints_json(again.envs(two_by_variables).write_stdin(SECRET))["url"], one.url);
    // A dry run shows the address and needs no secret.
    let plan = prints_json(&mut home.threecx(&["users", "list", "--dry-run", "-o", "json"]));
    assert!(plan["url"].as_str().expect("text").starts_with(&two.url), "{plan}");
}

#[cfg(unix)]
#[test]
fn secrets_are_for_their_owner_alone() {
    use std::os::unix::fs::PermissionsExt;
    let (sim, home) = (sim("10"), Home::new());
    home.log_in(&sim, &[]);
    let secret = home.config().join("secrets/127.0.0.1");
    let mode = |path: &std::path::Path| fs::metadata(path).expect("there").permissions().mode() & 0o777;
    assert_eq!((mode(&secret), mode(&home.config().join("secrets"))), (0o600, 0o700));
    assert_eq!(mode(&home.config().join("profiles.toml")), 0o600);
    fs::set_permissions(&secret, fs::Permissions::from_mode(0o640)).expect("set");
    let (error, code) = fails(&mut home.threecx(&["users", "list"]));
    assert_eq!((error["code"].as_str(), code), (Some("file"), 60), "{error}");
    assert!(error["message"].as_str().expect("text").contains("chmod 600"), "{error}");
}

#[test]
fn a_file_of_profiles_that_is_damaged_is_named_with_the_line() {
    let home = Home::new();
    fs::create_dir_all(home.config()).expect("made");
    let file = home.config().join("profiles.toml");
    for (text, expected) in [
        ("default = \"a\"\n[profiles.a\n", "line 2"),
        ("[profiles.a]\nurl = \"https://pbx\"\n", "either a client_id or a user"),
        ("[profiles.a]\nurl = \"https://pbx\"\nuser = \"1\"\nextra = 1\n", "unknown field `extra`"),
    ] {
        fs::write(&file, text).expect("written");
        let (error, code) = fails(&mut home.threecx(&["users", "list"]));
        assert_eq!((error["code"].as_str(), code), (Some("file"), 60), "{error}");
        assert!(error["message"].as_str().expect("text").contains(expected), "{error}");
    }
}

#[cfg(unix)]
#[test]
fn ctrl_c_at_a_secret_leaves_the_terminal_as_it_was() {
    let sim = sim("10");
    let mut login = common::process();
    let mut terminal = Terminal::run(login.args(["login", "--url", &sim.url, "--client-id", "900"]));
    terminal.shows("Client secret: ");
    assert!(!terminal.is_as_usual());
    terminal.types("half of it\u{3}");
    assert_eq!(terminal.exit_code(), Some(1));
    assert!(terminal.is_as_usual());
}

#[cfg(unix)]
#[test]
fn a_secret_is_typed_unseen_and_an_address_that_is_none_is_refused_first() {
    let (sim, home) = (sim("10"), Home::new());
    let mut login = common::process();
    login.env("THREECX_CONFIG_DIR", home.config());
    let mut terminal = Terminal::run(login.args(["login", "--url", &sim.url, "--client-id", "900"]));
    terminal.shows("Client secret: ");
    terminal.types(&format!("{SECRET}\n"));
    assert_eq!(terminal.exit_code(), Some(0));
    assert!(terminal.is_as_usual());
    assert_eq!(prints_json(&mut home.threecx(&["profiles", "-o", "json"]))[0]["client_id"], "900");
    let mut nowhere = common::process();
    let mut terminal = Terminal::run(nowhere.args(["login", "--url", "http://127.0.0.1:1", "--client-id", "900"]));
    terminal.shows("error[connection]:");
    assert_eq!(terminal.exit_code(), Some(20));
}

#[test]
fn an_authority_has_to_be_one() {
    let folder = tempfile::tempdir().expect("a folder");
    let file = folder.path().join("ca.pem");
    fs::write(&file, "no certificate").expect("written");
    let ca_file = file.display().to_string();
    for words in [&["users", "list"][..], &["login"]] {
        let mut command = common::threecx();
        command.args(words).args(["--url", "https://127.0.0.1:1", "--client-id", "1", "--client-secret", "x"]);
        let (error, code) = fails(command.args(["--ca-file", &ca_file]));
        assert_eq!((error["argument"].as_str(), code), (Some("--ca-file"), 10), "{error}");
    }
}
