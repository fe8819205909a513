//! Turns the kernel's fault-around off.
//!
//! At the first read of a page of a file, Linux maps its neighbours as well, sixteen at a time. A guest's memory then
//! has many more pages than the guest uses, and each costs time when the written pages are listed. Memory that is
//! registered with a `userfaultfd` is mapped page by page, and the kernel does not join its pages into huge ones by
//! itself. The registration has no other effect here: no page is protected and no event is requested.

use std::{
    io,
    ops::Range,
    os::fd::{AsRawFd as _, OwnedFd},
    sync::OnceLock,
};

use rustix::mm::{Advice, UserfaultfdFlags, madvise, userfaultfd};

/// `_IOWR(0xAA, 0x3F, struct uffdio_api)` and `_IOWR(0xAA, 0x00, struct uffdio_register)`.
const UFFDIO_API: libc::c_ulong = 0xC018_AA3F;
const UFFDIO_REGISTER: libc::c_ulong = 0xC020_AA00;
/// The version of the interface.
const API: u64 = 0xAA;
/// Permits the registration of memory of any kind (Linux 6.7).
const WP_ASYNC: u64 = 1 << 15;
/// Permits the write protection of pages, which is not used.
const MODE_WP: u64 = 1 << 1;

/// `struct uffdio_api`.
#[repr(C)]
struct Api {
    api: u64,
    features: u64,
    ioctls: u64,
}

/// `struct uffdio_register`.
#[repr(C)]
struct Register {
    start: u64,
    length: u64,
    mode: u64,
    ioctls: u64,
}

/// The descriptor of the process that opened it first, and the number of that process. A child after a fork has none:
/// the inherited descriptor describes the parent.
static DESCRIPTOR: OnceLock<Option<(u32, OwnedFd)>> = OnceLock::new();

/// Makes the system map the pages of `memory` one by one. This includes pages that are mapped already, except the
/// `written` ones, the only pages whose content differs from their file. Returns false where the system does not allow
/// it, as in many containers.
pub(crate) fn disable(memory: &mut [u8], written: &[Range<usize>]) -> bool {
    let Some((owner, descriptor)) = DESCRIPTOR.get_or_init(|| open().ok()) else { return false };
    if *owner != std::process::id() {
        return false;
    }
    let mut register =
        Register { start: memory.as_ptr() as u64, length: memory.len() as u64, mode: MODE_WP, ioctls: 0 };
    #[expect(unsafe_code, reason = "the request has no safe counterpart")]
    // SAFETY: the request reads and writes the structure that it receives. It changes how missing pages of this process
    // are mapped, not their content.
    let done = unsafe { libc::ioctl(descriptor.as_raw_fd(), UFFDIO_REGISTER, &raw mut register) };
    if done != 0 {
        return false;
    }
    let starts = std::iter::once(0).chain(written.iter().map(|range| range.end));
    let ends = written.iter().map(|range| range.start).chain([memory.len()]);
    for (start, end) in starts.zip(ends) {
        let Some(unwritten) = memory.get_mut(start..end).filter(|unwritten| !unwritten.is_empty()) else { continue };
        #[expect(unsafe_code, reason = "a file's pages are forgotten, which the compiler knows nothing of")]
        // SAFETY: the pages are in a slice that is borrowed for writing, so no other code reads them meanwhile. The
        // kernel has just reported each as its file's, the page of zeros or missing, so its content comes back the
        // same.
        let done = unsafe { madvise(unwritten.as_mut_ptr().cast(), unwritten.len(), Advice::LinuxDontNeed) };
        if let Err(error) = done {
            tracing::debug!(%error, "pages stay mapped");
        }
    }
    true
}

fn open() -> io::Result<(u32, OwnedFd)> {
    let flags = UserfaultfdFlags::CLOEXEC | UserfaultfdFlags::NONBLOCK;
    // The choice between faults in user mode and in the kernel makes no difference; user mode alone needs no privilege.
    const USER_MODE_ONLY: u32 = 1;
    let flags = flags | UserfaultfdFlags::from_bits_retain(USER_MODE_ONLY);
    #[expect(unsafe_code, reason = "rustix leaves it to its caller what is done with the descriptor")]
    // SAFETY: the descriptor is used only for the two requests of this file.
    let descriptor = unsafe { userfaultfd(flags) }?;
    let mut api = Api { api: API, features: WP_ASYNC, ioctls: 0 };
    #[expect(unsafe_code, reason = "the request has no safe counterpart")]
    // SAFETY: the request reads and writes the structure that it receives.
    let done = unsafe { libc::ioctl(descriptor.as_raw_fd(), UFFDIO_API, &raw mut api) };
    if done == 0 { Ok((std::process::id(), descriptor)) } else { Err(io::Error::last_os_error()) }
}

#[cfg(test)]
mod tests {
    use std::{io::Write as _, os::unix::fs::FileExt as _};

    use rustix::mm::{MapFlags, ProtFlags, mmap, munmap};

    use super::*;

    const PAGES: usize = 64;

    /// Returns the number of mapped pages of `memory`.
    fn mapped(memory: &[u8]) -> usize {
        let page = memory.len() / PAGES;
        let mut entries = [0; PAGES * 8];
        let map = std::fs::File::open("/proc/self/pagemap").unwrap();
        map.read_exact_at(&mut entries, (memory.as_ptr() as u64) / page as u64 * 8).unwrap();
        entries.chunks(8).filter(|entry| entry[7] & 0x80 != 0).count()
    }

    #[test]
    fn pages_are_mapped_one_by_one_and_what_was_written_stays() {
        let page = rustix::param::page_size();
        let mut file = tempfile::tempfile().unwrap();
        file.write_all(&vec![7; PAGES * page]).unwrap();
        let (protection, flags) = (ProtFlags::READ | ProtFlags::WRITE, MapFlags::PRIVATE);
        #[expect(unsafe_code, reason = "mappings of files are what this is about")]
        // SAFETY: a new private mapping of a file that does not change.
        let address = unsafe { mmap(std::ptr::null_mut(), PAGES * page, protection, flags, &file, 0) }.unwrap();
        #[expect(unsafe_code, reason = "mappings of files are what this is about")]
        // SAFETY: the mapping from above, which has no other user.
        let memory = unsafe { std::slice::from_raw_parts_mut(address.cast::<u8>(), PAGES * page) };
        memory[17 * page + 5] = 1;
        assert_eq!(memory[40 * page], 7);
        if mapped(memory) == 2 {
            println!("skipped: no neighbours are mapped here");
            return;
        }
        let is_allowed = disable(memory, std::slice::from_ref(&(17 * page..18 * page)));
        assert_eq!(is_allowed, open().is_ok());
        assert_eq!(memory[17 * page + 5], 1);
        assert_eq!((memory[40 * page], memory[50 * page]), (7, 7));
        match open() {
            Ok(_) => assert_eq!(mapped(memory), 3),
            Err(error) => println!("skipped: it is not allowed here: {error}"),
        }
        memory[50 * page] = 8;
        assert_eq!((memory[50 * page - 1], memory[50 * page], memory[50 * page + 1]), (7, 8, 7));
        #[expect(unsafe_code, reason = "mappings of files are what this is about")]
        // SAFETY: the mapping from above, which is no longer used.
        unsafe { munmap(address, PAGES * page) }.unwrap();
    }
}
