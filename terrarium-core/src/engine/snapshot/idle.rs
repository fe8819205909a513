//! Idle instances, which are recycled.
//!
//! The creation of an instance costs little, but the pages that a program touches must be mapped and copied again for
//! each one, which costs more than everything else. So an instance whose program ended in order is restored to the
//! state of the snapshot, in every respect that WebAssembly defines. Written pages are copied from an instance that
//! never ran, and mutable globals get their values. An instance that cannot be restored (memory that has grown, a
//! changed table, libraries) is dropped, and so is one in any doubt.

use std::sync::{
    Arc, Mutex, OnceLock, PoisonError, Weak,
    atomic::{AtomicBool, Ordering},
};

use wasmtime::{Global, Result, Val, bail};

use super::{Snapshot, SnapshotLayer, layer::PAGE, pristine::PristineMemory};
use crate::{
    engine::{compile::config::GUEST_STACK, live::instance::Instance},
    sys::{dirty_pages, fault_around, page_size::page_size},
};

/// The most idle instances.
const MAX_WAITING: usize = 16;
/// The limit of the layers of idle instances.
const MAX_WAITING_BYTES: usize = 64 << 20;
/// The limit of written memory; an instance with more is dropped.
const MAX_WRITTEN_BYTES: usize = 16 << 20;
/// The limit of used stack; an instance with more is dropped.
const KEPT_STACK: u64 = 1 << 20;
/// The limit of bytes that were copied for an instance, some twenty thousand small programs: pages that one of them
/// wrote are copied for all that follow. The limit is not much lower, since each new instance has hundreds of page
/// faults, which interrupt all threads of the process.
const MAX_COPIED_BYTES: u64 = 8 << 30;

/// The idle instances of a snapshot.
#[derive(Default)]
pub(super) struct Idle {
    waiting: Mutex<Vec<Instance>>,
    original: OnceLock<Original>,
    /// Whether the kernel cannot list written pages.
    unsupported: AtomicBool,
}

/// An instance that never runs.
struct Original {
    memory: PristineMemory,
    globals: Vec<Val>,
    table: u64,
}

/// The idle instances of all snapshots.
static ALL: Mutex<Vec<Weak<Idle>>> = Mutex::new(Vec::new());

/// Drops all idle instances of every snapshot, because others need their slots.
pub(super) fn make_room() {
    let all = std::mem::take(&mut *ALL.lock().unwrap_or_else(PoisonError::into_inner));
    let all: Vec<Arc<Idle>> = all.iter().filter_map(Weak::upgrade).collect();
    ALL.lock().unwrap_or_else(PoisonError::into_inner).extend(all.iter().map(Arc::downgrade));
    for idle in all {
        // Not dropped under the lock.
        let waiting = std::mem::take(&mut *idle.waiting.lock().unwrap_or_else(PoisonError::into_inner));
        drop(waiting);
    }
}

impl Idle {
    pub(super) fn new() -> Arc<Self> {
        let idle = Arc::new(Self::default());
        let mut all = ALL.lock().unwrap_or_else(PoisonError::into_inner);
        all.retain(|idle| idle.strong_count() > 0);
        all.push(Arc::downgrade(&idle));
        drop(all);
        idle
    }

    pub(super) fn take(&self) -> Option<Instance> {
        self.waiting.lock().unwrap_or_else(PoisonError::into_inner).pop()
    }

    fn put(&self, instance: Instance, most: usize) {
        let mut waiting = self.waiting.lock().unwrap_or_else(PoisonError::into_inner);
        if waiting.len() < most {
            waiting.push(instance);
        }
    }
}

impl Snapshot {
    /// Returns the most instances that wait: each has its own copy of a layer.
    fn most_waiting(&self) -> usize {
        let layer = self.layer.as_ref().map_or(0, SnapshotLayer::len);
        MAX_WAITING_BYTES.checked_div(layer).unwrap_or(MAX_WAITING).clamp(1, MAX_WAITING)
    }

    /// Recycles an instance whose program has ended in order.
    pub(in crate::engine) fn recycle(&self, mut instance: Instance) {
        instance.runs += 1;
        if instance.copied >= MAX_COPIED_BYTES
            || self.idle.unsupported.load(Ordering::Relaxed)
            || !instance.store.data().run.is_recyclable()
            || instance.store.data().closures.have_changed()
        {
            return;
        }
        match self.restore(&mut instance) {
            Ok(true) => {
                instance.store.data_mut().end_run();
                self.idle.put(instance, self.most_waiting());
            }
            Ok(false) => {}
            Err(error) => {
                tracing::debug!(%error, "instances are not recycled");
                self.idle.unsupported.store(true, Ordering::Relaxed);
            }
        }
    }

    /// Restores an instance to the state of the snapshot. Returns false when that is not worthwhile or not possible.
    fn restore(&self, instance: &mut Instance) -> Result<bool> {
        let original = match self.idle.original.get() {
            Some(original) => original,
            None => {
                let made = self.original()?;
                self.idle.original.get_or_init(|| made)
            }
        };
        let Instance { store, links, globals, runs, copied, written: known, by_faults, .. } = instance;
        let memory = links.memory.data(&**store);
        let from = original.memory.bytes();
        // The pages of a layer were written too, though seldom by the program.
        let layer = self.layer.as_ref().map_or(0, SnapshotLayer::len);
        if memory.len() != from.len() || links.table.size(&**store) != original.table {
            return Ok(false);
        }
        // An interrupt writes a word of the guest's memory, from any thread.
        let is_quiet = *by_faults && store.data().run.interrupt.reason().is_none();
        let written = match known.take().filter(|_| is_quiet) {
            Some(written) => written,
            None => {
                if has_deep_stack(store.data().run.stack)? {
                    return Ok(false);
                }
                let listed = dirty_pages::written(memory)?;
                if listed.iter().map(ExactSizeIterator::len).sum::<usize>() > MAX_WRITTEN_BYTES + layer {
                    return Ok(false);
                }
                listed
            }
        };
        let to = links.memory.data_mut(&mut **store);
        if *runs == 1 {
            *by_faults = fault_around::disable(to, &written);
        }
        let piece = if layer == 0 { usize::MAX } else { PAGE };
        for range in &written {
            let (Some(to), Some(from)) = (to.get_mut(range.clone()), from.get(range.clone())) else {
                bail!("a page is outside of the memory");
            };
            for (to, from) in to.chunks_mut(piece).zip(from.chunks(piece)) {
                if layer == 0 || to != from {
                    to.copy_from_slice(from);
                    *copied += from.len() as u64;
                }
            }
        }
        for (global, value) in globals.iter().zip(&original.globals) {
            global.set(&mut **store, *value)?;
        }
        *known = Some(written);
        Ok(true)
    }

    fn original(&self) -> Result<Original> {
        let mut instance = self.new_instance()?;
        let mut value = |global: &Global| global.get(&mut *instance.store);
        let globals = instance.globals.iter().map(&mut value).collect();
        let table = instance.links.table.size(&*instance.store);
        Ok(Original { memory: PristineMemory::new(instance.store, instance.links.memory), globals, table })
    }
}

/// Whether a program has used much of its stack, which would stay in memory while the instance is idle. `top` is an
/// address near the stack's top.
fn has_deep_stack(top: u64) -> Result<bool> {
    let (all, kept) = (GUEST_STACK as u64, KEPT_STACK);
    Ok(!dirty_pages::written_at((top & !(page_size() as u64 - 1)).saturating_sub(all), all - kept)?.is_empty())
}

#[cfg(test)]
mod tests;
