//! [`GuestConfig`]: the configuration of an interpreter.

use std::collections::BTreeMap;

use serde::{Deserialize, Serialize};

use super::protocol::Configure;
use crate::SandboxOptions;
use terrarium_unix::fd::CHANNEL;

/// The configuration of an interpreter: the last one that its harness received.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub(crate) struct GuestConfig {
    pub(crate) home: String,
    pub(crate) cwd: String,
    pub(crate) argv: Vec<String>,
    pub(crate) env: BTreeMap<String, String>,
    pub(crate) seed: Option<u64>,
    pub(crate) threads: bool,
}

impl GuestConfig {
    /// Returns the configuration for the given options; `cwd` is absolute.
    pub(crate) fn new(options: &SandboxOptions, cwd: String) -> Self {
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

    /// Returns the message for the harness.
    pub(crate) fn message(&self) -> Configure<'_> {
        let Self { home, cwd, argv, env, seed, threads } = self;
        Configure { home, cwd, argv, env, channel: CHANNEL, seed: *seed, threads: *threads }
    }
}

/// Returns the content of `os.environ`.
fn environment(options: &SandboxOptions) -> BTreeMap<String, String> {
    let mut env = BTreeMap::from(
        [("HOME", options.home.as_str()), ("USER", "earth"), ("LANG", "C.UTF-8"), ("PATH", "/bin")]
            .map(|(name, value)| (name.to_owned(), value.to_owned())),
    );
    env.extend(options.env.clone());
    env
}
