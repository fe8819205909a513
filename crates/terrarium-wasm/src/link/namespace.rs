//! [`Namespace`]: the modules of one guest, and the definition of each name in each of them.

use std::{
    collections::{BTreeMap, HashMap},
    sync::Arc,
};

use serde::{Deserialize, Serialize};

use super::ModuleInfo;

/// A module of a guest.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash, PartialOrd, Ord)]
pub struct LibraryId(usize);

impl LibraryId {
    /// The main module.
    pub const MAIN: Self = Self(0);

    /// Returns its position in the load order; the main module is 0.
    #[must_use]
    pub const fn index(self) -> usize {
        self.0
    }
}

/// A loaded module.
#[derive(Clone, Debug)]
pub struct Library {
    /// The path that it was loaded from; empty for the main module.
    pub path: String,
    /// Its definitions and needs.
    pub info: Arc<ModuleInfo>,
    /// The address of its static memory; 0 for the main module, whose addresses are absolute.
    pub memory_base: u32,
    /// Its first table slot; 0 for the main module.
    pub table_base: u32,
    /// Whether all modules see its symbols (`RTLD_GLOBAL`).
    pub global: bool,
    /// The libraries that it needs directly and indirectly, nearest first.
    pub needed: Vec<LibraryId>,
}

/// A namespace as data, for storage.
#[derive(Clone, Debug, Serialize, Deserialize)]
pub struct NamespaceRecord {
    libraries: Vec<LibraryRecord>,
    /// Library, function and slot.
    slots: Vec<(usize, u32, u32)>,
}

#[derive(Clone, Debug, Serialize, Deserialize)]
struct LibraryRecord {
    path: String,
    info: ModuleInfo,
    memory_base: u32,
    table_base: u32,
    global: bool,
    needed: Vec<usize>,
}

/// The definition of a symbol.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Definition {
    /// A function, as an export of a module.
    Function {
        /// The module.
        library: LibraryId,
        /// The function's index in the module.
        index: u32,
    },
    /// Data, at an address.
    Data {
        /// The address.
        address: u32,
    },
}

/// The modules of a guest.
#[derive(Clone, Debug)]
pub struct Namespace {
    libraries: Vec<Library>,
    by_path: HashMap<String, LibraryId>,
    /// Slots of functions other than those that their modules assign.
    slots: BTreeMap<(LibraryId, u32), u32>,
}

impl Namespace {
    /// Makes a namespace of the main module alone.
    #[must_use]
    pub fn new(main: Arc<ModuleInfo>) -> Self {
        let main = Library {
            path: String::new(),
            info: main,
            memory_base: 0,
            table_base: 0,
            global: true,
            needed: Vec::new(),
        };
        Self { libraries: vec![main], by_path: HashMap::new(), slots: BTreeMap::new() }
    }

    /// Returns the namespace as data.
    #[must_use]
    pub fn record(&self) -> NamespaceRecord {
        let libraries = self.libraries.iter().map(|library| LibraryRecord {
            path: library.path.clone(),
            info: ModuleInfo::clone(&library.info),
            memory_base: library.memory_base,
            table_base: library.table_base,
            global: library.global,
            needed: library.needed.iter().map(|id| id.0).collect(),
        });
        let slots = self.slots.iter().map(|((library, function), slot)| (library.0, *function, *slot));
        NamespaceRecord { libraries: libraries.collect(), slots: slots.collect() }
    }

    /// Restores a recorded namespace.
    #[must_use]
    pub fn from_record(record: &NamespaceRecord) -> Self {
        let libraries: Vec<Library> = record
            .libraries
            .iter()
            .map(|library| Library {
                path: library.path.clone(),
                info: Arc::new(library.info.clone()),
                memory_base: library.memory_base,
                table_base: library.table_base,
                global: library.global,
                needed: library.needed.iter().map(|number| LibraryId(*number)).collect(),
            })
            .collect();
        let paths = libraries.iter().enumerate().skip(1);
        let by_path = paths.map(|(number, library)| (library.path.clone(), LibraryId(number))).collect();
        let slots = record.slots.iter().map(|(library, function, slot)| ((LibraryId(*library), *function), *slot));
        Self { libraries, by_path, slots: slots.collect() }
    }

    /// Returns the module with that number, if there is one.
    #[must_use]
    pub fn id(&self, number: usize) -> Option<LibraryId> {
        (number < self.libraries.len()).then_some(LibraryId(number))
    }

    /// Returns the slots of functions other than those that their modules assign.
    pub fn added_slots(&self) -> impl Iterator<Item = (LibraryId, u32, u32)> + '_ {
        self.slots.iter().map(|((library, function), slot)| (*library, *function, *slot))
    }

    /// Adds a library; it takes part in symbol resolution from now on.
    pub fn add(&mut self, library: Library) -> LibraryId {
        let id = LibraryId(self.libraries.len());
        self.by_path.insert(library.path.clone(), id);
        self.libraries.push(library);
        id
    }

    /// Removes the library that was added last and could not be linked.
    pub fn remove_last(&mut self, id: LibraryId) {
        if id != LibraryId::MAIN && id.0 + 1 == self.libraries.len() {
            let library = self.libraries.pop();
            self.by_path.retain(|path, _| library.as_ref().is_none_or(|library| library.path != *path));
            self.slots.retain(|(library, _), _| *library != id);
        }
    }

    /// Returns the number of modules, with the main module.
    #[must_use]
    pub fn len(&self) -> usize {
        self.libraries.len()
    }

    /// Always false; the main module is always present.
    #[must_use]
    pub fn is_empty(&self) -> bool {
        self.libraries.is_empty()
    }

    /// Returns the module with that number, if there is one.
    #[must_use]
    pub fn get(&self, id: LibraryId) -> Option<&Library> {
        self.libraries.get(id.0)
    }

    /// Returns the library that was loaded from `path`.
    #[must_use]
    pub fn find(&self, path: &str) -> Option<LibraryId> {
        self.by_path.get(path).copied()
    }

    /// Makes the symbols of the library, and of those that it needs, visible to all modules.
    pub fn make_global(&mut self, id: LibraryId) {
        let needed = self.get(id).map(|library| library.needed.clone()).unwrap_or_default();
        for id in std::iter::once(id).chain(needed) {
            if let Some(library) = self.libraries.get_mut(id.0) {
                library.global = true;
            }
        }
    }

    /// Returns the definition of `name` for the module `from`. The order is: the main module, the global libraries in
    /// their load order, the libraries that `from` needs, `from` itself.
    #[must_use]
    pub fn resolve(&self, name: &str, from: LibraryId) -> Option<Definition> {
        let needed = self.get(from).map(|library| library.needed.as_slice()).unwrap_or_default();
        self.globals()
            .chain(needed.iter().copied())
            .chain(std::iter::once(from))
            .find_map(|id| self.definition(name, id))
    }

    /// Returns the definition of `name` that all modules see: `dlsym(RTLD_DEFAULT, name)`.
    #[must_use]
    pub fn resolve_globally(&self, name: &str) -> Option<Definition> {
        self.globals().find_map(|id| self.definition(name, id))
    }

    /// Returns the definition that `dlsym` finds with the handle of a library: its own, else one of a library that it
    /// needs.
    #[must_use]
    pub fn symbol(&self, name: &str, of: LibraryId) -> Option<Definition> {
        if of == LibraryId::MAIN {
            return self.resolve_globally(name);
        }
        let needed = self.get(of).map(|library| library.needed.as_slice()).unwrap_or_default();
        std::iter::once(of).chain(needed.iter().copied()).find_map(|id| self.definition(name, id))
    }

    fn globals(&self) -> impl Iterator<Item = LibraryId> {
        self.libraries.iter().enumerate().filter(|(_, library)| library.global).map(|(index, _)| LibraryId(index))
    }

    /// Returns the definition of `name` in one module.
    #[must_use]
    pub fn definition(&self, name: &str, library: LibraryId) -> Option<Definition> {
        let Library { info, memory_base, .. } = self.get(library)?;
        if let Some(index) = info.functions.get(name) {
            return Some(Definition::Function { library, index: *index });
        }
        let offset = info.data.get(name)?;
        Some(Definition::Data { address: memory_base.wrapping_add(*offset) })
    }

    /// Returns the table slot that is the function's only address, if it has one yet.
    #[must_use]
    pub fn slot(&self, library: LibraryId, function: u32) -> Option<u32> {
        let own = self.get(library)?;
        let put = own.info.slots.get(&function).map(|slot| own.table_base.wrapping_add(*slot));
        put.or_else(|| self.slots.get(&(library, function)).copied())
    }

    /// Records the slot of a function.
    pub fn set_slot(&mut self, library: LibraryId, function: u32, slot: u32) {
        self.slots.insert((library, function), slot);
    }
}
