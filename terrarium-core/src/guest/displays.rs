//! [`Displays`]: the displays of a run as a notebook would show them at its end.

use std::{collections::HashMap, sync::Arc};

use crate::Display;

/// The displays of a run: an update replaces those with its id, and a clearing discards those before it.
#[derive(Debug, Default)]
pub(super) struct Displays {
    shown: Vec<Shown>,
    /// The places of the displays with an id.
    places: HashMap<String, Vec<usize>>,
    /// The bytes of their frames, and their memory.
    bytes: u64,
    memory: u64,
    /// Whether the next display discards those before it.
    clears: bool,
    /// Whether there were displays since the last clearing.
    is_fresh: bool,
}

#[derive(Debug)]
struct Shown {
    display: Arc<Display>,
    bytes: u64,
    memory: u64,
}

/// The bounds of displays: the bytes of their frames, and their memory.
#[derive(Clone, Copy, Debug)]
pub(super) struct DisplayBounds {
    pub(super) bytes: u64,
    pub(super) memory: u64,
}

impl Displays {
    /// Returns the memory that further displays may take: all of it, if the next display discards the others.
    pub(super) fn room(&self, bounds: DisplayBounds, bytes: u64) -> Option<u64> {
        let (used, memory) = if self.clears { (0, 0) } else { (self.bytes, self.memory) };
        let is_within = used.saturating_add(bytes) <= bounds.bytes;
        is_within.then(|| bounds.memory.saturating_sub(memory))
    }

    /// Returns the most memory that a further display or update may take.
    pub(super) fn most(bounds: DisplayBounds, bytes: u64) -> Option<u64> {
        // An update may replace all that there is.
        (bytes <= bounds.bytes).then_some(bounds.memory)
    }

    /// Adds a display.
    pub(super) fn add(&mut self, display: Arc<Display>, bytes: u64, memory: u64) {
        if self.clears {
            self.discard();
        }
        self.is_fresh = true;
        if let Some(id) = &display.id {
            self.places.entry(id.clone()).or_default().push(self.shown.len());
        }
        self.count(bytes, memory);
        self.shown.push(Shown { display, bytes, memory });
    }

    /// Returns the number of displays that an update with this id replaces, and the bytes and the memory of them.
    pub(super) fn replaced(&self, id: &str) -> (u64, u64, u64) {
        let places = self.places.get(id).map(Vec::as_slice).unwrap_or_default();
        let shown = || places.iter().filter_map(|place| self.shown.get(*place));
        (places.len() as u64, shown().map(|shown| shown.bytes).sum(), shown().map(|shown| shown.memory).sum())
    }

    /// Returns the memory that an update with this id may take. The displays that it replaces give theirs back.
    pub(super) fn room_of_update(&self, bounds: DisplayBounds, id: &str, bytes: u64) -> Option<u64> {
        let (count, old_bytes, old_memory) = self.replaced(id);
        if count == 0 {
            return self.room(bounds, bytes);
        }
        let rest = self.bytes.saturating_sub(old_bytes);
        let is_within = rest.saturating_add(bytes.saturating_mul(count)) <= bounds.bytes;
        is_within.then(|| bounds.memory.saturating_sub(self.memory.saturating_sub(old_memory)) / count)
    }

    /// Replaces the displays with the id of this one, or adds it if there are none.
    pub(super) fn update(&mut self, display: &Arc<Display>, bytes: u64, memory: u64) {
        let places = display.id.as_ref().and_then(|id| self.places.get(id)).cloned().unwrap_or_default();
        if places.is_empty() {
            self.add(Arc::clone(display), bytes, memory);
            return;
        }
        for place in places {
            let new = Shown { display: Arc::clone(display), bytes, memory };
            let Some(shown) = self.shown.get_mut(place) else { continue };
            let old = std::mem::replace(shown, new);
            self.bytes = self.bytes.saturating_sub(old.bytes);
            self.memory = self.memory.saturating_sub(old.memory);
            self.count(bytes, memory);
        }
    }

    fn count(&mut self, bytes: u64, memory: u64) {
        self.bytes = self.bytes.saturating_add(bytes);
        self.memory = self.memory.saturating_add(memory);
    }

    /// Whether there were displays since the last clearing.
    pub(super) fn is_fresh(&self) -> bool {
        self.is_fresh
    }

    /// Discards the displays: at once, or before the next one (`waits`). A clearing before this one that waited takes
    /// effect if there was more output since: displays, or other output (`is_fresh`).
    pub(super) fn clear(&mut self, waits: bool, is_fresh: bool) {
        self.settle(is_fresh);
        match waits {
            true => self.clears = true,
            false => self.discard(),
        }
        self.is_fresh = false;
    }

    /// Lets a clearing that waits take effect, if there was other output since.
    pub(super) fn settle(&mut self, is_fresh: bool) {
        if self.clears && is_fresh {
            self.discard();
        }
    }

    fn discard(&mut self) {
        *self = Self { is_fresh: self.is_fresh, ..Self::default() };
    }

    /// Returns the displays.
    pub(super) fn into_vec(self) -> Vec<Display> {
        self.shown.into_iter().map(|shown| Arc::unwrap_or_clone(shown.display)).collect()
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    const BOUNDS: DisplayBounds = DisplayBounds { bytes: 1000, memory: 1000 };

    fn display(id: Option<&str>, text: &str) -> Arc<Display> {
        let data = [("text/plain".to_owned(), text.into())].into();
        Arc::new(Display { data, id: id.map(str::to_owned), ..Display::default() })
    }

    fn texts(displays: Displays) -> Vec<String> {
        let text = |display: Display| display.data["text/plain"].as_str().unwrap().to_owned();
        displays.into_vec().into_iter().map(text).collect()
    }

    #[test]
    fn an_update_replaces_every_display_of_its_id_and_counts_once_for_each() {
        let mut displays = Displays::default();
        for (id, text) in [(Some("a"), "1"), (None, "2"), (Some("a"), "3")] {
            displays.add(display(id, text), 10, 100);
        }
        for n in 0..1000 {
            let room = displays.room_of_update(BOUNDS, "a", 10).unwrap();
            assert_eq!(room, 450, "the memory without the two that are replaced, for each of the two");
            displays.update(&display(Some("a"), &n.to_string()), 10, 100);
        }
        assert_eq!((displays.bytes, displays.memory), (30, 300));
        assert_eq!(displays.room_of_update(BOUNDS, "a", 500), None);
        assert_eq!(texts(displays), ["999", "2", "999"]);
    }

    #[test]
    fn an_update_without_its_display_is_one() {
        let mut displays = Displays::default();
        displays.update(&display(Some("a"), "1"), 10, 100);
        displays.update(&display(Some("a"), "2"), 10, 100);
        assert_eq!(texts(displays), ["2"]);
    }

    #[test]
    fn a_clearing_that_waits_takes_effect_with_the_next_output() {
        let mut displays = Displays::default();
        displays.add(display(None, "1"), 10, 100);
        displays.clear(true, false);
        assert_eq!(displays.room(BOUNDS, 1000), Some(1000));
        displays.settle(false);
        assert_eq!(displays.shown.len(), 1);
        displays.add(display(None, "2"), 10, 100);
        displays.clear(true, false);
        displays.clear(true, true);
        assert_eq!(displays.shown.len(), 0, "there was text");
        displays.add(display(None, "3"), 10, 100);
        displays.clear(false, false);
        assert!(texts(displays).is_empty());
    }
}
