//! The artifacts that are built into the crate.

/// A file name in the manifest, and the file's bytes.
type File = (&'static str, &'static [u8]);

macro_rules! artifact {
    ($file:literal) => {
        ($file, include_bytes!(concat!(env!("CARGO_MANIFEST_DIR"), "/artifacts/", $file)))
    };
}

/// The manifest, as stored beside the artifacts.
pub(crate) const MANIFEST: &[u8] = include_bytes!(concat!(env!("CARGO_MANIFEST_DIR"), "/artifacts/manifest.json"));

/// Every artifact.
pub(crate) const FILES: &[File] = &[
    artifact!("python.wasm.zst"),
    artifact!("library.zip.zst"),
    artifact!("bytecode.zip.zst"),
    artifact!("package-lock.json.zst"),
];
