//! The guest's own distribution: the interpreter's module and the read-only files of every sandbox.

use std::{
    io,
    path::Path,
    sync::{Arc, LazyLock, OnceLock},
};

use terrarium_runtime::{Packed, Runtime};
use twox_hash::XxHash3_128;

use crate::{
    Result,
    engine::{InterpreterSource, Machine},
    error::ErrorContext,
    guest::{HARNESS_FILES, HARNESS_ROOT},
    package::{ArchiveError, SITE_PACKAGES, WheelTarget, mount},
};
use terrarium_unix::{
    abi::Timespec,
    vfs::{Content, Credentials, Layer, LayerBuilder, ReadAt},
};
use terrarium_wasm::rewrite::SafepointMode;

/// The time-zone database, as a package.
const TZDATA: &str = "/lib/terrarium/tzdata";

/// The name of the bare image.
pub(crate) const BARE: &str = "base";

/// Returns the guest's artifacts.
///
/// # Errors
/// [`Error::Artifacts`], when they are damaged.
pub(crate) fn runtime() -> Result<&'static Runtime> {
    Runtime::bundled().or_artifacts()
}

/// Returns a key that identifies the guest: its artifacts and its harness.
///
/// # Errors
/// [`Error::Artifacts`], when they are damaged.
pub(crate) fn guest_key() -> Result<String> {
    // Each start of a process needs it twice. The files are those of this library, so a fast digest is enough.
    static HARNESS: LazyLock<String> = LazyLock::new(|| {
        let mut hasher = XxHash3_128::new();
        for text in HARNESS_FILES.iter().flat_map(|(name, text)| [name, text]) {
            hasher.write(&text.len().to_le_bytes());
            hasher.write(text.as_bytes());
        }
        format!("{:032x}", hasher.finish_128())
    });
    Ok(format!("{} {}", runtime()?.key(), *HARNESS))
}

/// Returns the target that packages must match.
///
/// # Errors
/// [`Error::Artifacts`], when they are damaged.
pub(crate) fn target() -> Result<WheelTarget> {
    let guest = &runtime()?.manifest().guest;
    WheelTarget::new(&guest.python, &guest.platform, &guest.abi).or_artifacts()
}

/// Returns the machine that runs the interpreter. Its compiled code is kept in `cache_dir` (`None`: the default
/// folder), and `inlining` selects code with or without inlining.
///
/// # Errors
/// Those of [`runtime`] and [`Machine::shared`].
pub(crate) fn machine(cache_dir: Option<&Path>, inlining: bool) -> Result<Arc<Machine>> {
    Machine::shared(
        cache_dir,
        InterpreterSource { key: runtime()?.key(), wasm, safepoint: SafepointMode::Define, float_status: true },
        inlining,
    )
}

/// Returns the interpreter's module from the artifacts.
pub(crate) fn wasm() -> Result<Vec<u8>> {
    runtime()?.python_wasm().or_artifacts()
}

/// Returns the environment that configures CPython at its start; the code does not see it.
pub(crate) fn start_environment(home: &str) -> Vec<(String, String)> {
    let search = format!("{HARNESS_ROOT}:{SITE_PACKAGES}:{TZDATA}");
    [
        ("HOME", home),
        ("PYTHONPATH", &search),
        // Output must reach the host at once: a run may be stopped at any time.
        ("PYTHONUNBUFFERED", "1"),
    ]
    .map(|(name, value)| (name.to_owned(), value.to_owned()))
    .into()
}

/// Returns the layer of the read-only files that all sandboxes share.
///
/// # Errors
/// [`Error::Artifacts`], when they are damaged.
pub(crate) fn layer() -> Result<Arc<Layer>> {
    static LAYER: OnceLock<Arc<Layer>> = OnceLock::new();
    if let Some(layer) = LAYER.get() {
        return Ok(Arc::clone(layer));
    }
    let runtime = runtime()?;
    let library = runtime.library().or_artifacts()?;
    let bytecode = runtime.bytecode().or_artifacts()?;
    let layer = build(library, bytecode).or_artifacts()?;
    Ok(Arc::clone(LAYER.get_or_init(|| Arc::new(layer))))
}

fn build(library: &'static Packed, bytecode: &'static Packed) -> Result<Layer, ArchiveError> {
    let mut layer = LayerBuilder::unix();
    layer.owner(Credentials::ROOT);
    // The members of both archives have absolute paths.
    mount(&mut layer, "", Content::Source(Arc::new(ArtifactContent(library))))?;
    layer.add_dir(SITE_PACKAGES.as_bytes(), 0o755, Timespec::PROVIDED)?;
    for (name, source) in HARNESS_FILES {
        let path = format!("{HARNESS_ROOT}/{name}");
        layer.add_file(path.as_bytes(), Content::Static(source.as_bytes()), 0o444, Timespec::PROVIDED)?;
    }
    mount(&mut layer, "", Content::Source(Arc::new(ArtifactContent(bytecode))))?;
    Ok(layer.build())
}

/// An artifact as the content of files.
struct ArtifactContent(&'static Packed);

impl ReadAt for ArtifactContent {
    fn len(&self) -> u64 {
        self.0.len()
    }

    fn read_at(&self, offset: u64, buf: &mut [u8]) -> io::Result<usize> {
        self.0.read_at(offset, buf)
    }
}
