//! The private memory of a program and of the programs that it started.

use std::collections::BTreeMap;
use std::fs;

use anyhow::{Context, Result, ensure};

/// Returns the private memory of a process and of all below it, in bytes. Shared pages count for none of them.
pub(super) fn private_bytes(process: u32) -> Result<u64> {
    ensure!(cfg!(target_os = "linux"), "only Linux says how much memory is private");
    let parents = parents()?;
    let below = |candidate: u32| {
        let mut at = Some(candidate);
        while let Some(process_at) = at.filter(|&at| at != process) {
            at = parents.get(&process_at).copied();
        }
        at.is_some()
    };
    let family = parents.keys().copied().filter(|&candidate| below(candidate));
    // A process that has ended meanwhile has no memory.
    let texts = family.filter_map(|process| fs::read_to_string(format!("/proc/{process}/smaps_rollup")).ok());
    let bytes: Vec<u64> = texts.map(|text| private(&text)).collect();
    ensure!(!bytes.is_empty(), "process {process} is gone");
    Ok(bytes.iter().sum())
}

/// Returns every process's parent.
fn parents() -> Result<BTreeMap<u32, u32>> {
    let entries = fs::read_dir("/proc").context("cannot list the processes")?;
    let names = entries.filter_map(|entry| entry.ok()?.file_name().to_str()?.parse().ok());
    Ok(names
        .filter_map(|process: u32| Some((process, parent(&fs::read_to_string(format!("/proc/{process}/stat")).ok()?)?)))
        .collect())
}

/// Returns the parent in a line `pid (name) state parent …`; the name may contain anything.
fn parent(stat: &str) -> Option<u32> {
    stat.rsplit_once(')')?.1.split_whitespace().nth(1)?.parse().ok()
}

/// Returns the sum of the private pages, in bytes.
fn private(rollup: &str) -> u64 {
    let lines = rollup.lines().filter(|line| line.starts_with("Private_Clean:") || line.starts_with("Private_Dirty:"));
    let kibibytes = lines.filter_map(|line| line.split_whitespace().nth(1)?.parse::<u64>().ok());
    kibibytes.sum::<u64>() * 1024
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn private_pages_are_added() {
        let text = "0000-ffff ---p 00 00:00 0 [rollup]\nRss: 90 kB\nShared_Clean: 50 kB\nPrivate_Clean: 8 kB\n\
            Private_Dirty:  30 kB\nPrivate_Hugetlb: 0 kB\n";
        assert_eq!(private(text), 38 * 1024);
    }

    #[test]
    fn a_name_with_brackets_does_not_hide_the_parent() {
        assert_eq!(parent("12 (a) b (c)) S 7 12 12 0"), Some(7));
        assert_eq!(parent("12"), None);
    }

    #[cfg(target_os = "linux")]
    #[test]
    fn this_process_has_memory_and_one_that_is_not_there_has_none() {
        assert!(private_bytes(std::process::id()).unwrap() > 100_000);
        assert!(private_bytes(u32::MAX).is_err());
    }
}
