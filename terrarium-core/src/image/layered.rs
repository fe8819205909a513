//! Layered images: more packages without machine code, as a layer on another image. Nothing is compiled for them.

use std::{
    fs::File,
    io::Read as _,
    path::{Path, PathBuf},
    sync::Arc,
};

use super::{
    Image, ImageProgress, OpenImage, Recipe, build, fault,
    file::{self, Contents},
    find::{bare, intact},
    header::{BaseImage, ImageHeader},
    housekeeping::{self, keep_within},
    open::{check, open},
    open_images::{Key, open_images},
    ready,
};
use crate::{
    Result,
    cache::Cache,
    engine::SnapshotLayer,
    error::ErrorContext,
    package::normalize,
    provision::{self, MountedPart},
};
use terrarium_unix::vfs::{Layer, LayerBuilder};

/// The fault of a layer without the image below.
const GONE: &str = "the image below it is gone";
/// The largest layer. A layer is copied into each new interpreter.
const MAX_BYTES: usize = 64 << 20;

/// Returns the image of the recipe as a layer on another image of the cache folder, or on the bare image. `None`, if no
/// image is suited. `sources` is the recipe with packages whose sources need not be compiled, `complete` compiles them.
///
/// # Errors
/// As for [`Image::build`].
pub(crate) fn layered(
    cache_dir: Option<&Path>,
    sources: &Recipe,
    complete: impl FnOnce() -> Result<Recipe>,
) -> Result<Option<Image>> {
    if sources.mounted.parts.is_empty() || !sources.prepare.is_empty() {
        return Ok(None);
    }
    let machine = provision::machine(cache_dir, sources.kind.inline)?;
    let (cache, name) = (machine.cache(), sources.layered_name()?);
    let key = Key { path: cache.path(&name), cache_dir: None, file: None };
    if let Some(image) = open_images(|images| images.find(&key)) {
        return Ok(Some(image));
    }
    let base = match key.path.exists() {
        true => None,
        false => match base_of(cache_dir, cache, sources)? {
            None => return Ok(None),
            base => base,
        },
    };
    let recipe = complete()?;
    let opened = |path: PathBuf| match open(cache_dir, &path, Some(&recipe.mounted)) {
        Ok(image) => Some(image),
        Err(error) => {
            tracing::info!(%error, "a layered image is made again");
            None
        }
    };
    if let Some(image) = intact(cache, &name)?.ok().and_then(opened) {
        return Ok(Some(open_images(|images| images.keep(key, image))));
    }
    let Some((file, base)) = base.map_or_else(|| base_of(cache_dir, cache, &recipe), |base| Ok(Some(base)))? else {
        return Ok(None);
    };
    let lock = cache.lock(&format!("{name}.lock"), recipe.deadline, &|| ())?.ok_or_else(|| recipe.late())?;
    let image = match intact(cache, &name)?.ok().and_then(opened) {
        Some(image) => image,
        None => {
            let Some(bytes) = write(&recipe, &base, file)? else { return Ok(None) };
            open(cache_dir, &cache.store(&name, &bytes)?, Some(&recipe.mounted))?
        }
    };
    drop(lock);
    keep_within(cache, recipe.cache_bytes);
    Ok(Some(open_images(|images| images.keep(key, image))))
}

/// Returns the image on which the recipe's can be a layer, with the name of its file: the one with the most packages.
fn base_of(cache_dir: Option<&Path>, cache: &Cache, recipe: &Recipe) -> Result<Option<(Option<String>, Image)>> {
    ready::unpack_part(cache, &recipe.mounted.parts.iter().map(|part| part.key.as_str()).collect())?;
    let mut best: Option<(usize, PathBuf)> = None;
    for path in housekeeping::images(cache)? {
        let Ok(Contents { header, .. }) = file::read(&path) else { continue };
        let parts = header.parts.len();
        if best.as_ref().is_none_or(|(most, _)| parts > *most)
            && is_base(&header, recipe)
            && check(&path, &header).is_ok()
        {
            best = Some((parts, path));
        }
    }
    if let Some((_, path)) = best {
        let name = path.file_name().map(|name| name.to_string_lossy().into_owned()).unwrap_or_default();
        if let Ok(path) = intact(cache, &name)? {
            return Ok(Some((Some(name), open(cache_dir, &path, Some(&recipe.mounted))?)));
        }
    }
    match recipe.kind == Recipe::bare()?.kind && recipe.mounted.parts.iter().all(|part| part.is_pure) {
        true => Ok(Some((None, bare(cache_dir, recipe.cache_bytes)?))),
        false => Ok(None),
    }
}

/// Whether the recipe's image equals that image and more packages, which have no machine code. It would not, if a package
/// of the image had looked for one of them when it was imported.
fn is_base(header: &ImageHeader, recipe: &Recipe) -> bool {
    let parts = &recipe.mounted.parts;
    let (inside, added): (Vec<_>, Vec<_>) = parts.iter().partition(|part| header.parts.contains(&part.key));
    let noted = &header.noted;
    let distributions: Vec<String> = noted.absent_distributions.iter().map(|name| normalize(name)).collect();
    let is_new = |part: &MountedPart| {
        part.is_pure
            && part.modules.is_disjoint(&noted.absent_modules)
            && inside.iter().all(|other| part.modules.is_disjoint(&other.modules))
            && !distributions.iter().any(|name| name == "*" || part.distributions.contains(name))
    };
    !inside.is_empty()
        && inside.len() == header.parts.len()
        && added.into_iter().all(is_new)
        && (header.inline, header.is_warm) == (recipe.kind.inline, recipe.warm)
        && (header.portable || !recipe.kind.portable)
        && !header.is_prepared
        && !header.is_complete
        && header.base.is_none()
}

/// Imports the modules in an interpreter of the image below, and returns the bytes of the layer's file. `None`, if the
/// layer is no pure one, or too large.
fn write(recipe: &Recipe, base: &Image, file: Option<String>) -> Result<Option<Vec<u8>>> {
    let progress = |_: ImageProgress| crate::cancel::scope::check();
    let below = base.inner();
    let (files, mut kept) = files(recipe, below)?;
    let mut interpreter = recipe.resume(below, files)?;
    let mark = interpreter.process().vfs.mark();
    let modules = recipe.modules.iter().filter(|module| !below.info.modules.contains(module));
    let warnings = recipe.import(&mut interpreter, modules, &progress)?;
    interpreter.settle_mappings();
    let (taken, mut noted) = interpreter.take_layer()?;
    let Some(taken) = taken.filter(|taken| taken.content.len() <= MAX_BYTES) else {
        tracing::info!(name = recipe.name(), "a layer on another image does not suffice");
        return Ok(None);
    };
    kept.extend(build::written(&interpreter.process().vfs, &mark));
    noted.reads.extend(below.noted.reads.iter().cloned());
    noted.absent_modules.extend(below.noted.absent_modules.iter().cloned());
    noted.absent_distributions.extend(below.noted.absent_distributions.iter().cloned());
    let kind = crate::engine::CodeKind { inline: below.info.inline, portable: below.info.portable };
    let config = (kind, below.config.clone());
    let header = recipe.header(&mut interpreter, config, &taken.content, taken.record, noted)?;
    let known = &below.info.warnings;
    let new = warnings.into_iter().filter(|warning| !known.contains(warning));
    let warnings = known.iter().cloned().chain(new).collect();
    let base =
        Some(BaseImage { file, sha256: below.sha256.clone(), layer: taken.layer, has_loader: taken.loader.is_some() });
    let header = ImageHeader { warnings, base, is_complete: false, ..header };
    tracing::info!(name = header.name, bytes = taken.content.len(), base = below.info.name, "made a layered image");
    file::layer(taken.content, &header, taken.loader.as_ref(), &kept).map(Some)
}

/// Returns the files of an interpreter that continues from `below` with the recipe's packages, and those that were
/// written while that image was made.
#[expect(clippy::type_complexity, reason = "as the functions that take it")]
fn files(recipe: &Recipe, below: &OpenImage) -> Result<(Arc<Layer>, Vec<(String, terrarium_unix::vfs::Content)>)> {
    let path = &below.info.path;
    let written = file::read(path)?.written;
    let mut layer = LayerBuilder::on(&recipe.mounted.layer);
    file::lay_out_written(&mut layer, path, &written)?;
    Ok((Arc::new(layer.build()), file::contents(written)))
}

/// Checks that the image below a layer at `path` is there, if it is a file beside it.
///
/// # Errors
/// [`Error::Image`](crate::Error::Image).
pub(super) fn check_below(path: &Path, header: &ImageHeader) -> Result<()> {
    let name = header.base.as_ref().and_then(|base| base.file.as_ref());
    match name.is_none_or(|name| path.with_file_name(name).exists()) {
        true => Ok(()),
        false => Err(fault(path, GONE)),
    }
}

/// Opens the image below a layer and reads the layer, which is the beginning of the file at `path`.
///
/// # Errors
/// [`Error::Image`](crate::Error::Image), when the image below is gone.
pub(super) fn below(
    cache_dir: Option<&Path>,
    path: &Path,
    base: BaseImage,
    length: u64,
    memory: u64,
) -> Result<(Image, SnapshotLayer)> {
    let image = match &base.file {
        None => bare(cache_dir, crate::SandboxOptions::default().cache_bytes)?,
        Some(name) => {
            let cache = Cache::new(cache_dir);
            let below = intact(&cache, name)?.map_err(|_| fault(path, GONE))?;
            open(cache_dir, &below, Some(&*Arc::new(provision::MountedPackages::none()?)))?
        }
    };
    if image.inner().sha256 != base.sha256 {
        return Err(fault(path, "the image below it is another one"));
    }
    let mut content = Vec::new();
    let length = usize::try_from(length).ok().filter(|length| *length <= MAX_BYTES);
    let length = length.ok_or_else(|| fault(path, "its layer is too large"))?;
    content.try_reserve_exact(length).or_image(path, "")?;
    File::open(path).and_then(|file| file.take(length as u64).read_to_end(&mut content)).or_image(path, "")?;
    Ok((image, SnapshotLayer::new(base.layer, content, memory)?))
}
