//! Operations as data, and their generators for proptest.

use proptest::prelude::*;
use proptest::sample::select;
use terrarium_unix::abi::{AccessMode, Errno, OpenFlags, Timespec};

/// The number of descriptors that a sequence can have open.
pub(crate) const SLOTS: usize = 4;

/// A path or content with a readable `Debug` form.
#[derive(Clone, PartialEq, Eq, PartialOrd, Ord)]
pub(crate) struct Text(pub(crate) Vec<u8>);

impl std::ops::Deref for Text {
    type Target = [u8];

    fn deref(&self) -> &[u8] {
        &self.0
    }
}

impl std::fmt::Debug for Text {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        let shown = &self.0[..self.0.len().min(100)];
        write!(f, "{:?}", shown.escape_ascii().to_string())?;
        if shown.len() < self.0.len() { write!(f, "… ({} bytes)", self.0.len()) } else { Ok(()) }
    }
}

/// One operation. Slots name descriptors; an empty slot makes an operation on it do nothing.
#[derive(Clone, Debug)]
pub(crate) enum Op {
    Open { slot: usize, path: Text, flags: OpenFlags, mode: u32 },
    Close { slot: usize },
    Read { slot: usize, offset: u64, len: usize },
    Write { slot: usize, offset: u64, len: usize, fill: u8 },
    Resize { slot: usize, size: u64 },
    Allocate { slot: usize, offset: u64, len: u64 },
    StatOpen { slot: usize },
    Mkdir { path: Text, mode: u32 },
    Rmdir { path: Text },
    Unlink { path: Text },
    Rename { from: Text, to: Text },
    Link { from: Text, to: Text, follow: bool },
    Symlink { target: Text, path: Text },
    Readlink { path: Text },
    Stat { path: Text, follow: bool },
    Chmod { path: Text, mode: u32 },
    Chown { path: Text, uid: u32, gid: u32 },
    Access { path: Text, mode: AccessMode },
    Touch { path: Text, mtime: Timespec },
    List { path: Text },
    Chdir { path: Text },
    Getcwd,
    Mknod { path: Text, mode: u32 },
}

/// The outcome of an operation, in a form that can be compared between two worlds.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(crate) enum Value {
    Nothing,
    Skipped,
    Count(usize),
    Bytes(Text),
    Status(Status),
    Names(Vec<(Text, u8)>),
}

/// The comparable part of `stat`.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(crate) struct Status {
    pub(crate) mode: u32,
    /// `None` for directories where the oracle does not count.
    pub(crate) nlink: Option<u32>,
    pub(crate) uid: u32,
    pub(crate) gid: u32,
    /// `None` for directories.
    pub(crate) size: Option<i64>,
    /// `None` for a time that a clock set.
    pub(crate) mtime: Option<Timespec>,
}

pub(crate) type Outcome = Result<Value, Errno>;

/// Times set by [`Op::Touch`] are before this, those of a clock after it.
const CLOCK_TIMES: i64 = 1_000_000;

/// Returns the part of a time that can be compared.
pub(crate) fn comparable(time: Timespec) -> Option<Timespec> {
    (time.sec < CLOCK_TIMES).then_some(time)
}

fn component() -> impl Strategy<Value = Vec<u8>> {
    prop_oneof![
        30 => select(vec![&b"a"[..], b"b", b"c"]).prop_map(<[u8]>::to_vec),
        1 => Just(b".".to_vec()),
        2 => Just(b"..".to_vec()),
        1 => Just(vec![b'x'; 255]),
        1 => Just(vec![b'x'; 256]),
    ]
}

/// Generates a path of up to four names; `base` makes some of them absolute.
pub(crate) fn path(base: Vec<u8>) -> impl Strategy<Value = Text> {
    let names = prop_oneof![
        10 => prop::collection::vec(component(), 1..=2),
        3 => prop::collection::vec(component(), 3..=4),
    ];
    let shape = (names, 0..20_u8, 0..12_u8, 0..300_u16);
    shape.prop_map(move |(names, start, end, odd)| {
        // At most one step up, so that no path of a sequence leaves the folder of the test.
        let mut ups = 0;
        let names = names.into_iter().filter(|name| {
            ups += u32::from(name == b"..");
            name != b".." || ups == 1
        });
        let mut path = names.collect::<Vec<_>>().join(if odd == 0 { &b"//"[..] } else { b"/" });
        match start {
            0 => path = [base.as_slice(), b"/", &path].concat(),
            1 => path = [b"./".as_slice(), &path].concat(),
            _ => {}
        }
        if end == 0 {
            path.push(b'/');
        }
        Text(match odd {
            1 => Vec::new(),
            2 => [path, vec![b'/'; 4095]].concat(),
            _ => path,
        })
    })
}

fn mode() -> impl Strategy<Value = u32> {
    prop_oneof![
        6 => select(vec![0o777, 0o755, 0o644]),
        3 => select(vec![0o000, 0o600, 0o500, 0o400, 0o300, 0o222, 0o111, 0o4755, 0o2755, 0o2644]),
    ]
}

fn flags() -> impl Strategy<Value = OpenFlags> {
    let access = select(vec![OpenFlags::empty(), OpenFlags::WRONLY, OpenFlags::RDWR, OpenFlags::RDWR, OpenFlags::PATH]);
    let extra = select(vec![
        OpenFlags::empty(),
        OpenFlags::CREAT,
        OpenFlags::CREAT,
        OpenFlags::CREAT | OpenFlags::EXCL,
        OpenFlags::CREAT | OpenFlags::TRUNC,
        OpenFlags::TRUNC,
        OpenFlags::CREAT | OpenFlags::NOFOLLOW,
        OpenFlags::NOFOLLOW,
        OpenFlags::DIRECTORY,
        OpenFlags::DIRECTORY | OpenFlags::NOFOLLOW,
        OpenFlags::CREAT | OpenFlags::EXCL | OpenFlags::TRUNC,
        OpenFlags::NOATIME,
    ]);
    (access, extra).prop_map(|(access, extra)| access | extra)
}

fn offset() -> impl Strategy<Value = u64> {
    prop_oneof![4 => 0..40_u64, 2 => 65_500..65_600_u64, 1 => 0..300_000_u64]
}

fn length() -> impl Strategy<Value = usize> {
    prop_oneof![4 => 0..40_usize, 1 => 65_000..140_000_usize]
}

/// Generates one operation; `base` is the absolute path of the folder in which all of them happen.
pub(crate) fn op(base: &[u8]) -> impl Strategy<Value = Op> + use<> {
    let base = base.to_vec();
    let path = move || path(base.clone());
    let slot = || 0..SLOTS;
    let files = prop_oneof![
        12 => (slot(), path(), flags(), mode())
            .prop_map(|(slot, path, flags, mode)| Op::Open { slot, path, flags, mode }),
        3 => slot().prop_map(|slot| Op::Close { slot }),
        4 => (slot(), offset(), length()).prop_map(|(slot, offset, len)| Op::Read { slot, offset, len }),
        6 => (slot(), offset(), length(), 1..=255_u8)
            .prop_map(|(slot, offset, len, fill)| Op::Write { slot, offset, len, fill }),
        2 => (slot(), offset()).prop_map(|(slot, size)| Op::Resize { slot, size }),
        1 => (slot(), offset(), offset()).prop_map(|(slot, offset, len)| Op::Allocate { slot, offset, len }),
        2 => slot().prop_map(|slot| Op::StatOpen { slot }),
        1 => (path(), mode()).prop_map(|(path, mode)| Op::Mknod { path, mode: mode | 0o100000 }),
    ];
    let names = prop_oneof![
        6 => (path(), mode()).prop_map(|(path, mode)| Op::Mkdir { path, mode }),
        3 => path().prop_map(|path| Op::Rmdir { path }),
        4 => path().prop_map(|path| Op::Unlink { path }),
        7 => (path(), path()).prop_map(|(from, to)| Op::Rename { from, to }),
        4 => (path(), path(), any::<bool>()).prop_map(|(from, to, follow)| Op::Link { from, to, follow }),
        5 => (path(), path()).prop_map(|(target, path)| Op::Symlink { target, path }),
        2 => path().prop_map(|path| Op::Readlink { path }),
        2 => path().prop_map(|path| Op::Chdir { path }),
        1 => Just(Op::Getcwd),
    ];
    let ids = || select(vec![u32::MAX, 0, 1000, 1001]);
    let attributes = prop_oneof![
        4 => (path(), any::<bool>()).prop_map(|(path, follow)| Op::Stat { path, follow }),
        3 => (path(), mode()).prop_map(|(path, mode)| Op::Chmod { path, mode }),
        1 => (path(), ids(), ids()).prop_map(|(path, uid, gid)| Op::Chown { path, uid, gid }),
        2 => (path(), 0..8_u32)
            .prop_map(|(path, mode)| Op::Access { path, mode: AccessMode::from_bits_truncate(mode) }),
        2 => (path(), 0..1000_i64, 0..1_000_000_000_u32)
            .prop_map(|(path, sec, nsec)| Op::Touch { path, mtime: Timespec { sec, nsec } }),
        3 => path().prop_map(|path| Op::List { path }),
    ];
    prop_oneof![5 => files, 5 => names, 3 => attributes]
}

/// Generates a sequence of operations.
pub(crate) fn sequence(base: &[u8], longest: usize) -> impl Strategy<Value = Vec<Op>> + use<> {
    prop::collection::vec(op(base), 1..=longest)
}
