//! `struct dirent`: a directory entry, always 280 bytes.

use super::bytes::put;

/// Size of an entry in bytes: its `d_reclen`.
pub const DIRENT_SIZE: usize = 280;

/// A directory entry.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Dirent<'a> {
    /// Inode number.
    pub ino: u64,
    /// The place where the next read continues (`d_off`).
    pub next: i64,
    /// The type of the file, as numbered by [`FileType::dirent_type`](super::FileType::dirent_type).
    pub kind: u8,
    /// The name, without a final NUL.
    pub name: &'a [u8],
}

impl Dirent<'_> {
    /// Longest name in bytes (`NAME_MAX`).
    pub const NAME_MAX: usize = 255;

    /// Returns the entry as it is in guest memory, or `None` if the name is too long for the structure.
    pub fn encode(&self) -> Option<[u8; DIRENT_SIZE]> {
        let mut out = [0; DIRENT_SIZE];
        put(&mut out, 0, self.ino.to_le_bytes());
        put(&mut out, 8, self.next.to_le_bytes());
        put(&mut out, 16, (DIRENT_SIZE as u16).to_le_bytes());
        put(&mut out, 18, [self.kind]);
        if self.name.len() > Dirent::NAME_MAX {
            return None;
        }
        out[19..19 + self.name.len()].copy_from_slice(self.name);
        Some(out)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn fields_lie_where_the_c_library_has_them() {
        let bytes = Dirent { ino: 7, next: 3, kind: 8, name: b"data.csv" }.encode().unwrap();
        assert_eq!(bytes[..19], [7, 0, 0, 0, 0, 0, 0, 0, 3, 0, 0, 0, 0, 0, 0, 0, 0x18, 0x01, 8]);
        assert_eq!(&bytes[19..28], b"data.csv\0");
    }

    #[test]
    fn the_longest_name_keeps_its_final_nul() {
        let name = [b'x'; 255];
        let bytes = Dirent { ino: 1, next: 1, kind: 8, name: &name }.encode().unwrap();
        assert_eq!(bytes[273..275], [b'x', 0]);
        assert_eq!(Dirent { ino: 1, next: 1, kind: 8, name: &[b'x'; 256] }.encode(), None);
    }
}
