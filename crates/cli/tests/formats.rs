//! The formats in which lists and single answers are printed, and filters over them.

mod common;

use std::io::Read;
use std::path::Path;

use common::{Sim, fails, prints, prints_json, threecx};
use serde_json::{Value, json};

fn sim() -> Sim {
    Sim::start(&["--users", "250", "--live-calls", "off"])
}

const USERS: [&str; 5] = ["users", "list", "--all", "--select", "Id,Number,FirstName"];

#[test]
fn every_text_format_has_every_row() {
    let sim = sim();
    let rows = |format: &str| prints(sim.threecx().args(USERS).args(["-o", format]));
    let json: Vec<Value> = serde_json::from_str(&rows("json")).expect("an array");
    assert_eq!(json.len(), 250);
    let lines: Vec<Value> =
        rows("ndjson").lines().map(|line| serde_json::from_str(line).expect("JSON on each line")).collect();
    assert_eq!(lines, json);
    let yaml: Vec<Value> = serde_saphyr::from_str(&rows("yaml")).expect("YAML");
    assert_eq!(yaml, json);
    let text = |value: &Value| value.as_str().map_or_else(|| value.to_string(), str::to_owned);
    let csv = rows("csv");
    let mut expected = "Id,Number,FirstName\r\n".to_owned();
    for row in &json {
        let cells: Vec<String> = ["Id", "Number", "FirstName"].iter().map(|name| text(&row[*name])).collect();
        expected.push_str(&format!("{}\r\n", cells.join(",")));
    }
    assert_eq!(csv, expected);
    assert_eq!(rows("table").lines().count(), 251);
}

#[test]
fn a_heading_is_there_without_rows_and_follows_the_catalogue() {
    let sim = sim();
    let none = ["queues", "list", "--all", "--filter", "Id eq -1"];
    let csv = |more: &[&str]| prints(sim.threecx().args(none).args(["-o", "csv"]).args(more));
    assert_eq!(csv(&["--select", "Name,ForwardNoAnswer/To,number"]), "Name,ForwardNoAnswer.To,Number\r\n");
    assert_eq!(csv(&["--select", "Id", "--expand", "Agents($select=Number)"]), "Id,Agents\r\n");
    let all = csv(&[]);
    assert!(all.contains(",ForwardNoAnswer.External,") && !all.contains("Agents"), "{all}");
    for (format, empty) in [("json", "[]\n"), ("ndjson", ""), ("yaml", "[]\n")] {
        assert_eq!(prints(sim.threecx().args(none).args(["-o", format])), empty, "{format}");
    }
}

#[test]
fn spreadsheets_get_no_formulas() {
    let sim = sim();
    let evil = "=HYPERLINK(\"http://evil.example\",\"a, b\")";
    let contact = ["contacts", "create", "--company-name", evil, "--phone-number", "+49 30 1234567"];
    prints(sim.threecx().args(contact));
    let list = ["contacts", "list", "--all", "--filter", "contains(CompanyName,'HYPERLINK')"];
    let list = || {
        let mut command = sim.threecx();
        command.args(list).args(["--select", "CompanyName,PhoneNumber"]);
        command
    };
    let row = "\"'=HYPERLINK(\"\"http://evil.example\"\",\"\"a, b\"\")\",+49 30 1234567";
    assert_eq!(prints(list().args(["-o", "csv"])), format!("CompanyName,PhoneNumber\r\n{row}\r\n"));
    assert_eq!(
        prints_json(list().args(["-o", "json"])),
        json!([{"CompanyName": evil, "PhoneNumber": "+49 30 1234567"}])
    );
}

/// A file of a workbook, as text.
fn part(workbook: &Path, name: &str) -> String {
    let file = std::fs::File::open(workbook).expect("a file");
    let mut workbook = zip::ZipArchive::new(file).expect("a workbook");
    let mut text = String::new();
    workbook.by_name(name).expect(name).read_to_string(&mut text).expect("XML");
    text
}

#[test]
fn the_name_of_a_file_says_what_goes_into_it() {
    let sim = sim();
    let folder = tempfile::tempdir().expect("a folder");
    let save = |name: &str| {
        let path = folder.path().join(name);
        assert_eq!(prints(sim.threecx().args(USERS).arg("--output-file").arg(&path)), "");
        path
    };
    let read = |name: &str| std::fs::read_to_string(save(name)).expect("text");
    assert!(read("users.csv").starts_with("Id,Number,FirstName\r\n29,"));
    assert!(read("users.jsonl").starts_with("{\"Id\":29,"));
    assert!(read("users.yml").starts_with("- Id: 29\n"));
    assert!(read("users.json").starts_with("[\n{\"Id\":29,"));
    assert!(read("users.txt").starts_with("Id   Number"));
    let sheet = part(&save("users.xlsx"), "xl/worksheets/sheet1.xml");
    assert_eq!(sheet.matches("<row ").count(), 251);
    assert!(sheet.contains("<c r=\"A2\"><v>29</v></c>"), "{}", &sheet[..2000]);
    assert!(sheet.contains("ySplit=\"1\""));
}

#[test]
fn single_answers_come_in_every_format() {
    let sim = sim();
    let print = |format: &str| {
        let user = ["users", "get", "--id", "29", "--select", "Id,Number,Enabled", "-o", format];
        prints(sim.threecx().args(user).args(["--jq", "{Id, Number, Enabled}"]))
    };
    assert_eq!(print("json"), "{\n  \"Id\": 29,\n  \"Number\": \"100\",\n  \"Enabled\": true\n}\n");
    assert_eq!(print("ndjson"), "{\"Id\":29,\"Number\":\"100\",\"Enabled\":true}\n");
    assert_eq!(print("yaml"), "Id: 29\nNumber: \"100\"\nEnabled: true\n");
    assert_eq!(print("csv"), "Id,Number,Enabled\r\n29,100,true\r\n");
    assert_eq!(print("table"), "Id  Number  Enabled\n29  100     true\n");
    let done = ["users", "update", "--id", "29", "--first-name", "Ada", "-o", "yaml"];
    assert_eq!(prints(sim.threecx().args(done)), "operation: Users.UpdateUser\nstatus: 204\n");
}

#[test]
fn secrets_are_hidden_from_people_only() {
    let sim = sim();
    let list = ["users", "list", "--top", "1", "--select", "Number,AuthPassword"];
    let rows = prints_json(sim.threecx().args(list).args(["-o", "json"]));
    let secret = rows[0]["AuthPassword"].as_str().expect("a password").to_owned();
    assert!(!secret.is_empty());
    assert_eq!(prints(sim.threecx().args(list)), "Number  AuthPassword\n100     ***\n");
    assert!(prints(sim.threecx().args(list).args(["-o", "csv"])).contains(&secret));
}

#[test]
fn spreadsheets_have_no_secrets_that_nobody_named() {
    let sim = sim();
    let folder = tempfile::tempdir().expect("a folder");
    let csv = sim.threecx().args(["users", "list", "--top", "3", "-o", "csv"]).output().expect("it runs");
    let heading = String::from_utf8_lossy(&csv.stdout).lines().next().map(str::to_owned).expect("a heading");
    assert!(heading.contains("Number") && !heading.contains("Password"), "{heading}");
    let remark = String::from_utf8_lossy(&csv.stderr).into_owned();
    assert!(remark.contains("Left out because they are secret: ") && remark.contains("AuthPassword"), "{remark}");
    let path = folder.path().join("users.xlsx");
    prints(sim.threecx().args(["users", "list", "--top", "3", "--output-file"]).arg(&path));
    let mut book: calamine::Xlsx<_> = calamine::open_workbook(&path).expect("a workbook");
    let sheet = calamine::Reader::worksheet_range_at(&mut book, 0).expect("a sheet").expect("readable");
    let headings: Vec<String> = sheet.rows().next().expect("a heading").iter().map(ToString::to_string).collect();
    assert!(headings.iter().all(|name| !name.contains("Password")), "{headings:?}");
}

#[cfg(unix)]
#[test]
fn new_files_with_secrets_are_for_their_owner_only() {
    use std::os::unix::fs::PermissionsExt;
    let sim = sim();
    let folder = tempfile::tempdir().expect("a folder");
    for (name, more, private) in [
        ("all.json", &["users", "list"][..], true),
        ("all.ndjson", &["users", "list", "--all"], true),
        ("one.yaml", &["users", "get", "100"], true),
        ("few.json", &["users", "list", "--select", "Number"], false),
        ("all.csv", &["users", "list"], false),
        ("groups.json", &["peers", "list"], false),
    ] {
        let path = folder.path().join(name);
        prints(sim.threecx().args(more).arg("--output-file").arg(&path));
        let mode = std::fs::metadata(&path).expect("a file").permissions().mode() & 0o777;
        assert_eq!(mode == 0o600, private, "{name}: {mode:o}");
    }
}

#[test]
fn an_entity_is_told_without_its_context_and_an_unknown_end_of_a_file_is_named() {
    let sim = sim();
    let raw = prints(sim.threecx().args(["api", "GET", "Users(29)"]));
    assert!(raw.contains("@odata.context"), "{raw}");
    for format in ["json", "ndjson", "yaml"] {
        let told = prints(sim.threecx().args(["users", "get", "100", "-o", format]));
        assert!(!told.contains("@odata.context") && told.contains("FirstName"), "{told}");
    }
    let quiet = sim.threecx().args(["users", "get", "100", "--quiet"]).output().expect("it runs");
    assert_eq!(String::from_utf8_lossy(&quiet.stderr), "");
    let folder = tempfile::tempdir().expect("a folder");
    let path = folder.path().join("users.pdf").display().to_string();
    let list = sim.threecx().args(["users", "list", "--top", "1", "--output-file", &path]).output().expect("it runs");
    let said = String::from_utf8_lossy(&list.stderr).into_owned();
    assert!(said.contains(&format!("{path} is written as a table; -o sets another format.")), "{said}");
}

#[test]
fn filters_are_applied_to_each_row() {
    let sim = sim();
    let jq = |filter: &str, more: &[&str]| prints(sim.threecx().args(USERS).args(["--jq", filter]).args(more));
    assert_eq!(jq("select(.Number == \"101\") | .Id, .Number", &[]), "30\n\"101\"\n");
    assert_eq!(jq("select(.Number == \"101\") | .Id, .Number", &["-r"]), "30\n101\n");
    let csv = jq("select(.Id < 31) | {n: .Number, twice: (.Id * 2)}", &["-o", "csv"]);
    assert_eq!(csv, "n,twice\r\n100,58\r\n101,60\r\n");
    assert_eq!(jq("select(.Id < 31) | .Id", &["-o", "json"]), "[\n29,\n30\n]\n");
    assert_eq!(jq("empty", &["-o", "json"]), "[]\n");
    assert_eq!(jq("select(.FirstName | test(\"^zz\"))", &[]), "");
}

#[test]
fn a_filter_that_is_none_is_refused_before_anything_is_sent() {
    let nobody = ["--url", "http://127.0.0.1:1", "--client-id", "a", "users", "list"];
    for (filter, column) in [(".Number |", 10), (".Number | nonsense", 11), (".a[", 4)] {
        let mut command = threecx();
        let (error, code) = fails(command.env("THREECX_CLIENT_SECRET", "b").args(nobody).args(["--jq", filter]));
        assert_eq!((error["code"].as_str(), code), (Some("input"), 10), "{error}");
        assert_eq!(error["column"], column, "{error}");
    }
    let (error, code) = fails(threecx().args(["users", "list", "-r"]));
    assert_eq!((error["code"].as_str(), code), (Some("usage"), 2), "{error}");
    // What fails on a row names the row and does not show it.
    let failed = sim().threecx().args(USERS).args(["--jq", "1 + .Number"]).output().expect("it runs");
    let said = String::from_utf8_lossy(&failed.stderr).into_owned();
    assert!(said.starts_with("error[jq]: --jq: ") && said.contains("(row 1)"), "{said}");
    assert_eq!(failed.status.code(), Some(62));
}
