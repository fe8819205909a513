//! The two places in which the suites run: a virtual environment, and a sandbox with the same versions.

use std::collections::BTreeMap;
use std::ffi::OsStr;
use std::fs;
use std::path::{Path, PathBuf};
use std::process::{Command, Stdio};

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
const TIMEOUT: &str = "1200s";

/// The files and programs for running a module in either place.
pub(super) struct Place {
    program: PathBuf,
    python: PathBuf,
    runner: PathBuf,
    /// A site folder for the sandbox: the tools.
    site: PathBuf,
    /// A site folder for each package: the tests that its wheel lacks.
    tests: PathBuf,
    /// The working folders of both places, where the outcomes stay.
    scratch: PathBuf,
}

/// Makes the virtual environment and the site folder.
pub(super) fn ready(program: PathBuf, root: &Path, suites: &[Suite], resume: bool) -> Result<Place> {
    let (base, version) = util::newest_python().context("there is no Python; name one in the variable `PYTHON`")?;
    let python = venv::ready_for(&base, &format!("suites-{version}"), &root.join("requirements.txt"))?;
    let folder = util::root().join("target/xtask/suites");
    let (site, tests, scratch) = (folder.join("site"), folder.join("tests"), folder.join("scratch"));
    for (old, goes) in [(&site, true), (&tests, true), (&scratch, !resume)] {
        if goes && old.exists() {
            fs::remove_dir_all(old).with_context(|| format!("cannot remove `{}`", old.display()))?;
        }
    }
    for place in ["native", "sandbox"] {
        fs::create_dir_all(scratch.join(place))?;
    }
    let place = Place { program, python, runner: root.join("run_suite.py"), site, tests, scratch };
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
    for suite in suites.iter().filter(|suite| place.version(&suite.package).is_ok()) {
        let site = place.tests.join(&suite.package);
        copy_tests(&installed, &site, Path::new(&suite.folder))?;
        // A site folder has the metadata of what is in it.
        let metadata = format!("Metadata-Version: 2.1\nName: {}-tests\nVersion: 1\n", suite.package);
        let name = format!("{}_tests-1.dist-info/METADATA", suite.package.replace('-', "_"));
        util::write(&site.join(name), metadata.as_bytes())?;
        let (module, _) = suite.folder.split_once('/').unwrap_or((&suite.folder, ""));
        let conftest = Path::new(module).join("conftest.py");
        if !suite.options.iter().any(|option| option == "--noconftest") {
            util::write(&site.join(&conftest), &util::read(&installed.join(&conftest))?)?;
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
        let folder = self.scratch.join("native");
        let name = format!("{}.{module}.json", suite.package);
        let mut command = util::command(&self.python);
        command.arg(&self.runner).arg(&name).args(arguments(suite, module)).current_dir(&folder);
        run(&mut command, &folder.join(name)).with_context(|| format!("{module} gave nothing"))
    }

    /// Runs a module in a sandbox.
    pub(super) fn sandbox(&self, suite: &Suite, module: &str) -> Result<Outcomes> {
        let folder = self.scratch.join("sandbox");
        let name = format!("{}.{module}.json", suite.package);
        let mut command = util::command(&self.program);
        command.args(["run", "--timeout", TIMEOUT, "--memory", "2GiB", "--file-bytes", "1GiB", "--out"]).arg(&folder);
        let sources = [util::root().join("tests/corpus"), self.site.clone(), self.tests.join(&suite.package)];
        command.args(sources.iter().flat_map(|source| [OsStr::new("--packages-from"), source.as_os_str()]));
        command.args([&suite.package].into_iter().chain(&suite.with).flat_map(|package| ["--package", package]));
        command.arg(&self.runner).arg(&name).args(arguments(suite, module));
        run(&mut command, &folder.join(name)).with_context(|| format!("{module} gave nothing in the sandbox"))
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

/// Reads the outcomes that a command writes, after running it if there are none. Failed tests are a result; only missing
/// outcomes are an error.
fn run(command: &mut Command, outcomes: &Path) -> Result<Outcomes> {
    if outcomes.exists() {
        return Ok(serde_json::from_slice(&util::read(outcomes)?)?);
    }
    let output = command.stdin(Stdio::null()).output()?;
    let bytes = util::read(outcomes).with_context(|| {
        let text = [output.stdout, output.stderr].concat();
        String::from_utf8_lossy(&text).into_owned()
    })?;
    Ok(serde_json::from_slice(&bytes)?)
}

/// Copies the files below `part` of a folder to the same part of another, without files that Python generates and
/// without native code.
fn copy(from: &Path, to: &Path, part: &Path) -> Result<()> {
    copy_if(from, to, part, &|_| true)
}

/// Does the same for files in folders of tests; all else is in the sandbox's own package.
fn copy_tests(from: &Path, to: &Path, part: &Path) -> Result<()> {
    copy_if(from, to, part, &|path| path.components().any(|folder| folder.as_os_str() == "tests"))
}

fn copy_if(from: &Path, to: &Path, part: &Path, wanted: &dyn Fn(&Path) -> bool) -> Result<()> {
    let enter = |folder: &Path| !folder.ends_with("__pycache__");
    for path in util::walk(&from.join(part), &enter)? {
        let name = path.strip_prefix(from)?;
        if wanted(name) && path.extension().is_none_or(|ending| ending != "so" && ending != "pyd") {
            util::write(&to.join(name), &util::read(&path)?)?;
        }
    }
    Ok(())
}
