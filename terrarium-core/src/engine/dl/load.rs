//! The loading of a library and its dependencies.

use std::sync::Arc;

use wasmtime::{Caller, Instance, Ref, Result, Trap, format_err};

use super::{
    bind::{self, Addresses, LibraryImports},
    loader::{Linkage, Loader},
    parts::PartLinks,
};
use crate::engine::{
    bind::reenter::{address, call_export, nested},
    compile::{compiled::CompiledModule, libraries::LoadError},
    live::state::InstanceState,
};
use terrarium_unix::syscall::{LibraryFile, Stop};
use terrarium_wasm::link::{Found, Library, LibraryId, LinkError, ModuleInfo, load_order};

/// The folders that are searched for a library without a folder.
const FOLDERS: [&str; 2] = ["/usr/lib", "/lib"];
/// The most libraries of one guest.
const MAX_LIBRARIES: usize = 2048;
/// The limit of the size of all libraries that the guest's code brought.
const MAX_UNTRUSTED: u64 = 64 << 20;

/// The outcome of loading.
pub(super) enum LoadOutcome {
    Done(LibraryId),
    /// The library cannot be loaded; the text is for `dlerror()`.
    Refused(String),
}

/// Loads the library `name`, a path or a name to find in the usual folders.
///
/// # Errors
/// Errors that end the run.
pub(super) async fn load(caller: &mut Caller<'_, InstanceState>, name: &str, global: bool) -> Result<LoadOutcome> {
    Loader::of(caller)?;
    let (first, order) = match plan(caller.data(), name) {
        Ok(Plan::Loaded(library)) => {
            if global {
                Loader::of(caller)?.namespace.make_global(library);
            }
            return Ok(LoadOutcome::Done(library));
        }
        Ok(Plan::Load { first, order }) => (first, order),
        Err(error) => return Ok(LoadOutcome::Refused(error.text())),
    };
    let mut last = None;
    for found in order {
        let loader = Loader::of(caller)?;
        loader.untrusted += found.module.untrusted;
        if loader.untrusted > MAX_UNTRUSTED || loader.namespace.len() > MAX_LIBRARIES {
            return Ok(LoadOutcome::Refused("too many libraries were loaded before it".to_owned()));
        }
        let path = found.path.clone();
        match link(caller, found, global).await? {
            LoadOutcome::Done(library) => last = Some(library),
            LoadOutcome::Refused(reason) if path == first => return Ok(LoadOutcome::Refused(reason)),
            LoadOutcome::Refused(reason) => return Ok(LoadOutcome::Refused(format!("{path}: {reason}"))),
        }
    }
    last.map(LoadOutcome::Done).ok_or_else(|| format_err!("nothing was loaded"))
}

/// The steps of loading.
enum Plan {
    /// No steps: the library is loaded.
    Loaded(LibraryId),
    /// Load these libraries in this order, for the library at the path `first`.
    Load { first: String, order: Vec<Found<CompiledLibrary>> },
}

/// A library that was found and compiled.
struct CompiledLibrary {
    compiled: Arc<CompiledModule>,
    /// The size of the library, if the guest's code brought it; else zero.
    untrusted: u64,
}

fn plan(state: &InstanceState, name: &str) -> Result<Plan, LoadError> {
    let Some(loader) = state.run.loader.as_deref() else { return Err(LoadError::Refused("no loader".to_owned())) };
    let first = if name.contains('/') {
        state.run.process.library(name)?
    } else {
        find(state, name, &[]).ok_or(terrarium_unix::abi::Errno::ENOENT)?
    };
    if let Some(library) = loader.namespace.find(&first.path) {
        return Ok(Plan::Loaded(library));
    }
    let loaded = |path: &str| loader.namespace.find(path).is_some();
    let found = |name: &str, folders: &[String]| find(state, name, folders).map(|file| file.path);
    let order = load_order(&first.path, loaded, found, |path| open(state, path))?;
    Ok(Plan::Load { first: first.path, order })
}

/// Finds the file of the library `name`: in the first folder that has it.
fn find(state: &InstanceState, name: &str, folders: &[String]) -> Option<LibraryFile> {
    if name.contains('/') {
        return state.run.process.library(name).ok();
    }
    let folders = folders.iter().map(String::as_str).chain(FOLDERS);
    folders.map(|folder| format!("{folder}/{name}")).find_map(|path| state.run.process.library(&path).ok())
}

fn open(state: &InstanceState, path: &str) -> Result<(Arc<ModuleInfo>, CompiledLibrary), LoadError> {
    let file = state.run.process.library(path)?;
    let (libraries, main) = (&state.machine.libraries, || state.machine.main());
    let (compiled, untrusted) = if file.trusted {
        let found = match state.run.lazy {
            true => state.run.interrupt.preparing(|| libraries.lazy(&file, &main))?,
            false => libraries.trusted(&file, &main)?,
        };
        (found, 0)
    } else if state.run.untrusted_libraries {
        if file.content.len() > MAX_UNTRUSTED {
            return Err(LoadError::Refused(format!("it has more than {MAX_UNTRUSTED} bytes")));
        }
        (libraries.untrusted(&file, &main)?, file.content.len())
    } else {
        let reason = "the sandbox loads libraries of its packages only, not those that its code brings or makes \
                      (option `untrusted_libraries`)";
        return Err(LoadError::Refused(reason.to_owned()));
    };
    Ok((Arc::clone(&compiled.info), CompiledLibrary { compiled, untrusted }))
}

/// Instantiates a library whose dependencies are loaded.
async fn link(
    caller: &mut Caller<'_, InstanceState>,
    found: Found<CompiledLibrary>,
    global: bool,
) -> Result<LoadOutcome> {
    let info = &found.info;
    let Some(addresses) = reserve(caller, info).await? else {
        return Ok(LoadOutcome::Refused(format!("no memory for {} bytes", info.memory_size)));
    };
    let loader = Loader::of(caller)?;
    let library = loader.namespace.add(Library {
        path: found.path,
        info: Arc::clone(info),
        memory_base: addresses.memory_base,
        table_base: addresses.table_base,
        global,
        needed: nearest_first(loader, &found.needed),
    });
    let linked = instantiate(caller, library, &found.module.compiled, addresses).await;
    match linked {
        Ok(Some(undefined)) => {
            Loader::of(caller)?.forget(library);
            Ok(LoadOutcome::Refused(LinkError::Undefined(undefined).to_string()))
        }
        Ok(None) => Ok(LoadOutcome::Done(library)),
        Err(error) if ends_the_run(&error) => Err(error),
        // Imports whose types differ from the definitions, or a table that cannot grow.
        Err(error) => {
            Loader::of(caller)?.forget(library);
            Ok(LoadOutcome::Refused(format!("{error:#}")))
        }
    }
}

/// Instantiates the library and runs its initialization. Returns the undefined symbols, if there are any.
async fn instantiate(
    caller: &mut Caller<'_, InstanceState>,
    library: LibraryId,
    compiled: &CompiledModule,
    addresses: Addresses,
) -> Result<Option<Vec<String>>> {
    let parts = match &compiled.lazy {
        Some(library) => Some(PartLinks::new(caller, library).await?),
        None => None,
    };
    let LibraryImports { imports, pointers, bindings } =
        bind::gather(caller, library, &compiled.module, addresses, parts.as_ref())?;
    let instance = Instance::new_async(&mut *caller, &compiled.module, &imports).await?;
    if let Some(parts) = parts {
        parts.set_root(instance, imports);
    }
    let loader = Loader::of(caller)?;
    loader.instances.push(instance);
    loader.linked.push(Linkage { module: compiled.module.clone(), bindings, pointers: pointers.clone() });
    let undefined = pointers.fill(caller, library)?;
    if !undefined.is_empty() {
        return Ok(Some(undefined));
    }
    for start in ["__wasm_apply_data_relocs", "__wasm_call_ctors"] {
        if let Some(function) = instance.get_func(&mut *caller, start) {
            nested(caller, function, &[], &mut []).await?;
        }
    }
    Ok(None)
}

/// Reserves static memory and table slots for a library; `None` when there is no memory.
async fn reserve(caller: &mut Caller<'_, InstanceState>, info: &ModuleInfo) -> Result<Option<Addresses>> {
    let mut addresses = Addresses { memory_base: 0, table_base: 0 };
    if info.memory_size > 0 {
        let align = info.memory_align.max(1);
        let size = info.memory_size.saturating_add(align);
        let start = address(call_export(caller, "calloc", &[size.cast_signed(), 1]).await?);
        if start == 0 {
            return Ok(None);
        }
        addresses.memory_base = start.next_multiple_of(align);
    }
    if info.table_size > 0 {
        let links = caller.data().links()?;
        let present = u32::try_from(links.table.size(&*caller))?;
        let base =
            present.checked_next_multiple_of(info.table_align.max(1)).ok_or_else(|| format_err!("table size"))?;
        let slots = u64::from(base - present) + u64::from(info.table_size);
        if links.table.grow(&mut *caller, slots, Ref::Func(None)).is_err() {
            return Ok(None);
        }
        addresses.table_base = base;
    }
    Ok(Some(addresses))
}

/// Returns the libraries at `paths`, then their dependencies.
fn nearest_first(loader: &Loader, paths: &[String]) -> Vec<LibraryId> {
    let direct: Vec<LibraryId> = paths.iter().filter_map(|path| loader.namespace.find(path)).collect();
    let mut all = direct.clone();
    for library in direct.iter().filter_map(|id| loader.namespace.get(*id)) {
        for id in &library.needed {
            if !all.contains(id) {
                all.push(*id);
            }
        }
    }
    all
}

/// Whether an error is the guest's end, and not a reason why a library cannot be linked.
fn ends_the_run(error: &wasmtime::Error) -> bool {
    error.is::<Trap>() || error.is::<Stop>() || error.is::<wasmtime::ThrownException>()
}
