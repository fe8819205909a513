//! [`PackageRequest`]: what to add to the package store, and where it may come from.

use std::{io::Read as _, path::PathBuf};

use serde::{Deserialize, Serialize};
use terrarium_index::{Prereleases, PyLock, Request, Requirement, RequirementsFile, ScriptMetadata, Surroundings};

use crate::{
    package::{PackageError, WheelTarget, error::PackageContext},
    sys::regular_file,
};

/// The largest `pylock.toml`.
const MAX_PYLOCK: u64 = 16 << 20;

/// The packages to add to a [`PackageStore`](crate::PackageStore), and the places that they may come from.
///
/// Requirements have the form of PEP 508: a name, and perhaps extras, versions and markers. The name of a module does, too,
/// where its package is known. The packages of the distribution come first; the Python index has the others, unless
/// [`distribution`](Self::distribution) is set. The settings of the user for pip and uv count: addresses of indexes,
/// credentials, proxies, certificates.
///
/// ```
/// use terrarium_core::PackageRequest;
///
/// let request = PackageRequest::new(["openpyxl>=3.1", "httpx[http2]"]).extra_index("https://packages.example.com/simple/");
/// assert_eq!(request.requirements.len(), 2);
/// let script = "# /// script\n# dependencies = ['rich']\n# ///\nimport rich\n";
/// assert_eq!(PackageRequest::of_script(script)?.unwrap().requirements, ["rich"]);
/// # Ok::<(), terrarium_core::Error>(())
/// ```
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(default, deny_unknown_fields)]
#[non_exhaustive]
pub struct PackageRequest {
    /// The requirements.
    pub requirements: Vec<String>,
    /// Requirements files of pip.
    pub requirements_files: Vec<PathBuf>,
    /// The text of a script whose head names the packages that it needs (PEP 723).
    pub script: Option<String>,
    /// A `pylock.toml` (PEP 751), whose packages are taken as they are. It excludes requirements.
    pub lock_file: Option<PathBuf>,
    /// Another distribution than the default one, in place of the Python index: the address or the folder of a lock.
    pub distribution: Option<String>,
    /// The address of the Python index, in place of the user's.
    pub index: Option<String>,
    /// Addresses of more indexes. These are asked first.
    pub extra_indexes: Vec<String>,
    /// Whether only what is on this machine is used.
    ///
    /// Default: `false`.
    pub offline: bool,
    /// Whether pre-releases are like other releases.
    ///
    /// Default: `false`.
    pub prereleases: bool,
}

impl PackageRequest {
    /// Returns a request of requirements.
    pub fn new(requirements: impl IntoIterator<Item = impl Into<String>>) -> Self {
        Self { requirements: requirements.into_iter().map(Into::into).collect(), ..Self::default() }
    }

    /// Adds to [`requirements_files`](Self::requirements_files).
    #[must_use]
    pub fn requirements_file(mut self, path: impl Into<PathBuf>) -> Self {
        self.requirements_files.push(path.into());
        self
    }

    /// Sets [`script`](Self::script).
    #[must_use]
    pub fn script(mut self, code: impl Into<String>) -> Self {
        self.script = Some(code.into());
        self
    }

    /// Sets [`lock_file`](Self::lock_file).
    #[must_use]
    pub fn lock_file(mut self, path: impl Into<PathBuf>) -> Self {
        self.lock_file = Some(path.into());
        self
    }

    /// Sets [`distribution`](Self::distribution).
    #[must_use]
    pub fn distribution(mut self, place: impl Into<String>) -> Self {
        self.distribution = Some(place.into());
        self
    }

    /// Sets [`index`](Self::index).
    #[must_use]
    pub fn index(mut self, address: impl Into<String>) -> Self {
        self.index = Some(address.into());
        self
    }

    /// Adds to [`extra_indexes`](Self::extra_indexes).
    #[must_use]
    pub fn extra_index(mut self, address: impl Into<String>) -> Self {
        self.extra_indexes.push(address.into());
        self
    }

    /// Sets [`offline`](Self::offline).
    #[must_use]
    pub fn offline(mut self, offline: bool) -> Self {
        self.offline = offline;
        self
    }

    /// Sets [`prereleases`](Self::prereleases).
    #[must_use]
    pub fn prereleases(mut self, prereleases: bool) -> Self {
        self.prereleases = prereleases;
        self
    }

    /// Returns the request in the head of a script.
    ///
    /// # Errors
    /// [`PackageError::Requirement`].
    pub(crate) fn of_head(code: &str, target: &WheelTarget) -> Result<Option<Self>, PackageError> {
        let found = head(code, target)?;
        Ok(found.map(|head| Self::new(head.dependencies.iter().map(text))))
    }

    /// Whether an index may be asked.
    pub(super) fn uses_index(&self) -> bool {
        self.distribution.is_none() || self.index.is_some() || !self.extra_indexes.is_empty()
    }

    /// Reads the requirements of all kinds, and adds the settings of files to `self`.
    ///
    /// # Errors
    /// [`PackageError::Requirement`] with the file and the line.
    pub(super) fn read(&mut self, here: &Surroundings, target: &WheelTarget) -> Result<Request, PackageError> {
        let mut request = Request::new(self.requirements.iter().map(String::as_str))?;
        if let Some(code) = &self.script {
            let head = head(code, target)?.ok_or_else(|| PackageError::Requirement {
                text: "script".to_owned(),
                reason: "the script has no head `# /// script` that names packages".to_owned(),
            })?;
            request.requirements.extend(head.dependencies);
        }
        for path in &self.requirements_files {
            let file = RequirementsFile::read(path, here)?;
            let read = Request::of_file(&file);
            request.requirements.extend(read.requirements);
            request.constraints.extend(read.constraints);
            request.hashes.extend(read.hashes);
            self.index = file.index.or_else(|| self.index.take());
            self.extra_indexes.extend(file.extra_indexes);
            self.prereleases |= file.prereleases;
        }
        if self.prereleases {
            request.prereleases = Prereleases::Allow;
        }
        Ok(request)
    }

    /// Returns the wheels of the lock file, if there is one.
    ///
    /// # Errors
    /// [`PackageError::Requirement`].
    pub(super) fn locked(&self, target: &WheelTarget) -> Result<Option<Vec<terrarium_index::WheelFile>>, PackageError> {
        let Some(path) = &self.lock_file else { return Ok(None) };
        if !self.requirements.is_empty() || !self.requirements_files.is_empty() || self.script.is_some() {
            let reason = format!("{}: a lock file cannot be combined with requirements", path.display());
            return Err(PackageError::Requirement { text: path.to_string_lossy().into_owned(), reason });
        }
        let mut bytes = Vec::new();
        let file = regular_file::open(path).or_damaged(path)?.0;
        file.take(MAX_PYLOCK + 1).read_to_end(&mut bytes).or_damaged(path)?;
        if bytes.len() as u64 > MAX_PYLOCK {
            return Err(PackageError::damaged(path, format!("it has more than {MAX_PYLOCK} bytes")));
        }
        let text = String::from_utf8(bytes).or_damaged(path)?;
        Ok(Some(PyLock::parse(&text, path)?.select(&target.wheels, path)?))
    }
}

/// Returns the head of a script that is for this Python; `None` if there is none, or if it requires nothing.
///
/// # Errors
/// [`PackageError::Requirement`].
fn head(code: &str, target: &WheelTarget) -> Result<Option<ScriptMetadata>, PackageError> {
    let Some(metadata) = ScriptMetadata::find(code)? else { return Ok(None) };
    metadata.check(&target.wheels)?;
    Ok((!metadata.dependencies.is_empty()).then_some(metadata))
}

/// Returns a requirement's text with its marker.
pub(super) fn text(requirement: &Requirement) -> String {
    match requirement.marker() {
        Some(marker) => format!("{requirement} ; {marker}"),
        None => requirement.to_string(),
    }
}
