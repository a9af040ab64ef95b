//! Python packages, in an environment of their own.

use std::path::{Path, PathBuf};

use super::{debian, installed};
use crate::steps;

/// The folder of programs of an environment that has exactly what the requirements file pins.
pub fn environment(requirements: &Path) -> Result<PathBuf, String> {
    let folder = installed("python", requirements, |folder| {
        let python = debian::need("python3", "python3")?;
        let (python, target) = (python.display().to_string(), folder.display().to_string());
        let is_new_enough = "import sys; sys.exit(sys.version_info < (3, 11))";
        if steps::output(folder, &[&python, "-c", is_new_enough]).is_err() {
            return Err(format!("{python} is too old: what is tested here needs Python 3.11 or newer"));
        }
        if steps::output(folder, &[&python, "-c", "import ensurepip, venv"]).is_err() {
            debian::install(&["python3-venv"])?;
        }
        steps::run_quiet("python environment", folder, &[&python, "-m", "venv", &target], &[])?;
        let pip = folder.join("bin/pip").display().to_string();
        let file = requirements.display().to_string();
        steps::run_quiet("python packages", folder, &[&pip, "install", "--quiet", "--requirement", &file], &[])
    })?;
    Ok(folder.join("bin"))
}
