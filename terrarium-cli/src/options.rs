//! The options of a sandbox as flags: the fields of [`SandboxOptions`], by their names.

use std::{fs, path::PathBuf};

use clap::Args;
use terrarium_core::{JsonOptions as _, Packages, SandboxOptions};

use crate::{
    exit::Failure,
    inputs::{self, HostFile},
    units::{Limit, Size, Span},
};

/// The flags that every command which runs code has. Defaults are added to the help by [`defaults`](crate::defaults).
#[derive(Args, Debug, Default)]
#[command(next_help_heading = "Sandbox")]
pub(crate) struct SandboxArgs {
    /// Options in a JSON file, with the names of the library's `SandboxOptions`; flags win over it
    #[arg(long, value_name = "FILE")]
    config: Option<PathBuf>,

    /// Give the sandbox a file, or a folder with its files, below its home folder; repeatable
    #[arg(long = "file", value_name = "HOST[:GUEST]")]
    files: Vec<HostFile>,

    /// Set an environment variable; repeatable. Nothing is inherited
    #[arg(long, value_name = "NAME=VALUE", value_parser = variable)]
    env: Vec<(String, String)>,

    /// The longest that a run may take, or `none`
    #[arg(long, value_name = "DURATION")]
    timeout: Option<Limit>,

    /// The memory of the interpreter and all its data
    #[arg(long, value_name = "SIZE")]
    memory: Option<Size>,

    /// The home folder in the sandbox
    #[arg(long, value_name = "PATH")]
    home: Option<String>,

    /// The working directory, relative to the home folder, which is the default
    #[arg(long, value_name = "PATH")]
    cwd: Option<String>,

    /// The bytes that are passed on of the standard output, and as many of the standard error; the rest is dropped
    #[arg(long, value_name = "SIZE")]
    stream_bytes: Option<Size>,

    /// The sum of the sizes of all files in the sandbox
    #[arg(long, value_name = "SIZE")]
    file_bytes: Option<Size>,

    /// The number of files and folders in the sandbox
    #[arg(long, value_name = "NUMBER")]
    file_count: Option<u64>,

    /// The number of files open at a time
    #[arg(long, value_name = "NUMBER")]
    open_files: Option<u32>,

    /// The size of the code of one run
    #[arg(long, value_name = "SIZE")]
    code_bytes: Option<Size>,

    /// The size of the values of one run, encoded; a larger one is kept as its representation
    #[arg(long, value_name = "SIZE")]
    value_bytes: Option<Size>,

    /// The size of a value's representation; a longer one is cut
    #[arg(long, value_name = "SIZE")]
    repr_bytes: Option<Size>,
    /// Let code load shared libraries that it brings or makes itself
    #[arg(long)]
    untrusted_libraries: bool,

    /// How long code may go on after it was told to stop
    #[arg(long, value_name = "DURATION")]
    grace: Option<Span>,

    /// A fixed clock and random numbers from SEED (0 if it is left out), so that each run does the same
    #[arg(long, value_name = "SEED", num_args = 0..=1, require_equals = true)]
    deterministic: Option<Option<u64>>,

    /// A package that the program can import, with all that it needs; repeatable
    #[arg(long = "package", value_name = "NAME")]
    packages: Vec<String>,

    /// Find the packages that the program imports
    #[arg(long, conflicts_with = "packages")]
    auto_packages: bool,

    /// A wheel, a folder of wheels, a distribution with a lock, or a site folder to take packages from; repeatable
    /// [default: what `terrarium packages add` has downloaded]
    #[arg(long, value_name = "SOURCE")]
    packages_from: Vec<String>,

    /// Have every run import the packages, instead of importing them once into an image that is built when first needed
    #[arg(id = "preload", long = "no-preload")]
    no_preload: bool,

    /// An image file to start from, made by `terrarium image build`; open only images that you trust
    #[arg(long, value_name = "FILE")]
    image: Option<PathBuf>,

    /// Refuse to start threads, which otherwise run one after the other
    #[arg(id = "threads", long = "no-threads")]
    no_threads: bool,

    /// Where compiled code is kept [default: $TERRARIUM_CACHE_DIR, else `terrarium` in the user's cache folder]
    #[arg(long, value_name = "DIR")]
    cache_dir: Option<PathBuf>,
}

impl SandboxArgs {
    /// The options, from the defaults or the file of `--config`, and the flags on top.
    ///
    /// # Errors
    /// [`Failure::Usage`] for a file that cannot be read or is too large, and for options out of their bounds.
    pub(crate) fn into_options(self) -> Result<SandboxOptions, Failure> {
        let mut options = self.config.map_or_else(|| Ok(SandboxOptions::new()), |path| read(&path))?;
        let set = |option: &mut u64, flag: Option<Size>| *option = flag.map_or(*option, |size| size.0);
        set(&mut options.memory, self.memory);
        set(&mut options.stream_bytes, self.stream_bytes);
        set(&mut options.file_bytes, self.file_bytes);
        set(&mut options.code_bytes, self.code_bytes);
        set(&mut options.value_bytes, self.value_bytes);
        set(&mut options.repr_bytes, self.repr_bytes);
        options.timeout = self.timeout.map_or(options.timeout, |limit| limit.0);
        options.grace = self.grace.map_or(options.grace, |span| span.0);
        options.file_count = self.file_count.unwrap_or(options.file_count);
        options.open_files = self.open_files.unwrap_or(options.open_files);
        options.home = self.home.unwrap_or(options.home);
        options.cwd = self.cwd.or(options.cwd);
        options.env.extend(self.env);
        options.untrusted_libraries |= self.untrusted_libraries;
        if let Some(seed) = self.deterministic {
            options.deterministic = Some(options.deterministic.unwrap_or_default().seed(seed.unwrap_or_default()));
        }
        match self.packages {
            names if self.auto_packages || names == ["auto"] => options.packages = Packages::Auto,
            names if names.is_empty() => {}
            names => options.packages = names.into(),
        }
        if !self.packages_from.is_empty() {
            options.packages_from = self.packages_from;
        }
        options.preload &= !self.no_preload;
        options.image = self.image.or(options.image);
        options.threads &= !self.no_threads;
        options.cache_dir = self.cache_dir.or(options.cache_dir);
        options.validate()?;
        let room = options.file_bytes;
        inputs::read_all(&self.files, room, &mut options.files)?;
        Ok(options)
    }
}

fn read(path: &PathBuf) -> Result<SandboxOptions, Failure> {
    let unusable = |reason: String| Failure::Usage(format!("--config {}: {reason}", path.display()));
    let text = fs::read_to_string(path).map_err(|error| unusable(error.to_string()))?;
    SandboxOptions::from_json(&text).map_err(|error| unusable(error.to_string()))
}

fn variable(text: &str) -> Result<(String, String), String> {
    let (name, value) = text.split_once('=').ok_or("not of the form NAME=VALUE")?;
    Ok((name.to_owned(), value.to_owned()))
}

#[cfg(test)]
mod tests {
    use std::time::Duration;

    use clap::Parser;
    use terrarium_core::Deterministic;

    use super::*;

    #[derive(Parser)]
    struct Command {
        #[command(flatten)]
        sandbox: SandboxArgs,
    }

    fn options(flags: &[&str]) -> SandboxOptions {
        let args = std::iter::once("test").chain(flags.iter().copied());
        Command::try_parse_from(args).unwrap().sandbox.into_options().unwrap()
    }

    #[test]
    fn without_flags_the_options_are_the_defaults() {
        assert_eq!(options(&[]), SandboxOptions::default());
    }

    #[test]
    fn every_flag_changes_its_option() {
        let changed = options(&[
            "--timeout=1.5s",
            "--grace=10ms",
            "--memory=1G",
            "--stream-bytes=1MiB",
            "--file-bytes=2MiB",
            "--file-count=77",
            "--open-files=9",
            "--code-bytes=3MB",
            "--value-bytes=4k",
            "--repr-bytes=5",
            "--home=/h",
            "--cwd=w",
            "--env=A=1",
            "--env=B=x=y",
            "--untrusted-libraries",
            "--deterministic=7",
            "--package=numpy",
            "--package=PIL",
            "--packages-from=wheels",
            "--packages-from=https://example.com/x",
            "--no-preload",
            "--image=x.timg",
            "--no-threads",
            "--cache-dir=c",
        ]);
        let expected = SandboxOptions::new()
            .timeout(Duration::from_millis(1500))
            .grace(Duration::from_millis(10))
            .memory(1 << 30)
            .stream_bytes(1 << 20)
            .file_bytes(2 << 20)
            .file_count(77)
            .open_files(9)
            .code_bytes(3_000_000)
            .value_bytes(4096)
            .repr_bytes(5)
            .home("/h")
            .cwd("w")
            .env_var("A", "1")
            .env_var("B", "x=y")
            .untrusted_libraries(true)
            .deterministic(Deterministic::new().seed(7))
            .packages(["numpy", "PIL"])
            .packages_from(["wheels", "https://example.com/x"])
            .preload(false)
            .image("x.timg")
            .threads(false)
            .cache_dir("c");
        assert_eq!(changed, expected);
        // A new option of the library must get its flag.
        let Ok(serde_json::Value::Object(defaults)) = serde_json::to_value(SandboxOptions::new()) else { panic!() };
        let unset = |name: &&String| serde_json::to_value(&changed).unwrap()[*name] == defaults[*name];
        assert_eq!(defaults.keys().filter(unset).collect::<Vec<_>>(), ["args", "files"]);
        for flag in ["--auto-packages", "--package=auto"] {
            assert_eq!(options(&[flag]).packages, Packages::Auto);
        }
        assert_eq!(options(&["--timeout=none"]).timeout, None);
        assert_eq!(options(&["--deterministic"]).deterministic, Some(Deterministic::default()));
    }

    #[test]
    fn flags_win_over_the_file_of_options() {
        let dir = tempfile::tempdir().unwrap();
        let file = dir.path().join("options.json");
        let json = r#"{"timeout": 5, "memory": 100000000, "env": {"A": "1", "B": "2"}, "args": ["x"],
            "files": {"a.txt": "aGk="}, "deterministic": {"time": 5.0, "seed": 1}}"#;
        fs::write(&file, json).unwrap();
        let config = format!("--config={}", file.display());
        let options = options(&[&config, "--timeout=none", "--env=B=3", "--deterministic=9"]);
        assert_eq!((options.timeout, options.memory), (None, 100_000_000));
        assert_eq!(options.env["A"], "1");
        assert_eq!(options.env["B"], "3");
        assert_eq!(options.args, ["x"]);
        assert_eq!(options.files["a.txt"].as_str(), Ok("hi"));
        assert_eq!(options.deterministic, Some(Deterministic::new().time(5.0).seed(9)));
    }

    #[test]
    fn an_option_that_does_not_exist_is_refused_by_name() {
        let dir = tempfile::tempdir().unwrap();
        let file = dir.path().join("options.json");
        fs::write(&file, r#"{"tiemout": 5}"#).unwrap();
        let failure = read(&file).unwrap_err();
        assert!(matches!(&failure, Failure::Usage(text) if text.contains("tiemout")), "{failure:?}");
    }
}
