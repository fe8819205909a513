//! [`Source`]: a place that has packages, and [`Catalogue`], a list of them.

use std::{collections::BTreeMap, fmt, sync::Arc};

use pep440_rs::Version;
use pep508_rs::PackageName;

use crate::{Control, Error, Metadata, WheelFile, requirement::package_name};

/// Whether a file was withdrawn by its authors (PEP 592).
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub enum Yanked {
    /// It was not.
    #[default]
    No,
    /// It was, with a reason that may be empty.
    Yes(String),
}

/// A version of a package that the target can load.
#[derive(Clone, Debug)]
#[non_exhaustive]
pub struct Release {
    /// The package.
    pub name: PackageName,
    /// The version.
    pub version: Version,
    /// The wheels that fit, the best one first; none for a package of a [`Catalogue`] without files.
    pub wheels: Vec<Arc<WheelFile>>,
    /// Whether the best wheel was yanked.
    pub yanked: Yanked,
    /// The label of the source.
    pub source: Arc<str>,
}

impl Release {
    /// Returns a release without wheels, of a source that finds its files itself.
    #[must_use]
    pub fn new(name: PackageName, version: Version, source: Arc<str>) -> Self {
        Self { name, version, wheels: Vec::new(), yanked: Yanked::No, source }
    }
}

/// A file that the target cannot load.
#[derive(Clone, Debug, PartialEq, Eq)]
#[non_exhaustive]
pub struct OtherFile {
    /// The version, if the name of the file states it.
    pub version: Option<Version>,
    /// The name of the file.
    pub file_name: String,
    /// The reason.
    pub misfit: Misfit,
}

impl OtherFile {
    /// Returns a file with the reason why it cannot be loaded.
    #[must_use]
    pub fn new(version: Option<Version>, file_name: &str, misfit: Misfit) -> Self {
        Self { version, file_name: file_name.to_owned(), misfit }
    }
}

/// The reason why the target cannot load a file.
#[derive(Clone, Debug, PartialEq, Eq)]
#[non_exhaustive]
pub enum Misfit {
    /// A source archive, which would have to be built.
    Source,
    /// A wheel for another platform, with its tags.
    Platform(String),
    /// A wheel for another Python, with its tags.
    Python(String),
    /// A wheel of a package that requires another Python.
    RequiresPython(String),
    /// A file that is neither a wheel nor a source archive.
    Format,
    /// A file that a lock lists, and that does not exist.
    Absent,
}

impl fmt::Display for Misfit {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::Source => f.write_str("is a source archive, and nothing is built here"),
            Self::Platform(tags) => write!(f, "is for another platform ({tags})"),
            Self::Python(tags) => write!(f, "is for another Python ({tags})"),
            Self::RequiresPython(versions) => write!(f, "requires Python {versions}"),
            Self::Format => f.write_str("is not a wheel"),
            Self::Absent => f.write_str("is in the lock, but the file is not there"),
        }
    }
}

/// The versions of a package in a source.
#[derive(Clone, Debug)]
#[non_exhaustive]
pub struct Releases {
    /// The label of the source, for messages.
    pub source: Arc<str>,
    /// The versions that fit, the newest first.
    pub fitting: Vec<Release>,
    /// The files that do not fit, for messages.
    pub others: Vec<OtherFile>,
}

impl Releases {
    /// Returns releases that fit, in any order.
    #[must_use]
    pub fn new(source: Arc<str>, mut fitting: Vec<Release>, others: Vec<OtherFile>) -> Self {
        fitting.sort_by(|one, other| other.version.cmp(&one.version));
        Self { source, fitting, others }
    }
}

/// A place that has packages. A [`resolve`](crate::resolve()) asks several in order: for each package, the version of the
/// first source is preferred.
pub trait Source {
    /// Returns a name for messages.
    fn label(&self) -> &str;

    /// Returns the versions of a package; `None` if the source does not have it.
    ///
    /// # Errors
    /// [`Error`], which ends the resolution.
    fn releases(&self, name: &PackageName, control: &mut Control<'_>) -> Result<Option<Arc<Releases>>, Error>;

    /// Returns the metadata of a release of this source.
    ///
    /// # Errors
    /// [`Error::Format`] and [`Error::Wheel`] exclude the version; others end the resolution.
    fn metadata(&self, release: &Release, control: &mut Control<'_>) -> Result<Arc<Metadata>, Error>;

    /// Fetches what [`releases`](Self::releases) will need, all at once.
    ///
    /// # Errors
    /// [`Error`], which ends the resolution.
    fn prepare(&self, names: &[PackageName], control: &mut Control<'_>) -> Result<(), Error> {
        let _ = (names, control);
        Ok(())
    }
}

/// A list of packages with one version each, such as the lock of a distribution.
///
/// ```
/// let mut catalogue = terrarium_index::Catalogue::new("the distribution");
/// catalogue.add("pandas", "3.0.2", &["numpy>=2", "python-dateutil"])?;
/// assert!(catalogue.add("pandas", "three", &[]).is_err());
/// # Ok::<(), terrarium_index::Error>(())
/// ```
#[derive(Clone, Debug)]
pub struct Catalogue {
    label: Arc<str>,
    packages: BTreeMap<PackageName, Vec<Entry>>,
}

/// A package of a catalogue: its metadata, and its wheel if the catalogue has it.
type Entry = (Arc<Metadata>, Option<Arc<WheelFile>>);

impl Catalogue {
    /// Returns an empty catalogue with a name for messages.
    #[must_use]
    pub fn new(label: &str) -> Self {
        Self { label: label.into(), packages: BTreeMap::new() }
    }

    /// Adds a package with its requirements.
    ///
    /// # Errors
    /// [`Error::Requirement`] for a name, a version or a requirement that cannot be read.
    pub fn add(&mut self, name: &str, version: &str, requires: &[&str]) -> Result<(), Error> {
        let name = package_name(name).ok_or_else(|| Error::requirement(name, "it is not a name"))?;
        let version: Version = version.parse().map_err(|error| Error::requirement(version, error))?;
        let mut metadata = Metadata::new(name, version);
        metadata.requires = requires.iter().map(|text| text.parse()).collect::<Result<_, _>>()?;
        self.add_metadata(metadata, None);
        Ok(())
    }

    /// Adds a package with its metadata, and its wheel if there is one.
    pub fn add_metadata(&mut self, metadata: Metadata, wheel: Option<WheelFile>) {
        let entry = (Arc::new(metadata), wheel.map(Arc::new));
        self.packages.entry(entry.0.name.clone()).or_default().push(entry);
    }
}

impl Source for Catalogue {
    fn label(&self) -> &str {
        &self.label
    }

    fn releases(&self, name: &PackageName, _: &mut Control<'_>) -> Result<Option<Arc<Releases>>, Error> {
        let release = |(metadata, wheel): &Entry| Release {
            name: name.clone(),
            version: metadata.version.clone(),
            wheels: wheel.iter().cloned().collect(),
            yanked: Yanked::No,
            source: Arc::clone(&self.label),
        };
        let found = self.packages.get(name).map(|versions| versions.iter().map(release).collect());
        Ok(found.map(|fitting| Arc::new(Releases::new(Arc::clone(&self.label), fitting, Vec::new()))))
    }

    fn metadata(&self, release: &Release, _: &mut Control<'_>) -> Result<Arc<Metadata>, Error> {
        let versions = self.packages.get(&release.name);
        let found = versions.and_then(|versions| versions.iter().find(|(m, _)| m.version == release.version));
        let what = format!("{} {}", release.name, release.version);
        found
            .map(|(metadata, _)| Arc::clone(metadata))
            .ok_or_else(|| Error::format(what, format!("not in {}", self.label)))
    }
}
