//! The formats in which answers are printed, declared once: what `-o` takes, and which files
//! mean which.

use std::path::Path;

/// How to print.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Format {
    /// For people.
    Table,
    /// A list is an array.
    Json,
    /// One JSON value a line.
    Ndjson,
    /// For spreadsheets, as RFC 4180 has it.
    Csv,
    /// A list is a sequence.
    Yaml,
    /// A workbook.
    Xlsx,
    /// Columns for data warehouses.
    #[cfg(feature = "parquet")]
    Parquet,
}

/// Every format under the names that it has, for `-o` and as the end of a file's name.
const NAMES: &[(&str, Format)] = &[
    ("table", Format::Table),
    ("json", Format::Json),
    ("ndjson", Format::Ndjson),
    ("csv", Format::Csv),
    ("yaml", Format::Yaml),
    ("xlsx", Format::Xlsx),
    #[cfg(feature = "parquet")]
    ("parquet", Format::Parquet),
];

/// Other ends of names.
const ALSO: [(&str, Format); 2] = [("jsonl", Format::Ndjson), ("yml", Format::Yaml)];

/// Ends of names that mean formats which are not written, and what to do about it. A table under such a name
/// would be taken for something else.
const UNWRITTEN: &[(&str, &str, &str)] = &[
    #[cfg(not(feature = "parquet"))]
    (
        "parquet",
        "Parquet",
        "Use the format of another extension, such as .csv or .ndjson; or build the program with `--features parquet`.",
    ),
    ("xls", "workbooks of Excel 97", "Name it .xlsx, or .csv; or say with -o what it is to hold."),
    ("ods", "OpenDocument spreadsheets", "Name it .xlsx, or .csv; or say with -o what it is to hold."),
];

impl Format {
    /// What `-o` takes.
    pub fn names() -> impl Iterator<Item = &'static str> {
        NAMES.iter().map(|(name, _)| *name)
    }

    /// The format of this name.
    pub fn named(name: &str) -> Option<Format> {
        NAMES.iter().find(|(known, _)| *known == name).map(|(_, format)| *format)
    }

    /// The format that the end of a file's name means.
    pub fn of_file(path: &str) -> Option<Format> {
        let end = Path::new(path).extension()?.to_str()?.to_ascii_lowercase();
        let known = NAMES.iter().chain(&ALSO).find(|(name, _)| *name == end)?;
        Some(known.1).filter(|format| *format != Format::Table)
    }

    /// What the end of a file's name means and this program does not write, and what to do about it.
    pub fn unwritten(path: &str) -> Option<(&'static str, &'static str)> {
        let end = Path::new(path).extension()?.to_str()?.to_ascii_lowercase();
        UNWRITTEN.iter().find(|(known, ..)| *known == end).map(|(_, name, next_step)| (*name, *next_step))
    }

    /// The name for `-o`.
    pub fn name(self) -> &'static str {
        NAMES.iter().find(|(_, format)| *format == self).map_or("", |(name, _)| name)
    }

    /// True for what a terminal cannot show.
    pub fn is_binary(self) -> bool {
        match self {
            Format::Xlsx => true,
            #[cfg(feature = "parquet")]
            Format::Parquet => true,
            _ => false,
        }
    }

    /// True if a file can be written on later, after it was complete.
    pub fn can_be_continued(self) -> bool {
        matches!(self, Format::Ndjson | Format::Csv | Format::Yaml)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn names_of_files_mean_formats() {
        for (path, format) in [
            ("a/users.CSV", Some(Format::Csv)),
            ("users.yml", Some(Format::Yaml)),
            ("users.jsonl", Some(Format::Ndjson)),
            ("users.xlsx", Some(Format::Xlsx)),
            ("users.table", None),
            ("csv", None),
            ("backup.zip", None),
        ] {
            assert_eq!(Format::of_file(path), format, "{path}");
        }
        assert!(Format::names().all(|name| Format::named(name).is_some_and(|format| format.name() == name)));
    }
}
