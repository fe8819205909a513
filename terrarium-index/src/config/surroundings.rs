//! [`Surroundings`]: the variables and folders that settings are read from.

use std::{
    collections::BTreeMap,
    fmt,
    fs::File,
    io::Read as _,
    path::{Path, PathBuf},
};

use crate::Error;

/// The largest file of settings.
const MAX_BYTES: u64 = 1 << 20;

/// The variables and folders that settings are read from.
///
/// ```
/// let mut here = terrarium_index::Surroundings::default();
/// here.variables.insert("PIP_INDEX_URL".to_owned(), "https://packages.example.com/simple".to_owned());
/// let options = terrarium_index::IndexOptions::from_user("cache", &here)?;
/// assert_eq!(options.index, "https://packages.example.com/simple");
/// # Ok::<(), terrarium_index::Error>(())
/// ```
#[derive(Clone, Default)]
#[non_exhaustive]
pub struct Surroundings {
    /// The variables of the environment.
    pub variables: BTreeMap<String, String>,
    /// The home folder of the user.
    pub home: Option<PathBuf>,
    /// The folder with the settings of the machine, usually `/etc`.
    pub machine: Option<PathBuf>,
}

impl Surroundings {
    /// Returns those of this process.
    #[must_use]
    pub fn of_process() -> Self {
        let variables = std::env::vars_os()
            .filter_map(|(name, value)| Some((name.into_string().ok()?, value.into_string().ok()?)))
            .collect();
        Self { variables, home: std::env::home_dir(), machine: cfg!(unix).then(|| PathBuf::from("/etc")) }
    }

    /// Returns a variable that is set and not empty.
    pub(super) fn get(&self, name: &str) -> Option<&str> {
        self.variables.get(name).map(|value| value.trim()).filter(|value| !value.is_empty())
    }

    /// Returns the first of several variables.
    pub(super) fn first<'n>(&self, names: &[&'n str]) -> Option<(&'n str, &str)> {
        names.iter().find_map(|name| Some((*name, self.get(name)?)))
    }
}

impl fmt::Debug for Surroundings {
    /// Writes no variable, because variables have passwords.
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Surroundings").field("home", &self.home).finish_non_exhaustive()
    }
}

/// Reads a file of settings; `None` if it is absent or may not be read.
///
/// # Errors
/// [`Error::Setting`] for a file that is too large.
pub(super) fn read(path: &Path) -> Result<Option<String>, Error> {
    let Ok(file) = File::open(path) else { return Ok(None) };
    if !file.metadata().is_ok_and(|metadata| metadata.is_file()) {
        return Ok(None);
    }
    let mut bytes = Vec::new();
    if file.take(MAX_BYTES + 1).read_to_end(&mut bytes).is_err() {
        return Ok(None);
    }
    match bytes.len() as u64 > MAX_BYTES {
        true => Err(Error::setting(path.display(), format!("the file has more than {MAX_BYTES} bytes"))),
        false => Ok(Some(String::from_utf8_lossy(&bytes).into_owned())),
    }
}
