//! The two places in which the suites run: a virtual environment, and a sandbox with the same versions.

use std::collections::BTreeMap;
use std::fs;
use std::path::{Path, PathBuf};

use anyhow::{Context, Result, ensure};

use super::Suite;
use crate::test::venv;
use crate::util;

/// The outcome of each test, with the reason when it did not pass.
pub(super) type Outcomes = BTreeMap<String, (String, String)>;

/// The packages that the runner needs; both places use the same files.
const TOOLS: &[&str] =
    &["_pytest", "pytest", "iniconfig", "pluggy", "packaging", "pygments", "hypothesis", "sortedcontainers"];
const TOOL_FILES: &[&str] = &["py.py", "_hypothesis_pytestplugin.py", "_hypothesis_globals.py"];
/// The longest that one module may take in the sandbox.
const TIMEOUT: &str = "600s";

/// The files and programs for running a module in either place.
pub(super) struct Place {
    program: PathBuf,
    python: PathBuf,
    runner: PathBuf,
    /// A site folder for the sandbox: the tools, and the tests that its wheels lack.
    site: PathBuf,
    scratch: PathBuf,
}

/// Makes the virtual environment and the site folder.
pub(super) fn ready(program: PathBuf, root: &Path, suites: &[Suite]) -> Result<Place> {
    let python = venv::ready("suites", &root.join("requirements.txt"))?;
    let folder = util::root().join("target/xtask/suites");
    let (site, scratch) = (folder.join("site"), folder.join("scratch"));
    for old in [&site, &scratch] {
        if old.exists() {
            fs::remove_dir_all(old).with_context(|| format!("cannot remove `{}`", old.display()))?;
        }
    }
    fs::create_dir_all(&scratch)?;
    let place = Place { program, python, runner: root.join("run_suite.py"), site, scratch };
    let installed = PathBuf::from(place.ask("import sysconfig; print(sysconfig.get_path('purelib'))")?);
    for tool in TOOLS {
        copy(&installed, &place.site, Path::new(tool))?;
    }
    for name in TOOL_FILES {
        util::write(&place.site.join(name), &util::read(&installed.join(name))?)?;
    }
    // pytest finds its plugins by the metadata of packages; hypothesis contains one.
    for tool in ["pytest", "hypothesis", "pluggy"] {
        let version = place.version(tool)?;
        copy(&installed, &place.site, Path::new(&format!("{tool}-{version}.dist-info")))?;
    }
    for suite in suites {
        copy(&installed, &place.site, Path::new(&suite.folder))?;
        let conftest = Path::new(&suite.package).join("conftest.py");
        if !suite.options.iter().any(|option| option == "--noconftest") {
            util::write(&place.site.join(&conftest), &util::read(&installed.join(&conftest))?)?;
        }
    }
    Ok(place)
}

impl Place {
    /// Returns the version of the native Python.
    pub(super) fn python_version(&self) -> Result<String> {
        self.ask("import platform; print(platform.python_version())")
    }

    /// Returns the version of a package; it is pinned, and the guest's wheel must have the same version.
    pub(super) fn version(&self, package: &str) -> Result<String> {
        self.ask(&format!("import importlib.metadata as m; print(m.version({package:?}))"))
    }

    /// Runs a module in native Python.
    pub(super) fn native(&self, suite: &Suite, module: &str) -> Result<Outcomes> {
        let output = self.scratch.join("native.json");
        let mut command = util::command(&self.python);
        command.arg(&self.runner).arg(&output).args(arguments(suite, module)).current_dir(&self.scratch);
        // Failed tests are a result; only missing results are an error.
        let text = command.output()?;
        read(&output).with_context(|| format!("{module} gave nothing: {}", String::from_utf8_lossy(&text.stdout)))
    }

    /// Runs a module in a sandbox.
    pub(super) fn sandbox(&self, suite: &Suite, module: &str) -> Result<Outcomes> {
        let mut command = util::command(&self.program);
        command
            .args(["run", "--timeout", TIMEOUT, "--memory", "2GiB", "--file-bytes", "1GiB", "--out"])
            .arg(&self.scratch);
        command.arg("--packages-from").arg(util::root().join("tests/corpus"));
        command.arg("--packages-from").arg(&self.site).args(["--package", &suite.package]);
        command.arg(&self.runner).arg("sandbox.json").args(arguments(suite, module));
        let text = command.output()?;
        let told = || {
            let (stdout, stderr) = (String::from_utf8_lossy(&text.stdout), String::from_utf8_lossy(&text.stderr));
            format!("{module} gave nothing in the sandbox: {stdout}{stderr}")
        };
        read(&self.scratch.join("sandbox.json")).with_context(told)
    }

    fn ask(&self, code: &str) -> Result<String> {
        let output = util::command(&self.python).args(["-c", code]).output()?;
        ensure!(output.status.success(), "`{code}` failed: {}", String::from_utf8_lossy(&output.stderr));
        Ok(String::from_utf8(output.stdout)?.trim().to_owned())
    }
}

fn arguments(suite: &Suite, module: &str) -> Vec<String> {
    let mut arguments = vec![suite.stand_ins.join(",")];
    arguments.extend(suite.options.iter().cloned());
    arguments.extend(["-q", "--tb=short", "-p", "no:cacheprovider", "--pyargs"].map(str::to_owned));
    arguments.push(format!("{}.{module}", suite.folder.replace('/', ".")));
    arguments
}

/// Reads the outcomes in a file and removes it, so that no run reads those of another.
fn read(path: &Path) -> Result<Outcomes> {
    let outcomes = serde_json::from_slice(&util::read(path)?)?;
    fs::remove_file(path)?;
    Ok(outcomes)
}

/// Copies the files below `part` of a folder to the same part of another, without files that Python generates and
/// without native code.
fn copy(from: &Path, to: &Path, part: &Path) -> Result<()> {
    let enter = |folder: &Path| !folder.ends_with("__pycache__");
    for path in util::walk(&from.join(part), &enter)? {
        if path.extension().is_none_or(|ending| ending != "so" && ending != "pyd") {
            util::write(&to.join(path.strip_prefix(from)?), &util::read(&path)?)?;
        }
    }
    Ok(())
}
