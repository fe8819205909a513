//! A miniature C library: puts arguments into memory, calls an import by name, and decodes the result.

use std::sync::Arc;

use crate::abi::{AT_FDCWD, DIRENT_SIZE, Errno, OpenFlags, Stat};
use crate::memory::GuestMemory;
use crate::syscall::{Args, FixedClock, Process, Stop, imports};
use crate::vfs::{Layer, Vfs, VfsLimits};

/// 2026-01-01 00:00:00 UTC.
pub(super) const NEW_YEAR_NS: u64 = 1_767_225_600_000_000_000;

/// Start of the allocations; the tests use the addresses below it.
const HEAP: u32 = 4096;

/// A process with a megabyte of memory.
pub(super) struct Guest {
    pub(super) process: Process,
    pub(super) memory: Vec<u8>,
    top: u32,
}

impl Guest {
    /// Makes a guest on a fixed clock, in the home directory, with a megabyte of files.
    pub(super) fn new() -> Self {
        let limits = VfsLimits { bytes: 1 << 20, inodes: 200, ..VfsLimits::default() };
        let mut process = Process::new(Vfs::new(Layer::unix(), limits));
        let clock = FixedClock::new(NEW_YEAR_NS, 0);
        process.set_clock(Arc::new(clock.clone()));
        process.sleeper = Arc::new(clock);
        process.change_directory(b"/home/earth").unwrap();
        Self { process, memory: vec![0; 1 << 20], top: HEAP }
    }

    /// Calls an import, and returns the raw result slot.
    pub(super) fn raw(&mut self, name: &str, args: &[i64]) -> Result<u64, Stop> {
        let import = imports().find(|import| import.name == name).unwrap_or_else(|| panic!("no import {name}"));
        assert_eq!(args.len(), import.parameters().len(), "arguments of {name}");
        let slots: Vec<u64> = args.iter().map(|arg| arg.cast_unsigned()).collect();
        import.call(&mut self.process, &mut GuestMemory::new(&mut self.memory), Args::new(&slots))
    }

    /// Makes a system call; returns the result, or the errno that came back negated.
    pub(super) fn sys(&mut self, name: &str, args: &[i64]) -> Result<i32, Errno> {
        let result = u32::try_from(self.raw(name, args).unwrap()).unwrap().cast_signed();
        if result < 0 { Err(Errno::from_code(u16::try_from(-result).unwrap()).unwrap()) } else { Ok(result) }
    }

    /// Makes a WASI call; returns nothing, or the errno.
    pub(super) fn wasi(&mut self, name: &str, args: &[i64]) -> Result<(), Errno> {
        match u16::try_from(self.raw(name, args).unwrap()).unwrap() {
            0 => Ok(()),
            code => Err(Errno::from_code(code).unwrap()),
        }
    }

    /// Allocates `size` bytes.
    pub(super) fn space(&mut self, size: usize) -> i64 {
        let address = self.top;
        self.top += u32::try_from(size.next_multiple_of(8)).unwrap();
        assert!(usize::try_from(self.top).unwrap() <= self.memory.len(), "the test's memory is full");
        i64::from(address)
    }

    pub(super) fn bytes(&mut self, bytes: &[u8]) -> i64 {
        let address = self.space(bytes.len());
        self.slice_mut(address, bytes.len()).copy_from_slice(bytes);
        address
    }

    pub(super) fn text(&mut self, text: &str) -> i64 {
        self.bytes(&[text.as_bytes(), b"\0"].concat())
    }

    pub(super) fn slice(&self, address: i64, length: usize) -> &[u8] {
        let start = usize::try_from(address).unwrap();
        &self.memory[start..start + length]
    }

    pub(super) fn slice_mut(&mut self, address: i64, length: usize) -> &mut [u8] {
        let start = usize::try_from(address).unwrap();
        &mut self.memory[start..start + length]
    }

    pub(super) fn i32_at(&self, address: i64) -> i32 {
        i32::from_le_bytes(self.slice(address, 4).try_into().unwrap())
    }

    pub(super) fn i64_at(&self, address: i64) -> i64 {
        i64::from_le_bytes(self.slice(address, 8).try_into().unwrap())
    }

    pub(super) fn f64(&mut self, name: &str) -> f64 {
        f64::from_bits(self.raw(name, &[]).unwrap())
    }

    pub(super) fn open(&mut self, path: &str, flags: OpenFlags) -> Result<i64, Errno> {
        self.open_at(i64::from(AT_FDCWD), path, flags, 0o666)
    }

    pub(super) fn open_at(&mut self, dirfd: i64, path: &str, flags: OpenFlags, mode: i32) -> Result<i64, Errno> {
        let path = self.text(path);
        let mode = self.bytes(&mode.to_le_bytes());
        self.sys("__syscall_openat", &[dirfd, path, i64::from(flags.bits()), mode]).map(i64::from)
    }

    pub(super) fn close(&mut self, fd: i64) -> Result<(), Errno> {
        self.wasi("fd_close", &[fd])
    }

    /// Puts a list with one buffer into memory.
    pub(super) fn list(&mut self, buffers: &[(i64, usize)]) -> i64 {
        let mut entries = Vec::new();
        for (address, length) in buffers {
            entries.extend(u32::try_from(*address).unwrap().to_le_bytes());
            entries.extend(u32::try_from(*length).unwrap().to_le_bytes());
        }
        self.bytes(&entries)
    }

    pub(super) fn write(&mut self, fd: i64, data: &[u8]) -> Result<usize, Errno> {
        let buffer = self.bytes(data);
        let list = self.list(&[(buffer, data.len())]);
        let count = self.space(4);
        self.wasi("fd_write", &[fd, list, 1, count])?;
        Ok(usize::try_from(self.i32_at(count)).unwrap())
    }

    pub(super) fn read(&mut self, fd: i64, most: usize) -> Result<Vec<u8>, Errno> {
        let buffer = self.space(most);
        let list = self.list(&[(buffer, most)]);
        let count = self.space(4);
        self.wasi("fd_read", &[fd, list, 1, count])?;
        let count = usize::try_from(self.i32_at(count)).unwrap();
        Ok(self.slice(buffer, count).to_vec())
    }

    pub(super) fn seek(&mut self, fd: i64, offset: i64, whence: i64) -> Result<i64, Errno> {
        let position = self.space(8);
        self.wasi("fd_seek", &[fd, offset, whence, position])?;
        Ok(self.i64_at(position))
    }

    /// Makes a file with this content.
    pub(super) fn put(&mut self, path: &str, content: &[u8]) {
        let fd = self.open(path, OpenFlags::CREAT | OpenFlags::TRUNC | OpenFlags::WRONLY).unwrap();
        assert_eq!(self.write(fd, content), Ok(content.len()));
        self.close(fd).unwrap();
    }

    /// Returns the whole content of a file.
    pub(super) fn get(&mut self, path: &str) -> Result<Vec<u8>, Errno> {
        let fd = self.open(path, OpenFlags::empty())?;
        let content = self.read(fd, 16 << 10);
        self.close(fd).unwrap();
        content
    }

    pub(super) fn mkdir(&mut self, path: &str) -> Result<i32, Errno> {
        let path = self.text(path);
        self.sys("__syscall_mkdirat", &[AT_FDCWD.into(), path, 0o777])
    }

    /// Returns the status from a call with the arguments `(path, buffer)`.
    pub(super) fn stat(&mut self, name: &str, path: &str) -> Result<StatBytes, Errno> {
        let (path, buffer) = (self.text(path), self.space(Stat::SIZE));
        self.sys(name, &[path, buffer])?;
        Ok(StatBytes(self.slice(buffer, Stat::SIZE).to_vec()))
    }

    pub(super) fn fstat(&mut self, fd: i64) -> Result<StatBytes, Errno> {
        let buffer = self.space(Stat::SIZE);
        self.sys("__syscall_fstat64", &[fd, buffer])?;
        Ok(StatBytes(self.slice(buffer, Stat::SIZE).to_vec()))
    }

    /// Returns name, type and next position of each entry of one call with room for `most` entries.
    pub(super) fn entries(&mut self, fd: i64, most: usize) -> Result<Vec<(String, u8, i64)>, Errno> {
        let size = most * DIRENT_SIZE;
        let buffer = self.space(size);
        let size = i64::try_from(size).unwrap();
        let written = usize::try_from(self.sys("__syscall_getdents64", &[fd, buffer, size])?).unwrap();
        assert_eq!(written % DIRENT_SIZE, 0);
        let entries = self.slice(buffer, written).chunks(DIRENT_SIZE).map(|entry| {
            let name = entry[19..].split(|&byte| byte == 0).next().unwrap();
            let next = i64::from_le_bytes(entry[8..16].try_into().unwrap());
            (String::from_utf8(name.to_vec()).unwrap(), entry[18], next)
        });
        Ok(entries.collect())
    }
}

/// A `struct stat`, read field by field as C would.
#[derive(Debug, PartialEq, Eq)]
pub(super) struct StatBytes(Vec<u8>);

impl StatBytes {
    fn u32(&self, offset: usize) -> u32 {
        u32::from_le_bytes(self.0[offset..offset + 4].try_into().unwrap())
    }

    fn i64(&self, offset: usize) -> i64 {
        i64::from_le_bytes(self.0[offset..offset + 8].try_into().unwrap())
    }

    pub(super) fn mode(&self) -> u32 {
        self.u32(4)
    }

    pub(super) fn links(&self) -> u32 {
        self.u32(8)
    }

    pub(super) fn owner(&self) -> (u32, u32) {
        (self.u32(12), self.u32(16))
    }

    pub(super) fn size(&self) -> i64 {
        self.i64(24)
    }

    /// Returns the times of the last read and the last change, in nanoseconds.
    pub(super) fn times(&self) -> (i64, i64) {
        let at = |offset| self.i64(offset) * 1_000_000_000 + i64::from(self.u32(offset + 8));
        (at(40), at(56))
    }

    pub(super) fn ino(&self) -> i64 {
        self.i64(88)
    }
}
