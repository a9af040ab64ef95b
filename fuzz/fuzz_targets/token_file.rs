//! Whatever the shared token file holds, it is read or said to be damaged, and no token comes out of it
//! that no header can carry.
#![no_main]

use std::cell::OnceCell;

use libfuzzer_sys::fuzz_target;
use threecx::{TokenFile, TokenStore};

thread_local! {
    static FILE: OnceCell<(tempfile::TempDir, TokenFile)> = const { OnceCell::new() };
}

fuzz_target!(|content: &[u8]| {
    FILE.with(|file| {
        let (_, file) = file.get_or_init(|| {
            let folder = tempfile::tempdir().expect("a folder");
            let file = TokenFile::new(folder.path(), "https://pbx.example.com", "client:900", "");
            (folder, file)
        });
        let mut options = std::fs::OpenOptions::new();
        options.write(true).create(true).truncate(true);
        std::os::unix::fs::OpenOptionsExt::mode(&mut options, 0o600);
        std::io::Write::write_all(&mut options.open(file.path()).expect("a file"), content).expect("written");
        if let Ok(Some(kept)) = file.load()
            && let Some(token) = &kept.token
        {
            assert!(token.expose().bytes().all(|byte| byte.is_ascii_graphic()), "no header can carry it");
        }
    });
});
