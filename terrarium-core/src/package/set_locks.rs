//! The versions that a sandbox's requirements led to: the same options give the same versions later, although the package
//! store has newer ones by then.
//!
//! Each list of requirements has a small file in the package store. Packages of other sources have no part in it: their
//! folders are the user's.

use std::{
    fs,
    path::{Path, PathBuf},
};

use terrarium_index::{Requirement, Resolution};

use super::store::STORE;
use crate::cache::{self, write_whole};

/// The folder of the files, below the store.
pub(crate) const SET_LOCKS: &str = "sets";
/// The largest file that is read.
const MAX_BYTES: u64 = 1 << 20;

/// The selected versions of a pool.
pub(super) struct SetLocks {
    folder: PathBuf,
    /// The package sources, on which the selection depends.
    from: Vec<String>,
}

impl SetLocks {
    pub(super) fn new(store: &Path, from: &[String]) -> Self {
        Self { folder: store.join(SET_LOCKS), from: from.to_vec() }
    }

    /// Forgets all selections of a store.
    pub(super) fn forget(store: &Path) {
        let _ = fs::remove_dir_all(store.join(SET_LOCKS));
    }

    /// Returns the selected versions for requirements, if there are any.
    pub(super) fn read(&self, wanted: &[String]) -> Option<Vec<Requirement>> {
        let path = self.path(wanted);
        fs::metadata(&path).ok().filter(|metadata| metadata.is_file() && metadata.len() <= MAX_BYTES)?;
        let text = fs::read_to_string(path).ok()?;
        let versions = text.lines().map(str::parse).collect::<Result<Vec<Requirement>, _>>().ok()?;
        (!versions.is_empty()).then_some(versions)
    }

    /// Keeps the versions of the store in a resolution. A store that cannot be written keeps none.
    pub(super) fn write(&self, wanted: &[String], found: &Resolution) {
        let of_store = found.packages().iter().filter(|package| &*package.release.source == STORE);
        let lines: String = of_store.map(|package| format!("{}=={}\n", package.name, package.version)).collect();
        if lines.is_empty() {
            return;
        }
        let path = self.path(wanted);
        let written = fs::create_dir_all(&self.folder).and_then(|()| write_whole(&path, lines.as_bytes()));
        if let Err(error) = written {
            tracing::debug!(%error, ?path, "the selected versions are not kept");
        }
    }

    fn path(&self, wanted: &[String]) -> PathBuf {
        let mut sorted = wanted.to_vec();
        sorted.sort();
        let text = format!("{sorted:?} {:?}", self.from);
        self.folder.join(cache::name(&cache::digest([text.as_bytes()])) + ".txt")
    }
}
