//! The reasons why a set of guest artifacts cannot be used.

use std::path::PathBuf;

/// The reason why a set of guest artifacts, or one of them, cannot be used.
#[derive(Debug, thiserror::Error)]
#[non_exhaustive]
pub enum RuntimeError {
    /// A file of the folder cannot be read.
    #[error("cannot read the guest artifact `{}`: {source}", path.display())]
    Read {
        /// The file.
        path: PathBuf,
        /// The cause.
        source: std::io::Error,
    },
    /// The manifest is not JSON of the expected form.
    #[error("the manifest of the guest artifacts is not valid: {0}")]
    Manifest(#[from] serde_json::Error),
    /// The manifest does not name a requested artifact.
    #[error("the manifest of the guest artifacts has no `{name}`; it was written by another version of terrarium")]
    Missing {
        /// The artifact's name in the manifest.
        name: &'static str,
    },
    /// The manifest names a file outside its folder.
    #[error("the manifest names `{file}`; an artifact's file must be a plain file name")]
    FileName {
        /// The name in the manifest.
        file: String,
    },
    /// An artifact is larger than the bound.
    #[error("the guest artifact `{file}` has {bytes} bytes, the bound is {bound}")]
    TooLarge {
        /// The artifact's file name.
        file: String,
        /// Its size in bytes, according to the manifest.
        bytes: u64,
        /// The largest size allowed in bytes.
        bound: u64,
    },
    /// An artifact cannot be decompressed.
    #[error("cannot decompress the guest artifact `{file}`: {source}; the file is damaged, lay it out anew")]
    Unpack {
        /// The artifact's file name.
        file: String,
        /// The cause.
        source: std::io::Error,
    },
    /// The bytes of an artifact differ from the manifest.
    #[error("the guest artifact `{file}` has the SHA-256 {found}, the manifest says {expected}; lay it out anew")]
    Hash {
        /// The artifact's file name.
        file: String,
        /// The hash in the manifest.
        expected: String,
        /// The hash of the bytes.
        found: String,
    },
}
