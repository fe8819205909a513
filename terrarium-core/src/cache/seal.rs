//! The seal of a file: a digest of its content, at the end of the file.
//!
//! The seal detects damage by the disk, by a crash or by a tool. The digest is not cryptographic, since a user who can
//! write to the folder can also write a seal. It reads memory at its full speed, and the start of a process waits for
//! it.

use std::{
    fs::File,
    io,
    sync::{Mutex, PoisonError},
};

use twox_hash::XxHash3_128;

use crate::sys::regular_file;

/// The last bytes of a sealed file.
const MAGIC: [u8; 8] = *b"trseal01";
/// The length of a seal: the digest, then the magic bytes.
pub(super) const LENGTH: usize = 16 + MAGIC.len();
/// The size of a block, which fits into the processor's cache.
const BLOCK: usize = 256 << 10;

/// Returns the seal of a content.
pub(super) fn of(content: &[u8]) -> [u8; LENGTH] {
    from_digest(XxHash3_128::oneshot(content))
}

fn from_digest(digest: u128) -> [u8; LENGTH] {
    let mut seal = [0; LENGTH];
    seal[..16].copy_from_slice(&digest.to_le_bytes());
    seal[16..].copy_from_slice(&MAGIC);
    seal
}

/// Returns the content of a sealed file's bytes; `Err` with the damage.
pub(super) fn opened(mut bytes: Vec<u8>) -> Result<Vec<u8>, &'static str> {
    let Some((content, seal)) = bytes.split_last_chunk::<LENGTH>() else { return Err(SHORT) };
    compare(*seal, XxHash3_128::oneshot(content))?;
    bytes.truncate(bytes.len() - LENGTH);
    Ok(bytes)
}

const SHORT: &str = "it is cut off";

/// Reads a sealed file of `length` bytes to its end. `Ok(Err(_))` names the damage.
///
/// # Errors
/// The system's: the content is not known then.
pub(super) fn check(file: &File, length: u64) -> io::Result<Result<(), &'static str>> {
    let Some(content) = length.checked_sub(LENGTH as u64) else { return Ok(Err(SHORT)) };
    let mut hasher = XxHash3_128::new();
    let mut block = buffer();
    let mut offset = 0;
    while offset < content {
        let wanted = usize::try_from(content - offset).unwrap_or(BLOCK).min(BLOCK);
        match read(file, offset, &mut block[..wanted])? {
            0 => return Ok(Err(SHORT)),
            count => {
                hasher.write(&block[..count]);
                offset += count as u64;
            }
        }
    }
    let mut seal = [0; LENGTH];
    let mut filled = 0;
    while filled < LENGTH {
        match read(file, content + filled as u64, &mut seal[filled..])? {
            0 => return Ok(Err(SHORT)),
            count => filled += count,
        }
    }
    let digest = hasher.finish_128();
    keep(block);
    Ok(compare(seal, digest))
}

fn compare(seal: [u8; LENGTH], digest: u128) -> Result<(), &'static str> {
    match seal == from_digest(digest) {
        true => Ok(()),
        false if !seal.ends_with(&MAGIC) => Err("it does not end with a seal: it is cut off or overwritten"),
        false => Err("its content has another digest than when it was written"),
    }
}

fn read(file: &File, offset: u64, buf: &mut [u8]) -> io::Result<usize> {
    loop {
        match regular_file::read_at(file, offset, buf) {
            Err(error) if error.kind() == io::ErrorKind::Interrupted => {}
            read => return read,
        }
    }
}

/// One block for later checks: many small libraries are checked in a row.
static BUFFER: Mutex<Vec<u8>> = Mutex::new(Vec::new());

fn buffer() -> Vec<u8> {
    let mut block = std::mem::take(&mut *BUFFER.lock().unwrap_or_else(PoisonError::into_inner));
    block.resize(BLOCK, 0);
    block
}

fn keep(block: Vec<u8>) {
    *BUFFER.lock().unwrap_or_else(PoisonError::into_inner) = block;
}

#[cfg(test)]
mod tests {
    use std::io::Write as _;

    use proptest::prelude::*;

    use super::*;

    fn sealed(content: &[u8]) -> Vec<u8> {
        [content, &of(content)].concat()
    }

    fn checked(bytes: &[u8]) -> Result<(), &'static str> {
        let mut file = tempfile::tempfile().unwrap();
        file.write_all(bytes).unwrap();
        check(&file, bytes.len() as u64).unwrap()
    }

    #[test]
    fn a_file_of_any_size_is_as_it_was_written() {
        for size in [0, 1, 23, 24, 25, BLOCK - 1, BLOCK, BLOCK + 1, 3 * BLOCK + 7] {
            let content: Vec<u8> = (0..size).map(|number| (number % 251).to_le_bytes()[0]).collect();
            let bytes = sealed(&content);
            assert_eq!(checked(&bytes), Ok(()), "{size}");
            assert_eq!(opened(bytes), Ok(content), "{size}");
        }
    }

    #[test]
    fn a_file_that_shrank_meanwhile_is_cut_off() {
        let mut file = tempfile::tempfile().unwrap();
        file.write_all(&sealed(b"abc")).unwrap();
        assert_eq!(check(&file, 1000).unwrap(), Err(SHORT));
    }

    proptest! {
        #[test]
        fn any_damage_is_seen(
            content in prop::collection::vec(any::<u8>(), 0..200),
            place in any::<prop::sample::Index>(),
            bit in 0..8_u32,
            cut in any::<prop::sample::Index>(),
            other in prop::collection::vec(any::<u8>(), 0..200),
        ) {
            let bytes = sealed(&content);
            let mut changed = bytes.clone();
            changed[place.index(bytes.len())] ^= 1 << bit;
            let shorter = &bytes[..cut.index(bytes.len())];
            let longer = [&bytes[..], &[0]].concat();
            for damaged in [&changed[..], shorter, &longer, &other] {
                prop_assert!(checked(damaged).is_err());
                prop_assert!(opened(damaged.to_vec()).is_err());
            }
        }
    }
}
