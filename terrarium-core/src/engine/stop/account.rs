//! The time that a guest has after an interrupt: its grace period, and the harness's work.

use std::time::{Duration, Instant};

/// The phase of a run after an interrupt.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Phase {
    /// The user's code runs, within its grace period.
    UserCode,
    /// The harness reports the result.
    Harness,
    /// The harness releases the program's objects, whose finalizers are user code.
    Release,
}

/// Time for the harness's report, in addition to the grace period: its first report loads modules.
const REPORTING: Duration = Duration::from_millis(500);
/// Time for the release of the program's objects, in addition to both. It takes long for millions of objects.
const RELEASING: Duration = Duration::from_millis(90);
/// On a busy machine the grace period ends after this multiple of wall time, if the code has had this part of it.
const BUSY: u32 = 5;
const LEAST: u32 = 10;

/// A moment of a guest: the processor time of its thread, and the time.
#[derive(Clone, Copy)]
pub(super) struct Moment {
    pub(super) processor: Duration,
    pub(super) wall: Instant,
}

/// The account of the time after an interrupt.
pub(super) struct Account {
    grace: Duration,
    asked_at: Moment,
    /// The phase, once the harness has reported one, and its beginning.
    phase: Option<(Phase, Moment)>,
    /// The time of the phases that have ended.
    spent: Spent,
}

/// The time of phases that do not count as the grace period: processor time of each, and wall time of both.
#[derive(Clone, Copy, Default)]
struct Spent {
    reporting: Duration,
    releasing: Duration,
    wall: Duration,
}

impl Account {
    /// Opens the account at an interrupt. The harness has reported `phase` before, if it has.
    pub(super) fn new(grace: Duration, asked_at: Moment, phase: Option<Phase>) -> Self {
        Self { grace, asked_at, phase: phase.map(|phase| (phase, asked_at)), spent: Spent::default() }
    }

    /// Records the phase that begins.
    pub(super) fn enter(&mut self, phase: Phase, now: Moment) {
        self.spent = self.spent(now);
        self.phase = Some((phase, now));
    }

    fn spent(&self, now: Moment) -> Spent {
        let mut spent = self.spent;
        if let Some((phase, since)) = self.phase {
            let more = now.processor.saturating_sub(since.processor);
            match phase {
                Phase::UserCode => return spent,
                Phase::Harness => spent.reporting += more,
                Phase::Release => spent.releasing += more,
            }
            spent.wall += now.wall.saturating_duration_since(since.wall);
        }
        spent
    }

    /// Returns the used part of the grace period, as processor time and as wall time.
    fn used(&self, now: Moment) -> (Duration, Duration) {
        let spent = self.spent(now);
        let processor = now.processor.saturating_sub(self.asked_at.processor);
        let wall = now.wall.saturating_duration_since(self.asked_at.wall);
        (processor.saturating_sub(spent.reporting + spent.releasing), wall.saturating_sub(spent.wall))
    }

    /// Whether the middle of the grace period has passed.
    pub(super) fn is_half(&self, now: Moment) -> bool {
        let (used, wall) = self.used(now);
        used >= self.grace / 2 || (wall >= self.grace * BUSY / 2 && used >= self.grace / LEAST)
    }

    /// Whether the time is over.
    pub(super) fn is_over(&self, now: Moment) -> bool {
        let Spent { reporting, releasing, .. } = self.spent(now);
        let (used, wall) = self.used(now);
        used >= self.grace
            || reporting >= REPORTING
            || releasing >= RELEASING
            || (wall >= self.grace * BUSY && used >= self.grace / LEAST)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    const GRACE: Duration = Duration::from_millis(50);

    /// Returns moments by their milliseconds of processor time and of wall time.
    fn moments() -> impl Fn(u64, u64) -> Moment {
        let begin = Instant::now();
        move |processor, wall| Moment {
            processor: Duration::from_millis(processor),
            wall: begin + Duration::from_millis(wall),
        }
    }

    #[test]
    fn the_grace_period_is_processor_time() {
        let at = moments();
        let account = Account::new(GRACE, at(1000, 0), None);
        assert!(!account.is_half(at(1024, 24)) && account.is_half(at(1025, 25)));
        assert!(!account.is_over(at(1049, 240)) && account.is_over(at(1050, 50)));
    }

    #[test]
    fn it_ends_on_a_busy_machine_once_the_code_has_had_a_part() {
        let at = moments();
        let account = Account::new(GRACE, at(0, 0), None);
        assert!(!account.is_over(at(4, 10_000)), "the guest has not had a processor");
        assert!(!account.is_over(at(5, 249)) && account.is_over(at(5, 250)));
        assert!(!account.is_half(at(5, 124)) && account.is_half(at(5, 125)) && !account.is_half(at(4, 1000)));
    }

    #[test]
    fn each_phase_has_its_own_time() {
        let at = moments();
        let mut account = Account::new(GRACE, at(0, 0), None);
        account.enter(Phase::Harness, at(20, 100));
        assert!(!account.is_over(at(519, 10_000)) && account.is_over(at(520, 10_000)));
        account.enter(Phase::Release, at(400, 2000));
        assert!(!account.is_over(at(489, 2100)) && account.is_over(at(490, 2100)));
        account.enter(Phase::UserCode, at(450, 3000));
        assert!(!account.is_over(at(479, 3149)), "of the grace period 20 ms are used, and 100 ms of wall time");
        assert!(account.is_over(at(480, 3031)) && account.is_over(at(455, 3150)));
    }

    #[test]
    fn a_phase_before_the_interrupt_counts_from_the_interrupt_on() {
        let at = moments();
        let account = Account::new(GRACE, at(5000, 0), Some(Phase::Harness));
        assert!(!account.is_over(at(5499, 0)) && account.is_over(at(5500, 0)));
    }
}
