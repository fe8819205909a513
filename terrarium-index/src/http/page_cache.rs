//! [`PageCache`]: pages and metadata of earlier calls, with what a server needs to say that they are still right.

use std::{
    fs::{self, File},
    io::{Read as _, Write as _},
    path::{Path, PathBuf},
    sync::atomic::{AtomicU64, Ordering},
    time::{Duration, SystemTime, UNIX_EPOCH},
};

use serde::{Deserialize, Serialize};

use crate::{Error, hash::sha256};

/// The longest head of an entry.
const MAX_HEAD: u64 = 64 << 10;

/// A page of an earlier call.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub(crate) struct CachedPage {
    /// The address after redirects.
    pub(crate) url: String,
    pub(crate) content_type: String,
    pub(crate) etag: Option<String>,
    pub(crate) last_modified: Option<String>,
    /// The time until which the server asks not to be asked again, in seconds since 1970.
    pub(crate) fresh_until: u64,
    #[serde(skip)]
    pub(crate) body: Vec<u8>,
}

impl CachedPage {
    /// Whether the server asks not to be asked again yet.
    pub(crate) fn is_fresh(&self) -> bool {
        now() < self.fresh_until
    }
}

/// Returns the time until which a response with this `Cache-Control` is used without a request.
pub(crate) fn fresh_until(cache_control: Option<&str>) -> u64 {
    // A new release is seen after ten minutes at the latest.
    const MOST: u64 = 600;
    let control = cache_control.unwrap_or_default().to_ascii_lowercase();
    if control.contains("no-store") || control.contains("no-cache") {
        return 0;
    }
    let age = control.split(',').find_map(|part| part.trim().strip_prefix("max-age=")?.parse::<u64>().ok());
    age.map_or(0, |age| now() + age.min(MOST))
}

fn now() -> u64 {
    SystemTime::now().duration_since(UNIX_EPOCH).unwrap_or(Duration::ZERO).as_secs()
}

/// A folder of pages.
#[derive(Clone, Debug)]
pub(crate) struct PageCache(PathBuf);

impl PageCache {
    pub(crate) fn new(folder: PathBuf) -> Self {
        Self(folder)
    }

    fn path(&self, key: &str) -> PathBuf {
        self.0.join(format!("{}.page", sha256(key.as_bytes())))
    }

    /// Returns an entry of at most `limit` bytes; `None` for one that is absent or damaged.
    pub(crate) fn get(&self, key: &str, limit: u64) -> Option<CachedPage> {
        let mut bytes = Vec::new();
        let file = File::open(self.path(key)).ok()?;
        file.take(limit.saturating_add(MAX_HEAD)).read_to_end(&mut bytes).ok()?;
        let end = bytes.iter().position(|byte| *byte == b'\n')?;
        let mut page: CachedPage = serde_json::from_slice(bytes.get(..end)?).ok()?;
        let (digits, body) = bytes.get(end + 1..)?.split_at_checked(64)?;
        // A file that was cut off or changed is no page.
        (sha256(body).as_bytes() == digits && body.len() as u64 <= limit).then(|| page.body = body.to_vec())?;
        Some(page)
    }

    /// Stores an entry.
    ///
    /// # Errors
    /// [`Error::File`].
    pub(crate) fn put(&self, key: &str, page: &CachedPage) -> Result<(), Error> {
        let path = self.path(key);
        let mut bytes = serde_json::to_vec(page).map_err(|error| Error::format(path.display(), error))?;
        bytes.push(b'\n');
        bytes.extend_from_slice(sha256(&page.body).as_bytes());
        bytes.extend_from_slice(&page.body);
        write_whole(&path, &bytes)
    }
}

/// Writes a file at once: another process sees the old or the new content.
///
/// # Errors
/// [`Error::File`].
fn write_whole(path: &Path, bytes: &[u8]) -> Result<(), Error> {
    static COUNT: AtomicU64 = AtomicU64::new(0);
    if let Some(folder) = path.parent() {
        fs::create_dir_all(folder).map_err(Error::file(folder))?;
    }
    let name = path.file_name().unwrap_or_default().to_string_lossy();
    let count = COUNT.fetch_add(1, Ordering::Relaxed);
    let temporary = path.with_file_name(format!(".{name}.{}.{count}.new", std::process::id()));
    let written = File::create(&temporary).and_then(|mut file| file.write_all(bytes));
    written.and_then(|()| fs::rename(&temporary, path)).map_err(|error| {
        // The first error tells more.
        let _ = fs::remove_file(&temporary);
        Error::file(path)(error)
    })
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_damaged_entry_is_absent() {
        let folder = tempfile::tempdir().unwrap();
        let cache = PageCache::new(folder.path().join("pages"));
        let page = CachedPage {
            url: "https://example.com/a/".to_owned(),
            content_type: "text/html".to_owned(),
            etag: Some("\"1\"".to_owned()),
            last_modified: None,
            fresh_until: 0,
            body: b"some\nbody".to_vec(),
        };
        cache.put("key", &page).unwrap();
        assert_eq!(cache.get("key", 100), Some(page));
        assert_eq!(cache.get("key", 8), None);
        assert_eq!(cache.get("other", 100), None);
        let path = cache.path("key");
        let whole = fs::read(&path).unwrap();
        for cut in 0..whole.len() {
            fs::write(&path, &whole[..cut]).unwrap();
            assert_eq!(cache.get("key", 100), None, "{cut}");
        }
        fs::write(&path, [&whole[..], b"x"].concat()).unwrap();
        assert_eq!(cache.get("key", 100), None);
    }

    #[test]
    fn freshness_is_bounded() {
        assert_eq!(fresh_until(None), 0);
        assert_eq!(fresh_until(Some("no-cache, max-age=600")), 0);
        assert!(fresh_until(Some("max-age=600, public")) > now());
        assert!(fresh_until(Some("max-age=99999999")) <= now() + 601);
    }
}
