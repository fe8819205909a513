//! [`Memo`]: values that are made once per process and key. Callers with another key are not kept waiting, and a caller
//! waits no longer than it has time.

use std::{
    collections::{BTreeSet, VecDeque},
    sync::{Arc, Condvar, Mutex, MutexGuard, PoisonError, mpsc},
    thread,
    time::{Duration, Instant},
};

use crate::{CancelHandle, Error, Result, cancel::scope, error::ErrorContext};

/// The number of values that are made at a time. The code of runs chooses the keys.
const MAKERS: usize = 4;
/// The longest time before a waiting caller looks for a cancel.
const SLICE: Duration = Duration::from_millis(20);

/// The time that a caller has.
#[derive(Clone, Copy, Default)]
pub(crate) struct Wait<'a> {
    /// `None`: any time.
    pub(crate) deadline: Option<Instant>,
    pub(crate) cancel: Option<&'a CancelHandle>,
}

/// The reason why a caller waits no longer.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum WaitEnd {
    Late,
    Cancelled,
}

impl Wait<'_> {
    fn ended(&self) -> Option<WaitEnd> {
        if scope::is_stopped() || self.cancel.is_some_and(CancelHandle::is_cancelled) {
            return Some(WaitEnd::Cancelled);
        }
        self.deadline.filter(|deadline| Instant::now() >= *deadline).map(|_| WaitEnd::Late)
    }

    fn is_endless(&self) -> bool {
        self.deadline.is_none() && self.cancel.is_none()
    }

    fn slice(&self) -> Duration {
        let rest = self.deadline.map(|deadline| deadline.saturating_duration_since(Instant::now()));
        rest.map_or(SLICE, |rest| rest.min(SLICE))
    }
}

/// Values by key.
pub(super) struct Memo<T> {
    /// The number of values that are kept: the most recently used ones.
    capacity: usize,
    state: Mutex<State<T>>,
    changed: Condvar,
}

struct State<T> {
    /// The least recently used value first.
    known: VecDeque<(String, Arc<T>)>,
    /// The keys whose values are being made.
    making: BTreeSet<String>,
}

impl<T: Send + Sync> Memo<T> {
    pub(super) const fn new(capacity: usize) -> Self {
        let state = State { known: VecDeque::new(), making: BTreeSet::new() };
        Self { capacity, state: Mutex::new(state), changed: Condvar::new() }
    }

    /// Returns the value of a key, and makes it if needed. A caller whose time ends leaves a thread that goes on, and
    /// keeps the value for a later caller.
    ///
    /// # Errors
    /// Those of `make`. Other callers that wait for the value then try themselves.
    pub(super) fn get(
        &'static self,
        key: &str,
        wait: Wait<'_>,
        make: impl FnOnce() -> Result<Arc<T>> + Send + 'static,
    ) -> Result<Result<Arc<T>, WaitEnd>> {
        let mut state = self.lock();
        loop {
            if let Some(known) = state.find(key) {
                return Ok(Ok(known));
            }
            if let Some(end) = wait.ended() {
                return Ok(Err(end));
            }
            if !state.making.contains(key) && state.making.len() < MAKERS {
                break;
            }
            state = self.changed.wait_timeout(state, wait.slice()).unwrap_or_else(PoisonError::into_inner).0;
        }
        state.making.insert(key.to_owned());
        drop(state);
        let claim = Claim { memo: self, key: key.to_owned() };
        let work = move || make().inspect(|made| claim.keep(made));
        if wait.is_endless() {
            return work().map(Ok);
        }
        let handle = scope::current();
        let (sender, receiver) = mpsc::channel();
        let thread = thread::Builder::new().name("terrarium-packages".to_owned());
        // The caller may have left.
        thread.spawn(move || drop(sender.send(scope::within(handle, work)))).or_engine("a thread for packages")?;
        loop {
            match receiver.recv_timeout(wait.slice()) {
                Ok(made) => return made.map(Ok),
                Err(mpsc::RecvTimeoutError::Disconnected) => return Err(Error::engine("packages cannot be prepared")),
                Err(mpsc::RecvTimeoutError::Timeout) => {
                    if let Some(end) = wait.ended() {
                        return Ok(Err(end));
                    }
                }
            }
        }
    }

    fn lock(&self) -> MutexGuard<'_, State<T>> {
        self.state.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

impl<T> State<T> {
    fn find(&mut self, key: &str) -> Option<Arc<T>> {
        let place = self.known.iter().position(|(known, _)| known == key)?;
        let used = self.known.remove(place)?;
        let value = Arc::clone(&used.1);
        self.known.push_back(used);
        Some(value)
    }
}

/// The right to make the value of a key.
struct Claim<T: Send + Sync + 'static> {
    memo: &'static Memo<T>,
    key: String,
}

impl<T: Send + Sync> Claim<T> {
    fn keep(&self, made: &Arc<T>) {
        let mut evicted = None;
        let mut state = self.memo.lock();
        if state.known.len() >= self.memo.capacity {
            evicted = state.known.pop_front();
        }
        state.known.push_back((self.key.clone(), Arc::clone(made)));
        drop(state);
        // Outside of the lock: it may be the last owner of many files.
        drop(evicted);
    }
}

impl<T: Send + Sync> Drop for Claim<T> {
    fn drop(&mut self) {
        self.memo.lock().making.remove(&self.key);
        self.memo.changed.notify_all();
    }
}

#[cfg(test)]
mod tests {
    use std::sync::atomic::{AtomicUsize, Ordering};

    use super::*;

    const CAPACITY: usize = 8;

    fn memo() -> &'static Memo<usize> {
        Box::leak(Box::new(Memo::new(CAPACITY)))
    }

    fn soon(milliseconds: u64) -> Wait<'static> {
        Wait { deadline: Some(Instant::now() + Duration::from_millis(milliseconds)), cancel: None }
    }

    #[test]
    fn a_known_value_is_there_while_another_is_made_and_a_late_one_is_kept() {
        let memo = memo();
        memo.get("known", Wait::default(), || Ok(Arc::new(1))).unwrap().unwrap();
        let (go, wait) = mpsc::channel::<()>();
        let slow = move || {
            let _ = wait.recv();
            Ok(Arc::new(2))
        };
        assert_eq!(memo.get("slow", soon(50), slow).unwrap().unwrap_err(), WaitEnd::Late);
        let never = || panic!("it is being made");
        assert_eq!(memo.get("slow", soon(50), never).unwrap().unwrap_err(), WaitEnd::Late);
        let cancel = CancelHandle::new();
        cancel.cancel();
        let cancelled = Wait { deadline: None, cancel: Some(&cancel) };
        assert_eq!(memo.get("slow", cancelled, never).unwrap().unwrap_err(), WaitEnd::Cancelled);
        assert_eq!(*memo.get("known", soon(0), never).unwrap().unwrap(), 1);
        assert_eq!(*memo.get("other", Wait::default(), || Ok(Arc::new(3))).unwrap().unwrap(), 3);
        drop(go);
        assert_eq!(*memo.get("slow", Wait::default(), never).unwrap().unwrap(), 2);
    }

    #[test]
    fn a_value_is_made_once_and_a_failure_only_counts_for_its_caller() {
        static MADE: AtomicUsize = AtomicUsize::new(0);
        let memo = memo();
        let failed = memo.get("a", Wait::default(), || Err(Error::engine("no"))).unwrap_err();
        assert_eq!(failed.to_string(), "engine: no");
        let make = || {
            MADE.fetch_add(1, Ordering::Relaxed);
            thread::sleep(Duration::from_millis(20));
            Ok(Arc::new(7))
        };
        thread::scope(|scope| {
            for number in 0..8 {
                let wait = if number % 2 == 0 { Wait::default() } else { soon(60_000) };
                scope.spawn(move || assert_eq!(*memo.get("a", wait, make).unwrap().unwrap(), 7));
            }
        });
        assert_eq!(MADE.load(Ordering::Relaxed), 1);
    }

    #[test]
    fn the_values_and_their_makers_are_bounded_and_a_panic_frees_the_key() {
        let memo = memo();
        for number in 0..3 * CAPACITY {
            memo.get(&number.to_string(), Wait::default(), move || Ok(Arc::new(number))).unwrap().unwrap();
            memo.get("0", Wait::default(), || panic!("it is in use")).unwrap().unwrap();
        }
        assert_eq!(memo.lock().known.len(), CAPACITY);
        let (go, wait) = mpsc::channel::<()>();
        let wait = Arc::new(Mutex::new(wait));
        for number in 0..MAKERS {
            let wait = Arc::clone(&wait);
            let slow = move || {
                let _ = wait.lock().map(|wait| wait.recv());
                Ok(Arc::new(0))
            };
            memo.get(&format!("slow {number}"), soon(10), slow).unwrap().unwrap_err();
        }
        assert_eq!(memo.get("more", soon(50), || panic!("too many")).unwrap().unwrap_err(), WaitEnd::Late);
        drop(go);
        let failed = memo.get("more", soon(60_000), || panic!("on purpose")).unwrap_err();
        assert_eq!(failed.to_string(), "engine: packages cannot be prepared");
        assert_eq!(*memo.get("more", Wait::default(), || Ok(Arc::new(5))).unwrap().unwrap(), 5);
    }
}
