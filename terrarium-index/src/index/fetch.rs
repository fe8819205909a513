//! [`Fetcher`]: one page, one metadata or one wheel, from the cache or a server. Its methods run in threads of their own.

use std::path::PathBuf;

use pep508_rs::PackageName;
use ureq::http::header::{ACCEPT, ACCEPT_ENCODING, IF_MODIFIED_SINCE, IF_NONE_MATCH};
use url::Url;

use crate::{
    Bounds, Error, Hashes, IndexOptions, Metadata, Releases, Target, WheelFile, cache,
    config::parse_netrc,
    error::redacted,
    hash::Mismatch,
    http::{CachedPage, Credentials, Fault, PageCache, Stop, Tick, Transport, fresh_until, read_all},
    page::{self, PageFile},
    wheel,
};

/// The type of the entry of a page that does not exist.
const MISSING: &str = "missing";

/// Fetches from the indexes of one set of options.
#[derive(Debug)]
pub(crate) struct Fetcher {
    pub(crate) indexes: Vec<Url>,
    pub(crate) transport: Transport,
    pub(crate) cache: PathBuf,
    pub(crate) allow_unhashed: bool,
    pages: PageCache,
    metadata: PageCache,
    refresh: bool,
    target: Target,
}

impl Fetcher {
    pub(crate) fn new(options: &IndexOptions, target: Target) -> Result<Self, Error> {
        let indexes = options.addresses()?;
        let mut credentials = Credentials::default();
        indexes.iter().for_each(|url| credentials.add_url(url));
        for (url, credential) in &options.credentials {
            credentials.add_server(url, credential.clone());
        }
        for (host, credential) in options.netrc.as_deref().map(parse_netrc).unwrap_or_default() {
            credentials.add_host(host, credential);
        }
        let proxies = options.proxies();
        for url in &indexes {
            proxies.of(url)?;
        }
        Ok(Self {
            transport: Transport::new(proxies, credentials, options)?,
            indexes,
            allow_unhashed: options.allow_unhashed,
            pages: PageCache::new(options.cache.join(cache::PAGES)),
            metadata: PageCache::new(options.cache.join(cache::METADATA)),
            cache: options.cache.clone(),
            refresh: options.refresh,
            target,
        })
    }

    pub(crate) fn bounds(&self) -> &Bounds {
        &self.transport.bounds
    }

    /// Returns the releases of a package on the first index that has it.
    pub(crate) fn releases(&self, name: &PackageName, stop: &Stop) -> Result<Option<Releases>, Error> {
        for index in &self.indexes {
            let url = index.join(&format!("{name}/")).map_err(|error| Error::request(index, error, None))?;
            if let Some(files) = self.page(&url, stop)? {
                return Ok(Some(page::releases(name, files, &self.target, &redacted(index).into())));
            }
        }
        Ok(None)
    }

    /// Returns the files of a package; `None` if the index does not have it.
    fn page(&self, url: &Url, stop: &Stop) -> Result<Option<Vec<PageFile>>, Error> {
        let limit = self.bounds().page_bytes;
        // A user with a name may see other packages than one without.
        let key = format!("{} {}", url.username(), redacted(url));
        let cached = self.pages.get(&key, limit);
        let files = |page: &CachedPage| (page.content_type != MISSING).then(|| page::parse(page)).transpose();
        if let Some(page) = &cached
            && (self.transport.is_offline || (page.is_fresh() && !self.refresh))
        {
            return files(page);
        }
        let mut headers = vec![(ACCEPT, page::ACCEPT.to_owned()), (ACCEPT_ENCODING, "gzip".to_owned())];
        let known = cached.as_ref().filter(|page| page.content_type != MISSING);
        if let Some(etag) = known.and_then(|page| page.etag.clone()) {
            headers.push((IF_NONE_MATCH, etag));
        } else if let Some(time) = known.and_then(|page| page.last_modified.clone()) {
            headers.push((IF_MODIFIED_SINCE, time));
        }
        let (found, listed) = self.transport.with_retries(stop, |_| {
            let reply = self.transport.get(url, &headers, stop)?;
            let header = |name: &str| reply.header(name).map(str::to_owned);
            let fresh = fresh_until(reply.header("cache-control"));
            if let (304, Some(page)) = (reply.status, known) {
                let page = CachedPage { fresh_until: fresh, ..page.clone() };
                let listed = files(&page).map_err(Fault::Final)?;
                return Ok((page, listed));
            }
            let missing = reply.is_missing();
            if reply.status != 200 && !missing {
                return Err(Fault::Final(Error::request(url, format!("status {}", reply.status), Some(reply.status))));
            }
            let mut page = CachedPage {
                url: redacted(&reply.url),
                content_type: header("content-type").unwrap_or_default(),
                etag: header("etag"),
                last_modified: header("last-modified"),
                fresh_until: fresh,
                body: Vec::new(),
            };
            if missing {
                (page.content_type, page.fresh_until) = (MISSING.to_owned(), 0);
            } else {
                page.body = read_all(reply, limit, "page_bytes", self.bounds().read, stop)?;
            }
            // A page that cannot be read is not kept.
            let listed = files(&page).map_err(Fault::Final)?;
            Ok((page, listed))
        })?;
        if cached.as_ref() != Some(&found) {
            self.pages.put(&key, &found)?;
        }
        Ok(listed)
    }

    /// Returns the metadata of a wheel: from its own file on the index, or from the wheel if `may_download` permits it.
    pub(crate) fn metadata(
        &self,
        file: &WheelFile,
        may_download: bool,
        stop: &Stop,
        tick: Tick<'_>,
    ) -> Result<Metadata, Error> {
        let key = format!("{} {}", file.url, file.hashes);
        let limit = self.bounds().metadata_bytes;
        let cached = self.metadata.get(&key, limit);
        let is_right = |bytes: &[u8]| match &file.metadata {
            Some(hashes) => check_hash(hashes, bytes).is_ok(),
            None => !file.hashes.is_empty(),
        };
        if let Some(page) = cached.filter(|page| is_right(&page.body)) {
            return self.parse(file, &page.body);
        }
        if let Some(hashes) = &file.metadata
            && let Some(bytes) = self.separate_metadata(file, hashes, stop)?
        {
            let metadata = self.parse(file, &bytes)?;
            self.keep(&key, file, bytes)?;
            return Ok(metadata);
        }
        if !may_download {
            return Err(Error::format(&file.file_name, "its metadata is not in a separate file"));
        }
        let (path, _) = self.wheel(file, stop, tick)?;
        let bytes = wheel::read_metadata(&path, self.bounds())?;
        let metadata = self.parse(file, &bytes)?;
        self.keep(&key, file, bytes)?;
        Ok(metadata)
    }

    fn keep(&self, key: &str, file: &WheelFile, body: Vec<u8>) -> Result<(), Error> {
        let (url, content_type) = (file.url.clone(), "text/plain".to_owned());
        let page = CachedPage { url, content_type, etag: None, last_modified: None, fresh_until: 0, body };
        self.metadata.put(key, &page)
    }

    fn parse(&self, file: &WheelFile, bytes: &[u8]) -> Result<Metadata, Error> {
        let metadata = Metadata::parse(&file.file_name, bytes)?;
        metadata.check(&file.file_name, &file.name.name, &file.name.version)?;
        Ok(metadata)
    }

    /// Fetches the separate file with the metadata of a wheel; `None` if the index does not have it after all.
    fn separate_metadata(&self, file: &WheelFile, hashes: &Hashes, stop: &Stop) -> Result<Option<Vec<u8>>, Error> {
        let mut url = file_url(file)?;
        url.set_path(&format!("{}.metadata", url.path()));
        let (limit, window) = (self.bounds().metadata_bytes, self.bounds().read);
        let headers = [(ACCEPT_ENCODING, "gzip".to_owned())];
        self.transport.with_retries(stop, |_| {
            let reply = self.transport.get(&url, &headers, stop)?;
            if reply.is_missing() {
                return Ok(None);
            }
            if reply.status != 200 {
                return Err(Fault::Final(Error::request(&url, format!("status {}", reply.status), Some(reply.status))));
            }
            let bytes = read_all(reply, limit, "metadata_bytes", window, stop)?;
            match check_hash(hashes, &bytes) {
                Ok(()) => Ok(Some(bytes)),
                Err(mismatch) => Err(Fault::Final(Error::hash(&redacted(&url), mismatch.to_string(), Some(mismatch)))),
            }
        })
    }
}

/// Returns the address of a file.
pub(crate) fn file_url(file: &WheelFile) -> Result<Url, Error> {
    let url = address_of(&file.url).map_err(|reason| Error::format(&file.file_name, reason))?;
    Ok(url)
}

/// Parses an address that can be fetched.
pub(crate) fn address_of(text: &str) -> Result<Url, String> {
    let url = Url::parse(text).map_err(|error| format!("its address is not valid: {error}"))?;
    match url.scheme() {
        "http" | "https" => Ok(url),
        scheme => Err(format!("its address starts with `{scheme}:`, which is not fetched")),
    }
}

fn check_hash(hashes: &Hashes, bytes: &[u8]) -> Result<(), Mismatch> {
    let mut reader = bytes;
    // Bytes in memory can always be read.
    hashes.check(&mut reader).map_or(Ok(()), |checked| checked.map(|_| ()))
}
