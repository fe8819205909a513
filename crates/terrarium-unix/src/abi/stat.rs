//! `struct stat` and `struct statfs`.

use super::Timespec;
use super::bytes::put;

/// `struct stat`: the attributes of a file.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct Stat {
    /// Device of the file system.
    pub dev: u32,
    /// Type and permissions.
    pub mode: u32,
    /// Hard links.
    pub nlink: u32,
    /// Owner.
    pub uid: u32,
    /// Group.
    pub gid: u32,
    /// Device number of a device file.
    pub rdev: u32,
    /// Length in bytes.
    pub size: i64,
    /// Preferred size of reads and writes.
    pub blksize: i32,
    /// Storage used, in units of 512 bytes.
    pub blocks: i32,
    /// Last read.
    pub atim: Timespec,
    /// Last change of the content.
    pub mtim: Timespec,
    /// Last change of content or attributes.
    pub ctim: Timespec,
    /// Inode number.
    pub ino: u64,
}

impl Stat {
    /// Size in bytes.
    pub const SIZE: usize = 96;

    /// The bytes in guest memory.
    pub fn encode(&self) -> [u8; Stat::SIZE] {
        let mut out = [0; Stat::SIZE];
        put(&mut out, 0, self.dev.to_le_bytes());
        put(&mut out, 4, self.mode.to_le_bytes());
        put(&mut out, 8, self.nlink.to_le_bytes());
        put(&mut out, 12, self.uid.to_le_bytes());
        put(&mut out, 16, self.gid.to_le_bytes());
        put(&mut out, 20, self.rdev.to_le_bytes());
        put(&mut out, 24, self.size.to_le_bytes());
        put(&mut out, 32, self.blksize.to_le_bytes());
        put(&mut out, 36, self.blocks.to_le_bytes());
        put(&mut out, 40, self.atim.encode());
        put(&mut out, 56, self.mtim.encode());
        put(&mut out, 72, self.ctim.encode());
        put(&mut out, 88, self.ino.to_le_bytes());
        out
    }
}

/// `struct statfs`: the attributes of a file system.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct Statfs {
    /// Magic number of the file system's type.
    pub kind: u32,
    /// Preferred size of reads and writes.
    pub bsize: u32,
    /// Size of a block, the unit of the block counts.
    pub frsize: u32,
    /// Blocks in all.
    pub blocks: u64,
    /// Free blocks.
    pub bfree: u64,
    /// Free blocks for users other than root.
    pub bavail: u64,
    /// Inodes in all.
    pub files: u64,
    /// Free inodes.
    pub ffree: u64,
    /// Identity of the file system.
    pub fsid: u64,
    /// Longest name.
    pub namelen: u32,
    /// Mount flags.
    pub flags: u32,
}

impl Statfs {
    /// Size in bytes.
    pub const SIZE: usize = 88;

    /// The bytes in guest memory.
    pub fn encode(&self) -> [u8; Statfs::SIZE] {
        let mut out = [0; Statfs::SIZE];
        put(&mut out, 0, self.kind.to_le_bytes());
        put(&mut out, 4, self.bsize.to_le_bytes());
        put(&mut out, 8, self.blocks.to_le_bytes());
        put(&mut out, 16, self.bfree.to_le_bytes());
        put(&mut out, 24, self.bavail.to_le_bytes());
        put(&mut out, 32, self.files.to_le_bytes());
        put(&mut out, 40, self.ffree.to_le_bytes());
        put(&mut out, 48, self.fsid.to_le_bytes());
        put(&mut out, 56, self.namelen.to_le_bytes());
        put(&mut out, 60, self.frsize.to_le_bytes());
        put(&mut out, 64, self.flags.to_le_bytes());
        out
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    /// The 32-bit word at an offset.
    fn word(bytes: &[u8], offset: usize) -> u32 {
        u32::from_le_bytes(bytes[offset..offset + 4].try_into().unwrap())
    }

    #[test]
    fn stat_fields_lie_where_the_c_library_has_them() {
        let time = |n: u32| Timespec { sec: i64::from(n), nsec: n + 1 };
        let bytes = Stat {
            dev: 1,
            mode: 2,
            nlink: 3,
            uid: 4,
            gid: 5,
            rdev: 6,
            size: 7,
            blksize: 8,
            blocks: 9,
            atim: time(10),
            mtim: time(20),
            ctim: time(30),
            ino: 40,
        }
        .encode();
        let expected = [
            (0, 1),
            (4, 2),
            (8, 3),
            (12, 4),
            (16, 5),
            (20, 6),
            (24, 7),
            (32, 8),
            (36, 9),
            (40, 10),
            (48, 11),
            (56, 20),
            (64, 21),
            (72, 30),
            (80, 31),
            (88, 40),
        ];
        for offset in (0..Stat::SIZE).step_by(4) {
            let value = expected.iter().find(|(at, _)| *at == offset).map_or(0, |(_, value)| *value);
            assert_eq!(word(&bytes, offset), value, "offset {offset}");
        }
    }

    #[test]
    fn statfs_fields_lie_where_the_c_library_has_them() {
        let bytes = Statfs {
            kind: 1,
            bsize: 2,
            frsize: 3,
            blocks: 4,
            bfree: 5,
            bavail: 6,
            files: 7,
            ffree: 8,
            fsid: 9,
            namelen: 10,
            flags: 11,
        }
        .encode();
        let expected =
            [(0, 1), (4, 2), (8, 4), (16, 5), (24, 6), (32, 7), (40, 8), (48, 9), (56, 10), (60, 3), (64, 11)];
        for offset in (0..Statfs::SIZE).step_by(4) {
            let value = expected.iter().find(|(at, _)| *at == offset).map_or(0, |(_, value)| *value);
            assert_eq!(word(&bytes, offset), value, "offset {offset}");
        }
    }
}
