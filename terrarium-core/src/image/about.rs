//! What an image's file says of itself.

use std::collections::BTreeMap;

use serde::{Deserialize, Serialize};

use crate::{SandboxOptions, engine::SnapshotRecord, fd::CHANNEL, guest::Boot, syscall::OpenFile};

/// Raise it when the form of the file changes, or what it holds.
pub(super) const FORMAT: u32 = 3;

/// What an image's file says of itself.
#[derive(Serialize, Deserialize)]
pub(super) struct About {
    pub(super) format: u32,
    pub(super) name: String,
    pub(super) version: String,
    pub(super) python: String,
    pub(super) target: String,
    /// See [`compatibility`](crate::engine::compatibility).
    pub(super) compatibility: String,
    /// See [`base::guest`](crate::base::guest).
    pub(super) guest: String,
    pub(super) packages: Vec<String>,
    pub(super) modules: Vec<String>,
    /// See [`ImageOptions::inline`](crate::ImageOptions::inline).
    pub(super) inline: bool,
    /// See [`ImageOptions::portable`](crate::ImageOptions::portable).
    pub(super) portable: bool,
    /// The length of the machine code, and its hash in hexadecimal.
    pub(super) code: u64,
    pub(super) sha256: String,
    /// Whether the packages' files are in the file.
    pub(super) is_complete: bool,
    pub(super) boot: BootConfig,
    pub(super) open_files: Vec<OpenFile>,
    pub(super) snapshot: SnapshotRecord,
}

/// How an interpreter is set up: what its harness was told last.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub(crate) struct BootConfig {
    pub(crate) home: String,
    pub(crate) cwd: String,
    pub(crate) argv: Vec<String>,
    pub(crate) env: BTreeMap<String, String>,
    pub(crate) seed: Option<u64>,
    pub(crate) threads: bool,
}

impl BootConfig {
    /// As the options say.
    pub(crate) fn of(options: &SandboxOptions, cwd: String) -> Self {
        // A session has no name before its first run.
        let argv = std::iter::once(String::new()).chain(options.args.iter().cloned()).collect();
        Self {
            home: options.home.clone(),
            cwd,
            argv,
            env: environment(options),
            seed: options.deterministic.map(|fixed| fixed.seed),
            threads: options.threads,
        }
    }

    /// The message that says it.
    pub(crate) fn message(&self) -> Boot<'_> {
        let Self { home, cwd, argv, env, seed, threads } = self;
        Boot { home, cwd, argv, env, channel: CHANNEL, seed: *seed, threads: *threads }
    }
}

/// What the code finds in `os.environ`.
fn environment(options: &SandboxOptions) -> BTreeMap<String, String> {
    let mut env = BTreeMap::from(
        [("HOME", options.home.as_str()), ("USER", "earth"), ("LANG", "C.UTF-8"), ("PATH", "/bin")]
            .map(|(name, value)| (name.to_owned(), value.to_owned())),
    );
    env.extend(options.env.clone());
    env
}
