//! Runs imports with arguments taken from arbitrary bytes, and checks what must hold for every guest.
//!
//! The bounded random test and the fuzz target share this code. No call may panic, exceed a limit, or take long.
#![allow(clippy::arithmetic_side_effects, reason = "part of the tests; an overflow fails them")]

use std::sync::Arc;
use std::time::{Duration, Instant};

use super::host::{Channel, FixedClock};
use super::mapping::{MapRequest, RemapRequest, unmap};
use super::{Args, Handler, Import, Process, imports};
use crate::abi::{AT_FDCWD, Errno, Iovec};
use crate::fd::{CHANNEL, Entropy, FdTable, Input, Output};
use crate::memory::GuestMemory;
use crate::vfs::{Layer, Vfs, VfsLimits};

/// The memory below the mappings.
const LOW: usize = 64 << 10;
/// Address of the mappings, which have four pages each.
const MAPPINGS_AT: usize = LOW;
const MAPPINGS: usize = 8;
const MEMORY: usize = LOW + MAPPINGS * (4 << 16);
const FILE_BYTES: u64 = 1 << 20;
const INODES: u64 = 64;
const OPEN_FILES: u32 = 24;
const KEPT: usize = 4096;

/// A single call that takes longer hides work that a limit should have stopped.
const PATIENCE: Duration = Duration::from_secs(5);

/// Address of the paths below; lists of buffers and other structures follow them.
const PATHS_AT: usize = 0x1000;
const PATHS: &[&str] = &[
    "a",
    "b",
    "d",
    "d/e",
    "/tmp",
    "/tmp/x",
    "/",
    ".",
    "..",
    "",
    "/dev/null",
    "/dev/urandom",
    "/dev/stdin",
    "/dev/fd/3",
    "/dev/zero",
    "loop",
    "a/",
    "/lib",
    "//tmp//../home/earth/a",
    "/dev/stdout",
];
/// Bytes that each path takes.
const PATH_STEP: usize = 32;
const LISTS_AT: usize = 0x2000;
const LISTS: usize = 16;

/// Refuses every other frame.
#[derive(Debug)]
struct Fussy;

impl Channel for Fussy {
    fn frame(&self, bytes: &[u8]) -> Result<(), Errno> {
        if bytes.len().is_multiple_of(2) { Ok(()) } else { Err(Errno::EIO) }
    }
}

/// Arbitrary bytes as a source of numbers; zeros after the end.
struct Bytes<'a>(&'a [u8]);

impl Bytes<'_> {
    fn byte(&mut self) -> u8 {
        let Some((first, rest)) = self.0.split_first() else { return 0 };
        self.0 = rest;
        *first
    }

    fn number(&mut self) -> u64 {
        u64::from_le_bytes(std::array::from_fn(|_| self.byte()))
    }

    /// Returns an argument: mostly of the hinted kind, sometimes anything.
    fn argument(&mut self, hint: u8) -> u64 {
        let low = self.byte();
        let small = usize::from(low);
        let address = |base: usize, step: usize, count: usize| {
            u64::try_from((small % count).saturating_mul(step).saturating_add(base)).unwrap_or(0)
        };
        let hint = if self.byte().is_multiple_of(16) { b'?' } else { hint };
        match hint {
            // A path, a list of buffers, a buffer.
            b'p' => address(PATHS_AT, PATH_STEP, PATHS.len()),
            b'v' => address(LISTS_AT, Iovec::SIZE, LISTS),
            b'b' => address(0x4000, 64, 256),
            // A descriptor, a directory's descriptor, a small number, a size.
            b'f' => address(0, 1, 8),
            b'd' if low < 200 => u64::from(AT_FDCWD.cast_unsigned()),
            b'd' | b'n' => address(0, 1, 8),
            b's' => address(0, 37, 64),
            // A mapping, the length of one.
            b'm' => address(MAPPINGS_AT, 1 << 16, MAPPINGS),
            b'l' => address(1, 997, 200),
            // Flags of opening: an access mode and one more bit, or none.
            b'o' => u64::from(low & 2) | (1_u64 << (6 + u32::from(low >> 3) % 16)),
            // No flags, mostly.
            b'0' => u64::from(low.is_multiple_of(8)) << (small % 14),
            // The ends of the memory and of the numbers, the channel, and anything.
            _ => match low % 8 {
                0 => address(MEMORY - 16, 1, 32),
                1 => u64::from(u32::MAX) - address(0, 1, 100),
                2 => u64::from(CHANNEL.cast_unsigned()),
                3 => 1 << (small % 64),
                4 => u64::from(low),
                _ => self.number(),
            },
        }
    }
}

/// The kinds of the arguments of some imports, so that calls pass the first checks.
const HINTS: &[(&str, &str)] = &[
    ("__syscall_openat", "dpob"),
    ("fd_close", "f"),
    ("__syscall_dup", "f"),
    ("__syscall_dup3", "ff0"),
    ("__syscall_pipe", "b"),
    ("__syscall_fcntl64", "fnb"),
    ("__syscall_ioctl", "f?b"),
    ("fd_read", "fvnb"),
    ("fd_write", "fvnb"),
    ("fd_pread", "fvnsb"),
    ("fd_pwrite", "fvnsb"),
    ("fd_seek", "fsnb"),
    ("fd_sync", "f"),
    ("__syscall_fdatasync", "f"),
    ("__syscall_ftruncate64", "fs"),
    ("__syscall_truncate64", "ps"),
    ("__syscall_fallocate", "f0ss"),
    ("__syscall_fadvise64", "fssn"),
    ("__syscall_stat64", "pb"),
    ("__syscall_lstat64", "pb"),
    ("__syscall_fstat64", "fb"),
    ("__syscall_newfstatat", "dpb0"),
    ("__syscall_fstatfs64", "fsb"),
    ("__syscall_faccessat", "dpn0"),
    ("fd_fdstat_get", "fb"),
    ("__syscall_chmod", "p?"),
    ("__syscall_fchmod", "f?"),
    ("__syscall_fchmodat2", "dp?0"),
    ("__syscall_fchownat", "dpnn0"),
    ("__syscall_fchown32", "fnn"),
    ("__syscall_utimensat", "dpb0"),
    ("__syscall_mkdirat", "dp?"),
    ("__syscall_rmdir", "p"),
    ("__syscall_getdents64", "fbs"),
    ("__syscall_chdir", "p"),
    ("__syscall_fchdir", "f"),
    ("__syscall_getcwd", "bs"),
    ("__syscall_mknodat", "dp?n"),
    ("__syscall_unlinkat", "dp0"),
    ("__syscall_renameat", "dpdp"),
    ("__syscall_symlinkat", "pdp"),
    ("__syscall_readlinkat", "dpbs"),
    ("__syscall_poll", "bns"),
    ("mmap", "nlnnf0"),
    ("munmap", "ml"),
    ("mremap", "mlln0"),
    ("msync", "mln"),
    ("__syscall_socket", "nn0000"),
    ("__syscall_sendto", "fbs000"),
    ("__syscall_recvfrom", "fbs000"),
    ("__syscall_sendmsg", "fb0000"),
    ("__syscall_recvmsg", "fb0000"),
    ("__syscall_getsockname", "fbb000"),
    ("__syscall_getsockopt", "fnnbb0"),
    ("_try_shutdown", "fnb"),
    ("clock_nanosleep", "nnbb"),
    ("clock_time_get", "nnb"),
    ("random_get", "bs"),
];

/// Runs the calls that `data` encodes.
///
/// # Panics
/// When a checked property does not hold.
pub fn run(data: &[u8]) {
    // Calls of the bridge only report that there is no bridge.
    let served = |import: &&Import| !matches!(import.handler, Handler::Bridge | Handler::Null | Handler::Wasi);
    let table: Vec<_> = imports().filter(served).collect();
    let mut process = process();
    let mut memory = memory();
    let mut source = Bytes(data);
    while !source.0.is_empty() {
        let index = usize::from(source.byte());
        let Some(import) = index.checked_rem(table.len()).and_then(|index| table.get(index)) else { return };
        let hints = HINTS.iter().find(|(name, _)| *name == import.name).map_or(&b""[..], |(_, hints)| hints.as_bytes());
        let hints = hints.iter().copied().chain(std::iter::repeat(b'?'));
        let slots: Vec<u64> = import.parameters().bytes().zip(hints).map(|(_, hint)| source.argument(hint)).collect();
        let args = Args::new(&slots);
        let started = Instant::now();
        // Any result is fine; only its effects are checked.
        let _ = import.call(&mut process, &mut GuestMemory::new(&mut memory), args);
        serve(import, &mut process, &mut GuestMemory::new(&mut memory), args);
        assert!(started.elapsed() < PATIENCE, "{} took {:?} with {slots:x?}", import.name, started.elapsed());
        check(&process);
    }
    process.close_all();
    assert_eq!(process.fds.open_count(), 0);
    assert!(process.pipes.is_empty(), "a pipe without descriptors stays");
}

/// Serves the calls of the engine, with a place for each mapping.
fn serve(import: &Import, process: &mut Process, memory: &mut GuestMemory<'_>, args: Args<'_>) {
    let place = u32::try_from(MAPPINGS_AT + process.mappings.len() % MAPPINGS * (4 << 16)).unwrap_or(0);
    match import.name {
        "mmap" => {
            if let Ok(request) = MapRequest::check(process, args)
                && request.join(process).is_none()
            {
                let _ = request.place(process, memory, place);
            }
        }
        "mremap" => {
            if let Ok(request) = RemapRequest::check(process, args) {
                let _ = request.move_to(process, memory, place);
            }
        }
        "munmap" => {
            let _ = unmap(process, memory, args);
        }
        _ => {}
    }
}

fn process() -> Process {
    let limits = VfsLimits { bytes: FILE_BYTES, inodes: INODES, file_bytes: None };
    let mut process = Process::new(Vfs::new(Layer::unix(), limits));
    process.change_directory(b"/home/earth").expect("the layer has it");
    // No sleep may take real time here.
    let clock = FixedClock::new(1_000_000_000, 0);
    process.set_clock(Arc::new(clock.clone()));
    process.sleeper = Arc::new(clock);
    process.entropy = Entropy::seeded(1);
    process.fds = FdTable::with_standard_streams(OPEN_FILES);
    process.streams.input = Input::new(*b"some input");
    process.streams.output = Output::new(KEPT);
    process.streams.error = Output::new(KEPT);
    process.channel = Some(Arc::new(Fussy));
    process.frame_bytes = 1024;
    process
}

/// Memory with paths, lists of buffers and otherwise small numbers.
fn memory() -> Vec<u8> {
    let mut bytes: Vec<u8> =
        (0..LOW).chain(std::iter::repeat_n(0, MEMORY - LOW)).map(|index| (index % 7) as u8).collect();
    let mut memory = GuestMemory::new(&mut bytes);
    let place = |base: usize, step: usize, index: usize| {
        u32::try_from(index.saturating_mul(step).saturating_add(base)).unwrap_or(0)
    };
    for (index, path) in PATHS.iter().enumerate() {
        let _ = memory.write(place(PATHS_AT, PATH_STEP, index), &[path.as_bytes(), b"\0"].concat());
    }
    for index in 0..LISTS {
        let buffer = Iovec { base: place(0x4000, 512, index), len: place(0, 97, index) };
        let _ = memory.write(place(LISTS_AT, Iovec::SIZE, index), &buffer.encode());
    }
    bytes
}

fn check(process: &Process) {
    let open = process.fds.open_count();
    assert!(open <= usize::try_from(OPEN_FILES).unwrap_or(0), "{open} descriptors");
    assert!(process.pipes.len() <= open * 2, "more pipes than descriptors");
    let usage = process.vfs.usage();
    assert!(usage.bytes <= FILE_BYTES && usage.inodes <= INODES, "{usage:?}");
    assert!(process.streams.output.bytes().len() <= KEPT && process.streams.error.bytes().len() <= KEPT);
    assert!(process.vfs.path_of(process.cwd()).is_ok_and(|path| path.starts_with(b"/")) || process.umask <= 0o777);
}
