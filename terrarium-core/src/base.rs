//! The base of every sandbox: the interpreter's module and the read-only files it starts with.

use std::sync::{Arc, OnceLock};

use terrarium_runtime::Runtime;

use crate::{
    Error, Result,
    abi::Timespec,
    guest::{HARNESS_FILES, HARNESS_ROOT},
    vfs::{Content, Credentials, Layer, LayerBuilder, LayerError},
};

/// Where CPython looks for its library: built into it.
const STDLIB: &str = "/lib/python314.zip";
/// Where packages are installed.
const SITE_PACKAGES: &str = "/lib/python3.14/site-packages";
/// The time-zone database, as a package to be imported from its archive.
const TZDATA: &str = "/lib/terrarium/tzdata.zip";

/// The name of the image in metrics.
pub(crate) const IMAGE: &str = "base";

/// The guest's artifacts.
///
/// # Errors
/// [`Error::Artifacts`], when they are damaged.
pub(crate) fn runtime() -> Result<&'static Runtime> {
    Runtime::bundled().map_err(|error| Error::Artifacts(error.to_string()))
}

/// The environment that configures CPython at its start; the code does not see it.
pub(crate) fn start_environment(home: &str) -> Vec<(String, String)> {
    let search = format!("{HARNESS_ROOT}:{SITE_PACKAGES}:{TZDATA}");
    [
        ("HOME", home),
        ("PYTHONPATH", &search),
        // What is written must be with the host at once: a run may be stopped at any time.
        ("PYTHONUNBUFFERED", "1"),
    ]
    .map(|(name, value)| (name.to_owned(), value.to_owned()))
    .into()
}

/// The read-only files that all sandboxes share.
///
/// # Errors
/// [`Error::Artifacts`], when they are damaged.
pub(crate) fn layer() -> Result<Arc<Layer>> {
    static LAYER: OnceLock<Arc<Layer>> = OnceLock::new();
    if let Some(layer) = LAYER.get() {
        return Ok(Arc::clone(layer));
    }
    let runtime = runtime()?;
    let artifact = |bytes: std::result::Result<&'static [u8], terrarium_runtime::RuntimeError>| {
        bytes.map(Content::Static).map_err(|error| Error::Artifacts(error.to_string()))
    };
    let layer = build(artifact(runtime.stdlib())?, artifact(runtime.tzdata())?);
    let layer = layer.map_err(|error| Error::Artifacts(error.to_string()))?;
    Ok(Arc::clone(LAYER.get_or_init(|| Arc::new(layer))))
}

fn build(stdlib: Content, tzdata: Content) -> Result<Layer, LayerError> {
    let mut layer = LayerBuilder::unix();
    let made = Timespec::default();
    layer.owner(Credentials::ROOT);
    layer.add_file(STDLIB.as_bytes(), stdlib, 0o444, made)?;
    layer.add_file(TZDATA.as_bytes(), tzdata, 0o444, made)?;
    layer.add_dir(SITE_PACKAGES.as_bytes(), 0o755, made)?;
    for (name, source) in HARNESS_FILES {
        let path = format!("{HARNESS_ROOT}/{name}");
        layer.add_file(path.as_bytes(), Content::Static(source.as_bytes()), 0o444, made)?;
    }
    Ok(layer.build())
}
