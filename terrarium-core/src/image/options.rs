//! The options of an image, and the progress of its build.

use std::{fmt, path::PathBuf, time::Duration};

use serde::{Deserialize, Serialize};

use crate::{
    engine::CodeKind,
    options::{options, seconds},
};

/// The options of an image: [`Image::build`](crate::Image::build).
///
/// ```
/// use terrarium_core::ImageOptions;
///
/// let options = ImageOptions::new().package("numpy").prepare("import numpy.linalg");
/// assert_eq!(options.packages, ["numpy"]);
/// assert!(options.warm);
/// ```
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(default, deny_unknown_fields)]
#[non_exhaustive]
pub struct ImageOptions {
    /// The packages that are imported, with their dependencies. Default: none.
    pub packages: Vec<String>,
    /// The package sources, as in [`SandboxOptions`](crate::SandboxOptions::packages_from). Default: the packages
    /// that the package store has downloaded.
    pub packages_from: Vec<String>,
    /// Python code that runs before the snapshot is taken. The modules that it imports and the regular files that it
    /// writes stay in the image; the names that it binds do not. A random generator that it creates and keeps in a
    /// module continues from the same state in every run. Default: none.
    pub prepare: String,
    /// Whether the build does what people usually do first with the packages (draw a figure, read a table), so that the
    /// first use in a sandbox is fast. Default: on.
    pub warm: bool,
    /// Whether functions are inlined into their callers: programs run up to a tenth faster, but the image takes three
    /// times as much processor time to build and is half as large again. It pays for an image that is built once and
    /// used for long. During the build the compiler needs half a megabyte of memory for each function: 8 GB for the
    /// bare image, 20 GB with numpy, pandas and matplotlib. The build fails unless a third more than that is free.
    /// Default: off.
    pub inline: bool,
    /// Whether the image runs on every common processor of this architecture (x86-64-v2: any since about 2010).
    /// Otherwise it uses newer instructions of the building machine, and runs only on processors like that one.
    /// Default: off.
    pub portable: bool,
    /// The time limit of the build. It stops imports and preparation code. Compilation that has begun continues in the
    /// background without the caller, and its result is kept for the next attempt. Default: 300 s.
    #[serde(with = "seconds")]
    pub timeout: Duration,
    /// The cache folder of images. Default: as for a sandbox.
    pub cache_dir: Option<PathBuf>,
    /// The bound of the cache folder in bytes, without downloaded packages. When an image was built, files that were not
    /// used for the longest time are removed until the rest fits; images that a process has open stay. Default: 4 GiB.
    pub cache_bytes: u64,
}

impl ImageOptions {
    /// Returns the kind of machine code that these options ask for.
    pub(crate) fn kind(&self) -> CodeKind {
        CodeKind { inline: self.inline, portable: self.portable }
    }
}

options! {
    ImageOptions {
        packages: list(String),
        packages_from: list(String),
        prepare: into(String),
        warm: plain(bool),
        inline: plain(bool),
        portable: plain(bool),
        timeout: plain(Duration),
        cache_dir: some(PathBuf),
        cache_bytes: plain(u64),
    }
}

/// Setters for one element.
impl ImageOptions {
    /// Adds a package.
    #[must_use]
    pub fn package(mut self, name: impl Into<String>) -> Self {
        self.packages.push(name.into());
        self
    }

    /// Adds a package source.
    #[must_use]
    pub fn package_source(mut self, source: impl Into<String>) -> Self {
        self.packages_from.push(source.into());
        self
    }
}

impl Default for ImageOptions {
    fn default() -> Self {
        Self {
            packages: Vec::new(),
            packages_from: Vec::new(),
            prepare: String::new(),
            warm: true,
            inline: false,
            portable: false,
            timeout: Duration::from_secs(300),
            cache_dir: None,
            cache_bytes: 4 << 30,
        }
    }
}

/// The current step of [`Image::build_with`](crate::Image::build_with).
///
/// ```
/// use terrarium_core::ImageProgress;
///
/// assert_eq!(ImageProgress::Import("numpy".to_owned()).to_string(), "importing numpy");
/// ```
#[derive(Clone, Debug, PartialEq, Eq)]
#[non_exhaustive]
pub enum ImageProgress {
    /// Packages are resolved, read and compiled.
    Packages,
    /// Another process builds the same image; this process waits for it.
    Wait,
    /// The image in the cache folder is damaged and is built again; the text is the reason.
    Repair(String),
    /// The interpreter is compiled, unless an earlier build did so, and boots.
    Boot,
    /// A module is imported.
    Import(String),
    /// The preparation code runs.
    Prepare,
    /// All loaded code is linked into one module.
    Link,
    /// The module is compiled to machine code, which takes most of the time.
    Compile,
    /// The file is written.
    Write,
}

impl fmt::Display for ImageProgress {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(match self {
            Self::Packages => "preparing packages",
            Self::Wait => "waiting for another process that builds it",
            Self::Repair(reason) => return write!(f, "building it again, because the file is damaged ({reason})"),
            Self::Boot => "booting",
            Self::Import(module) => return write!(f, "importing {module}"),
            Self::Prepare => "running the preparation code",
            Self::Link => "linking",
            Self::Compile => "compiling",
            Self::Write => "writing",
        })
    }
}
