//! The options of a sandbox as flags: the generated ones, and those that read files or join several options.

use std::{fs, path::PathBuf};

use clap::Args;
use terrarium_core::{Install, JsonOptions as _, Mount, MountMode, Packages, SandboxOptions};

use crate::{
    exit::Failure,
    flags::SandboxFlags,
    inputs::{self, HostFile},
    units::Size,
};

/// The flags that all commands share that run code.
#[derive(Args, Debug, Default)]
#[command(next_help_heading = "Sandbox")]
pub(crate) struct SandboxArgs {
    /// A JSON file with options, by their names in the library's `SandboxOptions`; flags override it
    #[arg(long, value_name = "FILE")]
    config: Option<PathBuf>,

    /// Give the sandbox a file, or a folder with its files, below its home folder; repeatable
    #[arg(long = "file", value_name = "HOST[:GUEST]")]
    files: Vec<HostFile>,

    /// Show the program a folder or file of the host, at a path relative to its home folder or absolute; repeatable. MODE
    /// is `ro` (the default), `overlay` (changes stay in the sandbox and are in its results) or `rw`, whose growth of the
    /// folder is bounded: `rw,bytes=1GiB,files=1000`
    #[arg(long = "mount", value_name = "GUEST:HOST[:MODE]", value_parser = mount)]
    mounts: Vec<(String, Mount)>,

    /// Set an environment variable; repeatable. Nothing is inherited from the host
    #[arg(long, value_name = "NAME=VALUE", value_parser = variable)]
    env: Vec<(String, String)>,

    /// A package that the program can import, with the packages that it needs; repeatable
    #[arg(long = "package", value_name = "NAME")]
    packages: Vec<String>,

    /// Find the packages that the program imports
    #[arg(long, conflicts_with = "packages")]
    auto_packages: bool,

    /// Let the program install packages while it runs: none (`off`), those on this machine (`local`), or those of the
    /// Python index (`index`), which sends names that the program chooses [default: local]
    #[arg(long, value_name = "ORIGIN", value_parser = install)]
    pip: Option<Install>,

    /// Fix the clock, and derive random numbers from SEED (0 if it is omitted), so that each run does the same
    #[arg(long, value_name = "SEED", num_args = 0..=1, require_equals = true)]
    deterministic: Option<Option<u64>>,

    #[command(flatten)]
    flags: SandboxFlags,
}

impl SandboxArgs {
    /// Builds the options: the defaults or the file of `--config`, with the flags on top.
    ///
    /// # Errors
    /// [`Failure::Usage`] for a file that cannot be read or is too large, and for options out of their bounds.
    pub(crate) fn into_options(self) -> Result<SandboxOptions, Failure> {
        let mut options = self.config.map_or_else(|| Ok(SandboxOptions::default()), |path| read(&path))?;
        self.flags.apply(&mut options);
        options.env.extend(self.env);
        options.mounts.extend(self.mounts);
        if let Some(install) = self.pip {
            options.install = install;
        }
        if let Some(seed) = self.deterministic {
            options.deterministic.get_or_insert_default().seed = seed.unwrap_or_default();
        }
        // Earlier scripts pass the word as a name.
        if self.auto_packages || self.packages == ["auto"] {
            options.packages = Packages::Auto;
        } else if !self.packages.is_empty() {
            options.packages = Packages::List(self.packages);
        }
        options.validate()?;
        let room = options.file_bytes;
        inputs::read_all(&self.files, room, &mut options.files)?;
        Ok(options)
    }
}

/// Reads a mount: the guest's path, the host's path, and the mode if what follows the last colon is one.
fn mount(text: &str) -> Result<(String, Mount), String> {
    let (guest, rest) = text.split_once(':').ok_or("not of the form GUEST:HOST[:MODE]")?;
    let (host, settings) = match rest.rsplit_once(':') {
        Some((host, last)) if is_mode(last) => (host, last),
        _ => (rest, "ro"),
    };
    if guest.is_empty() || host.is_empty() {
        return Err("not of the form GUEST:HOST[:MODE]".to_owned());
    }
    let mut settings = settings.split(',');
    let mut mount = Mount::read_only(host);
    mount.mode = match settings.next() {
        Some("overlay") => MountMode::Overlay,
        Some("rw" | "read-write") => MountMode::ReadWrite,
        _ => MountMode::ReadOnly,
    };
    for setting in settings {
        let is_bounded = mount.mode == MountMode::ReadWrite;
        mount = match setting.split_once('=') {
            Some(("bytes", size)) if is_bounded => mount.max_bytes(size.parse::<Size>()?.0),
            Some(("files", count)) if is_bounded => {
                mount.max_files(count.parse().map_err(|_| format!("{count:?} is no number of files"))?)
            }
            _ => return Err(format!("{setting:?} is no setting: `rw` has `bytes=SIZE` and `files=NUMBER`")),
        };
    }
    Ok((guest.to_owned(), mount))
}

fn is_mode(text: &str) -> bool {
    matches!(text.split(',').next(), Some("ro" | "read-only" | "overlay" | "rw" | "read-write"))
}

fn install(text: &str) -> Result<Install, String> {
    match text {
        "off" => Ok(Install::Off),
        "local" => Ok(Install::Local),
        "index" => Ok(Install::Index),
        _ => Err("it is none of off, local and index".to_owned()),
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
    use clap::{CommandFactory as _, Parser};
    use serde_json::{Value, json};

    use super::*;

    /// Options whose flags are not simply their values, and which other tests cover.
    const BY_HAND: &[&str] = &[
        // Programs hand functions over; a command line has none.
        "host_calls",
        "host_calls_in_flight",
        "host_call_bytes",
        "host_call_timeout",
        "count_host_time",
        "args",
        "env",
        "files",
        "mounts",
        "packages",
        "install",
        "deterministic",
    ];

    #[derive(Parser)]
    struct Command {
        #[command(flatten)]
        sandbox: SandboxArgs,
    }

    fn options(flags: &[&str]) -> SandboxOptions {
        let args = std::iter::once("test").chain(flags.iter().copied());
        Command::try_parse_from(args).unwrap().sandbox.into_options().unwrap()
    }

    fn json_of(options: &SandboxOptions) -> Value {
        serde_json::to_value(options).unwrap()
    }

    #[test]
    fn without_flags_the_options_are_the_defaults() {
        assert_eq!(options(&[]), SandboxOptions::default());
    }

    #[test]
    fn every_option_has_a_flag_that_changes_it_alone() {
        let defaults = json_of(&SandboxOptions::default());
        let command = Command::command();
        for (name, default) in
            defaults.as_object().unwrap().iter().filter(|(name, _)| !BY_HAND.contains(&name.as_str()))
        {
            let flag = command.get_arguments().find(|flag| flag.get_id() == name.as_str());
            let flag = flag.unwrap_or_else(|| panic!("{name} has no flag"));
            let unit = flag.get_value_names().filter(|_| flag.get_action().takes_values());
            let (text, expected) = match unit.map(|names| names[0].as_str()) {
                None => ("", json!(!default.as_bool().unwrap())),
                Some("SIZE") => ("=64MiB", json!(64 << 20)),
                Some("DURATION") => ("=1.5s", json!(1.5)),
                Some("NUMBER") => ("=77", json!(77)),
                Some("SOURCE") => ("=a=b", json!(["a=b"])),
                Some("PATH" | "FILE" | "DIR") => ("=/x", json!("/x")),
                Some(other) => panic!("{name} has a value of an unknown sort: {other}"),
            };
            let changed = json_of(&options(&[&format!("--{}{text}", flag.get_long().unwrap())]));
            let mut wanted = defaults.clone();
            wanted[name] = expected;
            assert_eq!(changed, wanted, "{name}");
        }
    }

    #[test]
    fn flags_that_join_several_options_change_them() {
        let env = options(&["--env=A=1", "--env=B=x=y"]).env;
        assert_eq!(env.into_iter().collect::<Vec<_>>(), [("A", "1"), ("B", "x=y")].map(|(n, v)| (n.into(), v.into())));
        let named = options(&["--package=numpy", "--package=PIL"]).packages;
        assert_eq!(named, Packages::List(vec!["numpy".to_owned(), "PIL".to_owned()]));
        assert_eq!(options(&["--pip", "off"]).install, Install::Off);
        assert_eq!(options(&["--pip=index"]).install, Install::Index);
        assert_eq!(options(&["--auto-packages"]).packages, Packages::Auto);
        assert_eq!(options(&["--package=auto"]).packages, Packages::Auto);
        assert_eq!(options(&["--packages-from=a", "--packages-from=b"]).packages_from, ["a", "b"]);
        assert_eq!(options(&["--timeout=none"]).timeout, None);
        for (flag, seed) in [("--deterministic", 0), ("--deterministic=7", 7)] {
            assert_eq!(options(&[flag]).deterministic.map(|fixed| fixed.seed), Some(seed));
        }
        assert!(Command::try_parse_from(["test", "--auto-packages", "--package=numpy"]).is_err());
    }

    #[test]
    fn a_mount_has_two_paths_and_a_mode() {
        for (text, guest, mount) in [
            ("data:/srv/data", "data", Mount::read_only("/srv/data")),
            ("data:/srv/data:ro", "data", Mount::read_only("/srv/data")),
            ("/mnt/x:y:overlay", "/mnt/x", Mount::overlay("y")),
            ("a:C:\\b", "a", Mount::read_only("C:\\b")),
            ("a:/b:c", "a", Mount::read_only("/b:c")),
            ("a:/b:rw", "a", Mount::read_write("/b")),
            ("a:/b:rw,bytes=1GiB,files=7", "a", Mount::read_write("/b").max_bytes(1 << 30).max_files(7)),
        ] {
            let mounts = options(&["--mount", text]).mounts;
            assert_eq!(mounts.into_iter().collect::<Vec<_>>(), [(guest.to_owned(), mount)], "{text}");
        }
        for text in ["a", "a:", ":/b", "a::ro", "a:/b:ro,bytes=1", "a:/b:rw,byte=1", "a:/b:rw,files=x"] {
            assert!(mount(text).is_err(), "{text}");
        }
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
        assert_eq!(options.deterministic.map(|fixed| (fixed.time, fixed.seed)), Some((5.0, 9)));
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
