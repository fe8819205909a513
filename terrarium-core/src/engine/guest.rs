//! [`Guest`]: one live interpreter.

use std::sync::Arc;

use wasmtime::{
    AsContextMut, Extern, ExternType, Global, GlobalType, Instance, Mutability, PoolConcurrencyLimitError, Ref, Result,
    Store, TypedFunc, Val, ValType, bail, format_err,
};

use super::{
    block_on::block_on,
    config::MOST_GUESTS,
    driver,
    interruption::Interrupt,
    machine::{Machine, Unbooted},
    running::Running,
    safepoint::{GuardedStore, Safepoint},
    snapshot::{Snapshot, Span},
    state::{Links, State},
    trap::End,
};
use crate::{Error, error::ErrorContext, memory::GuestMemory, rewrite::SAFEPOINT_EXPORT, syscall::Process};

/// What a guest starts with.
pub(crate) struct GuestOptions {
    /// Its files, descriptors, clocks, entropy.
    pub(crate) process: Process,
    /// The environment at start: what configures the interpreter.
    pub(crate) env: Vec<(String, String)>,
    /// The memory limit in bytes.
    pub(crate) memory: u64,
    /// Whether libraries may be loaded that the guest's code brought or made.
    pub(crate) untrusted_libraries: bool,
    /// Whether sleeping takes time: not with a clock that is moved by it.
    pub(crate) real_sleep: bool,
}

/// A booted interpreter.
pub(crate) struct Guest {
    running: Running,
    /// Whether every call so far has returned.
    in_order: bool,
}

/// A Python function in a guest. It is good for the guest that gave it.
#[derive(Clone, Copy, Debug)]
pub(crate) struct PyFunction(pub(crate) u32);

impl Guest {
    /// Boot an interpreter, from which an image can be made.
    ///
    /// # Errors
    /// [`Error::Start`], with what the interpreter wrote to its standard error.
    pub(crate) fn boot(machine: &Arc<Machine>, options: GuestOptions) -> Result<Self, Error> {
        let unbooted = machine.unbooted()?;
        let state = State::new(machine, Arc::clone(&unbooted.linker), None, options);
        let mut store = Store::new(&machine.engine, state);
        store.limiter(|state| &mut state.limiter);
        match block_on(Self::start(&unbooted, &mut store)) {
            Ok((links, invoke)) => {
                let running = Running {
                    store: GuardedStore::new(store),
                    links,
                    invoke,
                    globals: Vec::new(),
                    runs: 0,
                    copied: 0,
                    written: None,
                    by_faults: false,
                };
                Ok(Self { running, in_order: true })
            }
            Err(error) => {
                let written = String::from_utf8_lossy(store.data().process.streams.error.bytes()).into_owned();
                let reason = format!("{error:#}");
                let reason = if written.is_empty() { reason } else { format!("{reason}; {}", written.trim()) };
                Err(Error::Start { reason, source: Some(error.into()) })
            }
        }
    }

    /// An interpreter that goes on from a snapshot.
    ///
    /// # Errors
    /// [`Error::Start`], when there is no place for another.
    pub(crate) fn resume(
        machine: &Arc<Machine>,
        snapshot: &Arc<Snapshot>,
        options: GuestOptions,
    ) -> Result<Self, Error> {
        let running = snapshot.running().map_err(|error| no_place(&error));
        let mut guest = Self { running: running?, in_order: true };
        let links = guest.running.links;
        let mut state = State::new(machine, Arc::clone(&snapshot.linker), Some(Arc::clone(snapshot)), options);
        // They were put into the instance's table when it was made.
        state.closures = std::mem::take(&mut guest.running.store.data_mut().closures);
        state.limiter.peak = links.memory.data_size(&*guest.running.store);
        *guest.running.store.data_mut() = state;
        settle(&mut guest.running.store, links).or_start("")?;
        guest.draw(&snapshot.record.entropy)?;
        Ok(guest)
    }

    /// The program has ended and nobody needs the guest any more: its instance may serve another.
    pub(crate) fn finish(self) {
        let Self { running, in_order } = self;
        let snapshot = running.store.data().snapshot.clone().filter(|_| in_order);
        if let Some(snapshot) = snapshot {
            snapshot.take_back(running);
        }
    }

    /// Fresh random bytes for the places that must differ from one guest to the next.
    fn draw(&mut self, places: &[Span]) -> Result<(), Error> {
        if places.is_empty() {
            return Ok(());
        }
        let mut entropy = self.process().entropy.stretched().or_start("entropy")?;
        let mut bytes = Vec::new();
        self.running.writing(|running| {
            for Span { address, length } in places {
                bytes.resize(*length as usize, 0);
                entropy.fill(&mut bytes).or_start("entropy")?;
                write(&mut running.store, *address, &bytes).or_start("entropy")?;
            }
            Ok(())
        })
    }

    async fn start(unbooted: &Unbooted, store: &mut Store<State>) -> Result<(Links, TypedFunc<(u32, u32), u32>)> {
        // The addresses of functions that nobody defines (graphics, consoles): null serves for all.
        let null = GlobalType::new(ValType::I32, Mutability::Var);
        let null = Global::new(&mut *store, null, Val::I32(0))?;
        let python = &unbooted.python.module;
        let mut imports = Vec::with_capacity(python.imports().len());
        for import in python.imports() {
            imports.push(match import.ty() {
                ExternType::Global(_) => Extern::Global(null),
                _ => unbooted.linker.get(&mut *store, import.module(), import.name())?,
            });
        }
        let instance = Instance::new_async(&mut *store, python, &imports).await?;
        let memory = instance.get_memory(&mut *store, "memory").ok_or_else(|| format_err!("no memory"))?;
        let table = instance.get_table(&mut *store, "__indirect_function_table");
        let table = table.ok_or_else(|| format_err!("no table"))?;
        let signal_word = address_of(store, &instance, "Py_EMSCRIPTEN_SIGNAL_HANDLING")?;
        let stack_pointer = instance.get_global(&mut *store, "__stack_pointer");
        let stack_pointer = stack_pointer.ok_or_else(|| format_err!("no stack pointer"))?;
        let safepoint = instance.get_memory(&mut *store, SAFEPOINT_EXPORT);
        let safepoint = safepoint.ok_or_else(|| format_err!("no safepoint page"))?;
        let links = Links { python: instance, memory, safepoint, table, stack_pointer, signal_word };
        settle(store, links)?;

        let invoke = install_driver(unbooted, store, &instance, &links).await?;
        call::<(), ()>(store, &instance, "__wasm_call_ctors", ()).await?;
        let name = c_string(store, &instance, "python").await?;
        let argv = call::<u32, u32>(store, &instance, "malloc", 8).await?;
        write(store, argv, &[name.to_le_bytes(), [0; 4]].concat())?;
        let status = call::<(i32, u32), i32>(store, &instance, "__main_argc_argv", (1, argv)).await?;
        if status != 0 {
            bail!("the interpreter ended with status {status}");
        }
        Ok((links, invoke))
    }

    /// Import `module` and take its attributes `names`.
    ///
    /// # Errors
    /// [`Error::Start`], with the traceback that the interpreter wrote.
    pub(crate) fn import<const N: usize>(&mut self, module: &str, names: [&str; N]) -> Result<[PyFunction; N], Error> {
        let found: Result<_> = block_on(async {
            let (store, instance) = (&mut self.running.store, &self.running.links.python);
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

    /// Call a Python function with `request` as its one argument, `bytes`; it answers with `bytes`.
    ///
    /// # Errors
    /// The [`End`] of the guest; it cannot be used again.
    pub(crate) fn invoke(&mut self, function: PyFunction, request: Vec<u8>) -> Result<Vec<u8>, End> {
        let Ok(length) = u32::try_from(request.len()) else {
            return Err(End::Crashed("the request is larger than the guest's memory".to_owned()));
        };
        self.running.store.data_mut().request = request;
        // Until it has returned.
        let in_order = std::mem::take(&mut self.in_order);
        let done = self
            .running
            .writing(|Running { store, invoke, .. }| block_on(invoke.call_async(&mut **store, (function.0, length))));
        match done {
            Ok(0) => {
                self.in_order = in_order;
                Ok(std::mem::take(&mut self.running.store.data_mut().response))
            }
            Ok(_) => Err(End::Crashed("the interpreter could not take or answer a request".to_owned())),
            Err(error) => Err(End::from_error(&error, self.interrupt().forced())),
        }
    }

    /// The function of the snapshot that was recorded as `name`.
    pub(crate) fn function(&self, name: &str) -> Option<PyFunction> {
        let snapshot = self.running.store.data().snapshot.as_ref()?;
        snapshot.record.functions.get(name).copied().map(PyFunction)
    }

    /// Make the objects at these addresses immortal, as CPython calls it: their reference counts are not written any
    /// more.
    ///
    /// # Errors
    /// [`Error::Engine`] for an address outside of the memory.
    pub(crate) fn make_immortal(&mut self, objects: impl Iterator<Item = u32>) -> Result<(), Error> {
        /// What CPython itself sets, and the least that counts as immortal, where pointers have 32 bits.
        const IMMORTAL: u32 = 5 << 28;
        const LEAST: u32 = 1 << 30;
        let doing = "a reference count";
        let mut memory = memory(&mut self.running.store).or_engine(doing)?;
        for object in objects {
            let count = memory.read_u32(object).or_engine(doing)?;
            if count < LEAST {
                memory.write_u32(object, IMMORTAL).or_engine(doing)?;
            }
        }
        Ok(())
    }

    /// The state of the random generator in the object at `address`, which the harness has given a pattern.
    ///
    /// # Errors
    /// [`Error::Engine`], when it is not there.
    pub(crate) fn find_generator(&mut self, address: u32) -> Result<Span, Error> {
        const WORDS: u32 = 624;
        const LARGEST_OBJECT: u32 = 8192;
        let pattern = (0..WORDS).flat_map(|n| n.wrapping_mul(2_654_435_761).wrapping_add(12345).to_le_bytes());
        let pattern: Vec<u8> = pattern.collect();
        let doing = "a random generator's state";
        let memory = memory(&mut self.running.store).or_engine(doing)?;
        let object = memory.slice(address, LARGEST_OBJECT).or_engine(doing)?;
        let offset = object.windows(pattern.len()).position(|window| window == pattern);
        let offset = offset.and_then(|offset| u32::try_from(offset).ok());
        let offset = offset.ok_or_else(|| Error::engine(format!("{doing}: it is not where the interpreter says")))?;
        Ok(Span { address: address.wrapping_add(offset), length: WORDS * 4 })
    }

    /// The content of a memory that its module exports as `name`, which is cleared.
    ///
    /// # Errors
    /// [`Error::Engine`], when there is none.
    pub(crate) fn take_memory(&mut self, name: &str) -> Result<Vec<u8>, Error> {
        let Running { store, links, .. } = &mut self.running;
        let memory = links.python.get_memory(&mut **store, name);
        let memory = memory.ok_or_else(|| Error::engine(format!("the interpreter has no memory {name}")))?;
        let content = memory.data_mut(&mut **store);
        let taken = content.to_vec();
        content.fill(0);
        Ok(taken)
    }

    /// The store and the parts of a guest that booted here.
    pub(super) fn at_rest(&mut self) -> Option<(&mut Store<State>, Links)> {
        let links = self.running.store.data().guest.filter(|_| self.running.store.data().snapshot.is_none())?;
        Some((&mut self.running.store, links))
    }

    /// The guest's files, descriptors and streams.
    pub(crate) fn process(&mut self) -> &mut Process {
        &mut self.running.store.data_mut().process
    }

    /// What stops the guest.
    pub(crate) fn interrupt(&self) -> &Arc<Interrupt> {
        &self.running.store.data().interrupt
    }

    /// The most memory that it had at a time, in bytes.
    pub(crate) fn peak_memory(&self) -> u64 {
        self.running.store.data().limiter.peak as u64
    }

    /// Whether it asked for more memory than it may have, since the last call of this function.
    pub(crate) fn take_memory_denied(&mut self) -> bool {
        std::mem::take(&mut self.running.store.data_mut().limiter.denied)
    }
}

/// Why there is no instance.
fn no_place(error: &wasmtime::Error) -> Error {
    match error.downcast_ref::<PoolConcurrencyLimitError>() {
        Some(_) => Error::start(format!(
            "a process has room for {MOST_GUESTS} interpreters at a time, and all are in use: drop sessions"
        )),
        None => Error::start(format!("{error:#}")),
    }
}

/// Note the parts of a guest that was instantiated, and where it is stopped.
fn settle(store: &mut Store<State>, links: Links) -> Result<()> {
    let safepoint = Safepoint::of(&mut *store, links.safepoint, links.memory, links.signal_word)?;
    let state = store.data_mut();
    state.guest = Some(links);
    state.interrupt.attach(safepoint);
    Ok(())
}

/// Instantiate the driver and put its trampoline where the interpreter looks for it.
async fn install_driver(
    unbooted: &Unbooted,
    store: &mut Store<State>,
    python: &Instance,
    links: &Links,
) -> Result<TypedFunc<(u32, u32), u32>> {
    let mut imports = Vec::new();
    for import in unbooted.driver.imports() {
        imports.push(match import.module() {
            driver::HOST => unbooted.linker.get(&mut *store, driver::HOST, import.name())?,
            _ => python
                .get_export(&mut *store, import.name())
                .ok_or_else(|| format_err!("the guest does not export {}", import.name()))?,
        });
    }
    let instance = Instance::new_async(&mut *store, &unbooted.driver, &imports).await?;
    let trampoline = instance.get_func(&mut *store, driver::TRAMPOLINE);
    let slot = links.table.grow(&mut *store, 1, Ref::Func(trampoline))?;
    let offset = address_of(store, python, "_PyEM_EMSCRIPTEN_TRAMPOLINE_OFFSET")?;
    let runtime = address_of(store, python, "_PyRuntime")?;
    let offset = read_u32(store, offset)?;
    let place = runtime.checked_add(offset).ok_or_else(|| format_err!("the trampoline's place is out of range"))?;
    let slot = u32::try_from(slot)?;
    write(store, place, &slot.to_le_bytes())?;
    store.data_mut().trampoline = Some(slot);
    instance.get_typed_func(&mut *store, driver::INVOKE)
}

async fn call<P, R>(store: &mut Store<State>, instance: &Instance, name: &str, parameters: P) -> Result<R>
where
    P: wasmtime::WasmParams + Sync,
    R: wasmtime::WasmResults + Sync,
{
    let function = instance.get_typed_func::<P, R>(&mut *store, name)?;
    function.call_async(&mut *store, parameters).await
}

/// A C string in the guest's heap. It is never freed: those that are made live as long as the guest.
async fn c_string(store: &mut Store<State>, instance: &Instance, text: &str) -> Result<u32> {
    let mut bytes = text.as_bytes().to_vec();
    bytes.push(0);
    let address = call::<u32, u32>(store, instance, "malloc", u32::try_from(bytes.len())?).await?;
    if address == 0 {
        bail!("no memory for {} bytes", bytes.len());
    }
    write(store, address, &bytes)?;
    Ok(address)
}

fn write(store: &mut Store<State>, address: u32, bytes: &[u8]) -> Result<()> {
    memory(store)?.write(address, bytes).map_err(|errno| format_err!("address {address}: {errno}"))
}

fn read_u32(store: &mut Store<State>, address: u32) -> Result<u32> {
    memory(store)?.read_u32(address).map_err(|errno| format_err!("address {address}: {errno}"))
}

fn memory(store: &mut Store<State>) -> Result<GuestMemory<'_>> {
    let links = store.data().guest.ok_or_else(|| format_err!("the guest is not instantiated yet"))?;
    Ok(GuestMemory::new(links.memory.data_mut(store.as_context_mut())))
}

/// The address of the data that the guest exports as `name`.
fn address_of(store: &mut Store<State>, instance: &Instance, name: &str) -> Result<u32> {
    let global = instance.get_global(&mut *store, name).ok_or_else(|| format_err!("the guest has no data {name}"))?;
    match global.get(&mut *store) {
        Val::I32(address) => Ok(address.cast_unsigned()),
        other => bail!("{name} is {other:?}, not an address"),
    }
}
