//! Workbooks of Excel, made from the XML of their cells.

use std::io::{Cursor, Write};

use zip::write::SimpleFileOptions;

/// A workbook with one sheet. `formats` are number formats, by which cells are shown whose style is 1, 2 …
pub fn workbook(rows: &str, formats: &[&str]) -> Vec<u8> {
    let escaped = |text: &str| text.replace('&', "&amp;").replace('"', "&quot;");
    let codes: String = (164..)
        .zip(formats)
        .map(|(id, format)| format!(r#"<numFmt numFmtId="{id}" formatCode="{}"/>"#, escaped(format)))
        .collect();
    let styles: String = (164..).take(formats.len()).map(|id| format!(r#"<xf numFmtId="{id}"/>"#)).collect();
    let main = "http://schemas.openxmlformats.org/spreadsheetml/2006/main";
    let files = [
        ("[Content_Types].xml", r#"<Types xmlns="http://schemas.openxmlformats.org/package/2006/content-types"><Default Extension="rels" ContentType="application/vnd.openxmlformats-package.relationships+xml"/><Override PartName="/xl/workbook.xml" ContentType="application/vnd.openxmlformats-officedocument.spreadsheetml.sheet.main+xml"/><Override PartName="/xl/styles.xml" ContentType="application/vnd.openxmlformats-officedocument.spreadsheetml.styles+xml"/><Override PartName="/xl/worksheets/sheet1.xml" ContentType="application/vnd.openxmlformats-officedocument.spreadsheetml.worksheet+xml"/></Types>"#.to_owned()),
        ("_rels/.rels", r#"<Relationships xmlns="http://schemas.openxmlformats.org/package/2006/relationships"><Relationship Id="rId1" Type="http://schemas.openxmlformats.org/officeDocument/2006/relationships/officeDocument" Target="xl/workbook.xml"/></Relationships>"#.to_owned()),
        ("xl/workbook.xml", format!(r#"<workbook xmlns="{main}" xmlns:r="http://schemas.openxmlformats.org/officeDocument/2006/relationships"><sheets><sheet name="People" sheetId="1" r:id="rId1"/></sheets></workbook>"#)),
        ("xl/_rels/workbook.xml.rels", r#"<Relationships xmlns="http://schemas.openxmlformats.org/package/2006/relationships"><Relationship Id="rId1" Type="http://schemas.openxmlformats.org/officeDocument/2006/relationships/worksheet" Target="worksheets/sheet1.xml"/><Relationship Id="rId2" Type="http://schemas.openxmlformats.org/officeDocument/2006/relationships/styles" Target="styles.xml"/></Relationships>"#.to_owned()),
        ("xl/styles.xml", format!(r#"<styleSheet xmlns="{main}"><numFmts count="{}">{codes}</numFmts><cellXfs><xf numFmtId="0"/>{styles}</cellXfs></styleSheet>"#, formats.len())),
        ("xl/worksheets/sheet1.xml", format!(r#"<worksheet xmlns="{main}"><sheetData>{rows}</sheetData></worksheet>"#)),
    ];
    let mut archive = zip::ZipWriter::new(Cursor::new(Vec::new()));
    for (name, content) in files {
        archive.start_file(name, SimpleFileOptions::default()).expect("a file");
        archive.write_all(content.as_bytes()).expect("written");
    }
    archive.finish().expect("an archive").into_inner()
}

/// A row of cells, each as its XML without its address.
pub fn row(number: u32, cells: &[String]) -> String {
    let cells: String = ('A'..)
        .zip(cells)
        .map(|(column, cell)| cell.replacen("<c", &format!(r#"<c r="{column}{number}""#), 1))
        .collect();
    format!(r#"<row r="{number}">{cells}</row>"#)
}

/// A cell of text.
pub fn text(text: &str) -> String {
    format!(r#"<c t="inlineStr"><is><t xml:space="preserve">{text}</t></is></c>"#)
}

/// A number that is shown by the format of this style.
pub fn number(value: &str, style: usize) -> String {
    format!(r#"<c s="{style}"><v>{value}</v></c>"#)
}

/// The error of a formula.
pub fn error(value: &str) -> String {
    format!(r#"<c t="e"><f>A1</f><v>{value}</v></c>"#)
}
