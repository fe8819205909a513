//! The images that are open in this process.

use std::{
    collections::{BTreeMap, VecDeque},
    path::{Path, PathBuf},
    sync::{Arc, Mutex, PoisonError, Weak},
};

use super::{Image, OpenImage};
use crate::sys::file_stamp::FileStamp;

/// The identity of an open image: the path, which in the cache folder determines the content.
#[derive(PartialEq, Eq, PartialOrd, Ord)]
pub(super) struct Key {
    pub(super) path: PathBuf,
    /// The cache folder for an image file outside of it.
    pub(super) cache_dir: Option<PathBuf>,
    /// The identity of a user's file, which another file may replace.
    pub(super) file: Option<FileStamp>,
}

/// The images that are open in this process: the images in use, and the most recent ones.
#[derive(Default)]
pub(super) struct OpenImages {
    used: BTreeMap<Key, Weak<OpenImage>>,
    recent: VecDeque<Image>,
}

/// The number of recent images that stay open without users.
const RECENT: usize = 4;

/// Calls `work` with the open images.
pub(super) fn open_images<T>(work: impl FnOnce(&mut OpenImages) -> T) -> T {
    static IMAGES: Mutex<OpenImages> = Mutex::new(OpenImages { used: BTreeMap::new(), recent: VecDeque::new() });
    work(&mut IMAGES.lock().unwrap_or_else(PoisonError::into_inner))
}

impl OpenImages {
    pub(super) fn find(&mut self, key: &Key) -> Option<Image> {
        let image = Image { inner: self.used.get(key)?.upgrade()? };
        self.touch(&image);
        Some(image)
    }

    /// Forgets the image of a file in the cache folder. Its users keep it.
    pub(super) fn forget(&mut self, path: &Path) {
        self.used.retain(|key, _| key.path != path);
        self.recent.retain(|image| image.info().path != path);
    }

    /// Keeps an image that was just opened, unless another thread was faster; returns the image to use.
    pub(super) fn keep(&mut self, key: Key, image: Image) -> Image {
        if let Some(known) = self.find(&key) {
            return known;
        }
        self.used.retain(|_, image| image.strong_count() > 0);
        self.used.insert(key, Arc::downgrade(&image.inner));
        self.touch(&image);
        image
    }

    fn touch(&mut self, image: &Image) {
        self.recent.retain(|other| !Arc::ptr_eq(&other.inner, &image.inner));
        self.recent.push_back(image.clone());
        while self.recent.len() > RECENT {
            self.recent.pop_front();
        }
    }
}
