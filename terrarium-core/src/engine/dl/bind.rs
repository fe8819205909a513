//! The imports of a library: the guest's memory and table, functions, and globals for addresses, which are filled in
//! once all addresses are known.

use std::collections::HashMap;

use wasmtime::{
    Caller, Extern, ExternType, Func, FuncType, Global, GlobalType, Module, Mutability, Result, Val, ValType, bail,
    format_err,
};

use super::{
    loader::{Loader, function},
    parts::PartLinks,
    symbol,
};
use crate::engine::{bind::reenter::nested, live::state::InstanceState};
use terrarium_wasm::{
    link::{Definition, FunctionTarget, LibraryId, PARTS},
    rewrite::{SAFEPOINT_MODULE, SAFEPOINT_NAME},
};

/// The places of a library's static memory and table slots.
#[derive(Clone, Copy, Debug)]
pub(super) struct Addresses {
    pub(super) memory_base: u32,
    pub(super) table_base: u32,
}

/// Imported globals for the addresses of symbols (the global offset table).
#[derive(Clone)]
pub(in crate::engine) struct Pointers(HashMap<String, Global>);

/// The imports with which a library is instantiated.
pub(super) struct LibraryImports {
    /// The imports, in the order of the module.
    pub(super) imports: Vec<Extern>,
    pub(super) pointers: Pointers,
    /// The definition of each imported function, in the order of the module.
    pub(super) bindings: Vec<FunctionTarget>,
}

/// The module of imports that are resolved when they are called.
pub(in crate::engine) const LATE: &str = "terrarium.late";

/// Collects the imports of a library, in the order of its module.
///
/// # Errors
/// When it imports something that libraries do not import.
pub(super) fn gather(
    caller: &mut Caller<'_, InstanceState>,
    library: LibraryId,
    module: &Module,
    addresses: Addresses,
    parts: Option<&PartLinks>,
) -> Result<LibraryImports> {
    let links = caller.data().links()?;
    let mut pointers = HashMap::new();
    let mut stubs = Stubs::default();
    let mut imports = Vec::with_capacity(module.imports().len());
    let mut bindings = Vec::new();
    for import in module.imports() {
        let (from, name) = (import.module(), import.name());
        imports.push(match (import.ty(), from, name) {
            (ty, PARTS, _) => {
                let parts = parts.ok_or_else(|| format_err!("it imports parts of a library that is whole"))?;
                if matches!(ty, ExternType::Table(_)) { parts.table.into() } else { parts.load.into() }
            }
            (ExternType::Memory(_), SAFEPOINT_MODULE, SAFEPOINT_NAME) => links.safepoint.into(),
            (ExternType::Memory(_), ..) => links.memory.into(),
            (ExternType::Table(_), ..) => links.table.into(),
            (ExternType::Func(ty), ..) => {
                let (function, binding) = imported_function(caller, library, name, ty, &mut stubs)?;
                bindings.push(binding);
                function.into()
            }
            (ExternType::Global(_), "GOT.mem" | "GOT.func", _) => match pointers.get(name) {
                Some(global) => Extern::Global(*global),
                None => {
                    let ty = GlobalType::new(ValType::I32, Mutability::Var);
                    let global = Global::new(&mut *caller, ty, Val::I32(0))?;
                    pointers.insert(name.to_owned(), global);
                    global.into()
                }
            },
            (ExternType::Global(_), _, "__memory_base") => constant(caller, addresses.memory_base)?.into(),
            (ExternType::Global(_), _, "__table_base") => constant(caller, addresses.table_base)?.into(),
            // The stack pointer, and the tags of exceptions.
            _ => links
                .python
                .get_export(&mut *caller, name)
                .ok_or_else(|| format_err!("it imports {from}.{name}, which the interpreter does not define"))?,
        });
    }
    Ok(LibraryImports { imports, pointers: Pointers(pointers), bindings })
}

fn constant(caller: &mut Caller<'_, InstanceState>, value: u32) -> Result<Global> {
    Global::new(caller, GlobalType::new(ValType::I32, Mutability::Const), Val::I32(value.cast_signed()))
}

impl Pointers {
    /// Returns the global for the address of `name`.
    pub(in crate::engine) fn get(&self, name: &str) -> Option<Global> {
        self.0.get(name).copied()
    }

    /// Writes the addresses, after the library was added to the loaded ones. Returns the undefined names.
    ///
    /// # Errors
    /// When the table cannot grow.
    pub(super) fn fill(self, caller: &mut Caller<'_, InstanceState>, library: LibraryId) -> Result<Vec<String>> {
        let mut undefined = Vec::new();
        for (name, global) in self.0 {
            let namespace = &Loader::of(caller)?.namespace;
            let weak = namespace.get(library).is_some_and(|library| library.info.weak.contains(&name));
            let address = match namespace.resolve(&name, library) {
                Some(definition) => Some(symbol::address(caller, definition, &name)?),
                None => symbol::host_address(caller, &name)?,
            };
            match address {
                Some(address) => global.set(&mut *caller, Val::I32(address.cast_signed()))?,
                None if weak => {}
                None => undefined.push(name),
            }
        }
        undefined.sort_unstable();
        Ok(undefined)
    }
}

/// Returns the function that `name` resolves to, for a library that is not instantiated yet.
fn imported_function(
    caller: &mut Caller<'_, InstanceState>,
    library: LibraryId,
    name: &str,
    ty: FuncType,
    stubs: &mut Stubs,
) -> Result<(Func, FunctionTarget)> {
    let import = |module: &str| FunctionTarget::Import { module: module.to_owned(), name: name.to_owned() };
    Ok(match Loader::of(caller)?.namespace.resolve(name, library) {
        Some(Definition::Function { library: of, index }) => {
            let target = FunctionTarget::Function { part: of.index(), index };
            // The rewriting has bound a library's own function; the import remains and is never called.
            (if of == library { stubs.get(caller, ty) } else { function(caller, of, name)? }, target)
        }
        _ => match symbol::host_function(caller, name) {
            Some((function, module)) => (function, import(module)),
            None => {
                let found = late(name);
                (Func::new_async(caller, ty, found), import(LATE))
            }
        },
    })
}

/// Returns a function that resolves its definition when it is called: libraries may import functions that they never
/// call, or that a later library defines.
pub(in crate::engine) fn late(
    name: &str,
) -> impl for<'a> Fn(Caller<'a, InstanceState>, &'a [Val], &'a mut [Val]) -> Pending<'a> + Send + Sync + 'static {
    let name = name.to_owned();
    move |mut caller, arguments, results| {
        let definition = Loader::of(&mut caller).map(|loader| loader.namespace.resolve_globally(&name));
        let found = match definition {
            Ok(Some(Definition::Function { library, .. })) => function(&mut caller, library, &name),
            Ok(_) => Err(format_err!("a library called the undefined function {name}")),
            Err(error) => Err(error),
        };
        Box::new(async move { nested(&mut caller, found?, arguments, results).await })
    }
}

/// The result of an asynchronous host function.
pub(in crate::engine) type Pending<'a> = Box<dyn Future<Output = Result<()>> + Send + 'a>;

/// Functions for imports that are never called, one for each type.
#[derive(Default)]
struct Stubs(Vec<(FuncType, Func)>);

impl Stubs {
    fn get(&mut self, caller: &mut Caller<'_, InstanceState>, ty: FuncType) -> Func {
        if let Some((_, stub)) = self.0.iter().find(|(known, _)| FuncType::eq(known, &ty)) {
            return *stub;
        }
        let stub = Func::new(caller, ty.clone(), |_, _, _| bail!("an import was called that is bound elsewhere"));
        self.0.push((ty, stub));
        stub
    }
}
