//! Wall time in place of processor time: a grace period is then shorter on a busy machine.

use std::{
    io,
    time::{Duration, Instant},
};

/// The time since the creation of the clock.
#[derive(Clone, Copy)]
pub(crate) struct ThreadClock(Instant);

impl ThreadClock {
    /// Returns a new clock.
    ///
    /// # Errors
    /// None; the signature is that of the other version.
    #[cfg_attr(test, expect(clippy::unnecessary_wraps, reason = "the other version can fail"))]
    pub(crate) fn current() -> io::Result<Self> {
        Ok(Self(Instant::now()))
    }

    /// Returns the elapsed time.
    pub(crate) fn now(self) -> Duration {
        self.0.elapsed()
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_clock_advances_while_the_thread_sleeps() {
        let clock = ThreadClock::current().unwrap();
        std::thread::sleep(Duration::from_millis(20));
        assert!(clock.now() >= Duration::from_millis(20));
    }
}
