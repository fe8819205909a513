//! [`NativeCacheFolder`]: core's `CacheFolder` for JavaScript.

use std::path::PathBuf;

use napi::bindgen_prelude::ClassInstance;
use napi_derive::napi;
use serde::Deserialize;
use terrarium_core::CacheFolder;

use crate::{
    fault::Fault,
    gate::Gate,
    run::{Answer, Run, start},
    wire::{Seconds, Wire},
};

/// Core's `CacheFolder`, by its path.
#[napi(js_name = "CacheFolder")]
pub struct NativeCacheFolder {}

/// The option that names the folder.
#[derive(Default, Deserialize)]
#[serde(default, deny_unknown_fields)]
struct FolderOptions {
    cache_dir: Option<PathBuf>,
}

/// The options of pruning.
#[derive(Default, Deserialize)]
#[serde(default, deny_unknown_fields)]
struct PruneOptions {
    bytes: Option<u64>,
    unused_for: Option<Seconds>,
}

#[napi]
impl NativeCacheFolder {
    /// Opens a cache folder and returns its path.
    #[napi]
    pub fn open(gate: Option<ClassInstance<'_, Gate>>, run: u32, folder: String) -> Run {
        start(gate.as_deref(), run, move |_| data(&opened(folder)?.path()))
    }

    /// Lists the files.
    #[napi]
    pub fn list(gate: Option<ClassInstance<'_, Gate>>, run: u32, folder: String) -> Run {
        start(gate.as_deref(), run, move |_| data(&opened(folder)?.list()?))
    }

    /// Removes files.
    #[napi]
    pub fn prune(gate: Option<ClassInstance<'_, Gate>>, run: u32, folder: String, options: String) -> Run {
        let wire = Wire::new(options, Vec::new());
        start(gate.as_deref(), run, move |_| {
            let PruneOptions { bytes, unused_for } = wire.options()?;
            data(&opened(folder)?.prune(bytes, unused_for.map(|Seconds(time)| time))?)
        })
    }

    /// Removes all files that can be made again.
    #[napi]
    pub fn clear(gate: Option<ClassInstance<'_, Gate>>, run: u32, folder: String) -> Run {
        start(gate.as_deref(), run, move |_| data(&opened(folder)?.clear()?))
    }
}

fn opened(folder: String) -> Result<CacheFolder, Fault> {
    let FolderOptions { cache_dir } = Wire::new(folder, Vec::new()).options()?;
    Ok(CacheFolder::open(cache_dir.as_deref())?)
}

fn data(value: &impl serde::Serialize) -> Result<Answer, Fault> {
    Wire::of(value, Vec::new()).map(Answer::Data)
}
