//! Every environment variable that the program reads, declared once: the help lists them from
//! here, and nothing else looks into the environment.

/// An environment variable and what it is for.
pub struct Variable {
    pub name: &'static str,
    /// What it holds, for the help.
    pub meaning: &'static str,
}

impl Variable {
    /// Its value; one that is set to nothing counts as not set.
    pub fn get(&self) -> Option<String> {
        std::env::var(self.name).ok().filter(|value| !value.trim().is_empty())
    }
}

/// The address of the PBX.
pub const URL: Variable = Variable { name: "THREECX_URL", meaning: "Address of the PBX: https://pbx.example.com:5001" };

/// The client ID.
pub const CLIENT_ID: Variable =
    Variable { name: "THREECX_CLIENT_ID", meaning: "Client ID of a service principal (Admin > Integrations > API)" };

/// The client secret.
pub const CLIENT_SECRET: Variable = Variable { name: "THREECX_CLIENT_SECRET", meaning: "Its secret" };

/// A certificate authority of your own.
pub const CA_FILE: Variable =
    Variable { name: "THREECX_CA_FILE", meaning: "Certificate authority (PEM) to trust in addition to the usual ones" };

/// How long a command may take.
pub const TIMEOUT: Variable =
    Variable { name: "THREECX_TIMEOUT", meaning: "Time after which a command ends, such as 30s or 2m" };

/// How long connecting may take.
pub const CONNECT_TIMEOUT: Variable =
    Variable { name: "THREECX_CONNECT_TIMEOUT", meaning: "Time for connecting to the PBX, such as 5s [default: 10s]" };

/// The proxy for `https://`, which the library looks up.
pub const HTTPS_PROXY: Variable = Variable {
    name: "HTTPS_PROXY",
    meaning: "Proxy for https:// addresses (http://, https:// or socks5://); ALL_PROXY if it is not set",
};

/// The same for `http://`.
pub const HTTP_PROXY: Variable = Variable { name: "HTTP_PROXY", meaning: "The same for http:// addresses" };

/// Hosts without a proxy.
pub const NO_PROXY: Variable =
    Variable { name: "NO_PROXY", meaning: "Hosts, domains and networks that are reached without a proxy; * for all" };

/// A profile.
pub const PROFILE: Variable =
    Variable { name: "THREECX_PROFILE", meaning: "Profile to use, as created by `threecx login`" };

/// A user's password, for `threecx login`.
pub const PASSWORD: Variable =
    Variable { name: "THREECX_PASSWORD", meaning: "Password of a user, for `threecx login`" };

/// Where profiles are kept.
pub const CONFIG_DIR: Variable =
    Variable { name: "THREECX_CONFIG_DIR", meaning: "Folder for profiles, instead of the system's usual one" };

/// Where tokens are kept.
pub const CACHE_DIR: Variable = Variable {
    name: "THREECX_CACHE_DIR",
    meaning: "Folder for the token that all calls share, instead of the system's usual one",
};

/// Where the journal is kept.
pub const STATE_DIR: Variable = Variable {
    name: "THREECX_STATE_DIR",
    meaning: "Folder for the journal of changes, instead of the system's usual one",
};

/// Where new secrets go.
pub const SECRETS: Variable = Variable {
    name: "THREECX_SECRETS",
    meaning: "Where `threecx login` keeps secrets: keyring or file [default: the keyring if there is one]",
};

/// The editor of `edit`.
pub const VISUAL: Variable = Variable { name: "VISUAL", meaning: "Editor that `threecx users edit` and the like open" };

/// The same, for where VISUAL is not set.
pub const EDITOR: Variable = Variable { name: "EDITOR", meaning: "The same, if VISUAL is not set [default: vi]" };

/// No colours.
pub const NO_COLOR: Variable = Variable { name: "NO_COLOR", meaning: "Set to any value: no colours" };

/// How wide the output may be.
pub const COLUMNS: Variable =
    Variable { name: "COLUMNS", meaning: "Width of tables [default: the terminal's; nothing is cut in a pipe]" };

/// The region of the machine.
pub const LC_ALL: Variable =
    Variable { name: "LC_ALL", meaning: "Region for --excel, such as de_DE.UTF-8; else LC_NUMERIC, else LANG" };

/// The same for numbers.
pub const LC_NUMERIC: Variable = Variable { name: "LC_NUMERIC", meaning: "The same, if LC_ALL is not set" };

/// The same for everything that nothing else is said about.
pub const LANG: Variable = Variable { name: "LANG", meaning: "The same, if neither is set" };

/// All of them, as the help lists them.
pub const ALL: [&Variable; 22] = [
    &URL,
    &CLIENT_ID,
    &CLIENT_SECRET,
    &CA_FILE,
    &TIMEOUT,
    &CONNECT_TIMEOUT,
    &PROFILE,
    &PASSWORD,
    &CONFIG_DIR,
    &CACHE_DIR,
    &STATE_DIR,
    &SECRETS,
    &VISUAL,
    &EDITOR,
    &HTTPS_PROXY,
    &HTTP_PROXY,
    &NO_PROXY,
    &NO_COLOR,
    &COLUMNS,
    &LC_ALL,
    &LC_NUMERIC,
    &LANG,
];
