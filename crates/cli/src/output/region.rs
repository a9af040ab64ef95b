//! The region of this machine, as far as spreadsheets are concerned: which sign is in its numbers.

use pure_rust_locales::{Locale, locale_match};

use crate::env_vars::{LANG, LC_ALL, LC_NUMERIC};

/// True where people write 1,5.
pub fn has_decimal_comma() -> bool {
    let named = [LC_ALL, LC_NUMERIC, LANG].iter().find_map(|variable| variable.get());
    named.and_then(|name| locale(&name)).is_some_and(|locale| locale_match!(locale => LC_NUMERIC::DECIMAL_POINT) == ",")
}

/// The locale of a name as POSIX has it: `de_DE.UTF-8@euro`, or `de` for the country of that name.
fn locale(name: &str) -> Option<Locale> {
    let (name, modifier) = name.split_once('@').unwrap_or((name, ""));
    let (name, _encoding) = name.split_once('.').unwrap_or((name, ""));
    let (language, territory) = name.split_once(['_', '-']).unwrap_or((name, name));
    let plain = format!("{}_{}", language.to_lowercase(), territory.to_uppercase());
    let known = |name: &str| Locale::try_from(name).ok();
    known(&format!("{plain}@{modifier}")).or_else(|| known(&plain))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn numbers_have_the_sign_of_their_region() {
        for (name, comma) in [
            ("de_DE.UTF-8", Some(true)),
            ("de_DE.UTF-8@euro", Some(true)),
            ("de_DE@nonsense", Some(true)),
            ("de", Some(true)),
            ("de-AT", Some(true)),
            ("de_CH.UTF-8", Some(false)),
            ("fr_FR", Some(true)),
            ("pt_BR.utf8", Some(true)),
            ("es_MX", Some(false)),
            ("en_US.UTF-8", Some(false)),
            ("en_GB", Some(false)),
            ("ja_JP", Some(false)),
            ("C", None),
            ("C.UTF-8", None),
            ("xx_YY", None),
            ("@", None),
            ("", None),
        ] {
            let found = locale(name).map(|locale| locale_match!(locale => LC_NUMERIC::DECIMAL_POINT) == ",");
            assert_eq!(found, comma, "{name}");
        }
    }
}
