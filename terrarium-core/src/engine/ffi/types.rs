//! Types as libffi describes them in the guest's memory, and their forms in the C calling convention.

use wasmtime::{Result, ValType, bail, format_err};

use terrarium_unix::{abi::Errno, memory::GuestMemory};

/// Offsets in `ffi_cif`.
const ARGUMENT_COUNT: u32 = 4;
const ARGUMENTS: u32 = 8;
const RESULT: u32 = 12;
const FIXED_COUNT: u32 = 24;
/// Offsets in `ffi_type`.
const SIZE: u32 = 0;
const ALIGN: u32 = 4;
const TYPE: u32 = 6;
const ELEMENTS: u32 = 8;
/// The most arguments: libffi's own limit.
const MAX_ARGUMENTS: u32 = 1000;
/// The largest structure that is passed by value.
const MAX_STRUCT: u32 = 1 << 20;
/// Structures of one element are passed as that element up to this size.
const UNBOXED: u32 = 16;
/// The deepest nesting of structures of one element.
const MAX_NESTED: usize = 64;

/// The form in which a value is passed.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum FfiKind {
    /// Nothing: `void`, or an empty structure.
    Void,
    /// An integer of 1, 2 or 4 bytes, in 32 bits.
    Int {
        /// The number of bytes.
        size: u32,
        /// Whether the integer is sign-extended.
        signed: bool,
    },
    /// A 64-bit integer.
    Long,
    /// A 32-bit floating-point number.
    Float,
    /// A 64-bit floating-point number.
    Double,
    /// A 128-bit floating-point number, as two 64-bit integers.
    LongDouble,
    /// A structure, by pointer.
    Struct {
        /// The number of bytes.
        size: u32,
        /// The alignment.
        align: u32,
    },
}

/// A type, and whether it was declared as a structure.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) struct Type {
    pub(super) kind: FfiKind,
    pub(super) is_struct: bool,
}

/// A call interface.
#[derive(Clone, Debug)]
pub(super) struct Interface {
    pub(super) result: Type,
    pub(super) arguments: Vec<FfiKind>,
    /// The number of named arguments; the others are variable.
    pub(super) fixed: usize,
}

impl FfiKind {
    /// Returns the value types of the passed form.
    pub(super) fn passed(self) -> &'static [ValType] {
        match self {
            Self::Void => &[],
            Self::Int { .. } | Self::Struct { .. } => &[ValType::I32],
            Self::Long => &[ValType::I64],
            Self::Float => &[ValType::F32],
            Self::Double => &[ValType::F64],
            Self::LongDouble => &[ValType::I64, ValType::I64],
        }
    }

    /// Whether the value is returned through a pointer, which is the first argument.
    pub(super) fn is_returned_by_pointer(self) -> bool {
        matches!(self, Self::LongDouble | Self::Struct { .. })
    }

    /// Returns the size and the alignment in memory.
    pub(super) fn layout(self) -> (u32, u32) {
        match self {
            Self::Void => (0, 1),
            Self::Int { size, .. } => (size, size),
            Self::Float => (4, 4),
            Self::Long | Self::Double => (8, 8),
            Self::LongDouble => (16, 8),
            Self::Struct { size, align } => (size, align),
        }
    }
}

impl Interface {
    /// Reads the `ffi_cif` at `cif`.
    ///
    /// # Errors
    /// When it is not valid.
    pub(super) fn read(memory: &GuestMemory<'_>, cif: u32) -> Result<Self> {
        let field = |offset: u32| memory.read_u32(cif.wrapping_add(offset)).map_err(outside);
        let (count, fixed) = (field(ARGUMENT_COUNT)?, field(FIXED_COUNT)?);
        if count > MAX_ARGUMENTS || fixed > count {
            bail!("a foreign function of {count} arguments");
        }
        let list = field(ARGUMENTS)?;
        let mut arguments = Vec::with_capacity(count as usize);
        for index in 0..count {
            let ty = memory.read_u32(list.wrapping_add(4 * index)).map_err(outside)?;
            arguments.push(Type::read(memory, ty)?.kind);
        }
        Ok(Self { result: Type::read(memory, field(RESULT)?)?, arguments, fixed: fixed as usize })
    }
}

impl Type {
    /// Reads the `ffi_type` at `ty`; a structure of one element is that element.
    fn read(memory: &GuestMemory<'_>, mut ty: u32) -> Result<Self> {
        const STRUCT: u16 = 13;
        let mut is_struct = false;
        for _ in 0..MAX_NESTED {
            let id = memory.read_u16(ty.wrapping_add(TYPE)).map_err(outside)?;
            if id != STRUCT {
                return Ok(Self { kind: scalar(id)?, is_struct });
            }
            is_struct = true;
            let size = memory.read_u32(ty.wrapping_add(SIZE)).map_err(outside)?;
            let align = u32::from(memory.read_u16(ty.wrapping_add(ALIGN)).map_err(outside)?).max(1);
            if size > MAX_STRUCT || !align.is_power_of_two() {
                bail!("a structure of {size} bytes, aligned to {align}, passed by value");
            }
            let elements = memory.read_u32(ty.wrapping_add(ELEMENTS)).map_err(outside)?;
            let first = memory.read_u32(elements).map_err(outside)?;
            if first == 0 {
                return Ok(Self { kind: FfiKind::Void, is_struct });
            }
            let second = memory.read_u32(elements.wrapping_add(4)).map_err(outside)?;
            if second != 0 || size > UNBOXED {
                return Ok(Self { kind: FfiKind::Struct { size, align }, is_struct });
            }
            ty = first;
        }
        bail!("structures nested more than {MAX_NESTED} deep")
    }
}

/// Returns the kind of libffi's type number; pointers are integers.
fn scalar(id: u16) -> Result<FfiKind> {
    Ok(match id {
        0 => FfiKind::Void,
        1 | 9 | 10 | 14 => FfiKind::Int { size: 4, signed: true },
        2 => FfiKind::Float,
        3 => FfiKind::Double,
        4 => FfiKind::LongDouble,
        5 => FfiKind::Int { size: 1, signed: false },
        6 => FfiKind::Int { size: 1, signed: true },
        7 => FfiKind::Int { size: 2, signed: false },
        8 => FfiKind::Int { size: 2, signed: true },
        11 | 12 => FfiKind::Long,
        _ => bail!("a foreign function with a type of libffi's number {id}"),
    })
}

/// Returns the error for an address from the guest.
pub(super) fn outside(errno: Errno) -> wasmtime::Error {
    format_err!("a foreign call with an address outside the memory: {errno}")
}
