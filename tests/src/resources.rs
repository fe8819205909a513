//! The resources of a process: memory, descriptors, threads.

use std::fs;

use serde::{Deserialize, Serialize};

/// The present resources of this process.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
pub struct Resources {
    /// Resident memory in bytes.
    pub memory: u64,
    /// The peak of the resident memory in bytes.
    pub peak_memory: u64,
    /// Private memory in bytes: written pages, without mapped files.
    pub private_memory: u64,
    /// Address space in bytes.
    pub address_space: u64,
    /// Open descriptors.
    pub descriptors: usize,
    /// Threads.
    pub threads: usize,
}

impl Resources {
    /// Measures now. Everything is zero where the system does not report it.
    pub fn now() -> Self {
        let status = fs::read_to_string("/proc/self/status").unwrap_or_default();
        let mapped = fs::read_to_string("/proc/self/smaps_rollup").unwrap_or_default();
        let field = |name: &str| {
            let line = status.lines().chain(mapped.lines()).find_map(|line| line.strip_prefix(name));
            let kib = line.and_then(|rest| rest.split_whitespace().next()).and_then(|n| n.parse::<u64>().ok());
            kib.unwrap_or_default() * 1024
        };
        let count = |folder| fs::read_dir(folder).map_or(0, Iterator::count);
        Self {
            memory: field("VmRSS:"),
            peak_memory: field("VmHWM:"),
            private_memory: field("Anonymous:"),
            address_space: field("VmSize:"),
            descriptors: count("/proc/self/fd"),
            threads: count("/proc/self/task"),
        }
    }
}
