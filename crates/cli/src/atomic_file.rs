//! Files that are written whole or not at all: a reader, even during the write or after a crash,
//! sees the old one or the new one.

use std::fs::{self, File};
use std::io::{self, Seek, Write};
use std::path::{Path, PathBuf};

use tempfile::NamedTempFile;

/// Who may read a file.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Readers {
    /// This user alone, from the file's beginning.
    Owner,
    /// Others too: its content is not secret.
    Everybody,
}

/// Makes a folder that only this user can look into.
pub fn make_folder(path: &Path) -> io::Result<()> {
    let mut builder = fs::DirBuilder::new();
    #[cfg(unix)]
    std::os::unix::fs::DirBuilderExt::mode(&mut builder, 0o700);
    builder.recursive(true).create(path)
}

/// Puts a text in the place of what the file holds. When it returns, it is on the disk.
pub fn write(path: &Path, text: &str, readers: Readers) -> io::Result<()> {
    let mut file = Incomplete::beside(path)?;
    file.write_all(text.as_bytes())?;
    file.replace(path, readers)
}

/// A file that comes piece by piece, in the folder where it belongs. It is made anew under a name that
/// cannot be foreseen, so that it is never what somebody else has put there (a file, a link, a pipe),
/// and only this user can read it. It goes away unless it is put in place.
#[derive(Debug)]
pub struct Incomplete {
    file: NamedTempFile,
    folder: PathBuf,
}

/// The longest beginning of a name in bytes, so that the whole is one that file systems take.
const LONGEST_BEGINNING: usize = 200;

impl Incomplete {
    /// `people.csv` begins as `people.csv.x7Kq0aPzm3Rt.part`.
    pub fn beside(path: &Path) -> io::Result<Incomplete> {
        let folder = path.parent().filter(|folder| !folder.as_os_str().is_empty()).unwrap_or(Path::new("."));
        let name = path.file_name().unwrap_or_default().to_string_lossy();
        let begins = &name[..name.floor_char_boundary(LONGEST_BEGINNING)];
        let file = tempfile::Builder::new()
            .prefix(&format!("{begins}."))
            .rand_bytes(12)
            .suffix(".part")
            .tempfile_in(folder)?;
        Ok(Incomplete { file, folder: folder.to_owned() })
    }

    /// Forgets what is in it.
    pub fn empty(&mut self) -> io::Result<()> {
        self.file.rewind()?;
        self.file.as_file().set_len(0)
    }

    /// Puts it in the place of what is at `path`. When it returns, it is on the disk.
    pub fn replace(self, path: &Path, readers: Readers) -> io::Result<()> {
        self.complete(readers, fs::metadata(path).ok().filter(fs::Metadata::is_file))?;
        self.file.persist(path).map_err(|error| error.error)?;
        keep_name(&self.folder);
        Ok(())
    }

    /// Puts it at the first of these paths at which nothing is, and returns that one.
    pub fn place(mut self, paths: impl Iterator<Item = PathBuf>, readers: Readers) -> io::Result<PathBuf> {
        self.complete(readers, None)?;
        for path in paths {
            let failed = match self.file.persist_noclobber(&path) {
                Ok(_) => {
                    keep_name(&self.folder);
                    return Ok(path);
                }
                Err(failed) => failed,
            };
            self.file = failed.file;
            if failed.error.kind() == io::ErrorKind::AlreadyExists || fs::symlink_metadata(&path).is_ok() {
                continue;
            }
            // Some file systems can only put one file in the place of another.
            self.file.persist(&path).map_err(|error| error.error)?;
            keep_name(&self.folder);
            return Ok(path);
        }
        Err(io::ErrorKind::AlreadyExists.into())
    }

    /// Nothing of it is missing on the disk, and those may read it who are to.
    #[cfg_attr(not(unix), allow(unused_variables, reason = "files have no modes there"))]
    fn complete(&self, readers: Readers, replaced: Option<fs::Metadata>) -> io::Result<()> {
        #[cfg(unix)]
        if readers == Readers::Everybody {
            let mode = match replaced {
                Some(replaced) => replaced.permissions(),
                None => usual_mode(&self.folder)?,
            };
            self.file.as_file().set_permissions(mode)?;
        }
        self.file.as_file().sync_all()
    }
}

impl Write for Incomplete {
    fn write(&mut self, bytes: &[u8]) -> io::Result<usize> {
        self.file.write(bytes)
    }

    fn flush(&mut self) -> io::Result<()> {
        self.file.flush()
    }
}

/// What a new file gets in a folder, which only the making of one tells.
#[cfg(unix)]
fn usual_mode(folder: &Path) -> io::Result<fs::Permissions> {
    let all = std::os::unix::fs::PermissionsExt::from_mode(0o666);
    let trial = tempfile::Builder::new().permissions(all).tempfile_in(folder)?;
    Ok(trial.as_file().metadata()?.permissions())
}

/// The name has to be on the disk, too; where folders cannot be opened, the system sees to it.
fn keep_name(folder: &Path) {
    let _ = File::open(folder).and_then(|folder| folder.sync_all());
}

#[cfg(test)]
mod tests {
    use super::*;

    fn names(folder: &Path) -> Vec<String> {
        let entries = fs::read_dir(folder).expect("a folder");
        let mut names: Vec<String> =
            entries.map(|entry| entry.expect("an entry").file_name().to_string_lossy().into_owned()).collect();
        names.sort();
        names
    }

    #[test]
    fn what_is_not_put_in_place_goes_away() {
        let folder = tempfile::tempdir().expect("a folder");
        let path = folder.path().join("a.csv");
        let mut file = Incomplete::beside(&path).expect("a file");
        file.write_all(b"some").expect("written");
        let [name] = names(folder.path()).try_into().expect("one file");
        assert!(
            name.starts_with("a.csv.") && name.ends_with(".part") && name.len() == "a.csv.".len() + 12 + 5,
            "{name}"
        );
        drop(file);
        assert_eq!(names(folder.path()), Vec::<String>::new());
        let long = "ä".repeat(120);
        write(&folder.path().join(&long), "", Readers::Owner).expect("a long name");
        assert_eq!(names(folder.path()), [long]);
    }

    #[test]
    fn it_is_placed_where_nothing_is() {
        let folder = tempfile::tempdir().expect("a folder");
        let paths = || ["a", "b", "c"].map(|name| folder.path().join(name)).into_iter();
        fs::write(folder.path().join("a"), "mine").expect("written");
        #[cfg(unix)]
        std::os::unix::fs::symlink("nowhere", folder.path().join("b")).expect("a link");
        #[cfg(not(unix))]
        fs::write(folder.path().join("b"), "mine").expect("written");
        let mut file = Incomplete::beside(&folder.path().join("a")).expect("a file");
        file.write_all(b"first").expect("written");
        file.empty().expect("emptied");
        file.write_all(b"new").expect("written");
        assert_eq!(file.place(paths(), Readers::Everybody).expect("placed"), folder.path().join("c"));
        assert_eq!(fs::read_to_string(folder.path().join("c")).expect("a file"), "new");
        assert_eq!(fs::read_to_string(folder.path().join("a")).expect("a file"), "mine");
        let full = Incomplete::beside(&folder.path().join("a")).expect("a file").place(paths(), Readers::Everybody);
        assert_eq!(full.expect_err("all taken").kind(), io::ErrorKind::AlreadyExists);
        assert_eq!(names(folder.path()), ["a", "b", "c"]);
    }

    #[test]
    #[cfg(unix)]
    fn only_its_owner_reads_what_is_not_complete() {
        use std::os::unix::fs::PermissionsExt as _;
        let mode = |path: &Path| fs::metadata(path).expect("a file").permissions().mode() & 0o777;
        let folder = tempfile::tempdir().expect("a folder");
        let (path, usual) = (folder.path().join("a"), folder.path().join("usual"));
        fs::write(&usual, "").expect("written");
        let file = Incomplete::beside(&path).expect("a file");
        assert_eq!(mode(file.file.path()), 0o600);
        file.replace(&path, Readers::Everybody).expect("replaced");
        assert_eq!(mode(&path), mode(&usual));
        // Who was not let in before is not let in now.
        fs::set_permissions(&path, fs::Permissions::from_mode(0o640)).expect("a mode");
        write(&path, "x", Readers::Everybody).expect("written");
        assert_eq!(mode(&path), 0o640);
        write(&path, "x", Readers::Owner).expect("written");
        assert_eq!(mode(&path), 0o600);
    }
}
