//! The character devices that the file system may hold: null, zero, full, random, urandom.

use super::{Context, Description};
use crate::abi::{Errno, Stat, Whence};
use crate::vfs::InodeId;

/// What a device does.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
pub enum DeviceKind {
    /// Reads end at once, writes vanish.
    Null,
    /// Reads give zeros, writes vanish.
    Zero,
    /// Reads give zeros, writes find no space.
    Full,
    /// Reads give random bytes, writes vanish. `/dev/random` and `/dev/urandom` are the same here: neither waits.
    Random,
}

impl DeviceKind {
    /// The device with this number, as `major << 8 | minor`.
    #[must_use]
    pub const fn from_number(number: u32) -> Option<Self> {
        Some(match number {
            0x103 => Self::Null,
            0x105 => Self::Zero,
            0x107 => Self::Full,
            0x108 | 0x109 => Self::Random,
            _ => return None,
        })
    }
}

/// An open device.
#[derive(Debug, Clone)]
pub struct Device {
    kind: DeviceKind,
    inode: InodeId,
}

impl Device {
    /// Opens the device with this number, which `inode` stands for.
    ///
    /// # Errors
    /// `ENXIO` when nothing has the number.
    pub fn open(number: u32, inode: InodeId) -> Result<Self, Errno> {
        DeviceKind::from_number(number).map(|kind| Self { kind, inode }).ok_or(Errno::ENXIO)
    }
}

impl Description for Device {
    fn stat(&self, context: &mut Context<'_>) -> Result<Stat, Errno> {
        context.vfs.stat(self.inode)
    }

    fn read(&mut self, context: &mut Context<'_>, buffer: &mut [u8]) -> Result<usize, Errno> {
        match self.kind {
            DeviceKind::Null => return Ok(0),
            DeviceKind::Zero | DeviceKind::Full => buffer.fill(0),
            DeviceKind::Random => context.entropy.fill(buffer)?,
        }
        Ok(buffer.len())
    }

    fn write(&mut self, _: &mut Context<'_>, data: &[u8]) -> Result<usize, Errno> {
        match self.kind {
            DeviceKind::Full if !data.is_empty() => Err(Errno::ENOSPC),
            DeviceKind::Full | DeviceKind::Null | DeviceKind::Zero | DeviceKind::Random => Ok(data.len()),
        }
    }

    fn read_at(&mut self, context: &mut Context<'_>, buffer: &mut [u8], _: u64) -> Result<usize, Errno> {
        self.read(context, buffer)
    }

    fn write_at(&mut self, context: &mut Context<'_>, data: &[u8], _: u64) -> Result<usize, Errno> {
        self.write(context, data)
    }

    /// A device has one place, and every seek ends there.
    fn seek(&mut self, _: &mut Context<'_>, _: i64, _: Whence) -> Result<u64, Errno> {
        Ok(0)
    }

    fn inode(&self) -> Option<InodeId> {
        Some(self.inode)
    }

    fn close(&mut self, context: &mut Context<'_>) {
        context.vfs.close(self.inode);
    }
}
