//! The place and time of a comparison.

use std::fs;
use std::thread;
use std::time::{SystemTime, UNIX_EPOCH};

use crate::util;

/// The conditions of the numbers, besides the peers.
pub(super) struct Machine {
    pub(super) processor: String,
    pub(super) cores: usize,
    /// In GiB; `None` where the system does not report it.
    pub(super) memory: Option<f64>,
    pub(super) system: String,
    /// The day in UTC, as `2026-01-31`.
    pub(super) date: String,
    /// The measured commit, with a `+` if there were changes; `None` outside a repository.
    pub(super) commit: Option<String>,
    /// The number of runnable programs before the measurements began.
    pub(super) load: Option<String>,
}

impl Machine {
    /// Describes the present machine.
    pub(super) fn now() -> Self {
        let processor = read("/proc/cpuinfo").as_deref().and_then(|text| field(text, "model name"));
        let memory = read("/proc/meminfo").as_deref().and_then(|text| field(text, "MemTotal"));
        let kibibytes = memory.and_then(|text| text.split(' ').next()?.parse::<f64>().ok());
        let seconds = SystemTime::now().duration_since(UNIX_EPOCH).map_or(0, |since| since.as_secs());
        Self {
            processor: processor.unwrap_or_else(|| std::env::consts::ARCH.to_owned()),
            cores: thread::available_parallelism().map_or(1, usize::from),
            memory: kibibytes.map(|kibibytes| kibibytes / f64::from(1 << 20)),
            system: format!("{} {}", std::env::consts::OS, std::env::consts::ARCH),
            date: date(seconds / 86_400),
            commit: commit(),
            load: read("/proc/loadavg").and_then(|text| Some(text.split(' ').next()?.to_owned())),
        }
    }
}

fn read(path: &str) -> Option<String> {
    fs::read_to_string(path).ok()
}

/// Returns the first value of a name in lines of `name: value`.
fn field(text: &str, name: &str) -> Option<String> {
    let of_name = |(key, value): (&str, &str)| (key.trim() == name).then(|| value.trim().to_owned());
    text.lines().filter_map(|line| line.split_once(':')).find_map(of_name)
}

fn commit() -> Option<String> {
    let git = |arguments: &[&str]| {
        let output = util::command("git").args(arguments).output().ok()?;
        output.status.success().then(|| String::from_utf8_lossy(&output.stdout).trim().to_owned())
    };
    let changed = !git(&["status", "--porcelain", "--untracked-files=no"])?.is_empty();
    Some(git(&["rev-parse", "--short=9", "HEAD"])? + if changed { "+" } else { "" })
}

/// Returns the date of a day counted from 1970-01-01.
fn date(day: u64) -> String {
    let leap = |year: u64| year.is_multiple_of(4) && (!year.is_multiple_of(100) || year.is_multiple_of(400));
    let (mut year, mut left) = (1970, day);
    while left >= 365 + u64::from(leap(year)) {
        left -= 365 + u64::from(leap(year));
        year += 1;
    }
    let mut month = 1;
    for days in [31, 28 + u64::from(leap(year)), 31, 30, 31, 30, 31, 31, 30, 31, 30] {
        if left < days {
            break;
        }
        left -= days;
        month += 1;
    }
    format!("{year}-{month:02}-{:02}", left + 1)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn days_become_dates() {
        let dates = [0, 58, 59, 11_016, 19_782, 20_453, 20_454].map(date);
        let expected =
            ["1970-01-01", "1970-02-28", "1970-03-01", "2000-02-29", "2024-02-29", "2025-12-31", "2026-01-01"];
        assert_eq!(dates, expected);
    }

    #[test]
    fn fields_are_found_by_name() {
        let text = "processor\t: 0\nmodel name\t: A: B\nmodel name\t: C\n";
        assert_eq!(field(text, "model name").as_deref(), Some("A: B"));
        assert_eq!(field(text, "model"), None);
    }
}
