//! What must not be shown: secrets by the name of what holds them, and in text that came from elsewhere.
//!
//! A PBX, or whatever answers in its place, may repeat what it was sent, or quote the entity that it
//! refuses. Such text reaches people in errors, logs and journals. Here its secrets are taken out: values
//! that are known to be secret, in whatever way they are written, and values that stand behind the name of
//! a secret.

mod json;
mod known;
mod named;
mod names;

use std::borrow::Cow;

use threecx_catalog::Operation;

pub use json::{json_about, places, secrets_in, shown_json, unfit};
pub(crate) use json::{secrets_of, values, with_masks};
pub use names::{is_secret_name, may_be_secret};

use known::without_known;
use named::without_named;
use names::{is_secret_word, own_names};

/// What takes the place of a secret wherever a request is shown.
pub const MASK: &str = "***";

/// Text from elsewhere without its secrets: those of `known`, the values behind the names of secrets
/// (`"VMPIN":"1234"`, `password=x`, `<Secret>x</Secret>`), and what follows `Bearer` or looks like a token.
pub fn text_without<'t, S: AsRef<str>>(text: &'t str, known: &[S]) -> Cow<'t, str> {
    let known = without_known(text, known);
    let named = without_named(&known, is_secret_word);
    match (known, named) {
        (known, None) => known,
        (_, Some(named)) => Cow::Owned(named),
    }
}

/// The same where no secrets are known: text of which only the names in it tell what is secret.
pub fn shown_text(text: &str) -> Cow<'_, str> {
    text_without::<&str>(text, &[])
}

/// The same for what is said about an operation, by the names of its own secrets too: `{"value": "…"}` where the
/// answer itself is one, and those of which the name alone does not say so.
pub(crate) fn text_about<'t>(operation: &Operation, text: &'t str) -> Cow<'t, str> {
    if text.is_empty() {
        return text.into();
    }
    let names = own_names(operation);
    let is_own = |word: &str| names.iter().any(|name| name.eq_ignore_ascii_case(word));
    match without_named(text, |word| is_own(word) || is_secret_word(word)) {
        Some(masked) => Cow::Owned(masked),
        None => Cow::Borrowed(text),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn masked(text: &str) -> String {
        shown_text(text).into_owned()
    }

    #[test]
    fn secrets_are_known_by_their_names() {
        for name in [
            "AuthPassword",
            "authpassword",
            "VMPIN",
            "vmpin",
            "client_secret",
            "access_token",
            "refresh-token",
            "API-Key",
            "SipPwd",
            "sip_pin",
            "LoginPin",
            "otp",
            "Authorization",
            "Set-Cookie",
            "NewAdminPassword",
            "GbJson",
        ] {
            assert!(is_secret_name(name), "{name}");
        }
        for name in [
            "Number",
            "AllowChangePassword",
            "TokenEndpoint",
            "NextPageToken",
            "BossSecretaryRequiresFullEdit",
            "Spin",
            "PinProtected",
            "Mapping",
            "MaxInputTokens",
            "AuthID",
        ] {
            assert!(!is_secret_name(name), "{name}");
        }
    }

    #[test]
    fn what_may_be_a_secret_is_masked_where_nothing_else_is_known() {
        let choice = r#"{"VariableChoices":[{"Key":"k","Name":"n","Value":"c4nary"}]}"#;
        assert_eq!(shown_json(choice), r#"{"VariableChoices":[{"Key":"k","Name":"n","Value":"***"}]}"#);
        // Also in a text that is JSON itself.
        let inside = serde_json::json!({ "VariableChoices": r#"[{"Value":"c4nary"}]"# }).to_string();
        assert_eq!(shown_json(&inside), r#"{"VariableChoices":"***"}"#);
        assert!(may_be_secret("value") && !is_secret_name("value"));
        assert!(!may_be_secret("Number"));
    }

    #[test]
    fn what_stands_behind_the_name_of_a_secret_is_masked() {
        for (text, wanted) in [
            (r#"{"Number":"100","VMPIN":"c4nary","Id":1}"#, r#"{"Number":"100","VMPIN":"***","Id":1}"#),
            (r#"{ "VMPIN" : 1234 }"#, r#"{ "VMPIN" : *** }"#),
            (r#"{"SecretKey":{"Value":"c4nary"},"a":1}"#, r#"{"SecretKey":***,"a":1}"#),
            (r#"it says {\"AuthPassword\":\"c4\\\"nary\"}"#, r#"it says {\"AuthPassword\":\"***\"}"#),
            (r#"{"AuthPassword":"c\"4nary","a":"b"}"#, r#"{"AuthPassword":"***","a":"b"}"#),
            (r"{\&quot;Token\&quot;:\&quot;c4nary\&quot;}", r"{\&quot;Token\&quot;:\&quot;***\&quot;}"),
            ("{&quot;Token&quot;:&quot;c4nary&quot;}", "{&quot;Token&quot;:&quot;***&quot;}"),
            ("<Secret>c4nary</Secret>", "<Secret>***</Secret>"),
            ("a=1&client_secret=c4nary&b=2", "a=1&client_secret=***&b=2"),
            ("the AuthPassword 'c4nary' is weak", "the AuthPassword '***' is weak"),
            ("AuthPassword: c4nary", "AuthPassword: ***"),
            ("AuthPassword=pa,s4;nary is weak", "AuthPassword=*** is weak"),
            ("AuthPassword=c4nary,Number=1", "AuthPassword=***,Number=1"),
            ("AuthPassword=c4nary; path=/", "AuthPassword=***; path=/"),
            ("AuthPassword=c4nary;", "AuthPassword=***;"),
            ("Authorization: Bearer c4nary.x", "Authorization: Bearer ***"),
            ("sent Bearer c4nary-x, refused", "sent Bearer ***, refused"),
            ("eyJhbGciOiJIUzI1NiJ9.eyJleHAiOjF9.c4nary", "***"),
            ("$filter=VMPIN%20eq%20'c4nary'&$top=1", "$filter=VMPIN%20eq%20'***'&$top=1"),
            ("contains(VMPIN,'c4nary') and Id eq 1", "contains(VMPIN,'***') and Id eq 1"),
            ("VMPIN eq 'c''4nary' or 1", "VMPIN eq '***' or 1"),
            (r#"{"Secret":"c4nary\\","b":"c"}"#, r#"{"Secret":"***","b":"c"}"#),
            ("VMPIN in ('c4nary','d')", "VMPIN in ***"),
            (r#"cut {"AuthPassword":"c4nar"#, r#"cut {"AuthPassword":"***"#),
        ] {
            assert_eq!(masked(text), wanted);
            assert!(!masked(&masked(text)).contains("nary"));
        }
    }

    #[test]
    fn what_is_no_secret_stays() {
        for text in [
            "Password: must be longer than 8 characters",
            "The password is too short.",
            "AuthPassword: WARNINGS.XAPI.REQUIRED",
            r#"{"error":{"code":"42","message":"no"}}"#,
            "wrong client ID or client secret",
            "the token does not hold",
            "basic authentication is off",
            r#"{"DeskphonePassword":true,"TokenEndpoint":"https://x"}"#,
            "日本語 ＝ é",
            "",
        ] {
            assert!(matches!(shown_text(text), Cow::Borrowed(same) if same == text), "{}", masked(text));
        }
    }

    #[test]
    fn known_secrets_are_masked_however_they_are_written() {
        let secret = "p\"w & <ü>/'1";
        for echoed in [
            secret.to_owned(),
            serde_json::json!(secret).to_string(),
            "p%22w%20%26%20%3C%C3%BC%3E%2F%271".to_owned(),
            "p%22w+%26+%3C%C3%BC%3E%2F%271".to_owned(),
            "p%22w%20%26%20%3c%c3%bc%3e%2f%271".to_owned(),
            "p&quot;w &amp; &lt;ü&gt;/&#39;1".to_owned(),
        ] {
            let masked = text_without(&format!("no such user {echoed}!"), &[secret]).into_owned();
            assert_eq!(masked.trim_matches('"').replace('"', ""), "no such user ***!", "{echoed}");
        }
        let mixed = "a,b;c=d'e+f";
        for echoed in ["a,b%3Bc=d'e%2Bf", "a,b%3Bc%3Dd%27e%2Bf"] {
            assert_eq!(text_without(&format!("no {echoed}!"), &[mixed]), "no ***!", "{echoed}");
        }
        assert_eq!(text_without("pin 12 of 123, 12.", &["12"]), "pin *** of 123, ***.");
        assert_eq!(text_without("token abcdefghij", &["abcdefghijklmnop"]), "token ***");
        assert_eq!(text_without("nothing", &["", "  "]), "nothing");
    }

    #[test]
    fn secrets_of_any_body_are_found() {
        for (body, wanted) in [
            (r#"{"Id":1,"vmpin" : "c","Phones":[{"PhoneWebPassword":"c"}]}"#, vec![r#""c""#, r#""c""#]),
            (r#"{"settings":{"Password":{"Value":"c"}},"WebclientPassword":true}"#, vec![r#"{"Value":"c"}"#]),
            (r#"[{"VMPIN":12}]"#, vec!["12"]),
            (r#"{"a":"{\"VMPIN\":\"c\"}"}"#, vec![r#""{\"VMPIN\":\"c\"}""#]),
            ("12", vec![]),
        ] {
            let found: Vec<&str> = places(body).expect("JSON").into_iter().map(|place| &body[place]).collect();
            assert_eq!(found, wanted, "{body}");
        }
        assert_eq!(places("VMPIN=1"), None);
    }

    #[test]
    fn what_does_not_fit_is_not_quoted() {
        let error = serde_json::from_str::<Vec<u8>>(r#"["c4nary, expected x"]"#).expect_err("text");
        assert_eq!(unfit(&error), "invalid type: string, expected u8 at line 1 column 21");
        let error = serde_json::from_str::<Vec<String>>("[74]").expect_err("a number");
        assert_eq!(unfit(&error), "invalid type: integer, expected a string at line 1 column 3");
        let error = serde_json::from_str::<Vec<u8>>("[1").expect_err("cut");
        assert_eq!(unfit(&error), error.to_string());
    }

    proptest::proptest! {
        #[test]
        fn masking_never_panics_and_nothing_is_left_of_a_known_secret(
            before in "[\\PC\n\"\\\\]{0,20}", secret in "[a-zA-Z0-9]{6,12}", after in "\\PC{0,20}", name in "(VMPIN|a|Bearer|<Token>)[\":= ]{0,3}"
        ) {
            let text = format!("{before}{name}{secret}{after}");
            let masked = text_without(&text, &[&secret]);
            proptest::prop_assert!(!masked.to_lowercase().contains(&secret.to_lowercase()), "{}", masked);
        }
    }
}
