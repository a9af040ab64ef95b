//! What comes from outside without measure: lists that do not go on, nesting, workbooks.

mod common;

use std::fs;
use std::io::{Cursor, Write};

use common::hostile::{Answer, Hostile};
use common::{at, fails, threecx};

fn rows(ids: impl Iterator<Item = usize>) -> String {
    let rows: Vec<String> = ids.map(|id| format!(r#"{{"Id":{id},"Number":"{id}"}}"#)).collect();
    rows.join(",")
}

fn query(path: &str, name: &str) -> Option<usize> {
    let (_, rest) = path.split_once(&format!("{name}="))?;
    rest.split('&').next()?.parse().ok()
}

#[test]
fn a_list_that_does_not_go_on_ends() {
    let page = |rows: String, more: &str| Answer::json(200, format!(r#"{{{more}"value":[{rows}]}}"#));
    type Case = (&'static str, Hostile, &'static [&'static str]);
    let cases: Vec<Case> = vec![
        ("$skip is passed over", Hostile::start(move |_| page(rows(0..100), "")), &["users", "list", "--all"]),
        (
            "$skip is passed over by a report",
            Hostile::start(|_| {
                let rows: Vec<String> = (0..100).map(|row| format!(r#"{{"SegmentId":{row}}}"#)).collect();
                Answer::json(200, format!(r#"{{"value":[{}]}}"#, rows.join(",")))
            }),
            &["call-history", "list", "--all"],
        ),
        (
            "the pages overlap",
            Hostile::start(move |request| {
                let skip = query(&request.path, "$skip").unwrap_or(0);
                page(rows(skip / 2..skip / 2 + 100), "")
            }),
            &["users", "list", "--all"],
        ),
        (
            "the next page is the same",
            Hostile::start(move |_| page(rows(0..1), r#""@odata.nextLink":"/xapi/v1/Users?$skiptoken=1","#)),
            &["users", "list", "--all"],
        ),
        (
            "the next pages are a circle",
            Hostile::start(move |request| {
                let at = query(&request.path, "$skiptoken").unwrap_or(0);
                let next = (at + 1) % 3;
                // Rows without a key, which cannot be told apart.
                page(
                    format!(r#"{{"Number":"{at}"}}"#),
                    &format!(r#""@odata.nextLink":"/xapi/v1/Users?$skiptoken={next}","#),
                )
            }),
            &["users", "list", "--all", "--select", "Number"],
        ),
    ];
    // There is always another next page, with a row that is new.
    let drip = |about: &'static str| {
        Hostile::start(move |request| {
            let at = query(&request.path, "$skiptoken").unwrap_or(0);
            let next = format!(r#""@odata.nextLink":"/xapi/v1/Users?$skiptoken={}","#, at + 1);
            page(about.replace('#', &at.to_string()), &next)
        })
    };
    let named: Vec<Case> = vec![
        ("a row in each page", drip(r#"{"Id":#,"Number":"1"}"#), &["users", "list", "--all"]),
        ("a row without a key", drip(r#"{"Number":"1"}"#), &["users", "list", "--all", "--select", "Number"]),
        ("a name is looked up", drip(r##"{"Id":#,"Number":"#"}"##), &["users", "get", "Somebody"]),
        (
            "a filter is looked up",
            drip(r#"{"Id":#}"#),
            &["users", "update", "--where", "Id gt 0", "--mobile", "1", "--yes"],
        ),
        ("a number of rows", drip(r#"{"Id":#}"#), &["users", "list", "--top", "5000"]),
    ];
    for (what, server, arguments) in named {
        let (error, exit) = fails(at(&server.url).args(arguments));
        assert_eq!((error["code"].as_str(), exit), (Some("answer"), 52), "{what}: {error}");
        assert!(error["message"].as_str().is_some_and(|said| said.contains("does not end")), "{what}: {error}");
        assert!(server.received().len() < 120, "{what}: {} requests", server.received().len());
    }
    // Its pages are long, and each has new rows.
    let server = Hostile::start(move |request| {
        let at = query(&request.path, "$skiptoken").unwrap_or(0);
        let next = format!(r#""@odata.nextLink":"/xapi/v1/CallHistoryView?$skiptoken={}","#, at + 1);
        page(format!(r#"{{"SegmentId":{at}}},{}{{}}"#, "{},".repeat(150_000)), &next)
    });
    let output = at(&server.url).args(["call-history", "list", "--all", "-o", "ndjson"]).output().expect("it runs");
    let said = String::from_utf8_lossy(&output.stderr).into_owned();
    assert!(output.status.code() == Some(52) && said.contains("more than 1000000 rows"), "{said}");
    for (what, server, arguments) in cases {
        let (error, exit) = fails(at(&server.url).args(arguments));
        assert_eq!((error["code"].as_str(), exit), (Some("answer"), 52), "{what}: {error}");
        assert!(server.received().len() < 40, "{what}: {} requests", server.received().len());
    }
}

#[test]
fn an_order_that_changes_is_noticed() {
    // Each page is right by itself, and they come from lists that are sorted in other ways.
    let server = Hostile::start(|request| {
        let (skip, top) = (query(&request.path, "$skip").unwrap_or(0), query(&request.path, "$top").unwrap_or(100));
        let order = |place: usize| if skip == 0 { place } else { 229 - place };
        Answer::json(200, format!(r#"{{"value":[{}]}}"#, rows((skip..(skip + top).min(230)).map(order))))
    });
    let (error, _) = fails(at(&server.url).args(["users", "list", "--all"]));
    assert!(error["message"].as_str().expect("text").contains("comes twice"), "{error}");
}

#[test]
fn nesting_without_measure_is_refused_wherever_it_comes_from() {
    let folder = tempfile::tempdir().expect("a folder");
    let deep = format!("{}{}", "[".repeat(100_000), "]".repeat(100_000));
    let (body, lines) = (folder.path().join("body.json"), folder.path().join("rows.ndjson"));
    fs::write(&body, format!(r#"{{"Groups":{deep}}}"#)).expect("written");
    fs::write(&lines, format!("{{\"Number\":\"1\",\"Groups\":{deep}}}\n")).expect("written");
    let body = format!("@{}", body.display());
    let lines = lines.display().to_string();
    // A single word of a command line is 128 kB at most.
    let word = format!("{}{}", "[".repeat(60_000), "]".repeat(60_000));
    for arguments in [
        &["users", "create", "--body", &body][..],
        &["users", "update", "7", "--body", &body],
        &["users", "create", "--number", "1", "--groups", &word],
        &["users", "create", "--number", "1", "--groups", &word[..60_000]],
        &["users", "create", "--body", &word],
        &["users", "create", "--from", &lines],
        &["users", "list", "--jq", &word],
        &["users", "list", "--jq", &word.replace('[', "(")],
    ] {
        let (error, exit) = fails(at("http://127.0.0.1:9").args(arguments));
        assert!(matches!(exit, 2 | 10), "{:?}: {error}", &arguments[..3]);
    }
    let config = folder.path().join("config");
    fs::create_dir(&config).expect("a folder");
    fs::write(config.join("profiles.toml"), format!("x = {word}")).expect("written");
    let (error, exit) = fails(threecx().env("THREECX_CONFIG_DIR", &config).args(["profiles"]));
    assert_eq!(exit, 60, "{error}");
}

/// Each row has names of its own: a table of all of them would be far larger than the file.
#[test]
fn rows_whose_names_differ_take_no_more_than_the_file() {
    let folder = tempfile::tempdir().expect("a folder");
    let file = folder.path().join("rows");
    let json = |rows: usize| (0..rows).map(|row| format!("{{\"a{row}\":1}}\n")).collect::<String>();
    let yaml = |rows: usize| (0..rows).map(|row| format!("- a{row}: 1\n")).collect::<String>();
    let list = |rows: usize| format!("[{}]", json(rows).trim_end().replace('\n', ","));
    for (what, text, is_refused) in [
        ("lines", json(60_000), true),
        ("a list", list(60_000), true),
        ("YAML", yaml(3_000), true),
        ("few names", json(30), false),
    ] {
        fs::write(&file, text).expect("written");
        let arguments = ["users", "create", "--sim", "--dry-run", "--from"];
        let output = threecx().args(arguments).arg(&file).output().expect("it runs");
        let said = String::from_utf8_lossy(&output.stderr).into_owned();
        assert_eq!(output.status.code(), Some(10), "{what}: {said}");
        assert_eq!(said.contains("different names, which few of them share"), is_refused, "{what}: {said}");
    }
    // A list of people may lack some of what others have.
    let people: String = (0..3_000).map(|row| format!("{{\"Number\":\"{}\"}}\n", 10_000 + row)).collect();
    fs::write(&file, format!("{people}{{\"Number\":\"9999\",\"FirstName\":\"Ada\"}}\n")).expect("written");
    let output =
        threecx().args(["users", "create", "--sim", "--dry-run", "--from"]).arg(&file).output().expect("it runs");
    assert!(output.status.success(), "{}", String::from_utf8_lossy(&output.stderr));
}

#[test]
fn answers_of_any_depth_end_in_every_format() {
    for levels in [60, 70, 200_000] {
        let tags = format!("{}{}", "[".repeat(levels), "]".repeat(levels));
        let row = format!(r#"{{"Id":7,"Number":"104","Tags":{tags}}}"#);
        let server = Hostile::start(move |_| Answer::json(200, format!(r#"{{"value":[{row}]}}"#)));
        for format in ["json", "ndjson", "yaml", "csv", "table"] {
            let output = at(&server.url).args(["users", "list", "-o", format]).output().expect("it runs");
            assert_eq!(output.status.code(), Some(if levels > 64 { 52 } else { 0 }), "{levels} {format}: {output:?}");
        }
        let output = at(&server.url).args(["users", "list", "--jq", ".Tags"]).output().expect("it runs");
        assert_eq!(output.status.code(), Some(if levels > 64 { 52 } else { 0 }), "{levels}: {output:?}");
    }
}

#[test]
fn a_cell_of_any_size_is_shown_in_part_where_there_is_a_width() {
    let text = "wide ".repeat(400_000);
    let server =
        Hostile::start(move |_| Answer::json(200, format!(r#"{{"value":[{{"Id":7,"FirstName":"{text}"}}]}}"#)));
    let output = at(&server.url).args(["users", "list", "-o", "table"]).env("COLUMNS", "80").output().expect("it runs");
    assert!(output.status.success() && output.stdout.len() < 10_000, "{} bytes", output.stdout.len());
}

/// A workbook with this sheet, and with another part of as many zeros.
fn workbook(sheet: &str, zeros: usize) -> Vec<u8> {
    let mut archive = zip::ZipWriter::new(Cursor::new(Vec::new()));
    let options = zip::write::SimpleFileOptions::default().compression_method(zip::CompressionMethod::Deflated);
    let mut part = |name: &str, content: &[u8]| {
        archive.start_file(name, options).expect("begun");
        archive.write_all(content).expect("written");
    };
    part(
        "[Content_Types].xml",
        br#"<Types xmlns="http://schemas.openxmlformats.org/package/2006/content-types"><Default Extension="xml" ContentType="application/xml"/></Types>"#,
    );
    part(
        "_rels/.rels",
        br#"<Relationships xmlns="http://schemas.openxmlformats.org/package/2006/relationships"><Relationship Id="rId1" Type="http://schemas.openxmlformats.org/officeDocument/2006/relationships/officeDocument" Target="xl/workbook.xml"/></Relationships>"#,
    );
    part(
        "xl/workbook.xml",
        br#"<workbook xmlns="http://schemas.openxmlformats.org/spreadsheetml/2006/main" xmlns:r="http://schemas.openxmlformats.org/officeDocument/2006/relationships"><sheets><sheet name="S" sheetId="1" r:id="rId1"/></sheets></workbook>"#,
    );
    part(
        "xl/_rels/workbook.xml.rels",
        br#"<Relationships xmlns="http://schemas.openxmlformats.org/package/2006/relationships"><Relationship Id="rId1" Type="http://schemas.openxmlformats.org/officeDocument/2006/relationships/worksheet" Target="worksheets/sheet1.xml"/></Relationships>"#,
    );
    let sheet = format!(
        r#"<worksheet xmlns="http://schemas.openxmlformats.org/spreadsheetml/2006/main"><sheetData>{sheet}</sheetData></worksheet>"#
    );
    part("xl/worksheets/sheet1.xml", sheet.as_bytes());
    if zeros > 0 {
        part("xl/media/image1.bin", &vec![0; zeros]);
    }
    archive.finish().expect("a workbook").into_inner()
}

#[test]
fn a_workbook_takes_no_more_than_its_rows() {
    let cell = |place: &str, text: &str| format!(r#"<c r="{place}" t="inlineStr"><is><t>{text}</t></is></c>"#);
    let row = |number: u32, cells: &[(&str, &str)]| {
        let cells: String = cells.iter().map(|(place, text)| cell(place, text)).collect();
        format!(r#"<row r="{number}">{cells}</row>"#)
    };
    let people =
        format!("{}{}", row(1, &[("A1", "Number"), ("B1", "FirstName")]), row(2, &[("A2", "801"), ("B2", "Ada")]));
    let folder = tempfile::tempdir().expect("a folder");
    let file = folder.path().join("people.xlsx");
    for (what, book, says) in [
        ("a usual one", workbook(&people, 0), None),
        // What is only formatted is not there.
        (
            "an empty cell at the end",
            workbook(&format!(r#"{people}<row r="1048576"><c r="XFD1048576" s="1"/></row>"#), 0),
            None,
        ),
        (
            "a cell at the end",
            workbook(&format!("{people}{}", row(1_048_576, &[("XFD1048576", "x")])), 0),
            Some("XFD1048576"),
        ),
        (
            "a cell far to the right and down",
            workbook(&format!("{people}{}", row(90_000, &[("ZZ90000", "x")])), 0),
            Some("ZZ90000"),
        ),
        ("a bomb", workbook(&people, 300 << 20), Some("unpacks to more than")),
        ("no workbook", b"PK\x03\x04 and nothing else".to_vec(), Some("cannot be read")),
    ] {
        assert!(book.len() < 1 << 20, "{what}");
        fs::write(&file, book).expect("written");
        let output =
            threecx().args(["users", "create", "--sim", "--dry-run", "--from"]).arg(&file).output().expect("it runs");
        let stderr = String::from_utf8_lossy(&output.stderr).into_owned();
        match says {
            None => assert!(output.status.success(), "{what}: {stderr}"),
            Some(says) => assert!(output.status.code() == Some(10) && stderr.contains(says), "{what}: {stderr}"),
        }
    }
}
