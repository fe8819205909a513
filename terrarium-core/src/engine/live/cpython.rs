//! Facts of CPython that the host relies on: its C API, reference counts, the state of its random generators, and the
//! place of its pointer to the trampoline.

use std::ops::RangeInclusive;

use wasmtime::{Instance as WasmInstance, Ref, Result, Store, TypedFunc, bail, format_err};

use super::{
    block_on::block_on,
    guest::{GuestInstance, PyFunction, address_of, c_string, call, memory, read_u32, write},
    machine::InterpreterModule,
    state::{InstanceState, Links},
};
use crate::{
    Error,
    engine::{bind::driver, snapshot::Span},
    error::ErrorContext,
};

impl GuestInstance {
    /// Imports `module` and returns its attributes `names`.
    ///
    /// # Errors
    /// [`Error::Start`], with the traceback that the interpreter wrote.
    pub(crate) fn import<const N: usize>(&mut self, module: &str, names: [&str; N]) -> Result<[PyFunction; N], Error> {
        let found: Result<_> = block_on(async {
            let (store, instance) = (&mut self.instance.store, &self.instance.links.python);
            let mut functions = [PyFunction(0); N];
            let name = c_string(store, instance, module).await?;
            let object = call::<u32, u32>(store, instance, "PyImport_ImportModule", name).await?;
            for (function, name) in functions.iter_mut().zip(names) {
                let name = c_string(store, instance, name).await?;
                if object != 0 {
                    function.0 = call(store, instance, "PyObject_GetAttrString", (object, name)).await?;
                }
                if function.0 == 0 {
                    call::<(), ()>(store, instance, "PyErr_Print", ()).await?;
                    bail!("cannot import {module}");
                }
            }
            Ok(functions)
        });
        found.map_err(|error| {
            let written = String::from_utf8_lossy(self.process().streams.error.bytes()).into_owned();
            Error::Start { reason: format!("{error:#}; {}", written.trim()), source: Some(error.into()) }
        })
    }

    /// Makes the objects at these addresses immortal in CPython's sense: their reference counts are no longer written.
    ///
    /// # Errors
    /// [`Error::Engine`] for an address outside of the memory.
    pub(crate) fn make_immortal(&mut self, objects: impl Iterator<Item = u32>) -> Result<(), Error> {
        /// The count that CPython sets, and the least that counts as immortal, where pointers have 32 bits.
        const IMMORTAL: u32 = 5 << 28;
        const MIN_IMMORTAL: u32 = 1 << 30;
        let doing = "a reference count";
        let mut memory = memory(&mut self.instance.store).or_engine(doing)?;
        for object in objects {
            let count = memory.read_u32(object).or_engine(doing)?;
            if count < MIN_IMMORTAL {
                memory.write_u32(object, IMMORTAL).or_engine(doing)?;
            }
        }
        Ok(())
    }

    /// Returns the state of `words` words of the random generator in the object at `address`, which the harness has
    /// filled with two words in turns.
    ///
    /// # Errors
    /// [`Error::Engine`], when it is not there.
    pub(crate) fn find_generator(&mut self, address: u32, words: u32) -> Result<Span, Error> {
        const WORDS: RangeInclusive<u32> = 4..=624;
        const MAX_OBJECT: u32 = 8192;
        const PATTERN: [u32; 2] = [0x9E37_79B9, 0x7F4A_7C15];
        let doing = "a random generator's state";
        if !WORDS.contains(&words) {
            return Err(Error::engine(format!("{doing}: it has {words} words")));
        }
        let pattern = PATTERN.iter().cycle().take(words as usize);
        let pattern: Vec<u8> = pattern.flat_map(|word| word.to_le_bytes()).collect();
        let memory = memory(&mut self.instance.store).or_engine(doing)?;
        let object = memory.slice(address, MAX_OBJECT).or_engine(doing)?;
        let offset = object.windows(pattern.len()).position(|window| window == pattern);
        let offset = offset.and_then(|offset| u32::try_from(offset).ok());
        let offset = offset.ok_or_else(|| Error::engine(format!("{doing}: it is not where the interpreter says")))?;
        Ok(Span { address: address.wrapping_add(offset), length: words * 4 })
    }
}

/// Instantiates the driver, and registers its trampoline with the interpreter. Returns its entry and
/// the table slot for [`give_root`].
pub(super) async fn install_driver(
    unbooted: &InterpreterModule,
    store: &mut Store<InstanceState>,
    python: &WasmInstance,
    links: &Links,
) -> Result<(TypedFunc<(u32, u32), u32>, u32)> {
    let mut imports = Vec::new();
    for import in unbooted.driver.imports() {
        imports.push(match import.module() {
            driver::HOST => unbooted.linker.get(&mut *store, driver::HOST, import.name())?,
            _ => python
                .get_export(&mut *store, import.name())
                .ok_or_else(|| format_err!("the guest does not export {}", import.name()))?,
        });
    }
    let instance = WasmInstance::new_async(&mut *store, &unbooted.driver, &imports).await?;
    let trampoline = instance.get_func(&mut *store, driver::TRAMPOLINE);
    let slot = links.table.grow(&mut *store, 1, Ref::Func(trampoline))?;
    let offset = address_of(store, python, "_PyEM_EMSCRIPTEN_TRAMPOLINE_OFFSET")?;
    let runtime = address_of(store, python, "_PyRuntime")?;
    let offset = read_u32(store, offset)?;
    let place = runtime.checked_add(offset).ok_or_else(|| format_err!("the trampoline's place is out of range"))?;
    let slot = u32::try_from(slot)?;
    write(store, place, &slot.to_le_bytes())?;
    let stated = read_u32(store, runtime.saturating_add(driver::CURRENT_FRAME_STATED))?;
    if stated != driver::CURRENT_FRAME {
        bail!("the interpreter has its current frame at {stated}, the driver expects {}", driver::CURRENT_FRAME);
    }
    let root = instance.get_func(&mut *store, driver::ROOT);
    let root = u32::try_from(links.table.grow(&mut *store, 1, Ref::Func(root))?)?;
    store.data_mut().run.driver_slots = vec![(slot, driver::TRAMPOLINE_INDEX), (root, driver::ROOT_INDEX)];
    Ok((instance.get_typed_func(&mut *store, driver::INVOKE)?, root))
}

/// Makes the driver's function in the table slot `root` an attribute of the module `sys`, where the harness finds it.
pub(super) async fn give_root(store: &mut Store<InstanceState>, python: &WasmInstance, root: u32) -> Result<()> {
    /// Fast calls with keywords.
    const FLAGS: u32 = 0x82;
    let name = c_string(store, python, "_terrarium_root").await?;
    let method = call::<u32, u32>(store, python, "malloc", 16).await?;
    write(store, method, [name, root, FLAGS, 0].map(u32::to_le_bytes).as_flattened())?;
    let function = call::<_, u32>(store, python, "PyCMethod_New", (method, 0, 0, 0)).await?;
    if function == 0 || call::<_, i32>(store, python, "PySys_SetObject", (name, function)).await? != 0 {
        bail!("the interpreter does not take the driver's function");
    }
    Ok(())
}
