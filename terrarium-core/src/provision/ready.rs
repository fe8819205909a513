//! Ready images: folders with images, wheels and bytecode that an installed package brings, and the bare image that is built
//! into this library.
//!
//! ```text
//! ready.json        the images: file, size, wheels, modules
//! images/*.zst      images without their packages' files, compressed
//! wheels/*.whl      the packages, a package source after all others
//! bytecode/*.zip    their bytecode, as in the cache folder
//! ```

use std::{
    collections::BTreeSet,
    fs,
    path::{Path, PathBuf},
    sync::{Arc, LazyLock, Mutex, PoisonError},
};

use serde::{Deserialize, Serialize};

use super::MountedPackages;
use crate::{Error, Result, error::ErrorContext};

/// The description of a folder.
const INDEX: &str = "ready.json";
/// The folders of the parts.
pub(crate) const IMAGES: &str = "images";
pub(crate) const WHEELS: &str = "wheels";
pub(crate) const BYTECODE: &str = "bytecode";
/// The version of the folder's form.
const FORMAT: u32 = 1;

/// A folder of ready images.
#[derive(Debug)]
pub(crate) struct ReadyFolder {
    pub(crate) path: PathBuf,
    pub(crate) index: ReadyIndex,
}

/// The content of the description.
#[derive(Debug, Serialize, Deserialize)]
pub(crate) struct ReadyIndex {
    format: u32,
    pub(crate) images: Vec<ReadyImage>,
}

/// An image of a folder.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub(crate) struct ReadyImage {
    /// The name of the compressed file.
    pub(crate) file: String,
    /// The SHA-256 of the image, in hexadecimal.
    pub(crate) sha256: String,
    /// The size of the image in bytes.
    pub(crate) bytes: u64,
    /// The SHA-256 of all its wheels, in hexadecimal.
    pub(crate) wheels: BTreeSet<String>,
    /// The modules that it has imported by name.
    pub(crate) modules: BTreeSet<String>,
    /// The library, the guest and the machine code that it is for.
    pub(crate) target: String,
}

/// An image that is built into this library.
#[derive(Debug)]
pub(crate) struct BuiltInImage {
    pub(crate) image: ReadyImage,
    /// The compressed image.
    pub(crate) content: &'static [u8],
}

/// Returns the bare image that is built into this library, if there is one.
pub(crate) fn built_in_image() -> Option<&'static BuiltInImage> {
    static BARE: LazyLock<Option<BuiltInImage>> = LazyLock::new(|| {
        let (index, content) = packed()?;
        match serde_json::from_slice::<ReadyIndex>(index) {
            Ok(index) if index.format == FORMAT => {
                Some(BuiltInImage { image: index.images.into_iter().next()?, content })
            }
            _ => None,
        }
    });
    BARE.as_ref()
}

/// Returns the description and the content of the image in the crate of that purpose.
#[cfg(feature = "shipped-image")]
fn packed() -> Option<(&'static [u8], &'static [u8])> {
    terrarium_image::bare().map(|packed| (packed.index, packed.content))
}

#[cfg(not(feature = "shipped-image"))]
fn packed() -> Option<(&'static [u8], &'static [u8])> {
    None
}

static FOLDERS: Mutex<Vec<Arc<ReadyFolder>>> = Mutex::new(Vec::new());

/// Returns the folders, in the order in which they were added.
pub(crate) fn ready_folders() -> Vec<Arc<ReadyFolder>> {
    FOLDERS.lock().unwrap_or_else(PoisonError::into_inner).clone()
}

/// Whether there are folders.
pub(crate) fn has_ready_images() -> bool {
    !FOLDERS.lock().unwrap_or_else(PoisonError::into_inner).is_empty()
}

/// Adds a folder, unless it was added before.
///
/// # Errors
/// [`Error::Image`] for a folder of another kind or form.
pub(crate) fn add_ready(path: &Path) -> Result<()> {
    let path = path.canonicalize().or_image(path, "")?;
    let file = path.join(INDEX);
    let text = fs::read(&file).or_image(&file, "")?;
    let index: ReadyIndex = serde_json::from_slice(&text).or_image(&file, "")?;
    if index.format != FORMAT {
        return Err(Error::image(file, "it was made by another version of this library"));
    }
    let mut folders = FOLDERS.lock().unwrap_or_else(PoisonError::into_inner);
    if folders.iter().all(|folder| folder.path != path) {
        folders.push(Arc::new(ReadyFolder { path, index }));
    }
    Ok(())
}

impl ReadyFolder {
    /// Returns the image that was made of exactly these packages and has imported these modules.
    pub(crate) fn image_of(&self, packages: &MountedPackages, modules: &[String]) -> Option<&ReadyImage> {
        let wheels: BTreeSet<&str> = packages.wheels.iter().map(|wheel| wheel.sha256.as_str()).collect();
        self.index.images.iter().find(|image| {
            image.wheels.iter().map(String::as_str).eq(wheels.iter().copied())
                && modules.iter().all(|module| image.modules.contains(module))
        })
    }
}

/// Writes the description of a folder.
///
/// # Errors
/// [`Error::Image`] with the system's reason.
pub(crate) fn write_index(folder: &Path, images: Vec<ReadyImage>) -> Result<()> {
    let file = folder.join(INDEX);
    let text = serde_json::to_vec_pretty(&ReadyIndex { format: FORMAT, images }).or_image(&file, "")?;
    fs::write(&file, text).or_image(&file, "")
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::provision::mount::MountedWheel;

    fn mounted(wheels: &[&str]) -> MountedPackages {
        let wheel = |sha256: &&str| MountedWheel { path: PathBuf::new(), sha256: (*sha256).to_owned(), bytecode: None };
        MountedPackages { wheels: wheels.iter().map(wheel).collect(), ..MountedPackages::none().unwrap() }
    }

    #[test]
    fn an_image_serves_the_packages_that_it_was_made_of_and_no_others() {
        let dir = tempfile::tempdir().unwrap();
        let set = |names: &[&str]| names.iter().map(|name| (*name).to_owned()).collect();
        let image = |file: &str, wheels, modules| ReadyImage {
            file: file.to_owned(),
            sha256: String::new(),
            bytes: 1,
            wheels: set(wheels),
            modules: set(modules),
            target: String::new(),
        };
        let all = image("all", &["1", "2", "3"], &["a", "b", "c"]);
        write_index(dir.path(), vec![all, image("some", &["1", "2"], &["a", "b"])]).unwrap();
        let text = fs::read(dir.path().join(INDEX)).unwrap();
        let folder = ReadyFolder { path: dir.path().to_owned(), index: serde_json::from_slice(&text).unwrap() };
        let found = |wheels: &[&str], modules: &[&str]| {
            let modules: Vec<String> = modules.iter().map(|name| (*name).to_owned()).collect();
            folder.image_of(&mounted(wheels), &modules).map(|image| image.file.as_str())
        };
        assert_eq!(found(&["2", "1"], &["b"]), Some("some"));
        assert_eq!(found(&["3", "2", "1"], &["c", "a"]), Some("all"));
        assert_eq!(found(&["1"], &["a"]), None);
        assert_eq!(found(&["1", "2", "4"], &["a"]), None);
        assert_eq!(found(&["1", "2"], &["a.part"]), None);
    }

    #[test]
    fn another_folder_is_refused_with_the_reason() {
        let dir = tempfile::tempdir().unwrap();
        assert!(add_ready(&dir.path().join("no")).unwrap_err().to_string().contains("No such file"));
        let file = dir.path().join(INDEX);
        for text in ["", "{}", "[1]", r#"{"format": 99, "images": []}"#] {
            fs::write(&file, text).unwrap();
            assert_eq!(add_ready(dir.path()).unwrap_err().code(), "image", "{text}");
        }
    }
}
