//! [`State`]: the calls of a run that are in progress, and their records.

use std::{
    collections::{BTreeMap, VecDeque},
    sync::{Arc, Weak, atomic::Ordering},
    time::Duration,
};

use super::{
    journal::Order,
    pool,
    slot::{Finished, Slot},
};
use crate::{Bytes, HostCall, HostCallOutcome, HostError};

/// The longest text of an error in a record.
const RECORD_TEXT: usize = 1000;
#[derive(Default)]
pub(super) struct State {
    pub(super) slots: BTreeMap<u32, Arc<Slot>>,
    /// Calls that wait for a place among those in flight.
    pub(super) queue: VecDeque<(Arc<Slot>, pool::Job)>,
    pub(super) running: usize,
    /// The numbers of the calls that have ended, in order, until the guest has been told.
    pub(super) arrived: VecDeque<u32>,
    pub(super) last: u32,
    pub(super) count: u64,
    pub(super) bytes_in: u64,
    pub(super) bytes_out: u64,
    /// The contents for the next call.
    pub(super) contents: Vec<Bytes>,
    pub(super) contents_bytes: u64,
    /// Whether the code was told that the run has reached a limit.
    pub(super) is_refused: bool,
    pub(super) records: Vec<Record>,
    /// The answers that were too large for the buffer.
    pub(super) large: BTreeMap<u32, Vec<u8>>,
    pub(super) waited: Duration,
    /// Calls that ended before their functions had returned.
    pub(super) dropped: Vec<Weak<Slot>>,
    /// The text of the function or limit that has ended the run.
    pub(super) end: Option<String>,
    pub(super) has_ended: bool,
}

impl State {
    /// Frees the place of a call among those in flight; returns the next one, which has it now.
    pub(super) fn release(&mut self, slot: &Slot) -> Option<(Arc<Slot>, pool::Job)> {
        if !slot.is_running.swap(false, Ordering::Relaxed) {
            return None;
        }
        self.running = self.running.saturating_sub(1);
        loop {
            let (slot, job) = self.queue.pop_front()?;
            // A call that was dropped meanwhile does not begin.
            if !slot.is_done() {
                self.running += 1;
                slot.is_running.store(true, Ordering::Relaxed);
                return Some((slot, job));
            }
        }
    }

    /// Returns the number of functions that work although the code has dropped their calls.
    pub(super) fn forgotten(&self) -> u64 {
        self.dropped.iter().filter_map(Weak::upgrade).filter(|slot| slot.is_working.load(Ordering::SeqCst)).count()
            as u64
    }

    /// Returns the place of the next call that has ended: the one of the journal, while it is in progress.
    pub(super) fn next_arrived(&self, order: &Order) -> Option<usize> {
        let any = (!self.arrived.is_empty()).then_some(0);
        let Order::Call(place) = order else { return any.filter(|_| !matches!(order, Order::None)) };
        let is_noted = |slot: &Arc<Slot>| slot.note.get() == Some(place);
        let has_arrived = |number: &u32| self.slots.get(number).is_some_and(is_noted);
        match self.arrived.iter().position(has_arrived) {
            None if self.slots.values().any(is_noted) => None,
            found => found.or(any),
        }
    }

    pub(super) fn forget(&mut self, number: u32) -> Option<Arc<Slot>> {
        self.arrived.retain(|arrived| *arrived != number);
        self.large.remove(&number);
        self.slots.remove(&number)
    }

    /// Keeps an eye on a call that ends before its function has returned.
    pub(super) fn drop_slot(&mut self, slot: &Arc<Slot>) {
        if !self.has_ended && slot.is_working.load(Ordering::SeqCst) {
            self.dropped.retain(|slot| slot.strong_count() > 0);
            self.dropped.push(Arc::downgrade(slot));
        }
    }

    pub(super) fn note_end(&mut self, slot: &Slot, finished: &Finished) {
        if let Some(record) = slot.record.and_then(|place| self.records.get_mut(place)) {
            record.end = Some((finished.time, finished.outcome, finished.answer.len() as u64));
            record.error.clone_from(&finished.error);
        }
    }
}

/// A call in the report of the run.
#[derive(Clone)]
pub(super) struct Record {
    pub(super) slot: Arc<Slot>,
    pub(super) digest: u128,
    pub(super) bytes: u64,
    pub(super) begin: Duration,
    pub(super) end: Option<(Duration, HostCallOutcome, u64)>,
    pub(super) error: Option<HostError>,
}

impl Record {
    pub(super) fn told(self) -> HostCall {
        let (time, outcome, bytes_in) = self.end.unwrap_or_default();
        let text = |error: &HostError| {
            let text = error.to_string();
            match text.len() > RECORD_TEXT {
                true => format!("{}…", &text[..text.floor_char_boundary(RECORD_TEXT)]),
                false => text,
            }
        };
        HostCall {
            id: self.slot.number,
            name: self.slot.name.to_string(),
            arguments: format!("{:032x}", self.digest),
            bytes_out: self.bytes,
            bytes_in,
            begin: self.begin,
            time,
            outcome,
            error: self.error.as_ref().map(text),
            cause: self.error.and_then(HostError::into_cause),
        }
    }
}
