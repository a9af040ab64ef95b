//! The address of a PBX, as people give it.

use reqwest::Url;
use threecx_core::Error;

/// Where a PBX is reached.
#[derive(Clone, Debug)]
pub(crate) struct Address {
    base: Url,
}

impl Address {
    /// Reads `https://pbx.example.com:5001`, `pbx.example.com` and the like. Plain HTTP would
    /// show the secret to everyone on the way: it is accepted for this machine only, unless
    /// `allow_http`.
    pub fn parse(text: &str, allow_http: bool) -> Result<Address, Error> {
        let refuse = |reason: &str| Error::Url { url: shown(text), reason: reason.to_owned() };
        let trimmed = text.trim();
        if trimmed.is_empty() {
            return Err(refuse("it is empty"));
        }
        let full = if trimmed.contains("://") { trimmed.to_owned() } else { format!("https://{trimmed}") };
        let mut base = Url::parse(&full).map_err(|error| refuse(&error.to_string()))?;
        if !matches!(base.scheme(), "http" | "https") {
            return Err(refuse("it has to begin with https://"));
        }
        if !base.username().is_empty() || base.password().is_some() {
            return Err(refuse("it must not contain a user name or password"));
        }
        // People copy the address out of the console or the documentation.
        let path = base.path().trim_end_matches('/');
        let is_page = base.fragment().is_none_or(is_of_a_page);
        if base.query().is_some() || !is_page || !matches!(path, "" | "/xapi/v1" | "/xapi" | "/webclient") {
            return Err(refuse("it has to end after the host name or port"));
        }
        base.set_fragment(None);
        base.set_path("");
        if base.scheme() == "http" && !allow_http && !is_this_machine(&base) {
            return Err(refuse("http:// would show the client secret to everyone on the way"));
        }
        Ok(Address { base })
    }

    /// The URL of a path that starts at the root.
    pub fn url(&self, path_and_query: &str) -> String {
        format!("{}{path_and_query}", self.base.as_str().trim_end_matches('/'))
    }

    /// False for plain HTTP.
    pub fn is_encrypted(&self) -> bool {
        self.base.scheme() == "https"
    }

    /// True if it is on this machine.
    pub fn is_loopback(&self) -> bool {
        is_this_machine(&self.base)
    }

    /// Host and port, for messages.
    pub fn host(&self) -> String {
        let host = self.base.host_str().unwrap_or_default();
        match self.base.port() {
            Some(port) => format!("{host}:{port}"),
            None => host.to_owned(),
        }
    }
}

/// What people copy from their browser behind the host: pages of the console and the web client.
fn is_of_a_page(fragment: &str) -> bool {
    fragment.is_empty() || fragment.starts_with(['/', '!'])
}

/// The given text without the part that may be a password.
fn shown(text: &str) -> String {
    let Some(at) = text.rfind('@') else { return text.to_owned() };
    let begin = text.find("://").map_or(0, |scheme| scheme + 3).min(at);
    format!("{}***{}", &text[..begin], &text[at..])
}

/// True for `localhost` and names below it, and for addresses of this machine.
fn is_this_machine(url: &Url) -> bool {
    let host = url.host_str().unwrap_or_default().trim_matches(['[', ']']).trim_end_matches('.');
    match host.parse::<std::net::IpAddr>() {
        Ok(address) => address.to_canonical().is_loopback(),
        Err(_) => host == "localhost" || host.ends_with(".localhost"),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn addresses_are_taken_as_people_write_them() {
        for (given, url) in [
            ("pbx.example.com", "https://pbx.example.com/xapi/v1/Users"),
            ("https://pbx.example.com:5001/", "https://pbx.example.com:5001/xapi/v1/Users"),
            ("https://pbx.example.com/xapi/v1/", "https://pbx.example.com/xapi/v1/Users"),
            ("http://127.0.0.1:5004", "http://127.0.0.1:5004/xapi/v1/Users"),
            ("http://[::1]:5004", "http://[::1]:5004/xapi/v1/Users"),
            ("https://pbx.example.com/#/office/users", "https://pbx.example.com/xapi/v1/Users"),
            ("pbx.example.com:5001/#/login", "https://pbx.example.com:5001/xapi/v1/Users"),
            ("https://pbx.example.com/webclient/#/people", "https://pbx.example.com/xapi/v1/Users"),
            (" https://pbx.example.com/# ", "https://pbx.example.com/xapi/v1/Users"),
        ] {
            let address = Address::parse(given, false).expect(given);
            assert_eq!(address.url("/xapi/v1/Users"), url);
        }
    }

    #[test]
    fn what_is_not_an_address_is_refused() {
        for given in [
            "",
            "https://",
            "ftp://pbx",
            "https://pbx/#token",
            "https://pbx/?a=b#/login",
            "https://pbx/x/#/login",
            "http://localhost.example.com",
            "http://pbx.example.com",
            "pbx.example.com/x",
            "https://a b",
        ] {
            assert!(Address::parse(given, false).is_err(), "{given}");
        }
        for given in
            ["https://admin:hunter2@pbx", "admin:hunter2@pbx", "https:/admin:hunter2@pbx", "https://a b:hunter2@x"]
        {
            let error = Address::parse(given, false).expect_err("a password");
            assert!(!error.to_string().contains("hunter2"), "{error}");
        }
    }
}
