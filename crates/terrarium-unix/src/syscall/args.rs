//! A view of the raw argument slots of one call.

/// The arguments of one call: a raw 64-bit slot each, in the order of the signature.
///
/// A 32-bit argument is the low half of its slot. References are not representable: the caller passes 0. A missing slot
/// reads as 0, so that a handler cannot panic for any number of arguments.
#[derive(Debug, Clone, Copy)]
pub struct Args<'a>(&'a [u64]);

impl<'a> Args<'a> {
    /// Wraps the slots of one call.
    #[must_use]
    pub const fn new(slots: &'a [u64]) -> Self {
        Self(slots)
    }

    fn slot(self, index: usize) -> u64 {
        self.0.get(index).copied().unwrap_or(0)
    }

    /// Returns argument `index` as a signed 32-bit number.
    #[must_use]
    #[expect(
        clippy::cast_possible_truncation,
        clippy::cast_possible_wrap,
        reason = "an i32 is the low half of its slot"
    )]
    pub fn i32(self, index: usize) -> i32 {
        self.slot(index) as u32 as i32
    }

    /// Returns argument `index` as an unsigned 32-bit number.
    #[must_use]
    #[expect(clippy::cast_possible_truncation, reason = "an i32 is the low half of its slot")]
    pub fn u32(self, index: usize) -> u32 {
        self.slot(index) as u32
    }

    /// Returns argument `index` as a signed 64-bit number.
    #[must_use]
    #[expect(clippy::cast_possible_wrap, reason = "the slot holds the bits")]
    pub fn i64(self, index: usize) -> i64 {
        self.slot(index) as i64
    }

    /// Returns argument `index` as a double.
    #[must_use]
    pub fn f64(self, index: usize) -> f64 {
        f64::from_bits(self.slot(index))
    }

    /// Returns argument `index` as a guest address.
    #[must_use]
    pub fn ptr(self, index: usize) -> u32 {
        self.u32(index)
    }
}
