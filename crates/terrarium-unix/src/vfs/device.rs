//! Character devices: which there are. Reading and writing them is the descriptor layer's work.

/// A character device of `/dev`.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub enum DeviceId {
    /// Swallows what is written, has nothing to read.
    Null,
    /// Endless zero bytes.
    Zero,
    /// Endless zero bytes, and always out of space.
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
    /// All devices, with their names below `/dev`.
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

    /// The device number in `st_rdev`: Linux's for what Linux has as a device, else major number 136 (terminals).
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
