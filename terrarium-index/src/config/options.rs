//! [`IndexOptions`]: the addresses, the cache folder and the bounds of an index.

use std::{fmt, path::PathBuf};

use url::Url;

use crate::{Bounds, Error, RequirementsFile, http::Proxies};

/// The index that pip uses without a setting.
pub(super) const DEFAULT_INDEX: &str = concat!("https://pypi", ".", "org/simple/");

/// A name and a password.
#[derive(Clone, PartialEq, Eq)]
#[non_exhaustive]
pub struct Credential {
    /// The name.
    pub user: String,
    /// The password.
    pub password: String,
}

impl Credential {
    /// Returns a name with a password.
    ///
    /// ```
    /// let credential = terrarium_index::Credential::new("reader", "secret");
    /// assert!(!format!("{credential:?}").contains("secret"));
    /// ```
    #[must_use]
    pub fn new(user: &str, password: &str) -> Self {
        Self { user: user.to_owned(), password: password.to_owned() }
    }
}

impl fmt::Debug for Credential {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Credential").field("user", &self.user).finish_non_exhaustive()
    }
}

/// The settings of an index.
///
/// ```
/// use terrarium_index::IndexOptions;
///
/// let options = IndexOptions::new("cache")
///     .index("https://reader:secret@packages.example.com/simple/")
///     .extra_index("https://other.example.com/simple/");
/// assert_eq!(options.extra_indexes.len(), 1);
/// assert!(!format!("{options:?}").contains("secret"));
/// ```
#[derive(Clone)]
#[non_exhaustive]
pub struct IndexOptions {
    /// The folder of pages, metadata and wheels of earlier calls. Several processes may share it.
    pub cache: PathBuf,
    /// The address of the index, with a name and a password if it needs them.
    ///
    /// Default: the index that pip uses without a setting.
    pub index: String,
    /// More indexes. A package is taken from the first index that has it, and these are asked first: another package of the
    /// same name on a public index never replaces a private one.
    ///
    /// Default: none.
    pub extra_indexes: Vec<String>,
    /// Names and passwords of servers, for addresses without.
    ///
    /// Default: none.
    pub credentials: Vec<(Url, Credential)>,
    /// The text of a netrc file, for hosts without a name and a password elsewhere.
    ///
    /// Default: none.
    pub netrc: Option<String>,
    /// The proxy for addresses that start with `http:`.
    ///
    /// Default: none.
    pub http_proxy: Option<String>,
    /// The proxy for addresses that start with `https:`.
    ///
    /// Default: none.
    pub https_proxy: Option<String>,
    /// Hosts without a proxy, as in `NO_PROXY`.
    ///
    /// Default: none.
    pub no_proxy: String,
    /// Hosts, perhaps with a port, that may be asked without encryption. This machine may always.
    ///
    /// Default: none.
    pub trusted_hosts: Vec<String>,
    /// A file with the certificates of the authorities to trust.
    ///
    /// Default: the authorities that browsers trust.
    pub certificates: Option<PathBuf>,
    /// Whether requests are refused: only the cache is used.
    ///
    /// Default: `false`.
    pub offline: bool,
    /// Whether the server is asked even for pages that it declared fresh.
    ///
    /// Default: `false`.
    pub refresh: bool,
    /// Whether files without a hash of SHA-256 or stronger on the index are accepted.
    ///
    /// Default: `false`.
    pub allow_unhashed: bool,
    /// Whether wheels stay in the cache after they were placed in a folder.
    ///
    /// Default: `true`.
    pub keep_wheels: bool,
    /// The number of requests at a time.
    ///
    /// Default: 8.
    pub parallel: usize,
    /// The bounds of sizes and times.
    ///
    /// Default: those of [`Bounds`].
    pub bounds: Bounds,
}

impl IndexOptions {
    /// Returns the defaults with a cache folder. Nothing is read from the environment.
    #[must_use]
    pub fn new(cache: impl Into<PathBuf>) -> Self {
        Self {
            cache: cache.into(),
            index: DEFAULT_INDEX.to_owned(),
            extra_indexes: Vec::new(),
            credentials: Vec::new(),
            netrc: None,
            http_proxy: None,
            https_proxy: None,
            no_proxy: String::new(),
            trusted_hosts: Vec::new(),
            certificates: None,
            offline: false,
            refresh: false,
            allow_unhashed: false,
            keep_wheels: true,
            parallel: 8,
            bounds: Bounds::default(),
        }
    }

    /// Sets [`index`](Self::index).
    #[must_use]
    pub fn index(mut self, address: &str) -> Self {
        address.clone_into(&mut self.index);
        self
    }

    /// Adds to [`extra_indexes`](Self::extra_indexes).
    #[must_use]
    pub fn extra_index(mut self, address: &str) -> Self {
        self.extra_indexes.push(address.to_owned());
        self
    }

    /// Adds the indexes that a requirements file names.
    #[must_use]
    pub fn indexes_of(mut self, file: &RequirementsFile) -> Self {
        if let Some(index) = &file.index {
            index.clone_into(&mut self.index);
        }
        self.extra_indexes.extend(file.extra_indexes.iter().cloned());
        self
    }

    /// Sets [`offline`](Self::offline).
    #[must_use]
    pub fn offline(mut self, offline: bool) -> Self {
        self.offline = offline;
        self
    }

    /// Sets [`bounds`](Self::bounds).
    #[must_use]
    pub fn bounds(mut self, bounds: Bounds) -> Self {
        self.bounds = bounds;
        self
    }

    /// Returns the addresses in the order in which they are asked.
    pub(crate) fn addresses(&self) -> Result<Vec<Url>, Error> {
        self.extra_indexes.iter().chain([&self.index]).map(|text| address(text)).collect()
    }

    pub(crate) fn proxies(&self) -> Proxies {
        let (http, https) = (self.http_proxy.clone(), self.https_proxy.clone());
        Proxies { http, https, without: self.no_proxy.clone() }
    }
}

impl fmt::Debug for IndexOptions {
    /// Writes no address, because addresses have passwords.
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("IndexOptions")
            .field("cache", &self.cache)
            .field("extra_indexes", &self.extra_indexes.len())
            .field("offline", &self.offline)
            .field("refresh", &self.refresh)
            .field("allow_unhashed", &self.allow_unhashed)
            .field("parallel", &self.parallel)
            .field("bounds", &self.bounds)
            .finish_non_exhaustive()
    }
}

/// Parses the address of an index, and ends it with a `/`.
pub(crate) fn address(text: &str) -> Result<Url, Error> {
    let shown = || text.rsplit_once('@').map_or_else(|| text.to_owned(), |(_, host)| format!("…@{host}"));
    let wrong = |reason: &str| Error::setting(format!("index {:?}", shown()), reason);
    let mut url = Url::parse(text.trim()).map_err(|error| wrong(&format!("no valid address: {error}")))?;
    if !matches!(url.scheme(), "http" | "https") {
        return Err(wrong("the address must start with `https://` or `http://`"));
    }
    url.set_fragment(None);
    url.set_query(None);
    if !url.path().ends_with('/') {
        let path = format!("{}/", url.path());
        url.set_path(&path);
    }
    Ok(url)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn an_address_ends_with_a_slash() {
        assert_eq!(address(" https://example.com/simple ").unwrap().as_str(), "https://example.com/simple/");
        assert_eq!(address("http://u:p@localhost:8080").unwrap().as_str(), "http://u:p@localhost:8080/");
        assert!(address(DEFAULT_INDEX).is_ok());
    }

    #[test]
    fn other_addresses_are_refused_without_their_password() {
        for text in ["", "example.com/simple", "file:///packages", "https://", "ftp://u:secret@example.com/"] {
            let error = address(text).unwrap_err().to_string();
            assert!(error.starts_with("index ") && !error.contains("secret"), "{error}");
        }
    }
}
