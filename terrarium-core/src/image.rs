//! [`Image`]: an interpreter that has booted, with its packages imported, as a file.

mod build;
mod compile_sources;
mod file;
mod find;
mod header;
mod housekeeping;
mod info;
mod open;
mod open_images;
mod options;
mod verify;

use std::{
    path::{Path, PathBuf},
    sync::Arc,
    time::Duration,
};

pub use info::ImageInfo;
pub use options::{ImageOptions, ImageProgress};

use crate::{Error, Result, engine::Snapshot, guest::GuestConfig, package::PlacedFile};
pub(crate) use build::Recipe;
pub(crate) use compile_sources::compile_sources;
pub(crate) use find::{bare, found_or_built};
use terrarium_unix::{syscall::OpenFile, vfs::Layer};

/// An interpreter that has booted and imported its packages: what sandboxes start from, in a fraction of a millisecond.
///
/// An image is one file of machine code, memory and files. A [`Sandbox`](crate::Sandbox) makes the one that it needs by
/// itself, once, and keeps it in the cache folder; building one by hand is for choosing what is in it, for moving it to
/// other machines, or for paying the seconds that it takes at another time.
///
/// Cheap to clone; all sandboxes of a process, and all processes of a machine, share the memory of one image file.
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

/// An open image: its machine code is mapped, its files are laid out.
pub(crate) struct OpenImage {
    pub(crate) snapshot: Arc<Snapshot>,
    /// The files that every sandbox has, those of its packages included.
    pub(crate) layer: Arc<Layer>,
    /// The files of its packages.
    files: Vec<PlacedFile>,
    /// What its interpreter left open.
    pub(crate) open_files: Vec<OpenFile>,
    /// How its interpreter was set up.
    pub(crate) config: GuestConfig,
    pub(crate) info: ImageInfo,
}

impl Image {
    /// Build an image, or find the one that was built before from the same things. It takes seconds: about five for the
    /// bare interpreter, thirty with numpy, pandas and matplotlib on two cores. Nothing is downloaded.
    ///
    /// # Errors
    /// [`Error::Package`] for packages that are not there or broken, [`Error::Image`] when the preparation code or
    /// an import fails, [`Error::Cache`] for a cache folder that cannot be used.
    pub fn build(options: ImageOptions) -> Result<Self> {
        Self::build_with(options, |_| ())
    }

    /// The same, telling `progress` what is being done.
    ///
    /// # Errors
    /// As for [`build`](Self::build).
    pub fn build_with(options: ImageOptions, progress: impl Fn(ImageProgress)) -> Result<Self> {
        find::of_options(&options, &progress)
    }

    /// Open an image file, such as one that [`save`](Self::save) wrote on another machine of the same kind.
    ///
    /// The file is native code that runs in this process: open only what you or somebody you trust has built. Its
    /// content is checked against its own hash when it is first seen.
    ///
    /// # Errors
    /// [`Error::Image`] for a file that is no image, is damaged, was made by another version or for another kind of
    /// machine, or that others can write to.
    pub fn open(path: impl AsRef<Path>) -> Result<Self> {
        Self::open_with(path.as_ref(), None)
    }

    /// The same with another cache folder than the default one.
    pub(crate) fn open_with(path: &Path, cache_dir: Option<&Path>) -> Result<Self> {
        find::open_file(path, cache_dir)
    }

    /// Sets the bare image of this process: the one that sandboxes without packages start from.
    ///
    /// It is for programs and packages that bring the image with them, built with
    /// [`portable`](ImageOptions::portable), so that no machine has to build one. The file is trusted as a part of the
    /// program and not checked. Where it cannot be used (another version, an older processor), an image is built as
    /// usual.
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

    /// Write the image to a file that holds all that it needs and can be moved to other machines of the same kind.
    ///
    /// # Errors
    /// [`Error::Image`] with the system's reason.
    pub fn save(&self, path: impl AsRef<Path>) -> Result<()> {
        file::save(&self.inner.info, &self.inner.files, path.as_ref())
    }

    /// What is in the image file at `path`, without opening it for use.
    ///
    /// # Errors
    /// [`Error::Image`] for a file that is no image of this version.
    pub fn inspect(path: impl AsRef<Path>) -> Result<ImageInfo> {
        open::inspect(path.as_ref())
    }

    /// The images in a cache folder (none: the default one) that this version made.
    ///
    /// # Errors
    /// [`Error::Cache`] for a folder that cannot be used.
    pub fn list(cache_dir: Option<&Path>) -> Result<Vec<ImageInfo>> {
        housekeeping::list(cache_dir)
    }

    /// Remove images from a cache folder: those that this version cannot use and, if a time is given, those that
    /// nobody has used for so long; and compiled functions that this version cannot use. Images in use go on working.
    /// The paths of what was removed.
    ///
    /// # Errors
    /// [`Error::Cache`] for a folder that cannot be used.
    pub fn prune(cache_dir: Option<&Path>, unused_for: Option<Duration>) -> Result<Vec<PathBuf>> {
        housekeeping::prune(cache_dir, unused_for)
    }

    /// What is in it.
    pub fn info(&self) -> &ImageInfo {
        &self.inner.info
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

/// An error of an image's file that no other error caused.
fn fault(path: &Path, reason: impl Into<String>) -> Error {
    Error::image(path, reason)
}
