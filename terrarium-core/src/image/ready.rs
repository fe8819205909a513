//! Ready images: made for a package that users install, found and unpacked where it is installed.

use std::{
    collections::BTreeSet,
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
    provision::{self, MountedPackages, ReadyFolder, ReadyImage},
};

/// The level of compression: higher ones take minutes for a few hundredths.
const LEVEL: i32 = 15;
/// The logarithm of the distance at which repetitions are found. Readers accept it without further options.
const WINDOW: u32 = 27;
/// The largest image that is unpacked.
const MAX_BYTES: u64 = 2 << 30;

/// Returns the ready image of exactly these packages, if an installed package brings one that works here.
///
/// # Errors
/// [`Error::Cache`](crate::Error::Cache) for a cache folder that cannot be used.
pub(crate) fn ready(options: &SandboxOptions, mounted: &MountedPackages, modules: &[String]) -> Result<Option<Image>> {
    let cache_dir = options.cache_dir.as_deref();
    for folder in provision::ready_folders() {
        let Some(image) = folder.image_of(mounted, modules) else { continue };
        if image.target != target()? {
            tracing::warn!(folder = ?folder.path, "a ready image is for another version of this library");
            continue;
        }
        let cache = Cache::new(cache_dir);
        let key = Key { path: cache.path(&name(image)), cache_dir: None, file: None };
        if let Some(image) = open_images(|images| images.find(&key)) {
            return Ok(Some(image));
        }
        let path = unpacked(&cache, &folder, image)?;
        match open(cache_dir, &path, Some(mounted)) {
            Ok(image) => {
                keep_within(&cache, options.cache_bytes);
                return Ok(Some(open_images(|images| images.keep(key, image))));
            }
            // Another version of the library, or an older processor: an image is built as usual.
            Err(error) => tracing::warn!(%error, folder = ?folder.path, "a ready image cannot be used here"),
        }
    }
    Ok(None)
}

/// Returns what ready images must be made for: this version, this guest, and machine code for any processor.
fn target() -> Result<String> {
    let code = compatibility(CodeKind { inline: false, portable: true })?;
    Ok(format!("{} {} {} {code}", env!("CARGO_PKG_VERSION"), build::target(), provision::guest_key()?))
}

/// Returns the image's file in the cache folder. The wheels are not part of the name, since the image contains their hashes.
fn name(image: &ReadyImage) -> String {
    cache::name(&cache::digest([b"ready".as_slice(), image.sha256.as_bytes()])) + ".timg"
}

/// Returns the path of the unpacked image in the cache folder, where the first process unpacks it.
fn unpacked(cache: &Cache, folder: &ReadyFolder, image: &ReadyImage) -> Result<PathBuf> {
    let name = name(image);
    if let CachedFile::Intact(path) = cache.check(&name)? {
        return Ok(path);
    }
    let _lock = cache.lock(&format!("{name}.lock"), None, &|| ())?;
    match cache.check(&name)? {
        CachedFile::Intact(path) => Ok(path),
        _ => cache.store_for_now(&name, &unpack(&folder.path.join(provision::IMAGES).join(&image.file), image.bytes)?),
    }
}

/// Unpacks a file of so many bytes. The archive has a checksum of its content.
fn unpack(path: &Path, bytes: u64) -> Result<Vec<u8>> {
    if bytes > MAX_BYTES {
        return Err(fault(path, format!("it has {bytes} bytes, the limit is {MAX_BYTES}")));
    }
    let unpack = || -> io::Result<Vec<u8>> {
        let mut content = Vec::new();
        content.try_reserve_exact(usize::try_from(bytes).unwrap_or(usize::MAX))?;
        let reader = zstd::stream::read::Decoder::new(File::open(path)?)?;
        reader.take(bytes.saturating_add(1)).read_to_end(&mut content)?;
        Ok(content)
    };
    let content = unpack().or_image(path, "")?;
    match content.len() as u64 == bytes {
        true => Ok(content),
        false => Err(fault(path, "it has another size than the folder states")),
    }
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
        compress(&content, &to).or_image(&to, "")?;
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

fn compress(content: &[u8], to: &Path) -> io::Result<()> {
    let mut encoder = zstd::stream::write::Encoder::new(File::create(to)?, LEVEL)?;
    encoder.include_checksum(true)?;
    encoder.window_log(WINDOW)?;
    encoder.long_distance_matching(true)?;
    io::Write::write_all(&mut encoder, content)?;
    encoder.finish()?.sync_all()
}
