//! The parts of a library that is compiled as it is called: their table, and the function that loads one.

use std::sync::{Arc, OnceLock};

use wasmtime::{Caller, Extern, Func, Instance, Ref, RefType, Result, Table, TableType, format_err};

use crate::engine::{compile::lazy::LazyLibrary, live::state::InstanceState};
use terrarium_wasm::link::PartImport;

/// The imports that a root has for its parts.
#[derive(Clone)]
pub(super) struct PartLinks {
    pub(super) table: Table,
    pub(super) load: Func,
    root: Arc<OnceLock<Root>>,
}

/// An instance of the root, with its imports.
struct Root {
    instance: Instance,
    imports: Vec<Extern>,
}

impl PartLinks {
    /// Creates the table of functions and the function that loads a part.
    pub(super) async fn new(caller: &mut Caller<'_, InstanceState>, library: &Arc<LazyLibrary>) -> Result<Self> {
        let ty = TableType::new(RefType::FUNCREF, library.slots(), None);
        let table = Table::new_async(&mut *caller, ty, Ref::Func(None)).await?;
        let root = Arc::new(OnceLock::new());
        let (library, of) = (Arc::clone(library), Arc::clone(&root));
        let load = Func::wrap_async(&mut *caller, move |caller, (slot,): (u32,)| {
            let (library, root) = (Arc::clone(&library), Arc::clone(&of));
            Box::new(async move { load(caller, &library, &root, slot).await })
        });
        Ok(Self { table, load, root })
    }

    /// Records the instance of the root, whose functions run only after this.
    pub(super) fn set_root(&self, instance: Instance, imports: Vec<Extern>) {
        self.root.get_or_init(|| Root { instance, imports });
    }
}

/// Instantiates the part with the function of a slot. Its segments fill the slots of its functions.
async fn load(
    mut caller: Caller<'_, InstanceState>,
    library: &LazyLibrary,
    root: &OnceLock<Root>,
    slot: u32,
) -> Result<()> {
    let root = root.get().ok_or_else(|| format_err!("a library calls its parts before it is instantiated"))?;
    let found = caller.data().run.interrupt.preparing(|| library.part(slot));
    let (module, given) = found.map_err(|error| format_err!("{error}"))?;
    let mut imports = Vec::with_capacity(given.len());
    for import in given {
        let found = match import {
            PartImport::Root(place) => root.imports.get(*place).cloned(),
            PartImport::Global(name) => root.instance.get_export(&mut caller, name),
        };
        imports.push(found.ok_or_else(|| format_err!("a part imports {import:?}, which its library does not have"))?);
    }
    Instance::new_async(&mut caller, module, &imports).await.map(drop)
}
