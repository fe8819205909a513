//! Values that are made once per process and key.

use std::{
    collections::BTreeMap,
    sync::{Arc, Mutex, PoisonError},
};

use crate::Result;

/// The number of values that are kept.
const CAPACITY: usize = 32;

/// Returns the remembered value of a key, or makes it. Other callers wait meanwhile, since `make` may take long.
pub(super) fn remembered<T>(
    all: &Mutex<BTreeMap<String, Arc<T>>>,
    key: String,
    make: impl FnOnce() -> Result<Arc<T>>,
) -> Result<Arc<T>> {
    let mut all = all.lock().unwrap_or_else(PoisonError::into_inner);
    if let Some(known) = all.get(&key) {
        return Ok(Arc::clone(known));
    }
    let made = make()?;
    if all.len() >= CAPACITY {
        all.clear();
    }
    all.insert(key, Arc::clone(&made));
    Ok(made)
}
