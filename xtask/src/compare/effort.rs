//! The number of repetitions of each measurement.

/// The parts of a run, in the order in which they are done.
pub(super) struct Effort {
    /// New processes of each peer.
    pub(super) cold: usize,
    /// Turns of the fast measurements.
    pub(super) turns: usize,
    /// The seconds for which a peer repeats a fast measurement in its turn.
    pub(super) seconds: f64,
    /// The most repetitions in a turn.
    pub(super) most: usize,
    /// Turns of the measurements with the science stack, which take seconds each.
    pub(super) science: usize,
    /// Turns of each program.
    pub(super) programs: usize,
    /// Repetitions of a program in a turn.
    pub(super) repeats: usize,
    /// Interpreters that are kept alive, besides the first few, to measure their cost.
    pub(super) held: usize,
}

/// For published numbers.
pub(super) const FULL: Effort =
    Effort { cold: 15, turns: 10, seconds: 0.3, most: 200, science: 4, programs: 4, repeats: 3, held: 8 };

/// For a first look.
pub(super) const QUICK: Effort =
    Effort { cold: 3, turns: 2, seconds: 0.2, most: 50, science: 1, programs: 1, repeats: 2, held: 4 };
