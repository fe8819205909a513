//! Requests of `ioctl` that the guest's C library issues, and `struct winsize`.

/// A request of `ioctl`.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
#[repr(u32)]
pub enum IoctlRequest {
    /// Get terminal attributes; `isatty` uses this request.
    TcGets = 0x5401,
    /// Set terminal attributes now.
    TcSets = 0x5402,
    /// Set terminal attributes after output drained.
    TcSetsW = 0x5403,
    /// Set terminal attributes after output drained, dropping input.
    TcSetsF = 0x5404,
    /// Get terminal attributes, the older form.
    TcGetA = 0x5405,
    /// Set terminal attributes, the older form.
    TcSetA = 0x5406,
    /// The older form of `TcSetsW`.
    TcSetAW = 0x5407,
    /// The older form of `TcSetsF`.
    TcSetAF = 0x5408,
    /// Drop unread input or unsent output.
    TcFlsh = 0x540b,
    /// Get the foreground process group.
    TiocGPgrp = 0x540f,
    /// Set the foreground process group.
    TiocSPgrp = 0x5410,
    /// Get the window size; Emscripten's `isatty` uses this request too.
    TiocGWinsz = 0x5413,
    /// Set the window size.
    TiocSWinsz = 0x5414,
    /// Get the number of bytes that can be read.
    FioNRead = 0x541b,
    /// Set or clear non-blocking mode.
    FioNBio = 0x5421,
    /// Clear close-on-exec.
    FioNClEx = 0x5450,
    /// Set close-on-exec.
    FioClEx = 0x5451,
}

impl IoctlRequest {
    /// Returns the request with this number.
    pub const fn from_raw(raw: u32) -> Option<IoctlRequest> {
        Some(match raw {
            0x5401 => IoctlRequest::TcGets,
            0x5402 => IoctlRequest::TcSets,
            0x5403 => IoctlRequest::TcSetsW,
            0x5404 => IoctlRequest::TcSetsF,
            0x5405 => IoctlRequest::TcGetA,
            0x5406 => IoctlRequest::TcSetA,
            0x5407 => IoctlRequest::TcSetAW,
            0x5408 => IoctlRequest::TcSetAF,
            0x540b => IoctlRequest::TcFlsh,
            0x540f => IoctlRequest::TiocGPgrp,
            0x5410 => IoctlRequest::TiocSPgrp,
            0x5413 => IoctlRequest::TiocGWinsz,
            0x5414 => IoctlRequest::TiocSWinsz,
            0x541b => IoctlRequest::FioNRead,
            0x5421 => IoctlRequest::FioNBio,
            0x5450 => IoctlRequest::FioNClEx,
            0x5451 => IoctlRequest::FioClEx,
            _ => return None,
        })
    }

    /// Whether only a terminal answers the request; all other objects return `ENOTTY`.
    pub const fn needs_terminal(self) -> bool {
        !matches!(self, IoctlRequest::FioNRead | IoctlRequest::FioNBio | IoctlRequest::FioNClEx | IoctlRequest::FioClEx)
    }
}

/// `struct winsize`: the size of a terminal.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Winsize {
    /// Lines.
    pub rows: u16,
    /// Characters per line.
    pub columns: u16,
}

impl Winsize {
    /// Size in bytes.
    pub const SIZE: usize = 8;

    /// Returns the bytes as they are in guest memory. The size in pixels stays 0 (unknown).
    pub fn encode(&self) -> [u8; Winsize::SIZE] {
        let mut out = [0; Winsize::SIZE];
        super::bytes::put(&mut out, 0, self.rows.to_le_bytes());
        super::bytes::put(&mut out, 2, self.columns.to_le_bytes());
        out
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn requests_round_trip() {
        let known: Vec<u32> = (0x5400..0x5500).filter(|&raw| IoctlRequest::from_raw(raw).is_some()).collect();
        assert_eq!(known.len(), 17);
        for raw in known {
            assert_eq!(IoctlRequest::from_raw(raw).map(|request| request as u32), Some(raw));
        }
    }

    #[test]
    fn window_size_is_rows_then_columns() {
        assert_eq!(Winsize { rows: 24, columns: 80 }.encode(), [24, 0, 80, 0, 0, 0, 0, 0]);
    }
}
