//! Access to one set of artifacts: read, decompressed and checked on request.

use std::borrow::Cow;
use std::fs;
use std::path::{Path, PathBuf};
use std::sync::OnceLock;

use crate::{Artifact, Manifest, Packed, RuntimeError, sha256_hex};

/// The largest artifact that is read or decompressed, in bytes. The main module has 10 MB today; the bound keeps a
/// damaged manifest from requesting all memory.
const MAX_ARTIFACT_BYTES: u64 = 256 << 20;

/// One set of guest artifacts.
///
/// Opening a set reads the manifest only. Each artifact is read and checked on its first use.
#[derive(Debug)]
pub struct Runtime {
    manifest: Manifest,
    key: String,
    origin: Origin,
    library: OnceLock<Packed>,
    bytecode: OnceLock<Packed>,
}

#[derive(Debug)]
enum Origin {
    #[cfg(feature = "bundled")]
    Bundled,
    Folder(PathBuf),
}

impl Runtime {
    /// Returns the artifacts that are built into this crate.
    ///
    /// The first call parses the manifest; later calls cost nothing.
    ///
    /// # Errors
    ///
    /// [`RuntimeError::Manifest`] if the crate was built from damaged artifacts.
    ///
    /// ```
    /// # fn main() -> Result<(), terrarium_runtime::RuntimeError> {
    /// let runtime = terrarium_runtime::Runtime::bundled()?;
    /// assert_eq!(runtime.manifest().guest.name, "pyodide");
    /// # Ok(())
    /// # }
    /// ```
    #[cfg(feature = "bundled")]
    pub fn bundled() -> Result<&'static Self, RuntimeError> {
        static BUNDLED: OnceLock<Runtime> = OnceLock::new();
        if let Some(runtime) = BUNDLED.get() {
            return Ok(runtime);
        }
        let runtime = Self::new(crate::bundled::MANIFEST, Origin::Bundled)?;
        Ok(BUNDLED.get_or_init(|| runtime))
    }

    /// Returns the artifacts of a folder with a `manifest.json`.
    ///
    /// # Errors
    ///
    /// [`RuntimeError::Read`] if there is no manifest, [`RuntimeError::Manifest`] if it is not valid.
    ///
    /// ```
    /// let missing = terrarium_runtime::Runtime::from_dir("no/such/folder");
    /// assert!(missing.is_err());
    /// ```
    pub fn from_dir(folder: impl AsRef<Path>) -> Result<Self, RuntimeError> {
        let folder = folder.as_ref();
        let path = folder.join("manifest.json");
        let manifest = fs::read(&path).map_err(|source| RuntimeError::Read { path, source })?;
        Self::new(&manifest, Origin::Folder(folder.to_owned()))
    }

    fn new(manifest: &[u8], origin: Origin) -> Result<Self, RuntimeError> {
        Ok(Self {
            key: sha256_hex(manifest),
            manifest: serde_json::from_slice(manifest)?,
            origin,
            library: OnceLock::new(),
            bytecode: OnceLock::new(),
        })
    }

    /// Returns the description of the artifacts.
    #[must_use]
    pub fn manifest(&self) -> &Manifest {
        &self.manifest
    }

    /// Returns the identity of this set of artifacts: the SHA-256 of the manifest, and with it of every artifact.
    ///
    /// It costs nothing, so the name of a cache file can be formed without reading an artifact.
    #[must_use]
    pub fn key(&self) -> &str {
        &self.key
    }

    /// Returns the main module: CPython, rewritten so that the engine can compile it. It is decompressed and checked on
    /// every call, because it is needed only when nothing is cached.
    ///
    /// # Errors
    ///
    /// Any variant of [`RuntimeError`] if the artifact is missing or damaged, or differs from the manifest.
    pub fn python_wasm(&self) -> Result<Vec<u8>, RuntimeError> {
        let artifact = self.artifact("python_wasm")?;
        unpack(artifact, self.file(artifact)?)
    }

    /// Returns the read-only files of the guest: the sources of the standard library, and the time-zone database as the
    /// Python package `tzdata`, which `zoneinfo` reads. They are a zip archive with uncompressed members under their
    /// absolute paths in the guest, without the first slash. The archive of a folder is checked on the first call.
    ///
    /// # Errors
    ///
    /// Any variant of [`RuntimeError`] if the artifact is missing or damaged, or differs from the manifest.
    pub fn library(&self) -> Result<&Packed, RuntimeError> {
        self.packed(&self.library, "library")
    }

    /// Returns the bytecode of the standard library and of the harness, an archive like [`Runtime::library`]. The
    /// archive of a folder is checked on the first call.
    ///
    /// # Errors
    ///
    /// Any variant of [`RuntimeError`] if the artifact is missing or damaged, or differs from the manifest.
    pub fn bytecode(&self) -> Result<&Packed, RuntimeError> {
        self.packed(&self.bytecode, "bytecode")
    }

    /// Returns the lock of the distribution's packages: names, files, hashes, dependencies. It is decompressed and
    /// checked on every call, because it is seldom needed.
    ///
    /// # Errors
    ///
    /// Any variant of [`RuntimeError`] if the artifact is missing or damaged, or differs from the manifest.
    pub fn package_lock(&self) -> Result<Vec<u8>, RuntimeError> {
        let artifact = self.artifact("package_lock")?;
        unpack(artifact, self.file(artifact)?)
    }

    /// Reads and checks every artifact.
    ///
    /// # Errors
    ///
    /// The error of the first artifact that is missing or damaged, or differs from the manifest.
    pub fn verify(&self) -> Result<(), RuntimeError> {
        for name in ["python_wasm", "library", "bytecode", "package_lock"] {
            let artifact = self.artifact(name)?;
            let packed = self.file(artifact)?;
            check(artifact, &artifact.sha256, &packed)?;
            unpack(artifact, packed)?;
        }
        Ok(())
    }

    fn artifact(&self, name: &'static str) -> Result<&Artifact, RuntimeError> {
        self.manifest.artifacts.get(name).ok_or(RuntimeError::Missing { name })
    }

    fn packed<'a>(&'a self, cell: &'a OnceLock<Packed>, name: &'static str) -> Result<&'a Packed, RuntimeError> {
        if let Some(packed) = cell.get() {
            return Ok(packed);
        }
        let artifact = self.artifact(name)?;
        let bytes = self.file(artifact)?;
        if !self.is_bundled() {
            check(artifact, &artifact.sha256, &bytes)?;
        }
        let packed = Packed::new(bytes);
        let packed = packed.map_err(|source| RuntimeError::Unpack { file: artifact.file.clone(), source })?;
        Ok(cell.get_or_init(|| packed))
    }

    /// Whether the artifacts are part of the program. They were checked when the program was built: hashing them again
    /// would take a third of the time that a process needs to its first result.
    fn is_bundled(&self) -> bool {
        #[cfg(feature = "bundled")]
        if matches!(self.origin, Origin::Bundled) {
            return true;
        }
        false
    }

    /// Returns the bytes of an artifact's file, unchecked.
    fn file(&self, artifact: &Artifact) -> Result<Cow<'static, [u8]>, RuntimeError> {
        let name = artifact.file.as_str();
        if name.is_empty() || name == ".." || name.contains(['/', '\\', ':']) {
            return Err(RuntimeError::FileName { file: name.to_owned() });
        }
        bounded(artifact, artifact.bytes)?;
        match &self.origin {
            #[cfg(feature = "bundled")]
            Origin::Bundled => crate::bundled::FILES
                .iter()
                .find(|(file, _)| *file == name)
                .map(|(_, bytes)| Cow::Borrowed(*bytes))
                .ok_or_else(|| RuntimeError::Read { path: name.into(), source: std::io::ErrorKind::NotFound.into() }),
            Origin::Folder(folder) => {
                let path = folder.join(name);
                fs::read(&path).map(Cow::Owned).map_err(|source| RuntimeError::Read { path, source })
            }
        }
    }
}

fn bounded(artifact: &Artifact, bytes: u64) -> Result<usize, RuntimeError> {
    let bound = MAX_ARTIFACT_BYTES;
    usize::try_from(bytes).ok().filter(|_| bytes <= bound).ok_or_else(|| RuntimeError::TooLarge {
        file: artifact.file.clone(),
        bytes,
        bound,
    })
}

fn check(artifact: &Artifact, expected: &str, bytes: &[u8]) -> Result<(), RuntimeError> {
    let found = sha256_hex(bytes);
    if found == expected {
        return Ok(());
    }
    Err(RuntimeError::Hash { file: artifact.file.clone(), expected: expected.to_owned(), found })
}

fn unpack(artifact: &Artifact, packed: Cow<'static, [u8]>) -> Result<Vec<u8>, RuntimeError> {
    let Some(unpacked) = &artifact.unpacked else {
        check(artifact, &artifact.sha256, &packed)?;
        return Ok(packed.into_owned());
    };
    let capacity = bounded(artifact, unpacked.bytes)?;
    let bytes = zstd::bulk::decompress(&packed, capacity)
        .map_err(|source| RuntimeError::Unpack { file: artifact.file.clone(), source })?;
    check(artifact, &unpacked.sha256, &bytes)?;
    Ok(bytes)
}

#[cfg(test)]
mod tests;
