//! The clap commands around the connection: login, logout, profiles, doctor.

use clap::{Arg, ArgAction, Command};

use super::own::plain;
use super::{globals, layout};
use crate::{doctor, output};

const USER: &str = "Log in as a user";

/// `threecx login`
pub fn login() -> Command {
    let user = Arg::new("user").long("user").value_name("NUMBER").help("Extension number or e-mail address");
    let password = Arg::new("password-file").long("password-file").value_name("FILE");
    let password = password.help("File that holds the password, - for stdin [env: THREECX_PASSWORD]");
    let code = Arg::new("code").long("code").value_name("CODE").help("Security code, where the PBX asks for one");
    let as_user = [user.conflicts_with_all(["client-id", "client-secret", "client-secret-file"]), password, code];
    let default = Arg::new("default").long("default").action(ArgAction::SetTrue);
    let default = default.help("Make it the default profile; the first one is that anyway");
    let command = plain(
        "Log in to a PBX and keep it as a profile: what was not given is asked for, and all is tried before it is kept",
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
                | "output"
                | "help"
        )
    });
    let command = command.mut_arg("profile", |arg| {
        arg.help("Name of the profile; one that exists is replaced [default: the PBX's host name]")
    });
    layout::fit(command, output::width()).after_help(
        "A service principal (client ID and secret; Admin > Integrations > API) keeps its secret; a user keeps a refresh\n\
         token, which the PBX gives for password and security code, and not the password. Secrets are kept in the system's\n\
         keyring; where none answers, in files that only you can read. THREECX_SECRETS=file wants files.\n\n\
         What a call uses: its flags; then the profile of --profile, or else the environment (THREECX_URL, …); then the\n\
         profile of THREECX_PROFILE; then the default profile. A profile's secret is sent to the profile's address only.\n\n\
         Examples:\n  threecx login\n  threecx login --url https://pbx.example.com:5001 --client-id 900 --client-secret-file secret.txt\n  \
         threecx login --url pbx.example.com --user 100 --profile me",
    )
}

/// `threecx logout`
pub fn logout() -> Command {
    let command = plain(
        "Forget the secret and the token of a profile; a user is logged out at the PBX, too",
        "threecx logout [--profile NAME]",
    );
    let command = globals::add(command, |global| matches!(global.name, "profile" | "output" | "help"));
    let command =
        command.mut_arg("profile", |arg| arg.help("Profile [env: THREECX_PROFILE; default: the default profile]"));
    layout::fit(command, output::width()).after_help(
        "Address and name stay, so that `threecx login --profile NAME` asks for the secret only.\n\
         `threecx profiles remove NAME` forgets everything.",
    )
}

/// `threecx profiles`
pub fn profiles() -> Command {
    let action =
        Arg::new("action").value_name("ACTION").value_parser(["list", "use", "remove"]).requires_if("use", "name");
    let action = action.requires_if("remove", "name").help("list, use or remove").hide_possible_values(true);
    let name = Arg::new("name").value_name("NAME").help("Which profile");
    let command = plain(
        "List the profiles, take another as the default, or remove one",
        "threecx profiles [-o json]\n       threecx profiles use <NAME>\n       threecx profiles remove <NAME>",
    );
    let command = command.arg(action).arg(name);
    let command = globals::add(command, |global| matches!(global.name, "output" | "help"));
    layout::fit(command, output::width())
}

/// `threecx doctor`
pub fn doctor() -> Command {
    let command = plain(
        "Look whether the PBX is well, and whether this program can work with it; nothing is changed",
        "threecx doctor [OPTIONS]",
    );
    let command = globals::add(command, |global| !matches!(global.name, "dry-run" | "curl" | "yes"));
    let checks: Vec<String> = doctor::CHECKS.iter().map(|(name, about)| format!("  {name:<12} {about}")).collect();
    layout::fit(command, output::width()).after_help(format!(
        "Checks:\n{}\n\nEach is green, yellow (look at it some time), red (something does not work, or soon will not) or unknown\n\
         (the PBX does not say). The exit code is 3 if something is red, else 0. The names of the checks are stable:\n\
         -o json is for monitoring.",
        checks.join("\n")
    ))
}
