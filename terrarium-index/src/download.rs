//! Downloads of wheels: a file is complete with the right hash, or absent. What arrived before a failure is continued later.

use std::{
    fmt,
    fs::{self, File, OpenOptions},
    io::{Read as _, Seek as _, Write as _},
    path::{Path, PathBuf},
    sync::Arc,
};

use ureq::http::header::{ACCEPT_ENCODING, RANGE};

use crate::{
    Control, Error, Index, Progress, WheelFile, WheelName, WheelSummary, cache,
    error::redacted,
    hash::{Mismatch, sha256},
    http::{Fault, Job, LEAST, Pace, Reply, Stop, Tick, read_all},
    index::{Fetcher, address_of, file_url},
    wheel,
};

const BLOCK: usize = 1 << 16;

impl Index {
    /// Downloads wheels into a folder, which is made if it is absent.
    ///
    /// All wheels are fetched into the cache, and their hashes and contents are checked, before the first one is placed. After
    /// a failure the folder is as before. The results are in the order of `files`.
    ///
    /// # Errors
    /// [`Error`], which names the file at fault.
    pub fn download(
        &self,
        files: &[Arc<WheelFile>],
        into: &Path,
        control: &mut Control<'_>,
    ) -> Result<Vec<WheelSummary>, Error> {
        let job = |file: &Arc<WheelFile>| -> Job<(PathBuf, WheelSummary)> {
            let (fetcher, file) = (Arc::clone(&self.fetcher), Arc::clone(file));
            Box::new(move |stop, tick| {
                let (path, sha256) = fetcher.wheel(&file, stop, tick)?;
                let summary = match file.is_wheel {
                    true => wheel::check(&path, &sha256, fetcher.bounds(), stop)?.0,
                    false => WheelSummary::of_archive(&path, sha256)?,
                };
                Ok((path, summary))
            })
        };
        // Until the files are placed, no other call removes them.
        let used = cache::enter(&self.fetcher.cache, &Stop::default())?;
        let mut sums: Vec<(u64, Option<u64>)> = files.iter().map(|file| (0, file.size)).collect();
        let jobs = files.iter().map(job).collect();
        let found = self.run(jobs, control, |control, at, done, total| {
            sums[at] = (done, total.or(sums[at].1));
            let all_total = sums.iter().try_fold(0_u64, |sum, (_, total)| Some(sum.saturating_add((*total)?)));
            let all_done = sums.iter().map(|(done, _)| done).sum();
            let (file_name, total) = (files[at].file_name.as_str(), sums[at].1);
            control.report(Progress::Downloading { file_name, done, total, all_done, all_total })
        })?;
        control.check()?;
        let paths: Vec<&Path> = found.iter().map(|(path, _)| path.as_path()).collect();
        place(&paths, into)?;
        drop(used);
        // What was placed is not needed twice.
        let placed = paths.iter().filter(|_| !self.keep_wheels).filter_map(|path| path.parent());
        let placed = placed.map(Path::to_owned).collect();
        cache::tidy(&self.fetcher.cache, self.fetcher.bounds().cache_bytes, &placed);
        Ok(found.into_iter().map(|(_, summary)| summary).collect())
    }
}

/// Places files in a folder: all of them or none.
fn place(files: &[&Path], into: &Path) -> Result<(), Error> {
    fs::create_dir_all(into).map_err(Error::file(into))?;
    let staging = into.join(format!(
        ".new.{}.{}",
        std::process::id(),
        sha256(into.as_os_str().as_encoded_bytes()).get(..8).unwrap_or_default()
    ));
    let outcome = stage(files, into, &staging);
    // After a success it is empty.
    let _ = fs::remove_dir_all(&staging);
    outcome
}

fn stage(files: &[&Path], into: &Path, staging: &Path) -> Result<(), Error> {
    let _ = fs::remove_dir_all(staging);
    fs::create_dir(staging).map_err(Error::file(staging))?;
    let mut moves = Vec::new();
    for (at, file) in files.iter().enumerate() {
        let name = file.file_name().unwrap_or_default();
        // Equal paths are one file of the cache.
        if files[..at].contains(file) {
            continue;
        }
        if files[..at].iter().any(|other| other.file_name() == file.file_name()) {
            return Err(Error::wheel(name.to_string_lossy(), "two different files have this name"));
        }
        let (new, end) = (staging.join(name), into.join(name));
        // A copy, because a program may change a file that it was given, and the cache stays.
        fs::copy(file, &new).map_err(Error::file(&end))?;
        moves.push((new, end));
    }
    let mut placed: Vec<(&Path, Option<PathBuf>)> = Vec::new();
    for (at, (new, end)) in moves.iter().enumerate() {
        let old = staging.join(format!("old.{at}"));
        let outcome = match end.exists() {
            true => fs::rename(end, &old).map(|()| Some(old)),
            false => Ok(None),
        };
        let outcome = outcome.and_then(|old| {
            placed.push((end, old));
            fs::rename(new, end)
        });
        if let Err(error) = outcome {
            for (end, old) in placed {
                // The first error tells more.
                let _ = match old {
                    Some(old) => fs::rename(old, end),
                    None => fs::remove_file(end),
                };
            }
            return Err(Error::file(end)(error));
        }
    }
    Ok(())
}

impl Index {
    /// Returns the bytes at an address, such as those of a distribution's lock.
    ///
    /// # Errors
    /// [`Error::Request`], [`Error::TooLarge`] for more than `limit` bytes.
    pub fn get(&self, url: &str, limit: u64, control: &mut Control<'_>) -> Result<Vec<u8>, Error> {
        let (fetcher, text) = (Arc::clone(&self.fetcher), url.to_owned());
        let job: Job<Vec<u8>> = Box::new(move |stop, _| fetcher.get(&text, limit, stop));
        let found = self.run(vec![job], control, |_, _, _, _| Ok(()))?;
        found.into_iter().next().ok_or(Error::Cancelled)
    }
}

impl Fetcher {
    fn get(&self, text: &str, limit: u64, stop: &Stop) -> Result<Vec<u8>, Error> {
        let url = address_of(text).map_err(|reason| Error::format(text, reason))?;
        self.transport.with_retries(stop, |_| {
            let reply = self.transport.get(&url, &[(ACCEPT_ENCODING, "gzip".to_owned())], stop)?;
            match reply.status {
                200 => read_all(reply, limit, "page_bytes", self.bounds().read, stop),
                status => Err(Fault::Final(Error::request(&url, format!("status {status}"), Some(status)))),
            }
        })
    }

    /// Returns a wheel in the cache, complete and with the right hash, and its SHA-256.
    pub(crate) fn wheel(&self, file: &WheelFile, stop: &Stop, tick: Tick<'_>) -> Result<(PathBuf, String), Error> {
        if file.is_wheel && WheelName::parse(&file.file_name).is_none() {
            return Err(Error::wheel(&file.file_name, "its name is not that of a wheel"));
        }
        if file.hashes.is_empty() && !(self.allow_unhashed && file.is_wheel) {
            let reason = "the index states no hash of SHA-256 or stronger: set `allow_unhashed` to trust the server";
            return Err(Error::hash(&file.file_name, reason, None));
        }
        let url = file_url(file)?;
        let key = if file.hashes.is_empty() { redacted(&url) } else { file.hashes.to_string() };
        let folder = self.cache.join(cache::WHEELS).join(sha256(key.as_bytes()));
        let _used = cache::enter(&self.cache, stop)?;
        fs::create_dir_all(&folder).map_err(Error::file(&folder))?;
        let path = folder.join(&file.file_name);
        let _lock = cache::take(&folder.join(cache::WHEEL_LOCK), stop, File::try_lock)?;
        let is_known = !file.hashes.is_empty() || self.transport.is_offline;
        if is_known && let Ok(Ok(sha256)) = checked(&path, file) {
            let size = path.metadata().map_or(0, |metadata| metadata.len());
            tick(size, Some(size));
            return Ok((path, sha256));
        }
        let part = folder.join(".part");
        if file.hashes.is_empty() {
            // Without a hash, nothing shows whether a part belongs to this file or to an earlier one.
            let _ = fs::remove_file(&part);
        }
        let was_begun = part.metadata().is_ok_and(|metadata| metadata.len() > 0);
        let mut outcome = self.complete(file, &part, stop, tick);
        if was_begun && matches!(outcome, Err(Error::Hash { .. })) {
            // The beginning may be that of another file.
            outcome = self.complete(file, &part, stop, tick);
        }
        let sha256 = outcome?;
        fs::rename(&part, &path).map_err(Error::file(&path))?;
        Ok((path, sha256))
    }

    /// Downloads until the part is the whole file, and returns its SHA-256.
    fn complete(&self, file: &WheelFile, part: &Path, stop: &Stop, tick: Tick<'_>) -> Result<String, Error> {
        self.transport.with_retries(stop, |is_further| self.continue_part(file, part, is_further, stop, tick))?;
        match checked(part, file)? {
            Ok(sha256) => {
                File::open(part).and_then(|file| file.sync_all()).map_err(Error::file(part))?;
                Ok(sha256)
            }
            Err(reason) => {
                fs::remove_file(part).map_err(Error::file(part))?;
                let text = format!("{reason} (from {})", redacted(&file_url(file)?));
                let mismatch = if let Wrong::Hash(mismatch) = reason { Some(mismatch) } else { None };
                Err(Error::hash(&file.file_name, text, mismatch))
            }
        }
    }

    /// Requests the missing part of a file.
    fn continue_part(
        &self,
        file: &WheelFile,
        part: &Path,
        is_further: &mut bool,
        stop: &Stop,
        tick: Tick<'_>,
    ) -> Result<(), Fault> {
        let broken = |error| Fault::Final(Error::file(part)(error));
        let mut out = OpenOptions::new().create(true).truncate(false).write(true).open(part).map_err(broken)?;
        let mut done = out.seek(std::io::SeekFrom::End(0)).map_err(broken)?;
        if file.size.is_some_and(|size| done >= size) && done > 0 {
            return Ok(());
        }
        let url = file_url(file).map_err(Fault::Final)?;
        let mut headers = vec![(ACCEPT_ENCODING, "identity".to_owned())];
        if done > 0 {
            headers.push((RANGE, format!("bytes={done}-")));
        }
        let reply = self.transport.get(&url, &headers, stop)?;
        match reply.status {
            200 => {}
            206 if continues(&reply, done) => {}
            // The file is complete, or its content is wrong: the hash decides.
            416 if done > 0 => return Ok(()),
            206 => return Err(Fault::Final(Error::request(&url, "it sends another part than requested", Some(206)))),
            status => {
                let reason = format!("{}: status {status}", file.file_name);
                return Err(Fault::Final(Error::request(&url, reason, Some(status))));
            }
        }
        if reply.header("content-encoding").is_some_and(|coding| coding != "identity") {
            return Err(Fault::Final(Error::request(
                &url,
                "it sends a compressed file, which was not requested",
                None,
            )));
        }
        if reply.status == 200 {
            out.set_len(0).and_then(|()| out.rewind()).map_err(broken)?;
            done = 0;
        }
        let start = done;
        let limit = self.bounds().wheel_bytes;
        let too_large = || Fault::Final(Error::TooLarge { what: file.file_name.clone(), limit, bound: "wheel_bytes" });
        let total = reply.length.map(|rest| done.saturating_add(rest));
        if total.or(file.size).is_some_and(|total| total > limit) {
            return Err(too_large());
        }
        if let (Some(stated), Some(total)) = (file.size, total)
            && stated != total
        {
            let reason = format!("{}: it has {total} bytes, the index states {stated}", file.file_name);
            return Err(Fault::Final(Error::request(&url, reason, None)));
        }
        let (mut body, mut block, mut pace) = (reply.body, vec![0; BLOCK], Pace::new(self.bounds().read));
        loop {
            tick(done, total.or(file.size));
            if stop.is_set() {
                return Err(Fault::Final(Error::Cancelled));
            }
            let count = body.read(&mut block).map_err(|error| Fault::of_io(&url, error))?;
            if count == 0 {
                break;
            }
            done += count as u64;
            if done > limit || file.size.is_some_and(|size| done > size) {
                // What is too much is not continued.
                out.set_len(0).map_err(broken)?;
                return match file.size {
                    Some(size) if done <= limit => {
                        let reason = format!("{}: it has more than the {size} bytes of the index", file.file_name);
                        Err(Fault::Final(Error::request(&url, reason, None)))
                    }
                    _ => Err(too_large()),
                };
            }
            out.write_all(&block[..count]).map_err(broken)?;
            // A server that sends a few bytes and hangs up has a bounded number of attempts.
            *is_further |= done >= start + LEAST;
            if pace.is_too_slow(count) {
                let reason = format!("{}: the server is too slow", file.file_name);
                return Err(Fault::Passing(Error::request(&url, reason, None), None));
            }
        }
        match total.or(file.size).is_some_and(|total| done < total) {
            true => {
                let reason = format!("{}: the connection was closed before the end", file.file_name);
                Err(Fault::Passing(Error::request(&url, reason, None), None))
            }
            false => Ok(()),
        }
    }
}

/// Whether a response has the bytes after the first `done`.
fn continues(reply: &Reply, done: u64) -> bool {
    reply.header("content-range").is_some_and(|range| range.trim().starts_with(&format!("bytes {done}-")))
}

/// The difference between a file and what the index states about it.
enum Wrong {
    Size { size: u64, stated: u64 },
    Hash(Mismatch),
}

impl fmt::Display for Wrong {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::Size { size, stated } => write!(f, "it has {size} bytes, the index states {stated}"),
            Self::Hash(mismatch) => mismatch.fmt(f),
        }
    }
}

/// Compares a file with the stated size and hashes, and returns its SHA-256.
fn checked(path: &Path, file: &WheelFile) -> Result<Result<String, Wrong>, Error> {
    let mut opened = File::open(path).map_err(Error::file(path))?;
    let size = opened.metadata().map_err(Error::file(path))?.len();
    if let Some(stated) = file.size.filter(|stated| *stated != size) {
        return Ok(Err(Wrong::Size { size, stated }));
    }
    Ok(file.hashes.check(&mut opened).map_err(Error::file(path))?.map_err(Wrong::Hash))
}
