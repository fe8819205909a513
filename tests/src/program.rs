//! Python programs in files, with directions at their head and their expected output beside them.
//!
//! ```text
//! # native: yes          it must print the same in native CPython, or: 3.12, the least version; or: no, and why
//! # stdin: one\ntwo      the standard input
//! # args: a "b c"        the arguments, as a shell would split them
//! # expect: timeout      statuses that a hostile program may end with
//! # timeout: 1           seconds
//! # memory: 128MiB       the memory limit
//! # session: reset       a session in which it ran is of no use until it is reset
//! # packages: numpy PIL  packages of the corpus that it has
//! # works: yes           how much of a package works, for the table in COMPATIBILITY.md; or: in part: why; or: no: why
//! ```
//!
//! `TERRARIUM_BLESS=1` records the present output of the programs as the expected one.

use std::{
    env, fs,
    path::{Path, PathBuf},
    process::{Command, Stdio},
    sync::OnceLock,
    time::Duration,
};

use terrarium_core::{ExecuteOptions, ExecutionResult, Packages, SandboxOptions, Status};

use crate::corpus;

/// A program in a file.
#[derive(Clone, Debug)]
pub struct Program {
    /// The file's name without its ending.
    pub name: String,
    /// The file.
    pub path: PathBuf,
    /// Its text.
    pub source: String,
    /// Whether native CPython must behave alike.
    pub native: Native,
    /// The standard input.
    pub stdin: String,
    /// The arguments.
    pub args: Vec<String>,
    /// The permitted statuses; empty where a golden file decides.
    pub expect: Vec<Status>,
    /// The timeout.
    pub timeout: Option<Duration>,
    /// The memory limit in bytes.
    pub memory: Option<u64>,
    /// Whether a session in which it ran is unusable until it is reset.
    pub breaks_session: bool,
    /// The packages of the corpus that it uses.
    pub packages: Vec<String>,
    /// The degree to which a package works, for a program about a package.
    pub works: Option<Works>,
}

/// The degree to which a package works, as the table in COMPATIBILITY.md states it.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Works {
    /// Everything that the program tries works.
    Yes,
    /// The program ends well and shows the parts that do not work.
    InPart,
    /// The program fails.
    No,
}

/// Whether native CPython must behave alike.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Native {
    /// From this version on.
    From(u32, u32),
    /// No, for this reason.
    No(String),
}

/// Reads the programs in a folder of `programs`, by name.
///
/// # Panics
/// When the folder, or a program's directions, cannot be read.
pub fn programs(folder: &str) -> Vec<Program> {
    let folder = Path::new(env!("CARGO_MANIFEST_DIR")).join("programs").join(folder);
    let entries = fs::read_dir(&folder).expect("the folder of programs");
    let mut paths: Vec<PathBuf> = entries.map(|entry| entry.expect("an entry").path()).collect();
    paths.sort();
    let golden = |path: &PathBuf| path.extension().is_some_and(|ending| ending == "out");
    for path in paths.iter().filter(|path| golden(path)) {
        assert!(path.with_extension("py").exists(), "{} has no program", path.display());
    }
    paths.retain(|path| path.extension().is_some_and(|ending| ending == "py"));
    assert!(!paths.is_empty(), "no programs in {}", folder.display());
    paths.into_iter().map(Program::read).collect()
}

impl Program {
    fn read(path: PathBuf) -> Self {
        let source = fs::read_to_string(&path).expect("a program");
        let name = path.file_stem().expect("a name").to_string_lossy().into_owned();
        let mut program = Self {
            name,
            path,
            native: Native::No("nothing is said about it".to_owned()),
            stdin: String::new(),
            args: Vec::new(),
            expect: Vec::new(),
            timeout: None,
            memory: None,
            breaks_session: false,
            packages: Vec::new(),
            works: None,
            source: String::new(),
        };
        let directions = source.lines().map_while(|line| line.strip_prefix("# ")?.split_once(": "));
        for (key, value) in directions {
            program.direct(key, value);
        }
        Self { source, ..program }
    }

    fn direct(&mut self, key: &str, value: &str) {
        let bad = || format!("{}: {key}: {value}", self.name);
        match key {
            "native" => {
                self.native = match value.split_once('.') {
                    Some((major, minor)) if !value.starts_with("no") => {
                        let number = |text: &str| text.parse().unwrap_or_else(|_| panic!("{}", bad()));
                        Native::From(number(major), number(minor))
                    }
                    _ if value == "yes" => Native::From(3, 11),
                    _ => Native::No(value.strip_prefix("no, ").unwrap_or_else(|| panic!("{}", bad())).to_owned()),
                };
            }
            "stdin" => self.stdin = value.replace("\\n", "\n").replace("\\r", "\r"),
            "args" => self.args = words(value),
            "expect" => {
                let status = |word: &str| serde_json::from_value(word.into()).unwrap_or_else(|_| panic!("{}", bad()));
                self.expect = value.split_whitespace().map(status).collect();
            }
            "timeout" => {
                let seconds = value.parse().unwrap_or_else(|_| panic!("{}", bad()));
                self.timeout = Some(Duration::from_secs_f64(seconds));
            }
            "memory" => {
                let mib: u64 =
                    value.strip_suffix("MiB").and_then(|n| n.parse().ok()).unwrap_or_else(|| panic!("{}", bad()));
                self.memory = Some(mib << 20);
            }
            "session" if value == "reset" => self.breaks_session = true,
            "packages" => self.packages = value.split_whitespace().map(str::to_owned).collect(),
            "works" => {
                let reasoned = |start| value.strip_prefix(start).is_some_and(|reason: &str| !reason.is_empty());
                self.works = match value {
                    "yes" => Some(Works::Yes),
                    _ if reasoned("in part: ") => Some(Works::InPart),
                    _ if reasoned("no: ") => Some(Works::No),
                    _ => panic!("{}", bad()),
                };
            }
            _ => panic!("{}", bad()),
        }
    }

    /// Returns the options of the program's sandbox.
    pub fn sandbox_options(&self) -> SandboxOptions {
        let mut options = SandboxOptions::default();
        options.timeout = self.timeout.or(options.timeout);
        options.memory = self.memory.unwrap_or(options.memory);
        if !self.packages.is_empty() {
            options.packages = Packages::List(self.packages.clone());
            options.packages_from = vec![corpus()];
            // An image for each set of packages takes long to build; this way they are loaded at run time.
            options.preload = false;
        }
        options
    }

    /// Returns the options of the program's run.
    pub fn execute_options(&self) -> ExecuteOptions {
        ExecuteOptions::new().stdin(self.stdin.as_str()).args(self.args.clone()).filename(format!("{}.py", self.name))
    }
}

/// Splits a text into words. Words with spaces are in double quotes.
fn words(text: &str) -> Vec<String> {
    let mut words = Vec::new();
    for (number, part) in text.split('"').enumerate() {
        match number % 2 {
            0 => words.extend(part.split_whitespace().map(str::to_owned)),
            _ => words.push(part.to_owned()),
        }
    }
    words
}

/// Returns the outcome of a run as text: the standard output, then the rest.
pub fn transcript(result: &ExecutionResult) -> String {
    let mut text = result.stdout.clone();
    let mut section = |title: &str, content: &str| {
        if !text.is_empty() && !text.ends_with('\n') {
            text.push_str("\u{240e}\n");
        }
        text.push_str(&format!("--- {title}\n{content}"));
    };
    if !result.stderr.is_empty() {
        section("stderr", &result.stderr);
    }
    if let Some(repr) = &result.final_repr {
        section("value", &format!("{repr}\n"));
    }
    if let Some(error) = &result.error {
        section("error", &error.traceback);
        if let (Some(line), Some(column)) = (error.line, error.column) {
            section(&format!("at line {line}, column {column}"), "");
        }
    }
    if let Some(code) = result.exit_code {
        section(&format!("exit code {code}"), "");
    }
    if result.status != Status::Success {
        let status = serde_json::to_value(result.status).expect("a status as JSON");
        section(&format!("status {}", status.as_str().unwrap_or_default()), "");
    }
    text
}

/// Compares a transcript with the golden file, or writes the file on request.
///
/// # Errors
/// The differences.
pub fn check_golden(program: &Program, transcript: &str) -> Result<(), String> {
    let path = program.path.with_extension("out");
    if env::var_os("TERRARIUM_BLESS").is_some() {
        return fs::write(&path, transcript).map_err(|error| error.to_string());
    }
    let expected = fs::read_to_string(&path).map_err(|_| "no golden file; run with TERRARIUM_BLESS=1".to_owned())?;
    difference("golden file", &expected, transcript)
}

/// Runs the program in native CPython, if it is meant for that, and compares its standard output. Otherwise it returns
/// the reason.
///
/// # Errors
/// The differences.
pub fn check_native(program: &Program, stdout: &str) -> Result<Option<String>, String> {
    let Native::From(major, minor) = program.native else { return Ok(None) };
    let Some((python, version)) = native_python() else {
        return Ok(Some("no python3 on the path".to_owned()));
    };
    if *version < (major, minor) {
        return Ok(Some(format!("needs Python {major}.{minor}, {python} is {}.{}", version.0, version.1)));
    }
    let folder = tempfile::tempdir().map_err(|error| error.to_string())?;
    let mut command = Command::new(python);
    command.args(["-I", "-B", "-X", "utf8"]).arg(&program.path).args(&program.args).current_dir(folder.path());
    command.stdin(Stdio::piped()).stdout(Stdio::piped()).stderr(Stdio::piped());
    let mut child = command.spawn().map_err(|error| error.to_string())?;
    if let Some(mut stdin) = child.stdin.take() {
        use std::io::Write as _;
        // A program that does not read its input closes it early.
        drop(stdin.write_all(program.stdin.as_bytes()));
    }
    let output = child.wait_with_output().map_err(|error| error.to_string())?;
    let native = String::from_utf8_lossy(&output.stdout);
    difference("native CPython", &native, stdout)
        .map(|()| None)
        .map_err(|text| format!("{text}{}", String::from_utf8_lossy(&output.stderr)))
}

/// Returns the Python on the path, and its version.
fn native_python() -> Option<&'static (String, (u32, u32))> {
    static PYTHON: OnceLock<Option<(String, (u32, u32))>> = OnceLock::new();
    let find = || {
        let python = env::var("TERRARIUM_NATIVE_PYTHON").unwrap_or_else(|_| "python3".to_owned());
        let code = "import sys; print(sys.version_info[0], sys.version_info[1])";
        let output = Command::new(&python).args(["-I", "-c", code]).output().ok()?;
        let text = String::from_utf8(output.stdout).ok()?;
        let (major, minor) = text.trim().split_once(' ')?;
        Some((python, (major.parse().ok()?, minor.parse().ok()?)))
    };
    PYTHON.get_or_init(find).as_ref()
}

/// Reports the first lines that differ.
fn difference(what: &str, expected: &str, seen: &str) -> Result<(), String> {
    if expected == seen {
        return Ok(());
    }
    let mut text = String::new();
    let (mut expected, mut seen) = (expected.lines(), seen.lines());
    let mut number = 0;
    loop {
        number += 1;
        match (expected.next(), seen.next()) {
            (None, None) => break,
            (a, b) if a == b => (),
            (a, b) => {
                text.push_str(&format!(
                    "line {number}\n  {what}: {:.600}\n  sandbox: {:.600}\n",
                    a.unwrap_or("∅"),
                    b.unwrap_or("∅")
                ));
                if text.len() > 4000 {
                    break;
                }
            }
        }
    }
    if text.is_empty() {
        text = format!("only the line ends differ from the {what}\n");
    }
    Err(text)
}
