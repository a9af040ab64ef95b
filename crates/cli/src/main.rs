//! `threecx`, as a program.

use std::process::ExitCode;

fn main() -> ExitCode {
    threecx_cli::main()
}
