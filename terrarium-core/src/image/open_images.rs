//! The images that are open in this process.

use std::{
    collections::{BTreeMap, VecDeque},
    path::PathBuf,
    sync::{Arc, Mutex, PoisonError, Weak},
};

use super::{Image, OpenImage};
use crate::sys::file_stamp::FileStamp;

/// What tells open images apart: the path, which in the cache folder names the content.
#[derive(PartialEq, Eq, PartialOrd, Ord)]
pub(super) struct Key {
    pub(super) path: PathBuf,
    /// The cache folder that goes with a file that is elsewhere.
    pub(super) cache_dir: Option<PathBuf>,
    /// Of a file of the user's, which another one may replace.
    pub(super) file: Option<FileStamp>,
}

/// The images that are open in this process: those that somebody uses, and the last few.
#[derive(Default)]
pub(super) struct OpenImages {
    used: BTreeMap<Key, Weak<OpenImage>>,
    recent: VecDeque<Image>,
}

/// How many images stay open that nobody uses.
const RECENT: usize = 4;

/// Work on the open images.
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

    /// Keep an image that was opened now, unless somebody else was faster.
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
