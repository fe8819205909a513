//! The character devices of the file system: null, zero, full, random, urandom.

use super::{Description, Object, Resources, StandardStream};
use crate::abi::{Errno, Stat, Whence};
use crate::vfs::{DeviceId, Ino};

/// An open device.
#[derive(Debug, Clone)]
pub struct Device {
    kind: DeviceKind,
    ino: Ino,
}

/// The behaviour of a device.
#[derive(Debug, Clone, Copy)]
enum DeviceKind {
    /// Reads return the end of file; writes are discarded.
    Null,
    /// Reads return zeros; writes are discarded.
    Zero,
    /// Reads return zeros; writes fail for lack of space.
    Full,
    /// Reads return random bytes; writes are discarded.
    Random,
}

/// Most random bytes of one read. The bound keeps a call, which nothing can interrupt, far below a second of work.
const RANDOM_PIECE: usize = 1 << 20;

impl Device {
    /// Opens a device, or the stream of the run that the device names. Takes over one hold on the inode, which a device
    /// releases when it is closed.
    ///
    /// # Errors
    /// `ENXIO` for the terminal: there is none.
    pub fn open(with: &mut Resources<'_>, id: DeviceId, ino: Ino) -> Result<Object, Errno> {
        let kind = match id {
            DeviceId::Null => DeviceKind::Null,
            DeviceId::Zero => DeviceKind::Zero,
            DeviceId::Full => DeviceKind::Full,
            // Neither of the two ever waits, so they behave alike.
            DeviceId::Random | DeviceId::Urandom => DeviceKind::Random,
            DeviceId::Tty | DeviceId::Stdin | DeviceId::Stdout | DeviceId::Stderr => {
                with.vfs.release(ino);
                return match id {
                    DeviceId::Stdin => Ok(Object::Standard(StandardStream::Input)),
                    DeviceId::Stdout => Ok(Object::Standard(StandardStream::Output)),
                    DeviceId::Stderr => Ok(Object::Standard(StandardStream::Error)),
                    _ => Err(Errno::ENXIO),
                };
            }
        };
        Ok(Object::Device(Self { kind, ino }))
    }
}

impl Description for Device {
    fn stat(&self, with: &mut Resources<'_>) -> Result<Stat, Errno> {
        with.vfs.stat(self.ino)
    }

    fn read(&mut self, with: &mut Resources<'_>, buffer: &mut [u8]) -> Result<usize, Errno> {
        match self.kind {
            DeviceKind::Null => Ok(0),
            DeviceKind::Zero | DeviceKind::Full => {
                buffer.fill(0);
                Ok(buffer.len())
            }
            DeviceKind::Random => {
                let most = buffer.len().min(RANDOM_PIECE);
                let piece = buffer.get_mut(..most).unwrap_or_default();
                with.entropy.fill(piece)?;
                Ok(piece.len())
            }
        }
    }

    fn write(&mut self, _: &mut Resources<'_>, data: &[u8]) -> Result<usize, Errno> {
        match self.kind {
            DeviceKind::Full if !data.is_empty() => Err(Errno::ENOSPC),
            DeviceKind::Full | DeviceKind::Null | DeviceKind::Zero | DeviceKind::Random => Ok(data.len()),
        }
    }

    fn read_at(&mut self, with: &mut Resources<'_>, buffer: &mut [u8], _: u64) -> Result<usize, Errno> {
        self.read(with, buffer)
    }

    fn write_at(&mut self, with: &mut Resources<'_>, data: &[u8], _: u64) -> Result<usize, Errno> {
        self.write(with, data)
    }

    /// A device has a single position, and every seek returns it.
    fn seek(&mut self, _: &mut Resources<'_>, _: i64, _: Whence) -> Result<u64, Errno> {
        Ok(0)
    }

    fn inode(&self) -> Option<Ino> {
        Some(self.ino)
    }

    fn close(&mut self, with: &mut Resources<'_>) {
        with.vfs.release(self.ino);
    }
}
