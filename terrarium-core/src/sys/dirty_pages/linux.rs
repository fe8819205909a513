//! The written pages of memory, as the kernel reports them.
//!
//! A snapshot is mapped into a guest's memory copy-on-write: a page that is still the file's (or was never touched) is
//! unchanged. Linux 6.7 and newer list the other pages in one call (`PAGEMAP_SCAN`). Where the kernel adds no pages
//! unprompted (`fault_around`), the list grows by page faults only: without a page fault it is the same.

use std::{fs::File, io, ops::Range, os::fd::AsRawFd as _, sync::OnceLock};

/// The kinds of pages.
const PRESENT: u64 = 1 << 3;
const SWAPPED: u64 = 1 << 4;
const FROM_FILE: u64 = 1 << 2;
const ZERO: u64 = 1 << 5;
/// The request's number: `_IOWR('f', 16, struct pm_scan_arg)`.
const PAGEMAP_SCAN: libc::c_ulong = 0xC060_6610;
/// The number of regions in one request.
const REGIONS: usize = 512;

/// `struct pm_scan_arg`.
#[repr(C)]
#[derive(Default)]
struct Scan {
    size: u64,
    flags: u64,
    start: u64,
    end: u64,
    walk_end: u64,
    vec: u64,
    vec_len: u64,
    max_pages: u64,
    category_inverted: u64,
    category_mask: u64,
    category_anyof_mask: u64,
    return_mask: u64,
}

/// `struct page_region`.
#[repr(C)]
#[derive(Clone, Copy, Default)]
struct Region {
    start: u64,
    end: u64,
    categories: u64,
}

/// The page map of the process that opened it first, and the number of that process.
static PAGE_MAP: OnceLock<(u32, File)> = OnceLock::new();

/// Returns the page map of this process.
///
/// # Errors
/// The system's.
fn page_map() -> io::Result<MaybeShared> {
    let process = std::process::id();
    let open = || File::open("/proc/self/pagemap");
    if PAGE_MAP.get().is_none() {
        let opened = (process, open()?);
        // Another thread may have been faster, with the same result.
        let _ = PAGE_MAP.set(opened);
    }
    match PAGE_MAP.get() {
        Some((owner, file)) if *owner == process => Ok(MaybeShared::Shared(file)),
        // In a child after a fork, the file describes the parent.
        _ => open().map(MaybeShared::Own),
    }
}

enum MaybeShared {
    Shared(&'static File),
    Own(File),
}

/// Returns the parts of `memory`, in bytes from its start, whose content differs from the mapped file: whole pages,
/// ascending.
///
/// # Errors
/// The system's; older kernels do not have the request.
pub(crate) fn written(memory: &[u8]) -> io::Result<Vec<Range<usize>>> {
    written_at(memory.as_ptr() as u64, memory.len() as u64)
}

/// Returns the written parts of the `length` bytes at the address `base`, whatever is mapped there.
///
/// # Errors
/// As for [`written`].
pub(crate) fn written_at(base: u64, length: u64) -> io::Result<Vec<Range<usize>>> {
    let end = base.saturating_add(length);
    let map = page_map()?;
    let descriptor = match &map {
        MaybeShared::Shared(file) => file.as_raw_fd(),
        MaybeShared::Own(file) => file.as_raw_fd(),
    };
    let mut regions = [Region::default(); REGIONS];
    let (mut written, mut start) = (Vec::new(), base);
    while start < end {
        let mut scan = Scan {
            size: size_of::<Scan>() as u64,
            start,
            end,
            vec: regions.as_mut_ptr() as u64,
            vec_len: REGIONS as u64,
            // In memory or swapped out, and neither a file's nor the shared page of zeros.
            category_inverted: FROM_FILE | ZERO,
            category_mask: FROM_FILE | ZERO,
            category_anyof_mask: PRESENT | SWAPPED,
            ..Scan::default()
        };
        #[expect(unsafe_code, reason = "the request has no safe counterpart")]
        // SAFETY: the request reads the page tables of this process in a range of addresses and writes at most as many
        // regions as it receives room for, into an array that lives here; it changes no page.
        let count = unsafe { libc::ioctl(descriptor, PAGEMAP_SCAN, &raw mut scan) };
        let count = usize::try_from(count).map_err(|_| io::Error::last_os_error())?;
        for region in regions.iter().take(count) {
            let offset = |address: u64| usize::try_from(address.clamp(base, end) - base).unwrap_or(usize::MAX);
            written.push(offset(region.start)..offset(region.end));
        }
        if scan.walk_end <= start {
            return Err(io::Error::other("the kernel's walk over the pages does not come to an end"));
        }
        start = scan.walk_end;
    }
    Ok(written)
}

/// Returns the number of page faults of the calling thread; `None` where the system does not report it.
pub(crate) fn faults() -> Option<i64> {
    #[expect(unsafe_code, reason = "the request has no safe counterpart")]
    // SAFETY: all fields are numbers, for which zero is a valid value.
    let mut usage: libc::rusage = unsafe { std::mem::zeroed() };
    #[expect(unsafe_code, reason = "the request has no safe counterpart")]
    // SAFETY: the call writes only the structure that it receives.
    let done = unsafe { libc::getrusage(libc::RUSAGE_THREAD, &raw mut usage) };
    (done == 0).then(|| usage.ru_minflt.wrapping_add(usage.ru_majflt))
}

#[cfg(test)]
mod tests {
    use super::*;

    const PAGE: usize = 4096;

    /// Returns 3000 untouched pages that live as long as the process.
    fn untouched() -> &'static mut [u8] {
        use rustix::mm::{MapFlags, ProtFlags, mmap_anonymous};
        let (protection, flags) = (ProtFlags::READ | ProtFlags::WRITE, MapFlags::PRIVATE);
        #[expect(unsafe_code, reason = "an allocator may give pages that were used before")]
        // SAFETY: a new mapping, which has no other user and is never unmapped.
        unsafe {
            let address = mmap_anonymous(std::ptr::null_mut(), 3000 * PAGE, protection, flags).unwrap();
            std::slice::from_raw_parts_mut(address.cast::<u8>(), 3000 * PAGE)
        }
    }

    /// Returns the written pages of a private mapping; `None` where the kernel is too old.
    fn scan(memory: &[u8]) -> Option<Vec<Range<usize>>> {
        match written(memory) {
            Ok(found) => Some(found),
            Err(error) => {
                assert!(matches!(error.raw_os_error(), Some(libc::ENOTTY | libc::EINVAL)), "{error}");
                None
            }
        }
    }

    #[test]
    fn exactly_the_pages_that_were_written_are_found() {
        let memory = untouched();
        let Some(before) = scan(memory) else { return };
        assert!(before.is_empty(), "{before:?}");
        // More regions than one call can report.
        let mut expected = Vec::new();
        for page in (0..2400).step_by(3) {
            memory[page * PAGE + 17] = 1;
            expected.push(page * PAGE..(page + 1) * PAGE);
        }
        // A read is not a write.
        assert_eq!(memory[2999 * PAGE], 0);
        assert_eq!(scan(memory).unwrap(), expected);
    }

    #[test]
    fn a_page_is_first_written_with_a_fault_and_again_without() {
        let memory = untouched();
        let touch = |memory: &mut [u8], value: u8| {
            let before = faults().unwrap();
            for page in (0..3000).step_by(3) {
                memory[page * PAGE] = value;
            }
            faults().unwrap() - before
        };
        // A huge page covers many pages with one fault.
        assert!(touch(memory, 1) > 0);
        assert_eq!(touch(memory, 2), 0);
    }
}
