//! Files of rows as programs write them, and as they break them.

mod common;

use std::path::{Path, PathBuf};

use assert_cmd::Command;
use common::sheet::{error, number, row, text, workbook};
use common::{Sim, fails, prints, prints_json, threecx};
use serde_json::{Value, json};
use tempfile::TempDir;

struct Folder(TempDir);

impl Folder {
    fn new() -> Folder {
        Folder(tempfile::tempdir().expect("a folder"))
    }

    fn file(&self, name: &str, content: impl AsRef<[u8]>) -> PathBuf {
        let path = self.0.path().join(name);
        std::fs::write(&path, content).expect("written");
        path
    }
}

fn create(mut command: Command, file: &Path) -> Command {
    command.args(["users", "create", "--from"]).arg(file);
    command
}

/// The bodies that a file of users becomes.
#[track_caller]
fn bodies(file: &Path) -> Vec<Value> {
    bodies_with(file, &[])
}

#[track_caller]
fn bodies_with(file: &Path, more: &[&str]) -> Vec<Value> {
    let planned = prints_json(create(threecx(), file).args(["--dry-run", "-o", "json"]).args(more));
    let planned = planned.as_array().cloned().unwrap_or_else(|| vec![planned]);
    planned.iter().map(|request| request["body"].clone()).collect()
}

/// What is wrong with a file of users, when nothing is sent.
#[track_caller]
fn refused(file: &Path) -> Value {
    let (error, code) = fails(create(threecx(), file).arg("--dry-run"));
    assert_eq!((error["code"].as_str(), code), (Some("input"), 10), "{error}");
    error
}

/// The same, of its rows: line, column, and a part of the message.
#[track_caller]
fn problems(file: &Path) -> Vec<(Value, Value, String)> {
    let error = refused(file);
    let problems = error["problems"].as_array().unwrap_or_else(|| panic!("{error}"));
    let all = |problem: &Value| format!("{} {}", problem["message"], problem["hint"]);
    problems.iter().map(|problem| (problem["line"].clone(), problem["column"].clone(), all(problem))).collect()
}

#[test]
fn csv_that_is_broken_is_refused_with_line_and_column() {
    let folder = Folder::new();
    for (content, places) in [
        (
            "Number,Mobile,FirstName\n740,+491,Ada\n741,+492,\"Bob\n742,+493,Cyd\n",
            &["line 3, column 10", "never closed"][..],
        ),
        ("Number;FirstName\n740;\"Ada\n741;Bob\n", &["line 2, column 5", "never closed"]),
        ("Number,FirstName\n740,A\"da\n741,B\"ob\"\n", &["line 2, column 6", "line 3, column 6", "middle of a cell"]),
        ("Number\tFirstName\n740\t\"Ada\" L\n", &["line 2, column 11", "text after the quote"]),
        ("Number,FirstName\n740\n741,B,C\n742,D\n", &["line 2 has 1 fields", "line 3 has 3 fields"]),
        ("\"Number,FirstName\n740,A\n", &["line 1, column 1"]),
    ] {
        let error = refused(&folder.file("x.csv", content));
        let message = error["message"].as_str().expect("text");
        for place in places {
            assert!(message.contains(place), "{content}: {message}");
        }
        assert!(message.contains("nothing was sent"), "{message}");
    }
}

#[test]
fn csv_is_read_as_programs_write_it() {
    let folder = Folder::new();
    let wanted = [json!({"Number": "710", "FirstName": "A, \"B\""}), json!({"Number": "711", "FirstName": "Zoë"})];
    let plain = "Number,FirstName\n710,\"A, \"\"B\"\"\"\n\n711,Zoë\n,\n";
    let marked = |unit: fn(u16) -> [u8; 2], text: &str| -> Vec<u8> {
        std::iter::once(0xfeff).chain(text.encode_utf16()).flat_map(unit).collect()
    };
    for content in [
        plain.as_bytes().to_vec(),
        plain.replace('\n', "\r\n").into_bytes(),
        plain.replace('\n', "\r").into_bytes(),
        [b"\xef\xbb\xbf", plain.as_bytes()].concat(),
        marked(u16::to_le_bytes, plain),
        marked(u16::to_be_bytes, plain),
        marked(
            u16::to_le_bytes,
            &plain.replace(",F", "\tF").replace(",\"", "\t\"").replace(",Z", "\tZ").replace("\n,\n", "\n"),
        ),
        b"sep=;\nNumber;FirstName\n710;\"A, \"\"B\"\"\"\n711;Zo\xc3\xab\n".to_vec(),
        b"SEP=|\r\nNumber|FirstName\r\n710|\"A, \"\"B\"\"\"\r\n711|Zo\xc3\xab\r\n".to_vec(),
        b"sep=\t\nNumber\tFirstName\n710\t\"A, \"\"B\"\"\"\n711\tZo\xc3\xab\n".to_vec(),
        b"\xef\xbb\xbfsep=,\nNumber,FirstName\n710,\"A, \"\"B\"\"\"\n711,Zo\xc3\xab\n".to_vec(),
    ] {
        let file = folder.file("x.csv", &content);
        assert_eq!(bodies(&file), wanted, "{}", String::from_utf8_lossy(&content));
    }
}

#[test]
fn other_encodings_are_called_by_their_names_wherever_text_is_read() {
    let folder = Folder::new();
    for (content, name) in [
        (&b"Number,FirstName\n710,Ren\xe9\n"[..], "Windows-1252"),
        (b"N\0u\0m\0b\0e\0r\0\n\x007\x001\x000\0", "UTF-16 without a byte order mark"),
        (b"\xff\xfe\0\0N\0\0\0", "UTF-32"),
    ] {
        let file = folder.file("x.txt", content);
        let said = refused(&file)["message"].to_string();
        assert!(said.contains(name), "{said}");
        let at = format!("@{}", file.display());
        for words in [
            &["users", "create", "--first-name", &at][..],
            &["users", "create", "--body", &at],
            &["users", "reprovision-all-phones", "--ids", &at],
            &["api", "POST", "/Users", "--body", &at],
        ] {
            let (error, code) = fails(threecx().args(words).arg("--dry-run"));
            let said = error["message"].to_string();
            assert_eq!((error["code"].as_str(), code), (Some("input"), 10), "{words:?}: {error}");
            assert!(said.contains(name), "{words:?}: {said}");
        }
    }
    let utf16: Vec<u8> = "\u{feff}{\"FirstName\": \"Zoë\"}".encode_utf16().flat_map(u16::to_le_bytes).collect();
    let at = format!("@{}", folder.file("x.json", utf16).display());
    let planned = prints_json(threecx().args(["users", "create", "--body", &at, "--dry-run", "-o", "json"]));
    assert_eq!(planned["body"], json!({"FirstName": "Zoë"}));
}

#[test]
fn what_spreadsheets_spoil_is_refused_cell_by_cell() {
    let folder = Folder::new();
    let errors = [
        "#N/A",
        "#REF!",
        "#DIV/0!",
        "#VALUE!",
        "#NAME?",
        "#NULL!",
        "#NUM!",
        "#SPILL!",
        "#NV",
        "#BEZUG!",
        "#WERT!",
        "#ZAHL!",
        "#ÜBERLAUF!",
        "####",
    ];
    let lines: String = errors.iter().zip(710..).map(|(error, number)| format!("{number},{error},true\n")).collect();
    let found = problems(&folder.file("x.csv", format!("Number,Mobile,Enabled\n{lines}750,+49301,#N/A\n")));
    assert_eq!(found.len(), errors.len() + 1);
    assert_eq!((&found[0].0, &found[0].1), (&2.into(), &"Mobile".into()));
    assert_eq!(found[errors.len()].1, "Enabled");

    for scientific in ["4.9E+11", "\"4,93E+11\"", "4.90301E+11"] {
        let found = problems(&folder.file("x.csv", format!("Number,Mobile\n710,{scientific}\n711,1\n")));
        assert_eq!(found.len(), 1, "{scientific}");
        assert!(found[0].2.contains("format the column as text"), "{found:?}");
    }

    let head = row(1, &["Number", "FirstName", "Mobile", "Enabled"].map(text));
    let excel = ["#N/A", "#REF!", "#DIV/0!", "#VALUE!", "#NAME?", "#NULL!", "#NUM!"];
    let rows: String =
        excel.iter().zip(2..).map(|(bad, at)| row(at, &[number("710", 0), text("A"), error(bad)])).collect();
    let typed = row(20, &[text("730"), text("#NV"), text("1"), text("true")]);
    let found = problems(&folder.file("x.xlsx", workbook(&format!("{head}{rows}{typed}"), &[])));
    let mobile = found.iter().filter(|(_, column, _)| column == "Mobile");
    assert_eq!(mobile.count(), excel.len(), "{found:?}");
    assert!(found.iter().any(|(line, column, _)| *line == 20 && column == "FirstName"), "{found:?}");
}

#[test]
fn cells_of_a_sheet_are_read_as_they_are_shown() {
    let folder = Folder::new();
    let head = row(1, &["Number", "Mobile", "OutboundCallerID", "Enabled", "PinProtectTimeout"].map(text));
    let cells = [
        number("89", 1),
        number("49301234501", 2),
        number("490301234501", 0),
        "<c t=\"b\"><v>1</v></c>".into(),
        number("60", 1),
    ];
    let file = folder.file("x.xlsx", workbook(&format!("{head}{}", row(3, &cells)), &["0000", "\"+\"0"]));
    let wanted = json!({"Number": "0089", "Mobile": "+49301234501", "OutboundCallerID": "490301234501", "Enabled": true, "PinProtectTimeout": 60});
    assert_eq!(bodies(&file), [wanted]);
    // More digits than a spreadsheet keeps.
    let cells = [number("89", 1), number("1234567890123456", 0)];
    let found = problems(&folder.file("x.xlsx", workbook(&format!("{head}{}", row(2, &cells)), &["0000"])));
    assert!(found.len() == 1 && found[0].2.contains("digits are lost"), "{found:?}");
    let far = format!(r#"{head}<row r="1048576"><c r="XFD1048576"><v>1</v></c></row>"#);
    let said = refused(&folder.file("x.xlsx", workbook(&far, &[])))["message"].to_string();
    assert!(said.contains("cell XFD1048576"), "{said}");
    let said = refused(&folder.file("x.xls", b"\xd0\xcf\x11\xe0\xa1\xb1\x1a\xe1"))["message"].to_string();
    assert!(said.contains("old Excel"), "{said}");
}

#[test]
fn everything_that_is_wrong_is_told_at_once() {
    let folder = Folder::new();
    let file = folder.file(
        "x.csv",
        "Number,FirstName,LastNmae,Enabled,VMEmailOptions,Mobile\n\
         710,A,x,perhaps,Telegram,#REF!\n\
         711,B,,true,None,1\n\
         712,C,y,maybe,None,4.9E+11\n",
    );
    let found = problems(&file);
    let places: Vec<(&Value, &str)> =
        found.iter().map(|(line, column, _)| (line, column.as_str().unwrap_or(""))).collect();
    for place in [
        (&Value::Null, "LastNmae"),
        (&2.into(), "Enabled"),
        (&2.into(), "VMEmailOptions"),
        (&2.into(), "Mobile"),
        (&4.into(), "Enabled"),
        (&4.into(), "Mobile"),
    ] {
        assert!(places.contains(&place), "{place:?}: {found:?}");
    }
    assert_eq!(found.len(), 6, "{found:?}");
    assert!(found[0].2.contains("Did you mean"), "{found:?}");
    // The same of flags.
    let (error, code) =
        fails(threecx().args(["users", "create", "--enabled=perhaps", "--vm-email-options", "Telegram", "--dry-run"]));
    assert_eq!(
        (error["code"].as_str(), code, error["problems"].as_array().map(Vec::len)),
        (Some("input"), 10, Some(2)),
        "{error}"
    );
    // A person sees them in a list.
    let short = folder.file("y.csv", "Number,FirstName\n1\n2,a,b\n");
    let [file, short] = [&file, &short].map(|path| path.to_str().expect("UTF-8"));
    for arguments in [
        vec!["users", "create", "--enabled=perhaps", "--vm-email-options", "Telegram", "--dry-run"],
        vec!["users", "create", "--dry-run", "--from", file],
        vec!["users", "create", "--dry-run", "--from", short],
    ] {
        let output = threecx().args(&arguments).output().expect("it runs");
        let said = String::from_utf8_lossy(&output.stderr).into_owned();
        assert!(said.lines().filter(|line| line.starts_with("  ")).count() > 2, "{arguments:?}: {said}");
    }
}

#[test]
fn columns_of_the_console_are_known() {
    let folder = Folder::new();
    let file = folder.file(
        "x.csv",
        "Number,MobileNumber,VMEnable,BLF,HotDesk,Disabled,VMEmailOptions,MS365SignInDisabled,Department,Role,MAC,DID\n\
         700,+390612345,0,<PhoneDevice><BLFS/></PhoneDevice>,1,0,1,1,DEFAULT,\"<role name=\"\"users\"\" />\",,\n",
    );
    let found = problems(&file);
    let columns: Vec<&str> = found.iter().filter_map(|(_, column, _)| column.as_str()).collect();
    assert_eq!(columns, ["Department", "Role"]);
    assert!(found.iter().all(|(.., said)| said.contains("threecx users departments add")), "{found:?}");
    let wanted = json!({
        "Number": "700", "Mobile": "+390612345", "VMEnabled": false, "Blfs": "<PhoneDevice><BLFS/></PhoneDevice>",
        "EnableHotdesking": true, "Enabled": true, "VMEmailOptions": "Notification", "MS365SignInEnabled": false,
    });
    assert_eq!(bodies_with(&file, &["--ignore-columns"]), [wanted]);
    // What the API calls so counts where both are there.
    let file = folder.file("x.csv", "Number,Enabled,Disabled\n700,true,1\n");
    assert_eq!(bodies(&file), [json!({"Number": "700", "Enabled": true})]);
}

#[test]
fn what_the_program_prints_it_reads_again() {
    let sim = Sim::start(&["--users", "3", "--live-calls", "off"]);
    let folder = Folder::new();
    let select = "Id,Number,FirstName,LastName,Enabled,IsRegistered,VMPIN,Tags";
    for (format, name) in
        [("json", "x.json"), ("ndjson", "x.ndjson"), ("yaml", "x.yaml"), ("csv", "x.csv"), ("xlsx", "x.xlsx")]
    {
        let path = folder.0.path().join(name);
        prints(
            sim.threecx()
                .args([
                    "users",
                    "list",
                    "--top",
                    "3",
                    "--orderby",
                    "Number",
                    "--select",
                    select,
                    "-o",
                    format,
                    "--output-file",
                ])
                .arg(&path),
        );
        let output = create(threecx(), &path).args(["--dry-run", "-o", "json"]).output().expect("it runs");
        let said = String::from_utf8_lossy(&output.stderr).into_owned();
        assert!(output.status.success() && said.contains("the PBX sets it: Id, IsRegistered"), "{format}: {said}");
        let planned: Value = serde_json::from_slice(&output.stdout).expect("JSON");
        let first = &planned[0]["body"];
        assert_eq!((&first["Number"], &first["Enabled"]), (&"100".into(), &true.into()), "{format}: {first}");
        assert!(first.get("Id").is_none() && first.get("IsRegistered").is_none(), "{format}: {first}");
        let quiet = create(threecx(), &path).args(["--dry-run", "--quiet"]).output().expect("it runs");
        assert!(quiet.stderr.is_empty(), "{format}");
        // Of what is there, the id says which one it is.
        let mut update = sim.threecx();
        update.args(["users", "update", "--dry-run", "-o", "json", "--from"]).arg(&path);
        let updates = prints_json(&mut update);
        assert_eq!(updates.as_array().map(Vec::len), Some(3), "{format}");
        assert!(updates[0]["url"].as_str().is_some_and(|url| url.ends_with("/Users(29)")), "{format}: {updates}");
    }
    // One entity, what a PBX answers, and YAML by hand.
    for (content, wanted) in [
        ("{\n  \"Number\": \"720\",\n  \"FirstName\": \"A\"\n}\n", "720"),
        ("{\"@odata.context\":\"x\",\"value\":[{\"Number\":\"720\",\"@odata.etag\":\"y\"}]}", "720"),
        ("- Number: 0720\n  Enabled: yes\n", "0720"),
        ("---\nNumber: 720\nFirstName: A\n", "720"),
        ("\u{feff}[{\"Number\":720}]", "720"),
    ] {
        let file = folder.file("x", content);
        assert_eq!(bodies(&file)[0]["Number"], wanted, "{content}");
    }
    // A secret that was masked is not one.
    let found = problems(&folder.file("x.csv", "Number,VMPIN\n710,***\n"));
    assert!(found.len() == 1 && found[0].1 == "VMPIN", "{found:?}");
}

#[test]
fn the_files_that_went_wrong_have_the_right_outcome() {
    let folder = Folder::new();
    let booleans = "Number,FirstName,AllowLanOnly,VMEnabled,Enabled\n710,A,TRUE,FALSE,True\n711,B,true,0,1\n712,C,yes,no,WAHR\n713,D,on,off,ja\n714,E,VRAI,FAUX,y\n";
    for body in bodies(&folder.file("booleans.csv", booleans)) {
        assert_eq!(
            (&body["AllowLanOnly"], &body["VMEnabled"], &body["Enabled"]),
            (&true.into(), &false.into(), &true.into())
        );
    }
    let rules = "RuleName,Condition,Data,TrunkDN.Number,OfficeHoursDestination.To,OfficeHoursDestination.Number\nDID Ada,BasedOnDID,+49301234501,10000,Extension,100\n";
    let file = folder.file("rules.csv", rules);
    let mut command = threecx();
    command.args(["inbound-rules", "create", "--dry-run", "-o", "json", "--from"]).arg(&file);
    let planned = prints_json(&mut command);
    let body = planned.get(0).unwrap_or(&planned)["body"].clone();
    assert_eq!(body["OfficeHoursDestination"], json!({"To": "Extension", "Number": "100"}));
}
