//! A site folder: packages that an installer has unpacked. It is mounted as a whole.

mod warnings;

pub(crate) use warnings::{SiteWarning, install_command};

use std::{
    collections::{BTreeMap, BTreeSet, HashMap},
    fs,
    path::{Path, PathBuf},
    sync::OnceLock,
};

use sha2::{Digest, Sha256};
use terrarium_index::{Version, WheelName};

use super::{
    PackageError, WheelTarget,
    error::PackageContext,
    host_file, normalize,
    placed::{PlacedFile, PlacedKind, SITE_PACKAGES},
    record,
};
use crate::sys::{file_stamp::FileStamp, regular_file};
use terrarium_unix::vfs::Content;

/// The largest `RECORD` or `WHEEL`.
const MAX_TEXT: u64 = 16 << 20;
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
    /// The packages in it by their normalized names.
    packages: BTreeMap<String, SitePackage>,
    key: String,
    target: WheelTarget,
    /// Collected at the first use, since that reads all metadata.
    warnings: OnceLock<Vec<SiteWarning>>,
}

/// A package of a site folder.
pub(crate) struct SitePackage {
    pub(crate) version: Version,
    /// The modules and packages at the top level, according to the installer's record; without one, the module of the
    /// package's name.
    pub(crate) modules: Vec<String>,
    /// The name of the folder with the metadata.
    folder: String,
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
        let mut packages = BTreeMap::new();
        let mut digests = HashMap::new();
        let tops: BTreeSet<&str> = listed.iter().filter_map(|file| file.split_once('/')).map(|(top, _)| top).collect();
        for top in tops {
            let Some(package) = top.strip_suffix(DIST_INFO) else {
                continue;
            };
            let folder = real.join(top);
            check_tags(&folder, package, target)?;
            let (name, version) = package.split_once('-').unwrap_or((package, ""));
            let version = version.parse().unwrap_or_else(|_| Version::new([0]));
            let mut modules = Vec::new();
            // The installer's record of hashes, which is optional.
            if let Ok(text) = host_file::read(&folder.join("RECORD"), MAX_TEXT) {
                let record = record::parse(&String::from_utf8_lossy(&text));
                modules = top_level(record.keys());
                digests.extend(record);
            }
            if modules.is_empty() {
                let own = name.replace(['-', '.'], "_");
                let files = [format!("{own}.py"), format!("{own}/__init__.py")];
                modules = top_level(files.iter().filter(|file| listed.binary_search(file).is_ok()));
            }
            packages.insert(normalize(name), SitePackage { version, modules, folder: top.to_owned() });
        }
        let mut files = Vec::new();
        let mut key = Sha256::new();
        for name in listed {
            let path = real.join(&name);
            let metadata = fs::metadata(&path).or_damaged(&path)?;
            let content = match script(&name, &path, &metadata) {
                Some(script) => Content::from(script),
                None => host_file::on_demand(&path, digests.get(&name).copied()).or_damaged(&path)?,
            };
            key.update(format!("{name}\0{:?}\n", FileStamp::new(&metadata)));
            let executable = regular_file::is_executable(&metadata);
            files.push(PlacedFile {
                path: format!("{SITE_PACKAGES}/{name}"),
                kind: PlacedKind::File { content, executable },
            });
        }
        let (root, key, target) = (root.to_owned(), format!("{:x}", key.finalize()), target.clone());
        Ok(Self { root, files, packages, key, target, warnings: OnceLock::new() })
    }

    /// Returns the folder.
    pub(crate) fn path(&self) -> &Path {
        &self.root
    }

    /// Returns the files and their places.
    pub(crate) fn files(&self) -> &[PlacedFile] {
        &self.files
    }

    /// Returns the packages by their normalized names.
    pub(crate) fn packages(&self) -> &BTreeMap<String, SitePackage> {
        &self.packages
    }

    /// Returns the key that identifies this state of the folder.
    pub(crate) fn key(&self) -> &str {
        &self.key
    }

    /// Returns the faults of packages of the folder, by their names.
    pub(crate) fn warnings(&self) -> &[SiteWarning] {
        self.warnings.get_or_init(|| warnings::of(self))
    }

    /// Returns the reason why the import of a module at the top level fails, if a package of the folder is at fault.
    pub(crate) fn warning_of(&self, module: &str) -> Option<&SiteWarning> {
        self.warnings().iter().find(|warning| warning.concerns(module))
    }

    /// Whether the folder has a module.
    pub(crate) fn provides(&self, module: &str) -> bool {
        let start = format!("{SITE_PACKAGES}/{module}");
        let rests = self.files.iter().filter_map(|file| file.path.strip_prefix(&start));
        rests.into_iter().any(|rest| rest.starts_with(['/', '.']))
    }
}

/// Returns the modules and packages at the top level of files, without compiled ones that only others import.
fn top_level<'p>(files: impl Iterator<Item = &'p String>) -> Vec<String> {
    let tops = files.filter_map(|path| match path.split_once('/') {
        Some((top, rest)) => (rest == "__init__.py").then_some(top),
        None => path.strip_suffix(".py"),
    });
    let is_name = |top: &&str| !top.is_empty() && top.chars().all(|c| c.is_alphanumeric() || c == '_');
    tops.filter(is_name).map(str::to_owned).collect::<BTreeSet<_>>().into_iter().collect()
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
            let name = name.ok_or_else(|| PackageError::damaged(&path, "its name is not UTF-8"))?;
            if !names_the_host(name) {
                found.push(name.to_owned());
            }
        }
        if found.len() > MAX_FILES {
            return Err(PackageError::damaged(root, format!("it has more than {MAX_FILES} files")));
        }
    }
    Ok(())
}

/// Whether a file only states where something is on this machine: the origin of a package, the place of its sources.
fn names_the_host(name: &str) -> bool {
    let file = name.rsplit('/').next().unwrap_or(name);
    file == "direct_url.json"
        || !name.contains('/')
            && (file.ends_with(".pth") || file.ends_with(".egg-link") || file.starts_with("__editable__"))
}

/// The longest script of a package's entry points that is changed.
const MAX_SCRIPT: u64 = 64 << 10;

/// Returns the text of a script that an installer made for the interpreter of this machine, for that of the guest.
fn script(name: &str, path: &Path, metadata: &fs::Metadata) -> Option<Vec<u8>> {
    if !name.starts_with("bin/") || metadata.len() > MAX_SCRIPT {
        return None;
    }
    let text = fs::read(path).ok()?;
    let end = text.iter().position(|byte| *byte == b'\n')?;
    let is_python = text.starts_with(b"#!") && text[..end].windows(6).any(|word| word == b"python");
    is_python.then(|| [b"#!/usr/bin/env python3", &text[end..]].concat())
}

/// Checks that one of the package's tags matches, if it has tags.
fn check_tags(folder: &Path, package: &str, target: &WheelTarget) -> Result<(), PackageError> {
    let Ok(text) =
        host_file::read(&folder.join("WHEEL"), MAX_TEXT).map(|text| String::from_utf8_lossy(&text).into_owned())
    else {
        return Ok(());
    };
    let tags = text.lines().filter_map(|line| line.strip_prefix("Tag:"));
    let names: Vec<WheelName> =
        tags.filter_map(|tag| WheelName::parse(&format!("{package}-{}.whl", tag.trim()))).collect();
    match names.first() {
        Some(first) if !names.iter().any(|name| target.fits(name)) => {
            target.check(first, folder).map_err(|error| match error {
                PackageError::Platform { path, tags, fits, .. } => {
                    let way_out = Some(format!("make the site folder with {}", install_command(target)));
                    PackageError::Platform { path, tags, fits, way_out }
                }
                error => error,
            })
        }
        _ => Ok(()),
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::package::target::target;

    /// Makes a folder with these files.
    pub(super) fn site<C: AsRef<[u8]>>(files: &[(&str, C)]) -> tempfile::TempDir {
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
        assert_eq!(site.packages().keys().collect::<Vec<_>>(), ["foo-bar"]);
        let names: Vec<_> = site.files().iter().map(|file| file.path.rsplit('/').next().unwrap()).collect();
        assert_eq!(names, ["RECORD", "WHEEL", "bar.py", "__init__.py"]);
        let PlacedKind::File { content, .. } = &site.files()[3].kind else { panic!("a file") };
        assert!(content.digest().is_some());
        assert_eq!(site.packages()["foo-bar"].modules, ["foo"]);
        assert!(site.provides("foo") && site.provides("bar") && !site.provides("fo") && !site.provides("baz"));
    }

    #[test]
    fn files_that_name_places_of_the_host_are_left_out() {
        let dir = site(&[
            ("x-1.dist-info/direct_url.json", "{\"url\": \"file:///home/me/x\"}"),
            ("__editable___x_finder.py", "MAPPING = {'x': '/home/me/x'}"),
            ("x.pth", "/home/me/x"),
            ("x/data.pth", "weights"),
            ("bin/tool", "#!/home/me/venv/bin/python3\nimport x\n"),
            ("bin/other", "#!/bin/sh\n"),
        ]);
        let site = SiteFolder::open(dir.path(), &target()).unwrap();
        let texts: Vec<_> = site
            .files()
            .iter()
            .map(|file| match &file.kind {
                PlacedKind::File { content, .. } => {
                    let text = String::from_utf8(content.clone().into_vec().unwrap()).unwrap();
                    (file.path.trim_start_matches(SITE_PACKAGES), text)
                }
                PlacedKind::Link(_) => panic!("no link"),
            })
            .collect();
        let texts: Vec<_> = texts.iter().map(|(path, text)| (*path, text.as_str())).collect();
        let script = "#!/usr/bin/env python3\nimport x\n";
        assert_eq!(texts, [("/bin/other", "#!/bin/sh\n"), ("/bin/tool", script), ("/x/data.pth", "weights")]);
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
        assert!(
            error.contains(": make the site folder with `pip install --target DIR --python-version 3.14 "),
            "{error}"
        );
    }
}
