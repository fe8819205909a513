//! The faults of the packages of a site folder: pip has selected them for another Python or another platform.

use std::{
    fs::File,
    io::Read as _,
    path::{Path, PathBuf},
};

use terrarium_index::Metadata;

use super::{MAX_TEXT, SiteFolder, SitePackage};
use crate::package::{WheelTarget, host_file, normalize, record};

/// The start of a library that the guest can load.
const WASM: &[u8; 4] = b"\0asm";

/// A package of a site folder that does not work, or not fully.
#[derive(Debug)]
pub(crate) struct SiteWarning {
    /// The normalized name.
    name: String,
    /// The modules of the package.
    modules: Vec<String>,
    /// The problem; it names the package.
    pub(crate) text: String,
    /// Whether the import of the package's modules fails because of it.
    breaks_import: bool,
}

impl SiteWarning {
    /// Whether the import of a module at the top level fails because of the package.
    pub(super) fn concerns(&self, module: &str) -> bool {
        // A placeholder has no modules: `_polars_runtime_32` belongs to `polars-runtime-32`.
        let is_own = || normalize(module.trim_start_matches('_')) == self.name;
        self.breaks_import && (self.modules.iter().any(|own| own == module) || is_own())
    }
}

/// Returns the warnings about all packages of a folder.
pub(super) fn of(site: &SiteFolder) -> Vec<SiteWarning> {
    site.packages.iter().flat_map(|(name, package)| of_package(site, name, package)).collect()
}

fn of_package(site: &SiteFolder, name: &str, package: &SitePackage) -> Vec<SiteWarning> {
    let folder = site.root.join(&package.folder);
    let mut warnings = Vec::new();
    let mut warn = |text: String, breaks_import: bool| {
        let text = format!("{name} {} {text}", package.version);
        warnings.push(SiteWarning { name: name.to_owned(), modules: package.modules.clone(), text, breaks_import });
    };
    let text = |file: &str| host_file::read(&folder.join(file), MAX_TEXT).ok();
    // Without the installer's record, nothing tells which files are the package's.
    if let Some(bytes) = text("RECORD") {
        let record = record::parse(&String::from_utf8_lossy(&bytes));
        let mut files: Vec<&str> = record.keys().map(String::as_str).collect();
        files.sort_unstable();
        let is_metadata = |file: &&str| file.split('/').next() == Some(&package.folder);
        if !files.is_empty() && files.iter().all(is_metadata) {
            warn("has no files besides its metadata".to_owned(), true);
        }
        if let Some(library) = files.iter().find(|file| is_foreign(&site.root, file)) {
            warn(format!("has libraries for another platform, such as {library}"), true);
        }
    }
    let metadata = text("METADATA").and_then(|bytes| Metadata::parse(name, &bytes).ok());
    if let Some(metadata) = metadata {
        let target = &site.target.wheels;
        if let Some(python) = metadata.requires_python.as_ref().filter(|python| !target.suits(python)) {
            warn(format!("is for Python {python}, this is {}", target.python()), false);
        }
        let applies = metadata.requires.iter().filter(|requirement| requirement.applies(target, &[]));
        for requirement in applies.filter(|one| !site.packages.contains_key(one.name().as_ref())) {
            warn(format!("requires {requirement}, which the folder lacks"), false);
        }
    }
    warnings
}

/// Whether a file is a library that the guest cannot load.
fn is_foreign(root: &Path, file: &str) -> bool {
    let is_library = [".so", ".pyd", ".dylib", ".dll"].iter().any(|ending| file.ends_with(ending));
    if !is_library || file.starts_with('/') || file.split('/').any(|part| part == "..") {
        return false;
    }
    let mut start = [0; 4];
    let path: PathBuf = root.join(file);
    // A file that cannot be read has its own error.
    File::open(path).and_then(|mut file| file.read_exact(&mut start)).is_ok() && start != *WASM
}

/// Returns the command that makes a site folder for the guest.
pub(crate) fn install_command(target: &WheelTarget) -> String {
    let python = target.wheels.python().release();
    let python: Vec<String> = python.iter().take(2).map(ToString::to_string).collect();
    format!(
        "`pip install --target DIR --python-version {} --platform {} --only-binary=:all: …`",
        python.join("."),
        target.wheels.platform()
    )
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::package::{site::tests::site, target::target};

    const HASH: &str = "sha256=ungWv48Bz-pBQUDeXa4iI7ADYaOWF3qctBD_YfIAFa0,3";

    #[test]
    fn packages_for_another_machine_are_named() {
        let record = |files: &[&str]| files.iter().map(|file| format!("{file},{HASH}\n")).collect::<String>();
        let empty = record(&["polars_runtime_32-0.0.1.dist-info/METADATA"]);
        let native = record(&["fast/__init__.py", "fast/_core.cpython-314-x86_64-linux-gnu.so"]);
        let good = record(&["good/__init__.py", "good/_core.so", "../../bin/x.so", "/etc/y.so"]);
        let dir = site(&[
            ("polars_runtime_32-0.0.1.dist-info/RECORD", empty.as_bytes()),
            ("polars_runtime_32-0.0.1.dist-info/METADATA", b"Name: polars-runtime-32\nVersion: 0.0.1\n"),
            ("fast-2.dist-info/RECORD", native.as_bytes()),
            ("fast/__init__.py", b""),
            ("fast/_core.cpython-314-x86_64-linux-gnu.so", b"\x7fELF and more"),
            ("good-1.dist-info/RECORD", good.as_bytes()),
            ("good/__init__.py", b""),
            ("good/_core.so", b"\0asm and more"),
            (
                "old-1.dist-info/METADATA",
                b"Name: old\nVersion: 1\nRequires-Python: <3.13\nRequires-Dist: good\n\
                  Requires-Dist: colorama; sys_platform == 'win32'\nRequires-Dist: shim>=2; sys_platform == 'emscripten'\n\
                  Requires-Dist: extra-one; extra == 'more'\n",
            ),
        ]);
        let site = SiteFolder::open(dir.path(), &target()).unwrap();
        let texts: Vec<_> = site.warnings().iter().map(|warning| warning.text.as_str()).collect();
        assert_eq!(
            texts,
            [
                "fast 2 has libraries for another platform, such as fast/_core.cpython-314-x86_64-linux-gnu.so",
                "old 1 is for Python <3.13, this is 3.14.2",
                "old 1 requires shim>=2, which the folder lacks",
                "polars-runtime-32 0.0.1 has no files besides its metadata",
            ]
        );
        let concerned = |module: &str| site.warning_of(module).map(|warning| warning.name.as_str());
        assert_eq!(concerned("_polars_runtime_32"), Some("polars-runtime-32"));
        assert_eq!(concerned("fast"), Some("fast"));
        assert!(["good", "old", "shim", "polars"].iter().all(|module| concerned(module).is_none()));
        assert_eq!(
            install_command(&target()),
            "`pip install --target DIR --python-version 3.14 --platform pyemscripten_2026_0_wasm32 --only-binary=:all: …`"
        );
    }
}
