//! Locks on files that belong to open descriptions: whole files (`flock`), and ranges of bytes (`F_OFD_SETLK`).
//!
//! The locks of a process (`F_SETLK`) are not kept, because there is only one process.

use super::table::{FdTable, OpenDescription};
use crate::abi::{Errno, LockKind};

/// The most ranges that one description can lock.
const MOST_RANGES: usize = 256;

/// A locked range of bytes.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct LockedRange {
    /// Shared or exclusive.
    pub kind: LockKind,
    /// The first byte.
    pub start: u64,
    /// The byte behind the last one; `u64::MAX` without an end.
    pub end: u64,
}

impl LockedRange {
    fn conflicts(&self, other: &Self) -> bool {
        conflict(self.kind, other.kind) && self.start < other.end && other.start < self.end
    }

    /// Returns what remains of the range outside of another one.
    fn outside(self, other: &Self) -> impl Iterator<Item = Self> {
        let before = Self { end: self.end.min(other.start), ..self };
        let behind = Self { start: self.start.max(other.end), ..self };
        [before, behind].into_iter().filter(|part| part.start < part.end)
    }
}

/// The locks of one description.
#[derive(Debug, Clone, Default)]
pub(super) struct Locks {
    whole: Option<LockKind>,
    ranges: Vec<LockedRange>,
}

fn conflict(one: LockKind, other: LockKind) -> bool {
    one == LockKind::Write || other == LockKind::Write
}

impl FdTable {
    /// Locks the file of a descriptor as a whole, or unlocks it.
    ///
    /// # Errors
    /// `EBADF` when the descriptor is not open; `EAGAIN` when another description has a lock that excludes this one. The
    /// previous lock is lost then, as on Linux.
    pub fn lock_whole(&mut self, descriptor: i32, kind: LockKind) -> Result<(), Errno> {
        self.get_mut(descriptor)?.locks.whole = None;
        if kind == LockKind::Unlock {
            return Ok(());
        }
        let excludes = |other: &OpenDescription| other.locks.whole.is_some_and(|held| conflict(held, kind));
        if self.others(descriptor)?.any(excludes) {
            return Err(Errno::EAGAIN);
        }
        self.get_mut(descriptor)?.locks.whole = Some(kind);
        Ok(())
    }

    /// Locks a range of a descriptor's file, or unlocks it.
    ///
    /// # Errors
    /// `EBADF` when the descriptor is not open; `EAGAIN` when another description has a lock that excludes this one;
    /// `ENOLCK` when there are too many.
    pub fn lock_range(&mut self, descriptor: i32, range: LockedRange) -> Result<(), Errno> {
        if range.kind != LockKind::Unlock && self.excluding(descriptor, &range)?.is_some() {
            return Err(Errno::EAGAIN);
        }
        let ranges = &mut self.get_mut(descriptor)?.locks.ranges;
        let mut changed: Vec<_> = ranges.iter().flat_map(|held| held.outside(&range)).collect();
        if range.kind != LockKind::Unlock {
            changed.push(range);
        }
        if changed.len() > MOST_RANGES && changed.len() > ranges.len() {
            return Err(Errno::ENOLCK);
        }
        *ranges = changed;
        Ok(())
    }

    /// Whether another description of the file has locked it as a whole.
    ///
    /// # Errors
    /// `EBADF` when the descriptor is not open.
    pub fn is_locked_elsewhere(&self, descriptor: i32) -> Result<bool, Errno> {
        Ok(self.others(descriptor)?.any(|other| other.locks.whole.is_some()))
    }

    /// Returns a range that another description has locked and that excludes this one.
    ///
    /// # Errors
    /// `EBADF` when the descriptor is not open.
    pub fn excluding(&self, descriptor: i32, range: &LockedRange) -> Result<Option<LockedRange>, Errno> {
        let mut held = self.others(descriptor)?.flat_map(|other| &other.locks.ranges);
        Ok(held.find(|held| held.conflicts(range)).copied())
    }
}
