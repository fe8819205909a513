//! Commands of `fcntl` and the `flock` structure.

use super::bytes::{get, put};

/// A command of `fcntl` that the guest's C library uses.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
#[repr(i32)]
pub enum FcntlCommand {
    /// Duplicate to the lowest free descriptor that is not below the argument.
    DupFd = 0,
    /// Get the descriptor's flags (`FD_CLOEXEC`).
    GetFd = 1,
    /// Set the descriptor's flags.
    SetFd = 2,
    /// Get the open file's flags.
    GetFl = 3,
    /// Set the open file's flags.
    SetFl = 4,
    /// Set the receiver of signals.
    SetOwn = 8,
    /// Get the receiver of signals.
    GetOwn = 9,
    /// Ask whether a lock could be placed.
    GetLk = 12,
    /// Set or clear a lock.
    SetLk = 13,
    /// Set or clear a lock, waiting for it.
    SetLkW = 14,
    /// Like `GetLk`, for the open file description.
    OfdGetLk = 36,
    /// Like `SetLk`, for the open file description.
    OfdSetLk = 37,
    /// Like `SetLkW`, for the open file description.
    OfdSetLkW = 38,
    /// `DupFd` with `FD_CLOEXEC` set.
    DupFdCloexec = 1030,
    /// Set the bytes that a pipe holds.
    SetPipeSize = 1031,
    /// Get the bytes that a pipe holds.
    GetPipeSize = 1032,
}

impl FcntlCommand {
    /// The flag of `GetFd` and `SetFd`.
    pub const FD_CLOEXEC: i32 = 1;

    /// Returns the command with this number.
    pub const fn from_raw(raw: i32) -> Option<FcntlCommand> {
        Some(match raw {
            0 => FcntlCommand::DupFd,
            1 => FcntlCommand::GetFd,
            2 => FcntlCommand::SetFd,
            3 => FcntlCommand::GetFl,
            4 => FcntlCommand::SetFl,
            8 => FcntlCommand::SetOwn,
            9 => FcntlCommand::GetOwn,
            12 => FcntlCommand::GetLk,
            13 => FcntlCommand::SetLk,
            14 => FcntlCommand::SetLkW,
            36 => FcntlCommand::OfdGetLk,
            37 => FcntlCommand::OfdSetLk,
            38 => FcntlCommand::OfdSetLkW,
            1030 => FcntlCommand::DupFdCloexec,
            1031 => FcntlCommand::SetPipeSize,
            1032 => FcntlCommand::GetPipeSize,
            _ => return None,
        })
    }
}

/// The kind of a lock.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
#[repr(i16)]
pub enum LockKind {
    /// Shared.
    Read = 0,
    /// Exclusive.
    Write = 1,
    /// None.
    Unlock = 2,
}

impl LockKind {
    /// Returns the kind with this number in a `struct flock`.
    pub const fn from_raw(raw: i16) -> Option<LockKind> {
        Some(match raw {
            0 => LockKind::Read,
            1 => LockKind::Write,
            2 => LockKind::Unlock,
            _ => return None,
        })
    }

    /// Returns the kind that an operation of `flock` asks for, without its flag not to wait.
    pub const fn from_operation(operation: i32) -> Option<LockKind> {
        Some(match operation & !LockKind::NO_WAIT {
            1 => LockKind::Read,
            2 => LockKind::Write,
            8 => LockKind::Unlock,
            _ => return None,
        })
    }

    /// The flag of `flock` not to wait.
    const NO_WAIT: i32 = 4;
}

/// `struct flock`: a record lock.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Flock {
    /// The [`LockKind`] as a number.
    pub kind: i16,
    /// The origin of `start`, as a number.
    pub whence: i16,
    /// First byte.
    pub start: i64,
    /// Length in bytes; 0 reaches to the end.
    pub len: i64,
    /// The process that holds the lock.
    pub pid: i32,
}

impl Flock {
    /// Size in bytes.
    pub const SIZE: usize = 32;

    /// The bytes in guest memory.
    pub fn encode(&self) -> [u8; Flock::SIZE] {
        let mut out = [0; Flock::SIZE];
        put(&mut out, 0, self.kind.to_le_bytes());
        put(&mut out, 2, self.whence.to_le_bytes());
        put(&mut out, 8, self.start.to_le_bytes());
        put(&mut out, 16, self.len.to_le_bytes());
        put(&mut out, 24, self.pid.to_le_bytes());
        out
    }

    /// Reads the bytes of guest memory.
    pub fn decode(bytes: &[u8; Flock::SIZE]) -> Flock {
        Flock {
            kind: i16::from_le_bytes(get(bytes, 0)),
            whence: i16::from_le_bytes(get(bytes, 2)),
            start: i64::from_le_bytes(get(bytes, 8)),
            len: i64::from_le_bytes(get(bytes, 16)),
            pid: i32::from_le_bytes(get(bytes, 24)),
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn commands_round_trip() {
        for raw in -5..2000 {
            if let Some(command) = FcntlCommand::from_raw(raw) {
                assert_eq!(command as i32, raw);
            }
        }
        assert_eq!(FcntlCommand::from_raw(13), Some(FcntlCommand::SetLk));
    }

    #[test]
    fn lock_round_trips() {
        let lock = Flock { kind: LockKind::Unlock as i16, whence: 2, start: -5, len: i64::MAX, pid: 42 };
        assert_eq!(Flock::decode(&lock.encode()), lock);
    }
}
