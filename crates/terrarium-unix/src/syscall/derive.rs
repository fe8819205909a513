//! Steps of the derivation of keys from passwords: PBKDF2 and scrypt.
//!
//! The guest's `hashlib` drives both, and asks for a bounded number of steps at a time. All state, scrypt's large table
//! too, is in the guest's memory: its limits hold, and a deadline takes effect between two calls.

use salsa20::SalsaCore;
use salsa20::cipher::{StreamCipherCore, typenum::U4};
use sha1::Sha1;
use sha2::{Digest, Sha224, Sha256, Sha384, Sha512};

use crate::abi::Errno;
use crate::memory::GuestMemory;

/// The most rounds of PBKDF2 in one call: 30 ms of the slowest function.
const MAX_ROUNDS: u32 = 1 << 15;
/// scrypt's largest block size `r`, and the most blocks of one call.
const MAX_BLOCK_SIZE: u32 = 1 << 12;
const MAX_BLOCKS: u32 = 1 << 17;
/// The bytes of one unit of scrypt's blocks.
const UNIT: u32 = 128;
/// The bytes of a block of Salsa20.
const SALSA: usize = 64;

/// Continues PBKDF2 with HMAC: `(hash, rounds)`, the last value, the sum so far, and HMAC's inner and outer block, which
/// contain the key.
///
/// # Errors
/// `EINVAL` for numbers out of bounds, `EFAULT` for a request outside the memory.
pub(super) fn pbkdf2(memory: &mut GuestMemory<'_>, address: u32) -> Result<i32, Errno> {
    let [hash, rounds] = numbers(memory, address)?;
    if rounds > MAX_ROUNDS {
        return Err(Errno::EINVAL);
    }
    let state = address.checked_add(8).ok_or(Errno::EFAULT)?;
    match hash {
        1 => continue_rounds::<Sha1, 20, 64>(memory, state, rounds),
        224 => continue_rounds::<Sha224, 28, 64>(memory, state, rounds),
        256 => continue_rounds::<Sha256, 32, 64>(memory, state, rounds),
        384 => continue_rounds::<Sha384, 48, 128>(memory, state, rounds),
        512 => continue_rounds::<Sha512, 64, 128>(memory, state, rounds),
        _ => Err(Errno::EINVAL),
    }
}

/// Does the rounds for a hash of `SIZE` bytes over blocks of `BLOCK` bytes.
fn continue_rounds<H: Digest + Clone, const SIZE: usize, const BLOCK: usize>(
    memory: &mut GuestMemory<'_>,
    state: u32,
    rounds: u32,
) -> Result<i32, Errno> {
    let [last, sum] = [memory.array::<SIZE>(state)?, memory.array::<SIZE>(after(state, SIZE)?)?];
    let blocks = after(after(state, SIZE)?, SIZE)?;
    let [inner, outer] = [memory.array::<BLOCK>(blocks)?, memory.array::<BLOCK>(after(blocks, BLOCK)?)?];
    let [inner, outer] = [inner, outer].map(|block| H::new().chain_update(block));
    let (mut last, mut sum) = (last, sum);
    for _ in 0..rounds {
        let message = inner.clone().chain_update(last).finalize();
        last.copy_from_slice(&outer.clone().chain_update(message).finalize());
        add(&mut sum, &last);
    }
    memory.write(state, &last)?;
    memory.write(after(state, SIZE)?, &sum).map(|()| 0)
}

/// Returns the address behind `bytes` bytes.
fn after(address: u32, bytes: usize) -> Result<u32, Errno> {
    u32::try_from(bytes).ok().and_then(|bytes| address.checked_add(bytes)).ok_or(Errno::EFAULT)
}

/// Continues scrypt's mixing: `(phase, cost, block size, first step, steps)`, the block, and the table of as many
/// blocks as the cost. Phase 0 fills the table, phase 1 mixes it into the block.
///
/// # Errors
/// `EINVAL` for numbers out of bounds, `EFAULT` for a request outside the memory.
pub(super) fn scrypt(memory: &mut GuestMemory<'_>, address: u32) -> Result<i32, Errno> {
    let [phase, cost, size, first, steps] = numbers(memory, address)?;
    let blocks = steps.checked_mul(size).ok_or(Errno::EINVAL)?;
    let is_bounded = (1..=MAX_BLOCK_SIZE).contains(&size) && blocks <= MAX_BLOCKS;
    let last = first.checked_add(steps).ok_or(Errno::EINVAL)?;
    if !is_bounded || !cost.is_power_of_two() || last > cost {
        return Err(Errno::EINVAL);
    }
    let length = size.checked_mul(UNIT).ok_or(Errno::EINVAL)?;
    let all = cost.checked_add(1).and_then(|count| count.checked_mul(length)).ok_or(Errno::EINVAL)?;
    let bytes = memory.slice_mut(address.checked_add(20).ok_or(Errno::EFAULT)?, all)?;
    let (block, table) = bytes.split_at_mut_checked(index(length)?).ok_or(Errno::EFAULT)?;
    let mut mixed = vec![0; block.len()];
    for step in first..last {
        let entry = match phase {
            0 => step,
            1 => integer(block) & cost.wrapping_sub(1),
            _ => return Err(Errno::EINVAL),
        };
        let start = index(entry.checked_mul(length).ok_or(Errno::EINVAL)?)?;
        let entry = table.get_mut(start..).and_then(|rest| rest.get_mut(..block.len())).ok_or(Errno::EFAULT)?;
        if phase == 0 {
            entry.copy_from_slice(block);
        } else {
            add(block, entry);
        }
        mix(block, &mut mixed);
        block.copy_from_slice(&mixed);
    }
    Ok(0)
}

/// scrypt's `BlockMix`: the blocks of Salsa20/8, the even ones first.
fn mix(block: &[u8], mixed: &mut [u8]) {
    let half = mixed.len() / 2;
    let (even, odd) = mixed.split_at_mut(half);
    let mut state = [0; SALSA];
    state.copy_from_slice(block.rchunks_exact(SALSA).next().unwrap_or(&[0; SALSA]));
    let outputs = even.chunks_exact_mut(SALSA).zip(odd.chunks_exact_mut(SALSA)).flat_map(|(even, odd)| [even, odd]);
    for (input, output) in block.chunks_exact(SALSA).zip(outputs) {
        add(&mut state, input);
        let mut words = [0; SALSA / 4];
        for (word, bytes) in words.iter_mut().zip(state.as_chunks::<4>().0) {
            *word = u32::from_le_bytes(*bytes);
        }
        SalsaCore::<U4>::from_raw_state(words).write_keystream_block((&mut state).into());
        output.copy_from_slice(&state);
    }
}

/// scrypt's `Integerify`, of which no table needs more than 32 bits.
fn integer(block: &[u8]) -> u32 {
    let last = block.rchunks_exact(SALSA).next().and_then(|last| last.first_chunk::<4>());
    last.map_or(0, |bytes| u32::from_le_bytes(*bytes))
}

/// Adds without carry.
fn add(to: &mut [u8], from: &[u8]) {
    for (to, from) in to.iter_mut().zip(from) {
        *to ^= from;
    }
}

fn numbers<const N: usize>(memory: &GuestMemory<'_>, address: u32) -> Result<[u32; N], Errno> {
    let mut numbers = [0; N];
    for (place, number) in (0..).step_by(4).zip(&mut numbers) {
        *number = memory.read_u32(address.checked_add(place).ok_or(Errno::EFAULT)?)?;
    }
    Ok(numbers)
}

fn index(number: u32) -> Result<usize, Errno> {
    usize::try_from(number).map_err(|_| Errno::EINVAL)
}
