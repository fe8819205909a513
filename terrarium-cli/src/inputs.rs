//! The sandbox's input from the host: files, folders and the standard input.

use std::{
    collections::BTreeMap,
    ffi::OsString,
    fs::{self, File, FileType},
    io::{self, IsTerminal as _, Read},
    path::{Path, PathBuf},
    time::Duration,
};

use terrarium_core::{Bytes, Stdin};

use crate::{exit::Failure, prepare::slow, units::Size};

/// The time after which the wait for a named pipe is announced.
const PATIENCE: Duration = Duration::from_secs(5);

/// The value of `--file`: `HOST[:GUEST]`.
#[derive(Clone, Debug)]
pub(crate) struct HostFile(OsString);

impl From<OsString> for HostFile {
    fn from(text: OsString) -> Self {
        Self(text)
    }
}

impl HostFile {
    /// Returns the two halves. A path that exists as a whole is not split, so that a name can contain a colon.
    fn split(&self) -> (&Path, Option<&str>) {
        let whole = Path::new(&self.0);
        match self.0.to_str().and_then(|text| text.rsplit_once(':')) {
            Some((host, guest)) if !host.is_empty() && !whole.exists() => (Path::new(host), Some(guest)),
            _ => (whole, None),
        }
    }
}

/// Reads `files`, whose sizes may sum up to `limit` bytes together with the present `contents`.
///
/// # Errors
/// [`Failure::Usage`] for a file that cannot be read, and for more than `limit` bytes.
pub(crate) fn read_all(files: &[HostFile], limit: u64, contents: &mut BTreeMap<String, Bytes>) -> Result<(), Failure> {
    let used = contents.values().map(|content| content.len() as u64).sum();
    let mut inputs = Inputs { limit, room: limit.saturating_sub(used), contents };
    files.iter().try_for_each(|file| inputs.add(file))
}

struct Inputs<'a> {
    limit: u64,
    room: u64,
    contents: &'a mut BTreeMap<String, Bytes>,
}

impl Inputs<'_> {
    fn add(&mut self, file: &HostFile) -> Result<(), Failure> {
        let (host, guest) = file.split();
        let metadata = fs::metadata(host).map_err(|error| unreadable(host, &error))?;
        // As in other tools, `:in/` means into that folder.
        let folder = guest.filter(|guest| guest.is_empty() || *guest == "." || guest.ends_with('/'));
        let guest = match (guest, folder) {
            (Some(guest), None) => guest.to_owned(),
            (_, Some(folder)) if metadata.is_dir() => folder.trim_end_matches('/').to_owned(),
            (_, Some(folder)) => below(folder.trim_end_matches('/'), &name(host)?),
            (None, None) => name(host)?,
        };
        if metadata.is_dir() {
            let root = host.canonicalize().map_err(|error| unreadable(host, &error))?;
            self.add_folder(&root, host, &guest)
        } else {
            self.add_file(host, guest)
        }
    }

    fn add_folder(&mut self, root: &Path, host: &Path, guest: &str) -> Result<(), Failure> {
        let entries = fs::read_dir(host).and_then(Iterator::collect::<io::Result<Vec<_>>>);
        let mut entries = entries.map_err(|error| unreadable(host, &error))?;
        entries.sort_by_key(fs::DirEntry::file_name);
        for entry in entries {
            let path = entry.path();
            let guest = below(guest, &name(&path)?);
            let kind = entry.file_type().map_err(|error| unreadable(&path, &error))?;
            if kind.is_dir() {
                self.add_folder(root, &path, &guest)?;
            } else if kind.is_file() || leads_to_a_file_below(root, &path, kind) {
                self.add_file(&path, guest)?;
            } else {
                return Err(Failure::Usage(format!(
                    "{path:?} is neither a file nor a link to one below {root:?}: give it with a separate --file"
                )));
            }
        }
        Ok(())
    }

    fn add_file(&mut self, host: &Path, guest: String) -> Result<(), Failure> {
        if waits(host) {
            return Err(Failure::Usage(format!("{host:?} is a pipe: its content can be given as --stdin {host:?}")));
        }
        let file = File::open(host).map_err(|error| unreadable(host, &error))?;
        let Some(content) = read_up_to(file, self.room).map_err(|error| unreadable(host, &error))? else {
            let limit = Size(self.limit);
            return Err(Failure::Usage(format!("the files with {host:?} are larger than {limit}: raise --file-bytes")));
        };
        self.room -= content.len() as u64;
        self.contents.insert(guest, content.into());
        Ok(())
    }
}

/// Whether to open a file is to wait for another program: for named pipes, and not for those that a shell has opened.
fn waits(host: &Path) -> bool {
    #[cfg(unix)]
    {
        use std::os::unix::fs::FileTypeExt as _;
        let is_open = ["/dev/", "/proc/"].iter().any(|folder| host.starts_with(folder));
        !is_open && fs::metadata(host).is_ok_and(|metadata| metadata.file_type().is_fifo())
    }
    #[cfg(not(unix))]
    {
        let _ = host;
        false
    }
}

/// Whether a link leads to a file below `root`. The folder may come from another person, so a link in it must not reach
/// other places.
fn leads_to_a_file_below(root: &Path, path: &Path, kind: FileType) -> bool {
    kind.is_symlink() && path.canonicalize().is_ok_and(|target| target.starts_with(root) && target.is_file())
}

/// Returns the name of a file or folder, for the guest.
fn name(host: &Path) -> Result<String, Failure> {
    // `.` and `..` have names only in their absolute form.
    let full = || host.canonicalize().ok()?.file_name().map(ToOwned::to_owned);
    let name = host.file_name().map(ToOwned::to_owned).or_else(full);
    name.and_then(|name| name.into_string().ok())
        .ok_or_else(|| Failure::Usage(format!("{host:?} has no name in UTF-8: give one with --file HOST:GUEST")))
}

fn below(folder: &str, name: &str) -> String {
    match folder {
        "" | "." => name.to_owned(),
        _ => format!("{folder}/{name}"),
    }
}

/// Returns the standard input of the code, which is read as far as the code reads; `None` for that of a person at the
/// terminal.
///
/// # Errors
/// [`Failure::Usage`] for an input that cannot be read.
pub(crate) fn standard_input(option: Option<&Path>, is_taken: bool) -> Result<Option<Stdin>, Failure> {
    match option.map(|path| (path, path == Path::new("-"))) {
        None if is_taken => Ok(Some(Stdin::default())),
        Some((_, true)) if is_taken => {
            Err(Failure::Usage("--stdin -: the standard input holds the program already".to_owned()))
        }
        None | Some((_, true)) if io::stdin().is_terminal() => Ok(None),
        None | Some((_, true)) => Ok(Some(Stdin::reader(io::stdin()))),
        Some((path, false)) => {
            let hint = format!("waiting for a program that opens {path:?}");
            let file = slow(PATIENCE, &hint, || {
                let file = File::open(path)?;
                match file.metadata()?.is_dir() {
                    true => Err(io::ErrorKind::IsADirectory.into()),
                    false => Ok(file),
                }
            });
            file.map(|file| Some(Stdin::reader(file))).map_err(|error| unreadable(path, &error))
        }
    }
}

/// Reads all of `source`, or returns nothing if it has more than `limit` bytes.
pub(crate) fn read_up_to(source: impl Read, limit: u64) -> io::Result<Option<Vec<u8>>> {
    let mut content = Vec::new();
    source.take(limit.saturating_add(1)).read_to_end(&mut content)?;
    Ok((content.len() as u64 <= limit).then_some(content))
}

/// Makes the failure for a file of the host that cannot be read.
pub(crate) fn unreadable(path: impl Into<PathBuf>, error: &io::Error) -> Failure {
    Failure::Usage(format!("cannot read {:?}: {error}", path.into()))
}

#[cfg(test)]
mod tests {
    use super::*;

    fn read(files: &[String], limit: u64) -> Result<BTreeMap<String, Bytes>, Failure> {
        let files: Vec<HostFile> = files.iter().map(|file| HostFile(file.into())).collect();
        let mut contents = BTreeMap::new();
        read_all(&files, limit, &mut contents).map(|()| contents)
    }

    fn folder() -> (tempfile::TempDir, String) {
        let dir = tempfile::tempdir().unwrap();
        let root = dir.path().join("data");
        fs::create_dir_all(root.join("deep/er")).unwrap();
        fs::write(root.join("a.txt"), "a").unwrap();
        fs::write(root.join("x:y"), "colon").unwrap();
        fs::write(root.join("deep/er/b"), "bb").unwrap();
        let path = root.to_str().unwrap().to_owned();
        (dir, path)
    }

    #[test]
    fn a_file_gets_its_own_name_or_the_one_given() {
        let (_dir, root) = folder();
        for (given, guest) in
            [("a.txt", "a.txt"), ("a.txt:b/c", "b/c"), ("a.txt:in/", "in/a.txt"), ("x:y", "x:y"), ("x:y:z", "z")]
        {
            let contents = read(&[format!("{root}/{given}")], 100).unwrap();
            assert_eq!(contents.keys().collect::<Vec<_>>(), [guest], "{given}");
        }
    }

    #[test]
    fn a_folder_comes_with_its_files() {
        let (_dir, root) = folder();
        for (given, guest) in [("", "data/"), (":in", "in/"), (":in/", "in/"), (":.", ""), ("/deep/..", "data/")] {
            let contents = read(&[format!("{root}{given}")], 100).unwrap();
            let expected = ["a.txt", "deep/er/b", "x:y"].map(|name| format!("{guest}{name}"));
            assert_eq!(contents.keys().collect::<Vec<_>>(), expected.iter().collect::<Vec<_>>(), "{given}");
        }
    }

    #[cfg(unix)]
    #[test]
    fn a_link_out_of_a_folder_is_refused() {
        use std::os::unix::fs::symlink;
        let (dir, root) = folder();
        symlink("a.txt", format!("{root}/inside")).unwrap();
        assert_eq!(read(std::slice::from_ref(&root), 100).unwrap()["data/inside"].as_str(), Ok("a"));
        fs::write(dir.path().join("secret"), "s").unwrap();
        for target in ["../secret", "/etc", "nowhere", ".."] {
            symlink(target, format!("{root}/outside")).unwrap();
            let failure = read(std::slice::from_ref(&root), 100).unwrap_err();
            assert!(matches!(&failure, Failure::Usage(text) if text.contains("outside")), "{failure:?}");
            fs::remove_file(format!("{root}/outside")).unwrap();
        }
        symlink("../secret", format!("{root}/outside")).unwrap();
        assert_eq!(read(&[format!("{root}/outside")], 100).unwrap()["outside"].as_str(), Ok("s"), "named by itself");
    }

    #[test]
    fn what_is_too_large_is_not_read() {
        let (_dir, root) = folder();
        assert!(read(std::slice::from_ref(&root), 8).is_ok());
        let failure = read(&[root], 7).unwrap_err();
        assert!(matches!(&failure, Failure::Usage(text) if text.contains("--file-bytes")), "{failure:?}");
        assert!(read(&["/dev/zero".to_owned()], 1 << 20).is_err());
    }

    #[test]
    fn what_is_not_there_is_named() {
        let failure = read(&["no/such:x".to_owned()], 7).unwrap_err();
        assert!(matches!(&failure, Failure::Usage(text) if text.contains("\"no/such\"")), "{failure:?}");
    }
}
