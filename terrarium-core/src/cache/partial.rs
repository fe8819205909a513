//! Partial files: a file is written under another name and then renamed, so that it is complete or absent.

use std::{
    fs::{self, File},
    io::{self, Write as _},
    path::{Path, PathBuf},
    sync::atomic::{AtomicU64, Ordering},
    time::Duration,
};

use crate::sys::private_files;

/// The most bytes of a file's name that its partial file repeats.
const MAX_STEM: usize = 100;
/// A partial file that is younger may belong to a process that has not locked it yet.
const YOUNG: Duration = Duration::from_secs(60);

/// Writes the pieces to a file that only the user can read or write. `sync`: the content is on the disk before the file
/// has its name.
///
/// # Errors
/// The system's; the file is unchanged then.
pub(super) fn write(path: &Path, pieces: &[&[u8]], sync: bool) -> io::Result<()> {
    let (mut file, partial) = create(path)?;
    // Shows `remove_stale` that the file is in use. A system without locks protects it by its age alone.
    let _ = file.try_lock();
    let written = pieces.iter().try_for_each(|piece| file.write_all(piece));
    let written = written.and_then(|()| if sync { file.sync_all() } else { Ok(()) });
    let written = written.and_then(|()| fs::rename(&partial, path));
    if written.is_err() {
        // The partial file is useless, and the first error is the one to report.
        let _ = fs::remove_file(&partial);
    }
    written
}

fn create(path: &Path) -> io::Result<(File, PathBuf)> {
    static NEXT: AtomicU64 = AtomicU64::new(0);
    let folder = path.parent().filter(|folder| !folder.as_os_str().is_empty()).unwrap_or(Path::new("."));
    let name = path.file_name().unwrap_or_default().to_string_lossy();
    let stem = &name[..name.floor_char_boundary(MAX_STEM)];
    loop {
        let number = NEXT.fetch_add(1, Ordering::Relaxed);
        let partial = folder.join(format!(".{stem}.{}.{number}", std::process::id()));
        match private_files::create_file(&partial) {
            // A process with the same number left it when it was killed: in containers the number is always the same.
            Err(error) if error.kind() == io::ErrorKind::AlreadyExists => {}
            created => return Ok((created?, partial)),
        }
    }
}

/// Removes the partial files in a folder that processes left when they were killed. Files in use stay.
pub(super) fn remove_stale(folder: &Path) {
    let Ok(entries) = fs::read_dir(folder) else { return };
    for entry in entries.flatten().filter(|entry| entry.file_name().to_str().is_some_and(is_partial)) {
        let modified = entry.metadata().and_then(|metadata| metadata.modified());
        if !modified.is_ok_and(|modified| modified.elapsed().is_ok_and(|age| age >= YOUNG)) {
            continue;
        }
        let path = entry.path();
        // A writer holds the lock until the file has its name.
        if File::open(&path).is_ok_and(|file| file.try_lock().is_ok()) {
            let _ = fs::remove_file(&path);
        }
    }
}

/// Whether a name is that of a partial file: a dot, the name, the numbers of the process and of the file.
fn is_partial(name: &str) -> bool {
    let is_number = |text: Option<&str>| {
        text.is_some_and(|text| !text.is_empty() && text.bytes().all(|byte| byte.is_ascii_digit()))
    };
    let mut parts = name.rsplitn(3, '.');
    is_number(parts.next()) && is_number(parts.next()) && parts.next().is_some_and(|rest| rest.starts_with('.'))
}

#[cfg(test)]
mod tests {
    use std::time::SystemTime;

    use super::*;

    #[test]
    fn only_partial_files_that_are_old_and_free_are_removed() {
        let dir = tempfile::tempdir().unwrap();
        let hour = SystemTime::now() - Duration::from_secs(3600);
        let file = |name: &str, modified: SystemTime| {
            let file = File::create(dir.path().join(name)).unwrap();
            file.set_modified(modified).unwrap();
            file
        };
        for name in [".x.timg.1.0", ".x.1.99", ".a.b.c.12.3"] {
            file(name, hour);
        }
        let kept = ["x.timg", ".x.timg", ".x.timg.part", ".x.1", "x.1.2", ".guard", ".x.1.", ".new.1.7", ".used.1.8"];
        for name in kept {
            file(name, hour);
        }
        file(".new.1.7", SystemTime::now());
        let used = file(".used.1.8", hour);
        used.lock().unwrap();
        remove_stale(dir.path());
        let mut left: Vec<_> = fs::read_dir(dir.path()).unwrap().map(|entry| entry.unwrap().file_name()).collect();
        left.sort();
        let mut expected = kept.map(std::ffi::OsString::from);
        expected.sort();
        assert_eq!(left, expected);
        drop(used);
        remove_stale(dir.path());
        assert!(!dir.path().join(".used.1.8").exists());
    }

    #[test]
    fn a_long_name_is_written_too() {
        let dir = tempfile::tempdir().unwrap();
        let path = dir.path().join("é".repeat(127));
        write(&path, &[b"a", b"b"], true).unwrap();
        assert_eq!(fs::read(&path).unwrap(), b"ab");
    }
}
