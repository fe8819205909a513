//! Compiled functions, kept between compilations.
//!
//! The code of an image was compiled before, to run until the snapshot, and the next image mostly has the same code. So
//! during the build of images, the machine code of each function is stored under the hash of its inputs, and afterwards
//! kept in a file of the cache folder. The file is small beside an image: it has room for the interpreter's functions,
//! which all images share, and for a part of the packages' functions, most of which contain addresses of one image.

use std::{
    borrow::Cow,
    collections::HashMap,
    sync::{Arc, LazyLock, Mutex, MutexGuard, PoisonError},
};

use wasmtime::CacheStore;

use super::{compiled::compatibility, config::CodeKind, stencil, stopping};
use crate::{Result, cache::Cache, error::ErrorContext as _};

/// The first bytes of the file.
const MAGIC: &[u8; 8] = b"trfuncs4";
/// The bound of the file's content, before its compression: functions that were found again come first, then those
/// that were compiled first.
const MAX_FILE_BYTES: usize = 20 << 20;
/// The level of compression.
const LEVEL: i32 = 9;

/// The hash of a function's inputs, the settings and the processor.
type Key = [u8; 32];

/// The functions of the current builds in this process. The engine queries it for each function that it compiles.
#[derive(Debug, Default)]
pub(in crate::engine) struct CompiledFunctions {
    kept: Mutex<FunctionStore>,
}

#[derive(Debug, Default)]
struct FunctionStore {
    /// The number of current builds. Without any, no function is stored.
    builds: usize,
    functions: HashMap<Key, CompiledFunction>,
    /// The number of functions that were ever added.
    added: u64,
}

#[derive(Debug)]
struct CompiledFunction {
    code: Arc<[u8]>,
    /// The origin and the use of the function, since the file was read.
    state: Use,
    /// The number of functions that were added before. Neighbours in a module are alike, so they compress well together.
    order: u64,
}

#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
enum Use {
    Found,
    Compiled,
    /// The function was in the file, and was not used.
    Unused,
}

/// The ending of the file's name.
pub(crate) const ENDING: &str = "functions";

/// Returns the name of the file in the cache folder. A function's key includes the way in which it was compiled.
///
/// # Errors
/// [`Error::Engine`](crate::Error::Engine).
pub(crate) fn file_name() -> Result<String> {
    Ok(format!("{}.{ENDING}", compatibility(CodeKind::default())?))
}

/// Returns the process-wide instance.
pub(in crate::engine) fn shared() -> Arc<CompiledFunctions> {
    static FUNCTIONS: LazyLock<Arc<CompiledFunctions>> = LazyLock::new(Arc::default);
    Arc::clone(&FUNCTIONS)
}

impl CompiledFunctions {
    fn kept(&self) -> MutexGuard<'_, FunctionStore> {
        self.kept.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

impl FunctionStore {
    fn add(&mut self, key: Key, code: Arc<[u8]>, state: Use) {
        self.added += 1;
        self.functions.insert(key, CompiledFunction { code, state, order: self.added });
    }
}

impl CacheStore for CompiledFunctions {
    fn get(&self, key: &[u8]) -> Option<Cow<'_, [u8]>> {
        stopping::check();
        let key = Key::try_from(key).ok()?;
        let code = {
            let mut kept = self.kept();
            let function = kept.functions.get_mut(&key)?;
            if function.state == Use::Unused {
                function.state = Use::Found;
            }
            Arc::clone(&function.code)
        };
        Some(Cow::Owned(code.to_vec()))
    }

    fn insert(&self, key: &[u8], code: Vec<u8>) -> bool {
        let (Ok(key), mut kept) = (Key::try_from(key), self.kept()) else { return false };
        if kept.builds > 0 {
            let code = stencil::without_positions(&code).unwrap_or(code);
            kept.add(key, code.into(), Use::Compiled);
        }
        kept.builds > 0
    }
}

/// The build of an image: during its life, functions are stored.
#[derive(Debug)]
pub(crate) struct Build {
    functions: Arc<CompiledFunctions>,
    /// The file for the functions.
    file: Option<(Cache, String)>,
}

impl Build {
    /// Begins a build, which uses the functions of earlier builds and can keep its own for later builds.
    ///
    /// # Errors
    /// [`Error::Engine`](crate::Error::Engine).
    pub(crate) fn begin(cache: &Cache) -> Result<Self> {
        Ok(Self::new(shared(), Some((cache.clone(), file_name()?))))
    }

    fn new(functions: Arc<CompiledFunctions>, file: Option<(Cache, String)>) -> Self {
        let earlier = file.as_ref().and_then(|(cache, name)| read(cache, name));
        {
            let mut kept = functions.kept();
            kept.builds += 1;
            for (key, code) in earlier.unwrap_or_default() {
                if !kept.functions.contains_key(&key) {
                    kept.add(key, code, Use::Unused);
                }
            }
        }
        Self { functions, file }
    }

    /// Writes the compiled functions to the file. A failure only costs time in the next build.
    pub(crate) fn keep(&self) {
        let Some((cache, name)) = &self.file else { return };
        let (mut functions, mut compiled) = (Vec::new(), 0);
        for (key, function) in &self.functions.kept().functions {
            compiled += usize::from(function.state == Use::Compiled);
            functions.push((function.state, function.order, *key, Arc::clone(&function.code)));
        }
        functions.sort_unstable_by_key(|(state, order, ..)| (*state, *order));
        tracing::info!(compiled, all = functions.len(), "functions of the images that were built");
        if compiled == 0 {
            return;
        }
        let text = write(functions.iter().map(|(.., key, code)| (key, &**code)));
        let packed = zstd::bulk::compress(&text, LEVEL).or_engine("compiled functions");
        if let Err(error) = packed.and_then(|packed| cache.store(name, &packed)) {
            tracing::warn!(%error, "compiled functions cannot be kept");
        }
    }
}

impl Drop for Build {
    fn drop(&mut self) {
        let mut kept = self.functions.kept();
        kept.builds -= 1;
        if kept.builds == 0 {
            kept.functions = HashMap::new();
        }
    }
}

fn write<'a>(functions: impl Iterator<Item = (&'a Key, &'a [u8])>) -> Vec<u8> {
    let mut text = MAGIC.to_vec();
    for (key, code) in functions {
        let Ok(length) = u32::try_from(code.len()) else { continue };
        if text.len() + key.len() + size_of::<u32>() + code.len() > MAX_FILE_BYTES {
            continue;
        }
        text.extend_from_slice(key);
        text.extend_from_slice(&length.to_le_bytes());
        text.extend_from_slice(code);
    }
    text
}

/// Reads the functions in the file `name` of the cache folder; `None`, if there is no such file or it is damaged.
fn read(cache: &Cache, name: &str) -> Option<Vec<(Key, Arc<[u8]>)>> {
    match cache.read(name) {
        Ok(packed) => parse(&zstd::bulk::decompress(&packed?, MAX_FILE_BYTES + MAGIC.len()).ok()?),
        Err(error) => {
            tracing::warn!(%error, "compiled functions are not used");
            None
        }
    }
}

fn parse(text: &[u8]) -> Option<Vec<(Key, Arc<[u8]>)>> {
    let mut rest = text.strip_prefix(MAGIC)?;
    let mut functions = Vec::new();
    while !rest.is_empty() {
        let (key, after) = rest.split_first_chunk::<32>()?;
        let (length, after) = after.split_first_chunk::<4>()?;
        let (code, after) = after.split_at_checked(usize::try_from(u32::from_le_bytes(*length)).ok()?)?;
        functions.push((*key, code.into()));
        rest = after;
    }
    Some(functions)
}

#[cfg(test)]
mod tests {
    use std::fs;

    use super::*;

    const KEY: Key = [7; 32];

    fn begin(cache: &Cache) -> Build {
        Build::new(Arc::default(), Some((cache.clone(), "a.functions".to_owned())))
    }

    fn cache() -> (tempfile::TempDir, Cache) {
        let dir = tempfile::tempdir().unwrap();
        let cache = Cache::open(Some(dir.path())).unwrap();
        (dir, cache)
    }

    #[test]
    fn a_function_is_found_in_the_next_build() {
        let (_dir, cache) = cache();
        let first = begin(&cache);
        assert!(first.functions.get(&KEY).is_none());
        assert!(first.functions.insert(&KEY, b"code".to_vec()));
        assert_eq!(first.functions.get(&KEY).as_deref(), Some(&b"code"[..]));
        first.keep();
        assert_eq!(begin(&cache).functions.get(&KEY).as_deref(), Some(&b"code"[..]));
    }

    #[test]
    fn nothing_is_remembered_outside_of_builds() {
        let functions = Arc::<CompiledFunctions>::default();
        assert!(!functions.insert(&KEY, b"code".to_vec()));
        let build = Build::new(Arc::clone(&functions), None);
        let other = Build::new(Arc::clone(&functions), None);
        assert!(functions.insert(&KEY, b"code".to_vec()));
        drop(build);
        assert!(functions.get(&KEY).is_some());
        drop(other);
        assert!(functions.get(&KEY).is_none());
    }

    #[test]
    fn a_damaged_file_is_as_none() {
        let (_dir, cache) = cache();
        let first = begin(&cache);
        first.functions.insert(&KEY, b"code".to_vec());
        first.keep();
        let path = cache.path("a.functions");
        let whole = fs::read(&path).unwrap();
        for length in 0..whole.len() {
            fs::write(&path, &whole[..length]).unwrap();
            let found = begin(&cache).functions.get(&KEY).map(Cow::into_owned);
            assert_eq!(found, None, "the first {length} bytes");
        }
        for place in 0..whole.len() {
            let mut changed = whole.clone();
            changed[place] ^= 1;
            fs::write(&path, changed).unwrap();
            assert!(begin(&cache).functions.get(&KEY).is_none(), "byte {place}");
        }
    }

    #[test]
    fn what_the_last_build_needed_is_kept_before_the_rest() {
        let (_dir, cache) = cache();
        let first = begin(&cache);
        for key in 0..9 {
            first.functions.insert(&[key; 32], vec![key; 100]);
        }
        first.keep();
        let second = begin(&cache);
        assert!(second.functions.get(&[5; 32]).is_some());
        second.functions.insert(&KEY, b"new".to_vec());
        second.keep();
        let text = cache.read("a.functions").unwrap().unwrap();
        let text = zstd::bulk::decompress(&text, MAX_FILE_BYTES).unwrap();
        let order: Vec<Key> = parse(&text).unwrap().into_iter().map(|(key, _)| key).collect();
        assert_eq!((order.len(), &order[..3]), (9, &[[5; 32], KEY, [0; 32]][..]));
    }
}
