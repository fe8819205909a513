//! `O_TMPFILE`, and a link from `/proc`.

use std::{
    fs::{self, File, OpenOptions},
    io,
    os::{fd::AsRawFd as _, unix::fs::OpenOptionsExt as _},
    path::Path,
};

use rustix::fs::{AtFlags, CWD, OFlags, linkat};

/// Creates a file in a folder, which only the user can read or write, open for writing.
///
/// # Errors
/// The system's: not every file system has such files.
pub(crate) fn create(folder: &Path) -> io::Result<File> {
    let flags = i32::try_from(OFlags::TMPFILE.bits()).unwrap_or_default();
    let file = OpenOptions::new().write(true).custom_flags(flags).mode(0o600).open(folder)?;
    // Without `/proc`, the file cannot get a name later.
    fs::metadata(descriptor(&file))?;
    Ok(file)
}

/// Gives a file its name, which must be free.
///
/// # Errors
/// The system's.
pub(crate) fn give_name(file: &File, path: &Path) -> io::Result<()> {
    Ok(linkat(CWD, descriptor(file), CWD, path, AtFlags::SYMLINK_FOLLOW)?)
}

fn descriptor(file: &File) -> String {
    format!("/proc/self/fd/{}", file.as_raw_fd())
}

#[cfg(test)]
mod tests {
    use std::io::Write as _;

    use super::*;

    #[test]
    fn a_file_is_in_its_folder_only_with_a_name_that_was_free() {
        let dir = tempfile::tempdir().unwrap();
        let Ok(mut file) = create(dir.path()) else { return };
        file.write_all(b"content").unwrap();
        assert_eq!(fs::read_dir(dir.path()).unwrap().count(), 0);
        let path = dir.path().join("x");
        give_name(&file, &path).unwrap();
        assert_eq!(fs::read(&path).unwrap(), b"content");
        assert_eq!(give_name(&file, &path).unwrap_err().kind(), io::ErrorKind::AlreadyExists);
    }
}
