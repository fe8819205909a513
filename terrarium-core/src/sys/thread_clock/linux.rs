//! The thread's own clock of the C library.

use std::{io, time::Duration};

/// The processor time of one thread, readable from others while the thread lives.
#[derive(Clone, Copy)]
pub(crate) struct ThreadClock(libc::clockid_t);

impl ThreadClock {
    /// Returns the calling thread's clock.
    ///
    /// # Errors
    /// The system's.
    pub(crate) fn current() -> io::Result<Self> {
        let mut clock = 0;
        #[expect(unsafe_code, reason = "the C library's call has no safe counterpart")]
        // SAFETY: the thread is the calling one, and the call writes to a local variable.
        let status = unsafe { libc::pthread_getcpuclockid(libc::pthread_self(), &raw mut clock) };
        if status == 0 { Ok(Self(clock)) } else { Err(io::Error::from_raw_os_error(status)) }
    }

    /// Returns the processor time that the thread has used.
    pub(crate) fn now(self) -> Duration {
        let mut time = libc::timespec { tv_sec: 0, tv_nsec: 0 };
        #[expect(unsafe_code, reason = "the clock of another thread has no safe counterpart")]
        // SAFETY: the call writes to a local variable; for a clock that is gone it returns an error and leaves the
        // variable.
        unsafe {
            libc::clock_gettime(self.0, &raw mut time);
        }
        Duration::new(time.tv_sec.try_into().unwrap_or(0), time.tv_nsec.try_into().unwrap_or(0))
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_clock_advances_with_work_and_not_with_sleep() {
        let clock = ThreadClock::current().unwrap();
        let before = clock.now();
        std::thread::sleep(Duration::from_millis(50));
        let slept = clock.now() - before;
        assert!(slept < Duration::from_millis(40), "{slept:?}");
        while clock.now() - before < Duration::from_millis(50) {
            std::hint::spin_loop();
        }
    }
}
