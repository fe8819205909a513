//! Images of the cache folder that have certain packages.

use std::{collections::BTreeSet, path::Path};

use super::{
    Image,
    file::{self, Contents},
    find::intact,
    housekeeping,
    open::{check, open},
    open_images::{Key, open_images},
};
use crate::{Result, cache::Cache, provision::MountedPackages};

/// An image of the cache folder.
pub(crate) struct HeldImage {
    /// The name of the file.
    file: String,
    /// The keys of its packages, and the packages with their versions.
    pub(crate) parts: BTreeSet<String>,
    pub(crate) versions: Vec<String>,
}

/// Returns the images with at least these packages and nothing else, those with the fewest packages first.
///
/// # Errors
/// [`Error::Cache`](crate::Error::Cache) for a cache folder that cannot be read.
pub(crate) fn holding(cache: &Cache, keys: &BTreeSet<String>) -> Result<Vec<HeldImage>> {
    let mut found = Vec::new();
    for path in housekeeping::images(cache)? {
        let Ok(Contents { header, .. }) = file::read(&path) else { continue };
        let is_plain = !header.is_prepared && !header.is_complete && !header.inline;
        if is_plain && keys.is_subset(&header.parts) && check(&path, &header).is_ok() {
            let file = path.file_name().map(|name| name.to_string_lossy().into_owned()).unwrap_or_default();
            found.push(HeldImage { file, parts: header.parts, versions: header.versions });
        }
    }
    found.sort_by_key(|image| image.parts.len());
    Ok(found)
}

/// Opens an image; `mounted` has its packages. `None`, if the file is gone or damaged.
///
/// # Errors
/// As for [`Image::open`].
pub(crate) fn open_held(
    cache_dir: Option<&Path>,
    cache: &Cache,
    held: &HeldImage,
    mounted: &MountedPackages,
) -> Result<Option<Image>> {
    let key = Key { path: cache.path(&held.file), cache_dir: None, file: None };
    if let Some(image) = open_images(|images| images.find(&key)) {
        return Ok(Some(image));
    }
    let Ok(path) = intact(cache, &held.file)? else { return Ok(None) };
    match open(cache_dir, &path, Some(mounted)) {
        Ok(image) => Ok(Some(open_images(|images| images.keep(key, image)))),
        Err(error) => {
            tracing::info!(%error, "an image is not used");
            Ok(None)
        }
    }
}
