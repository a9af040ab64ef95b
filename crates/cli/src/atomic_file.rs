//! Files that are written whole or not at all: a reader, even during the write or after a crash,
//! sees the old one or the new one.

use std::fs::{self, File};
use std::io::{self, Write};
use std::path::Path;

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
#[cfg_attr(not(unix), allow(unused_mut, unused_variables, reason = "files have no modes there"))]
pub fn write(path: &Path, text: &str, readers: Readers) -> io::Result<()> {
    let folder = path.parent().filter(|folder| !folder.as_os_str().is_empty()).unwrap_or(Path::new("."));
    let mut settings = tempfile::Builder::new();
    #[cfg(unix)]
    if readers == Readers::Everybody {
        settings.permissions(std::os::unix::fs::PermissionsExt::from_mode(0o644));
    }
    let mut file = settings.tempfile_in(folder)?;
    file.write_all(text.as_bytes())?;
    file.as_file().sync_all()?;
    file.persist(path).map_err(|error| error.error)?;
    // The name has to be on the disk, too; where folders cannot be opened, the system takes care of it.
    let _ = File::open(folder).and_then(|folder| folder.sync_all());
    Ok(())
}
