//! The most recently unpacked files, kept in memory: several calls, and several sandboxes, read the same file.

use std::{
    collections::VecDeque,
    sync::{Arc, Mutex, PoisonError},
};

/// The bytes that are kept for all archives together.
pub(super) const KEPT: usize = 64 << 20;

#[derive(Default)]
struct Recent {
    /// The contents, the oldest first.
    contents: VecDeque<Arc<Vec<u8>>>,
    bytes: usize,
}

impl Recent {
    fn keep(&mut self, content: Arc<Vec<u8>>, limit: usize) {
        self.bytes += content.len();
        self.contents.push_back(content);
        // The newest stays regardless of its size: a read of it is in progress.
        while self.bytes > limit && self.contents.len() > 1 {
            self.bytes -= self.contents.pop_front().map_or(0, |oldest| oldest.len());
        }
    }
}

/// Keeps `content` until [`KEPT`] more bytes were unpacked.
pub(super) fn keep(content: &Arc<Vec<u8>>) {
    static RECENT: Mutex<Recent> = Mutex::new(Recent { contents: VecDeque::new(), bytes: 0 });
    RECENT.lock().unwrap_or_else(PoisonError::into_inner).keep(Arc::clone(content), KEPT);
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_oldest_goes_first_and_the_newest_stays_whatever_its_size() {
        let mut recent = Recent::default();
        let contents: Vec<_> = [40, 40, 40, 500].map(|size| Arc::new(vec![0; size])).into();
        for content in &contents[..3] {
            recent.keep(Arc::clone(content), 100);
        }
        let kept = |recent: &Recent| recent.contents.iter().map(|content| content.len()).collect::<Vec<_>>();
        assert_eq!((kept(&recent), recent.bytes), (vec![40, 40], 80));
        assert_eq!(Arc::strong_count(&contents[0]), 1);
        recent.keep(Arc::clone(&contents[3]), 100);
        assert_eq!((kept(&recent), recent.bytes), (vec![500], 500));
    }
}
