//! What a library imports: the guest's memory and table, functions, and the places of addresses that are filled in
//! once all of them are known.

use std::collections::HashMap;

use wasmtime::{
    Caller, Extern, ExternType, Func, FuncType, Global, GlobalType, Module, Mutability, Result, Val, ValType, bail,
    format_err,
};

use super::{
    loader::{Loader, function},
    symbol,
};
use crate::{
    engine::{calls::nested, state::State},
    link::{Definition, LibraryId},
};

/// Where a library's static memory and table slots are.
#[derive(Clone, Copy, Debug)]
pub(super) struct Addresses {
    pub(super) memory_base: u32,
    pub(super) table_base: u32,
}

/// Imported globals that hold addresses of symbols (the global offset table).
pub(super) struct Pointers(HashMap<String, Global>);

/// The imports of a library, in the order of its module.
///
/// # Errors
/// When it imports what no library does.
pub(super) fn gather(
    caller: &mut Caller<'_, State>,
    library: LibraryId,
    module: &Module,
    addresses: Addresses,
) -> Result<(Vec<Extern>, Pointers)> {
    let Some(links) = caller.data().guest else { bail!("the guest is not instantiated yet") };
    let mut pointers = HashMap::new();
    let mut stubs = Stubs::default();
    let mut imports = Vec::with_capacity(module.imports().len());
    for import in module.imports() {
        let (from, name) = (import.module(), import.name());
        imports.push(match (import.ty(), from, name) {
            (ExternType::Memory(_), ..) => links.memory.into(),
            (ExternType::Table(_), ..) => links.table.into(),
            (ExternType::Func(ty), ..) => imported_function(caller, library, name, ty, &mut stubs)?.into(),
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
            // The stack pointer, the tags of exceptions.
            _ => links
                .python
                .get_export(&mut *caller, name)
                .ok_or_else(|| format_err!("it imports {from}.{name}, which the interpreter does not define"))?,
        });
    }
    Ok((imports, Pointers(pointers)))
}

fn constant(caller: &mut Caller<'_, State>, value: u32) -> Result<Global> {
    Global::new(caller, GlobalType::new(ValType::I32, Mutability::Const), Val::I32(value.cast_signed()))
}

impl Pointers {
    /// Write the addresses, now that the library is among the loaded ones. The names that nobody defines.
    ///
    /// # Errors
    /// When the table cannot grow.
    pub(super) fn fill(self, caller: &mut Caller<'_, State>, library: LibraryId) -> Result<Vec<String>> {
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

/// The function that `name` means for a library that is not instantiated yet.
fn imported_function(
    caller: &mut Caller<'_, State>,
    library: LibraryId,
    name: &str,
    ty: FuncType,
    stubs: &mut Stubs,
) -> Result<Func> {
    match Loader::of(caller)?.namespace.resolve(name, library) {
        // Bound when the module was rewritten; the import is left over and never called.
        Some(Definition::Function { library: own, .. }) if own == library => Ok(stubs.get(caller, ty)),
        Some(Definition::Function { library, .. }) => function(caller, library, name),
        _ => match symbol::host_function(caller, name) {
            Some(function) => Ok(function),
            None => Ok(late(caller, ty, name.to_owned())),
        },
    }
}

/// A function that looks its definition up when it is called: libraries may import what they never call, or what a
/// library brings that is loaded after them.
fn late(caller: &mut Caller<'_, State>, ty: FuncType, name: String) -> Func {
    Func::new_async(caller, ty, move |mut caller, arguments, results| {
        let definition = Loader::of(&mut caller).map(|loader| loader.namespace.resolve_globally(&name));
        let found = match definition {
            Ok(Some(Definition::Function { library, .. })) => function(&mut caller, library, &name),
            Ok(_) => Err(format_err!("a library called the function {name}, which nobody defines")),
            Err(error) => Err(error),
        };
        Box::new(async move { nested(&mut caller, found?, arguments, results).await })
    })
}

/// Functions for imports that are never called, one for each type.
#[derive(Default)]
struct Stubs(Vec<(FuncType, Func)>);

impl Stubs {
    fn get(&mut self, caller: &mut Caller<'_, State>, ty: FuncType) -> Func {
        if let Some((_, stub)) = self.0.iter().find(|(known, _)| FuncType::eq(known, &ty)) {
            return *stub;
        }
        let stub = Func::new(caller, ty.clone(), |_, _, _| bail!("an import was called that is bound elsewhere"));
        self.0.push((ty, stub));
        stub
    }
}
