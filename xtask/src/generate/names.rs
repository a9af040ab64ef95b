//! Names made from official ones: titles for people, words for the command line, module and
//! constant names for Rust.

pub use threecx_node::names::{title, words};

/// `ReprovisionAllPhones` → `reprovision-all-phones`
pub fn kebab(name: &str) -> String {
    words(name).join("-").to_ascii_lowercase()
}

/// `ReprovisionAllPhones` → `reprovision_all_phones`
pub fn snake(name: &str) -> String {
    words(name).join("_").to_ascii_lowercase()
}

/// `ReprovisionAllPhones` → `REPROVISION_ALL_PHONES`
pub fn constant(name: &str) -> String {
    words(name).join("_").to_ascii_uppercase()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn words_end_where_a_reader_would_end_them() {
        for (name, kebab_case) in [
            ("ReprovisionAllPhones", "reprovision-all-phones"),
            ("CDRSettings", "cdr-settings"),
            ("E164Settings", "e164-settings"),
            ("GetMCURow", "get-mcu-row"),
            ("DNProperties", "dn-properties"),
            ("periodFrom", "period-from"),
            ("call_id", "call-id"),
            ("Microsoft365Integration", "microsoft365-integration"),
            ("SkillBasedRouting_RingAll", "skill-based-routing-ring-all"),
        ] {
            assert_eq!(kebab(name), kebab_case);
        }
        assert_eq!(title("dnNumber"), "Dn Number");
    }
}
