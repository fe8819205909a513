//! The list of character devices. The descriptor layer reads and writes them.

/// A character device of `/dev`.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub enum DeviceId {
    /// Discards writes; reads are at the end of file.
    Null,
    /// Endless zero bytes.
    Zero,
    /// Endless zero bytes; writes fail for lack of space.
    Full,
    /// Random bytes.
    Random,
    /// Random bytes.
    Urandom,
    /// The controlling terminal.
    Tty,
    /// Standard input.
    Stdin,
    /// Standard output.
    Stdout,
    /// Standard error.
    Stderr,
}

impl DeviceId {
    /// All devices, with their names in `/dev`.
    pub const ALL: &[(&'static str, DeviceId)] = &[
        ("null", DeviceId::Null),
        ("zero", DeviceId::Zero),
        ("full", DeviceId::Full),
        ("random", DeviceId::Random),
        ("urandom", DeviceId::Urandom),
        ("tty", DeviceId::Tty),
        ("stdin", DeviceId::Stdin),
        ("stdout", DeviceId::Stdout),
        ("stderr", DeviceId::Stderr),
    ];

    /// Returns the device number in `st_rdev`: Linux's number for a device of Linux, else major number 136 (terminals).
    pub const fn rdev(self) -> u32 {
        match self {
            DeviceId::Null => 0x0103,
            DeviceId::Zero => 0x0105,
            DeviceId::Full => 0x0107,
            DeviceId::Random => 0x0108,
            DeviceId::Urandom => 0x0109,
            DeviceId::Tty => 0x0500,
            DeviceId::Stdin => 0x8800,
            DeviceId::Stdout => 0x8801,
            DeviceId::Stderr => 0x8802,
        }
    }
}
