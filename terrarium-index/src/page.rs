//! Pages of an index: the files of a package, from JSON (PEP 691) or HTML (PEP 503).

mod files;
mod html;
mod json;

pub(crate) use files::releases;

use url::Url;

use crate::{Error, Hashes, Yanked, http::CachedPage};

/// The forms of a page, the preferred one first.
pub(crate) const ACCEPT: &str =
    "application/vnd.pypi.simple.v1+json, application/vnd.pypi.simple.v1+html;q=0.2, text/html;q=0.01";
/// The most files of a page. The largest pages in use list some ten thousand.
const MAX_FILES: usize = 200_000;

/// A file of a page, as the page states it.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub(crate) struct PageFile {
    pub(crate) file_name: String,
    pub(crate) url: String,
    pub(crate) hashes: Hashes,
    pub(crate) size: Option<u64>,
    pub(crate) upload_time: Option<String>,
    pub(crate) requires_python: Option<String>,
    pub(crate) metadata: Option<Hashes>,
    pub(crate) yanked: Yanked,
}

/// Parses a page.
///
/// # Errors
/// [`Error::Format`], which names the page's address.
pub(crate) fn parse(page: &CachedPage) -> Result<Vec<PageFile>, Error> {
    let wrong = |reason: String| Error::format(&page.url, reason);
    let base = Url::parse(&page.url).map_err(|error| wrong(error.to_string()))?;
    let kind = page.content_type.split(';').next().unwrap_or_default().trim().to_ascii_lowercase();
    let files = match kind.as_str() {
        "application/vnd.pypi.simple.v1+json" | "application/vnd.pypi.simple.latest+json" | "application/json" => {
            json::parse(&page.body, &base)
        }
        "application/vnd.pypi.simple.v1+html" | "application/vnd.pypi.simple.latest+html" | "text/html" | "" => {
            html::parse(&page.body, &base)
        }
        other => Err(format!("its type is {other:?}, not that of a page of an index")),
    }
    .map_err(wrong)?;
    match files.len() > MAX_FILES {
        true => Err(wrong(format!("it lists {} files, the limit is {MAX_FILES}", files.len()))),
        false => Ok(files),
    }
}

/// Returns the address of a file, without a fragment, and the hashes in the fragment; `None` for another scheme.
fn address(base: &Url, href: &str) -> Option<(Url, Hashes)> {
    let mut url = base.join(href).ok()?;
    if !matches!(url.scheme(), "http" | "https") {
        return None;
    }
    let hashes = Hashes::of_fragment(url.fragment().unwrap_or_default());
    url.set_fragment(None);
    Some((url, hashes))
}
