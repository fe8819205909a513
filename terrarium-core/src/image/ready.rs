//! Ready images: made for a package that users install, found and unpacked where it is installed.

#[cfg(test)]
mod tests;

use std::{
    collections::BTreeSet,
    fmt,
    fs::{self, File},
    io::{self, Read as _},
    path::{Path, PathBuf},
};

use serde_json::{Map, Value as Json};

use super::{
    Image, ImageOptions, Recipe, build, fault, find,
    housekeeping::keep_within,
    open::open,
    open_images::{Key, open_images},
};
use crate::{
    Error, Result, SandboxOptions,
    cache::{self, Cache, CachedFile},
    engine::{CodeKind, compatibility},
    error::ErrorContext,
    package::LOCK_FILE,
    provision::{self, BuiltInImage, MountedPackages, ReadyImage},
};

/// The level of compression: higher ones take minutes for a few hundredths.
const LEVEL: i32 = 15;
/// The level for small images, such as the bare one: a twelfth better, and six seconds longer.
const LEVEL_OF_SMALL: i32 = 19;
/// The largest small image.
const SMALL: usize = 64 << 20;
/// The logarithm of the distance at which repetitions are found. Readers accept it without further options.
const WINDOW: u32 = 27;
/// The largest image that is unpacked.
const MAX_BYTES: u64 = 2 << 30;

/// A compressed image.
struct Packed<'a> {
    image: &'a ReadyImage,
    content: PackedContent<'a>,
}

#[derive(Debug)]
enum PackedContent<'a> {
    File(PathBuf),
    BuiltIn(&'a [u8]),
}

/// Returns the ready image of exactly these packages, if an installed package brings one that works here.
///
/// # Errors
/// [`Error::Cache`](crate::Error::Cache) for a cache folder that cannot be used.
pub(crate) fn ready(options: &SandboxOptions, mounted: &MountedPackages, modules: &[String]) -> Result<Option<Image>> {
    of_folders(options.cache_dir.as_deref(), options.cache_bytes, mounted, modules)
}

/// Returns the bare image that an installed package or this library brings, if one works here.
///
/// # Errors
/// As for [`ready`].
pub(super) fn ready_bare(
    cache_dir: Option<&Path>,
    recipe: &Recipe,
    built_in: Option<&BuiltInImage>,
) -> Result<Option<Image>> {
    let image = of_folders(cache_dir, recipe.cache_bytes, &recipe.mounted, &[])?;
    match (image, built_in) {
        (None, Some(built_in)) => {
            let packed = Packed { image: &built_in.image, content: PackedContent::BuiltIn(built_in.content) };
            packed.open(cache_dir, recipe.cache_bytes, &recipe.mounted)
        }
        (image, _) => Ok(image),
    }
}

fn of_folders(
    cache_dir: Option<&Path>,
    cache_bytes: u64,
    mounted: &MountedPackages,
    modules: &[String],
) -> Result<Option<Image>> {
    for folder in provision::ready_folders() {
        let Some(image) = folder.image_of(mounted, modules) else { continue };
        let content = PackedContent::File(folder.path.join(provision::IMAGES).join(&image.file));
        if let Some(image) = (Packed { image, content }).open(cache_dir, cache_bytes, mounted)? {
            return Ok(Some(image));
        }
    }
    Ok(None)
}

/// Unpacks the ready image with the most of these wheels and no others, if there is one: a layer can be on it.
///
/// # Errors
/// As for [`ready`].
pub(super) fn unpack_part(cache: &Cache, wheels: &BTreeSet<&str>) -> Result<()> {
    let target = target()?;
    let folders = provision::ready_folders();
    let images = folders.iter().flat_map(|folder| folder.index.images.iter().map(move |image| (folder, image)));
    let suited = images.filter(|(_, image)| {
        let is_part = image.wheels.iter().all(|wheel| wheels.contains(wheel.as_str()));
        image.target == target && is_part && !image.wheels.is_empty()
    });
    let Some((folder, image)) = suited.max_by_key(|(_, image)| image.wheels.len()) else { return Ok(()) };
    let content = PackedContent::File(folder.path.join(provision::IMAGES).join(&image.file));
    match (Packed { image, content }).unpacked(cache) {
        // It serves no sandbox by itself here.
        Err(error @ Error::Image { .. }) => {
            tracing::warn!(%error, "a ready image is damaged");
            Ok(())
        }
        unpacked => unpacked.map(drop),
    }
}

impl Packed<'_> {
    /// Opens the image, which the first process unpacks into the cache folder. `None` for an image that cannot be used
    /// here.
    ///
    /// # Errors
    /// [`Error::Cache`](crate::Error::Cache) for a cache folder that cannot be used, and
    /// [`Error::Image`](crate::Error::Image) for a file that cannot be read.
    fn open(&self, cache_dir: Option<&Path>, cache_bytes: u64, mounted: &MountedPackages) -> Result<Option<Image>> {
        if self.image.target != target()? {
            tracing::warn!(from = %self.content, "a ready image is for another version of this library");
            return Ok(None);
        }
        let cache = Cache::new(cache_dir);
        let key = Key { path: cache.path(&self.name()), cache_dir: None, file: None };
        if let Some(image) = open_images(|images| images.find(&key)) {
            return Ok(Some(image));
        }
        let path = match (self.unpacked(&cache), &self.content) {
            // The same program has all that it takes to build another one.
            (Err(error @ Error::Image { .. }), PackedContent::BuiltIn(_)) => {
                tracing::warn!(%error, from = %self.content, "a ready image is damaged");
                return Ok(None);
            }
            (path, _) => path?,
        };
        match open(cache_dir, &path, Some(mounted)) {
            Ok(image) => {
                keep_within(&cache, cache_bytes);
                Ok(Some(open_images(|images| images.keep(key, image))))
            }
            // An older processor, for example: an image is built as usual.
            Err(error) => {
                tracing::warn!(%error, from = %self.content, "a ready image cannot be used here");
                Ok(None)
            }
        }
    }

    /// Returns the image's file in the cache folder. The wheels are not part of the name, since the image contains their
    /// hashes.
    fn name(&self) -> String {
        cache::name(&cache::digest([b"ready".as_slice(), self.image.sha256.as_bytes()])) + ".timg"
    }

    /// Returns the path of the unpacked image in the cache folder, where the first process unpacks it.
    fn unpacked(&self, cache: &Cache) -> Result<PathBuf> {
        let name = self.name();
        if let CachedFile::Intact(path) = cache.check(&name)? {
            return Ok(path);
        }
        let _lock = cache.lock(&format!("{name}.lock"), None, &|| ())?;
        match cache.check(&name)? {
            CachedFile::Intact(path) => Ok(path),
            _ => cache.store_for_now(&name, &self.unpack()?),
        }
    }

    /// Unpacks the image, whose archive has a checksum of its content.
    fn unpack(&self) -> Result<Vec<u8>> {
        let (bytes, place) = (self.image.bytes, PathBuf::from(self.content.to_string()));
        if bytes > MAX_BYTES {
            return Err(fault(&place, format!("it has {bytes} bytes, the limit is {MAX_BYTES}")));
        }
        let unpack = || -> io::Result<Vec<u8>> {
            let size = usize::try_from(bytes).unwrap_or(usize::MAX);
            let mut content = Vec::new();
            content.try_reserve_exact(size)?;
            match &self.content {
                PackedContent::File(path) => {
                    let reader = zstd::stream::read::Decoder::new(File::open(path)?)?;
                    reader.take(bytes.saturating_add(1)).read_to_end(&mut content)?;
                }
                PackedContent::BuiltIn(packed) => {
                    zstd::bulk::Decompressor::new()?.decompress_to_buffer(packed, &mut content)?;
                }
            }
            Ok(content)
        };
        let content = unpack().or_image(&place, "")?;
        match content.len() as u64 == bytes {
            true => Ok(content),
            false => Err(fault(&place, "it has another size than its description states")),
        }
    }
}

impl fmt::Display for PackedContent<'_> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::File(path) => path.display().fmt(f),
            Self::BuiltIn(_) => f.write_str("the bare image in this program"),
        }
    }
}

/// Returns what ready images must be made for: this version, this guest, and machine code for any processor.
fn target() -> Result<String> {
    let code = compatibility(CodeKind { inline: false, portable: true })?;
    Ok(format!("{} {} {} {code}", env!("CARGO_PKG_VERSION"), build::target(), provision::guest_key()?))
}

/// Makes a folder of ready images.
///
/// # Errors
/// As for [`Image::build`], and [`Error::Image`](crate::Error::Image) for a folder that cannot be written.
pub(super) fn pack(folder: &Path, images: &[ImageOptions]) -> Result<()> {
    for part in [provision::IMAGES, provision::WHEELS, provision::BYTECODE] {
        let part = folder.join(part);
        fs::create_dir_all(&part).or_image(&part, "")?;
    }
    let (mut packed, mut sources) = (Vec::new(), BTreeSet::new());
    for options in images {
        if !options.portable || options.inline {
            return Err(Error::option("portable", "ready images are portable, and not compiled with inlining"));
        }
        let image = find::of_options(options, &|_| std::ops::ControlFlow::Continue(()))?;
        let mounted = Recipe::new(options, None)?.mounted;
        for wheel in &mounted.wheels {
            sources.insert(wheel.path.clone());
            let copies = [(provision::WHEELS, Some(&wheel.path)), (provision::BYTECODE, wheel.bytecode.as_ref())];
            for (part, from) in copies {
                let Some((from, name)) = from.and_then(|from| Some((from, from.file_name()?))) else { continue };
                let to = folder.join(part).join(name);
                // Not a copy of the file's mode: the cache folder's files are private.
                let content = fs::read(from).or_image(from, "")?;
                fs::write(&to, content).or_image(&to, "")?;
            }
        }
        let path = &image.info().path;
        let kept = Cache::new(options.cache_dir.as_deref());
        let name = path.file_name().unwrap_or_default().to_string_lossy();
        let content = kept.read(&name)?.ok_or_else(|| fault(path, "it is damaged"))?;
        let name = format!("{}.zst", image.info().name);
        let to = folder.join(provision::IMAGES).join(&name);
        let level = if content.len() <= SMALL { LEVEL_OF_SMALL } else { LEVEL };
        compress(&content, level, &to).or_image(&to, "")?;
        packed.push(ReadyImage {
            file: name,
            sha256: cache::hex(&cache::digest([content.as_slice()])),
            bytes: content.len() as u64,
            wheels: mounted.wheels.iter().map(|wheel| wheel.sha256.clone()).collect(),
            modules: image.info().modules.iter().cloned().collect(),
            target: target()?,
        });
    }
    write_lock(&folder.join(provision::WHEELS), &sources)?;
    provision::write_index(folder, packed)
}

/// Writes the lock of copied wheels, if they come from a distribution with a lock: the same packages must go together
/// where the images are used.
fn write_lock(folder: &Path, wheels: &BTreeSet<PathBuf>) -> Result<()> {
    let mut all: Option<Json> = None;
    let mut kept = Map::new();
    for wheel in wheels {
        let lock = wheel.with_file_name(LOCK_FILE);
        let text = match fs::read(&lock) {
            Err(error) if error.kind() == io::ErrorKind::NotFound => continue,
            text => text.or_image(&lock, "")?,
        };
        let lock: Json = serde_json::from_slice(&text).or_image(&lock, "")?;
        let name = wheel.file_name().unwrap_or_default().to_string_lossy();
        for (key, package) in lock["packages"].as_object().into_iter().flatten() {
            let file = package["file_name"].as_str().unwrap_or_default();
            if file.rsplit('/').next() == Some(&*name) {
                let mut package = package.clone();
                package["file_name"] = Json::from(&*name);
                kept.insert(key.clone(), package);
            }
        }
        all.get_or_insert(lock);
    }
    let Some(mut lock) = all else { return Ok(()) };
    if kept.len() != wheels.len() {
        return Err(fault(folder, "its wheels must all come from distributions with a lock, or from none"));
    }
    lock["packages"] = Json::Object(kept);
    let path = folder.join(LOCK_FILE);
    let text = serde_json::to_vec(&lock).or_image(&path, "")?;
    fs::write(&path, text).or_image(&path, "")
}

fn compress(content: &[u8], level: i32, to: &Path) -> io::Result<()> {
    let mut encoder = zstd::stream::write::Encoder::new(File::create(to)?, level)?;
    encoder.include_checksum(true)?;
    encoder.window_log(WINDOW)?;
    encoder.long_distance_matching(true)?;
    io::Write::write_all(&mut encoder, content)?;
    encoder.finish()?.sync_all()
}
