//! The plan of a split: the module of each function.

use std::collections::BTreeSet;

use wasmparser::{CompositeInnerType, ElementItems, ExternalKind, FuncType, Operator, Parser, Payload, ValType};

use super::{library::Library, uses::Uses};
use crate::link::merge::{error::Fault, module::Module};

/// The size of a part in bytes of code. A larger function is a separate part.
const PART_BYTES: usize = 2 << 10;
/// The size from which a function is large.
const LARGE: usize = 4 << 10;
/// A function with fewer bytes of code is compiled faster than its stub.
const SMALL: usize = 96;

/// A library that is split.
#[derive(Debug)]
pub struct SplitModule {
    pub(super) wasm: Vec<u8>,
    pub(super) library: Library,
    /// The items that each function uses.
    pub(super) uses: Vec<Uses>,
    /// The number of imported functions.
    pub(super) imported: u32,
    /// The module of each function that the library defines.
    pub(super) homes: Vec<Home>,
    /// The defined functions that modules other than their own call, or that have an address.
    pub(super) shared: BTreeSet<u32>,
    /// The functions of each part, as positions among the defined functions.
    pub(super) parts: Vec<Vec<u32>>,
    /// The function that runs when the library is instantiated.
    pub(super) start: Option<u32>,
}

/// The module of a function.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Home {
    Root,
    Part(u32),
}

/// An import of a part.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum PartImport {
    /// An import of the root, by its position among them.
    Root(usize),
    /// A global that the root exports by this name.
    Global(String),
}

/// The reason why a library or a part of it cannot be made.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
#[error("the library cannot be split: {0}")]
pub struct SplitError(pub(super) String);

impl From<Fault> for SplitError {
    fn from(fault: Fault) -> Self {
        Self(fault.0)
    }
}

impl SplitModule {
    /// Plans the split of a library. Functions for whose position among the defined ones `is_needed` returns true are in
    /// the root.
    ///
    /// # Errors
    /// [`SplitError`], for a library that is malformed or that cannot be split.
    pub fn new(wasm: Vec<u8>, is_needed: &dyn Fn(u32) -> bool) -> Result<Self, SplitError> {
        let start = start(&wasm)?;
        let module = Module::parse(&wasm)?;
        check(&module)?;
        let imported = number(module.functions.imported.len())?;
        let globals = number(module.globals.imported.len())?;
        let mut uses = Vec::with_capacity(module.bodies.len());
        for body in &module.bodies {
            let mut used = Uses::default();
            used.add(&wasm, body)?;
            let is_constant = |global: &u32| {
                let own = global.checked_sub(globals).and_then(|own| module.globals.defined.get(own as usize));
                own.is_some_and(|own| !own.ty.mutable)
            };
            used.is_bound |= used.globals.iter().any(is_constant);
            uses.push(used);
        }
        let mut shared = BTreeSet::new();
        for element in &module.elements {
            addressed(element, &mut shared)?;
        }
        let functions = module.exports.iter().filter(|export| export.kind == ExternalKind::Func);
        let exported: BTreeSet<u32> = functions.map(|export| export.index).chain(start).collect();
        shared.extend(&exported);

        let mut homes = Vec::with_capacity(uses.len());
        let (mut parts, mut open, mut filled) = (Vec::<Vec<u32>>::new(), false, 0);
        for (position, (body, used)) in module.bodies.iter().zip(&uses).enumerate() {
            let position = number(position)?;
            let size = body.range().len();
            let index = imported.saturating_add(position);
            if size < SMALL || used.is_bound || exported.contains(&index) || is_needed(position) {
                homes.push(Home::Root);
                continue;
            }
            if !open || filled + size > PART_BYTES {
                parts.push(Vec::new());
                filled = 0;
            }
            // The next function has no place beside a large one.
            open = size <= PART_BYTES;
            filled += size;
            homes.push(Home::Part(number(parts.len())?.saturating_sub(1)));
            if let Some(part) = parts.last_mut() {
                part.push(position);
            }
        }
        for (home, used) in homes.iter().zip(&uses) {
            let elsewhere = used.functions.iter().filter(|function| {
                let callee = function.checked_sub(imported).and_then(|position| homes.get(position as usize));
                callee.is_some_and(|callee| callee != home)
            });
            shared.extend(elsewhere);
        }
        let library = Library::new(&module)?;
        drop(module);
        Ok(Self { wasm, library, uses, imported, homes, shared, parts, start })
    }

    /// Returns the number of slots of the table of functions.
    #[must_use]
    pub fn slots(&self) -> u32 {
        u32::try_from(self.homes.len()).unwrap_or(u32::MAX)
    }

    /// Returns the part with the largest function, which initializes the library in most that have large ones.
    #[must_use]
    pub fn largest_part(&self) -> Option<usize> {
        let size = |part: &Vec<u32>| {
            let bodies = part.iter().filter_map(|position| self.library.bodies.get(*position as usize));
            bodies.map(|body| body.len()).sum::<usize>()
        };
        let largest = self.parts.iter().enumerate().max_by_key(|(_, part)| size(part))?;
        (size(largest.1) >= LARGE).then_some(largest.0)
    }

    /// Returns the number of parts.
    #[must_use]
    pub fn parts(&self) -> usize {
        self.parts.len()
    }

    /// Returns the part with the function of a slot.
    #[must_use]
    pub fn part_of(&self, slot: u32) -> Option<usize> {
        match self.homes.get(slot as usize)? {
            Home::Root => None,
            Home::Part(part) => usize::try_from(*part).ok(),
        }
    }
}

pub(super) fn number(count: usize) -> Result<u32, Fault> {
    u32::try_from(count).map_err(|_| Fault("it has too many items".to_owned()))
}

/// Checks that the modules of a split can share what the library has.
fn check(module: &Module<'_>) -> Result<(), Fault> {
    let own = [
        ("tables", module.tables.defined.len()),
        ("memories", module.memories.defined.len()),
        ("tags", module.tags.defined.len()),
    ];
    if let Some((what, _)) = own.into_iter().find(|(_, count)| *count > 0) {
        return Err(Fault(format!("it defines {what}")));
    }
    let is_plain = module.types.iter().all(|group| {
        let mut types = group.types();
        let ty = types.next();
        let is_function = ty.is_some_and(|ty| {
            let is_plain = ty.supertype_idx.is_none() && ty.is_final && !ty.composite_type.shared;
            is_plain && matches!(&ty.composite_type.inner, CompositeInnerType::Func(ty) if names_no_type(ty))
        });
        is_function && types.next().is_none()
    });
    if is_plain { Ok(()) } else { Err(Fault("it has types other than those of functions".to_owned())) }
}

fn names_no_type(ty: &FuncType) -> bool {
    let mut values = ty.params().iter().chain(ty.results());
    !values.any(|ty| matches!(ty, ValType::Ref(reference) if reference.is_concrete_type_ref()))
}

/// Returns the function that runs when the library is instantiated.
fn start(wasm: &[u8]) -> Result<Option<u32>, Fault> {
    for payload in Parser::new(0).parse_all(wasm) {
        match payload? {
            Payload::StartSection { func, .. } => return Ok(Some(func)),
            Payload::CodeSectionStart { .. } => break,
            _ => {}
        }
    }
    Ok(None)
}

/// Adds the functions of an element segment.
pub(super) fn addressed(element: &wasmparser::Element<'_>, functions: &mut BTreeSet<u32>) -> Result<(), Fault> {
    match &element.items {
        ElementItems::Functions(items) => {
            for function in items.clone() {
                functions.insert(function?);
            }
        }
        ElementItems::Expressions(_, items) => {
            for expression in items.clone() {
                for operator in expression?.get_operators_reader() {
                    if let Operator::RefFunc { function_index } = operator? {
                        functions.insert(function_index);
                    }
                }
            }
        }
    }
    Ok(())
}
