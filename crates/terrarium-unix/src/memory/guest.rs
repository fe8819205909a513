//! The view of guest memory: numbers, slices and C strings at guest addresses.

use std::ops::Range;

use crate::abi::Errno;

/// The linear memory of a guest for the length of one call.
#[derive(Debug)]
pub struct GuestMemory<'a> {
    bytes: &'a mut [u8],
}

macro_rules! numbers {
    ($($read:ident, $write:ident, $number:ty;)*) => {$(
        #[doc = concat!("Reads a little-endian `", stringify!($number), "`; it need not be aligned.")]
        ///
        /// # Errors
        /// `EFAULT` when any byte of it is outside the memory.
        pub fn $read(&self, address: u32) -> Result<$number, Errno> {
            self.array(address).map(<$number>::from_le_bytes)
        }

        #[doc = concat!("Writes a little-endian `", stringify!($number), "`; it need not be aligned.")]
        ///
        /// # Errors
        /// `EFAULT` when any byte of it is outside the memory; then nothing was written.
        pub fn $write(&mut self, address: u32, value: $number) -> Result<(), Errno> {
            self.write(address, &value.to_le_bytes())
        }
    )*};
}

impl<'a> GuestMemory<'a> {
    /// Makes a view of all of `bytes`; address 0 is the first byte.
    #[must_use]
    pub const fn new(bytes: &'a mut [u8]) -> Self {
        Self { bytes }
    }

    /// Returns the size of the memory in bytes.
    #[must_use]
    pub const fn len(&self) -> usize {
        self.bytes.len()
    }

    /// Whether the memory has no byte at all.
    #[must_use]
    pub const fn is_empty(&self) -> bool {
        self.bytes.is_empty()
    }

    numbers! {
        read_u8, write_u8, u8;
        read_u16, write_u16, u16;
        read_i16, write_i16, i16;
        read_u32, write_u32, u32;
        read_i32, write_i32, i32;
        read_u64, write_u64, u64;
        read_i64, write_i64, i64;
        read_f64, write_f64, f64;
    }

    /// Returns the `length` bytes at `address`.
    ///
    /// # Errors
    /// `EFAULT` when a byte is outside the memory. An empty slice is inside at every address up to the end.
    pub fn slice(&self, address: u32, length: u32) -> Result<&[u8], Errno> {
        self.bytes.get(range(address, length)?).ok_or(Errno::EFAULT)
    }

    /// Returns the `length` bytes at `address`, for writing.
    ///
    /// # Errors
    /// `EFAULT` as for [`Self::slice`].
    pub fn slice_mut(&mut self, address: u32, length: u32) -> Result<&mut [u8], Errno> {
        self.bytes.get_mut(range(address, length)?).ok_or(Errno::EFAULT)
    }

    /// Copies `data` to `address`.
    ///
    /// # Errors
    /// `EFAULT` when `data` does not fit; then nothing was written.
    pub fn write(&mut self, address: u32, data: &[u8]) -> Result<(), Errno> {
        let length = u32::try_from(data.len()).map_err(|_| Errno::EFAULT)?;
        self.slice_mut(address, length)?.copy_from_slice(data);
        Ok(())
    }

    /// Sets `length` bytes at `address` to zero.
    ///
    /// # Errors
    /// `EFAULT` when a byte is outside the memory; then nothing was written.
    pub fn zero(&mut self, address: u32, length: u32) -> Result<(), Errno> {
        self.slice_mut(address, length)?.fill(0);
        Ok(())
    }

    /// Returns the bytes of the C string at `address`, without its NUL.
    ///
    /// # Errors
    /// `EFAULT` when the memory ends before the NUL, `ENAMETOOLONG` when there is none in the first `bound` bytes.
    pub fn c_str(&self, address: u32, bound: u32) -> Result<&[u8], Errno> {
        let start = usize::try_from(address).map_err(|_| Errno::EFAULT)?;
        let rest = self.bytes.get(start..).ok_or(Errno::EFAULT)?;
        let bound = usize::try_from(bound).unwrap_or(usize::MAX);
        let window = rest.get(..bound).unwrap_or(rest);
        match window.iter().position(|&byte| byte == 0) {
            Some(end) => window.get(..end).ok_or(Errno::EFAULT),
            None if window.len() < bound => Err(Errno::EFAULT),
            None => Err(Errno::ENAMETOOLONG),
        }
    }

    /// Returns the readable part of the C string at `address`: up to its NUL, `bound` bytes or the end of the memory.
    #[must_use]
    pub fn c_str_prefix(&self, address: u32, bound: u32) -> &[u8] {
        let start = usize::try_from(address).unwrap_or(usize::MAX);
        let rest = self.bytes.get(start..).unwrap_or_default();
        let window = usize::try_from(bound).ok().and_then(|bound| rest.get(..bound)).unwrap_or(rest);
        window.split(|&byte| byte == 0).next().unwrap_or_default()
    }

    /// Returns the `N` bytes at `address`.
    ///
    /// # Errors
    /// `EFAULT` when a byte is outside the memory.
    pub fn array<const N: usize>(&self, address: u32) -> Result<[u8; N], Errno> {
        let start = usize::try_from(address).map_err(|_| Errno::EFAULT)?;
        self.bytes.get(start..).and_then(<[u8]>::first_chunk).copied().ok_or(Errno::EFAULT)
    }
}

/// Returns `address..address + length`, computed without overflow on hosts of any word size.
fn range(address: u32, length: u32) -> Result<Range<usize>, Errno> {
    let start = usize::try_from(address).map_err(|_| Errno::EFAULT)?;
    let length = usize::try_from(length).map_err(|_| Errno::EFAULT)?;
    let end = start.checked_add(length).ok_or(Errno::EFAULT)?;
    Ok(start..end)
}
