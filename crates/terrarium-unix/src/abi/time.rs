//! Points in time: `struct timespec` and `struct tm`.

use super::bytes::{get, put};

/// Nanoseconds per second.
pub const NANOS_PER_SECOND: u32 = 1_000_000_000;
/// `tv_nsec` of `utimensat`: set to the present time.
pub const UTIME_NOW: u32 = 0x3fff_ffff;
/// `tv_nsec` of `utimensat`: leave unchanged.
pub const UTIME_OMIT: u32 = 0x3fff_fffe;

/// `struct timespec`: seconds since 1970 and nanoseconds.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Hash, PartialOrd, Ord)]
pub struct Timespec {
    /// Seconds since 1970-01-01 00:00 UTC; negative before.
    pub sec: i64,
    /// Nanoseconds, below [`NANOS_PER_SECOND`]; or [`UTIME_NOW`] or [`UTIME_OMIT`] in calls that define them.
    pub nsec: u32,
}

impl Timespec {
    /// Size in bytes.
    pub const SIZE: usize = 16;
    /// The time of files that the host provides: 2026-01-01 00:00 UTC. Archives of the format zip have no year before
    /// 1980.
    pub const PROVIDED: Timespec = Timespec { sec: 1_767_225_600, nsec: 0 };

    /// Returns the time that is this number of nanoseconds after 1970 (before, if negative).
    pub const fn from_nanos(nanos: i128) -> Timespec {
        let sec = nanos.div_euclid(NANOS_PER_SECOND as i128);
        let nsec = nanos.rem_euclid(NANOS_PER_SECOND as i128);
        let clamped = if sec > i64::MAX as i128 {
            i64::MAX
        } else if sec < i64::MIN as i128 {
            i64::MIN
        } else {
            sec as i64
        };
        Timespec { sec: clamped, nsec: nsec as u32 }
    }

    /// Returns the time without the part below a microsecond.
    #[must_use]
    pub const fn whole_micros(self) -> Timespec {
        Timespec { sec: self.sec, nsec: self.nsec - self.nsec % 1000 }
    }

    /// Returns the nanoseconds since 1970.
    pub const fn as_nanos(self) -> i128 {
        self.sec as i128 * NANOS_PER_SECOND as i128 + self.nsec as i128
    }

    /// The bytes in guest memory.
    pub fn encode(&self) -> [u8; Timespec::SIZE] {
        let mut out = [0; Timespec::SIZE];
        put(&mut out, 0, self.sec.to_le_bytes());
        put(&mut out, 8, self.nsec.to_le_bytes());
        out
    }

    /// Reads the bytes of guest memory. A negative `tv_nsec` becomes a large number, which is invalid as well.
    pub fn decode(bytes: &[u8; Timespec::SIZE]) -> Timespec {
        Timespec { sec: i64::from_le_bytes(get(bytes, 0)), nsec: u32::from_le_bytes(get(bytes, 8)) }
    }
}

/// `struct tm`: a broken-down time.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct Tm {
    /// Seconds, 0 to 60.
    pub sec: i32,
    /// Minutes, 0 to 59.
    pub min: i32,
    /// Hours, 0 to 23.
    pub hour: i32,
    /// Day of the month, 1 to 31.
    pub mday: i32,
    /// Month, 0 to 11.
    pub mon: i32,
    /// Years since 1900.
    pub year: i32,
    /// Day of the week, 0 is Sunday.
    pub wday: i32,
    /// Day of the year, 0 to 365.
    pub yday: i32,
    /// Whether daylight saving time holds; negative: unknown.
    pub isdst: i32,
    /// Seconds east of UTC.
    pub gmtoff: i32,
    /// Address of the time zone's name.
    pub zone: u32,
}

impl Tm {
    /// Size in bytes.
    pub const SIZE: usize = 44;
    /// Offset of `tm_zone`, a pointer that the conversions leave unchanged.
    pub const ZONE_OFFSET: usize = 40;

    /// The bytes in guest memory.
    pub fn encode(&self) -> [u8; Tm::SIZE] {
        let mut out = [0; Tm::SIZE];
        let fields = [
            self.sec,
            self.min,
            self.hour,
            self.mday,
            self.mon,
            self.year,
            self.wday,
            self.yday,
            self.isdst,
            self.gmtoff,
        ];
        for (index, field) in fields.into_iter().enumerate() {
            put(&mut out, index * 4, field.to_le_bytes());
        }
        put(&mut out, Tm::ZONE_OFFSET, self.zone.to_le_bytes());
        out
    }

    /// Reads the bytes of guest memory.
    pub fn decode(bytes: &[u8; Tm::SIZE]) -> Tm {
        let field = |index: usize| i32::from_le_bytes(get(bytes, index * 4));
        Tm {
            sec: field(0),
            min: field(1),
            hour: field(2),
            mday: field(3),
            mon: field(4),
            year: field(5),
            wday: field(6),
            yday: field(7),
            isdst: field(8),
            gmtoff: field(9),
            zone: u32::from_le_bytes(get(bytes, Tm::ZONE_OFFSET)),
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn timespec_pads_to_sixteen_bytes() {
        let time = Timespec { sec: -1, nsec: 5 };
        let bytes = time.encode();
        assert_eq!(bytes, [255, 255, 255, 255, 255, 255, 255, 255, 5, 0, 0, 0, 0, 0, 0, 0]);
        assert_eq!(Timespec::decode(&bytes), time);
    }

    #[test]
    fn times_before_1970_have_positive_nanoseconds() {
        assert_eq!(Timespec::from_nanos(-1), Timespec { sec: -1, nsec: 999_999_999 });
        assert_eq!(Timespec::from_nanos(-1).as_nanos(), -1);
        assert_eq!(Timespec::from_nanos(i128::MAX).sec, i64::MAX);
    }

    #[test]
    fn tm_round_trips() {
        let time = Tm {
            sec: 1,
            min: 2,
            hour: 3,
            mday: 4,
            mon: 5,
            year: 126,
            wday: 6,
            yday: 7,
            isdst: -1,
            gmtoff: 3600,
            zone: 0x1234,
        };
        let bytes = time.encode();
        assert_eq!(bytes[20..24], [126, 0, 0, 0]);
        assert_eq!(bytes[36..44], [0x10, 0x0e, 0, 0, 0x34, 0x12, 0, 0]);
        assert_eq!(Tm::decode(&bytes), time);
    }
}
