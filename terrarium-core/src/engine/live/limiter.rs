//! The guest's memory limit, and its use.

use wasmtime::{ResourceLimiter, Result};

/// CPython needs 8,733 table slots, in an image 13,900; functions made at run time take one each.
pub(in crate::engine) const MAX_TABLE_SLOTS: usize = 1 << 20;

/// No memory has the last page of the address space, so an advancing pointer reaches the end of memory instead of
/// wrapping to the beginning (see `rewrite::safepoint`).
const MAX_MEMORY: usize = (4 << 30) - (64 << 10);

/// Limits memory and tables as they grow.
#[derive(Debug)]
pub(in crate::engine) struct Limiter {
    memory: usize,
    /// The largest size of a memory so far.
    pub(in crate::engine) peak: usize,
    /// Whether a memory request was refused.
    pub(in crate::engine) denied: bool,
}

impl Limiter {
    /// Returns the limit in bytes.
    pub(in crate::engine) fn memory(&self) -> u64 {
        self.memory as u64
    }

    pub(in crate::engine) fn new(memory: u64) -> Self {
        Self { memory: usize::try_from(memory).unwrap_or(usize::MAX), peak: 0, denied: false }
    }
}

impl ResourceLimiter for Limiter {
    fn memory_growing(&mut self, _current: usize, desired: usize, maximum: Option<usize>) -> Result<bool> {
        let allowed = desired <= self.memory.min(MAX_MEMORY) && maximum.is_none_or(|maximum| desired <= maximum);
        if allowed {
            self.peak = self.peak.max(desired);
        } else {
            self.denied = true;
        }
        Ok(allowed)
    }

    fn table_growing(&mut self, _current: usize, desired: usize, maximum: Option<usize>) -> Result<bool> {
        Ok(desired <= MAX_TABLE_SLOTS && maximum.is_none_or(|maximum| desired <= maximum))
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn no_memory_has_the_last_page_of_the_address_space() {
        let mut limiter = Limiter::new(4 << 30);
        assert!(limiter.memory_growing(0, (4 << 30) - (64 << 10), None).unwrap());
        assert!(!limiter.denied);
        assert!(!limiter.memory_growing(0, 4 << 30, None).unwrap());
        assert!(limiter.denied);
    }
}
