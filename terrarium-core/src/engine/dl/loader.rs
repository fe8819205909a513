//! [`Loader`]: what a guest has loaded.

use std::collections::HashMap;

use wasmtime::{Caller, Func, Instance, Result, bail, format_err};

use crate::{
    engine::state::State,
    link::{LibraryId, Namespace},
};

/// The libraries of one guest.
pub(in crate::engine) struct Loader {
    pub(super) namespace: Namespace,
    /// The instance of each module of the namespace, by its number.
    pub(super) instances: Vec<Instance>,
    /// The library behind each handle: the address of the C library's `struct dso`.
    pub(super) handles: HashMap<u32, LibraryId>,
    /// Table slots of the host's functions.
    pub(super) host_slots: HashMap<String, u32>,
    /// The bytes of the libraries that the guest's code brought itself.
    pub(super) untrusted: u64,
}

impl Loader {
    /// The guest's loader, made at the first call.
    pub(super) fn of<'a>(caller: &'a mut Caller<'_, State>) -> Result<&'a mut Self> {
        if caller.data().loader.is_none() {
            let state = caller.data();
            let main = state.machine.python.info().map_err(|error| format_err!("{error}"))?;
            let Some(links) = state.guest else { bail!("the guest is not instantiated yet") };
            let loader = Self {
                namespace: Namespace::new(main),
                instances: vec![links.python],
                handles: HashMap::new(),
                host_slots: HashMap::new(),
                untrusted: 0,
            };
            caller.data_mut().loader = Some(Box::new(loader));
        }
        caller.data_mut().loader.as_deref_mut().ok_or_else(|| format_err!("there is no loader"))
    }

    /// Forget a library that could not be linked. What it has of the table and the memory stays taken.
    pub(super) fn forget(&mut self, library: LibraryId) {
        self.instances.truncate(library.index());
        self.namespace.remove_last(library);
    }

    /// The instance of a module.
    pub(super) fn instance(&self, library: LibraryId) -> Result<Instance> {
        self.instances.get(library.index()).copied().ok_or_else(|| format_err!("library {library:?} has no instance"))
    }
}

/// The function that `library` exports as `name`.
pub(super) fn function(caller: &mut Caller<'_, State>, library: LibraryId, name: &str) -> Result<Func> {
    let instance = Loader::of(caller)?.instance(library)?;
    instance.get_func(&mut *caller, name).ok_or_else(|| format_err!("the library exports no function {name}"))
}
