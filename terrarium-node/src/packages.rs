//! [`NativePackageStore`]: core's `PackageStore` for JavaScript.

use std::{ops::ControlFlow, path::PathBuf, sync::Arc};

use napi::bindgen_prelude::ClassInstance;
use napi_derive::napi;
use serde::Deserialize;
use serde_json::json;
use terrarium_core::{DownloadProgress, Error, PackageError, PackageRequest, PackageStore, StoredPackage};

use crate::{
    fault::Fault,
    gate::Gate,
    run::{Answer, Run, Sink, start},
    wire::Wire,
};

/// Core's `PackageStore`.
#[napi(js_name = "PackageStore")]
pub struct NativePackageStore {
    inner: Arc<PackageStore>,
}

/// The options of [`NativePackageStore::open`].
#[derive(Default, Deserialize)]
#[serde(default, deny_unknown_fields)]
struct StoreOptions {
    cache_dir: Option<PathBuf>,
}

/// Receives the progress of a download.
type OnProgress<'a> = &'a mut dyn FnMut(DownloadProgress<'_>) -> ControlFlow<()>;

#[napi]
impl NativePackageStore {
    /// Opens the store of a cache folder.
    #[napi]
    pub fn open(gate: Option<ClassInstance<'_, Gate>>, run: u32, options: String) -> Run {
        let wire = Wire::new(options, Vec::new());
        start(gate.as_deref(), run, move |_| {
            let StoreOptions { cache_dir } = wire.options()?;
            let inner = Arc::new(PackageStore::open(cache_dir.as_deref())?);
            Ok(Answer::PackageStore(Self { inner }))
        })
    }

    /// The store's folder.
    #[napi]
    pub fn path(&self) -> String {
        self.inner.path().to_string_lossy().into_owned()
    }

    /// Lists the packages.
    #[napi]
    pub fn list(&self, gate: Option<ClassInstance<'_, Gate>>, run: u32) -> Run {
        self.ask(gate, run, |store, _| store.list())
    }

    /// Downloads the packages of a request, with all that they need.
    #[napi]
    pub fn add(&self, gate: Option<ClassInstance<'_, Gate>>, run: u32, request: String) -> Run {
        let store = Arc::clone(&self.inner);
        let wire = Wire::new(request, Vec::new());
        start(gate.as_deref(), run, move |sink| {
            let request: PackageRequest = wire.options()?;
            let packages = stoppable(sink, |progress| store.add(&request, progress))?;
            Ok(Answer::Data(Wire::of(&packages, Vec::new())?))
        })
    }

    /// Returns the lock of the packages as the text of `pylock.toml`.
    #[napi]
    pub fn pylock(&self, gate: Option<ClassInstance<'_, Gate>>, run: u32) -> Run {
        let store = Arc::clone(&self.inner);
        start(gate.as_deref(), run, move |_| {
            let text = store.pylock().map_err(Error::from)?;
            Ok(Answer::Data(Wire::of(&text, Vec::new())?))
        })
    }

    /// Updates packages to the present versions of their distributions.
    #[napi]
    pub fn update(&self, gate: Option<ClassInstance<'_, Gate>>, run: u32, names: Vec<String>) -> Run {
        self.ask(gate, run, move |store, progress| store.update(&names, progress))
    }

    /// Removes packages.
    #[napi]
    pub fn remove(&self, gate: Option<ClassInstance<'_, Gate>>, run: u32, names: Vec<String>) -> Run {
        self.ask(gate, run, move |store, _| store.remove(&names))
    }
}

impl NativePackageStore {
    fn ask(
        &self,
        gate: Option<ClassInstance<'_, Gate>>,
        run: u32,
        question: impl FnOnce(&PackageStore, OnProgress<'_>) -> Result<Vec<StoredPackage>, PackageError> + Send + 'static,
    ) -> Run {
        let store = Arc::clone(&self.inner);
        start(gate.as_deref(), run, move |sink| {
            let packages = stoppable(sink, |progress| question(&store, progress))?;
            Ok(Answer::Data(Wire::of(&packages, Vec::new())?))
        })
    }
}

/// Runs `work` until its end, or until the run is cancelled.
fn stoppable<T>(sink: &Sink, work: impl FnOnce(OnProgress<'_>) -> Result<T, PackageError>) -> Result<T, Fault> {
    let cancel = sink.cancel();
    let mut progress = |progress: DownloadProgress<'_>| {
        let DownloadProgress { file_name, done, total, all_done, all_total, .. } = progress;
        if cancel.is_cancelled() {
            return ControlFlow::Break(());
        }
        let told = json!({
            "file_name": file_name, "done": done, "total": total, "all_done": all_done, "all_total": all_total,
        });
        sink.progress(told.to_string());
        ControlFlow::Continue(())
    };
    match work(&mut progress) {
        Err(PackageError::Cancelled { .. }) => Err(Fault::state("cancelled", "the download was cancelled")),
        result => Ok(result.map_err(Error::from)?),
    }
}
