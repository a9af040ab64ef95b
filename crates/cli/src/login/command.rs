//! The clap command `threecx login`.

use clap::{Arg, ArgAction, ArgMatches, Command};
use threecx::Error;

use crate::args::connection::Times;
use crate::args::matches;
use crate::args::plain::plain;
use crate::args::secret::SecretFlags;
use crate::args::{globals, layout};
use crate::output::width;

const USER: &str = "Log in as a user";

/// What it does, for lists of commands.
pub const ABOUT: &str = "Log in to a PBX and keep it as a profile";

/// `threecx login`
pub fn command() -> Command {
    let user = Arg::new("user").long("user").value_name("NUMBER").help("Extension number or e-mail address");
    let password = Arg::new("password-file").long("password-file").value_name("FILE");
    let password = password.help("File that holds the password, - for stdin [env: THREECX_PASSWORD]");
    let code = Arg::new("code").long("code").value_name("CODE").help("Security code, if the PBX asks for one");
    let as_user = [user.conflicts_with_all(["client-id", "client-secret", "client-secret-file"]), password, code];
    let default = Arg::new("default").long("default").action(ArgAction::SetTrue);
    let default = default.help("Make it the default profile; the first one always is");
    let command = plain(
        format!("{ABOUT}. Asks for what was not given, and tests the login before keeping it."),
        "threecx login [OPTIONS]",
    );
    let command = command.args(as_user.map(|arg| arg.help_heading(USER))).arg(default);
    let command = globals::add(command, |global| {
        matches!(
            global.name,
            "profile"
                | "url"
                | "client-id"
                | "client-secret"
                | "client-secret-file"
                | "ca-file"
                | "allow-http"
                | "no-proxy"
                | "timeout"
                | "connect-timeout"
                | "output"
                | "help"
        )
    });
    let command = command.mut_arg("profile", |arg| {
        arg.help("Name of the profile; an existing one is replaced [default: the PBX's host name]")
    });
    layout::fit(command, width()).after_help(
        "A service principal (client ID and secret; Admin > Integrations > API) keeps its secret; a user keeps a refresh\n\
         token, which the PBX gives for password and security code, and not the password. Secrets are kept in the system's\n\
         keyring; where none answers, in files that only you can read. THREECX_SECRETS=file wants files.\n\n\
         What a call uses: its flags; then the profile of --profile, or else the environment (THREECX_URL, …); then the\n\
         profile of THREECX_PROFILE; then the default profile. A profile's secret is sent to the profile's address only.\n\n\
         Examples:\n  threecx login\n  threecx login --url https://pbx.example.com:5001 --client-id 900 --client-secret-file secret.txt\n  \
         threecx login --url pbx.example.com --user 100 --profile me",
    )
}

/// What was typed.
#[derive(Debug)]
pub struct LoginFlags {
    pub profile: Option<String>,
    pub url: Option<String>,
    pub ca_file: Option<String>,
    pub allow_http: bool,
    pub times: Times,
    pub no_proxy: bool,
    pub client_id: Option<String>,
    pub client_secret: SecretFlags,
    pub user: Option<String>,
    pub password: SecretFlags,
    pub code: Option<String>,
    /// Make it the default profile.
    pub default: bool,
}

impl LoginFlags {
    pub fn of(matches: &ArgMatches) -> Result<LoginFlags, Error> {
        Ok(LoginFlags {
            profile: matches::text(matches, "profile"),
            url: matches::text(matches, "url"),
            ca_file: matches::text(matches, "ca-file"),
            allow_http: matches::flag(matches, "allow-http"),
            times: Times::of(matches)?,
            no_proxy: matches::flag(matches, "no-proxy"),
            client_id: matches::text(matches, "client-id"),
            client_secret: SecretFlags::of_client(matches),
            user: matches::text(matches, "user"),
            password: SecretFlags::of_user(matches),
            code: matches::text(matches, "code"),
            default: matches::flag(matches, "default"),
        })
    }
}
