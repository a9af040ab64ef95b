//! Files that a PBX sends: written as they come, into a file of their own beside where they belong, and
//! put in place when they are complete. Without a name from `--output-file`, which may also be that of
//! a folder, nothing that is there already is overwritten. Recordings and backups are for nobody but their owner.

use std::fs;
use std::io::Write;
use std::path::{Path, PathBuf};

use indicatif::{ProgressBar, ProgressDrawTarget, ProgressStyle};
use serde_json::json;
use threecx::{Download, Operation, Piece};
use threecx_core::file_name;

use super::settings::Output;
use super::shape::Shape;
use super::style::one_line;
use super::value::print_value;
use crate::atomic_file::{Incomplete, Readers, meant};
use crate::failure::Failure;
use crate::signals;

/// Where a name is taken, numbers up to here are tried one after the other.
const NEXT_NUMBERS: u32 = 1000;

/// And then so many that nobody else comes upon.
const RANDOM_NUMBERS: usize = 100;

/// Writes a file as it comes to where `--output-file` says, else under the PBX's name into the
/// current folder, and says where it went.
pub async fn receive(
    operation: Option<&'static Operation>,
    download: Download,
    output: &Output,
) -> Result<(), Failure> {
    if output.is_stream() {
        return print(download, output).await;
    }
    let media_type = download.file().media_type.clone();
    let bar = progress(&download, output);
    let (path, length) = write(operation, download, output, &bar).await?;
    report(&path, length, &media_type, output)
}

/// The same with one of many files, of which it returns the path.
pub async fn receive_one(
    operation: &'static Operation,
    download: Download,
    output: &Output,
) -> Result<String, Failure> {
    write(Some(operation), download, output, &ProgressBar::hidden()).await.map(|(path, _)| path)
}

/// Several files need a folder: a name is that of one.
pub fn refuse_one_name(output: &Output) -> Result<(), Failure> {
    match output.file.as_deref().filter(|path| !is_folder(path)) {
        None => Ok(()),
        Some(path) => {
            Err(Failure::usage(format!("--output-file {path} is a single file, but there are several to write"))
                .next("Name a folder, ending with a slash: --output-file recordings/"))
        }
    }
}

/// True for a folder that is there, or is to be made.
fn is_folder(path: &str) -> bool {
    path.ends_with('/') || path.ends_with(std::path::MAIN_SEPARATOR) || Path::new(path).is_dir()
}

/// Writes a file as it comes; returns where, and how long it is.
async fn write(
    operation: Option<&'static Operation>,
    mut download: Download,
    output: &Output,
    bar: &ProgressBar,
) -> Result<(String, u64), Failure> {
    let mut part = Part::open(operation, download.file(), output)?;
    let mut length = 0;
    while let Some(piece) = download.next().await? {
        match piece {
            Piece::Bytes(bytes) => {
                part.write(&bytes)?;
                length += bytes.len() as u64;
            }
            Piece::Restart => {
                part.restart()?;
                length = 0;
            }
        }
        bar.set_position(length);
    }
    bar.finish_and_clear();
    Ok((part.keep()?, length))
}

/// The same with a file that is there whole.
pub fn save(
    operation: Option<&'static Operation>,
    file: &threecx::File,
    bytes: &[u8],
    output: &Output,
) -> Result<(), Failure> {
    if output.is_stream() {
        let mut sink = output.open()?;
        sink.raw(bytes)?;
        return sink.finish();
    }
    let mut part = Part::open(operation, file, output)?;
    part.write(bytes)?;
    report(&part.keep()?, bytes.len() as u64, &file.media_type, output)
}

/// To where nothing can be taken back from.
async fn print(mut download: Download, output: &Output) -> Result<(), Failure> {
    let mut sink = output.open()?;
    while let Some(piece) = download.next().await? {
        match piece {
            Piece::Bytes(bytes) => sink.raw(&bytes)?,
            Piece::Restart if sink.is_empty() => {}
            Piece::Restart => {
                let reason = "the file broke off, and the PBX cannot resume it".to_owned();
                return Err(threecx::Error::Answer { reason }.into());
            }
        }
    }
    sink.finish()
}

fn report(path: &str, length: u64, media_type: &str, output: &Output) -> Result<(), Failure> {
    let output = output.unfiltered().to_stdout();
    if output.is_for_programs() {
        let saved = json!({"file": path, "bytes": length, "media_type": media_type}).to_string();
        return print_value(&saved, &Shape::unknown(), &output);
    }
    let mut sink = output.open()?;
    sink.line(&one_line(&format!("Wrote {path} ({}).", size(length))))?;
    sink.finish()
}

fn progress(download: &Download, output: &Output) -> ProgressBar {
    if !output.shows_progress() {
        return ProgressBar::hidden();
    }
    let template = match download.size() {
        Some(_) => "{spinner} {bytes} of {total_bytes}, {bytes_per_sec}, {eta} left",
        None => "{spinner} {bytes}, {bytes_per_sec}",
    };
    let style = ProgressStyle::with_template(template).unwrap_or_else(|_| ProgressStyle::default_bar());
    ProgressBar::with_draw_target(download.size(), ProgressDrawTarget::stderr()).with_style(style)
}

/// A file that is not complete yet. It goes away unless it is kept.
struct Part {
    file: Incomplete,
    place: Place,
}

/// Where a file goes.
enum Place {
    /// To where it was said, whatever is there.
    Named(String),
    /// Under its own name, or what this program calls it where that cannot be.
    Free { folder: PathBuf, name: String, otherwise: String },
}

impl Place {
    /// For messages.
    fn path(&self) -> String {
        match self {
            Place::Named(path) => path.clone(),
            Place::Free { folder, name, .. } => folder.join(name).display().to_string(),
        }
    }
}

impl Part {
    fn open(operation: Option<&'static Operation>, file: &threecx::File, output: &Output) -> Result<Part, Failure> {
        let folder = output.file.as_deref().filter(|path| is_folder(path));
        let otherwise = default_name(operation, &file.media_type);
        let (place, begins) = match &output.file {
            Some(path) if folder.is_none() => (Place::Named(path.clone()), meant(Path::new(path))),
            _ => {
                let folder = PathBuf::from(folder.unwrap_or_default());
                if !folder.as_os_str().is_empty() {
                    let failed = |error| Failure::file(folder.display().to_string(), &error);
                    fs::create_dir_all(&folder).map_err(failed)?;
                }
                // Not under the name that the PBX gives it: a file system may not take that.
                let begins = folder.join(&otherwise);
                let name = file.name.clone().unwrap_or_else(|| otherwise.clone());
                (Place::Free { folder, name, otherwise }, begins)
            }
        };
        signals::listen();
        let file = Incomplete::beside(&begins).map_err(|error| Failure::file(place.path(), &error))?;
        Ok(Part { file, place })
    }

    fn write(&mut self, bytes: &[u8]) -> Result<(), Failure> {
        self.file.write_all(bytes).map_err(|error| Failure::file(self.place.path(), &error))
    }

    fn restart(&mut self) -> Result<(), Failure> {
        self.file.empty().map_err(|error| Failure::file(self.place.path(), &error))
    }

    /// Puts it in place and returns its name: where that is taken and was not given, that of the
    /// first `name (1).ext` which is free.
    fn keep(self) -> Result<String, Failure> {
        let Part { file, place } = self;
        let kept = match &place {
            Place::Named(path) => file.replace(&meant(Path::new(path)), Readers::Owner).map(|()| path.clone()),
            Place::Free { folder, name, otherwise } => {
                let paths = free_names(name).chain(free_names(otherwise)).map(|name| folder.join(name));
                file.place(paths, Readers::Owner).map(|path| path.display().to_string())
            }
        };
        kept.map_err(|error| Failure::file(place.path(), &error))
    }
}

/// `name.ext`, `name (1).ext` and so on.
fn free_names(name: &str) -> impl Iterator<Item = String> {
    let random = std::iter::repeat_with(|| fastrand::u32(NEXT_NUMBERS..)).take(RANDOM_NUMBERS);
    let numbered = (1..NEXT_NUMBERS).chain(random).map(|number| file_name::with_ending(name, &format!(" ({number})")));
    std::iter::once(name.to_owned()).chain(numbered)
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

fn size(bytes: u64) -> String {
    match bytes {
        0..10_000 => format!("{bytes} bytes"),
        10_000..10_000_000 => format!("{} kB", bytes / 1000),
        _ => format!("{} MB", bytes / 1_000_000),
    }
}
