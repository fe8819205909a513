//! [`GuestInstance`]: one live interpreter.

use std::sync::Arc;

use wasmtime::{
    AsContextMut, Extern, ExternType, Global, GlobalType, Instance as WasmInstance, Mutability,
    PoolConcurrencyLimitError, Result, Store, TypedFunc, Val, ValType, bail, format_err,
};

use super::{
    block_on::block_on,
    cpython::{give_root, install_driver},
    end::End,
    instance::Instance,
    machine::{InterpreterModule, Machine},
    state::{InstanceState, Links, RunState},
};
use crate::{
    Error,
    engine::{
        compile::config::{MAX_GUESTS, guest_space},
        snapshot::{Snapshot, Span},
        stop::{
            interrupt::Interrupt,
            safepoint::{GuardedStore, Safepoint},
        },
    },
    error::ErrorContext,
    sys::address_space,
};
use terrarium_unix::{abi::Errno, memory::GuestMemory, syscall::Process};
use terrarium_wasm::rewrite::SAFEPOINT_EXPORT;

/// The options of a guest.
pub(crate) struct GuestOptions {
    /// The files, descriptors, clocks and entropy.
    pub(crate) process: Process,
    /// The environment at the start, which configures the interpreter.
    pub(crate) env: Vec<(String, String)>,
    /// The memory limit in bytes.
    pub(crate) memory: u64,
    /// Whether the guest may load libraries that its code brought or created.
    pub(crate) untrusted_libraries: bool,
    /// Whether libraries are compiled as they are called, where they are not in the cache folder.
    pub(crate) lazy: bool,
    /// Whether sleeping takes real time: false with a clock that sleeping advances.
    pub(crate) real_sleep: bool,
}

/// A booted interpreter.
pub(crate) struct GuestInstance {
    pub(super) instance: Instance,
    /// Whether every call so far has returned.
    in_order: bool,
}

/// A Python function in a guest. It is valid only in the guest that returned it.
#[derive(Clone, Copy, Debug)]
pub(crate) struct PyFunction(pub(crate) u32);

impl GuestInstance {
    /// Boots an interpreter, from which an image can be made.
    ///
    /// # Errors
    /// [`Error::Start`], with what the interpreter wrote to its standard error.
    pub(crate) fn boot(machine: &Arc<Machine>, options: GuestOptions) -> Result<Self, Error> {
        let unbooted = machine.unbooted()?;
        let state = InstanceState::new(machine, Arc::clone(&unbooted.linker), RunState::new(None, options));
        let mut store = Store::new(&machine.engine, state);
        store.limiter(|state| &mut state.run.limiter);
        match block_on(Self::start(&unbooted, &mut store)) {
            Ok((links, invoke)) => {
                let instance = Instance {
                    store: GuardedStore::new(store),
                    links,
                    invoke,
                    globals: Vec::new(),
                    runs: 0,
                    copied: 0,
                    written: None,
                    by_faults: false,
                };
                Ok(Self { instance, in_order: true })
            }
            Err(error) => {
                let written = String::from_utf8_lossy(store.data().run.process.streams.error.bytes()).into_owned();
                let reason = format!("{error:#}");
                let reason = if written.is_empty() { reason } else { format!("{reason}; {}", written.trim()) };
                Err(Error::Start { reason, source: Some(error.into()) })
            }
        }
    }

    /// Resumes an interpreter from a snapshot.
    ///
    /// # Errors
    /// [`Error::Start`], when there is no room for another.
    pub(crate) fn resume(snapshot: &Arc<Snapshot>, options: GuestOptions) -> Result<Self, Error> {
        let instance = snapshot.instance().map_err(|error| no_place(&error));
        let mut guest = Self { instance: instance?, in_order: true };
        let links = guest.instance.links;
        let mut run = RunState::new(Some(Arc::clone(snapshot)), options);
        run.limiter.peak = links.memory.data_size(&*guest.instance.store);
        guest.instance.store.data_mut().run = run;
        settle(&mut guest.instance.store, links).or_start("")?;
        guest.draw(&snapshot.record.entropy)?;
        Ok(guest)
    }

    /// Ends the guest after its program, and recycles the instance if possible.
    pub(crate) fn finish(self) {
        let Self { instance, in_order } = self;
        let snapshot = instance.store.data().run.snapshot.clone().filter(|_| in_order);
        if let Some(snapshot) = snapshot {
            snapshot.recycle(instance);
        }
    }

    /// Writes fresh random bytes to the places that must differ between guests.
    fn draw(&mut self, places: &[Span]) -> Result<(), Error> {
        if places.is_empty() {
            return Ok(());
        }
        let mut entropy = self.process().entropy.stretched().or_start("entropy")?;
        let mut bytes = Vec::new();
        self.instance.writing(|instance| {
            for Span { address, length } in places {
                bytes.resize(*length as usize, 0);
                entropy.fill(&mut bytes).or_start("entropy")?;
                write(&mut instance.store, *address, &bytes).or_start("entropy")?;
            }
            Ok(())
        })
    }

    async fn start(
        unbooted: &InterpreterModule,
        store: &mut Store<InstanceState>,
    ) -> Result<(Links, TypedFunc<(u32, u32), u32>)> {
        // Addresses of undefined functions (graphics, consoles): null serves for all.
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
        let instance = WasmInstance::new_async(&mut *store, python, &imports).await?;
        let memory = instance.get_memory(&mut *store, "memory").ok_or_else(|| format_err!("no memory"))?;
        let table = instance.get_table(&mut *store, "__indirect_function_table");
        let table = table.ok_or_else(|| format_err!("no table"))?;
        let signal_word = address_of(store, &instance, "Py_EMSCRIPTEN_SIGNAL_HANDLING")?;
        let stack_pointer = instance.get_global(&mut *store, "__stack_pointer");
        let stack_pointer = stack_pointer.ok_or_else(|| format_err!("no stack pointer"))?;
        let safepoint = instance.get_memory(&mut *store, SAFEPOINT_EXPORT);
        let safepoint = safepoint.ok_or_else(|| format_err!("no safepoint page"))?;
        let stack_end = address_of(store, &instance, "__stack_low")?;
        let links = Links { python: instance, memory, safepoint, table, stack_pointer, signal_word, stack_end };
        settle(store, links)?;

        let (invoke, root) = install_driver(unbooted, store, &instance, &links).await?;
        call::<(), ()>(store, &instance, "__wasm_call_ctors", ()).await?;
        let name = c_string(store, &instance, "python").await?;
        let argv = call::<u32, u32>(store, &instance, "malloc", 8).await?;
        write(store, argv, &[name.to_le_bytes(), [0; 4]].concat())?;
        let status = call::<(i32, u32), i32>(store, &instance, "__main_argc_argv", (1, argv)).await?;
        if status != 0 {
            bail!("the interpreter ended with status {status}");
        }
        give_root(store, &instance, root).await?;
        Ok((links, invoke))
    }

    /// Calls a Python function with `request` as its only argument, as `bytes`; it returns at most `response_bytes` of
    /// `bytes`.
    ///
    /// # Errors
    /// The [`End`] of the guest, which can no longer be used.
    pub(crate) fn invoke(
        &mut self,
        function: PyFunction,
        request: Vec<u8>,
        response_bytes: u64,
    ) -> Result<Vec<u8>, End> {
        let Ok(length) = u32::try_from(request.len()) else {
            return Err(End::Crashed("the request is larger than the guest's memory".to_owned()));
        };
        let run = &mut self.instance.store.data_mut().run;
        (run.request, run.response_bytes) = (request, response_bytes);
        // False until the call has returned.
        let in_order = std::mem::take(&mut self.in_order);
        let done = self
            .instance
            .writing(|Instance { store, invoke, .. }| block_on(invoke.call_async(&mut **store, (function.0, length))));
        match done {
            Ok(0) => {
                self.in_order = in_order;
                Ok(std::mem::take(&mut self.instance.store.data_mut().run.response))
            }
            Ok(_) => Err(End::Crashed("the interpreter could not take or answer a request".to_owned())),
            Err(error) => Err(End::from_error(&error, self.interrupt().forced())),
        }
    }

    /// Returns the function of the snapshot that was recorded as `name`.
    pub(crate) fn function(&self, name: &str) -> Option<PyFunction> {
        let snapshot = self.instance.store.data().run.snapshot.as_ref()?;
        snapshot.record.functions.get(name).copied().map(PyFunction)
    }

    /// Returns and clears the content of a memory that the module exports as `name`.
    ///
    /// # Errors
    /// [`Error::Engine`], when there is no such memory.
    pub(crate) fn take_memory(&mut self, name: &str) -> Result<Vec<u8>, Error> {
        let Instance { store, links, .. } = &mut self.instance;
        let memory = links.python.get_memory(&mut **store, name);
        let memory = memory.ok_or_else(|| Error::engine(format!("the interpreter has no memory {name}")))?;
        let content = memory.data_mut(&mut **store);
        let taken = content.to_vec();
        content.fill(0);
        Ok(taken)
    }

    /// Returns the store and the parts of a guest that booted here.
    pub(in crate::engine) fn at_rest(&mut self) -> Option<(&mut Store<InstanceState>, Links)> {
        let state = self.instance.store.data();
        let links = state.links().ok().filter(|_| state.run.snapshot.is_none())?;
        Some((&mut self.instance.store, links))
    }

    /// Returns the instance of a guest that resumed from a snapshot, and the snapshot.
    pub(in crate::engine) fn resumed(&mut self) -> Option<(Arc<Snapshot>, &mut Instance)> {
        let snapshot = self.instance.store.data().run.snapshot.clone()?;
        Some((snapshot, &mut self.instance))
    }

    /// Returns the guest's files, descriptors and streams.
    pub(crate) fn process(&mut self) -> &mut Process {
        &mut self.instance.store.data_mut().run.process
    }

    /// Makes mapped memory and its files equal, for the host that reads or has written the files.
    pub(crate) fn settle_mappings(&mut self) {
        if self.process().mappings.is_empty() {
            return;
        }
        self.instance.writing(|Instance { store, links, .. }| {
            let (memory, state) = links.memory.data_and_store_mut(store.as_context_mut());
            // A file that has no room for its changes keeps what it had, as without `flush`.
            let _: Result<(), Errno> = state.run.process.settle_mappings(&mut GuestMemory::new(memory));
        });
    }

    /// Returns the interrupt of the guest.
    pub(crate) fn interrupt(&self) -> &Arc<Interrupt> {
        &self.instance.store.data().run.interrupt
    }

    /// Returns the peak of the guest's memory in bytes.
    pub(crate) fn peak_memory(&self) -> u64 {
        self.instance.store.data().run.limiter.peak as u64
    }

    /// Whether a memory request was refused since the last call of this function.
    pub(crate) fn take_memory_denied(&mut self) -> bool {
        std::mem::take(&mut self.instance.store.data_mut().run.limiter.denied)
    }
}

/// Returns the error for a missing instance.
fn no_place(error: &wasmtime::Error) -> Error {
    match error.downcast_ref::<PoolConcurrencyLimitError>() {
        Some(_) => Error::start(format!(
            "a process has room for {MAX_GUESTS} interpreters at a time, and all are in use: drop sessions"
        )),
        None => match address_space::limit().filter(|_| is_without_memory(error)) {
            Some(limit) => Error::start(format!(
                "there is no address space for another interpreter: each reserves {:.1} GiB besides the program's own, \
                 and the process may have {:.1} GiB in all: raise the limit (`ulimit -v`)",
                gibibytes(guest_space()),
                gibibytes(limit)
            )),
            None => Error::start(format!("{error:#}")),
        },
    }
}

/// Whether the system refused memory or address space. The engine wraps the system's error.
pub(in crate::engine) fn is_without_memory(error: &wasmtime::Error) -> bool {
    error.chain().any(|cause| address_space::is_refusal(&cause.to_string()))
}

#[expect(clippy::cast_precision_loss, reason = "for a message")]
fn gibibytes(bytes: u64) -> f64 {
    bytes as f64 / f64::from(1 << 30)
}

/// Records the parts of a guest that was instantiated, and its safepoint.
fn settle(store: &mut Store<InstanceState>, links: Links) -> Result<()> {
    let safepoint = Safepoint::new(&mut *store, links.safepoint, links.memory, links.signal_word)?;
    let state = store.data_mut();
    state.set_links(links);
    state.run.interrupt.attach(safepoint);
    Ok(())
}

pub(super) async fn call<P, R>(
    store: &mut Store<InstanceState>,
    instance: &WasmInstance,
    name: &str,
    parameters: P,
) -> Result<R>
where
    P: wasmtime::WasmParams + Sync,
    R: wasmtime::WasmResults + Sync,
{
    let function = instance.get_typed_func::<P, R>(&mut *store, name)?;
    function.call_async(&mut *store, parameters).await
}

/// Allocates a C string in the guest's heap. It is never freed: such strings live as long as the guest.
pub(super) async fn c_string(store: &mut Store<InstanceState>, instance: &WasmInstance, text: &str) -> Result<u32> {
    let mut bytes = text.as_bytes().to_vec();
    bytes.push(0);
    let address = call::<u32, u32>(store, instance, "malloc", u32::try_from(bytes.len())?).await?;
    if address == 0 {
        bail!("no memory for {} bytes", bytes.len());
    }
    write(store, address, &bytes)?;
    Ok(address)
}

pub(super) fn write(store: &mut Store<InstanceState>, address: u32, bytes: &[u8]) -> Result<()> {
    memory(store)?.write(address, bytes).map_err(|errno| format_err!("address {address}: {errno}"))
}

pub(super) fn read_u32(store: &mut Store<InstanceState>, address: u32) -> Result<u32> {
    memory(store)?.read_u32(address).map_err(|errno| format_err!("address {address}: {errno}"))
}

pub(super) fn memory(store: &mut Store<InstanceState>) -> Result<GuestMemory<'_>> {
    let links = store.data().links()?;
    Ok(GuestMemory::new(links.memory.data_mut(store.as_context_mut())))
}

/// Returns the address of the data that the guest exports as `name`.
pub(super) fn address_of(store: &mut Store<InstanceState>, instance: &WasmInstance, name: &str) -> Result<u32> {
    let global = instance.get_global(&mut *store, name).ok_or_else(|| format_err!("the guest has no data {name}"))?;
    match global.get(&mut *store) {
        Val::I32(address) => Ok(address.cast_unsigned()),
        other => bail!("{name} is {other:?}, not an address"),
    }
}
