//! The folder of the output files. The code chooses their names, so they are not trusted.

use std::{
    collections::{BTreeMap, BTreeSet},
    fs,
    io::{self, Write as _},
    path::{Component, Path, PathBuf},
};

use cap_std::{ambient_authority, fs::Dir, fs::OpenOptions};
use terrarium_core::Bytes;

use crate::exit::{Failure, say};

/// A folder. All access uses its handle, which no name and no link can lead out of.
pub(crate) struct OutputFolder {
    path: PathBuf,
    dir: Dir,
}

impl OutputFolder {
    /// Opens the folder at `path`, and creates it if it does not exist.
    ///
    /// # Errors
    /// [`Failure::Usage`] for a folder that cannot be opened or created.
    pub(crate) fn open(path: PathBuf) -> Result<Self, Failure> {
        let opened = fs::create_dir_all(&path).and_then(|()| Dir::open_ambient_dir(&path, ambient_authority()));
        let dir = opened.map_err(|error| Failure::Usage(format!("--out {}: {error}", path.display())))?;
        Ok(Self { path, dir })
    }

    /// Writes `files` below the folder: absolute paths as if they were relative to it. With `verbose`, it prints their
    /// names.
    ///
    /// # Errors
    /// [`Failure::Fault`] if some files could not be written. The others exist, and each failure was reported.
    pub(crate) fn write(&self, files: &BTreeMap<String, Bytes>, verbose: bool) -> Result<(), Failure> {
        let mut written = BTreeSet::new();
        let mut failed = 0;
        // Files of the home folder come first: they keep their place when an absolute path would take it.
        let (absolute, relative): (Vec<_>, Vec<_>) = files.iter().partition(|(guest, _)| guest.starts_with('/'));
        for (guest, content) in relative.into_iter().chain(absolute) {
            let place = place(guest).and_then(|place| match written.insert(place.clone()) {
                true => self.write_file(&place, content).map(|()| place).map_err(|error| error.to_string()),
                false => Err("another file was written there".to_owned()),
            });
            match place {
                Ok(place) if verbose => {
                    say(&format!("wrote {:?} ({} bytes)", self.path.join(place), content.len()));
                }
                Ok(_) => {}
                Err(reason) => {
                    failed += 1;
                    say(&format!("cannot write {guest:?} to {:?}: {reason}", self.path));
                }
            }
        }
        match failed {
            0 => Ok(()),
            _ => Err(Failure::Fault(format!("{failed} of {} output files could not be written", files.len()))),
        }
    }

    fn write_file(&self, place: &Path, content: &[u8]) -> io::Result<()> {
        if let Some(folder) = place.parent() {
            self.dir.create_dir_all(folder).map_err(|error| match error.kind() {
                io::ErrorKind::AlreadyExists => io::Error::other("a file or a link is in the place of its folder"),
                _ => error,
            })?;
        }
        // The file is made anew: a link or pipe of that name is replaced, not written through.
        match self.dir.remove_file(place) {
            Err(error) if error.kind() != io::ErrorKind::NotFound => return Err(error),
            _ => {}
        }
        self.dir.open_with(place, OpenOptions::new().write(true).create_new(true))?.write_all(content)
    }
}

/// Returns the place of the guest's file `path`, relative to the folder.
fn place(path: &str) -> Result<PathBuf, String> {
    let path = path.strip_prefix('/').unwrap_or(path);
    let mut place = PathBuf::new();
    for name in path.split('/') {
        let mut components = Path::new(name).components();
        match (components.next(), components.next()) {
            // On some systems a name without a slash can be more than a name, such as `C:x` or `a\b`.
            (Some(Component::Normal(component)), None) if component == name && !name.contains('\0') => place.push(name),
            _ => return Err(format!("{name:?} is not a valid name of a file or folder on this system")),
        }
    }
    Ok(place)
}

#[cfg(test)]
mod tests {
    use super::*;

    fn write(folder: &Path, names: &[&str]) -> Result<(), Failure> {
        let files = names.iter().map(|name| (name.to_string(), Bytes::from(*name))).collect();
        OutputFolder::open(folder.to_owned())?.write(&files, false)
    }

    /// Returns all files below `folder`, without following links.
    fn files(folder: &Path) -> Vec<String> {
        let mut found = Vec::new();
        let mut folders = vec![folder.to_owned()];
        while let Some(next) = folders.pop() {
            for entry in fs::read_dir(next).unwrap() {
                let entry = entry.unwrap();
                match entry.file_type().unwrap().is_dir() {
                    true => folders.push(entry.path()),
                    false => found.push(entry.path().strip_prefix(folder).unwrap().to_str().unwrap().to_owned()),
                }
            }
        }
        found.sort();
        found
    }

    #[test]
    fn files_land_below_the_folder_with_their_folders() {
        let dir = tempfile::tempdir().unwrap();
        let out = dir.path().join("a/out");
        write(&out, &["x", "y/z.txt", "/data/w", "…/ü"]).unwrap();
        assert_eq!(files(&out), ["data/w", "x", "y/z.txt", "…/ü"]);
        assert_eq!(fs::read_to_string(out.join("data/w")).unwrap(), "/data/w");
        write(&out, &["x"]).unwrap();
        assert_eq!(fs::read_to_string(out.join("x")).unwrap(), "x", "written again");
    }

    #[test]
    fn a_name_that_leads_elsewhere_is_refused() {
        let dir = tempfile::tempdir().unwrap();
        let out = dir.path().join("out");
        for name in ["..", "../x", "a/../../x", "/../x", "/..", ".", "a/./b", "a//b", "", "/", "//x", "a/", "a\0b"] {
            assert!(matches!(write(&out, &[name]), Err(Failure::Fault(_))), "{name:?}");
        }
        assert!(files(dir.path()).is_empty(), "{:?}", files(dir.path()));
    }

    #[test]
    fn one_that_fails_does_not_keep_the_others_back() {
        let dir = tempfile::tempdir().unwrap();
        fs::create_dir(dir.path().join("b")).unwrap();
        let failure = write(dir.path(), &["../a", "b", "c", "c/d", "e"]).unwrap_err();
        assert!(matches!(&failure, Failure::Fault(text) if text.starts_with("3 of 5 ")), "{failure:?}");
        assert_eq!(files(dir.path()), ["c", "e"]);
    }

    #[test]
    fn an_absolute_path_does_not_take_the_place_of_a_relative_one() {
        let dir = tempfile::tempdir().unwrap();
        assert!(write(dir.path(), &["/data/x", "data/x"]).is_err());
        assert_eq!(fs::read_to_string(dir.path().join("data/x")).unwrap(), "data/x");
    }

    #[cfg(unix)]
    #[test]
    fn links_in_the_folder_are_not_followed_out_of_it() {
        use std::os::unix::fs::symlink;
        let dir = tempfile::tempdir().unwrap();
        let out = dir.path().join("out");
        fs::create_dir_all(out.join("real")).unwrap();
        fs::create_dir(dir.path().join("elsewhere")).unwrap();
        fs::write(dir.path().join("elsewhere/file"), "mine").unwrap();
        symlink("../elsewhere", out.join("folder")).unwrap();
        symlink(dir.path().join("elsewhere"), out.join("absolute")).unwrap();
        symlink("../elsewhere/file", out.join("file")).unwrap();
        symlink("real", out.join("inside")).unwrap();
        assert!(write(&out, &["folder/file", "folder/new"]).is_err());
        assert!(write(&out, &["absolute/file", "absolute/a/b"]).is_err());
        write(&out, &["file", "inside/x"]).unwrap();
        assert_eq!(fs::read_to_string(dir.path().join("elsewhere/file")).unwrap(), "mine");
        assert_eq!(files(&dir.path().join("elsewhere")), ["file"]);
        assert!(out.join("file").symlink_metadata().unwrap().is_file(), "the link itself is replaced");
        assert_eq!(fs::read_to_string(out.join("real/x")).unwrap(), "inside/x");
    }

    #[test]
    fn a_folder_that_cannot_be_had_is_a_matter_of_usage() {
        let dir = tempfile::tempdir().unwrap();
        fs::write(dir.path().join("x"), "").unwrap();
        assert!(matches!(OutputFolder::open(dir.path().join("x/y")), Err(Failure::Usage(_))));
    }
}
