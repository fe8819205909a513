//! The manifest: a description of the artifacts, with their origins and hashes.

use std::collections::BTreeMap;

use serde::{Deserialize, Serialize};

/// The description of one set of guest artifacts: `manifest.json` beside them.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Manifest {
    /// The guest in the artifacts.
    pub guest: Guest,
    /// The pinned packages that the artifacts were made from.
    pub sources: Vec<Source>,
    /// The hash of everything that decides how modules are rewritten and linked, when artifacts are made and later.
    /// Code that was compiled with another rewriting has another hash.
    pub rewriter: String,
    /// The artifacts by name: `python_wasm`, `library`, `bytecode` and `package_lock`.
    pub artifacts: BTreeMap<String, Artifact>,
}

/// The name and platform of a guest.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Guest {
    /// The distribution, `pyodide`.
    pub name: String,
    /// The version of the distribution.
    pub version: String,
    /// The version of Python.
    pub python: String,
    /// The version of the binary interface for compiled packages.
    pub abi: String,
    /// The platform tag of the wheels it can load (PEP 783).
    pub platform: String,
}

/// A pinned package.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Source {
    /// The package's name.
    pub name: String,
    /// Its exact version.
    pub version: String,
    /// The registry's client that fetches it, `npm` or `pip`.
    pub client: String,
    /// The version of Python for which pip fetches, where the machine's own version is unsuitable.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub python: Option<String>,
    /// The file that the client fetches.
    pub file: String,
    /// The hash of that file as the client prints it: `sha512-BASE64` or `sha256:HEX`.
    pub integrity: String,
    /// The licence as an SPDX expression.
    pub licence: String,
    /// The purpose: `artifacts`; `tool` when set-up runs it and nothing of it is shipped; `tests` when only development
    /// needs it.
    #[serde(rename = "use")]
    pub purpose: String,
}

/// One artifact.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Artifact {
    /// The file's name in the folder of the manifest.
    pub file: String,
    /// The size of the file in bytes.
    pub bytes: u64,
    /// The SHA-256 of the file in hexadecimal.
    pub sha256: String,
    /// The decompressed content; `None` when the file is used as it is.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub unpacked: Option<Unpacked>,
    /// The licence as an SPDX expression.
    pub licence: String,
}

/// The decompressed content of an artifact.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Unpacked {
    /// Its size in bytes.
    pub bytes: u64,
    /// Its SHA-256 in hexadecimal.
    pub sha256: String,
}
