//! [`SnapshotLayer`]: a later state of a guest that resumed from a snapshot, as the difference to that snapshot.
//!
//! A guest that imports modules without machine code changes its memory and its globals, and nothing else. Its state is
//! kept as the pages that differ: a few megabytes, and nothing is compiled.

use std::ops::Range;

use serde::{Deserialize, Serialize};
use wasmtime::{Memory, Ref, Result, Val, bail, format_err};

use super::{SnapshotRecord, Span, plug};
use crate::{
    Error,
    engine::{
        compile::compiled::engine_error,
        dl::LoaderRecord,
        live::{block_on::block_on, guest::GuestInstance, instance::Instance},
    },
};

/// The unit of comparison: the smallest page of any processor.
pub(super) const PAGE: usize = 4096;
/// A page that was never written.
const ZEROS: [u8; PAGE] = [0; PAGE];
/// The size of a page of WebAssembly.
const WASM_PAGE: u64 = 64 << 10;

/// The places of a layer's content.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
pub(crate) struct LayerRecord {
    /// The parts of the memory that differ: the number of the first page and the number of pages, ascending.
    parts: Vec<(u32, u32)>,
    /// The bits of the mutable globals, in the order of the snapshot's exports.
    globals: Vec<u64>,
    /// The number of slots of the table; closures have those that the snapshot lacks.
    table: u64,
}

/// A layer that was taken of a guest.
pub(crate) struct TakenLayer {
    /// The host's state of the guest.
    pub(crate) record: SnapshotRecord,
    pub(crate) layer: LayerRecord,
    /// The content of the parts, one after the other.
    pub(crate) content: Vec<u8>,
    /// The libraries, if the guest has looked for any.
    pub(crate) loader: Option<LoaderRecord>,
}

/// A layer on a snapshot.
#[derive(Debug)]
pub(crate) struct SnapshotLayer {
    record: LayerRecord,
    content: Vec<u8>,
}

impl LayerRecord {
    /// Returns the parts as ranges of bytes.
    ///
    /// # Errors
    /// For parts that are not ascending.
    fn ranges(&self) -> Result<Vec<Range<usize>>> {
        let (mut ranges, mut end) = (Vec::with_capacity(self.parts.len()), 0);
        for (first, count) in &self.parts {
            let start = usize::try_from(*first)?.checked_mul(PAGE);
            let start = start.filter(|start| *start >= end).ok_or_else(|| format_err!("its pages are not in order"))?;
            end = usize::try_from(*count)?.checked_mul(PAGE).and_then(|length| start.checked_add(length)).unwrap_or(0);
            if end <= start {
                bail!("it has an empty part");
            }
            ranges.push(start..end);
        }
        Ok(ranges)
    }
}

impl TakenLayer {
    /// Takes the difference between a quiescent guest and the snapshot that it resumed from. `None`, if there is more:
    /// the guest has loaded libraries or looked up their functions, which only a whole snapshot can contain.
    ///
    /// # Errors
    /// [`Error::Engine`].
    pub(crate) fn new(guest: &mut GuestInstance, mut entropy: Vec<Span>) -> Result<Option<Self>, Error> {
        let Some((snapshot, instance)) = guest.resumed() else {
            return Err(Error::engine("taking a layer: the guest did not resume from a snapshot"));
        };
        let before = snapshot.new_instance().map_err(engine_error)?;
        let Instance { store, links, globals, .. } = instance;
        let table = links.table.size(&**store);
        let new_slots = before.links.table.size(&*before.store)..table;
        let is_same = match &store.data().run.loader {
            Some(loader) => loader.is_as(&*snapshot.loader()?),
            None => true,
        };
        if !is_same || !store.data().closures.have_slots(new_slots) {
            return Ok(None);
        }
        let loader = store.data().run.loader.as_ref().map(|loader| loader.record());
        let pieces = block_on(plug::plug(store, links)).map_err(engine_error)?;
        let globals = globals.iter().map(|global| bits(&global.get(&mut **store)));
        let globals = globals.collect::<Result<Vec<_>>>().map_err(engine_error)?;
        let (old, new) = (before.links.memory.data(&*before.store), links.memory.data(&**store));
        let (mut parts, mut content) = (Vec::<(u32, u32)>::new(), Vec::new());
        for (number, page) in (0..).zip(new.chunks_exact(PAGE)) {
            let start = number as usize * PAGE;
            if page == old.get(start..start + PAGE).unwrap_or(&ZEROS) {
                continue;
            }
            content.extend_from_slice(page);
            match parts.last_mut() {
                Some((first, count)) if *first + *count == number => *count += 1,
                _ => parts.push((number, 1)),
            }
        }
        tracing::debug!(pieces, bytes = content.len(), parts = parts.len(), "took a layer");
        let record = &snapshot.record;
        let is_new = |span: &&Span| entropy.iter().all(|other| other.address != span.address);
        let old: Vec<Span> = record.entropy.iter().filter(is_new).copied().collect();
        entropy.extend(old);
        let (closures, memory) = (store.data().closures.record(), new.len() as u64);
        let record = SnapshotRecord { entropy, closures, memory, ..record.clone() };
        Ok(Some(Self { record, layer: LayerRecord { parts, globals, table }, content, loader }))
    }
}

impl SnapshotLayer {
    /// Creates a layer from its parts in an image.
    ///
    /// # Errors
    /// [`Error::Engine`], when they do not fit each other or a memory of so many bytes.
    pub(crate) fn new(record: LayerRecord, content: Vec<u8>, memory: u64) -> Result<Self, Error> {
        let ranges = record.ranges().map_err(engine_error)?;
        let length: usize = ranges.iter().map(Range::len).sum();
        if length != content.len() || ranges.last().is_some_and(|last| last.end as u64 > memory) {
            return Err(Error::engine("the layer of an image is damaged"));
        }
        Ok(Self { record, content })
    }

    /// Returns the size of the content in bytes.
    pub(super) fn len(&self) -> usize {
        self.content.len()
    }

    /// Puts a new instance of the snapshot below into the state of the layer, with so many bytes of memory.
    ///
    /// # Errors
    /// When the memory cannot grow, and for a layer of another snapshot.
    pub(super) fn apply(&self, instance: &mut Instance, memory: u64) -> Result<()> {
        let Instance { store, links, globals, .. } = instance;
        let slots = self.record.table.saturating_sub(links.table.size(&**store));
        if slots > 0 {
            links.table.grow(&mut **store, slots, Ref::Func(None))?;
        }
        let missing = memory.saturating_sub(links.memory.data_size(&**store) as u64).div_ceil(WASM_PAGE);
        if missing > 0 {
            links.memory.grow(&mut **store, missing)?;
        }
        self.write(links.memory, store)?;
        if globals.len() != self.record.globals.len() {
            bail!("the layer has {} globals, the snapshot {}", self.record.globals.len(), globals.len());
        }
        for (global, bits) in globals.iter().zip(&self.record.globals) {
            let value = match global.get(&mut **store) {
                Val::I32(_) => Val::I32(u32::try_from(*bits)?.cast_signed()),
                Val::I64(_) => Val::I64(bits.cast_signed()),
                Val::F32(_) => Val::F32(u32::try_from(*bits)?),
                Val::F64(_) => Val::F64(*bits),
                other => bail!("a mutable global holds {other:?}"),
            };
            global.set(&mut **store, value)?;
        }
        Ok(())
    }

    fn write(&self, memory: Memory, store: &mut crate::engine::stop::safepoint::GuardedStore) -> Result<()> {
        let (to, mut rest) = (memory.data_mut(&mut **store), self.content.as_slice());
        for range in self.record.ranges()? {
            let Some((part, after)) = rest.split_at_checked(range.len()) else { bail!("the layer is too short") };
            let to = to.get_mut(range).ok_or_else(|| format_err!("the layer is larger than the memory"))?;
            to.copy_from_slice(part);
            rest = after;
        }
        Ok(())
    }
}

/// Returns the bits of a number.
fn bits(value: &Val) -> Result<u64> {
    Ok(match value {
        Val::I32(value) => u64::from(value.cast_unsigned()),
        Val::I64(value) => value.cast_unsigned(),
        Val::F32(bits) => u64::from(*bits),
        Val::F64(bits) => *bits,
        other => bail!("a mutable global holds {other:?}"),
    })
}
