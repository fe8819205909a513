//! The bytecode of packages: compiled once, by a guest, and kept in the cache folder.
//!
//! Wheels contain sources. The import of pandas from sources takes seconds in every fresh interpreter, from bytecode a
//! fraction of that. Each package is compiled separately, in a guest that cannot import the package, so that no package
//! can put code into the bytecode of another.

use std::{
    collections::BTreeMap,
    io::{Cursor, Write as _},
    path::{Path, PathBuf},
    sync::{Mutex, PoisonError},
    thread,
};

use zip::{CompressionMethod, ZipWriter, write::SimpleFileOptions};

use super::{
    distribution::{layer, target},
    ready::{BYTECODE, ready_folders},
};
use crate::{
    Bytes, Result,
    cache::{self, Cache, CachedFile},
    cancel::scope,
    engine::is_background,
    error::ErrorContext,
    package::{PackageFiles, PlacedFile, PlacedKind, archive_file, from_archive, lay_out},
};
use terrarium_unix::vfs::{Content, Layer, LayerBuilder};

/// The folder of the guest with the sources to compile.
pub(crate) const SOURCES: &str = "/sources";
/// The version of the compiling program and of the form of its output; a change of either raises it.
const FORMAT: u32 = 3;
/// The number of packages that are compiled at a time.
const WORKERS: usize = 2;

/// Compiles the sources in the folder [`SOURCES`] of a layer, in a guest whose cache folder is the path. Returns the
/// bytecode by the paths at which the interpreter looks for it, relative to the root.
pub(crate) type CompileSources = fn(Layer, Option<&Path>) -> Result<BTreeMap<String, Bytes>>;

/// Returns the bytecode of the packages that have sources, as separate packages. Without `compile`, only bytecode that is
/// in the cache folder.
///
/// # Errors
/// [`Error::Cache`](crate::Error::Cache), when the cache cannot be used, and faults of the host.
pub(super) fn bytecode(
    items: &[PackageFiles],
    cache_dir: Option<&Path>,
    compile: Option<CompileSources>,
) -> Result<Vec<PackageFiles>> {
    let cache = Cache::new(cache_dir);
    let mut missing = Vec::new();
    for item in items.iter().filter(|item| sources(item).next().is_some()) {
        let name = file_name(item)?;
        if of_ready_image(&name).is_none() && !matches!(cache.check(&name)?, CachedFile::Intact(_)) {
            missing.push(item);
        }
    }
    let made = match compile {
        Some(compile) => compile_all(missing, cache_dir, &cache, compile)?,
        None => BTreeMap::new(),
    };
    let mut bytecode = Vec::new();
    for item in items {
        let name = file_name(item)?;
        let (origin, archive) = match made.get(&name) {
            Some(Made::Memory(archive)) => (item.origin.clone(), Content::from(archive.clone())),
            Some(Made::File(path)) => (path.clone(), archive_file(path, false)?),
            None => match (of_ready_image(&name), cache.check(&name)?) {
                (Some(path), _) | (None, CachedFile::Intact(path)) => (path.clone(), archive_file(&path, false)?),
                // It has no sources, or they are not compiled.
                _ => continue,
            },
        };
        bytecode.push(PackageFiles { files: from_archive(&origin, archive)?, origin, key: name });
    }
    Ok(bytecode)
}

/// Returns the file of this name that came with a ready image.
fn of_ready_image(name: &str) -> Option<PathBuf> {
    let folders = ready_folders().into_iter();
    folders.map(|folder| folder.path.join(BYTECODE).join(name)).find(|path| path.is_file())
}

/// Bytecode that was just compiled.
enum Made {
    File(PathBuf),
    /// The file could not be written: the bytecode serves this process only.
    Memory(Vec<u8>),
}

/// Returns the sources of a package to compile. Its tests are excluded: they are large, and seldom imported.
fn sources(item: &PackageFiles) -> impl Iterator<Item = &PlacedFile> {
    item.files.iter().filter(|file| {
        let is_source = file.path.ends_with(".py") && matches!(file.kind, PlacedKind::File { .. });
        is_source && !file.path.split('/').any(|part| part == "tests")
    })
}

/// Returns a name that is derived from everything that the bytecode depends on.
pub(super) fn file_name(item: &PackageFiles) -> Result<String> {
    let python = target()?.wheels.python().to_string();
    let origin = format!("bytecode {FORMAT} of Python {python} for {}", item.key);
    Ok(cache::name(&cache::digest([origin.as_bytes()])) + ".pyc.zip")
}

fn compile_all(
    missing: Vec<&PackageFiles>,
    cache_dir: Option<&Path>,
    cache: &Cache,
    compile: CompileSources,
) -> Result<BTreeMap<String, Made>> {
    let workers = if is_background() { 1 } else { missing.len().min(WORKERS) };
    let work = Mutex::new(missing.into_iter());
    let next = || work.lock().unwrap_or_else(PoisonError::into_inner).next();
    let made = Mutex::new(BTreeMap::new());
    let handle = scope::current();
    let all = || -> Result<()> {
        while let Some(item) = next() {
            scope::check()?;
            let name = file_name(item)?;
            // Other threads and processes may compile the same package, for other sets of packages. In a folder that
            // cannot be written they do not wait for each other.
            let _lock = cache.lock(&format!("{name}.lock"), None, &|| ());
            let result = match cache.check(&name)? {
                CachedFile::Intact(path) => Made::File(path),
                _ => kept(cache, &name, pack(&compiled(item, cache_dir, compile)?)?),
            };
            made.lock().unwrap_or_else(PoisonError::into_inner).insert(name, result);
        }
        Ok(())
    };
    thread::scope(|threads| {
        // If no thread can start, this thread does all the work.
        let others: Vec<_> = (1..workers)
            .filter_map(|_| thread::Builder::new().spawn_scoped(threads, || scope::within(handle.clone(), all)).ok())
            .collect();
        let own = all();
        let panicked = || Err(crate::Error::engine("the thread that compiles packages failed"));
        others.into_iter().try_fold(own?, |(), worker| worker.join().unwrap_or_else(|_| panicked()))
    })?;
    Ok(made.into_inner().unwrap_or_else(PoisonError::into_inner))
}

fn kept(cache: &Cache, name: &str, archive: Vec<u8>) -> Made {
    match cache.store(name, &archive) {
        Ok(path) => Made::File(path),
        Err(error) => {
            tracing::warn!(%error, "bytecode is not kept");
            Made::Memory(archive)
        }
    }
}

/// Compiles a package's sources, in a guest that cannot import the package.
fn compiled(item: &PackageFiles, cache_dir: Option<&Path>, compile: CompileSources) -> Result<BTreeMap<String, Bytes>> {
    let started = std::time::Instant::now();
    let mut builder = LayerBuilder::on(&*layer()?);
    let moved: Vec<PlacedFile> = sources(item)
        .map(|file| PlacedFile { path: format!("{SOURCES}{}", file.path), kind: file.kind.clone() })
        .collect();
    lay_out(&mut builder, &item.origin, &moved)?;
    let files = compile(builder.build(), cache_dir)?;
    let (origin, modules, seconds) = (item.origin.display(), files.len(), started.elapsed().as_secs_f64());
    tracing::info!(%origin, modules, seconds, "compiled the sources of a package");
    Ok(files)
}

/// Packs the bytecode into one file, compressed because most of it is read seldom: images contain what they import.
fn pack(files: &BTreeMap<String, Bytes>) -> Result<Vec<u8>> {
    let mut archive = ZipWriter::new(Cursor::new(Vec::new()));
    let options = SimpleFileOptions::default().compression_method(CompressionMethod::Deflated);
    for (path, content) in files {
        archive.start_file(path.as_str(), options).or_engine("bytecode")?;
        archive.write_all(content).or_engine("bytecode")?;
    }
    Ok(archive.finish().or_engine("bytecode")?.into_inner())
}
