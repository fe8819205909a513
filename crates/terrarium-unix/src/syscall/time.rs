//! Clocks, calendar and sleeping.

use super::calendar;
use super::import::{Import, call, preview1};
use super::{Args, Process, Stop, Wake};
use crate::abi::{ClockId, Errno, NANOS_PER_SECOND, Timespec, Tm};
use crate::memory::GuestMemory;

/// Module of the imports that the rewriter adds. They replace functions of the guest's C library that would busy-wait.
pub(super) const ADDED_MODULE: &str = "terrarium";

const TIMER_ABSTIME: i32 = 1;

/// Offset of the first field of `struct tm` that a conversion to UTC leaves to the C library.
const ISDST_OFFSET: usize = 32;

pub(super) const IMPORTS: &[Import] = &[
    preview1("clock_time_get", "iji->i", clock_time_get)
        .noted("served by terrarium, because WASI's has no processor time; the processor time is the elapsed time without sleep"),
    preview1("clock_res_get", "ii->i", clock_res_get),
    call("emscripten_get_now", "->d", now_ms)
        .partial("milliseconds of the monotonic clock since the start of the run"),
    call("emscripten_date_now", "->d", date_ms),
    call("_gmtime_js", "ji->", gmtime).partial(TOO_FAR),
    call("_localtime_js", "ji->", localtime).partial(TOO_FAR),
    call("_mktime_js", "i->j", mktime),
    call("_timegm_js", "i->j", timegm),
    call("_tzset_js", "iiii->", tzset)
        .partial("the first zone is UTC; `time.tzset`, and a `TZ` that the embedder sets, change it by a request of the harness"),
    call("_setitimer_js", "id->i", setitimer)
        .refused("for C code only: the call fails; `signal.alarm` and `signal.setitimer` ask the host by a request of the harness"),
    preview1("clock_nanosleep", "iiii->i", clock_nanosleep)
        .of(ADDED_MODULE)
        .noted("replaces the busy wait of the C library, so that the processor is free meanwhile"),
    call("thread_sleep", "d->", thread_sleep).of(ADDED_MODULE).noted("replaces the busy wait of the C library"),
];

const TOO_FAR: &str = "a year beyond 32 bits becomes the last representable one, because the call cannot fail";

/// `(clock, precision, uint64_t *time)`.
fn clock_time_get(process: &mut Process, memory: &mut GuestMemory<'_>, args: Args<'_>) -> Result<(), Errno> {
    let clock = ClockId::from_raw(args.i32(0)).ok_or(Errno::EINVAL)?;
    memory.write_u64(args.ptr(2), process.clock_ns(clock))
}

/// `(clock, uint64_t *resolution)`: one nanosecond.
fn clock_res_get(_: &mut Process, memory: &mut GuestMemory<'_>, args: Args<'_>) -> Result<(), Errno> {
    ClockId::from_raw(args.i32(0)).ok_or(Errno::EINVAL)?;
    memory.write_u64(args.ptr(1), 1)
}

fn now_ms(process: &mut Process, _: &mut GuestMemory<'_>, _: Args<'_>) -> Result<u64, Stop> {
    Ok(milliseconds(process.clock().monotonic_ns()).to_bits())
}

fn date_ms(process: &mut Process, _: &mut GuestMemory<'_>, _: Args<'_>) -> Result<u64, Stop> {
    Ok(milliseconds(process.clock().realtime_ns()).trunc().to_bits())
}

#[expect(
    clippy::cast_precision_loss,
    reason = "the guest asked for a double; a century in nanoseconds keeps microseconds"
)]
fn milliseconds(ns: u64) -> f64 {
    ns as f64 / 1e6
}

fn gmtime(_: &mut Process, memory: &mut GuestMemory<'_>, args: Args<'_>) -> Result<u64, Stop> {
    // The C library sets the daylight flag, the offset and the zone's name itself.
    let bytes = calendar_at(args.i64(0)).encode();
    bytes_to_guest(memory, args.ptr(1), bytes.get(..ISDST_OFFSET).unwrap_or_default())
}

fn localtime(process: &mut Process, memory: &mut GuestMemory<'_>, args: Args<'_>) -> Result<u64, Stop> {
    let seconds = args.i64(0);
    let bytes = process.zone.local(memory, seconds).unwrap_or_else(|| calendar_at(seconds)).encode();
    bytes_to_guest(memory, args.ptr(1), bytes.get(..Tm::ZONE_OFFSET).unwrap_or_default())
}

/// Returns the calendar time, or the last representable instant in that direction when the year is too far away.
/// Python adds 1900 to the year in 32 bits.
fn calendar_at(seconds: i64) -> Tm {
    let year = if seconds < 0 { i32::MIN } else { i32::MAX.wrapping_sub(1900) };
    calendar::from_unix(seconds).unwrap_or(Tm { year, mday: 1, ..Tm::default() })
}

/// Writes bytes, if the address is valid: a call without a result cannot report a bad one.
fn bytes_to_guest(memory: &mut GuestMemory<'_>, address: u32, bytes: &[u8]) -> Result<u64, Stop> {
    let _: Result<(), Errno> = memory.write(address, bytes);
    Ok(0)
}

/// Makes the fields of a local time those of its instant; -1 means that there is no result.
fn mktime(process: &mut Process, memory: &mut GuestMemory<'_>, args: Args<'_>) -> Result<u64, Stop> {
    let zone = process.zone.clone();
    Ok(normalize(memory, args.ptr(0), |memory, time| {
        let seconds = zone.instant(time)?;
        Some((seconds, zone.local(memory, seconds)?))
    }))
}

/// `mktime` in UTC.
fn timegm(_: &mut Process, memory: &mut GuestMemory<'_>, args: Args<'_>) -> Result<u64, Stop> {
    Ok(normalize(memory, args.ptr(0), |_, time| {
        let seconds = calendar::to_unix(time)?;
        Some((seconds, calendar::from_unix(seconds)?))
    }))
}

/// Replaces the time at `address` by that of its instant, and returns the instant or -1.
fn normalize(
    memory: &mut GuestMemory<'_>,
    address: u32,
    convert: impl FnOnce(&mut GuestMemory<'_>, &Tm) -> Option<(i64, Tm)>,
) -> u64 {
    let work = || {
        let bytes = memory.array::<{ Tm::SIZE }>(address).ok()?;
        let (seconds, time) = convert(memory, &Tm::decode(&bytes))?;
        memory.write(address, time.encode().get(..Tm::ZONE_OFFSET)?).ok()?;
        Some(seconds)
    };
    work().unwrap_or(-1).cast_unsigned()
}

/// `(long *timezone, int *daylight, char std_name[7], char dst_name[7])`.
fn tzset(process: &mut Process, memory: &mut GuestMemory<'_>, args: Args<'_>) -> Result<u64, Stop> {
    for (index, bytes) in [(0, &[0; 4][..]), (1, &[0; 4]), (2, b"UTC\0"), (3, b"UTC\0")] {
        bytes_to_guest(memory, args.ptr(index), bytes)?;
    }
    // Called once, because the C library keeps the result. The names change with the zone.
    process.zone.names = [args.ptr(2), args.ptr(3)];
    Ok(0)
}

fn setitimer(_: &mut Process, _: &mut GuestMemory<'_>, args: Args<'_>) -> Result<u64, Stop> {
    // Disarming a timer that cannot be armed is no failure: the C library does so at its start and end.
    let result = if args.f64(1) == 0.0 { 0 } else { -1_i32 };
    Ok(u64::from(result.cast_unsigned()))
}

/// `(clock, flags, const struct timespec *request, struct timespec *remaining)`.
fn clock_nanosleep(process: &mut Process, memory: &mut GuestMemory<'_>, args: Args<'_>) -> Result<(), Errno> {
    let clock = ClockId::from_raw(args.i32(0)).ok_or(Errno::EINVAL)?;
    // Sleep takes no processor time, so this wait would never end.
    if matches!(clock, ClockId::ProcessCpuTime | ClockId::ThreadCpuTime) {
        return Err(Errno::EINVAL);
    }
    let flags = args.i32(1);
    if flags & !TIMER_ABSTIME != 0 {
        return Err(Errno::EINVAL);
    }
    let request = Timespec::decode(&memory.array(args.ptr(2))?);
    if request.sec < 0 || request.nsec >= NANOS_PER_SECOND {
        return Err(Errno::EINVAL);
    }
    let requested = u64::try_from(request.as_nanos()).unwrap_or(u64::MAX);
    let absolute = flags & TIMER_ABSTIME != 0;
    let now = process.clock_ns(clock);
    let wanted = if absolute { requested.saturating_sub(now) } else { requested };
    match process.sleep(wanted) {
        Wake::Elapsed => Ok(()),
        Wake::Interrupted => {
            let remaining = args.ptr(3);
            if !absolute && remaining != 0 {
                let slept = process.clock_ns(clock).saturating_sub(now);
                let left = Timespec::from_nanos(i128::from(wanted.saturating_sub(slept)));
                memory.write(remaining, &left.encode())?;
            }
            Err(Errno::EINTR)
        }
    }
}

/// `(double milliseconds)`; an interruption ends the sleep early, because the call has no result.
#[expect(
    clippy::cast_possible_truncation,
    clippy::cast_sign_loss,
    reason = "the conversion saturates, and turns NaN into 0"
)]
fn thread_sleep(process: &mut Process, _: &mut GuestMemory<'_>, args: Args<'_>) -> Result<u64, Stop> {
    process.sleep((args.f64(0) * 1e6) as u64);
    Ok(0)
}
