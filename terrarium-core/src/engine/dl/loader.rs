//! [`Loader`]: what a guest has loaded.

use std::collections::HashMap;

use serde::{Deserialize, Serialize};
use wasmtime::{Caller, Func, Instance, Module, Result, bail, format_err};

use super::imports::Pointers;
use crate::{
    engine::state::State,
    link::{LibraryId, Namespace, NamespaceRecord, Target},
};

/// The libraries of one guest.
pub(in crate::engine) struct Loader {
    pub(in crate::engine) namespace: Namespace,
    /// The instance of each module of the namespace, by its number.
    pub(in crate::engine) instances: Vec<Instance>,
    /// How many of them are one module: the image's.
    merged: usize,
    /// How those were linked that are modules of their own.
    pub(in crate::engine) linked: Vec<Linkage>,
    /// The library behind each handle: the address of the C library's `struct dso`.
    pub(super) handles: HashMap<u32, LibraryId>,
    /// Table slots of the host's functions.
    pub(in crate::engine) host_slots: HashMap<String, u32>,
    /// The bytes of the libraries that the guest's code brought itself.
    pub(super) untrusted: u64,
}

/// How a library was linked.
pub(in crate::engine) struct Linkage {
    pub(in crate::engine) module: Module,
    /// What each imported function means, in the order of the module.
    pub(in crate::engine) bindings: Vec<Target>,
    pub(in crate::engine) pointers: Pointers,
}

/// What an image keeps of a loader.
#[derive(Serialize, Deserialize)]
pub(crate) struct LoaderRecord {
    namespace: NamespaceRecord,
    handles: HashMap<u32, usize>,
    host_slots: HashMap<String, u32>,
}

impl Loader {
    /// The guest's loader, made at the first call.
    pub(super) fn of<'a>(caller: &'a mut Caller<'_, State>) -> Result<&'a mut Self> {
        if caller.data().loader.is_none() {
            let loader = Self::new(caller.data())?;
            caller.data_mut().loader = Some(Box::new(loader));
        }
        caller.data_mut().loader.as_deref_mut().ok_or_else(|| format_err!("there is no loader"))
    }

    /// The loader of a guest that has loaded nothing since it started.
    ///
    /// # Errors
    /// When what it started with cannot be read.
    pub(in crate::engine) fn new(state: &State) -> Result<Self> {
        let Some(links) = state.guest else { bail!("the guest is not instantiated yet") };
        let (namespace, handles, host_slots) = match &state.snapshot {
            None => {
                let main = state.machine.main().map_err(|error| format_err!("{error}"))?;
                (Namespace::new(main), HashMap::new(), HashMap::new())
            }
            Some(snapshot) => {
                let record = snapshot.loader().map_err(|error| format_err!("{error}"))?;
                let namespace = Namespace::from_record(&record.namespace);
                let library = |(handle, number): (&u32, &usize)| Some((*handle, namespace.id(*number)?));
                let handles = record.handles.iter().filter_map(library).collect();
                (namespace, handles, record.host_slots.clone())
            }
        };
        let merged = namespace.len();
        let instances = vec![links.python; merged];
        Ok(Self { namespace, instances, merged, linked: Vec::new(), handles, host_slots, untrusted: 0 })
    }

    /// What an image keeps of it.
    pub(in crate::engine) fn record(&self) -> LoaderRecord {
        LoaderRecord {
            namespace: self.namespace.record(),
            handles: self.handles.iter().map(|(handle, library)| (*handle, library.index())).collect(),
            host_slots: self.host_slots.clone(),
        }
    }

    /// Forget a library that could not be linked. What it has of the table and the memory stays taken.
    pub(super) fn forget(&mut self, library: LibraryId) {
        self.instances.truncate(library.index());
        self.linked.truncate(library.index().saturating_sub(self.merged));
        self.namespace.remove_last(library);
    }

    /// The instance of a module, and the name that its function `name` has there.
    fn export(&self, library: LibraryId, name: &str) -> Result<(Instance, String)> {
        let instance = self.instances.get(library.index()).copied();
        let instance = instance.ok_or_else(|| format_err!("library {library:?} has no instance"))?;
        let prefix = if library.index() < self.merged { prefix(library.index()) } else { String::new() };
        Ok((instance, prefix + name))
    }
}

/// What the names of a library's functions begin with in an image's module.
pub(in crate::engine) fn prefix(library: usize) -> String {
    if library == LibraryId::MAIN.index() { String::new() } else { format!("{library}:") }
}

/// The function that `library` exports as `name`.
pub(super) fn function(caller: &mut Caller<'_, State>, library: LibraryId, name: &str) -> Result<Func> {
    let (instance, name) = Loader::of(caller)?.export(library, name)?;
    instance.get_func(&mut *caller, &name).ok_or_else(|| format_err!("the library exports no function {name}"))
}
