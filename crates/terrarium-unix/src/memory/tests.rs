//! Tests: bounds are exact, and an access outside leaves the memory unchanged.

use super::*;
use crate::abi::{Errno, Iovec};

#[test]
fn numbers_are_little_endian_and_may_be_unaligned() {
    let mut bytes = vec![0; 32];
    let mut memory = GuestMemory::new(&mut bytes);
    memory.write_u32(1, 0x0403_0201).unwrap();
    memory.write_i64(9, -2).unwrap();
    memory.write_f64(17, 1.5).unwrap();
    memory.write_u16(25, 0xbeef).unwrap();
    assert_eq!(memory.read_u8(1), Ok(1));
    assert_eq!(memory.read_u16(2), Ok(0x0302));
    assert_eq!(memory.read_u32(1), Ok(0x0403_0201));
    assert_eq!(memory.read_i64(9), Ok(-2));
    assert_eq!(memory.read_u64(9), Ok(u64::MAX - 1));
    assert_eq!(memory.read_f64(17), Ok(1.5));
    assert_eq!(memory.read_i16(25), Ok(0xbeef_u16.cast_signed()));
}

#[test]
fn the_last_byte_is_inside_and_the_next_is_not() {
    let mut bytes = vec![0; 16];
    let mut memory = GuestMemory::new(&mut bytes);
    assert_eq!(memory.write_u64(8, 7), Ok(()));
    assert_eq!(memory.write_u64(9, u64::MAX), Err(Errno::EFAULT));
    assert_eq!(memory.read_u64(8), Ok(7), "a refused write leaves no part behind");
    assert_eq!(memory.read_u8(15), Ok(0));
    assert_eq!(memory.read_u8(16), Err(Errno::EFAULT));
    assert_eq!(memory.slice(16, 0).map(<[u8]>::len), Ok(0));
    assert_eq!(memory.slice(17, 0), Err(Errno::EFAULT));
}

#[test]
fn sums_that_overflow_are_outside() {
    let mut bytes = vec![0; 16];
    let mut memory = GuestMemory::new(&mut bytes);
    for (address, length) in [(u32::MAX, 1), (1, u32::MAX), (u32::MAX, u32::MAX), (0, 17)] {
        assert_eq!(memory.slice(address, length), Err(Errno::EFAULT));
        assert_eq!(memory.zero(address, length), Err(Errno::EFAULT));
    }
    assert_eq!(memory.read_u64(u32::MAX), Err(Errno::EFAULT));
    assert_eq!(memory.write(u32::MAX - 2, b"abc"), Err(Errno::EFAULT));
}

#[test]
fn a_c_string_ends_at_its_nul_its_bound_or_the_memory() {
    let mut bytes = b"ab\0cdef".to_vec();
    let memory = GuestMemory::new(&mut bytes);
    assert_eq!(memory.c_str(0, 4096), Ok(&b"ab"[..]));
    assert_eq!(memory.c_str(2, 4096), Ok(&b""[..]));
    assert_eq!(memory.c_str(3, 4096), Err(Errno::EFAULT), "no NUL before the end");
    assert_eq!(memory.c_str(3, 2), Err(Errno::ENAMETOOLONG));
    assert_eq!(memory.c_str(0, 3), Ok(&b"ab"[..]), "the bound counts the NUL");
    assert_eq!(memory.c_str(0, 2), Err(Errno::ENAMETOOLONG));
    assert_eq!(memory.c_str(8, 1), Err(Errno::EFAULT));
}

#[test]
fn a_list_of_buffers_is_checked_before_any_is_used() {
    let mut bytes = vec![0; 64];
    let mut memory = GuestMemory::new(&mut bytes);
    for (index, (address, length)) in [(32_u32, 4_u32), (0, 0), (60, 4)].into_iter().enumerate() {
        let entry = u32::try_from(index * 8).unwrap();
        memory.write_u32(entry, address).unwrap();
        memory.write_u32(entry + 4, length).unwrap();
    }
    let vecs = memory.io_vecs(0, 3).unwrap();
    assert_eq!(vecs.total, 8);
    assert_eq!(vecs.buffers, [Iovec { base: 32, len: 4 }, Iovec { base: 60, len: 4 }]);

    memory.write_u32(20, 5).unwrap();
    assert_eq!(memory.io_vecs(0, 3), Err(Errno::EFAULT), "the third buffer ends outside");
    assert_eq!(memory.io_vecs(0, 9), Err(Errno::EFAULT), "the list itself ends outside");
    assert_eq!(memory.io_vecs(0, -1), Err(Errno::EINVAL));
    assert_eq!(memory.io_vecs(0, 1025), Err(Errno::EINVAL));
    assert_eq!(memory.io_vecs(1_000_000, 0), Err(Errno::EFAULT));
}

#[test]
fn lengths_that_do_not_fit_a_result_are_invalid() {
    let mut bytes = vec![0; 16];
    let mut memory = GuestMemory::new(&mut bytes);
    memory.write_u32(4, u32::MAX).unwrap();
    assert_eq!(memory.io_vecs(0, 1), Err(Errno::EINVAL));
}
