//! [`Calls`]: the calls of one run, from the guest's request to the answer.
//!
//! The guest asks in the bytes of a request: a letter for the operation, and its arguments. A call begins a job on a
//! thread of the pool; the guest waits for its end, or continues and asks for it later.

mod answer;
mod begin;
mod describe;
mod journal;
pub(super) mod names;
mod pool;
mod slot;
mod state;

use std::{
    fmt,
    sync::{Arc, Mutex, MutexGuard, PoisonError, atomic::Ordering},
    time::{Duration, Instant},
};

use crate::{
    CallContext, CallHook, Event, HostCall, HostCallOutcome, HostError, SandboxOptions,
    engine::{Interrupt, Waited},
    functions::{CallRecord, HostFunctions, Journal},
    guest::Receivers,
};
use journal::{Noted, Notes, Order};
use slot::Slot;
use state::{Record, State};
use terrarium_unix::{
    abi::Errno,
    syscall::{CallAnswer, HostCalls},
};

/// The most records of a run.
const RECORDS: usize = 1000;
/// The states of a request in the answer's status: the answer is in the buffer, is larger than that, or is not there yet.
const ANSWERED: i32 = 0;
const LARGER: i32 = 1;
const PENDING: i32 = 2;
/// The state of a wait without an answer that the guest has to add to a clock which only sleeping advances.
const ELAPSED: i32 = 3;

/// The bounds of the calls of a run.
#[derive(Clone, Copy)]
struct Limits {
    calls: u64,
    in_flight: usize,
    bytes: u64,
    time: Option<Duration>,
}

/// The calls of one run.
pub(super) struct Calls {
    functions: HostFunctions,
    decide: Option<CallHook>,
    context: Option<CallContext>,
    journal: Option<Mutex<Notes>>,
    /// The receivers of events about calls.
    receivers: Option<Arc<Receivers>>,
    /// Whether only sleeping advances the clock of the run.
    is_fixed: bool,
    limits: Limits,
    /// Whether the time in which the guest waits counts as that of the run.
    counts_time: bool,
    begun: Instant,
    shared: Arc<Shared>,
}

/// The part that handlers' threads share.
struct Shared {
    interrupt: Arc<Interrupt>,
    state: Mutex<State>,
}

/// The products of a run's calls.
#[derive(Default)]
pub(super) struct CallReport {
    pub(super) calls: Vec<HostCall>,
    pub(super) count: u64,
    pub(super) last: u32,
    /// The number of functions that have not returned.
    pub(super) abandoned: u64,
    pub(super) waited: Duration,
    pub(super) end: Option<String>,
    pub(super) journal: Option<CallRecord>,
}

impl Calls {
    pub(super) fn new(
        functions: HostFunctions,
        (decide, context, journal): (Option<CallHook>, Option<CallContext>, Option<Journal>),
        receivers: Option<Arc<Receivers>>,
        options: &SandboxOptions,
        interrupt: &Arc<Interrupt>,
    ) -> Self {
        let limits = Limits {
            calls: options.host_calls,
            in_flight: options.host_calls_in_flight as usize,
            bytes: options.host_call_bytes,
            time: options.host_call_timeout,
        };
        let shared = Arc::new(Shared { interrupt: Arc::clone(interrupt), state: Mutex::default() });
        Self {
            functions,
            decide,
            context,
            journal: journal.map(|journal| Mutex::new(Notes::new(journal))),
            receivers,
            is_fixed: options.deterministic.is_some(),
            limits,
            counts_time: options.count_host_time,
            begun: Instant::now(),
            shared,
        }
    }

    /// Numbers the calls from the one after `last` on.
    pub(super) fn after(self, last: u32) -> Self {
        self.shared.lock().last = last;
        self
    }

    /// Ends the calls that are in progress: their functions are told, and their answers are dropped.
    pub(super) fn finish(&self) -> CallReport {
        let (queue, slots) = {
            let mut state = self.shared.lock();
            state.has_ended = true;
            state.large.clear();
            (std::mem::take(&mut state.queue), std::mem::take(&mut state.slots))
        };
        for slot in slots.values() {
            self.shared.cancel(slot);
        }
        let works = |slot: &&Arc<Slot>| slot.is_working.load(Ordering::SeqCst);
        let abandoned = slots.values().filter(works).count() as u64 + self.shared.lock().forgotten();
        drop((queue, slots));
        let mut state = self.shared.lock();
        CallReport {
            calls: std::mem::take(&mut state.records).into_iter().map(Record::told).collect(),
            count: state.count,
            last: state.last,
            abandoned,
            waited: state.waited,
            end: state.end.take(),
            journal: self.notes().map(|mut notes| notes.finish()),
        }
    }

    /// Waits until `is_ready`, as long as no call takes longer than it may.
    fn wait(&self, is_ready: &dyn Fn() -> bool, begin: Instant, until: Option<Instant>) -> Waited {
        let wait = || loop {
            let late = self.shared.next_deadline();
            let next = [until, late].into_iter().flatten().min();
            match self.shared.interrupt.wait(is_ready, next, pool::has_processors()) {
                Waited::Elapsed if until.is_none_or(|until| Instant::now() < until) => self.shared.end_late(),
                waited => break waited,
            }
        };
        let waited = if self.counts_time { wait() } else { self.shared.interrupt.preparing(wait) };
        self.shared.lock().waited += begin.elapsed();
        waited
    }

    /// Waits for one call, and answers with its end.
    fn wait_for(&self, slot: &Arc<Slot>, room: usize) -> Result<CallAnswer, Errno> {
        if !slot.is_done() && self.wait(&|| slot.is_done(), Instant::now(), None) != Waited::Ready {
            let bytes = slot.number.to_le_bytes().to_vec();
            return Ok(CallAnswer { status: PENDING, bytes });
        }
        self.take(slot, room)
    }

    /// Answers with the end of a call, which has ended.
    fn take(&self, slot: &Arc<Slot>, room: usize) -> Result<CallAnswer, Errno> {
        let finished = slot.take().ok_or(Errno::EAGAIN)?;
        if let (Some(mut notes), Some(place)) = (self.notes(), slot.note.get()) {
            notes.end(*place, &finished.answer, finished.outcome);
        }
        let mut state = self.shared.lock();
        state.arrived.retain(|number| *number != slot.number);
        state.note_end(slot, &finished);
        let record = slot.record.and_then(|place| state.records.get(place)).filter(|_| self.receivers.is_some());
        let event = record.map(|record| Event::CallEnded(Arc::new(record.clone().told())));
        if let (Some(receivers), Some(event)) = (&self.receivers, event) {
            drop(state);
            receivers.tell(event);
            state = self.shared.lock();
        }
        if slot.items.lock().unwrap_or_else(PoisonError::into_inner).is_none() {
            state.slots.remove(&slot.number);
        }
        if finished.answer.len() <= room {
            return Ok(CallAnswer { status: ANSWERED, bytes: finished.answer });
        }
        let size = u32::try_from(finished.answer.len()).map_err(|_| Errno::EOVERFLOW)?;
        let bytes = [slot.number.to_le_bytes(), size.to_le_bytes()].concat();
        state.large.insert(slot.number, finished.answer);
        Ok(CallAnswer { status: LARGER, bytes })
    }

    /// Answers with the numbers of calls that have ended since.
    fn arrivals(&self, nanoseconds: u64, room: usize) -> CallAnswer {
        let order = self.notes().map_or(Order::Any, |mut notes| notes.next());
        let is_waited_for = nanoseconds > 0 && !matches!(order, Order::None);
        let has_some = || self.shared.lock().next_arrived(&order).is_some();
        if is_waited_for && !has_some() {
            let begin = Instant::now();
            self.wait(&has_some, begin, begin.checked_add(Duration::from_nanos(nanoseconds)));
        }
        let mut state = self.shared.lock();
        let bytes: Vec<u8> = match self.notes() {
            None => {
                let count = state.arrived.len().min(room / 4);
                state.arrived.drain(..count).flat_map(u32::to_le_bytes).collect()
            }
            // One at a time: the order of their effects is that of the journal.
            Some(mut notes) => {
                let number = state.next_arrived(&order).and_then(|place| state.arrived.remove(place));
                notes.look(number.and_then(|number| state.slots.get(&number)?.note.get().copied()));
                number.map_or_else(Vec::new, |number| number.to_le_bytes().to_vec())
            }
        };
        let is_elapsed = self.is_fixed && bytes.is_empty() && nanoseconds > 0;
        CallAnswer { status: if is_elapsed { ELAPSED } else { ANSWERED }, bytes }
    }

    /// Returns the journal of the run.
    fn notes(&self) -> Option<MutexGuard<'_, Notes>> {
        self.journal.as_ref().map(|notes| notes.lock().unwrap_or_else(PoisonError::into_inner))
    }

    /// Notes the begin of a call in the journal. Returns whether the call has ended by it.
    fn answered_by_journal(&self, slot: &Arc<Slot>, name: &str, digest: impl FnOnce() -> String, text: &[u8]) -> bool {
        let Some(mut notes) = self.notes() else { return false };
        let noted = notes.begin(name, digest(), text);
        drop(notes);
        match noted {
            Noted::Live(place) => {
                slot.note.get_or_init(|| place);
                false
            }
            Noted::Answer(place, answer, outcome) => {
                slot.note.get_or_init(|| place);
                let is_stream = answer.first() == Some(&b'S');
                let answer = if is_stream { answer::stream(slot.number) } else { answer };
                if is_stream {
                    slot.is_recorded.store(true, Ordering::Relaxed);
                    *slot.items.lock().unwrap_or_else(PoisonError::into_inner) = Some(Box::new(std::iter::empty()));
                }
                self.shared.end(slot, answer, outcome, None);
                true
            }
            Noted::Diverged(text) => {
                self.shared.lock().end.get_or_insert_with(|| text.clone());
                self.shared.interrupt.end();
                let error = HostError::new("HostError", text);
                self.shared.end(slot, answer::error(&error, slot.number), HostCallOutcome::Refused, Some(error));
                true
            }
        }
    }

    fn slot(&self, number: &[u8]) -> Result<Arc<Slot>, Errno> {
        let number = u32::from_le_bytes(number.try_into().map_err(|_| Errno::EINVAL)?);
        self.shared.lock().slots.get(&number).cloned().ok_or(Errno::ENOENT)
    }
}

impl HostCalls for Calls {
    fn serve(&self, request: &[u8], room: usize) -> Result<CallAnswer, Errno> {
        let (operation, rest) = request.split_first().ok_or(Errno::EINVAL)?;
        let answered = |bytes: Vec<u8>| match bytes.len() <= room {
            true => Ok(CallAnswer { status: ANSWERED, bytes }),
            false => Err(Errno::EMSGSIZE),
        };
        match operation {
            b'C' => self.wait_for(&self.begin(rest)?, room),
            b'B' => answered(self.begin(rest)?.number.to_le_bytes().to_vec()),
            b'F' => self.wait_for(&self.slot(rest)?, room),
            b'T' => self.take(&self.slot(rest)?, room),
            b'W' => Ok(self.arrivals(u64::from_le_bytes(rest.try_into().map_err(|_| Errno::EINVAL)?), room)),
            b'N' => answered(self.next(&self.slot(rest)?)?.number.to_le_bytes().to_vec()),
            b'X' => {
                let number = u32::from_le_bytes(rest.try_into().map_err(|_| Errno::EINVAL)?);
                let slot = self.shared.lock().forget(number);
                if let Some(slot) = slot {
                    self.shared.cancel(&slot);
                }
                answered(Vec::new())
            }
            b'D' => answered(describe::describe(&self.functions, rest)),
            b'L' => answered(describe::search(&self.functions, rest, room)),
            _ => Err(Errno::EINVAL),
        }
    }

    fn content(&self, bytes: &[u8]) -> Result<(), Errno> {
        let mut state = self.shared.lock();
        let size = state.contents_bytes.saturating_add(bytes.len() as u64 + 64);
        if size > self.limits.bytes {
            return Err(Errno::EMSGSIZE);
        }
        let mut content = Vec::new();
        content.try_reserve_exact(bytes.len()).map_err(|_| Errno::ENOMEM)?;
        content.extend_from_slice(bytes);
        state.contents_bytes = size;
        state.contents.push(content.into());
        Ok(())
    }

    fn read(&self, call: u32, offset: u32, buffer: &mut [u8]) -> Result<usize, Errno> {
        let mut state = self.shared.lock();
        let answer = state.large.get(&call).ok_or(Errno::ENOENT)?;
        let rest = answer.get(offset as usize..).ok_or(Errno::EINVAL)?;
        let size = rest.len().min(buffer.len());
        buffer[..size].copy_from_slice(&rest[..size]);
        if size == rest.len() {
            state.large.remove(&call);
        }
        Ok(size)
    }
}

impl Shared {
    fn lock(&self) -> MutexGuard<'_, State> {
        self.state.lock().unwrap_or_else(PoisonError::into_inner)
    }

    /// Ends a call with an answer, and begins the next that waits for its place.
    fn end(self: &Arc<Self>, slot: &Arc<Slot>, answer: Vec<u8>, outcome: HostCallOutcome, error: Option<HostError>) {
        let is_first = slot.finish(answer, outcome, error);
        let next = {
            let mut state = self.lock();
            if is_first && !state.has_ended && state.slots.contains_key(&slot.number) {
                state.arrived.push_back(slot.number);
            }
            state.release(slot)
        };
        if is_first {
            self.interrupt.notify();
        }
        if let Some((slot, job)) = next {
            self.start(&slot, job);
        }
    }

    /// Runs a job, whose place is taken.
    fn start(self: &Arc<Self>, slot: &Arc<Slot>, job: pool::Job) {
        if let Err(error) = pool::run(job) {
            tracing::error!(%error, "a host function has no thread");
            let error = HostError::new("RuntimeError", "there is no thread for the host function");
            let answer = answer::error(&error, slot.number);
            self.end(slot, answer, HostCallOutcome::Refused, Some(error));
        }
    }

    /// Ends a call for which the guest waits no more.
    fn cancel(self: &Arc<Self>, slot: &Arc<Slot>) {
        let error = HostError::new("CancelledError", "the call was cancelled");
        self.lock().drop_slot(slot);
        self.end(slot, answer::error(&error, slot.number), HostCallOutcome::Cancelled, None);
        // After the end: the function may answer at once.
        slot.cancel.cancel();
        let mut state = self.lock();
        if let Some(finished) = slot.take() {
            state.note_end(slot, &finished);
        }
    }

    /// Returns the time at which the first call takes longer than it may.
    fn next_deadline(&self) -> Option<Instant> {
        let state = self.lock();
        state.slots.values().filter(|slot| !slot.is_done()).filter_map(|slot| slot.deadline).min()
    }

    /// Ends the calls that take longer than they may.
    fn end_late(self: &Arc<Self>) {
        let now = Instant::now();
        let is_late = |slot: &&Arc<Slot>| !slot.is_done() && slot.deadline.is_some_and(|deadline| deadline <= now);
        let late: Vec<Arc<Slot>> = self.lock().slots.values().filter(is_late).cloned().collect();
        for slot in late {
            let seconds = slot.deadline.map_or(0.0, |deadline| (deadline - slot.begun).as_secs_f64());
            let message = format!("{}() took longer than {seconds} s", slot.name);
            let error = HostError::new("TimeoutError", message);
            self.lock().drop_slot(&slot);
            self.end(&slot, answer::error(&error, slot.number), HostCallOutcome::TimedOut, Some(error));
            slot.cancel.cancel();
        }
    }
}

impl fmt::Debug for Calls {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Calls").field("functions", &self.functions).finish_non_exhaustive()
    }
}

#[cfg(test)]
mod tests;
