//! Compiled code on disk: machine code and bytecode.
//!
//! A file of compiled code is native code: a user who can write the file can run code in this process. So the file is
//! stored in a folder that belongs to the user with mode 0700, and is written completely or not at all. Its name is
//! derived from everything that it was made from. A folder or file that another user could have written is refused.

use std::{
    fs,
    io::{self, Write as _},
    path::{Path, PathBuf},
    sync::{
        Arc, OnceLock,
        atomic::{AtomicU64, Ordering},
    },
};

use sha2::{Digest as _, Sha256};

use crate::{Error, Result, error::ErrorContext, sys::private_files};

/// A folder of compiled code. It is checked, and created, at the first lookup: a program that needs no compiled code
/// needs no folder.
#[derive(Clone, Debug)]
pub(crate) struct Cache {
    /// Empty, if there is no folder.
    dir: PathBuf,
    ready: Arc<OnceLock<()>>,
}

impl Cache {
    /// Returns the cache in the folder `dir`, or in the default folder.
    pub(crate) fn new(dir: Option<&Path>) -> Self {
        let dir = dir.map(Path::to_owned).or_else(default_cache_dir).unwrap_or_default();
        Self { dir, ready: Arc::default() }
    }

    /// Opens the cache in the folder `dir`, or in the default folder, and creates the folder if needed.
    ///
    /// # Errors
    /// [`Error::Cache`], when it cannot be created or others can write to it.
    pub(crate) fn open(dir: Option<&Path>) -> Result<Self> {
        let cache = Self::new(dir);
        cache.ready()?;
        Ok(cache)
    }

    /// Ensures that the folder exists and belongs to the user.
    ///
    /// # Errors
    /// [`Error::Cache`].
    fn ready(&self) -> Result<()> {
        if self.ready.get().is_some() {
            return Ok(());
        }
        if self.dir.as_os_str().is_empty() {
            let reason = "neither HOME nor XDG_CACHE_HOME is set: set TERRARIUM_CACHE_DIR or the option `cache_dir`";
            return Err(Error::cache(&self.dir, reason));
        }
        private_files::create_dir(&self.dir).or_cache(&self.dir)?;
        let metadata = fs::metadata(&self.dir).or_cache(&self.dir)?;
        if let Some(reason) = private_files::distrust(&metadata) {
            let reason = format!("{reason}; it holds code that runs unchecked: chmod 700 it or name another");
            return Err(Error::cache(&self.dir, reason));
        }
        self.ready.get_or_init(|| ());
        Ok(())
    }

    /// Returns the path of the file named `key`, if it exists.
    ///
    /// # Errors
    /// [`Error::Cache`], when the file or the folder does not belong to the user.
    pub(crate) fn find(&self, key: &str) -> Result<Option<PathBuf>> {
        self.ready()?;
        let path = self.path(key);
        match fs::symlink_metadata(&path) {
            Err(error) if error.kind() == io::ErrorKind::NotFound => Ok(None),
            Err(error) => Err(error).or_cache(&path),
            Ok(metadata) => match private_files::distrust(&metadata) {
                Some(reason) => Err(Error::cache(path, format!("{reason}; remove it"))),
                None if metadata.is_file() => Ok(Some(path)),
                None => Err(Error::cache(path, "it is not a file; remove it")),
            },
        }
    }

    /// Writes the file named `key` completely or not at all; another process may do the same at the same time.
    ///
    /// # Errors
    /// [`Error::Cache`] with the system's reason.
    pub(crate) fn store(&self, key: &str, content: &[u8]) -> Result<PathBuf> {
        self.ready()?;
        let path = self.path(key);
        write_whole(&path, content).or_cache(&path)?;
        Ok(path)
    }

    /// Removes a file that is damaged.
    pub(crate) fn forget(&self, key: &str) {
        let _ = fs::remove_file(self.path(key));
    }

    /// Returns the path of the file named `key`, which may not exist.
    pub(crate) fn path(&self, key: &str) -> PathBuf {
        self.dir.join(key)
    }
}

/// Writes a file that only the user can read or write, completely or not at all. Other threads and processes may write
/// the same file at the same time.
///
/// # Errors
/// The system's.
pub(crate) fn write_whole(path: &Path, content: &[u8]) -> io::Result<()> {
    static NEXT: AtomicU64 = AtomicU64::new(0);
    let folder = path.parent().filter(|folder| !folder.as_os_str().is_empty()).unwrap_or(Path::new("."));
    let name = path.file_name().unwrap_or_default().to_string_lossy();
    loop {
        let number = NEXT.fetch_add(1, Ordering::Relaxed);
        let partial = folder.join(format!(".{name}.{}.{number}", std::process::id()));
        let mut file = match private_files::create_file(&partial) {
            // A process with the same number left it when it was killed: in containers the number is always the same.
            Err(error) if error.kind() == io::ErrorKind::AlreadyExists => continue,
            created => created?,
        };
        let written = file.write_all(content).and_then(|()| file.sync_all()).and_then(|()| fs::rename(&partial, path));
        if written.is_err() {
            // The partial file is useless, and the first error is the one to report.
            let _ = fs::remove_file(&partial);
        }
        return written;
    }
}

/// A hash of parts, each of which is hashed with its length: other parts give another digest.
pub(crate) fn digest<'a>(parts: impl IntoIterator<Item = &'a [u8]>) -> [u8; 32] {
    let mut hasher = Sha256::new();
    for part in parts {
        hasher.update((part.len() as u64).to_le_bytes());
        hasher.update(part);
    }
    hasher.finalize().into()
}

/// The name that a digest gives to a file of the cache: its first half in hexadecimal.
pub(crate) fn name(digest: &[u8]) -> String {
    hex(digest.get(..16).unwrap_or(digest))
}

/// A digest in hexadecimal.
pub(crate) fn hex(digest: &[u8]) -> String {
    digest.iter().map(|byte| format!("{byte:02x}")).collect()
}

/// Returns the folder that is used unless the options name another.
pub(crate) fn default_cache_dir() -> Option<PathBuf> {
    let from = |name: &str| std::env::var_os(name).filter(|value| !value.is_empty()).map(PathBuf::from);
    from("TERRARIUM_CACHE_DIR")
        .or_else(|| from("XDG_CACHE_HOME").map(|dir| dir.join("terrarium")))
        .or_else(|| from("HOME").map(|dir| dir.join(".cache/terrarium")))
}

#[cfg(test)]
mod tests {
    use std::os::unix::fs::{MetadataExt as _, PermissionsExt as _};

    use super::*;

    #[test]
    fn a_stored_file_is_found_and_private() {
        let dir = tempfile::tempdir().unwrap();
        let cache = Cache::open(Some(&dir.path().join("a/b"))).unwrap();
        assert!(cache.find("x").unwrap().is_none());
        cache.store("x", b"code").unwrap();
        let path = cache.find("x").unwrap().unwrap();
        assert_eq!(fs::read(&path).unwrap(), b"code");
        assert_eq!(fs::metadata(&path).unwrap().mode() & 0o777, 0o600);
        assert_eq!(fs::metadata(path.parent().unwrap()).unwrap().mode() & 0o777, 0o700);
        assert_eq!(fs::read_dir(path.parent().unwrap()).unwrap().count(), 1, "no partial file is left");
    }

    #[test]
    fn partial_files_of_killed_processes_are_not_in_the_way() {
        let dir = tempfile::tempdir().unwrap();
        let cache = Cache::open(Some(dir.path())).unwrap();
        for number in 0..100 {
            fs::write(dir.path().join(format!(".x.{}.{number}", std::process::id())), b"half").unwrap();
        }
        cache.store("x", b"code").unwrap();
        assert_eq!(fs::read(cache.find("x").unwrap().unwrap()).unwrap(), b"code");
    }

    #[test]
    fn threads_that_write_the_same_file_all_succeed() {
        let dir = tempfile::tempdir().unwrap();
        let path = dir.path().join("x");
        let contents: Vec<Vec<u8>> = (0..8).map(|byte| vec![byte; 100_000]).collect();
        std::thread::scope(|scope| {
            for content in &contents {
                scope.spawn(|| (0..5).for_each(|_| write_whole(&path, content).unwrap()));
            }
        });
        assert!(contents.contains(&fs::read(&path).unwrap()));
        assert_eq!(fs::read_dir(dir.path()).unwrap().count(), 1, "no partial file is left");
    }

    #[test]
    fn a_folder_that_others_can_write_is_refused() {
        let dir = tempfile::tempdir().unwrap();
        fs::set_permissions(dir.path(), fs::Permissions::from_mode(0o777)).unwrap();
        let error = Cache::open(Some(dir.path())).unwrap_err();
        assert!(error.to_string().contains("others may write to it (mode 777)"), "{error}");
    }

    #[test]
    fn a_file_that_others_can_write_is_refused() {
        let dir = tempfile::tempdir().unwrap();
        let cache = Cache::open(Some(dir.path())).unwrap();
        let path = cache.store("x", b"code").unwrap();
        fs::set_permissions(&path, fs::Permissions::from_mode(0o666)).unwrap();
        assert!(matches!(cache.find("x"), Err(Error::Cache { .. })));
    }

    #[test]
    fn a_link_to_elsewhere_is_refused() {
        let dir = tempfile::tempdir().unwrap();
        let cache = Cache::open(Some(dir.path())).unwrap();
        std::os::unix::fs::symlink("/bin/true", dir.path().join("x")).unwrap();
        assert!(matches!(cache.find("x"), Err(Error::Cache { .. })));
    }
}
