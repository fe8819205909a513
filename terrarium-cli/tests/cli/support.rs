//! Running the program.

use std::{
    io::Write as _,
    path::{Path, PathBuf},
    process::{Child, Command, Output, Stdio},
    sync::OnceLock,
    thread,
};

use tempfile::TempDir;

/// The outcome of the program.
#[derive(Debug)]
pub(crate) struct Ran {
    pub(crate) code: Option<i32>,
    pub(crate) stdout: String,
    pub(crate) stderr: String,
}

impl From<Output> for Ran {
    fn from(output: Output) -> Self {
        Self {
            code: output.status.code(),
            stdout: String::from_utf8(output.stdout).unwrap(),
            stderr: String::from_utf8(output.stderr).unwrap(),
        }
    }
}

/// Makes a command for the program, with a cache that all tests share and that is filled before the first.
pub(crate) fn terrarium(args: &[&str]) -> Command {
    let mut command = Command::new(env!("CARGO_BIN_EXE_terrarium"));
    command.args(args).env("TERRARIUM_CACHE_DIR", cache()).stdin(Stdio::null());
    command
}

/// Returns the shared cache. Compiling takes seconds, so the tests do not all start it at the same time.
pub(crate) fn cache() -> &'static Path {
    static CACHE: OnceLock<PathBuf> = OnceLock::new();
    CACHE.get_or_init(|| {
        let dir = Path::new(env!("CARGO_TARGET_TMPDIR")).join("cache");
        let mut command = Command::new(env!("CARGO_BIN_EXE_terrarium"));
        let filled = command.args(["run", "-c", ""]).env("TERRARIUM_CACHE_DIR", &dir).stdin(Stdio::null()).output();
        let filled = filled.unwrap();
        assert!(filled.status.success(), "{filled:?}");
        dir
    })
}

/// Runs the program to its end, with an empty standard input.
pub(crate) fn ran(args: &[&str]) -> Ran {
    terrarium(args).output().unwrap().into()
}

/// Runs the program to its end, with variables of the environment.
pub(crate) fn ran_in(args: &[&str], variables: &[(&str, &str)]) -> Ran {
    terrarium(args).envs(variables.iter().copied()).output().unwrap().into()
}

/// Runs the program to its end, with `stdin` through a pipe.
pub(crate) fn ran_with(args: &[&str], stdin: impl AsRef<[u8]> + Send + 'static) -> Output {
    let child = spawn(terrarium(args).stdin(Stdio::piped()));
    feed(child, stdin)
}

/// Writes all of `stdin` to the child, and waits.
pub(crate) fn feed(mut child: Child, stdin: impl AsRef<[u8]> + Send + 'static) -> Output {
    let mut pipe = child.stdin.take().unwrap();
    let writer = thread::spawn(move || drop(pipe.write_all(stdin.as_ref())));
    let output = child.wait_with_output().unwrap();
    writer.join().unwrap();
    output
}

/// Starts the program, with pipes for both outputs.
pub(crate) fn spawn(command: &mut Command) -> Child {
    command.stdout(Stdio::piped()).stderr(Stdio::piped()).spawn().unwrap()
}

/// Runs `code` with `--json` and returns the result.
pub(crate) fn json(code: &str) -> serde_json::Value {
    let ran = ran(&["run", "--json", "-c", code]);
    serde_json::from_str(&ran.stdout).unwrap_or_else(|error| panic!("{error}: {ran:?}"))
}

/// Makes a folder with these files.
pub(crate) fn folder(files: &[(&str, &str)]) -> TempDir {
    let dir = tempfile::tempdir().unwrap();
    for (name, content) in files {
        let path = dir.path().join(name);
        std::fs::create_dir_all(path.parent().unwrap()).unwrap();
        std::fs::write(path, content).unwrap();
    }
    dir
}

/// Returns the path of `name` in a folder, as an argument.
pub(crate) fn path(dir: &TempDir, name: &str) -> String {
    dir.path().join(name).to_str().unwrap().to_owned()
}
