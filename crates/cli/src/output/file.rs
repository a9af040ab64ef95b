//! Files that a PBX sends: written beside nothing that is there already.

use std::fs::{File, OpenOptions};
use std::io::{self, Write};
use std::path::Path;

use serde_json::json;
use threecx::Operation;

use super::shape::Shape;
use super::{Output, answer};
use crate::failure::Failure;

/// So many names are tried before giving up.
const MOST_NAMES: u32 = 1000;

/// Writes a file to where `--output-file` says, else under the PBX's name into the current
/// folder, and says where it went.
pub fn save(
    operation: Option<&'static Operation>,
    file: &threecx::File,
    bytes: &[u8],
    output: &Output,
) -> Result<(), Failure> {
    let path = match output.file.as_deref() {
        Some("-") => {
            let mut sink = output.open()?;
            sink.raw(bytes)?;
            return sink.finish();
        }
        Some(path) => {
            let mut target = File::create(path).map_err(|error| Failure::file(path, &error))?;
            write(&mut target, path, bytes)?;
            path.to_owned()
        }
        None => {
            let name = file.name.clone().unwrap_or_else(|| default_name(operation, &file.media_type));
            let (mut target, path) = create(name.trim_start_matches('.'))?;
            write(&mut target, &path, bytes)?;
            path
        }
    };
    let output = output.unfiltered().to_stdout();
    if output.is_json() {
        let saved = json!({"file": path, "bytes": bytes.len(), "media_type": file.media_type}).to_string();
        return answer::print_value(&saved, &Shape::unknown(), &output);
    }
    let mut sink = output.open()?;
    sink.line(&format!("Wrote {path} ({}).", size(bytes.len())))?;
    sink.finish()
}

fn write(file: &mut File, path: &str, bytes: &[u8]) -> Result<(), Failure> {
    file.write_all(bytes).and_then(|()| file.flush()).map_err(|error| Failure::file(path, &error))
}

/// A new file of this name, or of the first `name (1).ext` that does not exist.
fn create(name: &str) -> Result<(File, String), Failure> {
    let path = Path::new(name);
    let stem = path.file_stem().unwrap_or_default().to_string_lossy();
    let extension = path.extension().map(|extension| format!(".{}", extension.to_string_lossy())).unwrap_or_default();
    let mut error = io::Error::from(io::ErrorKind::AlreadyExists);
    for number in 0..MOST_NAMES {
        let name = if number == 0 { name.to_owned() } else { format!("{stem} ({number}){extension}") };
        match OpenOptions::new().write(true).create_new(true).open(&name) {
            Ok(file) => return Ok((file, name)),
            Err(found) if found.kind() == io::ErrorKind::AlreadyExists => error = found,
            Err(other) => return Err(Failure::file(name, &other)),
        }
    }
    Err(Failure::file(name, &error))
}

/// `get-recording.wav`, where the PBX gives no name.
fn default_name(operation: Option<&'static Operation>, media_type: &str) -> String {
    let extension = match media_type {
        "text/csv" => "csv",
        "text/plain" => "txt",
        "text/html" => "html",
        "application/json" => "json",
        "application/pdf" => "pdf",
        "application/zip" | "application/x-zip-compressed" => "zip",
        "application/vnd.openxmlformats-officedocument.spreadsheetml.sheet" => "xlsx",
        "text/xml" | "application/xml" => "xml",
        "audio/wav" | "audio/x-wav" | "audio/wave" => "wav",
        "audio/mpeg" => "mp3",
        "image/png" => "png",
        "image/jpeg" => "jpg",
        _ => "bin",
    };
    format!("{}.{extension}", operation.map_or("answer", |operation| operation.command))
}

fn size(bytes: usize) -> String {
    match bytes {
        0..10_000 => format!("{bytes} bytes"),
        10_000..10_000_000 => format!("{} kB", bytes / 1000),
        _ => format!("{} MB", bytes / 1_000_000),
    }
}
