//! Tests of stops at random times: everything armed is released, and nothing is touched afterwards.

use std::{
    io::{self, Write as _},
    sync::atomic::{AtomicBool, AtomicUsize, Ordering},
    thread,
};

use wasmtime::{Engine, Memory, MemoryType, Store};

use super::*;
use terrarium_unix::syscall::{Sleeper as _, Wake};

/// The default number of watched runs. The variable `TERRARIUM_STRESS_RUNS` sets another.
const RUNS: usize = 100_000;
/// The number of guests at a time, each in a separate thread, and of threads that stop them all the time.
const GUESTS: usize = 4;
const STOPPERS: usize = 2;
/// The address of the signal word.
const WORD: u32 = 64;

/// The memories of a guest.
struct Place {
    store: Store<()>,
    page: Memory,
    memory: Memory,
}

impl Place {
    fn new(engine: &Engine) -> Self {
        let mut store = Store::new(engine, ());
        let ty = MemoryType::new(1, Some(1));
        let page = Memory::new(&mut store, ty.clone()).unwrap();
        let memory = Memory::new(&mut store, ty).unwrap();
        Self { store, page, memory }
    }

    fn safepoint(&mut self) -> Safepoint {
        Safepoint::new(&mut self.store, self.page, self.memory, WORD).unwrap()
    }

    /// Whether the page is readable: the kernel reads it, and reports a fault instead of ending the process.
    fn is_open(&self, pipe: &mut (io::PipeReader, io::PipeWriter)) -> bool {
        match pipe.1.write_all(&self.page.data(&self.store)[..1]) {
            Ok(()) => {
                io::Read::read_exact(&mut pipe.0, &mut [0]).unwrap();
                true
            }
            Err(error) => {
                assert_eq!(error.raw_os_error(), Some(libc::EFAULT), "{error}");
                false
            }
        }
    }

    fn asked(&mut self) -> bool {
        let word = &mut self.memory.data_mut(&mut self.store)[WORD as usize..][..4];
        let asked = word != [0; 4];
        word.fill(0);
        asked
    }
}

/// Pseudo-random numbers.
struct Dice(u64);

impl Dice {
    fn below(&mut self, bound: u64) -> u64 {
        self.0 = self.0.wrapping_mul(6_364_136_223_846_793_005).wrapping_add(1_442_695_040_888_963_407);
        (self.0 >> 33) % bound
    }
}

#[derive(Default)]
struct Counts {
    runs: AtomicUsize,
    asked: AtomicUsize,
    closed: AtomicUsize,
    replaced: AtomicUsize,
}

/// One guest: runs of random lengths, some with deadlines, and sometimes its end and a replacement.
fn live(interrupt: &Arc<Interrupt>, seed: u64, runs: usize, counts: &Counts) {
    let engine = Engine::default();
    let mut pipe = io::pipe().unwrap();
    let mut dice = Dice(seed);
    let mut place = Place::new(&engine);
    interrupt.attach(place.safepoint());
    for run in 0..runs {
        let timeout = (dice.below(3) == 0).then(|| Duration::from_micros(dice.below(300)));
        let watch = interrupt.arm(timeout, Duration::ZERO).unwrap();
        assert!(place.is_open(&mut pipe) || interrupt.reason().is_some(), "closed before it was to stop");
        // Sometimes long enough for the watchdog, which comes again after milliseconds.
        let length = if dice.below(500) == 0 { dice.below(8000) } else { dice.below(20) };
        let until = Instant::now() + Duration::from_micros(length);
        while Instant::now() < until {
            std::hint::spin_loop();
        }
        let forced = interrupt.forced().is_some();
        drop(watch);
        assert!(place.is_open(&mut pipe), "run {run}: the page stays protected");
        counts.runs.fetch_add(1, Ordering::Relaxed);
        counts.closed.fetch_add(usize::from(forced), Ordering::Relaxed);
        counts.asked.fetch_add(usize::from(place.asked()), Ordering::Relaxed);
        if dice.below(100) == 0 {
            assert!(interrupt.detach());
            // The watch continues, but nothing reaches into the guest.
            place.asked();
            let watch = interrupt.arm(None, Duration::ZERO).unwrap();
            thread::yield_now();
            assert!(place.is_open(&mut pipe) && !place.asked(), "run {run}: touched after its end");
            drop(watch);
            assert!(!place.asked(), "run {run}: touched after its end");
            // The guest's memory is free now: a late touch would appear in the next guest, or end the process.
            place = Place::new(&engine);
            interrupt.attach(place.safepoint());
            counts.replaced.fetch_add(1, Ordering::Relaxed);
        }
    }
    assert!(interrupt.detach());
    assert!(place.is_open(&mut pipe));
}

#[test]
fn runs_that_are_stopped_at_random_times_leave_no_page_protected_and_touch_nothing_after_their_end() {
    // A hundred thousand runs take some seconds; a million and more are for changes of the locking.
    let runs = std::env::var("TERRARIUM_STRESS_RUNS").ok().and_then(|runs| runs.parse().ok()).unwrap_or(RUNS);
    let interrupts: Vec<Arc<Interrupt>> = (0..GUESTS).map(|_| Arc::default()).collect();
    let (counts, done) = (Counts::default(), AtomicBool::new(false));
    let started = Instant::now();
    thread::scope(|scope| {
        let guests: Vec<_> = interrupts
            .iter()
            .zip(1..)
            .map(|(interrupt, seed)| {
                scope.spawn({
                    let counts = &counts;
                    move || live(interrupt, seed, runs / GUESTS, counts)
                })
            })
            .collect();
        for seed in 0..STOPPERS {
            let (interrupts, done) = (&interrupts, &done);
            scope.spawn(move || {
                let mut dice = Dice(seed as u64 + 100);
                while !done.load(Ordering::Relaxed) {
                    let target = usize::try_from(dice.below(GUESTS as u64)).unwrap();
                    // The second stop is forced: the grace period is zero.
                    for _ in 0..=dice.below(3) {
                        CancelTarget(Arc::clone(&interrupts[target])).cancel();
                    }
                    if dice.below(4) == 0 {
                        thread::sleep(Duration::from_micros(dice.below(100)));
                    }
                }
            });
        }
        let ended: Vec<_> = guests.into_iter().map(thread::ScopedJoinHandle::join).collect();
        done.store(true, Ordering::Relaxed);
        for guest in ended {
            guest.unwrap();
        }
    });
    let count = |counter: &AtomicUsize| counter.load(Ordering::Relaxed);
    let [all, asked, closed, replaced] = [&counts.runs, &counts.asked, &counts.closed, &counts.replaced].map(count);
    println!(
        "{all} runs, {asked} asked to stop, {closed} stopped, {replaced} guests replaced: {:?}",
        started.elapsed()
    );
    assert_eq!(all, runs / GUESTS * GUESTS);
    // Otherwise the test would show nothing.
    assert!(asked > all / 100 && closed > all / 1000 && replaced > all / 1000, "{asked} {closed} {replaced}");
}

#[test]
fn a_guest_whose_page_is_protected_is_released_before_it_goes() {
    let engine = Engine::default();
    let mut pipe = io::pipe().unwrap();
    let mut place = Place::new(&engine);
    let interrupt = Arc::new(Interrupt::default());
    interrupt.attach(place.safepoint());
    let watch = interrupt.arm(None, Duration::ZERO).unwrap();
    let target = CancelTarget(Arc::clone(&interrupt));
    target.cancel();
    assert!(place.is_open(&mut pipe), "first it is asked");
    target.cancel();
    assert!(!place.is_open(&mut pipe), "then it is stopped");
    assert_eq!(interrupt.forced(), Some(Reason::Cancelled));
    assert!(interrupt.detach());
    assert!(place.is_open(&mut pipe));
    assert!(place.asked());
    target.cancel();
    drop(watch);
    assert!(place.is_open(&mut pipe) && !place.asked());
}

#[test]
fn a_deadline_of_an_earlier_run_does_nothing_to_a_later_one() {
    let interrupt = Arc::new(Interrupt::default());
    drop(interrupt.arm(Some(Duration::from_millis(5)), Duration::ZERO).unwrap());
    let later = interrupt.arm(Some(Duration::from_secs(60)), Duration::ZERO).unwrap();
    thread::sleep(Duration::from_millis(30));
    assert_eq!(interrupt.reason(), None);
    drop(later);
}

#[test]
fn a_host_function_that_sleeps_is_woken() {
    let interrupt = Arc::new(Interrupt::default());
    let watch = interrupt.arm(Some(Duration::from_millis(20)), Duration::from_secs(60)).unwrap();
    let started = Instant::now();
    assert_eq!(InterruptibleSleep(Arc::clone(&interrupt)).sleep(60_000_000_000), Wake::Interrupted);
    assert!(started.elapsed() < Duration::from_secs(30));
    drop(watch);
}

/// Waits until the alarm has gone off.
fn rings(interrupt: &Arc<Interrupt>) -> bool {
    let until = Instant::now() + Duration::from_secs(20);
    while Instant::now() < until {
        if interrupt.take_alarm() {
            return true;
        }
        thread::sleep(Duration::from_millis(1));
    }
    false
}

#[test]
fn an_alarm_ends_a_sleep_rings_again_if_asked_and_can_be_turned_off() {
    let interrupt = Arc::new(Interrupt::default());
    let _watch = interrupt.arm(None, Duration::from_secs(1)).unwrap();
    let sleeper = InterruptibleSleep(Arc::clone(&interrupt));
    assert!(sleeper.set_alarm(20_000_000, 0));
    assert_eq!(sleeper.sleep(60_000_000_000), Wake::Interrupted);
    assert!(interrupt.take_alarm() && !interrupt.take_alarm(), "once");
    assert!(sleeper.set_alarm(1_000_000, 1_000_000));
    assert!(rings(&interrupt) && rings(&interrupt), "again and again");
    assert!(sleeper.set_alarm(0, 0));
    assert!(!interrupt.take_alarm());
    assert_eq!(sleeper.sleep(30_000_000), Wake::Elapsed, "turned off");
    assert!(!sleeper.set_alarm(u64::MAX, 0) || interrupt.lock().alarm.is_some());
}

#[test]
fn alarms_set_again_and_again_do_not_fill_the_queue_of_the_watchdog() {
    let interrupt = Arc::new(Interrupt::default());
    let _watch = interrupt.arm(None, Duration::from_secs(1)).unwrap();
    for step in 0..10_000 {
        assert!(interrupt.set_alarm(Some(Duration::from_millis(100_000 - step)), Duration::ZERO));
    }
    assert!(interrupt.lock().visits <= MOST_VISITS);
    let other = Arc::new(Interrupt::default());
    let _other_watch = other.arm(None, Duration::from_secs(1)).unwrap();
    assert!(other.set_alarm(Some(Duration::from_millis(1)), Duration::ZERO));
    assert!(rings(&other), "another guest's alarm is in time");
}

#[test]
fn the_deadline_moves_by_the_time_of_a_preparation() {
    let interrupt = Arc::new(Interrupt::default());
    let ms = Duration::from_millis;
    let _watch = interrupt.arm(Some(ms(300)), ms(50)).unwrap();
    let begin = Instant::now();
    // The deadline passes in the middle of the first.
    interrupt.preparing(|| thread::sleep(ms(600)));
    interrupt.preparing(|| thread::sleep(ms(200)));
    assert!(interrupt.prepared() >= ms(800));
    while interrupt.reason().is_none() {
        assert!(begin.elapsed() < Duration::from_secs(60), "the deadline never comes");
        thread::sleep(ms(1));
    }
    assert_eq!(interrupt.reason(), Some(Reason::Timeout));
    assert!(begin.elapsed() >= ms(1100), "{:?}", begin.elapsed());
    // Another run has its own time.
    let _watch = interrupt.arm(Some(ms(1)), ms(50)).unwrap();
    assert_eq!(interrupt.prepared(), Duration::ZERO);
}
