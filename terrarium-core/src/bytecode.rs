//! The bytecode of packages: compiled once, by the guest itself, and kept in the cache folder.
//!
//! Wheels hold sources. Importing those of pandas takes seconds, in every fresh interpreter; from bytecode it takes a
//! fraction. A package is compiled alone and where nothing of it can be imported, so that none can put code into
//! another's bytecode.

use std::{
    collections::BTreeMap,
    io::{Cursor, Write as _},
    path::Path,
    sync::{Arc, Mutex, PoisonError},
    thread,
    time::Duration,
};

use sha2::{Digest, Sha256};
use zip::{CompressionMethod, ZipWriter, write::SimpleFileOptions};

use crate::{
    Bytes, ExecuteOptions, Result, SandboxOptions, base,
    engine::Cache,
    error::ErrorContext,
    package::{Placed, What, from_archive, lay_out},
    packages::{Item, Mounted, Provider},
    plan::Plan,
    vfs::LayerBuilder,
};

/// The program that compiles; it runs in the guest.
const PROGRAM: &str = include_str!("../python/tools/compile_package.py");
/// Where it finds the sources.
const SOURCES: &str = "/sources";
/// Raise it when the program, or the form of its output, changes.
const FORMAT: u32 = 1;
/// How long one package may take. What is compiled by then is kept.
const LONGEST: Duration = Duration::from_secs(300);
/// How many packages are compiled at a time.
const WORKERS: usize = 2;
/// Bytes of bytecode that one package may have.
const LARGEST: u64 = 1 << 30;

/// The bytecode of the packages that have sources, as packages of their own.
///
/// # Errors
/// [`Error::Cache`](crate::Error::Cache), when the cache cannot be used, and faults of the host.
pub(crate) fn of(items: &[Item], cache_dir: Option<&Path>) -> Result<Vec<Item>> {
    let cache = Cache::open(cache_dir)?;
    let mut missing = Vec::new();
    for item in items.iter().filter(|item| sources(item).next().is_some()) {
        if cache.find(&file_name(item)?)?.is_none() {
            missing.push(item);
        }
    }
    compile_all(missing, cache_dir, &cache)?;
    let mut bytecode = Vec::new();
    for item in items {
        let name = file_name(item)?;
        let Some(path) = cache.find(&name)? else {
            continue;
        };
        match from_archive(&path) {
            Ok(files) => bytecode.push(Item { origin: path, key: name, files }),
            Err(error) => {
                tracing::warn!(%error, "bytecode is damaged and will be made again");
                cache.forget(&name);
            }
        }
    }
    Ok(bytecode)
}

/// The sources of a package that are compiled. Its tests are not: they are large, and seldom imported.
fn sources(item: &Item) -> impl Iterator<Item = &Placed> {
    item.files.iter().filter(|file| {
        let is_source = file.path.ends_with(".py") && matches!(file.what, What::File { .. });
        is_source && !file.path.split('/').any(|part| part == "tests")
    })
}

/// Named by all that the bytecode depends on.
fn file_name(item: &Item) -> Result<String> {
    let python = base::target()?.full;
    let digest = Sha256::digest(format!("bytecode {FORMAT} of Python {python} for {}", item.key));
    Ok(digest[..16].iter().map(|byte| format!("{byte:02x}")).collect::<String>() + ".pyc.zip")
}

fn compile_all(missing: Vec<&Item>, cache_dir: Option<&Path>, cache: &Cache) -> Result<()> {
    let workers = missing.len().min(WORKERS);
    let work = Mutex::new(missing.into_iter());
    let next = || work.lock().unwrap_or_else(PoisonError::into_inner).next();
    thread::scope(|scope| {
        let workers: Vec<_> = (0..workers)
            .map(|_| {
                scope.spawn(|| {
                    while let Some(item) = next() {
                        cache.store(&file_name(item)?, &pack(&compile(item, cache_dir)?)?)?;
                    }
                    Ok(())
                })
            })
            .collect();
        let panicked = || Err(crate::Error::engine("the thread that compiles packages failed"));
        workers.into_iter().try_for_each(|worker| worker.join().unwrap_or_else(|_| panicked()))
    })
}

/// The bytecode of a package by the paths at which the guest looks for it, relative to the root.
fn compile(item: &Item, cache_dir: Option<&Path>) -> Result<BTreeMap<String, Bytes>> {
    let started = std::time::Instant::now();
    let mut layer = LayerBuilder::on(&*base::layer()?);
    let moved: Vec<Placed> =
        sources(item).map(|file| Placed { path: format!("{SOURCES}{}", file.path), what: file.what.clone() }).collect();
    lay_out(&mut layer, &item.origin, &moved)?;
    let options = SandboxOptions {
        timeout: Some(LONGEST),
        memory: 1 << 30,
        file_bytes: LARGEST,
        file_count: 1_000_000,
        args: vec![SOURCES.to_owned()],
        cache_dir: cache_dir.map(Path::to_owned),
        ..SandboxOptions::default()
    };
    let bare = Mounted { layer: Arc::new(layer.build()), ..Mounted::none()? };
    let plan = Plan::on(options, Provider::none(), &bare)?;
    let mut result = plan.execute_fresh(PROGRAM, ExecuteOptions::default())?;
    let origin = item.origin.display();
    if let Some(error) = &result.error {
        tracing::warn!(%origin, error = %error.message, "a package is compiled in part");
    }
    result.output_files.retain(|path, _| path.starts_with("lib/") && path.ends_with(".pyc"));
    let (modules, seconds) = (result.output_files.len(), started.elapsed().as_secs_f64());
    tracing::info!(%origin, modules, seconds, "compiled the sources of a package");
    Ok(result.output_files)
}

/// In one file. It is not compressed: it is read more often than written.
fn pack(files: &BTreeMap<String, Bytes>) -> Result<Vec<u8>> {
    let mut archive = ZipWriter::new(Cursor::new(Vec::new()));
    let options = SimpleFileOptions::default().compression_method(CompressionMethod::Stored);
    for (path, content) in files {
        archive.start_file(path.as_str(), options).or_engine("bytecode")?;
        archive.write_all(content).or_engine("bytecode")?;
    }
    Ok(archive.finish().or_engine("bytecode")?.into_inner())
}
