//! An operation once for each row of a file, or for each of several things.

mod common;

use std::io::Write;
use std::path::{Path, PathBuf};

use assert_cmd::Command;
use common::{Sim, fails, prints, prints_json, threecx};
use serde_json::{Value, json};
use tempfile::TempDir;

/// A folder with a file in it.
struct Folder {
    folder: TempDir,
}

impl Folder {
    fn new() -> Folder {
        Folder { folder: tempfile::tempdir().expect("a folder") }
    }

    fn path(&self, name: &str) -> PathBuf {
        self.folder.path().join(name)
    }

    fn file(&self, name: &str, content: impl AsRef<[u8]>) -> PathBuf {
        let path = self.path(name);
        std::fs::write(&path, content).expect("written");
        path
    }

    fn text(&self, name: &str) -> String {
        std::fs::read_to_string(self.path(name)).expect("a file")
    }
}

fn from(mut command: Command, words: &[&str], file: &Path) -> Command {
    command.args(words).arg("--from").arg(file);
    command
}

/// The bodies that a file becomes.
fn bodies(words: &[&str], file: &Path, more: &[&str]) -> Vec<Value> {
    let planned = prints_json(from(threecx(), words, file).args(["--dry-run", "-o", "json"]).args(more));
    planned.as_array().expect("a list").iter().map(|request| request["body"].clone()).collect()
}

#[test]
fn columns_are_called_like_arguments() {
    let folder = Folder::new();
    let wanted = [json!({"FirstName": "Ada", "Enabled": true}), json!({"FirstName": "Bob"})];
    for header in ["Id,first-name,enabled", "id,FirstName,Enabled", "ID,First Name,ENABLED", "Id,FIRST_NAME,enabled"] {
        let file = folder.file("x.csv", format!("{header}\n1,Ada,true\n2,Bob,\n"));
        assert_eq!(bodies(&["users", "update"], &file, &[]), wanted, "{header}");
    }
    let file = folder.file("x.csv", "\u{feff}Id;First Name;enabled\r\n1;Ada;TRUE\r\n\r\n;;\r\n2;Bob;\r\n");
    assert_eq!(bodies(&["users", "update"], &file, &[]), wanted);
    let file = folder.file("x.csv", "Id,First Name,Enabled,,\n1,Ada,true,,\n2,Bob,,,\n");
    assert_eq!(bodies(&["users", "update"], &file, &[]), wanted);
    let file = folder.file("x.csv", "Id,Vorname,Notes\n1,Ada,x\n2,Bob,y\n");
    let bob = bodies(&["users", "update"], &file, &["--map", "Vorname=first-name", "--ignore-columns"]);
    assert_eq!(bob, [json!({"FirstName": "Ada"}), json!({"FirstName": "Bob"})]);
    let constant =
        bodies(&["users", "update"], &file, &["--map", "Vorname=LastName", "--ignore-columns", "--mobile", "1"]);
    assert_eq!(constant[1], json!({"LastName": "Bob", "Mobile": "1"}));
}

#[test]
fn cells_may_be_null_or_empty_or_inside_something() {
    let folder = Folder::new();
    let file = folder.file("x.csv", "Id,Mobile,FirstName,Enabled\n1,\\null,\\empty,\\null\n2,,null,\n");
    let wanted = [json!({"Mobile": null, "FirstName": "", "Enabled": null}), json!({"FirstName": "null"})];
    assert_eq!(bodies(&["users", "update"], &file, &[]), wanted);
    let file = folder.file("x.csv", "Id,Gateway.Name,gateway.port\n1,Provider,5070\n");
    assert_eq!(bodies(&["trunks", "update"], &file, &[]), [json!({"Gateway": {"Name": "Provider", "Port": 5070}})]);
    let lines =
        "{\"Id\": 1, \"Mobile\": null, \"FirstName\": \"\"}\n\n{\"Id\": 2, \"Enabled\": true, \"Tags\": [\"Teams\"]}\n";
    let file = folder.file("x.ndjson", lines);
    let wanted = [json!({"Mobile": null, "FirstName": ""}), json!({"Enabled": true, "Tags": ["Teams"]})];
    assert_eq!(bodies(&["users", "update"], &file, &[]), wanted);
}

#[test]
fn blanks_around_cells_are_not_meant() {
    let folder = Folder::new();
    let file = folder.file("x.csv", "Id , FirstName,LastName\n 1,\" Ada \",\tde  Morgan \n , ,\n,,\n,\n2,  ,Hopper\n");
    let wanted = [json!({"FirstName": "Ada", "LastName": "de  Morgan"}), json!({"LastName": "Hopper"})];
    assert_eq!(bodies(&["users", "update"], &file, &[]), wanted);
}

#[test]
fn what_an_export_guards_comes_back_as_it_was() {
    let sim = Sim::start(&["--live-calls", "off"]);
    let folder = Folder::new();
    let names = ["=Eve", "+49 30 1", "+cmd", "-x", "@y", "'quoted", "'=both", "''@z"];
    for (index, name) in names.iter().enumerate() {
        let number = (100 + index).to_string();
        // `@y` would be a file.
        let typed = if name.starts_with('@') { format!("@{name}") } else { (*name).to_owned() };
        prints(sim.threecx().args(["users", "update", &number, &format!("--first-name={typed}")]));
    }
    let read = || {
        let list = ["users", "list", "--filter", "Number lt '108'", "--select", "Id,FirstName", "--orderby", "Number"];
        let mut command = sim.threecx();
        command.args(list);
        command
    };
    let before = prints_json(read().args(["-o", "json"]));
    let file = folder.path("export.csv");
    prints(read().arg("--output-file").arg(&file));
    assert!(folder.text("export.csv").contains(",'=Eve"), "{}", folder.text("export.csv"));
    prints(&mut from(sim.threecx(), &["users", "update"], &file));
    let came: Vec<String> = sim.received("Users.UpdateUser")[names.len()..]
        .iter()
        .map(|request| request["body"]["FirstName"].as_str().expect("text").to_owned())
        .collect();
    assert!(names.iter().all(|name| came.iter().any(|came| came == name)), "{came:?}");
    assert_eq!(prints_json(read().args(["-o", "json"])), before);
}

#[test]
fn what_two_rows_say_of_one_thing_is_a_mistake() {
    let sim = Sim::start(&["--live-calls", "off"]);
    let folder = Folder::new();
    for (words, content, line, other) in [
        (["users", "create"], "Number,FirstName\n700,Ada\n701,Bob\n700,Eve\n", 4, "line 2"),
        (["users", "update"], "Extension,FirstName\n100,Ada\n100,Bob\n", 3, "line 2"),
        (["users", "update"], "User,FirstName\n100,Ada\nid:29,Bob\n", 3, "line 2"),
        (["users", "update"], "Id,FirstName\n29,Ada\n30,Bob\n30,Eve\n", 4, "line 3"),
        (["users", "update"], "Id,Number\n29,700\n30,700\n", 3, "line 2"),
        (["users", "delete"], "Extension\n100\n100\n", 3, "line 2"),
    ] {
        let file = folder.file("x.csv", content);
        let (error, code) = fails(from(sim.threecx(), &words, &file).arg("--yes"));
        let problem = &error["problems"][0];
        assert_eq!((code, &problem["line"]), (10, &line.into()), "{content}: {error}");
        assert!(problem["message"].as_str().expect("text").contains(other), "{content}: {error}");
    }
    for operation in ["Users.CreateUser", "Users.UpdateUser", "Users.DeleteUser"] {
        assert_eq!(sim.received(operation).len(), 0, "{operation}");
    }
    // A create of nothing is none.
    let file = folder.file("x.csv", "Number,FirstName,Enabled\n,NoNumber,true\n \t, ,\n");
    assert_eq!(bodies(&["users", "create"], &file, &[]), [json!({"FirstName": "NoNumber", "Enabled": true})]);
    let file = folder.file("x.csv", "Number,Notes\n,mine\n");
    let (error, code) = fails(from(sim.threecx(), &["users", "create"], &file).arg("--ignore-columns"));
    assert_eq!((code, &error["problems"][0]["line"]), (10, &2.into()), "{error}");
}

#[test]
fn a_question_tells_of_what_and_of_which_pbx() {
    let sim = Sim::start(&["--live-calls", "off"]);
    let folder = Folder::new();
    let file = folder.file("x.csv", "Extension\n100\n101\n");
    let host = sim.url.strip_prefix("http://").expect("plain HTTP");
    let told = |words: &[&str], concerned: &str| {
        let (error, code) = fails(sim.threecx().args(words));
        let message = error["message"].as_str().expect("text");
        assert!(code == 3 && message.contains(&format!(" On {host} it affects {concerned}. ")), "{message}");
    };
    told(&["users", "delete", "294", "Ada Lovelace"], "2 users: 294, Ada Lovelace");
    told(&["users", "delete", "100-119"], "users: 100-119");
    told(&["users", "delete", "--id", "29"], "1 user: 29");
    told(&["users", "delete", "--where", "Number eq '100'"], "the users for which `Number eq '100'` is true");
    let path = file.to_str().expect("UTF-8");
    told(&["users", "delete", "--from", path], &format!("2 rows of {path}"));
}

#[test]
fn a_sheet_of_excel() {
    let folder = Folder::new();
    let path = folder.path("people.xlsx");
    let mut book = zip::ZipWriter::new(std::fs::File::create(&path).expect("a file"));
    let options = zip::write::SimpleFileOptions::default().compression_method(zip::CompressionMethod::Stored);
    for (name, content) in [
        (
            "[Content_Types].xml",
            r#"<Types xmlns="http://schemas.openxmlformats.org/package/2006/content-types"><Default Extension="rels" ContentType="application/vnd.openxmlformats-package.relationships+xml"/><Override PartName="/xl/workbook.xml" ContentType="application/vnd.openxmlformats-officedocument.spreadsheetml.sheet.main+xml"/><Override PartName="/xl/worksheets/sheet1.xml" ContentType="application/vnd.openxmlformats-officedocument.spreadsheetml.worksheet+xml"/></Types>"#,
        ),
        (
            "_rels/.rels",
            r#"<Relationships xmlns="http://schemas.openxmlformats.org/package/2006/relationships"><Relationship Id="rId1" Type="http://schemas.openxmlformats.org/officeDocument/2006/relationships/officeDocument" Target="xl/workbook.xml"/></Relationships>"#,
        ),
        (
            "xl/workbook.xml",
            r#"<workbook xmlns="http://schemas.openxmlformats.org/spreadsheetml/2006/main" xmlns:r="http://schemas.openxmlformats.org/officeDocument/2006/relationships"><sheets><sheet name="People" sheetId="1" r:id="rId1"/></sheets></workbook>"#,
        ),
        (
            "xl/_rels/workbook.xml.rels",
            r#"<Relationships xmlns="http://schemas.openxmlformats.org/package/2006/relationships"><Relationship Id="rId1" Type="http://schemas.openxmlformats.org/officeDocument/2006/relationships/worksheet" Target="worksheets/sheet1.xml"/></Relationships>"#,
        ),
        (
            "xl/worksheets/sheet1.xml",
            r#"<worksheet xmlns="http://schemas.openxmlformats.org/spreadsheetml/2006/main"><sheetData><row r="1"><c r="A1" t="inlineStr"><is><t>Id</t></is></c><c r="B1" t="inlineStr"><is><t>First Name</t></is></c><c r="C1" t="inlineStr"><is><t>Enabled</t></is></c></row><row r="2"><c r="A2"><v>1</v></c><c r="B2" t="inlineStr"><is><t>Ada</t></is></c><c r="C2" t="b"><v>1</v></c></row><row r="4"><c r="A4"><v>2</v></c><c r="B4"><v>7.5</v></c></row></sheetData></worksheet>"#,
        ),
    ] {
        book.start_file(name, options).expect("begun");
        book.write_all(content.as_bytes()).expect("written");
    }
    book.finish().expect("a file");
    let wanted = [json!({"FirstName": "Ada", "Enabled": true}), json!({"FirstName": "7.5"})];
    assert_eq!(bodies(&["users", "update"], &path, &[]), wanted);
}

#[test]
fn rows_name_what_they_are_about() {
    let sim = Sim::start(&["--live-calls", "off"]);
    let folder = Folder::new();
    let urls = |words: &[&str], content: &str| -> Vec<String> {
        let file = folder.file("x.csv", content);
        let planned = prints_json(from(sim.threecx(), words, &file).args(["--dry-run", "-o", "json"]));
        let url =
            |request: &Value| request["url"].as_str().expect("text").rsplit('/').next().expect("a path").to_owned();
        planned.as_array().expect("a list").iter().map(url).collect()
    };
    let update = ["users", "update"];
    assert_eq!(urls(&update, "Extension,FirstName\n100,A\next101@demo.example,B\n"), ["Users(29)", "Users(30)"]);
    assert_eq!(urls(&update, "User,FirstName\nKaren Goldberg,A\nid:30,B\n"), ["Users(29)", "Users(30)"]);
    // Digits under Id are ids. A number is the extension's where nothing else is.
    assert_eq!(urls(&update, "Id,FirstName\n30,A\next100@demo.example,B\n"), ["Users(30)", "Users(29)"]);
    assert_eq!(urls(&update, "Number,FirstName\n100,A\n"), ["Users(29)"]);
    let file = folder.file("x.csv", "Id,Number\n29,9100\n");
    assert_eq!(bodies(&update, &file, &[]), [json!({"Number": "9100"})]);
    assert_eq!(urls(&["queues", "delete"], "Queue\nSupport\n"), ["Queues(535)"]);
    let file = folder.file("x.csv", "Extensions\n100-101\n\"102, Karen Goldberg\"\n");
    let orders =
        prints_json(from(sim.threecx(), &["users", "reprovision-all-phones"], &file).args(["--dry-run", "-o", "json"]));
    assert_eq!((&orders[0]["body"], &orders[1]["body"]), (&json!({"ids": [29, 30]}), &json!({"ids": [31, 29]})));
}

#[test]
fn what_is_wrong_is_said_at_once_and_nothing_is_sent() {
    let sim = Sim::start(&["--live-calls", "off"]);
    let folder = Folder::new();
    let lines: String =
        (0..30).map(|row| format!("{row},{}\n", if row % 3 == 0 { "true" } else { "perhaps" })).collect();
    let file = folder.file("x.csv", format!("Id,Enabled\n{lines}"));
    let (error, code) = fails(&mut from(sim.threecx(), &["users", "update"], &file));
    assert_eq!((error["code"].as_str(), code), (Some("input"), 10), "{error}");
    let problems = error["problems"].as_array().expect("a list");
    assert_eq!((problems.len(), &problems[0]["line"], &problems[0]["column"]), (20, &3.into(), &"Enabled".into()));
    let said = from(sim.threecx(), &["users", "update"], &file).output().expect("it runs");
    let said = String::from_utf8_lossy(&said.stderr).into_owned();
    assert_eq!(said.matches("\n  line ").count(), 20, "{said}");
    let file = folder.file("y.csv", "Extension,FirstName\n100,A\n999,B\nKaren,C\n");
    let (error, code) = fails(&mut from(sim.threecx(), &["users", "update"], &file));
    assert_eq!((error["problems"].as_array().map(Vec::len), code), (Some(2), 10), "{error}");
    for (name, content, message, next) in [
        ("empty.csv", &b"Id,FirstName\n"[..], "no rows", "Write a line"),
        ("uneven.csv", b"Id,FirstName\n1,A\n,\n\n2\n", "line 5 has 1 fields", "as many fields"),
        ("twice.csv", b"Id,Id\n1,2\n", "called `Id`", "Rename"),
        ("broken.ndjson", b"{\"Id\": 1}\n{\"Id\": \n", "line 2 is not a JSON object", "one JSON object"),
        ("latin.csv", b"Id,FirstName\n1,Ren\xE9\n", "line 2 is not UTF-8", "CSV UTF-8"),
    ] {
        let file = folder.file(name, content);
        let (error, code) = fails(&mut from(sim.threecx(), &["users", "update"], &file));
        assert_eq!((error["code"].as_str(), code), (Some("input"), 10), "{name}: {error}");
        let says = |member: &str, text: &str| error[member].as_str().expect("text").contains(text);
        assert!(says("message", message) && says("next_step", next), "{name}: {error}");
    }
    assert_eq!(sim.received("Users.UpdateUser").len(), 0);
}

#[test]
fn results_lie_beside_the_input_without_secrets() {
    let sim = Sim::start(&["--live-calls", "off"]);
    let folder = Folder::new();
    let file = folder.file(
        "new.csv",
        "Number,First Name,AuthPassword\n9000,Ada,hunter2hunter2\n100,Bob,hunter2hunter2\n9001,\"Eve, the third\",hunter2hunter2\n",
    );
    let (error, code) = fails(&mut from(sim.threecx(), &["users", "create"], &file));
    assert_eq!((error["code"].as_str(), code), (Some("incomplete"), 43), "{error}");
    assert_eq!((&error["rows"], &error["failed"]), (&3.into(), &1.into()));
    let results = folder.text("new.results.csv");
    let lines: Vec<&str> = results.lines().collect();
    assert_eq!(lines[0], "line,Number,First Name,outcome,status,error,message,id");
    assert!(lines[1].starts_with("2,9000,Ada,done,201,,,"), "{results}");
    assert!(lines[2].starts_with("3,100,Bob,failed,400,rejected,") && lines[2].contains("already used"), "{results}");
    assert!(lines[3].starts_with("4,9001,\"Eve, the third\",done,201,,,"), "{results}");
    let id = lines[1].rsplit(',').next().expect("an id");
    let user = prints_json(sim.threecx().args(["users", "get", "--id", id, "-o", "json"]));
    assert_eq!(user["Number"], "9000");
    assert!(!results.contains("hunter2") && !folder.path("new.csv.journal").exists());
    // Only what failed is sent again.
    fails(&mut from(sim.threecx(), &["users", "create"], &file));
    assert_eq!(sim.received("Users.CreateUser").len(), 4);
}

/// What earlier versions kept beside the input is read once, and taken over.
#[test]
fn a_text_journal_of_before_is_taken_over() {
    let sim = Sim::start(&["--live-calls", "off"]);
    let folder = Folder::new();
    let file = folder.file("x.csv", "CallerId,Description\n+4901,a\n+4902,b\n+4903,c\n");
    let arguments = |id: &str, description: &str| {
        let mut arguments = threecx_core::Arguments::default();
        arguments.fields.insert("CallerId".into(), id.into());
        arguments.fields.insert("Description".into(), description.into());
        threecx_change::journal::old_hash(&arguments, &[])
    };
    let constants = threecx_change::journal::old_constants(&threecx_core::Arguments::default(), &[], |_| false);
    let header = format!(
        r#"{{"journal":2,"operation":"BlackListNumbers.CreateBlackListNumber","pbx":"{}","arguments":"{constants:016x}"}}"#,
        sim.url
    );
    let row = |line: u64, hash: u64, state: &str| format!(r#"{{"line":{line},"row":"{hash:016x}",{state}}}"#);
    let lines = [
        header,
        row(2, arguments("+4901", "a"), r#""is":"sent""#),
        row(2, arguments("+4901", "a"), r#""is":"done","status":201"#),
        row(3, arguments("+4902", "b"), r#""is":"sent""#),
    ];
    folder.file("x.csv.journal", lines.join("\n") + "\n");
    let run = || from(sim.threecx(), &["blacklist-numbers", "create"], &file);
    let (error, code) = fails(&mut run());
    assert_eq!((code, &error["unknown"], &error["not_sent"]), (51, &1.into(), &0.into()), "{error}");
    assert_eq!(sim.received("BlackListNumbers.CreateBlackListNumber").len(), 1);
    assert!(!folder.path("x.csv.journal").exists() && folder.path("x.csv.journal.old").exists());
    prints(run().args(["--unknown", "skip"]));
    assert_eq!(sim.received("BlackListNumbers.CreateBlackListNumber").len(), 1);
}

#[test]
fn a_journal_binds_a_run() {
    let sim = Sim::start(&["--live-calls", "off"]);
    let folder = Folder::new();
    let file = folder.file("x.csv", "Extension,FirstName\n100,Ada\n101,Bob\n");
    let update = ["users", "update"];
    let refused = |command: &mut Command, word: &str| {
        let (error, code) = fails(command);
        assert_eq!((error["code"].as_str(), code), (Some("journal"), 66), "{error}");
        assert!(error["message"].as_str().expect("text").contains(word), "{error}");
    };
    prints(&mut from(sim.threecx(), &update, &file));
    refused(&mut from(sim.threecx(), &update, &file), "done");
    assert_eq!(sim.received("Users.UpdateUser").len(), 2);
    prints(from(sim.threecx(), &update, &file).arg("--again"));
    assert_eq!(sim.received("Users.UpdateUser").len(), 4);
    // One that is not finished is not begun anew, whatever is said.
    let file = folder.file("y.csv", "Extension,Number\n100,101\n101,9101\n");
    fails(&mut from(sim.threecx(), &update, &file));
    refused(from(sim.threecx(), &update, &file).arg("--again"), "not finished");
    refused(from(sim.threecx(), &update, &file).args(["--mobile", "1"]), "arguments");
}

#[test]
fn a_corrected_file_sends_what_was_corrected() {
    let sim = Sim::start(&["--live-calls", "off"]);
    let folder = Folder::new();
    let sent = || -> Vec<String> {
        let received = sim.received("Users.CreateUser");
        received.iter().map(|request| request["body"]["Number"].as_str().expect("text").to_owned()).collect()
    };
    let run = |content: &str| {
        let file = folder.file("x.csv", content);
        let mut command = from(sim.threecx(), &["users", "create"], &file);
        command.args(["--concurrency", "1"]);
        command
    };
    let output = run("Number,FirstName\n9000,Ada\n100,Bob\n9002,Eve\n").output().expect("it runs");
    let said = String::from_utf8_lossy(&output.stderr).into_owned();
    assert!(said.contains("Correct the file and run the same command again"), "{said}");
    // In another order, with a column more, and a row more.
    let output =
        run("FirstName,Number,Mobile\nEve,9002,\nBob,9001,\nAda,9000,\nZoe,9003,\n").output().expect("it runs");
    let said = String::from_utf8_lossy(&output.stderr).into_owned();
    assert!(said.contains("2 of 4 rows are already done") && said.contains("line 3 (failed)"), "{said}");
    assert_eq!(output.status.code(), Some(0), "{said}");
    assert_eq!(sent(), ["9000", "100", "9002", "9001", "9003"]);
    let results = folder.text("x.results.csv");
    assert_eq!(results.matches(",done,201,").count(), 4, "{results}");
    let (error, code) = fails(&mut run("Number,FirstName\n9000,Ada\n9001,Bob\n9002,Eve\n9003,Zoe\n"));
    assert_eq!((error["code"].as_str(), code), (Some("journal"), 66), "{error}");
    // Rows that say the same count.
    let file = folder.file("y.csv", "Extension\n100\n100\n");
    let reboot = ["users", "reprovision-all-phones", "--yes"];
    prints(&mut from(sim.threecx(), &reboot, &file));
    folder.file("y.csv", "Extension\n100\n101\n100\n100\n");
    prints(&mut from(sim.threecx(), &reboot, &file));
    assert_eq!(sim.received("Users.ReprovisionAllPhones").len(), 4);
}

#[test]
fn what_is_done_is_not_looked_up_again() {
    let sim = Sim::start(&["--live-calls", "off"]);
    let folder = Folder::new();
    let file = folder.file("x.csv", "Extension\n100\n101\n");
    let delete = || {
        let mut command = from(sim.threecx(), &["users", "delete", "--yes"], &file);
        command.args(["--concurrency", "1"]);
        command
    };
    prints(&mut delete());
    // A third row comes, and what it names has gone another way.
    prints(sim.threecx().args(["users", "delete", "102", "--yes"]));
    folder.file("x.csv", "Extension\n100\n101\n102\n");
    let (error, code) = fails(&mut delete());
    assert_eq!((&error["problems"][0]["line"], code), (&4.into(), 10), "the others are gone, and done: {error}");
    assert_eq!(error["problems"].as_array().map(Vec::len), Some(1), "{error}");
}

#[test]
fn the_first_error_may_end_a_run() {
    let sim = Sim::start(&["--live-calls", "off"]);
    let folder = Folder::new();
    let lines: String = (0..20).map(|row| format!("{},x\n", if row == 0 { 100 } else { 9000 + row })).collect();
    let file = folder.file("x.csv", format!("Number,FirstName\n{lines}"));
    let (error, code) =
        fails(from(sim.threecx(), &["users", "create"], &file).args(["--stop-on-error", "--concurrency", "1"]));
    assert_eq!((code, &error["failed"], &error["not_sent"]), (43, &1.into(), &19.into()), "{error}");
    assert_eq!(sim.received("Users.CreateUser").len(), 1);
}

#[test]
fn a_pbx_that_asks_to_slow_down_is_given_time() {
    let sim = Sim::start(&["--live-calls", "off", "--fault", "429:1:6:retry-after=0@Users.UpdateUser"]);
    let folder = Folder::new();
    let lines: String = (100..120).map(|number| format!("{number},Ada\n")).collect();
    let file = folder.file("x.csv", format!("Extension,FirstName\n{lines}"));
    prints(&mut from(sim.threecx(), &["users", "update"], &file));
    let count = sim.get("/sim/counts/Users.UpdateUser");
    assert_eq!((&count["carriedOut"], &count["statuses"]["429"]), (&20.into(), &6.into()), "{count}");
}

#[test]
fn rows_leave_in_their_order() {
    let sim = Sim::start(&["--live-calls", "off"]);
    let folder = Folder::new();
    let lines: String = (0..40).map(|row| format!("+49{row:03}\n")).collect();
    let file = folder.file("x.csv", format!("CallerId\n{lines}"));
    prints(from(sim.threecx(), &["blacklist-numbers", "create"], &file).args(["--concurrency", "1", "--rate", "500"]));
    let received = sim.received("BlackListNumbers.CreateBlackListNumber");
    let order: Vec<&str> = received.iter().filter_map(|request| request["body"]["CallerId"].as_str()).collect();
    assert_eq!(order, lines.lines().collect::<Vec<_>>());
}

#[test]
fn a_mark_before_json_is_no_part_of_it() {
    let folder = Folder::new();
    let file = folder
        .file("rows.ndjson", "\u{feff}{\"Id\": 1, \"FirstName\": \"Ada\"}\n{\"Id\": 2, \"FirstName\": \"Bob\"}\n");
    let bodies = bodies(&["users", "update"], &file, &[]);
    let names: Vec<&Value> = bodies.iter().map(|body| &body["FirstName"]).collect();
    assert_eq!(names, ["Ada", "Bob"]);
}

#[test]
fn rows_from_stdin() {
    let sim = Sim::start(&["--live-calls", "off"]);
    let mut command = sim.threecx();
    command.args(["users", "update", "--from", "-"]).write_stdin("Extension,FirstName\n100,Ada\n");
    assert_eq!(prints(&mut command), "Done: Update User, 1 of 1.\n");
}

#[test]
fn what_destroys_wants_a_yes_for_all_rows() {
    let sim = Sim::start(&["--live-calls", "off"]);
    let folder = Folder::new();
    let file = folder.file("x.csv", "Extension\n100\n101\n");
    let (error, code) = fails(&mut from(sim.threecx(), &["users", "delete"], &file));
    assert_eq!((error["code"].as_str(), code), (Some("unconfirmed"), 3), "{error}");
    assert_eq!(sim.received("Users.DeleteUser").len(), 0);
    prints(from(sim.threecx(), &["users", "delete"], &file).arg("--yes"));
    assert_eq!(sim.received("Users.DeleteUser").len(), 2);
}

#[test]
fn once_for_each_of_several_things() {
    let sim = Sim::start(&["--live-calls", "off"]);
    prints(sim.threecx().args(["users", "update", "100-102,105", "--first-name", "Ada"]));
    assert_eq!(sim.received("Users.UpdateUser").len(), 4);
    let summary = ["users", "update", "100", "101", "--email-address", "both@demo.example", "-o", "json"];
    let output = sim.threecx().args(summary).output().expect("it runs");
    let said: Value = serde_json::from_slice(&output.stdout).expect("JSON");
    assert_eq!((output.status.code(), &said["done"], &said["failed"]), (Some(43), &1.into(), &1.into()), "{said}");
    let users = prints_json(sim.threecx().args(["users", "get", "100", "101", "--select", "Number", "-o", "json"]));
    assert_eq!(users.as_array().map(Vec::len), Some(2));
    assert_eq!((&users[0]["Number"], &users[1]["Number"]), (&"100".into(), &"101".into()));
    sim.threecx().args(["queues", "list-agents", "800", "801", "--all"]).assert().code(2);
}

#[test]
fn no_answer_takes_the_place_of_the_rows() {
    let folder = Folder::new();
    let file = folder.file("x.csv", "Id,FirstName\n1,Ada\n");
    for name in ["x.csv", "x.results.csv"] {
        let mut command = from(threecx(), &["--sim", "users", "update"], &file);
        let (error, code) = fails(command.arg("--output-file").arg(folder.path(name)));
        assert_eq!((error["code"].as_str(), code), (Some("usage"), 2), "{name}: {error}");
    }
    assert_eq!(folder.text("x.csv"), "Id,FirstName\n1,Ada\n");
}

#[test]
fn what_is_said_of_rows_wants_rows() {
    for flag in [&["--again"][..], &["--unknown", "skip"], &["--map", "a=b"], &["--ignore-columns"]] {
        let (error, code) = fails(threecx().args(["--sim", "users", "update", "100", "--mobile", "1"]).args(flag));
        assert_eq!(code, 2, "{flag:?}: {error}");
        assert!(error["message"].as_str().is_some_and(|message| message.contains("--from")), "{error}");
    }
}

#[test]
fn a_file_and_curl_do_not_go_together() {
    let sim = Sim::start(&["--live-calls", "off"]);
    let folder = Folder::new();
    let file = folder.file("x.csv", "Extension,FirstName\n100,Ada\n");
    let (error, code) = fails(from(sim.threecx(), &["users", "update"], &file).arg("--curl"));
    assert_eq!((error["code"].as_str(), code), (Some("usage"), 2), "{error}");
    assert_eq!(sim.received("Users.UpdateUser").len(), 0);
}
