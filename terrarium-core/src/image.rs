//! [`Image`]: a booted interpreter with its packages imported, as a file.

mod background;
mod build;
mod cache_folder;
mod compile_sources;
mod environment;
mod file;
mod find;
mod header;
mod held;
mod housekeeping;
mod info;
mod layered;
mod open;
mod open_images;
mod options;
mod ready;
mod verify;
mod waiting;

use std::{
    collections::BTreeSet,
    ops::ControlFlow,
    path::{Path, PathBuf},
    sync::Arc,
    time::Duration,
};

pub use cache_folder::{CacheEntry, CacheFolder, CacheKind};
pub use info::ImageInfo;
pub use options::{ImageOptions, ImageProgress};

use crate::{
    Error, Result,
    cache::Hold,
    engine::Snapshot,
    guest::{GuestConfig, Noted},
    package::PlacedFile,
    provision::add_ready,
};
pub(crate) use background::{build_in_background, found_or_made, is_built};
pub(crate) use build::Recipe;
pub(crate) use compile_sources::compile_sources;
pub(crate) use find::{bare, found_or_built};
pub(crate) use held::{holding, open_held};
pub(crate) use layered::layered;
pub(crate) use ready::ready;
use terrarium_unix::{
    syscall::{MappedFile, OpenFile},
    vfs::Layer,
};
pub(crate) use waiting::in_background;

/// A booted interpreter with its packages imported. Sandboxes start from an image in a fraction of a millisecond.
///
/// An image is one file of machine code, memory and files. A [`Sandbox`](crate::Sandbox) builds the image that it needs
/// once and keeps it in the cache folder. Build an image yourself to choose its content, to move it to other machines,
/// or to spend the seconds of its build at another time.
///
/// An image is cheap to clone. All sandboxes of a process, and all processes of a machine, share the memory of one
/// image file.
///
/// ```
/// # fn main() -> terrarium_core::Result<()> {
/// use terrarium_core::{Image, ImageOptions, Sandbox, SandboxOptions, Value};
///
/// let image = Image::build(ImageOptions::new().prepare("import fractions"))?;
/// let sandbox = Sandbox::on_image(image, SandboxOptions::default())?;
/// let result = sandbox.execute("import sys; 'fractions' in sys.modules")?;
/// assert_eq!(result.final_expression, Some(Value::Bool(true)));
/// # Ok(())
/// # }
/// ```
#[derive(Clone)]
pub struct Image {
    inner: Arc<OpenImage>,
}

/// An open image: the machine code is mapped, and the files are in a layer.
pub(crate) struct OpenImage {
    pub(crate) snapshot: Arc<Snapshot>,
    /// The files that every sandbox has, including those of the packages.
    pub(crate) layer: Arc<Layer>,
    /// The files of the packages.
    files: Vec<PlacedFile>,
    /// Keeps the file from being removed.
    _hold: Option<Hold>,
    /// The image below a layer, which is kept too.
    base: Option<Image>,
    /// The hash of the machine code.
    sha256: String,
    /// The keys of its packages.
    pub(crate) parts: BTreeSet<String>,
    /// The descriptors that the interpreter left open.
    pub(crate) open_files: Vec<OpenFile>,
    pub(crate) mapped_files: Vec<MappedFile>,
    /// The searches of packages when they were imported.
    noted: Noted,
    /// The configuration that the interpreter was set up with.
    pub(crate) config: GuestConfig,
    pub(crate) info: ImageInfo,
}

impl OpenImage {
    /// Whether the image is a layer on another one.
    pub(crate) fn is_layer(&self) -> bool {
        self.base.is_some()
    }
}

impl Image {
    /// Builds an image, or finds the image that an earlier build made from the same inputs.
    ///
    /// A build takes seconds: about five for the bare image, thirty with numpy, pandas and matplotlib on two cores. It
    /// downloads nothing.
    ///
    /// # Errors
    /// [`Error::Package`] for packages that are missing or broken, [`Error::Image`] when the preparation code or an
    /// import fails, [`Error::Cache`] for a cache folder that cannot be used.
    pub fn build(options: ImageOptions) -> Result<Self> {
        Self::build_with(options, |_| ControlFlow::Continue(()))
    }

    /// Builds an image like [`build`](Self::build), and passes each step to `progress`, and the present step again every 50
    /// milliseconds. A break ends the call at once, and the compilation at the next function.
    ///
    /// # Errors
    /// As for [`build`](Self::build), and [`Error::Cancelled`] after a break.
    pub fn build_with(options: ImageOptions, progress: impl Fn(ImageProgress) -> ControlFlow<()>) -> Result<Self> {
        find::of_options(&options, &progress)
    }

    /// Opens an image file, such as one that [`save`](Self::save) wrote on another machine of the same kind.
    ///
    /// The file is native code that runs in this process: open only files from a builder that you trust. The first
    /// time, the content is checked against its own hash.
    ///
    /// # Errors
    /// [`Error::Image`] for a file that is not an image, is damaged, was built by another version or for another kind
    /// of machine, or is writable by other users.
    pub fn open(path: impl AsRef<Path>) -> Result<Self> {
        Self::open_with(path.as_ref(), None)
    }

    /// Adds a warning to the description of an image that was just opened.
    fn warn(&mut self, warning: String) {
        if let Some(open) = Arc::get_mut(&mut self.inner) {
            open.info.warnings.push(warning);
        }
    }

    /// Opens an image file with another cache folder than the default one.
    pub(crate) fn open_with(path: &Path, cache_dir: Option<&Path>) -> Result<Self> {
        find::open_file(path, cache_dir)
    }

    /// Sets the bare image of this process: sandboxes without packages start from it.
    ///
    /// Programs and packages that ship an image call this, so that no machine has to build one. Build the image with
    /// [`portable`](ImageOptions::portable). The file is trusted as a part of the program and not checked. Where it
    /// cannot be used (another version, an older processor), the image of the feature `shipped-image` is used, or one is
    /// built as usual.
    ///
    /// ```
    /// use terrarium_core::Image;
    ///
    /// # fn main() -> terrarium_core::Result<()> {
    /// Image::set_bare("/opt/program/bare.timg")?;
    /// let error = Image::set_bare("/elsewhere/bare.timg").unwrap_err();
    /// assert_eq!(error.code(), "bare_image_already_set");
    /// # Ok(())
    /// # }
    /// ```
    ///
    /// # Errors
    /// [`Error::BareImageAlreadySet`], when an earlier call has set another path.
    pub fn set_bare(path: impl Into<PathBuf>) -> Result<()> {
        find::ship(path.into())
    }

    /// Adds a folder of ready images to this process: sandboxes with exactly the packages of one start from it, and nothing
    /// is built. The packages in the folder are also available to other sandboxes, after those of the package store.
    ///
    /// Programs and packages that ship such a folder call this. The first process on a machine unpacks an image into the
    /// cache folder. An image that cannot be used (another version, an older processor) is left out, and images are built
    /// as usual.
    ///
    /// # Errors
    /// [`Error::Image`] for a folder without ready images, or of another version.
    pub fn add_ready(folder: impl AsRef<Path>) -> Result<()> {
        add_ready(folder.as_ref())
    }

    /// Makes a folder for [`add_ready`](Self::add_ready): compressed images with these options, their wheels and their
    /// bytecode. The images are [`portable`](ImageOptions::portable) and have no preparation code.
    ///
    /// # Errors
    /// As for [`build`](Self::build), and [`Error::Image`] for a folder that cannot be written.
    pub fn make_ready(folder: impl AsRef<Path>, images: &[ImageOptions]) -> Result<()> {
        ready::pack(folder.as_ref(), images)
    }

    /// Writes the image to a self-contained file, which can be moved to other machines of the same kind.
    ///
    /// # Errors
    /// [`Error::Image`] with the system's reason.
    pub fn save(&self, path: impl AsRef<Path>) -> Result<()> {
        file::save(&self.inner.info, &self.inner.files, path.as_ref())
    }

    /// Returns the description of the image file at `path`, without opening the image for use.
    ///
    /// # Errors
    /// [`Error::Image`] for a file that is not an image of this version.
    pub fn inspect(path: impl AsRef<Path>) -> Result<ImageInfo> {
        open::inspect(path.as_ref())
    }

    /// Lists the images of this version in a cache folder (`None`: the default folder).
    ///
    /// # Errors
    /// [`Error::Cache`] for a folder that cannot be used.
    pub fn list(cache_dir: Option<&Path>) -> Result<Vec<ImageInfo>> {
        housekeeping::list(cache_dir)
    }

    /// Removes files from a cache folder and returns their paths: images and compiled functions that this version
    /// cannot use and, if `unused_for` is given, images that were not used for that long. Images in use continue to
    /// work.
    ///
    /// # Errors
    /// [`Error::Cache`] for a folder that cannot be used.
    pub fn prune(cache_dir: Option<&Path>, unused_for: Option<Duration>) -> Result<Vec<PathBuf>> {
        housekeeping::prune(cache_dir, unused_for)
    }

    /// Returns the description of the image.
    pub fn info(&self) -> &ImageInfo {
        &self.inner.info
    }

    /// Returns the files of the image's packages.
    pub(crate) fn packaged(&self) -> &[PlacedFile] {
        &self.inner.files
    }

    pub(crate) fn inner(&self) -> &Arc<OpenImage> {
        &self.inner
    }

    pub(crate) fn new(image: OpenImage) -> Self {
        Self { inner: Arc::new(image) }
    }
}

impl std::fmt::Debug for Image {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.debug_struct("Image").field("info", &self.inner.info).finish_non_exhaustive()
    }
}

/// Returns an error of an image's file without a source.
fn fault(path: &Path, reason: impl Into<String>) -> Error {
    Error::image(path, reason)
}
