//! Files that say where secrets go, or that hold some: they are believed only if nobody else can write them,
//! as ssh does it. Whoever could would be sent the secret, or would say what is undone.

use std::fs;
use std::io;
use std::path::Path;

/// Checks that nobody but this user, and root, can write a file that is there or put another one in its place.
/// What is not there passes.
///
/// # Errors
/// [`io::ErrorKind::PermissionDenied`], and what to do about it.
pub fn check(path: &Path) -> io::Result<()> {
    check_for(path, own::WRITABLE)
}

/// The same for a file that nobody else may even read.
///
/// # Errors
/// Those of [`check`].
pub fn check_private(path: &Path) -> io::Result<()> {
    check_for(path, own::PRIVATE)
}

fn check_for(path: &Path, forbidden: u32) -> io::Result<()> {
    match fs::metadata(path) {
        Err(error) if error.kind() == io::ErrorKind::NotFound => return Ok(()),
        metadata => own::check(path, &metadata?, forbidden)?,
    }
    check_folders(path)
}

/// Every folder on the way: whoever can write one of them can put another file there, or another link.
fn check_folders(path: &Path) -> io::Result<()> {
    let folder = path.parent().filter(|folder| !folder.as_os_str().is_empty()).unwrap_or(Path::new("."));
    let (file, folder) = (fs::canonicalize(path)?, fs::canonicalize(folder)?);
    let mut folders = file.ancestors().skip(1).chain(folder.ancestors());
    folders.try_for_each(|folder| own::check_folder(folder, &fs::metadata(folder)?))
}

#[cfg(unix)]
mod own {
    use std::fs::Metadata;
    use std::io;
    use std::os::unix::fs::MetadataExt;
    use std::path::Path;

    /// What nobody else may do with a secret.
    pub const PRIVATE: u32 = 0o077;

    /// What nobody else may do with what is believed.
    pub const WRITABLE: u32 = 0o022;

    /// In a folder with this bit, only its owner renames or removes a file.
    const STICKY: u32 = 0o1000;
    const OTHERS_WRITE: u32 = 0o002;
    const GROUP_WRITES: u32 = 0o020;

    /// Refuses what belongs to somebody else, and what others may use in a way that `forbidden` names.
    pub fn check(path: &Path, metadata: &Metadata, forbidden: u32) -> io::Result<()> {
        check_owner(path, metadata)?;
        let open = metadata.mode() & forbidden & !own_group(metadata, forbidden);
        if open == 0 {
            return Ok(());
        }
        let what = if open & WRITABLE == 0 { "read" } else { "write" };
        let change = if forbidden == PRIVATE { "600" } else { "go-w" };
        refuse(format!("others can {what} it, so it is not trusted; restrict it with chmod {change}"))
    }

    /// Refuses a folder in which others can put a file in the place of another one.
    pub fn check_folder(path: &Path, metadata: &Metadata) -> io::Result<()> {
        check_owner(path, metadata)?;
        let open = metadata.mode() & (GROUP_WRITES | OTHERS_WRITE) & !own_group(metadata, GROUP_WRITES);
        if open == 0 || metadata.mode() & STICKY != 0 {
            return Ok(());
        }
        let reason = format!(
            "others can write its folder {0}, so it is not trusted; restrict it with chmod go-w {0}",
            path.display()
        );
        refuse(reason)
    }

    fn check_owner(path: &Path, metadata: &Metadata) -> io::Result<()> {
        match metadata.uid() {
            0 => Ok(()),
            owner if owner == rustix::process::geteuid().as_raw() => Ok(()),
            _ => refuse(format!("{} belongs to another user, so it is not trusted", path.display())),
        }
    }

    /// Where each user has a group of their own, which has the same number, their group is nobody else.
    fn own_group(metadata: &Metadata, forbidden: u32) -> u32 {
        let is_own = metadata.gid() == metadata.uid() && metadata.uid() != 0;
        if is_own { forbidden & GROUP_WRITES } else { 0 }
    }

    fn refuse(reason: String) -> io::Result<()> {
        Err(io::Error::new(io::ErrorKind::PermissionDenied, reason))
    }
}

/// On other systems, the folders of a user are closed to others by default.
#[cfg(not(unix))]
mod own {
    use std::fs::Metadata;
    use std::io;
    use std::path::Path;

    pub const PRIVATE: u32 = 0;
    pub const WRITABLE: u32 = 0;

    pub fn check(_: &Path, _: &Metadata, _: u32) -> io::Result<()> {
        Ok(())
    }

    pub fn check_folder(_: &Path, _: &Metadata) -> io::Result<()> {
        Ok(())
    }
}

#[cfg(all(test, unix))]
mod tests {
    use std::os::unix::fs::PermissionsExt;

    use super::*;

    fn mode(path: &Path, mode: u32) {
        fs::set_permissions(path, fs::Permissions::from_mode(mode)).expect("changed");
    }

    #[test]
    fn what_others_can_write_is_not_believed() {
        let outer = tempfile::tempdir().expect("a folder");
        let folder = outer.path().join("inner");
        fs::create_dir(&folder).expect("made");
        let file = folder.join("file");
        assert!(check(&file).is_ok() && check_private(&file).is_ok(), "nothing is there");
        fs::write(&file, "x").expect("written");
        for (of_folder, of_file, believed, private) in [
            (0o700, 0o600, true, true),
            (0o755, 0o644, true, false),
            (0o1777, 0o600, true, true),
            (0o700, 0o602, false, false),
            (0o700, 0o666, false, false),
            (0o777, 0o600, false, false),
            (0o1777, 0o646, false, false),
        ] {
            mode(&folder, of_folder);
            mode(&file, of_file);
            assert_eq!(check(&file).is_ok(), believed, "{of_folder:o} {of_file:o}");
            assert_eq!(check_private(&file).is_ok(), private, "{of_folder:o} {of_file:o}");
        }
        mode(&folder, 0o700);
        mode(&file, 0o600);
        mode(outer.path(), 0o777);
        let reason = check(&file).expect_err("a folder above").to_string();
        assert!(reason.contains("chmod go-w") && reason.contains(&outer.path().display().to_string()), "{reason}");
        // A link is as good as what it leads to.
        mode(outer.path(), 0o700);
        let elsewhere = tempfile::tempdir().expect("a folder");
        mode(elsewhere.path(), 0o777);
        let there = elsewhere.path().join("file");
        fs::write(&there, "x").expect("written");
        mode(&there, 0o600);
        fs::remove_file(&file).expect("removed");
        std::os::unix::fs::symlink(&there, &file).expect("linked");
        assert!(check(&file).is_err());
        mode(elsewhere.path(), 0o700);
    }
}
