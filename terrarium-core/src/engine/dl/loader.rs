//! [`Loader`]: the loaded libraries of a guest.

use std::collections::HashMap;

use serde::{Deserialize, Serialize};
use wasmtime::{Caller, Func, Instance, Module, Ref, Result, format_err};

use super::bind::Pointers;
use crate::engine::live::state::InstanceState;
use terrarium_wasm::link::{FunctionTarget, LibraryId, Namespace, NamespaceRecord};

/// The libraries of one guest.
pub(in crate::engine) struct Loader {
    pub(in crate::engine) namespace: Namespace,
    /// The instance of each module of the namespace, by its number.
    pub(in crate::engine) instances: Vec<Instance>,
    /// The number of modules that the running module contains: one, or all of an image.
    merged: usize,
    /// Whether the running module is an image's, not the interpreter's own.
    is_merged: bool,
    /// The linkage of the libraries with separate modules.
    pub(in crate::engine) linked: Vec<Linkage>,
    /// The library behind each handle: the address of the C library's `struct dso`.
    pub(super) handles: HashMap<u32, LibraryId>,
    /// Table slots of the host's functions.
    pub(in crate::engine) host_slots: HashMap<String, u32>,
    /// The size of the libraries that the guest's code brought.
    pub(super) untrusted: u64,
}

/// The linkage of a library.
pub(in crate::engine) struct Linkage {
    pub(in crate::engine) module: Module,
    /// The definition of each imported function, in the order of the module.
    pub(in crate::engine) bindings: Vec<FunctionTarget>,
    pub(in crate::engine) pointers: Pointers,
}

/// The part of a loader that an image keeps.
#[derive(Serialize, Deserialize)]
pub(crate) struct LoaderRecord {
    namespace: NamespaceRecord,
    handles: HashMap<u32, usize>,
    host_slots: HashMap<String, u32>,
}

impl Loader {
    /// Returns the guest's loader, which the first call creates.
    pub(super) fn of<'a>(caller: &'a mut Caller<'_, InstanceState>) -> Result<&'a mut Self> {
        if caller.data().run.loader.is_none() {
            let loader = Self::new(caller.data())?;
            caller.data_mut().run.loader = Some(Box::new(loader));
        }
        caller.data_mut().run.loader.as_deref_mut().ok_or_else(|| format_err!("there is no loader"))
    }

    /// Creates the loader of a guest that has loaded nothing since it started.
    ///
    /// # Errors
    /// When the record in its image cannot be read.
    pub(in crate::engine) fn new(state: &InstanceState) -> Result<Self> {
        let links = state.links()?;
        let (namespace, handles, host_slots) = match &state.run.snapshot {
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
        let is_merged = state.run.snapshot.is_some();
        Ok(Self { namespace, instances, merged, is_merged, linked: Vec::new(), handles, host_slots, untrusted: 0 })
    }

    /// Whether a guest has neither loaded a library nor put a function into the table, since it resumed from a snapshot
    /// with that record.
    pub(in crate::engine) fn is_as(&self, record: &LoaderRecord) -> bool {
        self.linked.is_empty()
            && self.host_slots == record.host_slots
            && self.namespace.added_slots().count() == Namespace::from_record(&record.namespace).added_slots().count()
    }

    /// Returns the part that an image keeps.
    pub(in crate::engine) fn record(&self) -> LoaderRecord {
        LoaderRecord {
            namespace: self.namespace.record(),
            handles: self.handles.iter().map(|(handle, library)| (*handle, library.index())).collect(),
            host_slots: self.host_slots.clone(),
        }
    }

    /// Removes a library that could not be linked. Its part of the table and the memory stays reserved.
    pub(super) fn forget(&mut self, library: LibraryId) {
        self.instances.truncate(library.index());
        self.linked.truncate(library.index().saturating_sub(self.merged));
        self.namespace.remove_last(library);
    }

    /// Returns the place of the function that `library` exports as `name`.
    fn place(&self, library: LibraryId, name: &str) -> Result<Place> {
        if self.is_merged && library.index() < self.merged {
            let index = self.namespace.get(library).and_then(|library| library.info.functions.get(name).copied());
            let slot = index.and_then(|index| self.namespace.slot(library, index));
            return slot.map(Place::Slot).ok_or_else(|| format_err!("the image has no function {name}"));
        }
        let instance = self.instances.get(library.index()).copied();
        instance.map(Place::Export).ok_or_else(|| format_err!("library {library:?} has no instance"))
    }
}

/// The place of a function.
enum Place {
    /// The function is among the exports of an instance.
    Export(Instance),
    /// The function is in the table: the modules of an image do not export their functions.
    Slot(u32),
}

/// Returns the function that `library` exports as `name`.
pub(super) fn function(caller: &mut Caller<'_, InstanceState>, library: LibraryId, name: &str) -> Result<Func> {
    let function = match Loader::of(caller)?.place(library, name)? {
        Place::Export(instance) => instance.get_func(&mut *caller, name),
        Place::Slot(slot) => {
            let links = caller.data().links()?;
            match links.table.get(&mut *caller, slot.into()) {
                Some(Ref::Func(function)) => function,
                _ => None,
            }
        }
    };
    function.ok_or_else(|| format_err!("the library has no function {name}"))
}

impl std::fmt::Debug for Loader {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.debug_struct("Loader").field("libraries", &self.namespace.len()).finish_non_exhaustive()
    }
}
