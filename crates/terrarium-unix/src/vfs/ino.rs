//! Inode numbers.

/// An inode's number: its identity in one [`Vfs`](super::Vfs) and its forks. Numbers are never reused.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash, PartialOrd, Ord)]
pub struct Ino(pub(super) u64);

impl Ino {
    /// The root directory.
    pub const ROOT: Ino = Ino(1);

    /// Returns the number as `stat` shows it.
    pub const fn get(self) -> u64 {
        self.0
    }
}
