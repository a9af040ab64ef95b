//! Files that are written whole or not at all: a reader, even during the write or after a crash,
//! sees the old one or the new one. Only files are replaced: never a folder, a pipe or a device.

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

/// True for what is not a file, nor will be one: a pipe, a device, or a descriptor of this process, whatever is
/// behind it. Nothing can be put in its place.
pub fn is_special(path: &Path) -> bool {
    let descriptor = ["/dev/fd", "/dev/stdin", "/dev/stdout", "/dev/stderr", "/proc/self/fd", "/proc/thread-self/fd"];
    descriptor.iter().any(|start| path.starts_with(start))
        || fs::metadata(path).is_ok_and(|about| !about.is_file() && !about.is_dir())
}

/// The file that is meant by what somebody typed: where that is a link, the one behind it. A link that another
/// user has put there is not followed.
pub fn meant(path: &Path) -> PathBuf {
    let is_own_link = fs::symlink_metadata(path).is_ok_and(|about| about.is_symlink() && is_own(&about));
    (is_own_link && !is_special(path)).then(|| fs::canonicalize(path).ok()).flatten().unwrap_or_else(|| path.to_owned())
}

#[cfg(unix)]
fn is_own(about: &fs::Metadata) -> bool {
    let owner = std::os::unix::fs::MetadataExt::uid(about);
    owner == 0 || owner == rustix::process::geteuid().as_raw()
}

#[cfg(not(unix))]
fn is_own(_: &fs::Metadata) -> bool {
    true
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
const LONGEST_BEGINNING: usize = 100;

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

    /// Another way to the same file, which stays when it is put in place.
    pub fn handle(&self) -> io::Result<File> {
        self.file.as_file().try_clone()
    }

    /// Puts it in the place of what is at `path`. When it returns, it is on the disk.
    pub fn replace(self, path: &Path, readers: Readers) -> io::Result<()> {
        let replaced = fs::metadata(path).ok();
        if is_special(path) || replaced.as_ref().is_some_and(|replaced| !replaced.is_file()) {
            let kind = if path.is_dir() { io::ErrorKind::IsADirectory } else { io::ErrorKind::AlreadyExists };
            return Err(kind.into());
        }
        self.complete(readers, replaced)?;
        self.file.persist(path).map_err(|error| error.error)?;
        keep_name(&self.folder);
        Ok(())
    }

    /// Puts it at the first of these paths at which nothing is and that can be a file's name, and returns that one.
    pub fn place(mut self, paths: impl Iterator<Item = PathBuf>, readers: Readers) -> io::Result<PathBuf> {
        self.complete(readers, None)?;
        let mut refused = io::Error::from(io::ErrorKind::AlreadyExists);
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
            match self.file.persist(&path) {
                Ok(_) => {
                    keep_name(&self.folder);
                    return Ok(path);
                }
                Err(failed) if is_of_the_name(&failed.error) => (self.file, refused) = (failed.file, failed.error),
                Err(failed) => return Err(failed.error),
            }
        }
        Err(refused)
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

/// True if a file system does not take a name, and may take another one.
fn is_of_the_name(error: &io::Error) -> bool {
    #[cfg(unix)]
    if error.raw_os_error() == Some(rustix::io::Errno::ILSEQ.raw_os_error()) {
        return true;
    }
    matches!(error.kind(), io::ErrorKind::InvalidFilename | io::ErrorKind::InvalidInput)
}

/// What a new file gets in a folder, which only the making of one tells.
#[cfg(unix)]
fn usual_mode(folder: &Path) -> io::Result<fs::Permissions> {
    let all = std::os::unix::fs::PermissionsExt::from_mode(0o666);
    let trial = tempfile::Builder::new().suffix(".part").permissions(all).tempfile_in(folder)?;
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
    fn only_files_are_replaced() {
        let folder = tempfile::tempdir().expect("a folder");
        let path = |name: &str| folder.path().join(name);
        fs::create_dir(path("folder")).expect("a folder");
        std::os::unix::fs::symlink("folder", path("link to a folder")).expect("a link");
        std::os::unix::fs::symlink("/dev/null", path("link to a device")).expect("a link");
        let made = std::process::Command::new("mkfifo").arg(path("pipe")).status().expect("mkfifo");
        assert!(made.success());
        let before = names(folder.path());
        for name in ["folder", "link to a folder", "link to a device", "pipe"] {
            write(&path(name), "x", Readers::Owner).expect_err(name);
            assert!(!fs::symlink_metadata(path(name)).expect("still there").is_file(), "{name}");
        }
        for name in ["/dev/null", "/dev/stdout", "/dev/fd/1", "/proc/self/fd/2"] {
            assert!(is_special(Path::new(name)), "{name}");
        }
        assert_eq!(names(folder.path()), before);
        // A link is not written through: what it was takes the file's place.
        fs::write(path("precious"), "precious").expect("written");
        for target in ["precious", "new"] {
            std::os::unix::fs::symlink(target, path("link")).expect("a link");
            write(&path("link"), "x", Readers::Owner).expect("written");
            assert_eq!(fs::read_to_string(path("precious")).expect("a file"), "precious");
            assert!(!path("new").exists() && fs::symlink_metadata(path("link")).expect("there").is_file());
            fs::remove_file(path("link")).expect("removed");
        }
        // Somebody who types the name of a link of theirs means what is behind it.
        std::os::unix::fs::symlink("precious", path("link")).expect("a link");
        assert_eq!(meant(&path("link")), path("precious").canonicalize().expect("there"));
        assert_eq!(meant(&path("precious")), path("precious"));
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
