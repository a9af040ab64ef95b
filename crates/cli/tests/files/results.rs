//! What a run writes beside its input, and what was kept of plans and answers.

use super::*;

/// What the program itself keeps for a run is replaced; what somebody else has called like it is not.
#[test]
fn results_of_somebody_else_stay() {
    let sim = Sim::start(&["--live-calls", "off"]);
    let outside = tempfile::tempdir().expect("a folder");
    let precious = outside.path().join("precious");
    fs::write(&precious, OLD).expect("written");
    let mut number = 0;
    for kind in ["text", "table", "empty", "link", "dangling link", "pipe", "binary"] {
        let folder = tempfile::tempdir().expect("a folder");
        let (file, results) = (folder.path().join("people.csv"), folder.path().join("people.results.csv"));
        number += 1;
        fs::write(&file, format!("CallerId\n+49{number}\n")).expect("written");
        match kind {
            "text" => fs::write(&results, OLD).expect("written"),
            "table" => fs::write(&results, "line,name,outcome\n1,Ada,done\n").expect("written"),
            "empty" => fs::write(&results, "").expect("written"),
            "binary" => fs::write(&results, [0xff, 0, 0x22, 0x0a]).expect("written"),
            "link" => symlink(&precious, &results).expect("a link"),
            "dangling link" => symlink(outside.path().join("new"), &results).expect("a link"),
            _ => assert!(Process::new("mkfifo").arg(&results).status().expect("mkfifo").success()),
        }
        let before = fs::symlink_metadata(&results).expect("there");
        let create = |more: &[&str]| {
            let mut command = sim.threecx();
            command.args(["blacklist-numbers", "create", "-o", "json", "--from"]).arg(&file).args(more);
            serde_json::from_str::<Value>(&prints(&mut command)).expect("JSON")
        };
        let said = create(&[]);
        let written = said["results"].as_str().expect("a path").to_owned();
        assert!(written.ends_with("people.results (1).csv"), "{kind}: {said}");
        assert!(fs::read_to_string(&written).expect("results").contains("done"), "{kind}");
        assert_eq!(mode(Path::new(&written)), 0o600);
        let after = fs::symlink_metadata(&results).expect("still there");
        assert_eq!((before.file_type(), before.len()), (after.file_type(), after.len()), "{kind}");
        assert_eq!(fs::read_to_string(&precious).expect("a file"), OLD, "{kind}");
        assert!(!outside.path().join("new").exists(), "{kind}");
        // Its own ones are replaced: there are not more and more of them.
        let rows = sim.threecx().args(["blacklist-numbers", "list", "--jq", ".Id"]).output().expect("it runs");
        assert!(rows.status.success());
        fs::write(&file, format!("CallerId\n+4900{number}\n")).expect("written");
        assert_eq!(create(&[])["results"].as_str(), Some(written.as_str()), "{kind}");
        assert_eq!(names(folder.path()).len(), 3, "{kind}: {:?}", names(folder.path()));
    }
}

/// Answers that came before somebody ended it are not all that were wanted.
#[test]
fn questions_that_somebody_ends_leave_the_old_file() {
    let server = Server::start(|_, stream| {
        let user = br#"{"Id":100,"Number":"100","FirstName":"Ada"}"#;
        reply(stream, "200 OK", &["content-type: application/json"], user);
    });
    let folder = tempfile::tempdir().expect("a folder");
    let (ids, path) = (folder.path().join("ids.csv"), folder.path().join("users.json"));
    fs::write(&ids, "Id\n100\n101\n102\n").expect("written");
    fs::write(&path, OLD).expect("written");
    let ask = |rate: &str| {
        let mut command = process();
        command.args(["users", "get", "--rate", rate, "--api", "20.0.10", "--from"]).arg(&ids);
        command.arg("--output-file").arg(&path).envs(server.environment()).stdin(Stdio::null());
        command.stdout(Stdio::null()).stderr(Stdio::piped()).spawn().expect("it starts")
    };
    let child = ask("0.001");
    server.wait_for(1);
    signal(&child, "TERM");
    let output = child.wait_with_output().expect("it ends");
    let said = String::from_utf8_lossy(&output.stderr).into_owned();
    assert!(output.status.code() == Some(43) && said.contains("left as it was"), "{said}");
    assert_eq!(fs::read_to_string(&path).expect("a file"), OLD);
    let output = ask("1000").wait_with_output().expect("it ends");
    assert!(output.status.success(), "{output:?}");
    assert_eq!(fs::read_to_string(&path).expect("a file").matches("Ada").count(), 3);
}

/// A plan is shown to a person or handed to a program as well as kept in a file.
#[test]
fn a_plan_goes_where_it_is_sent() {
    let sim = Sim::start(&["--live-calls", "off"]);
    let folder = tempfile::tempdir().expect("a folder");
    let update = |to: &str| -> Command {
        let mut command = sim.threecx();
        command.current_dir(folder.path()).args(["users", "update", "100", "--mobile", "+491", "--plan-out", to]);
        command
    };
    assert!(prints(&mut update("/dev/stdout")).contains("Users"));
    prints(&mut update("/dev/null"));
    assert!(!fs::metadata("/dev/null").expect("a device").is_file());
    fs::write(folder.path().join("plan"), OLD).expect("written");
    fs::set_permissions(folder.path().join("plan"), fs::Permissions::from_mode(0o644)).expect("set");
    prints(&mut update("plan"));
    assert_eq!((mode(&folder.path().join("plan")), names(folder.path())), (0o600, vec!["plan".to_owned()]));
    fs::create_dir(folder.path().join("folder")).expect("a folder");
    let (error, code) = fails(&mut update("folder"));
    assert_eq!((error["code"].as_str(), code), (Some("file"), 60), "{error}");
}
