//! Names made from official ones: titles for people, words for the command line, module and
//! constant names for Rust.

pub use threecx_catalog::words::{kebab, plural, snake, title};

/// `ReprovisionAllPhones` → `REPROVISION_ALL_PHONES`
pub fn constant(name: &str) -> String {
    snake(name).to_ascii_uppercase()
}
