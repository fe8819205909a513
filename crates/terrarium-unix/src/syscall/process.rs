//! The guest's only process: the state that all system calls work on.

use std::sync::Arc;

use super::Mappings;
use super::calls::HostCalls;
use super::host::{Channel, Clock, Sleeper, SystemClock, ThreadSleeper, Wake};
use super::program::ProgramFile;
use super::supply::{Supplied, Supplier};
use super::zone::Zone;
use crate::abi::{ClockId, Errno, OpenFlags, Timespec};
use crate::fd::{Description, Entropy, FdTable, Object, OpenDescription, Pipes, Resources, Streams};
use crate::vfs::{At, Context, Credentials, Ino, Vfs};

/// The default limit for the bytes of one frame on the channel.
const DEFAULT_FRAME_BYTES: u32 = 256 << 20;

/// The process. A clone shares the host's side (clock, sleeper, channel, stream sinks) and nothing else.
#[derive(Debug, Clone)]
pub struct Process {
    /// The file system.
    pub vfs: Vfs,
    /// The descriptors.
    pub fds: FdTable,
    /// The buffers of the pipes.
    pub pipes: Pipes,
    /// The mapped memory.
    pub mappings: Mappings,
    /// The standard streams.
    pub streams: Streams,
    /// The guest's credentials; [`Credentials::GUEST`] by default.
    pub credentials: Credentials,
    /// Permission bits that are withheld from new files; 0o022 by default.
    pub umask: u32,
    /// Random bytes; the operating system's by default.
    pub entropy: Entropy,
    /// Most bytes of one frame on the channel; 256 MiB by default.
    pub frame_bytes: u32,
    /// The program's name in the C library; "python" by default.
    pub program_name: String,
    /// The clocks; the machine's by default.
    clock: Arc<dyn Clock>,
    /// The way in which the guest waits. By default the thread is parked, and nothing interrupts it.
    pub sleeper: Arc<dyn Sleeper>,
    /// The destination of frames. By default there is none, and writing a frame fails with EBADF.
    pub channel: Option<Arc<dyn Channel>>,
    /// The host's answers to requests for files. By default there are none, and such a request fails with ENOTTY.
    pub supplier: Option<Arc<dyn Supplier>>,
    /// The supplies that the process has received.
    pub supplied: Supplied,
    /// The functions of the host. By default there are none, and a call fails with ENOTTY.
    pub host_calls: Option<Arc<dyn HostCalls>>,
    /// The local time zone.
    pub(super) zone: Zone,
    cwd: Ino,
    /// The text of the program.
    pub(super) program: Option<ProgramFile>,
    /// The part of the monotonic time that was no work: the time before the start, and sleep.
    slept_ns: u64,
}

impl Process {
    /// Makes a process in the root directory of `vfs`, with the standard streams open and all other fields at their
    /// defaults.
    #[must_use]
    pub fn new(vfs: Vfs) -> Self {
        Self {
            vfs,
            fds: FdTable::default(),
            pipes: Pipes::default(),
            mappings: Mappings::default(),
            streams: Streams::default(),
            credentials: Credentials::GUEST,
            umask: 0o022,
            entropy: Entropy::System,
            frame_bytes: DEFAULT_FRAME_BYTES,
            program_name: "python".to_owned(),
            clock: Arc::new(SystemClock::new()),
            sleeper: Arc::new(ThreadSleeper),
            channel: None,
            supplier: None,
            supplied: Supplied::default(),
            host_calls: None,
            zone: Zone::default(),
            cwd: Ino::ROOT,
            program: None,
            slept_ns: 0,
        }
    }

    /// Returns the clocks; the machine's by default.
    pub fn clock(&self) -> &Arc<dyn Clock> {
        &self.clock
    }

    /// Sets the clocks; the processor time starts now, at zero.
    pub fn set_clock(&mut self, clock: Arc<dyn Clock>) {
        self.slept_ns = clock.monotonic_ns();
        self.clock = clock;
    }

    /// Returns the addresses at which the C library keeps the names of the local time zone; 0 when it has given none.
    #[must_use]
    pub const fn zone_names(&self) -> [u32; 2] {
        self.zone.names
    }

    /// Sets the addresses that [`Self::zone_names`] returns, for a guest whose C library gave them earlier.
    pub const fn set_zone_names(&mut self, names: [u32; 2]) {
        self.zone.names = names;
    }

    /// Returns the working directory.
    #[must_use]
    pub const fn cwd(&self) -> Ino {
        self.cwd
    }

    /// Changes the working directory to `path`, which starts from the present one if it is relative.
    ///
    /// # Errors
    /// Those of [`Vfs::resolve_directory`].
    pub fn change_directory(&mut self, path: &[u8]) -> Result<(), Errno> {
        let directory = self.vfs.resolve_directory(&self.by(), At { dir: self.cwd, path })?;
        self.enter_directory(directory)
    }

    /// Makes an inode that is a directory the working directory.
    pub(super) fn enter_directory(&mut self, directory: Ino) -> Result<(), Errno> {
        // Retained, so that it outlives its removal; the root always exists.
        self.vfs.retain(directory)?;
        self.vfs.release(std::mem::replace(&mut self.cwd, directory));
        Ok(())
    }

    /// Closes every descriptor, drops the mappings and leaves the working directory, so that the file system holds nothing for this
    /// process.
    pub fn close_all(&mut self) {
        self.drop_mappings();
        self.forget_program();
        let (fds, mut with) = self.split();
        let open: Vec<i32> = fds.descriptors().collect();
        for fd in open {
            // The descriptor was open a moment ago, so the call cannot fail.
            let _: Result<(), Errno> = fds.close(&mut with, fd);
        }
        self.vfs.release(std::mem::replace(&mut self.cwd, Ino::ROOT));
    }

    /// Returns the caller's context at the present time.
    #[must_use]
    pub fn by(&self) -> Context {
        let now = Timespec::from_nanos(i128::from(self.clock.realtime_ns()));
        Context { cred: self.credentials, now: now.whole_micros(), umask: self.umask }
    }

    /// Lends the parts that open objects work on.
    pub fn resources(&mut self) -> Resources<'_> {
        self.split().1
    }

    /// Lends the descriptors, and separately the parts that open objects work on.
    pub(super) fn split(&mut self) -> (&mut FdTable, Resources<'_>) {
        let by = self.by();
        let Self { fds, vfs, pipes, streams, entropy, .. } = self;
        (fds, Resources { vfs, pipes, streams, entropy, by })
    }

    /// Returns the open description of a descriptor, and the parts that it works on.
    pub(super) fn open_description(&mut self, fd: i32) -> Result<(&mut OpenDescription, Resources<'_>), Errno> {
        let (fds, with) = self.split();
        Ok((fds.get_mut(fd)?, with))
    }

    /// Returns the object of a descriptor, and the parts that it works on.
    pub(super) fn object(&mut self, fd: i32) -> Result<(&mut dyn Description, Resources<'_>), Errno> {
        let (open, with) = self.open_description(fd)?;
        Ok((open.object.get_mut(), with))
    }

    /// Gives an open object the lowest free descriptor.
    pub(super) fn install(&mut self, object: Object, flags: OpenFlags) -> Result<i32, Errno> {
        let (fds, mut with) = self.split();
        fds.insert(object, flags).map_err(|(errno, mut object)| {
            object.get_mut().close(&mut with);
            errno
        })
    }

    /// Returns the present time of a clock in nanoseconds.
    ///
    /// The processor time is the elapsed time without sleep: it includes the work of the host for the guest.
    #[must_use]
    pub fn clock_ns(&self, clock: ClockId) -> u64 {
        match clock {
            ClockId::Realtime => self.clock.realtime_ns(),
            ClockId::Monotonic => self.clock.monotonic_ns(),
            ClockId::ProcessCpuTime | ClockId::ThreadCpuTime => self.clock.monotonic_ns().saturating_sub(self.slept_ns),
        }
    }

    /// Waits without using the processor.
    pub fn sleep(&mut self, ns: u64) -> Wake {
        self.waiting(|process| process.sleeper.sleep(ns))
    }

    /// Calls a function whose time is no processor time of the guest.
    pub(super) fn waiting<T>(&mut self, wait: impl FnOnce(&mut Self) -> T) -> T {
        let before = self.clock.monotonic_ns();
        let done = wait(self);
        self.slept_ns = self.slept_ns.saturating_add(self.clock.monotonic_ns().saturating_sub(before));
        done
    }
}
