//! Partial files: a file is written under another name and then renamed, so that it is complete or absent.

use std::{
    fs::{self, File},
    io::{self, Seek as _, SeekFrom, Write as _},
    path::{Path, PathBuf},
    sync::atomic::{AtomicU64, Ordering},
    time::Duration,
};

use crate::sys::{file_size, private_files, unnamed_file};

/// The most bytes of a file's name that its partial file repeats.
const MAX_STEM: usize = 100;
/// A partial file that is younger may belong to a process that has not locked it yet.
const YOUNG: Duration = Duration::from_secs(60);

/// The unit of holes: zeros of a whole unit take no space on the disk.
const PAGE: usize = 4096;
/// The number of attempts to find a name that is free.
const ATTEMPTS: usize = 1000;

/// Writes the pieces to a file that only the user can read or write. `sync`: the content is on the disk before the file
/// has its name.
///
/// A process that is killed meanwhile leaves nothing where the system has files without names, and a partial file
/// elsewhere.
///
/// # Errors
/// The system's; the file is unchanged then.
pub(super) fn write(path: &Path, pieces: &[&[u8]], sync: bool) -> io::Result<()> {
    file_size::check(pieces.iter().map(|piece| piece.len() as u64).sum())?;
    let folder = path.parent().filter(|folder| !folder.as_os_str().is_empty()).unwrap_or(Path::new("."));
    // Without a name: the system removes the file if the process ends before it has one.
    let (mut file, mut partial) = match unnamed_file::create(folder) {
        Ok(file) => (file, None),
        Err(_) => named(path, folder, private_files::create_file).map(|(file, partial)| (file, Some(partial)))?,
    };
    // Shows `remove_stale` that the file is in use. A system without locks protects it by its age alone.
    let _ = file.try_lock();
    let written = fill(&mut file, pieces);
    let written = written.and_then(|()| if sync { file.sync_all() } else { Ok(()) });
    let written = written.and_then(|()| {
        let partial = match &partial {
            Some(partial) => partial,
            None => partial.insert(named(path, folder, |name| unnamed_file::give_name(&file, name))?.1),
        };
        fs::rename(partial, path)
    });
    if let (Err(_), Some(partial)) = (&written, &partial) {
        // The partial file is useless, and the first error is the one to report.
        let _ = fs::remove_file(partial);
    }
    written
}

/// Writes the pieces to an empty file, with holes for pages of zeros.
fn fill(file: &mut File, pieces: &[&[u8]]) -> io::Result<()> {
    let mut position = 0_u64;
    for mut piece in pieces.iter().copied() {
        while !piece.is_empty() {
            // The first part ends where a page of the file begins.
            let first = PAGE - usize::try_from(position % PAGE as u64).unwrap_or_default();
            let mut length = first.min(piece.len());
            let is_hole = |part: &[u8]| part.len() == PAGE && part.iter().all(|byte| *byte == 0);
            let hole = is_hole(&piece[..length]);
            while let Some(next) = piece.get(length..length + PAGE)
                && is_hole(next) == hole
            {
                length += PAGE;
            }
            if hole {
                file.seek(SeekFrom::Current(i64::try_from(length).unwrap_or(i64::MAX)))?;
            } else {
                file.write_all(&piece[..length])?;
            }
            position += length as u64;
            piece = &piece[length..];
        }
    }
    // The end may be a hole.
    file.set_len(position)
}

/// Calls `make` with a name of a partial file in the folder, until the name is free.
fn named<T>(path: &Path, folder: &Path, make: impl Fn(&Path) -> io::Result<T>) -> io::Result<(T, PathBuf)> {
    static NEXT: AtomicU64 = AtomicU64::new(0);
    let name = path.file_name().unwrap_or_default().to_string_lossy();
    let stem = &name[..name.floor_char_boundary(MAX_STEM)];
    let mut left = ATTEMPTS;
    loop {
        let number = NEXT.fetch_add(1, Ordering::Relaxed);
        let partial = folder.join(format!(".{stem}.{}.{number}", std::process::id()));
        left -= 1;
        match make(&partial) {
            // A process with the same number left it when it was killed: in containers the number is always the same.
            Err(error) if error.kind() == io::ErrorKind::AlreadyExists && left > 0 => {}
            made => return Ok((made?, partial)),
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
    fn zeros_take_no_space_and_the_content_is_whole() {
        let dir = tempfile::tempdir().unwrap();
        let path = dir.path().join("x");
        let zeros = vec![0; 1 << 20];
        for (number, pieces) in [
            vec![&zeros[..]],
            vec![b"a", &zeros, b"b"],
            vec![&zeros[..5000], &[7; 3000], &zeros, &[7; 9000], &zeros[..1]],
            vec![],
            vec![b"", &zeros[..PAGE], b""],
        ]
        .iter()
        .enumerate()
        {
            write(&path, pieces, number % 2 == 0).unwrap();
            assert!(fs::read(&path).unwrap() == pieces.concat(), "{number}");
        }
        write(&path, &[&zeros, b"end"], false).unwrap();
        let blocks = std::os::unix::fs::MetadataExt::blocks(&fs::metadata(&path).unwrap());
        assert!(blocks * 512 < 1 << 18, "{blocks} blocks");
        assert_eq!(fs::read_dir(dir.path()).unwrap().count(), 1);
    }

    #[test]
    fn a_long_name_is_written_too() {
        let dir = tempfile::tempdir().unwrap();
        let path = dir.path().join("é".repeat(127));
        write(&path, &[b"a", b"b"], true).unwrap();
        assert_eq!(fs::read(&path).unwrap(), b"ab");
    }
}
