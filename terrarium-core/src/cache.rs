//! Compiled code on disk: machine code and bytecode.
//!
//! A file of compiled code is native code: a user who can write the file can run code in this process. So the file is
//! stored in a folder that belongs to the user with mode 0700, and is written completely or not at all. Its name is
//! derived from everything that it was made from. A folder or file that another user could have written is refused.
//!
//! Each file ends with a [`seal`], by which damage is seen before the file is used. A damaged file counts as missing,
//! so it is made again and replaced. A file that cannot be read is an error and stays: it may be good.

mod hold;
mod lock_file;
pub(crate) mod mark;
mod partial;
mod seal;
#[cfg(test)]
mod tests;

use std::{
    collections::BTreeSet,
    fs,
    io::{self, Read as _},
    path::{Path, PathBuf},
    sync::{Mutex, PoisonError},
    time::{Duration, Instant, SystemTime},
};

use sha2::{Digest as _, Sha256};

pub(crate) use hold::{Hold, is_held, remove_unused};
pub(crate) use lock_file::LockFile;

use crate::{
    Error, Result,
    cancel::scope,
    error::ErrorContext,
    sys::{file_stamp::ChangeStamp, private_files, regular_file},
};

/// The interval at which the use of a file is recorded.
const DAY: Duration = Duration::from_secs(24 * 3600);

/// A folder of compiled code. It is checked at each use, and created for the first file: a program that needs no
/// compiled code needs no folder, and the folder of a running program may be removed.
#[derive(Clone, Debug)]
pub(crate) struct Cache {
    /// Empty, if there is no folder.
    dir: PathBuf,
}

/// The state of a file of the cache.
#[derive(Debug, PartialEq, Eq)]
pub(crate) enum CachedFile {
    Absent,
    /// The file is not as it was written, for this reason.
    Damaged(String),
    /// The file is as it was written.
    Intact(PathBuf),
}

impl Cache {
    /// Returns the cache in the folder `dir`, or in the default folder.
    pub(crate) fn new(dir: Option<&Path>) -> Self {
        Self { dir: dir.map(Path::to_owned).or_else(default_cache_dir).unwrap_or_default() }
    }

    /// Opens the cache in the folder `dir`, or in the default folder, and creates the folder if needed.
    ///
    /// # Errors
    /// [`Error::Cache`], when it cannot be created or others can write to it.
    pub(crate) fn open(dir: Option<&Path>) -> Result<Self> {
        let cache = Self::new(dir);
        cache.create()?;
        Ok(cache)
    }

    /// Ensures that the folder exists and belongs to the user.
    ///
    /// # Errors
    /// [`Error::Cache`].
    fn create(&self) -> Result<()> {
        if !self.exists()? {
            private_files::create_dir(&self.dir).or_cache(&self.dir)?;
            self.exists()?;
        }
        Ok(())
    }

    /// Whether the folder exists.
    ///
    /// # Errors
    /// [`Error::Cache`], when others can write to it.
    fn exists(&self) -> Result<bool> {
        if self.dir.as_os_str().is_empty() {
            let reason = "neither HOME nor XDG_CACHE_HOME is set: set TERRARIUM_CACHE_DIR or the option `cache_dir`";
            return Err(Error::cache(&self.dir, reason));
        }
        let metadata = match fs::metadata(&self.dir) {
            Err(error) if error.kind() == io::ErrorKind::NotFound => return Ok(false),
            metadata => metadata.or_cache(&self.dir)?,
        };
        match private_files::distrust(&metadata) {
            None => Ok(true),
            Some(reason) => {
                let reason = format!("{reason}; it holds code that runs unchecked: chmod 700 it or name another");
                Err(Error::cache(&self.dir, reason))
            }
        }
    }

    /// Returns the path of the file named `key`, if it exists. Its content is not checked.
    ///
    /// # Errors
    /// [`Error::Cache`], when the file or the folder does not belong to the user.
    fn find(&self, key: &str) -> Result<Option<PathBuf>> {
        if !self.exists()? {
            return Ok(None);
        }
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

    /// Checks the file named `key`. An unchanged file is read once in a while, not by each process: see [`mark`].
    ///
    /// # Errors
    /// [`Error::Cache`], when the file or the folder does not belong to the user, or the file cannot be read.
    pub(crate) fn check(&self, key: &str) -> Result<CachedFile> {
        let Some(path) = self.find(key)? else { return Ok(CachedFile::Absent) };
        let (file, metadata) = match regular_file::open(&path) {
            Err(error) if error.kind() == io::ErrorKind::NotFound => return Ok(CachedFile::Absent),
            opened => opened.or_cache(&path)?,
        };
        let stamp = ChangeStamp::new(&touch(&file, metadata));
        if mark::is_set(self, key, &stamp, ()) {
            return Ok(CachedFile::Intact(path));
        }
        if let Err(reason) = seal::check(&file, stamp.len()).or_cache(&path)? {
            return Ok(damaged(&path, reason));
        }
        if file.metadata().is_ok_and(|after| ChangeStamp::new(&after) == stamp) {
            mark::set(self, key, &stamp, ());
        }
        Ok(CachedFile::Intact(path))
    }

    /// Returns the content of the file named `key`; `None` if there is no such file or it is damaged.
    ///
    /// # Errors
    /// [`Error::Cache`], when the file or the folder does not belong to the user, or the file cannot be read.
    pub(crate) fn read(&self, key: &str) -> Result<Option<Vec<u8>>> {
        let Some(path) = self.find(key)? else { return Ok(None) };
        let (mut file, metadata) = match regular_file::open(&path) {
            Err(error) if error.kind() == io::ErrorKind::NotFound => return Ok(None),
            opened => opened.or_cache(&path)?,
        };
        let metadata = touch(&file, metadata);
        let mut bytes = Vec::new();
        let size = usize::try_from(metadata.len()).unwrap_or(usize::MAX);
        bytes.try_reserve_exact(size).or_cache(&path)?;
        file.read_to_end(&mut bytes).or_cache(&path)?;
        match seal::opened(bytes) {
            Ok(content) => Ok(Some(content)),
            Err(reason) => {
                damaged(&path, reason);
                Ok(None)
            }
        }
    }

    /// Writes the file named `key` completely or not at all; another process may do the same at the same time.
    ///
    /// # Errors
    /// [`Error::Cache`] with the system's reason.
    pub(crate) fn store(&self, key: &str, content: &[u8]) -> Result<PathBuf> {
        let path = self.write(key, content, true)?;
        made(|made| made.insert(path.clone()));
        Ok(path)
    }

    /// Writes the file named `key` like [`store`](Self::store), without a wait for the disk. After a crash of the machine the
    /// file may be damaged, and is made again.
    ///
    /// # Errors
    /// [`Error::Cache`] with the system's reason.
    pub(crate) fn store_for_now(&self, key: &str, content: &[u8]) -> Result<PathBuf> {
        self.write(key, content, false)
    }

    fn write(&self, key: &str, content: &[u8], sync: bool) -> Result<PathBuf> {
        let path = self.path(key);
        let seal = seal::of(content);
        self.with_folder(&path, || partial::write(&path, &[content, &seal], sync))?;
        Ok(path)
    }

    /// Removes the file named `key` if this process wrote it and has no further use for it: see [`claim`](Self::claim).
    pub(crate) fn remove_made(&self, key: &str) {
        let path = self.path(key);
        if made(|made| made.remove(&path)) && fs::remove_file(&path).is_ok() {
            mark::remove(self, key);
        }
    }

    /// Removes the mark of a file that is gone.
    pub(crate) fn remove_mark(&self, path: &Path) {
        if let Some(name) = path.file_name() {
            mark::remove(self, &name.to_string_lossy());
        }
    }

    /// Keeps a file, which this process may have written as a step of other work.
    pub(crate) fn claim(path: &Path) {
        made(|made| made.remove(path));
    }

    /// Takes the lock `key`, and calls `waits` once if another process or thread holds it. `None` at the deadline.
    ///
    /// # Errors
    /// [`Error::Cache`] with the system's reason.
    pub(crate) fn lock(&self, key: &str, deadline: Option<Instant>, waits: &dyn Fn()) -> Result<Option<LockFile>> {
        let path = self.path(key);
        let taken = self.with_folder(&path, || LockFile::take(&path, deadline, waits))?;
        if taken.is_none() {
            scope::check()?;
        }
        Ok(taken)
    }

    /// Calls `work`, which creates the file at `path`, in the folder. The folder may be removed at any time.
    fn with_folder<T>(&self, path: &Path, work: impl Fn() -> io::Result<T>) -> Result<T> {
        self.create()?;
        match work() {
            Err(error) if error.kind() == io::ErrorKind::NotFound => {
                self.create()?;
                work().or_cache(path)
            }
            done => done.or_cache(path),
        }
    }

    /// Removes what killed processes left: partial files, and lock files.
    pub(crate) fn remove_stale(&self) {
        partial::remove_stale(&self.dir);
        for entry in fs::read_dir(&self.dir).into_iter().flatten().flatten() {
            let path = entry.path();
            if path.extension().is_some_and(|extension| extension == "lock") {
                LockFile::remove_stale(&path);
            }
        }
    }

    /// Returns the path of the file named `key`, which may not exist.
    pub(crate) fn path(&self, key: &str) -> PathBuf {
        self.dir.join(key)
    }
}

/// Records that a file was used, at most once a day, and returns its metadata. Only the removal of old files depends on it.
fn touch(file: &fs::File, metadata: fs::Metadata) -> fs::Metadata {
    let is_old = metadata.modified().is_ok_and(|used| used.elapsed().is_ok_and(|age| age > DAY));
    match is_old && file.set_modified(SystemTime::now()).is_ok() {
        true => file.metadata().unwrap_or(metadata),
        false => metadata,
    }
}

/// Calls `work` with the paths of the files that this process wrote.
fn made<T>(work: impl FnOnce(&mut BTreeSet<PathBuf>) -> T) -> T {
    static MADE: Mutex<BTreeSet<PathBuf>> = Mutex::new(BTreeSet::new());
    work(&mut MADE.lock().unwrap_or_else(PoisonError::into_inner))
}

/// Reports a damaged file. It is not removed: the file that is made again replaces it.
fn damaged(path: &Path, reason: &str) -> CachedFile {
    tracing::warn!(?path, reason, "a file of the cache is damaged and is made again");
    CachedFile::Damaged(reason.to_owned())
}

/// Writes a file that only the user can read or write, completely or not at all. Other threads and processes may write
/// the same file at the same time.
///
/// # Errors
/// The system's.
pub(crate) fn write_whole(path: &Path, content: &[u8]) -> io::Result<()> {
    partial::write(path, &[content], true)
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
