//! Little-endian fields at fixed offsets of a byte array.

/// Writes a field. The offsets are constants of this folder, so an offset out of range fails the first test.
pub(super) fn put<const SIZE: usize, const FIELD: usize>(out: &mut [u8; SIZE], offset: usize, field: [u8; FIELD]) {
    out[offset..offset + FIELD].copy_from_slice(&field);
}

/// Reads a field.
pub(super) fn get<const SIZE: usize, const FIELD: usize>(bytes: &[u8; SIZE], offset: usize) -> [u8; FIELD] {
    std::array::from_fn(|index| bytes[offset + index])
}
