//! One check for many items, on all processors.

use std::{
    sync::{
        Mutex,
        atomic::{AtomicUsize, Ordering},
    },
    thread,
};

/// Checks every item and reports all failures together. `name` identifies an item.
///
/// # Panics
/// When the check of an item fails.
pub fn each<T: Sync>(items: &[T], name: impl Fn(&T) -> &str + Sync, check: impl Fn(&T) -> Result<(), String> + Sync) {
    assert!(!items.is_empty(), "there is nothing to check");
    let next = AtomicUsize::new(0);
    let faults = Mutex::new(Vec::new());
    let workers = thread::available_parallelism().map_or(1, usize::from);
    thread::scope(|scope| {
        for _ in 0..workers {
            scope.spawn(|| {
                while let Some(item) = items.get(next.fetch_add(1, Ordering::Relaxed)) {
                    if let Err(text) = check(item) {
                        faults.lock().expect("no check panicked").push(format!("== {}\n{text}", name(item)));
                    }
                }
            });
        }
    });
    let faults = faults.into_inner().expect("no check panicked");
    assert!(faults.is_empty(), "{} of {}:\n{}", faults.len(), items.len(), faults.join("\n"));
}
