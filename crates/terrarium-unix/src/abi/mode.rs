//! Mode bits of `st_mode`: file type and permissions.

/// The bits of a mode that encode the file type.
pub const S_IFMT: u32 = 0o170000;
/// Set user on execution (stored, without effect).
pub const S_ISUID: u32 = 0o4000;
/// Set group on execution (stored, without effect).
pub const S_ISGID: u32 = 0o2000;
/// In a directory with this bit only the owner of an entry may remove or rename it.
pub const S_ISVTX: u32 = 0o1000;
/// The bits that `chmod` can change.
pub const PERMISSION_BITS: u32 = 0o7777;

/// The type of a file. The value is the type's bits in a mode.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
#[repr(u32)]
pub enum FileType {
    /// A named pipe.
    Fifo = 0o010000,
    /// A character device.
    CharDevice = 0o020000,
    /// A directory.
    Directory = 0o040000,
    /// A block device.
    BlockDevice = 0o060000,
    /// A regular file.
    Regular = 0o100000,
    /// A symbolic link.
    Symlink = 0o120000,
    /// A socket.
    Socket = 0o140000,
}

impl FileType {
    /// Returns the type in a mode's [`S_IFMT`] bits, if they name one.
    pub const fn from_mode(mode: u32) -> Option<FileType> {
        Some(match mode & S_IFMT {
            0o010000 => FileType::Fifo,
            0o020000 => FileType::CharDevice,
            0o040000 => FileType::Directory,
            0o060000 => FileType::BlockDevice,
            0o100000 => FileType::Regular,
            0o120000 => FileType::Symlink,
            0o140000 => FileType::Socket,
            _ => return None,
        })
    }

    /// The type's bits in a mode.
    pub const fn mode_bits(self) -> u32 {
        self as u32
    }

    /// The type's number in a directory entry (`DT_DIR` 4, `DT_REG` 8, `DT_LNK` 10 …).
    pub const fn dirent_type(self) -> u8 {
        (self as u32 >> 12) as u8
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn types_translate_to_modes_and_directory_entries() {
        for (kind, dirent) in [
            (FileType::Fifo, 1),
            (FileType::CharDevice, 2),
            (FileType::Directory, 4),
            (FileType::BlockDevice, 6),
            (FileType::Regular, 8),
            (FileType::Symlink, 10),
            (FileType::Socket, 12),
        ] {
            assert_eq!(FileType::from_mode(kind.mode_bits() | 0o7777), Some(kind));
            assert_eq!(kind.dirent_type(), dirent);
        }
        assert_eq!(FileType::from_mode(0o777), None);
    }
}
