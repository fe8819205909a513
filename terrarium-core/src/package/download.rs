//! Downloads: a file is complete with the right hash, or absent. An interrupted download continues later.

use std::{
    fs::{self, File, OpenOptions},
    io::{self, Read, Write},
    ops::ControlFlow,
    path::{Path, PathBuf},
    time::Duration,
};

use sha2::{Digest, Sha256};
use ureq::{Agent, Body, http::Response};

use super::{PackageError, error::PackageContext};

/// The largest file that is accepted. The largest of the distribution has 30 MB.
const MAX_FILE: u64 = 1 << 30;
/// The number of attempts for a download that breaks off.
const ATTEMPTS: u32 = 4;
const BLOCK: usize = 1 << 16;

/// The progress of the download of a file.
///
/// ```
/// fn show(progress: terrarium_core::DownloadProgress<'_>) {
///     eprintln!("{}: {} bytes", progress.file_name, progress.done);
/// }
/// ```
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
#[non_exhaustive]
pub struct DownloadProgress<'a> {
    /// The name of the file.
    pub file_name: &'a str,
    /// The bytes that have arrived, including those of an earlier attempt.
    pub done: u64,
    /// The size of the file in bytes, if the server states it.
    pub total: Option<u64>,
}

/// The callback for every block that arrives; a break stops the download.
pub(super) type OnProgress<'a> = &'a mut dyn FnMut(DownloadProgress<'_>) -> ControlFlow<()>;

/// Downloads files over HTTP.
pub(super) struct Downloader(Agent);

impl Downloader {
    pub(super) fn new() -> Self {
        let config = Agent::config_builder()
            .timeout_connect(Some(Duration::from_secs(30)))
            .timeout_recv_response(Some(Duration::from_secs(60)))
            .timeout_per_read(Some(Duration::from_secs(60)))
            .max_redirects(5)
            .user_agent(concat!("terrarium/", env!("CARGO_PKG_VERSION")))
            .build();
        Self(config.into())
    }

    /// Returns the bytes of a file.
    ///
    /// # Errors
    /// [`PackageError::Download`], also for a file of more than `limit` bytes.
    pub(super) fn get(&self, url: &str, limit: u64) -> Result<Vec<u8>, PackageError> {
        let mut response = self.0.get(url).call().or_download(url)?;
        let mut bytes = Vec::new();
        let read = response.body_mut().as_reader().take(limit + 1).read_to_end(&mut bytes);
        read.or_download(url)?;
        match bytes.len() as u64 > limit {
            true => Err(broken(url, format!("it has more than {limit} bytes"))),
            false => Ok(bytes),
        }
    }

    /// Downloads a file to `path`. Until it is complete with the hash `sha256`, the data is in a file beside it.
    ///
    /// # Errors
    /// [`PackageError::Download`], after which the next call continues where this one stopped, and
    /// [`PackageError::Hash`], after which it starts over.
    pub(super) fn fetch(
        &self,
        url: &str,
        path: &Path,
        sha256: &str,
        progress: OnProgress<'_>,
    ) -> Result<(), PackageError> {
        let part = part(path);
        let mut attempt = 1;
        loop {
            let before = fs::metadata(&part).map_or(0, |metadata| metadata.len());
            match self.go_on(url, &part, progress) {
                Ok(()) => return finish(&part, path, sha256),
                Err(error) => {
                    let after = fs::metadata(&part).map_or(0, |metadata| metadata.len());
                    if attempt == ATTEMPTS || after <= before || matches!(error, PackageError::Cancelled { .. }) {
                        return Err(error);
                    }
                    attempt += 1;
                }
            }
        }
    }

    /// Downloads the missing part of a file.
    fn go_on(&self, url: &str, part: &Path, progress: OnProgress<'_>) -> Result<(), PackageError> {
        let mut file = OpenOptions::new().create(true).append(true).read(true).open(part).or_store(part)?;
        let mut done = file.metadata().or_store(part)?.len();
        let mut request = self.0.get(url);
        if done > 0 {
            request = request.header("Range", format!("bytes={done}-"));
        }
        let mut response = match request.call() {
            // The file is complete, or its content is wrong: the hash decides.
            Err(ureq::Error::StatusCode(416)) => return Ok(()),
            response => response.or_download(url)?,
        };
        if !goes_on(&response, done) {
            file.set_len(0).or_store(part)?;
            done = 0;
        }
        let length = response.body().content_length();
        let total = length.map(|rest| done.saturating_add(rest));
        if total.is_some_and(|total| total > MAX_FILE) {
            return Err(broken(url, format!("it has more than {MAX_FILE} bytes")));
        }
        let file_name = url.rsplit('/').next().unwrap_or(url);
        let mut body = response.body_mut().as_reader();
        let mut block = vec![0; BLOCK];
        loop {
            if progress(DownloadProgress { file_name, done, total }).is_break() {
                return Err(PackageError::Cancelled { url: url.to_owned() });
            }
            let count = body.read(&mut block).or_download(url)?;
            if count == 0 {
                break;
            }
            done += count as u64;
            if done > MAX_FILE {
                return Err(broken(url, format!("it has more than {MAX_FILE} bytes")));
            }
            file.write_all(&block[..count]).or_store(part)?;
        }
        match total.is_some_and(|total| done < total) {
            true => Err(broken(url, "the connection was closed before the end")),
            false => Ok(()),
        }
    }
}

/// Copies a file of the host to `path` under the same conditions.
///
/// # Errors
/// [`PackageError::Damaged`] when the file cannot be read, [`PackageError::Hash`] when it has another hash.
pub(super) fn copy(from: &Path, path: &Path, sha256: &str) -> Result<(), PackageError> {
    let part = part(path);
    fs::copy(from, &part).or_damaged(from)?;
    finish(&part, path, sha256)
}

/// Returns the path of a file until it is complete.
fn part(path: &Path) -> PathBuf {
    let name = path.file_name().unwrap_or_default().to_string_lossy();
    path.with_file_name(format!(".{name}.part"))
}

/// Whether a response contains the bytes after the first `done`.
fn goes_on(response: &Response<Body>, done: u64) -> bool {
    let range = response.headers().get("Content-Range").and_then(|range| range.to_str().ok());
    done > 0
        && response.status().as_u16() == 206
        && range.is_some_and(|range| range.trim().starts_with(&format!("bytes {done}-")))
}

/// Whether the file at `path` exists with this hash. A damaged file is downloaded again.
pub(super) fn has_hash(path: &Path, sha256: &str) -> bool {
    File::open(path).and_then(|mut file| hash(&mut file)).is_ok_and(|found| found.eq_ignore_ascii_case(sha256))
}

/// Returns the hash of a file's bytes, in hexadecimal.
fn hash(file: &mut File) -> io::Result<String> {
    let mut hash = Sha256::new();
    io::copy(file, &mut hash)?;
    Ok(format!("{:x}", hash.finalize()))
}

/// Moves a file to its place, if its hash is right.
fn finish(part: &Path, path: &Path, sha256: &str) -> Result<(), PackageError> {
    let mut file = File::open(part).or_store(part)?;
    let found = hash(&mut file).or_store(part)?;
    if !found.eq_ignore_ascii_case(sha256) {
        fs::remove_file(part).or_store(part)?;
        return Err(PackageError::Hash { path: path.to_owned(), expected: sha256.to_owned(), found });
    }
    file.sync_all().or_store(part)?;
    fs::rename(part, path).or_store(part)
}

/// Returns the error of a download without a source.
fn broken(url: &str, reason: impl Into<String>) -> PackageError {
    PackageError::Download { url: url.to_owned(), reason: reason.into(), source: None }
}
