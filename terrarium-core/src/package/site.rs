//! A site folder: packages that an installer has unpacked. It is mounted as a whole.

use std::{
    collections::{BTreeSet, HashMap},
    fs,
    path::{Path, PathBuf},
};

use sha2::{Digest, Sha256};

use super::{
    PackageError, WheelTarget,
    error::PackageContext,
    host_file, normalize,
    placed::{PlacedFile, PlacedKind, SITE_PACKAGES},
    record,
    tags::WheelName,
};
use crate::sys::{file_stamp::FileStamp, regular_file};

/// The most files of a site folder.
const MAX_FILES: usize = 200_000;
/// The deepest nesting of its folders.
const MAX_DEPTH: usize = 64;
/// The ending of the name of a folder with a package's metadata.
pub(super) const DIST_INFO: &str = ".dist-info";

/// A site folder.
pub(crate) struct SiteFolder {
    root: PathBuf,
    files: Vec<PlacedFile>,
    /// The normalized names of the packages in it.
    packages: BTreeSet<String>,
    key: String,
}

impl SiteFolder {
    /// Reads the names of all files below a folder, and the metadata of the packages.
    ///
    /// # Errors
    /// [`PackageError`], when it cannot be read, a link leads out of it, or a package in it is for another platform.
    pub(crate) fn open(root: &Path, target: &WheelTarget) -> Result<Self, PackageError> {
        let real = root.canonicalize().or_damaged(root)?;
        let mut listed = Vec::new();
        walk(&real, &real, MAX_DEPTH, &mut listed)?;
        listed.sort();
        let mut packages = BTreeSet::new();
        let mut digests = HashMap::new();
        let tops: BTreeSet<&str> = listed.iter().filter_map(|file| file.split_once('/')).map(|(top, _)| top).collect();
        for top in tops {
            let Some(package) = top.strip_suffix(DIST_INFO) else {
                continue;
            };
            let folder = real.join(top);
            check_tags(&folder, package, target)?;
            packages.insert(normalize(package.split('-').next().unwrap_or(package)));
            // The installer's record of hashes, which is optional.
            if let Ok(text) = fs::read(folder.join("RECORD")) {
                digests.extend(record::parse(&String::from_utf8_lossy(&text)));
            }
        }
        let mut files = Vec::new();
        let mut key = Sha256::new();
        for name in listed {
            let path = real.join(&name);
            let content = host_file::on_demand(&path, digests.get(&name).copied());
            let content = content.or_damaged(&path)?;
            let metadata = fs::metadata(&path).or_damaged(&path)?;
            key.update(format!("{name}\0{:?}\n", FileStamp::new(&metadata)));
            let executable = regular_file::is_executable(&metadata);
            files.push(PlacedFile {
                path: format!("{SITE_PACKAGES}/{name}"),
                kind: PlacedKind::File { content, executable },
            });
        }
        Ok(Self { root: root.to_owned(), files, packages, key: format!("{:x}", key.finalize()) })
    }

    /// Returns the folder.
    pub(crate) fn path(&self) -> &Path {
        &self.root
    }

    /// Returns the files and their places.
    pub(crate) fn files(&self) -> &[PlacedFile] {
        &self.files
    }

    /// Returns the normalized names of the packages.
    pub(crate) fn packages(&self) -> &BTreeSet<String> {
        &self.packages
    }

    /// Returns the key that identifies this state of the folder.
    pub(crate) fn key(&self) -> &str {
        &self.key
    }

    /// Whether the folder has a module.
    pub(crate) fn provides(&self, module: &str) -> bool {
        let start = format!("{SITE_PACKAGES}/{module}");
        let rests = self.files.iter().filter_map(|file| file.path.strip_prefix(&start));
        rests.into_iter().any(|rest| rest.starts_with(['/', '.']))
    }
}

/// Collects the names of all files below `folder`, relative to `root`, without the bytecode of other interpreters.
fn walk(root: &Path, folder: &Path, depth: usize, found: &mut Vec<String>) -> Result<(), PackageError> {
    for entry in fs::read_dir(folder).or_damaged(folder)? {
        let entry = entry.or_damaged(folder)?;
        let path = entry.path();
        let mut kind = entry.file_type().or_damaged(folder)?;
        if kind.is_symlink() {
            let led = path.canonicalize().or_damaged(&path)?;
            if !led.starts_with(root) || !led.is_file() {
                return Err(PackageError::damaged(&path, "a link in a site folder must lead to a file in that folder"));
            }
            kind = fs::metadata(&led).or_damaged(&path)?.file_type();
        }
        if kind.is_dir() && entry.file_name() != "__pycache__" {
            let depth = depth.checked_sub(1).ok_or_else(|| {
                PackageError::damaged(&path, format!("its folders are nested more than {MAX_DEPTH} deep"))
            })?;
            walk(root, &path, depth, found)?;
        } else if kind.is_file() {
            let name = path.strip_prefix(root).ok().and_then(Path::to_str);
            found.push(name.ok_or_else(|| PackageError::damaged(&path, "its name is not UTF-8"))?.to_owned());
        }
        if found.len() > MAX_FILES {
            return Err(PackageError::damaged(root, format!("it has more than {MAX_FILES} files")));
        }
    }
    Ok(())
}

/// Checks that one of the package's tags matches, if it has tags.
fn check_tags(folder: &Path, package: &str, target: &WheelTarget) -> Result<(), PackageError> {
    let Ok(text) = fs::read_to_string(folder.join("WHEEL")) else {
        return Ok(());
    };
    let tags = text.lines().filter_map(|line| line.strip_prefix("Tag:"));
    let names: Vec<WheelName> =
        tags.filter_map(|tag| WheelName::parse(Path::new(&format!("{package}-{}.whl", tag.trim())))).collect();
    match names.first() {
        Some(first) if !names.iter().any(|name| name.fits(target)) => first.check(folder, target),
        _ => Ok(()),
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::package::tags::target;

    fn site(files: &[(&str, &str)]) -> tempfile::TempDir {
        let dir = tempfile::tempdir().unwrap();
        for (name, content) in files {
            let path = dir.path().join(name);
            fs::create_dir_all(path.parent().unwrap()).unwrap();
            fs::write(path, content).unwrap();
        }
        dir
    }

    #[test]
    fn its_files_packages_and_hashes_are_found() {
        let dir = site(&[
            ("foo/__init__.py", "abc"),
            ("foo/__pycache__/__init__.cpython-314.pyc", "x"),
            ("bar.py", ""),
            ("Foo_Bar-1.0.dist-info/RECORD", "foo/__init__.py,sha256=ungWv48Bz-pBQUDeXa4iI7ADYaOWF3qctBD_YfIAFa0,3\n"),
            ("Foo_Bar-1.0.dist-info/WHEEL", "Wheel-Version: 1.0\nTag: py2-none-any\nTag: py3-none-any\n"),
        ]);
        let site = SiteFolder::open(dir.path(), &target()).unwrap();
        assert_eq!(site.packages().iter().collect::<Vec<_>>(), ["foo-bar"]);
        let names: Vec<_> = site.files().iter().map(|file| file.path.rsplit('/').next().unwrap()).collect();
        assert_eq!(names, ["RECORD", "WHEEL", "bar.py", "__init__.py"]);
        let PlacedKind::File { content, .. } = &site.files()[3].kind else { panic!("a file") };
        assert!(content.digest().is_some());
        assert!(site.provides("foo") && site.provides("bar") && !site.provides("fo") && !site.provides("baz"));
    }

    #[test]
    fn links_may_lead_to_files_inside_only() {
        let dir = site(&[("a.py", "x = 1")]);
        std::os::unix::fs::symlink("a.py", dir.path().join("b.py")).unwrap();
        assert_eq!(SiteFolder::open(dir.path(), &target()).unwrap().files().len(), 2);
        for target_path in ["/etc/passwd", "..", "."] {
            let link = dir.path().join("c.py");
            std::os::unix::fs::symlink(target_path, &link).unwrap();
            let error = SiteFolder::open(dir.path(), &target()).err().unwrap().to_string();
            assert!(error.contains("c.py: a link in a site folder"), "{error}");
            fs::remove_file(link).unwrap();
        }
    }

    #[test]
    fn a_package_for_another_platform_is_refused() {
        let dir = site(&[("x-1.dist-info/WHEEL", "Tag: cp314-cp314-manylinux_2_28_x86_64\n")]);
        let error = SiteFolder::open(dir.path(), &target()).err().unwrap().to_string();
        assert!(error.contains("x-1.dist-info: the wheel is for cp314-cp314-manylinux_2_28_x86_64"), "{error}");
    }
}
