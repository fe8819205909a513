//! Marks of checks: an unchanged file is not checked again by each process.
//!
//! A mark states what was checked: the file's stamp with the time of its last change, which no program can set, and the
//! machine's boot. It counts for an hour. So the next start sees damage by a program or a crash, and a start an hour
//! later sees damage by the disk.

use std::{fmt::Debug, fs, time::Duration};

use super::{Cache, partial};
use crate::sys::{boot, file_stamp::ChangeStamp};

/// The ending of the names of marks.
pub(crate) const ENDING: &str = "verified";
/// The time for which a mark counts.
const LIFE: Duration = Duration::from_secs(3600);
/// A file that has changed this recently gets no mark: another change may have the same time.
const SETTLED: Duration = Duration::from_secs(2);

/// Whether the file `name` in this state was checked lately. `content` is anything else that the check depends on.
pub(crate) fn is_set(cache: &Cache, name: &str, stamp: &ChangeStamp, content: impl Debug) -> bool {
    let Ok(Some(path)) = cache.find(&mark(name)) else { return false };
    let is_young = || {
        let modified = fs::metadata(&path).and_then(|metadata| metadata.modified());
        // A mark from the future shows that the clock was set.
        modified.is_ok_and(|modified| modified.elapsed().is_ok_and(|age| age < LIFE))
    };
    fs::read(&path).is_ok_and(|text| text == statement(stamp, content).into_bytes()) && is_young()
}

/// Records that the file `name` was checked in this state.
pub(crate) fn set(cache: &Cache, name: &str, stamp: &ChangeStamp, content: impl Debug) {
    if !stamp.is_older_than(SETTLED) {
        return;
    }
    let path = cache.path(&mark(name));
    // Not synced: after a crash of the machine no mark counts.
    let write = || partial::write(&path, &[statement(stamp, &content).as_bytes()], false);
    let written = cache.with_folder(&path, write);
    if let Err(error) = written {
        tracing::debug!(%error, name, "a file of the cache will be checked again");
    }
}

/// Removes the mark of the file `name`.
pub(super) fn remove(cache: &Cache, name: &str) {
    let _ = fs::remove_file(cache.path(&mark(name)));
}

fn mark(name: &str) -> String {
    format!("{name}.{ENDING}")
}

fn statement(stamp: &ChangeStamp, content: impl Debug) -> String {
    format!("{stamp:?} {content:?} {:?}\n", boot::id())
}
