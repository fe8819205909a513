//! Clocks, calendar and sleeping.

use std::sync::{Arc, Condvar, Mutex};
use std::time::{Duration, Instant};

use super::Guest;
use super::guest::NEW_YEAR_NS;
use crate::abi::{Errno, Tm};
use crate::syscall::{Sleeper, SystemClock, ThreadSleeper, Wake};

/// Puts a `struct timespec` into memory.
fn timespec(guest: &mut Guest, sec: i64, nsec: i32) -> i64 {
    guest.bytes(&[&sec.to_le_bytes()[..], &nsec.to_le_bytes(), &[0; 4]].concat())
}

fn clock(guest: &mut Guest, id: i64) -> Result<i64, Errno> {
    let time = guest.space(8);
    guest.wasi("clock_time_get", &[id, 0, time])?;
    Ok(guest.i64_at(time))
}

#[test]
fn a_fixed_clock_moves_by_sleeping_alone() {
    let mut guest = Guest::new();
    let start = NEW_YEAR_NS.cast_signed();
    assert_eq!(clock(&mut guest, 0), Ok(start));
    assert_eq!(clock(&mut guest, 1), Ok(0));
    let request = timespec(&mut guest, 1, 500_000_000);
    assert_eq!(guest.wasi("clock_nanosleep", &[1, 0, request, 0]), Ok(()));
    assert_eq!(clock(&mut guest, 0), Ok(start + 1_500_000_000));
    assert_eq!(clock(&mut guest, 1), Ok(1_500_000_000));
    assert_eq!(clock(&mut guest, 2), Ok(0), "sleeping takes no processor time");
    assert_eq!(guest.f64("emscripten_get_now").to_bits(), 1500.0_f64.to_bits());
    assert_eq!(guest.f64("emscripten_date_now").to_bits(), 1_767_225_601_500.0_f64.to_bits());
    assert_eq!(clock(&mut guest, 4), Err(Errno::EINVAL));
    let resolution = guest.space(8);
    guest.wasi("clock_res_get", &[0, resolution]).unwrap();
    assert_eq!(guest.i64_at(resolution), 1);
}

#[test]
fn an_absolute_sleep_ends_at_its_time() {
    let mut guest = Guest::new();
    let request = timespec(&mut guest, 2, 0);
    for _ in 0..2 {
        assert_eq!(guest.wasi("clock_nanosleep", &[1, 1, request, 0]), Ok(()), "the past is over at once");
        assert_eq!(clock(&mut guest, 1), Ok(2_000_000_000));
    }
    let tomorrow = timespec(&mut guest, 1_767_225_600 + 86_400, 0);
    assert_eq!(guest.wasi("clock_nanosleep", &[0, 1, tomorrow, 0]), Ok(()));
    assert_eq!(clock(&mut guest, 0), Ok(NEW_YEAR_NS.cast_signed() + 86_400_000_000_000));
}

#[test]
fn sleep_checks_its_arguments() {
    let mut guest = Guest::new();
    for (sec, nsec) in [(0, -1), (0, 1_000_000_000), (-1, 0)] {
        let request = timespec(&mut guest, sec, nsec);
        assert_eq!(guest.wasi("clock_nanosleep", &[1, 0, request, 0]), Err(Errno::EINVAL));
    }
    let request = timespec(&mut guest, 0, 1);
    assert_eq!(guest.wasi("clock_nanosleep", &[1, 2, request, 0]), Err(Errno::EINVAL));
    assert_eq!(guest.wasi("clock_nanosleep", &[9, 0, request, 0]), Err(Errno::EINVAL));
    assert_eq!(guest.wasi("clock_nanosleep", &[3, 0, request, 0]), Err(Errno::EINVAL));
    assert_eq!(guest.wasi("clock_nanosleep", &[1, 0, 0xffff_fff8, 0]), Err(Errno::EFAULT));
    let forever = timespec(&mut guest, i64::MAX, 0);
    assert_eq!(guest.wasi("clock_nanosleep", &[1, 0, forever, 0]), Ok(()));
    for milliseconds in [f64::NAN, -1.0, f64::INFINITY, 0.5] {
        let bits = milliseconds.to_bits().cast_signed();
        assert_eq!(guest.raw("thread_sleep", &[bits]), Ok(0));
    }
}

/// Waits on a condition that another thread can set.
#[derive(Debug, Default)]
struct Interruptible(Mutex<bool>, Condvar);

impl Sleeper for Interruptible {
    fn sleep(&self, ns: u64) -> Wake {
        let rung = self.0.lock().unwrap();
        let (rung, _) = self.1.wait_timeout_while(rung, Duration::from_nanos(ns), |rung| !*rung).unwrap();
        if *rung { Wake::Interrupted } else { Wake::Elapsed }
    }
}

#[test]
fn an_interrupted_sleep_tells_what_is_left() {
    let mut guest = Guest::new();
    let sleeper = Arc::new(Interruptible::default());
    guest.process.set_clock(Arc::new(SystemClock::new()));
    guest.process.sleeper = sleeper.clone();
    let (request, remaining) = (timespec(&mut guest, 100, 0), timespec(&mut guest, -1, -1));
    let started = Instant::now();
    let ringing = std::thread::spawn(move || {
        std::thread::sleep(Duration::from_millis(50));
        *sleeper.0.lock().unwrap() = true;
        sleeper.1.notify_all();
    });
    assert_eq!(guest.wasi("clock_nanosleep", &[0, 0, request, remaining]), Err(Errno::EINTR));
    assert!(started.elapsed() < Duration::from_secs(20));
    ringing.join().unwrap();
    assert!((80..100).contains(&guest.i64_at(remaining)), "{}", guest.i64_at(remaining));
    let (far, untouched) = (timespec(&mut guest, i64::MAX / 2, 0), timespec(&mut guest, -1, -1));
    assert_eq!(guest.wasi("clock_nanosleep", &[0, 1, far, untouched]), Err(Errno::EINTR));
    assert_eq!(guest.i64_at(untouched), -1, "nothing is left to tell of an absolute time");
}

#[test]
fn a_real_sleep_takes_its_time_and_no_processor() {
    let mut guest = Guest::new();
    guest.process.set_clock(Arc::new(SystemClock::new()));
    guest.process.sleeper = Arc::new(ThreadSleeper);
    let (before, request) = (Instant::now(), timespec(&mut guest, 0, 120_000_000));
    guest.wasi("clock_nanosleep", &[1, 0, request, 0]).unwrap();
    assert!(before.elapsed() >= Duration::from_millis(120));
    let (monotonic, processor) = (clock(&mut guest, 1).unwrap(), clock(&mut guest, 2).unwrap());
    assert!(monotonic - processor >= 120_000_000, "{monotonic} {processor}");
}

#[test]
fn calendar_calls_fill_the_structure() {
    let mut guest = Guest::new();
    let tm = guest.bytes(&[0xee; 48]);
    let field = |guest: &Guest, index: i64| guest.i32_at(tm + index * 4);
    guest.raw("_gmtime_js", &[1_709_251_199, tm]).unwrap();
    let fields: Vec<i32> = (0..8).map(|index| field(&guest, index)).collect();
    assert_eq!(fields, [59, 59, 23, 29, 1, 124, 4, 59]);
    assert_eq!(guest.slice(tm + 32, 16), [0xee; 16], "the C library fills in the rest");
    guest.raw("_localtime_js", &[0, tm]).unwrap();
    assert_eq!((field(&guest, 5), field(&guest, 8), field(&guest, 9)), (70, 0, 0));
    assert_eq!(guest.slice(tm + 40, 8), [0xee; 8], "the zone's name stays");
    guest.raw("_gmtime_js", &[i64::MAX, tm]).unwrap();
    assert_eq!(field(&guest, 5), i32::MAX - 1900, "Python adds 1900");
    guest.raw("_gmtime_js", &[i64::MIN, tm]).unwrap();
    assert_eq!(field(&guest, 5), i32::MIN);
    guest.raw("_gmtime_js", &[0, 0xffff_ffff]).expect("a bad address cannot be told");
}

#[test]
fn calendar_dates_become_seconds_and_come_back_normalised() {
    let mut guest = Guest::new();
    let date = Tm { year: 124, mon: 13, mday: 1, hour: 25, isdst: -1, ..Tm::default() };
    for name in ["_timegm_js", "_mktime_js"] {
        let tm = guest.bytes(&date.encode());
        let seconds = guest.raw(name, &[tm]).unwrap().cast_signed();
        assert_eq!(seconds, 1_738_458_000, "2025-02-02 01:00 UTC");
        let bytes: [u8; Tm::SIZE] = guest.slice(tm, Tm::SIZE).try_into().unwrap();
        let back = Tm::decode(&bytes);
        assert_eq!((back.year, back.mon, back.mday, back.hour, back.wday, back.isdst), (125, 1, 2, 1, 0, 0));
    }
    let far = guest.bytes(&Tm { year: i32::MAX, mon: 12, mday: 1, ..Tm::default() }.encode());
    let before = guest.slice(far, Tm::SIZE).to_vec();
    assert_eq!(guest.raw("_mktime_js", &[far]).unwrap().cast_signed(), -1);
    assert_eq!(guest.slice(far, Tm::SIZE), before, "an answer that cannot be told changes nothing");
    assert_eq!(guest.raw("_mktime_js", &[0xffff_fff0]).unwrap().cast_signed(), -1);
}

#[test]
fn the_time_zone_is_utc() {
    let mut guest = Guest::new();
    let numbers = guest.bytes(&[0xee; 8]);
    let names = guest.bytes(&[0xee; 16]);
    guest.raw("_tzset_js", &[numbers, numbers + 4, names, names + 8]).unwrap();
    assert_eq!(guest.slice(numbers, 8), [0; 8]);
    assert_eq!(guest.slice(names, 12), [&b"UTC\0"[..], &[0xee; 4], b"UTC\0"].concat());
}

#[test]
fn interval_timers_are_refused_and_can_be_disarmed() {
    let mut guest = Guest::new();
    assert_eq!(guest.raw("_setitimer_js", &[0, 1.5_f64.to_bits().cast_signed()]), Ok(0xffff_ffff));
    assert_eq!(guest.raw("_setitimer_js", &[0, 0]), Ok(0));
}
