//! `--excel` and `--delimiter`: what a spreadsheet makes of CSV and of workbooks.

mod common;

use std::path::Path;

use assert_cmd::Command;
use calamine::{Data, DataType, Reader, Xlsx, open_workbook};
use common::hostile::{Answer, Hostile};
use common::{Sim, at, prints, prints_json, threecx};
use serde_json::Value;

/// Winter and summer time, without a database of zones.
const ZONE: (&str, &str) = ("TZ", "CET-1CEST,M3.5.0,M10.5.0/3");

const MARK: &str = "\u{feff}";

const GERMAN: (&str, &str) = ("LC_ALL", "de_DE.UTF-8");
const ENGLISH: (&str, &str) = ("LANG", "en_US.UTF-8");

/// Calls with times, durations, and texts that are special in CSV.
fn calls() -> Hostile {
    Hostile::start(|_| {
        let rows = r#"{"SegmentId":1,"SegmentStartTime":"2026-11-30T13:05:00.123Z","CallTime":"PT1H2M3.4S","SrcDisplayName":"a;b, \"c\"\nd"},
            {"SegmentId":2,"SegmentStartTime":"2026-07-31T22:05:00Z","CallTime":"P1DT1S","SrcDisplayName":"x,=1;@y"},
            {"SegmentId":3,"SegmentStartTime":null,"CallTime":"-PT5S","SrcDisplayName":"2026-11-30T13:05:00Z"}"#;
        Answer::json(200, format!(r#"{{"value":[{rows}]}}"#))
    })
}

/// A list of calls where people have this locale.
fn list(server: &Hostile, locale: (&str, &str)) -> Command {
    let mut command = at(&server.url);
    for variable in ["LC_ALL", "LC_NUMERIC", "LANG"] {
        command.env_remove(variable);
    }
    command.env(ZONE.0, ZONE.1).env(locale.0, locale.1);
    let select = "SegmentId,SegmentStartTime,CallTime,SrcDisplayName";
    command.args(["call-history", "list", "--select", select]);
    command
}

#[test]
fn csv_is_as_a_spreadsheet_of_the_region_reads_it() {
    let server = calls();
    // What has the delimiter, a quote or a line break in it is in quotes; what another delimiter would part from a
    // formula is guarded.
    let semicolons = [
        "SegmentId;SegmentStartTime;CallTime;SrcDisplayName",
        "1;2026-11-30 14:05:00;1:02:03;\"a;b, \"\"c\"\"\nd\"",
        "2;2026-08-01 00:05:00;24:00:01;\"x,'=1;'@y\"",
        "3;;'-0:00:05;2026-11-30T13:05:00Z",
        "",
    ]
    .join("\r\n");
    let commas = [
        "SegmentId,SegmentStartTime,CallTime,SrcDisplayName",
        "1,2026-11-30 14:05:00,1:02:03,\"a;b, \"\"c\"\"\nd\"",
        "2,2026-08-01 00:05:00,24:00:01,\"x,=1;'@y\"",
        "3,,'-0:00:05,2026-11-30T13:05:00Z",
        "",
    ]
    .join("\r\n");
    let folder = tempfile::tempdir().expect("a folder");
    let file = folder.path().join("calls.csv").display().to_string();
    for (locale, more, body) in [
        (GERMAN, &["--excel"][..], &semicolons),
        (GERMAN, &["--excel", "-o", "csv"], &semicolons),
        (("LC_NUMERIC", "pt_BR"), &["--excel"], &semicolons),
        (("LANG", "fr_FR.UTF-8"), &["--excel"], &semicolons),
        (ENGLISH, &["--excel"], &commas),
        (("LANG", "C"), &["--excel"], &commas),
        (("LANG", "de_CH.UTF-8"), &["--excel"], &commas),
        (ENGLISH, &["--excel", "--delimiter", "semicolon"], &semicolons),
        (GERMAN, &["--excel", "--delimiter", ","], &commas),
    ] {
        let printed = prints(list(&server, locale).args(more));
        assert_eq!(printed, format!("{MARK}{body}"), "{locale:?} {more:?}");
        assert_eq!(prints(list(&server, locale).args(more).args(["--output-file", &file])), "");
        assert_eq!(std::fs::read_to_string(&file).expect("a file"), format!("{MARK}{body}"), "{locale:?} {more:?}");
    }
}

#[test]
fn a_delimiter_alone_changes_nothing_else() {
    let server = calls();
    for (delimiter, sign) in [("comma", ','), (";", ';'), ("tab", '\t'), ("\\t", '\t'), ("pipe", '|'), ("|", '|')] {
        let printed = prints(list(&server, GERMAN).args(["--delimiter", delimiter]));
        let mut lines = printed.split("\r\n");
        let heading = ["SegmentId", "SegmentStartTime", "CallTime", "SrcDisplayName"].join(&sign.to_string());
        assert_eq!(lines.next(), Some(heading.as_str()), "{delimiter}");
        let first = format!("1{sign}2026-11-30T13:05:00.123Z{sign}PT1H2M3.4S{sign}\"a;b, \"\"c\"\"\nd\"");
        assert_eq!(lines.next(), Some(first.as_str()), "{delimiter}");
    }
    let output = list(&server, GERMAN).args(["--delimiter", "x"]).output().expect("it runs");
    assert_eq!(output.status.code(), Some(2));
}

#[test]
fn numbers_have_the_decimal_sign_of_the_region() {
    let server = calls();
    let filter = "{n: (.SegmentId / 2 + 0.25), at: .SegmentStartTime, took: .CallTime, list: [1.5, \"a,=b\"]}";
    let printed = |locale| prints(list(&server, locale).args(["--excel", "--jq", filter]));
    let german = printed(GERMAN);
    assert!(german.starts_with(&format!("{MARK}n;at;took;list\r\n0,75;2026-11-30 14:05:00;1:02:03;")), "{german}");
    assert!(german.contains(r#""[1.5,""a,\u003db""]""#), "{german}");
    let english = printed(ENGLISH);
    assert!(english.starts_with(&format!("{MARK}n,at,took,list\r\n0.75,2026-11-30 14:05:00,1:02:03,")), "{english}");
}

#[test]
fn times_of_a_workbook_can_be_counted_with() {
    let server = calls();
    let folder = tempfile::tempdir().expect("a folder");
    let file = folder.path().join("calls.xlsx");
    let cells = |path: &Path| -> Vec<Vec<Data>> {
        let mut book: Xlsx<_> = open_workbook(path).expect("a workbook");
        let sheet = book.worksheet_range_at(0).expect("a sheet").expect("readable");
        sheet.rows().map(<[Data]>::to_vec).collect()
    };
    prints(list(&server, GERMAN).arg("--excel").arg("--output-file").arg(&file));
    let rows = cells(&file);
    let moment = rows[1][1].get_datetime().expect("a time").to_ymd_hms_milli();
    assert_eq!(moment, (2026, 11, 30, 14, 5, 0, 0));
    let took = rows[1][2].get_datetime().expect("a duration");
    assert!(took.is_duration() && (took.as_f64() * 86_400.0).round() as i64 == 3723, "{took:?}");
    assert_eq!(rows[3][1], Data::Empty);
    // There are no times before others, and a text that looks like one is a text.
    assert_eq!(rows[3][2], Data::String("-0:00:05".into()));
    assert_eq!(rows[3][3], Data::String("2026-11-30T13:05:00Z".into()));
    prints(list(&server, GERMAN).arg("--output-file").arg(&file));
    assert_eq!(cells(&file)[1][1], Data::String("2026-11-30T13:05:00.123Z".into()));
}

#[test]
fn flags_for_spreadsheets_are_refused_where_nothing_comes_of_them() {
    for words in [
        &["--excel", "-o", "json"][..],
        &["--excel", "-o", "table"],
        &["--excel", "--output-file", "x.ndjson"],
        &["--delimiter", ";", "-o", "xlsx"],
        &["--delimiter", ";", "--output-file", "x.yaml"],
    ] {
        let mut command = threecx();
        let output = command.args(["users", "list", "--sim"]).args(words).output().expect("it runs");
        let said = String::from_utf8_lossy(&output.stderr).into_owned();
        assert_eq!(output.status.code(), Some(2), "{words:?}: {said}");
        assert!(said.contains(words[0]) && said.contains("Add -o csv"), "{words:?}: {said}");
    }
}

/// Whatever the delimiter, what is written is read as it was.
#[test]
fn what_is_written_is_read_again() {
    let sim = Sim::start(&["--users", "3", "--live-calls", "off"]);
    let folder = tempfile::tempdir().expect("a folder");
    let file = folder.path().join("people.csv").display().to_string();
    let names = ["a;b, c|d\te", "x,=1", "=1;@y", "O'Brien", "Zürich\nÖ"];
    for (delimiter, excel) in [("comma", false), ("semicolon", true), ("tab", false), ("tab", true), ("pipe", false)] {
        for (number, name) in (100..103).zip(names.iter().cycle()) {
            prints(sim.threecx().args(["users", "update", &number.to_string(), "--last-name", name]));
        }
        let read = || prints_json(sim.threecx().args(["users", "list", "--select", "Number,LastName", "-o", "json"]));
        let before = read();
        let mut export = sim.threecx();
        export.args(["users", "list", "--select", "Id,LastName", "--delimiter", delimiter, "--output-file", &file]);
        prints(export.args(excel.then_some("--excel")));
        for number in 100..103 {
            prints(sim.threecx().args(["users", "update", &number.to_string(), "--last-name", "gone"]));
        }
        prints(sim.threecx().args(["users", "update", "--from", &file, "--again", "--yes"]));
        let after: Value = read();
        assert_eq!(after, before, "{delimiter} {excel}");
    }
}

#[test]
fn a_file_is_not_continued_in_another_style() {
    let sim = Sim::start(&["--users", "3", "--calls", "20", "--live-calls", "off"]);
    let folder = tempfile::tempdir().expect("a folder");
    let read = |more: &[&str]| {
        let mut command = sim.threecx();
        command.current_dir(&folder).args(["call-history", "list", "--since", "7d", "--select"]);
        command.args(["SegmentId,SegmentStartTime", "--cursor", "c", "--output-file", "calls.csv"]).args(more);
        command
    };
    prints(&mut read(&["--excel", "--delimiter", "semicolon"]));
    prints(&mut read(&["--excel", "--delimiter", "semicolon"]));
    let text = std::fs::read_to_string(folder.path().join("calls.csv")).expect("a file");
    assert_eq!((text.matches(MARK).count(), text.matches("SegmentId;").count()), (1, 1), "{text}");
    for other in [&["--excel", "--delimiter", "comma"][..], &["--delimiter", "semicolon"], &[]] {
        let output = read(other).output().expect("it runs");
        let said = String::from_utf8_lossy(&output.stderr).into_owned();
        assert!(output.status.code() == Some(2) && said.contains("the cursor c cannot be used"), "{other:?}: {said}");
    }
}
