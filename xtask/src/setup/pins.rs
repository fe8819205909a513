//! The pinned packages: `terrarium-runtime/pins.json`.

use anyhow::{Context, Result};
use serde::Deserialize;
use terrarium_runtime::{Guest, Source};

/// Everything that is fetched, by version and hash.
#[derive(Deserialize)]
pub(crate) struct Pins {
    /// The guest in the artifacts.
    pub(crate) guest: Guest,
    /// The packages.
    pub(crate) sources: Vec<Source>,
}

impl Pins {
    /// Returns the package of this name.
    pub(crate) fn source(&self, name: &str) -> Result<&Source> {
        self.sources.iter().find(|source| source.name == name).with_context(|| format!("pins.json has no `{name}`"))
    }
}
