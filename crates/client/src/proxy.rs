//! The proxy on the way to the PBX, as the environment names it.

use std::fmt;

use hyper_util::client::proxy::matcher::Matcher;
use reqwest::Url;
use threecx_core::Error;

use crate::address::Address;

/// The variables by scheme, the first that is set counts.
const HTTP: [&str; 4] = ["HTTP_PROXY", "http_proxy", "ALL_PROXY", "all_proxy"];
const HTTPS: [&str; 4] = ["HTTPS_PROXY", "https_proxy", "ALL_PROXY", "all_proxy"];

/// What is set to no proxy at all, or where there is none.
const EXCEPT: [&str; 2] = ["NO_PROXY", "no_proxy"];

/// A proxy.
#[derive(Clone)]
pub(crate) struct Proxy {
    url: Url,
    /// Host and port: what may be shown of it.
    pub shown: String,
    /// The variable that names it.
    pub variable: &'static str,
}

impl fmt::Debug for Proxy {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "Proxy({} from {})", self.shown, self.variable)
    }
}

impl Proxy {
    /// The proxy that the environment names for an address. This machine is never reached by one.
    pub fn of(address: &Address) -> Result<Option<Proxy>, Error> {
        // In a CGI program, a client of the web server could set HTTP_PROXY.
        if std::env::var_os("REQUEST_METHOD").is_some() {
            return Ok(None);
        }
        Proxy::named(address, |name| std::env::var(name).ok())
    }

    fn named(address: &Address, variable: impl Fn(&str) -> Option<String>) -> Result<Option<Proxy>, Error> {
        let set = |name: &'static str| {
            let value = variable(name)?;
            let value = value.trim();
            (!value.is_empty()).then(|| (name, value.to_owned()))
        };
        let names = if address.is_encrypted() { HTTPS } else { HTTP };
        let Some((variable, value)) = names.into_iter().find_map(set) else { return Ok(None) };
        let except = EXCEPT.into_iter().find_map(set).map(|(_, except)| except).unwrap_or_default();
        if address.is_loopback() || is_excepted(address, &except) {
            return Ok(None);
        }
        let full = if value.contains("://") { value } else { format!("http://{value}") };
        let invalid = |shown: String, reason: &str| Error::Proxy {
            host: address.host(),
            proxy: shown,
            variable,
            reason: reason.to_owned(),
        };
        let Some(url) = Url::parse(&full).ok().filter(|url| url.host_str().is_some_and(|host| !host.is_empty())) else {
            // Part of it may be a password.
            return Err(invalid("that is named there".into(), "its address is not valid; http://HOST:PORT is one"));
        };
        let shown = shown(&url);
        if !matches!(url.scheme(), "http" | "https" | "socks4" | "socks4a" | "socks5" | "socks5h") {
            return Err(invalid(shown, "it is neither http://, https:// nor socks5://"));
        }
        Ok(Some(Proxy { url, shown, variable }))
    }

    /// As reqwest takes it.
    pub fn for_reqwest(&self) -> Result<reqwest::Proxy, reqwest::Error> {
        reqwest::Proxy::all(self.url.as_str())
    }

    /// It does not let calls through to a host.
    pub fn error(&self, host: &str, reason: String) -> Error {
        Error::Proxy { host: host.to_owned(), proxy: self.shown.clone(), variable: self.variable, reason }
    }
}

/// True if `NO_PROXY` names the host.
fn is_excepted(address: &Address, except: &str) -> bool {
    // A proxy for everything, so that only the exceptions decide.
    let matcher = Matcher::builder().all("http://proxy".to_owned()).no(except.to_owned()).build();
    address.url("/").parse().is_ok_and(|uri| matcher.intercept(&uri).is_none())
}

fn shown(url: &Url) -> String {
    let host = url.host_str().unwrap_or_default();
    match url.port() {
        Some(port) => format!("{host}:{port}"),
        None => host.to_owned(),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn chosen(url: &str, set: &[(&str, &str)]) -> Option<Result<(String, &'static str), String>> {
        let address = Address::parse(url, true).expect(url);
        let variable = |name: &str| set.iter().find(|(key, _)| *key == name).map(|(_, value)| (*value).to_owned());
        Proxy::named(&address, variable)
            .map(|proxy| proxy.map(|proxy| (proxy.shown, proxy.variable)))
            .map_err(|error| error.to_string())
            .transpose()
    }

    #[test]
    fn the_environment_names_the_proxy_and_its_exceptions() {
        const PBX: &str = "https://pbx.example.com:5001";
        const PLAIN: &str = "http://pbx.example.com";
        const P: (&str, &str) = ("HTTPS_PROXY", "http://ada:hunter2@proxy:3128");
        type Case<'c> = (&'c str, &'c [(&'c str, &'c str)], Option<(&'c str, &'static str)>);
        let cases: &[Case<'_>] = &[
            (PBX, &[], None),
            (PBX, &[P], Some(("proxy:3128", "HTTPS_PROXY"))),
            (PLAIN, &[P], None),
            (PLAIN, &[("http_proxy", "proxy:1")], Some(("proxy:1", "http_proxy"))),
            (PBX, &[("HTTPS_PROXY", " "), ("ALL_PROXY", "socks5h://proxy")], Some(("proxy", "ALL_PROXY"))),
            (PLAIN, &[("all_proxy", "socks5://[::1]:1080")], Some(("[::1]:1080", "all_proxy"))),
            (PBX, &[P, ("NO_PROXY", "*")], None),
            (PBX, &[P, ("no_proxy", "example.com, 10.0.0.0/8")], None),
            (PBX, &[P, ("NO_PROXY", ".example.com")], None),
            (PBX, &[P, ("NO_PROXY", "example.org,bx.example.com")], Some(("proxy:3128", "HTTPS_PROXY"))),
            ("https://10.1.2.3", &[P, ("NO_PROXY", "10.0.0.0/8")], None),
            ("https://localhost:5001", &[P], None),
            ("https://pbx.localhost", &[P], None),
            ("https://127.9.8.7", &[P], None),
            ("https://[::1]", &[P], None),
            ("https://[::ffff:127.0.0.1]", &[P], None),
            ("https://localhost.example.com", &[P], Some(("proxy:3128", "HTTPS_PROXY"))),
        ];
        for (url, set, wanted) in cases {
            let wanted = wanted.map(|(shown, variable)| Ok((shown.to_owned(), variable)));
            assert_eq!(chosen(url, set), wanted, "{url} {set:?}");
        }
    }

    #[test]
    fn what_is_not_a_proxy_is_said_without_its_password() {
        for value in ["ftp://ada:hunter2@proxy", "http://ada:hunter2@", "http://ada:hunter2@proxy:99999", "://hunter2"]
        {
            let error = chosen("https://pbx.example.com", &[("ALL_PROXY", value)]).expect("an error").expect_err(value);
            assert!(error.contains("ALL_PROXY") && !error.contains("hunter2"), "{error}");
        }
    }
}
