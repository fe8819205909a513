//! What goes into an image, and what is told while it is made.

use std::{fmt, path::PathBuf, time::Duration};

use serde::{Deserialize, Serialize};

use crate::{
    engine::CodeKind,
    options::{options, seconds},
};

/// What goes into an image: [`Image::build`](crate::Image::build).
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
    /// The packages that are imported, with what they need. Default: none.
    pub packages: Vec<String>,
    /// Where packages come from, as in [`SandboxOptions`](crate::SandboxOptions::packages_from). A site folder cannot be
    /// part of an image. Default: the packages that the package store has downloaded.
    pub packages_from: Vec<String>,
    /// Python code that runs before the image is taken. The modules that it imports stay, and the regular files that it
    /// writes; the names that it makes do not. Random generators that it makes and keeps in a module go on from the
    /// same state in every run. Default: none.
    pub prepare: String,
    /// Whether the packages do what people do first with them (draw a figure, read a table), so that the first time in
    /// a sandbox is not the first. Default: on.
    pub warm: bool,
    /// Whether functions are compiled into those that call them: programs run up to a tenth faster, the image takes
    /// three times as much processor time to make and is half as large again. It pays for an image that is made once
    /// and used for long. Meanwhile the compiler needs half a megabyte of memory for each function: 8 GB for the bare
    /// interpreter, 20 GB with numpy, pandas and matplotlib. Building fails unless a third more than that is free.
    /// Default: off.
    pub inline: bool,
    /// Whether the image runs on every usual processor of this architecture (x86-64-v2: any since about 2010), not only
    /// on ones like that of the machine that makes it, whose newer instructions it does not use. Default: off.
    pub portable: bool,
    /// The longest that imports and preparation code may take. Default: 300 s.
    #[serde(with = "seconds")]
    pub timeout: Duration,
    /// Where images are kept. Default: as for a sandbox.
    pub cache_dir: Option<PathBuf>,
}

impl ImageOptions {
    /// How its machine code is made.
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
        }
    }
}

/// What [`Image::build_with`](crate::Image::build_with) is doing.
///
/// ```
/// use terrarium_core::ImageProgress;
///
/// assert_eq!(ImageProgress::Import("numpy".to_owned()).to_string(), "importing numpy");
/// ```
#[derive(Clone, Debug, PartialEq, Eq)]
#[non_exhaustive]
pub enum ImageProgress {
    /// Packages are found, read and compiled.
    Packages,
    /// Another process builds the same image; this one waits for it.
    Wait,
    /// The interpreter is compiled, if it was not before, and boots.
    Boot,
    /// A module is imported.
    Import(String),
    /// The preparation code runs.
    Prepare,
    /// All that is loaded is linked into one module.
    Link,
    /// The module becomes machine code, which takes most of the time.
    Compile,
    /// The file is written.
    Write,
}

impl fmt::Display for ImageProgress {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(match self {
            Self::Packages => "preparing packages",
            Self::Wait => "waiting for another process that builds it",
            Self::Boot => "booting",
            Self::Import(module) => return write!(f, "importing {module}"),
            Self::Prepare => "running the preparation code",
            Self::Link => "linking",
            Self::Compile => "compiling",
            Self::Write => "writing",
        })
    }
}
